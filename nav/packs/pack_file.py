"""Pack files: a pack, or what changed in it, as one zip file that has the same bytes for the same pack.

The first member, `xgmap.json`, is the manifest; `xgmap.sig`, if there, is an OpenSSH signature over its
bytes; then come the files of the pack in the order of their names. Nothing is trusted that the manifest does
not say: sizes bound what is unpacked, and every SHA-256 is checked while it is.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from nav.errors import BadPackFile, NavError
from nav.packs.manifest import MEMBERS_LIMIT, Manifest, Member

Progress = Callable[[str, int, int], None]
"""Told the step, bytes done, and bytes in all."""

SUFFIX = ".xgmap"
MANIFEST, SIGNATURE = "xgmap.json", "xgmap.sig"
_CHUNK = 1 << 20
_DATE = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16
_LIMITS = {MANIFEST: 4 << 20, SIGNATURE: 64 << 10}
_DIRECTORY_LIMIT = 4 << 20
_END, _END_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
_LOCATOR_BYTES = 20
_AGAIN = "carry it over again, or export it again"
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    ValueError,
)


def write_pack_file(
    out: IO[bytes],
    folder: Path,
    manifest: Manifest,
    carried: Collection[str],
    signature: bytes | None,
    tell: Progress,
) -> None:
    """Write a pack file.

    Parameters
    ----------
    out
        Where to; it is sought in.
    folder
        The pack.
    manifest
        What the pack is.
    carried
        Names of the members that are written.
    signature
        Over the bytes of the manifest.
    tell
        Told what is being written.

    Raises
    ------
    BadPackFile
        A member is not what the manifest says: the pack has been changed meanwhile.
    """
    written = [member for member in manifest.members if member.name in carried]
    total, done = sum(member.size for member in written), 0
    # Deflate gives the same bytes as long as zlib is the same; the pack inside is the same with any.
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr(_info(MANIFEST, zipfile.ZIP_STORED), manifest.to_bytes())
        if signature is not None:
            archive.writestr(_info(SIGNATURE, zipfile.ZIP_STORED), signature)
        for member in written:
            info = _info(member.name, zipfile.ZIP_DEFLATED)
            info.file_size = member.size
            with (folder / member.name).open("rb") as source, archive.open(info, "w") as target:
                for count in copied(source, target, member, "has been changed meanwhile: run it again"):
                    done += count
                    tell(f"writing {member.name}", done, total)


def copied(source: IO[bytes], target: IO[bytes] | None, member: Member, otherwise: str) -> Iterator[int]:
    """Copy a member in pieces, and check it; give the number of bytes of each piece.

    Raises
    ------
    BadPackFile
        It is longer or shorter, or has another SHA-256; the message ends as `otherwise` says.
    """
    digest, left = hashlib.sha256(), member.size
    while chunk := source.read(min(_CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            break
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
        yield len(chunk)
    if left or digest.hexdigest() != member.sha256:
        raise BadPackFile(f"{member.name} {otherwise}")


def _info(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.create_system, info.external_attr, info.compress_type = 3, _PLAIN_FILE, kind
    return info


class PackFile:
    """A pack file that is open for reading."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.name = name
        """Of the file, for messages."""
        _check_end(stream)
        self._zip = zipfile.ZipFile(stream)
        self._infos = _checked(self._zip.infolist())
        if MANIFEST not in self._infos:
            raise BadPackFile(f"it has no {MANIFEST}")
        self.manifest_bytes = self._small(MANIFEST)
        """What is signed."""
        self.signature = self._small(SIGNATURE) if SIGNATURE in self._infos else None
        """The OpenSSH signature, if there is one."""
        self.manifest = Manifest.from_bytes(self.manifest_bytes)
        """What the pack is."""
        self.carried = frozenset(self._infos) - {MANIFEST, SIGNATURE}
        """Names of the members that are in the file."""
        self._check_members()

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[PackFile]:
        """Open a file and look at everything in it but the content of its members.

        Raises
        ------
        BadPackFile
            It is no pack file, is cut or damaged, or holds what no pack may hold.
        RegionOutdated
            A later program has written it.
        """
        if not path.is_file():
            raise BadPackFile(f"there is no file {path}: check the path")
        with path.open("rb") as stream:
            try:
                opened = cls(stream, path.name)
            except NavError as error:
                raise type(error)(f"{path.name} cannot be used, nothing was changed: {error}") from None
            except _BROKEN as error:
                raise BadPackFile(
                    f"{path.name} is damaged, nothing was changed ({error}): {_AGAIN}"
                ) from None
            yield opened

    def extract(self, member: Member, target: Path) -> Iterator[int]:
        """Unpack a member in pieces into a new file; give the number of bytes of each piece.

        Raises
        ------
        BadPackFile
            It cannot be unpacked, or is not what the manifest says.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            try:
                with self._zip.open(self._infos[member.name]) as source:
                    wrong = f"in {self.name} is not what was exported, nothing was changed: {_AGAIN}"
                    yield from copied(source, out, member, wrong)
            except _BROKEN as error:
                raise BadPackFile(
                    f"{member.name} in {self.name} is damaged, nothing was changed ({error}): {_AGAIN}"
                ) from None

    def _small(self, name: str) -> bytes:
        if self._infos[name].file_size > _LIMITS[name]:
            raise BadPackFile(f"{name} is too large")
        try:
            with self._zip.open(self._infos[name]) as source:
                content = source.read(_LIMITS[name] + 1)
        except _BROKEN as error:
            raise BadPackFile(f"{name} is damaged ({error}): {_AGAIN}") from None
        if len(content) > _LIMITS[name]:
            raise BadPackFile(f"{name} is too large")
        return content

    def _check_members(self) -> None:
        known = {member.name: member for member in self.manifest.members}
        for name in sorted(self.carried):
            if name not in known:
                raise BadPackFile(f"it holds {name!r}, which its description does not name")
            if self._infos[name].file_size != known[name].size:
                raise BadPackFile(f"{name} is not what was exported (its size): {_AGAIN}")
        missing = sorted(set(known) - self.carried)
        if missing and self.manifest.base is None:
            raise BadPackFile(f"{missing[0]} is missing: {_AGAIN}")


def _check_end(stream: IO[bytes]) -> None:
    """Look at the end of the file, before its directory is read into memory.

    Raises
    ------
    BadPackFile
        The file is cut, something stands before or behind it, or its directory is too large.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _END.size - _LOCATOR_BYTES - _END_64.size))
    tail = stream.read()
    if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\5\6":
        raise BadPackFile(f"it is cut, or is no pack file: {_AGAIN}")
    _, _, _, _, count, length, begin, comment = _END.unpack(tail[-_END.size :])
    behind = _END.size
    if tail[:4] == b"PK\6\6" and len(tail) == _END.size + _LOCATOR_BYTES + _END_64.size:
        *_, count, length, begin = _END_64.unpack(tail[: _END_64.size])
        behind = len(tail)
    if comment or begin + length + behind != size:
        raise BadPackFile(f"it is damaged at its end: {_AGAIN}")
    if count > MEMBERS_LIMIT + len(_LIMITS) or length > _DIRECTORY_LIMIT:
        raise BadPackFile(f"it holds {count} files: a pack has at most {MEMBERS_LIMIT}")


def _checked(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by name; refuse what we do not write: links, folders, encryption, other packing."""
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.orig_filename != info.filename:
            raise BadPackFile(f"{info.orig_filename!r} cannot be the name of a file of a pack")
        if info.filename in found:
            raise BadPackFile(f"it holds {info.filename!r} twice")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise BadPackFile(f"{info.filename!r} is a link")
        plain = info.external_attr == _PLAIN_FILE and info.create_system == 3 and not info.flag_bits & ~0x800
        if not plain or info.comment or info.date_time != _DATE:
            raise BadPackFile(f"{info.filename!r} is no plain file as a program writes it")
        if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise BadPackFile(f"{info.filename!r} is packed in a way that is not used here")
        found[info.filename] = info
    return found
