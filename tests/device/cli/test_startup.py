"""What a request does not need is not loaded for it: that is most of what `xiaogao ask` takes to start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ASK = """
import sys
from device.cli.main import main
try:
    main(["ask", "--text", {text!r}, "--at", "60.1719,24.9414"])
except SystemExit as ended:
    assert not ended.code, ended.code
print("loaded:", *sys.modules)
"""
_READER = ("agent.understanding.learned.reader", "agent.understanding.learned.encoder", "onnxruntime", "onnx")
_NEVER = (
    "osmium",
    "scipy",
    "tzfpy",
    "pypinyin",
    "ortools",
    "llama_cpp",
    "faster_whisper",
    "ctranslate2",
    "misaki",
    "fastapi",
    "PIL",
    "holidays",
    "chinese_calendar",
    "urllib.request",
    "http.client",
    "rich.progress",
    "poi.build.extract",
)


def _loaded(home: Path, text: str) -> set[str]:
    """Return the modules that are loaded once a request has been answered."""
    done = subprocess.run(
        [sys.executable, "-c", _ASK.format(text=text)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "XIAOGAO_HOME": str(home)},
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("loaded: ")]
    return set(line.split()[1:])


def test_what_a_closed_list_answers_needs_no_reader(helsinki_home: Path) -> None:
    loaded = _loaded(helsinki_home, "stop")
    assert loaded & {*_READER, *_NEVER, "opencc"} == set()


@pytest.mark.models
def test_a_question_loads_the_reader_and_nothing_else_that_is_heavy(helsinki_home: Path) -> None:
    loaded = _loaded(helsinki_home, "where am I")
    assert "agent.understanding.learned.reader" in loaded
    assert loaded & {*_NEVER, "opencc", "onnx"} == set()
