"""What a route costs under given wishes, and what is asked of an index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from nav.graph import Int64Array
from nav.law.rules import InForce
from nav.routing.search import Seed


class Counted(Enum):
    """What a set of weights counts."""

    COST = "time and dislike: what routes minimise"
    TIME = "time alone"
    DISLIKE = "dislike alone"


MetricKey = tuple[tuple[str, ...], InForce, Counted]
"""What distinguishes sets of weights: avoided roads, rules in force, what counts."""
Question = tuple[list[Seed], list[Seed]]
"""Where a path may begin and where it may end."""


@dataclass(slots=True, kw_only=True)
class Weights:
    """Costs under one set of wishes. Changed in place by live data, by the engine only."""

    key: MetricKey
    serial: int
    """Distinguishes weights that were made anew under the same wishes."""
    edge_ms: Int64Array
    """(E,) cost of a whole edge; `INFINITE_MS` and more: closed."""
    arc_ms: Int64Array
    """(A,) cost of a turn and the whole edge after it, at most `INFINITE_MS`."""
    times_ms: Mapping[int, int] = field(default_factory=dict)
    """Time on whole edges where a speed limit holds that is not the usual one."""
    limits_kph: Mapping[int, int] = field(default_factory=dict)
    """Those limits."""
