"""Region packs as a whole: built from an extract, listed, chosen, removed."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from device.errors import DeviceError, Missing
from device.store.whole_files import write_whole
from nav import region as nav_region
from nav.errors import NavError
from nav.packs import staging
from nav.packs.paths import data_home, regions_dir

if TYPE_CHECKING:
    from nav import Region

Progress = Callable[[str], None]
_STAGES = ("roads", "places")


def add_region(
    source: Path, name: str | None = None, progress: Progress | None = None, *, tiles: bool = False
) -> str:
    """Build the region pack of an OpenStreetMap extract, roads and places; it appears whole or not at all.

    Where the program was ended meanwhile, the next one goes on after the stages that were whole.

    Parameters
    ----------
    source : Path
        A `.osm.pbf` (or any file that libosmium reads).
    name : str, optional
        Name of the region; by default the file's name.
    progress : callable, optional
        Told what is being done.
    tiles : bool
        Whether map tiles for a screen are made too; where they cannot be made the pack is without.

    Returns
    -------
    str
        The name.

    Raises
    ------
    nav.errors.NavError, poi.errors.PoiError
        The extract is missing, cut or holds no roads, or the name cannot be a folder.
    """
    from device.store.region_builder import build_apart
    from device.store.stages import kept_stages
    from nav.packs.staging import staged

    name = name or default_name(source)
    with kept_stages(source, name) as stages, staged(name, check=check_pack) as folder:
        tell = progress or (lambda _what: None)
        for stage in _STAGES:
            build = partial(build_apart, stage, source, name=name, progress=tell)
            stages.make(stage, build)
        stages.join(_STAGES, folder)
        if tiles:
            _add_tiles(source, folder, tell)
    if not current_file().exists():
        use_region(name)
    return name


def _add_tiles(source: Path, folder: Path, tell: Progress) -> None:
    """Make tiles; a pack without them is drawn from its roads."""
    from device.tiles.build import build_tiles

    try:
        build_tiles(source, folder, tell)
    except DeviceError as error:
        tell(f"no map tiles: {error}")


def check_pack(folder: Path) -> None:
    """Open a pack whole, as its user will.

    Raises
    ------
    nav.errors.RegionDamaged
        Something in it cannot be opened, or is not what was written.
    """
    from nav import Region
    from nav.errors import RegionDamaged
    from nav.routing.weights.turns import PROFILES
    from poi import Places
    from poi.errors import PoiError

    try:
        region = Region.open(folder)
        for profile in PROFILES:
            region.network(profile)
        Places(region).close()
        damaged = damaged_files(region)
    except (NavError, PoiError, sqlite3.Error) as error:
        raise RegionDamaged(f"the new pack cannot be opened, nothing was changed: {error}") from None
    if damaged:
        raise RegionDamaged(
            f"the new pack is not what was written ({', '.join(damaged)}), nothing was changed: "
            "check the disk, then run the command again"
        )


def default_name(source: Path) -> str:
    """Return the region name that a file's name suggests."""
    return re.sub(r"(-latest)?(\.osm)?(\.pbf|\.xml|\.bz2)?$", "", source.name.lower()) or "region"


def installed_regions() -> list[str]:
    """Return the names of the installed region packs."""
    return nav_region.installed_regions()


def current_file() -> Path:
    """Return the file that holds the name of the chosen region."""
    return data_home() / "current_region"


def use_region(name: str) -> None:
    """Choose the region that commands take when none is named.

    Raises
    ------
    Missing
        No such pack is installed.
    """
    if name not in installed_regions():
        raise Missing(
            f"no region {name!r} is installed: `xiaogao map list` shows them, `xiaogao map add` builds one"
        )
    current_file().parent.mkdir(parents=True, exist_ok=True)
    write_whole(current_file(), f"{name}\n".encode())


def current_region(asked: str = "", *, at: tuple[float, float] | None = None) -> str:
    """Return the region to work in: the one asked for, else the chosen one, else the only one.

    Parameters
    ----------
    asked : str
        Name of a region; empty leaves the choice.
    at : (float, float), optional
        Where it is wanted: if the chosen region does not reach there, the smallest one that does.

    Raises
    ------
    Missing
        None is installed, or several are and none is chosen.
    """
    if asked:
        return asked
    try:
        chosen = current_file().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        chosen = ""
    installed = installed_regions()
    if at is not None and len(installed) > 1:
        sizes = {name: size for name in installed if (size := _size_around(name, at)) is not None}
        if sizes and chosen not in sizes:
            return min(sizes, key=lambda name: sizes[name])
    if chosen in installed:
        return chosen
    if len(installed) == 1:
        return installed[0]
    if installed:
        raise Missing(f"choose a region: `xiaogao map use NAME` with one of {', '.join(installed)}")
    raise Missing("no region is installed: `xiaogao map add FILE.osm.pbf --name NAME` builds one")


def _size_around(name: str, at: tuple[float, float]) -> float | None:
    """Return the size of a region in square degrees; None if it does not reach the point, or is damaged."""
    from nav.packs.pack import Meta

    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, NavError):
        meta = Meta.from_json((regions_dir() / name / "meta.json").read_text("utf-8"))
        south, west, north, east = meta.bbox
        if south <= at[0] <= north and west <= at[1] <= east:
            return (north - south) * (east - west)
    return None


def local_clock(region: Region) -> Callable[[], datetime]:
    """Return the clock of a region: what it shows there now, without a zone."""
    return lambda: region.local_time(datetime.now(UTC)).replace(tzinfo=None)


def damaged_files(region: Region) -> list[str]:
    """Read a whole pack and return the files whose content is not what was built."""
    damaged = region.verify()
    try:
        with contextlib.closing(
            sqlite3.connect(f"{(region.path / 'poi.sqlite').resolve().as_uri()}?mode=ro", uri=True)
        ) as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error:
        found = None
    return damaged if found == ("ok",) else [*damaged, "poi.sqlite"]


def not_as_built(name: str, files: list[str]) -> str:
    """Say which files of a pack are damaged, and what to do."""
    return f"the region {name} is damaged ({', '.join(files)}): `xiaogao map add` builds it again"


def remove_region(name: str) -> None:
    """Delete a region pack.

    Raises
    ------
    Missing
        No such pack is installed.
    """
    if name not in installed_regions():
        raise Missing(f"no region {name!r} is installed: `xiaogao map list` shows them")
    staging.remove(name)
