"""The list of regions to build: names, extracts and options, as plain lines or as TOML."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from device.errors import BadRegionList
from nav.errors import NavError
from nav.packs.pack import check_name


class ListedRegion(BaseModel):
    """One region of a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    file: Path
    """The extract."""
    tiles: bool = True
    """Whether the map of a screen is made too."""


def read_list(path: Path) -> list[ListedRegion]:
    """Read a list; files are sought beside it.

    A line is `NAME FILE [tiles=no]`, as a shell reads it; `#` begins a remark. A list that is named
    `*.toml` has a table `[[region]]` for each, with `name`, `file` and `tiles`.

    Raises
    ------
    BadRegionList
        It cannot be read, names a region twice, or a file that is not there.
    """
    try:
        text = path.read_text(encoding="utf-8")
        entries = _of_toml(text) if path.suffix == ".toml" else _of_lines(text)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BadRegionList(f"{path} cannot be read as a list of regions: {error}") from None
    found = [_region(path, where, values) for where, values in entries]
    if not found:
        raise BadRegionList(f"{path} names no region: a line is NAME FILE")
    # Not every disk tells capital letters from small ones.
    names = [region.name.lower() for region in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadRegionList(f"{path} names {twice[0]!r} twice")
    return found


def _of_lines(text: str) -> list[tuple[str, dict[str, Any]]]:
    entries: list[tuple[str, dict[str, Any]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = shlex.split(line, comments=True)
        if not words:
            continue
        options = dict(word.split("=", 1) for word in words[2:] if "=" in word)
        if len(words) < 2 or len(options) != len(words) - 2 or {"name", "file"} & set(options):
            raise ValueError(f"line {number} is no NAME FILE [tiles=no]")
        entries.append((f"line {number}", {"name": words[0], "file": words[1], **options}))
    return entries


def _of_toml(text: str) -> list[tuple[str, dict[str, Any]]]:
    content = tomllib.loads(text)
    tables = content.pop("region", [])
    if content or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ValueError("it holds tables [[region]] and nothing else")
    return [(f"region {number}", table) for number, table in enumerate(tables, 1)]


def _region(path: Path, where: str, values: dict[str, Any]) -> ListedRegion:
    try:
        region = ListedRegion(**values)
        check_name(region.name)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise BadRegionList(f"{path}, {where}: {key}: {first['msg']}") from None
    except NavError as error:
        raise BadRegionList(f"{path}, {where}: {error}") from None
    file = (path.parent / region.file.expanduser()).resolve()
    if not file.is_file():
        raise BadRegionList(f"{path}, {where}: there is no file {file}")
    return region.model_copy(update={"file": file})
