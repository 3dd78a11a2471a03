"""Relations of an extract: boundaries with their centres, those cut at its edge, and streets with houses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nav.osm.clean import clean_tags
from poi.areas.outline import Ring, contains

Box = tuple[float, float, float, float]
"""South, west, north, east."""

_STREET_SORTS = ("associatedStreet", "street")
_TOWN_PLACES = ("boundary", "multipolygon")
_MARGIN_DEG = 0.002
"""The edge of the map is taken to lie so far outside of what is on it."""

_GAP_DEG = 0.005
"""Ends of a cut outline so near each other (about 500 m) belong together: a small piece is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBoundary:
    """A boundary relation as it stands in the extract, perhaps without all of its ways."""

    tags: dict[str, str]
    ways: tuple[int, ...]
    """Its outer ways."""
    centre: int | None
    """The node that is its administrative centre."""
    label: int | None
    """The node at which its name is written."""


@dataclass(slots=True, kw_only=True)
class Relations:
    """What relations say about places."""

    boundaries: dict[int, RawBoundary] = field(default_factory=dict)
    """By the number of the relation."""
    street_of: dict[tuple[str, int], str] = field(default_factory=dict)
    """Name of the street of a house, by its type ("n", "w", "r") and number."""
    ways: set[int] = field(default_factory=set)
    """Ways of all boundaries."""


def read_relations(pbf: Path) -> Relations:
    """Read the relations of an extract; nodes and ways are passed over."""
    import osmium

    out = Relations()
    relations = osmium.FileProcessor(str(pbf), osmium.osm.RELATION)
    relation: Any
    for relation in relations.with_filter(osmium.filter.KeyFilter("type")):
        sort = relation.tags.get("type")
        if sort in _STREET_SORTS:
            name = clean_tags({"name": relation.tags.get("name", "")}).get("name", "")
            if name:
                houses = ((m.type, m.ref) for m in relation.members if m.role in ("house", "address"))
                out.street_of.update(dict.fromkeys(houses, name))
        elif sort in _TOWN_PLACES and ("boundary" in relation.tags or "place" in relation.tags):
            tags = clean_tags((t.k, t.v) for t in relation.tags)
            if tags.get("boundary", "administrative") == "administrative":
                out.boundaries[relation.id] = boundary = _boundary(relation, tags)
                out.ways.update(boundary.ways)
    return out


def _boundary(relation: Any, tags: dict[str, str]) -> RawBoundary:
    members = [(m.type, m.ref, m.role) for m in relation.members]
    nodes = {role: ref for sort, ref, role in reversed(members) if sort == "n"}
    return RawBoundary(
        tags=tags,
        ways=tuple(ref for sort, ref, role in members if sort == "w" and role in ("outer", "")),
        centre=nodes.get("admin_centre", nodes.get("admin_center", nodes.get("capital"))),
        label=nodes.get("label"),
    )


def rings_within(lines: Sequence[Ring], box: Box, inside: tuple[float, float]) -> list[Ring]:
    """Return the part of a cut area that lies in an extract, closed along the extract's edge.

    Parameters
    ----------
    lines
        The ways of its outline that the extract holds.
    box
        Bounds of the extract.
    inside
        A point of the area: which side of the outline is its own.

    Returns
    -------
    list of ndarray
        Closed rings, even-odd; the whole box where the extract holds nothing of the outline.
    """
    chains = list(_chains([line for line in lines if len(line) > 1]))
    closed = [c for c in chains if np.array_equal(c[0], c[-1])]
    chains = [c for c in chains if not np.array_equal(c[0], c[-1])]
    box = _widened(box, [*chains, *closed])
    if not chains:
        south, west, north, east = box
        whole = np.array([(south, west), (south, east), (north, east), (north, west), (south, west)])
        odd = sum(contains(ring, *inside) for ring in closed) % 2
        return closed if odd else [*closed, whole]
    chains = [_to_edge(_to_edge(chain, box)[::-1], box)[::-1] for chain in chains]
    ends = sorted(
        (_along_edge(box, chain[end]), number, end) for number, chain in enumerate(chains) for end in (0, -1)
    )
    for first in (0, 1):
        rings = [*closed, *_closed_along_edge(chains, box, ends, first)]
        if sum(contains(ring, *inside) for ring in rings) % 2:
            return rings
    return []


def _chains(lines: list[Ring]) -> Iterator[Ring]:
    """Join lines at their ends; ends that nearly meet count as joined."""
    left = list(lines)
    while left:
        chain = left.pop()
        joined = True
        while joined and not np.array_equal(chain[0], chain[-1]):
            joined = False
            for reach in (0.0, _GAP_DEG):
                found = _next(chain, left, reach)
                if found is not None:
                    chain, joined = found, True
                    break
        if len(chain) > 3 and np.abs(chain[0] - chain[-1]).max() <= _GAP_DEG:
            chain = np.concatenate((chain, chain[:1]))
        yield chain


def _next(chain: Ring, left: list[Ring], reach: float) -> Ring | None:
    """Take the next piece of a chain out of what is left."""
    for number, line in enumerate(left):
        for ahead in (line, line[::-1]):
            if np.abs(chain[-1] - ahead[0]).max() <= reach:
                del left[number]
                return np.concatenate((chain, ahead[1:] if reach == 0 else ahead))
            if np.abs(ahead[-1] - chain[0]).max() <= reach:
                del left[number]
                return np.concatenate((ahead[:-1] if reach == 0 else ahead, chain))
    return None


def _widened(box: Box, lines: list[Ring]) -> Box:
    south, west, north, east = (
        edge + _MARGIN_DEG * side for edge, side in zip(box, (-1, -1, 1, 1), strict=True)
    )
    for line in lines:
        (low_lat, low_lon), (high_lat, high_lon) = line.min(axis=0), line.max(axis=0)
        south, west = min(south, low_lat), min(west, low_lon)
        north, east = max(north, high_lat), max(east, high_lon)
    return float(south), float(west), float(north), float(east)


def _to_edge(chain: Ring, box: Box) -> Ring:
    """Draw the end of a cut line on, straight ahead, to the edge of the box."""
    ahead = chain[-1] - chain[-2]
    low, high = np.array(box[:2]), np.array(box[2:])
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(ahead > 0, (high - chain[-1]) / ahead, (low - chain[-1]) / ahead)
    steps = steps[np.isfinite(steps) & (steps >= 0)]
    return np.concatenate((chain, [chain[-1] + ahead * steps.min()])) if len(steps) else chain


def _along_edge(box: Box, point: Ring) -> float:
    """Return where on the edge of the box a point lies: 0 to 4, anticlockwise from the south-west."""
    south, west, north, east = box
    y = float((point[0] - south) / max(north - south, 1e-9))
    x = float((point[1] - west) / max(east - west, 1e-9))
    return min(((y, x), (1 - x, 1 + y), (1 - y, 3 - x), (x, 4 - y)))[1] % 4


def _edge_point(box: Box, along: float) -> tuple[float, float]:
    south, west, north, east = box
    side, share = int(along), along - int(along)
    corners = ((south, west), (south, east), (north, east), (north, west), (south, west))
    (lat0, lon0), (lat1, lon1) = corners[side % 4], corners[side % 4 + 1]
    return lat0 + share * (lat1 - lat0), lon0 + share * (lon1 - lon0)


def _arc(box: Box, start: float, end: float) -> list[tuple[float, float]]:
    """Return the points of the edge from one place on it to another, anticlockwise."""
    stop = end if end > start else end + 4
    corners = [_edge_point(box, c % 4) for c in range(int(start) + 1, int(np.ceil(stop)))]
    return [_edge_point(box, start), *corners, _edge_point(box, end)]


def _closed_along_edge(
    chains: list[Ring], box: Box, ends: list[tuple[float, int, int]], first: int
) -> Iterator[Ring]:
    """Join chains by every second stretch of the edge between their ends."""
    partner: dict[tuple[int, int], tuple[tuple[int, int], list[tuple[float, float]]]] = {}
    for at in range(first, len(ends) + first, 2):
        (start, *here), (stop, *there) = ends[at % len(ends)], ends[(at + 1) % len(ends)]
        arc = _arc(box, start, stop)
        partner[here[0], here[1]] = ((there[0], there[1]), arc)
        partner[there[0], there[1]] = ((here[0], here[1]), arc[::-1])
    left = set(range(len(chains)))
    while left:
        number, end = left.pop(), -1
        begun = number
        parts: list[Ring] = [chains[number]]
        while True:
            (number, came), arc = partner[number, end]
            parts.append(np.array(arc))
            if number == begun:
                break
            left.discard(number)
            parts.append(chains[number] if came == 0 else chains[number][::-1])
            end = -1 if came == 0 else 0
        ring = np.concatenate(parts)
        yield np.concatenate((ring, ring[:1]))


def level_of(tags: Mapping[str, str]) -> int | None:
    """Return the admin level of an area that places are said to lie in, None if it is no such area."""
    if tags.get("boundary") == "administrative":
        level = tags.get("admin_level", "")
        return int(level) if level.isdigit() and 2 <= int(level) <= 11 else None
    by_place = {"country": 2, "state": 4, "province": 4, "region": 5, "county": 6, "municipality": 7,
                "city": 8, "town": 8, "borough": 9, "district": 6, "suburb": 9, "quarter": 10,
                "neighbourhood": 11, "village": 9, "hamlet": 10, "island": 9}  # fmt: skip
    return by_place.get(tags.get("place", ""))
