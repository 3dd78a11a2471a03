"""How fast one really drives on an edge, from class, surroundings, signs and surface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nav.graph import NO_LIMIT_KPH, EdgeFlag, Float32Array, RoadClass
from nav.osm.tags import WayTraits
from nav.routing.weights.costs import Costs, load_costs


def car_speeds_kph(
    arrays: dict[str, NDArray[Any]], traits: Sequence[WayTraits], countries: Sequence[str]
) -> Float32Array:
    """Return the speed of a car on each edge; also fill the limits that speed zones imply.

    Parameters
    ----------
    arrays
        The edge arrays built so far; `edge_maxspeed_kph` is completed where a zone is tagged.
    traits
        What the tags of each way say.
    countries
        ISO codes, indexed by `edge_country`.

    Returns
    -------
    (E,) float32, km/h
    """
    costs = load_costs()
    flags, way = arrays["edge_flags"], arrays["edge_way"]
    urban = _has(flags, EdgeFlag.URBAN)
    zone = np.array([t.zone for t in traits], dtype=object)[way] if traits else np.empty(0, object)
    urban = np.where(zone == "urban", True, np.where(zone == "rural", False, urban)).astype(bool)
    limits = np.array([costs.limits_of(code) for code in countries], np.float64)[arrays["edge_country"]]
    posted = arrays["edge_maxspeed_kph"]
    _fill_from_zones(posted, zone, limits)
    road_class = arrays["edge_class"]
    free = np.where(
        urban, costs.by_class("car", "urban_kph")[road_class], costs.by_class("car", "rural_kph")[road_class]
    )
    free = np.where(_has(flags, EdgeFlag.LINK), free * costs.car("link_factor"), free)
    legal = np.select(
        [road_class == RoadClass.MOTORWAY, road_class == RoadClass.LIVING_STREET, urban],
        [limits[:, 2], limits[:, 3], limits[:, 0]],
        limits[:, 1],
    )
    # A trunk road through a town is often an expressway with a limit of its own, which is then posted.
    legal = np.where((road_class == RoadClass.TRUNK) & urban, limits[:, 1], legal)
    free = np.minimum(free, legal)
    signed = np.minimum(posted * costs.car("maxspeed_factor"), costs.car("top_kph"))
    kph = np.where((posted > 0) & (posted < NO_LIMIT_KPH), signed, free)
    kph = np.where(
        posted == NO_LIMIT_KPH, np.maximum(free, costs.by_class("car", "rural_kph")[road_class]), kph
    )
    kph = np.where(urban, _in_traffic(kph, free, arrays, countries, costs), kph)
    # Ways that are tagged alike share one object.
    cap_of = {id(t): _cap_kph(t, costs) for t in {id(t): t for t in traits}.values()}
    caps = np.array([cap_of[id(t)] for t in traits], np.float64)[way] if traits else np.empty(0)
    kph = np.minimum(kph, caps)
    ferry = np.array([_ferry_duration_s(t) for t in traits], np.float64)[way] if traits else np.empty(0)
    kph = np.where(road_class == RoadClass.FERRY, _ferry_kph(arrays, ferry, posted, costs), kph)
    return np.maximum(kph, 1.0).astype(np.float32)


def _in_traffic(
    kph: NDArray[Any],
    free: NDArray[Any],
    arrays: dict[str, NDArray[Any]],
    countries: Sequence[str],
    costs: Costs,
) -> NDArray[Any]:
    """Return the speed among other traffic in a town, where it was measured what that takes.

    A road with a lower limit than is usual for its class is held up less: it is no slower than the usual one.
    """
    slowed = np.array([costs.slowed_by_class(code) for code in countries])
    factor = slowed[arrays["edge_country"], arrays["edge_class"]]
    return np.asarray(np.minimum(kph, np.maximum(free, kph) / factor))


def _has(flags: NDArray[Any], flag: EdgeFlag) -> NDArray[np.bool_]:
    return (flags & np.uint32(flag)) > 0


def _fill_from_zones(posted: NDArray[Any], zone: NDArray[Any], limits: NDArray[Any]) -> None:
    for column, name in ((0, "urban"), (1, "rural"), (2, "motorway"), (3, "living_street")):
        chosen = (zone == name) & (posted == 0)
        posted[chosen] = limits[chosen, column].astype(posted.dtype)


def _cap_kph(traits: WayTraits, costs: Costs) -> float:
    """Return what surface and use allow at most, whatever the limit."""
    caps = [
        costs.table("car", "surface_kph").get(traits.surface.split(":")[0], 999.0),
        costs.table("car", "smoothness_kph").get(traits.smoothness, 999.0),
    ]
    if traits.road_class is RoadClass.TRACK:
        caps.append(
            costs.table("car", "tracktype_kph").get(
                traits.tracktype, costs.by_class("car", "rural_kph")[RoadClass.TRACK]
            )
        )
    for flag, name in (
        (EdgeFlag.DRIVEWAY, "driveway_kph"),
        (EdgeFlag.PARKING_AISLE, "parking_aisle_kph"),
        (EdgeFlag.ALLEY, "alley_kph"),
    ):
        if flag in traits.flags:
            caps.append(costs.car(name))
    if traits.road_class is RoadClass.LIVING_STREET:
        caps.append(costs.car("living_street_kph"))
    return min(caps)


def _ferry_duration_s(traits: WayTraits) -> float:
    return traits.duration_s


def _ferry_kph(
    arrays: dict[str, NDArray[Any]], duration_s: NDArray[Any], posted: NDArray[Any], costs: Costs
) -> NDArray[Any]:
    """Return the speed of the ship: the length of its whole way over its duration."""
    way = arrays["edge_way"]
    length = np.bincount(way, arrays["edge_length_m"]) / 2 if len(way) else np.empty(0)
    by_duration = length[way] / np.maximum(duration_s, 1.0) * 3.6 if len(way) else np.empty(0)
    usual = np.where((posted > 0) & (posted < NO_LIMIT_KPH), posted, costs.ferry_kph)
    # Faster than any car ferry: the duration is that of a part, or mistyped.
    return np.where((duration_s > 0) & (by_duration < 100.0), by_duration, usual)
