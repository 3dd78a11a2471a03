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
    unfinished = completeness(before.text) == "open"
    corrects = _starts("correction").match(after.text) is not None
    adds = _starts("continuation").match(after.text) is not None
    alone = is_yes(after.text) or is_no(after.text) or (after.is_usual and not unfinished and not corrects)
    if alone or not (unfinished or corrects or adds):
        return None
    joint = _joint(after.text, unfinished=unfinished, corrects=corrects)
    first = before.text.rstrip(" ,.!?，。！？、…")
    return replace(
        after,
        text=first + joint + after.text,
        alternatives=tuple(first + joint + other for other in after.alternatives),
        confidence=min(before.confidence, after.confidence),
        language=before.language,
    )


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
