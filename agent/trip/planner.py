"""From a trip request to a plan: hotels, days, sights by search, then every way and hour from the map again.

The search works on guessed walks and one matrix of drives. The plan itself takes each way from the routers
and each opening hour from the map, and what does not fit after all is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from agent.errors import PlanImpossible
from agent.trip.carstops import with_car_stops
from agent.trip.day import DayRun, Frame, Run, Stop
from agent.trip.driving import DAY_TRIP_END, DRIVE_CAP_S
from agent.trip.itinerary import Day, Plan
from agent.trip.legs import Exact, Guess
from agent.trip.offered.hours import Timetable
from agent.trip.offered.kinds import EVENING_STAY_MIN
from agent.trip.offered.menu import Menu
from agent.trip.offered.stays import stretched
from agent.trip.outcome import account
from agent.trip.request import TripRequest, begin_of, next_day
from agent.trip.solver import Search
from languages.trip_words import any_of, trip_words
from nav.geometry import distance_m

if TYPE_CHECKING:
    from agent.actions.context import Desk, Point
    from poi.place import Place

_HOTELS_COMPARED = 8
_EVENING_CHOICES = 4
_SHORTENED = (0.9, 0.8, 0.7)
_TIRED = time(18, 30)
"""Where one dines late, sights are over by then all the same, and one rests at the hotel."""
_MUCH_REST_MIN, _SLEPT_IN_MIN = 105, 60
"""From so much idle time before dinner on a day begins later, by so much at most, minutes."""
_AFTERNOON_OVER = time(17, 0)
"""Until then the last day goes on if nothing else was said: what is left of it is idle time too."""
_LATE_BEGIN, _DINES_LATER = timedelta(hours=2), timedelta(minutes=15)
"""Who sets out so short before dinner sees something first and dines later, so long before it is too late."""


class Workshop:
    """What is measured and looked up while one plan is made; it is thrown away with it."""

    def __init__(self, desk: Desk, request: TripRequest, hotels: Sequence[Place]) -> None:
        self.desk, self.request = desk, request
        self.times = Timetable()
        self.menu = Menu(request, request.days)
        points = [request.start, *((h.lat, h.lon) for h in hotels)]
        points += [(p.lat, p.lon) for p in request.sights if p.id not in request.hikes]
        points += [hike.park for hike in request.hikes.values()]
        summits = {p.id: (p.lat, p.lon) for p in request.sights if p.id in request.hikes}
        paths = {
            (request.hikes[i].park, at): (request.hikes[i].walk_s, request.hikes[i].walk_m)
            for i, at in summits.items()
        }
        self.guess = Guess(desk, points, request.wishes.avoid, paths)
        self.rough = DayRun(request, self.guess, self.menu, self.times)
        self.exact = DayRun(request, Exact(desk, request.wishes.avoid), self.menu, self.times)


def make_plan(desk: Desk, request: TripRequest) -> Plan:
    """Plan a trip; whoever asks for it has it verified (`agent.trip.verifier.require`).

    Raises
    ------
    PlanImpossible
        If there is no such trip; the reason is the one that stood in the way.
    """
    if request.naps and not request.limits.nap:
        try:
            return _planned(desk, request)
        except PlanImpossible:
            return _planned(desk, replace(request, naps={}))  # nobody asked for the rests
    return _planned(desk, request)


def _planned(desk: Desk, request: TripRequest) -> Plan:
    hotels = first_hotels(desk, request)
    shop = Workshop(desk, request, [h for h in hotels if h is not None])
    request = _reachable(request, shop)
    shop = shop if request is shop.request else Workshop(desk, request, [h for h in hotels if h is not None])
    _enough(request)
    frames = day_frames(request, hotels)
    solved = Search(request, frames, shop.rough).solve()
    if solved is None:
        raise _no_place_for_must(request, frames, shop.times)
    hotels = settled_hotels(request, hotels, solved, shop)
    frames = day_frames(request, hotels)
    days = write_days(shop, frames, solved)
    if lost := _lost(request, solved, days):
        days = _filled(request, frames, days, lost, shop)
    return assemble(desk, request, days)


def _lost(request: TripRequest, solved: Sequence[Sequence[Stop]], days: Sequence[Day]) -> set[str]:
    """Return the sights that did not fit on the routers' ways."""
    return {s.place.id for stops in solved for s in stops} - {v.place.id for d in days for v in d.sights}


def _filled(
    request: TripRequest, frames: Sequence[Frame], days: list[Day], lost: set[str], shop: Workshop
) -> list[Day]:
    """Put other sights where some were lost."""
    kept = [[visit.place for visit in day.sights] for day in days]
    left = replace(request, sights=tuple(p for p in request.sights if p.id not in lost - request.must_ids))
    solved = Search(left, frames, shop.rough).solve(keep=kept)
    if solved is None:
        return days
    try:
        return write_days(shop, frames, solved)
    except PlanImpossible:
        return days


def _no_place_for_must(request: TripRequest, frames: Sequence[Frame], times: Timetable) -> PlanImpossible:
    """Return why a sight that has to be in is not: it is closed, or these days have no room for it."""
    words = (*request.wishes.must, *(w for d in request.wishes.by_day for w in d.must))
    for place in (p for p in request.sights if p.id in request.must_ids):
        stay = timedelta(minutes=request.stay_range(place)[0])
        allowed = request.on_days.get(place.id)
        days = [f for f in frames if allowed is None or f.index in allowed]
        opens = [times.open_from(place, f.begin, stay) for f in days]
        if days and all(at is None or at > f.over for at, f in zip(opens, days, strict=True)):
            return PlanImpossible("must_closed", name=place)
    return PlanImpossible("no_room", name=words[0] if words else request.where)


def _reachable(request: TripRequest, shop: Workshop) -> TripRequest:
    """Leave out what one cannot drive to and back from."""
    guess = shop.guess

    def fine(place: Place) -> bool:
        hike = request.hikes.get(place.id)
        point = hike.park if hike else (place.lat, place.lon)
        there = guess.drive(request.start, point)
        return there is not None and there[0] < DRIVE_CAP_S / 2 and guess.reaches(request.start, point)

    kept = tuple(p for p in request.sights if fine(p))
    if request.must_ids - {p.id for p in kept} or not kept:
        raise PlanImpossible("unreachable")
    return request if len(kept) == len(request.sights) else replace(request, sights=kept)


def _enough(request: TripRequest) -> None:
    """Refuse to plan more days than there are things to see: offer as many as they fill."""
    count = len(request.sights)
    if request.days > 2 and count < request.days:
        raise PlanImpossible("few_sights", count=count, limit=max(1, (count + 1) // 2), name=request.where)


# -- days


def day_frames(request: TripRequest, hotels: Sequence[Place | None]) -> list[Frame]:
    """Return where and when each day begins and ends."""
    frames = []
    start = request.start
    for index in range(request.days):
        hotel = hotels[index] if index < request.days - 1 and index < len(hotels) else None
        frames.append(_frame(request, index, start, hotel))
        start = (hotel.lat, hotel.lon) if hotel is not None else request.start
    return frames


def _frame(request: TripRequest, index: int, start: Point, hotel: Place | None) -> Frame:
    date = next_day(request.first_day, index)
    begin = begin_of(request, index)
    last = index == request.days - 1
    ends = request.times.end if last else None
    dines_at = datetime.combine(date, request.meal_at(index, "dinner") or request.meal_hours.dinner[0])
    over = dines_at
    last_table = max(dines_at, datetime.combine(date, request.meal_hours.dinner[1]))
    dinner = (hotel is not None or request.lodging.none) and begin < last_table - _DINES_LATER
    if hotel is None:
        dinner = _dines_at_home(request, index, begin, ends)
        if ends is not None:
            over = datetime.combine(date, ends)
        elif dinner:
            over = datetime.combine(date, time(21, 45))
        else:
            over = max(datetime.combine(date, DAY_TRIP_END), begin + timedelta(hours=4))
    home = request.home if hotel is None else None
    free = {day % (request.days + 1) - 1 for day in request.limits.free_days}
    sights_over = dines_at + timedelta(minutes=15) if dinner else over
    if dinner and begin > dines_at - _LATE_BEGIN and not request.meal_at(index, "dinner"):
        sights_over = max(sights_over, min(begin + _LATE_BEGIN, last_table - _DINES_LATER))
    if hotel is not None:
        sights_over = min(sights_over, max(datetime.combine(date, _TIRED), begin + timedelta(hours=4)))
    if (said := request.ends.get(index)) is not None:
        sights_over = min(sights_over, datetime.combine(date, said))
    lunch_last = datetime.combine(date, request.meal_hours.lunch[1])
    lunch = begin <= lunch_last - timedelta(minutes=15) and over > datetime.combine(date, time(13, 0))
    return Frame(
        index=index,
        date=date,
        start=start,
        car=start,
        begin=begin,
        hotel=hotel,
        home=home or (request.start if hotel is None and request.lodging.none else None),
        over=over,
        sights_over=max(min(sights_over, over), begin + timedelta(hours=2)) if hotel is None else sights_over,
        dinner=dinner and not request.skips(index, "dinner"),
        lunch=lunch and not request.skips(index, "lunch"),
        town=request.town_of_day[index],
        per_day=0 if index in free else request.per_day,
    )


def _dines_at_home(request: TripRequest, index: int, begin: datetime, ends: time | None) -> bool:
    """Whether a day that ends without a hotel has a dinner on the way."""
    if ends is not None:
        return ends >= time(20, 0)
    wished = any(w.role == "dinner" and w.day in {0, index + 1} for w in request.dined) or bool(
        request.meal_at(index, "dinner")
    )
    dinner = any_of(request.language, trip_words(request.language).meals["dinner"])
    wished = wished or (request.days == 1 and any(dinner.search(words) for words in request.wishes.meals))
    alone = request.days == 1
    wished = wished or any(index in request.on_days.get(p.id, ()) for p in request.evenings)
    return wished or (
        alone
        and (
            bool(request.evenings)
            or any(w.role != "lunch" for w in request.dined)
            or begin.time() >= time(13, 0)
        )
    )


def write_days(
    shop: Workshop, frames: Sequence[Frame], solved: Sequence[Sequence[Stop]], *,
    tables: Mapping[int, Mapping[str, Place]] | None = None, used: frozenset[str] = frozenset(),
) -> list[Day]:  # fmt: skip
    """Write down the days one after the other: each begins where the one before left the car."""
    days: list[Day] = []
    eaten = set(used)
    car: Point | None = None
    out = {stop.place.id for stops in solved for stop in stops if stop.kind == "sight"}
    for frame, stops in zip(frames, solved, strict=True):
        far = car is not None and distance_m(car, frame.start) > 2_000 and not shop.request.limits.on_foot
        begun = frame if car is None or far else replace(frame, car=car)
        fitted = stretched(shop.rough, begun, [s for s in stops if s.kind == "sight"])
        kept = (tables or {}).get(frame.index, {})
        evening = next((s for s in stops if s.kind == "evening"), None)
        day, run = write_day(
            shop, begun, fitted, used=frozenset(eaten), tables=kept, evening=evening, out=out
        )
        days.append(day)
        eaten |= {v.place.id for v in day.visits if v.kind in {"lunch", "dinner"}}
        out |= {v.place.id for v in day.visits if v.kind == "evening"}
        car = run.car
    return days


def write_day(
    shop: Workshop, frame: Frame, stops: Sequence[Stop], *, used: frozenset[str] = frozenset(),
    tables: Mapping[str, Place] | None = None, evening: Stop | None = None, out: set[str] | None = None,
    sleeps_in: bool = True,
) -> tuple[Day, Run]:  # fmt: skip
    """Write down one day by the routers; a sight that does not fit after all is left out.

    Raises
    ------
    PlanImpossible
        If a sight that has to be in does not fit, or the day cannot end where it has to.
    """
    request = shop.request
    kept = list(stops)
    run = shop.exact.run(frame, kept, used=used, tables=tables)
    if not run.fine:
        kept, run = _shortened(shop, frame, kept, used, tables)
    while not run.fine and kept:
        gone = _loosest(request, kept, run)
        if gone is None:
            raise _no_place_for_must(request, [frame], shop.times)
        kept = [s for s in kept if s is not gone]
        run = shop.exact.run(frame, kept, used=used, tables=tables)
    if run.broken:
        raise PlanImpossible("unreachable" if run.broken in {"hotel", "home"} else "no_plan")
    if sleeps_in:
        frame, run = _slept_in(shop, frame, kept, run, used, tables)
    going = [evening] if evening else _evening_choices(shop, frame.index, run, out or set())
    for stop in going if frame.dinner else []:
        with_evening = shop.exact.run(frame, [*kept, stop], used=used, tables=tables)
        if with_evening.fine:
            run = with_evening
            break
    return _day(request, frame, run), run


def _shortened(
    shop: Workshop, frame: Frame, stops: list[Stop], used: frozenset[str], tables: Mapping[str, Place] | None
) -> tuple[list[Stop], Run]:
    """Give each sight less time, before one is left out: ways are a little longer than was guessed."""
    run = Run(broken="no_plan")
    for share in _SHORTENED:
        shorter = [
            Stop(
                place=s.place,
                kind=s.kind,
                stay_min=max(shop.request.stay_range(s.place)[0], int(s.stay_min * share) // 5 * 5),
            )
            for s in stops
        ]
        run = shop.exact.run(frame, shorter, used=used, tables=tables)
        if run.fine:
            return shorter, run
    return stops, shop.exact.run(frame, stops, used=used, tables=tables)


def _slept_in(
    shop: Workshop, frame: Frame, stops: list[Stop], run: Run, used: frozenset[str],
    tables: Mapping[str, Place] | None,
) -> tuple[Frame, Run]:  # fmt: skip
    """Begin a day later that would end in hours of rest, unless its beginning was said."""
    request = shop.request
    times = request.times
    first = times.begin if frame.index == 0 else None
    end = times.end if frame.hotel is None else None
    said = frame.index in {*request.begins, *request.ends} or any(
        (times.daily, first, request.wishes.depart, end)
    )
    idle = sum((v.leave - v.arrive).total_seconds() / 60 for v in run.visits if v.kind in {"rest", "free"})
    if frame.hotel is None and request.days > 1 and run.visits:
        over = run.home.arrive if run.home is not None else run.visits[-1].leave
        idle += max(0.0, (datetime.combine(frame.date, _AFTERNOON_OVER) - over).total_seconds() / 60)
    if said or idle < _MUCH_REST_MIN or not stops:
        return frame, run
    minutes = min(_SLEPT_IN_MIN, int(idle - _MUCH_REST_MIN + 45) // 30 * 30)
    later = replace(frame, begin=frame.begin + timedelta(minutes=minutes))
    slept = shop.exact.run(later, stops, used=used, tables=tables)
    eats_first = bool(slept.visits) and slept.visits[0].kind != "sight"
    return (later, slept) if slept.fine and not eats_first else (frame, run)


def _loosest(request: TripRequest, stops: list[Stop], run: Run) -> Stop | None:
    """Return the sight to leave out: the one that failed, or else the last that nobody asked for."""
    if run.failed is not None and run.failed.place.id not in request.must_ids:
        return run.failed
    loose = [s for s in stops if s.place.id not in request.must_ids]
    plain = [s for s in loose if s.place.id not in request.liked_ids]
    return (plain or loose)[-1] if loose else None


def _evening_choices(shop: Workshop, index: int, run: Run, out: set[str]) -> list[Stop]:
    request = shop.request
    days = request.on_days
    if not request.evenings or not run.visits:
        return []
    dinner = next((v for v in run.visits if v.kind == "dinner"), run.visits[-1])
    here = (dinner.place.lat, dinner.place.lon)
    inside = {v.place.id for v in run.visits} | out
    near = sorted(
        (p for p in request.evenings if p.id not in inside and index in days.get(p.id, {index})),
        key=lambda p: (round(distance_m(here, (p.lat, p.lon)) / 500), p.id),
    )
    return [Stop(place=p, stay_min=EVENING_STAY_MIN, kind="evening") for p in near[:_EVENING_CHOICES]]


def _day(request: TripRequest, frame: Frame, run: Run) -> Day:
    return Day(
        date=frame.date,
        start_lat=frame.start[0],
        start_lon=frame.start[1],
        start=run.begin or frame.begin,
        start_name="",
        visits=tuple(run.visits),
        car=frame.car if frame.car != frame.start else None,
        home=run.home,
        town=request.towns[frame.town].name if len(request.towns) > 1 else "",
    )


# -- hotels


def first_hotels(
    desk: Desk, request: TripRequest, excluded: frozenset[str] = frozenset()
) -> list[Place | None]:
    """Return a hotel for each night but the last: the one from which the sights of its town are nearest."""
    if not request.sleeps_out:
        return [None] * (request.days - 1)
    by_town: dict[int, Place] = {}
    for town in dict.fromkeys(request.town_of_day[: request.days - 1]):
        by_town[town] = _hotel_of_town(request, town, excluded)
    return [by_town[town] for town in request.town_of_day[: request.days - 1]]


def _hotel_of_town(request: TripRequest, town: int, excluded: frozenset[str]) -> Place:
    fixed = [h for h in request.hotels if h.id == request.fixed_hotel and h.id not in excluded]
    if fixed and (len(request.towns) == 1 or request.town_of.get(fixed[0].id) == town):
        return fixed[0]
    here = [h for h in request.hotels if request.town_of.get(h.id) == town and h.id not in excluded]
    here = here or [h for h in request.hotels if h.id not in excluded]
    if not here:
        raise PlanImpossible("no_other_hotel" if excluded else "no_hotel")
    # With a purse or stars in mind the order of the candidates counts, else the way to the sights does.
    ranked = bool(request.lodging.price or request.lodging.kinds)
    sights = [p for p in request.sights if request.town_of.get(p.id) == town][:10] or list(
        request.sights[:10]
    )

    def away(hotel: Place) -> float:
        return sum(distance_m((hotel.lat, hotel.lon), (p.lat, p.lon)) for p in sights) / len(sights)

    order = {h.id: i for i, h in enumerate(here)}
    few = here[: 5 if ranked else 30]
    return min(few, key=lambda h: (away(h) + order[h.id] * 40, h.id))


def settled_hotels(
    request: TripRequest, hotels: list[Place | None], solved: Sequence[Sequence[Stop]], shop: Workshop
) -> list[Place | None]:
    """Move each hotel to where its days end and begin, if another of the same worth lies better."""
    if not any(hotels) or request.fixed_hotel:
        return hotels
    chosen = list(hotels)
    for town in dict.fromkeys(request.town_of_day[: request.days - 1]):
        nights = [i for i in range(request.days - 1) if request.town_of_day[i] == town]
        ends = [solved[i][-1].place for i in nights if solved[i]]
        ends += [solved[i + 1][0].place for i in nights if solved[i + 1]]
        old = chosen[nights[0]]
        if not ends or old is None:
            continue
        same = [h for h in request.hotels if request.town_of.get(h.id) == town][:_HOTELS_COMPARED]
        few = {h.id: h for h in (old, *same)}.values()

        def away(hotel: Place, ends: list[Place] = ends) -> float:
            return sum(distance_m((hotel.lat, hotel.lon), (p.lat, p.lon)) for p in ends)

        best = min(few, key=lambda h: (round(away(h)), h.id))
        if away(best) < 0.7 * away(old):
            for night in nights:
                chosen[night] = best
    return chosen


# -- the whole


def assemble(desk: Desk, request: TripRequest, days: list[Day]) -> Plan:
    """Join days to a plan, with the stops that the car needs, and the account of the wishes."""
    days, fuel = with_car_stops(desk, request, days)
    plan = Plan(
        where=request.where,
        region=desk.region.name,
        days=tuple(days),
        wishes=request.wishes,
        avoid=request.wishes.avoid,
        fuel_range=fuel,
    )
    if not any(day.sights or any(v.kind == "evening" for v in day.visits) for day in plan.days):
        raise PlanImpossible("no_time")
    return replace(plan, accounting=account(plan, request))
