"""A call to an engine process that may be given up while it waits or while it is served."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Call:
    """One call; whoever made it may give it up at any time, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self._stop: Callable[[], None] | None = None

    @property
    def given_up(self) -> bool:
        """Whether nobody waits for its result any more."""
        return self._given_up

    def give_up(self) -> None:
        """Let it end as soon as it can; what it gives is of no use."""
        with self._lock:
            self._given_up = True
            if self._stop is not None:
                self._stop()

    def begin(self, stop: Callable[[], None]) -> None:
        """It is being served from now on, and `stop` ends that: nothing is stopped after `end`."""
        with self._lock:
            self._stop = stop
            if self._given_up:
                stop()

    def end(self) -> None:
        """It was served."""
        with self._lock:
            self._stop = None
