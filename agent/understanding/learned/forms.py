"""A sentence in other dress: the same words with or without a stop at the end, in other case.

What means the same to people moves a reader that is in doubt. So a doubtful sentence is read in its other
form too: as it was typed, where it was heard, and the other way round. That both are read alike says more of
a reading than any figure of one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.understanding.learned.decoding import Decoded

_STOPS = ".?!。？！…"
_FIRST_OF_HAN = "\u2e80"


def other_form(text: str) -> str:
    """Return the sentence in its other form: its stop put on or off, and in other case where that is its own.

    Parameters
    ----------
    text
        What was said; every character of it stands at the same place in the form, but for stops at its end.

    Returns
    -------
    str
        Empty where there are no words.
    """
    bare = text.rstrip(_STOPS)
    if not bare:
        return ""
    small = text.lower()
    cased = small if small != text else text[0].upper() + text[1:]
    return _stop_moved(cased if len(cased) == len(text) else text, "。" if bare[-1] >= _FIRST_OF_HAN else ".")


def _stop_moved(text: str, stop: str) -> str:
    bare = text.rstrip(_STOPS)
    return bare if bare != text else text + stop


def read_alike(first: Sequence[Decoded], second: Sequence[Decoded]) -> bool:
    """Tell whether two readings of a sentence, in whatever form, have the same requests in all parts."""
    return _gist(first) == _gist(second)


def _gist(decoded: Sequence[Decoded]) -> list[tuple[object, ...]]:
    return [
        (
            one.request.kind,
            sorted(one.request.values.items()),
            sorted((span.tag, span.start, span.end) for span in one.request.spans),
        )
        for one in decoded
    ]
