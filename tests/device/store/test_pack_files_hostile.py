"""Pack files that are damaged or meant to harm: refused, named, and nothing is changed."""

from __future__ import annotations

import hashlib
import json
import random
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nav.errors import BadPackFile, NavError, RegionOutdated
from nav.packs.formats import READABLE
from nav.packs.manifest import MEMBERS_LIMIT, Manifest, Member
from nav.packs.pack_file import MANIFEST, SIGNATURE
from tests.device.store.carrying import content_of, export, installed, nothing_left, public, put, take, update

DATE = (1980, 1, 1, 0, 0, 0)


class Forgery:
    """A pack file that is written by hand, entry by entry."""

    def __init__(self, good: Path) -> None:
        with zipfile.ZipFile(good) as archive:
            self.entries = [(info.filename, archive.read(info)) for info in archive.infolist()]
        self.manifest = Manifest.from_bytes(dict(self.entries)[MANIFEST])
        self.about: dict[str, dict[str, Any]] = {}
        """What is changed in the entry of a name, see `zipfile.ZipInfo`."""

    def set(self, name: str, content: bytes) -> None:
        self.entries = [(n, content if n == name else c) for n, c in self.entries]

    def tell(self, **changes: Any) -> None:
        """Change the manifest."""
        self.manifest = replace(self.manifest, **changes)
        self.set(MANIFEST, self.manifest.to_bytes())

    def add(self, name: str, content: bytes = b"x", *, named: bool = True) -> None:
        """Add a member, and name it in the manifest."""
        self.entries.append((name, content))
        if named:
            digest = hashlib.sha256(content).hexdigest()
            members = [*self.manifest.members, Member(name=name, size=len(content), sha256=digest)]
            self.tell(members=tuple(sorted(members, key=lambda member: member.name)))

    def write(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.entries:
                info = zipfile.ZipInfo("x", DATE)
                info.filename = name
                info.create_system, info.compress_type = 3, zipfile.ZIP_DEFLATED
                info.external_attr = (stat.S_IFREG | 0o644) << 16
                for key, value in self.about.get(name, {}).items():
                    setattr(info, key, value)
                archive.NameToInfo.pop(name, None)  # which warns of names that are there twice
                archive.writestr(info, content)
        return path


def named(name: str) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.add(name)


def about(name: str, **what: Any) -> Callable[[Forgery], None]:
    def change(forgery: Forgery) -> None:
        forgery.about[name] = what

    return change


def twice(forgery: Forgery) -> None:
    forgery.entries.append(forgery.entries[-1])


def capitals(forgery: Forgery) -> None:
    forgery.add("Walk/Roads.arrays")


def is_folder_too(forgery: Forgery) -> None:
    forgery.add("meta.json/x")


def unknown(forgery: Forgery) -> None:
    forgery.add("graph/more.arrays", named=False)


def missing(forgery: Forgery) -> None:
    forgery.entries = [entry for entry in forgery.entries if entry[0] != "poi.sqlite"]


def bomb(forgery: Forgery) -> None:
    forgery.add("graph/bomb.arrays", bytes(1000))
    forgery.set("graph/bomb.arrays", bytes(100 << 20))


def other_bytes(forgery: Forgery) -> None:
    content = dict(forgery.entries)["graph/car.arrays"]
    forgery.set("graph/car.arrays", content[:-9] + b"\x55" * 9)


def told_wrong(**wrong: Any) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.tell(**wrong)


def huge_manifest(forgery: Forgery) -> None:
    forgery.set(MANIFEST, b" " * (5 << 20))


def text(content: bytes) -> Callable[[Forgery], None]:
    return lambda forgery: forgery.set(MANIFEST, content)


def without_manifest(forgery: Forgery) -> None:
    forgery.entries = forgery.entries[1:]


def reordered(forgery: Forgery) -> None:
    values = json.loads(forgery.manifest.to_bytes())
    forgery.set(MANIFEST, json.dumps(values).encode())


def key_twice(forgery: Forgery) -> None:
    forgery.set(MANIFEST, forgery.manifest.to_bytes().replace(b'"form": 1', b'"form": 7,\n "form": 1'))


HOSTILE: dict[str, tuple[Callable[[Forgery], None], str]] = {
    "the folder above": (named("../evil"), r"'\.\./evil' cannot be the name"),
    "the folder above, inside": (named("graph/../../evil"), "cannot be the name"),
    "an absolute path": (named("/tmp/evil"), "'/tmp/evil' cannot be the name"),
    "a drive": (named("C:evil"), "cannot be the name"),
    "a backslash": (named("..\\evil"), "cannot be the name"),
    "a hidden file": (named("graph/.evil"), "cannot be the name"),
    "an empty part": (named("graph//evil"), "cannot be the name"),
    "a name of two lines": (named("graph/e\nvil"), "cannot be the name"),
    "a name that is too long": (named("x" * 300), "cannot be the name"),
    "a name that ends early": (named("graph/car.arrays\0.txt"), "cannot be the name"),
    "a folder": (named("graph/evil/"), "cannot be the name"),
    "another script": (named("graph/еvil"), "cannot be the name"),
    "a link": (about("poi.sqlite", external_attr=(stat.S_IFLNK | 0o777) << 16), "'poi.sqlite' is a link"),
    "a device": (about("poi.sqlite", external_attr=(stat.S_IFCHR | 0o777) << 16), "'poi.sqlite' is no plain"),
    "another system": (about("poi.sqlite", create_system=0), "'poi.sqlite' is no plain file"),
    "another date": (about("poi.sqlite", date_time=(2026, 1, 1, 0, 0, 0)), "'poi.sqlite' is no plain file"),
    "a remark": (about("poi.sqlite", comment=b"hello"), "'poi.sqlite' is no plain file"),
    "another packing": (about("poi.sqlite", compress_type=zipfile.ZIP_LZMA), "poi.sqlite"),
    "a member twice": (twice, "walk/snap.arrays' twice"),
    "a member in capitals too": (capitals, "walk/roads.arrays is named twice"),
    "a file that is a folder too": (is_folder_too, "meta.json is a file and a folder"),
    "a member that nobody named": (unknown, "'graph/more.arrays', which its description does not name"),
    "a member that is missing": (missing, "poi.sqlite is missing"),
    "a zip bomb": (bomb, r"graph/bomb\.arrays is not what was exported \(its size\)"),
    "other bytes": (other_bytes, r"graph/car\.arrays in .* is not what was exported"),
    "another region": (told_wrong(region="elsewhere"), "of another region than the file says"),
    "newer than it is": (told_wrong(data_date="2030-01-01"), "of another region than the file says"),
    "a region above": (told_wrong(region="../town"), "cannot be the name of a region"),
    "no region": (told_wrong(region=""), "cannot be the name of a region"),
    "no members": (told_wrong(members=()), "names 0 files"),
    "a later format": (told_wrong(format_version=READABLE[-1] + 1), "export it again"),
    "a later form": (told_wrong(form=2), "export it again"),
    "a huge description": (huge_manifest, r"xgmap\.json is too large"),
    "no description": (without_manifest, r"it has no xgmap\.json"),
    "a description that is none": (text(b"\xff\xfe"), "description is damaged"),
    "a list": (text(b"[]"), "description is damaged"),
    "a deep one": (text(b"[" * 100_000), "description is damaged"),
    "another layout": (reordered, "not as a program writes it"),
    "a key twice": (key_twice, "not as a program writes it"),
}


@pytest.fixture
def good(town_packs: dict[str, Path], home: Path, tmp_path: Path) -> Path:
    """A good file of the newer town; the older one is installed."""
    put(town_packs["after"])
    export(tmp_path / "good.xgmap")
    put(town_packs["before"])
    return tmp_path / "good.xgmap"


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_and_change_nothing(
    town_packs: dict[str, Path], good: Path, tmp_path: Path, what: str
) -> None:
    forgery = Forgery(good)
    change, said = HOSTILE[what]
    change(forgery)
    bad = forgery.write(tmp_path / "bad.xgmap")
    around = {path for path in tmp_path.rglob("*") if not {"data", "cache"} & set(path.parts)}
    for work in (take, update):
        with pytest.raises(
            (BadPackFile, RegionOutdated) if work is take else NavError, match=said
        ) as refused:
            work(bad)
        assert "bad.xgmap" in str(refused.value) or "nothing was changed" in str(refused.value)
        if "of another region" in said:
            break  # an update looks at the name before
    assert installed() == content_of(town_packs["before"])
    assert nothing_left()
    assert {path for path in tmp_path.rglob("*") if not {"data", "cache"} & set(path.parts)} == around
    take(good)
    assert installed() == content_of(town_packs["after"])


def test_a_bomb_is_not_unpacked(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes of the directory are forged as well: no more is written than the description allows."""
    forgery = Forgery(good)
    bomb(forgery)
    bad = forgery.write(tmp_path / "bad.xgmap")
    content = bad.read_bytes()
    at = content.rindex(b"graph/bomb.arrays")
    forged = content[: at - 22] + struct.pack("<L", 1000) + content[at - 18 :]
    bad.write_bytes(forged)
    largest = 0

    def watch(_step: str, done: int, total: int) -> None:
        nonlocal largest
        assert done <= total
        largest = max([largest, *(path.stat().st_size for path in tmp_path.rglob("bomb.arrays"))])

    with pytest.raises(BadPackFile, match=r"graph/bomb\.arrays in bad\.xgmap"):
        take(bad, tell=watch)
    assert largest <= 1000
    assert nothing_left()


def test_a_changed_description_does_not_pass_with_the_signature_of_another(
    town_packs: dict[str, Path], ssh_keys: dict[str, Path], home: Path, tmp_path: Path
) -> None:
    put(town_packs["after"])
    export(tmp_path / "good.xgmap", key=ssh_keys["ours"])
    put(town_packs["before"])
    trusted = [public(ssh_keys["ours"])]
    forgery = Forgery(tmp_path / "good.xgmap")
    forgery.add("graph/more.arrays")
    bad = forgery.write(tmp_path / "bad.xgmap")
    for unsigned in (False, True):
        with pytest.raises(BadPackFile, match="its signature is not over this content"):
            take(bad, trusted=trusted, unsigned=unsigned)
    for content in (b"", b"no signature", bytes(60_000), dict(forgery.entries)[SIGNATURE][:-40]):
        forgery.set(SIGNATURE, content)
        with pytest.raises(BadPackFile, match="signature is damaged"):
            take(forgery.write(bad), trusted=trusted)
    assert installed() == content_of(town_packs["before"])


@pytest.mark.slow
def test_a_cut_file_is_refused_wherever_it_is_cut(
    town_packs: dict[str, Path], good: Path, tmp_path: Path
) -> None:
    content = good.read_bytes()
    cut = tmp_path / "cut.xgmap"
    for length in [0, 1, 21, 22, *range(100, len(content), len(content) // 40), len(content) - 1]:
        cut.write_bytes(content[:length])
        with pytest.raises(BadPackFile, match=r"cut\.xgmap cannot be used, nothing was changed"):
            take(cut)
    for padded in (b"x" + content, content + b"x", content + content):
        cut.write_bytes(padded)
        with pytest.raises(BadPackFile, match=r"cut\.xgmap"):
            take(cut)
    assert installed() == content_of(town_packs["before"])


def test_too_many_entries_are_refused_before_they_are_read(good: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.xgmap", "w") as archive:
        for number in range(MEMBERS_LIMIT + 10):
            archive.writestr(zipfile.ZipInfo(str(number), DATE), b"")
    with pytest.raises(BadPackFile, match=f"holds {MEMBERS_LIMIT + 10} files"):
        take(tmp_path / "many.xgmap")


@pytest.mark.slow
def test_a_changed_byte_is_refused_or_does_not_matter(
    town_packs: dict[str, Path], good: Path, tmp_path: Path
) -> None:
    """Whatever byte is changed: what is installed is what was exported, or nothing."""
    content, chance = good.read_bytes(), random.Random(30)
    before, after = content_of(town_packs["before"]), content_of(town_packs["after"])
    bad = tmp_path / "bad.xgmap"
    directory = content.index(b"PK\1\2")
    places = [*chance.sample(range(directory), 40), *chance.sample(range(directory, len(content)), 40)]
    refused: list[str] = []
    for at in places:
        changed = bytearray(content)
        changed[at] ^= 1 << chance.randrange(8)
        bad.write_bytes(changed)
        put(town_packs["before"])
        try:
            take(bad)
            assert installed() == after, at
        except NavError as error:
            refused.append(str(error))
            assert installed() == before, at
        assert nothing_left(), at
    assert len(refused) > len(places) * 3 // 4
    assert [message for message in refused if "bad.xgmap" not in message] == []
