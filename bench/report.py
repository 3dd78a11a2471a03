"""Figures as they were measured last, and the page that shows them.

    python -m bench.report            # writes docs/benchmarks.md from bench/results/*.json
    python -m bench.report --check    # tells whether the page is what the files say

A benchmark keeps its rows with `save`. Only the last figure of a thing stands here: what it was before is
what the history of the file is for, and why it is so stands in docs/decisions.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "results"
PAGE = ROOT / "docs" / "benchmarks.md"

AREAS = (
    "understanding",
    "voice",
    "places",
    "routing",
    "scale",
    "guidance",
    "trips",
    "device",
    "screen",
    "house",
)
"""Order of the tables on the page; others follow."""

_HEAD = """# Benchmarks

Today's figures, one table an area, made by `python -m bench.report` from `bench/results/*.json`. Each row
names the commit and the day on which it was measured; a goal that was missed is marked. Why things are as
they are, and what was tried without gain: [decisions](decisions).
"""


class Row(BaseModel):
    """One figure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    """What was measured, in words that a reader understands without the code."""
    value: float | int | str
    """The figure."""
    unit: str = ""
    goal: str = ""
    """What was to be reached, with its relation: "≤ 20", "≥ 90"; empty where there is no goal."""
    command: str
    """Command that measures it."""
    commit: str
    """Commit that was measured, short."""
    machine: str = "2 cores x86-64"
    date: str
    """Day, ISO 8601."""
    note: str = ""
    """What a reader has to know besides: the peer's figure, the load, what is not covered."""

    @property
    def is_missed(self) -> bool:
        """Whether the goal was not reached; without a comparable goal nothing is missed."""
        relation, _, bound = self.goal.partition(" ")
        try:
            limit, value = float(bound.split()[0]), float(self.value)
        except (ValueError, IndexError):
            return False
        return {"≤": value > limit, "≥": value < limit}.get(relation, False)


_ROWS: TypeAdapter[list[Row]] = TypeAdapter(list[Row])


def load(area: str, folder: Path = FOLDER) -> list[Row]:
    """Return the rows of an area; none where there is no file."""
    path = folder / f"{area}.json"
    return _ROWS.validate_json(path.read_bytes()) if path.is_file() else []


def save(area: str, rows: Iterable[Row], folder: Path = FOLDER) -> None:
    """Keep rows, each in the place of the one that measured the same thing before."""
    kept = {row.what: row for row in load(area, folder)}
    kept |= {row.what: row for row in rows}
    folder.mkdir(exist_ok=True)
    (folder / f"{area}.json").write_bytes(_ROWS.dump_json(list(kept.values()), indent=1) + b"\n")


def measured(
    what: str, value: float | int | str, *, command: str, unit: str = "", goal: str = "", note: str = ""
) -> Row:
    """Return a row of today's commit."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short=9", "HEAD"], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.strip()
    today = date.today().isoformat()
    return Row(
        what=what, value=value, unit=unit, goal=goal, note=note, command=command, commit=commit, date=today
    )


def page(folder: Path = FOLDER) -> str:
    """Return the page that shows every row."""
    there = sorted(path.stem for path in folder.glob("*.json"))
    areas = [area for area in AREAS if area in there] + [area for area in there if area not in AREAS]
    return "\n".join([_HEAD, *(_table(area, load(area, folder)) for area in areas)])


def _table(area: str, rows: list[Row]) -> str:
    lines = [
        f"## {area.capitalize()}",
        "",
        "| what | measured | goal | commit, day | note |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        value = f"{row.value:,.3g}" if isinstance(row.value, float) else str(row.value)
        shown = f"{value} {row.unit}".strip()
        goal = f"{row.goal} {row.unit}".strip() if row.goal else ""
        missed = " **missed**" if row.is_missed else ""
        lines.append(f"| {row.what} | {shown}{missed} | {goal} | {row.commit}, {row.date} | {row.note} |")
    commands = sorted({row.command for row in rows})
    return "\n".join([*lines, "", "Commands: " + ", ".join(f"`{command}`" for command in commands) + ".", ""])


def main(arguments: list[str]) -> None:
    """Write the page, or tell whether it is up to date."""
    text = page()
    if "--check" in arguments:
        sys.exit(
            0
            if PAGE.read_text(encoding="utf-8") == text
            else f"{PAGE} is out of date: python -m bench.report"
        )
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
