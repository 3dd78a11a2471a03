"""Characters with several readings, and the tones of 一 and 不, in names and in what is said on a drive."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.tts.phonemes import Phonemizer, with_sandhi

READINGS = yaml.safe_load((Path(__file__).parents[1] / "data" / "readings.yaml").read_text("utf-8"))
pytestmark = pytest.mark.skipif(not pytest.importorskip("jieba"), reason="the voice extra is not installed")


@pytest.fixture(scope="module")
def phonemizer() -> Phonemizer:
    return Phonemizer()


@pytest.mark.parametrize(("part", "least"), [("places", 500), ("phrases", 200)])
def test_characters_with_several_readings(phonemizer: Phonemizer, part: str, least: int) -> None:
    texts = [(key, text) for key, texts in READINGS[part].items() for text in texts]
    assert len(texts) >= least
    wrong = []
    for key, text in texts:
        character, reading = key.split()
        syllables = [syllable for word in phonemizer.pinyin(text) for syllable in word]
        if syllables[text.index(character)] != reading:
            wrong.append(f"{text}: {syllables[text.index(character)]} for {reading}")
    assert wrong == []


@pytest.mark.parametrize(("text", "pinyin"), READINGS["sandhi"].items())
def test_the_tones_of_one_and_not(phonemizer: Phonemizer, text: str, pinyin: str) -> None:
    assert " ".join(syllable for word in phonemizer.pinyin(text) for syllable in word) == pinyin


@given(st.lists(st.sampled_from("一不二百千万第路号去看好中"), min_size=1, max_size=8))
@settings(max_examples=200)
def test_only_one_and_not_change_and_only_in_tone(characters: list[str]) -> None:
    pinyin = "yi1 bu4 er4 bai3 qian1 wan4 di4 lu4 hao4 qu4 kan4 hao3 zhong1".split()
    base = dict(zip("一不二百千万第路号去看好中", pinyin, strict=True))
    syllables = [base[character] for character in characters]
    said = with_sandhi("".join(characters), syllables)
    for character, before, after in zip(characters, syllables, said, strict=True):
        assert before[:-1] == after[:-1]
        assert before == after or character in "一不"
