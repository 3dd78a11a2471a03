"""One grammar, heard and understood: what the data says is found by sound, and what it does not say too."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from languages.grammar import Grammar, Group
from languages.language import load_language
from tests.voice.asr.wrong_sounds import WrongCharacters, wrong_letters
from voice.asr.biasing import Expectations
from voice.asr.network import NAMES, NUMBER, Network, Sayings, compile_network
from voice.asr.search import Filling, Searcher
from voice.asr.sounds import SKIP, Spoken, speller, unlikeness
from voice.asr.text import bare_text

_NEAR = {
    "zh": ["学研大厦", "清华大学", "成府路", "五道口", "文津国际酒店", "双清苑小区", "Starbucks"],
    "en": ["Kamppi", "Hotel Arthur", "Stockmann", "Senate Square", "Ateneum", "Old Market Hall"],
}
_NUMBERS = {"zh": "三", "en": "three"}
_LONGEST = {"zh": 18, "en": 55}


def _kept_out(group: Group) -> bool:
    """A third of the sentences, by a sum over their place in the data."""
    return zlib.crc32(group.name.encode()) % 3 == 0


@cache
def _drawn_sentences(language: str, count: int) -> list[str]:
    """Sentences of the groups that are kept out of `_without`."""
    files = ("navigate", "search", "status", "road", "orders")
    network = compile_network(
        load_language(language).grammar,
        speller(language),
        keep=lambda group: group.file in files and _kept_out(group),
    )
    sayings, rng, choice = Sayings(network), np.random.default_rng(4), random.Random(4)

    def fill(name: str) -> str:
        if name == NAMES:
            return choice.choice(_NEAR[language])
        return _NUMBERS[language] if name == NUMBER else choice.choice(network.lists[name])

    found: list[str] = []
    while len(found) < count:
        text = sayings.draw(rng, fill)
        if 4 <= len(bare_text(text)) <= _LONGEST[language]:
            found.append(text)
    return found


@cache
def _all(language: str) -> Expectations:
    return Expectations(language)


@cache
def _without(language: str) -> Expectations:
    return Expectations(language, keep=lambda group: not _kept_out(group))


def _restored(language: str, expected: Expectations, count: int) -> float:
    rng = random.Random(5)
    sentences = _drawn_sentences(language, count)
    wrong = (
        WrongCharacters("".join(sentences) + "".join(_NEAR["zh"])).of if language == "zh" else wrong_letters
    )
    pairs = [(said, wrong(said, rng, 0.25)) for said in sentences]
    changed = [(said, heard) for said, heard in pairs if bare_text(said) != bare_text(heard)]
    found = [
        any(
            bare_text(meant.text) == bare_text(said)
            for meant in expected.sentences([heard], _NEAR[language], count=6)
        )
        for said, heard in changed
    ]
    return float(np.mean(found))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_the_data_says_is_found_as_it_was_said(language: str) -> None:
    """But for a character that is read otherwise beside the next part of the sentence."""
    found = [
        (said, _all(language).sentences([said], _NEAR[language])[0])
        for said in _drawn_sentences(language, 30)
    ]
    wrong = [(said, first) for said, first in found if bare_text(first.text) != bare_text(said) or first.cost]
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sentences_kept_out_of_the_data_gain_too(language: str) -> None:
    """Misheard sentences are among the six nearest: nearly all, and of wordings the data has not, most."""
    assert _restored(language, _all(language), 60) >= 0.95
    assert _restored(language, _without(language), 60) >= 0.55


@pytest.mark.parametrize(
    ("language", "heard", "meant"),
    [
        pytest.param("zh", "导航去好丽的音", "导航去Holiday Inn", id="English name in characters"),
        pytest.param("zh", "附近有没有 Star Box", "附近有没有Starbucks", id="misheard in letters"),
        pytest.param("en", "find chuan judah", "find 全聚德", id="Mandarin name in letters"),
        pytest.param(
            "en", "take me to Ching Hua university", "take me to 清华 university", id="half of each"
        ),
    ],
)
def test_names_of_the_other_language_inside_a_sentence(language: str, heard: str, meant: str) -> None:
    names = ["Holiday Inn", "Starbucks", "全聚德", "清华", "学研大厦", "Stockmann"]
    found = [one.text for one in Expectations(language).sentences([heard], names, count=6)]
    assert meant in found


def test_a_known_word_is_not_put_in_place_of_another_known_word() -> None:
    found = [meant.text for meant in _all("zh").sentences(["帮我找一家三公里以内的咖灰馆"], ())]
    assert not any("宜家" in text for text in found)


_SMALL = """
rules:
  go: "(去|到|带我去)"
  any: "(找|有没有)"
groups:
  - intent: {kind: navigate}
    frame: ""
    sentences: ["<go>(西门|东门)[吧]", "[请](回家;快)"]
  - intent: {kind: search}
    frame: ""
    sentences: ["<any>(面馆|宾馆)[啊|呢]"]
"""


@pytest.fixture
def small(tmp_path: Path) -> Network:
    (tmp_path / "words.yaml").write_text(_SMALL, encoding="utf-8")
    return compile_network(Grammar(tmp_path), speller("zh"))


def _written_out() -> list[str]:
    going = product(["去", "到", "带我去"], ["西门", "东门"], ["吧", ""])
    orders = product(["请", ""], ["回家快", "快回家"])
    search = product(["找", "有没有"], ["面馆", "宾馆"], ["啊", "呢", ""])
    return ["".join(parts) for parts in (*going, *orders, *search)]


def _distance(one: Spoken, other: Spoken) -> float:
    table = unlikeness()
    row = [SKIP * column for column in range(len(other.sounds) + 1)]
    for sound in one.sounds:
        new = [row[0] + SKIP]
        for column, to in enumerate(other.sounds):
            swapped = row[column] + float(table[sound][to])
            new.append(min(swapped, row[column + 1] + SKIP, new[column] + SKIP))
        row = new
    return row[-1]


@pytest.mark.parametrize("heard", ["带我去喜们", "有没又兵馆", "请快会家", "道东门八", "召面管呢", "回家"])
def test_the_search_finds_what_writing_everything_out_finds(small: Network, heard: str) -> None:
    spoken = speller("zh")(heard)
    costs = {text: _distance(spoken, speller("zh")(text)) for text in _written_out()}
    found = Searcher(small).sentences(spoken, dict[str, Filling](), most_found=3, most=9.0)
    assert found[0].cost == pytest.approx(min(costs.values()), abs=1e-4)
    assert all(one.cost == pytest.approx(costs[one.text], abs=1e-4) for one in found)


def test_drawn_sentences_are_the_written_out_ones(small: Network) -> None:
    rng = np.random.default_rng(1)
    fill: Callable[[str], str] = str
    sayings = Sayings(small)
    assert {sayings.draw(rng, fill) for _ in range(400)} == set(_written_out())
