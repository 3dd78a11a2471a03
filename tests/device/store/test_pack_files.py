"""Regions as files: the same bytes for the same pack, signed, applied whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path
from typing import IO, Any

import pytest

from device.errors import Missing, NoSpace
from device.store import pack_files
from device.store.pack_files import export_region, import_region
from device.store.regions import check_pack, current_region, installed_regions, remove_region
from device.store.signatures import NAMESPACE, public_key, sign, signer_of
from nav import Region, Router
from nav.errors import BadPackFile, PackFileRefused, RegionDamaged, RegionOutdated
from nav.packs.formats import READABLE
from nav.packs.manifest import Base, Manifest, Member
from nav.packs.pack_file import MANIFEST, PackFile, write_pack_file
from nav.packs.paths import regions_dir
from nav.packs.staging import restore_previous, sweep
from tests.archives import unpack
from tests.device.store.carrying import (
    NORTH,
    content_of,
    export,
    installed,
    nothing_left,
    public,
    put,
    silent,
    take,
    update,
)
from tests.device.store.test_region_transactions import in_a_child_cut_after
from tests.device.town import STEP_DEG, WEST

ROOT = Path(__file__).parents[3]


def test_what_is_carried_is_the_same_and_leads_the_same_way(
    town_packs: dict[str, Path], ssh_keys: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])
    file = tmp_path / "town.xgmap"
    told: list[tuple[str, int, int]] = []
    done = export_region("town", file, key=ssh_keys["ours"], tell=lambda *said: told.append(said))
    assert done.members == done.members_in_all == len(installed())
    assert done.pack_bytes == sum(map(len, installed().values())) > done.file_bytes == file.stat().st_size
    assert told[-1][1] == told[-1][2] == done.pack_bytes
    ends = (NORTH + 0.3 * STEP_DEG, WEST), (NORTH + 3.6 * STEP_DEG, WEST + 4 * STEP_DEG)
    routes = [Router(Region.open("town"), profile).route(ends) for profile in ("car", "foot")]
    remove_region("town")
    told.clear()
    carried = import_region(
        file,
        trusted=["", public(ssh_keys["theirs"]), public(ssh_keys["ours"])][1:],
        tell=lambda *s: told.append(s),
    )
    assert carried.signed_by == "ours of the office"
    assert carried.pack == done.pack
    assert [n for _, n, _ in told] == sorted(n for _, n, _ in told), "what is done only grows"
    assert told[-1] == ("checking", done.pack_bytes, done.pack_bytes)
    assert installed() == content_of(town_packs["before"])
    again = [Router(Region.open("town"), profile).route(ends) for profile in ("car", "foot")]
    for route, same in zip(routes, again, strict=True):
        assert route.to_geojson() == same.to_geojson()
    assert current_region() == "town"
    assert nothing_left()


ELSEWHERE = """
import os, sys
from pathlib import Path
from device.store.pack_files import export_region
os.umask(0)
export_region("town", Path(sys.argv[1]), key=Path(sys.argv[2]), tell=lambda step, done, total: None)
"""


def test_the_same_pack_gives_the_same_bytes_wherever_and_whenever(
    town_packs: dict[str, Path], ssh_keys: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])
    export(tmp_path / "one.xgmap", key=ssh_keys["ours"])
    for number, path in enumerate(sorted(regions_dir().rglob("*"), reverse=True)):
        path.chmod(0o755 if path.is_dir() else 0o640)
        os.utime(path, (number * 1e6, number * 1e6))
    other = {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", ELSEWHERE, tmp_path / "two.xgmap", ssh_keys["ours"]],
        check=True,
        env={**os.environ, **other},
    )
    assert (tmp_path / "one.xgmap").read_bytes() == (tmp_path / "two.xgmap").read_bytes()


def test_anybody_can_read_it_with_plain_tools(
    town_packs: dict[str, Path], ssh_keys: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])
    export(tmp_path / "town.xgmap", key=ssh_keys["ours"])
    with zipfile.ZipFile(tmp_path / "town.xgmap") as archive:
        assert archive.testzip() is None
        archive.extract("xgmap.sig", tmp_path)
        manifest = archive.read(MANIFEST)
    (tmp_path / "signers").write_text(f"maps {public(ssh_keys['ours'])}\n")
    verify = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "signers", "-I", "maps", "-n", NAMESPACE]
    done = subprocess.run(
        [*verify, "-s", tmp_path / "xgmap.sig"], input=manifest, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(manifest)["region"] == "town"


def test_only_what_a_trusted_key_has_signed_is_taken(
    town_packs: dict[str, Path], ssh_keys: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])
    for name, key in (("bare", None), ("ours", ssh_keys["ours"]), ("theirs", ssh_keys["theirs"])):
        export(tmp_path / f"{name}.xgmap", key=key)
    trusted = [public(ssh_keys["ours"])]
    with pytest.raises(PackFileRefused, match=r"bare\.xgmap: nobody has signed it; --unsigned"):
        take(tmp_path / "bare.xgmap", trusted=trusted, unsigned=False)
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", ssh_keys["theirs"]], capture_output=True, text=True, check=True
    )
    with pytest.raises(PackFileRefused, match="not trusted here") as refused:
        take(tmp_path / "theirs.xgmap", trusted=trusted, unsigned=False)
    assert shown.stdout.split()[1] in str(refused.value), "the key is named as ssh-keygen names it"
    assert take(tmp_path / "bare.xgmap", trusted=trusted).signed_by is None
    assert take(tmp_path / "theirs.xgmap", trusted=trusted).signed_by is None
    assert take(tmp_path / "ours.xgmap", trusted=trusted, unsigned=False).signed_by == "ours of the office"


def test_a_signature_holds_for_its_bytes_and_for_maps_alone(
    ssh_keys: dict[str, Path], tmp_path: Path
) -> None:
    trusted = [public(ssh_keys["ours"])]
    signature = sign(b"a map", ssh_keys["ours"])
    assert signer_of(b"a map", signature, trusted) == "ours of the office"
    assert signer_of(b"a map", signature, [" ".join(trusted[0].split()[:2])]).startswith("SHA256:")
    with pytest.raises(BadPackFile, match="not over this content"):
        signer_of(b"a mop", signature, trusted)
    lines = signature.splitlines()
    for number in range(1, len(lines) - 1):
        for changed in (lines[number][:-2], lines[number].swapcase(), b"", b"\xff" + lines[number]):
            with pytest.raises(BadPackFile):
                signer_of(b"a map", b"\n".join([*lines[:number], changed, *lines[number + 1 :]]), trusted)
    for other in (
        b"",
        b"-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----",
        signature[: len(signature) // 2],
    ):
        with pytest.raises(BadPackFile):
            signer_of(b"a map", other, trusted)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", ssh_keys["ours"], "-n", "xiaogao-release"]
    release = subprocess.run(command, input=b"a map", capture_output=True, check=True).stdout
    with pytest.raises(BadPackFile, match="something else than xiaogao-map"):
        signer_of(b"a map", release, trusted)
    with pytest.raises(Missing, match="ssh-rsa key, not Ed25519"):
        sign(b"a map", ssh_keys["old"])
    with pytest.raises(Missing, match="cannot sign"):
        sign(b"a map", tmp_path / "none")
    with pytest.raises(ValueError, match=r"KEY\.pub"):
        public_key(public(ssh_keys["old"]))


def test_a_difference_carries_what_changed_and_brings_the_same_pack(
    town_packs: dict[str, Path], ssh_keys: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])
    export(tmp_path / "old.xgmap")
    put(town_packs["after"])
    whole = export(tmp_path / "new.xgmap")
    less = export(tmp_path / "difference.xgmap", since=tmp_path / "old.xgmap", key=ssh_keys["ours"])
    assert 0 < less.members < whole.members
    assert less.pack == whole.pack
    assert less.file_bytes < whole.file_bytes / 2
    put(town_packs["before"])
    with pytest.raises(PackFileRefused, match="xiaogao map update town difference"):
        take(tmp_path / "difference.xgmap")
    done = update(tmp_path / "difference.xgmap", trusted=[public(ssh_keys["ours"])], unsigned=False)
    assert (done.pack, done.signed_by) == (whole.pack, "ours of the office")
    assert installed() == content_of(town_packs["after"])
    check_pack(regions_dir() / "town")
    assert update(tmp_path / "difference.xgmap").pack == whole.pack, "applied again it changes nothing"
    assert installed() == content_of(town_packs["after"])
    assert restore_previous("town")
    put(town_packs["moved"])
    with pytest.raises(PackFileRefused, match="a difference to another pack of 'town'"):
        update(tmp_path / "difference.xgmap")
    assert installed() == content_of(town_packs["moved"])
    assert update(tmp_path / "new.xgmap").pack == whole.pack, "a whole pack is an update too"
    assert installed() == content_of(town_packs["after"])


def test_differences_follow_one_another(town_packs: dict[str, Path], home: Path, tmp_path: Path) -> None:
    steps = ("before", "after", "moved")
    for number, what in enumerate(steps):
        put(town_packs[what])
        export(tmp_path / f"{number}.xgmap", since=tmp_path / f"{number - 1}.xgmap" if number else None)
    remove_region("town")
    take(tmp_path / "0.xgmap")
    for number, what in list(enumerate(steps))[1:]:
        update(tmp_path / f"{number}.xgmap")
        assert installed() == content_of(town_packs[what])


def test_an_update_is_for_its_region_and_no_way_back(
    town_packs: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    for name, date in (("old", "2026-01-01"), ("new", "2026-05-01")):
        put(town_packs["before"])
        meta = regions_dir() / "town" / "meta.json"
        meta.write_text(meta.read_text("utf-8").replace('"data_date": ""', f'"data_date": "{date}"'), "utf-8")
        assert export(tmp_path / f"{name}.xgmap").data_date == date
    with pytest.raises(PackFileRefused, match="data of 2026-01-01, the region 'town' of 2026-05-01"):
        update(tmp_path / "old.xgmap")
    assert Region.open("town").meta.data_date == "2026-05-01"
    assert take(tmp_path / "old.xgmap").data_date == "2026-01-01", "who asks for it by name gets it"
    meta = regions_dir() / "town" / "meta.json"
    meta.write_text(meta.read_text("utf-8").replace('"name": "town"', '"name": "village"'), "utf-8")
    with pytest.raises(PackFileRefused, match="is of the region 'town', not of"):
        update(tmp_path / "new.xgmap")
    with pytest.raises(PackFileRefused, match="'town', not of 'village'"):
        export(tmp_path / "more.xgmap", since=tmp_path / "old.xgmap")


@pytest.mark.parametrize("version", READABLE)
def test_packs_of_the_formats_before_are_carried_too(version: int, home: Path, tmp_path: Path) -> None:
    regions_dir().mkdir(parents=True)
    unpack(ROOT / "tests" / "formats" / f"pack-{version}.tar.gz", regions_dir())
    before = content_of(regions_dir() / f"pack-{version}")
    name = Region.open(f"pack-{version}").name
    export_region(f"pack-{version}", tmp_path / "old.xgmap", tell=silent)
    remove_region(f"pack-{version}")
    assert take(tmp_path / "old.xgmap").region == name
    assert content_of(regions_dir() / name) == before
    assert Region.open(name).meta.format_version == version


def test_a_pack_that_is_not_whole_is_not_exported(
    town_packs: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])
    with (regions_dir() / "town" / "walk" / "roads.arrays").open("r+b") as file:
        file.seek(-9, os.SEEK_END)
        file.write(b"\x55" * 9)
    with pytest.raises(Missing, match=r"walk/roads\.arrays"):
        export(tmp_path / "town.xgmap")
    put(town_packs["before"])
    (regions_dir() / "town" / "more").symlink_to("/etc/passwd")
    with pytest.raises(RegionDamaged, match="more is no plain file"):
        export(tmp_path / "town.xgmap")
    put(town_packs["before"])
    with pytest.raises(BadPackFile, match=r"named NAME\.xgmap"):
        export(tmp_path / "town.zip")
    export(tmp_path / "town.xgmap")
    with pytest.raises(BadPackFile, match="is what the difference is made to"):
        export(tmp_path / "town.xgmap", since=tmp_path / "town.xgmap")
    assert sorted(path.name for path in tmp_path.glob("*town*")) == ["town.xgmap"]


def test_a_pack_that_changes_while_it_is_exported_is_told(
    town_packs: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])

    def replace(step: str, _done: int, _total: int) -> None:
        if step == "writing graph/car.arrays":
            put(town_packs["moved"])

    with pytest.raises(BadPackFile, match="has been changed meanwhile: run it again"):
        export_region("town", tmp_path / "town.xgmap", tell=replace)
    assert not list(tmp_path.glob("*town*"))


@pytest.mark.parametrize("when", ["before it begins", "while it is checked"])
def test_a_full_disk_is_told_and_changes_nothing(
    town_packs: dict[str, Path], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    put(town_packs["after"])
    export(tmp_path / "town.xgmap")
    put(town_packs["before"])
    if when == "while it is checked":

        def full(folder: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device", str(folder))

        monkeypatch.setattr(pack_files, "check_pack", full)
    else:
        usage = shutil.disk_usage(home)._replace(free=1 << 20)
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(NoSpace, match=r"the disk is full, nothing was changed: up to \d+ MB are needed"):
        take(tmp_path / "town.xgmap")
    assert installed() == content_of(town_packs["before"])
    assert nothing_left()


class FullDisk:
    """A file on a disk that is full after some bytes."""

    def __init__(self, file: IO[bytes], left: int, number: int) -> None:
        self._file, self._left, self._number = file, left, number

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def write(self, content: bytes) -> int:
        self._left -= len(content)
        if self._left < 0:
            raise OSError(self._number, os.strerror(self._number))
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "the disk is full"), (errno.EFBIG, "FAT32 ends at 4 GB")]
)
def test_a_disk_that_fills_while_exporting_keeps_the_file_before(
    town_packs: dict[str, Path],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    said: str,
) -> None:
    put(town_packs["before"])
    export(tmp_path / "town.xgmap")
    before = (tmp_path / "town.xgmap").read_bytes()
    put(town_packs["after"])
    fdopen = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *given: FullDisk(fdopen(*given), 8_000, number))
    with pytest.raises(NoSpace, match=said):
        export(tmp_path / "town.xgmap")
    monkeypatch.undo()
    assert (tmp_path / "town.xgmap").read_bytes() == before
    assert [path.name for path in tmp_path.glob("*town*")] == ["town.xgmap"]


@pytest.mark.slow
def test_memory_does_not_grow_with_the_pack(tmp_path: Path) -> None:
    size = 48 << 20
    (tmp_path / "pack").mkdir()
    with (tmp_path / "pack" / "large").open("wb") as file:
        for number in range(size >> 16):
            file.write(bytes([number % 251]) * 30_000 + os.urandom(100) + bytes(35_436))
    tracemalloc.start()
    (member,) = pack_files._members(tmp_path / "pack", silent)
    manifest = Manifest(region="r", format_version=READABLE[-1], data_date="", base=None, members=(member,))
    with (tmp_path / "r.xgmap").open("wb") as out:
        write_pack_file(out, tmp_path / "pack", manifest, {"large"}, None, silent)
    with PackFile.open(tmp_path / "r.xgmap") as packed:
        assert sum(packed.extract(member, tmp_path / "again")) == size
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
    assert (tmp_path / "again").read_bytes() == (tmp_path / "pack" / "large").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["import", "difference"])
def test_a_cut_at_any_step_leaves_a_whole_region(
    town_packs: dict[str, Path], home: Path, tmp_path: Path, how: str
) -> None:
    put(town_packs["before"])
    export(tmp_path / "old.xgmap")
    put(town_packs["after"])
    export(tmp_path / "new.xgmap", since=None if how == "import" else tmp_path / "old.xgmap")
    before, after = content_of(town_packs["before"]), content_of(town_packs["after"])
    work = take if how == "import" else update
    steps = 0
    while True:
        shutil.rmtree(home / "data", ignore_errors=True)
        put(town_packs["before"])
        through = in_a_child_cut_after(steps, lambda: work(tmp_path / "new.xgmap"))
        sweep()
        assert installed_regions() == ["town"]
        assert installed() == after if through else installed() in (before, after)
        assert nothing_left()
        update(tmp_path / "new.xgmap")
        assert installed() == after
        if through:
            break
        steps += 3
    assert steps > 20


def test_a_base_that_is_replaced_meanwhile_is_told(
    town_packs: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["before"])
    export(tmp_path / "old.xgmap")
    put(town_packs["after"])
    export(tmp_path / "new.xgmap", since=tmp_path / "old.xgmap")
    put(town_packs["before"])

    def replace(step: str, _done: int, _total: int) -> None:
        if step.startswith("keeping"):
            put(town_packs["moved"])

    with pytest.raises(BadPackFile, match="has been replaced meanwhile"):
        update(tmp_path / "new.xgmap", tell=replace)
    assert installed() == content_of(town_packs["moved"])


def test_what_another_program_writes_is_refused_by_its_form() -> None:
    member = Member(name="meta.json", size=1, sha256="0" * 64)
    manifest = Manifest(
        region="r",
        format_version=READABLE[-1],
        data_date="2026-01-01",
        base=Base(pack="0" * 64, data_date=""),
        members=(member,),
    )
    content = manifest.to_bytes()
    assert Manifest.from_bytes(content) == manifest
    for name, known in (("form", 1), ("format_version", READABLE[-1])):
        later = content.replace(f'"{name}": {known}'.encode(), f'"{name}": {known + 1}'.encode())
        with pytest.raises(RegionOutdated, match="export it again with a program like this"):
            Manifest.from_bytes(later)
