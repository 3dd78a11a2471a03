"""Names of areas without the words that say what they are: 昆山市 is 昆山, Ville de Nice is Nice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from poi.text import has_han, simplified

_LEAST = 2
"""A Chinese name keeps at least so many characters: 易县 stays 易县."""

AREA_PLACES = frozenset(
    ("country", "state", "region", "province", "county", "municipality", "city", "town", "village", "hamlet",
     "district", "borough", "suburb", "quarter", "neighbourhood", "island", "isolated_dwelling")
)  # fmt: skip
"""Values of `place` that people go to, live in and search in."""

_SUFFIX_OF_PLACE = {"city": "市", "town": "镇", "village": "村", "county": "县", "district": "区",
                    "province": "省", "state": "省"}  # fmt: skip
_HANGUL = re.compile("[\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grammar:
    joined: tuple[tuple[str, str], ...]
    outer: re.Pattern[str]
    peoples: tuple[str, ...]
    before: tuple[re.Pattern[str], ...]
    behind: tuple[re.Pattern[str], ...]
    said_behind: tuple[re.Pattern[str], ...]
    qualified: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    data = json.loads((Path(__file__).parents[1] / "data" / "areas.json").read_text("utf-8"))
    joined = sorted(
        ((k, v) for k, v in data["joined"].items() if k != "note"), key=lambda pair: -len(pair[0])
    )
    return _Grammar(
        joined=tuple(joined),
        outer=re.compile(
            rf"^(?:{'|'.join(data['outer'].split())})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区)?(?=..)"
        ),
        peoples=tuple(sorted(data["peoples"].split(), key=len, reverse=True)),
        before=tuple(re.compile(f"^{p}(?=.)", re.IGNORECASE) for p in data["before"]),
        behind=tuple(re.compile(f"(?<=..){p}$", re.IGNORECASE) for p in data["behind"]),
        said_behind=tuple(re.compile(f"(?<=..){p}$", re.IGNORECASE) for p in data["said_behind"]),
        qualified=tuple(re.compile(f"(?<=...){p}$", re.IGNORECASE) for p in data["qualified"]),
    )


def without_province(text: str) -> str:
    """Return a Chinese name without the country and province before it, which a small map does not hold."""
    for _ in range(2):
        text = _grammar().outer.sub("", text)
    return text


def is_area(category: str) -> bool:
    """Say whether a category is one of areas: a town, a district, an administrative boundary."""
    key, _, value = category.partition("/")
    return category == "boundary/administrative" or (key == "place" and value in AREA_PLACES)


def short_names(name: str) -> list[str]:
    """Return what an area is called without its administrative words.

    Parameters
    ----------
    name
        Name on the map, or as said.

    Returns
    -------
    list of str
        The most usual first; empty when nothing can be left out.
    """
    if has_han(name) or _HANGUL.search(name):
        return _short_joined(name)
    grammar = _grammar()
    found: list[str] = []
    for pattern in (*grammar.before, *grammar.behind, *grammar.qualified):
        short = pattern.sub("", name).strip()
        if short and short != name:
            found.append(short)
    return list(dict.fromkeys(found))


def said_names(words: str) -> list[str]:
    """Return what may be meant by words for an area, themselves first: "Encamp town" is Encamp."""
    found = [words, *short_names(words)]
    if not has_han(words):
        found += [p.sub("", words) for p in _grammar().said_behind if p.search(words)]
    return list(dict.fromkeys(w.strip() for w in found if w.strip()))


def _short_joined(name: str) -> list[str]:
    text = simplified(name).strip()
    for suffix, instead in _grammar().joined:
        core = text.removesuffix(suffix)
        if core == text or not core:
            continue
        core = (
            _without_peoples(core) if suffix.startswith(("自治", "民族")) or suffix in ("乡", "镇") else core
        )
        if len(core) < _LEAST:
            return []
        return [core, core + instead] if instead else [core]
    return []


def _without_peoples(core: str) -> str:
    """Leave out the peoples after whom an area is called: 伊犁哈萨克 → 伊犁, 东乡族 → 东乡."""
    while True:
        for people in _grammar().peoples:
            rest = core.removesuffix(people)
            if rest != core and len(rest) >= _LEAST:
                core = rest
                break
        else:
            return core.removesuffix("族") if len(core) > _LEAST else core


def area_names(category: str, tags: Mapping[str, str], names: Mapping[str, str]) -> list[str]:
    """Return further names by which an area is called.

    Parameters
    ----------
    category
        Its category.
    tags
        Its tags.
    names
        Names by language and sort, as `poi.build.names.names_of` gives them.
    """
    if not is_area(category):
        return []
    found: list[str] = []
    for name in dict.fromkeys(part.strip() for value in names.values() for part in value.split(";")):
        parts = [p.strip() for p in re.split(r" [-–/] ", name)]
        found += parts if len(parts) > 1 else []
        for part in parts:
            found += short_names(part)
            suffix = _SUFFIX_OF_PLACE.get(tags.get("place", ""), "")
            if suffix and has_han(part) and not short_names(part) and len(part) >= _LEAST:
                found.append(part + suffix)
    if "内蒙古" in found:
        found.append("内蒙")
    return [name for name in dict.fromkeys(found) if name not in names.values()]
