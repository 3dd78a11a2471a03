"""The container image: every part is what its digest says, and it is the same each time."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.archives import unpack

ROOT = Path(__file__).parents[1]
WHEN = 1_700_000_000


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module("image")


@pytest.fixture
def made(image: Any, tmp_path: Path) -> Path:
    """An image of a small root, with what differs from one root to the next, and a small release."""
    base = tmp_path / "base"
    for name, text in {
        "usr/bin/python3.11": "#!/bin/sh\n",
        "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
        "etc/machine-id": os.urandom(8).hex(),
        "var/log/dpkg.log": os.urandom(8).hex(),
    }.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(text)
    (base / "bin").symlink_to("usr/bin")
    (base / "usr" / "bin" / "python3").hardlink_to(base / "usr" / "bin" / "python3.11")
    application = tmp_path / "xiaogao-1.2"
    (application / "bin").mkdir(parents=True)
    (application / "bin" / "xiaogao").write_text("#!/bin/sh\necho ran\n")
    (application / "bin" / "xiaogao").chmod(0o755)
    archive = tmp_path / "xiaogao-1.2-x86_64.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(application, "xiaogao-1.2")
    layers = [image.of_root(base, WHEN), image.of_release(archive, "1.2", WHEN)]
    out = tmp_path / f"image-{len(list(tmp_path.glob('image-*')))}.tar"
    image.write_image(out, layers, architecture="amd64", version="1.2", when=WHEN)
    return out


def read(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        found = {info.name: archive.extractfile(info) for info in archive}
        return {name: file.read() for name, file in found.items() if file}


def test_every_part_is_what_its_digest_says(made: Path) -> None:
    files = read(made)
    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}

    def part(shown: dict[str, Any]) -> bytes:
        content = files[f"blobs/sha256/{shown['digest'].removeprefix('sha256:')}"]
        assert hashlib.sha256(content).hexdigest() == shown["digest"].removeprefix("sha256:")
        assert len(content) == shown["size"]
        return content

    (shown,) = json.loads(files["index.json"])["manifests"]
    manifest = json.loads(part(shown))
    config = json.loads(part(manifest["config"]))
    plain = [gzip.decompress(part(layer)) for layer in manifest["layers"]]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(tar).hexdigest()}" for tar in plain]
    assert config["config"]["User"] not in {"", "0", "root"}
    assert config["config"]["Entrypoint"] == ["/usr/bin/xiaogao"]
    assert len(files) == 3 + 1 + len(plain)


def test_the_same_files_give_the_same_bytes(image: Any, made: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "etc" / "machine-id").write_text("another")
    (base / "var" / "log" / "dpkg.log").write_text("another")
    layers = [
        image.of_root(base, WHEN),
        image.of_release(tmp_path / "xiaogao-1.2-x86_64.tar.gz", "1.2", WHEN),
    ]
    image.write_image(tmp_path / "again.tar", layers, architecture="amd64", version="1.2", when=WHEN)
    assert (tmp_path / "again.tar").read_bytes() == made.read_bytes()


@pytest.mark.skipif(shutil.which("umoci") is None, reason="umoci is not installed")
def test_another_program_unpacks_it(made: Path, tmp_path: Path) -> None:
    layout, bundle = tmp_path / "layout", tmp_path / "bundle"
    layout.mkdir()
    unpack(made, layout)
    command = ["umoci", "unpack", "--rootless", "--image", f"{layout}:1.2", str(bundle)]
    subprocess.run(command, check=True, capture_output=True)
    root = bundle / "rootfs"
    assert (root / "opt" / "xiaogao" / "current" / "bin" / "xiaogao").read_text() == "#!/bin/sh\necho ran\n"
    assert (root / "usr" / "bin" / "xiaogao").readlink() == Path("/opt/xiaogao/current/bin/xiaogao")
    assert (root / "usr" / "bin" / "python3").read_text() == "#!/bin/sh\n"
    assert not (root / "etc" / "machine-id").exists()
