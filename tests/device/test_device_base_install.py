"""`nav` and `poi` work where nothing of the voice and language stack is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "ctranslate2 faster_whisper fastapi httpx kuksa_client llama_cpp mcp misaki networkx onnxruntime ortools "
    "osmnx piper phonemizer psutil sounddevice soundfile soxr uvicorn"
).split()

PROGRAM = """
import sys
for name in {heavy!r}:
    sys.modules[name] = None
from nav import Region, Router
from poi import Places
region = Region.open("helsinki")
place = Places(region).resolve("Helsinki Cathedral")[0].place
route = Router(region, profile="car").route([(60.1719, 24.9414), (place.lat, place.lon)])
assert route.distance_m > 500
assert route.maneuvers[0].say("zh")
from device.cli.main import main
main(sys.argv[1:])
"""


@pytest.mark.slow
def test_routes_and_places_need_no_model_and_no_speech_library(helsinki_home: Path) -> None:
    for command in (
        ["find", "hotel", "--near", "60.1719,24.9414"],
        ["route", "60.1719,24.9414", "Helsinki Cathedral"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(heavy=HEAVY), *command],
            env={**os.environ, "XIAOGAO_HOME": str(helsinki_home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_importing_the_packages_loads_nothing_heavy() -> None:
    program = (
        "import sys, nav, poi, agent, voice, device\n"
        f"print([name for name in {[*HEAVY, 'osmium', 'PIL', 'scipy']!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_missing_is_named(helsinki_home: Path) -> None:
    program = (
        "import sys\nsys.modules['soundfile'] = None\nfrom device.cli.main import main\nmain(sys.argv[1:])"
    )
    sample = Path(__file__).parents[2] / "samples" / "zh_hotels.wav"
    done = subprocess.run(
        [sys.executable, "-c", program, "ask", str(sample)],
        env={**os.environ, "XIAOGAO_HOME": str(helsinki_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "soundfile" in done.stderr
    assert "Traceback" not in done.stderr
