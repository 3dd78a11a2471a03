"""How right and how fast the voice is: wake word, commands, delay, speech, soak, idle."""

from __future__ import annotations

from typing import Any

from rich.console import Console


def run(console: Console, *, part: str = "all", **options: Any) -> dict[str, Any]:
    """Measure one part, or all; see `bench.voice.measures.run`."""
    from bench.voice.measures import run as measure

    return measure(console, part=part, **options)
