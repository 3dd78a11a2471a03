"""Reading YAML of language data: words stay words, and every fault has its file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


class LanguageError(Exception):
    """Language data cannot be read; the message names file, line and key."""

    exit_code = 3


class MarkedText(str):
    """Text that knows the line it stands in."""

    __slots__ = ("line",)
    line: int


def read_yaml(path: Path) -> Any:
    """Read one YAML file of language data.

    Raises
    ------
    LanguageError
        If the file cannot be read, or a key stands twice.
    """
    return _read(path, _Loader)


def read_marked_yaml(path: Path) -> Any:
    """Read one YAML file whose texts and keys know their lines (`MarkedText`).

    Raises
    ------
    LanguageError
        If the file cannot be read, a key stands twice, or it is no mapping.
    """
    read = _read(path, _MarkingLoader)
    if not isinstance(read, dict):
        raise LanguageError(f"{path}: has to be a mapping")
    return read


def _read(path: Path, loader: type[yaml.CSafeLoader]) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, UnicodeDecodeError) as error:
        raise LanguageError(f"{path}: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise LanguageError(f"{path}:{line}: {error.problem}") from None


class _Loader(yaml.CSafeLoader):
    """Refuses a key that stands twice: YAML itself would drop the first in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping of a node whose keys differ."""
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key_node.value!r} stands twice", problem_mark=key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


# Words are words: `no`, `on`, `off` and `12:30` are not booleans and numbers of base sixty here.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith((":bool", ":timestamp"))]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class _MarkingLoader(_Loader):
    """Marks every text with its line."""


def _marked(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> MarkedText:
    text = MarkedText(loader.construct_scalar(node))
    text.line = node.start_mark.line + 1
    return text


_MarkingLoader.add_constructor("tag:yaml.org,2002:str", _marked)
