"""Which sights on which day and in which order: insertion and exchange until nothing gets better.

The search counts steps, never time: the same request gives the same plan on an idle and on a busy machine.
The day that is filled least gets the next sight, so that days come out balanced; what a sight is worth falls
with each of its kind that is in already, so that a trip is no list of churches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import permutations
from typing import TYPE_CHECKING

from agent.trip.day import DayRun, Frame, Run, Stop
from agent.trip.offered.kinds import family, worth
from agent.trip.offered.suiting import fondness
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.trip.request import TripRequest
    from poi.place import Place

_MUST, _LIKED, _ALSO_LIKED, _THEME = 10_000.0, 90.0, 55.0, 120.0
_DRIVE_MIN, _WALK_MIN, _FREE_MIN = 0.7, 0.35, 0.2
_REPEATED, _REPEATED_LIKED = 0.4, 0.75
_ALIKE_LEAST, _ALIKE_SHARE, _LITTLE_ELSE, _TOO_MUCH = 3, 0.4, 0.7, -60.0
"""So many of one kind nobody minds, nor such a share of a full trip, unless it is so much of all there is;
what one too many is worth."""
_APART_M, _BESIDE_M, _TWICE_THERE = 8_000.0, 3_000.0, 25.0
"""What lies so far from where the day begins, and so near to what another day drives to, is worth so much
less: one would drive the same road twice."""
_HIKE_LATE = 25.0
"""What it costs to walk into the mountains later than first thing in the morning."""
_MEAL_FIRST = 30.0
"""What it costs to begin a day with a meal."""
_ALIKE_A_DAY, _ONE_MORE_TODAY = 2, 25.0
"""So many of one kind are enough for a day that was not wished so; by so much one more is worth less."""
_LEVEL_COST, _EMPTY_COST = 12.0, 90.0
"""So much longer ways may be for days that are alike, and for a day that would have nothing to see."""
_LAST_UNTIL, _LAST_COST, _STILL_A_DAY, _FULL_STILL = time(15, 30), _LEVEL_COST, 2, 0.8
"""Until then there is something to see on the last day, for so much longer ways at most, if the day that
gives it away keeps so many sights and is not much emptier."""
_LEAST_GAIN = 3.0
_MOST_SAVED = 45.0
"""What a sight can at most save of the cost of idle hours."""
_TIRING_MIN = 4 * 60
"""Longer than this nobody who tires soon looks at sights in a day."""
_IMPROVE_ROUNDS = 2
_PERMUTED = 5
"""A day of so many sights is tried in every order."""


@dataclass(slots=True)
class _Tour:
    stops: list[Stop]
    run: Run
    value: float


class Search:
    """The search for one trip.

    Parameters
    ----------
    request, frames
        The trip and its days.
    day_run
        Runs a day on guessed ways.
    taken
        Ids that are in use on other days.
    short
        Whether visits are as short as they can be, so that more fits in.
    """

    def __init__(
        self,
        request: TripRequest,
        frames: Sequence[Frame],
        day_run: DayRun,
        *,
        taken: frozenset[str] = frozenset(),
        short: bool = False,
    ) -> None:
        self._request, self._frames, self._runs = request, list(frames), day_run
        self._candidates = [p for p in request.sights if p.id not in taken and p.id not in request.disliked]
        self._liked_rank = _liked_rank(request)
        self._seen: dict[tuple[int, tuple[str, ...]], tuple[Run, float]] = {}
        self._short = short or request.wishes.pace == "full"
        self._room = sum(frame.per_day for frame in self._frames)
        self._offered = Counter(family(p) for p in self._candidates)
        self._bare = _bare_towns(request, self._frames, self._candidates)
        self.tours: list[_Tour] = []

    def solve(self, keep: Sequence[Sequence[Place]] | None = None) -> list[list[Stop]] | None:
        """Choose and order the sights of each day.

        Parameters
        ----------
        keep
            Sights that each day has already.

        Returns
        -------
        list of list of Stop, or None
            For each day its sights in order; None if those that have to be in do not fit.
        """
        given = keep or [[] for _ in self._frames]
        self.tours = [
            self._tour(f, [self._stop(p) for p in places])
            for f, places in zip(self._frames, given, strict=True)
        ]
        if not self._insert_musts():
            return None
        self._fill(self._request.beyond)
        for _ in range(_IMPROVE_ROUNDS):
            if not (self._reorder() | self._exchange()):
                break
            self._fill(self._request.beyond)
        if self._request.beyond:
            self._fill()
        self._level()
        self._lengthen_last()
        return [tour.stops for tour in self.tours]

    # -- one day

    def _stop(self, place: Place) -> Stop:
        return Stop(place=place, stay_min=self._stay(place))

    def _stay(self, place: Place) -> int:
        low, usual, _ = self._request.stay_range(place)
        return low if self._short else usual

    def _run(self, frame: Frame, stops: Sequence[Stop]) -> tuple[Run, float]:
        key = (frame.index, tuple(s.place.id for s in stops))
        if key not in self._seen:
            run = self._runs.run(frame, stops)
            drives = run.drive_s / 60 * _DRIVE_MIN
            cost = drives + run.walk_s / 60 * _WALK_MIN + run.free_min * _FREE_MIN
            hikes = self._request.hikes
            cost += _HIKE_LATE * any(s.place.id in hikes and not hikes[s.place.id].flat for s in stops[1:])
            cost += _MEAL_FIRST * bool(run.visits and run.visits[0].kind in {"lunch", "dinner"})
            self._seen[key] = (run, cost)
        return self._seen[key]

    def _tour(self, frame: Frame, stops: list[Stop]) -> _Tour:
        run, cost = self._run(frame, stops)
        return _Tour(stops, run, -cost)

    def _best_place(self, number: int, place: Place) -> tuple[float, list[Stop]] | None:
        """Return the least extra cost of a sight in a day, and the order."""
        tour, frame = self.tours[number], self._frames[number]
        best: tuple[float, list[Stop]] | None = None
        for at in range(len(tour.stops) + 1):
            stops = [*tour.stops[:at], self._stop(place), *tour.stops[at:]]
            run, cost = self._run(frame, stops)
            if run.fine and (best is None or cost < best[0] - 1e-9):
                best = (cost, stops)
        return None if best is None else (best[0] + tour.value, best[1])

    # -- what sights are worth

    def _value(self, place: Place, number: int) -> float:
        request = self._request
        allowed = request.on_days.get(place.id)
        if allowed is not None and self._frames[number].index not in allowed:
            return -1e9
        town = self._frames[number].town
        own = request.town_of.get(place.id, 0) == town or place.id in request.must_ids
        if not own and town not in self._bare:
            return -1e9
        liked = self._liked_rank.get(place.id)
        value = 55.0 * worth(place) + 0.12 * self._stay(place)
        if liked is not None:
            have = sum(
                1
                for t in self.tours
                for s in t.stops
                if set(self._liked_rank.get(s.place.id, ())) & set(liked)
            )
            value += _LIKED if have < 2 else _ALSO_LIKED
        value += fondness(place, request)
        alike = sum(1 for t in self.tours for s in t.stops if family(s.place) == family(place))
        if liked is None and alike >= self._most_alike(family(place)):
            return _TOO_MUCH
        today = sum(1 for s in self.tours[number].stops if family(s.place) == family(place))
        if liked is None and today >= _ALIKE_A_DAY:
            value -= _ONE_MORE_TODAY
        value *= (_REPEATED if liked is None else _REPEATED_LIKED) ** min(alike, 3)
        value -= _TWICE_THERE * self._would_go_twice(place, number)
        themed = request.themed.get(self._frames[number].index)
        if themed:
            value += _THEME if place.id in themed else -25.0
        elif any(place.id in ids for ids in request.themed.values()):
            value -= 60.0
        return value

    def _would_go_twice(self, place: Place, number: int) -> bool:
        """Whether another day drives where a sight lies, far off, and this one does not."""
        here = (place.lat, place.lon)
        if distance_m(here, self._frames[number].start) < _APART_M:
            return False

        def beside(tour: _Tour) -> bool:
            return any(distance_m(here, (s.place.lat, s.place.lon)) < _BESIDE_M for s in tour.stops)

        return not beside(self.tours[number]) and any(map(beside, self.tours))

    def _most_alike(self, kind: str) -> int:
        """Return how many of one kind a trip takes: more only where there is little else."""
        share = self._offered[kind] / max(len(self._candidates), 1)
        return max(_ALIKE_LEAST, int((share if share > _LITTLE_ELSE else _ALIKE_SHARE) * self._room))

    # -- building

    def _insert_musts(self) -> bool:
        inside = {s.place.id for tour in self.tours for s in tour.stops}
        musts = [p for p in self._candidates if p.id in self._request.must_ids and p.id not in inside]
        waiting = list(musts)
        while waiting:
            left = [place for place in waiting if not self._insert_must(place)]
            if len(left) == len(waiting):
                return False
            waiting = left
        return True

    def _insert_must(self, place: Place) -> bool:
        """Put a sight that has to be in where it costs least; some fit only once others are there."""
        allowed = self._request.on_days.get(place.id)
        offers = []
        for number, frame in enumerate(self._frames):
            if allowed is not None and frame.index not in allowed:
                continue
            found = self._best_place(number, place)
            if found is not None:
                own_town = self._request.town_of.get(place.id, 0) == frame.town
                crowd = 12 * len(self.tours[number].stops) + (0 if own_town else 40)
                offers.append((found[0] + crowd, number, found[1]))
        if not offers:
            return False
        _, number, stops = min(offers, key=lambda o: (o[0], o[1]))
        self.tours[number] = self._tour(self._frames[number], stops)
        return True

    def _fullness(self, number: int) -> float:
        return self._filled(number, self.tours[number].stops)

    def _filled(self, number: int, stops: Sequence[Stop]) -> float:
        """Return how much of a day some sights fill."""
        frame = self._frames[number]
        room = max((frame.sights_over - frame.begin).total_seconds() / 60, 60.0)
        return (sum(s.stay_min for s in stops) + 25 * len(stops)) / room

    def _fill(self, without: frozenset[str] = frozenset()) -> None:
        """Give the emptiest day the sight that it gains most by, until no day gains any more."""
        open_days = {
            n for n in range(len(self._frames)) if len(self.tours[n].stops) < self._frames[n].per_day
        }
        while open_days:
            number = min(open_days, key=lambda n: (round(self._fullness(n), 3), n))
            best = self._best_gain(number, without)
            if best is None:
                open_days.discard(number)
                continue
            self.tours[number] = self._tour(self._frames[number], best)
            if len(best) >= self._frames[number].per_day:
                open_days.discard(number)

    def _best_gain(self, number: int, without: frozenset[str]) -> list[Stop] | None:
        used = {s.place.id for tour in self.tours for s in tour.stops} | without
        scored = [(self._value(p, number), p) for p in self._candidates if p.id not in used]
        scored.sort(key=lambda pair: (-pair[0], pair[1].id))
        best_gain, best = _LEAST_GAIN, None
        for value, place in scored:
            if value + _MOST_SAVED <= best_gain:
                break
            if self._tires(place, number):
                continue
            found = self._best_place(number, place)
            if found is not None and value - found[0] > best_gain + 1e-9:
                best_gain, best = value - found[0], found[1]
        return best

    def _tires(self, place: Place, number: int) -> bool:
        """Whether one sight more is too much of a day for those who come."""
        if not (self._request.party.walks_less or self._request.party.toddlers):
            return False
        visited = sum(stop.stay_min for stop in self.tours[number].stops)
        return visited + self._stay(place) > _TIRING_MIN

    # -- improving

    def _reorder(self) -> bool:
        """Try every order of the sights of a short day, and turned stretches of a long one."""
        better = False
        for number, tour in enumerate(self.tours):
            frame = self._frames[number]
            orders = permutations(tour.stops) if len(tour.stops) <= _PERMUTED else _turned(tour.stops)
            for order in orders:
                run, cost = self._run(frame, order)
                if run.fine and -cost > self.tours[number].value + 0.5:
                    self.tours[number] = _Tour(list(order), run, -cost)
                    better = True
        return better

    def _exchange(self) -> bool:
        """Move a sight to another day where it costs less, or exchange two."""
        better = False
        for a, b in ((a, b) for a in range(len(self.tours)) for b in range(len(self.tours)) if a != b):
            for stop in list(self.tours[a].stops):
                better |= self._moved(a, b, stop)
            for group in self._far_groups(a):
                better |= self._moved_together(a, b, group)
        return better

    def _level(self) -> None:
        """Move sights from the fullest day to the emptiest, where the way is hardly longer for it."""
        for _ in range(2 * len(self.tours)):
            order = sorted(range(len(self.tours)), key=lambda n: (round(self._fullness(n), 3), n))
            pairs = ((a, b) for b in order for a in reversed(order) if self._fullness(a) > self._fullness(b))
            moved = next((m for a, b in pairs if (m := self._levelled_best(a, b)) is not None), None)
            if moved is None:
                return
            a, b, self.tours[a], self.tours[b] = moved

    def _levelled_best(self, a: int, b: int) -> tuple[int, int, _Tour, _Tour] | None:
        """Return both days after the cheapest move from one to the other; None if there is none."""
        found = [m for m in (self._levelled(a, b, stop) for stop in self.tours[a].stops) if m is not None]
        best = min(found, key=lambda m: m[0], default=None)
        return None if best is None else (a, b, best[1], best[2])

    def _levelled(self, a: int, b: int, stop: Stop) -> tuple[float, _Tour, _Tour] | None:
        """Return what it costs to move a sight to an emptier day, and both days; None if it is no better."""
        left = [s for s in self.tours[a].stops if s is not stop]
        if not left or len(self.tours[b].stops) >= self._frames[b].per_day or self._tires(stop.place, b):
            return None
        themed = {self._frames[a].index, self._frames[b].index} & self._request.themed.keys()
        if themed or self._value(stop.place, b) <= -1e8:
            return None
        gap = self._fullness(a) - self._fullness(b)
        if abs(self._filled(a, left) - self._filled(b, [*self.tours[b].stops, stop])) >= gap:
            return None
        moved = self._elsewhere(a, left, b, stop)
        if moved is None or moved[0] > (_LEVEL_COST if self.tours[b].stops else _EMPTY_COST):
            return None
        return moved

    def _elsewhere(self, a: int, left: list[Stop], b: int, stop: Stop) -> tuple[float, _Tour, _Tour] | None:
        """Return what it costs to see a sight of one day on another, and both; None if a day is too short."""
        run, cost = self._run(self._frames[a], left)
        found = self._best_place(b, stop.place)
        if not run.fine or found is None:
            return None
        extra = found[0] + cost + self.tours[a].value
        return extra, _Tour(left, run, -cost), self._tour(self._frames[b], found[1])

    def _lengthen_last(self) -> None:
        """Give the last day sights of days that have more, as long as it is over early in the afternoon."""
        last = len(self.tours) - 1
        while last > 0 and self._is_over_early(last):
            offers = [
                (moved, -number, n)
                for number in range(last)
                for n, stop in enumerate(self.tours[number].stops)
                if (moved := self._given_away(number, last, stop)) is not None
            ]
            if not offers:
                return
            moved, number, _ = min(offers, key=lambda offer: (offer[0][0], *offer[1:]))
            _, self.tours[-number], self.tours[last] = moved

    def _is_over_early(self, number: int) -> bool:
        """Whether a day without a night is over early in the afternoon, and nobody said that it is to be."""
        frame, run, times = self._frames[number], self.tours[number].run, self._request.times
        if frame.hotel is not None or times.end is not None or frame.index in self._request.ends:
            return False
        if len(self.tours[number].stops) >= frame.per_day or run.sights_end is None:
            return False
        return run.sights_end < datetime.combine(frame.date, _LAST_UNTIL)

    def _given_away(self, a: int, b: int, stop: Stop) -> tuple[float, _Tour, _Tour] | None:
        """Return what it costs to see a sight on another day, and both; None if that is too much."""
        left = [s for s in self.tours[a].stops if s is not stop]
        themed = {self._frames[a].index, self._frames[b].index} & self._request.themed.keys()
        if themed or len(left) < _STILL_A_DAY or self._value(stop.place, b) <= -1e8:
            return None
        if self._tires(stop.place, b) or self._would_go_twice(stop.place, b):
            return None
        if self._filled(a, left) < _FULL_STILL * self._fullness(b):
            return None
        moved = self._elsewhere(a, left, b, stop)
        return moved if moved is not None and moved[0] <= _LAST_COST else None

    def _far_groups(self, number: int) -> list[list[Stop]]:
        """Return what of a day lies together and far from the rest of it."""
        stops, groups = self.tours[number].stops, []
        for seed in stops:
            group = [s for s in stops if _between_m(s, seed) < _BESIDE_M]
            rest = [s for s in stops if s not in group]
            if rest and seed is group[0] and all(_between_m(s, seed) > _APART_M for s in rest):
                groups.append(group)
        return groups

    def _moved_together(self, a: int, b: int, group: list[Stop]) -> bool:
        """Move what lies together to a day with more room, if that costs less: one drives there once."""
        stops = self.tours[b].stops
        if any(self._value(s.place, b) <= -1e8 or s not in self.tours[a].stops for s in group):
            return False
        left = [s for s in self.tours[a].stops if s not in group]
        if len(stops) + len(group) > self._frames[b].per_day:
            return False
        apart = abs(self._filled(a, left) - self._filled(b, [*stops, *group]))
        if apart > abs(self._fullness(a) - self._fullness(b)):
            return False
        without, cost_a = self._run(self._frames[a], left)
        old = self.tours[a].value + self.tours[b].value
        for at in range(len(stops) + 1):
            joined = [*stops[:at], *group, *stops[at:]]
            run, cost_b = self._run(self._frames[b], joined)
            if without.fine and run.fine and -cost_a - cost_b > old + 4.0:
                self.tours[a] = _Tour(left, without, -cost_a)
                self.tours[b] = _Tour(joined, run, -cost_b)
                return True
        return False

    def _moved(self, a: int, b: int, stop: Stop) -> bool:
        if self._value(stop.place, b) <= -1e8 or self.tours[a].stops.count(stop) == 0:
            return False
        without = [s for s in self.tours[a].stops if s is not stop]
        run, cost = self._run(self._frames[a], without)
        if not run.fine or not without:
            return False
        saved = cost * -1 - self.tours[a].value
        tight = len(self.tours[b].stops) >= self._frames[b].per_day or len(self.tours[b].stops) > len(without)
        if tight:
            return False
        found = self._best_place(b, stop.place)
        if found is None or saved - found[0] < 4.0:
            return False
        self.tours[a] = _Tour(without, run, -cost)
        self.tours[b] = self._tour(self._frames[b], found[1])
        return True


def _between_m(stop: Stop, other: Stop) -> float:
    """Return how far two stops lie apart, metres."""
    return distance_m((stop.place.lat, stop.place.lon), (other.place.lat, other.place.lon))


def _turned(stops: Sequence[Stop]) -> list[list[Stop]]:
    """Return the orders in which one stretch is turned round."""
    count = len(stops)
    return [
        [*stops[:i], *reversed(stops[i:j]), *stops[j:]]
        for i, j in ((i, j) for i in range(count) for j in range(i + 2, count + 1))
    ]


def _bare_towns(request: TripRequest, frames: Sequence[Frame], candidates: Sequence[Place]) -> frozenset[int]:
    """Return the towns that have too little to see for their days: they are seen with what others have."""
    days = Counter(frame.town for frame in frames)
    there = Counter(request.town_of.get(place.id, 0) for place in candidates)
    return frozenset(town for town, count in days.items() if there[town] < _STILL_A_DAY * count)


def _liked_rank(request: TripRequest) -> dict[str, tuple[str, ...]]:
    ranks: dict[str, tuple[str, ...]] = {}
    for words, ids in request.liked:
        for place_id in ids:
            ranks[place_id] = (*ranks.get(place_id, ()), words)
    return ranks
