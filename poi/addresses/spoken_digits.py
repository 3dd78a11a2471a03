"""English numbers in words as house numbers are said: "nineteen fifty nine", "four oh two"."""

from __future__ import annotations

_ONES = dict(zip("zero one two three four five six seven eight nine".split(), range(10), strict=True)) | {
    "oh": 0
}
_TEENS = {
    word: 10 + at
    for at, word in enumerate(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 20 + 10 * at
    for at, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_TIMES = {"hundred": 100, "thousand": 1000}
_ALL = {*_ONES, *_TEENS, *_TENS, *_TIMES}


def in_digits(text: str) -> str:
    """Return text whose first or last words are a number in words, with that number in digits.

    Parameters
    ----------
    text
        "nineteen fifty nine south broadway", "main street forty two"; other text comes back as it is.
    """
    tokens = text.casefold().replace("-", " ").split()
    first = next((at for at, token in enumerate(tokens) if token not in _ALL), len(tokens))
    if 0 < first < len(tokens):
        return " ".join([_digits(tokens[:first]), *tokens[first:]])
    last = next((at for at, token in enumerate(reversed(tokens)) if token not in _ALL), len(tokens))
    if 0 < last < len(tokens):
        return " ".join([*tokens[:-last], _digits(tokens[-last:])])
    return text


def _digits(words: list[str]) -> str:
    """Read a number group by group: nineteen fifty nine is 19 and 59; what follows a hundred is added."""
    groups: list[int] = []
    adds = 0
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word in _TIMES:
            adds = _TIMES[word]
            groups = [*groups[:-1], (groups[-1] if groups else 1) * adds]
            continue
        value = _ONES.get(word, _TEENS.get(word, _TENS.get(word, 0)))
        if word in _TENS and at < len(words) and _ONES.get(words[at], 0) > 0:
            value += _ONES[words[at]]
            at += 1
        if adds and value < adds:
            groups[-1] += value
            adds = 0
        else:
            groups.append(value)
    return "".join(map(str, groups))
