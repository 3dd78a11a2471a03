"""What a route costs under given wishes, and what is asked of an index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from nav.graph import Int64Array
from nav.law.rules import InForce
from nav.packs.paths import cache_home
from nav.routing.cch.memory import mapped_memory
from nav.routing.search import Seed


class Counted(Enum):
    """What a set of weights counts."""

    COST = "time and dislike: what routes minimise"
    TIME = "time alone"


MetricKey = tuple[tuple[str, ...], InForce, Counted]
"""What distinguishes sets of weights: avoided roads, rules in force, what counts."""
Question = tuple[list[Seed], list[Seed]]
"""Where a path may begin and where it may end."""


EVERY = slice(None)
Chosen = NDArray[np.integer[Any]] | slice
"""Some edges or arcs, or `EVERY` one."""


class Costs:
    """Costs of all edges, or of all arcs: worked out for those that are asked for, until all are needed.

    A country has tens of millions, and a route under usual costs asks for those at its ends.
    """

    def __init__(self, work_out: Callable[[Chosen], Int64Array]) -> None:
        self._work_out = work_out
        self._whole: Int64Array | None = None
        self._making, self._changing = threading.Lock(), threading.Lock()
        self._changes = 0

    @classmethod
    def held(cls, whole: Int64Array) -> Costs:
        """Return costs that are there already."""
        costs = cls(lambda chosen: whole[chosen])
        costs._whole = whole
        return costs

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: NDArray[np.integer[Any]]) -> Int64Array: ...
    def __getitem__(self, at: int | NDArray[np.integer[Any]]) -> int | Int64Array:
        if isinstance(at, np.ndarray):
            return self._work_out(at) if self._whole is None else self._whole[at]
        return int(self._work_out(np.array([at]))[0] if self._whole is None else self._whole[at])

    @property
    def whole(self) -> Int64Array:
        """All of them, held from now on."""
        with self._making:
            while (whole := self._whole) is None:
                before = self._changes
                with mapped_memory(cache_home()):
                    found = self._work_out(EVERY)
                with self._changing:
                    self._whole = found if self._changes == before else None
            return whole

    def hold(self) -> None:
        """Work all of them out now: many will be asked for."""
        _ = self.whole

    @property
    def held_or_none(self) -> Int64Array | None:
        """All of them, if they are held."""
        return self._whole

    def forget(self) -> None:
        """Hold them no longer; who asks for all again has them worked out again."""
        with self._changing:
            self._changes += 1
            self._whole = None

    def changed(self, at: Int64Array) -> None:
        """Take notice that some have changed."""
        with self._changing:
            self._changes += 1
            if self._whole is not None:
                self._whole[at] = self._work_out(at)


@dataclass(slots=True, kw_only=True)
class Weights:
    """Costs under one set of wishes. Changed in place by live data, by the engine only."""

    key: MetricKey
    serial: int
    """Distinguishes weights that were made anew under the same wishes."""
    edge_ms: Costs
    """(E,) cost of a whole edge; `INFINITE_MS` and more: closed."""
    arc_ms: Costs
    """(A,) cost of a turn and the whole edge after it, at most `INFINITE_MS`."""
    basis: bytes = b""
    """What they follow from besides the arrays of the pack, where that is the rules alone; else empty."""
    floor: bytes = b""
    """The basis of the usual costs, where none of these is less than it usually is; else empty."""
    times_ms: Mapping[int, int] = field(default_factory=dict)
    """Time on whole edges where a speed limit holds that is not the usual one."""
    limits_kph: Mapping[int, int] = field(default_factory=dict)
    """Those limits."""
