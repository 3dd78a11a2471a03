"""What a traveller said of plans that hold together and yet nobody would set out with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from agent import Agent
from agent.actions.context import Desk
from agent.trip.asked.clock import times_of
from agent.trip.asked.marks import stays_said
from agent.trip.asked.party import Party
from agent.trip.asked.sentence import completed
from agent.trip.asked.wishes import limits_of, on_foot_in
from agent.trip.candidates import with_sights
from agent.trip.changes import replan
from agent.trip.changes.replan import change_plan
from agent.trip.export import to_markdown
from agent.trip.itinerary import Point, Visit
from agent.trip.legs import Measured, leg_to
from agent.trip.offered.hikes import Hike, longest_of
from agent.trip.offered.hours import Timetable, daylight
from agent.trip.offered.kinds import family, is_pocket, stay_range, worth
from agent.trip.offered.menu import Menu
from agent.trip.offered.parts import is_part
from agent.trip.offered.sights import Sights, _beyond, _join_parts, gather, is_sight
from agent.trip.offered.tables import is_for_guests
from agent.trip.offered.towns import Town
from agent.trip.planner import Workshop, day_frames, first_hotels, make_plan
from agent.trip.solver import Search
from agent.trip.verifier import verify
from agent.understanding.intent import PlanChange, PlanTrip, Wishes
from agent.understanding.utterance import Language
from languages.trip_words import any_of, trip_words
from nav.geometry import distance_m
from poi.place import Place
from tests.agent.trip.conftest import HOME, NOW, Trip, asked


def _minutes(visit: Visit) -> float:
    return (visit.leave - visit.arrive).total_seconds() / 60


def _place(category: str, **more: object) -> Place:
    values: dict[str, object] = {
        "id": "node/1",
        "name": "A",
        "category": category,
        "lat": 60.17,
        "lon": 24.94,
    }
    return Place(**{**values, **more})  # type: ignore[arg-type]


# -- a visit is as long as its kind and size deserve


@pytest.mark.parametrize(
    ("category", "area_m2", "most"),
    [
        ("leisure/park", 8_000, 30),
        ("leisure/garden", 40_000, 90),
        ("tourism/museum", 5_000, 120),
        ("leisure/nature_reserve", 9e8, 120),
        ("historic/castle", 0, 60),
        ("amenity/place_of_worship", 900, 40),
    ],
)
def test_no_visit_takes_hours_where_less_does(category: str, area_m2: float, most: int) -> None:
    assert stay_range(_place(category, area_m2=area_m2))[2] <= most


def test_spare_time_is_a_rest_and_a_later_morning(county: Desk, trip: Trip) -> None:
    plan, request = trip(limit=("每天最多两个景点",))
    assert verify(plan, request, county) == []
    assert all(_minutes(v) <= stay_range(v.place)[2] for day in plan.days for v in day.sights)
    first = plan.days[0]
    assert "rest" in [v.kind for v in first.visits]
    assert first.start.time() > time(9)


def test_a_beginning_that_was_said_is_no_later(trip: Trip) -> None:
    plan, _ = trip(limit=("每天最多两个景点",), time=("每天九点出发",))
    assert [day.start.time() for day in plan.days] == [time(9), time(9)]


def test_no_day_begins_late_with_a_meal(trip: Trip) -> None:
    plan, _ = trip(days=5, limit=("每天最多三个景点",), pace="easy")
    assert all(day.visits[0].kind == "sight" for day in plan.days)


def test_a_trip_is_no_list_of_museums(county: Desk) -> None:
    request = asked(county, days=2)
    museum = next(p for p in request.sights if p.category == "tourism/museum")
    many = [replace(museum, id=f"node/{i}", name=f"馆{i}", importance=0.9) for i in range(20)]
    crowded = replace(request, sights=(*many, *request.sights))
    hotels = first_hotels(county, crowded)
    shop = Workshop(county, crowded, [h for h in hotels if h])
    solved = Search(crowded, day_frames(crowded, hotels), shop.rough).solve() or []
    kinds = [family(stop.place) for day in solved for stop in day]
    assert kinds.count("museum") <= 0.5 * len(kinds)


def test_one_name_is_shown_once(county: Desk) -> None:
    request = asked(county, days=3)
    names = [p.name for p in request.sights]
    assert len(names) == len(set(names))
    twin = replace(request.sights[0], id="node/77")
    sights = Sights(others=[*request.sights, twin])
    assert [p.name for p in with_sights(county, request, sights).sights].count(twin.name) == 1


def test_a_night_market_that_is_added_comes_after_dinner(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3)
    changed = change_plan(county, plan, request, PlanChange(action="add", day=1, what="夜市"))
    kinds = [v.kind for v in changed.plan.days[0].visits]
    assert kinds[-3:] == ["dinner", "evening", "hotel"]
    assert len(changed.plan.days[0].sights) == len(plan.days[0].sights)


def test_one_goes_out_near_where_one_dined(county: Desk, trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, request = trip(days=2)
    dined = next(v.place for v in plan.days[0].visits if v.kind == "dinner")
    near, far = (replace(dined, id=f"node/{n}", name="A", lat=dined.lat + 0.05 * n) for n in range(2))
    monkeypatch.setattr(replan, "of_wish", lambda *_: [far, near])
    changed = change_plan(
        county, plan, request, PlanChange(action="swap", day=1, what="evening", other="夜市")
    )
    assert near in changed.places


# -- on foot, if that was said


@pytest.mark.parametrize(
    ("text", "language", "meant"),
    [
        ("two days in Yun'an with no driving at all", "en", True),
        ("one day on foot please", "en", True),
        ("we leave the car at the hotel", "en", True),
        ("no driving over two hours", "en", False),
        ("not more than a mile on foot", "en", False),
        ("not too much on foot", "en", False),
        ("no driving at night", "en", False),
        ("云安两天，不开车", "zh", True),
        ("全程步行", "zh", True),
        ("不想开车太久", "zh", False),
        ("不开车超过两小时", "zh", False),
        ("zwei Tage zu Fuß", "de", True),
    ],
)
def test_words_that_leave_the_car(text: str, language: Language, meant: bool) -> None:
    assert bool(on_foot_in(text, language)) is meant
    if not text.startswith("no"):
        read = PlanTrip(where="Yun'an", wishes=Wishes(dislikes=("driving",)))
        limits = completed(read, text, language, NOW).wishes.limit
        assert bool(limits_of(limits, language).on_foot) is meant


def test_nothing_is_driven_where_one_walks(county: Desk, trip: Trip) -> None:
    plan, request = trip(limit=("不开车",))
    assert verify(plan, request, county) == []
    assert sum(day.drive_s for day in plan.days) == 0
    assert all(len(day.sights) >= 2 for day in plan.days)
    driven, _ = trip()
    assert any("to be walked" in p.what for p in verify(driven, request, county))


def test_what_cannot_be_walked_is_driven_and_said(county: Desk, agent: Agent) -> None:
    turn = agent.carry_out(
        "云安一天，锦湖古镇和周荡古镇都要去，不开车",
        [PlanTrip(where="云安", days=1, wishes=Wishes(must=("锦湖古镇", "周荡古镇"), limit=("不开车",)))],
        language="zh",
        position=HOME,
    )
    assert turn.plan is not None
    assert {(e.words, e.state, e.note) for e in turn.plan.accounting if e.slot == "limit"} == {
        ("不开车", "traded", "on_foot")
    }
    assert "还得开车" in turn.reply


# -- what a body can do


@pytest.mark.parametrize(
    ("words", "language", "begins"),
    [
        ("we land at two pm", "en", time(15)),
        ("飞机下午两点落地", "zh", time(15)),
        ("we start at two pm", "en", time(14)),
        ("we land at 11:30 pm", "en", time(23, 30)),
    ],
)
def test_who_lands_is_on_the_road_an_hour_later(words: str, language: Language, begins: time) -> None:
    assert times_of((words,), language).begin == begins


def test_a_climb_takes_its_time() -> None:
    hike = Hike(park=(42.5, 1.5), walk_s=3600, walk_m=4500)
    assert hike.climb_s >= 3600  # 675 m of height on a slope of 15 %: more than an hour by Naismith
    assert longest_of(Party(children=2)) < longest_of(Party(adults=2))
    assert longest_of(Party(elderly=1)) < longest_of(Party(adults=2))


def test_a_day_has_no_more_on_foot_than_was_said(county: Desk, trip: Trip) -> None:
    plan, request = trip(limit=("每天走路不超过一公里",))
    assert verify(plan, request, county) == []
    assert [e.state for e in plan.accounting if e.slot == "limit"] == ["kept"]
    assert all(day.walk_m <= 1025 for day in plan.days)
    longer, _ = trip(limit=("全程步行",))
    assert "km on foot" in " ".join(map(str, verify(longer, request, county)))


def test_nobody_goes_back_to_the_car_for_a_few_hundred_metres() -> None:
    here, car, to = (60.0, 24.0), (60.0027, 24.0), (60.0045, 24.0)  # 300 m back to the car, 500 m there
    straight = Straight()
    walked = leg_to(straight, here, car, to, walk_m=450, slack=1.4)
    assert walked is not None
    assert walked.drive_m == 0
    said = leg_to(straight, here, car, to, walk_m=450)
    assert said is not None
    assert said.drive_m > 0


class Straight:
    """Ways as the crow flies."""

    def walk(self, a: Point, b: Point) -> Measured | None:
        return distance_m(a, b), distance_m(a, b)

    drive = walk


# -- nothing in the dark, nothing that is closed


def test_a_garden_is_seen_by_daylight() -> None:
    garden, museum = _place("leisure/garden"), _place("tourism/museum")
    times, hour = Timetable(), timedelta(hours=1)
    noon, four = datetime(2026, 12, 30, 12), datetime(2026, 12, 30, 16)
    assert times.open_from(garden, noon, hour) == noon
    assert times.open_from(garden, four, hour) is None
    assert times.open_from(garden, four, hour, dark=True) == four
    assert times.open_from(museum, four, hour) == four
    early = times.open_from(garden, datetime(2026, 12, 30, 8), hour)
    assert early is not None
    assert early.hour == 9


def test_a_winter_day_has_its_gardens_by_light(county: Desk) -> None:
    request = replace(asked(county, days=3, likes=("公园", "园林")), first_day=date(2026, 12, 20))
    plan = make_plan(county, request)
    assert verify(plan, request, county) == []
    light = [(v, daylight(v.place, day.date)) for day in plan.days for v in day.sights]
    assert any(span for _, span in light)
    assert all(span[0] <= v.arrive and v.leave <= span[1] for v, span in light if span)
    late = timedelta(hours=8)
    day = plan.days[0]
    dark = [replace(v, arrive=v.arrive + late, leave=v.leave + late) for v in day.visits]
    broken = replace(plan, days=(replace(day, visits=tuple(dark)), *plan.days[1:]))
    assert any("in the dark" in p.what for p in verify(broken, request, county))


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("Address - closed", {}),
        ("Chez Paul (permanently closed)", {}),
        ("外婆小厨（已停业）", {}),
        ("Gasthof Post - geschlossen", {}),
        ("Le Palace", {"access": "customers"}),
        ("Le Palace", {"opening_hours": "closed"}),
    ],
)
def test_nobody_is_sent_where_it_is_closed(name: str, tags: dict[str, str]) -> None:
    hours = tags.pop("opening_hours", "")
    table = _place("amenity/restaurant", name=name, tags=tags, opening_hours=hours)
    beach = _place("natural/beach", name=name, tags=tags, opening_hours=hours)
    assert not is_for_guests(table)
    assert not is_sight(beach)
    assert is_for_guests(_place("amenity/restaurant", name="Chez Paul"))
    assert is_sight(_place("natural/beach", name="Closerie"))


# -- real sights, once, and time for what was wished


def test_a_pocket_of_green_is_no_sight() -> None:
    square = _place("leisure/park", area_m2=1_800, tags={"wikipedia": "fi:A"})
    assert is_pocket(square)
    assert worth(square) < worth(replace(square, area_m2=17_000))
    assert is_pocket(_place("place/square", area_m2=9_000))
    assert not is_pocket(_place("leisure/park", area_m2=9_000, tags={"wikipedia": "fi:A"}))
    assert not is_pocket(_place("leisure/garden", area_m2=3_500))


def test_what_is_on_the_map_twice_is_one_sight() -> None:
    shop = _place("shop/department_store", name="Andorra 2000")
    assert is_part(replace(shop, id="node/2", name="Andorrra 2000", lat=60.1702), shop)
    assert not is_part(replace(shop, id="node/2", name="Teixidó", lat=60.1702), shop)


def test_a_hall_in_the_grounds_of_a_palace_is_seen_with_it() -> None:
    palace = _place("leisure/park", area_m2=104_000)
    hall = _place("tourism/attraction", id="node/2", name="B", lat=60.1725, importance=0.55)
    assert is_part(hall, palace)
    assert not is_part(replace(hall, tags={"wikidata": "Q1"}, importance=0.9), palace)
    assert not is_part(hall, replace(palace, area_m2=9_000))


def test_a_museum_is_no_garden_though_one_lies_in_it() -> None:
    museum = _place("tourism/museum", importance=0.8)
    garden = _place("leisure/garden", id="node/2", name="B", importance=0.3)
    sights = Sights(liked={"gardens": [garden]}, others=[museum])
    _join_parts(sights)
    assert [p.id for p in sights.liked["gardens"]] == ["node/2"]


def test_what_was_wished_for_gets_its_time(trip: Trip) -> None:
    plan, request = trip(likes=("古镇",))
    towns = [v for v in plan.visits if v.place.name.endswith("古镇")]
    assert towns
    assert all(request.stay_range(v.place)[1] > stay_range(v.place)[1] for v in towns)
    assert all(_minutes(v) >= request.stay_range(v.place)[1] for v in towns)


def test_an_old_street_is_no_night_market(trip: Trip) -> None:
    plan, _ = trip(likes=("老街",))
    assert "老街夜市" not in [v.place.name for v in plan.visits]


def test_a_town_with_little_to_see_is_seen_with_what_lies_round_it() -> None:
    own = _place("tourism/museum")
    near = _place("tourism/museum", id="node/2", lat=60.2, importance=0.7)
    towns = (Town(name="A", center=(60.17, 24.94), reach_m=2_000),)
    assert [p.id for p in _beyond([own, near, replace(near, id="node/3", lat=60.4)], [own], towns)] == [
        "node/2"
    ]


def test_baths_in_the_evening_are_over_before_a_late_dinner() -> None:
    """From five on, and sights are over at half past six where one dines late."""
    _, usual, high = stay_range(_place("leisure/sauna"))
    assert (usual + high) / 2 <= 85


# -- what the body can do, and no road twice


def test_nobody_who_tires_stands_in_museums_all_day(county: Desk, trip: Trip) -> None:
    plan, request = trip(who=("七十岁的奶奶",))
    assert not verify(plan, request, county)
    assert all(sum(_minutes(v) for v in day.sights) <= 4 * 60 for day in plan.days)
    assert all(_minutes(v) <= 80 for v in plan.visits if v.kind == "sight" and family(v.place) == "museum")


def test_no_child_is_taken_to_hot_food(trip: Trip) -> None:
    plan, _ = trip(days=4, who=("两大一小",))
    assert not [v.place.name for v in plan.visits if v.kind in {"lunch", "dinner"} and "川" in v.place.name]


@pytest.mark.parametrize("days", [3, 4, 5])
def test_a_far_place_is_driven_to_on_one_day(trip: Trip, days: int) -> None:
    plan, _ = trip(days=days)
    lake = [any("锦湖" in v.place.name for v in day.sights) for day in plan.days]
    assert lake.count(True) == 1


def test_no_day_is_left_with_one_sight(trip: Trip) -> None:
    plan, _ = trip(days=5)
    assert min(len(day.sights) for day in plan.days) >= 2


def test_a_rest_goes_on_till_dinner(trip: Trip) -> None:
    plan, _ = trip(days=4, who=("两大一个六岁的孩子",))
    kinds = [(a.kind, b.kind) for day in plan.days for a, b in pairwise(day.visits)]
    assert ("rest", "rest") not in kinds


def test_a_dinner_that_was_wished_for_is_had(trip: Trip) -> None:
    plan, _ = trip(days=1, meals=("运河边的晚饭",))
    assert "dinner" in [v.kind for v in plan.visits]


def test_hours_that_stay_free_are_explained(trip: Trip) -> None:
    plan, _ = trip(limit=("每天最多一个景点",))
    assert "特意空着" in to_markdown(plan, "zh")
    plan, _ = trip(limit=("每天最多两个景点",))
    assert "特意不排满" in to_markdown(plan, "zh")
    plan, _ = trip(days=5)
    assert "附近地图上没有更值得去的了" in to_markdown(plan, "zh")


def test_plan_is_no_place() -> None:
    assert stays_said("Plan two days in Andorra", "en") == {"Andorra": 2}
    assert stays_said("Ordino two days and Encamp one day", "en") == {"Ordino": 2, "Encamp": 1}


def test_a_school_camp_is_no_bed() -> None:
    assert any_of("en", trip_words("en").no_beds).search("Casa de colònies Aina")
    assert not any_of("en", trip_words("en").no_beds).search("Càmping Valira")


# -- where little is to be had


def test_who_finds_no_dinner_is_out_until_the_night(
    county: Desk, trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Menu, "near", lambda *_: [])
    plan, _ = trip("云安市", 3)
    assert {v.kind for v in plan.visits} & {"lunch", "dinner"} == set()
    nights = [day.hotel for day in plan.days if day.hotel is not None]
    assert nights
    assert all(night.arrive.hour >= 18 for night in nights)


@pytest.mark.parametrize(("enough", "are_in"), [(3, False), (6, True)])
def test_pockets_of_green_are_seen_where_there_is_too_little_else(enough: int, are_in: bool) -> None:
    real = [_place("tourism/museum", id=f"node/{n}", name=f"Museum {n}") for n in range(4)]
    pocket = _place("leisure/park", id="node/9", name="Linnet Yard", area_m2=900, lat=60.18)
    assert is_pocket(pocket)
    town = Town(name="A", center=(60.17, 24.94), reach_m=5_000)
    desk = _Near([*real, pocket])
    found = gather(
        desk,  # type: ignore[arg-type]
        (town,),
        must=(),
        likes=(),
        dislikes=(),
        children=False,
        most=9,
        enough=enough,
    )
    assert ("Linnet Yard" in {place.name for place in found.others}) is are_in


class _Near:
    """A map with these places."""

    def __init__(self, places: list[Place]) -> None:
        self.places = self
        self._places = places

    def of_kinds(self, kinds: object, **_: object) -> list[Place]:
        return self._places
