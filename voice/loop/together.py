"""Whether what somebody adds belongs to the request before it, and what both say together."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from languages.language import codes, load_language
from voice.asr.recognizer import Transcript
from voice.asr.text import bare_text, has_characters
from voice.loop.endpoint import completeness
from voice.loop.phrases import is_no, is_yes

_FOREMOST, _SAME_SOUND = 3, 0.03
"""So many other readings may show that a request is not yet whole, and how far they may sound from it."""


def read_together(before: Transcript, after: Transcript) -> Transcript | None:
    """One request out of two pieces: 附近有没有 + 加油站, 去东门 + 不对，去西门.

    Talk on the radio follows too. So the first piece has to lack something, or the second has to begin like a
    correction or an addition.

    Parameters
    ----------
    before : Transcript
        What was said first, and answered too soon.
    after : Transcript
        What followed.

    Returns
    -------
    Transcript or None
        Both as one; None if the second is a request of its own.
    """
    begun = left_open(before)
    unfinished = bool(begun)
    corrects = _starts("correction").match(after.text) is not None
    adds = _starts("continuation").match(after.text) is not None
    alone = is_yes(after.text) or is_no(after.text) or (after.is_usual and not unfinished and not corrects)
    if alone or not (unfinished or corrects or adds):
        return None
    joint = _joint(after.text, unfinished=unfinished, corrects=corrects)
    first = (begun or before.text).rstrip(" ,.!?，。！？、…")
    return replace(
        after,
        text=first + joint + after.text,
        alternatives=tuple(first + joint + other for other in after.alternatives),
        confidence=min(before.confidence, after.confidence),
        language=before.language,
    )


def left_open(heard: Transcript) -> str:
    """The likeliest way to take what was heard that wants more words; empty if it is whole, or none does.

    到底 may have been 到的: of what is not known to be whole, the readings that sound like it count too.
    """
    sounds = completeness(heard.text)
    if sounds == "open":
        return heard.text
    if sounds == "whole" or heard.is_usual:
        return ""
    others = zip(heard.alternatives[:_FOREMOST], heard.apart, strict=False)
    return next((text for text, far in others if far <= _SAME_SOUND and completeness(text) == "open"), "")


def corrected(after: Transcript) -> Transcript | None:
    """What a correction says besides that it is one: of 不对，去北门 the 去北门; None of anything else."""
    rest = after.text
    while (found := _starts("correction").match(rest)) is not None:
        rest = rest[found.end() :].lstrip(" ,，。.")
    if rest == after.text or not bare_text(rest):
        return None
    return replace(after, text=rest, alternatives=())


def _joint(after: str, *, unfinished: bool, corrects: bool) -> str:
    if has_characters(after):
        return "" if unfinished else "，"
    return ", " if corrects and not unfinished else " "


@cache
def _starts(kind: str) -> re.Pattern[str]:
    """What begins like a remark of a kind, in any language."""
    found: list[str] = []
    for code in codes():
        language = load_language(code)
        words = sorted(getattr(language.speech.remarks, kind), key=lambda word: (-len(word), word))
        boundary = r"\b" if language.settings.joiner else ""
        found.append(f"(?:{'|'.join(words)}){boundary}")
    return re.compile(rf"[\s,，。.]*(?:{'|'.join(found)})", re.IGNORECASE)
