"""The sentences of a network that sound most like what was heard: forward for costs, back for words."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from voice.asr.network import Network
from voice.asr.sounds import SKIP, Costs, Spoken, unlikeness

_BEAM = 2.5
"""A state that costs so much more than the best one after the same sound is given up."""

_DELETIONS = 2
"""Sounds of a sentence in a row that may be missing in what was heard."""

_MARGIN = 1.5
_ROUNDING = 1e-4
_MOST_STEPS = 4_000
_FILLS_TRIED = 3
_SAME_NAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What may fill a slot, for every stretch that begins with a word of what was heard."""

    costs: Costs
    """Least cost from the beginning of a word to after a sound, of shape (cuts, sounds + 1)."""

    best: Callable[[int, int], list[tuple[str, float, bool]]]
    """For a stretch, by the numbers of its first cut and last sound: words, cost, whether they are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of the network."""

    text: str
    cost: float
    """Weighted edit distance of its sounds to what was heard."""

    unknown: int
    """How many sounds were only taken as they were heard, for a name that nobody knows."""


class _Rest(NamedTuple):
    """The end of a sentence, from a state and a place in what was heard on."""

    state: int
    at: int
    cost: float
    text: str
    fills: tuple[str, ...]
    unknown: int


class Searcher:
    """A network made ready for searching.

    Parameters
    ----------
    network : Network
        Of one language.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        states = np.arange(network.states + 1)
        self._leaving = np.searchsorted(network.sources[network.by_source], states)
        self._arriving = np.searchsorted(network.targets, states)
        names = sorted({slot[2] for slot in network.slots})
        self.slots = tuple(names)
        """Names of what its slots are filled with."""

        slots = sorted(network.slots, key=lambda slot: (names.index(slot[2]), slot[1]))
        self._slot_from = np.array([slot[0] for slot in slots], np.int32)
        self._slot_to = np.array([slot[1] for slot in slots], np.int32)
        self._slot_blank = [slot[3] for slot in slots]
        kinds = np.array([names.index(slot[2]) for slot in slots], np.int64)
        self._slot_kind = kinds
        self._slots_by_target = np.argsort(self._slot_to, kind="stable")
        self._slots_into = np.searchsorted(self._slot_to[self._slots_by_target], states)

    def sentences(
        self, heard: Spoken, fillings: Mapping[str, Filling], *, most_found: int, most: float
    ) -> list[Sentence]:
        """The sentences nearest by sound.

        Parameters
        ----------
        heard : Spoken
            What was heard.
        fillings : mapping
            What may stand in the slots, by their names.
        most_found : int
            How many sentences at most.
        most : float
            Highest cost.

        Returns
        -------
        list of Sentence
            Nearest first; of those that differ only around the same names, three.
        """
        if not heard.sounds:
            return []
        costs = self._forward(heard, fillings)
        ends = self._network.final
        best = float(costs[-1, ends].min()) if len(ends) else np.inf
        if best > most:
            return []
        found: list[Sentence] = []
        seen: dict[tuple[str, ...], int] = {}
        texts: set[str] = set()
        for sentence, names in self._backward(heard, fillings, costs, min(most, best + _MARGIN)):
            plain = "".join(filter(str.isalnum, sentence.text))
            if plain in texts or (names and seen.get(names, 0) >= _SAME_NAMES):
                continue
            texts.add(plain)
            seen[names] = seen.get(names, 0) + 1
            found.append(sentence)
            if len(found) == most_found:
                break
        return found

    def _forward(self, heard: Spoken, fillings: Mapping[str, Filling]) -> Costs:
        """Least cost of being in each state after each sound, of shape (sounds + 1, states)."""
        network, table = self._network, unlikeness()
        costs = np.full((len(heard.sounds) + 1, network.states), np.inf, np.float32)
        costs[0, network.start] = 0.0
        filled = np.full((len(self.slots), len(heard.cuts), len(heard.sounds) + 1), np.inf, np.float32)
        for number, name in enumerate(self.slots):
            if name in fillings:
                filled[number] = fillings[name].costs
        self._delete(costs[0])
        for position, sound in enumerate(heard.sounds, start=1):
            old, new = costs[position - 1], costs[position]
            active = np.flatnonzero(old <= old.min() + _BEAM)
            new[active] = old[active] + SKIP
            arcs, sources = self._arcs_from(active)
            np.minimum.at(new, network.targets[arcs], old[sources] + table[sound][network.sounds[arcs]])
            self._fill(costs, heard, filled, position)
            self._delete(new)
        return costs

    def _arcs_from(
        self, states: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """The arcs that leave states, and for each where it leaves."""
        first, behind = self._leaving[states], self._leaving[states + 1]
        counts = behind - first
        total = int(counts.sum())
        offsets = np.repeat(first - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        return self._network.by_source[offsets + np.arange(total)], np.repeat(states, counts)

    def _delete(self, costs: Costs) -> None:
        """Let sounds of a sentence be missing in what was heard."""
        changed = np.flatnonzero(costs <= costs.min() + _BEAM)
        for _ in range(_DELETIONS):
            arcs, sources = self._arcs_from(changed)
            targets = self._network.targets[arcs]
            before = costs[targets]
            np.minimum.at(costs, targets, costs[sources] + np.float32(SKIP))
            limit = costs.min() + _BEAM
            changed = np.unique(targets[(costs[targets] < before) & (costs[targets] <= limit)])

    def _fill(self, costs: Costs, heard: Spoken, filled: Costs, end: int) -> None:
        """Reach what comes after a slot that is filled up to a sound."""
        new = costs[end]
        limit = new.min() + _BEAM
        for number, cut in enumerate(heard.cuts):
            if cut >= end:
                break
            through = costs[cut, self._slot_from] + filled[self._slot_kind, number, end]
            cheap = np.flatnonzero(through <= limit)
            np.minimum.at(new, self._slot_to[cheap], through[cheap])

    def _backward(
        self, heard: Spoken, fillings: Mapping[str, Filling], costs: Costs, most: float
    ) -> Iterator[tuple[Sentence, tuple[str, ...]]]:
        """Sentences in the order of their costs, with what stands in their slots."""
        waiting: list[tuple[float, int, _Rest]] = []
        seen: set[tuple[int, int, str]] = set()
        order = count()

        def push(rest: _Rest) -> None:
            total = rest.cost + float(costs[rest.at, rest.state])
            if total <= most + _ROUNDING and (rest.state, rest.at, rest.text) not in seen:
                heapq.heappush(waiting, (total, next(order), rest))

        for state in self._network.final:
            push(_Rest(int(state), len(heard.sounds), 0.0, "", (), 0))
        for _ in range(_MOST_STEPS):
            if not waiting:
                return
            total, _, rest = heapq.heappop(waiting)
            key = (rest.state, rest.at, rest.text)
            if key in seen:
                continue
            seen.add(key)
            if rest.state == self._network.start and rest.at == 0:
                text = " ".join(rest.text.split())
                yield Sentence(text=text, cost=total, unknown=rest.unknown), rest.fills
                continue
            for longer in self._before(rest, heard, costs, most):
                push(longer)
            for longer in self._filled_before(rest, heard, fillings, costs, most):
                push(longer)

    def _before(self, rest: _Rest, heard: Spoken, costs: Costs, most: float) -> Iterator[_Rest]:
        """One sound more: said too much, missing, or one in place of another."""
        network = self._network
        at, state = rest.at, rest.state
        arcs = np.arange(self._arriving[state], self._arriving[state + 1])
        sources = network.sources[arcs]

        def through(number: int, at: int, cost: float) -> _Rest:
            text = network.pieces[arcs[number]] + rest.text
            return rest._replace(state=int(sources[number]), at=at, cost=rest.cost + cost, text=text)

        for number in np.flatnonzero(costs[at, sources] + (rest.cost + SKIP) <= most).tolist():
            yield through(number, at, SKIP)
        if at:
            yield rest._replace(at=at - 1, cost=rest.cost + SKIP)
            swaps = unlikeness()[heard.sounds[at - 1]][network.sounds[arcs]]
            for number in np.flatnonzero(costs[at - 1, sources] + rest.cost + swaps <= most).tolist():
                yield through(number, at - 1, float(swaps[number]))

    def _filled_before(
        self, rest: _Rest, heard: Spoken, fillings: Mapping[str, Filling], costs: Costs, most: float
    ) -> Iterator[_Rest]:
        """One slot more."""
        for slot in self._slots_by_target[self._slots_into[rest.state] : self._slots_into[rest.state + 1]]:
            filling = fillings.get(self.slots[self._slot_kind[slot]])
            if filling is None:
                continue
            source = int(self._slot_from[slot])
            for start in np.flatnonzero(np.isfinite(filling.costs[:, rest.at])):
                cut = heard.cuts[start]
                if costs[cut, source] + rest.cost + filling.costs[start, rest.at] > most:
                    continue
                for words, cost, is_known in filling.best(int(start), rest.at)[:_FILLS_TRIED]:
                    yield _Rest(
                        source,
                        cut,
                        rest.cost + cost,
                        f"{self._slot_blank[slot]}{words}{rest.text}",
                        (*rest.fills, words),
                        rest.unknown + (0 if is_known else rest.at - cut),
                    )
