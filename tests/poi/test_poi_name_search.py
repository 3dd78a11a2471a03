"""The right name is found from whatever became of it on the way."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.names.corruptions import homophones, one_confusable, pinyin_letters, traditional, typos
from poi.build.gram_runs import GramRuns
from poi.build.name_index import NameIndexWriter
from poi.build.pack import connect_for_writing, finish
from poi.names.pinyin import sound
from poi.names.search import NameIndex, _added_up, spoken
from poi.names.similarity import similarities
from poi.text import canonical

NAMES = [
    "清华大学", "清华大学东门", "清华大学西门", "清华附中", "北京大学", "北京大学东门", "圆明园",
    "颐和园", "五道口",
    "中关村东路", "中关村大街", "成府路", "学院路", "文津国际酒店", "清华园宾馆", "双清路", "荷清路",
    "海淀黄庄",
    "知春路", "苏州街", "人民大学", "北京南站", "首都机场", "朝阳公园", "三里屯", "国家图书馆", "动物园",
    "西直门",
    "Helsinki Cathedral", "Helsingin tuomiokirkko", "Hotel Kämp", "Rautatientori", "Mannerheimintie",
    "Stockmann",
    "Kauppatori", "Ateneum", "Museu Carmen Thyssen", "Avinguda Meritxell", "Sant Julià de Lòria",
    "Pas de la Casa",
]  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> NameIndex:
    db = connect_for_writing(tmp_path_factory.mktemp("names") / "poi.sqlite")
    writer = NameIndexWriter()
    for row, name in enumerate(NAMES, 1):
        writer.add(row, name, "name", 0.5)
    writer.write(db)
    finish(db)
    return NameIndex(db)


def first(index: NameIndex, words: str) -> str:
    hits = index.find(words, limit=5)
    return hits[0].text if hits else ""


@pytest.mark.parametrize("name", NAMES)
def test_exact_name_is_first(index: NameIndex, name: str) -> None:
    hit = index.find(name)[0]
    assert (hit.text, hit.score, hit.why) == (canonical(name), 1.0, "exact")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        pytest.param("清華大學東門", "清华大学东门", id="traditional"),
        pytest.param("青花大雪冬门", "清华大学东门", id="all homophones"),
        pytest.param("中观村东路", "中关村东路", id="one homophone, as a recogniser gave it"),
        pytest.param("宗关村东路", "中关村东路", id="z for zh"),
        pytest.param("陈府路", "成府路", id="en for eng"),
        pytest.param("双青鹿", "双清路", id="homophones of a street"),
        pytest.param("qinghuadaxue", "清华大学", id="pinyin"),
        pytest.param("qing hua da xue", "清华大学", id="pinyin with blanks"),
        pytest.param("wudaokou", "五道口", id="pinyin of a short name"),
        pytest.param("北京男站", "北京南站", id="homophone at the end"),
        pytest.param("helsinki catedral", "helsinki cathedral", id="letter lost"),
        pytest.param("cathedral helsinki", "helsinki cathedral", id="words swapped"),
        pytest.param("otel kamp", "hotel kamp", id="first letter lost"),
        pytest.param("xtockmann", "stockmann", id="first letter wrong"),
        pytest.param("manerhemintie", "mannerheimintie", id="two letters lost"),
        pytest.param("sant julia de loria", "sant julia de loria", id="no accents"),
        pytest.param("caupatori", "kauppatori", id="as it sounds"),
        pytest.param("mannerheim", "mannerheimintie", id="only begun"),
        pytest.param("国图书馆", "国家图书馆", id="character lost"),
    ],
)
def test_found_in_spite_of(index: NameIndex, said: str, meant: str) -> None:
    assert first(index, said) == canonical(meant)


@pytest.mark.parametrize("spoil", [homophones, one_confusable, pinyin_letters, traditional])
def test_chinese_names_survive(index: NameIndex, spoil: Callable[[str, random.Random], str]) -> None:
    rng = random.Random(1)
    chinese = [n for n in NAMES if canonical(n) and not n.isascii() and ord(n[0]) > 0x2E80]
    found = sum(first(index, spoil(name, rng)) == canonical(name) for name in chinese)
    assert found >= 0.95 * len(chinese)


def test_initials(index: NameIndex) -> None:
    assert "清华大学" in [hit.text for hit in index.find("qhdx")]


def naive(words: str) -> float:
    """Return the best score of a scan over all names."""
    texts = [canonical(n) for n in NAMES]
    scores, _ = similarities(spoken(canonical(words)), texts, [sound(t) for t in texts])
    return float(scores.max())


@settings(max_examples=80)
@example("Ateneum", 2, 9681).via("every piece of it was swapped")
@given(st.sampled_from(NAMES), st.integers(0, 2), st.integers(0, 10**6))
def test_index_misses_nothing_that_a_scan_finds(index: NameIndex, name: str, count: int, seed: int) -> None:
    said = typos(name, random.Random(seed), count) if any(c.isascii() for c in name) else name
    best = naive(said)
    if best > 0.6:
        assert index.find(said, limit=1)[0].score == pytest.approx(best, abs=1e-6)


def test_places_of_a_name_come_by_importance(tmp_path: Path) -> None:
    with closing(connect_for_writing(tmp_path / "poi.sqlite")) as db:
        writer = NameIndexWriter()
        for row, weight in ((1, 0.1), (2, 0.9), (3, 0.5)):
            writer.add(row, "清华大学", "name", weight)
        writer.write(db)
        assert _rows(db) == [2, 3, 1]


def _rows(db: sqlite3.Connection) -> list[int]:
    (blob,) = db.execute("SELECT places FROM name").fetchone()
    return [int.from_bytes(blob[i : i + 4], "little") for i in range(0, len(blob), 4)]


def test_no_names_at_all(tmp_path: Path) -> None:
    db = connect_for_writing(tmp_path / "poi.sqlite")
    NameIndexWriter().write(db)
    assert NameIndex(db).find("anything") == []


def named(tmp_path: Path, *names: str) -> NameIndex:
    db = connect_for_writing(tmp_path / "poi.sqlite")
    writer = NameIndexWriter()
    for row, name in enumerate(names, 1):
        writer.add(row, name, "name", 0.5)
    writer.write(db)
    finish(db)
    return NameIndex(db)


@pytest.mark.parametrize(
    ("said", "name", "score", "why"),
    [
        pytest.param("Hotel 6 Claus", "Hotel 7 Claus", 0.95, "other number", id="another number"),
        pytest.param(
            "北京大学燕东园29号楼", "北京大学燕东园39号楼", 0.9, "other number", id="another building"
        ),
        pytest.param("二街", "三街", 0.29, "other number", id="another street"),
        pytest.param("Hotell 7 Claus", "Hotel 7 Claus", 0.95, "spelling", id="the very number"),
        pytest.param("Hotel Claus", "Hotel 7 Claus", 0.89, "spelling", id="no number said"),
        pytest.param("yandongyuan39haolou", "燕东园39号楼", 0.99, "pinyin", id="the very number in pinyin"),
        pytest.param("五到口", "五道口", 0.97, "sound", id="a numeral that counts nothing"),
        pytest.param("CG1", "CG-1", 0.92, "spelling", id="blanks"),
        pytest.param("H and M", "H&M", 0.92, "spelling", id="and"),
    ],
)
def test_how_alike(tmp_path: Path, said: str, name: str, score: float, why: str) -> None:
    hit = named(tmp_path, name).find(said)[0]
    assert (hit.why, hit.score) == (why, pytest.approx(score, abs=0.06))


def test_a_sign_that_the_word_index_parts(tmp_path: Path) -> None:
    """FTS5 takes U+19B0 for no letter and looks for a phrase, which an index without positions refuses."""
    assert [hit.text for hit in named(tmp_path, "Hotel Kämp").find("ka\u19b0mp")] == ["hotel kamp"]


@given(st.lists(st.sets(st.integers(0, 60), min_size=1), min_size=1, max_size=8))
def test_pieces_of_a_country_add_up_as_those_of_a_city(lists: list[set[int]]) -> None:
    ids = [np.array(sorted(part), np.int32) for part in lists]
    weights = [1.0 + i for i in range(len(ids))]
    names, sums = _added_up(ids, weights, 61)
    others, other_sums = _added_up(ids, weights, 10_000_000)
    assert names.tolist() == others.tolist()
    assert sums.tolist() == other_sums.tolist()


def test_the_lists_of_common_pieces_are_not_read(index: NameIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def added_up(lists: list[np.ndarray], weights: list[float], total: int) -> tuple[np.ndarray, np.ndarray]:
        read.extend(map(len, lists))
        return _added_up(lists, weights, total)

    monkeypatch.setattr("poi.names.search._added_up", added_up)
    assert first(index, "知春鹿") == "知春路"
    usual, read[:] = sum(read), []
    monkeypatch.setattr("poi.names.search._MANY_IDS", 4)
    assert first(index, "知春鹿") == "知春路"
    assert 0 < sum(read) <= 4 < usual


@given(st.lists(st.sets(st.integers(-(2**62), 2**62) | st.integers(0, 5), max_size=12), max_size=40))
def test_pieces_are_sorted_on_disk_as_in_memory(names: list[set[int]]) -> None:
    pairs = [(key, name) for name, keys in enumerate(names) for key in keys]
    with GramRuns(run=16) as runs:
        for name, keys in enumerate(names):
            runs.add(name, keys)
        ranges = [list(zip(*(column.tolist() for column in part), strict=True)) for part in runs.by_key()]
    assert [pair for part in ranges for pair in part] == sorted(pairs)
    pieces = [{key for key, _ in part} for part in ranges]
    assert sum(map(len, pieces)) == len(set().union(*pieces)), "no piece is parted"
