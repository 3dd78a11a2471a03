"""Templates: the notation, and faults named by file, line and key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from languages import LanguageError, codes, load_language
from languages.grammar import Grammar
from languages.template import EMPTY, AnyOrder, Choice, Reference, Sequence, TemplateError, Text, parse


@pytest.mark.parametrize(
    ("template", "node"),
    [
        pytest.param("go", Text("go"), id="words"),
        pytest.param("(a|b)", Choice((Text("a"), Text("b"))), id="one of several"),
        pytest.param("[a]", Choice((Text("a"), EMPTY)), id="perhaps"),
        pytest.param("[a|b]", Choice((Choice((Text("a"), Text("b"))), EMPTY)), id="perhaps one of several"),
        pytest.param("(a;b)", AnyOrder((Text("a"), Text("b"))), id="in any order"),
        pytest.param(
            "go <x> {y:to}", Sequence((Text("go "), Reference("x"), Text(" "), Reference("y", "to", False)))
        ),
        pytest.param("<x@2>", Reference("x", request=2), id="second request"),
        pytest.param("{y:to@2}", Reference("y", "to", False, 2), id="slot of the second request"),
        pytest.param("{y}", Reference("y", "", False), id="said and not kept"),
    ],
)
def test_notation(template: str, node: object) -> None:
    assert parse(template) == node


@pytest.mark.parametrize(
    "template", ["(a", "[a", "a)", "{to", "<to", "(a|b;c)", "<a b>", "<a:to>", "a|b", "{}"]
)
def test_a_broken_template_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        parse(template)


GROUP = "groups:\n  - intent: {kind: navigate}\n    frame: ''\n    sentences:\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GROUP + "      - go (to\n", "navigate.yaml:5: groups.0"),
        (GROUP + "      - go to <place>\n", "no rule 'place'"),
        ("rules:\n  a: <b>\n  b: <a>\n", "in a circle: a > b > a"),
        ("rules:\n  a: x\n  a: y\n", "navigate.yaml:3: the key 'a' stands twice"),
        ("rules:\n  a: x\nvalues:\n  a: {b: y}\n", "navigate.yaml:4: values.a: stands already in"),
        ("numbers:\n  a: [1]\n", "navigate.yaml:2: numbers.a"),
        ("roules:\n  a: x\n", "navigate.yaml:1: roules"),
        ("groups:\n  - intent: {kind: navigate}\n    sentence: [x]\n", "groups.0: has to be a mapping"),
        ("groups:\n  - intent: {to: x}\n    sentences: [x]\n", "navigate.yaml:2: groups.0: needs an intent"),
        (GROUP.replace("''", "loud") + "      - go\n", "no frame 'loud'"),
        ("rules:\n  a: 7\n", "a: has to be a template"),
        ("rules: [", "navigate.yaml:"),
        ("- a\n", "navigate.yaml: has to be a mapping"),
    ],
)
def test_broken_data_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "sentences").mkdir()
    (tmp_path / "sentences" / "navigate.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LanguageError, match=re.escape(told)):
        Grammar(tmp_path)


@pytest.mark.parametrize("code", codes())
def test_no_template_is_longer_than_can_be_read(code: str) -> None:
    folder = load_language(code).folder
    long = [
        f"{path.name}:{number}"
        for path in [*folder.glob("sentences/*.yaml"), *folder.glob("[wnp][oah]*s.yaml")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > 120 and not line.startswith("#")
    ]
    assert not long
