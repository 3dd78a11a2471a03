"""Known words and near names by sound inside a wording that the language data has not.

What was heard is cut into stretches: words of the language data, names, and what is left as it was heard. The
cheapest ways of cutting it are what may have been said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voice.asr.sounds import Costs, Lexicon, Spoken

_KEPT = {"zh": 0.12, "en": 0.05}
"""Cost of a sound that is left as it was heard and belongs to no known word."""

_PIECE = 0.05
_LEAST = {"zh": 2, "en": 4}
_LOOSEST = {"zh": 0.25, "en": 0.3}
_LEAST_NAME = {"zh": 3, "en": 5}
_SHORT, _LOOSEST_SHORT = {"zh": 2, "en": 6}, 0.1
"""A short word has to sound nearly the same: 大家 is no word for the beginning of 大教堂."""

_WAYS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """One way of cutting it."""

    text: str
    apart: float
    """Weighted edit distance of the sounds to what was heard."""

    by_names: bool
    """Whether nothing but names was written otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Texts compared with stretches from word to word."""

    lexicon: Lexicon
    costs: Costs
    """Of shape (cuts, sounds + 1, texts)."""

    are_names: bool


@dataclass(frozen=True, slots=True)
class _Way:
    cost: float
    apart: float
    text: str
    by_names: bool


def mended(heard: Spoken, language: str, known: Sequence[Known]) -> list[Mended]:
    """What may have been said, cheapest first, but for what was heard itself.

    Parameters
    ----------
    heard : Spoken
        What was heard.
    language : str
        "zh" or "en".
    known : sequence of Known
        Words and names.
    """
    cuts = heard.cuts
    edges = _edges(heard, language, known)
    ways: list[list[_Way]] = [[_Way(0.0, 0.0, heard.text[: heard.starts[0]], True)]]
    for last in range(1, len(cuts)):
        found: list[_Way] = []
        for first, words, apart, is_name in edges[last]:
            kept = words is None
            more = _KEPT[language] * (cuts[last] - cuts[first]) if kept else apart + _PIECE
            said = heard.words(cuts[first], cuts[last]) if words is None else words
            same = said == heard.words(cuts[first], cuts[last])
            gap = _between(heard, cuts[first])
            found += [
                _Way(
                    way.cost + more,
                    way.apart + apart,
                    way.text + gap + said,
                    way.by_names and (same or is_name),
                )
                for way in ways[first]
            ]
        ways.append(_cheapest(found))
    rest = heard.text[heard.ends[-1] :]
    return [
        Mended(text=way.text + rest, apart=way.apart, by_names=way.by_names)
        for way in ways[-1]
        if way.text + rest != heard.text
    ]


def _cheapest(ways: Sequence[_Way]) -> list[_Way]:
    best: dict[str, _Way] = {}
    for way in sorted(ways, key=lambda way: way.cost):
        best.setdefault(way.text, way)
        if len(best) == _WAYS:
            break
    return list(best.values())


def _between(heard: Spoken, cut: int) -> str:
    """What stands between the word before a cut and the word after it: blanks and signs."""
    return heard.text[heard.ends[cut - 1] : heard.starts[cut]] if cut else ""


def _edges(
    heard: Spoken, language: str, known: Sequence[Known]
) -> list[list[tuple[int, str | None, float, bool]]]:
    """By cut, the stretches that end there: first cut, words (None as heard), distance, whether a name."""
    cuts = heard.cuts
    edges: list[list[tuple[int, str | None, float, bool]]] = [[] for _ in cuts]
    for last in range(1, len(cuts)):
        edges[last].append((last - 1, None, 0.0, False))
    written = {text for one in known for text in one.lexicon.texts}
    for one in known:
        lengths = one.lexicon.lengths
        least = (_LEAST_NAME if one.are_names else _LEAST)[language]
        at_cuts = one.costs[:, np.asarray(cuts)]
        loosest = np.where(lengths <= _SHORT[language], _LOOSEST_SHORT, _LOOSEST[language])
        near = (lengths >= least) & (at_cuts <= loosest * lengths)
        for first, last, row in np.argwhere(near):
            words = one.lexicon.texts[row]
            said = heard.words(cuts[first], cuts[last])
            if said != words and said in written:
                continue  # it is a known word as it stands: 一家 and not 宜家
            edges[last].append((int(first), words, float(at_cuts[first, last, row]), one.are_names))
    return edges
