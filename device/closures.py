"""The file of closures and live speeds: taken up when it is written, and when a change begins or ends."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from nav import Router
from nav.errors import BadLiveData

_LOOK_S = 2.0
_AGAIN_S = 60.0


async def follow_closures(
    path: Path,
    router: Router,
    *,
    changed: Callable[[], None],
    problem: Callable[[str], None],
    look_s: float = _LOOK_S,
    again_s: float = _AGAIN_S,
) -> None:
    """Keep a router's closures those of a file, until cancelled.

    Parameters
    ----------
    path : Path
        The file, see `nav.live`; where there is none, nothing is closed.
    router : Router
        Gets the changes; what a broken file said before stays in force.
    changed : callable
        Told on the event loop after each change.
    problem : callable
        Told in words what is wrong with the file, once for each of its versions.
    look_s, again_s : float
        How often the file's time is looked at, and how often it is read anyway, since changes in it have
        times of their own.
    """
    seen: tuple[int, int] | None = None
    read_at = time.monotonic()
    while True:
        version = await asyncio.to_thread(_version, path)
        due = version is not None and time.monotonic() - read_at > again_s
        if version != seen or due:
            try:
                warnings = await asyncio.to_thread(_take_up, path, router, there=version is not None)
                changed()
            except BadLiveData as error:
                warnings = [str(error)]
            if version != seen:
                for warning in warnings:
                    problem(warning)
            seen, read_at = version, time.monotonic()
        await asyncio.sleep(look_s)


def _version(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        info = path.stat()
        return info.st_mtime_ns, info.st_size
    return None


def _take_up(path: Path, router: Router, *, there: bool) -> list[str]:
    if there:
        return router.apply_live(path)
    router.clear_live()
    return []
