"""Tasks that are started again when they fail, so that one broken part does not end the service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

Part = tuple[str, Callable[[], Awaitable[None]]]
"""Name of a part of the service, and what runs it."""

_BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_CALM_S = 60.0


async def supervise(
    name: str,
    task: Callable[[], Awaitable[None]],
    failed: Callable[[str, Exception], None],
    *,
    back_off_s: tuple[float, ...] = _BACK_OFF_S,
) -> None:
    """Run a task until it returns or is cancelled; after an error, wait a little and run it again.

    Parameters
    ----------
    name : str
        For messages.
    task : coroutine function
        Called anew for each try.
    failed : callable
        Told the name and the error, before the wait.
    back_off_s : tuple of float
        Waits after the first, second, … failure in a row; a minute without one starts over.
    """
    failures = 0
    while True:
        started = time.monotonic()
        try:
            return await task()
        except Exception as error:
            failures = 0 if time.monotonic() - started > _CALM_S else failures
            failed(name, error)
            await asyncio.sleep(back_off_s[min(failures, len(back_off_s) - 1)])
            failures += 1
