"""Requests with pauses, corrections and additions, through the whole loop: ``python -m bench.voice pauses``.

Ears, recognition, endpoint, confidence and agent are those of the car; the voice is silence as long as the
answer would take, and the loop waits for its engines, so that a stream gives the same every time.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from bench.voice.loop import CALLS
from device.assistant.assistant import Assistant
from device.assistant.conversation import Conversation
from device.audio.listening import SilentPlayer, open_ears
from device.engine.call import Call
from voice.asr.recognizer import Transcript
from voice.loop.ears import NeuralEars
from voice.loop.listen import Listener
from voice.loop.settings import ListenSettings
from voice.train.corpus import CorpusCache, Utterance
from voice.tts.synthesizer import Clip
from voice.wake.check import CallCheck

Samples = npt.NDArray[np.float32]

_FILE = Path(__file__).parent / "data" / "paused_requests.json"
_RATE_HZ = 16_000
_BLOCK = 512
_CHARACTER_S = {"zh": 0.22, "en": 0.065}
_ANSWER_WITHIN_S = 6.0
OUTCOMES = ("right", "asked, right", "wrong", "wrong drive")
_BEFORE_S, _CALL_GAP_S, _AFTER_S = 1.5, 0.35, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One request in pieces, and what must come of it."""

    language: str
    """ "zh" or "en"."""

    voice: str
    """Of Kokoro."""

    said: tuple[str | float, ...]
    """Pieces and the pauses between them in seconds; "answer 0.5" waits for so much of the answer."""

    kind: str
    """Intent that is right."""

    place: str = ""
    """Pattern of the name that is right."""

    what: str = ""
    """Pattern of what is searched for."""

    also: str = ""
    """Pattern of what the intent says besides: a stop on the way, where to search."""


def streams() -> list[Stream]:
    """All of the data file."""
    loaded = json.loads(_FILE.read_text("utf-8"))["streams"]
    return [Stream(**{**values, "said": tuple(values["said"])}) for values in loaded]


@dataclass(slots=True, kw_only=True)
class Car:
    """What was done: the drive under way."""

    drive: Any = None
    """The route that is driven; None without a drive."""

    def begin(self, route: Any, language: str) -> None:
        """A drive begins."""
        self.drive = route

    def end(self) -> None:
        """It ends."""
        self.drive = None

    def mark(self) -> Any:
        """The drive to go back to."""
        return self.drive

    def go_back(self, drive: Any) -> None:
        """Go on with another drive, or with none."""
        self.drive = drive

    def state(self) -> None:
        """No position is followed here."""


class _Silence:
    """In the place of the voice: silence of the length of the words."""

    def speak(self, text: str, language: str) -> Generator[Clip, None, None]:
        for clause in filter(None, re.split(r"(?<=[，。？！,.?!])", text)):
            length = int(len(clause) * _CHARACTER_S[language] * _RATE_HZ)
            yield Clip(samples=np.zeros(length, np.float32), sample_rate_hz=_RATE_HZ, text=clause, voice="")

    def break_off(self) -> None:
        """Nothing is being made."""

    def change_volume(self, change: str, level: int | None = None) -> None:
        """There is none."""


def _in_this_process(setup: Any) -> Callable[..., Transcript]:
    """The recogniser as its engine process offers it."""

    def transcribe(samples: Samples, *, call: Call, **asked: Any) -> Transcript:
        found: Transcript = setup.recognizer.transcribe(samples, dropped=lambda: call.given_up, **asked)
        return found

    return transcribe


class BenchAssistant(Assistant):
    """The assistant with engines in this process, a fresh agent, and a car that only notes what is begun."""

    def __init__(self, setup: Any, language: str, check: CallCheck) -> None:
        agent, self.position = setup.agent(language)
        recogniser = SimpleNamespace(transcribe=_in_this_process(setup), weigh_call=check.weigh_call)
        self.settings = SimpleNamespace(speech=SimpleNamespace(language="auto"))  # type: ignore[assignment]
        self.engines = SimpleNamespace(  # type: ignore[assignment]
            recogniser=recogniser, synthesizer=_Silence()
        )
        self.agent, self.places = agent, setup.places(language)
        self.driving = self.car = Car()  # type: ignore[assignment]


@dataclass(slots=True, kw_only=True)
class Told:
    """What came of a stream."""

    events: list[dict[str, Any]] = field(default_factory=list)
    car: Car = field(default_factory=Car)

    def transcripts(self) -> list[str]:
        """What was heard, piece by piece, and what was read together."""
        shown = {"transcript": "{text}", "continued": "= {text}", "wake_rejected": "(call denied)"}
        return [shown[e["event"]].format(**e) for e in self.events if e["event"] in shown]

    def answers(self) -> list[dict[str, Any]]:
        """What was answered, in order."""
        return [event for event in self.events if event["event"] == "answer"]


def outcome(stream: Stream, answers: Sequence[dict[str, Any]], drives: bool) -> str:
    """What came of a stream: one of `OUTCOMES`.

    Parameters
    ----------
    stream : Stream
        What was said.
    answers : sequence of dict
        Of the `answer` events; the last one counts.
    drives : bool
        Whether a drive is under way in the end.
    """
    begun = [answer for answer in answers if answer.get("route")]
    if drives and not (stream.place and begun and _named(stream.place, begun[-1])):
        return "wrong drive"
    if not answers or not _is_meant(stream, answers[-1]):
        return "wrong"
    asked = answers[-1]["outcome"] == "ask_back" and not answers[-1].get("places")
    return "asked, right" if asked else "right"


def _is_meant(stream: Stream, answer: dict[str, Any]) -> bool:
    intent = answer.get("intent") or {}
    if intent.get("kind") != stream.kind or answer["outcome"] in {"not_understood", "impossible"}:
        return False
    said = json.dumps(intent, ensure_ascii=False)
    wanted = [pattern for pattern in (stream.what, stream.also) if pattern]
    if stream.place and not _named(stream.place, answer):
        wanted.append(stream.place)
    return all(re.search(pattern, said, re.IGNORECASE) for pattern in wanted)


def _named(pattern: str, answer: dict[str, Any]) -> bool:
    names = [
        str(name)
        for place in answer.get("places") or ()
        for name in (place.get("name"), *dict(place.get("names") or {}).values())
    ]
    return any(re.search(pattern, name, re.IGNORECASE) for name in names)


async def play(stream: Stream, setup: Any, ears: NeuralEars, check: CallCheck) -> Told:
    """Say a stream to the loop."""
    assistant = BenchAssistant(setup, stream.language, check)
    told = Told(car=assistant.car)
    ears.reset()
    listener = Listener(
        ears=ears,
        engines=Conversation(assistant, lambda: assistant.position),
        player=SilentPlayer(),
        emit=told.events.append,
        settings=ListenSettings(wake=ears.wake_settings, lockstep=True),
    )
    call = _spoken(setup.corpus, stream, CALLS[stream.language], is_call=True)
    await _push(listener, np.concatenate([_silence(_BEFORE_S), call, _silence(_CALL_GAP_S)]))
    for piece in stream.said:
        if isinstance(piece, float):
            await _push(listener, _silence(piece))
        elif piece.startswith("answer "):
            await _until_answered(listener, told, float(piece.removeprefix("answer ")))
        else:
            await _push(listener, _spoken(setup.corpus, stream, piece))
    await _push(listener, _silence(_AFTER_S))
    await listener.finish()
    return told


async def _until_answered(listener: Listener, told: Told, then_s: float) -> None:
    for _ in range(int(_ANSWER_WITHIN_S * _RATE_HZ / _BLOCK)):
        if told.answers():
            break
        await _push(listener, np.zeros(_BLOCK, np.float32))
    await _push(listener, _silence(then_s))


async def _push(listener: Listener, samples: Samples) -> None:
    rng = np.random.default_rng(1)
    await listener.push(samples + rng.normal(0, 3e-4, len(samples)).astype(np.float32))


def _silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * _RATE_HZ), np.float32)


def _spoken(corpus: CorpusCache, stream: Stream, text: str, *, is_call: bool = False) -> Samples:
    phonemes = is_call and stream.language == "en"
    return corpus.get(
        Utterance(
            kind="call" if is_call else "command",
            split="test",
            language=stream.language,
            engine="kokoro_phonemes" if phonemes else "kokoro",
            voice=stream.voice,
            text=text,
            speed=1.0,
        )
    )


def measure(console: Console, setup: Any, *, count: int = 0) -> dict[str, Any]:
    """How many streams come right; prints what was heard of each.

    Parameters
    ----------
    console : rich Console
    setup : bench.voice.measures.Setup
    count : int
        So many of them; 0 for all.
    """
    ears, check = open_ears(), CallCheck(setup.whisper)
    table = Table("", "said", "heard", "answer")
    came: Counter[str] = Counter()
    chosen = streams()[: count or None]
    for stream in chosen:
        told = asyncio.run(play(stream, setup, ears, check))
        answers = told.answers()
        result = outcome(stream, answers, told.car.drive is not None)
        came[result] += 1
        said = " │ ".join(map(str, stream.said))
        table.add_row(
            result, said, "\n".join(told.transcripts()), str(answers[-1]["reply"] if answers else "")
        )
    console.print(table)
    figures = {"n": len(chosen), **{name: came[name] for name in OUTCOMES}}
    console.print(figures)
    return figures
