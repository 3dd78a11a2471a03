"""How a trip is spoken of in a language: `trip_talk.yaml`, checked against its schema."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from languages.language import load_language
from languages.yaml_io import LanguageError, read_yaml


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoWords(_Data):
    """What says that something is not wanted."""

    before: tuple[str, ...]
    """In front of what is not wanted."""
    after: tuple[str, ...]
    """Behind it."""
    after_gap: str = ""
    """What may stand between what is not wanted and the word behind it that says so."""
    never: tuple[str, ...]
    """What has a "no" in it and says none: "don't miss"."""
    turned: tuple[str, ...]
    """What begins a wish behind a "no": "no museums, we like parks"."""


class DaysWords(_Data):
    """How many days a trip takes."""

    half: tuple[str, ...]
    all: tuple[str, ...] = ()
    """All days of the trip, with their number."""
    """Less than a day."""
    count: tuple[str, ...]
    nights: str
    until: str
    """Between the weekday on which a trip begins and that on which it ends: to, 到."""
    leaves: tuple[str, ...] = ()
    """What is said of the weekday on which a trip ends, if `until` does not stand before it."""
    words: dict[str, int]


class DayMarks(_Data):
    """Which day of the trip is meant."""

    number: tuple[str, ...]
    first: tuple[str, ...]
    second: tuple[str, ...] = ()
    """The day after the first, where no number says so: 次日."""
    last: tuple[str, ...]


class ChangeWords(_Data):
    """What tells how a plan at hand is to change."""

    undo: tuple[str, ...]
    undo_states: tuple[str, ...] = ()
    """What a plan goes back to, or what goes: "before", "that change"; with a word of `undo_verbs`."""
    undo_verbs: tuple[str, ...] = ()
    undo_many: tuple[str, ...] = ()
    """How many changes are taken back, `{n}`; without a number all of them."""
    exchange: tuple[str, ...] = ()
    """Verbs by which two days that are named change places."""
    turned_round: tuple[str, ...] = ()
    """What turns a day, or the order of two days, round."""
    order_first: tuple[str, ...] = ()
    order_last: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    afterwards: tuple[str, ...] = ()
    put: tuple[str, ...] = ()
    """Verbs that put a stop into another part of its day."""
    both_days: tuple[str, ...] = ()
    """The two days of a plan that has two."""
    sequence: str = r"(?!)"
    """One stop before another, `a` and `b`."""
    themed: tuple[str, ...] = ()
    """What gives a day that is named to a kind of sight that is named too."""
    nothing_else: tuple[str, ...] = ()
    """That a day holds what is named and no more: "beach and nothing else"."""
    everything: tuple[str, ...] = ()
    """All of a day that is named."""
    kind_less: tuple[str, ...] = ()
    """Beside a kind of sight of which there is too much."""
    ends: tuple[str, ...] = ()
    """What speaks of the end of a day."""
    leaves: tuple[str, ...] = ()
    """The same of the last day, which ends when one has to go."""
    ends_later: tuple[str, ...] = ()
    stay_longer: tuple[str, ...] = ()
    stay_shorter: tuple[str, ...] = ()
    stay_only: tuple[str, ...] = ()
    """Beside a length of time, which is how long a visit is to be."""
    lengths: tuple[str, ...] = ()
    """A length of time, `{n}`."""
    no_meal: tuple[str, ...] = ()
    """Beside a meal that is not wanted, besides the words of `drop`."""
    free: tuple[str, ...] = ()
    """What leaves a day or a part of one without anything planned."""
    free_beside: tuple[str, ...] = ()
    """What may stand beside that and says no more."""
    nap: tuple[str, ...] = ()
    """A rest in the middle of the day."""
    joints: tuple[str, ...] = ()
    """What stands between two requests of one sentence, where a word that changes follows."""
    also: tuple[str, ...] = ()
    """What asks for something in the place of what was dropped just before."""
    swap: tuple[str, ...]
    """Between what goes and what comes."""
    instead: tuple[str, ...] = ()
    """Before what goes: "instead of"."""
    another: tuple[str, ...]
    swapping: tuple[str, ...] = ()
    """Verbs that need one of the words of `swap` after them; where there are none, `swap` says it alone."""
    move: tuple[str, ...]
    moved_first: bool = False
    """Whether what is put on another day stands before the verb that says so."""
    drop: tuple[str, ...]
    add: tuple[str, ...]
    longer: tuple[str, ...]
    shorter: tuple[str, ...]
    days: tuple[str, ...] = ()
    one_more: tuple[str, ...] = ()
    """Before a day that is not in the plan yet: "a fourth day"."""
    make_it: tuple[str, ...] = ()
    """A bare number, which counts days where another clause does."""
    in_all: tuple[str, ...] = ()
    """Beside a number of days that is all that is said: "are enough"."""
    date: tuple[str, ...]
    """What moves the dates, where a day of the calendar is named as well."""
    leaving: tuple[str, ...]
    """What speaks of the way home, so that "two days earlier" makes the trip shorter."""
    shift: dict[str, int]
    """By how much the dates move: `{n}` of a unit, with its days."""
    sooner: tuple[str, ...]
    shifted: tuple[str, str]
    """How "{n} days later" and "{n} days sooner" are said in short."""
    walk_less: tuple[str, ...] = ()
    """What asks for less of walking, and nothing else."""
    there: tuple[str, ...] = ()
    """That one has to be where one leaves from, at the time that is said."""
    part_wish: str = r"(?!)"
    """That a thing, `what`, were better in a part of the day."""
    fewer: tuple[str, ...]
    more: tuple[str, ...]
    later: tuple[str, ...]
    earlier: tuple[str, ...]
    early: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    """What is wrong with a thing, behind its name."""
    too: tuple[str, ...] = ()
    """What before "early" and "late" asks for the contrary, as a "no" does."""
    start: tuple[str, ...]
    hotel: tuple[str, ...]
    slept: tuple[str, ...] = ()
    """What tells of a hotel without naming it."""
    hotel_plain: tuple[str, ...]
    """Words beside those for a hotel that name none."""
    hotel_verbs: tuple[str, ...]
    """Verbs before the name of a hotel: "stay at"."""
    eat: tuple[str, ...]
    meal_names: dict[str, str] = {}
    """What the meals are called where they are named in a change; by default "lunch" and "dinner"."""
    drive: str
    """A sentence that wants to be driven to a stop of the plan, `to`."""
    pointing: tuple[str, ...] = ()
    """What stands for something that is named before."""
    along: tuple[str, ...] = ()
    """What says that somebody comes along after all."""
    go: tuple[str, ...]
    """Before where a part of a day is to be spent."""
    clock: str
    """What a time of the clock has in it, so that "a bit later" is none."""
    better: dict[str, tuple[str, ...]]


class TalkWords(_Data):
    """All of `trip_talk.yaml`; entries are regular expressions, `{n}` is a number."""

    capital_nouns: bool = False
    """Whether every noun is written with a capital letter, so that one tells no name."""
    no_clock: tuple[str, ...]
    """Numbers that are no time of the day."""
    after_place: str
    """What may be read as the end of an area's name and is none."""
    stays: tuple[str, ...]
    """How long one stays at a place: `place` and `{n}`."""
    clauses: str
    """What stands between two wishes."""
    lists: str
    """What stands between two things of one wish."""
    no: NoWords
    must: tuple[str, ...]
    must_after: tuple[str, ...] = ()
    """The same behind what is named."""
    alone: tuple[str, ...]
    """Words with which one person is the party: alone, or the one who comes along."""
    only_stay: tuple[str, ...]
    """That one stays, without saying where."""
    bed_gap: tuple[str, ...]
    """What may stand between the word for sleeping and the name of a hotel."""
    weekend: tuple[str, ...]
    """What is a date as well as a number of days."""
    lodging: tuple[str, ...]
    limiting: tuple[str, ...]
    money: tuple[str, ...]
    full: tuple[str, ...]
    evening: tuple[str, ...]
    eating: tuple[str, ...]
    hollow: tuple[str, ...] = ()
    """Words that are no thing to be wished for or refused, wherever they stand: either, too."""
    fillers: tuple[str, ...]
    """Words of a request that wish for nothing by themselves."""
    days: DaysWords
    day_marks: DayMarks
    plans: tuple[str, ...] = ()
    """What makes a trip of a drive to an area: that a plan is to be made."""
    theme_before: tuple[str, ...] = ()
    """Before what a trip is about, which is no area then: "all Formula One"."""
    visiting: tuple[str, ...] = ()
    """What makes a visit of a doubtful drive to an area: that one wants to see it."""
    going: tuple[str, ...] = ()
    """That one wants to go to an area, `place`; capital letters tell a name."""
    questions: tuple[str, ...] = ()
    """What asks, beside a meal, for where or what one eats."""
    ask: dict[str, tuple[str, ...]]
    """Questions about the plan at hand, by what they ask for; the first that fits counts."""
    change: ChangeWords
    edges: tuple[str, ...]
    """Words at the edges of what is named in a change that do not belong to its name."""


@cache
def talks_of_trips(code: str) -> bool:
    """Whether a language has `trip_talk.yaml`: without it, trips are as the reader reads them."""
    return (load_language(code).folder / "trip_talk.yaml").is_file()


@cache
def talk_words(code: str) -> TalkWords:
    """Return how trips are spoken of in a language, read once.

    Raises
    ------
    LanguageError
        If the file is missing or does not fit.
    """
    path = load_language(code).folder / "trip_talk.yaml"
    try:
        return TalkWords.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise LanguageError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
