"""Distances, bearings and projections on the sphere, for arrays of points."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth, metres (IUGG)."""
METRES_PER_DEGREE = EARTH_RADIUS_M * math.pi / 180
"""Length of one degree of latitude, metres."""
HEADING_STEP_DEG = 360.0 / (1 << 16)
"""The bearings of roads are whole numbers of this: opposite ones differ by half a turn exactly."""


def haversine_m(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> FloatArray:
    """Return the great-circle distance in metres, element by element."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_dphi = (phi2 - phi1) / 2
    half_dlambda = np.radians(np.subtract(lon2, lon1)) / 2
    a = np.sin(half_dphi) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_dlambda) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(a, 1.0))))


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance between two (lat, lon) points, metres."""
    phi1, phi2 = math.radians(a[0]), math.radians(b[0])
    half_dlambda = math.radians(b[1] - a[1]) / 2
    h = math.sin((phi2 - phi1) / 2) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_dlambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def bearing_deg(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> FloatArray:
    """Return the initial compass bearing from the first to the second point, 0 ≤ bearing < 360."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    dlambda = np.radians(np.subtract(lon2, lon1))
    y = np.sin(dlambda) * np.cos(phi2)
    x = np.cos(phi1) * np.sin(phi2) - np.sin(phi1) * np.cos(phi2) * np.cos(dlambda)
    return np.asarray(np.degrees(np.arctan2(y, x)) % 360.0)


def stepped_heading_deg(bearing_deg: ArrayLike) -> NDArray[np.float32]:
    """Return the nearest bearing that is a whole number of `HEADING_STEP_DEG`, 0 ≤ bearing < 360."""
    steps = np.rint(np.divide(bearing_deg, HEADING_STEP_DEG)) % (1 << 16)
    return np.asarray(steps * HEADING_STEP_DEG, np.float32)


def turn_angle_deg(heading_in_deg: ArrayLike, heading_out_deg: ArrayLike) -> FloatArray:
    """Return how far a driver turns, -180 ≤ angle < 180; positive is to the right."""
    return np.asarray((np.subtract(heading_out_deg, heading_in_deg) + 180.0) % 360.0 - 180.0)


def point_at(lat: float, lon: float, bearing: float, metres: float) -> tuple[float, float]:
    """Return the point that lies so many metres away on a compass bearing."""
    delta = metres / EARTH_RADIUS_M
    theta, phi = math.radians(bearing), math.radians(lat)
    phi2 = math.asin(math.sin(phi) * math.cos(delta) + math.cos(phi) * math.sin(delta) * math.cos(theta))
    y = math.sin(theta) * math.sin(delta) * math.cos(phi)
    x = math.cos(delta) - math.sin(phi) * math.sin(phi2)
    return math.degrees(phi2), (lon + math.degrees(math.atan2(y, x)) + 540.0) % 360.0 - 180.0


def project_to_segments(
    lat: float, lon: float, a_lat: FloatArray, a_lon: FloatArray, b_lat: FloatArray, b_lon: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Project a point on many short segments, in a plane that touches the Earth at the point.

    Parameters
    ----------
    lat, lon
        The point, degrees.
    a_lat, a_lon, b_lat, b_lon
        Ends of the segments, degrees, shape (n,).

    Returns
    -------
    distance_m : (n,) distance from the point to the nearest point of each segment.
    along : (n,) where that nearest point lies on the segment, 0 at `a` … 1 at `b`.
    """
    return project_in_plane(lat, a_lon - lon, a_lat - lat, b_lon - lon, b_lat - lat)


def project_in_plane(
    lat: float, ax_deg: FloatArray, ay_deg: FloatArray, bx_deg: FloatArray, by_deg: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Do the work of `project_to_segments` on ends given relative to the point: longitude first, degrees."""
    scale = math.cos(math.radians(lat))
    ax, ay = ax_deg * scale, ay_deg
    dx, dy = bx_deg * scale - ax, by_deg - ay
    length2 = dx * dx
    length2 += dy * dy
    # The added number is far below a square millimetre; it only keeps points from dividing by nothing.
    along = (ax * dx + ay * dy) / -(length2 + 1e-20)
    np.minimum(along, 1.0, out=along)
    np.maximum(along, 0.0, out=along)
    x, y = ax + along * dx, ay + along * dy
    return np.sqrt(x * x + y * y) * METRES_PER_DEGREE, along


def bearing_between(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the initial compass bearing from one point to another, 0 ≤ bearing < 360."""
    phi1, phi2, dlambda = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    x = math.cos(phi1) * math.sin(phi2) - math.sin(phi1) * math.cos(phi2) * math.cos(dlambda)
    return math.degrees(math.atan2(math.sin(dlambda) * math.cos(phi2), x)) % 360.0


def along_line(points: FloatArray) -> FloatArray:
    """Return how far along a short line each point lies, in degrees: good for shares of its length."""
    steps = points[1:] - points[:-1]
    steps[:, 1] *= math.cos(math.radians(points[0, 0]))
    along = np.zeros(len(points))
    np.cumsum(np.sqrt((steps * steps).sum(axis=1)), out=along[1:])
    return along


def cumulative_m(points: FloatArray) -> FloatArray:
    """Return the distance from the start at each point of a line: (n,) metres, first 0."""
    steps = haversine_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    return np.concatenate(([0.0], np.cumsum(steps)))
