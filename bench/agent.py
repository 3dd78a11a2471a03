"""How right and how fast the agent understands, talks and plans, on sets that were never used to tune it.

    xiaogao bench agent
    python -m bench.agent reader FILE...

Only totals are printed: looking at single mistakes of the held-out set would turn it into a training set.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from agent import Agent, Memory
from agent.actions.suggestion import Suggester
from agent.errors import AgentError
from agent.understanding.context import Context
from agent.understanding.intent import Intent
from agent.understanding.language_model import LanguageModel
from agent.understanding.reader import Reader
from agent.understanding.understand import ACCEPT, Understander
from agent.understanding.utterance import clean, language_of

TESTSET = Path(__file__).parent / "agent_testset"
NOW = datetime(2026, 6, 10, 10, 0)
"""A Wednesday morning in June: most places are open."""

START = {"helsinki": (60.1719, 24.9414), "andorra": (42.5075, 1.5218), "tsinghua": (40.0, 116.32)}


def load(name: str, folder: Path = TESTSET) -> list[dict[str, Any]]:
    """Return the cases of one file of a set."""
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def context_of(case: dict[str, Any]) -> Context:
    """Return the dialogue context that a case is said in."""
    given = dict(case.get("context", {}))
    given["offered"] = tuple(given.get("offered", ()))
    return Context(**given)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        text = re.sub(r"^(?:the|an?|my|our) ", "", value.strip().lower())
        return re.sub(r"[\s的]+", "", text)
    if isinstance(value, list):
        return sorted(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def same(got: Iterable[Intent], wanted: list[dict[str, Any]]) -> bool:
    """Tell whether intents and slots are wholly right (articles, case and 的 aside)."""
    return [_plain(intent.to_dict()) for intent in got] == [_plain(intent) for intent in wanted]


def kinds_of(intents: Iterable[Any]) -> str:
    """Return the kinds as one word for the confusion table."""
    names = [intent["kind"] if isinstance(intent, dict) else intent.kind for intent in intents]
    return "+".join(names) or "nothing"


def utterances(llm: LanguageModel | None, tier: str, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Measure one way of understanding: "fast", "llm" or "both".

    Returns
    -------
    dict
        Shares, times in milliseconds, and the confusion of kinds.
    """
    understander = Understander(llm, time_limit_s=30.0)
    if llm is not None and tier != "fast":
        understander.warm()
    right = accepted = accepted_right = 0
    times_ms: dict[str, list[float]] = {"fast": [], "llm": []}
    confusion: Counter[tuple[str, str]] = Counter()
    hard_right = hard = 0
    for case in cases:
        got, sure, took_ms, used = _read(understander, tier, case)
        times_ms[used].append(took_ms)
        ok = same(got, case["intents"])
        right += ok
        accepted += sure
        accepted_right += sure and ok
        hard += case["hard"]
        hard_right += case["hard"] and ok
        confusion[kinds_of(case["intents"]), kinds_of(got)] += 1
    return {
        "cases": len(cases),
        "right": right / len(cases),
        "coverage": accepted / len(cases),
        "right_of_accepted": accepted_right / max(accepted, 1),
        "hard_right": hard_right / max(hard, 1),
        "fast_ms": _times(times_ms["fast"]),
        "llm_ms": _times(times_ms["llm"]),
        "confusion": confusion,
    }


def _read(
    understander: Understander, tier: str, case: dict[str, Any]
) -> tuple[tuple[Intent, ...], bool, float, str]:
    text, context = case["text"], context_of(case)
    started = time.perf_counter()
    if tier == "fast":
        cleaned = clean(text)
        parsed = understander.read_fast(cleaned, language_of(cleaned), context)
        sure = parsed is not None and parsed.confidence >= ACCEPT
        got = parsed.intents if parsed is not None and sure else ()
        used = "fast"
    elif tier == "llm":
        try:
            got = understander.read_slow(clean(text), context)
        except AgentError:
            got = ()
        sure, used = True, "llm"
    else:
        understood = understander.understand(text, context=context)
        got, sure = understood.intents, True
        used = "llm" if understood.tier == "llm" else "fast"
    return got, sure, (time.perf_counter() - started) * 1000, used


def _times(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    ranked = sorted(values)
    return {
        "p50": statistics.median(ranked),
        "p95": ranked[int(0.95 * (len(ranked) - 1))],
        "p99": ranked[int(0.99 * (len(ranked) - 1))],
    }


class Maps:
    """The regions of the benchmark, built once from the extracts that are at hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Any] = {}

    def agent(self, name: str, llm: LanguageModel | None) -> Agent | None:
        """Return a fresh agent with an empty memory and a clock that stands still; None without the map."""
        if name not in self._open:
            self._open[name] = self._build(name)
        parts = self._open[name]
        if parts is None:
            return None
        region, places, router = parts
        memory = Memory(self._folder / f"{time.monotonic_ns()}.sqlite")
        return Agent(region, places=places, router=router, llm=llm, memory=memory, now=lambda: NOW)

    def _build(self, name: str) -> Any:
        import nav
        import poi

        source = _extract(name)
        if source is None:
            return None
        folder = self._folder / name
        folder.mkdir()
        nav.build_graph(source, folder, name=name)
        poi.build_places(source, folder)
        region = nav.Region.open(folder)
        router = nav.Router(region)
        router.wait(60.0)
        return region, poi.Places(region), router


def _extract(name: str) -> Path | None:
    if name == "helsinki":
        from device.errors import DeviceError
        from device.store.models import ModelStore

        try:
            return ModelStore().path("helsinki-extract") / "Helsinki.osm.pbf"
        except DeviceError:
            return None
    beside = Path(__file__).parents[1].parent / "shared" / "maps"
    file = Path(os.environ.get("XIAOGAO_TEST_MAPS", beside)) / f"{name}.osm.pbf"
    return file if file.is_file() else None


def replies(llm: LanguageModel | None, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Say every utterance to an agent in Helsinki, and look each word and measure of its reply up."""
    from agent.actions.session import Session

    said = words = numbers = 0
    odd: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        agent = Maps(Path(name)).agent("helsinki", llm)
        if agent is None:
            return {"replies": 0}
        for case in cases:
            # Each is the first thing that is said: what was invented earlier would count as known.
            agent.session = Session()
            agent._suggester = Suggester(agent._desk, agent.session)
            found = _heard(agent, case["text"], START["helsinki"])
            said += 1
            words += len(found[1])
            numbers += len(found[2])
            odd += [*found[1], *found[2]]
    return {"replies": said, "invented_words": words, "invented_numbers": numbers, "odd": odd[:20]}


def _heard(agent: Agent, text: str, position: tuple[float, float]) -> tuple[Any, list[str], list[str]]:
    """Return the answer, and what of its reply comes from nowhere."""
    from bench.facts import unknown_numbers, unknown_words

    before = agent.session.route
    answer = agent.hear(text, position=position)
    return answer, unknown_words(agent, answer, text), unknown_numbers(agent, answer, position, before)


def dialogues(llm: LanguageModel | None, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Play the dialogues; one counts as right only if every turn is."""
    right = turns = turns_right = invented = played = 0
    with tempfile.TemporaryDirectory() as name:
        maps = Maps(Path(name))
        for case in cases:
            agent = maps.agent(case["region"], llm)
            if agent is None:
                continue
            played += 1
            results = []
            for turn in case["turns"]:
                answer, *odd = _heard(agent, turn["say"], START[case["region"]])
                results.append(turn_is_right(turn, answer))
                invented += sum(map(len, odd))
            right += all(results)
            turns += len(results)
            turns_right += sum(results)
    return {
        "cases": len(cases),
        "right": right / len(cases),
        "turns": turns_right / turns,
        "invented": invented,
    }


def turn_is_right(turn: dict[str, Any], answer: Any) -> bool:
    """Tell whether one turn of a dialogue came out as written."""
    kind = answer.intents[0].kind if answer.intents else "*"
    if turn["kind"] not in {"*", kind}:
        return False
    if turn["outcome"] not in {"*", answer.outcome}:
        return False
    shown = answer.reply + " ".join(f"{p.name} {' '.join(p.names.values())}" for p in answer.places)
    return str(turn.get("has", "")).lower() in shown.lower()


def trips(llm: LanguageModel | None, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Plan the trips: emitted plans must pass the verifier, impossible ones must be refused."""
    from agent.trip.verifier import verify

    right = emitted = verified = wishes_right = played = invented = 0
    times_s: list[float] = []
    two_days_s: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        maps = Maps(Path(name))
        for case in cases:
            agent = maps.agent(case["region"], llm)
            if agent is None:
                continue
            played += 1
            started = time.perf_counter()
            answer, *odd = _heard(agent, case["say"], START[case["region"]])
            took_s = time.perf_counter() - started
            invented += sum(map(len, odd))
            times_s.append(took_s)
            intent = answer.intents[0] if answer.intents else None
            slots = intent.slots() if intent is not None else {}
            wishes_right += _plain(slots.get("wishes", {})) == _plain(case["wishes"]) and slots.get(
                "days"
            ) == case.get("days")
            if answer.plan is not None:
                emitted += 1
                verified += not verify(answer.plan, agent.session.plan_inputs, agent._desk)
                if len(answer.plan.days) == 2:
                    two_days_s.append(took_s)
            wanted = case["outcome"] == "ok"
            right += wanted == (answer.plan is not None)
    return {
        "cases": played,
        "right": right / max(played, 1),
        "wishes_right": wishes_right / max(played, 1),
        "emitted": emitted,
        "verified": verified / max(emitted, 1),
        "invented": invented,
        "seconds": _times(times_s),
        "two_days_worst_s": max(two_days_s, default=0.0),
    }


def make_model() -> LanguageModel | None:
    """Return the installed local model, or None."""
    from device.errors import DeviceError
    from device.store.models import ModelStore

    try:
        folder = ModelStore().path("qwen-coder-0.5b")
    except DeviceError:
        return None
    from agent.understanding.local_model import LocalModel

    return LocalModel(folder / "model.gguf", threads=2)


def run(console: Any, **options: Any) -> dict[str, Any]:
    """Print the tables and return the figures.

    Parameters
    ----------
    console
        A rich console.
    **options
        `parts`: any of "utterances", "replies", "dialogues", "trips"; all by default.
        `llm`: False to go without.
        `every`: the language model alone reads every n-th utterance (4), because it is slow.
    """
    from rich.table import Table

    parts = options.get("parts") or ("utterances", "replies", "dialogues", "trips")
    llm = make_model() if options.get("llm", True) else None
    figures: dict[str, Any] = {}
    if "utterances" in parts:
        cases = load("utterances")
        tiers = ("fast", "llm", "both") if llm else ("fast", "both")
        table = Table(
            "tier", "cases", "right", "coverage", "right of accepted", "hard right", "fast ms", "llm ms"
        )
        for tier in tiers:
            chosen = cases[:: options.get("every", 4)] if tier == "llm" else cases
            found = figures[tier] = utterances(llm, tier, chosen)
            table.add_row(
                tier,
                str(found["cases"]),
                *(f"{found[key]:.1%}" for key in ("right", "coverage", "right_of_accepted", "hard_right")),
                _spread(found["fast_ms"]),
                _spread(found["llm_ms"]),
            )
        console.print(table)
        console.print(_confusion(figures["both"]["confusion"]))
        for tier in tiers:
            pairs = figures[tier]["confusion"].items()
            figures[tier]["confusion"] = {f"{wanted} as {got}": count for (wanted, got), count in pairs}
    measures: dict[str, Callable[..., dict[str, Any]]] = {
        "replies": replies,
        "dialogues": dialogues,
        "trips": trips,
    }
    for part in measures:
        if part in parts:
            figures[part] = measures[part](llm, load("utterances" if part == "replies" else part))
            console.print({part: figures[part]})
    return figures


def _spread(times: dict[str, float]) -> str:
    return " / ".join(f"{times[key]:.1f}" for key in ("p50", "p95", "p99")) if times else "–"


def _confusion(confusion: Counter[tuple[str, str]]) -> Any:
    from rich.table import Table

    table = Table("wanted", "got", "times", title="kinds that were mistaken")
    for (wanted, got), count in confusion.most_common():
        if wanted != got:
            table.add_row(wanted, got, str(count))
    return table


def main(arguments: Sequence[str]) -> int:
    """Print the learned reader's figures on files of labelled sentences."""
    if len(arguments) < 2 or arguments[0] != "reader":
        print("usage: python -m bench.agent reader FILE...")
        return 2
    from bench import reader
    from device.store.models import ModelStore

    results = reader.measure(Reader.open(ModelStore()), map(Path, arguments[1:]))
    print(reader.report(results))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
