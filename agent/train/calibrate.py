"""Fit the reader's confidence on sentences that it was not trained on, and write it into the delta.

    python -m agent.train.calibrate --base e5-small-q4.bin --delta d.npz --out agent/data/reader.npz FILE...

Each file: labelled sentences, one JSON object a line. A fifth of them is left out in turn, to say how true
the confidence is of sentences that it was not fitted on either.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from agent.understanding.intent import Chat
from agent.understanding.labels import State, state_from_json
from agent.understanding.learned.base_model import Floats
from agent.understanding.learned.calibration import confidence, expected_error, fitted
from agent.understanding.learned.delta import Delta, read_delta, write_delta
from agent.understanding.learned.encoder import Encoder, convert
from agent.understanding.learned.label_json import requests_to_intents
from agent.understanding.learned.reader import Form, Reader
from agent.understanding.matching import same_intents
from agent.understanding.meaning import intents_of
from languages.language import load_language


def main() -> None:
    """Fit, say how truthful it is, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--delta", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    delta = read_delta(options.delta.read_bytes())
    cases = [json.loads(line) for path in options.files for line in path.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        encoder = Encoder(convert(options.base, delta, Path(folder)))
        reader = Reader(encoder, replace(delta, calibration={}))
        alone = fitted(*_figures(reader.form, cases))
        reader = Reader(encoder, replace(delta, calibration={"alone": alone}))
        seen, right = _figures(reader.surest, cases)
    order = np.random.default_rng(0).permutation(len(seen))
    sure = np.zeros(len(seen), np.float32)
    for held in np.array_split(order, 5):
        others = np.setdiff1d(order, held)
        weights = fitted(seen[others], right[others])
        sure[held] = [confidence(row, weights) for row in seen[held]]
    print(f"{len(seen)} sentences, {right.mean():.1%} right")
    print(f"ECE on those left out {expected_error(sure, right):.3f}")
    for least in (0.5, 0.6, 0.7, 0.8, 0.9):
        taken = sure >= least
        print(f"from {least}: {taken.mean():.1%} taken, {1 - right[taken].mean():.1%} of them wrong")
    calibration = {"alone": alone, "weights": fitted(seen, right), "sentences": len(seen)}
    write(options.out, delta, calibration)


def _figures(read: Callable[[str, State], Form], cases: Sequence[dict[str, Any]]) -> tuple[Floats, Floats]:
    """Return the figures of all readings, and whether what would be done about each is what was meant."""
    seen, right = [], []
    for case in cases:
        state = state_from_json(case.get("state"))
        form = read(case["text"].strip(), state)
        words = load_language(case["language"]).reading
        got = requests_to_intents(case["text"].strip(), [d.request for d in form.decoded], words)
        meant = [
            [
                {"kind": "chat"} if isinstance(one, Chat) else one.to_dict()
                for one in intents_of(asked, state, words)
            ]
            for asked in (got, case["intents"])
        ]
        seen.append(form.seen)
        right.append(same_intents(*meant))
    return np.array(seen), np.array(right, np.float32)


def write(path: Path, delta: Delta, calibration: dict[str, Any]) -> None:
    """Write a delta with another calibration."""
    changed = replace(delta, calibration=calibration)
    names = ("base_sha256", "apart", "most_latin", "extra", "known", "calibration")
    write_delta(path, changed.arrays, {name: getattr(changed, name) for name in names})


if __name__ == "__main__":
    main()
