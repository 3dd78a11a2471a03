"""The prompts of a drive before it is driven: what would be said, and where, at the speeds of the route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nav.guidance.progress import RouteRuler
from nav.guidance.prompts import Prompt, PromptScheduler, PromptTiming

if TYPE_CHECKING:
    from nav.routing.route import Route
    from nav.units import Units

_STEP_S = 1.0
_LEAST_MPS = 1.0
_QUIET_AFTER_M = 400.0
"""Beyond this nothing is said of a manoeuvre that has been passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """One prompt of a drive that nothing disturbs."""

    offset_m: float
    """Where along the route the car is when it begins, metres."""

    prompt: Prompt
    """What is said."""


def rehearse(
    route: Route, language: str, *, units: Units | None = None, timing: PromptTiming | None = None
) -> list[Rehearsed]:
    """Return every prompt of a drive along a route, as fast as the route counts on.

    Parameters
    ----------
    route : Route
        What is driven.
    language : str
        Code of the language of the prompts.
    units : {"metric", "us", "uk"}, optional
        Units of distances; those of the country if not given.
    timing : PromptTiming, optional
        When prompts come.

    Returns
    -------
    list of Rehearsed
        In the order in which they are said: the words of a `Guide` on such a drive, at the same places.
    """
    timing = timing or PromptTiming()
    scheduler = PromptScheduler(route.maneuvers, language, units=units, timing=timing)
    ruler = RouteRuler(route)
    found: list[Rehearsed] = []
    offset_m = time_s = 0.0
    while offset_m < ruler.length_m:
        speed_mps = max(_LEAST_MPS, ruler.speed_mps(offset_m))
        prompt = scheduler.update(offset_m, speed_mps, time_s)
        if prompt is not None:
            found.append(Rehearsed(offset_m=offset_m, prompt=prompt))
        quiet_m = _quiet_m(route, scheduler.next_index, offset_m, timing)
        offset_m += max(speed_mps * _STEP_S, quiet_m)
        time_s += max(_STEP_S, quiet_m / speed_mps)
    return found


def _quiet_m(route: Route, following: int, offset_m: float, timing: PromptTiming) -> float:
    """Return how far nothing can become due: long after one manoeuvre, and long before the next."""
    maneuvers = route.maneuvers
    if not 0 < following < len(maneuvers) or offset_m - maneuvers[following - 1].offset_m < _QUIET_AFTER_M:
        return 0.0
    return maneuvers[following].offset_m - offset_m - 1.5 * timing.prepare_max_m
