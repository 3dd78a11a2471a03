"""What the documents say is so: commands and files exist, links lead somewhere, locks hold no addresses."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from device.cli.main import app, register_all

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands_of(page: Path) -> list[list[str]]:
    """Return every `xiaogao …` line of a page's code blocks, as words."""
    found = []
    for block in re.findall(r"```[a-z]*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            match = re.search(r"(?:^|[\s/])xiaogao ([a-z-].*)", line.split("  #")[0])
            if match:
                found.append(shlex.split(match[1].split(" | ")[0].split(" > ")[0]))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_options_of_the_documents_exist(page: Path) -> None:
    register_all()
    program = get_command(app)
    for words in commands_of(page):
        command, rest = program, list(words)
        while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
            name = rest.pop(0)
            assert name in command.commands, f"{page.name}: xiaogao {' '.join(words)}"
            command = command.commands[name]
        known = {
            option for parameter in command.params for option in parameter.opts + parameter.secondary_opts
        }
        for word in rest:
            if word.startswith("--"):
                assert word.split("=")[0] in known | {"--help"}, f"{page.name}: xiaogao {' '.join(words)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
    for named in re.findall(
        r"`((?:nav|poi|agent|voice|device|bench|scripts|tests)/[\w/]+\.(?:py|json|toml|sh))`", text
    ):
        assert (ROOT / named).exists(), f"{page.name} names {named}"


def test_every_package_is_in_the_code_map() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for package in ("nav", "poi", "agent", "voice", "device"):
        assert f"| `{package}` |" in text
        assert (ROOT / package / "__init__.py").exists()


def walks() -> dict[str, list[str]]:
    """Return the walks of ARCHITECTURE.md, each with the files that it names."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    found = re.findall(r"^## (Follow one .*?)\n(.*?)(?=^## )", text, re.DOTALL | re.MULTILINE)
    return {title: re.findall(r"`([a-z]+/[\w/]+\.py)`", section) for title, section in found}


def test_the_walks_name_each_file_once() -> None:
    assert sorted(walks()) == ["Follow one PBF", "Follow one WAV", "Follow one fix"]
    named = [file for files in walks().values() for file in files]
    assert [file for file in named if not (ROOT / file).is_file()] == []
    assert sorted({file for file in named if named.count(file) > 1}) == []


@pytest.mark.parametrize("title", sorted(walks()))
def test_a_walk_does_not_go_back(title: str) -> None:
    """Who has left a part of a package (`nav/routing`) on the walk need not return to it."""
    parts = ["/".join(file.split("/")[:2]) for file in walks()[title]]
    stretches = [part for i, part in enumerate(parts) if i == 0 or part != parts[i - 1]]
    assert sorted({part for part in stretches if stretches.count(part) > 1}) == []


def test_locks_hold_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    for path in (ROOT / "requirements.lock", ROOT / "device/data/models.lock.json"):
        assert not re.search(r"https?://|file://|--index-url|--find-links", path.read_text(encoding="utf-8"))
