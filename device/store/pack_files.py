"""Regions as files to carry: exported to one `.xgmap`, and installed from one, whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from device.errors import Missing, NoSpace
from device.store.regions import check_pack, current_file, damaged_files, not_as_built, use_region
from device.store.signatures import sign, signer_of
from device.store.whole_files import whole_file
from nav import Region
from nav.errors import BadPackFile, PackFileRefused, RegionDamaged
from nav.packs.manifest import Base, Manifest, Member, check_member_name
from nav.packs.pack import META_FILE, Meta
from nav.packs.pack_file import SUFFIX, PackFile, Progress, copied, write_pack_file
from nav.packs.paths import regions_dir
from nav.packs.staging import staged

_SPARE_BYTES = 64 << 20
_LEFT_S = 86_400.0
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What was exported, or put in its place."""

    region: str
    """Its name."""
    pack: str
    """Digest of the whole pack."""
    data_date: str
    """Date of the map data, ISO 8601; `` if unknown."""
    members: int
    """Files of the pack that the file carries."""
    members_in_all: int
    """Files of the pack."""
    file_bytes: int
    """Size of the file."""
    pack_bytes: int
    """Size of the pack on a disk."""
    signed_by: str | None
    """Who has signed it; None: nobody, or somebody who is not trusted."""


def export_region(
    name: str | Path, target: Path, *, since: Path | None = None, key: Path | None = None, tell: Progress
) -> Carried:
    """Write a region to a file; the same pack gives the same bytes.

    Parameters
    ----------
    name
        Name of an installed region, or the folder of a pack.
    target
        The file, which appears whole or not at all.
    since
        A file that was exported before: only what has changed since is written.
    key
        The Ed25519 key of OpenSSH that signs.
    tell
        Told what is being done.

    Raises
    ------
    Missing
        The region is not installed, or not as it was built; the key cannot sign.
    NoSpace
        The disk is full.
    nav.errors.NavError
        The region cannot be opened, the other file is none, or the target has another name than `*.xgmap`.
    """
    _check_target(target, since)
    region = Region.open(name)
    if damaged := damaged_files(region):
        raise Missing(not_as_built(region.name, damaged))
    base, known = _since(since, region.name)
    members = tuple(_members(region.path, tell))
    manifest = Manifest(
        region=region.meta.name,
        format_version=region.meta.format_version,
        data_date=region.meta.data_date,
        base=base,
        members=members,
    )
    carried = {member.name for member in members if member not in known}
    signature = sign(manifest.to_bytes(), key) if key is not None else None
    with _told_when_full(target.parent, manifest.size):
        _write(target, region.path, manifest, carried, signature, tell)
    return _facts(manifest, len(carried), target, None if key is None else str(key))


def import_region(file: Path, *, trusted: Sequence[str], unsigned: bool = False, tell: Progress) -> Carried:
    """Install the region of a file; it appears whole or not at all.

    Parameters
    ----------
    file
        A whole pack, as `export_region` writes it.
    trusted
        Public keys as OpenSSH writes them, one of which must have signed it.
    unsigned
        Whether a file that nobody trusted has signed is taken too.
    tell
        Told what is being done.

    Raises
    ------
    NoSpace
        The disk is full.
    nav.errors.NavError
        The file is damaged, of a later program, not trusted, or a difference; nothing was changed.
    """
    with PackFile.open(file) as packed:
        signer = _signer(packed, trusted, unsigned)
        manifest = packed.manifest
        if manifest.base is not None:
            raise PackFileRefused(
                f"{file.name} holds only what has changed in {manifest.region!r}: "
                f"`xiaogao map update {manifest.region} {file.name}` applies it"
            )
        _install(packed, manifest.region, None, tell)
        if not current_file().exists():
            use_region(manifest.region)
        return _facts(manifest, len(packed.carried), file, signer)


def update_region(
    name: str, file: Path, *, trusted: Sequence[str], unsigned: bool = False, tell: Progress
) -> Carried:
    """Bring an installed region to what a file holds: a difference to what it is now, or a whole pack.

    Parameters
    ----------
    name
        Name of the installed region.
    file, trusted, unsigned, tell
        As for `import_region`; what a difference does not carry is taken from the installed region.

    Raises
    ------
    Missing
        The region is not installed.
    NoSpace
        The disk is full.
    nav.errors.NavError
        As for `import_region`; or the file is for another region, for another base, or older than the region.
    """
    region = Region.open(name)
    with PackFile.open(file) as packed:
        signer = _signer(packed, trusted, unsigned)
        manifest = packed.manifest
        if manifest.region != region.meta.name:
            raise PackFileRefused(f"{file.name} is of the region {manifest.region!r}, not of {name!r}")
        if "" < manifest.data_date < region.meta.data_date:
            raise PackFileRefused(
                f"{file.name} has map data of {manifest.data_date}, the region {name!r} of "
                f"{region.meta.data_date}: to go back to it use `xiaogao map import` with a whole pack"
            )
        if manifest.base is not None:
            _check_base(packed, manifest.base, region, tell)
        # A difference that is applied again takes everything from the region, and leaves it as it is.
        _install(packed, name, region.path if manifest.base is not None else None, tell)
        return _facts(manifest, len(packed.carried), file, signer)


def _check_target(target: Path, since: Path | None) -> None:
    if target.suffix != SUFFIX:
        raise BadPackFile(f"{target} is not written: a pack file is named NAME{SUFFIX}")
    if not target.parent.is_dir():
        raise Missing(f"there is no folder {target.parent}: make it, or name another file")
    if since is not None and target.exists() and since.exists() and target.samefile(since):
        raise BadPackFile(f"{target} is what the difference is made to: name another file")


def _since(file: Path | None, region: str) -> tuple[Base | None, frozenset[Member]]:
    """Return what a difference is applied to, and the members that need not be carried."""
    if file is None:
        return None, frozenset()
    with PackFile.open(file) as packed:
        before = packed.manifest
    if before.region != region:
        raise PackFileRefused(f"{file.name} is of the region {before.region!r}, not of {region!r}")
    return Base(pack=before.pack, data_date=before.data_date), frozenset(before.members)


def _members(folder: Path, tell: Progress) -> Iterator[Member]:
    """Read every file of a pack, in the order of their names."""
    names = sorted(_files(folder))
    total, done = sum((folder / name).stat().st_size for name in names), 0
    for name in names:
        digest, size = hashlib.sha256(), 0
        with (folder / name).open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
                tell(f"reading {name}", done + size, total)
        done += size
        yield Member(name=name, size=size, sha256=digest.hexdigest())


def _files(folder: Path) -> Iterator[str]:
    """Give the names of the files of a pack; refuse what cannot be carried."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent) / name
            within = path.relative_to(folder).as_posix()
            check_member_name(within)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                yield within
            elif not stat.S_ISDIR(mode):
                raise RegionDamaged(f"{path} is no plain file: build the region again")


def _write(
    target: Path, folder: Path, manifest: Manifest, carried: set[str], signature: bytes | None, tell: Progress
) -> None:
    with whole_file(target, left_s=_LEFT_S) as out:
        write_pack_file(out, folder, manifest, carried, signature, tell)


def _signer(packed: PackFile, trusted: Sequence[str], unsigned: bool) -> str | None:
    """Return who has signed a file; refuse one that nobody trusted has, unless that is wanted."""
    try:
        if packed.signature is not None:
            return signer_of(packed.manifest_bytes, packed.signature, trusted)
        refusal = PackFileRefused("nobody has signed it")
    except PackFileRefused as error:
        refusal = error
    except BadPackFile as error:
        raise BadPackFile(f"{packed.name} cannot be used, nothing was changed: {error}") from None
    if unsigned:
        return None
    raise PackFileRefused(f"{packed.name}: {refusal}; --unsigned takes it nevertheless")


def _check_base(packed: PackFile, base: Base, region: Region, tell: Progress) -> None:
    """Refuse a difference to something else than what is installed."""
    found = Manifest(
        region=region.meta.name,
        format_version=region.meta.format_version,
        data_date=region.meta.data_date,
        base=None,
        members=tuple(_members(region.path, tell)),
    )
    if found.pack not in {base.pack, packed.manifest.pack}:
        raise PackFileRefused(
            f"{packed.name} is a difference to another pack of {found.region!r} (data of "
            f"{base.data_date or 'unknown date'}, {base.pack[:12]}) than the installed one (data of "
            f"{found.data_date or 'unknown date'}, {found.pack[:12]}): import the whole pack"
        )


def _install(packed: PackFile, name: str, base: Path | None, tell: Progress) -> None:
    manifest = packed.manifest
    regions = regions_dir()
    with (
        _told_when_full(regions if regions.exists() else regions.parent, manifest.size),
        staged(name, check=lambda folder: _check(folder, manifest)) as folder,
    ):
        _room(folder, manifest.size)
        done = 0
        for member in manifest.members:
            carried = member.name in packed.carried
            parts = packed.extract(member, folder / member.name) if carried else None
            for count in parts or _taken_over(base, member, folder):
                done += count
                tell(f"{'unpacking' if carried else 'keeping'} {member.name}", done, manifest.size)
        tell("checking", done, manifest.size)


def _taken_over(base: Path | None, member: Member, folder: Path) -> Iterator[int]:
    if base is None:
        raise BadPackFile(f"{member.name} is missing")
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    with (base / member.name).open("rb") as source, target.open("xb") as out:
        yield from copied(source, out, member, "has been replaced meanwhile, nothing was done: run it again")


def _check(folder: Path, manifest: Manifest) -> None:
    """Open what was unpacked as its user will; it has to be the region that the file names."""
    check_pack(folder)
    meta = Meta.from_json((folder / META_FILE).read_text(encoding="utf-8"))
    said = (manifest.region, manifest.format_version, manifest.data_date)
    if (meta.name, meta.format_version, meta.data_date) != said:
        raise BadPackFile(f"{META_FILE} is of another region than the file says, nothing was changed")


def _room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextlib.contextmanager
def _told_when_full(place: Path, size: int) -> Iterator[None]:
    """Say what is needed and what is free when the disk is full."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise NoSpace(f"{place} takes no file so large (FAT32 ends at 4 GB): use another disk") from None
        if error.errno not in _FULL:
            raise
        free = shutil.disk_usage(place if place.exists() else place.parent).free
        raise NoSpace(
            f"the disk is full, nothing was changed: up to {size + _SPARE_BYTES >> 20} MB are needed at "
            f"{place} and {free >> 20} MB are free: make room, or use a larger disk"
        ) from None


def _facts(manifest: Manifest, carried: int, file: Path, signed_by: str | None) -> Carried:
    return Carried(
        region=manifest.region,
        pack=manifest.pack,
        data_date=manifest.data_date,
        members=carried,
        members_in_all=len(manifest.members),
        file_bytes=file.stat().st_size,
        pack_bytes=manifest.size,
        signed_by=signed_by,
    )
