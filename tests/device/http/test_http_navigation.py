"""What other navigation apps need: the fields that their parsers require, with our own words in them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from fastapi.testclient import TestClient

from device.http.api import create_app
from languages import codes
from nav.guidance.guide import Guide, GuideSettings
from nav.guidance.rehearsal import rehearse
from nav.guidance.wording.banner import banner_of
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.output.polyline import decode
from nav.routing.route import Route
from nav.routing.router import Router
from tests.device.roads import CIRCLE, EXIT, START, VIA, write_roads

TYPES = {
    "turn", "new name", "depart", "arrive", "merge", "on ramp", "off ramp", "fork", "end of road", "continue",
    "roundabout", "rotary", "roundabout turn", "notification", "exit roundabout", "exit rotary",
}  # fmt: skip
MODIFIERS = {"uturn", "sharp right", "right", "slight right", "straight", "slight left", "left", "sharp left"}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("roads")
    build_graph(write_roads(folder / "roads.osm"), folder, name="roads")
    return Region.open(folder)


@pytest.fixture(scope="module")
def client(region: Region) -> TestClient:
    return TestClient(create_app(region))


def asked(client: TestClient, *stops: tuple[float, float], **more: Any) -> dict[str, Any]:
    """Ask as Ferrostar does: JSON without a content type."""
    body = {
        "format": "osrm",
        "costing": "auto",
        "locations": [
            {"lat": lat, "lon": lon, "type": "break", "street_side_tolerance": 20} for lat, lon in stops
        ],
        "filters": {"action": "include", "attributes": ["shape_attributes.speed"]},
        "banner_instructions": True,
        "voice_instructions": True,
        "language": "en-US",
    }
    answer = client.post("/route", content=json.dumps(body | more))
    found: dict[str, Any] = answer.json()
    return found


def check_content(content: dict[str, Any]) -> None:
    assert isinstance(content["text"], str)
    assert content["type"] in TYPES
    assert content["modifier"] in MODIFIERS
    assert content["components"]
    assert all(isinstance(part["text"], str) and part["type"] for part in content["components"])
    assert "degrees" not in content or 0 < content["degrees"] <= 360


def check_step(step: dict[str, Any], *, last: bool) -> None:
    maneuver = step["maneuver"]
    assert maneuver["type"] in TYPES
    assert maneuver["instruction"]
    assert all(isinstance(maneuver[key], int) for key in ("bearing_before", "bearing_after"))
    assert len(maneuver["location"]) == 2
    assert step["driving_side"] in ("left", "right")
    assert all(isinstance(step[key], int | float) for key in ("distance", "duration"))
    assert step["intersections"]
    for crossing in step["intersections"]:
        assert len(crossing["bearings"]) == len(crossing["entry"])
        assert all(isinstance(b, int) and 0 <= b < 360 for b in crossing["bearings"])
        assert all(0 <= crossing[key] < len(crossing["bearings"]) for key in ("in", "out") if key in crossing)
        for lane in crossing.get("lanes", []):
            assert isinstance(lane["valid"], bool)
            assert isinstance(lane["active"], bool)
            assert lane["indications"]
            assert lane["valid"] or not lane["active"]
    assert bool(step["bannerInstructions"]) != last
    assert not (last and step["voiceInstructions"])
    for spoken in step["voiceInstructions"]:
        assert 0 <= spoken["distanceAlongGeometry"] <= step["distance"]
        assert spoken["announcement"]
        assert spoken["ssmlAnnouncement"].startswith("<speak")
    for shown in step["bannerInstructions"]:
        assert 0 <= shown["distanceAlongGeometry"] <= step["distance"]
        check_content(shown["primary"])
        if shown["secondary"] is not None:
            check_content(shown["secondary"])
        if shown["sub"] is not None:
            assert shown["sub"]["components"]


@pytest.mark.parametrize("stops", [(START, EXIT), (START, CIRCLE), (START, VIA, CIRCLE)], ids=str)
@pytest.mark.parametrize("language", codes())
def test_what_the_parsers_of_other_apps_require(
    client: TestClient, stops: tuple[tuple[float, float], ...], language: str
) -> None:
    body = asked(client, *stops, language=language)
    assert body["code"] == "Ok"
    assert [len(w["location"]) for w in body["waypoints"]] == [2] * len(stops)
    route = body["routes"][0]
    assert route["voiceLocale"] == language
    assert len(route["legs"]) == len(stops) - 1
    line = decode(route["geometry"], digits=6)
    for leg in route["legs"]:
        assert leg["via_waypoints"] == leg["incidents"] == []
        for index, step in enumerate(leg["steps"]):
            check_step(step, last=index == len(leg["steps"]) - 1)
        points = [decode(step["geometry"], digits=6) for step in leg["steps"]]
        pieces = sum(len(part) - 1 for part in points[:-1])
        notes = leg["annotation"]
        assert set(notes) == {"duration", "distance", "speed", "maxspeed", "congestion"}
        assert {len(values) for values in notes.values()} == {pieces}
        assert set(notes["congestion"]) == {"unknown"}
        # Each step begins where the one before ends, and the last is the destination twice.
        for before, after in pairwise(points):
            assert tuple(before[-1]) == tuple(after[0])
        assert tuple(points[-1][0]) == tuple(points[-1][-1])
    if len(stops) == 2:
        assert len(line) - 1 == pieces


def test_limits_stand_at_their_piece_of_the_line(client: TestClient) -> None:
    leg = asked(client, START, EXIT)["routes"][0]["legs"][0]
    notes = leg["annotation"]
    at_80 = sum(
        metres
        for metres, limit in zip(notes["distance"], notes["maxspeed"], strict=True)
        if limit == {"speed": 80, "unit": "km/h"}
    )
    along_main_m = sum(step["distance"] for step in leg["steps"][:1])
    assert at_80 == pytest.approx(along_main_m, abs=1)


def test_lanes_exit_and_sign_are_shown(client: TestClient) -> None:
    leg = asked(client, START, EXIT)["routes"][0]["legs"][0]
    exit_step = next(step for step in leg["steps"] if step["maneuver"]["type"] == "off ramp")
    assert exit_step["exits"] == "12"
    assert exit_step["destinations"] == "Harbour, Old Town"
    before = leg["steps"][leg["steps"].index(exit_step) - 1]
    primary = before["bannerInstructions"][0]["primary"]
    assert {"type": "exit-number", "text": "12"} in primary["components"]
    assert primary["text"] == "Harbour / Old Town"
    south = asked(client, START, VIA)["routes"][0]["legs"][0]["steps"]
    lanes = south[0]["bannerInstructions"][-1]["sub"]["components"]
    assert [lane["active"] for lane in lanes] == [False, True, True]
    assert [lane["directions"] for lane in lanes] == [["straight"], ["right", "straight"], ["right"]]
    assert lanes[2]["active_direction"] == "right"
    # They come when the turn is first spoken of, not a long way before.
    shown_m = [banner["distanceAlongGeometry"] for banner in south[0]["bannerInstructions"]]
    spoken_m = [said["distanceAlongGeometry"] for said in south[0]["voiceInstructions"]]
    assert shown_m[1] in spoken_m
    assert shown_m[1] < shown_m[0]


def test_a_roundabout_says_how_far_round(client: TestClient) -> None:
    steps = asked(client, START, CIRCLE)["routes"][0]["legs"][0]["steps"]
    before = next(a for a, b in pairwise(steps) if b["maneuver"]["type"] == "roundabout")
    assert before["bannerInstructions"][0]["primary"]["degrees"] == pytest.approx(270, abs=30)


@pytest.mark.parametrize("language", codes())
def test_the_same_words_are_spoken_by_our_own_guidance(
    region: Region, client: TestClient, language: str
) -> None:
    """The prompts of a drive as fast as planned, and those that others are sent, are the same."""
    route = Router(region).route([START, CIRCLE])
    sent = [
        said["announcement"]
        for step in asked(client, START, CIRCLE, language=language)["routes"][0]["legs"][0]["steps"]
        for said in step["voiceInstructions"]
    ]
    assert sent == [rehearsed.prompt.text for rehearsed in rehearse(route, language)]
    assert sent == guided(region, route, language)


def guided(region: Region, route: Route, language: str) -> list[str]:
    """Drive along a route exactly as fast as planned; return what is said about manoeuvres."""
    from nav.guidance.fix import Fix
    from nav.guidance.progress import RouteRuler

    ruler = RouteRuler(route)
    guide = Guide(region, Router(region), route, settings=GuideSettings(language=language, speeding=False))
    said, offset_m, time_s = [], 0.0, 0.0
    while offset_m < ruler.length_m and not guide.arrived:
        edge, along_m = ruler.place_at(offset_m)
        lat, lon, heading = guide._roads.shape(edge).at(along_m)
        speed = ruler.speed_mps(offset_m)
        fix = Fix(lat=lat, lon=lon, time_s=time_s, speed_mps=speed, heading_deg=heading, accuracy_m=1.0)
        said += [e.prompt.text for e in guide.update(fix) if e.prompt and e.prompt.stage != "notice"]
        offset_m, time_s = offset_m + max(1.0, speed), time_s + 1.0
    return said


def test_a_name_is_text_also_in_ssml(client: TestClient) -> None:
    steps = asked(client, START, EXIT)["routes"][0]["legs"][0]["steps"]
    spoken = [said for step in steps for said in step["voiceInstructions"] if "<b>" in said["announcement"]]
    assert spoken
    assert all("<b>" not in said["ssmlAnnouncement"].removeprefix("<speak") for said in spoken)


def test_units_and_language_of_a_request(client: TestClient) -> None:
    address = f"/route/v1/driving/{START[1]},{START[0]};{CIRCLE[1]},{CIRCLE[0]}"
    words = "?steps=true&voice_instructions=true&banner_instructions=true"
    said = json.dumps(client.get(f"{address}{words}&voice_units=imperial&language=en").json())
    assert "feet" in said or "mile" in said
    assert "metres" not in said
    chinese = client.get(f"{address}{words}&language=zh-Hans-CN").json()["routes"][0]
    assert chinese["voiceLocale"] == "zh-Hans-CN"
    assert "南街" in json.dumps(chinese, ensure_ascii=False)
    assert client.get(f"{address}{words}&language=tlh").json()["code"] == "InvalidValue"
    assert client.get(f"{address}{words}&voice_units=cubits").json()["code"] == "InvalidValue"
    assert client.get(f"{address}?voice_instructions=true").json()["code"] == "InvalidOptions"
    # Valhalla answers a language that it has not in English, and so do we in its form.
    assert asked(client, START, CIRCLE, language="tlh")["routes"][0]["voiceLocale"] == "en-US"
    assert "mile" in json.dumps(asked(client, START, EXIT, units="miles"))


def test_stops_that_are_only_passed_are_no_legs(client: TestClient) -> None:
    body = {"lat": VIA[0], "lon": VIA[1], "type": "through"}
    ends = [{"lat": lat, "lon": lon} for lat, lon in (START, CIRCLE)]
    answer = asked(client, locations=[ends[0], body, ends[1]])
    assert len(answer["routes"][0]["legs"]) == 1
    assert len(answer["waypoints"]) == 2


def test_what_is_to_be_avoided_is_taken_over(region: Region) -> None:
    from device.http.valhalla import read_valhalla

    ends = [{"lat": lat, "lon": lon} for lat, lon in (START, EXIT)]
    wishes = {"auto": {"use_tolls": 0, "use_ferry": 0.05, "use_highways": 0.8}}
    body = {"format": "osrm", "locations": ends, "costing": "auto", "costing_options": wishes}
    request = read_valhalla(json.dumps(body).encode())
    assert request.exclude == {"toll", "ferry"}
    lorry = body | {"costing": "truck", "costing_options": {"truck": {"height": 4.1, "hazmat": True}}}
    assert read_valhalla(json.dumps(lorry).encode()).measures == {"height": 4.1, "hgv": True, "hazmat": True}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "InvalidQuery", id="empty"),
        pytest.param(b"[" * 5000, "InvalidQuery", id="deep"),
        pytest.param(b'"osrm"', "InvalidQuery", id="text"),
        pytest.param(b'{"format": "json", "locations": []}', "InvalidQuery", id="another format"),
        pytest.param(
            b'{"format": "osrm", "locations": [{"lat": 60, "lon": 10}]}', "InvalidQuery", id="one stop"
        ),
        pytest.param(
            b'{"format":"osrm","locations":[{"lat":NaN,"lon":10},{"lat":60,"lon":10}]}',
            "InvalidQuery",
            id="no number",
        ),
        pytest.param(
            b'{"format":"osrm","locations":[{"lat":60,"lon":10},{"lat":60,"lon":10.01}],'
            b'"exclude_polygons":[[[10,60]]]}',
            "NotImplemented",
            id="polygons",
        ),
        pytest.param(
            b'{"format":"osrm","locations":[{"lat":60,"lon":10},{"lat":60,"lon":10.01}],'
            b'"costing_options":{"auto":{"use_tolls":"<b>"}}}',
            "InvalidValue",
            id="a wish in words",
        ),
        pytest.param(
            b'{"format":"osrm","locations":[{"lat":60,"lon":10},{"lat":60,"lon":10.01}],'
            b'"date_time":{"type":1,"value":"soon"}}',
            "InvalidValue",
            id="a time in words",
        ),
    ],
)
def test_a_bad_body_is_refused_with_its_reason(client: TestClient, body: bytes, code: str) -> None:
    answer = client.post("/route", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"]


def test_a_banner_shows_the_names_that_are_spoken(region: Region) -> None:
    for maneuver in Router(region).route([START, CIRCLE]).maneuvers:
        for language in codes():
            banner = banner_of(maneuver, language)
            assert banner.road in maneuver.say(language) or maneuver.kind in (
                "via",
                "arrive",
                "exit_roundabout",
            )
            assert banner.text
