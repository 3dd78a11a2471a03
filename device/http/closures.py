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


class Closures:
    """Keeps a router's closures those of a file.

    Parameters
    ----------
    path : Path
        The file, see `nav.routing.live`; where there is none, nothing is closed.
    router : Router
        Gets the changes; what a broken file said before stays in force.
    again_s : float
        How often the file is read anyway, since changes in it have times of their own.
    """

    def __init__(self, path: Path, router: Router, *, again_s: float = _AGAIN_S) -> None:
        self._path, self._router, self._again_s = path, router, again_s
        self._seen: tuple[int, int] | None = None
        self._read_at = time.monotonic()

    def look(self) -> tuple[bool, list[str]]:
        """Take the file up if it is due.

        Returns
        -------
        tuple of bool and list of str
            Whether the router's closures were set anew, and what is wrong with the file, in words, once for
            each of its versions.
        """
        version = _version(self._path)
        fresh = version != self._seen
        if not fresh and (version is None or time.monotonic() - self._read_at <= self._again_s):
            return False, []
        changed, warnings = True, []
        try:
            if version is None:
                self._router.clear_live()
            else:
                warnings = self._router.apply_live(self._path)
        except BadLiveData as error:
            changed, warnings = False, [str(error)]
        self._seen, self._read_at = version, time.monotonic()
        return changed, warnings if fresh else []


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
    path, router, again_s
        See `Closures`.
    changed : callable
        Told on the event loop after each change.
    problem : callable
        Told in words what is wrong with the file, once for each of its versions.
    look_s : float
        How often the file's time is looked at.
    """
    closures = Closures(path, router, again_s=again_s)
    while True:
        set_anew, warnings = await asyncio.to_thread(closures.look)
        if set_anew:
            changed()
        for warning in warnings:
            problem(warning)
        await asyncio.sleep(look_s)


def _version(path: Path) -> tuple[int, int] | None:
    with contextlib.suppress(OSError):
        info = path.stat()
        return info.st_mtime_ns, info.st_size
    return None
