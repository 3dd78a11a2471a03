"""The words as heard, made ready for understanding; and which language they are."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from languages import codes, load_language

if TYPE_CHECKING:
    from opencc import OpenCC

Language = str
"""Code of a language, a folder of `languages`."""

MAX_CHARACTERS = 400
"""Longer than any command; what follows is not looked at (a monologue, a pasted text)."""

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]+")
_PER_LATIN_WORD = 2.5
"""Chinese characters that weigh as much as a Latin word: names of the other script count less."""


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


@cache
def _call() -> re.Pattern[str]:
    spellings = "|".join(pattern for code in codes() for pattern in load_language(code).settings.calls)
    return re.compile(rf"^\s*(?:(?:{spellings})[\s,，。.!！、]*)+", re.IGNORECASE)


def simplified(text: str) -> str:
    """Return Chinese text in simplified characters; other text as it is."""
    return _converter().convert(text) if _HAN.search(text) else text


def clean(text: str) -> str:
    """Return the text in NFKC and simplified Chinese, without control characters, wake phrase, or excess.

    Parameters
    ----------
    text
        Anything at all: lone surrogates and control characters are dropped.
    """
    text = text[: MAX_CHARACTERS * 4].encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFKC", text)
    text = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cf", "Cs", "Co", "So"})
    text = re.sub(r"\s+", " ", text).strip()[:MAX_CHARACTERS]
    if _HAN.search(text):
        text = _converter().convert(text)
        text = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", text)
    text = text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')
    return _call().sub("", text, count=1).strip()


def language_of(text: str, default: Language = "zh") -> Language:
    """Tell the language of a sentence by its script and its commonest words; names count less.

    Parameters
    ----------
    text
        Cleaned words.
    default
        The language that the recogniser heard; it decides where the words do not.
    """
    han, latin = len(_HAN.findall(text)), len(_LATIN_WORD.findall(text))
    by_script = {
        script: [code for code in codes() if load_language(code).settings.script.startswith(script)]
        for script in ("Han", "Latn")
    }
    if han and latin:
        # The frame of a sentence tells: 去 Holiday Inn is Mandarin, "find 清华大学" English.
        first = _LATIN_WORD.match(text.lstrip())
        framed = first is not None and any(
            first[0].lower() in load_language(code).settings.common for code in by_script["Latn"]
        )
        if framed:
            han = 0
        elif first is None or han > _PER_LATIN_WORD * latin:
            latin = 0
        else:
            han = 0
    if han and not latin:
        return _nearest(text, by_script["Han"], default)
    return _nearest(text, by_script["Latn"], default) if latin else default


def _nearest(text: str, candidates: list[Language], default: Language) -> Language:
    """Return the candidate whose common words stand in the text most often."""
    if len(candidates) < 2:
        return candidates[0] if candidates else default
    words = [word.lower() for word in _LATIN_WORD.findall(text)]
    counts = {code: sum(w in load_language(code).settings.common for w in words) for code in candidates}
    best = max(counts.values())
    likely = [code for code in candidates if counts[code] == best]
    preferred = (default, "en")
    return next((code for code in preferred if code in likely), likely[0])
