"""One request from hearing to speaking: where voice, agent, nav and poi meet."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from agent.errors import AgentError
from agent.understanding.late_reader import LateReader
from device.assistant.driving import Driving
from device.assistant.own_places import own_places
from device.engine.engines import Engines, make_engines
from device.errors import DeviceError
from device.settings import Settings
from device.store.models import ModelStore
from device.store.private import data_in_use
from device.store.regions import current_region, local_clock
from device.vehicle import vehicle_of
from nav import InstalledPacks, JoinedRouter, Region, Router
from nav.packs.paths import data_home
from poi import JoinedPlaces, Places

if TYPE_CHECKING:
    from agent import Agent, Answer, Memory
    from agent.understanding.language_model import LanguageModel
    from agent.understanding.learned.reader import Reader
    from device.assistant.doubt import Doubt
    from poi.place import Place
    from voice.asr.recognizer import Transcript
    from voice.tts.synthesizer import Clip

Samples = npt.NDArray[np.float32]
Position = tuple[float, float]

_HINTS, _AKIN = 700, 12
"""Names that the recogniser is told, and how many of them may be like the one last spoken of."""

_SAME_NAMES_DECIMALS = 3


@dataclass(kw_only=True)
class Turn:
    """One request and all that came of it."""

    transcript: Transcript | None
    """What was heard; None for typed text."""

    answer: Answer
    """What the agent did and says."""

    doubted: bool = False
    """Whether it was asked about and not carried out, because it was not heard with confidence."""

    audio: Path | None = None
    """Where the spoken reply was written."""

    warnings: list[str] = field(default_factory=list)
    """What did not work although an answer was found."""

    timings_ms: dict[str, float] = field(default_factory=dict)
    """Milliseconds of each stage: asr, understand, act, speak_first, total."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of `ask --json`."""
        answer = self.answer.to_dict()
        if self.transcript is not None:
            answer["heard"] = self.transcript.text
        answer["audio"] = str(self.audio) if self.audio else None
        answer["timings_ms"] = {**answer.get("timings_ms", {}), **self.timings_ms}
        return answer


class Assistant:
    """Everything that answers: a region, its places and router, the agent, and the engines.

    Parameters
    ----------
    settings : Settings
        What the user chose.
    region : str
        Name of the region; empty takes the chosen one.
    at : (float, float), optional
        Where the car is; where the chosen region does not reach, another that is installed is taken.
    store : ModelStore, optional
        Where models are.

    Raises
    ------
    Missing, nav.errors.NavError
        No region is installed, or its pack is damaged.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        region: str = "",
        at: Position | None = None,
        store: ModelStore | None = None,
    ) -> None:
        self.settings = settings
        self._lock = contextlib.ExitStack()
        self._lock.enter_context(data_in_use())
        try:
            self._open(settings, region, at, store)
        except BaseException:
            self._lock.close()
            raise

    def _open(self, settings: Settings, region: str, at: Position | None, store: ModelStore | None) -> None:
        self.warnings: list[str] = []
        """What does not work although the assistant answers."""
        self.engines: Engines = make_engines(settings, store)
        self.region = Region.open(current_region(region or settings.region.name, at=at))
        packs = InstalledPacks()
        self.router: Router = JoinedRouter(
            self.region,
            settings.routing.profile,
            beside=packs,
            vehicle=vehicle_of(settings.vehicle),
        )
        self.places: Places = JoinedPlaces(self.region, beside=packs, user=own_places(self.warnings.append))
        self.driving = Driving(self.region, self.router, settings)
        self._reader = LateReader(lambda: open_reader(self.warnings.append, store))
        self.agent = self._make_agent()

    @cached_property
    def doubt(self) -> Doubt:
        """What is asked about because it was not heard well; typed words need none of it."""
        from device.assistant.doubt import Doubt

        return Doubt()

    def _make_agent(self) -> Agent:
        from agent import Agent

        memory = self._memory() if self.settings.privacy.memory else None
        return Agent(
            self.region,
            places=self.places,
            router=self.router,
            reader=self._reader,
            llm=self._language_model(),
            memory=memory,
            guidance=self.driving.state,
            now=local_clock(self.region),
            style=self.settings.speech.style,
            avoid=self.settings.routing.avoid,
        )

    def open_reader(self) -> None:
        """Open the learned reader now, not with the first request that needs it."""
        self._reader.get()

    def _memory(self) -> Memory | None:
        """Open the memory; where it cannot be kept (a read-only or full disk) the agent goes on without."""
        from agent import Memory

        try:
            memory = Memory(data_home() / "memory.sqlite")
        except (AgentError, OSError, sqlite3.Error) as error:
            self.warnings.append(f"nothing is remembered: {error}")
            return None
        if memory.damaged:
            self.warnings.append(memory.damaged)
        return memory

    def mend_memory(self) -> bool:
        """Open the memory if it is wanted and not there, or damaged; tell whether it was opened now."""
        there = self.agent.memory
        if not self.settings.privacy.memory or (there is not None and not there.broken):
            return False
        self.warnings.clear()
        self.agent.memory = self._memory()
        return self.agent.memory is not None

    def _language_model(self) -> LanguageModel | None:
        local = self.engines.language_model
        if not self.settings.engines.language_model_url:
            return local
        from agent.understanding.language_model import OpenAICompatible

        return OpenAICompatible(
            self.settings.engines.language_model_url,
            self.settings.engines.language_model_name,
            api_key=os.environ.get("XIAOGAO_LANGUAGE_MODEL_KEY", ""),
            fallback=local,
        )

    def hear(self, samples: Samples, position: Position | None = None) -> Turn:
        """Answer a spoken request.

        Parameters
        ----------
        samples : ndarray of float32, shape (n,)
            Mono audio at 16 kHz.
        position : (lat, lon), optional
            Where the car is.

        Raises
        ------
        DeviceError
            Speech recognition is not installed or failed.
        """
        start = time.perf_counter()
        transcript = self.engines.recogniser.transcribe(samples, hints=self.hints(position))
        asr_ms = _since_ms(start)
        turn = self.respond(self.in_sense(transcript, position), position)
        turn.timings_ms |= {"asr": asr_ms, "total": _since_ms(start)}
        return turn

    def in_sense(self, transcript: Transcript, position: Position | None = None) -> Transcript:
        """Return what was heard with the reading in front that makes most sense, and how sure it is then."""
        from device.assistant.sense import weighed

        return transcript if self.doubt.is_answer(transcript) else weighed(transcript, self.agent, position)

    def respond(self, transcript: Transcript, position: Position | None = None) -> Turn:
        """Answer what was heard (`in_sense`); with doubt it is asked about and not carried out."""
        weighed = self.doubt.weigh(transcript)
        if weighed.question:
            return Turn(transcript=transcript, answer=weighed.asked_back(), doubted=True)
        meant = weighed.transcript
        turn = self.read(meant.text, position, meant.language, meant.alternatives)
        turn.transcript = transcript
        return turn

    def read(
        self,
        text: str,
        position: Position | None = None,
        language: str | None = None,
        alternatives: tuple[str, ...] = (),
    ) -> Turn:
        """Answer a typed request; see `hear`."""
        start = time.perf_counter()
        wanted = self.settings.speech.language
        answer = self.agent.hear(
            text,
            language=wanted if wanted != "auto" else language,
            position=position,
            alternatives=alternatives,
        )
        return Turn(transcript=None, answer=answer, timings_ms={"total": _since_ms(start)})

    def say(self, turn: Turn, target: Path) -> None:
        """Speak the reply of a turn into a WAV file; without a voice the turn gets a warning instead."""
        from voice import wav_io

        start = time.perf_counter()
        parts: list[Samples] = []
        rate_hz = 0
        try:
            for clip in self.speak(turn.answer.reply, turn.answer.language):
                if not parts:
                    turn.timings_ms["speak_first"] = _since_ms(start)
                    turn.timings_ms["total"] = turn.timings_ms.get("total", 0.0) + _since_ms(start)
                    rate_hz = clip.sample_rate_hz
                parts.append(wav_io.resample(clip.samples, clip.sample_rate_hz, rate_hz))
        except DeviceError as error:
            turn.warnings.append(f"the reply is not spoken: {error}")
        if parts:
            wav_io.write(target, np.concatenate(parts), rate_hz)
            turn.audio = target

    def speak(self, text: str, language: str) -> Generator[Clip, None, None]:
        """Speak text clause by clause."""
        return self.engines.synthesizer.speak(text, language)

    def hints(self, position: Position | None) -> list[str]:
        """Return names that are likely to be said, the likeliest first.

        Those of the open question, those like the place last spoken of, which is what one corrects, and those
        near the car.
        """
        session = self.agent.session
        options = session.question.options if session.question else ()
        asked = [place.label(session.language) for place in (*options, *session.offered)]
        names = (*asked, *self._akin(session.topic, session.language), *self._near(position))
        return list(dict.fromkeys(name for name in names if name))[:_HINTS]

    _akin_to: tuple[str, list[str]] = ("", [])
    """The name whose like was looked up last, and what it is like."""

    def _akin(self, place: Place | None, language: str) -> list[str]:
        """Names like that of a place: 清华大学西门 and 南门 of 清华大学东门."""
        name = place.label(language) if place else ""
        if place is None or not name:
            return []
        if self._akin_to[0] != name:
            found = self.places.resolve(name, near=(place.lat, place.lon), limit=_AKIN)
            self._akin_to = name, [candidate.place.label(language) for candidate in found]
        return self._akin_to[1]

    _names: tuple[Position | None, list[str]] = (None, [])
    """Where names near the car were looked up last, and which they are."""

    def _near(self, position: Position | None) -> list[str]:
        """Names near the car, looked up again when it has gone on a little: the same names cost nothing."""
        if position is None:
            return []
        lat, lon = (round(degrees, _SAME_NAMES_DECIMALS) for degrees in position)
        if self._names[0] != (lat, lon):
            self._names = (lat, lon), self.places.names_near(lat, lon, limit=_HINTS)
        return self._names[1]

    def close(self) -> None:
        """End the engine processes for good, and close the files of places."""
        self.engines.close()
        self.places.close()
        self._lock.close()


def open_reader(tell: Callable[[str], object], store: ModelStore | None = None) -> Reader | None:
    """Return the learned reader; where it cannot be had, tell why and go on with the closed lists."""
    from agent.understanding.learned.reader import Reader

    try:
        return Reader.open(store or ModelStore())
    except AgentError as error:
        tell(f"only plain answers and orders are understood: {error}")
        return None


def _since_ms(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 1)
