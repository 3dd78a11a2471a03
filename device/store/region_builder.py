"""The child in which a stage of a pack is built.

`python -m device.store.region_builder STAGE SOURCE FOLDER NAME PARENT`.
The library that reads extracts ends the process on some damaged files; then it is this one. Each line of its
output is JSON: what is being done, what it took, or the error that ended it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from device.lifeline import die_with_parent
from device.tiles.build import build_tiles
from nav.errors import BadMapFile
from nav.osm.build import build_graph
from poi import build_places

Progress = Callable[[str], None]
_ERRORS = ("nav.errors", "poi.errors", "device.errors", "builtins")
_KB_PER_MB = 1024.0
_NICER = 10
_TELLING_SHARE = 0.1
"""From when it is told how long the rest takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a stage took."""

    seconds: float
    cpu_s: float
    """Processor time, that of its own children included."""
    peak_mb: float
    """Most memory of one of its processes."""


def build_apart(stage: str, source: Path, folder: Path, name: str, progress: Progress) -> Cost:
    """Build one stage (`roads`, `places`, `tiles`) into a folder, in a process of its own.

    Tiles need the other two in the folder.

    Raises
    ------
    nav.errors.NavError, poi.errors.PoiError, DeviceError, OSError
        As `nav.build_graph`, `poi.build_places` and `build_tiles` raise them; BadMapFile also for a file
        that ended the process.
    """
    command = [sys.executable, "-m", "device.store.region_builder", stage]
    command += [str(source), str(folder), name, str(os.getpid())]
    cost: Cost | None = None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        try:
            for line in child.stdout:
                said = json.loads(line)
                if "error" in said:
                    raise _error(*said["error"])
                if "cost" in said:
                    cost = Cost(**said["cost"])
                else:
                    progress(said["step"])
        except BaseException:
            child.kill()
            raise
    if child.returncode or cost is None:
        raise BadMapFile(f"{source} ends the program that reads it: it is damaged, fetch it again")
    return cost


def _error(module: str, kind: str, message: str) -> Exception:
    import importlib

    found = getattr(importlib.import_module(module), kind, None) if module in _ERRORS else None
    if isinstance(found, type) and issubclass(found, Exception):
        return found(message)
    return BadMapFile(f"the extract cannot be read ({kind}: {message}): fetch it again")


def _say(**what: object) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


def duration_text(seconds: float) -> str:
    """Write a length of time as people wait for it."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{max(round(seconds), 1)} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _build(stage: str, source: Path, folder: Path, name: str) -> None:
    began = time.monotonic()

    def tell(step: str, share: float) -> None:
        rest = (time.monotonic() - began) * (1.0 - share) / max(share, 0.01)
        left = f", about {duration_text(rest)} remain" if share >= _TELLING_SHARE else ""
        _say(step=f"roads: {step}, {share:.0%}{left}")

    if stage == "roads":
        _say(step="roads")
        build_graph(source, folder, name=name, progress=tell)
    elif stage == "places":
        _say(step="places")
        build_places(source, folder)
    else:
        build_tiles(source, folder, lambda step: _say(step=step))


def _cost(began: float) -> Cost:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Cost(
        seconds=round(time.monotonic() - began, 3),
        cpu_s=round(sum(usage.ru_utime + usage.ru_stime for usage in usages), 3),
        peak_mb=round(max(usage.ru_maxrss for usage in usages) / _KB_PER_MB, 1),
    )


def main() -> None:
    """Build one stage, as long as somebody waits for it."""
    stage, source, folder, name, parent = sys.argv[1:]
    die_with_parent(int(parent))
    os.nice(_NICER)  # who is driving meanwhile comes first
    began = time.monotonic()
    try:
        _build(stage, Path(source), Path(folder), name)
        _say(cost=asdict(_cost(began)))
    except Exception as error:
        _say(error=[type(error).__module__, type(error).__name__, str(error)])


if __name__ == "__main__":
    main()
