"""Write a container image (OCI layout in one .tar) out of folders; the same files give the same bytes.

`python scripts/image.py BASE RELEASE.tar.gz` makes `dist/release/xiaogao-VERSION-MACHINE.oci.tar` of a Debian
root (`debootstrap --variant=minbase --include=python3.11,libstdc++6,libgomp1 bookworm BASE`) and a release.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import platform
import sys
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_LEFT_OUT = ("var/log", "var/cache", "var/lib/apt/lists", "tmp", "run", "proc", "sys", "dev", "debootstrap")
"""Folders of a root whose content no container needs, and which differs from one making to the next."""
_OWN = ("etc/machine-id", "etc/hostname", "etc/resolv.conf", "etc/hosts")
"""Files that a container gets when it is started."""
_HOME = "/var/lib/xiaogao"
_USER = 990


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer of an image."""

    blob: bytes
    """The packed archive."""
    diff_id: str
    """SHA-256 of the archive before it was packed."""


def of_root(root: Path, when: int) -> Layer:
    """Pack a system's root folder."""
    return _packed(_entries_of(root), when)


def of_release(archive: Path, version: str, when: int) -> Layer:
    """Pack a release as the Debian package installs it, and the folder that it keeps everything in."""
    return _packed(_entries_of_release(archive, version), when)


def _entries_of(root: Path) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(), mode="w") as maker:
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if any(name.startswith(f"{left}/") for left in _LEFT_OUT) or name in _OWN:
                continue
            info = maker.gettarinfo(path, name)
            if info is None:  # a socket
                continue
            if info.islnk():  # another name of a file that is in the archive already
                yield info, b""
            else:
                yield info, path.read_bytes() if info.isreg() else b""


def _entries_of_release(archive: Path, version: str) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    place = f"opt/xiaogao/releases/{version}"
    for folder in ("opt", "opt/xiaogao", "opt/xiaogao/releases", place, "var/lib/xiaogao"):
        info = tarfile.TarInfo(folder)
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        if folder == "var/lib/xiaogao":
            info.mode, info.uid, info.gid = 0o700, _USER, _USER
        yield info, b""
    with tarfile.open(archive) as packed:
        for info in packed:
            info.name = f"{place}/{info.name.partition('/')[2]}"
            found = packed.extractfile(info) if info.isreg() else None
            yield info, found.read() if found else b""
    links = {
        "opt/xiaogao/current": f"releases/{version}",
        "usr/bin/xiaogao": "/opt/xiaogao/current/bin/xiaogao",
    }
    for name, target in links.items():
        info = tarfile.TarInfo(name)
        info.type, info.linkname = tarfile.SYMTYPE, target
        yield info, b""


def _packed(entries: Iterable[tuple[tarfile.TarInfo, bytes]], when: int) -> Layer:
    plain, packed = hashlib.sha256(), io.BytesIO()

    class Both(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            plain.update(data)
            zipped.write(data)
            return len(data)

    with (
        gzip.GzipFile("", "wb", 6, packed, mtime=0) as zipped,
        tarfile.open(fileobj=Both(), mode="w|") as out,
    ):
        for info, content in entries:
            info.mtime, info.uname, info.gname = min(int(info.mtime) or when, when), "", ""
            out.addfile(info, io.BytesIO(content) if info.isreg() else None)
    return Layer(blob=packed.getvalue(), diff_id=f"sha256:{plain.hexdigest()}")


def write_image(out: Path, layers: list[Layer], *, architecture: str, version: str, when: int) -> None:
    """Write an image that runs the program, as a user of its own, with everything it keeps in a volume."""
    created = datetime.fromtimestamp(when, UTC).isoformat()
    config = {
        "created": created,
        "architecture": architecture,
        "os": "linux",
        "config": {
            "User": f"{_USER}:{_USER}",
            "Env": ["PATH=/usr/bin:/bin", f"XIAOGAO_HOME={_HOME}", "LANG=C.UTF-8"],
            "Entrypoint": ["/usr/bin/xiaogao"],
            "Cmd": ["run"],
            "Volumes": {_HOME: {}},
            "WorkingDir": _HOME,
            "StopSignal": "SIGTERM",
            "Labels": {
                "org.opencontainers.image.title": "xiaogao",
                "org.opencontainers.image.version": version,
                "org.opencontainers.image.licenses": "Apache-2.0",
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        "history": [{"created": created, "created_by": "scripts/image.py"} for _ in layers],
    }
    blobs: dict[str, bytes] = {}

    def stored(content: bytes, kind: str, **more: Any) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        media = f"application/vnd.oci.image.{kind}"
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(content), **more}

    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": stored(_json(config), "config.v1+json"),
        "layers": [stored(layer.blob, "layer.v1.tar+gzip") for layer in layers],
    }
    named = {"annotations": {"org.opencontainers.image.ref.name": version}}
    shown = stored(
        _json(manifest), "manifest.v1+json", platform={"architecture": architecture, "os": "linux"}, **named
    )
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [shown]}
    files = {"oci-layout": _json({"imageLayoutVersion": "1.0.0"}), "index.json": _json(index), **blobs}
    with tarfile.open(out, "w") as archive:
        for name, content in sorted(files.items()):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), when
            archive.addfile(info, io.BytesIO(content))


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode()


def main() -> None:
    """Make the image of a release."""
    if len(sys.argv) != 3 or not Path(sys.argv[1], "usr/bin/python3.11").exists():
        sys.exit(
            "give a Debian root with python3.11, and a release: python scripts/image.py BASE RELEASE.tar.gz"
        )
    base, archive = Path(sys.argv[1]), Path(sys.argv[2])
    with tarfile.open(archive) as packed:
        first = next(iter(packed))
        version, when = first.name.partition("/")[0].removeprefix("xiaogao-"), int(first.mtime)
    when = int(os.environ.get("SOURCE_DATE_EPOCH", when))
    machine = platform.machine()
    out = archive.with_name(f"xiaogao-{version}-{machine}.oci.tar")
    layers = [of_root(base, when), of_release(archive, version, when)]
    write_image(out, layers, architecture=_ARCHITECTURES.get(machine, machine), version=version, when=when)
    print(f"{out.stat().st_size / 1e6:9.1f} MB  {out}")


if __name__ == "__main__":
    main()
