"""Language data: every language says the same things, and broken data is named by file, line and key."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from languages import Language, LanguageError, codes, load_language
from languages.language import CLOSED
from languages.messages import Messages
from languages.trip_words import trip_words
from nav.guidance.wording.words import words_of

PLACES = re.compile(r"\{(\w+)")


def test_every_language_has_the_same_sentences_with_the_same_places() -> None:
    tables = {code: load_language(code).replies for code in codes()}
    keys = {
        code: {key for key in table if not key.endswith((".brief", ".chatty"))}
        for code, table in tables.items()
    }
    for code, found in keys.items():
        assert found == keys["en"], f"{code}: {sorted(found ^ keys['en'])}"


@pytest.mark.parametrize("code", codes())
def test_a_manner_of_speaking_needs_no_other_facts(code: str) -> None:
    table = load_language(code).replies
    for key, sentence in table.items():
        if key.endswith((".brief", ".chatty")):
            plain = key.rsplit(".", 1)[0]
            assert set(PLACES.findall(sentence)) <= set(PLACES.findall(table[plain])), key


def test_a_number_takes_the_form_that_goes_with_it() -> None:
    spell = load_language("en").numbers.spell
    messages = Messages({"days": "for {n:# day|# days} in {where}"}, spell=spell, source="drawn")
    assert messages.say("days", n=1, where="Kunshan") == "for one day in Kunshan"
    assert messages.say("days", n=3, where="Kunshan") == "for three days in Kunshan"


def test_lists() -> None:
    assert load_language("zh").joined(["甲", "乙", "丙"]) == "甲、乙和丙"
    assert load_language("en").joined(["a", "b", "c"]) == "a, b and c"
    assert load_language("en").joined(["a"]) == "a"
    assert load_language("en").either(["a", "b"]) == "a or b"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("language.toml", 'name = "English"', "name = 7", "language.toml: name"),
        ("language.toml", 'name = "English"', "name", "language.toml"),
        ("language.toml", 'script = "Latn"', 'skript = "Latn"', "script"),
        ("replies.yaml", "route.via:", "route.start:", "route.start' stands twice"),
        ("replies.yaml", "route.via:", "route.via: [", "replies.yaml:"),
        ("replies.yaml", "route.via:", "route.wia: 12\nroute.via:", "route.wia"),
    ],
)
def test_broken_data_is_named(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    folder = tmp_path / "en"
    shutil.copytree(load_language("en").folder, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LanguageError, match=re.escape(told)):
        _ = Language(folder).replies


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(LanguageError, match="no language 'xx'"):
        load_language("xx")
    assert load_language("en") is load_language("en")


@pytest.mark.parametrize("code", codes())
def test_every_file_of_a_language_fits(code: str) -> None:
    language = load_language(code)
    assert language.grammar.groups
    assert {group.file for group in language.closed.groups} <= set(CLOSED), "only these are installed"
    assert language.reading.home
    assert language.speech.aloud.units
    assert language.prompt_examples
    assert words_of(code).turns
    wanted, found = trip_words("en"), trip_words(code)
    for part in ("limit", "times", "parts", "meals", "needs", "orders", "money", "with_", "party"):
        assert set(dict(getattr(found, part))) == set(dict(getattr(wanted, part))), part
