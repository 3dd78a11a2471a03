"""The house keeps its shape: no import circles, small files, short functions, no workshop in the wheel.

The floors (who may import whom) are held by import-linter, see `[tool.importlinter]` in pyproject.toml.
Circles are looked for here, since those inside functions and for the type checker count too.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from languages.language import CLOSED

ROOT = Path(__file__).parents[1]
RUNTIME = ("languages", "nav", "poi", "agent", "voice", "device")
PACKAGES = (*RUNTIME, "bench")
FOLDERS = (*PACKAGES, "scripts", "tests")
WORKSHOP = ("/train/", "/derive/", "bench/", "tests/", "scripts/")
DATA = {"data", "fixtures", "golden", "agent_testset", "results", "formats", "__pycache__"}

MOST_LINES, MOST_FUNCTION_LINES, MOST_LINE_LENGTH, MOST_SIBLINGS = 500, 60, 120, 20

STILL: dict[str, str] = {}
"""What is too large or goes round in a circle, and why. The list only gets shorter."""


def sources(*folders: str, suffix: str = ".py") -> list[Path]:
    """Return the files of some folders, without data."""
    found = (path for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))
    return sorted(path for path in found if not DATA & set(path.parts))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_known(name: str) -> bool:
    return any(name == known or name.startswith(f"{known}/") for known in STILL)


def unknown(found: list[str]) -> list[str]:
    """Leave out what is on the list."""
    return [what for what in found if not is_known(what.split(":")[0])]


def modules() -> dict[str, Path]:
    """Return every module of the packages by its dotted name."""
    found = {}
    for path in sources(*PACKAGES):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(tree: ast.AST, known: dict[str, Path]) -> Iterator[str]:
    """Give the modules of ours that a file imports anywhere: in functions and for the type checker too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in known:
                    yield inner
                elif node.module in known:
                    yield node.module


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other in a ring (Tarjan's strong components)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        stack.append(module)
        for other in sorted(graph[module]):
            if other not in number:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in stack:
                lowest[module] = min(lowest[module], number[other])
        if lowest[module] == number[module]:
            ring = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(ring) > 1 or module in graph[module]:
                found.append(sorted(ring))

    for module in graph:
        if module not in number:
            visit(module)
    return found


def test_no_modules_import_each_other_in_a_circle() -> None:
    known = modules()
    graph = {name: set(imports_of(ast.parse(path.read_text()), known)) for name, path in known.items()}
    found = [ring for ring in circles(graph) if not all(is_known(named(known[name])) for name in ring)]
    assert found == [], "cut each circle: what both sides need belongs in a third module"


def test_the_search_for_circles_finds_one_inside_a_function() -> None:
    known = {name: Path() for name in ("a", "a.b", "a.c", "a.d")}
    texts = {
        "a": "",
        "a.b": "from __future__ import annotations\nif TYPE_CHECKING:\n    from a.c import X",
        "a.c": "def f():\n    from a import b",
        "a.d": "import a.c",
    }
    graph = {name: set(imports_of(ast.parse(text), known)) for name, text in texts.items()}
    assert circles(graph) == [["a.b", "a.c"]]


def test_files_are_small() -> None:
    sizes = {path: len(path.read_text().splitlines()) for path in sources(*FOLDERS)}
    found = [f"{named(path)}: {size} lines" for path, size in sizes.items() if size > MOST_LINES]
    assert unknown(found) == [], f"a file has at most {MOST_LINES} lines, better 400"


def test_functions_are_short() -> None:
    found = [
        f"{named(path)}:{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in sources(*FOLDERS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= MOST_FUNCTION_LINES
    ]
    assert unknown(found) == [], f"a function has at most {MOST_FUNCTION_LINES} lines, better 40"


@pytest.mark.parametrize("suffix", [".py", ".sh"])
def test_lines_fit_on_a_screen(suffix: str) -> None:
    found = [
        f"{named(path)}:{number}: {len(line)} characters"
        for path in sources(*FOLDERS, suffix=suffix)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > MOST_LINE_LENGTH
    ]
    assert unknown(found) == [], f"a line has at most {MOST_LINE_LENGTH} characters: name a part of it"


def test_folders_can_be_overlooked() -> None:
    found = []
    for folder in {path.parent for path in sources(*FOLDERS)}:
        inside = [path for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()]
        siblings = [p for p in inside if p.name != "__init__.py" and p.name not in DATA]
        if len(siblings) > MOST_SIBLINGS:
            found.append(f"{named(folder)}: {len(siblings)} siblings")
    assert found == [], f"a folder has at most {MOST_SIBLINGS} modules and folders"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built offline from a copy of the tree as it is now."""
    tree = tmp_path_factory.mktemp("tree")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tree)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    pip += ["--no-build-isolation", "--no-index", "--wheel-dir", str(tree / "dist"), str(tree)]
    subprocess.run(pip, check=True, capture_output=True, text=True, timeout=240)
    return zipfile.ZipFile(next((tree / "dist").glob("*.whl")))


@pytest.mark.slow
def test_the_wheel_holds_the_program_and_not_the_workshop(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert [name for name in names if any(part in f"/{name}" for part in WORKSHOP)] == []
    for path in [
        *sources(*RUNTIME),
        *sources("languages", suffix=".yaml"),
        *sources("languages", suffix=".toml"),
    ]:
        taught = path.parent.name == "sentences" and path.stem not in CLOSED
        apart = taught or any(part in named(path) for part in WORKSHOP)
        assert (named(path) in names) == (not apart), "the program is installed, what teaches it is not"
    for package in RUNTIME:
        assert f"{package}/py.typed" in names
    for data in (
        "device/data/models.lock.json",
        "device/data/xiaogao.service.in",
        "device/data/tiles.toml",
        "device/screen/page/index.html",
        "device/screen/page/main.js",
        "poi/data/categories.json",
    ):
        assert data in names
