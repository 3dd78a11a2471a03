"""What a road or a place on it demands of a vehicle at a time: access, one-way, size limits, speed limits.

A `Rule` is read from tags when a pack is built, kept as text, and judged by a `RuleBook` for a vehicle and a
time. Within a list of clauses the last one that holds decides.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from nav.law.conditions import FOR_DESTINATION, Clock, is_timed
from nav.law.vehicle import PASSENGER_CAR, Vehicle


class Use(IntEnum):
    """What a vehicle may do on a road, from free to closed."""

    OPEN = 0
    DESTINATION = 1
    PRIVATE = 2
    CLOSED = 3


Clauses = tuple[tuple[int, str], ...]
"""Pairs of a value and the condition under which it holds, the later ones first in rank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The demands of one direction of a road, or of a place on it."""

    car: Clauses
    """`Use` by cars."""
    hgv: Clauses = ()
    """`Use` by heavy goods vehicles; empty: as by cars."""
    hazmat: Clauses = ()
    """`Use` by dangerous goods, besides."""
    oneway: Clauses = ()
    """1 where this direction is open, 0 where it is not; empty: open."""
    sizes: tuple[tuple[str, float, str], ...] = ()
    """Dimension, limit (metres, tonnes; inf none), condition."""
    speeds: Clauses = ()
    """Speed limits, km/h, that hold at times."""

    def to_text(self) -> str:
        """Return the rule as text."""
        sizes = [[name, None if math.isinf(limit) else limit, when] for name, limit, when in self.sizes]
        parts = {
            "c": self.car,
            "h": self.hgv,
            "z": self.hazmat,
            "o": self.oneway,
            "s": sizes,
            "v": self.speeds,
        }
        return json.dumps({k: v for k, v in parts.items() if v}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> Rule:
        """Read the text of a rule; ValueError, KeyError or TypeError if it is not one."""
        parts = json.loads(text)

        def clauses(key: str) -> Clauses:
            return tuple((int(value), str(when)) for value, when in parts.get(key, ()))

        sizes = tuple(
            (str(name), math.inf if limit is None else float(limit), str(when))
            for name, limit, when in parts.get("s", ())
        )
        return cls(
            car=clauses("c"),
            hgv=clauses("h"),
            hazmat=clauses("z"),
            oneway=clauses("o"),
            sizes=sizes,
            speeds=clauses("v"),
        )

    @property
    def usual(self) -> Use:
        """What holds for cars at all times that are not named."""
        use = [value for value, when in self.car if not when]
        return Use(use[-1]) if use else Use.OPEN

    @property
    def ever_open(self) -> bool:
        """Whether some vehicle may travel here at some time."""
        used = any(value != Use.CLOSED for value, _ in (*self.car, *self.hgv)) or not self.car
        return used and (not self.oneway or any(value for value, _ in self.oneway))

    @property
    def ever_open_to_cars(self) -> bool:
        """Whether a car, not only a heavy vehicle, may travel here at some time."""
        return not self.car or any(value != Use.CLOSED for value, _ in self.car)

    @property
    def conditions(self) -> set[str]:
        """Every condition that it names."""
        named = (*self.car, *self.hgv, *self.hazmat, *self.oneway, *self.speeds)
        return {when for _, when in named} | {when for _, _, when in self.sizes}


@dataclass(frozen=True, slots=True, order=True)
class Verdict:
    """What a rule says to a vehicle at a time."""

    use: Use
    limit_kph: int = 0
    """Speed limit that holds instead of the usual one; 0 if the usual one does."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What of all rules of a region is out of the ordinary for a vehicle at a time; equal ones are alike."""

    verdicts: tuple[tuple[int, Verdict], ...] = ()
    """Rules whose verdict is not the usual one."""
    conditions: tuple[int, ...] = ()
    """Conditions of turns that hold."""
    edges: tuple[tuple[int, Verdict], ...] = ()
    """Edges that are judged at an hour of their own."""
    arcs: tuple[tuple[int, bool], ...] = ()
    """Turns that are judged at an hour of their own, True where forbidden."""


class RuleBook:
    """The rules and turn conditions of a region."""

    def __init__(self, rules: Sequence[str], conditions: Sequence[str], place: tuple[float, float]) -> None:
        self.rules = [Rule.from_text(text) for text in rules]
        self.conditions = tuple(conditions)
        self._clock = Clock(place)
        self._timed_rules = [i for i, r in enumerate(self.rules) if any(map(is_timed, r.conditions))]
        self._timed_conditions = [i for i, text in enumerate(self.conditions) if is_timed(text)]
        self._fixed: dict[Vehicle, InForce] = {}
        self._timed: dict[int, tuple[str, ...]] = {}
        self._changes: dict[str, tuple[datetime, datetime]] = {}
        self._last: tuple[datetime | None, Vehicle, InForce] | None = None

    def in_force(self, moment: datetime | None, vehicle: Vehicle = PASSENGER_CAR) -> InForce:
        """Return what is out of the ordinary; without a time the strictest reading of every rule holds."""
        last = self._last
        if last is not None and last[0] == moment and last[1] == vehicle:
            return last[2]
        fixed = self.always(vehicle)
        found = InForce(
            verdicts=(*fixed.verdicts, *self._verdicts(self._timed_rules, moment, vehicle)),
            conditions=(*fixed.conditions, *self._held(self._timed_conditions, moment, vehicle)),
        )
        self._last = moment, vehicle, found
        return found

    def always(self, vehicle: Vehicle) -> InForce:
        """Return what is out of the ordinary for a vehicle at every hour."""
        if vehicle not in self._fixed:
            timed_rules, timed = set(self._timed_rules), set(self._timed_conditions)
            self._fixed[vehicle] = InForce(
                verdicts=self._verdicts(
                    [i for i in range(len(self.rules)) if i not in timed_rules], None, vehicle
                ),
                conditions=self._held(
                    [i for i in range(len(self.conditions)) if i not in timed], None, vehicle
                ),
            )
        return self._fixed[vehicle]

    def usual(self) -> InForce:
        """Return what is closed when nothing is special."""
        shut = ((i, Verdict(Use.CLOSED)) for i, rule in enumerate(self.rules) if rule.usual == Use.CLOSED)
        return InForce(verdicts=tuple(shut))

    def _verdicts(
        self, rules: Sequence[int], moment: datetime | None, vehicle: Vehicle
    ) -> tuple[tuple[int, Verdict], ...]:
        judged = ((i, self.verdict(i, moment, vehicle)) for i in rules)
        return tuple(
            (i, v) for i, v in judged if v.use != self.rules[i].usual or v.use == Use.CLOSED or v.limit_kph
        )

    def _held(self, conditions: Sequence[int], moment: datetime | None, vehicle: Vehicle) -> tuple[int, ...]:
        return tuple(i for i in conditions if self.forbids(i, moment, vehicle))

    def forbids(self, condition: int, moment: datetime | None, vehicle: Vehicle) -> bool:
        """Tell whether a turn with this condition is forbidden."""
        return self._clock.holds(self.conditions[condition], moment, vehicle) is not False

    def verdict(self, rule: int, moment: datetime | None, vehicle: Vehicle) -> Verdict:
        """Judge one rule."""
        asked = self.rules[rule]
        use = self._strictest(
            asked.hgv if vehicle.is_heavy and asked.hgv else asked.car, moment, vehicle, Use.OPEN
        )
        if asked.oneway and not self._direction(asked.oneway, moment, vehicle):
            use = Use.CLOSED
        if vehicle.hazmat and asked.hazmat:
            use = max(use, self._strictest(asked.hazmat, moment, vehicle, Use.OPEN))
        if asked.sizes:
            use = max(use, self._by_size(asked, moment, vehicle))
        limit = 0
        for kph, when in asked.speeds:
            if self._clock.holds(when, moment, vehicle):
                limit = kph
        return Verdict(Use(use), limit)

    def _strictest(self, clauses: Clauses, moment: datetime | None, vehicle: Vehicle, use: int) -> int:
        for value, when in clauses:
            holds = self._clock.holds(when, moment, vehicle)
            if holds or (holds is None and value > use):
                use = value
        return use

    def _direction(self, clauses: Clauses, moment: datetime | None, vehicle: Vehicle) -> int:
        is_open = 1
        for value, when in clauses:
            holds = self._clock.holds(when, moment, vehicle)
            if holds or (holds is None and value < is_open):
                is_open = value
        return is_open

    def _by_size(self, rule: Rule, moment: datetime | None, vehicle: Vehicle) -> int:
        limits: dict[str, float] = {}
        spared: set[str] = set()
        for name, limit, when in rule.sizes:
            if when == FOR_DESTINATION:
                spared.add(name)
                continue
            holds = self._clock.holds(when, moment, vehicle)
            if holds or (holds is None and limit < limits.get(name, math.inf)):
                limits[name] = limit
        passed = {name for name, limit in limits.items() if vehicle.size(name.split(":")[0]) > limit}
        return Use.OPEN if not passed else Use.DESTINATION if passed <= spared else Use.CLOSED

    def changing(self, moment: datetime, until: datetime) -> tuple[set[int], set[int]]:
        """Return the rules, and the turn conditions, that may change their verdict before a time."""
        return (
            {
                i
                for i in self._timed_rules
                if any(self._change(c, moment) <= until for c in self._timed_of(i))
            },
            {i for i in self._timed_conditions if self._change(self.conditions[i], moment) <= until},
        )

    def _timed_of(self, rule: int) -> tuple[str, ...]:
        found = self._timed.get(rule)
        if found is None:
            found = self._timed[rule] = tuple(filter(is_timed, self.rules[rule].conditions))
        return found

    def _change(self, condition: str, moment: datetime) -> datetime:
        """Return when a condition may change next; what was found before holds until then."""
        known = self._changes.get(condition)
        if known is None or not known[0] <= moment < known[1]:
            change = self._clock.next_change(condition, moment)
            known = self._changes[condition] = moment, change or datetime.max
        return known[1]


def heavy_rules(rules: Sequence[str]) -> list[int]:
    """Return the rules that admit heavy vehicles alone: no car ever travels where they hold."""
    return [i for i, text in enumerate(rules) if not Rule.from_text(text).ever_open_to_cars]


def closed_always(
    rules: Sequence[str], rule_of: NDArray[np.int32], vehicle: Vehicle = PASSENGER_CAR
) -> NDArray[np.bool_]:
    """Tell which edges or nodes a vehicle never passes, by the index of their rule."""
    verdicts = RuleBook(rules, (), (0.0, 0.0)).always(vehicle).verdicts
    shut = [i for i, verdict in verdicts if verdict.use == Use.CLOSED]
    return np.isin(rule_of, shut) if shut else np.zeros(len(rule_of), bool)
