"""Region packs are put in their place whole: built outside it, checked, surely on the disk, then switched.

```
data/regions/NAME/           what is installed
data/building/NAME-…/pack/   what is being built; `owner` beside it is locked as long as its builder lives
data/previous/NAME/          what NAME was before, until the new one has served
data/regions.lock            held while something is switched
```
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nav.packs.pack import META_FILE, check_name
from nav.packs.paths import data_home, regions_dir

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_FORGOTTEN_S = 14 * 86_400.0
_OWNERLESS_S = 86_400.0


@contextmanager
def staged(name: str, check: Callable[[Path], None] = lambda _folder: None) -> Iterator[Path]:
    """Give a folder outside the regions; on success it becomes the region, on failure it is removed.

    A power cut or a kill at any moment leaves the region as it was or as it is to be.

    Parameters
    ----------
    name
        Name of the region.
    check
        Raises what is wrong with the folder when it is filled; then nothing is switched.

    Raises
    ------
    BadName
        The name cannot be a folder.
    """
    check_name(name)
    with _own_folder(name) as folder:
        yield folder
        check(folder)
        sync_tree(folder)
        with store_lock():
            _put(folder, name)


@contextmanager
def store_lock() -> Iterator[None]:
    """Let one process at a time change what is installed; another waits."""
    data_home().mkdir(parents=True, exist_ok=True)
    with (data_home() / "regions.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def restore_previous(name: str) -> bool:
    """Put what a region was before back in its place; tell whether there was something."""
    with store_lock():
        before, now = _previous() / name, regions_dir() / name
        if not (before / META_FILE).is_file():
            return False
        if now.exists():
            _exchange(before, now)
            shutil.rmtree(before, ignore_errors=True)
        else:
            before.rename(now)
        _sync(regions_dir())
        return True


def forget_previous(name: str) -> None:
    """Remove what a region was before: the new one has served."""
    with store_lock():
        shutil.rmtree(_previous() / name, ignore_errors=True)


def remove(name: str) -> None:
    """Remove a region, at once for whoever looks, and what it was before."""
    with _own_folder(name) as folder, store_lock():
        (regions_dir() / name).rename(folder / "removed")
        _sync(regions_dir())
        shutil.rmtree(_previous() / name, ignore_errors=True)


def sweep() -> None:
    """Remove what builders left behind that are dead, and finish a switch that was broken off."""
    with store_lock():
        _sweep()


def sync_tree(folder: Path) -> None:
    """Have every file and folder below a folder written to the disk."""
    for parent, _, files in os.walk(folder, topdown=False):
        for file in files:
            _sync(Path(parent) / file)
        _sync(Path(parent))


def _building() -> Path:
    """Return where packs are built: outside the regions, unless those are on a disk of their own."""
    regions, data = regions_dir(), data_home()
    same_disk = not regions.exists() or regions.stat().st_dev == data.stat().st_dev
    return (data if same_disk else regions) / ("building" if same_disk else ".building")


def _previous() -> Path:
    return _building().with_name(_building().name.replace("building", "previous"))


@contextmanager
def _own_folder(name: str) -> Iterator[Path]:
    """Give a folder that is swept only when this process has ended."""
    with store_lock():
        _sweep()
        _building().mkdir(mode=0o700, parents=True, exist_ok=True)
        outer = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=_building()))
        owner = (outer / "owner").open("w")
        fcntl.flock(owner, fcntl.LOCK_EX)
    folder = outer / "pack"
    try:
        folder.mkdir()
        yield folder
    finally:
        owner.close()
        shutil.rmtree(outer, ignore_errors=True)


def _put(folder: Path, name: str) -> None:
    final = regions_dir() / name
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if final.exists():
        _exchange(folder, final)
        _sync(final.parent)
        _keep(folder, _previous() / name)
    else:
        folder.rename(final)
        _sync(final.parent)


def _keep(old: Path, place: Path) -> None:
    """Keep a pack as what its region was before; without room for that it goes."""
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    old.rename(place)
    os.utime(place)


def _exchange(one: Path, other: Path) -> None:
    """Let two folders change places in one step."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if hasattr(libc, "renameat2"):
            paths = os.fsencode(one), os.fsencode(other)
            if not libc.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE):
                return
            if (number := ctypes.get_errno()) not in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
                raise OSError(number, os.strerror(number), str(one))
    # Not every file system can: a cut between the two steps is mended by `sweep`.
    aside = _previous() / other.name if one.parent != _previous() else one.with_name(f"{one.name}.aside")
    _keep(other, aside)
    one.rename(other)
    aside.rename(one)


def _sweep() -> None:
    for outer in _folders(_building()):
        if _is_dead(outer):
            shutil.rmtree(outer, ignore_errors=True)
    # The form of versions before: in the regions themselves, and without an owner.
    for old in regions_dir().glob(".building-*"):
        if _age_s(old) > _OWNERLESS_S:
            shutil.rmtree(old, ignore_errors=True)
    for before in _folders(_previous()):
        place = regions_dir() / before.name.removesuffix(".aside")
        if not place.exists() and (before / META_FILE).is_file():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            before.rename(place)
            _sync(place.parent)
        elif _age_s(before) > _FORGOTTEN_S:
            shutil.rmtree(before, ignore_errors=True)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _is_dead(outer: Path) -> bool:
    """Tell whether the process that builds here has ended; who has the lock of the store asks."""
    try:
        owner: IO[str] = (outer / "owner").open("r")
    except FileNotFoundError:
        return True  # whoever made it held that lock until there was an owner, and so has ended
    with owner:
        try:
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def _age_s(path: Path) -> float:
    with contextlib.suppress(OSError):
        return abs(time.time() - path.stat().st_mtime)
    return 0.0


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
