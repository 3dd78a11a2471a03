"""Examples for the recogniser's confidence: ``python -m bench.voice.examples EXAMPLES.jsonl``.

Requests by the tuning voices, in the tuning wordings and noises; `voice.train.confidence` is fitted on them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.voice.doubted import judged, spoken
from bench.voice.measures import Setup, near_names


def write(target: Path, *, per_language: int = 150) -> None:
    """Write one line of JSON for each utterance that gave words."""
    setup = Setup()
    with target.open("w", encoding="utf-8") as stream:
        for heard in spoken(setup, judging=False, per_language=per_language, hints=near_names):
            transcript = heard.transcript
            if transcript.evidence is None:
                continue
            right, done = judged(setup, heard.command, transcript)
            row = {
                "language": transcript.language,
                "voice": heard.voice,
                "level": heard.level,
                "said": heard.command.text,
                "heard": transcript.text,
                "right": right,
                "harmful": done and not right,
                "evidence": asdict(transcript.evidence),
            }
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
