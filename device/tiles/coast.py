"""The sea of a region: coastlines joined, cut at the box of the region, and closed along it.

OpenStreetMap draws coastlines with the land to the left, so that the sea lies to the right.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

Point = tuple[float, float]
"""(lat, lon), degrees."""
Line = list[Point]
Box = tuple[float, float, float, float]
"""South, west, north, east, degrees."""


def sea_within(coastlines: list[Line], box: Box) -> list[tuple[str, Line]]:
    """Return the sea in a box as rings, and the islands that lie in it.

    Parameters
    ----------
    coastlines : list of lines
        Ways of the coast as they are drawn.
    box : Box
        Where the sea ends.

    Returns
    -------
    list of (str, ring)
        First ``ocean``, then ``island``, which are drawn over it; nothing without a coast.
    """
    rings, open_lines = joined(coastlines)
    pieces = [piece for line in open_lines for piece in cut(line, box)]
    islands = []
    for ring in rings:
        parts = cut(ring, box)
        if len(parts) == 1 and parts[0][0] == parts[0][-1]:
            islands.append(parts[0])
        else:
            pieces += _rejoined(parts)
    pieces = [snapped(piece, box) for piece in pieces]
    oceans = list(closed(pieces, box)) if pieces else []
    if not oceans and any(_is_left(ring) for ring in islands):
        south, west, north, east = box
        oceans = [[(south, west), (north, west), (north, east), (south, east), (south, west)]]
    found = [("ocean", ring) for ring in oceans]
    found += [("island" if _is_left(ring) else "ocean", ring) for ring in islands]
    return found


def joined(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Join lines where one begins at the end of another; return those that close, and the others."""
    by_start = {line[0]: line for line in lines}
    ends = {line[-1] for line in lines}
    rings: list[Line] = []
    open_lines: list[Line] = []
    # Those that nothing leads to come first: what is left then runs in rings.
    for start in sorted(by_start, key=lambda point: point in ends):
        if start not in by_start:
            continue
        chain = list(by_start.pop(start))
        while chain[-1] != chain[0] and chain[-1] in by_start:
            chain += by_start.pop(chain[-1])[1:]
        (rings if chain[0] == chain[-1] and len(chain) > 3 else open_lines).append(chain)
    return rings, open_lines


def cut(line: Line, box: Box) -> list[Line]:
    """Return the pieces of a line that lie in a box."""
    pieces: list[Line] = []
    piece: Line = []
    for a, b in pairwise(line):
        inside = _within(a, b, box)
        if inside is None:
            continue
        first, last = inside
        if not piece or piece[-1] != first:
            if len(piece) > 1:
                pieces.append(piece)
            piece = [first]
        if last != first:
            piece.append(last)
    return [*pieces, piece] if len(piece) > 1 else pieces


def _within(a: Point, b: Point, box: Box) -> tuple[Point, Point] | None:
    """Return the part of a straight line that lies in a box (Liang and Barsky)."""
    south, west, north, east = box
    low, high = 0.0, 1.0
    steps = (b[0] - a[0], b[1] - a[1])
    for step, room in (
        (-steps[0], a[0] - south),
        (steps[0], north - a[0]),
        (-steps[1], a[1] - west),
        (steps[1], east - a[1]),
    ):
        if step == 0:
            if room < 0:
                return None
        elif step < 0:
            low = max(low, room / step)
        else:
            high = min(high, room / step)
    if low > high:
        return None
    first = a if low == 0.0 else (a[0] + low * steps[0], a[1] + low * steps[1])
    last = b if high == 1.0 else (a[0] + high * steps[0], a[1] + high * steps[1])
    return first, last


def _rejoined(parts: list[Line]) -> list[Line]:
    """Join the first and the last piece of a ring that begins inside the box."""
    if len(parts) > 1 and parts[-1][-1] == parts[0][0]:
        return [[*parts[-1], *parts[0][1:]], *parts[1:-1]]
    return parts


def snapped(piece: Line, box: Box) -> Line:
    """Lead the ends of a piece to the side of the box that is nearest: the extract may have cut it before."""
    return [_at_side(piece[0], box), *piece, _at_side(piece[-1], box)]


def _at_side(point: Point, box: Box) -> Point:
    lat, lon = point
    south, west, north, east = box
    ways = (
        (lat - south, (south, lon)),
        (north - lat, (north, lon)),
        (lon - west, (lat, west)),
        (east - lon, (lat, east)),
    )
    return min(ways)[1]


def closed(pieces: list[Line], box: Box) -> Iterator[Line]:
    """Close pieces along the box, clockwise from each end to the next beginning: the sea is to the right."""
    begins = sorted((_round(piece[0], box), index) for index, piece in enumerate(pieces))
    left = set(range(len(pieces)))
    while left:
        first = min(left)
        ring: Line = []
        index = first
        while index in left:
            left.discard(index)
            ring += pieces[index]
            at = _round(pieces[index][-1], box)
            ahead = [(begin - at) % 4.0 for begin, _ in begins]
            nearest = min(range(len(begins)), key=lambda k: ahead[k])
            ring += _corners(at, ahead[nearest], box)
            index = begins[nearest][1]
        ring.append(ring[0])
        if len(ring) > 3:
            yield ring


def _round(point: Point, box: Box) -> float:
    """Return where on the box a point lies: 0 to 4 clockwise from its north-western corner."""
    lat, lon = point
    south, west, north, east = box
    height, width = north - south or 1.0, east - west or 1.0
    sides = (
        (abs(north - lat), (lon - west) / width),
        (abs(east - lon), 1 + (north - lat) / height),
        (abs(lat - south), 2 + (east - lon) / width),
        (abs(lon - west), 3 + (lat - south) / height),
    )
    return min(sides)[1] % 4.0


def _corners(at: float, ahead: float, box: Box) -> Line:
    """Return the corners of the box that are passed clockwise."""
    south, west, north, east = box
    corners = [(north, west), (north, east), (south, east), (south, west)]
    found = []
    corner = int(at) + 1
    while corner - at <= ahead:
        found.append(corners[corner % 4])
        corner += 1
    return found


def _is_left(ring: Line) -> bool:
    """Tell whether a ring runs counter-clockwise, so that what it encloses lies to its left."""
    area = sum(a[1] * b[0] - b[1] * a[0] for a, b in pairwise(ring))
    return area > 0
