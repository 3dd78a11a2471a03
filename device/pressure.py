"""How much memory may still be taken: of the computer, and of the control groups that the service is in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")


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
