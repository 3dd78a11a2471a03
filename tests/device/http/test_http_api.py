"""The OSRM compatible interface: by its own documents, and with a client that people use."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from device.http.api import create_app
from device.http.server import http_server
from device.settings import HttpSettings
from nav.osm.build import build_graph
from nav.region import Region
from nav.routing.output.polyline import decode, encode
from nav.routing.router import Router
from tests.device.town import write_town
from tests.nav.metres import draw


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("town")
    extract = write_town(folder / "town.osm")
    build_graph(extract, folder, name="town")
    return Region.open(folder)


@pytest.fixture(scope="module")
def client(region: Region) -> TestClient:
    return TestClient(create_app(region))


@pytest.fixture(scope="module")
def address(region: Region) -> Iterator[str]:
    """A real server on loopback."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(create_app(region), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


A, B, C = "10.001,60.0", "10.007,60.004", "10.003,60.008"


def test_route(client: TestClient, region: Region) -> None:
    body = client.get(
        f"/route/v1/driving/{A};{B}?steps=true&geometries=geojson&overview=full&annotations=true"
    ).json()
    expected = Router(region).route([(60.0, 10.001), (60.004, 10.007)])
    assert body["code"] == "Ok"
    route = body["routes"][0]
    assert route["distance"] == pytest.approx(expected.distance_m, abs=0.1)
    assert route["duration"] == pytest.approx(expected.duration_s, abs=0.1)
    assert len(route["geometry"]["coordinates"]) == len(expected.geometry)
    leg = route["legs"][0]
    assert leg["steps"][0]["maneuver"]["type"] == "depart"
    assert leg["steps"][-1]["maneuver"]["type"] == "arrive"
    assert sum(step["distance"] for step in leg["steps"]) == pytest.approx(route["distance"], abs=1)
    assert sum(leg["annotation"]["distance"]) == pytest.approx(route["distance"], rel=0.01)
    assert sum(leg["annotation"]["duration"]) == pytest.approx(route["duration"], rel=0.01)
    assert [w["location"] for w in body["waypoints"]] == [[10.001, 60.0], [10.007, 60.004]]
    assert body["waypoints"][0]["name"] == "Street 0"


def test_each_leg_departs_and_arrives(client: TestClient) -> None:
    route = client.get(f"/route/v1/driving/{A};{B};{C}?steps=true").json()["routes"][0]
    assert len(route["legs"]) == 2
    for leg in route["legs"]:
        kinds = [step["maneuver"]["type"] for step in leg["steps"]]
        assert kinds[0] == "depart"
        assert kinds[-1] == "arrive"
        assert "depart" not in kinds[1:]
        assert "arrive" not in kinds[:-1]
        assert sum(step["distance"] for step in leg["steps"]) == pytest.approx(leg["distance"], abs=1)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["driving", "walking"])
def test_the_steps_of_each_leg_add_up(client: TestClient, profile: str) -> None:
    """Stops in the streets, on corners and twice at one place; the way back from them is the next leg's."""
    spots = [A, "10.0,60.0", "10.002,60.0", B, B, C, "10.004,60.004", "10.0041,60.004"]
    for stops in permutations(spots, 3):
        route = client.get(f"/route/v1/{profile}/{';'.join(stops)}?steps=true").json()["routes"][0]
        for leg in route["legs"]:
            assert sum(step["distance"] for step in leg["steps"]) == pytest.approx(leg["distance"], abs=0.5)
            assert sum(step["duration"] for step in leg["steps"]) == pytest.approx(leg["duration"], abs=1)


def test_alternatives_and_encodings(client: TestClient) -> None:
    body = client.get(f"/route/v1/driving/{A};{B}?alternatives=2&overview=full&geometries=polyline6").json()
    assert len(body["routes"]) >= 2
    lines = [decode(route["geometry"], digits=6) for route in body["routes"]]
    np.testing.assert_allclose(lines[0][0], [60.0, 10.001], atol=1e-6)
    coarse = client.get(f"/route/v1/driving/{A};{B}").json()["routes"][0]["geometry"]
    np.testing.assert_allclose(decode(coarse)[-1], [60.004, 10.007], atol=1e-5)
    encoded = encode(np.array([[60.0, 10.001], [60.004, 10.007]]))
    assert client.get(f"/route/v1/driving/polyline({encoded})").json()["code"] == "Ok"


def test_table(client: TestClient, region: Region) -> None:
    body = client.get(f"/table/v1/driving/{A};{B};{C}?sources=0;1&annotations=duration,distance").json()
    router = Router(region)
    points = [(60.0, 10.001), (60.004, 10.007), (60.008, 10.003)]
    for i in range(2):
        for j in range(3):
            route = router.route([points[i], points[j]])
            assert body["durations"][i][j] == pytest.approx(route.duration_s, abs=0.06)
            assert body["distances"][i][j] == pytest.approx(route.distance_m, abs=0.06)
    island = client.get(f"/table/v1/driving/{A};10.03,60.0305").json()
    assert island["durations"][0] == [0.0, None]


def test_nearest(client: TestClient) -> None:
    body = client.get("/nearest/v1/driving/10.0012,60.0003?number=3").json()
    assert len(body["waypoints"]) == 3
    distances = [w["distance"] for w in body["waypoints"]]
    assert distances == sorted(distances)
    assert body["waypoints"][0]["distance"] == pytest.approx(33.4, abs=0.3)
    assert set(body["waypoints"][0]["nodes"]) == {1, 2}


def test_trip(client: TestClient) -> None:
    around = client.get(f"/trip/v1/driving/{A};{C};{B};10.0,60.002").json()
    assert len(around["trips"][0]["legs"]) == 4
    assert sorted(w["waypoint_index"] for w in around["waypoints"]) == [0, 1, 2, 3]
    there = client.get(f"/trip/v1/driving/{A};{C};{B}?roundtrip=false&source=first&destination=last").json()
    assert [w["waypoint_index"] for w in there["waypoints"]] == [0, 1, 2]


def test_match(client: TestClient) -> None:
    trace = ";".join(f"{10.0 + i * 0.0005:.4f},{60.00001 if i % 2 else 59.99999}" for i in range(12))
    body = client.get(f"/match/v1/driving/{trace}?geometries=geojson&overview=full").json()
    assert body["code"] == "Ok"
    assert len(body["tracepoints"]) == 12
    assert body["matchings"][0]["distance"] == pytest.approx(11 * 0.0005 * 111195 * 0.5, rel=0.05)
    assert body["matchings"][0]["confidence"] > 0.5


def test_profiles(client: TestClient) -> None:
    car, foot = (client.get(f"/route/v1/{p}/{A};{B}").json()["routes"][0] for p in ("driving", "walking"))
    assert foot["duration"] > 3 * car["duration"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/", "InvalidUrl"),
        ("/route", "InvalidUrl"),
        (f"/drive/v1/driving/{A};{B}", "InvalidService"),
        (f"/route/v7/driving/{A};{B}", "InvalidVersion"),
        (f"/route/v1/boat/{A};{B}", "InvalidValue"),
        ("/route/v1/driving/", "InvalidQuery"),
        ("/route/v1/driving/60", "InvalidQuery"),
        ("/route/v1/driving/nan,nan;1,2", "InvalidQuery"),
        ("/route/v1/driving/10.0,95;10.0,60.0", "InvalidValue"),
        (f"/route/v1/driving/{A}", "InvalidOptions"),
        (f"/route/v1/driving/{A};{B}?colour=red", "InvalidOptions"),
        (f"/route/v1/driving/{A};{B}?overview=half", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?geometries=wkt", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?exclude=dragons", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?height=tall", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?height=90", "InvalidOptions"),
        (f"/route/v1/driving/{A};{B}?hgv=perhaps", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?depart=soon", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?bearings=400,20;", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?bearings=10,20", "InvalidOptions"),
        (f"/route/v1/driving/{A};10.0112,60.0041?radiuses=5;5", "NoSegment"),
        ("/route/v1/driving/10.0,10.0;20.0,20.0", "NoSegment"),
        ("/route/v1/driving/10.0,60.0;10.03,60.0305", "NoRoute"),
        (f"/route/v1/driving/{';'.join([A] * 501)}", "TooBig"),
        (f"/table/v1/driving/{';'.join([A] * 300)}", "TooBig"),
        (f"/table/v1/driving/{A};{B}?sources={'0;' * 13_000}0", "TooBig"),
        (f"/match/v1/driving/{';'.join([A] * 2001)}", "TooBig"),
        (f"/table/v1/driving/{A};{B}?sources=7", "InvalidOptions"),
        (f"/table/v1/driving/{A};{B}?sources=%EF%BC%90", "InvalidOptions"),
        (f"/table/v1/driving/{A};{B}?destinations={'9' * 5000}", "InvalidOptions"),
        (f"/nearest/v1/driving/{A}?number={'9' * 5000}", "InvalidValue"),
        (f"/nearest/v1/driving/{A}?number=%D9%A3", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?alternatives={'9' * 5000}", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?alternatives=%C2%B2", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?radiuses={'9' * 500};1", "InvalidValue"),
        (f"/route/v1/driving/{A};{B}?bearings=%D9%A1,20;", "InvalidValue"),
        (f"/match/v1/driving/{A};{B}?timestamps={'9' * 5000};1", "InvalidValue"),
        (f"/route/v1/driving/{'9' * 500},60.0;{B}", "InvalidQuery"),
        (f"/route/v1/driving/%D9%A1%D9%A0.0,60.0;{B}", "InvalidQuery"),
        (f"/nearest/v1/driving/{A}?number=0", "InvalidValue"),
        (f"/match/v1/driving/{A};{B}?timestamps=5;3", "InvalidValue"),
        (f"/trip/v1/driving/{A};{B};{C}?roundtrip=false", "NotImplemented"),
    ],
)
def test_refusals(client: TestClient, address: str, code: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["message"]


@settings(max_examples=60)
@given(
    path=st.text(max_size=60),
    query=st.dictionaries(st.sampled_from(["steps", "exclude", "x"]), st.text(max_size=9)),
)
def test_nothing_crashes_it(client: TestClient, path: str, query: dict[str, str]) -> None:
    from urllib.parse import quote

    answer = client.get(f"/route/v1/driving/{quote(path, safe=';,()')}", params=query)
    assert answer.status_code in (200, 400)
    assert "code" in answer.json()


@given(
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=20),
    st.sampled_from([5, 6]),
)
@settings(max_examples=50)
def test_polylines_survive_the_way_there_and_back(points: list[tuple[float, float]], digits: int) -> None:
    np.testing.assert_allclose(
        decode(encode(np.array(points), digits=digits), digits=digits), points, atol=10**-digits
    )


def test_an_existing_client_works(address: str, region: Region) -> None:
    from routingpy import OSRM

    client = OSRM(base_url=address)
    expected = Router(region).route([(60.0, 10.001), (60.004, 10.007)])
    direction = client.directions(
        [[10.001, 60.0], [10.007, 60.004]], profile="driving", overview="full", steps=True
    )
    assert direction.distance == pytest.approx(expected.distance_m, abs=1)
    assert direction.duration == pytest.approx(expected.duration_s, abs=1)
    np.testing.assert_allclose(direction.geometry[0], [10.001, 60.0], atol=1e-5)
    matrix = client.matrix([[10.001, 60.0], [10.007, 60.004], [10.003, 60.008]], profile="driving")
    assert matrix.durations[0][1] == pytest.approx(expected.duration_s, abs=1)


def test_many_clients_at_once(address: str) -> None:
    import httpx

    codes: list[str] = []

    def ask() -> None:
        with httpx.Client() as client:
            codes.extend(
                client.get(f"{address}/route/v1/driving/{A};{B}?steps=true").json()["code"] for _ in range(5)
            )

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == ["Ok"] * 40


CLOSED = {"line": [[60.0, 10.002], [60.0, 10.004]], "closed": True}
ALONG_STREET_0 = "10.001,60.0;10.007,60.0"


def distance(client: TestClient, profile: str = "driving") -> float:
    """Return the length of the way along Street 0, or of the way round it."""
    return float(client.get(f"/route/v1/{profile}/{ALONG_STREET_0}").json()["routes"][0]["distance"])


def close_the_street(path: Path) -> None:
    """Write the file of closures as something else would."""
    path.with_suffix(".new").write_text(json.dumps({"changes": [CLOSED]}))
    path.with_suffix(".new").replace(path)


def guarded(region: Region, **options: Any) -> TestClient:
    """Return a client of the whole server, as it is served on loopback."""
    app = http_server(region, HttpSettings(), **options).config.app
    return TestClient(app, base_url="http://127.0.0.1:8017")


def test_routes_keep_to_the_closures_of_the_settings(region: Region, home: Path) -> None:
    path = home / "live.json"
    client = guarded(region, live_file=str(path))
    free = {profile: distance(client, profile) for profile in ("driving", "cycling")}
    close_the_street(path)
    for profile, before in free.items():
        assert distance(client, profile) > before + 100
    assert distance(client, "walking") > free["cycling"] + 100, "also where the router is made later"
    path.write_text("{")
    assert distance(client) > free["driving"] + 100, "what a broken file said before stays"
    path.unlink()
    assert distance(client) == free["driving"]


def test_the_vehicle_and_the_hour_of_a_request(tmp_path: Path) -> None:
    extract = write_town(tmp_path / "town.osm")
    limit = (
        '<tag k="maxheight" v="2.2"/><tag k="motor_vehicle:conditional" v="no @ (2026 Dec 24 00:00-24:00)"/>'
    )
    street = '<tag k="name" v="Street 0"/>'
    extract.write_text(extract.read_text("utf-8").replace(street, street + limit), "utf-8")
    build_graph(extract, tmp_path, name="town")
    client = TestClient(create_app(Region.open(tmp_path)))
    ends = "10.001,60.0;10.0079,60.0"

    def metres(options: str) -> float:
        body = client.get(f"/route/v1/driving/{ends}?{options}").json()
        return float(body["routes"][0]["distance"])

    straight = metres("depart=2026-12-25T08:00")
    assert metres("depart=2026-12-25T08:00&height=2.6") > straight
    assert metres("depart=2026-12-24T08:00") > straight
    assert metres("depart=2026-12-25T08:00&weight=12&hgv=true") == straight
    table = client.get(f"/table/v1/driving/{ends}?depart=2026-12-25T08:00&height=2.6").json()
    plain = client.get(f"/table/v1/driving/{ends}?depart=2026-12-25T08:00").json()
    assert table["durations"][0][1] > plain["durations"][0][1]


def test_every_name_is_listed_also_round_a_bend(tmp_path: Path) -> None:
    """Short streets too, as OSRM does; the arrival is on the road of the step before."""
    street = {"highway": "primary"}
    ways = {"ab": {**street, "name": "First"}, "bc": {**street, "name": "Second", "ref": "B 2"}}
    drawn = draw(tmp_path, {"a": (0, 0), "b": (100, 0), "c": (100, -100)}, ways)
    client = TestClient(create_app(drawn.region))
    ends = ";".join(f"{lon},{lat}" for lat, lon in (drawn.point("a"), drawn.point("c")))
    steps = client.get(f"/route/v1/driving/{ends}?steps=true").json()["routes"][0]["legs"][0]["steps"]
    assert [(s["maneuver"]["type"], s["maneuver"].get("modifier"), s["name"]) for s in steps[:2]] == [
        ("depart", None, "First"),
        ("new name", "right", "Second"),
    ]
    assert (steps[2]["name"], steps[2]["ref"]) == ("Second", "B 2")
