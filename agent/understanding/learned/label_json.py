"""Requests as JSON intents, and back: the form in which sentences are labelled, tested and handed on.

`{"kind": "navigate", "to": "机场", "avoid": ["toll"]}`: slots of words hold the speaker's own words, all
others a closed value or a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent.understanding.labels import (
    KIND_VALUES,
    KINDS,
    LIST_SLOTS,
    ROADS,
    SPAN_SLOTS,
    VALUES,
    Request,
    Span,
)
from poi.kinds.combined import combined

if TYPE_CHECKING:
    from languages.reading import ReadingWords

_PREFER = {
    "fast": ("fastest", "faster"),
    "short": ("shortest", "shorter"),
    "other": ("other", "other"),
    "back": ("back", "back"),
}
_NAMES = {
    ("navigate", "travel"): "by",
    ("status", "travel"): "by",
    ("choose", "choose_by"): "by",
    ("status", "question"): "what",
    ("remember", "remember"): "what",
    ("recall", "recall"): "what",
    ("volume", "volume"): "change",
    ("plan_trip", "stars"): "hotel_stars",
}
"""Slots whose closed value has another name than the slot."""
_NUMBERS = frozenset({"stars", "index", "day"})
_NUMBER_SPANS = frozenset({"days", "level", "count"})
_LIMITS = frozenset({"within_m", "within_min"})


class LabelError(ValueError):
    """A label does not fit its sentence or the schema; the message says which and why."""


def slot_of(kind: str, value: str) -> str:
    """Return the name that a closed value has as a slot of an intent."""
    return _NAMES.get((kind, value), value)


def intents_to_requests(
    text: str,
    intents: Sequence[Mapping[str, Any]],
    words: ReadingWords,
    begins: Sequence[int] | None = None,
    places: Sequence[Sequence[Any]] = (),
) -> tuple[Request, ...]:
    """Find the words of labelled intents in their sentence.

    Parameters
    ----------
    text
        The sentence.
    intents
        Its intents in the order said.
    words
        Words of the sentence's language.
    begins
        Characters at which the intents begin; None to find where each begins by its words.
    places
        Where words of slots are, if that is known: number of the intent, slot, first character, the one after
        the last.

    Returns
    -------
    tuple of Request
        One for each intent; one for each stop where an intent adds several.

    Raises
    ------
    LabelError
        If a kind, slot or value is unknown, or the words of a slot are not in the sentence.
    """
    taken: list[Span] = []
    known = {(int(i), str(slot), text[a:b]): (int(a), int(b)) for i, slot, a, b in places}
    read = []
    for number, intent in enumerate(intents):
        at = {(slot, said): place for (i, slot, said), place in known.items() if i == number}
        read.append(_read(text, intent, words, taken, at))
    starts = list(begins) if begins is not None else _begins(text, read, words)
    if len(starts) != len(read):
        raise LabelError(f"{text!r}: {len(read)} intents, but {len(starts)} beginnings")
    return tuple(
        Request(kind=kind, begins=start, spans=tuple(sorted(spans, key=lambda s: s.start)), values=values)
        for (kind, spans, values), start in zip(read, starts, strict=True)
    )


_Read = tuple[str, list[Span], dict[str, str]]


def _read(
    text: str,
    intent: Mapping[str, Any],
    words: ReadingWords,
    taken: list[Span],
    places: Mapping[tuple[str, str], tuple[int, int]],
) -> _Read:
    kind = str(intent.get("kind"))
    if kind not in KINDS:
        raise LabelError(f"{text!r}: there is no kind {kind!r}")
    slots = {name: value for name, value in intent.items() if name != "kind" and value not in (None, "", [])}
    if kind == "none" and "topic" not in slots:
        slots["topic"] = "other"
    values = _values(kind, slots, text)
    spans: list[Span] = []
    pieces = [
        (name, piece)
        for name, value in slots.items()
        if name in SPAN_SLOTS.get(kind, {}) or name in _LIMITS
        for piece in (value if isinstance(value, list | tuple) else [value])
    ]
    # Long pieces first: a short one must not be found inside of them.
    for name, piece in sorted(pieces, key=lambda p: -len(str(p[1]))):
        if name == "to" and (owned := words.own_place(str(piece))):
            values["destination"] = owned
        found = places.get((name, str(piece))) or _find(text, piece, name, words, taken)
        if found is not None:
            slot = "within" if name in _LIMITS else name
            span = Span(tag=SPAN_SLOTS[kind][slot], start=found[0], end=found[1])
            spans.append(span)
            taken.append(span)
        elif name not in _NUMBER_SPANS | _LIMITS and not (name == "to" and "destination" in values):
            raise LabelError(f"{text!r}: {kind} {name}={piece!r} is not in the sentence")
    return kind, spans, values


def _values(kind: str, slots: dict[str, Any], text: str) -> dict[str, str]:
    if kind not in SPAN_SLOTS and kind not in KIND_VALUES and slots:
        raise LabelError(f"{text!r}: {kind} has no slots, yet {sorted(slots)}")
    values: dict[str, str] = {}
    known = set(SPAN_SLOTS.get(kind, ()))
    known |= _LIMITS if "within" in known else set()
    for value in KIND_VALUES.get(kind, ()):
        slot = slot_of(kind, value)
        if value.startswith(("avoid_", "allow_")):
            slot, road = value.split("_")
            said = "yes" if road in slots.get(slot, ()) else ""
            if unknown := set(slots.get(slot, ())) - set(ROADS):
                raise LabelError(f"{text!r}: {slot} knows no {sorted(unknown)}")
        elif value == "prefer":
            said = next((short for short, names in _PREFER.items() if slots.get("prefer") in names), "")
        elif value == "drop_all":
            said = "yes" if slots.get("drop") == "*" else ""
            if said:
                slots.pop("drop")
        elif value == "destination":
            said = ""
        else:
            raw = slots.get(slot, "")
            said = "yes" if raw is True else "" if raw is False else str(raw)
        if said and said not in VALUES[value]:
            raise LabelError(f"{text!r}: {kind} {slot} knows no {said!r}")
        if said:
            values[value] = said
        known.add(slot)
    if unknown_slots := set(slots) - known:
        raise LabelError(f"{text!r}: {kind} has no slot {sorted(unknown_slots)}")
    return values


def _find(
    text: str, piece: object, slot: str, words: ReadingWords, taken: list[Span]
) -> tuple[int, int] | None:
    if slot in _LIMITS:
        places = [(a, b) for a, b, name, value in words.limits(text) if (name, value) == (slot, piece)]
    elif slot in _NUMBER_SPANS and isinstance(piece, int | float):
        places = [(start, end) for start, end, value in words.amounts(text) if value == piece]
    else:
        places = [m.span() for m in re.finditer(re.escape(str(piece)), text, re.IGNORECASE)]
    free = [(a, b) for a, b in places if not any(a < span.end and span.start < b for span in taken)]
    whole = [(a, b) for a, b in free if not _cuts_word(text, a) and not _cuts_word(text, b)]
    return next(iter(whole or free), None)


def _cuts_word(text: str, at: int) -> bool:
    """Whether a position is inside a word that is written in letters with spaces between words."""
    return 0 < at < len(text) and _letter(text[at - 1]) and _letter(text[at])


def _letter(character: str) -> bool:
    return character.isalnum() and character < "\u2e80"


def _begins(text: str, read: Sequence[_Read], words: ReadingWords) -> list[int]:
    """Guess where each request begins: at a joining word or a comma between the words of its neighbours."""
    starts = [0]
    for index in range(1, len(read)):
        before = [span.end for _, spans, _ in read[:index] for span in spans]
        after = [span.start for _, spans, _ in read[index:] for span in spans]
        low = max([starts[-1] + 1, *before])
        high = min([len(text) - 1, *(a for a in after if a >= low)])
        middle = (low + high) / 2 if before else len(text) * index / len(read)
        joins = [at for at in words.joins(text) if low <= at <= high]
        starts.append(min(joins, key=lambda at: abs(at - middle)) if joins else min(low, high))
    return starts


def requests_to_intents(text: str, requests: Sequence[Request], words: ReadingWords) -> list[dict[str, Any]]:
    """Return requests as JSON intents, the inverse of `intents_to_requests`.

    Parameters
    ----------
    text
        The sentence that the spans lie in.
    requests
        What was read in it.
    words
        Words of the sentence's language: amounts, and the names of one's own places.
    """
    return [intent for request in requests for intent in _intents(text, request, words)]


_EXCLUDES = re.compile(
    r"(?:(?:any|every|some)(?:thing|where| place) )?"
    r"(?:but|except|excluding|besides|other than|apart from)\b|除",
    re.IGNORECASE,
)
_BEFORE = 32
"""Characters before a word in which it can be excluded."""


def _with_exclusion(text: str, what: str) -> str:
    """Return what is looked for, with the words before it if they exclude it."""
    first = text.find(what)
    end = first + len(what)
    for start in range(max(first - _BEFORE, 0), max(first, 0)):
        if start and text[start - 1 : start + 1].isascii() and text[start - 1 : start + 1].isalnum():
            continue  # inside a word
        said = text[start:end].strip()
        if _EXCLUDES.match(said) and (parts := combined(said)) and what in (*parts.without, *parts.kinds):
            return said
    return what


def _intents(text: str, request: Request, words: ReadingWords) -> list[dict[str, Any]]:
    kind = request.kind
    intent: dict[str, Any] = {"kind": kind}
    tags = {tag: slot for slot, tag in SPAN_SLOTS.get(kind, {}).items()}
    for span in request.spans:
        slot, said = tags[span.tag], text[span.start : span.end]
        if slot in _NUMBER_SPANS:
            number = words.number_of_days(said) if slot == "days" else words.number(said)
            if number is not None:
                intent[slot] = number
        elif slot == "within":
            limit: dict[str, Any] = {**words.limit(said)}
            intent |= limit or {"within": said}
        elif slot in LIST_SLOTS or (slot == "add" and slot in intent):
            intent.setdefault(slot, [])
            intent[slot] = [*([intent[slot]] if isinstance(intent[slot], str) else intent[slot]), said]
        else:
            intent.setdefault(slot, said)
    for name in KIND_VALUES.get(kind, ()):
        _put_value(intent, kind, name, request.values.get(name, ""), words)
    if kind == "search" and "what" in intent and "without" not in intent:
        intent["what"] = _with_exclusion(text, intent["what"])
    added = intent.get("add")
    if not isinstance(added, list):
        return [intent]
    return [{**intent, "add": added[0]}, *({"kind": kind, "add": stop} for stop in added[1:])]


def _put_value(intent: dict[str, Any], kind: str, name: str, value: str, words: ReadingWords) -> None:
    if not value:
        return
    if name.startswith(("avoid_", "allow_")):
        slot, road = name.split("_")
        intent.setdefault(slot, []).append(road)
    elif name == "prefer":
        intent["prefer"] = _PREFER[value][kind == "change_route"]
    elif name == "drop_all":
        intent["drop"] = "*"
    elif name == "destination":
        intent.setdefault("to", words.home[0] if value == "home" else words.company[0])
    elif name in _NUMBERS:
        intent[slot_of(kind, name)] = int(value)
    else:
        intent[slot_of(kind, name)] = True if value == "yes" else value
