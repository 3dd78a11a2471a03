"""The model store: atomic, resumable, checked by hash."""

from __future__ import annotations

import hashlib
import http.server
import os
import random
import shutil
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.errors import DownloadFailed, ModelDamaged, ModelMissing, NoSpace
from device.store import archives, models
from device.store.model_lock import Model, ModelFile, ModelLock, Package, Part, committed_lock
from device.store.models import ModelStore

CONTENT = random.Random(5).randbytes(2_000_000)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lock_of(packages: dict[str, bytes], *, pinned: bool = True) -> ModelLock:
    """Make a lock with one model `m` of one file that is joined from a member of each package."""
    file = ModelFile(
        path="model.bin",
        sha256=sha256(CONTENT) if pinned else None,
        size=len(CONTENT) if pinned else None,
        parts=tuple(Part(package=name, member="data/part.bin") for name in packages),
    )
    made = tuple(
        Package(registry="pypi", name=name, version="1.0", sha256=sha256(wheel), size=len(wheel))
        for name, wheel in packages.items()
    )
    return ModelLock(
        version=1, models={"m": Model(use="test", licence="MIT", default=True, packages=made, files=(file,))}
    )


def wheel_with(content: bytes, folder: Path) -> bytes:
    path = folder / "made.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("data/part.bin", content)
    return path.read_bytes()


@pytest.fixture
def packages(tmp_path: Path) -> dict[str, bytes]:
    half = len(CONTENT) // 2
    return {"part-a": wheel_with(CONTENT[:half], tmp_path), "part-b": wheel_with(CONTENT[half:], tmp_path)}


@pytest.fixture
def store(tmp_path: Path, packages: dict[str, bytes]) -> ModelStore:
    """A store whose archives are already on the disk, as after a download."""
    store = ModelStore(tmp_path / "store", lock_of(packages))
    for name, wheel in packages.items():
        folder = store.folder / "partial" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.whl").write_bytes(wheel)
    return store


def test_parts_are_joined_checked_and_linked(store: ModelStore) -> None:
    assert store.pull("m")
    assert (store.path("m") / "model.bin").read_bytes() == CONTENT
    assert not (store.folder / "partial").exists(), "archives are deleted once their members are read"
    assert not store.pull("m"), "a second pull does nothing"


def test_a_flipped_byte_is_found_by_verify_and_by_the_next_use_and_mended_by_pull(
    store: ModelStore, packages: dict[str, bytes]
) -> None:
    store.pull("m")
    blob = (store.folder / "m" / "model.bin").resolve()
    damaged = bytearray(CONTENT)
    damaged[777] ^= 1
    blob.write_bytes(damaged)
    assert store.verify() == {"m": "damaged: model.bin"}
    with pytest.raises(ModelDamaged, match="xiaogao models pull m"):
        store.path("m")
    for name, wheel in packages.items():
        (store.folder / "partial" / name).mkdir(parents=True)
        (store.folder / "partial" / name / f"{name}.whl").write_bytes(wheel)
    assert store.pull("m")
    assert store.verify() == {"m": "ok"}


def test_a_missing_model_says_what_to_do(store: ModelStore) -> None:
    with pytest.raises(ModelMissing, match="xiaogao models pull m"):
        store.path("m")
    with pytest.raises(ModelMissing, match="xiaogao models list"):
        store.path("unknown")


def test_other_bytes_than_the_lock_names_are_refused_and_leave_nothing(
    tmp_path: Path, packages: dict[str, bytes]
) -> None:
    store = ModelStore(tmp_path / "store", lock_of(packages))
    swapped = dict(zip(packages, reversed(packages.values()), strict=True))
    bad = lock_of(swapped).models["m"]
    store = ModelStore(tmp_path / "store", ModelLock(version=1, models={"m": bad}))
    for name, wheel in swapped.items():
        (store.folder / "partial" / name).mkdir(parents=True)
        (store.folder / "partial" / name / f"{name}.whl").write_bytes(wheel)
    with pytest.raises(DownloadFailed, match="other bytes"):
        store.pull("m")
    assert not (store.folder / "m").exists()
    assert list((store.folder / "blobs").iterdir()) == []


def test_space_is_checked_before_the_download(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 1000))
    with pytest.raises(NoSpace, match="XIAOGAO_HOME"):
        store.pull("m")


def test_without_npm_the_message_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    package = Package(registry="npm", name="voices", version="1.0", sha256="0" * 64, size=1)
    with pytest.raises(DownloadFailed, match=r"npm is needed .* apt-get install"):
        archives.fetch(package, tmp_path / "partial")


class Server(http.server.ThreadingHTTPServer):
    """Serves CONTENT; `cut` answers break off in the middle; ranges are honoured."""

    cut: int
    ranges: list[str | None]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        asked = self.headers.get("Range")
        self.server.ranges.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        rest = CONTENT[start:]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if self.server.cut:
            self.server.cut -= 1
            rest = rest[: len(rest) // 2]
        self.wfile.write(rest)

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), Handler)
    server.cut, server.ranges = 0, []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("cut", [0, 2])
@pytest.mark.parametrize("pinned", [True, False])
def test_a_url_serves_as_second_source_and_a_broken_download_goes_on(
    tmp_path: Path, packages: dict[str, bytes], server: Server, cut: int, pinned: bool
) -> None:
    server.cut = cut
    store = ModelStore(tmp_path / "store", lock_of(packages, pinned=pinned))
    assert store.pull("m", url=f"http://127.0.0.1:{server.server_port}/models")
    assert (store.path("m") / "model.bin").read_bytes() == CONTENT
    assert len(server.ranges) == cut + 1
    assert all(asked is not None for asked in server.ranges[1:]), "what is on the disk is not fetched again"


def test_a_url_that_breaks_off_for_good_is_one_error_and_the_next_pull_continues(
    tmp_path: Path, packages: dict[str, bytes], server: Server
) -> None:
    server.cut = 3
    store = ModelStore(tmp_path / "store", lock_of(packages))
    url = f"http://127.0.0.1:{server.server_port}"
    with pytest.raises(DownloadFailed, match="run the command again"):
        store.pull("m", url=url)
    assert store.pull("m", url=url)
    assert server.ranges[-1] is not None


def test_the_committed_lock_pins_every_file_that_packages_carry() -> None:
    lock = committed_lock()
    for model in lock.models.values():
        carried = {package.name for package in model.packages}
        assert {part.package for file in model.files for part in file.parts} == carried
        assert not model.packages or all(file.sha256 and file.size for file in model.files)


@pytest.mark.parametrize("how", ["in place, its time set back", "by another file of its time"])
def test_other_bytes_of_the_same_size_and_time_are_found(store: ModelStore, how: str) -> None:
    store.pull("m")
    store.path("m")
    blob = (store.folder / "m" / "model.bin").resolve()
    before = blob.stat()
    damaged = CONTENT[:-1] + bytes([CONTENT[-1] ^ 1])
    if "in place" in how:
        blob.write_bytes(damaged)
    else:
        beside = blob.with_suffix(".other")
        beside.write_bytes(damaged)
        beside.replace(blob)
    os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert blob.stat().st_size == before.st_size
    with pytest.raises(ModelDamaged):
        ModelStore(store.folder, store.lock).path("m")


def test_a_model_is_due_a_day_after_it_was_hashed(store: ModelStore) -> None:
    store.pull("m")
    day_s, now_s = 86_400.0, time.time()
    assert store.due(older_s=day_s, now_s=now_s + 60) == []
    assert store.due(older_s=day_s, now_s=now_s + day_s + 60) == ["m"]
    (store.folder / "verified.json").write_text("{}")
    assert store.due(older_s=day_s) == ["m"], "nobody knows when"
    store.verify(["m"])
    assert store.due(older_s=day_s) == []


def test_what_a_killed_command_left_is_swept(store: ModelStore) -> None:
    (store.folder / "blobs").mkdir(parents=True)
    (store.folder / "blobs" / ".half").write_bytes(b"half")
    (store.folder / ".m-x1").mkdir()
    store.pull("m")
    assert [path.name for path in (store.folder / "blobs").glob(".*")] == []
    assert not (store.folder / ".m-x1").exists()


def test_a_store_that_cannot_be_written_is_read(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.pull("m")

    def refuse(*_: object, **_options: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(models, "write_whole", refuse)
    (store.folder / "verified.json").unlink()
    assert store.path("m").is_dir()


def test_what_the_lock_does_not_pin_is_marked(tmp_path: Path, packages: dict[str, bytes]) -> None:
    assert ModelStore(tmp_path, lock_of(packages)).states()[0].pinned
    assert not ModelStore(tmp_path, lock_of(packages, pinned=False)).states()[0].pinned
