"""A sentence about a trip while it is taken apart: its words, what was found, and what is still unread."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from agent.trip.asked.marks import Mark, clauses_of, day_marks, is_meal
from languages.trip_talk import TalkWords, talk_words
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

LISTS = ("likes", "dislikes", "must", "meals", "no_meal")
"""Slots of things that are wished for or not."""
SPANS = (*LISTS, "who", "money", "lodging", "limit", "time")
EDGE = " \t,，。；;！!？?、（）()：:.\"'"


@dataclass(slots=True)
class Draft:
    """A sentence while it is taken apart."""

    text: str
    language: Language
    now: datetime
    slots: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in (*SPANS, "unread")})
    by_day: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    date: str = ""
    days: int | None = None
    wheres: dict[int, str] = field(default_factory=dict)
    """The town of single days."""
    pace: str = ""
    clash: str = ""
    """Words that contradict others."""
    parts: dict[str, str] = field(default_factory=dict)
    """Wishes that are for a part of the day, with the part."""
    used: list[tuple[int, int]] = field(default_factory=list)
    """Stretches of the sentence that are read."""
    settled: list[tuple[int, int]] = field(default_factory=list)
    """Those of which the words alone tell the meaning, whatever the reader made of them."""

    given: list[Mark] = field(default_factory=list)
    """Days that are given to something without a number."""

    def marks(self) -> list[Mark]:
        """Return the days that are named, and those that are given to something."""
        return sorted((*day_marks(self.text, self.language), *self.given), key=lambda mark: mark.start)

    @property
    def words(self) -> TalkWords:
        return talk_words(self.language)

    def put(self, slot: str, words: str, at: int) -> None:
        """Keep a wish: for the day that is spoken of, or for the whole trip."""
        day = _day_at(self, at)
        if day and slot in {"likes", "must", "meals"}:
            kept = self.by_day.setdefault(day, {}).setdefault(slot, [])
        else:
            kept = self.slots[slot]
        if words and words not in kept:
            kept.append(words)
        if slot == "likes" and (part := _part_at(self, at, words)):
            self.parts.setdefault(words, part)


def _part_at(draft: Draft, at: int, words: str) -> str:
    """Return the part of the day that is said with a wish, in the same clause; "" if none is."""
    spans = clauses_of(draft.text, draft.language)
    start, end = next(((a, b) for a, b in spans if a <= at < b), (at, at))
    clause = draft.text[start:end]
    if any_of(draft.language, draft.words.days.half).search(clause) or is_meal(words, draft.language):
        return ""
    inside = at - start + len(words)
    joins = re.compile(draft.words.lists, re.IGNORECASE)
    found = [
        (abs(match.start() - inside), part)
        for part in ("morning", "afternoon", "evening")
        for match in any_of(draft.language, trip_words(draft.language).parts[part]).finditer(clause)
        if not joins.search(clause[inside : match.start()])  # it belongs to the thing that stands next to it
    ]
    return min(found, default=(0, ""))[1]


def _day_at(draft: Draft, at: int) -> int:
    """Return the day that a place in the sentence speaks of; 0 for the whole trip."""
    marks = draft.marks()
    if (near := _mark_beside(draft, marks, at)) is not None:
        return near.day
    before = [mark for mark in marks if mark.start <= at]
    if not before:
        return _day_after(draft, marks, at)
    mark = before[-1]
    clause_end = next(
        (b for a, b in clauses_of(draft.text, draft.language) if a <= mark.start < b), len(draft.text)
    )
    if at < clause_end or any(m.start > mark.start and m.start >= at for m in marks):
        return mark.day
    return 0


def _mark_beside(draft: Draft, marks: list[Mark], at: int) -> Mark | None:
    """Return the day that is named with a thing, where a clause lists things with their days."""
    start, end = next(((a, b) for a, b in clauses_of(draft.text, draft.language) if a <= at < b), (at, at))
    joints = [m.span() for m in re.compile(draft.words.lists, re.IGNORECASE).finditer(draft.text, start, end)]
    begin = max((b for _, b in joints if b <= at), default=start)
    until = min((a for a, _ in joints if a > at), default=end)
    inside = [mark for mark in marks if start <= mark.start < end]
    beside = [mark for mark in inside if begin <= mark.start < until]
    return beside[0] if len(inside) > 1 and len(beside) == 1 else None


def _day_after(draft: Draft, marks: list[Mark], at: int) -> int:
    """Return the day that is named behind, in the same clause: "shopping on day one"."""
    clause = next(((a, b) for a, b in clauses_of(draft.text, draft.language) if a <= at < b), (at, at))
    return next((mark.day for mark in marks if clause[0] <= mark.start < clause[1]), 0)


def blank(draft: Draft) -> str:
    """Return the sentence with blanks for what is read."""
    left = list(draft.text)
    for start, end in draft.used:
        left[start:end] = ["\0"] * (end - start)
    return "".join(left)


def use(draft: Draft, words: str) -> None:
    """Note that words are read."""
    at = draft.text.find(words.strip(EDGE)) if words.strip(EDGE) else -1
    if at >= 0:
        draft.used.append((at, at + len(words.strip(EDGE))))
