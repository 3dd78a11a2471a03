"""What a request costs, counted in searches from point to point before it is begun."""

from __future__ import annotations

from device.http.osrm_request import OsrmError, OsrmRequest

MOST_SEARCHES = 12_000
"""A table of a hundred by a hundred, or a round of a hundred stops: two to four seconds on two cores."""

_OF_ALTERNATIVES = 100
_OF_A_TRACE_POINT = 4
_OF_ANOTHER_VEHICLE = 200
"""Its weights, and the index of them, are made anew."""


def searches(request: OsrmRequest) -> int:
    """Return about how many searches a request takes; a point counts as often as the options name it."""
    count = len(request.points)
    match request.service:
        case "table":
            return len(request.indices("sources")) * len(request.indices("destinations"))
        case "trip":
            return count * count + count
        case "match":
            return count * _OF_A_TRACE_POINT
        case "route":
            return count - 1 + (_OF_ALTERNATIVES if "alternatives" in request.options else 0)
    return 1


def cost_of(request: OsrmRequest) -> int:
    """Return what a request costs in searches; refuse what would keep the others waiting.

    Raises
    ------
    OsrmError
        With the code `TooBig`.
    """
    wanted = searches(request) + (_OF_ANOTHER_VEHICLE if request.measures else 0)
    if wanted > MOST_SEARCHES:
        raise OsrmError(
            "TooBig", f"this takes {wanted} searches and at most {MOST_SEARCHES} are made: ask in parts"
        )
    return wanted
