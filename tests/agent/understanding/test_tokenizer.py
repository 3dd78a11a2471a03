"""Sentences in pieces: the most probable cut, where each piece lies, and text that nobody says."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.understanding.learned.base_model import Pieces, read_base
from agent.understanding.learned.tokenizer import MOST_PIECES, Tokenizer, prune, restrict, table_of
from tests.agent.understanding.conftest import PIECES


@pytest.fixture
def pieces(base_file: Path) -> Pieces:
    return read_base(base_file, ()).pieces


def cut(pieces: Pieces, text: str) -> list[str]:
    tokens = Tokenizer(table_of(pieces))(text)
    return [text[a:b] for a, b in tokens.places if a < b]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("take me to the station", ["take", "me", "to", "the", "station"], id="words"),
        pytest.param("take   me", ["take", "me"], id="several spaces"),
        pytest.param("去机场，家", ["去机场", "，", "家"], id="a comma is the Latin one, at its own place"),
        pytest.param("zoo去", ["zoo", "去"], id="both scripts"),
        pytest.param("me 😀", ["me", "😀"], id="what no piece covers"),
    ],
)
def test_pieces_lie_where_their_letters_are(pieces: Pieces, text: str, said: list[str]) -> None:
    assert cut(pieces, text) == said


def test_pieces_kept_apart_let_names_end_at_their_borders(pieces: Pieces) -> None:
    kept = restrict(pieces, prune(pieces, "去吗回", 100))
    assert cut(kept, "去机场吗") == ["去", "机场", "吗"]
    assert cut(pieces, "去机场吗") == ["去机场", "吗"]


def test_pruning_keeps_the_marks_all_han_and_the_likeliest_latin(pieces: Pieces) -> None:
    kept = [pieces.texts[i] for i in prune(pieces, "去", 2)]
    assert {"<s>", "</s>", "<unk>", "机场", "去"} <= set(kept)
    assert "去机场" not in kept
    assert len([text for text in kept if text.strip("▁").isascii() and not text.startswith("<")]) == 2


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_any_text_is_cut_into_pieces_in_order(pieces: Pieces, text: str) -> None:
    tokens = Tokenizer(table_of(pieces))(text)
    assert len(tokens.ids) == len(tokens.places) <= MOST_PIECES
    assert all(0 <= a <= b <= len(text) for a, b in tokens.places)
    assert all(first[0] <= second[0] for first, second in pairwise(tokens.places))
    assert (tokens.ids[0], tokens.ids[-1]) == (pieces.begin, pieces.end)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.sampled_from([*PIECES[4:], "\0", "é", "sta", "😀"]), max_size=12))
def test_each_piece_has_the_letters_that_it_stands_for(pieces: Pieces, parts: list[str]) -> None:
    text = "".join(parts).replace("▁", " ")
    tokens = Tokenizer(table_of(pieces))(text)
    for piece, (a, b) in zip(tokens.ids.tolist(), tokens.places, strict=True):
        if a < b and piece != pieces.unknown:
            assert pieces.texts[piece].strip("▁") == text[a:b]


def test_a_long_text_is_read_as_far_as_it_goes(pieces: Pieces) -> None:
    tokens = Tokenizer(table_of(pieces))("去机场" * 700)
    assert len(tokens.ids) == MOST_PIECES
    assert not tokens.whole
    assert Tokenizer(table_of(pieces))("去机场").whole
