"""Sentences said of other places and things: what fills a slot of one is put into the same slot of another.

A hand-written sentence is worth more than one: its turn of speech holds for any place. What stands in a slot
is drawn from the same slot of all other sentences of that language, so that it is said as such things are.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from agent.train.example import Example
from agent.understanding.labels import Span

_LOOSE = ("navigate", "to")
"""What stands for words that fill no slot: places to go to."""
_EXCHANGED: Mapping[str, frozenset[str]] = {
    "navigate": frozenset({"to", "via", "start", "near"}),
    "search": frozenset({"what", "near", "without"}),
    "plan_trip": frozenset({"where", "start", "likes", "dislikes", "must", "item", "other", "date"}),
    "change_route": frozenset({"via", "drop"}),
    "deny": frozenset({"instead"}),
    "status": frozenset({"place"}),
    "remember": frozenset({"place", "label"}),
}
"""Tags whose words may be exchanged, by kind; amounts and times are said in too many ways to fit anywhere."""
_KEPT = 0.3
"""How likely the words of a slot stay as they are."""
_LONGEST = 26

Pool = dict[tuple[str, str, str], list[str]]
"""Words by language, kind and tag."""


def renamed(lines: Sequence[Example], others: Sequence[Example], times: int, seed: int) -> Iterator[Example]:
    """Yield each line several times, with other words in its slots.

    Parameters
    ----------
    lines
        What is said anew; those without a slot are passed over.
    others
        Where words are taken from.
    times
        How often each line is said.
    seed
        The same seed yields the same sentences.
    """
    chance = random.Random(seed)
    pool = _pool(others)
    for line in lines:
        for _ in range(times):
            made = _renamed(line, pool, chance)
            if made is not None:
                yield made


def _pool(examples: Sequence[Example]) -> Pool:
    pool: Pool = {}
    for example in examples:
        for request in example.requests:
            if request.values.get("destination"):
                continue
            for span in request.spans:
                words = example.text[span.start : span.end]
                if len(words) <= _LONGEST:
                    pool.setdefault((example.language, request.kind, span.tag), []).append(words)
    return pool


def _renamed(line: Example, pool: Pool, chance: random.Random) -> Example | None:
    places: list[tuple[int, int, str]] = []
    for request in line.requests:
        if request.values.get("destination"):
            continue
        for span in request.spans:
            words = pool.get((line.language, request.kind, span.tag), ())
            if words and span.tag in _EXCHANGED.get(request.kind, ()) and chance.random() > _KEPT:
                places.append((span.start, span.end, chance.choice(words)))
    for start, end in line.loose:
        words = pool.get((line.language, *_LOOSE), ())
        if words and chance.random() > _KEPT:
            places.append((start, end, chance.choice(words)))
    return _with(line, sorted(places)) if places else None


def _with(line: Example, places: Sequence[tuple[int, int, str]]) -> Example:
    """Return a line with other words at some places, and all its spans moved accordingly."""
    text, last = "", 0
    shifts: list[tuple[int, int]] = []
    for start, end, words in places:
        text += line.text[last:start] + words
        last = end
        shifts.append((end, len(text) - end))

    def moved(at: int) -> int:
        return at + next((shift for end, shift in reversed(shifts) if at >= end), 0)

    def span(old: Span) -> Span:
        return replace(old, start=moved(old.start), end=moved(old.end))

    requests = tuple(
        replace(request, begins=moved(request.begins), spans=tuple(map(span, request.spans)))
        for request in line.requests
    )
    loose = tuple((moved(start), moved(end)) for start, end in line.loose)
    return replace(line, text=text + line.text[last:], requests=requests, loose=loose)
