"""Recognition as its process offers it: one loaded model, for what was said and for the call."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.asr.engine import SpeechEngine
from voice.asr.recognizer import Recognizer, Transcript
from voice.asr.sherpa import SherpaRecognizer, sherpa_files
from voice.asr.whisper import Whisper
from voice.wake.check import CallCheck

Samples = npt.NDArray[np.float32]


class WhisperRecognition:
    """Whisper of any size; implements `voice.asr.engine.SpeechEngine`."""

    def __init__(self, whisper: Whisper) -> None:
        recognizer = Recognizer(whisper)
        self.transcribe = recognizer.transcribe
        self.weigh_call = CallCheck(whisper).weigh_call
        threading.Thread(target=recognizer.prepare, name="prepare sentences", daemon=True).start()


class Recognition:
    """The engine that the model's folder is made for.

    Parameters
    ----------
    model_dir : Path
        Folder of the model: of sherpa-onnx where it holds ``tokens.txt``, else of CTranslate2's Whisper.
    cpu_threads : int
    compute_type : str
        Of CTranslate2.
    """

    def __init__(self, model_dir: Path | str, *, cpu_threads: int = 2, compute_type: str = "int8") -> None:
        self._engine: SpeechEngine
        if sherpa_files(Path(model_dir)) is not None:
            self._engine = SherpaRecognizer(model_dir, cpu_threads=cpu_threads)
        else:
            whisper = Whisper(model_dir, cpu_threads=cpu_threads, compute_type=compute_type)
            self._engine = WhisperRecognition(whisper)

    def transcribe(
        self,
        samples: Samples,
        *,
        hints: Sequence[str] = (),
        language: str | None = None,
        likely: str | None = None,
        dropped: Callable[[], bool] | None = None,
    ) -> Transcript:
        """See `voice.asr.engine.SpeechEngine.transcribe`."""
        return self._engine.transcribe(
            samples, hints=hints, language=language, likely=likely, dropped=dropped
        )

    def weigh_call(self, samples: Samples) -> list[float] | None:
        """See `voice.asr.engine.SpeechEngine.weigh_call`."""
        return self._engine.weigh_call(samples)
