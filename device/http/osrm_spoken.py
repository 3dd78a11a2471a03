"""What other navigation apps say and show: voice and banner instructions as Mapbox and Valhalla write them.

The words and the places are those of our own guidance (`nav/guidance/rehearsal.py`, `wording/banner.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, cast

from device.http.osrm_request import OsrmError, OsrmRequest
from languages import codes
from nav.graph import EdgeFlag
from nav.guidance.rehearsal import Rehearsed, rehearse
from nav.guidance.wording.banner import Banner, banner_of
from nav.guidance.wording.osrm_names import osrm_arrow, osrm_type
from nav.guidance.wording.wording import say, wording_of

if TYPE_CHECKING:
    from nav.guidance.maneuvers.types import Maneuver, Modifier
    from nav.routing.route import Route
    from nav.units import Units

UNITS: dict[str, Units | None] = {"": None, "metric": "metric", "imperial": "us", "british_imperial": "uk"}
"""Mapbox's words for units; empty stands for those of the country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which words a request asks for."""

    voice: bool
    banner: bool
    language: str
    """Code of one of our languages."""
    locale: str
    """The language as it was asked for."""
    units: Units | None

    @property
    def any(self) -> bool:
        """Whether words are wanted."""
        return self.voice or self.banner


def wanted_words(request: OsrmRequest) -> Wanted:
    """Read which words are wanted.

    Raises
    ------
    OsrmError
        The language or the units are none of ours.
    """
    locale = request.options.get("language", "en")
    language = language_of(locale)
    if language is None:
        raise OsrmError("InvalidValue", f"language must be one of {', '.join(codes())}, such as zh-CN")
    return Wanted(
        voice=request.flag("voice_instructions", default=False),
        banner=request.flag("banner_instructions", default=False),
        language=language,
        locale=locale,
        units=UNITS[request.choice("voice_units", tuple(UNITS))],
    )


def language_of(locale: str) -> str | None:
    """Return which of our languages a BCP 47 tag such as `zh-Hans-CN` stands for; None if none does."""
    code = locale.replace("_", "-").split("-")[0].lower()
    return code if code in codes() else None


class Words:
    """The words of one route.

    Parameters
    ----------
    route : Route
        What is travelled.
    wanted : Wanted
        Which words.
    """

    def __init__(self, route: Route, wanted: Wanted) -> None:
        self._route = route
        self._wanted = wanted
        self._said: list[Rehearsed] = rehearse(route, wanted.language, units=wanted.units)

    def step(self, steps: list[dict[str, Any]], own: list[Maneuver], index: int) -> dict[str, Any]:
        """Return what a step has besides: voice and banner instructions.

        Parameters
        ----------
        steps, own
            The steps of a leg as written so far, and their manoeuvres.
        index : int
            Which of them.
        """
        found: dict[str, Any] = {}
        maneuver = own[index]
        following = own[index + 1] if index + 1 < len(own) else None
        length_m = steps[index]["distance"]
        if self._wanted.voice:
            found["voiceInstructions"] = self._voice(maneuver, following, length_m)
        if self._wanted.banner:
            found["bannerInstructions"] = self._banners(maneuver, following, length_m)
        return found

    def instruction(self, maneuver: Maneuver) -> str:
        """Return the whole sentence of a manoeuvre."""
        return say(maneuver, self._wanted.language, units=self._wanted.units)

    def _voice(self, maneuver: Maneuver, following: Maneuver | None, length_m: float) -> list[dict[str, Any]]:
        if following is None:
            return []
        found = []
        for said in self._said:
            if maneuver.offset_m <= said.offset_m < following.offset_m:
                left_m = min(length_m, following.offset_m - said.offset_m)
                found.append(_spoken(said.prompt.text, left_m, self._wanted.locale))
        return found

    def _banners(
        self, maneuver: Maneuver, following: Maneuver | None, length_m: float
    ) -> list[dict[str, Any]]:
        """Show the next manoeuvre from the start of the step, its lanes once it is spoken of."""
        if following is None:
            return []
        edge = self._route.edges[min(following.edge_start, len(self._route.edges) - 1)]
        left_hand = bool(int(self._route.graph.edge_flags[edge]) & EdgeFlag.LEFT_HAND)
        banner = banner_of(following, self._wanted.language, left_hand=left_hand)
        shown = _written(banner, length_m, self._wanted.language)
        sub = _lanes_of(banner) or _then_of(banner)
        if sub is None:
            return [shown]
        spoken_m = [
            following.offset_m - said.offset_m
            for said in self._said
            if maneuver.offset_m <= said.offset_m < following.offset_m
            and said.prompt.stage in _ABOUT_THE_NEXT
        ]
        near_m = min(length_m, max(spoken_m, default=length_m))
        closer = {**shown, "sub": sub, "distanceAlongGeometry": round(near_m, 1)}
        return [closer] if near_m >= length_m else [shown, closer]


_ABOUT_THE_NEXT = ("prepare", "approach", "now")


def _spoken(text: str, left_m: float, locale: str) -> dict[str, Any]:
    return {
        "distanceAlongGeometry": round(left_m, 1),
        "announcement": text,
        "ssmlAnnouncement": f'<speak xml:lang="{escape(locale)}">{escape(text, quote=False)}</speak>',
    }


def _written(banner: Banner, length_m: float, language: str) -> dict[str, Any]:
    primary = _content(banner, banner.text) | {"components": _components(banner, language)}
    secondary = None
    if banner.places:
        text = " / ".join(banner.places)
        secondary = _content(banner, text) | {"components": _texts(banner.places)}
    return {
        "distanceAlongGeometry": round(length_m, 1),
        "primary": primary,
        "secondary": secondary,
        "sub": None,
    }


def _content(banner: Banner, text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"text": text, "type": osrm_type(banner.kind)}
    # A destination straight ahead has no side; every other manoeuvre goes some way.
    found["modifier"] = banner.modifier.replace("_", " ")
    if banner.degrees is not None:
        found["degrees"] = banner.degrees
    return found


def _components(banner: Banner, language: str) -> list[dict[str, Any]]:
    """Return the parts of the main line; the number of an exit comes first, as on its sign."""
    exits = []
    if banner.exit_number:
        exits = [
            {"type": "exit", "text": wording_of(language).exit("")},
            {"type": "exit-number", "text": banner.exit_number},
        ]
    return [*exits, {"type": "text", "text": banner.text}]


def _texts(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for text in texts:
        if found:
            found.append({"type": "delimiter", "text": "/"})
        found.append({"type": "text", "text": text})
    return found


def _lanes_of(banner: Banner) -> dict[str, Any] | None:
    if not banner.lanes:
        return None
    components = []
    for lane in banner.lanes:
        component: dict[str, Any] = {
            "type": "lane",
            "text": "",
            "directions": [osrm_arrow(arrow) for arrow in lane.arrows] or ["straight"],
            "active": lane.active,
        }
        if lane.direction:
            component["active_direction"] = osrm_arrow(lane.direction)
        components.append(component)
    return {"text": "", "components": components}


def _then_of(banner: Banner) -> dict[str, Any] | None:
    if not banner.then or banner.then_kind is None:
        return None
    return {
        "text": banner.then,
        "type": osrm_type(banner.then_kind),
        "modifier": cast("Modifier", banner.then_modifier).replace("_", " "),
        "components": [{"type": "text", "text": banner.then}],
    }
