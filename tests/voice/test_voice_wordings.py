"""The wordings that the voice is judged by stand in nothing that ships or tunes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bench.voice.strangers import JUDGED_VOICES, TUNING_VOICES, judged_lines, tuning_lines
from languages.grammar import Grammar
from languages.language import load_language
from languages.template import AnyOrder, Choice, Node, Reference, Sequence, Text
from voice.asr.text import bare_text
from voice.data_files import load_json

LANGUAGES = ("zh", "en")
_NAME = "\x00"


def carriers(lines: dict[str, list[str]]) -> dict[str, str]:
    """Every wording without its signs, by itself; a name or kind is one sign of its own."""
    texts = [
        *lines["named"],
        *lines["kinds"],
        *(other if isinstance(other, str) else other[0] for other in lines["other"]),
    ]
    return {plain(text): text for text in texts}


def plain(text: str) -> str:
    return _NAME.join(bare_text(part) for part in text.split("{}"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_judged_and_tuned_wordings_are_apart(language: str) -> None:
    judged, tuned = carriers(judged_lines()[language]), carriers(tuning_lines()[language])
    assert not judged.keys() & tuned.keys()
    assert not set(JUDGED_VOICES[language]) & set(TUNING_VOICES[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_judged_wording_stands_in_the_expected_requests(language: str) -> None:
    expected = load_json("request_patterns.json")[language]
    listed = {plain(text) for part in ("named", "kinds", "whole") for text in expected[part]}
    both = carriers(judged_lines()[language]) | carriers(tuning_lines()[language])
    assert [text for key, text in both.items() if key in listed] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_judged_wording_can_be_drawn_from_the_language_data(language: str) -> None:
    grammar = load_language(language).grammar
    expressions = [
        re.compile(expression)
        for group in grammar.groups
        for template in group.templates
        for expression in spellings(grammar, template)
    ]
    found = [
        text
        for key, text in carriers(judged_lines()[language]).items()
        if any(expression.fullmatch(key) for expression in expressions)
    ]
    assert found == []


def spellings(grammar: Grammar, node: Node) -> Iterator[str]:
    """A template as an expression over plain text, in which every name and kind is one sign."""
    made = expression(grammar, node, 0)
    if made is not None:
        yield made


def expression(grammar: Grammar, node: Node, depth: int) -> str | None:
    if depth > 12:
        return None
    match node:
        case Text(words=words):
            return re.escape(bare_text(words))
        case Sequence(parts=parts):
            made = [expression(grammar, part, depth + 1) for part in parts]
            return None if None in made else "".join(filter(None, made))
        case Choice(options=options):
            return either([expression(grammar, option, depth + 1) for option in options])
        case AnyOrder():
            return either([expression(grammar, order, depth + 1) for order in node.orders()])
        case Reference(name=name):
            if name in grammar.open_rules or name == "kind":
                return _NAME
            if name in grammar.rules:
                return expression(grammar, grammar.rules[name], depth + 1)
            if name in grammar.values:
                return either(
                    [expression(grammar, value, depth + 1) for value in grammar.values[name].values()]
                )
            return None  # a number: none of the judged wordings holds one


def either(made: list[str | None]) -> str | None:
    known = [one for one in made if one is not None]
    return f"(?:{'|'.join(known)})" if known else None
