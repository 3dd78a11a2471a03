"""How names sound: syllables, what is confused with what, and syllables out of letters."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from poi.names import readings
from poi.names.pinyin import decode, encode, fold, other_sounds, segment, sound
from poi.names.readings import ReadingTable, write_table
from poi.text import has_han


def heard_alike(one: str, other: str) -> bool:
    return fold(sound(one)) == fold(sound(other))


@pytest.mark.parametrize(
    "syllable", ["zhong", "guan", "cun", "lv", "nve", "er", "a", "xiong", "shuang", "yuan"]
)
def test_syllables_survive_encoding(syllable: str) -> None:
    code = encode(syllable)
    assert len(code) == 1
    assert decode(code) == syllable


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("中", "宗", id="zh and z"),
        pytest.param("车", "册", id="ch and c"),
        pytest.param("山", "三", id="sh and s"),
        pytest.param("南", "兰", id="n and l"),
        pytest.param("封", "哼", id="f and h"),
        pytest.param("成", "陈", id="eng and en"),
        pytest.param("京", "金", id="ing and in"),
        pytest.param("清华", "青花", id="homophones"),
    ],
)
def test_confused_sounds_fold_together(one: str, other: str) -> None:
    assert heard_alike(one, other)


@pytest.mark.parametrize(("one", "other"), [("东", "西"), ("北", "南"), ("门", "梦幻"), ("大", "他")])
def test_other_sounds_stay_apart(one: str, other: str) -> None:
    assert not heard_alike(one, other)


def test_mixed_script_keeps_its_letters() -> None:
    sounded = sound("国贸cbd大厦")
    assert sounded[2:5] == "cbd"
    assert len(sounded) == 7


def test_polyphones_have_further_readings() -> None:
    text = "六安"
    assert encode("lu") + encode("an") in [sound(text), *other_sounds(text, sound(text))]
    assert encode("liu") + encode("an") in [sound(text), *other_sounds(text, sound(text))]


@pytest.mark.parametrize(
    ("letters", "expected"),
    [("zhongguancun", "zhong guan cun"), ("qinghuadaxue", "qing hua da xue"), ("lvyou", "lv you")],
)
def test_letters_fall_into_syllables(letters: str, expected: str) -> None:
    assert segment(letters)[0] == "".join(encode(s) for s in expected.split())


def test_ambiguous_letters_give_both_readings() -> None:
    readings = {tuple(decode(c) for c in reading) for reading in segment("xian")}
    assert readings == {("xian",), ("xi", "an")}


@pytest.mark.parametrize("letters", ["strasse", "x", "", "hotel", "q" * 500])
def test_what_is_no_pinyin(letters: str) -> None:
    assert segment(letters) == []


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> ReadingTable:
    path = tmp_path_factory.mktemp("readings") / "readings.sqlite"
    write_table(path)
    return ReadingTable(path)


@pytest.mark.slow
def test_the_table_reads_as_pypinyin_does(table: ReadingTable) -> None:
    rng = random.Random(7)
    words = [word for word in PHRASES_DICT if all(map(has_han, word))]
    characters = sorted({char for word in words for char in word})
    runs = words[::7] + characters
    runs += ["".join(rng.choice(words)[: rng.randint(1, 5)] for _ in range(3)) for _ in range(4000)]
    runs += ["".join(rng.choices(characters, k=rng.randint(1, 6))) for _ in range(4000)]
    wrong = [run for run in runs if table.read(run) != lazy_pinyin(run, v_to_u=False)]
    assert not wrong


@pytest.mark.slow
def test_a_character_that_the_table_lacks_is_asked_of_pypinyin(table: ReadingTable) -> None:
    assert table.read("北京\u2fff") is None


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\xff" * 4000], ids=["cut", "damaged"])
def test_a_damaged_table_is_written_anew(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    path = readings._path()
    assert path is not None
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    readings._table.cache_clear()
    try:
        assert readings.read_aloud("重庆") == ["chong", "qing"]
        readings._table.cache_clear()
        assert readings.read_aloud("重庆") == ["chong", "qing"]
        assert readings._table() is not None
    finally:
        readings._table.cache_clear()


def test_where_no_table_can_be_written_pypinyin_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    readings._table.cache_clear()
    try:
        assert readings.read_aloud("长安街") == ["chang", "an", "jie"]
        assert readings._table() is None
    finally:
        readings._table.cache_clear()
