"""Trips from text to plan: requests and changes said to the agent with its reader, judged by rules.

    python -m bench.trips_said            # both halves; the failures of the looked half are printed
    python -m bench.trips_said looked

The sets are in `agent_testset/trips_said`; `CARD.md` there says who wrote them. The counted half is only
counted: its failures are not printed by any option.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from agent import Agent
from agent.actions.answer import Answer
from agent.trip.accounting import Entry
from agent.trip.itinerary import Plan
from agent.trip.offered.kinds import family
from agent.trip.offered.tables import forbids
from agent.trip.verifier import verify
from agent.understanding.intent import PlanChange, PlanTrip
from bench.report import measured, save
from bench.trips import NOW, START, Desks, load, sense_faults

FOLDER = Path(__file__).parent / "agent_testset" / "trips_said"
HALVES = ("looked", "counted")
SETS = {"said": "", "said by strangers": "strangers_"}
"""Sets by their name, with what the names of their files begin with."""
_WRITERS = {
    "said": "by one writer who has seen the code",
    "said by strangers": "by two writers who saw slots and plans only",
}
_COMMAND = "python -m bench.trips_said"

_ALSO: dict[str, set[str]] = {
    "likes": {"likes", "must"},
    "who": {"who", "children", "elderly"},
    "money": {"money", "budget", "lodging"},
    "lodging": {"lodging", "hotel_stars", "dislikes", "budget"},
    "limit": {"limit", "pace"},
    "time": {"time", "depart", "limit"},
    "no_meal": {"no_meal"},
    "dislikes": {"dislikes", "no_meal"},
    "meals": {"meals", "likes"},
    "must": {"must", "likes"},
    "pace": {"pace", "limit"},
    "date": {"date"},
    "start": {"start"},
}
"""In which slots a wish may stand; a value without words (children, budget) stands for its wish."""
_VALUES = {"children", "elderly", "budget", "pace", "hotel_stars"}


def half_of(text: str) -> str:
    """Return the half in which a sentence is: by its bytes, so that nobody chose."""
    return HALVES[zlib.crc32(text.encode()) % 2]


class Trips:
    """Agents over the regions of the benchmark, all with the same reader."""

    def __init__(self, home: Path) -> None:
        from agent.understanding.learned.reader import Reader
        from device.store.models import ModelStore

        self.desks = Desks(home)
        self._reader = Reader.open(ModelStore())
        self._made: dict[str, tuple[Plan | None, Any, Any]] = {}

    def agent(self, region: str) -> Agent | None:
        """Return a fresh agent; None without the region's extract."""
        desk = self.desks.get(region)
        if desk is None:
            return None
        return Agent(
            desk.region, places=desk.places, router=desk.router, reader=self._reader, now=lambda: NOW
        )

    def planned(self, region: str, where: str, days: int) -> Agent | None:
        """Return an agent with a plan at hand."""
        agent = self.agent(region)
        if agent is None:
            return None
        key = f"{region} {where} {days}"
        if key not in self._made:
            language = "en" if where.isascii() else "zh"
            intent = PlanTrip(where=where, days=days)
            agent.carry_out(where, [intent], language=language, position=START[region])
            self._made[key] = (agent.session.plan, agent.session.plan_inputs, agent.session.offered)
        agent.session.plan, agent.session.plan_inputs, agent.session.offered = self._made[key]
        agent.session.touched_at = NOW
        agent.session.plan_past, agent.session.question = [], None
        return agent


# -- requests


def requested(trips: Trips, case: dict[str, Any]) -> dict[str, Any] | None:
    """Say one request, and judge what came of it."""
    agent = trips.agent(case["region"])
    if agent is None:
        return None
    started = time.process_time()
    answer = agent.hear(case["say"], position=START[case["region"]])
    found: dict[str, Any] = {"seconds": time.process_time() - started, "reply": answer.reply, "faults": []}
    plan, request = answer.plan, agent.session.plan_inputs
    outcomes = case["outcome"] if isinstance(case["outcome"], list) else [case["outcome"]]
    found["outcome"] = str(len(plan.days)) if plan else _refusal(answer)
    found["right"] = found["outcome"] in outcomes
    if plan is None:
        return found | {"accounted": True, "understood": True, "inverted": []}
    desk = trips.desks.get(case["region"])
    assert desk is not None
    entries = list(plan.accounting)
    found["lost"] = [w for w in case["wants"] if not _accounted(w, entries, plan)]
    found["misread"] = [w for w in case["wants"] if not _understood(w, entries, plan)]
    found["inverted"] = list(_inverted(case["wants"], entries, plan, desk))
    found["problems"] = [str(p) for p in verify(plan, request, desk)]
    found["faults"] = list(sense_faults(plan, request))
    found["right"] = found["right"] and not found["inverted"] and not found["problems"]
    return found | {"accounted": not found["lost"], "understood": not found["misread"]}


def _refusal(answer: Answer) -> str:
    """Return why there is no plan, as the key of its reply."""
    from languages import load_language

    for key, sentence in load_language(answer.language).replies.items():
        if key.startswith("trip.refuse.") or key == "trip.how_long":
            said = re.sub(r"\\\{.*?\\\}", ".*", re.escape(sentence))
            if re.fullmatch(said, answer.reply):
                return key.rpartition(".")[2]
    return answer.outcome


def _said(want: str) -> tuple[str, list[str]]:
    slot, _, words = want.partition(":")
    return slot, words.casefold().split("|")


def _holds(entry: Entry, words: list[str]) -> bool:
    return any(word in entry.words.casefold() for word in words)


def _accounted(want: str, entries: list[Entry], plan: Plan) -> bool:
    """Whether a wish is kept, traded, missing, unknown, or said not to be understood."""
    return _understood(want, entries, plan) or any(_holds(e, _said(want)[1]) for e in entries)


def _understood(want: str, entries: list[Entry], plan: Plan) -> bool:
    slot, words = _said(want)
    if slot == "towns":
        return len({day.town for day in plan.days}) >= int(words[0])
    if slot == "any":
        return any(_holds(e, words) and e.slot != "unread" for e in entries)
    also = _ALSO[slot]
    return any(e.slot in also and (_holds(e, words) or e.slot in _VALUES) for e in entries)


def _inverted(wants: list[str], entries: list[Entry], plan: Plan, desk: Any) -> Iterator[str]:
    """Give what is not eaten or not wanted and yet wished for or served."""
    for want in wants:
        slot, words = _said(want)
        if slot not in {"no_meal", "dislikes"}:
            continue
        if any(e.slot in {"meals", "likes", "must"} and e.words.casefold() in words for e in entries):
            yield f"{want} wished for"
        served = [v.place for v in plan.visits if v.kind in {"lunch", "dinner"}]
        if slot == "no_meal" and any(forbids(desk, p, word) for p in served for word in words):
            yield f"{want} served"


# -- changes


def changed(trips: Trips, case: dict[str, Any]) -> dict[str, Any] | None:
    """Say one sentence about a plan at hand, and judge whether it did what was said."""
    agent = trips.planned(case["region"], case["where"], case["days"])
    if agent is None:
        return None
    if agent.session.plan is None:
        return {"right": False, "refused": False, "reply": "there is no plan to change", "change": ""}
    before: Plan = agent.session.plan
    answer = agent.hear(case["say"], position=START[case["region"]])
    after: Plan = agent.session.plan or before
    change = next((i.change for i in answer.intents if isinstance(i, PlanTrip) and i.change), None)
    right = _is_right(case["expect"].split(" ", 2), answer, before, after, change)
    refused = not right and answer.outcome == "impossible" and _meant(case["expect"], change)
    return {"right": right or refused, "refused": refused, "reply": answer.reply, "change": str(change or "")}


_ACTIONS = {
    "swapped": {"swap"}, "days": {"days", "longer", "shorter", "drop"}, "starts": {"later", "earlier"},
    "hotel": {"hotel"}, "fewer": {"fewer"}, "more": {"more"}, "out": {"drop"}, "in": {"add"}, "on": {"add"},
    "meal": {"swap"}, "date": {"date"}, "part": {"swap"}, "in_kind": {"add"}, "out_name": {"drop"},
    "fewer_total": {"drop"}, "later": {"later"}, "earlier": {"earlier"}, "refused_or": {"date"},
}  # fmt: skip
"""Changes that a refusal of may be honest: there may be nothing else nearby, or no room."""


def _meant(expect: str, change: PlanChange | None) -> bool:
    return change is not None and change.action in _ACTIONS.get(expect.split(" ")[0], set())


def _is_right(
    expect: list[str], answer: Answer, before: Plan, after: Plan, change: PlanChange | None
) -> bool:
    what, *rest = expect
    trip = next((i for i in answer.intents if isinstance(i, PlanTrip)), None)
    if what == "ask":
        return trip is not None and trip.ask == rest[0] and answer.outcome == "done"
    if what == "act":
        return (trip is not None and trip.act == rest[0]) or (change is not None and change.action == rest[0])
    if what == "drives":
        return answer.route is not None
    if what == "any":
        return answer.outcome in {"done", "impossible"} and trip is not None
    if what == "wish":
        request_words = [e.slot for e in after.accounting]
        return rest[0] in request_words and after is not before
    return _changed_right(what, rest, before, after)


def _changed_right(what: str, rest: list[str], before: Plan, after: Plan) -> bool:
    ids, old = _ids(after), _ids(before)
    counts, olds = [len(d.sights) for d in after.days], [len(d.sights) for d in before.days]
    if what == "days":
        return len(after.days) == int(rest[0])
    if len(after.days) != len(before.days) and what not in {"date", "refused_or"}:
        return False
    match what:
        case "starts":
            at = [d.start.strftime("%H:%M") for d in after.days]
            return at[int(rest[0]) - 1] == rest[1] if rest[0] != "0" else rest[1] in at
        case "later":
            return any(a.start.time() > b.start.time() for a, b in zip(after.days, before.days, strict=True))
        case "earlier":
            return any(a.start.time() < b.start.time() for a, b in zip(after.days, before.days, strict=True))
        case "fewer" | "more":
            sign = -1 if what == "fewer" else 1
            day = int(rest[0])
            if day == 0:
                return sign * (sum(counts) - sum(olds)) > 0
            at_day = day - 1 if day > 0 else len(counts) - 1
            return sign * (counts[at_day] - olds[at_day]) > 0
        case "fewer_total":
            return sum(counts) < sum(olds)
        case "less":
            return sum(d.walk_m for d in after.days) < sum(d.walk_m for d in before.days)
        case "less_or_same":
            return not any(family(v.place) == "shop" for v in after.visits)
        case "hotel":
            return {d.hotel.place.id for d in after.days if d.hotel} != {
                d.hotel.place.id for d in before.days if d.hotel
            }
        case "swapped" | "part":
            return ids != old
        case "in" | "in_kind":
            return len(ids - old) > 0
        case "out" | "out_name":
            return len(ids) < len(old) or bool(old - ids)
        case "on":
            visits = after.days[int(rest[0]) - 1].visits
            return any(rest[1].casefold() in v.place.name.casefold() for v in visits) or ids != old
        case "meal":
            return _meals(after, rest[0]) != _meals(before, rest[0])
        case "date" | "refused_or":
            fresh = after.days[0].date
            return (
                fresh == date.fromisoformat(rest[0]) if rest[0][:2] == "20" else fresh != before.days[0].date
            )
        case _:
            return False


def _ids(plan: Plan) -> set[str]:
    return {v.place.id for v in plan.visits if v.kind in {"sight", "evening"}}


def _meals(plan: Plan, role: str) -> list[str]:
    return [v.place.id for v in plan.visits if v.kind == role]


# -- the figures


def _share(right: list[bool]) -> float:
    return round(100 * sum(right) / max(len(right), 1), 1)


def figures(
    name: str, half: str, requests: list[dict[str, Any]], changes: list[dict[str, Any]]
) -> Iterator[Any]:
    """Give the figures of one half of a set."""
    plans = [r for r in requests if r["outcome"].isdigit()]
    faults = Counter(fault for p in plans for fault in p["faults"])
    refused = sum(c["refused"] for c in changes)

    def row(what: str, value: float, goal: str = "", unit: str = "%", note: str = "") -> Any:
        return measured(f"{name}: {what} ({half})", value, unit=unit, goal=goal, command=_COMMAND, note=note)

    yield row(
        "plan or refusal right",
        _share([r["right"] for r in requests]),
        "≥ 92",
        note=f"{len(requests)} requests as text, {_WRITERS[name]}",
    )
    accounted = _share([r["accounted"] for r in plans])
    yield row("every wish accounted for", accounted, "≥ 97", note=f"{len(plans)} plans")
    understood = _share([r["understood"] for r in plans])
    yield row("every wish understood", understood, note="those not understood are said back")
    yield row("bans turned into wishes", sum(bool(r["inverted"]) for r in plans), "≤ 0", unit="")
    told = "; ".join(f"{fault}: {count}" for fault, count in faults.most_common(4))
    yield row(
        "faults of sense a plan", round(sum(faults.values()) / max(len(plans), 1), 3), "≤ 0.1", "", told
    )
    yield row(
        "changes that did what was said",
        _share([c["right"] for c in changes]),
        "≥ 90",
        note=f"{len(changes)} changes, {refused} of them refused with a reason",
    )
    for days, goal in ((2, 3), (5, 8)):
        took = [r["seconds"] for r in plans if r["outcome"] == str(days)]
        if took:
            note = f"processor time, median {statistics.median(took):.2f} s of {len(took)}"
            yield row(f"plan of {days} days, slowest", round(max(took), 2), f"≤ {goal}", "s", note)


def run(halves: tuple[str, ...] = HALVES) -> list[Any]:
    """Say everything, print what went wrong in the looked half, and return the figures."""
    rows: list[Any] = []
    with tempfile.TemporaryDirectory() as home:
        trips = Trips(Path(home))
        for name, half in product(SETS, halves):
            pairs = [(c, requested(trips, c)) for c in load(FOLDER / f"{SETS[name]}requests_{half}.jsonl")]
            if half == "looked":
                _print_requests(pairs)
            said = [(c, changed(trips, c)) for c in load(FOLDER / f"{SETS[name]}changes_{half}.jsonl")]
            if half == "looked":
                _print_changes(said)
            fresh = list(figures(name, half, [r for _, r in pairs if r], [r for _, r in said if r]))
            for row in fresh:
                print(f"{row.what}: {row.value} {row.unit} (goal {row.goal}) {row.note}", flush=True)
            save("trips", fresh)
            rows += fresh
    return rows


def _print_requests(pairs: list[tuple[dict[str, Any], Any]]) -> None:
    for case, found in pairs:
        bad = found and not (found["right"] and found["accounted"] and found["understood"])
        if bad or (found and found["faults"]):
            told = {k: v for k, v in found.items() if v and k not in {"seconds"}}
            print(f"{case['region']} {case['say']}: {json.dumps(told, ensure_ascii=False)[:420]}")


def _print_changes(said: list[tuple[dict[str, Any], Any]]) -> None:
    for case, found in said:
        if found and not found["right"]:
            print(
                f"{case['region']} {case['say']} [{case['expect']}]: {found['change']} {found['reply'][:90]}"
            )


if __name__ == "__main__":
    run(tuple(sys.argv[1:]) or HALVES)
