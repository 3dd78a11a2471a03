"""Speech to text: Whisper for Mandarin and English, made quick for short commands and silent for noise."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr_text import (
    TextTidier,
    bare_text,
    echoes,
    has_characters,
    repeats_itself,
    says_twice,
    without_call,
)
from voice.biasing import Expectations, Meant
from voice.errors import VoiceFailed, VoiceMissing
from voice.noise_adapter import adapted
from voice.vad import FRAME, Span, SpeechDetector, spans
from voice.wav_io import resample

Samples = npt.NDArray[np.float32]

RATE_HZ = 16_000
LANGUAGES = ("zh", "en")

MAX_SPEECH_S = 28.0
"""Longest stretch of speech that is recognised; the rest of a monologue is left out and said to be."""

_SHORT_WINDOW_S = {True: 5.0, False: 10.0}
"""Least that the encoder is given, with our corrections and without; plain, it repeats itself with less."""

_CAREFUL_WINDOW_S = {True: 15.0, False: 30.0}
"""The same where what it wrote says something over and over; there it seldom does."""

_WINDOW_MARGIN_S = 1.0
_FULL_WINDOW_S = 30.0
_UNSURE_LOGPROB = -0.55
_UNUSUAL_LOGPROB = -0.2
_HOPELESS_LOGPROB = -1.3
_NO_SPEECH = 0.6
_OTHER_LANGUAGE = 0.8
_MAX_PROMPT_TOKENS = 80
_FOREIGN_HINTS = 6
_REQUEST_S = 12.0
"""No request takes longer: what does is read once, without the search for what else may have been said."""

_SLOWER = 1.08
"""So many times as long an unsure clip lasts when it is heard again: what the noise hides differs then."""

_ENCODED_HZ = 50
_MARGIN_FRAMES = 25
_FLOOR = 1e-9
_COMPARED = 6
_PREFERRED, _EXPECTED = 20.0, 0.6
"""How much a usual request is preferred, and how much of what the model would write anyway is taken off;
natural logarithms, set as those below on commands that no benchmark uses."""

_TRUST = {"zh": (6.0, 0.2), "en": (4.0, 0.4)}
"""How much another sound counts against a usual request, and how much more is taken off for it: how rarely a
near name is written otherwise says little about whether it is meant."""

_SAME_SOUND = 0.03
"""Cost up to which a usual request differs in its writing only."""

_FULL_TRUST_LOGPROB = -0.7
_MOST_KEPT = 4_000
_FILES = ("model.bin", "tokenizer.json", "config.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Final text of one utterance."""

    text: str
    """Recognised words in simplified Chinese or English; empty if nothing was heard."""

    language: str
    """ "zh" or "en"; the likelier one if nothing was heard."""

    confidence: float
    """0 to 1, from the recogniser's own probabilities; 0 if nothing was heard."""

    alternatives: tuple[str, ...] = ()
    """Other readings, best first, when the recogniser was not sure."""

    start_ms: int = 0
    """Start of speech, milliseconds since the audio opened."""

    end_ms: int = 0
    """End of speech, milliseconds since the audio opened."""

    is_usual: bool = False
    """Whether the words are a usual request as they stand, so that no more are to be expected."""

    note: str = ""
    """Why the text is empty or short: "silence", "noise", "other_language", "cut", or "" for neither."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON and for crossing a process."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Transcript:
        """The opposite of `to_dict`."""
        return cls(**{**values, "alternatives": tuple(values.get("alternatives", ()))})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What one decoding gave."""

    text: str
    logprob: float
    no_speech: float
    language: str
    others: tuple[str, ...] = ()
    alone: float | None = None
    """The logprob of the request without the call, if one is in front and was weighed."""

    @property
    def sure(self) -> float:
        """How probable the request is: Whisper knows no spelling of the call and doubts it for that."""
        return self.logprob if self.alone is None else max(self.logprob, self.alone)

    @property
    def bad(self) -> bool:
        return repeats_itself(self.text)

    @property
    def score(self) -> float:
        return self.logprob - (5.0 if self.bad else 0.0)


class Recognizer:
    """A loaded Whisper model.

    Parameters
    ----------
    model_dir : Path
        Folder with ``model.bin``, ``tokenizer.json``, ``vocabulary.json`` and ``config.json`` (CTranslate2).
    cpu_threads : int
        Threads of the inference.
    compute_type : str
        CTranslate2's, "int8" on a processor.
    device : str
        "cpu", or "cuda" where CTranslate2 was built for it.
    corrected : bool
        Whether the model gets our corrections for noise, if we have some for it (`voice.noise_adapter`).
    """

    def __init__(
        self,
        model_dir: Path | str,
        *,
        cpu_threads: int = 2,
        compute_type: str = "int8",
        device: str = "cpu",
        corrected: bool = True,
    ) -> None:
        folder = Path(model_dir)
        for name in _FILES:
            if not (folder / name).is_file():
                raise VoiceMissing(f"the speech model lacks {folder / name}: run 'xiaogao models pull'")
        from faster_whisper import WhisperModel

        try:
            with _corrected(folder) if corrected else contextlib.nullcontext(folder) as loaded:
                self.is_corrected = loaded != folder
                """Whether it has our corrections for noise."""
                self._model = WhisperModel(
                    str(loaded),
                    device=device,
                    compute_type=compute_type,
                    cpu_threads=cpu_threads,
                    local_files_only=True,
                )
        except Exception as error:
            raise VoiceMissing(
                f"the speech model in {folder} does not load ({type(error).__name__}): "
                "run 'xiaogao models verify'"
            ) from error
        self._detector = SpeechDetector()
        self._tidier = TextTidier()
        self._tokenizers = {language: self._tokenizer(language) for language in LANGUAGES}
        self._expectations = {language: Expectations(language) for language in LANGUAGES}
        self._unheard: dict[str, float] = {}

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(self._model.hf_tokenizer, multilingual=True, task="transcribe", language=language)

    def transcribe(
        self,
        samples: Samples,
        *,
        hints: Sequence[str] = (),
        language: str | None = None,
        likely: str | None = None,
    ) -> Transcript:
        """Recognise one utterance.

        Parameters
        ----------
        samples : ndarray of float32, shape (n,)
            Mono audio at 16 kHz; any length, of which at most `MAX_SPEECH_S` seconds of speech are used.
        hints : sequence of str
            Names that may be said, most likely first: the first dozen lead the model, all are compared by
            sound with what it heard.
        language : str, optional
            "zh" or "en" if it is known for certain; otherwise chosen between the two.
        likely : str, optional
            The language to prefer when both are about as likely, such as that of the wake phrase.

        Returns
        -------
        Transcript
            Its text is empty, and its note says why, if nothing intelligible was heard.
        """
        audio = np.nan_to_num(np.asarray(samples, np.float32).reshape(-1))
        names = tuple(map(self._tidier.simplified, hints))
        heard = spans(self._detector.probabilities(_whole_frames(audio)), pad_ms=250)
        fallback = language or likely or "zh"
        if not heard:
            return Transcript(text="", language=fallback, confidence=0.0, note="silence")
        span, was_cut = _window(heard)
        try:
            return self._recognise(audio, span, was_cut, names, language, likely)
        except RuntimeError as error:
            raise VoiceFailed(f"the speech model failed: {error}") from error

    def _recognise(
        self,
        audio: Samples,
        span: Span,
        was_cut: bool,
        hints: tuple[str, ...],
        language: str | None,
        likely: str | None,
    ) -> Transcript:
        clip = audio[span.start : span.end]
        window_s = max(_SHORT_WINDOW_S[self.is_corrected], _SLOWER * len(clip) / RATE_HZ + _WINDOW_MARGIN_S)
        encoded = self._encode(clip, window_s)
        weights, other = self._languages(encoded)
        chosen = [language] if language else _candidates(weights, likely)
        limit = 16 + int(9 * len(clip) / RATE_HZ)
        readings = [self._decode(encoded, name, hints, limit, beams=1)[0] for name in chosen]
        best = max(readings, key=lambda reading: reading.score)
        if hints and echoes(best.text, hints):
            (best,) = self._decode(encoded, best.language, (), limit, beams=1)
        if best.bad or says_twice(best.text):
            careful = self._encode(clip, max(_CAREFUL_WINDOW_S[self.is_corrected], window_s))
            (best,) = self._decode(careful, best.language, () if best.bad else hints, limit, beams=1)
        is_short, longest = len(clip) <= _REQUEST_S * RATE_HZ, len(clip)
        usual = self._usual(best, hints) if is_short else []
        as_usual = bool(usual) and usual[0].cost <= _SAME_SOUND
        best = self._but_for_the_call(best, encoded)
        if is_short and best.sure < (_UNSURE_LOGPROB if as_usual else _UNUSUAL_LOGPROB):
            again = slower(clip)
            encoded, longest = _together(encoded, self._encode(again, window_s)), len(again)
            wider = [
                reading
                for reading in self._decode(encoded, best.language, hints, limit, beams=5)
                if not (hints and echoes(reading.text, hints))
                and says_twice(reading.text) <= says_twice(best.text)
            ]
            if wider:
                better = max((best, *wider), key=lambda reading: reading.score)
                heard = [text for reading in wider for text in (reading.text, *reading.others)]
                best = self._but_for_the_call(replace(better, others=(best.text, *heard)), encoded)
                usual = self._usual(best, hints)
        note = self._doubt(best, other)
        if not note:
            best = self._meant(best, usual, np.asarray(encoded), longest)
        if not note and was_cut:
            note = "cut"
        silent = note in {"noise", "other_language"}
        is_usual = bare_text(best.text) in {bare_text(meant.text) for meant in usual}
        if best.language == "zh":
            texts = [self._tidier.put_right(text, hints) for text in (best.text, *best.others)]
            best = replace(best, text=texts[0], others=tuple(texts[1:]))
        return Transcript(
            text="" if silent else best.text,
            language=best.language,
            confidence=0.0 if silent else round(min(1.0, math.exp(best.sure)), 3),
            alternatives=() if silent else _distinct(best.others, best.text),
            start_ms=span.start * 1000 // RATE_HZ,
            end_ms=span.end * 1000 // RATE_HZ,
            is_usual=is_usual and not silent,
            note=note,
        )

    def _but_for_the_call(self, reading: _Reading, encoded: Any) -> _Reading:
        """The reading with the probability of its request alone, where the whole is doubted."""
        request = without_call(reading.text)
        call = reading.text[: len(reading.text) - len(request)].strip()
        if not call or not request or reading.logprob >= _UNUSUAL_LOGPROB:
            return reading
        tokenizer = self._tokenizers[reading.language]
        opening = "" if reading.language == "zh" else " "
        logs = self._token_logs(np.asarray(encoded), reading.language, [opening + reading.text])
        of_request = [each[len(tokenizer.encode(opening + call)) :] for each in logs]
        alone = float(np.mean([sum(each) / (len(each) + 1) for each in of_request]))
        return replace(reading, alone=alone)

    def _usual(self, reading: _Reading, names: tuple[str, ...]) -> list[Meant]:
        """Usual requests that sound like a reading, nearest first."""
        heard = list(dict.fromkeys([reading.text, *reading.others]))
        return self._expectations[reading.language].sentences(heard, names, count=_COMPARED)

    def _meant(
        self, reading: _Reading, usual: Sequence[Meant], sound: npt.NDArray[np.float32], length: int
    ) -> _Reading:
        """The reading, or the usual request that sounds like it and that fits the sound about as well."""
        same = [
            meant for meant in usual if meant.cost == 0 and bare_text(meant.text) == bare_text(reading.text)
        ]
        if not usual or same:
            return reading
        if usual[0].cost <= _SAME_SOUND:
            return replace(reading, text=usual[0].text, others=(reading.text, *reading.others))
        against, more = _TRUST[reading.language]
        unsure = min(1.0, reading.logprob / _FULL_TRUST_LOGPROB)
        texts = [reading.text, *(meant.text for meant in usual)]
        spaced = texts if reading.language == "zh" else [f" {text}" for text in texts]
        near = sound[:, : length * _ENCODED_HZ // RATE_HZ + _MARGIN_FRAMES]
        scores = self._probable(near, reading.language, spaced)
        habit = self._without_sound(reading.language, spaced)
        scores -= _EXPECTED * habit
        for number, meant in enumerate(usual, start=1):
            scores[number] += unsure * (_PREFERRED - more * habit[number])
            scores[number] -= against * meant.cost * max(3, len(bare_text(meant.text)))
        chosen = int(scores.argmax())
        if chosen == 0:
            return reading
        return replace(reading, text=texts[chosen], others=(reading.text, *reading.others))

    def _probable(
        self, sound: npt.NDArray[np.float32], language: str, texts: Sequence[str]
    ) -> npt.NDArray[np.float64]:
        """Logarithm of the probability of each text, given encoded sound of shape (n, frames, width).

        If the sound was encoded in several ways (n > 1), it is the mean of what they say.
        """
        logs = [sum(each) for each in self._token_logs(sound, language, texts)]
        mean: npt.NDArray[np.float64] = np.array(logs).reshape(len(sound), -1).mean(axis=0)
        return mean

    def _token_logs(
        self, sound: npt.NDArray[np.float32], language: str, texts: Sequence[str]
    ) -> list[list[float]]:
        """Logarithm of each token's probability, of every text for the first sound, then for the next."""
        import ctranslate2

        tokenizer = self._tokenizers[language]
        tokens = [tokenizer.encode(text) for text in texts]
        copies = np.ascontiguousarray(np.repeat(sound, len(tokens), axis=0))
        weighed = self._model.model.align(
            ctranslate2.StorageView.from_array(copies),
            list(tokenizer.sot_sequence),  # it adds the token for "no timestamps" itself
            tokens * len(sound),
            [sound.shape[1]] * len(copies),
        )
        return [[math.log(max(float(p), _FLOOR)) for p in result.text_token_probs] for result in weighed]

    def _without_sound(self, language: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """The same for silence: what the model would write by habit; kept for the next time."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._unheard]
        if missing:
            if len(self._unheard) > _MOST_KEPT:
                self._unheard.clear()
                missing = list(dict.fromkeys(texts))
            weights = self._probable(self._silence, language, missing).tolist()
            self._unheard.update(zip(missing, weights, strict=True))
        return np.array([self._unheard[text] for text in texts])

    @cached_property
    def _silence(self) -> npt.NDArray[np.float32]:
        encoded = self._encode(np.zeros(RATE_HZ, np.float32), _SHORT_WINDOW_S[self.is_corrected])
        return np.asarray(encoded)[:, :_MARGIN_FRAMES].copy()

    def _doubt(self, reading: _Reading, other_language: float) -> str:
        """Why the reading should not be believed, or an empty string."""
        sure = reading.sure > _UNSURE_LOGPROB
        if reading.bad or self._tidier.is_invented(
            reading.text, sure=sure and reading.no_speech < _NO_SPEECH
        ):
            return "noise"
        if other_language > _OTHER_LANGUAGE and reading.sure < _UNSURE_LOGPROB:
            return "other_language"
        if reading.sure < _HOPELESS_LOGPROB or (reading.no_speech > _NO_SPEECH and not sure):
            return "noise"
        return ""

    def _encode(self, clip: Samples, seconds: float) -> Any:
        """Encoder output for the clip padded with silence to `seconds` only, not to Whisper's 30."""
        total = int(min(_FULL_WINDOW_S, seconds) * RATE_HZ) // 320 * 320
        padded = np.zeros(total, np.float32)
        padded[: min(len(clip), total)] = clip[:total]
        features = self._model.feature_extractor(padded, padding=0)
        return self._model.encode(np.ascontiguousarray(features[:, : total // 160]))

    def _languages(self, encoded: Any) -> tuple[dict[str, float], float]:
        """Probability of Mandarin and of English, and of the likeliest other language."""
        found = dict(self._model.model.detect_language(encoded)[0])
        weights = {name: float(found.get(f"<|{name}|>", 0.0)) for name in LANGUAGES}
        other = max((value for name, value in found.items() if name[2:-2] not in LANGUAGES), default=0.0)
        return weights, float(other)

    def _decode(
        self, encoded: Any, language: str, hints: tuple[str, ...], limit: int, *, beams: int
    ) -> list[_Reading]:
        """A reading of each of the encoded clips."""
        tokenizer = self._tokenizers[language]
        prompt = [*self._prompt(tokenizer, language, hints), *tokenizer.sot_sequence, tokenizer.no_timestamps]
        results = self._model.model.generate(
            encoded,
            [prompt] * encoded.shape[0],
            beam_size=beams,
            num_hypotheses=min(beams, 3),
            max_length=min(448, len(prompt) + limit),
            length_penalty=1.0,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=list(self._suppressed(tokenizer)),
        )
        return [self._reading(result, language) for result in results]

    def _reading(self, result: Any, language: str) -> _Reading:
        tokenizer = self._tokenizers[language]
        texts = [
            self._tidier.tidy(tokenizer.decode([t for t in ids if t < tokenizer.eot]), language)
            for ids in result.sequences_ids
        ]
        length = len(result.sequences_ids[0])
        return _Reading(
            text=texts[0],
            logprob=float(result.scores[0]) * length / (length + 1),
            no_speech=float(result.no_speech_prob),
            language=language,
            others=tuple(texts[1:]),
        )

    def _suppressed(self, tokenizer: Any) -> tuple[int, ...]:
        from faster_whisper.transcribe import get_suppressed_tokens

        return tuple(get_suppressed_tokens(tokenizer, [-1]) or ())

    def _prompt(self, tokenizer: Any, language: str, hints: tuple[str, ...]) -> list[int]:
        """Earlier text that leads the decoder to these names and to simplified characters."""
        if not hints:
            return []
        opening, comma = ("", "，") if language == "zh" else (" ", ", ")
        own = [hint for hint in hints if has_characters(hint) == (language == "zh")]
        if language == "zh":  # foreign names only if they are the likeliest of all
            own += [hint for hint in hints[:_FOREIGN_HINTS] if not has_characters(hint)]
        tokens: list[int] = []
        for hint in own:
            more = tokenizer.encode((comma if tokens else opening) + hint)
            if len(tokens) + len(more) > _MAX_PROMPT_TOKENS:
                break
            tokens += more
        return [tokenizer.sot_prev, *tokens] if tokens else []


def _together(*encoded: Any) -> Any:
    """Encoded clips of one length as one batch."""
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.concatenate([np.asarray(each) for each in encoded]))


def slower(clip: Samples) -> Samples:
    """The clip played a little more slowly, and so a little lower."""
    return resample(clip, RATE_HZ, round(_SLOWER * RATE_HZ)) if len(clip) else clip


@contextlib.contextmanager
def _corrected(folder: Path) -> Iterator[Path]:
    """A folder that loads as the model with our corrections for noise in it; the same one if we have none.

    It is a copy that lives only while the model loads: CTranslate2 keeps a model that it is handed in memory.
    Where there is no room for it, the model loads as it is.
    """
    with contextlib.ExitStack() as stack:
        try:
            copy = _copy(folder, stack)
        except OSError:
            copy = None
        yield copy or folder


def _copy(folder: Path, stack: contextlib.ExitStack) -> Path | None:
    model = adapted(folder / "model.bin")
    if model is None:
        return None
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xiaogao-model-")))
    (copy / "model.bin").write_bytes(model)
    model.close()
    for other in folder.glob("*.json"):
        (copy / other.name).symlink_to(other.resolve())
    return copy


def _whole_frames(audio: Samples) -> Samples:
    """Pad so that the last word is not lost in a broken frame."""
    return np.pad(audio, (0, FRAME - len(audio) % FRAME))


def _window(heard: Sequence[Span]) -> tuple[Span, bool]:
    """From the first speech to the last, if it fits into `MAX_SPEECH_S`; and whether it was cut."""
    limit = int(MAX_SPEECH_S * RATE_HZ)
    start = heard[0].start
    inside = [span for span in heard if span.end - start <= limit]
    end = inside[-1].end if inside else start + limit
    return Span(start=start, end=end), len(inside) < len(heard)


def _candidates(weights: dict[str, float], likely: str | None) -> list[str]:
    """The language to decode in, or both when neither stands out."""
    lean = {name: weight * (3.0 if name == likely else 1.0) + 1e-6 for name, weight in weights.items()}
    first, second = sorted(LANGUAGES, key=lambda name: lean[name], reverse=True)
    return [first] if lean[first] > 4.0 * lean[second] else [first, second]


def _distinct(texts: Sequence[str], chosen: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text and text != chosen))
