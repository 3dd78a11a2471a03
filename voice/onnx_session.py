"""One way to open an ONNX model: few threads, no spinning, so that waiting costs nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from voice.errors import VoiceMissing


class LeanSession:
    """A session of a big model, which gives the memory of its work back after each run.

    Parameters
    ----------
    session : onnxruntime.InferenceSession
        What runs.
    """

    def __init__(self, session: Any) -> None:
        import onnxruntime

        self._session = session
        self._options = onnxruntime.RunOptions()
        self._options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def run(self, outputs: Any, inputs: Any) -> Any:
        """See `onnxruntime.InferenceSession.run`."""
        return self._session.run(outputs, inputs, self._options)

    def get_inputs(self) -> Any:
        """See `onnxruntime.InferenceSession.get_inputs`."""
        return self._session.get_inputs()


@cache
def _share_one_arena() -> None:
    """Give the process one arena for all its big models, which grows by what is asked for and no more."""
    import onnxruntime as ort

    arena = ort.OrtArenaCfg({"arena_extend_strategy": 1})
    memory = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
    ort.create_and_register_allocator(memory, arena)


def open_session(model: Path, *, threads: int = 1, lean: bool = False) -> Any:
    """Open a model for the CPU.

    Parameters
    ----------
    model : Path
        The ONNX file.
    threads : int
        Threads inside one operator; models that always run get one.
    lean : bool
        For a big model that runs now and then: shares its memory with the others of the process and gives it
        back after each run.

    Returns
    -------
    onnxruntime.InferenceSession or LeanSession

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
    if lean:
        _share_one_arena()
        options.add_session_config_entry("session.use_env_allocators", "1")
    try:
        session = onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
        return LeanSession(session) if lean else session
    except Exception as error:
        raise VoiceMissing(
            f"the model {model} does not load ({type(error).__name__}): run 'xiaogao models verify'"
        ) from error
