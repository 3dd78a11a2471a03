"""How long any answer takes where every core has something else to do: the language model may not hold it up.

    python -m bench.understanding.busy [FILE...]

One process a core counts without end at the usual priority; the agent, whose engines run in processes of
their own as in the car, answers sentences that the reader doubts, the first at once after its start: it opens
the reader, which was converted when it was installed.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from agent.understanding.labels import State
from agent.understanding.understand import GUESS, Understander
from bench.sample_home import sample_home
from bench.understanding.reading import load, times_of
from device.assistant.assistant import Assistant, Turn, open_reader
from device.settings import PrivacySettings, Settings

_SETS = sorted((Path(__file__).parents[1] / "agent_testset").glob("[cl]*/??.jsonl"))
_MOST = 60
_HERE = (60.1719, 24.9414)


def _count() -> None:
    while True:
        pass


@contextmanager
def busy_cores() -> Iterator[None]:
    """Give every core something to do."""
    started = [multiprocessing.Process(target=_count, daemon=True) for _ in range(os.cpu_count() or 1)]
    for process in started:
        process.start()
    try:
        yield
    finally:
        for process in started:
            process.kill()


def doubted(files: list[Path]) -> list[tuple[str, str]]:
    """Return text and language of sentences of which the reader makes so little that the model is asked."""
    understander = Understander(open_reader(print))
    found = []
    for case in (case for file in files for case in load(file)):
        read = understander.understand(case["text"], language=case["language"], context=State())
        if read.confidence <= GUESS:
            found.append((case["text"], case["language"]))
    return found[:: max(1, len(found) // _MOST)][:_MOST]


def measure(console: Console, files: list[Path]) -> dict[str, float]:
    """Print and return how long answers take."""
    cases = doubted(files)
    with sample_home():
        assistant = Assistant(Settings(privacy=PrivacySettings(memory=False)), region="helsinki")
        try:
            with busy_cores():
                took = [_took_ms(assistant, text, language) for text, language in cases]
        finally:
            assistant.close()
    asked = sum(turn.answer.understood_by == "llm" for _, turn in took)
    times = [ms for ms, _ in took]
    figures = {
        "answers": len(times),
        "by the language model": asked,
        "first_ms": times[0],
        **times_of(times),
        "worst_ms": max(times),
        "over 3 s": sum(ms > 3000 for ms in times),
    }
    console.print(figures)
    return figures


def _took_ms(assistant: Assistant, text: str, language: str) -> tuple[float, Turn]:
    started = time.perf_counter()
    turn = assistant.read(text, _HERE, language)
    return (time.perf_counter() - started) * 1000, turn


if __name__ == "__main__":
    measure(Console(), [Path(name) for name in sys.argv[1:]] or _SETS)
