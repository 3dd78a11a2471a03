"""What is said about a plan at hand: a question about it, or a change, by the words that tell which.

A sentence has reasons beside what it asks for: "we didn't sleep a wink there, somewhere else please". So
every clause is taken by itself, the last first, with the day, the meal and the hotel that the others name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.trip.asked.marks import count_in, day_marks, says_any_no, says_no
from agent.trip.asked.party import read_party
from agent.trip.asked.rest import is_kind
from agent.trip.asked.wishes import limits_of, lodging_of
from agent.trip.changes.plan_words import any_sight, meal_meant, price_meant
from agent.trip.offered.sights import themes_of
from agent.trip.offered.tables import foods_of
from agent.trip.spoken.hours import ended, freed, lasted, meal_left_out, meal_timed, rested, time_in
from agent.trip.spoken.lengths import dated, postponed, resized, start_time
from agent.trip.spoken.ordered import exchanged, ordered, themed, thinned
from agent.trip.spoken.said import EDGE, Said, Topic, clauses, core, has_gaps, left_of, only_says, taken_apart
from agent.trip.spoken.swaps import meal_word, named_after, pointed_at, price_in, swapped
from agent.understanding.intent import Navigate, PlanChange, PlanTrip, Wishes
from agent.understanding.numerals import counted
from languages import load_language
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_ALL_CHANGES = 99
_LONGEST = 60
"""A longer sentence is a request of its own and no word about the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What the words of a sentence may ask of the plan at hand."""

    intents: tuple[PlanTrip | Navigate, ...] = ()
    """Each reading, the likeliest first."""
    several: tuple[PlanTrip, ...] = ()
    """Changes that are asked for one after the other, all of which are meant."""
    firm: bool = False
    """Whether the first one is in the last clause, where what is asked for stands."""
    left_over: tuple[str, ...] = ()
    """Clauses that ask for nothing."""


def said_of_plan(text: str, language: Language) -> PlanTrip | Navigate | None:
    """Return what a sentence asks of the plan at hand or changes in it; None if it does neither.

    Parameters
    ----------
    text
        What was said.
    language
        Its language.
    """
    return next(iter(spoken_of_plan(text, language).intents), None)


def spoken_of_plan(text: str, language: Language, topic: Topic = "") -> Spoken:
    """Return all that a sentence may ask of the plan at hand.

    Parameters
    ----------
    text, language
        What was said.
    topic
        Which part of the plan it names: its hotel, or the restaurant of a meal.
    """
    if not talks_of_trips(language) or len(text) > _LONGEST * (3 if has_gaps(language) else 1):
        return Spoken()
    whole = taken_apart(text.strip(EDGE), language, topic)
    if (stop := _driven(whole)) is not None:
        return Spoken(intents=(stop,), firm=True)
    if (ask := _asked(whole)) is not None:
        return Spoken(intents=(ask,), firm=True)
    parts = clauses(whole)
    if several := _several(parts):
        return Spoken(intents=several, several=several, firm=True)
    found = [(one, change) for one in (*parts, whole) if (change := _changed(one)) is not None]
    if (comes := _comes_along(parts)) is not None and all(c.action == "fewer" for _, c in found):
        return Spoken(intents=(comes,), firm=True)
    found = _firmest(found, parts)
    if found and all(change.action == "more" and not change.what for _, change in found):
        more = [(one, _more_of(one, change)) for one, change in found]
        found = [pair for pair in more if pair[1].action == "add"] or more
    told = [change for _, change in found if change.action == "ends"]
    if any(change.what for change in told):  # 四点要赶飞机，提前结束: the hour counts
        found = [pair for pair in found if pair[1].action != "ends" or pair[1].what]
    beds = [pair for pair in found if pair[1].action == "hotel" and not _is_price(pair[1].what)]
    if any(change.what for _, change in beds):  # the name counts, and not what the other costs
        found = [pair for pair in found if pair[1].action != "hotel" or pair in beds]
    if any(change.action == "fewer" for _, change in found):  # what else is to end earlier
        found = sorted(found, key=lambda pair: pair[1].action == "ends" and not pair[1].what)
    intents = [PlanTrip(change=change) for _, change in found]
    if not found and (kind := _kind_alone(parts)) is not None:
        return Spoken(intents=(kind,), firm=True)
    if not found:
        wished = [(one, wish) for one in parts if (wish := _wished(one)) is not None]
        return _spoken(parts, [one for one, _ in wished], [wish for _, wish in wished], firm=True)
    return _spoken(parts, [one for one, _ in found], intents, firm=found[0][0] in (parts[0], whole))


def _firmest(found: list[tuple[Said, PlanChange]], parts: list[Said]) -> list[tuple[Said, PlanChange]]:
    """Return the changes without those that only say why or how: what is done in the time that is left free.

    A time alone, beside words of a start, is when that is: 九点太早，十点半吧.
    """
    free = [pair for pair in found if pair[1].action == "free"]
    if free:
        return free
    timed = [one for one in parts if one.text and _is_bare_time(one)]
    if len(timed) != 1:
        return found
    return [
        (one, change.model_copy(update={"what": timed[0].text}))
        if change.action in {"later", "earlier"} and one is not timed[0]
        else (one, change)
        for one, change in found
    ]


def _is_bare_time(said: Said) -> bool:
    """Whether a clause names a time of the clock and nothing else."""
    clocks = trip_words(said.language).clock
    return not said.meal and bool(time_in(said)) and any(only_says(said, (clock,)) for clock in clocks)


def _is_price(words: str) -> bool:
    return bool(words) and bool(price_meant(words))


def _more_of(said: Said, change: PlanChange) -> PlanChange:
    """Return what there is to be more of, if another clause names a kind: "more food, a market maybe"."""
    says = tuple(word for theme in trip_words(said.language).themes.values() for word in theme.says)
    kinds = [found[0] for text in said.before for found in any_of(said.language, says).finditer(text)]
    if not kinds or any(says_any_no(text, said.language) for text in said.before):
        return change
    return PlanChange(action="add", day=change.day, what=kinds[0])


def _kind_alone(parts: list[Said]) -> PlanTrip | None:
    """A kind of sight in a clause of its own, with a day or a part of it: 想泡温泉，第一天晚上行不行."""
    for one in parts:
        kind = core(one.language, one.bare)
        if (
            (one.day or one.part)
            and not one.meal
            and any(
                any_of(one.language, theme.says).fullmatch(kind)
                for theme in trip_words(one.language).themes.values()
            )
        ):
            return PlanTrip(change=PlanChange(action="add", day=one.day, what=kind, other=one.part))
    return None


def _spoken(parts: list[Said], telling: list[Said], intents: list[PlanTrip], *, firm: bool) -> Spoken:
    left = tuple(one.text for one in reversed(parts) if one not in telling)
    return Spoken(intents=tuple(dict.fromkeys(intents)), firm=firm and bool(intents), left_over=left)


def _several(parts: list[Said]) -> tuple[PlanTrip, ...]:
    """Return the changes of a sentence that asks for more than one; what goes and what comes are one swap."""
    told: list[PlanChange] = []
    if any((freeing := _changed(one)) is not None and freeing.action == "free" for one in parts):
        return ()  # what else is said is done in the time that is left free
    for one in map(_alone, reversed(parts)):
        last = told[-1] if told else None
        gone = last is not None and last.action == "drop" and bool(last.what)
        change = _changed(one) if _orders(one) else None
        comes = change.what if change is not None and change.action == "add" else _comes(one)
        if last is not None and gone and comes and not any_sight(comes):
            day = last.day or (change.day if change is not None else one.day)
            told[-1] = last.model_copy(update={"action": "swap", "other": comes, "day": day})
        elif change is not None and change.action != "undo" and change not in told:
            lost = last is not None and last.action == "drop" and not last.what
            of_lost = lost and not day_marks(one.text, one.language)
            told.append(change.model_copy(update={"day": 0}) if of_lost else change)
    both = len({change.action for change in told}) > 1 or any(c.action == "swap" and c.other for c in told)
    return tuple(PlanTrip(change=change) for change in told) if both and len(parts) > 1 else ()


def _alone(said: Said) -> Said:
    """Return a clause that is about what it names itself, whatever the others are about."""
    return replace(said, topic=taken_apart(said.text, said.language).topic)


def _orders(said: Said) -> bool:
    """Whether a clause asks for a change, and gives no reason: it begins with the word that changes."""
    words = said.words
    asks = said.has(
        (
            *words.drop,
            *words.add,
            *words.swapping,
            *words.move,
            *words.start,
            *words.also,
            *words.ends,
            *words.stay_longer,
        )
    )
    if asks is None:
        return resized(said) is not None
    return not has_gaps(said.language) or not core(said.language, said.text[: asks.start()])


def _comes(said: Said) -> str:
    """Return what a clause asks for that does not say that it changes anything: "give us a park"."""
    words = said.words
    found = said.has(words.also)
    if found is None or said.meal or said.topic == "hotel" or core(said.language, said.text[: found.start()]):
        return ""
    return named_after(said, words.also)


def _changed(said: Said) -> PlanChange | None:
    return next((change for read in _CHANGES if (change := read(said)) is not None), None)


# -- questions and drives


def _driven(said: Said) -> Navigate | None:
    """A drive to a stop of the plan that is counted, or to its hotel or a meal."""
    found = said.has((said.words.drive,))
    if found is None or _undo(said) is not None:
        return None
    to = found["to"].strip(EDGE)
    kinds = trip_words(said.language).lodging.kinds["hotel"]
    bare = load_language(said.language).settings.nouns.without_article(re.sub(r"^our ", "", to))
    bed = any_of(said.language, kinds).fullmatch(bare) is not None
    return Navigate(to=bare) if bed or meal_meant(to) or _counts(to, said.language) else None


def _counts(words: str, language: Language) -> bool:
    return counted(words) is not None and not day_marks(words, language)


def _asked(said: Said) -> PlanTrip | None:
    talk, words = talk_words(said.language), said.words
    for name in ("after", "has"):
        if not said.meal and (about := _named_by(said, talk.ask.get(name, ()))):
            return PlanTrip(ask=name, day=said.day, about=about)
    for name, entries in talk.ask.items():
        if name in {"after", "has"}:
            continue
        if said.has(entries) and not (name == said.meal and said.has(words.afterwards)):
            return PlanTrip(ask=name, day=said.day)
    if said.meal and said.has(talk.questions) and said.has(words.afterwards):
        return PlanTrip(ask="day", day=said.day)
    if said.meal and said.has(talk.questions) and not said.has((*words.another, *words.swapping)):
        return PlanTrip(ask=said.meal, day=said.day)
    return None


def _named_by(said: Said, entries: tuple[str, ...]) -> str:
    """Return what a question names that it is about."""
    for entry in entries:
        found = any_of(said.language, (entry,)).search(said.text)
        if found and (about := core(said.language, found["about"])) and not day_marks(about, said.language):
            return about
    return ""


# -- wishes for the whole plan, where nothing is changed by name


def _wished(said: Said) -> PlanTrip | None:
    """Who comes along after all, and what must not be too much."""
    language, talk = said.language, talk_words(said.language)
    limit = limits_of((said.text,), language)
    if limit.read and any_of(language, talk.limiting).search(said.text):
        return PlanTrip(wishes=Wishes(limit=(said.text,)))
    refused = _not_eaten(said)
    if refused:
        return PlanTrip(wishes=Wishes(no_meal=(refused,)))
    party = read_party((said.text,), language)
    others = party.children or party.elderly or party.ages or party.dog or party.wheelchair
    if others and said.has(said.words.along) and not says_any_no(said.text, language):
        return PlanTrip(wishes=Wishes(who=(said.text,)))
    return None


def _not_eaten(said: Said) -> str:
    """Return a food that is refused for the meals of the plan; "" if none is."""
    says = tuple(w for food in trip_words(said.language).foods.values() for w in food.says)
    for found in any_of(said.language, says).finditer(said.text):
        if len(found[0]) > 1 and says_no(said.text, found.start(), found.end(), said.language):
            return found[0]
    return ""


def _comes_along(parts: list[Said]) -> PlanTrip | None:
    """Return who comes along after all, with what must not be too much for them."""
    told = [wish for one in reversed(parts) if (wish := _wished(one)) is not None]
    who = tuple(words for wish in told for words in wish.wishes.who)
    if not who or len(parts) < 2:
        return None
    others = [one.text for one in reversed(parts) if one.text not in who]
    limit = tuple(text for text in others if limits_of((text,), parts[0].language).read)
    rest = tuple(text for text in others if text not in limit)
    ages = tuple(text for text in rest if read_party((text,), parts[0].language).ages)
    return PlanTrip(wishes=Wishes(who=(*who, *ages), limit=limit))


# -- changes, the more telling words first


def _undo(said: Said) -> PlanChange | None:
    words = said.words
    if said.has(words.undo):
        return PlanChange(action="undo", days=_changes_meant(said))
    back = said.has(words.undo_states) and said.has(words.undo_verbs)
    if back and only_says(said, (*words.undo_states, *words.undo_verbs)):
        return PlanChange(action="undo", days=_changes_meant(said))
    return None


def _changes_meant(said: Said) -> int:
    """Return how many changes are to be taken back."""
    for pattern in said.words.undo_many:
        if any_of(said.language, (pattern,)).search(said.text):
            found = count_in(pattern, said.text, said.language) if "{n}" in pattern else None
            return found[0] if found else 2 if pattern == said.words.undo_many[0] else _ALL_CHANGES
    return 1


def _lost_day(said: Said) -> PlanChange | None:
    """A day that is to go: named, with a word that drops and nothing else."""
    if not day_marks(said.text, said.language) or not said.has(said.words.drop):
        return None
    if said.part or said.meal or left_of(said, said.words.drop):
        return None
    return PlanChange(action="drop", day=said.day)


def _moved(said: Said) -> PlanChange | None:
    """A sight put on another day."""
    found = any_of(said.language, said.words.move).search(said.text)
    marks = day_marks(said.text, said.language)
    if found is None or not marks or said.meal:
        return None
    first = said.words.moved_first
    names = said.text[: found.start()] if first else said.text[found.end() :]
    mark = day_marks(names, said.language)
    names = names if not mark else names[mark[0].end :] if first else names[: mark[0].start]
    what = core(said.language, names)
    return PlanChange(action="add", day=marks[-1].day, what=what, other=said.part) if what else None


def _hotel(said: Said) -> PlanChange | None:
    """Another hotel: cheaper, better, of a kind, near something, of a name, or just another."""
    words = said.words
    if said.topic != "hotel":
        return None
    if price := price_in(said, said.text):
        return PlanChange(action="hotel", day=said.day, what=price)
    asks = said.has((*words.another, *words.swapping, *words.drop)) is not None
    if said.has(words.hotel) and lodging_of(Wishes(lodging=(said.text,)), said.language).near:
        return PlanChange(action="hotel", day=said.day, what=said.text)
    if not said.has(words.hotel) and not asks:
        return None
    verbs = any_of(said.language, words.hotel_verbs)
    verb = verbs.search(said.bare)
    behind = core(said.language, verbs.sub("", said.bare[verb.end() :])) if verb else ""
    called = behind or left_of(said, (*words.another, *words.swapping))
    if not any_of(said.language, (*words.hotel, *words.hotel_plain)).sub("", called).strip(EDGE):
        called = ""
    read = lodging_of(Wishes(lodging=(called,)), said.language).read if called else ()
    if read and (verb or read[0][1] not in {"name", "none", "ban"}):
        return PlanChange(action="hotel", day=said.day, what=called)
    return PlanChange(action="hotel", day=said.day) if asks else None


def _eaten(said: Said) -> PlanChange | None:
    """A dish for a meal."""
    if not said.meal:
        return None
    dish = named_after(said, said.words.eat) or left_of(said, said.words.eat)
    if said.before and not foods_of(dish):
        return None  # what is said of a meal besides is a reason
    if says_any_no(dish, said.language):
        return None  # what is not to be eaten
    return PlanChange(action="swap", day=said.day, what=meal_word(said), other=dish) if dish else None


def _dropped(said: Said) -> PlanChange | None:
    words = said.words
    if not said.has(words.drop) or any_of(said.language, words.nothing_else).fullmatch(said.text):
        return None
    what = left_of(said, words.drop)
    if (foods_of(what) and not themes_of(what)) or limits_of((said.text,), said.language).read:
        return None  # a ban or a limit for the whole plan
    if not what and said.part:
        return PlanChange(action="drop", day=said.day, what=said.part)
    pointing = any_of(said.language, words.pointing).fullmatch(what.removesuffix(" all"))
    if pointing or (not what and not day_marks(said.text, said.language)):
        what = pointed_at(said) or what
    if any_sight(what) or _count_alone(what, said.language):
        count = _count_alone(what, said.language) or 1
        return PlanChange(action="fewer", day=said.day, what=said.part, days=count)
    return PlanChange(action="drop", day=said.day, what=what) if what or said.day else None


def _count_alone(words: str, language: Language) -> int:
    """Return the number of stops that words say and nothing else: 两个, "two stops"; 0 if they do not."""
    found = count_in("{n}", words, language)
    if found is None or not words.startswith(found[1][0]):
        return 0
    rest = words[found[1].end() :].strip()
    return found[0] if not rest or rest in trip_words(language).measures or any_sight(rest) else 0


def _added(said: Said) -> PlanChange | None:
    if not said.has(said.words.add):
        return None
    what = named_after(said, said.words.add) or left_of(said, said.words.add) or pointed_at(said)
    stops = any_of(said.language, trip_words(said.language).any_sight)
    kind = stops.sub("", what).strip()
    if any_sight(what) or (stops.search(what) and not is_kind(kind)):
        return PlanChange(action="more", day=said.day)
    what = kind if stops.search(what) else what
    return PlanChange(action="add", day=said.day, what=what, other=said.part) if what else None


def _gone_to(said: Said) -> PlanChange | None:
    """Where a part of the day is to be spent: 晚上去夜市, "visit a park in the afternoon"."""
    if not said.part or not any_of(said.language, said.words.go).search(said.bare):
        return None
    comes = named_after(said, said.words.go) or left_of(said, said.words.go)
    if not comes and (named := _sooner(said)):
        return PlanChange(action="order", day=said.day, what=named, other=said.part)
    return PlanChange(action="swap", day=said.day, what=said.part, other=comes) if comes else None


def _sooner(said: Said) -> str:
    """Return what the clause before names that is to be sooner or later: 海洋馆提前，上午就去."""
    words = (*said.words.sooner, *said.words.ends_later)
    for text in said.before:
        if any_of(said.language, words).search(text):
            return core(said.language, any_of(said.language, words).sub(" ", text))
    return ""


def _started(said: Said) -> PlanChange | None:
    if time := start_time(said):
        return PlanChange(action="later", day=said.day, what=time)
    return None


def _paced(said: Said) -> PlanChange | None:
    """Later or earlier, fewer or more: a "no" or a "too" before "early" asks for the contrary."""
    words, language = said.words, said.language
    if said.has(words.walk_less):
        return PlanChange(action="walk", day=said.day)
    for other, plain in (("later", words.early), ("earlier", words.late)):
        for found in any_of(language, plain).finditer(said.text):
            too = any_of(language, words.too).search(said.text[: found.start()])
            if not (too or says_no(said.text, found.start(), found.end(), language)):
                continue
            if said.meal:
                return PlanChange(action="meal_at", day=said.day, what=meal_word(said), other=other)
            return PlanChange(action=other, day=said.day)
    for action in ("later", "earlier", "fewer", "more"):
        if said.has(getattr(words, action)):
            if action == "fewer" and said.has(words.start):
                return PlanChange(action="later", day=said.day)  # 别那么赶着出门
            what = said.text if action in {"later", "earlier"} and start_time(said) else ""
            what = said.part if action == "fewer" else what
            return PlanChange(action=action, day=said.day, what=what)
    return None


_CHANGES: Sequence[Callable[[Said], PlanChange | None]] = (
    _undo, exchanged, meal_left_out, freed, _lost_day, postponed, resized, rested, ended, lasted, ordered,
    themed, _moved, dated, meal_timed, thinned, swapped, _hotel, _eaten, _started, _paced, _dropped, _gone_to,
    _added,
)  # fmt: skip
