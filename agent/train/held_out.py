"""What must never be trained on: fingerprints of the test sets and of the lines that are tuned on.

    python -m agent.train.held_out

writes them anew after a set has changed. Only fingerprints are kept, so that whoever writes sentences to
train on need not see the sets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_FILE = Path(__file__).with_name("held_out.txt")
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


def sentences_held_out() -> Iterator[str]:
    """Yield the sentences themselves, out of the sets of this repository."""
    from agent.train.lines import development, spoken

    for path in sorted((_ROOT / "bench" / "agent_testset").glob("*.jsonl")):
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
    print(f"{len(prints)} sentences are held out")
