"""What to do about the candidates for a spoken name: take the first, ask, confirm, or give up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nav.geometry import distance_m
from poi.addresses.book import NUMBER_ALONE, UNSURE_REASONS
from poi.areas.names import is_area
from poi.names.search import OTHER_NUMBER
from poi.place import AskBy, Candidate, Resolution, Verdict
from poi.text import canonical

Point = tuple[float, float]

_NOTHING = 0.56
"""Below this the first candidate is not what was said."""

_SUGGESTED = 0.45
"""Above this a name is close enough to be suggested instead; below it, it shares a town or a syllable."""

_SURE_OF_WHOLE, _SURE_OF_ALIKE = 0.74, 0.8
"""From this on the first is taken: when all that was said stands in the name, and when it is only like it."""

_MARGIN = 0.04
"""Candidates that score so little less than the first are rivals."""

_CLEAR_LEAD = 0.08
"""By so much a name only like what was said must lead before any other: 清华大学医们 is 西门 or 医院."""

_AT_ITS_SIDE_M = 150.0
"""Places so near each other are one destination for a car: a cathedral and the statue before it."""

_ALIKE = ("sound", "spelling")
_NEVER_SURE = (OTHER_NUMBER, *UNSURE_REASONS)
"""What is never taken without asking, however well the rest fits: another house than the one said."""


def judge(candidates: Sequence[Candidate], *, near: Point | None, limit: int) -> Resolution:
    """Return the candidates with what to do about them.

    Parameters
    ----------
    candidates
        Best first.
    near
        Where the car is, if known.
    limit
        Keep at most so many.

    Returns
    -------
    Resolution
    """
    if not candidates or candidates[0].score < _NOTHING:
        names = dict.fromkeys(c.place.name for c in candidates[:12] if c.score > _SUGGESTED and c.place.name)
        return Resolution(suggestions=tuple(names)[:3])
    chosen = _nearest_of_a_chain(list(candidates), near)
    best = chosen[0]
    sure = best.why not in _NEVER_SURE and best.score >= (
        _SURE_OF_ALIKE if best.why in _ALIKE else _SURE_OF_WHOLE
    )
    others = [c for c in chosen[1:] if c.why not in _NEVER_SURE]
    others = [c for c in others if not (_at_its_side(best, c) or _another_town(best, c))]
    rivals = [c for c in others if best.score - c.score < _MARGIN]
    clear = sure and best.why != NUMBER_ALONE and not (best.why in _ALIKE and _is_close(best, others))
    verdict: Verdict = "clear" if clear else "unsure"
    ask_by: AskBy | None = None
    if sure and rivals and not _far_nearer(best, rivals, near):
        verdict, ask_by = "ask", _question([best, *rivals])
    kept = tuple(replace(c, score=round(min(1.0, max(0.0, c.score)), 4)) for c in chosen[:limit])
    return Resolution(candidates=kept, verdict=verdict, ask_by=ask_by)


def _is_close(best: Candidate, others: Sequence[Candidate]) -> bool:
    """Say whether a place of another name is nearly as much like what was said."""
    name = canonical(best.place.name)
    return any(best.score - c.score < _CLEAR_LEAD and canonical(c.place.name) != name for c in others)


def _at_its_side(best: Candidate, other: Candidate) -> bool:
    """Say whether driving to the better-known place leads to the other as well, so that asking is idle."""
    a, b = best.place, other.place
    return a.importance > b.importance and distance_m((a.lat, a.lon), (b.lat, b.lon)) < _AT_ITS_SIDE_M


def _another_town(best: Candidate, other: Candidate) -> bool:
    """Say whether a town was named exactly and the other only sounds like it: 苏州 is not 宿州."""
    both = is_area(best.place.category) and is_area(other.place.category)
    return both and best.why == "exact" and other.why in _ALIKE


def _nearest_of_a_chain(candidates: list[Candidate], near: Point | None) -> list[Candidate]:
    """Order the branches of a chain that scored alike by their distance from the car."""
    if near is None:
        return candidates
    head = candidates[0]
    same = [c for c in candidates if _same_chain(head, c) and head.score - c.score < 2 * _MARGIN]
    if len(same) < 2:
        return candidates
    same.sort(key=lambda c: _metres(c, near))
    first = replace(same[0], score=max(same[0].score, head.score))
    return [first, *same[1:], *(c for c in candidates if c not in same)]


def _metres(candidate: Candidate, near: Point) -> float:
    return distance_m(near, (candidate.place.lat, candidate.place.lon))


def _same_chain(a: Candidate, b: Candidate) -> bool:
    same_name = canonical(a.place.name) == canonical(b.place.name)
    same_brand = bool(a.place.brand) and a.place.brand == b.place.brand
    return (same_name or same_brand) and a.place.category == b.place.category


def _far_nearer(best: Candidate, rivals: Sequence[Candidate], near: Point | None) -> bool:
    """Say whether the best is one branch of a chain and less than half as far as the other branches."""
    if near is None or not all(_same_chain(best, rival) for rival in rivals):
        return False
    own = _metres(best, near)
    return all(_metres(rival, near) > 2 * own for rival in rivals)


def _question(rivals: Sequence[Candidate]) -> AskBy:
    """Choose what tells the candidates apart in a word."""
    if rivals[0].why == NUMBER_ALONE or all(c.place.category == "address" for c in rivals):
        return "address" if len({c.place.name for c in rivals}) == len(rivals) else "district"
    if len({c.place.category for c in rivals}) == len(rivals):
        return "kind"
    districts = [c.place.district for c in rivals]
    if all(districts) and len(set(districts)) == len(rivals):
        return "district"
    if len({c.place.category for c in rivals}) > 1:
        return "kind"
    return "distance"
