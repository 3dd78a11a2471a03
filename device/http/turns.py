"""Who computes when: a costly request keeps no cheap one waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

COSTLY = 500
"""A request of more searches than this is costly: half a second or so of one core."""

_AT_ONCE = 1
_WAITING = 4
"""More could not be done before their deadline."""

T = TypeVar("T")


class Busy(Exception):
    """Too many costly requests wait already."""


class Turns:
    """Threads for requests: one for costly ones, the application's common ones for the others."""

    def __init__(self) -> None:
        self._costly = CapacityLimiter(_AT_ONCE)
        self._here = 0

    async def run(self, work: Callable[[], T], *, searches: int) -> T:
        """Do work in a thread when it is its turn.

        Parameters
        ----------
        work : callable
            Runs in a thread.
        searches : int
            What it costs, see `device.http.cost`.

        Raises
        ------
        Busy
            It is costly, and as many wait as can be served.
        """
        if searches <= COSTLY:
            return await to_thread.run_sync(work)
        if self._here >= _AT_ONCE + _WAITING:
            raise Busy
        self._here += 1
        try:
            return await to_thread.run_sync(work, limiter=self._costly)
        finally:
            self._here -= 1
