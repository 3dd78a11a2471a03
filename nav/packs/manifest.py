"""What a pack file (`.xgmap`) says of itself: the region, and each of its files with size and SHA-256."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from nav.errors import BadPackFile, NavError, RegionOutdated
from nav.packs.formats import FORMAT_VERSION, READABLE
from nav.packs.pack import check_name

FORM = 1
"""Of the pack file itself; raised when a program before cannot read it."""
READABLE_FORMS = (1,)
MEMBERS_LIMIT = 10_000
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_NAME_LIMIT = 200
_SIZE_LIMIT = 1 << 46
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of a pack."""

    name: str
    """Its path in the pack, parts joined by slashes."""
    size: int
    """Bytes."""
    sha256: str
    """Of its content, hexadecimal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The pack that a difference is applied to."""

    pack: str
    """Its digest, see `Manifest.pack`."""
    data_date: str
    """Date of its map data, ISO 8601; `` if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The whole of a pack, whether the file carries all of its members or only those that changed."""

    form: int = FORM
    region: str
    """Name of the region."""
    format_version: int
    """Of the pack."""
    data_date: str
    """Date of the map data, ISO 8601; `` if unknown."""
    base: Base | None
    """For a difference: what it is applied to."""
    members: tuple[Member, ...]
    """Every file of the pack, sorted by name."""

    @property
    def pack(self) -> str:
        """Digest of all members: two packs that have the same one are the same, byte for byte."""
        return hashlib.sha256(_text([asdict(member) for member in self.members])).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of the whole pack on a disk."""
        return sum(member.size for member in self.members)

    def to_bytes(self) -> bytes:
        """Return the text of the manifest; the same pack gives the same bytes."""
        return _text(asdict(self)) + b"\n"

    @classmethod
    def from_bytes(cls, content: bytes) -> Manifest:
        """Read a manifest, and refuse names that could be written elsewhere or twice.

        Raises
        ------
        BadPackFile
            It is no manifest, or names what no pack may hold.
        RegionOutdated
            A later program has written it.
        """
        try:
            values = json.loads(content)
            form, version = values["form"], values["format_version"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadPackFile(f"its description is damaged ({error})") from None
        if form not in READABLE_FORMS or version not in READABLE:
            raise RegionOutdated(
                f"it has form {form} and a pack of format {version}, this program reads form {FORM} and "
                f"formats {READABLE[0]} to {FORMAT_VERSION}: export it again with a program like this"
            )
        try:
            manifest = _manifest(values)
            same = manifest.to_bytes() == content
        except (ValueError, KeyError, TypeError, NavError) as error:
            raise BadPackFile(f"its description is damaged ({error})") from None
        if not same:
            raise BadPackFile("its description is not as a program writes it")
        _check_names(manifest.members)
        return manifest


def check_member_name(name: str) -> None:
    """Refuse a name that could leave its folder, or that not every disk can hold.

    Raises
    ------
    BadPackFile
        Its parts are not letters, digits, `_`, `.` and `-`, or one begins with a dot.
    """
    if len(name) > _NAME_LIMIT or not _NAME.fullmatch(name):
        raise BadPackFile(f"{name[:_NAME_LIMIT]!r} cannot be the name of a file of a pack")


def _manifest(values: dict[str, Any]) -> Manifest:
    members = tuple(Member(**member) for member in values["members"])
    for member in members:
        whole = isinstance(member.size, int) and not isinstance(member.size, bool)
        if not whole or not 0 <= member.size <= _SIZE_LIMIT or not _SHA256.fullmatch(member.sha256):
            raise ValueError(f"size or SHA-256 of {str(member.name)[:_NAME_LIMIT]!r}")
    base = Base(**values["base"]) if values["base"] is not None else None
    manifest = Manifest(**{**values, "members": members, "base": base})
    texts = [manifest.region, manifest.data_date, *((base.pack, base.data_date) if base else ())]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is none")
    check_name(manifest.region)
    return manifest


def _check_names(members: tuple[Member, ...]) -> None:
    if not 0 < len(members) <= MEMBERS_LIMIT:
        raise BadPackFile(f"it names {len(members)} files: 1 to {MEMBERS_LIMIT} are possible")
    seen: set[str] = set()
    for member in members:
        check_member_name(member.name)
        # Not every disk tells capital letters from small ones.
        if (name := member.name.lower()) in seen:
            raise BadPackFile(f"{member.name} is named twice")
        seen.add(name)
    for name in seen:
        parts = name.split("/")
        if inside := next((up for n in range(1, len(parts)) if (up := "/".join(parts[:n])) in seen), None):
            raise BadPackFile(f"{inside} is a file and a folder")
    if [member.name for member in members] != sorted(member.name for member in members):
        raise BadPackFile("its description is not sorted")


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False).encode()
