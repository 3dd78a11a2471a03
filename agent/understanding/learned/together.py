"""What of several requests in a sentence belongs together.

The head for beginnings cuts where a new thing is said; whether it is a request of its own is a matter of what
was asked. What is avoided or passed on the way belongs to the drive that is asked for with it, a wish to the
trip or search before it; a remark beside a request is none; "find a café and take me there" is one request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.understanding.labels import SPAN_SLOTS, Request, Span

_ROUTE_WISHES = {"prefer", *(f"avoid_{road}" for road in ("toll", "motorway", "ferry", "unpaved"))}
_CONTENT = {
    "navigate": ({"to"}, {"destination", "need"}),
    "search": ({"what"}, {"need"}),
    "change_route": ({"via", "drop"}, {"*"}),
    "plan_trip": ({"*"}, {"*"}),
}
"""Kinds that say nothing without one of these spans or values; "*" is any."""
_SEARCH_AS_DRIVE = {"what": "to"}


@dataclass(frozen=True, slots=True)
class Part:
    """A request, and of how many as cut it was made."""

    request: Request
    indexes: tuple[int, ...]


def together(requests: Sequence[Request]) -> list[Part]:
    """Return the requests of a sentence, those joined that belong together.

    Parameters
    ----------
    requests
        As they were cut, in the order said.

    Returns
    -------
    list of Part
        One at least, if there was one.
    """
    parts = [Part(request, (index,)) for index, request in enumerate(requests)]
    parts = _without_remarks(parts)
    joined: list[Part] = []
    for part in parts:
        merged = _merged(joined[-1].request, part.request) if joined else None
        if merged is None:
            joined.append(part)
        else:
            joined[-1] = Part(merged, joined[-1].indexes + part.indexes)
    full = [part for part in joined if not _empty(part.request)]
    return full or joined[:1]


def _without_remarks(parts: list[Part]) -> list[Part]:
    requests = [part for part in parts if part.request.kind != "talk"]
    return requests or parts[:1]


def _empty(request: Request) -> bool:
    if request.kind not in _CONTENT:
        return False
    spans, values = _CONTENT[request.kind]
    said = {span.tag for span in request.spans}
    by_words = said if "*" in spans else said & spans
    by_value = request.values if "*" in values else request.values.keys() & values
    return not by_words and not by_value


def _merged(before: Request, after: Request) -> Request | None:
    """Return two requests as one, or nothing if they are two."""
    kinds = before.kind, after.kind
    if before.kind == after.kind and (_says_less(after, before) or _says_less(before, after)):
        return _with(before, after)
    if kinds == ("navigate", "change_route") and _is_wish(after):
        return _with(before, after)
    if kinds == ("change_route", "navigate") and _is_wish(before) and not _has_stop(before):
        return _with(after, before)
    if kinds == ("search", "navigate") and _empty(after):
        return _with(_as_drive(before), after)
    if before.kind == after.kind and before.kind in {"search", "navigate"} and _empty(after):
        return _with(before, after)
    if kinds == ("plan_trip", "plan_trip") and not _asks_or_changes(before) and _only_adds(before, after):
        return _with(before, after)
    return None


def _says_less(request: Request, other: Request) -> bool:
    """Whether a request says nothing but what another says already."""
    return not request.spans and request.values.items() <= other.values.items()


def _is_wish(request: Request) -> bool:
    values = set(request.values)
    return values <= _ROUTE_WISHES and all(span.tag == "via" for span in request.spans)


def _has_stop(request: Request) -> bool:
    return any(span.tag == "via" for span in request.spans)


def _as_drive(request: Request) -> Request:
    tags = {*SPAN_SLOTS["navigate"].values()}
    spans = [replace(span, tag=_SEARCH_AS_DRIVE.get(span.tag, span.tag)) for span in request.spans]
    values = {name: value for name, value in request.values.items() if name in {"pick", "need", "open_now"}}
    kept = tuple(span for span in spans if span.tag in tags)
    return replace(request, kind="navigate", spans=kept, values=values)


def _asks_or_changes(request: Request) -> bool:
    return bool(request.values.keys() & {"ask", "change"})


def _only_adds(before: Request, after: Request) -> bool:
    """Whether a second part about a trip says nothing that the first has said already."""
    single = {"where", "days", "date"}
    said = {span.tag for span in before.spans}
    return not _asks_or_changes(after) and not {span.tag for span in after.spans} & said & single


def _with(request: Request, other: Request) -> Request:
    """Return a request with the words and values of another besides its own."""
    tags = {*SPAN_SLOTS.get(request.kind, {}).values()}
    spans: list[Span] = [*request.spans, *(span for span in other.spans if span.tag in tags)]
    values: Mapping[str, str] = {**other.values, **request.values}
    return replace(
        request,
        begins=min(request.begins, other.begins),
        spans=tuple(sorted(spans, key=lambda span: span.start)),
        values=dict(values),
    )
