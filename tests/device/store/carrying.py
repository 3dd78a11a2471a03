"""What the tests of pack files share: a region is put, exported, taken and updated."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from device.store.pack_files import Carried, export_region, import_region, update_region
from nav.packs.paths import data_home, regions_dir

NORTH, SOUTH = 60.0, -30.0


def silent(_step: str, _done: int, _total: int) -> None:
    pass


def put(pack: Path, name: str = "town") -> None:
    """Install a copy of a pack, without any ceremony."""
    shutil.rmtree(regions_dir() / name, ignore_errors=True)
    shutil.copytree(pack, regions_dir() / name)


def content_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def installed() -> dict[str, bytes]:
    return content_of(regions_dir() / "town")


def nothing_left() -> bool:
    return not list((data_home() / "building").glob("*"))


def export(target: Path, **options: Any) -> Carried:
    return export_region("town", target, tell=silent, **options)


def take(file: Path, **options: Any) -> Carried:
    return import_region(file, **{"trusted": [], "unsigned": True, "tell": silent, **options})


def update(file: Path, name: str = "town", **options: Any) -> Carried:
    return update_region(name, file, **{"trusted": [], "unsigned": True, "tell": silent, **options})


def public(key: Path) -> str:
    return key.with_suffix(".pub").read_text("utf-8").strip()
