"""How good trips are: requests over real extracts and the drawn county, judged by rules.

    xiaogao bench trips

A request is an intent, as a perfect reader would give it: what is measured is the planner, not the reader.
The rules: right outcome (planned, or refused for the right reason), every wish accounted for, the verifier's
checks, and faults of sense that a traveller would name. Changes are judged by what they were to do.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from agent.actions.context import Desk
from agent.errors import PlanImpossible
from agent.trip.accounting import left_over
from agent.trip.changes.replan import change_plan
from agent.trip.inquiry import make_request
from agent.trip.itinerary import Plan
from agent.trip.offered.kinds import family
from agent.trip.planner import make_plan
from agent.trip.request import TripRequest
from agent.trip.verifier import verify
from agent.understanding.intent import PlanChange, PlanTrip
from bench.extracts import build, extract_of
from bench.names.county import write_county
from bench.report import measured, save

REQUESTS = Path(__file__).parent / "agent_testset" / "trip_requests.jsonl"
CHANGES = Path(__file__).parent / "agent_testset" / "trip_changes.jsonl"
FIRST_DAY = date(2026, 6, 11)
NOW = datetime(2026, 6, 10, 10, 0)
START = {
    "helsinki": (60.1719, 24.9414),
    "andorra": (42.5075, 1.5218),
    "monaco": (43.7384, 7.4246),
    "tsinghua": (40.0, 116.32),
    "nanjing-centre": (32.0436, 118.7787),
    "county": (31.381, 120.951),
}
_COMMAND = "xiaogao bench trips"
_LONG_FREE_MIN = 120


class Desks:
    """Regions built once a run."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._made: dict[str, Desk | None] = {}

    def get(self, name: str) -> Desk | None:
        """Return a region's desk; None where its extract is not on this machine."""
        if name not in self._made:
            self._made[name] = self._build(name)
        return self._made[name]

    def _build(self, name: str) -> Desk | None:
        source = write_county(self._home) if name == "county" else extract_of(name)
        if source is None:
            return None
        region, places, router = build(source, self._home / name, name)
        return Desk(region=region, places=places, router=router, memory=None, now=lambda: NOW)


def load(path: Path) -> list[dict[str, Any]]:
    """Return the cases of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def planned(desk: Desk, intent: PlanTrip, region: str, language: str) -> tuple[Plan, TripRequest]:
    """Plan what an intent asks for.

    Raises
    ------
    PlanImpossible
        If there is no such trip.
    """
    request = make_request(
        desk,
        where=intent.where,
        towns=intent.towns,
        start=intent.start,
        days=intent.days if intent.days is not None else 1,
        wishes=intent.wishes,
        position=START[region],
        first_day=FIRST_DAY,
        language=language,  # type: ignore[arg-type]
    )
    return make_plan(desk, request), request


def sense_faults(plan: Plan, request: TripRequest) -> Iterator[str]:
    """Give what a traveller would find wrong with a plan that holds."""
    wished = request.liked_ids | request.must_ids
    seen = [v for v in plan.visits if v.kind == "sight"]
    if len({day.hotel.place.id for day in plan.days if day.hotel}) > len(set(request.town_of_day)):
        yield "hotels change within a town"
    families = Counter(family(v.place) for v in seen if v.place.id not in wished)
    if any(count > max(3, 0.5 * len(seen)) for count in families.values()):
        yield "too much of one kind"
    for day in plan.days:
        kinds = [v.kind for v in day.visits]
        if kinds and kinds[0] in {"lunch", "dinner"}:
            yield "a day begins with a meal"
        if not day.sights and "evening" not in kinds:
            yield "a day without a sight"
        if day.hotel is not None and day.hotel.arrive.hour < 18:
            yield "to bed before six"
        for visit in day.visits:
            minutes = (visit.leave - visit.arrive).total_seconds() / 60
            if visit.kind == "free" and minutes > _LONG_FREE_MIN:
                yield "hours without anything"
            if 0 < visit.drive_m < 60:
                yield "a drive of a few metres"
            if visit.kind == "sight" and visit.place.category == "natural/peak" and not visit.walk_m:
                yield "a summit by car"
        if day.drive_s > 0.4 * (day.end - day.start).total_seconds():
            yield "more driving than being there"
    counts = [len(day.sights) for day in plan.days]
    if max(counts) - min(counts) > 4:
        yield "days out of balance"


def judge(desk: Desk, case: dict[str, Any]) -> dict[str, Any]:
    """Plan one request and say how it went."""
    intent = PlanTrip.model_validate({"kind": "plan_trip", **case["intent"]})
    started = time.perf_counter()
    found: dict[str, Any] = {"days": intent.days, "faults": [], "problems": [], "left": []}
    try:
        plan, request = planned(desk, intent, case["region"], case["language"])
    except PlanImpossible as refusal:
        found |= {"outcome": refusal.reason, "seconds": time.perf_counter() - started}
        return found
    found["seconds"] = time.perf_counter() - started
    found["outcome"] = "plan"
    found["problems"] = [str(problem) for problem in verify(plan, request, desk)]
    found["faults"] = list(sense_faults(plan, request))
    spans = intent.model_copy(update={"date": "", "start": intent.start})
    found["left"] = left_over(spans, plan.accounting)
    missing = case.get("missing", [])
    told = {entry.words for entry in plan.accounting if entry.state != "kept"}
    found["wrong"] = [words for words in missing if words not in told]
    return found


def changes_right(desks: Desks) -> tuple[int, int, list[str]]:
    """Carry out the changes and count those that did what was said."""
    right, cases, wrong = 0, load(CHANGES), []
    made: dict[str, tuple[Plan, TripRequest]] = {}
    count = 0
    for case in cases:
        desk = desks.get(case["region"])
        if desk is None:
            continue
        count += 1
        key = json.dumps([case["region"], case["intent"]], sort_keys=True)
        if key not in made:
            intent = PlanTrip.model_validate({"kind": "plan_trip", **case["intent"]})
            made[key] = planned(desk, intent, case["region"], case["language"])
        plan, request = made[key]
        if changed_as_said(desk, plan, request, case):
            right += 1
        else:
            wrong.append(json.dumps(case["change"], ensure_ascii=False))
    return right, count, wrong


def changed_as_said(desk: Desk, plan: Plan, request: TripRequest, case: dict[str, Any]) -> bool:
    """Whether a change did what was said, or was refused for the reason that is right."""
    change = PlanChange.model_validate(case["change"])
    try:
        changed = change_plan(desk, plan, request, change)
    except PlanImpossible as refusal:
        return refusal.reason in case.get("refused", ())
    if verify(changed.plan, changed.request, desk) or case.get("refused"):
        return False
    new, old = changed.plan, plan
    number = (len(old.days) if change.day == -1 else change.day) - 1
    match change.action:
        case "drop" if not change.what:
            return len(new.days) == len(old.days) - 1
        case "drop" | "fewer":
            return _count(new) < _count(old)
        case "add" | "more":
            return _count(new) > _count(old)
        case "hotel":
            nights = [(a.hotel, b.hotel) for a, b in zip(old.days, new.days, strict=True) if a.hotel]
            differs = [a.place.id != b.place.id for a, b in nights if a and b]
            return differs[number] if number >= 0 and number < len(differs) else any(differs)
        case "later" | "earlier":
            return new.days[max(number, 0)].start != old.days[max(number, 0)].start
        case "longer" | "shorter" | "days":
            return len(new.days) != len(old.days)
        case "date":
            return new.days[0].date != old.days[0].date
        case _:
            return {v.place.id for v in new.visits} != {v.place.id for v in old.visits}


def _count(plan: Plan) -> int:
    return sum(len(day.sights) for day in plan.days)


def run(console: Any) -> dict[str, Any]:
    """Measure, print, and keep the figures."""
    with tempfile.TemporaryDirectory() as home:
        desks = Desks(Path(home))
        found, cases = [], []
        for case in load(REQUESTS):
            desk = desks.get(case["region"])
            if desk is not None:
                cases.append(case)
                found.append(judge(desk, case))
        right_changes, changes, wrong = changes_right(desks)
    plans = [f for f in found if f["outcome"] == "plan"]
    right = [f["outcome"] == case.get("outcome", "plan") for f, case in zip(found, cases, strict=True)]
    whole = [not (f["left"] or f["wrong"]) for f in plans]
    faults = Counter(fault for f in plans for fault in f["faults"])
    note = f"{len(cases)} requests by ourselves, as intents"
    rows = [
        measured("plan or refusal right", _share(right), unit="%", goal="≥ 92", command=_COMMAND, note=note),
        measured("every wish accounted for", _share(whole), unit="%", goal="≥ 97", command=_COMMAND,
                 note=f"{len(plans)} plans"),
        measured("plans that pass the verifier", _share([not f["problems"] for f in plans]), unit="%",
                 goal="≥ 100", command=_COMMAND),
        measured("faults of sense a plan", round(sum(faults.values()) / max(len(plans), 1), 3), goal="≤ 0.1",
                 command=_COMMAND, note="; ".join(f"{k}: {v}" for k, v in faults.most_common(5))),
        measured("changes that did what was said", round(100 * right_changes / max(changes, 1), 1), unit="%",
                 goal="≥ 90", command=_COMMAND, note=f"{changes} changes by ourselves"),
        *_times(found),
    ]  # fmt: skip
    save("trips", rows)
    for row in rows:
        console.print(f"{row.what}: {row.value} {row.unit} (goal {row.goal}) {row.note}")
    for case, f, ok in zip(cases, found, right, strict=True):
        if not ok or f["problems"] or f["left"] or f.get("wrong") or f["faults"]:
            what = {k: v for k, v in f.items() if v and k not in {"seconds", "days"}}
            console.print(
                f"{case['region']} {json.dumps(case['intent'], ensure_ascii=False)}: {what}", soft_wrap=True
            )
    for change in wrong:
        console.print(f"change: {change}", soft_wrap=True)
    return {row.what: row.value for row in rows}


def _share(right: list[bool]) -> float:
    return round(100 * sum(right) / max(len(right), 1), 1)


def _times(found: list[dict[str, Any]]) -> Iterator[Any]:
    for days, goal in ((2, 3), (5, 8)):
        took = [f["seconds"] for f in found if f["days"] == days and f["outcome"] == "plan"]
        if took:
            middle = round(statistics.median(took), 2)
            yield measured(f"plan of {days} days, slowest", round(max(took), 2), unit="s", goal=f"≤ {goal}",
                           command=_COMMAND, note=f"median {middle} s of {len(took)}")  # fmt: skip
