"""Everything the language data can say, as one network of sounds.

The sentences of `languages/<code>/sentences` are far too many to be written out. Read from their ends they
share most of their parts: states with equal continuations are one state, and some ten thousand arcs hold them
all. An arc is one sound with the writing that begins there, or a slot: names near the car, a long closed list
such as the kinds of places, or a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from languages.grammar import Grammar, Group
from languages.template import AnyOrder, Choice, Node, Reference, Text
from languages.template import Sequence as Parts
from voice.asr.sounds import Speller

NAMES, NUMBER = "names", "number"

_CLOSED_LEAST, _CLOSED_MOST = 20, 400
"""How many ways of saying a rule make a slot of it: fewer are arcs, more are arcs as well."""

_END = -1
_FIRST_SLOT = -2
_LEFT_OUT = {"none", "talk", "joined"}
"""Files whose sentences ask for nothing, and those that only put others together."""

_UNSAID = {"call", "hesitation"}

Arc = tuple[int, str, int]
"""Sound or slot, writing, state that it leads to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """States and arcs; a state's number is higher than that of any state it leads to."""

    start: int
    states: int
    sources: npt.NDArray[np.int32]
    """By arc of one sound, in the order of `targets`."""

    targets: npt.NDArray[np.int32]
    by_source: npt.NDArray[np.int32]
    """The arcs in the order of `sources`."""

    sounds: npt.NDArray[np.int32]
    pieces: list[str]
    """What each arc writes."""

    slots: list[tuple[int, int, str, str]]
    """State, state, name of what fills it, what is written before it."""

    final: npt.NDArray[np.int32]
    """States in which a sentence may end."""

    lists: dict[str, tuple[str, ...]]
    """The closed lists, by the names that `slots` use."""

    words: tuple[str, ...]
    """What stands in the sentences as it is, piece by piece."""


class Sayings:
    """Sentences of a network at random.

    Parameters
    ----------
    network : Network
        What can be said.
    """

    def __init__(self, network: Network) -> None:
        self._ways: list[list[tuple[int, str, str]]] = [[] for _ in range(network.states)]
        """By state, where one gets to, what is written on the way, and the slot that is filled behind it."""
        sources, targets = network.sources.tolist(), network.targets.tolist()
        for arc in network.by_source.tolist():
            self._ways[sources[arc]].append((targets[arc], network.pieces[arc], ""))
        for source, target, name, blank in network.slots:
            self._ways[source].append((target, blank, name))
        self._start, self._ends = network.start, set(network.final.tolist())

    def draw(self, rng: np.random.Generator, fill: Callable[[str], str]) -> str:
        """One of them: `rng` decides at every state, `fill` gives what stands in a slot, by its name."""
        state, text = self._start, ""
        while True:
            ways = self._ways[state]
            number = int(rng.integers(len(ways) + (state in self._ends)))
            if number == len(ways):
                return " ".join(text.split())
            state, piece, slot = ways[number]
            text += piece + (fill(slot) if slot else "")


def compile_network(
    grammar: Grammar, spelled: Speller, *, keep: Callable[[Group], bool] = lambda group: True
) -> Network:
    """Make the network of a language.

    Parameters
    ----------
    grammar
        What people say.
    spelled
        Sounds of a stretch of writing.
    keep
        Which groups of sentences to take.
    """
    return _Builder(grammar, spelled).network([group for group in grammar.groups if keep(group)])


class _Builder:
    def __init__(self, grammar: Grammar, spelled: Speller) -> None:
        self._grammar = grammar
        self._spelled = spelled
        self._states: dict[frozenset[Arc], int] = {}
        self._arcs: list[frozenset[Arc]] = []
        self._slots: list[str] = []
        self._lists: dict[str, tuple[str, ...]] = {}
        self._words: dict[str, None] = {}
        self._built: dict[tuple[int, int], tuple[Node, int | None]] = {}

    def network(self, groups: Sequence[Group]) -> Network:
        end = self._state([(_END, "", -1)])
        frames: dict[str, list[Node]] = {}
        for group in groups:
            if group.file not in _LEFT_OUT:
                frames.setdefault(group.frame, []).extend(group.templates)
        starts = []
        for frame, templates in frames.items():
            sentence = Choice(tuple(templates))
            node = _framed(self._grammar.frames[frame], sentence) if frame else sentence
            starts.append(self._build(node, end))
        return self._packed(self._union(starts))

    def _packed(self, start: int | None) -> Network:
        arcs, slots, final = [], [], []
        for source, leaving in enumerate(self._arcs):
            for sound, piece, target in leaving:
                if sound == _END:
                    final.append(source)
                elif sound <= _FIRST_SLOT:
                    slots.append((source, target, self._slots[_FIRST_SLOT - sound], piece))
                else:
                    arcs.append((target, source, sound, piece))
        arcs.sort()
        slots.sort()
        sources = np.array([arc[1] for arc in arcs], np.int32)
        return Network(
            start=start or 0,
            states=len(self._arcs),
            sources=sources,
            by_source=np.argsort(sources, kind="stable").astype(np.int32),
            targets=np.array([arc[0] for arc in arcs], np.int32),
            sounds=np.array([arc[2] for arc in arcs], np.int32),
            pieces=[arc[3] for arc in arcs],
            slots=slots,
            final=np.array(sorted(set(final)), np.int32),
            lists={name: texts for name, texts in self._lists.items() if texts},
            words=tuple(self._words),
        )

    def _state(self, arcs: Iterable[Arc]) -> int:
        key = frozenset(arcs)
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = len(self._arcs)
            self._arcs.append(key)
        return found

    def _union(self, states: Iterable[int | None]) -> int | None:
        known = {state for state in states if state is not None}
        if len(known) <= 1:
            return next(iter(known), None)
        return self._state(arc for state in known for arc in self._arcs[state])

    def _build(self, node: Node, after: int) -> int | None:
        """The state from which a node and what comes after it can be said; None if it cannot be."""
        key = (id(node), after)
        if key not in self._built:  # the node is kept, so that no other gets its number
            self._built[key] = (node, self._made(node, after))
        return self._built[key][1]

    def _made(self, node: Node, after: int) -> int | None:
        match node:
            case Text(words=words):
                return self._text(words, after)
            case Parts(parts=parts):
                state: int | None = after
                for part in reversed(parts):
                    state = None if state is None else self._build(part, state)
                return state
            case Choice(options=options):
                return self._union(self._build(option, after) for option in options)
            case AnyOrder():
                return self._union(self._build(order, after) for order in node.orders())
            case Reference(name=name):
                return self._reference(name, after)

    def _text(self, words: str, after: int) -> int | None:
        self._words[words.strip(" ,，")] = None
        spoken = self._spelled(words)
        if not spoken.sounds:
            if any(map(str.isalnum, words)):
                return None
            return self._blank(after) if " " in words else after
        if words.endswith(" "):
            after = self._blank(after)
        for sound, piece in zip(reversed(spoken.sounds), reversed(spoken.pieces()), strict=True):
            after = self._state([(sound, piece, after)])
        return after

    def _blank(self, after: int) -> int:
        """The same, with a blank before what is written."""
        return self._state((sound, " " + piece.lstrip(), to) for sound, piece, to in self._arcs[after])

    def _reference(self, name: str, after: int) -> int | None:
        grammar = self._grammar
        if name in _UNSAID:
            return after
        if name in grammar.numbers:
            return self._slot(NUMBER, after)
        if name == "offered":
            return self._slot(NAMES, after)
        if name in grammar.open_rules:
            named = self._slot(NAMES, after)
            return self._union([named, self._slot(name, after)]) if self._is_closed(name) else named
        if self._is_closed(name):
            return self._slot(name, after)
        if name in grammar.rules:
            return self._build(grammar.rules[name], after)
        if name in grammar.values:
            return self._union(self._build(words, after) for words in grammar.values[name].values())
        return None

    def _slot(self, name: str, after: int) -> int:
        if name not in self._slots:
            self._slots.append(name)
        return self._state([(_FIRST_SLOT - self._slots.index(name), "", after)])

    def _is_closed(self, name: str) -> bool:
        """Whether a rule is a long closed list; its words are kept."""
        if name not in self._lists:
            few = self._grammar.count(Reference(name)) <= _CLOSED_MOST or name in self._grammar.values
            texts = self._written(Reference(name)) if few else None
            closed = texts is not None and len(texts) >= _CLOSED_LEAST
            self._lists[name] = tuple(dict.fromkeys(map(str.strip, texts or ()))) if closed else ()
        return bool(self._lists[name])

    def _written(self, node: Node) -> list[str] | None:
        """All ways of writing a node, None if they are too many or without end."""
        match node:
            case Text(words=words):
                return [words]
            case Parts(parts=parts):
                return _product([self._written(part) for part in parts])
            case Choice(options=options):
                return _joined([self._written(option) for option in options])
            case AnyOrder():
                return _joined([self._written(order) for order in node.orders()])
            case Reference(name=name):
                if name in self._grammar.rules and self._grammar.count(node) <= _CLOSED_MOST:
                    return self._written(self._grammar.rules[name])
                values = self._grammar.values.get(name)
                return _joined([self._written(words) for words in values.values()]) if values else None


def _product(parts: Sequence[list[str] | None]) -> list[str] | None:
    made = [""]
    for part in parts:
        if part is None or len(made) * len(part) > _CLOSED_MOST:
            return None
        made = [one + other for one in made for other in part]
    return made


def _joined(parts: Sequence[list[str] | None]) -> list[str] | None:
    found: list[str] = []
    for part in parts:
        if part is None or len(found) + len(part) > _CLOSED_MOST:
            return None
        found += part
    return found


def _framed(frame: Node, sentence: Node) -> Node:
    """A frame with its sentence in it."""
    match frame:
        case Reference(name="sentence"):
            return sentence
        case Parts(parts=parts):
            return Parts(tuple(_framed(part, sentence) for part in parts))
        case Choice(options=options):
            return Choice(tuple(_framed(option, sentence) for option in options))
        case _:
            return frame
