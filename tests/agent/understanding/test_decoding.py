"""From scores to requests: drawn heads whose scores are set by hand, piece by piece."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.understanding.labels import KINDS, TAGS, VALUES
from agent.understanding.learned.calibration import confidence, expected_error, figures, fitted
from agent.understanding.learned.decoding import Decoded, decode, viterbi
from agent.understanding.learned.delta import OUTPUT_COLUMNS, OUTPUTS
from agent.understanding.learned.tokenizer import Tokens

POSSIBLE = np.array([[b[0] != "I" or a[2:] == b[2:] for b in TAGS] for a in TAGS])
FEATURES = len(TAGS) + 1 + OUTPUT_COLUMNS
"""One for every score: the tags, the beginning, kinds and values."""


def heads() -> dict[str, Any]:
    """Heads that hand on each score as it stands in the hidden state: tags, beginning, kinds and values."""
    eye = np.eye(FEATURES, dtype=np.float32)
    hidden = np.zeros((3 * FEATURES, FEATURES), np.float32)
    hidden[FEATURES : 2 * FEATURES] = (
        eye * 0.01
    )  # the mean of the request's own pieces, within tanh's straight part
    return {
        "token.mean": np.zeros(FEATURES, np.float32),
        "token.scale": np.ones(FEATURES, np.float32),
        "tag.w": eye[:, : len(TAGS)],
        "tag.b": np.zeros(len(TAGS), np.float32),
        "tag.next": np.zeros((len(TAGS), len(TAGS)), np.float32),
        "begin.w": eye[len(TAGS)],
        "begin.b": np.array([-6.0], np.float32),
        "look.w": np.zeros(FEATURES, np.float32),
        "hidden.w": hidden,
        "hidden.b": np.zeros(FEATURES, np.float32),
        "out.w": eye[:, len(TAGS) + 1 :] * 100,
        "out.b": np.zeros(OUTPUT_COLUMNS, np.float32),
    }


def read(
    words: list[tuple[str, str]],
    *parts: tuple[str, dict[str, str]],
    begins: tuple[int, ...] = (),
    joiner: str = " ",
) -> tuple[str, list[Decoded]]:
    """Decode a sentence of (word, tag) whose parts have the given kinds and values."""
    text = joiner.join(word for word, _ in words)
    places, at = [(0, 0)], 0
    for word, _ in words:
        places.append((at, at + len(word)))
        at += len(word) + len(joiner)
    places.append((len(text), len(text)))
    hidden = np.zeros((len(places), FEATURES), np.float32)
    starts = [0, *(b + 1 for b in begins), len(places)]
    for (kind, values), first, last in zip(parts, starts[:-1], starts[1:], strict=True):
        for name, value in (("kind", kind), *values.items()):
            choices = KINDS if name == "kind" else VALUES[name]
            hidden[first:last, len(TAGS) + 1 + OUTPUTS[name][0] + choices.index(value)] = 8
    for piece, (_, tag) in enumerate(words, 1):
        hidden[piece, TAGS.index(tag)] = 6
    for begin in begins:
        hidden[begin + 1, len(TAGS)] = 12
    tokens = Tokens(ids=np.arange(len(places)), places=tuple(places), whole=True)
    return text, decode(text, tokens, hidden, heads())


def said(text: str, decoded: Decoded) -> dict[str, str]:
    return {span.tag: text[span.start : span.end] for span in decoded.request.spans}


def test_words_and_values_of_one_request() -> None:
    text, (one,) = read(
        [("to", "O"), ("the", "O"), ("old", "B-to"), ("port", "I-to"), ("no", "O"), ("tolls", "O")],
        ("navigate", {"avoid_toll": "yes", "pick": "nearest"}),
    )
    assert one.request.kind == "navigate"
    assert said(text, one) == {"to": "old port"}
    assert dict(one.request.values) == {"avoid_toll": "yes", "pick": "nearest"}
    assert one.kind_p > 0.9
    assert min(one.span_p) > 0.8


def test_each_request_has_its_own_kind_and_words() -> None:
    words = [("louder", "O"), ("then", "O"), ("home", "B-to"), ("then", "O"), ("cafe", "B-what")]
    text, found = read(
        words,
        ("volume", {"volume": "up"}),
        ("navigate", {"destination": "home"}),
        ("search", {}),
        begins=(1, 3),
    )
    assert [d.request.kind for d in found] == ["volume", "navigate", "search"]
    assert [said(text, d) for d in found] == [{}, {"to": "home"}, {"what": "cafe"}]
    assert [d.request.begins for d in found] == [0, text.index("then"), text.rindex("then")]


def test_of_two_beginnings_side_by_side_one_counts() -> None:
    words = [("louder", "O"), ("also", "O"), ("then", "O"), ("home", "B-to")]
    parts = ("volume", {"volume": "up"}), ("cancel", {}), ("navigate", {"destination": "home"})
    _, found = read(words, *parts, begins=(1, 2))
    assert len(found) == 2
    assert found[0].request.kind == "volume"


def test_tags_that_the_kind_has_no_slot_for_are_not_read() -> None:
    text, (one,) = read([("museum", "B-what"), ("wing", "I-what")], ("status", {"question": "phone"}))
    assert said(text, one) == {}


def test_a_span_takes_the_whole_word_and_no_stop() -> None:
    text, (one,) = read([("Oa", "B-to"), ("kley", "O"), (",", "I-to")], ("navigate", {}), joiner="")
    assert text == "Oakley,"
    assert said(text, one) == {"to": "Oakley"}


def test_a_request_for_a_place_looks_for_its_words_before_it_goes_without() -> None:
    faint = [("Rome", "O")]
    text, (one,) = read(faint, ("navigate", {}))
    assert said(text, one) == {}
    _, (home,) = read([("retire", "O")], ("navigate", {"destination": "home"}))
    assert home.request.values == {"destination": "home"}


def test_a_need_is_idle_where_the_kind_of_place_was_said() -> None:
    _, (one,) = read([("cafe", "B-what")], ("search", {"need": "coffee"}))
    assert "need" not in one.request.values


@settings(max_examples=60, deadline=None)
@given(
    logs=st.lists(st.lists(st.floats(-5, 0), min_size=5, max_size=5), min_size=1, max_size=4),
)
def test_viterbi_finds_the_best_of_all_possible_rows(logs: list[list[float]]) -> None:
    few = np.full((len(logs), len(TAGS)), -50.0, np.float32)
    few[:, :5] = logs

    def possible(row: tuple[int, ...]) -> bool:
        before = ("O", *(TAGS[tag] for tag in row))
        return all(t[0] != "I" or b[2:] == t[2:] for b, t in itertools.pairwise(before))

    def score(row: tuple[int, ...]) -> float:
        return float(sum(few[at, tag] for at, tag in enumerate(row)))

    best = max(score(row) for row in itertools.product(range(5), repeat=len(logs)) if possible(row))
    found = tuple(viterbi(few, np.where(POSSIBLE, 0.0, -1e9).astype(np.float32)))
    assert possible(found)
    assert score(found) == pytest.approx(best)


def test_a_fitted_confidence_keeps_its_word() -> None:
    draw = np.random.default_rng(4)
    _, decoded = read([("Rome", "B-to")], ("navigate", {}))
    seen = np.repeat(figures(decoded, 0.0, True)[None], 4000, axis=0)
    seen[:, 1] = draw.normal(1.5, 2, len(seen))
    seen[:, 6] = draw.choice([0.0, 0.3], len(seen))
    right = (draw.random(len(seen)) < 1 / (1 + np.exp(-(seen[:, 1] - 8 * seen[:, 6])))).astype(np.float32)
    weights = {"weights": fitted(seen[:2000], right[:2000])}
    sure = np.array([confidence(row, weights) for row in seen[2000:]])
    assert expected_error(sure, right[2000:]) < 0.05
    assert expected_error(np.ones(2000), right[2000:]) > 0.2


def test_words_left_over_and_a_cut_sentence_lower_the_confidence() -> None:
    _, decoded = read([("Rome", "B-to")], ("navigate", {}))
    usual = confidence(figures(decoded, 0.0, True), {})
    assert confidence(figures(decoded, 0.5, True), {}) < usual
    assert confidence(figures(decoded, 0.0, False), {}) < usual
