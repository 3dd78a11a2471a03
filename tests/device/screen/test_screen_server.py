"""The server of the screen: what it tells, what a page may ask, and that no page holds the agent up."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from bench.screen.hosted import HostedScreen
from device.assistant.assistant import Assistant
from device.audio.level import LevelMeter
from device.errors import BadSettings
from device.screen import preferences
from device.screen.hub import MOST_SCREENS, Hub
from device.screen.orders import Orders
from device.screen.page_files import PageFiles
from device.settings import Settings, load_settings
from device.tiles.build import TILES
from languages import codes, load_language
from nav.guidance.fix import Fix
from tests.device.screen.trips import two_days

START, END = (60.0, 10.001), (60.008, 10.007)


@pytest.fixture
def looked(assistant: Assistant, tmp_path: Path) -> Iterator[HostedScreen]:
    (tmp_path / "map.js").write_text("'map'", "utf-8")
    screen = HostedScreen(assistant, tmp_path)
    yield screen
    screen.close()


def until(page: ClientConnection, kind: str) -> dict[str, Any]:
    for _ in range(50):
        event: dict[str, Any] = json.loads(page.recv(timeout=15))
        if event["event"] == kind:
            return event
        assert event["event"] != "refused", event
    raise AssertionError(f"no {kind} came")


def read_to_the_end(page: ClientConnection) -> None:
    for _ in range(1000):
        page.recv(timeout=15)


def wait_for(is_so: Callable[[], bool]) -> bool:
    for _ in range(100):
        if is_so():
            return True
        time.sleep(0.05)
    return False


def drive(looked: HostedScreen) -> None:
    route = looked.assistant.router.route([START, END])
    looked.assistant.driving.begin(route, "en")


def test_a_screen_is_told_where_it_is_and_what_it_missed(looked: HostedScreen) -> None:
    drive(looked)
    events = looked.assistant.driving.update(Fix(lat=60.0, lon=10.001, time_s=1.0, speed_mps=5))
    looked.do(lambda: looked.scene.guided(events))
    with looked.connected() as page:
        hello = until(page, "hello")
        assert hello["v"] == 1
        assert hello["region"]["name"] == "town"
        assert hello["region"]["tiles"] is False
        assert set(hello["languages"]) == set(codes())
        route = until(page, "route")["route"]
        assert len(route["line"]) == len(route["at_m"])
        assert route["at_m"][-1] == pytest.approx(route["distance_m"], abs=0.2)
        progress = until(page, "progress")
        assert progress["shown"]["speed"] == 18
        assert progress["progress"]["on_route"]


def test_what_is_shown_is_what_guidance_knows(looked: HostedScreen) -> None:
    drive(looked)
    state = looked.assistant.driving.state()
    assert state is not None
    with looked.connected() as page:
        until(page, "hello")
        looked.do(looked.scene.look)
        banners = until(page, "route")["route"]["banners"]
        assert state.route is not None
        maneuvers = state.route.maneuvers
        assert [banner["kind"] for banner in banners] == [m.kind for m in maneuvers]
        assert [banner["say"] for banner in banners] == [m.say("en") for m in maneuvers]
        looked.assistant.driving.end()
        looked.do(looked.scene.look)
        assert until(page, "route")["route"] is None


def test_a_typed_order_is_answered_like_a_spoken_one(looked: HostedScreen) -> None:
    drive(looked)
    with looked.connected() as page:
        until(page, "hello")
        page.send(json.dumps({"do": "say", "text": "stop navigation"}))
        assert until(page, "transcript")["text"] == "stop navigation"
        answer = until(page, "answer")
        assert answer["outcome"] == "done"
        assert answer["reply"]
    assert not looked.assistant.driving.guiding


def test_other_ways_can_be_touched(looked: HostedScreen) -> None:
    drive(looked)
    with looked.connected() as page:
        until(page, "hello")
        page.send(json.dumps({"do": "alternatives"}))
        ways = until(page, "alternatives")["routes"]
        assert len(ways) > 1
        page.send(json.dumps({"do": "take", "index": 1}))
        taken = until(page, "route")["route"]
        assert round(taken["distance_m"]) == ways[1]["distance_m"]


def test_a_trip_has_its_lines(looked: HostedScreen) -> None:
    """Drives and walks follow the roads; a trip that is given up is told as gone."""
    session = looked.assistant.agent.session
    with looked.connected() as page:
        until(page, "hello")
        page.send(json.dumps({"do": "trip"}))
        refused = json.loads(page.recv(timeout=15))
        assert (refused["event"], refused["do"]) == ("refused", "trip")
        session.plan = two_days()
        page.send(json.dumps({"do": "say", "text": "quieter"}))
        assert len(until(page, "plan")["plan"]["days"]) == 2
        page.send(json.dumps({"do": "trip"}))
        lines = until(page, "trip")["lines"]
        assert [(line["day"], line["by"]) for line in lines] == [(1, "car"), (2, "car"), (2, "foot")]
        assert lines[1]["line"][-1] == pytest.approx([10.008, 60.008], abs=2e-5)
        assert lines[2]["line"][-1] == pytest.approx([10.004, 60.008], abs=2e-5)
        session.plan = None
        page.send(json.dumps({"do": "say", "text": "quieter"}))
        assert until(page, "plan")["plan"] is None


def test_the_map_is_moved_by_words(looked: HostedScreen) -> None:
    """What was offered is shown by its number, and the question about it stays."""
    agent = looked.assistant.agent
    torni = agent._desk.places.search("Hotel Torni", near=(60.0, 10.0))[0]
    agent.session.offered = (replace(torni, id="node/1", name="Mill"), torni)
    with looked.connected() as page:
        until(page, "hello")
        for words, shown in {
            "zoom out": {"show": "out", "index": 0},
            "show me the second one": {"show": "place", "index": 2, "place": torni.to_dict()},
        }.items():
            page.send(json.dumps({"do": "say", "text": words}))
            view = until(page, "view")
            assert {key: view[key] for key in shown} == shown
            assert until(page, "answer")["outcome"] == "done"
        page.send(json.dumps({"do": "say", "text": "show the whole route"}))
        assert until(page, "answer")["outcome"] == "impossible", "nothing is driven"
    assert agent.session.topic == torni


def test_the_level_of_the_microphone_is_told_to_who_looks(looked: HostedScreen) -> None:
    """Without a microphone that is what is told."""
    meter = looked.scene.meter
    with looked.connected() as page:
        until(page, "hello")
        page.send(json.dumps({"do": "level"}))
        assert wait_for(lambda: meter._until_s > 0)
        looked.do(lambda: meter.take(np.full(512, 0.5, np.float32)))
        told = until(page, "level")
        while told["dbfs"] is None:  # what was told before there was sound
            told = until(page, "level")
        assert told["dbfs"] == -6.0


def test_settings_and_health(looked: HostedScreen) -> None:
    with looked.connected() as page:
        until(page, "hello")
        page.send(json.dumps({"do": "settings"}))
        told = until(page, "settings")
        assert set(told["values"]) == set(preferences.CHANGEABLE)
        assert told["regions"][0]["name"] == "town"
        assert told["regions"][0]["size"] > 1000
        page.send(json.dumps({"do": "level"}))
        assert until(page, "level")["dbfs"] is None
        page.send(json.dumps({"do": "pair"}))
        assert "host" in until(page, "refused")["why"], "on loopback no phone can come"


def test_the_guide_is_shown_until_it_was_read(looked: HostedScreen, tmp_path: Path, monkeypatch: Any) -> None:
    """A kiosk's browser begins anew at each start: the agent knows whether it was read."""
    monkeypatch.setattr(preferences, "data_home", lambda: tmp_path)
    with looked.connected() as page:
        assert until(page, "hello")["first"] is True
        page.send(json.dumps({"do": "greeted"}))
        assert wait_for(preferences.is_greeted)
    with looked.connected() as page:
        assert until(page, "hello")["first"] is False
    monkeypatch.setattr(preferences, "data_home", lambda: tmp_path / "gone")
    with looked.connected() as page:
        until(page, "hello")
        page.send(json.dumps({"do": "greeted"}))
        assert json.loads(page.recv(timeout=15))["event"] == "refused"


def test_a_setting_is_written_and_its_comments_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        '# mine\n[speech]\nstyle = "brief" # short\n[http]\ntoken = "0123456789abcdef"\n', "utf-8"
    )
    preferences.change("screen.theme", "night", path)
    preferences.change("routing.avoid", ["toll"], path)
    assert load_settings(path).screen.theme == "night"
    assert load_settings(path).routing.avoid == ["toll"]
    assert "# mine" in path.read_text("utf-8")
    assert "# short" in path.read_text("utf-8")
    before = path.read_bytes()
    for key, value in (
        ("http.token", ""), ("screen.host", "0.0.0.0"), ("audio.duck_command", ["reboot"]), ("nothing", 1),
        ("screen.theme", "pink"), ("speech.volume", 7), ("routing.avoid", [[]]), ("speech.style", None),
    ):  # fmt: skip
        with pytest.raises(BadSettings):
            preferences.change(key, value, path)
    assert path.read_bytes() == before


def test_a_page_that_floods_is_cut_off(looked: HostedScreen) -> None:
    with looked.connected() as page:
        until(page, "hello")
        with contextlib.suppress(ConnectionClosed):
            for _ in range(200):
                page.send('{"do": "nothing"}')
        with pytest.raises(ConnectionClosed) as closed:
            read_to_the_end(page)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
    assert wait_for(lambda: len(looked.hub) == 0)


def test_a_page_that_sends_no_json_is_cut_off(looked: HostedScreen) -> None:
    with looked.connected() as page:
        until(page, "hello")
        page.send("[" * 5000)
        with pytest.raises(ConnectionClosed):
            read_to_the_end(page)


@given(order=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["do", "text", "index", "key", "value", "change", "level"]), inner, max_size=4
    ),
    max_leaves=8,
) | st.fixed_dictionaries(
    {"do": st.sampled_from(["say", "take", "volume", "alternatives", "level"])},
    optional={"text": st.text(max_size=400) | st.none(), "index": st.integers() | st.text(),
              "level": st.integers()},
))  # fmt: skip
def test_no_order_ends_the_agent(order: object) -> None:
    told: list[dict[str, Any]] = []

    class Deaf:
        """An agent that is not there: whatever gets so far was let through."""

        assistant: Any = None

        async def read(self, text: str, language: str) -> Any:
            raise BadSettings(f"{len(text)} characters")

    hub: Any = type("Told", (), {"tell": staticmethod(told.append)})()
    scene: Any = type("Still", (), {"language": "en", "meter": LevelMeter(lambda _dbfs: None)})()
    conversation: Any = Deaf()
    conversation.assistant = type("Nobody", (), {})()
    driving = type("Parked", (), {"state": staticmethod(lambda: None), "position": None, "fix": None})()
    conversation.assistant.driving = driving
    synthesizer = type("Mute", (), {"change_volume": staticmethod(lambda *_a: None), "volume": 1.0})()
    synthesizer.voices = list
    conversation.assistant.engines = type("None_", (), {"synthesizer": synthesizer})()
    conversation.assistant.agent = type("Blank", (), {"memory": None})()
    conversation.assistant.region = type("Nowhere", (), {"name": "town"})()
    orders = Orders(conversation, scene, hub, Settings())
    asyncio.run(orders.carry_out(order))
    assert told, "whatever is asked gets an answer"


def test_a_screen_that_does_not_read_is_cut_off() -> None:
    hub = Hub()
    asleep, awake = hub.join(), hub.join()
    told = 0
    for number in range(1000):
        hub.tell({"event": "progress", "number": number})
        while not awake.waiting.empty():
            awake.waiting.get_nowait()
            told += 1
    assert told == 1000
    assert asleep.dropped.is_set()
    assert not awake.dropped.is_set()


def test_only_so_many_screens_look_on() -> None:
    hub = Hub()
    screens = [hub.join() for _ in range(MOST_SCREENS + 2)]
    assert [screen.dropped.is_set() for screen in screens[:3]] == [True, True, False]
    assert len(hub) == MOST_SCREENS


def test_the_map_without_tiles_and_with_them(looked: HostedScreen) -> None:
    tile = looked.client.get("/map/14/8647/4765.mvt")
    assert tile.status_code == 200
    assert looked.client.get("/map/14/99999/1.mvt").status_code == 404
    assert looked.client.get("/map/60/1/1.mvt").status_code == 404
    assert looked.client.get("/map/tiles.pmtiles").status_code == 404
    path = looked.assistant.region.path / TILES
    path.write_bytes(bytes(range(200)))
    try:
        part = looked.client.get("/map/tiles.pmtiles", headers={"range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
        assert part.headers["content-range"] == "bytes 10-19/200"
    finally:
        path.unlink()


@pytest.mark.parametrize(
    "path",
    ["/page/{digest}/../gate.py", "/page/{digest}/..%2fgate.py", "/library/{digest}/..%2f..%2fetc%2fpasswd",
     "/page/{digest}/.hidden", "/words/../en", "/words/tlh", "/library/{digest}/map.py", "/page/main.js",
     "/page/{digest}/nothing.js", "/page/0123456789abcdef/main.js", "/other/{digest}/main.js"],
)  # fmt: skip
def test_no_other_file_is_served(looked: HostedScreen, path: str) -> None:
    assert looked.client.get(path.format(digest=looked.server._files.digest)).status_code in (404, 403)


def test_the_page_has_no_script_of_its_own_and_its_files_are_kept_for_ever(looked: HostedScreen) -> None:
    answer = looked.client.get("/")
    page = answer.text
    assert "onclick" not in page
    assert page.count("<script") == page.count("<script src=")
    assert answer.headers["cache-control"] == "no-cache", "it names the others, and has to be asked for"
    files = re.findall(r'"(/(?:page|library)/[^"]+)"', page)
    sent = {path: looked.client.get(path) for path in files}
    shown = {path.rpartition("/")[2] for path, answer in sent.items() if answer.status_code == 200}
    scripts = {path.name for path in Path(preferences.__file__).with_name("page").glob("*.js")}
    assert shown == {*scripts, "screen.css", "icon.svg"}, "the library of this test is another one"
    for answer in sent.values():
        if answer.status_code == 200:
            assert "immutable" in answer.headers["cache-control"]
            assert answer.headers["content-encoding"] == "gzip"
    library = files[0].replace("/page/", "/library/").rpartition("/")[0] + "/map.js"
    assert looked.client.get(library).text == "'map'"
    plain = looked.client.get(library, headers={"accept-encoding": "identity"})
    assert (plain.text, plain.headers.get("content-encoding")) == ("'map'", None)


def test_an_address_changes_with_the_files(tmp_path: Path) -> None:
    (tmp_path / "map.js").write_text("1", "utf-8")
    before = PageFiles(tmp_path).digest
    assert PageFiles(tmp_path).digest == before
    (tmp_path / "map.js").write_text("2", "utf-8")
    assert PageFiles(tmp_path).digest != before


def test_every_language_has_the_words_of_the_screen(looked: HostedScreen) -> None:
    tables = {code: load_language(code).messages("screen") for code in codes()}
    for code, table in tables.items():
        assert set(table) == set(tables["en"]), code
        for key, text in table.items():
            places = {part.split("}")[0] for part in text.split("{")[1:]}
            assert places == {part.split("}")[0] for part in tables["en"][key].split("{")[1:]}, (code, key)
    assert looked.client.get("/words/zh").json()["nth"][1] == "第二"


def test_every_word_that_the_page_asks_for_is_there() -> None:
    page = Path(preferences.__file__).with_name("page")
    table = load_language("en").messages("screen")
    for script in page.glob("*.js"):
        for key in re.findall(r"""\bt\(["']([\w.]+)["']""", script.read_text("utf-8")):
            assert key in table, (script.name, key)
