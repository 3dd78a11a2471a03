"""A sentence in other dress: the same words with or without a stop at the end, in other case.

What means the same to people moves a reader that is in doubt. So a doubtful sentence is read in all its
forms; that they are read alike says more of a reading than any figure of one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.understanding.learned.decoding import Decoded

_STOPS = ".?!。？！…"
_FIRST_OF_HAN = "\u2e80"


def other_forms(text: str) -> list[str]:
    """Return the sentence in other forms.

    Parameters
    ----------
    text
        What was said; every character of it stands at the same place in each form, but for stops at its end.

    Returns
    -------
    list of str
        At most three, without the sentence as it is.
    """
    bare = text.rstrip(_STOPS)
    if not bare:
        return []
    stop = "。" if bare[-1] >= _FIRST_OF_HAN else "."
    small = text.lower()
    cased = small if small != text else text[0].upper() + text[1:]
    forms = [_stop_moved(text, stop)]
    if cased != text and len(cased) == len(text):
        forms += [cased, _stop_moved(cased, stop)]
    return forms


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
