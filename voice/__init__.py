"""Voice: wake word, end-pointing, recognition, speech and the listening loop.

Nothing heavy loads here: import the module you need, such as `voice.asr.recognizer`.
"""

import os

# onnxruntime sends usage figures to its maker when it is loaded, unless this is set before; nothing of ours
# opens a socket. Its own call to turn that off comes too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
