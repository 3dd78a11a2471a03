"""How much memory may still be taken, of the computer and its control groups; and taking less of it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

_M_ARENA_MAX = -8
_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")


def share_arenas() -> None:
    """Let the threads of this process share two heaps instead of one for each: less lies about unused."""
    if sys.platform == "linux":
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def give_back() -> None:
    """Return freed memory to the computer, after work that took a lot for a moment."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def available_bytes(proc: Path = _PROC, cgroups: Path = _CGROUPS) -> int | None:
    """Return the bytes that can be taken before the computer or a control group runs out.

    Parameters
    ----------
    proc, cgroups : Path
        Where the kernel tells about memory and control groups (both versions are understood).

    Returns
    -------
    int or None
        None where the kernel tells nothing.
    """
    found = [*_of_computer(proc / "meminfo"), *_of_groups(proc / "self" / "cgroup", cgroups)]
    return min(found, default=None)


def _of_computer(meminfo: Path) -> Iterator[int]:
    for line in _lines(meminfo):
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) << 10


def _of_groups(membership: Path, cgroups: Path) -> Iterator[int]:
    for line in _lines(membership):
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            root, limit, usage, cached = cgroups, "memory.max", "memory.current", "inactive_file "
        elif "memory" in controllers.split(","):
            root, limit, usage = cgroups / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            cached = "total_inactive_file "
        else:
            continue
        group = root / path.strip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(root):
                break
            most, taken = _number(folder / limit), _number(folder / usage)
            if most is not None and taken is not None:
                given_back = [
                    int(n.split()[1]) for n in _lines(folder / "memory.stat") if n.startswith(cached)
                ]
                yield max(0, most - taken + sum(given_back))


def _number(path: Path) -> int | None:
    text = "".join(_lines(path))
    return int(text) if text.isdecimal() else None


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
