"""What a language says while driving: the schema of ``languages/<code>/guidance.yaml``, and its loader."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from languages import Language, LanguageError, codes, load_language
from languages.yaml_io import read_yaml
from nav.guidance.maneuvers.types import KINDS, Kind, Modifier
from nav.guidance.wording.phrase import Phrase, Said


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True, arbitrary_types_allowed=True)


class Pace(_Data):
    """How long it takes to say things."""

    start_s: float
    """Before and after the sentence, seconds."""
    ideograph_s: float
    """Each ideograph, seconds."""
    letter_s: float
    """Each other letter or digit, seconds."""
    rest_s: float
    """At each comma, seconds."""


class NameWords(_Data):
    """Which of a road's names is said."""

    languages: tuple[str, ...]
    """Languages of names, the preferred one first; "" is the map's own name."""
    placeholders: tuple[str, ...]
    """What stands on maps in place of a name."""


class Count(_Data):
    """A thing that is counted, with ``{n}``."""

    one: Said | None = None
    """For one; as the others if not given."""
    other: Said
    tenths: Said | None = None
    """With ``{whole}`` and ``{tenth}``, where the unit is divided."""
    half: Said | None = None
    """With ``{whole}``, for a number and a half below ten."""

    def of(self, count: int) -> Phrase:
        """Return the form for a count."""
        return self.one if count == 1 and self.one is not None else self.other


class Mile(Count):
    """Miles, which people divide into quarters."""

    quarters: tuple[Said, ...] = Field(min_length=3, max_length=3)
    """A quarter, half, and three quarters of one."""
    and_quarters: tuple[Said, ...] = Field(min_length=3, max_length=3)
    """``{whole}`` miles and such a part."""


class UnitWords(_Data):
    """Units of length and of time."""

    metre: Count
    kilometre: Count
    foot: Count
    yard: Count
    mile: Mile
    hour: Count
    minute: Count


class DurationWords(_Data):
    """Lengths of time."""

    none: str
    """Less than a minute."""
    both: Said
    """With ``{hours}`` and ``{minutes}``."""


class PartOfDay(_Data):
    """A part of the day."""

    until: int
    """Hour at which it ends."""
    word: str


class Clock(_Data):
    """Times of day, with ``{hour}``, ``{minute}`` and ``{part}``."""

    cycle: int
    """12 or 24 hours."""
    midnight: int
    """What the hour of midnight is called where the cycle is 12: 0 or 12."""
    parts: tuple[PartOfDay, ...]
    full: Said
    """On the hour."""
    half: Said | None = None
    """At half past."""
    few: Said
    """Below ten minutes past."""
    minutes: Said


class SpeedWords(_Data):
    """Speeds, with ``{n}``."""

    kph: Said
    mph: Said


class RefWords(_Data):
    """Road references."""

    number: Said
    """A number alone, ``{n}``."""
    joiner: str
    """Between letters and numbers."""
    classes: dict[str, str] = {}
    """Letter before a number of three digits to the kind of road, said after its digits."""
    directions: dict[Literal["north", "south", "east", "west"], str]
    """Which of its two directions is meant, as on signs: "I 95 South"."""
    with_direction: Said
    """``{ref}`` and ``{direction}``."""
    with_name: Said
    """``{ref}`` and ``{name}`` of one road."""
    with_latin_name: Said | None = None
    """The same, if the name is written in Latin letters."""


class ExitWords(_Data):
    """Exits of motorways."""

    plain: str
    """Without a number."""
    number: Said
    """With a number ``{n}``."""
    lettered: Said
    """With a number ``{n}`` and ``{letters}``."""
    other: Said
    """With any other ``{text}``."""


class LaneCount(_Data):
    """Some lanes, ``{n}`` of them or at ``{places}``."""

    one: Said | None = None
    other: Said


class LaneWords(_Data):
    """Which lanes to use."""

    left: LaneCount
    right: LaneCount
    middle: LaneCount
    from_left: LaneCount
    from_right: LaneCount
    place: Said
    """The number of a lane, as ``{n}`` or ``{nth}``."""
    places: str
    """Between such numbers."""


class Lists(_Data):
    """Lists of words."""

    both: str = Field(alias="and")
    """Between the last two of a list."""


class NoticeWords(_Data):
    """What guidance says besides manoeuvres."""

    reroute: Said
    turn_round: Said
    no_route: Said
    rest: Said
    """With ``{hours}``."""
    position_lost: Said
    speeding: Said
    """With ``{limit}``."""
    arrived: Said


class AnswerWords(_Data):
    """Answers about the drive."""

    time_left: Said
    """With ``{time}`` and ``{distance}``."""
    distance_left: Said
    arrival_time: Said
    """With ``{clock}``."""
    no_turn: Said
    """When nothing follows."""
    where: Said
    """With ``{road}``."""
    speed_limit: Said
    """With ``{limit}``."""


class GuidanceWords(_Data):
    """Everything that a language says while driving."""

    capitals: bool
    """Whether a sentence begins with a capital."""
    pace: Pace
    opening: Said
    """An ``{opening}`` before a sentence ``{text}``."""
    lists: Lists
    names: NameWords
    units: UnitWords
    units_ahead: UnitWords | None = None
    """Units as they are said after the preposition of `ahead`, in languages with cases."""
    duration: DurationWords
    clock: Clock
    speed: SpeedWords
    compass: tuple[str, ...] = Field(min_length=8, max_length=8)
    """From north, clockwise."""
    refs: RefWords
    exits: ExitWords
    lanes: LaneWords
    road_marks: dict[Literal["elevated", "side"], tuple[str, ...]] = {}
    """What in a road's name tells that it is elevated, or runs beside a main road."""
    transitions: dict[Literal["elevated", "ground", "side", "main"], str] = {}
    """What is said where the route goes up to such a road or leaves it, on or off a side road."""
    lights: Said | None = None
    """Which traffic light ahead: ``{n}`` or ``{nth}``, in place of the name of a junction; None: not said."""
    sides: dict[str, str]
    turns: dict[Modifier, str]
    """What to do, by the way it goes."""
    actions: dict[Kind, Said]
    """What to do, by kind, without names."""
    sentences: dict[str, Said]
    """The whole sentence, by kind and modifier, by kind, or ``default``."""
    now: Said
    """``{turn}`` at this moment."""
    then: Said
    """``{text}``, what is ``{next}``, and the ``{third}`` thing."""
    ahead: Said
    """``{text}`` in a ``{distance}``."""
    after: Said
    """What follows a manoeuvre when the next one is far: a ``{distance}``."""
    notices: NoticeWords
    answers: AnswerWords


_SLOTS = {
    "opening": "opening text",
    "units": "n whole tenth",
    "units_ahead": "n whole tenth",
    "duration": "hours minutes",
    "clock": "hour minute part",
    "speed": "n",
    "refs": "n ref name direction",
    "exits": "n letters text",
    "lanes": "n nth places",
    "lights": "n nth",
    "actions": "turn side n nth exit junction stop",
    "sentences": "action turn side n nth exit junction stop road places lanes compass transition",
    "now": "turn",
    "then": "text next third",
    "ahead": "text distance",
    "after": "distance",
    "notices": "hours limit",
    "answers": "time distance clock road limit",
}
"""Slots that the phrases of each key may have."""


def read_words(language: Language) -> GuidanceWords:
    """Read what a language says while driving.

    Raises
    ------
    LanguageError
        The file does not fit; the message names file and key.
    """
    path = language.folder / "guidance.yaml"
    try:
        words = GuidanceWords.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise LanguageError(f"{path}: {key}: {first['msg']}") from None
    for key, known in _SLOTS.items():
        for phrase in _phrases(getattr(words, key)):
            if unknown := sorted(set(phrase.slots) - set(known.split())):
                raise LanguageError(f"{path}: {key}: there is no slot {unknown[0]}, only {known}")
    if missing := sorted(set(KINDS) - set(words.actions)):
        raise LanguageError(f"{path}: actions lack {', '.join(missing)}")
    return words


def _phrases(value: object) -> Iterator[Phrase]:
    """Yield the phrases in a value of the data."""
    if isinstance(value, Phrase):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _phrases(getattr(value, name))
    elif isinstance(value, Mapping | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _phrases(inner)


@cache
def words_of(code: str) -> GuidanceWords:
    """Return what a language says while driving, read once."""
    return read_words(load_language(code))


@cache
def placeholders() -> frozenset[str]:
    """Return what stands on maps in place of a name, in all languages."""
    return frozenset(word.casefold() for code in codes() for word in words_of(code).names.placeholders)
