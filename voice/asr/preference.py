"""How much a sentence of the language data is preferred to what the recogniser read."""

from __future__ import annotations

from collections.abc import Sequence

from voice.asr.biasing import Meant
from voice.asr.text import bare_text

EXPECTED = 0.6
"""How much of what the model would write anyway is taken off. This and what follows, natural logarithms, was
set on requests that no benchmark uses."""

_PREFERRED = {True: 20.0, False: 8.0}
"""How much a sentence of the language data is preferred, and known words in other wordings."""

_TRUST = {"zh": (6.0, 0.2), "en": (4.0, 0.4)}
"""How much another sound counts against a usual request, and how much more is taken off for it: how rarely a
near name is written otherwise says little about whether it is meant."""

_SAME_SOUND, _APART = 0.03, 0.04
"""Cost up to which a usual request differs in its writing only, and by how much the next one has to be
further away: the data has many sentences that sound nearly alike."""

_FULL_TRUST_LOGPROB = -0.7

_FOREMOST = 3
"""So many other readings are handed on before the sentences that sound like them."""


def is_plain(usual: Sequence[Meant]) -> bool:
    """Whether one sentence sounds the same and no other nearly so."""
    if not usual or usual[0].cost > _SAME_SOUND:
        return False
    return len(usual) == 1 or usual[1].cost >= usual[0].cost + _APART or usual[0].cost == 0.0


def preference(meant: Meant, habit: float, *, language: str, text: str, logprob: float) -> float:
    """How much a sentence that may have been meant is preferred to a reading, as a logarithm.

    Its cost is one for each sound that was heard, however many letters it is written with.

    Parameters
    ----------
    meant : Meant
        The sentence.
    habit : float
        Logarithm of how probable it is for silence.
    language, text, logprob
        Of the reading.
    """
    against, more = _TRUST[language]
    unsure = min(1.0, logprob / _FULL_TRUST_LOGPROB)
    heard = max(3, len(bare_text(text)))
    return unsure * (_PREFERRED[meant.listed] - more * habit) - against * meant.cost * heard


def handed_on(
    readings: Sequence[str], respelled: Sequence[Meant], sentences: Sequence[Meant]
) -> list[tuple[str, float]]:
    """What else may have been said than the first reading, likeliest first, and how far it sounds apart.

    Parameters
    ----------
    readings : sequence of str
        What was read, best first.
    respelled : sequence of Meant
        Readings as they can be said; they come first.
    sentences : sequence of Meant
        What else can be said that sounds so; they come behind the foremost readings.

    Returns
    -------
    list of (str, float)
        Each once, whatever its marks.
    """
    first, *others = [(text, 0.0) for text in readings]
    as_said, alike = ([(one.text, round(one.cost, 3)) for one in each] for each in (respelled, sentences))
    found = {bare_text(first[0]): first, "": ("", 0.0)}
    for text, apart in (*as_said, *others[:_FOREMOST], *alike, *others[_FOREMOST:]):
        found.setdefault(bare_text(text), (text, apart))
    return list(found.values())[2:]
