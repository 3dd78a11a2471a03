"""What of a sentence's parts belongs together, and what is a request of its own."""

from __future__ import annotations

import re

import pytest

from agent.understanding.labels import Request, Span
from agent.understanding.learned.together import together


def requests(said: str) -> list[Request]:
    """Read `kind tag:words value=choice; kind …`; the words only stand for themselves."""
    result, at = [], 0
    for part in said.split("; "):
        kind, *slots = part.split()
        spans, values = [], {}
        for slot in slots:
            tag, mark, value = re.split(r"([:=])", slot)
            if mark == ":":
                spans.append(Span(tag=tag, start=at, end=at + len(value)))
                at += len(value) + 1
            else:
                values[tag] = value
        result.append(Request(kind=kind, begins=at, spans=tuple(spans), values=values))
    return result


def shown(request: Request) -> str:
    spans = [span.tag for span in request.spans]
    return " ".join([request.kind, *spans, *(f"{n}={v}" for n, v in sorted(request.values.items()))])


@pytest.mark.parametrize(
    ("cut", "wanted"),
    [
        pytest.param("navigate to:Rome", ["navigate to"], id="one"),
        pytest.param("navigate to:Rome; navigate to:Pisa", ["navigate to", "navigate to"], id="two drives"),
        pytest.param(
            "navigate to:Rome; change_route avoid_ferry=yes",
            ["navigate to avoid_ferry=yes"],
            id="a wish after",
        ),
        pytest.param(
            "change_route avoid_toll=yes; navigate to:Rome",
            ["navigate to avoid_toll=yes"],
            id="a wish before",
        ),
        pytest.param("navigate to:Rome; change_route via:Pisa", ["navigate to via"], id="a stop on the way"),
        pytest.param(
            "change_route drop:Pisa; navigate to:Rome",
            ["change_route drop", "navigate to"],
            id="a stop dropped, then another drive",
        ),
        pytest.param("talk; navigate to:Rome; talk", ["navigate to"], id="remarks are no requests"),
        pytest.param("talk; talk", ["talk"], id="only remarks"),
        pytest.param(
            "none topic=climate; search what:cafe", ["none topic=climate", "search what"], id="not ours stays"
        ),
        pytest.param(
            "search what:cafe near:port pick=best; navigate",
            ["navigate to near pick=best"],
            id="find it and go",
        ),
        pytest.param("search what:cafe; search", ["search what"], id="an empty search"),
        pytest.param("recall recall=home; recall recall=home", ["recall recall=home"], id="said twice"),
        pytest.param(
            "volume volume=up; volume volume=mute",
            ["volume volume=up", "volume volume=mute"],
            id="two orders",
        ),
        pytest.param(
            "search need=food; search need=fuel", ["search need=food", "search need=fuel"], id="needs"
        ),
        pytest.param(
            "plan_trip where:Rome days:two; plan_trip budget=low",
            ["plan_trip where days budget=low"],
            id="a trip",
        ),
        pytest.param(
            "plan_trip item:zoo change=drop; plan_trip item:spa change=add",
            ["plan_trip item change=drop", "plan_trip item change=add"],
            id="two changes of a plan",
        ),
        pytest.param("change_route", ["change_route"], id="the only one stays though it is empty"),
    ],
)
def test_parts_that_belong_together(cut: str, wanted: list[str]) -> None:
    parts = together(requests(cut))
    assert [shown(part.request) for part in parts] == wanted
    assert all(index < len(requests(cut)) for part in parts for index in part.indexes)
