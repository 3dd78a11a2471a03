"""One way to open an ONNX model: few threads, no spinning, so that waiting costs nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voice.errors import VoiceMissing


def open_session(model: Path, *, threads: int = 1) -> Any:
    """Open a model for the CPU.

    Parameters
    ----------
    model : Path
        The ONNX file.
    threads : int
        Threads inside one operator; models that always run get one.

    Returns
    -------
    onnxruntime.InferenceSession

    Raises
    ------
    VoiceMissing
        If the file is missing or does not load; the message says what to run.
    """
    import onnxruntime

    if not model.is_file():
        raise VoiceMissing(f"the model {model} is missing: run 'xiaogao models pull'")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise VoiceMissing(
            f"the model {model} does not load ({type(error).__name__}): run 'xiaogao models verify'"
        ) from error
