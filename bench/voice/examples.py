"""Examples for the recogniser's confidence: ``python -m bench.voice.examples EXAMPLES.jsonl``.

Requests by the tuning voices, in the tuning wordings and noises; `voice.train.confidence` is fitted on them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bench.voice.doubted import Heard, judged, spoken
from bench.voice.measures import Setup, near_names
from device.assistant.sense import sense_of
from voice.asr.text import bare_text


def write(target: Path, *, per_language: int = 150) -> None:
    """Write one line of JSON for each utterance that gave words."""
    setup = Setup()
    with target.open("w", encoding="utf-8") as stream:
        for heard in spoken(setup, judging=False, per_language=per_language, hints=near_names):
            if (row := example(setup, heard)) is not None:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def example(setup: Setup, heard: Heard) -> dict[str, Any] | None:
    """What the confidence is fitted on; None for an utterance without words."""
    transcript, command = heard.transcript, heard.command
    if transcript.evidence is None:
        return None
    agent, position = setup.agent(command.language)
    sense = sense_of(transcript, agent, position)
    assert sense is not None
    chosen = replace(transcript, text=sense.text, alternatives=())
    right, effect = judged(setup, command, chosen)
    as_said = bare_text(chosen.text) == bare_text(command.text)  # what comes of that is not the ears' doing
    return {
        "language": transcript.language,
        "voice": heard.voice,
        "level": heard.level,
        "said": command.text,
        "heard": transcript.text,
        "chosen": chosen.text,
        "right_as_heard": bare_text(transcript.text) == bare_text(command.text)
        or judged(setup, command, replace(transcript, alternatives=()))[0],
        "right": right or as_said,
        "effect": effect,
        "sense": [sense.read_p, sense.fits, sense.is_first],
        "evidence": asdict(transcript.evidence),
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]))
