"""What the loop remembers: the turn under way, how it came about, and what may follow it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from voice.asr.recognizer import Transcript
from voice.wake.detector import WakeHit


class State(Enum):
    """What the loop is doing besides speaking."""

    WAITING = "waiting"
    RECORDING = "recording"
    ANSWERING = "answering"


class Opening(Enum):
    """How somebody came to speak."""

    CALLED = "called"
    """By the call."""

    INVITED = "invited"
    """While we talk with each other: into an answer, or just after it."""

    UNINVITED = "uninvited"
    """Over a prompt: it can only be silenced."""


@dataclass(slots=True, kw_only=True, eq=False)
class Turn:
    """One utterance, from its first sound to its answer."""

    number: int
    """They are counted; the newest is the one that is answered."""

    opening: Opening = Opening.UNINVITED
    """How it began."""

    start_ms: int = 0
    """Where in the stream its sound begins."""

    greeted: bool = True
    """Whether the speaker knows that we listen, because we said so or they speak."""

    early: asyncio.Task[Transcript] | None = None
    """Recognition on trial in a pause."""

    check: tuple[int, WakeHit] | None = None
    """The call that the second stage has still to look at, and when it was noticed."""

    checks: int = 0
    """How many calls it is looking at."""

    checking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One of them at a time: once one is borne out the others need no look."""

    confirmed: bool = False
    """Whether it has borne one out."""

    transcript: Transcript | None = None
    """What was said, once it was recognised and kept."""

    answered: bool = False
    """Whether an answer was given."""

    take_back: Callable[[], None] = lambda: None
    """Undoes what the answer did."""

    late: bool = False
    """Whether the answer took so long that we asked for the request in other words."""

    sounds_ms: int | None = None
    """When its answer began to sound."""

    goes_on: Turn | None = None
    """The turn before, if this one may be the rest of what was said there."""

    @property
    def called(self) -> bool:
        """Whether it began with the call."""
        return self.opening == Opening.CALLED

    def still_open(self, begun_ms: int, take_back_ms: int) -> bool:
        """Whether what begins now may belong to this turn: its answer is not yet heard, or only just."""
        if self.transcript is None:
            return False
        return self.sounds_ms is None or begun_ms - self.sounds_ms <= take_back_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Whether one may speak without the call."""

    asked: bool = False
    """Whether we asked something: what is said then is an answer, even if it is not understood."""

    for_ms: int = 0
    """How long the window will be open that opens when we have finished speaking; 0 for none."""

    until_ms: int = -1
    """When the open window closes."""

    def opened(self, now_ms: int) -> FollowUp:
        """The window is open from now on."""
        return replace(self, for_ms=0, until_ms=now_ms + self.for_ms)

    def closed(self) -> FollowUp:
        """Somebody speaks."""
        return replace(self, until_ms=-1)

    def is_open(self, now_ms: int) -> bool:
        """Whether it is open."""
        return now_ms <= self.until_ms


@dataclass(slots=True, kw_only=True)
class Interruption:
    """Speech that is not yet an utterance: it has to last before it interrupts us."""

    run_ms: int = 0
    """How long it has lasted."""

    talked_on: bool = False
    """Whether somebody still talks who was cut at the cap: they must pause before we listen again."""

    resume_at_ms: int | None = None
    """When the answer that was broken off goes on, if nothing more was said."""


@dataclass(slots=True, kw_only=True)
class Problems:
    """What is wrong now; each is told once, and once that it is over."""

    emit: Callable[[str, dict[str, object]], None]
    failure: str = ""
    """What went wrong with the newest request; empty when it was answered."""

    _told: set[str] = field(default_factory=set)

    def notice(self, problem: str) -> None:
        """Report that something is wrong, once until it is well again."""
        if problem not in self._told:
            self._told.add(problem)
            self.emit("problem", {"problem": problem})

    def recovered(self, problem: str) -> None:
        """Report that it is well again."""
        if problem in self._told:
            self._told.discard(problem)
            self.emit("recovered", {"problem": problem})
