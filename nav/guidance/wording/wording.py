"""Manoeuvres put into words: the data of a language filled with what a manoeuvre says.

The words, their order and what stands between them are in ``languages/<code>/guidance.yaml``; here is only
which of them are taken.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Literal

from languages import Language, load_language
from nav.guidance.maneuvers.lights import LIGHTS_WITHIN_M
from nav.guidance.maneuvers.types import Form, Lane, Maneuver
from nav.guidance.wording.names import name_in, speakable_name, spoken_ref
from nav.guidance.wording.quantities import (
    shown_distance,
    spoken_distance,
    spoken_duration,
    spoken_speed,
    spoken_time,
)
from nav.guidance.wording.words import GuidanceWords, words_of
from nav.units import Units

__all__ = [
    "Wording",
    "name_in",
    "say",
    "say_after",
    "shown_distance",
    "speakable_name",
    "spoken_distance",
    "spoken_duration",
    "spoken_ref",
    "spoken_speed",
    "spoken_time",
    "wording_of",
]

_SAID_NOW = frozenset({"turn", "uturn", "end_of_road"})
_LONGEST_EXIT = 8
_MOST_LIGHTS = 3
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def say(
    maneuver: Maneuver,
    language: str,
    form: Form = "full",
    *,
    distance_m: float | None = None,
    units: Units | None = None,
) -> str:
    """Put a manoeuvre into one sentence.

    Parameters
    ----------
    maneuver : Maneuver
        What the driver has to do.
    language : str
        Code of the language to say it in: "zh", "en".
    form : {"full", "short", "now"}
        Everything with names, lanes and what follows; the action only; the action at this moment.
    distance_m : float, optional
        How far ahead it is in metres, said first.
    units : {"metric", "us", "uk"}, optional
        Units to say it in; those of the country if not given.

    Returns
    -------
    str
        A sentence without a closing full stop.
    """
    return wording_of(language).say(maneuver, form, distance_m, units)


def say_after(maneuver: Maneuver, language: str, *, units: Units | None = None) -> str:
    """Say what comes after a manoeuvre when the next one is far: "Continue for five kilometres"."""
    distance = spoken_distance(maneuver.length_m, language, units=units or maneuver.units)
    return words_of(language).after.say(distance=distance)


@cache
def wording_of(language: str) -> "Wording":
    """Return how a language words manoeuvres."""
    return Wording(load_language(language), words_of(language))


class Wording:
    """How one language words manoeuvres.

    Parameters
    ----------
    language : Language
        The language.
    words : GuidanceWords
        What it says while driving.
    """

    def __init__(self, language: Language, words: GuidanceWords) -> None:
        self._code = language.code
        self._numbers = language.numbers
        self._words = words
        self._slots: dict[str, Callable[[Maneuver], str]] = {
            "action": self.action,
            "turn": lambda maneuver: words.turns[maneuver.modifier],
            "side": self._side,
            "n": lambda maneuver: self._exit_count(maneuver, self._numbers.spell),
            "nth": lambda maneuver: self._exit_count(maneuver, self._numbers.ordinal),
            "exit": lambda maneuver: self.exit(maneuver.exit_number),
            "junction": self._junction,
            "stop": lambda maneuver: speakable_name(maneuver.stop_name),
            "transition": self._transition,
            "road": self._road,
            "places": self._places,
            "lanes": lambda maneuver: self.lanes(maneuver.lanes, maneuver.modifier),
            "compass": lambda maneuver: words.compass[int(maneuver.bearing_after_deg / 45 + 0.5) % 8],
        }

    def say(
        self,
        maneuver: Maneuver,
        form: Form = "full",
        distance_m: float | None = None,
        units: Units | None = None,
    ) -> str:
        """Put a manoeuvre into one sentence; see `nav.guidance.wording.wording.say`."""
        words = self._words
        if distance_m is not None:
            maneuver = _at_light(maneuver, distance_m)
        if form == "full":
            text = self._whole(maneuver)
        elif form == "now" and maneuver.kind in _SAID_NOW:
            text = words.now.say(turn=words.turns[maneuver.modifier])
        else:
            text = self.action(maneuver)
        follows = maneuver.then if form != "short" else None
        if follows is not None:
            third = self.action(follows.then) if follows.then is not None else ""
            text = words.then.say(text=text, next=self.action(follows), third=third)
        if distance_m is not None:
            units = units or maneuver.units
            distance = spoken_distance(distance_m, self._code, units=units, ahead=True)
            text = words.ahead.say(distance=distance, text=text)
        return text[0].upper() + text[1:] if words.capitals else text

    def action(self, maneuver: Maneuver) -> str:
        """Say only what to do: 右转, "at the roundabout take the second exit"."""
        phrase = self._words.actions[maneuver.kind]
        return phrase.fill({slot: self._slots[slot](maneuver) for slot in phrase.slots})

    def _whole(self, maneuver: Maneuver) -> str:
        sentences = self._words.sentences
        phrase = (
            sentences.get(f"{maneuver.kind}_{maneuver.modifier}")
            or sentences.get(maneuver.kind)
            or sentences["default"]
        )
        return phrase.fill({slot: self._slots[slot](maneuver) for slot in phrase.slots})

    def _junction(self, maneuver: Maneuver) -> str:
        """Name a junction, or tell which traffic light it is at."""
        lights, n = self._words.lights, maneuver.light
        if not n or lights is None:
            return name_in(maneuver.junction, self._code)
        return lights.say(n=self._numbers.spell(n), nth=self._numbers.ordinal(n))

    def _side(self, maneuver: Maneuver) -> str:
        if maneuver.kind in ("via", "arrive"):
            return self._words.sides.get(maneuver.side, "")
        side = "left" if "left" in maneuver.modifier else "right" if "right" in maneuver.modifier else ""
        return self._words.sides.get(side, "")

    @staticmethod
    def _exit_count(maneuver: Maneuver, word: Callable[[int], str]) -> str:
        count = maneuver.roundabout_exit or maneuver.stop
        return word(count) if count else ""

    def _transition(self, maneuver: Maneuver) -> str:
        """Say that the route goes up to an elevated road or down, or on or off a side road."""
        words = self._words.transitions
        before, after = self._mark(maneuver.names_before), self._mark(maneuver.names)
        if before == after:
            return ""
        if after:
            return words.get(after, "")
        if before == "side":
            return words.get("main", "") if maneuver.names else ""
        return words.get("ground", "")

    def _mark(self, names: Mapping[str, str]) -> Literal["elevated", "side", ""]:
        for kind in ("elevated", "side"):
            marks = self._words.road_marks.get(kind, ())
            if any(mark in name for name in names.values() for mark in marks):
                return kind
        return ""

    def _road(self, maneuver: Maneuver) -> str:
        """Name the road after a manoeuvre: its name, its reference, or both on a motorway."""
        name = name_in(maneuver.names, self._code)
        if name and not maneuver.major:
            return name
        ref = spoken_ref(maneuver.refs[0], self._code) if maneuver.refs else ""
        if not name or not ref or maneuver.refs[0] in name:
            return name or ref
        refs = self._words.refs
        latin = name[0].isascii() and refs.with_latin_name is not None
        return ((refs.with_latin_name if latin else None) or refs.with_name).say(ref=ref, name=name)

    def _places(self, maneuver: Maneuver) -> str:
        """Name where the sign leads, other than the road itself."""
        road = self._road(maneuver)
        places = [
            name for text in maneuver.destination[:2] if (name := speakable_name(text)) not in ("", road)
        ]
        if not places:
            refs = (spoken_ref(text, self._code) for text in maneuver.destination_refs[:1])
            places = [ref for ref in refs if ref not in ("", road)]
        return self._words.lists.both.join(places)

    def exit(self, number: str) -> str:
        """Name a motorway exit: 十二号出口, "exit three B"; "the exit" if it has no number."""
        words, text = self._words.exits, speakable_name(number)
        if not text or len(text) > _LONGEST_EXIT:
            return words.plain
        digits = text.rstrip(_LETTERS)
        if not (digits.isascii() and digits.isdigit()):
            return words.other.say(text=text)
        count = self._numbers.spell(int(digits))
        if len(digits) == len(text):
            return words.number.say(n=count)
        return words.lettered.say(n=count, letters=text[len(digits) :])

    def lanes(self, lanes: tuple[Lane, ...], modifier: str) -> str:
        """Say which lanes to use, empty when all will do or the map does not say."""
        span = lane_span(lanes, modifier)
        if span is None:
            return ""
        first, last, total = span
        words, count = self._words.lanes, last - first + 1
        spell = self._numbers.spell
        if first == 0:
            run = words.left
        elif last == total - 1:
            run = words.right
        elif first == total - 1 - last:
            run = words.middle
        else:
            run = words.from_left if first < total - 1 - last else words.from_right
        nearest = first + 1 if run is words.from_left else total - last
        places = words.places.join(
            words.place.say(n=spell(nearest + i), nth=self._numbers.ordinal(nearest + i))
            for i in range(count)
        )
        phrase = run.one if count == 1 and run.one is not None else run.other
        return phrase.say(n=spell(count, counting=True), places=places)


def _at_light(maneuver: Maneuver, distance_m: float) -> Maneuver:
    """Count the lights up to a manoeuvre from where it is said; the first and those far on need no count."""
    ahead = sum(maneuver.offset_m - at_m < distance_m for at_m in maneuver.lights_m)
    helps = 2 <= ahead <= _MOST_LIGHTS and distance_m <= LIGHTS_WITHIN_M
    return replace(maneuver, light=ahead) if helps else maneuver


def lane_span(lanes: tuple[Lane, ...], modifier: str) -> tuple[int, int, int] | None:
    """Find the run of usable lanes to name: first, last, how many there are; None if all will do."""
    total = len(lanes)
    valid = [i for i, lane in enumerate(lanes) if lane.valid]
    if total < 2 or not valid or len(valid) == total:
        return None
    if "left" in modifier or modifier == "uturn":
        first = last = valid[0]
        while last + 1 in valid:
            last += 1
    else:
        first = last = valid[-1]
        while first - 1 in valid:
            first -= 1
    return first, last, total
