"""What people say in one language: rules, values, numbers and groups of sentences, out of its YAML files."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from languages.template import (
    AnyOrder,
    Choice,
    Node,
    Reference,
    Sequence,
    TemplateError,
    Text,
    names_in,
    parse,
)
from languages.yaml_io import LanguageError, MarkedText, read_marked_yaml

COUNTED = "#"
"""Value that is the number which is said in its words: `"#": "{n_days} days"`."""
GIVEN = ("sentence", "offered", "first", "second")
"""Rules whose words are given when a sentence is drawn or matched."""


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Whole numbers that are said in digits or in words."""

    lowest: int
    highest: int
    step: int = 1
    form: str = "number"
    """"number", "counting" (a measure word follows: 两天), "ordinal", "digits" or "each" (digit by digit)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Sentences that mean the same."""

    name: str
    """File and line, for errors and traces: `navigate.yaml:12`."""
    file: str
    """Stem of the file: "navigate"."""
    intents: tuple[Mapping[str, Any], ...]
    """What they mean, before slots are filled."""
    templates: tuple[Node, ...]
    weight: float = 1.0
    frame: str = "request"
    """Name of the frame that may surround them, "" for none."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """What has to be the case for them to mean this."""
    joins: bool = False
    """Whether they can be one of several requests in a sentence."""


class Grammar:
    """Rules, values, numbers, frames and sentences of one language.

    Parameters
    ----------
    folder
        Folder of the language.
    stems
        The files of sentences to read, without their endings; None for all that there are. What they need of
        words must stand in `words.yaml`, `phrases.yaml` and `names.yaml`.

    Raises
    ------
    LanguageError
        If a file does not fit, with file, line and key.
    """

    def __init__(self, folder: Path, stems: Collection[str] | None = None) -> None:
        self.rules: dict[str, Node] = {}
        self.values: dict[str, dict[Any, Node]] = {}
        self.numbers: dict[str, NumberRange] = {}
        self.frames: dict[str, Node] = {}
        self.joined: list[Node] = []
        """Sentences of two requests, `<first>` and `<second>`."""
        self.corrected: list[Node] = []
        """Sentences whose first request is taken back."""
        self.groups: list[Group] = []
        self.open_rules: set[str] = set()
        """Rules of `names.yaml`: they stand for names without end."""
        self.articles: tuple[str, ...] = ()
        self._where: dict[str, str] = {}
        self._counts: dict[str, float] = {}
        shared = [folder / f"{stem}.yaml" for stem in ("words", "phrases", "names")]
        said = sorted((folder / "sentences").glob("*.yaml"))
        files = [*shared, *(path for path in said if stems is None or path.stem in stems)]
        for path in filter(Path.exists, files):
            self._load(path)
        self._check()

    def _load(self, path: Path) -> None:
        read = read_marked_yaml(path)
        for key, value in read.items():
            match key:
                case "rules" | "values" | "numbers" | "frames":
                    for name, entry in value.items():
                        self._define(path, key, name, entry)
                case "groups":
                    for number, entry in enumerate(value):
                        self.groups.append(_group(path, number, entry))
                case "joined" | "corrected":
                    getattr(self, key).extend(_parsed(path, key, text) for text in value)
                case "articles":
                    self.articles = tuple(value)
                case _:
                    raise LanguageError(f"{path}:{key.line}: {key}: there is no such part")

    def _define(self, path: Path, part: str, name: MarkedText, entry: Any) -> None:
        where = f"{path}:{name.line}: {part}.{name}"
        if name in self._where or name in GIVEN:
            raise LanguageError(f"{where}: stands already in {self._where.get(name, 'this program')}")
        self._where[name] = where
        if part == "rules":
            self.rules[name] = _alternatives(path, name, entry)
            if path.stem == "names":
                self.open_rules.add(name)
        elif part == "values":
            if not isinstance(entry, dict):
                raise LanguageError(f"{where}: has to be a mapping of values to words")
            self.values[name] = {
                _value(key): _alternatives(path, f"{name}.{key}", words) for key, words in entry.items()
            }
        elif part == "frames":
            self.frames[name] = _alternatives(path, name, entry)
        else:
            try:
                self.numbers[name] = NumberRange(*entry)
            except TypeError:
                raise LanguageError(f"{where}: has to be [lowest, highest, step, form]") from None

    def _check(self) -> None:
        for name, node in [*self.rules.items(), *self.frames.items()]:
            self._check_names(self._where[name], node)
        for name, values in self.values.items():
            for node in values.values():
                self._check_names(self._where[name], node)
        for group in self.groups:
            for node in group.templates:
                self._check_names(group.name, node)
            if group.frame and group.frame not in self.frames:
                raise LanguageError(f"{group.name}: there is no frame {group.frame!r}")
        for name in self.rules:
            self._check_circle(name, ())

    def _check_names(self, where: str, node: Node) -> None:
        for name in names_in(node):
            if name not in GIVEN and not self.has(name):
                raise LanguageError(f"{where}: there is no rule {name!r}")

    def _check_circle(self, name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise LanguageError(f"{self._where[name]}: goes round in a circle: {' > '.join((*above, name))}")
        if name in self._counts:
            return
        nodes = list(self.values[name].values()) if name in self.values else [self.rules.get(name, Text(""))]
        for node in nodes:
            for below in names_in(node):
                if below not in GIVEN:
                    self._check_circle(below, (*above, name))
        self._counts[name] = math.fsum(self.count(node) for node in nodes)
        if name in self.numbers:
            numbers = self.numbers[name]
            self._counts[name] = (numbers.highest - numbers.lowest) // numbers.step + 1

    def has(self, name: str) -> bool:
        """Tell whether there is a rule, a list of values or a range of numbers of that name."""
        return name in self.rules or name in self.values or name in self.numbers

    def count(self, node: Node) -> float:
        """Return in how many ways a template can be said, at most 10³⁰."""
        match node:
            case Text():
                ways = 1.0
            case Choice(options=options):
                ways = math.fsum(map(self.count, options))
            case Sequence(parts=parts):
                ways = math.prod(map(self.count, parts))
            case AnyOrder(parts=parts):
                ways = math.prod(map(self.count, parts)) * math.factorial(len(parts))
            case Reference(name=name):
                ways = self._counts.get(name, 10.0)
        return min(ways, 1e30)

    @cached_property
    def _by_file(self) -> dict[str, list[Group]]:
        found: dict[str, list[Group]] = {}
        for group in self.groups:
            found.setdefault(group.file, []).append(group)
        return found

    def of_file(self, stem: str) -> list[Group]:
        """Return the groups of one file of sentences."""
        return self._by_file.get(stem, [])

    def files(self) -> Iterator[str]:
        """Yield the stems of the files that hold sentences."""
        yield from self._by_file


_JOINING = ("request", "wish", "question")
_GROUP_KEYS = {"intent", "intents", "sentences", "weight", "frame", "state", "joins"}


def _group(path: Path, number: int, entry: Any) -> Group:
    if not isinstance(entry, dict) or "sentences" not in entry:
        raise LanguageError(f"{path}: groups.{number}: has to be a mapping with sentences")
    line = next(iter(entry)).line
    where = f"{path}:{line}: groups.{number}"
    if unknown := set(entry) - _GROUP_KEYS:
        raise LanguageError(f"{where}: there is no key {sorted(unknown)[0]!r}")
    intents = entry.get("intents") or [entry.get("intent")]
    if not all(isinstance(intent, dict) and "kind" in intent for intent in intents):
        raise LanguageError(f"{where}: needs an intent with a kind")
    frame = entry.get("frame", "request")
    state = _flags(entry.get("state") or {})
    return Group(
        name=f"{path.name}:{line}",
        file=path.stem,
        intents=tuple(_flags(intent) for intent in intents),
        templates=tuple(_parsed(path, f"groups.{number}", text) for text in entry["sentences"]),
        weight=float(entry.get("weight", 1)),
        frame=frame,
        state=state,
        joins=_value(entry.get("joins", frame in _JOINING and not state and len(intents) == 1)),
    )


def _alternatives(path: Path, name: str, entry: Any) -> Node:
    if isinstance(entry, str):
        return _parsed(path, name, entry)
    if not isinstance(entry, list):
        raise LanguageError(f"{path}: {name}: has to be a template or a list of them")
    return Choice(tuple(_parsed(path, name, text) for text in entry))


def _parsed(path: Path, key: str, text: Any) -> Node:
    if not isinstance(text, str):
        raise LanguageError(f"{path}: {key}: {text!r} is no text: put it in quotation marks")
    try:
        return parse(" ".join(text.split()) if "\n" in text else text)
    except TemplateError as error:
        line = text.line if isinstance(text, MarkedText) else 0
        raise LanguageError(f"{path}:{line}: {key}: {error}") from None


def _flags(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): _value(value) for key, value in mapping.items()}


def _value(word: Any) -> Any:
    """Return a value as it stands in an intent; `true` and `false` are read as words."""
    return {"true": True, "false": False}.get(word, word) if isinstance(word, str) else word


__all__ = ["COUNTED", "GIVEN", "Grammar", "Group", "NumberRange"]
