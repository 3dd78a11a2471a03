"""Lines as text: Google's encoded polyline format, with five or six decimals, and thinning of lines."""

from __future__ import annotations

import math

import numpy as np

from nav.geometry import METRES_PER_DEGREE
from nav.graph import FloatArray


def encode(points: FloatArray, *, digits: int = 5) -> str:
    """Encode (n, 2) lat, lon points.

    See https://developers.google.com/maps/documentation/utilities/polylinealgorithm.
    """
    scaled = np.rint(np.asarray(points) * 10**digits).astype(np.int64)
    steps = np.diff(scaled, axis=0, prepend=np.zeros((1, 2), np.int64))
    text: list[str] = []
    for value in steps.ravel().tolist():
        rest = ~(value << 1) if value < 0 else value << 1
        while rest >= 0x20:
            text.append(chr((0x20 | (rest & 0x1F)) + 63))
            rest >>= 5
        text.append(chr(rest + 63))
    return "".join(text)


def decode(text: str, *, digits: int = 5) -> FloatArray:
    """Decode a polyline to (n, 2) lat, lon points.

    Raises
    ------
    ValueError
        The text is no polyline.
    """
    values: list[int] = []
    shift = result = 0
    for character in text:
        bits = ord(character) - 63
        if not 0 <= bits < 64 or shift > 60:
            raise ValueError("not a polyline")
        result |= (bits & 0x1F) << shift
        shift += 5
        if bits < 0x20:
            values.append(~(result >> 1) if result & 1 else result >> 1)
            shift = result = 0
    if shift or len(values) % 2 or not values:
        raise ValueError("not a polyline")
    return np.asarray(np.cumsum(np.array(values, np.float64).reshape(-1, 2), axis=0) / 10**digits)


def simplified(points: FloatArray, tolerance_m: float) -> FloatArray:
    """Leave out points within a tolerance of the line through the others (Ramer, Douglas, Peucker)."""
    if len(points) < 3:
        return points
    scale = math.cos(math.radians(float(points[:, 0].mean()))) * METRES_PER_DEGREE
    x, y = points[:, 1] * scale, points[:, 0] * METRES_PER_DEGREE
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        dx, dy = x[last] - x[first], y[last] - y[first]
        px, py = x[first + 1 : last] - x[first], y[first + 1 : last] - y[first]
        length = math.hypot(dx, dy)
        off = np.abs(dx * py - dy * px) / length if length > 0 else np.hypot(px, py)
        farthest = int(off.argmax())
        if off[farthest] > tolerance_m:
            middle = first + 1 + farthest
            keep[middle] = True
            parts += [(first, middle), (middle, last)]
    return points[keep]
