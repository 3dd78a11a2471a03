"""The map extracts that benchmarks run on, and packs made of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import nav
import poi

SAMPLE = "helsinki"
"""The extract that installs with the product; the others lie beside the project."""

TEST_MAPS = "XIAOGAO_TEST_MAPS"
"""Environment variable that names the folder of the other extracts."""


class Pack(NamedTuple):
    """A region built from an extract, opened."""

    region: nav.Region
    places: poi.Places
    router: nav.Router


def extract_of(name: str, folder: Path | None = None) -> Path | None:
    """Return the extract of a region, None where it is not on this machine.

    Parameters
    ----------
    name
        "helsinki", "andorra", "monaco", "tsinghua" and so on.
    folder
        Where the extracts lie; by default the one of the environment, or that beside the project.
    """
    from device.errors import DeviceError
    from device.store.models import ModelStore

    beside = Path(__file__).parents[2] / "shared" / "maps"
    path = (folder or Path(os.environ.get(TEST_MAPS, beside))) / f"{name}.osm.pbf"
    if not path.is_file() and name == SAMPLE:
        try:
            path = ModelStore().path("helsinki-extract") / "Helsinki.osm.pbf"
        except DeviceError:
            return None
    return path if path.is_file() else None


def extracts_of(
    names: Iterable[str], folder: Path | None = None, *, sample: Path | None = None
) -> dict[str, Path]:
    """Return the extracts that are on this machine, by name; `sample` stands in for that of Helsinki."""
    found = {name: extract_of(name, folder) for name in names}
    if sample is not None and SAMPLE in found:
        found[SAMPLE] = sample
    return {name: path for name, path in found.items() if path is not None}


def build(extract: Path, folder: Path, name: str) -> Pack:
    """Make a pack of an extract in a new folder, and open it."""
    folder.mkdir()
    nav.build_graph(extract, folder, name=name)
    poi.build_places(extract, folder)
    region = nav.Region.open(folder)
    return Pack(region, poi.Places(region), nav.Router(region))
