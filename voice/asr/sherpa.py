"""Models of sherpa-onnx as the recogniser: SenseVoice, Paraformer, a streaming zipformer.

They say no probabilities that we have calibrated. So a text is believed where the language data can say it
with known names, and asked about otherwise. They do not weigh the call: the first stage has to be sure of it
alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.biasing import Expectations, Meant
from voice.asr.confidence import calibration
from voice.asr.recognizer import Transcript
from voice.asr.text import TextTidier, bare_text, has_characters
from voice.errors import VoiceFailed, VoiceMissing
from voice.loop.vad import FRAME, SpeechDetector, spans

Samples = npt.NDArray[np.float32]

RATE_HZ = 16_000
_MAX_SPEECH_S = 28.0
_SAME_SOUND, _COMPARED = 0.03, 6
_TAG = re.compile(r"<\|[^|>]*\|>")


@dataclass(frozen=True, slots=True, kw_only=True)
class SherpaFiles:
    """The files of one model folder."""

    kind: str
    """ "sense_voice", "paraformer" or "zipformer"."""

    tokens: Path
    model: Path
    """The model, or the encoder of a zipformer."""

    decoder: Path | None = None
    joiner: Path | None = None


def sherpa_files(folder: Path) -> SherpaFiles | None:
    """The model of a folder; None if it holds none of these three.

    A folder with encoder, decoder and joiner is a zipformer; one model is SenseVoice where its metadata says
    so, and else Paraformer. The smaller of several sizes (``int8``) is taken.
    """
    tokens = folder / "tokens.txt"
    if not tokens.is_file():
        return None
    parts = [_one(folder, name) for name in ("encoder", "decoder", "joiner")]
    if all(parts):
        encoder, decoder, joiner = parts
        assert encoder is not None
        return SherpaFiles(kind="zipformer", tokens=tokens, model=encoder, decoder=decoder, joiner=joiner)
    model = _one(folder, "model")
    if model is None:
        return None
    kind = "sense_voice" if _model_type(model).startswith("sense_voice") else "paraformer"
    return SherpaFiles(kind=kind, tokens=tokens, model=model)


def _one(folder: Path, name: str) -> Path | None:
    found = sorted(folder.glob(f"{name}*.onnx"), key=lambda path: path.stat().st_size)
    return found[0] if found else None


def _model_type(model: Path) -> str:
    """What the model says of itself; its metadata stands at the end of the file."""
    import onnx

    try:
        loaded = onnx.load(str(model), load_external_data=False)
    except Exception as error:
        raise VoiceMissing(
            f"{model} cannot be read ({type(error).__name__}): run 'xiaogao models verify'"
        ) from error
    return next((entry.value for entry in loaded.metadata_props if entry.key == "model_type"), "")


class SherpaRecognizer:
    """Tells what was said by a model of sherpa-onnx; implements `voice.asr.engine.SpeechEngine`.

    Parameters
    ----------
    model_dir : Path
        Folder of the model.
    cpu_threads : int
        Threads of the inference.

    Raises
    ------
    VoiceMissing
        If sherpa-onnx is not installed, or the model is not there or does not load.
    """

    def __init__(self, model_dir: Path | str, *, cpu_threads: int = 2) -> None:
        files = sherpa_files(Path(model_dir))
        if files is None:
            raise VoiceMissing(f"{model_dir} holds no speech model: run 'xiaogao models pull'")
        try:
            import sherpa_onnx
        except ImportError:
            raise VoiceMissing("this speech model needs sherpa-onnx: pip install 'xiaogao[sherpa]'") from None
        try:
            self._model = _loaded(sherpa_onnx, files, cpu_threads)
        except Exception as error:
            raise VoiceMissing(
                f"the speech model in {model_dir} does not load ({type(error).__name__}): "
                "run 'xiaogao models verify'"
            ) from error
        self._is_streaming = files.kind == "zipformer"
        self._detector = SpeechDetector()
        self._tidier = TextTidier()
        self._expectations = {language: Expectations(language) for language in ("zh", "en")}

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
        audio = np.nan_to_num(np.asarray(samples, np.float32).reshape(-1))
        padded = np.pad(audio, (0, FRAME - len(audio) % FRAME))
        heard = spans(self._detector.probabilities(padded), pad_ms=250)
        if not heard:
            return Transcript(text="", language=language or likely or "zh", confidence=0.0, note="silence")
        start = heard[0].start
        end = min(heard[-1].end, start + int(_MAX_SPEECH_S * RATE_HZ))
        try:
            written = _TAG.sub("", self._written(audio[start:end]))
        except RuntimeError as error:
            raise VoiceFailed(f"the speech model failed: {error}") from error
        spoken = language or ("zh" if has_characters(written) else "en")
        text = self._tidier.tidy(written if spoken == "zh" else written.lower(), spoken)
        if self._tidier.is_invented(text, sure=True):
            return Transcript(text="", language=spoken, confidence=0.0, note="noise")
        names = tuple(map(self._tidier.simplified, hints))
        usual = self._expectations[spoken].sentences([text], names, count=_COMPARED)
        chosen, confidence = _believed(text, usual, spoken)
        others = dict.fromkeys((text, *(meant.text for meant in usual)))
        return Transcript(
            text=chosen,
            language=spoken,
            confidence=confidence,
            alternatives=tuple(other for other in others if other != chosen),
            start_ms=start * 1000 // RATE_HZ,
            end_ms=end * 1000 // RATE_HZ,
            is_usual=any(m.listed and m.text == chosen for m in usual),
            note="cut" if end < heard[-1].end else "",
        )

    def weigh_call(self, samples: Samples) -> list[float] | None:
        """None: these models cannot be asked how probable words are."""
        return None

    def _written(self, speech: Samples) -> str:
        stream = self._model.create_stream()
        stream.accept_waveform(RATE_HZ, speech)
        if not self._is_streaming:
            self._model.decode_stream(stream)
            return str(stream.result.text)
        stream.accept_waveform(RATE_HZ, np.zeros(RATE_HZ // 2, np.float32))
        stream.input_finished()
        while self._model.is_ready(stream):
            self._model.decode_stream(stream)
        return str(self._model.get_result(stream))


def _loaded(library: Any, files: SherpaFiles, threads: int) -> Any:
    tokens = str(files.tokens)
    if files.kind == "zipformer":
        return library.OnlineRecognizer.from_transducer(
            tokens=tokens,
            encoder=str(files.model),
            decoder=str(files.decoder),
            joiner=str(files.joiner),
            num_threads=threads,
        )
    if files.kind == "sense_voice":
        return library.OfflineRecognizer.from_sense_voice(
            model=str(files.model), tokens=tokens, num_threads=threads
        )
    return library.OfflineRecognizer.from_paraformer(
        paraformer=str(files.model), tokens=tokens, num_threads=threads
    )


def _believed(text: str, usual: Sequence[Meant], language: str) -> tuple[str, float]:
    """The words, and how far they are believed: as a sentence of the data, or as something to ask about."""
    values = calibration(language)
    first = usual[0] if usual else None
    if first is not None and first.listed and first.cost <= _SAME_SOUND:
        same = bare_text(first.text) == bare_text(text)
        return (text if same else first.text), round((1.0 + values.carry_out) / 2, 3)
    return text, round((values.guess + values.carry_out) / 2, 3)
