"""Speech to text for Mandarin and English: quick for short commands, weighed by what may be meant."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.biasing import Expectations, Meant
from voice.asr.confidence import Evidence, calibration
from voice.asr.preference import EXPECTED, handed_on, is_plain, preference
from voice.asr.sounds import alike
from voice.asr.text import (
    TextTidier,
    as_said,
    bare_text,
    echoes,
    repeats_itself,
    says_twice,
    without_call,
)
from voice.asr.whisper import LANGUAGES, RATE_HZ, SHORT_WINDOW_S, Whisper, frames_of, together
from voice.errors import NotWanted, VoiceFailed
from voice.loop.vad import FRAME, Span, SpeechDetector, spans
from voice.wav_io import resample

Samples = npt.NDArray[np.float32]

MAX_SPEECH_S = 28.0
"""Longest stretch of speech that is recognised; the rest of a monologue is left out and said to be."""

_CAREFUL_WINDOW_S = {True: 15.0, False: 30.0}
"""`SHORT_WINDOW_S` where what it wrote says something over and over; there it seldom does."""

_WINDOW_MARGIN_S = 1.0
_UNSURE_LOGPROB = -0.4
_UNUSUAL_LOGPROB = -0.12
_HOPELESS_LOGPROB = -1.3
_NO_SPEECH = 0.6
_OTHER_LANGUAGE = 0.8
_REQUEST_S = 12.0
"""No request takes longer: what does is read once, without the search for what else may have been said."""

_SLOWER = 1.08
"""So many times as long an unsure clip lasts when it is heard again: what the noise hides differs then."""

_COMPARED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Final text of one utterance."""

    text: str
    """Recognised words in simplified Chinese or English; empty if nothing was heard."""

    language: str
    """ "zh" or "en"; the likelier one if nothing was heard."""

    confidence: float
    """Probability that the words are right, calibrated (`voice.asr.confidence`); 0 if nothing was heard."""

    alternatives: tuple[str, ...] = ()
    """Other readings, best first, where it was not sure, and what can be said that sounds alike."""

    apart: tuple[float, ...] = ()
    """How far each of them sounds from what was read: 0 for a reading, 1 has nothing in common."""

    start_ms: int = 0
    """Start of speech, milliseconds since the audio opened."""

    end_ms: int = 0
    """End of speech, milliseconds since the audio opened."""

    is_usual: bool = False
    """Whether the words are a usual request as they stand, so that no more are to be expected."""

    evidence: Evidence | None = None
    """What the confidence was made of; it stays in the recogniser's process."""

    note: str = ""
    """Why the text is empty or short: "silence", "noise", "other_language", "cut", "dropped", or ""."""

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON and for crossing a process."""
        return {key: value for key, value in asdict(self).items() if key != "evidence"}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Transcript:
        """The opposite of `to_dict`."""
        lists = {name: tuple(values.get(name, ())) for name in ("alternatives", "apart")}
        return cls(**{**values, **lists})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clip:
    """The speech of one utterance."""

    samples: Samples
    hints: tuple[str, ...]
    """Names that may be said, in simplified characters."""

    dropped: Callable[[], bool] | None = None
    """Whether nobody waits any more for what is said in it."""

    weighed: dict[tuple[int, str, str], list[list[float]]] = field(default_factory=dict)
    """What `Whisper.token_logs` said, by the number of hearings, the language and the text."""

    def go_on(self) -> None:
        """Leave off if nobody waits any more."""
        if self.dropped is not None and self.dropped():
            raise NotWanted("it is not waited for any more")

    @property
    def most_tokens(self) -> int:
        """More than anybody says in the time."""
        return 16 + int(9 * len(self.samples) / RATE_HZ)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What one decoding gave."""

    text: str
    logprob: float
    no_speech: float
    language: str
    others: tuple[str, ...] = ()
    sounding: tuple[Meant, ...] = ()
    """Sentences that sound like it and were weighed against it, nearest first."""

    alone: float | None = None
    """The logprob of the request without the call, if one is in front and was weighed."""

    first: str = ""
    """The first reading, if it was heard again."""

    cost: float = 0.0
    """How far the text sounds from what was read, if it was replaced by a usual request."""

    lead: float = 10.0
    """How much better it fits than the next best."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hearing:
    """One utterance heard."""

    reading: _Reading
    usual: list[Meant]
    """Usual requests that sound like it, nearest first."""

    note: str
    """Why it is not to be believed, or an empty string."""

    sound: npt.NDArray[np.float32]
    """The encoded speech, once for each hearing."""

    weights: dict[str, float]
    """Probability of each language."""

    seconds: float
    """Length of the speech."""


class Recognizer:
    """Tells what was said.

    Parameters
    ----------
    whisper : Whisper
        The loaded model.
    """

    def __init__(self, whisper: Whisper) -> None:
        self._whisper = whisper
        self._detector = SpeechDetector()
        self._tidier = TextTidier()
        self._expectations = {language: Expectations(language) for language in LANGUAGES}

    def prepare(self) -> None:
        """Do now what otherwise the first request of each language waits for; any thread may."""
        for expected in self._expectations.values():
            expected.prepare()

    def transcribe(
        self,
        samples: Samples,
        *,
        hints: Sequence[str] = (),
        language: str | None = None,
        likely: str | None = None,
        dropped: Callable[[], bool] | None = None,
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
        dropped : callable, optional
            Asked between the steps whether nobody waits any more: then the text is empty.

        Returns
        -------
        Transcript
            Its text is empty, and its note says why, if nothing intelligible was heard.
        """
        audio = np.nan_to_num(np.asarray(samples, np.float32).reshape(-1))
        names = tuple(map(self._tidier.simplified, hints))
        whole = np.pad(audio, (0, FRAME - len(audio) % FRAME))  # no word is lost in a broken frame
        heard = spans(self._detector.probabilities(whole), pad_ms=250)
        fallback = language or likely or "zh"
        if not heard:
            return Transcript(text="", language=fallback, confidence=0.0, note="silence")
        span, was_cut = _window(heard)
        clip = _Clip(samples=audio[span.start : span.end], hints=names, dropped=dropped)
        try:
            told = self._told(clip, self._recognise(clip, language, likely))
        except NotWanted:
            return Transcript(text="", language=fallback, confidence=0.0, note="dropped")
        except RuntimeError as error:
            raise VoiceFailed(f"the speech model failed: {error}") from error
        return replace(
            told,
            start_ms=span.start * 1000 // RATE_HZ,
            end_ms=span.end * 1000 // RATE_HZ,
            note=told.note or ("cut" if was_cut else ""),
        )

    def _told(self, clip: _Clip, heard: _Hearing) -> Transcript:
        """What was heard, and how sure it is."""
        best = heard.reading
        if heard.note:
            return Transcript(text="", language=best.language, confidence=0.0, note=heard.note)
        expected = {bare_text(meant.text): meant.listed for meant in heard.usual}
        bare = bare_text(best.text)
        if best.language == "zh":
            texts = [self._tidier.put_right(text, clip.hints) for text in (best.text, *best.others)]
            best = replace(best, text=texts[0], others=tuple(texts[1:]))
        evidence = self._evidence(clip, best, heard, is_expected=bare in expected)
        readings, respelled = (best.text, *best.others), []
        if best.first:
            respelled = self._expectations[best.language].respelled(readings, clip.hints)
        others = handed_on(readings, respelled, best.sounding)
        return Transcript(
            text=best.text,
            language=best.language,
            confidence=round(calibration(best.language).probability(evidence), 3),
            evidence=evidence,
            alternatives=tuple(text for text, _ in others),
            apart=tuple(apart for _, apart in others),
            is_usual=expected.get(bare, False),
        )

    def _recognise(self, clip: _Clip, language: str | None, likely: str | None) -> _Hearing:
        """What was said, the usual requests that sound like it, and why it is not to be believed."""
        encoded = self._encode(clip.samples, clip)
        clip.go_on()
        weights, other = self._whisper.languages(encoded)
        best = self._read_once(clip, encoded, [language] if language else _candidates(weights, likely))
        clip.go_on()
        sound = np.asarray(encoded)[:, : frames_of(len(clip.samples))]
        best = self._but_for_the_call(clip, best, sound)
        is_short = len(clip.samples) <= _REQUEST_S * RATE_HZ
        is_hopeful = best.sure >= _UNSURE_LOGPROB  # what is not is heard again, whatever it sounds like
        usual = self._usual(best, clip.hints) if is_short and is_hopeful else []
        clip.go_on()
        if is_short and not (is_hopeful and (best.sure >= _UNUSUAL_LOGPROB or is_plain(usual))):
            again = slower(clip.samples)
            encoded = together(encoded, self._encode(again, clip))
            sound = np.asarray(encoded)[:, : frames_of(len(again))]
            best = self._read_widely(clip, encoded, sound, best)
            clip.go_on()
            usual = self._usual(best, clip.hints)
        note = self._doubt(best, other)
        clip.go_on()
        return _Hearing(
            reading=best if note else self._meant(best, usual, sound),
            usual=usual,
            note=note,
            sound=sound,
            weights=weights,
            seconds=len(clip.samples) / RATE_HZ,
        )

    def _evidence(self, clip: _Clip, reading: _Reading, heard: _Hearing, *, is_expected: bool) -> Evidence:
        """What speaks for the text of a reading."""
        request = without_call(reading.text) or reading.text
        opening = "" if reading.language == "zh" else " "
        call = reading.text[: len(reading.text) - len(request)].strip()
        skipped = self._whisper.count_tokens(opening + call, reading.language) if call else 0
        each = [logs[skipped:] for logs in self._weighed(clip, heard.sound, reading)]
        logs = np.mean([found or [-1.0] for found in each], axis=0)
        pairs = (logs[1:] + logs[:-1]) / 2 if len(logs) > 1 else logs
        other = max(weight for name, weight in heard.weights.items() if name != reading.language)
        own = heard.weights[reading.language]
        quiet = min(max(reading.no_speech, 1e-6), 1 - 1e-6)
        return Evidence(
            logprob=reading.sure,
            final=float(logs.mean()),
            weakest=max(-6.0, float(logs.min())),
            weak_run=max(-6.0, float(pairs.min())),
            no_speech=math.log(quiet / (1 - quiet)),
            language=max(-5.0, min(5.0, math.log((own + 1e-6) / (other + 1e-6)))),
            agreement=alike(reading.language, reading.first, reading.text) if reading.first else 1.0,
            unsure=float(bool(reading.first)),
            cost=reading.cost,
            lead=min(10.0, reading.lead),
            listed=float(is_expected),
            tokens=math.log(max(1, len(logs))),
            pace=len(logs) / max(0.3, heard.seconds),
        )

    def _encode(self, samples: Samples, clip: _Clip, least_s: dict[bool, float] = SHORT_WINDOW_S) -> Any:
        """Samples in the window that the clip needs, read at either pace."""
        longest_s = _SLOWER * len(clip.samples) / RATE_HZ + _WINDOW_MARGIN_S
        return self._whisper.encode(samples, max(least_s[self._whisper.is_corrected], longest_s))

    def _read_once(self, clip: _Clip, encoded: Any, languages: Sequence[str]) -> _Reading:
        """The greedy reading: again without hints if it is one, in a longer window if it repeats itself."""
        readings = [self._read(encoded, name, clip.hints, clip.most_tokens, beams=1)[0] for name in languages]
        best = max(readings, key=lambda reading: reading.score)
        if clip.hints and echoes(best.text, clip.hints):
            (best,) = self._read(encoded, best.language, (), clip.most_tokens, beams=1)
        if best.bad or says_twice(best.text):
            careful = self._encode(clip.samples, clip, _CAREFUL_WINDOW_S)
            hints = () if best.bad else clip.hints
            (best,) = self._read(careful, best.language, hints, clip.most_tokens, beams=1)
        return best

    def _read_widely(
        self, clip: _Clip, encoded: Any, sound: npt.NDArray[np.float32], first: _Reading
    ) -> _Reading:
        """The best of the first reading and of a wider search in both hearings, with all that it found.

        No names lead this search, and the first reading is weighed without them: in noise, names that the
        model was given come back as text that nobody said.
        """
        wider = [
            reading
            for reading in self._read(encoded, first.language, (), clip.most_tokens, beams=5)
            if says_twice(reading.text) <= says_twice(first.text)
        ]
        unled = replace(first, logprob=self._logprob(first, encoded), first=first.text)
        if not wider:
            return self._but_for_the_call(clip, unled, sound)
        best = replace(max((unled, *wider), key=lambda reading: reading.score), first=first.text)
        found = [text for reading in wider for text in (reading.text, *reading.others)]
        return self._but_for_the_call(clip, replace(best, others=(first.text, *found)), sound)

    def _logprob(self, reading: _Reading, encoded: Any) -> float:
        """Mean logarithm of the probability of its tokens, not led by names, in the first hearing."""
        opening = "" if reading.language == "zh" else " "
        (logs,) = self._whisper.token_logs(
            np.asarray(encoded)[:1], reading.language, [opening + reading.text]
        )
        return sum(logs) / (len(logs) + 1)

    def _weighed(self, clip: _Clip, sound: npt.NDArray[np.float32], reading: _Reading) -> list[list[float]]:
        """How probable each token of a reading is, in each hearing."""
        key = len(sound), reading.language, ("" if reading.language == "zh" else " ") + as_said(reading.text)
        if key not in clip.weighed:
            clip.weighed[key] = self._whisper.token_logs(sound, reading.language, [key[2]])
        return clip.weighed[key]

    def _but_for_the_call(self, clip: _Clip, reading: _Reading, sound: npt.NDArray[np.float32]) -> _Reading:
        """The reading with the probability of its request alone, where the whole is doubted."""
        request = without_call(reading.text)
        call = reading.text[: len(reading.text) - len(request)].strip()
        if not call or not request or reading.logprob >= _UNUSUAL_LOGPROB:
            return reading
        opening = "" if reading.language == "zh" else " "
        tokens_of_call = self._whisper.count_tokens(opening + call, reading.language)
        of_request = [each[tokens_of_call:] for each in self._weighed(clip, sound, reading)]
        alone = float(np.mean([sum(each) / (len(each) + 1) for each in of_request]))
        return replace(reading, alone=alone)

    def _usual(self, reading: _Reading, names: tuple[str, ...]) -> list[Meant]:
        """Usual requests that sound like a reading, nearest first."""
        heard = list(dict.fromkeys([reading.text, *reading.others]))
        return self._expectations[reading.language].sentences(heard, names, count=_COMPARED)

    def _meant(self, reading: _Reading, usual: Sequence[Meant], sound: npt.NDArray[np.float32]) -> _Reading:
        """The reading, or the usual request that sounds like it and that fits the sound about as well."""
        same = [
            meant for meant in usual if meant.cost == 0 and bare_text(meant.text) == bare_text(reading.text)
        ]
        if not usual or same:
            return reading
        if is_plain(usual):
            others = (reading.text, *reading.others)
            return replace(reading, text=usual[0].text, others=others, cost=usual[0].cost)
        texts = [reading.text, *(meant.text for meant in usual)]
        opening = "" if reading.language == "zh" else " "
        spaced = [opening + as_said(text) for text in texts]
        scores = self._whisper.probable(sound, reading.language, spaced)
        habit = self._whisper.by_habit(reading.language, spaced)
        scores -= EXPECTED * habit
        for number, meant in enumerate(usual, start=1):
            scores[number] += preference(
                meant,
                habit[number],
                language=reading.language,
                text=reading.text,
                logprob=reading.logprob,
            )
        first, second = np.argsort(-scores)[:2]
        lead = float(scores[first] - scores[second])
        unsure = bool(reading.first)  # what is heard well is not replaced by what can be said more often
        reading = replace(reading, lead=lead, sounding=tuple(usual) if unsure else ())
        if first == 0:
            return reading
        return replace(
            reading,
            text=texts[first],
            others=(reading.text, *reading.others),
            cost=usual[first - 1].cost,
        )

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

    def _read(
        self, encoded: Any, language: str, hints: tuple[str, ...], most_tokens: int, *, beams: int
    ) -> list[_Reading]:
        """A reading of each of the encoded clips."""
        found = []
        for written in self._whisper.write(encoded, language, hints, most_tokens, beams=beams):
            text, *others = (self._tidier.tidy(each, language) for each in written.texts)
            found.append(
                _Reading(
                    text=text,
                    logprob=written.logprob,
                    no_speech=written.no_speech,
                    language=language,
                    others=tuple(others),
                )
            )
        return found


def slower(clip: Samples) -> Samples:
    """The clip played a little more slowly, and so a little lower."""
    return resample(clip, RATE_HZ, round(_SLOWER * RATE_HZ)) if len(clip) else clip


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
