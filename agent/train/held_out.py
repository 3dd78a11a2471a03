"""What must never be trained on: fingerprints of the test sets and of the lines that are tuned on.

    python -m agent.train.held_out

writes them anew after a set has changed. Only fingerprints are kept, so that whoever writes sentences to
train on need not see the sets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_FILE = Path(__file__).with_name("held_out.txt")
_TEMPLATES = Path(__file__).with_name("held_out_templates.txt")
_LEAST = 7
"""Letters that a template has besides its slots, or it says too little to be someone's own turn of speech."""
_SAID = ("text", "say", "said", "user", "utterance", "request")
"""Keys under which the sets keep what was said."""


def normalised(text: str) -> str:
    """Return a sentence without case, signs and spaces: two that differ in nothing else are the same."""
    return "".join(filter(str.isalnum, text.lower()))


def fingerprint(text: str) -> str:
    """Return the fingerprint of a sentence."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()[:12]


@cache
def held_out() -> frozenset[str]:
    """Return the fingerprints of all sentences that are held out."""
    return frozenset(_FILE.read_text(encoding="ascii").split())


def is_anothers(text: str, words: Iterable[str]) -> bool:
    """Whether a sentence is, but for what fills its slots, one of a stranger's that judges."""
    shape = template(text, words)
    return bool(shape) and hashlib.sha256(shape.encode()).hexdigest()[:12] in templates_held_out()


def template(text: str, words: Iterable[str]) -> str:
    """Return a sentence with a mark in place of what fills its slots; empty if little else is said."""
    shape = text.lower()
    for word in sorted(filter(None, words), key=len, reverse=True):
        shape = shape.replace(word.lower(), " # ")
    kept = "".join(c for c in shape if c.isalnum() or c == "#")
    letters = kept.replace("#", "")
    least = _LEAST if any("\u4e00" <= c <= "\u9fff" for c in letters) else 3 * _LEAST
    return kept if len(letters) >= least else ""


@cache
def templates_held_out() -> frozenset[str]:
    """Return the fingerprints of the turns of speech of strangers' sentences, their slots left out."""
    return frozenset(_TEMPLATES.read_text(encoding="ascii").split())


def strangers_templates() -> Iterator[str]:
    """Yield the turns of speech of the strangers' sentences of this repository, all sets."""
    for half in ("strangers", "looked", "looked_written", "calibration"):
        for path in sorted((_ROOT / "bench" / "agent_testset" / half).glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                case = json.loads(line)
                words = [str(w) for intent in case["intents"] for v in intent.values() for w in _each(v)]
                yield template(case["text"], words)


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def sentences_held_out() -> Iterator[str]:
    """Yield the sentences themselves, out of the sets of this repository."""
    from agent.train.lines import development, spoken

    for path in sorted((_ROOT / "bench" / "agent_testset").rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from _said(json.loads(line))
    for lines in (development(), spoken()):
        yield from (line.text for line in lines)


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _SAID and isinstance(inner, str):
                yield inner
            else:
                yield from _said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner)


if __name__ == "__main__":
    prints = sorted(set(map(fingerprint, sentences_held_out())))
    _FILE.write_text("\n".join(prints) + "\n", encoding="ascii")
    shapes = {hashlib.sha256(shape.encode()).hexdigest()[:12] for shape in strangers_templates() if shape}
    _TEMPLATES.write_text("\n".join(sorted(shapes)) + "\n", encoding="ascii")
    print(f"{len(prints)} sentences are held out, and {len(shapes)} turns of speech")
