"""Who may make speech: one at a time, the most urgent first, and what is less urgent gives way."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from voice.loop.playback import Priority


@dataclass(slots=True, eq=False)
class VoiceTurn:
    """The right to make speech, for as long as nothing more urgent wants it."""

    priority: Priority
    """What it is for."""

    number: int
    """Among equals, who came first goes first, also after giving way."""

    broken_off: bool = False
    """Whether something more urgent waits: what was under way may have been cut, and should be left."""

    given: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while it is this turn's time."""


class VoiceTurns:
    """Gives the one voice to those who want it.

    Parameters
    ----------
    break_off : callable
        Lets the speech engine end what it makes after the stretch under way.
    """

    def __init__(self, break_off: Callable[[], None]) -> None:
        self._break_off = break_off
        self._holder: VoiceTurn | None = None
        self._waiting: list[VoiceTurn] = []
        self._numbers = itertools.count()

    @property
    def taken(self) -> bool:
        """Whether somebody has the voice."""
        return self._holder is not None

    @contextlib.asynccontextmanager
    async def take(self, priority: Priority) -> AsyncGenerator[VoiceTurn, None]:
        """Wait for the voice and have it until the block ends."""
        turn = VoiceTurn(priority, next(self._numbers))
        try:
            await self._wait(turn)
            yield turn
        finally:
            self._leave(turn)

    async def give_way(self, turn: VoiceTurn) -> None:
        """Let what is more urgent go first; returns when the voice is this turn's again."""
        if self._holder is turn:
            self._holder = None
            turn.given.clear()
        await self._wait(turn)  # in line before the voice is handed on: who is urgent may have given up

    async def _wait(self, turn: VoiceTurn) -> None:
        turn.broken_off = False
        self._waiting.append(turn)
        self._waiting.sort(key=lambda waiting: (-waiting.priority, waiting.number))
        self._hand_on()
        holder = self._holder
        if holder is not None and holder.priority < turn.priority and not holder.broken_off:
            holder.broken_off = True
            self._break_off()
        await turn.given.wait()

    def _leave(self, turn: VoiceTurn) -> None:
        turn.given.clear()
        if turn in self._waiting:
            self._waiting.remove(turn)
        if self._holder is turn:
            self._holder = None
            self._hand_on()

    def _hand_on(self) -> None:
        if self._holder is None and self._waiting:
            self._holder = self._waiting.pop(0)
            self._holder.given.set()
