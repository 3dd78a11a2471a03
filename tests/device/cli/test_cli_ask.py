"""`xiaogao ask`: the design's JSON object for every kind of request, one line for every mistake."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

STATION = "60.1719,24.9414"
SAMPLES = Path(__file__).parents[3] / "samples"

KEYS = {
    "heard": str,
    "language": str,
    "intent": dict,
    "reply": str,
    "outcome": str,
    "places": list,
    "route": dict | None,
    "plan": dict | None,
    "audio": str | None,
    "understood_by": str,
    "timings_ms": dict,
}
KINDS = set(
    "navigate search plan_trip change_route choose confirm deny status remember recall cancel repeat volume "
    "help chat".split()
)


def ask(run: Callable[..., Any], *arguments: str | Path) -> dict[str, Any]:
    """Ask with --json and check the shape of the answer."""
    done = run("ask", *arguments, "--json", "--at", STATION)
    assert done.code in {0, 1}, done.err
    answer: dict[str, Any] = json.loads(done.out)
    assert {key for key in KEYS if not isinstance(answer[key], KEYS[key])} == set()
    assert answer["intent"]["kind"] in KINDS
    assert answer["language"] in {"zh", "en"}
    assert answer["outcome"] in {"done", "ask_back", "impossible", "not_understood"}
    assert answer["understood_by"] in {"list", "reader", "llm"}
    assert answer["reply"]
    if answer["route"]:
        assert answer["route"]["geometry"]["type"] == "LineString"
        assert answer["route"]["distance_m"] > 0
        assert answer["route"]["duration_s"] > 0
        assert answer["route"]["maneuvers"]
    return answer


@pytest.mark.parametrize(
    ("text", "kind", "language"),
    [
        pytest.param("带我去赫尔辛基大教堂", "navigate", "zh", id="navigate zh"),
        pytest.param("take me to Helsinki Cathedral", "navigate", "en", id="navigate en"),
        pytest.param("附近有什么酒店", "search", "zh", id="search zh"),
        pytest.param("find a restaurant near the cathedral", "search", "en", id="search en"),
        pytest.param("还有多久到", "status", "zh", id="status zh"),
        pytest.param("how far is it", "status", "en", id="status en"),
        pytest.param("取消导航", "cancel", "zh", id="cancel zh"),
        pytest.param("cancel the route", "cancel", "en", id="cancel en"),
        pytest.param("声音大一点", "volume", "zh", id="volume"),
        pytest.param("你能做什么", "help", "zh", id="help"),
    ],
)
def test_ten_requests_follow_the_design(
    xiaogao: Callable[..., Any], text: str, kind: str, language: str
) -> None:
    answer = ask(xiaogao, "--text", text)
    assert (answer["heard"], answer["intent"]["kind"], answer["language"]) == (text, kind, language)


def test_a_place_that_does_not_exist_is_said_to_be_unknown(xiaogao: Callable[..., Any]) -> None:
    done = xiaogao("ask", "--text", "take me to the Eiffel Tower", "--at", STATION, "--json")
    answer = json.loads(done.out)
    assert done.code == 1 or answer["outcome"] == "ask_back"
    assert answer["route"] is None


@pytest.mark.models
@pytest.mark.parametrize(
    ("sample", "language", "near"),
    [("en_cathedral", "en", (60.1704, 24.9522)), ("zh_cathedral", "zh", (60.1704, 24.9522))],
)
def test_the_spoken_cathedral_is_reached(
    xiaogao: Callable[..., Any], tmp_path: Path, sample: str, language: str, near: tuple[float, float]
) -> None:
    answer = ask(xiaogao, SAMPLES / f"{sample}.wav", "--say", tmp_path / "reply.wav")
    assert (answer["intent"]["kind"], answer["language"], answer["outcome"]) == ("navigate", language, "done")
    lon, lat = answer["route"]["geometry"]["coordinates"][-1]
    assert abs(lat - near[0]) < 0.0015
    assert abs(lon - near[1]) < 0.003
    assert 600 < answer["route"]["distance_m"] < 3000
    info = soundfile.info(answer["audio"])
    assert (info.subtype, info.channels) == ("PCM_16", 1)
    assert info.duration > 1.5
    assert set(answer["timings_ms"]) >= {"asr", "understand", "act", "speak_first", "total"}


@pytest.mark.models
def test_the_spoken_hotels_are_real_and_the_reply_can_be_heard_back(
    xiaogao: Callable[..., Any], tmp_path: Path
) -> None:
    answer = ask(xiaogao, SAMPLES / "zh_hotels.wav", "--say", tmp_path / "reply.wav")
    hotels = [place for place in answer["places"] if place["category"] == "tourism/hotel"]
    assert len(hotels) >= 3
    assert all(place["distance_m"] is not None for place in hotels)
    heard = json.loads(xiaogao("ask", tmp_path / "reply.wav", "--json", "--at", STATION).out)["heard"]
    assert "酒店" in heard
    assert "米" in heard


def tone(seconds: float, rate_hz: int = 16_000) -> np.ndarray:
    return (0.1 * np.sin(np.arange(int(seconds * rate_hz)) * 0.3)).astype(np.float32)


@pytest.mark.models
@pytest.mark.parametrize(
    "audio",
    [
        pytest.param(np.zeros(32_000, np.float32), id="silence"),
        pytest.param(0.1 * np.random.default_rng(1).standard_normal(48_000).astype(np.float32), id="noise"),
        pytest.param(tone(3.0), id="tone"),
    ],
)
def test_without_speech_nothing_is_heard_and_nothing_invented(
    xiaogao: Callable[..., Any], tmp_path: Path, audio: np.ndarray
) -> None:
    soundfile.write(tmp_path / "audio.wav", audio, 16_000)
    answer = ask(xiaogao, tmp_path / "audio.wav")
    assert (answer["heard"], answer["outcome"], answer["route"]) == ("", "not_understood", None)


@pytest.mark.models
@pytest.mark.parametrize(
    "form", [(8000, 1, "PCM_U8"), (44_100, 2, "PCM_24"), (48_000, 2, "FLOAT"), (22_050, 1, "PCM_32")]
)
def test_any_wav_is_understood(
    xiaogao: Callable[..., Any], tmp_path: Path, form: tuple[int, int, str]
) -> None:
    import soxr

    rate_hz, channels, subtype = form
    samples, source_hz = soundfile.read(SAMPLES / "zh_hotels.wav", dtype="float32")
    samples = soxr.resample(samples, source_hz, rate_hz)
    soundfile.write(tmp_path / "form.wav", np.repeat(samples[:, None], channels, 1), rate_hz, subtype)
    answer = ask(xiaogao, tmp_path / "form.wav")
    assert "酒店" in answer["heard"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(["ask"], 2, id="nothing to answer"),
        pytest.param(["ask", "missing.wav"], 2, id="no such file"),
        pytest.param(["ask", __file__], 2, id="not a WAV"),
        pytest.param(["ask", "--text", "hotel", "--region", "atlantis"], 3, id="unknown region"),
        pytest.param(["ask", "--text", "hotel", "--at", "north"], 2, id="position in words"),
        pytest.param(["ask", "--text", "hotel", "--at", "200,300"], 2, id="position out of range"),
        pytest.param(["map", "add", "missing.osm.pbf"], 2, id="no such extract"),
        pytest.param(["map", "add", __file__ + ".pbf"], 2, id="no such extract by path"),
        pytest.param(["map", "use", "atlantis"], 3, id="use an unknown region"),
        pytest.param(["models", "pull", "gpt-9"], 3, id="unknown model"),
        pytest.param(["no-such-command"], 2, id="unknown command"),
    ],
)
def test_a_mistake_is_one_line_and_an_exit_code(
    xiaogao: Callable[..., Any], arguments: list[str], code: int
) -> None:
    done = xiaogao(*arguments)
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert done.err.strip()


def test_a_missing_model_says_what_to_pull(
    xiaogao: Callable[..., Any], helsinki_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "data").symlink_to(helsinki_home / "data")
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    done = xiaogao("ask", SAMPLES / "zh_hotels.wav", "--at", STATION)
    assert done.code == 3
    assert "xiaogao models pull whisper-base" in done.err


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"OSMHeader"], ids=["empty", "zeros", "header only"])
def test_a_file_that_is_no_extract_builds_nothing(
    xiaogao: Callable[..., Any], tmp_path: Path, content: bytes
) -> None:
    extract = tmp_path / "bad.osm.pbf"
    extract.write_bytes(content)
    done = xiaogao("map", "add", extract, "--name", "bad")
    assert done.code == 2
    assert "Traceback" not in done.err
    assert "bad" not in json.loads(xiaogao("map", "list", "--json").out)["regions"]


def test_a_cut_extract_builds_nothing(
    xiaogao: Callable[..., Any], tmp_path: Path, helsinki_pbf: Path
) -> None:
    extract = tmp_path / "cut.osm.pbf"
    extract.write_bytes(helsinki_pbf.read_bytes()[:300_000])
    done = xiaogao("map", "add", extract, "--name", "cut")
    assert done.code == 2, done.err
    assert [row["name"] for row in json.loads(xiaogao("map", "list", "--json").out)["regions"]] == [
        "helsinki"
    ]


def test_a_place_without_a_name_is_shown_and_has_an_empty_name(xiaogao: Callable[..., Any]) -> None:
    answer = ask(xiaogao, "--text", "附近有什么厕所")
    assert "" in {place["name"] for place in answer["places"]}
    done = xiaogao("ask", "--text", "附近有什么厕所", "--at", STATION)
    assert "(no name)" in done.out


def test_where_no_map_is_installed_it_says_so(xiaogao: Callable[..., Any]) -> None:
    done = xiaogao("ask", "--text", "附近有什么酒店", "--at", "40.0,116.3", "--json")
    assert done.code == 1
    assert "不在已安装的地图" in json.loads(done.out)["reply"]
