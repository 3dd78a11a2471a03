"""How right, how honest and how fast the learned reader is on labelled sentences.

    python -m bench.agent reader FILE...

Each line of a file: `{"text": …, "language": …, "state": {…}, "intents": […]}`. Only totals are printed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agent.understanding.labels import NO_REQUEST, state_from_json
from agent.understanding.learned.calibration import expected_error
from agent.understanding.learned.reader import Reader
from agent.understanding.matching import same_intents
from agent.understanding.understand import ACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One sentence, as labelled and as read."""

    wanted: str
    """"none", "talk", or "request"."""
    right: bool
    """Whether every kind, word and value is right; of what is not ours, the kind."""
    topic_right: bool
    kinds_right: bool
    acts: bool
    """Whether any of the kinds read is one that something is done for."""
    confidence: float
    seconds: float


def judge(reader: Reader, case: dict[str, Any]) -> Judged:
    """Read one labelled sentence and compare."""
    begun = time.perf_counter()
    reading = reader.read(case["text"], case["language"], state_from_json(case.get("state")))
    seconds = time.perf_counter() - begun
    wanted, got = case["intents"], reading.requests
    kinds = {intent["kind"] for intent in wanted}
    return Judged(
        wanted=next(iter(kinds)) if len(kinds) == 1 and kinds <= NO_REQUEST else "request",
        right=same_intents(got, wanted),
        topic_right=[i.get("topic") for i in got] == [i.get("topic") for i in wanted],
        kinds_right=[i["kind"] for i in got] == [i["kind"] for i in wanted],
        acts=any(intent["kind"] not in NO_REQUEST for intent in got),
        confidence=reading.confidence,
        seconds=seconds,
    )


def table(judged: Sequence[Judged]) -> dict[str, float]:
    """Return the figures of one set, shares in percent."""

    def share(cases: Sequence[Judged], fits: Sequence[bool]) -> float:
        return round(100 * sum(fits) / len(cases), 1) if cases else 0.0

    accepted = [j for j in judged if j.confidence >= ACT]
    others = [j for j in judged if j.wanted == "none"]
    talk = [j for j in judged if j.wanted == "talk"]
    times = np.array([j.seconds for j in judged]) * 1000
    confidences = np.array([j.confidence for j in judged])
    return {
        "sentences": len(judged),
        "wholly right": share(judged, [j.right for j in judged]),
        "kinds right": share(judged, [j.kinds_right for j in judged]),
        "topic right, of not ours": share(others, [j.topic_right for j in others]),
        "accepted": share(judged, [j.confidence >= ACT for j in judged]),
        "accepted and wrong, of accepted": share(accepted, [not j.right for j in accepted]),
        "not ours acted on": share(others, [j.acts and j.confidence >= ACT for j in others]),
        "talk acted on": share(talk, [j.acts and j.confidence >= ACT for j in talk]),
        "not ours read as ours": share(others, [j.acts for j in others]),
        "talk read as a request": share(talk, [j.acts for j in talk]),
        "ECE": round(expected_error(confidences, np.array([j.right for j in judged])), 3),
        "p50 ms": round(float(np.quantile(times, 0.5)), 1),
        "p99 ms": round(float(np.quantile(times, 0.99)), 1),
    }


def measure(reader: Reader, files: Iterable[Path]) -> dict[str, dict[str, float]]:
    """Return the figures of each file."""
    result = {}
    for path in files:
        cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for case in cases[:3]:
            judge(reader, case)  # what is loaded at first use is not the reader's time
        result[path.stem] = table([judge(reader, case) for case in cases])
    return result


def report(results: dict[str, dict[str, float]]) -> str:
    """Return the figures as a table, one column a set."""
    names = list(next(iter(results.values()), {}))
    lines = ["| | " + " | ".join(results) + " |", "| --- |" + " --- |" * len(results)]
    lines += [
        f"| {name} | " + " | ".join(str(row[name]) for row in results.values()) + " |" for name in names
    ]
    return "\n".join(lines)
