"""Words that tell places of one name apart: the town, the district or the street of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from poi.areas.names import is_area
from poi.place import Candidate, Resolution
from poi.text import canonical

_RIVAL = 0.06
"""Candidates that score so little less than the first have to be told apart from it."""

_LEVELS = (8, 7, 6, 9, 5, 4, 10, 11, 3, 2)
"""Admin levels by how usual it is to name an area of that level: towns, counties, parts of towns, states."""


class KnowsDistricts(Protocol):
    """What is needed of `poi.areas.whereabouts.Surroundings`."""

    def districts(self, lat: float, lon: float) -> list[tuple[int, str]]:
        """Return the areas that hold a point, smallest first: admin level and name."""


def told_apart(resolution: Resolution, surroundings: KnowsDistricts) -> Resolution:
    """Return a resolution whose rivals can be asked for in words that differ.

    Parameters
    ----------
    resolution
        With the verdict "ask"; any other comes back as it is.
    surroundings
        Knows what lies where.

    Returns
    -------
    Resolution
        Each rival with the words in `told_by`, and as its district where they name one.
    """
    if resolution.verdict != "ask":
        return resolution
    first = resolution[0]
    rivals = [c for c in resolution if first.score - c.score <= _RIVAL]
    areas = all(is_area(c.place.category) for c in rivals)
    if resolution.ask_by == "kind" and not areas:
        return resolution
    words = _areas_of(rivals, surroundings)
    if not words:
        return resolution
    named = iter(words)
    told = tuple(
        replace(c, told_by=word, place=replace(c.place, district=word))
        if c in rivals and (word := next(named))
        else c
        for c in resolution
    )
    return replace(resolution, candidates=told, ask_by="district")


def _areas_of(rivals: Sequence[Candidate], surroundings: KnowsDistricts) -> list[str]:
    """Return the names of areas of one level that hold the rivals, all different; empty if there are none."""
    held = [
        {level: name for level, name in surroundings.districts(c.place.lat, c.place.lon) if not _own(c, name)}
        for c in rivals
    ]
    for level in _LEVELS:
        names = [areas.get(level, "") for areas in held]
        if all(names) and len(set(names)) == len(names):
            return names
    nearest = [c.place.district for c in rivals]
    if all(nearest) and len(set(nearest)) == len(nearest):
        return nearest
    mixed = [next(iter(areas.values()), "") for areas in held]
    return mixed if all(mixed) and len(set(mixed)) == len(mixed) else []


def _own(candidate: Candidate, name: str) -> bool:
    return is_area(candidate.place.category) and canonical(name) == canonical(candidate.place.name)
