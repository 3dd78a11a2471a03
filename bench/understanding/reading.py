"""How right sentences are read: wholly right, wrong and done, what is not ours, calibration, time."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.understanding.intent import Chat, Intent, parse_intent
from agent.understanding.labels import State
from agent.understanding.meaning import intents_of
from agent.understanding.understand import Understander, Understanding
from languages.language import load_language

if TYPE_CHECKING:
    from agent.understanding.learned.reader import Reader

_BINS = 10
_LABEL_KINDS = {"none", "talk"}


def load(path: Path) -> list[dict[str, Any]]:
    """Return the sentences of a set."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def context_of(case: dict[str, Any]) -> State:
    """Return the state that a sentence is said in."""
    given = dict(case.get("context") or case.get("state") or {})
    given["offered"] = tuple(given.get("offered", ()))
    return State(**{name: value for name, value in given.items() if name in State.__dataclass_fields__})


def wanted_of(case: dict[str, Any], context: State) -> tuple[Intent, ...]:
    """Return what a sentence means by its label: requests as on the page of kinds, or intents."""
    labels = case["intents"]
    if any("wishes" in label or isinstance(label.get("change"), dict) for label in labels) or "hard" in case:
        return tuple(map(parse_intent, labels))
    return intents_of(labels, context, load_language(case["language"]).reading)


def plain(value: Any) -> Any:
    """Return a value without articles, case, blanks, 的 and the order of lists."""
    if isinstance(value, str):
        text = re.sub(r"^(?:the|an?|my|our|some) ", "", value.strip().lower())
        return re.sub(r"[\s的，,。.?？!！'’]+", "", text)
    if isinstance(value, list | tuple):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def same(got: Iterable[Intent], wanted: Iterable[Intent]) -> bool:
    """Tell whether intents and slots are wholly right; talk and what is not ours are one, topics aside."""
    return [_comparable(intent) for intent in got] == [_comparable(intent) for intent in wanted]


def _comparable(intent: Intent) -> Any:
    return "chat" if isinstance(intent, Chat) else plain(intent.to_dict())


def times_of(values_ms: Sequence[float]) -> dict[str, float]:
    """Return median, 95th and 99th percentile."""
    if not values_ms:
        return {}
    ranked = sorted(values_ms)
    last = len(ranked) - 1
    return {
        "p50": statistics.median(ranked),
        "p95": ranked[int(0.95 * last)],
        "p99": ranked[int(0.99 * last)],
    }


def read_set(reader: Reader | None, cases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Read every sentence of a set, and count.

    Returns
    -------
    dict
        Shares of 1 by name, `ece` (expected calibration error, ten bins), and times in milliseconds.
    """
    understander = Understander(reader)
    read = [_read(understander, case) for case in cases]
    ours = [one for one in read if one.is_ours]
    labelled = {kind: [one for one in read if one.label == kind] for kind in _LABEL_KINDS}
    accepted = [one for one in ours if one.is_done]
    return {
        "cases": len(read),
        "right": _share(one.is_right for one in read),
        "right_of_ours": _share(one.is_right for one in ours),
        "kind_right": _share(one.is_kind_right for one in ours),
        "done": _share(one.is_done for one in ours),
        "wrong_of_done": _share(not one.is_right for one in accepted),
        "none_acted_on": _share(one.is_done and not one.is_chat for one in labelled["none"]),
        "talk_acted_on": _share(one.is_done and not one.is_chat for one in labelled["talk"]),
        "ece": calibration_error([(one.confidence, one.is_right) for one in read if one.is_graded]),
        "ms": times_of([one.took_ms for one in read]),
    }


class _Reading:
    """One sentence of a set as it was read."""

    def __init__(self, case: dict[str, Any], understood: Understanding, took_ms: float) -> None:
        context = context_of(case)
        wanted = wanted_of(case, context)
        kinds = {str(label["kind"]) for label in case["intents"]} or {"none"}
        self.took_ms = took_ms
        self.confidence = understood.confidence
        self.label = next(iter(kinds)) if len(kinds) == 1 else "ours"
        self.is_ours = not kinds <= {*_LABEL_KINDS, "chat"}
        self.is_right = same(understood.intents, wanted)
        self.is_kind_right = [i.kind for i in understood.intents] == [i.kind for i in wanted]
        self.is_done = understood.is_sure(context)
        self.is_chat = all(isinstance(intent, Chat) for intent in understood.intents)
        self.is_graded = understood.tier == "reader"


def _read(understander: Understander, case: dict[str, Any]) -> _Reading:
    started = time.perf_counter()
    understood = understander.understand(
        case["text"], language=case.get("language"), context=context_of(case)
    )
    return _Reading(case, understood, (time.perf_counter() - started) * 1000)


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else 0.0


def calibration_error(graded: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error: mean difference of confidence and share right, by bins."""
    if not graded:
        return 0.0
    error = 0.0
    for low in range(_BINS):
        inside = [(sure, right) for sure, right in graded if min(int(sure * _BINS), _BINS - 1) == low]
        if inside:
            mean = sum(sure for sure, _ in inside) / len(inside)
            error += abs(mean - _share(right for _, right in inside)) * len(inside) / len(graded)
    return error


def measure_reading(console: Any, reader: Reader | None, files: Sequence[Path]) -> dict[str, Any]:
    """Read every set, print one table, and return the figures by file name."""
    from rich.table import Table

    names = ("right", "right_of_ours", "done", "wrong_of_done", "none_acted_on", "talk_acted_on", "ece")
    table = Table("set", "n", *(name.replace("_", " ") for name in names), "p50 / p95 / p99 ms")
    figures = {}
    for path in files:
        found = figures[path.stem] = read_set(reader, load(path))
        shares = [f"{found[name]:.1%}" for name in names]
        table.add_row(path.stem, str(found["cases"]), *shares, spread(found["ms"]))
    console.print(table)
    return figures


def spread(times_ms: dict[str, float]) -> str:
    """Write percentiles for a table."""
    return " / ".join(f"{times_ms[key]:.1f}" for key in ("p50", "p95", "p99")) if times_ms else "–"
