"""A reader that is opened with the first sentence that needs it: "stop" needs none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.understanding.learned.reader import Reader


class LateReader:
    """Opens the learned reader once, when it is first asked for.

    Parameters
    ----------
    opening
        Opens the reader; None from it means that there is none to be had.
    """

    def __init__(self, opening: Callable[[], Reader | None]) -> None:
        self._opening = opening
        self._lock = threading.Lock()

    def get(self) -> Reader | None:
        """Return the reader, opened if it has not been yet; None if there is none."""
        with self._lock:
            return self._reader

    @cached_property
    def _reader(self) -> Reader | None:
        return self._opening()
