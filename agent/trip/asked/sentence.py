"""The whole of a trip's sentence: what the reader found put right by the words round it, and what it left.

The reader gives spans. Whether "no" stands before one, which day it belongs to, and what no span holds is in
the rest of the sentence. Words that nothing here knows either come back as `Wishes.unread`, so that none of
a request ends nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from agent.trip.asked.clock import clock_of, times_of
from agent.trip.asked.company import comes_along, without_reason
from agent.trip.asked.days import at_weekend, days_by_kind, parts_named, take_days
from agent.trip.asked.draft import EDGE, LISTS, SPANS, Draft, use
from agent.trip.asked.marks import (
    clauses_of,
    day_marks,
    day_part,
    days_said,
    is_meal,
    listed,
    refusal,
    says_any_no,
    says_no,
)
from agent.trip.asked.occasions import trip_date
from agent.trip.asked.rest import is_kind, is_party, names_something, rest_of, take_rest, trimmed
from agent.trip.asked.wishes import free_days_in, limits_of, on_foot_in
from agent.trip.offered.kinds import DIETS
from agent.trip.offered.sights import themes_of
from agent.trip.offered.tables import foods_of
from agent.understanding.intent import DayWish, PlanTrip, Wishes
from languages import codes, load_language
from languages.moments import moment_words
from languages.trip_talk import talk_words, talks_of_trips
from languages.trip_words import any_of, trip_words

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_SHORT_CLAUSE = 32
"""Characters of a clause that says a time and little else."""


def completed(intent: PlanTrip, text: str, language: Language, now: datetime) -> PlanTrip:
    """Return the request with everything that its sentence says.

    Parameters
    ----------
    intent
        What the reader made of it.
    text
        The sentence.
    language, now
        Its language, and the time at which it is said.
    """
    if not talks_of_trips(language) or intent.change is not None or intent.ask or intent.act:
        return intent
    draft = Draft(text, language, now, date=intent.date, days=intent.days)
    draft.given = days_by_kind(draft)
    _take_settled(draft)
    intent = _based(_without_verbs(intent, draft), draft)
    _take_spans(draft, intent)
    take_days(draft, intent)
    for start, end in rest_of(draft):
        take_rest(draft, start, end)
    whole = days_said(draft.text, draft.language) if draft.days is None and draft.date else None
    if whole is not None and draft.date in whole[1].group():
        draft.days = whole[0]  # a rainy Sunday: one day, and which
    if draft.days is None and not draft.date and parts_named(draft) > 1:
        draft.days = 1  # a morning, an evening: one day, taken through
    if draft.days is None and draft.date and times_of(draft.slots["time"], draft.language).end:
        draft.days = 1  # on one day, and home by an hour of it
    return _joined(draft, intent)


# -- the reader's spans


def _take_settled(draft: Draft) -> None:
    """Take that nothing is to be driven, or that one sleeps in, whatever the reader makes of the words."""
    for start, end in clauses_of(draft.text, draft.language):
        clause = draft.text[start:end]
        found = _settled(clause, draft.language)
        if found is not None:
            span = (start + found.start(), start + found.end())
            draft.put("limit", found[0].strip(EDGE), span[0])
            draft.used.append(span)
            draft.settled.append(span)
    doors = any_of(draft.language, trip_words(draft.language).limit["door"]).search(draft.text)
    if doors and draft.settled:
        draft.clash = doors[0]


def _settled(clause: str, language: Language) -> re.Match[str] | None:
    """Find what in a clause is a limit by its words alone: on foot, late, a nap, a free day, a range."""
    words, talk = trip_words(language), talk_words(language)
    found = on_foot_in(clause, language) or any_of(language, words.late).search(clause)
    found = found or any_of(language, (words.range_left, *words.frail)).search(clause)
    found = found or any_of(language, talk.change.nap).search(clause)
    if found is None and free_days_in(clause, language) and not _themed(clause, language):
        return re.search(r"\S.*\S", clause, re.DOTALL)
    return found


def _take_spans(draft: Draft, intent: PlanTrip) -> None:
    """Take over the spans of the reader, each where the words round it put it."""
    for name in (intent.where, intent.start, *intent.towns):
        use(draft, name)
    unread = trip_date(intent.date, draft.now, draft.language) is None
    unread = unread or bool(day_marks(intent.date, draft.language))
    musts = (*draft.words.must, *draft.words.must_after)
    unread = unread or any_of(draft.language, musts).search(intent.date) is not None
    if intent.date and (
        unread or (days_said(intent.date, draft.language) is not None and not at_weekend(intent.date, draft))
    ):
        draft.date = ""
    use(draft, draft.date)
    for slot in SPANS:
        for words in getattr(intent.wishes, slot):
            for part in _times_in(words, draft.language) if slot == "time" else (words,):
                _take_span(draft, slot, part)
    for day in intent.wishes.by_day:
        draft.by_day[day.day] = {name: list(getattr(day, name)) for name in ("likes", "must", "meals")}


def _times_in(words: str, language: Language) -> tuple[str, ...]:
    """Take times apart that were read as one: 上午十点出发，晚上八点前回来."""
    parts = tuple(words[a:b].strip(EDGE) for a, b in clauses_of(words, language))
    joined = listed(words, language)
    if len(parts) < 2 and len(joined) > 1 and all(clock_of(part, language) is not None for part in joined):
        return joined
    return parts if all(clock_of(part, language) is not None for part in parts) else (words,)


def _themed(words: str, language: Language) -> tuple[str, ...]:
    """Return the words that name something to see or do, and nothing that stands around them."""
    says = (entry.says for entry in trip_words(language).themes.values())
    found = [match.span() for one in says for match in any_of(language, one).finditer(words)]
    whole = [(a, b) for a, b in found if not any(c <= a and b <= d and (a, b) != (c, d) for c, d in found)]
    return tuple(dict.fromkeys(words[a:b] for a, b in sorted(whole)))


def _has_hour(words: str, language: Language) -> bool:
    """Whether words say an hour of the clock, and not only a part of the day."""
    return any(pattern.search(words) for pattern, _ in moment_words(language).clock)


def _without_verbs(intent: PlanTrip, draft: Draft) -> PlanTrip:
    """Take off what the reader read with the name of the area: 南京玩, 清华附(近)."""
    bare = re.sub(draft.words.after_place, "", _whole_word(intent.where, draft), flags=re.IGNORECASE).strip(
        EDGE
    )
    kind = any(foods_of(bare) + themes_of(bare)) and _is_noun(bare, draft.language)
    if (
        bare
        and (_whole_kind(bare) or _only_bed(bare, draft.language))
        and kind | _only_bed(bare, draft.language)
    ):
        return intent.model_copy(update={"where": ""})
    return intent.model_copy(update={"where": bare}) if bare else intent


def _based(intent: PlanTrip, draft: Draft) -> PlanTrip:
    """Take a place where one is to sleep for no start: "base in Ordino"."""
    at = draft.text.find(intent.start) if intent.start else -1
    clauses = clauses_of(draft.text, draft.language)
    start, end = next(((a, b) for a, b in clauses if a <= at < b), (0, 0))
    if at < 0 or not _in_bed(draft, draft.text[start:end], at - start):
        return intent
    draft.put("lodging", draft.text[start:end].strip(EDGE), start)
    draft.used.append((start, end))
    return intent.model_copy(update={"start": ""})


def _whole_word(words: str, draft: Draft) -> str:
    """Return a name with the rest of its word, where words are written apart: Yun of Yun'an."""
    if not words or not load_language(draft.language).settings.joiner:
        return words
    found = re.search(rf"(?<!\w){re.escape(words)}(?:'\w+|\w)*", draft.text)
    return found[0].removesuffix("'s") if found else words


def _whole_kind(words: str) -> bool:
    """Whether words are a kind of sight or food and not the name of an area."""
    named = (
        said.says
        for code in codes()
        for said in (*trip_words(code).themes.values(), *trip_words(code).foods.values())
    )
    return any(any_of(code, says).fullmatch(words) for says in named for code in codes())


def _is_noun(words: str, language: Language) -> bool:
    """Whether words are written as a noun of the language is, and not as a name."""
    if words == words.lower():
        return True
    return talk_words(language).capital_nouns and all(map(_whole_kind, listed(words, language)))


def _only_bed(words: str, language: Language) -> bool:
    """Whether words are a kind of lodging and nothing more, with or without the verb: 民宿, 住客栈."""
    kinds = trip_words(language).lodging.kinds.values()
    bare = any_of(language, talk_words(language).change.hotel_verbs).sub("", words).strip()
    return any(any_of(language, said).fullmatch(bare) for said in kinds)


def _begins_with_bed(words: str, language: Language) -> bool:
    """Whether words begin with a kind of lodging that is no part of a name: "tent near the lake"."""
    kinds = (said for kind, said in trip_words(language).lodging.kinds.items() if kind != "hotel")
    return words[:1].islower() and any(any_of(language, said).match(words) for said in kinds)


def _is_camper(words: str, language: Language) -> bool:
    return any_of(language, trip_words(language).lodging.camper).fullmatch(words.strip()) is not None


def _widened(draft: Draft, words: str) -> str:
    """Return a span whole that was cut within a word for a kind: 酒 of 酒吧."""
    at = draft.text.find(words) if words else -1
    if at < 0:
        return words
    data, end = trip_words(draft.language), at + len(words)
    every = tuple(word for said in (*data.themes.values(), *data.foods.values()) for word in said.says)
    found = [
        m for m in any_of(draft.language, every).finditer(draft.text) if m.start() <= at < end <= m.end()
    ]
    return max((m[0] for m in found), key=len, default=words)


def _unlisted(words: str, language: Language) -> str:
    """Return words without what joins them to the next: gardens of "gardens and"."""
    joins = talk_words(language).lists
    return re.sub(rf"^(?:{joins})|(?:{joins})$", "", f" {words} ", flags=re.IGNORECASE).strip(EDGE)


def _without_doing(slot: str, words: str, language: Language) -> str:
    """Return a kind without the words for what one does with it: 设计 of 看设计, 教堂 of 逛教堂."""
    if slot == "must" or is_kind(words) or _whole_kind(words):
        return words
    core = trimmed(words, language)
    return core if core and (is_kind(core) or _whole_kind(core)) else words


def _take_span(draft: Draft, slot: str, words: str) -> None:
    bare = _widened(draft, words.strip(EDGE)) if slot in LISTS else words.strip(EDGE)
    if slot in LISTS:
        bare = _unlisted(bare, draft.language)
        bare = _without_doing(slot, bare, draft.language)
        if not names_something(bare, draft.language, food=slot == "meals"):
            use(draft, words)
            return
    at = draft.text.find(bare)
    if not bare or at < 0:
        draft.slots[slot].append(words)
        return
    if any(
        a < at + len(bare) and at < b and (slot in {"limit", "time"} or b - a >= len(bare))
        for a, b in draft.settled
    ):
        return
    use(draft, bare)
    clause = next(
        ((a, b) for a, b in clauses_of(draft.text, draft.language) if a <= at < b), (at, at + len(bare))
    )
    said = draft.text[clause[0] : clause[1]]
    inside = at - clause[0]
    if slot == "time" and not _has_hour(bare, draft.language) and (things := _themed(bare, draft.language)):
        for thing in things:  # 晚上逛夜市 is something to see, and no hour at which the trip begins
            draft.put("likes", thing, at)
        return
    if slot == "time" and not _has_hour(bare, draft.language) and is_meal(bare.split()[0], draft.language):
        slot = "meals"  # dinner by the canal
    if slot == "time" and (
        _only_part(said, bare, draft)
        or _no_time(said, bare, draft)
        or not names_something(bare, draft.language, food=True)
    ):
        draft.used.remove((at, at + len(bare)))
        return
    if slot == "time" and len(said) <= _SHORT_CLAUSE and len(_times_in(said, draft.language)) == 1:
        bare = said.strip(EDGE)  # with the words that say what happens then: back by six
        at, inside = draft.text.find(bare), 0
    if slot not in (*LISTS, "time") and foods_of(bare) and not _is_bed(bare, draft):
        slot = "meals"
    if slot == "limit":
        words = _with_no(draft, said, inside, bare)
        whole = said.strip(EDGE)
        cut = not limits_of((words,), draft.language).read and limits_of((whole,), draft.language).read
        draft.put(slot, whole if cut else words, at)
        return
    if slot == "lodging" and not _is_bed(bare, draft) and any(map(themes_of, listed(bare, draft.language))):
        slot = "likes"
    if slot == "lodging" and (no := refusal(said[:inside], said[inside:], draft.language)):
        draft.put(slot, f"{no} {bare}", at)
        return
    if slot == "lodging" and any(_only_bed(part, draft.language) for part in listed(bare, draft.language)):
        for part in listed(bare, draft.language):
            draft.put(slot, part, at)
        return
    if slot not in LISTS:
        draft.put(slot, bare.rstrip("去到") if slot == "who" else bare, at)
        return
    _take_thing(draft, slot, bare, at, clause)


def _take_thing(draft: Draft, slot: str, bare: str, at: int, clause: tuple[int, int]) -> None:
    """Take a thing that is wished for or not, where the words of its clause put it."""
    said, inside = draft.text[clause[0] : clause[1]], at - clause[0]
    refused = says_no(said, inside, inside + len(bare), draft.language)
    if slot in {"must", "likes"} and not refused and _in_bed(draft, said, inside):
        draft.put("lodging", bare, at)
        return
    any_no = refused or says_any_no(said, draft.language)
    if slot == "dislikes" and themes_of(bare) and not refused and _is_wished(said, inside, any_no, draft):
        slot = "likes"
    if slot == "likes" and not any_no and (things := _with_parts(bare, draft.language)):
        draft.used.remove((at, at + len(bare)))  # what is no kind of sight is read with the rest
        for thing in things:
            where = draft.text.find(thing, at)
            draft.put(slot, thing, where)
            draft.used.append((where, where + len(thing)))
        words = tuple(w for said in trip_words(draft.language).parts.values() for w in said)
        found = any_of(draft.language, words).finditer(draft.text, at, at + len(bare))
        draft.used += [match.span() for match in found]
        return
    if slot in {"no_meal", "dislikes"} and not any_no and _is_eaten(said[:inside], draft):
        slot = "meals"
    slot = _own_slot(slot, bare, any_no, draft.language)
    if slot in {"must", "likes"} and not refused and comes_along(said[:inside], bare, draft.language):
        slot = "who"
    parts = _parts(slot, bare, draft.language)
    for part in parts:
        no = _is_refused(draft, part, at) if len(parts) > 1 and slot in {"no_meal", "dislikes"} else refused
        wished = len(parts) > 1 and not no and any(_is_refused(draft, other, at) for other in parts)
        kept = {"no_meal": "meals", "dislikes": "likes"}.get(slot, slot) if wished else slot
        draft.put(_where_put(kept, part, no, draft.language), part, at)


def _is_eaten(before: str, draft: Draft) -> bool:
    """Whether a word for eating stands right before a thing."""
    found = list(any_of(draft.language, draft.words.change.eat).finditer(before))
    return bool(found) and not before[found[-1].end() :].strip()


def _is_refused(draft: Draft, words: str, at: int) -> bool:
    """Whether a thing is refused by the words of its own clause."""
    at = draft.text.find(words, at)
    clauses = clauses_of(draft.text, draft.language)
    start, end = next(((a, b) for a, b in clauses if a <= at < b), (0, len(draft.text)))
    return at >= 0 and says_no(draft.text[start:end], at - start, at - start + len(words), draft.language)


def _no_time(clause: str, words: str, draft: Draft) -> bool:
    """Whether words that were read as a time name none, but a bed: "so it's a campsite we're after"."""
    named = _has_hour(words, draft.language) or _has_hour(clause, draft.language)
    return not named and _is_bed(words, draft)


def _only_part(clause: str, words: str, draft: Draft) -> bool:
    """Whether words say only in which part of a day something else of their clause is to be."""
    times = trip_words(draft.language).times
    carriers = tuple(w for said in times.transport.values() for w in said)
    hour = _has_hour(words, draft.language) or clock_of(words, draft.language) is None
    if hour or any_of(draft.language, (*times.start, *times.end, *carriers)).search(clause):
        return False
    parts = (word for said in trip_words(draft.language).parts.values() for word in said)
    other = trimmed(any_of(draft.language, tuple(parts)).sub(" ", clause), draft.language)
    return bool(_themed(clause, draft.language) or other) and day_part(words, draft.language)


def _with_parts(words: str, language: Language) -> tuple[str, ...]:
    """Return the things read as one with a part of the day between: a museum in the morning and a park."""
    joined = re.search(talk_words(language).lists, words, re.IGNORECASE)
    return _themed(words, language) if joined and day_part(words, language) else ()


def _is_wished(clause: str, at: int, any_no: bool, draft: Draft) -> bool:
    """Whether words wish for what the reader read as not wanted: "don't forget the market"."""
    no = draft.words.no
    turned = not any_no and any_of(draft.language, no.turned).search(clause[:at])
    return bool(turned or any_of(draft.language, no.never).search(clause))


def _own_slot(slot: str, words: str, refused: bool, language: Language) -> str:
    """Return where a thing belongs by its kind: a name that is a kind of sight, a diet that is no ban."""
    kinds = any(themes_of(part) for part in listed(words, language))
    if slot == "must" and kinds and _is_noun(words, language):
        return "likes"
    if slot in {"must", "likes"} and not refused and _is_camper(words, language):
        return "lodging"
    bed = _only_bed(words, language) or _begins_with_bed(words, language)
    if slot in {"likes", "must"} and not refused and bed:
        return "lodging"
    if slot in {"must", "likes", "dislikes"} and is_party(words, language):
        return "who"
    if slot == "no_meal" and not refused and set(foods_of(words)) & DIETS:
        return "meals"
    return slot


def _where_put(slot: str, words: str, refused: bool, language: Language) -> str:
    """Return the slot of a thing: what is refused is never wished for."""
    if slot == "likes" and not refused and is_meal(words, language):
        return "meals"
    if not refused or slot in {"no_meal", "dislikes"}:
        if slot == "likes" and foods_of(words) and not themes_of(words):
            return "meals"
        return slot
    return "no_meal" if slot == "meals" or (foods_of(words) and not themes_of(words)) else "dislikes"


def _with_no(draft: Draft, clause: str, at: int, words: str) -> str:
    """Return a limit with the "no" that stands right before it."""
    before = any_of(draft.language, draft.words.limiting)
    found = [m for m in before.finditer(clause[:at]) if len(clause[m.end() : at].strip()) <= 2]
    return clause[found[0].start() : at] + words if found else words


def _is_bed(words: str, draft: Draft) -> bool:
    return any_of(draft.language, draft.words.lodging).search(words) is not None


def _in_bed(draft: Draft, clause: str, at: int) -> bool:
    """Whether one is to sleep at what is named: 住 stands right before it."""
    found = list(any_of(draft.language, draft.words.lodging).finditer(clause[:at]))
    gap = any_of(draft.language, draft.words.bed_gap)
    return bool(found) and not gap.sub("", clause[found[-1].end() : at]).strip()


def _parts(slot: str, words: str, language: Language) -> tuple[str, ...]:
    """Split a list of kinds or foods; names are looked up on the map before they are split."""
    parts = listed(words, language)
    if slot == "must" or len(parts) < 2:
        return (words,)
    known = all(themes_of(p) or foods_of(p) for p in parts)
    return parts if known or slot in {"no_meal", "dislikes"} else (words,)


# -- the whole


def _joined(draft: Draft, intent: PlanTrip) -> PlanTrip:
    slots: dict[str, tuple[str, ...]] = {name: _unlike(words) for name, words in draft.slots.items()}
    slots["who"] = tuple(dict.fromkeys(without_reason(w, draft.language) for w in slots["who"]))
    beds = slots["lodging"]
    slots["lodging"] = tuple(w for w in beds if not any(w != other and other in w for other in beds))
    limits = slots["limit"]
    slots["limit"] = tuple(w for w in limits if not any(w != other and w in other for other in limits))
    money = slots["money"]
    slots["money"] = tuple(w for w in money if not any(w != other and w in other for other in money))
    banned = {w.casefold() for w in (*slots["dislikes"], *slots["no_meal"])}
    names = [w for w in banned if not _whole_kind(w)]
    slots["must"] = tuple(w for w in slots["must"] if not any(name in w.casefold() for name in names))
    for name in ("likes", "must", "meals"):
        said = [w for w in slots[name] if w.casefold() not in banned or _said_twice(draft.text, w)]
        slots[name] = tuple(w for w in said if not any(w in limit for limit in slots["limit"]))
    days = [
        DayWish(
            day=day,
            where=draft.wheres.get(day, ""),
            **{name: tuple(words) for name, words in draft.by_day.get(day, {}).items()},
        )
        for day in sorted({*draft.wheres, *(d for d, kept in draft.by_day.items() if any(kept.values()))})
    ]
    kept = {*slots["likes"], *(w for day in days for w in day.likes)}
    parts = tuple((words, part) for words, part in draft.parts.items() if words in kept)
    fresh = {**slots, "by_day": tuple(days), "parts": parts, "clash": draft.clash}
    wishes = intent.wishes.model_copy(update=fresh)
    if draft.pace and not wishes.pace:
        wishes = wishes.model_copy(update={"pace": draft.pace})
    where = {"where": "", "towns": ()} if draft.wheres else {}
    return intent.model_copy(update={"wishes": wishes, "date": draft.date, "days": draft.days, **where})


def _unlike(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _said_twice(text: str, words: str) -> bool:
    return text.casefold().count(words.casefold()) > 1


def merged(old: Wishes, new: Wishes) -> Wishes:
    """Return the wishes of a plan with those that were said afterwards; what is new wins."""
    joined = {name: _unlike((*getattr(old, name), *getattr(new, name))) for name in (*SPANS, "unread")}
    gone = {w.casefold() for w in (*new.dislikes, *new.no_meal)}
    wanted = {w.casefold() for w in (*new.likes, *new.must, *new.meals)}
    for name in ("likes", "must", "meals"):
        joined[name] = tuple(w for w in joined[name] if w.casefold() not in gone)
    for name in ("dislikes", "no_meal"):
        joined[name] = tuple(w for w in joined[name] if w.casefold() not in wanted)
    values = {
        name: getattr(new, name) for name in Wishes.model_fields if getattr(new, name) and name not in joined
    }
    return old.model_copy(update={**joined, **values})
