"""The child in which an extract is read: `python -m device.store.region_builder SOURCE FOLDER NAME PARENT`.

The library that reads extracts ends the process on some damaged files; then it is this one. Each line of its
output is JSON: what is being done, or the error that ended it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from device.lifeline import die_with_parent
from nav.errors import BadMapFile
from nav.osm.build import build_graph
from poi import build_places

Progress = Callable[[str], None]
_ERRORS = ("nav.errors", "poi.errors", "builtins")


def build_apart(source: Path, folder: Path, name: str, progress: Progress) -> None:
    """Build roads and places into a folder, in a process of their own.

    Raises
    ------
    nav.errors.NavError, poi.errors.PoiError, OSError
        As `nav.build_graph` and `poi.build_places` raise them; BadMapFile also for a file that ended
        the process.
    """
    command = [sys.executable, "-m", "device.store.region_builder"]
    command += [str(source), str(folder), name, str(os.getpid())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as child:
        assert child.stdout is not None
        try:
            for line in child.stdout:
                said = json.loads(line)
                if "error" in said:
                    raise _error(*said["error"])
                progress(said["step"])
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        raise BadMapFile(f"{source} ends the program that reads it: it is damaged, fetch it again")


def _error(module: str, kind: str, message: str) -> Exception:
    import importlib

    found = getattr(importlib.import_module(module), kind, None) if module in _ERRORS else None
    if isinstance(found, type) and issubclass(found, Exception):
        return found(message)
    return BadMapFile(f"the extract cannot be read ({kind}: {message}): fetch it again")


def _say(**what: object) -> None:
    print(json.dumps(what, ensure_ascii=False), flush=True)


def main() -> None:
    """Build one pack, as long as somebody waits for it."""
    die_with_parent(int(sys.argv[4]))
    source, folder, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    try:
        _say(step="roads")
        build_graph(source, folder, name=name)
        _say(step="places")
        build_places(source, folder)
    except Exception as error:
        _say(error=[type(error).__module__, type(error).__name__, str(error)])


if __name__ == "__main__":
    main()
