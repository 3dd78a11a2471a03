"""Signs of life of a process: what tells an engine that computes or reads from one that hangs."""

from __future__ import annotations

import time
from pathlib import Path

_PROC = Path("/proc")
_WORKING = frozenset("RD")
_AFTER_NAME = 2
_MAJOR_FAULTS, _USER_TICKS, _SYSTEM_TICKS = (field - _AFTER_NAME - 1 for field in (12, 14, 15))


def life_signs(pid: int, proc: Path = _PROC) -> object:
    """Return something that changes as long as a process is at work.

    A process that runs or waits for the disk is at work at every look. Of any other, the processor time
    and the page faults of all its threads tell: one that is stopped or waits for ever has none.

    Parameters
    ----------
    pid : int
        The process.
    proc : Path
        Where the kernel tells about processes; where it does not, every process is taken to be at work.
    """
    try:
        fields = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    if fields[0] in _WORKING:
        return time.monotonic()
    return fields[_MAJOR_FAULTS], fields[_USER_TICKS], fields[_SYSTEM_TICKS]
