"""The commands that look after the agent: what they print and how they fail."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
import typer.main

from agent.memory import Memory
from device.assistant import assistant
from device.cli.main import app, register_all
from device.store.models import ModelStore

Run = Callable[..., Any]


def test_the_version_is_told(xiaogao: Run) -> None:
    done = xiaogao("--version")
    assert done.code == 0
    assert done.out == f"xiaogao {version('xiaogao')}\n"


@pytest.mark.slow
def test_doctor_names_every_part_with_its_state(xiaogao: Run) -> None:
    done = xiaogao("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(done.out)["checks"]}
    assert {"Python", "hardware profile", "region", "audio", "disk", "language model"} <= set(checks)
    assert {check["state"] for check in checks.values()} <= {"ok", "missing", "optional"}
    assert "cores" in checks["hardware profile"]["detail"]
    assert done.code == (3 if any(check["state"] == "missing" for check in checks.values()) else 0)


def test_doctor_finds_what_is_missing(xiaogao: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    done = xiaogao("doctor")
    assert done.code == 3
    assert "xiaogao models pull whisper-base" in done.out
    assert "xiaogao map add" in done.out


def test_config_is_written_once_shown_and_checked(
    xiaogao: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_HOME", str(tmp_path))
    assert xiaogao("config", "init").code == 0
    assert xiaogao("config", "init").code == 2, "an existing file is not overwritten"
    assert xiaogao("config", "check").code == 0
    monkeypatch.setenv("XIAOGAO_SPEECH_SPEED", "1.3")
    assert "speed = 1.3" in xiaogao("config", "show").out
    settings = tmp_path / "data" / "settings.toml"
    settings.write_text(settings.read_text().replace("speed = 1.0", "speed = 11"))
    monkeypatch.delenv("XIAOGAO_SPEECH_SPEED")
    done = xiaogao("config", "check")
    assert done.code == 2
    assert "speech.speed" in done.err


def test_models_are_listed_for_people_and_programs(xiaogao: Run) -> None:
    listed = json.loads(xiaogao("models", "list", "--json").out)["models"]
    assert {"whisper-base", "kokoro", "qwen-coder-0.5b"} <= {model["name"] for model in listed}
    assert "whisper-base" in xiaogao("models", "list").out


def test_a_model_without_a_package_asks_for_its_address(xiaogao: Run) -> None:
    done = xiaogao("models", "pull", "whisper-large-v3-turbo")
    assert done.code == 3
    assert "--url" in done.err


def test_the_reader_is_prepared_when_it_is_installed(xiaogao: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its conversion takes seconds, which the first question would have to wait for."""
    opened: list[ModelStore] = []
    monkeypatch.setattr(ModelStore, "pull", lambda *_arguments, **_options: True)
    monkeypatch.setattr(assistant, "open_reader", lambda _tell, store: opened.append(store))
    assert xiaogao("models", "pull", "kokoro").code == 0
    assert not opened
    assert xiaogao("models", "pull", "e5-small").code == 0
    assert len(opened) == 1


@pytest.mark.models
def test_voices_are_listed_and_can_be_tried(xiaogao: Run, tmp_path: Path) -> None:
    import soundfile

    voices = [json.loads(line) for line in xiaogao("voices", "list", "--json").out.splitlines()]
    assert {"zh", "en"} <= {voice["language"] for voice in voices}
    mandarin = next(voice["name"] for voice in voices if voice["language"] == "zh")
    assert xiaogao("voices", "try", mandarin, "--say", tmp_path / "try.wav").code == 0
    assert soundfile.info(tmp_path / "try.wav").duration > 1.0
    done = xiaogao("voices", "try", "no-such-voice", "--say", tmp_path / "no.wav")
    assert done.code in {1, 2, 3}
    assert "voices list" in done.err


def test_without_systemd_or_service_the_commands_say_so(
    xiaogao: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert xiaogao("service", "status").code == 3
    done = xiaogao("status")
    assert done.code == 3
    assert "xiaogao run" in done.err


def test_a_report_leaves_personal_data_out(
    xiaogao: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helsinki_home: Path
) -> None:
    monkeypatch.setenv("XIAOGAO_HTTP_TOKEN", "a-secret-token")
    monkeypatch.setenv("XIAOGAO_POSITION_SOURCE", "fixed:60.17195,24.94145")
    assert xiaogao("report", tmp_path / "report.zip").code == 0
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        text = "\n".join(archive.read(name).decode() for name in archive.namelist())
        assert {"versions.json", "doctor.txt", "settings.toml", "log.txt"} == set(archive.namelist())
    assert "a-secret-token" not in text
    assert "60.17195" not in text
    assert "faster-whisper" in text


def test_serve_wants_one_interface_and_a_safe_address(xiaogao: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert xiaogao("serve").code == 2
    monkeypatch.setenv("XIAOGAO_HTTP_HOST", "0.0.0.0")
    done = xiaogao("serve", "--http")
    assert done.code == 2
    assert "token" in done.err


@pytest.mark.parametrize("port", ["99999", "-1", "0"])
def test_a_port_that_cannot_be_one_is_refused(xiaogao: Run, port: str) -> None:
    done = xiaogao("serve", "--http", "--port", port)
    assert done.code == 2
    assert done.err.startswith("xiaogao: Invalid value for '--port'")
    assert done.err.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(xiaogao: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = xiaogao("serve", "--http", "--port", str(taken.getsockname()[1]))
    assert done.code == 1
    assert "choose another with --port" in done.err
    assert done.err.count("\n") == 1, done.err


@pytest.mark.parametrize(
    "arguments",
    [["no-such"], ["find"], ["find", "hotel", "--limit", "x"], ["find", "--nope"], ["ask"], ["map", "use"]],
)
def test_wrong_usage_is_one_line_that_names_the_help(xiaogao: Run, arguments: list[str]) -> None:
    done = xiaogao(*arguments)
    assert done.code == 2
    assert done.err.startswith("xiaogao: ")
    assert done.err.count("\n") == 1, done.err
    assert "--help" in done.err


def test_a_group_without_a_command_shows_its_help(xiaogao: Run) -> None:
    done = xiaogao("map")
    assert done.code == 2
    assert "Usage: xiaogao map" in done.out
    assert done.err == ""


def test_a_reader_that_has_enough_is_no_failure(helsinki_home: Path) -> None:
    command = f"{sys.executable} -m device.cli.main find hotel --limit 200"
    done = subprocess.run(
        ["bash", "-c", f"{command} | head -c 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        env={**os.environ, "XIAOGAO_HOME": str(helsinki_home)},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout


def test_what_was_said_and_names_of_places_are_printed_as_they_are(xiaogao: Run, own_home: Path) -> None:
    Memory(own_home / "data" / "memory.sqlite").save(
        "favourite", name="Cafe [/b] Mokka :smile:", lat=60.17, lon=24.94
    )
    done = xiaogao("memory", "list")
    assert done.code == 0, done.err
    assert "Cafe [/b] Mokka :smile:" in done.out
    done = xiaogao("ask", "--text", "find [/foo] [bold]")
    assert done.code in {0, 1}, done.err
    assert "find [/foo] [bold]" in done.out
    done = xiaogao("map", "use", "[/x]")
    assert (done.code, done.err.count("\n")) == (3, 1)


def test_the_figures_of_a_benchmark_stand_alone_on_stdout(
    xiaogao: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(console: Any) -> dict[str, int]:
        console.print("[dim]a table[/dim]")
        return {"p50_ms": 1}

    monkeypatch.setitem(sys.modules, "bench.routing", SimpleNamespace(run=measure))
    done = xiaogao("bench", "routing", "--json")
    assert json.loads(done.out) == {"routing": {"p50_ms": 1}}
    assert "a table" in done.err
    assert "a table" in xiaogao("bench", "routing").out


def test_bad_settings_say_what_can_be_done(
    xiaogao: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIAOGAO_SETTINGS", str(tmp_path / "s.toml"))
    (tmp_path / "s.toml").write_text("[http", "utf-8")
    done = xiaogao("config", "check")
    assert done.code == 2
    assert "mend it, or move it away" in done.err


def commands(group: Any, *before: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every command and group of the program: its words and its help."""
    for name, command in group.commands.items():
        yield (*before, name), command.help or ""
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)


def test_every_command_explains_itself_with_an_example(xiaogao: Run) -> None:
    register_all()
    for words, text in commands(typer.main.get_command(app)):
        assert f"xiaogao {' '.join(words)}" in text, words
    done = xiaogao("run", "--help")
    assert done.code == 0
    assert "xiaogao run" in done.out


def test_only_the_command_that_is_asked_for_is_loaded() -> None:
    run = "import sys\nfrom device.cli.main import main\n"
    run += "try:\n    main(['find', '--help'])\nexcept SystemExit as done:\n"
    run += "    print(done.code, 'device.cli.find' in sys.modules, 'device.cli.route' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "0 True False"
