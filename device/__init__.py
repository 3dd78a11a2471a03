"""The edges of Xiao Gao: audio, position, engine processes, model store, settings, service and CLI.

The one package where the others meet. Nothing here is imported by `nav`, `poi`, `voice` or `agent`.
"""

import os

# See `voice`: some of the libraries load onnxruntime before any module of `voice` is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# Pydantic would look for plug-ins in every package that is installed; we have none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
