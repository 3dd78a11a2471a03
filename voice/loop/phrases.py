"""What the listening loop itself says and understands: few words, made beforehand."""

from __future__ import annotations

import re
from functools import cache

from languages.language import codes, load_language
from voice.asr.text import bare_text

_SAYINGS = ("called", "again", "moment", "late", "no_voice")


def phrase(name: str, language: str, **facts: str) -> str:
    """One of the loop's own sentences.

    Parameters
    ----------
    name : str
        Key under ``listen`` in the language's replies: "called", "again", "moment", "late", "no_voice",
        "meant".
    language : str
        Code; of one that is not there English is spoken.
    **facts
        What the sentence has places for.
    """
    return load_language(language if language in codes() else "en").replies.say(f"listen.{name}", **facts)


def fixed_phrases() -> list[tuple[str, str]]:
    """Those without places, and how replies begin, with their language, to be made beforehand."""
    said = [(phrase(name, language), language) for name in _SAYINGS for language in codes()]
    return said + [
        (words.strip(), code) for code in codes() for words in load_language(code).speech.aloud.openings
    ]


def opened(text: str, language: str) -> tuple[str, str]:
    """How a reply begins, if it does so as many do, and its rest: ("好的，", "去故宫。")."""
    if language not in codes():
        return "", text
    openings = load_language(language).speech.aloud.openings
    found = next((words for words in openings if text.startswith(words) and text != words), "")
    return found.strip(), text[len(found) :]


def is_stop(text: str, *, asked: bool = False) -> bool:
    """Whether the words only ask us to be quiet; 停止导航 and "cancel the navigation" ask for more.

    Parameters
    ----------
    text : str
        What was heard while we spoke.
    asked : bool
        Whether it was a question of ours: then "okay" is an answer to it.
    """
    bare = bare_text(text)
    return _only_stop(bare) and not (asked and _assent().fullmatch(bare))


def is_yes(text: str) -> bool:
    """Whether the words only say yes."""
    return _whole("yes").fullmatch(bare_text(text)) is not None


def is_no(text: str) -> bool:
    """Whether the words only say no."""
    return _whole("no").fullmatch(bare_text(text)) is not None


_LONGEST = 400
"""Longer texts are more than a wish for silence, however they go on."""

_LONGEST_WORD = 20


def _only_stop(text: str) -> bool:
    """Whether a text is one such word after the other, with courtesies around each: "okay, stop please".

    Every place is reached once, whichever way leads there, so that no text takes forever.
    """
    if len(text) > _LONGEST:
        return False
    words, before, after = (_patterns(kind) for kind in ("stop", "courtesy_before", "courtesy_after"))
    follows = {
        "word": (("word", words), ("after", after), ("before", before)),
        "after": (("word", words), ("after", after), ("before", before)),
        "before": (("word", words), ("before", before)),
        "start": (("word", words), ("start", after), ("before", before)),
    }
    reached, seen = [(0, "start")], {(0, "start")}
    while reached:
        at, state = reached.pop()
        if at == len(text) and state in {"word", "after"}:
            return True
        for then, patterns in follows[state]:
            ends = range(at + 1, min(at + _LONGEST_WORD, len(text)) + 1)
            new = {(end, then) for end in ends if any(each.fullmatch(text, at, end) for each in patterns)}
            new -= seen
            seen |= new
            reached += new
    return False


@cache
def _patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    """Return the expressions of a kind of word in any language."""
    words = {word for code in codes() for word in getattr(load_language(code).speech.remarks, kind)}
    return tuple(re.compile(word) for word in sorted(words))


@cache
def _assent() -> re.Pattern[str]:
    return re.compile(f"(?:{_all('assent')})+")


@cache
def _whole(kind: str) -> re.Pattern[str]:
    return re.compile(f"(?:(?:{_all(kind)})(?:{_all('courtesy_after')})*)+")


def _all(kind: str) -> str:
    """An expression of a kind of word in any language; longer words first."""
    words = {word for code in codes() for word in getattr(load_language(code).speech.remarks, kind)}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
