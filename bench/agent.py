"""How right and how fast the agent understands, talks and plans, on sets that were never used to tune it.

    xiaogao bench agent
    python -m bench.agent reading FILE.jsonl …   # any set: {"text", "language", "state", "intents"} a line

Only totals are printed: looking at single mistakes of a held-out set would turn it into a training set.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent import Agent, Memory
from agent.actions.suggestion import Suggester
from bench.extracts import Pack, build, extract_of
from bench.understanding.dialogues import play
from bench.understanding.reading import measure_reading, plain, times_of

if TYPE_CHECKING:
    from agent.understanding.learned.reader import Reader

TESTSET = Path(__file__).parent / "agent_testset"
NOW = datetime(2026, 6, 10, 10, 0)
"""A Wednesday morning in June: most places are open."""

STRANGERS = TESTSET / "strangers"
"""Sentences by writers who knew only a page of kinds and slots; counted, never looked at."""

START = {"helsinki": (60.1719, 24.9414), "andorra": (42.5075, 1.5218), "tsinghua": (40.0, 116.32)} | {
    "nanjing-centre": (32.043, 118.784),
    "taichung": (24.1835, 120.6018),
    "monaco": (43.7385, 7.4246),
}


def load(name: str, folder: Path = TESTSET) -> list[dict[str, Any]]:
    """Return the cases of one file of a set."""
    lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


class Maps:
    """The regions of the benchmark, built once from the extracts that are at hand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, Pack | None] = {}

    def agent(self, name: str, reader: Reader | None) -> Agent | None:
        """Return a fresh agent with an empty memory and a clock that stands still; None without the map."""
        if name not in self._open:
            self._open[name] = self._build(name)
        pack = self._open[name]
        if pack is None:
            return None
        memory = Memory(self._folder / f"{time.monotonic_ns()}.sqlite")
        return Agent(
            pack.region, places=pack.places, router=pack.router, reader=reader, memory=memory, now=lambda: NOW
        )

    def _build(self, name: str) -> Pack | None:
        extract = extract_of(name)
        if extract is None:
            return None
        pack = build(extract, self._folder / name, name)
        pack.router.wait(60.0)
        return pack


def replies(reader: Reader | None, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Say every utterance to an agent in Helsinki, and look each word and measure of its reply up."""
    from agent.actions.session import Session

    said = words = numbers = 0
    odd: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        agent = Maps(Path(name)).agent("helsinki", reader)
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
    from bench.understanding.facts import unknown_numbers, unknown_words

    before = agent.session.route
    answer = agent.hear(text, position=position)
    return answer, unknown_words(agent, answer, text), unknown_numbers(agent, answer, position, before)


def dialogues(reader: Reader | None, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Play the dialogues; one counts as right only if every turn is."""
    played: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        maps = Maps(Path(name))
        for case in cases:
            agent = maps.agent(case["region"], reader)
            if agent is not None:
                position = START[case["region"]]
                played.append(play(agent, case["turns"], position, partial(_invented, agent, position)))
    turns = [right for one in played for right in one["turns"]]
    return {
        "cases": len(played),
        "right": sum(all(one["turns"]) for one in played) / max(len(played), 1),
        "turns": sum(turns) / max(len(turns), 1),
        "harm": sum(one["harm"] for one in played),
        "invented": sum(one["invented"] for one in played),
    }


def _invented(agent: Agent, position: tuple[float, float], answer: Any, text: str, before: Any) -> int:
    from bench.understanding.facts import unknown_numbers, unknown_words

    return len(unknown_words(agent, answer, text)) + len(unknown_numbers(agent, answer, position, before))


def trips(reader: Reader | None, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Plan the trips: emitted plans must pass the verifier, impossible ones must be refused."""
    from agent.trip.verifier import verify

    right = emitted = verified = wishes_right = played = invented = 0
    times_s: list[float] = []
    two_days_s: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        maps = Maps(Path(name))
        for case in cases:
            agent = maps.agent(case["region"], reader)
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
            wishes_right += plain(slots.get("wishes", {})) == plain(case["wishes"]) and slots.get(
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
        "ms": times_of([1000 * s for s in times_s]),
        "two_days_worst_s": max(two_days_s, default=0.0),
    }


def make_reader() -> Reader | None:
    """Return the installed reader, or None."""
    from device.assistant.assistant import open_reader

    return open_reader(print)


TALKS = TESTSET / "talks"
"""Dialogues of people in a car; one half is looked at, the other only counted."""

PARTS = ("reading", "replies", "dialogues", "trips")


def run(console: Any, **options: Any) -> dict[str, Any]:
    """Print the tables and return the figures.

    Parameters
    ----------
    console
        A rich console.
    **options
        `parts`: any of `PARTS`; all by default. `files`: sets to read instead of the committed ones.
    """
    parts = options.get("parts") or PARTS
    reader = make_reader()
    figures: dict[str, Any] = {}
    if "reading" in parts:
        files = options.get("files") or [TESTSET / "utterances.jsonl", *sorted(STRANGERS.glob("*.jsonl"))]
        figures["reading"] = measure_reading(console, reader, files)
    if options.get("files") and "dialogues" in parts:
        for path in options["files"]:
            figures[path.stem] = dialogues(reader, load(path.stem, path.parent))
            console.print({path.stem: figures[path.stem]})
        return figures
    for part, measure in (("replies", replies), ("dialogues", dialogues), ("trips", trips)):
        if part in parts:
            figures[part] = measure(reader, load("utterances" if part == "replies" else part))
            console.print({part: figures[part]})
    return figures


if __name__ == "__main__":
    from rich.console import Console

    chosen, *sets = sys.argv[1:] or ["reading"]
    run(Console(), parts=[chosen], files=[Path(name) for name in sets])
