"""The table of faults: each test writes a row of what was injected, heard, logged, and how long it lasted."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault."""

    fault: str
    """What was done."""

    heard: str
    """What the driver hears or notices."""

    logged: str
    """What the log says."""

    well_again_s: float | None
    """Seconds until all works again, from the fault or its mending; None where nothing stopped."""


@dataclass(slots=True)
class FaultTable:
    """The rows of one run."""

    rows: list[Row] = field(default_factory=list)

    def add(self, fault: str, *, heard: str, logged: str = "", well_again_s: float | None = None) -> None:
        """Take note of a fault that was survived."""
        logged = " ".join(logged.split()).removeprefix("xiaogao: ")
        self.rows.append(Row(fault=fault, heard=heard, logged=logged, well_again_s=well_again_s))

    def markdown(self) -> str:
        """Return the table as Markdown."""
        lines = [
            "| fault | what the driver hears | what the log says | well again after |",
            "| --- | --- | --- | --- |",
        ]
        for row in self.rows:
            time = "nothing stopped" if row.well_again_s is None else f"{row.well_again_s:.1f} s"
            cells = (row.fault, row.heard, row.logged or "nothing", time)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        return "\n".join(lines) + "\n"
