"""A sentence said of other places keeps its meaning: every span lies on the words that were put there."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from agent.train.example import Example
from agent.train.reader_data import labelled, reader_lines
from agent.train.renaming import renamed


def examples() -> list[Example]:
    return list(labelled(reader_lines(), Counter()))


def words(example: Example) -> list[tuple[str, str, str]]:
    return [
        (request.kind, span.tag, example.text[span.start : span.end])
        for request in example.requests
        for span in request.spans
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_spans_lie_on_the_words_put_there(seed: int) -> None:
    lines = examples()
    known = {key for line in lines for key in words(line)}
    chosen = random.Random(seed).sample(lines, 600)
    made = list(renamed(chosen, lines, times=2, seed=seed))
    assert len(made) > 300
    for example in made:
        assert set(words(example)) <= known, example
        assert [span.start for r in example.requests for span in r.spans] == sorted(
            span.start for r in example.requests for span in r.spans
        )


def test_kinds_and_values_stay_and_words_change() -> None:
    (line,) = [e for e in examples() if e.text == "先去学校接儿子，再去少年宫接女儿，最后去姥姥家"]
    made = list(renamed([line], examples(), times=8, seed=5))
    assert {tuple(r.kind for r in e.requests) for e in made} == {("navigate",) * 3}
    assert len({e.text for e in made}) > 5
    assert all(e.text[e.requests[2].begins :].startswith("最后去") for e in made)


def test_places_in_remarks_change_too() -> None:
    remarks = [e for e in examples() if e.loose and e.requests[0].kind == "talk"]
    made = list(renamed(remarks, examples(), times=1, seed=4))
    assert {e.requests[0].kind for e in made} == {"talk"}
    assert not any(r.spans for e in made for r in e.requests)
    assert len({e.text for e in made} - {e.text for e in remarks}) > len(made) / 3
