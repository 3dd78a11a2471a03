"""What went wrong with the positions: counted by kind, the last one kept in words."""

from collections import Counter
from typing import Literal

FaultKind = Literal[
    "bad_checksum",
    "bad_sentence",
    "no_position",
    "out_of_range",
    "time_backwards",
    "frozen",
    "jump",
    "silence",
    "reconnect",
]
"""Kinds of fault of a position source."""


class Faults:
    """Counts the faults of one position source."""

    def __init__(self) -> None:
        self.counts: Counter[FaultKind] = Counter()
        """How often each kind of fault has been seen."""
        self.last = ""
        """The last fault in words, empty if there was none."""

    def note(self, kind: FaultKind, detail: str = "") -> None:
        """Count one fault.

        Parameters
        ----------
        kind : FaultKind
            What kind of fault it is.
        detail : str
            What was seen, for a person to read; cut at 120 characters.
        """
        self.counts[kind] += 1
        self.last = f"{kind}: {detail[:120]}" if detail else kind

    @property
    def total(self) -> int:
        """Number of faults of all kinds."""
        return sum(self.counts.values())

    def to_dict(self) -> dict[str, int]:
        """Return the counts by kind, the commonest first."""
        return {str(kind): count for kind, count in self.counts.most_common()}
