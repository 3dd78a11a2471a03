"""What became of each wish of a request: kept, traded off, not on the map, or unknown to any map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from agent.understanding.intent import PlanTrip, Wishes

State = Literal["kept", "traded", "missing", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of one wish."""

    slot: str
    """Slot of the request in which it stood."""
    words: str
    """The speaker's words."""
    state: State
    """Kept; given up for another reason; not on the map of the area; nothing that a map can tell."""
    note: str = ""
    """Why, as a key of the replies under `trip.account`; "" where there is nothing to say."""
    met: tuple[str, ...] = ()
    """Ids of the places of the plan that meet it, in the order in which one comes to them."""
    how: tuple[tuple[str, str], ...] = ()
    """How it is kept where no place meets it: keys of the replies under `export.how`, each with its value."""

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON values."""
        values = {"slot": self.slot, "words": self.words, "state": self.state, "note": self.note}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounting:
    """What became of every wish."""

    entries: tuple[Entry, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def of(self, *states: State) -> tuple[Entry, ...]:
        """Return the entries of some states."""
        return tuple(entry for entry in self.entries if entry.state in states)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return the entries as JSON values."""
        return [entry.to_dict() for entry in self.entries]


_WORD_SLOTS = (
    "likes", "dislikes", "must", "meals", "no_meal", "who", "money", "lodging", "limit", "time", "unread",
)  # fmt: skip
_VALUE_SLOTS = ("children", "elderly", "budget", "hotel_stars", "pace", "avoid", "depart")


def spans_of(wishes: Wishes) -> list[tuple[str, str]]:
    """Return every wish with its slot, in the order of the slots."""
    spans = [(slot, words) for slot in _WORD_SLOTS for words in getattr(wishes, slot)]
    for day in wishes.by_day:
        spans += [(slot, words) for slot in ("likes", "must", "meals") for words in getattr(day, slot)]
        spans += [("where", day.where)] if day.where else []
    spans += [(slot, _plain(slot, getattr(wishes, slot))) for slot in _VALUE_SLOTS if getattr(wishes, slot)]
    return spans


def _plain(slot: str, value: object) -> str:
    if isinstance(value, bool):
        return slot
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def left_over(intent: PlanTrip, accounting: Accounting) -> list[tuple[str, str]]:
    """Return the wishes of a request that ended nowhere: there must be none."""
    told = {(entry.slot, entry.words) for entry in accounting}
    asked: Iterable[tuple[str, str]] = spans_of(intent.wishes)
    asked = [
        *asked,
        *([("date", intent.date)] if intent.date else []),
        *([("start", intent.start)] if intent.start else []),
    ]
    return [span for span in asked if span not in told]
