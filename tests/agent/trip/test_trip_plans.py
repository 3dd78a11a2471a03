"""Plans through a drawn county: every wish accounted for, bans kept, and days that a traveller would take."""

from __future__ import annotations

import gc
from datetime import time, timedelta

import pytest

from agent.actions.context import Desk
from agent.errors import PlanImpossible
from agent.trip.accounting import left_over
from agent.trip.changes.replan import change_plan
from agent.trip.export import to_markdown
from agent.trip.itinerary import Plan, Visit
from agent.trip.legs import leg_to
from agent.trip.offered.parts import is_part
from agent.trip.offered.sights import gather
from agent.trip.offered.tables import serves
from agent.trip.offered.towns import Town
from agent.trip.planner import make_plan
from agent.trip.verifier import verify
from agent.understanding.intent import DayWish, PlanChange, PlanTrip, Wishes
from poi.place import Place
from tests.agent.trip.conftest import Trip, asked, desk_of


def names(plan: Plan, *kinds: str) -> list[str]:
    return [visit.place.name for visit in plan.visits if visit.kind in kinds]


def states(plan: Plan) -> dict[str, str]:
    return {entry.words: entry.state for entry in plan.accounting}


EVERYTHING = {
    "likes": ("园林", "古镇", "热气球"),
    "dislikes": ("寺庙",),
    "must": ("云安动物园",),
    "meals": ("晚饭吃海鲜", "佛跳墙"),
    "no_meal": ("辣",),
    "who": ("两大一小", "带狗"),
    "money": ("预算三千",),
    "lodging": ("海景房", "四星级酒店"),
    "limit": ("不想走太多路", "别去人多的地方"),
    "time": ("每天九点半出发", "随便"),
    "by_day": (DayWish(day=2, likes=("购物",)),),
    "pace": "easy",
    "budget": "low",
}


def test_every_wish_is_accounted_for(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=3, **EVERYTHING)
    assert verify(plan, request, county) == []
    assert left_over(PlanTrip(wishes=Wishes.model_validate(EVERYTHING)), plan.accounting) == []
    told = states(plan)
    assert told["热气球"] == "missing"
    assert told["佛跳墙"] == "missing"
    assert told["海景房"] == "unknown"
    assert told["预算三千"] == "unknown"
    assert told["带狗"] == "unknown"
    assert told["别去人多的地方"] == "unknown"
    for kept in (
        "园林",
        "古镇",
        "辣",
        "两大一小",
        "四星级酒店",
        "不想走太多路",
        "每天九点半出发",
        "购物",
        "晚饭吃海鲜",
    ):
        assert told[kept] == "kept", kept


def test_a_plan_that_hides_what_became_of_a_wish_is_caught(county: Desk, trip: Trip) -> None:
    from dataclasses import replace

    from agent.trip.accounting import Accounting

    plan, request = trip(likes=("园林",))
    assert [p.check for p in verify(replace(plan, accounting=Accounting()), request, county)] == ["wishes"]


@pytest.mark.parametrize("food", ["辣", "海鲜", "烧烤", "粤菜", "湘菜"])
def test_what_is_not_eaten_is_not_served(county: Desk, trip: Trip, food: str) -> None:
    plan, _ = trip(days=3, no_meal=(food,))
    meals = [visit.place for visit in plan.visits if visit.kind in {"lunch", "dinner"}]
    assert len(meals) == 5
    assert [place.name for place in meals if serves(county, place, food)] == []
    assert any(serves(county, place, food) for place in trip(days=1)[1].restaurants)


def test_nobody_eats_in_a_canteen(trip: Trip) -> None:
    _, request = trip()
    assert [p.name for p in request.restaurants if "食堂" in p.name or "员工" in p.name] == []


def test_a_hotel_that_is_called_a_garden_is_no_garden(trip: Trip) -> None:
    plan, request = trip(likes=("园林",))
    assert "亭林园" in names(plan, "sight")
    assert [p.name for p in request.sights if p.category.startswith("tourism/hotel")] == []


def test_a_wish_is_not_met_by_a_sound_alike(trip: Trip) -> None:
    plan, _ = trip("周荡镇", 1, likes=("动物园",))
    met = {i for e in plan.accounting if e.words == "动物园" for i in e.met}
    assert [v.place.name for v in plan.visits if v.place.id in met] == [
        "云安动物园"
    ]  # and no 植物园 nearer by


def test_a_name_with_a_kind_in_it_is_no_wish_for_the_kind(county: Desk, trip: Trip) -> None:
    plan, _ = trip(likes=("亚特兰蒂斯博物馆",))
    assert states(plan)["亚特兰蒂斯博物馆"] == "missing"
    with pytest.raises(PlanImpossible, match="no_must"):
        change_plan(county, *trip(), PlanChange(action="add", what="亚特兰蒂斯博物馆"))


def test_what_has_to_be_seen_may_be_a_kind(county: Desk, trip: Trip) -> None:
    plan, request = trip(must=("古镇",))
    assert states(plan)["古镇"] == "kept"
    assert any("古镇" in name for name in names(plan, "sight"))
    assert verify(plan, request, county) == []


@pytest.mark.parametrize(
    "wishes", [{"must": ("亚特兰蒂斯城堡",)}, {"by_day": (DayWish(day=1, must=("亚特兰蒂斯城堡",)),)}]
)
def test_what_has_to_be_seen_and_is_not_there_is_said_beside_the_plan(
    county: Desk, trip: Trip, wishes: dict[str, tuple[object, ...]]
) -> None:
    plan, request = trip(**wishes)
    assert states(plan)["亚特兰蒂斯城堡"] == "missing"
    assert names(plan, "sight")
    assert verify(plan, request, county) == []


def test_one_may_eat_twice_where_few_serve_what_has_to_be_served(county: Desk, trip: Trip) -> None:
    plan, request = trip(meals=("素食",))
    assert verify(plan, request, county) == []
    assert set(names(plan, "lunch", "dinner")) == {"素心斋"}


def test_a_ban_on_a_kind_of_lodging_leaves_the_others(trip: Trip) -> None:
    for wishes in ({"lodging": ("不要民宿",)}, {"dislikes": ("民宿",)}):
        plan, _ = trip("周荡镇", 2, **wishes)
        (hotel,) = names(plan, "hotel")
        assert hotel in {"周荡国际度假酒店", "古镇快捷酒店"}


def test_lodging_as_it_was_wished(trip: Trip) -> None:
    assert names(trip(lodging=("东园大酒店",))[0], "hotel") == ["东园大酒店"]
    assert names(trip("周荡镇", 2, lodging=("民宿",))[0], "hotel")[0] in {"双桥民宿", "水乡客栈"}
    assert names(trip(hotel_stars=5)[0], "hotel")[0] in {"东园大酒店", "周荡国际度假酒店"}
    plan, _ = trip(lodging=("不住酒店",))
    assert names(plan, "hotel") == []
    assert all(day.home is not None for day in plan.days)


def test_several_towns_in_their_order(county: Desk, trip: Trip) -> None:
    for where, towns in (("", ("玉峰镇", "周荡镇")), ("玉峰镇和周荡", ())):
        plan, request = trip(where, 3, towns=towns)
        assert verify(plan, request, county) == []
        order = [day.town for day in plan.days]
        assert order in (["玉峰镇", "周荡镇", "周荡镇"], ["玉峰镇", "玉峰镇", "周荡镇"])


def test_more_towns_than_days_are_refused_with_the_days_they_take(county: Desk) -> None:
    with pytest.raises(PlanImpossible) as refusal:
        asked(county, "", 1, towns=("玉峰镇", "周荡镇"))
    assert refusal.value.reason == "towns_many"
    assert refusal.value.facts["limit"] == 2


def test_more_days_than_sights_are_not_stretched_thin(county: Desk) -> None:
    with pytest.raises(PlanImpossible) as refusal:
        make_plan(county, asked(county, "锦湖镇", 12))
    assert refusal.value.reason == "few_sights"
    assert int(str(refusal.value.facts["limit"])) < 12


def test_a_trip_may_begin_in_the_afternoon(county: Desk, trip: Trip) -> None:
    plan, request = trip(days=1, time=("下午两点出发",))
    (day,) = plan.days
    assert verify(plan, request, county) == []
    assert day.start.time() == time(14)
    assert day.sights
    assert [v.kind for v in day.visits if v.kind in {"lunch", "dinner"}] == ["dinner"]


def test_one_is_back_in_time(trip: Trip) -> None:
    plan, _ = trip(time=("下午四点的飞机",))
    assert plan.days[-1].end.time() <= time(14)


def test_a_theme_belongs_to_its_day(trip: Trip) -> None:
    plan, _ = trip(days=3, by_day=(DayWish(day=2, likes=("购物",)), DayWish(day=3, where="锦湖镇")))
    assert "万象购物中心" in [v.place.name for v in plan.days[1].visits]
    assert plan.days[2].town == "锦湖镇"


def test_limits_hold(county: Desk, trip: Trip) -> None:
    must = ("周荡古镇", "锦湖古镇")
    plan, request = trip(limit=("一天开车不超过七十分钟", "每天最多三个景点"), must=must)
    assert verify(plan, request, county) == []
    assert set(must) <= set(names(plan, "sight"))
    assert all(day.drive_s <= 70 * 60 for day in plan.days)
    assert all(len(day.sights) <= 3 for day in plan.days)
    free, _ = trip(must=must)
    assert any(day.drive_s > 70 * 60 for day in free.days)
    assert any(len(day.sights) > 3 for day in free.days)


@pytest.mark.parametrize(
    ("must", "wishes", "reason"),
    [
        pytest.param("周荡古镇", {"limit": ("一天开车不超过四十分钟",)}, "no_room", id="too far"),
        pytest.param("昆曲馆", {"time": ("下午五点出发",)}, "must_closed", id="closed already"),
        pytest.param("老街夜市", {"time": ("下午四点回来",)}, "must_closed", id="not open yet"),
    ],
)
def test_only_what_is_closed_is_said_to_be_closed(
    trip: Trip, must: str, wishes: dict[str, tuple[str, ...]], reason: str
) -> None:
    with pytest.raises(PlanImpossible) as refusal:
        trip(days=1, must=(must,), **wishes)
    assert refusal.value.reason == reason
    assert must in str(refusal.value.facts["name"])


@pytest.mark.parametrize("days", [1, 2, 4, 5])
def test_days_have_sense(county: Desk, trip: Trip, days: int) -> None:
    plan, request = trip(days=days)
    assert verify(plan, request, county) == []
    hours = [sum(_minutes(v) for v in day.sights) / 60 for day in plan.days]
    assert min(hours) > 1
    for day in plan.days:
        kinds = [visit.kind for visit in day.visits]
        assert kinds[0] not in {"lunch", "dinner"}
        assert "lunch" in kinds
        if day.hotel is not None:
            assert kinds.index("dinner") < kinds.index("hotel")
            assert day.hotel.arrive.time() >= time(18, 30)
    assert plan.days[-1].home is not None
    assert plan.days[-1].end.time() >= time(15)


def _minutes(visit: Visit) -> float:
    return (visit.leave - visit.arrive).total_seconds() / 60


def test_the_evening_is_used_if_it_was_wished(trip: Trip) -> None:
    plan, _ = trip(likes=("夜市",))
    assert names(plan, "evening") == ["老街夜市"]
    evening = next(v for v in plan.days[0].visits if v.kind == "evening")
    dinner = next(v for v in plan.days[0].visits if v.kind == "dinner")
    assert evening.arrive >= dinner.leave
    assert names(trip()[0], "evening") == []


def test_parts_of_one_sight_are_one_visit(trip: Trip) -> None:
    plan, _ = trip("周荡镇", 2)
    town = next(v for v in plan.visits if v.place.name == "周荡古镇")
    assert "双桥" in [part.name for part in town.parts]
    assert "双桥" not in names(plan, "sight")


def test_what_is_near_is_walked_to_and_the_car_stays(trip: Trip) -> None:
    plan, request = trip("周荡镇", 1)
    walked = [v for v in plan.visits if v.kind == "sight" and v.park is None]
    assert walked
    assert all(0 < v.walk_m <= request.walk_m for v in walked)
    assert all(v.drive_m == 0 for v in walked)


def test_a_visit_is_as_long_as_its_kind(trip: Trip) -> None:
    plan, _ = trip(days=3, must=("云安动物园", "双桥"))
    zoo = next(v for v in plan.visits if v.place.name == "云安动物园")
    bridge = next(v for v in plan.visits if v.place.name == "双桥")
    assert zoo.leave - zoo.arrive >= timedelta(hours=2)
    assert bridge.leave - bridge.arrive <= timedelta(minutes=30)


def test_a_trip_begins_later_where_its_first_sight_opens_later(trip: Trip) -> None:
    plan, _ = trip(days=1, must=("万象购物中心",), limit=("每天最多一个景点",))
    (mall,) = plan.days[0].sights
    assert mall.arrive.time() == time(10)
    assert plan.days[0].start.time() >= time(9, 30)


def test_the_same_request_gives_the_same_plan(county: Desk) -> None:
    first = make_plan(county, asked(county, days=4, likes=("园林",)))
    fresh = desk_of(county.region.path)
    again = make_plan(fresh, asked(fresh, days=4, likes=("园林",)))
    assert first.to_dict() == again.to_dict()


def test_planning_leaves_nothing_behind(county: Desk) -> None:
    def count() -> int:
        gc.collect()
        return len(gc.get_objects())

    for _ in range(2):
        make_plan(county, asked(county, days=2))
    before = count()
    for _ in range(4):
        make_plan(county, asked(county, days=2))
    assert count() - before < 500


@pytest.mark.parametrize(
    ("where", "wishes", "walked"),
    [
        pytest.param("云安市", {}, True, id="the first sight is walked to"),
        pytest.param(
            "云安市", {"must": ("万象购物中心",), "limit": ("每天最多一个景点",)}, True, id="it opens later"
        ),
        pytest.param("周荡镇", {}, False, id="it is driven to"),
    ],
)
def test_a_fuel_stop_where_one_was_asked_for(
    county: Desk, trip: Trip, where: str, wishes: dict[str, tuple[str, ...]], walked: bool
) -> None:
    plan, request = trip(where, likes=("加油",), **wishes)
    assert verify(plan, request, county) == []
    assert names(plan, "fuel") == ["中石化加油站"]
    assert states(plan)["加油"] == "kept"
    first = plan.days[0].visits[1]
    assert (first.walk_m > 0) == walked
    changed = change_plan(county, plan, request, PlanChange(action="swap", what="晚饭"))
    assert verify(changed.plan, changed.request, county) == []
    assert names(changed.plan, "fuel") == ["中石化加油站"]


def test_the_page_says_of_a_ban_that_it_is_left_out(trip: Trip) -> None:
    plan, _ = trip(no_meal=("海鲜",), children=True, who=("带孩子",))
    page = to_markdown(plan, "zh")
    assert "海鲜: 已避开" in page
    assert "children" not in page


def test_one_sight_under_two_names_is_seen_once() -> None:
    palace = Place(id="node/1", name="总统府", names={"en": "Presidential Palace"}, category="tourism/museum",
                   lat=32.0436, lon=118.7925)  # fmt: skip
    twin = Place(
        id="node/2", name="Presidential Palace", category="historic/palace", lat=32.0440, lon=118.7920
    )
    other = Place(id="node/3", name="六朝博物馆", category="tourism/museum", lat=32.0445, lon=118.7930)
    assert is_part(twin, palace)
    assert not is_part(other, palace)


def test_a_crypt_is_seen_with_its_church() -> None:
    item = {"wikidata": "Q738015"}
    kind = "amenity/place_of_worship"
    church = Place(
        id="way/1",
        name="Tuomiokirkko",
        category="amenity/place_of_worship",
        lat=60.1704,
        lon=24.9517,
        tags=item,
    )
    crypt = Place(id="node/2", name="Krypta", category=kind, lat=60.1711, lon=24.9521, tags=item)
    assert is_part(crypt, church)


class _Near:
    """A map on which there is but one place."""

    def __init__(self, place: Place) -> None:
        self.places = self
        self._place = place

    def of_kinds(self, kinds: object, **_: object) -> list[Place]:
        return [self._place]


@pytest.mark.parametrize(
    ("name", "category", "tags"),
    [
        ("Via ferrada del Grau", "tourism/attraction", {"sport": "climbing"}),
        ("Naturlandia", "tourism/theme_park", {}),
        ("老街夜市", "amenity/marketplace", {}),
    ],
)
def test_a_rope_a_fairground_and_a_night_market_are_only_for_those_who_ask(
    name: str, category: str, tags: dict[str, str]
) -> None:
    place = Place(id="node/1", name=name, category=category, lat=42.5, lon=1.5, tags=tags)
    desk = _Near(place)
    town = Town(name="A", center=(42.5, 1.5), reach_m=5_000)
    found = gather(desk, (town,), must=(), likes=(), dislikes=(), children=False, most=9)  # type: ignore[arg-type]
    assert found.others == []


def test_nobody_starts_the_car_for_a_few_metres() -> None:
    class Ways:
        def walk(self, a: object, b: object) -> tuple[float, float]:
            return 240.0, 300.0

        def drive(self, a: object, b: object) -> tuple[float, float]:
            return 20.0, 55.0

    leg = leg_to(Ways(), (0.0, 0.003), (0.0, 0.0), (0.0, 0.0004), walk_m=310.0, bring_car=True)
    assert leg is not None
    assert (leg.drive_m, leg.walk_m, leg.park) == (0.0, 300.0, None)


def test_a_kind_behind_a_town_is_what_to_do_there(trip: Trip) -> None:
    plan, request = trip("云安市购物", 1)
    assert request.where == "云安市"
    assert ("likes", "购物") in {(e.slot, e.words) for e in plan.accounting}
