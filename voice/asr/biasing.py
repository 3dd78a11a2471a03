"""What may have been meant: sentences of the language data and near names that sound like what was heard.

In noise the recogniser writes characters of nearly the right sound: 刀横去学研大厦 for 导航去学研大厦. Its
guess is compared by sound with everything that `languages/<code>/sentences` can say (`voice.asr.network`),
and what stands in the place of a name with the names near the car, in either script. The recogniser then says
how probable each of these sentences is, given the sound; see `voice.asr.recognizer`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock

import numpy as np

from languages.grammar import Group
from languages.language import load_language
from voice.asr.mending import Known, mended
from voice.asr.network import NAMES, NUMBER, Network, Sayings, compile_network
from voice.asr.respelling import Respeller
from voice.asr.search import Filling, Searcher, Sentence
from voice.asr.sounds import Costs, Lexicon, Spoken, in_letters, pinyin, speller
from voice.asr.text import bare_text, without_call

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")

_LOOSEST, _LOOSEST_NAME = 0.45, 0.6
_LOOSEST_OTHER_SCRIPT, _OTHER_SCRIPT = 0.4, 0.3
"""How unlike a name of the other script may sound, and what it costs beside."""

_AS_HEARD = {"zh": (0.4, 0.1), "en": (0.6, 0.04)}
"""Cost of a name that is not near and is left as it was heard: once, and for each sound."""

_LEAST_CARRIER, _LOOSEST_CARRIER = {"zh": 3, "en": 6}, 0.25
"""What stands around a name that is not near: so many sounds, so much of them different."""

_LEAST_NAME = {"zh": 2, "en": 3}
_READINGS_SEARCHED = 3
_READINGS_RESPELLED = 6
_DRAWN = 20_000
_OF_LISTS = 10
"""A word of a closed list (药店, 有没有) counts as so many sentences: many of them are hardly drawn."""

_KEPT = 16
_MARKS_OF_SLOTS = ("#",)
_LONGEST = {"zh": 28, "en": 80}
"""Sounds of the longest sentence that is compared with the data: the work grows with their square."""

_UNLISTED = 0.08
"""Cost of a wording that the data has not, where a name in it sounds otherwise: the recogniser weighs it."""

_AS_IT_STANDS = 0.01
"""What differs so little around a name that is not near is right already: only the name may be another."""

_LISTED_FIRST = 0.15
"""So much farther by sound a sentence of the data is still looked at before one that is none."""

_SURELY = 0.1
"""Cost of a sentence below which nothing else is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """A sentence that may have been said."""

    text: str
    """The words."""

    cost: float
    """How far its sound is from what was heard: 0 is the same, 1 has nothing in common."""

    listed: bool = True
    """Whether the language data can say it with known names, and it is not other words around one."""


class Expectations:
    """What the data of one language can say, made ready for comparing by sound.

    Parameters
    ----------
    language : str
        "zh" or "en".
    keep : callable, optional
        Which groups of sentences to take; all if it is not given.
    """

    def __init__(self, language: str, keep: Callable[[Group], bool] = lambda group: True) -> None:
        self._language = language
        self._spelled = speller(language)
        self._keep = keep
        self._numbers = re.compile(load_language(language).numbers.pattern, re.IGNORECASE)
        self._names: tuple[tuple[str, ...], _Names] = ((), _Names((), language))
        self._preparing = Lock()
        self._found: dict[tuple[str, int], list[Meant]] = {}
        """What was found for the newest requests, with the names as they are."""

    @cached_property
    def _made(self) -> tuple[Searcher, _Lists, Respeller | None]:
        grammar = load_language(self._language).grammar
        network = compile_network(grammar, self._spelled, keep=self._keep)
        respeller = Respeller(_drawn(network), self._spelled) if self._language == "zh" else None
        return Searcher(network), _Lists(network, self._spelled), respeller

    @property
    def _prepared(self) -> tuple[Searcher, _Lists, Respeller | None]:
        with self._preparing:
            return self._made

    def prepare(self) -> None:
        """Do now what otherwise the first call does; any thread may."""
        _ = self._prepared

    def respelled(self, heard: Sequence[str], names: Sequence[str], *, count: int = 3) -> list[Meant]:
        """Readings as they can be said, where that is written otherwise; see `voice.asr.respelling`.

        Parameters
        ----------
        heard : sequence of str
            The recogniser's readings, best first; the first six are looked at.
        names : sequence of str
            Names that may be said.
        count : int
            How many writings at most, each once.
        """
        _, _, respeller = self._prepared
        if respeller is None:
            return []
        found: dict[str, Meant] = {}
        for reading in heard[:_READINGS_RESPELLED]:
            request = without_call(reading)
            text, apart = respeller.respelled(request, names)
            opening = reading[: len(reading) - len(request)]
            found.setdefault(text, Meant(text=opening + text, cost=apart, listed=False))
        return list(found.values())[:count]

    def _known(self, names: Sequence[str]) -> _Names:
        wanted = tuple(names)
        if self._names[0] != wanted:
            self._names = (wanted, _Names(wanted, self._language))
            self._found.clear()
        return self._names[1]

    def sentences(self, heard: Sequence[str], names: Sequence[str], *, count: int = 12) -> list[Meant]:
        """Sentences that may have been said.

        Parameters
        ----------
        heard : sequence of str
            The recogniser's readings, best first; the first three are compared.
        names : sequence of str
            Names that may be said.
        count : int
            How many sentences at most.

        Returns
        -------
        list of Meant
            Nearest by sound first.
        """
        best: dict[str, Meant] = {}
        for reading in dict.fromkeys(heard[:_READINGS_SEARCHED]):
            request = without_call(reading)
            opening = reading[: len(reading) - len(request)]
            for meant in self._meant(request, names, count):
                plain = bare_text(meant.text)
                if not meant.listed and plain == bare_text(request):
                    continue  # nothing but signs and capitals differ
                if plain not in best or meant.cost < best[plain].cost:
                    best[plain] = replace(meant, text=opening + meant.text)
        foremost = sorted(best.values(), key=lambda meant: meant.cost - _LISTED_FIRST * meant.listed)[:count]
        return sorted(foremost, key=lambda meant: meant.cost)

    def _meant(self, request: str, names: Sequence[str], count: int) -> list[Meant]:
        near = self._known(names)
        if (request, count) not in self._found:
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[request, count] = self._sought(self._spelled(request), near, count)
        return self._found[request, count]

    def _sought(self, heard: Spoken, names: _Names, count: int) -> list[Meant]:
        length = len(heard.sounds)
        if not 0 < length <= _LONGEST[self._language]:
            return []
        searcher, lists, _ = self._prepared
        near = names.near(heard)
        fillings = {
            NAMES: near.filling(heard, *_AS_HEARD[self._language]),
            NUMBER: self._number(heard),
            **lists.fillings(heard),
        }
        found = searcher.sentences(heard, fillings, most_found=2 * count, most=_LOOSEST * length)
        carriers = {one: self._carrier(one, length) for one in found[:count] if one.unknown}
        stands = any(apart <= _AS_IT_STANDS for apart in carriers.values())
        listed = [
            Meant(text=one.text, cost=min(1.0, one.cost / length), listed=not one.unknown)
            for one in found
            if not one.unknown or (not stands and carriers.get(one, np.inf) < np.inf)
        ]
        if listed and listed[0].listed and listed[0].cost <= _SURELY:
            return listed
        inside = mended(heard, self._language, [lists.pieces(heard), *near.known()])
        return listed + [
            Meant(
                text=one.text,
                cost=0.0 if one.by_names and not one.apart else min(1.0, one.apart / length + _UNLISTED),
                listed=False,
            )
            for one in inside
        ]

    def _carrier(self, sentence: Sentence, length: int) -> float:
        """How far the words around an unknown name sound from what was heard; infinite if too far."""
        once, each = _AS_HEARD[self._language]
        carrier = length - sentence.unknown
        apart = sentence.cost - once - each * sentence.unknown
        near = carrier >= _LEAST_CARRIER[self._language] and apart <= _LOOSEST_CARRIER * carrier
        return apart if near else np.inf

    def _number(self, heard: Spoken) -> Filling:
        cuts = heard.cuts
        costs = np.full((len(cuts), len(heard.sounds) + 1), np.inf, np.float32)
        for first, start in enumerate(cuts):
            for end in cuts[first + 1 : first + 8]:
                if self._numbers.fullmatch(heard.words(start, end)):
                    costs[first, end] = 0.0
        return Filling(costs=costs, best=lambda first, end: [(heard.words(cuts[first], end), 0.0, True)])


def _drawn(network: Network) -> list[str]:
    """Sentences as they can be said, a mark for each name, and the words of closed lists beside them."""
    rng = np.random.default_rng(1)

    def fill(slot: str) -> str:
        words = network.lists.get(slot, _MARKS_OF_SLOTS)
        return words[int(rng.integers(len(words)))]

    sayings = Sayings(network)
    listed = [word for words in network.lists.values() for word in words]
    return [sayings.draw(rng, fill) for _ in range(_DRAWN)] + listed * _OF_LISTS


class _Lists:
    """The closed lists and the other words of a network."""

    def __init__(self, network: Network, spelled: Callable[[str], Spoken]) -> None:
        def sounds(text: str) -> tuple[int, ...]:
            return spelled(text).sounds

        texts = list(dict.fromkeys(text for words in network.lists.values() for text in words))
        self._lexicon = Lexicon(texts, sounds)
        row = {text: number for number, text in enumerate(self._lexicon.texts)}
        self._rows = {
            name: np.array([row[text] for text in words if text in row], np.int64)
            for name, words in network.lists.items()
        }
        self._pieces = Lexicon(list(dict.fromkeys([*network.words, *texts])), sounds)

    def pieces(self, heard: Spoken) -> Known:
        """All words, for what was heard in any wording."""
        costs = _bounded(self._pieces, heard, range(len(heard.sounds) + 1), _LOOSEST_NAME)
        return Known(lexicon=self._pieces, costs=costs, are_names=False)

    def fillings(self, heard: Spoken) -> dict[str, Filling]:
        """What may fill the slots of each list."""
        costs = _bounded(self._lexicon, heard, range(len(heard.sounds) + 1), _LOOSEST_NAME)
        return {name: self._filling(rows, costs) for name, rows in self._rows.items() if len(rows)}

    def _filling(self, rows: np.ndarray, costs: Costs) -> Filling:
        own = costs[:, :, rows]
        texts = self._lexicon.texts

        def best(first: int, end: int) -> list[tuple[str, float, bool]]:
            stretch = own[first, end]
            nearest = np.argsort(stretch, kind="stable")[:3]
            return [(texts[rows[n]], float(stretch[n]), True) for n in nearest if np.isfinite(stretch[n])]

        return Filling(costs=own.min(axis=2), best=best)


def _bounded(lexicon: Lexicon, heard: Spoken, ends: Sequence[int], loosest: float) -> Costs:
    """Costs from word to end for every text, infinite where too much of the sound is different."""
    costs = lexicon.spans(heard.sounds, heard.cuts, ends)
    spans = np.maximum(np.subtract.outer(np.asarray(ends), np.asarray(heard.cuts)).T, 1)[:, :, None]
    costs[costs > loosest * np.maximum(spans, lexicon.lengths)] = np.inf
    return costs


class _Names:
    """Names that may be said, in both scripts."""

    def __init__(self, names: Sequence[str], language: str) -> None:
        han = [name for name in names if len(_HAN.findall(name)) >= 2]
        in_pinyin = set(map(pinyin, han)) if language == "zh" else set()
        latin = [
            name
            for name in names
            if not _HAN.search(name) and len(name) >= 3 and bare_text(name) not in in_pinyin
        ]
        own, other = (han, latin) if language == "zh" else (latin, han)
        self._language = language
        self._own = Lexicon(own, lambda name: speller(language)(name).sounds)
        self._other = Lexicon(other, lambda name: in_letters(name).sounds)

    def near(self, heard: Spoken) -> _Near:
        """How far every stretch sounds from every name."""
        ends = range(len(heard.sounds) + 1)
        letters = in_letters(heard.text)
        share = np.full((len(heard.cuts), len(ends), len(self._other.texts)), np.inf, np.float32)
        if len(letters.cuts) == len(heard.cuts):
            apart = _bounded(self._other, letters, letters.cuts, _LOOSEST_OTHER_SCRIPT)
            share[:, np.asarray(heard.cuts)] = apart / np.maximum(self._other.lengths, 1)
        spans = np.maximum(np.subtract.outer(np.asarray(ends), np.asarray(heard.cuts)).T, 1)[:, :, None]
        return _Near(
            language=self._language,
            own=self._own,
            other=self._other,
            own_costs=_bounded(self._own, heard, ends, _LOOSEST_NAME),
            other_costs=(share * spans + _OTHER_SCRIPT).astype(np.float32),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """Names compared with one reading, from word to sound."""

    language: str
    own: Lexicon
    other: Lexicon
    own_costs: Costs
    other_costs: Costs

    def filling(self, heard: Spoken, once: float, each: float) -> Filling:
        """A near name, or what was heard as it stands."""
        free = self._as_heard(heard, once, each)
        least = free
        for costs in (self.own_costs, self.other_costs):
            if costs.shape[2]:
                least = np.minimum(least, costs.min(axis=2))

        def best(first: int, end: int) -> list[tuple[str, float, bool]]:
            cost = float(free[first, end])
            found = [(heard.words(heard.cuts[first], end), cost, False)] if np.isfinite(cost) else []
            for lexicon, costs in ((self.own, self.own_costs), (self.other, self.other_costs)):
                stretch = costs[first, end]
                nearest = np.argsort(stretch, kind="stable")[:3]
                found += [(lexicon.texts[n], float(stretch[n]), True) for n in nearest if stretch[n] < np.inf]
            return sorted(found, key=lambda one: one[1])

        return Filling(costs=least, best=best)

    def _as_heard(self, heard: Spoken, once: float, each: float) -> Costs:
        free = np.full((len(heard.cuts), len(heard.sounds) + 1), np.inf, np.float32)
        for first, start in enumerate(heard.cuts):
            for end in heard.cuts[first + 1 :]:
                if end - start >= _LEAST_NAME[self.language]:
                    free[first, end] = once + each * (end - start)
        return free

    def known(self) -> list[Known]:
        """The names for what was heard in any wording."""
        return [
            Known(lexicon=self.own, costs=self.own_costs, are_names=True),
            Known(lexicon=self.other, costs=self.other_costs, are_names=True),
        ]
