"""What the reader left of a trip's sentence, read clause by clause with the words of the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from agent.trip.asked.clock import clock_of
from agent.trip.asked.draft import EDGE, Draft, blank
from agent.trip.asked.marks import clauses_of, is_meal, listed, says_no
from agent.trip.asked.occasions import trip_date
from agent.trip.asked.party import read_party
from agent.trip.asked.wishes import limits_of
from agent.trip.offered.sights import themes_of
from agent.trip.offered.tables import foods_of
from languages import load_language
from languages.trip_talk import talk_words
from languages.trip_words import any_of, trip_words
from poi.kinds.category import load_categories
from poi.text import canonical

if TYPE_CHECKING:
    from agent.understanding.utterance import Language

_MOST_WISHES = 8
"""So many wishes are looked for in one clause."""


def rest_of(draft: Draft) -> list[tuple[int, int]]:
    """Return the clauses that still hold words which say something."""
    left = blank(draft)
    return [(a, b) for a, b in clauses_of(draft.text, draft.language) if _says(left[a:b], draft.language)]


def _says(text: str, language: Language) -> bool:
    """Whether a text says anything: more than fillers, or a price made of them (住好一点)."""
    return bool(_core(text, language)) or _priced(text, language)


def _priced(text: str, language: Language) -> bool:
    return any(any_of(language, said).search(text) for said in trip_words(language).money.values())


@cache
def _filler(language: str) -> re.Pattern[str]:
    words = talk_words(language).fillers
    longest = "|".join(f"(?:{word})" for word in sorted(words, key=len, reverse=True))
    spaced = rf"(?<![a-z0-9'])(?:{longest})(?![a-z'])"
    return re.compile(spaced if load_language(language).settings.joiner else longest, re.IGNORECASE)


def is_named(words: str, language: Language) -> bool:
    """Whether words name something: more than those that wish for nothing."""
    return _core(words, language) == words


def names_something(words: str, language: Language, *, food: bool = False) -> bool:
    """Whether words say more than that something is wished for or not; of a food, than that it is nice."""
    left = _without_no(words, language)
    hollow = not _core(left, language) and any_of(language, talk_words(language).hollow).fullmatch(
        left.strip()
    )
    return bool(_core(left, language)) if food else any(c.isalnum() for c in left) and not hollow


def _core(text: str, language: Language) -> str:
    """Return what is left of a text without words that wish for nothing."""
    return " ".join(_cores(text, language))


def _cores(text: str, language: Language) -> tuple[str, ...]:
    """Return the stretches that are left of a text without words that wish for nothing."""
    bare = _filler(language).sub("\0", text)
    parts = (part.strip(EDGE + "-—~/&+'") for part in bare.split("\0"))
    return tuple(part for part in parts if any(c.isalnum() for c in part))


def trimmed(piece: str, language: Language) -> str:
    """Return a stretch without the words at its edges that wish for nothing; "" if it has no others."""
    cores = _cores(_without_no(piece, language), language)
    cores = tuple(core for core in cores if not _says_when(core, language))
    if not cores:
        return ""
    return piece[piece.find(cores[0]) : piece.rfind(cores[-1]) + len(cores[-1])]


def _says_when(words: str, language: Language) -> bool:
    """Whether words are a part of the day and nothing more."""
    parts = tuple(word for said in trip_words(language).parts.values() for word in said)
    return not _core(any_of(language, parts).sub("\0", words), language)


def take_rest(draft: Draft, start: int, end: int) -> None:
    """Read what the reader left of a clause: the first meaning that fits, piece by piece."""
    for _ in range(_MOST_WISHES):
        left = blank(draft)[start:end]
        if not _says(left, draft.language):
            return
        said = draft.text[start:end].strip(EDGE)
        rest = re.sub(r"\0+", "\0", left)
        taken = next((True for take in _READERS if take(draft, rest, said, start, end)), False)
        if not taken:
            for piece in _stretches(left):
                if whole := trimmed(piece, draft.language):
                    draft.put("unread", whole, start)
            return


def _mark(draft: Draft, words: str, start: int, end: int) -> None:
    at = draft.text.find(words, start, end)
    draft.used.append((at, at + len(words)) if at >= 0 else (start, end))


def _whole(draft: Draft, slot: str, said: str, start: int, end: int) -> bool:
    draft.put(slot, said, start)
    draft.used.append((start, end))
    return True


def _date(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    if draft.date or clock_of(rest, draft.language) is not None:
        return False
    if any_of(draft.language, (*draft.words.must, *draft.words.must_after)).search(said):
        return False
    for part in _stretches(rest):
        if trip_date(part, draft.now, draft.language) is None:
            continue
        bare = re.sub(r"(?<=.)[去到玩想要].*$", "", part)
        draft.date = bare if trip_date(bare, draft.now, draft.language) is not None else part
        core = trimmed(draft.date, draft.language)
        draft.date = core if trip_date(core, draft.now, draft.language) is not None else draft.date
        _mark(draft, draft.date, start, end)
        return True
    return False


def _stretches(rest: str) -> Iterator[str]:
    return (part.strip(EDGE) for part in rest.split("\0") if part.strip(EDGE))


def _time(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    timed = any_of(draft.language, draft.words.no_clock).sub(" ", rest)
    named = (draft.words.change.clock, *trip_words(draft.language).clock_words)
    leaves = any_of(draft.language, trip_words(draft.language).times.end).search(said) is not None
    named = (*named, *trip_words(draft.language).times.part_end) if leaves else named
    if not any_of(draft.language, named).search(timed):
        return False
    if clock_of(timed, draft.language) is None:
        return False
    times = trip_words(draft.language).times
    carriers = tuple(w for said_ in times.transport.values() for w in said_)
    if not any_of(draft.language, (*times.start, *times.end, *carriers)).search(said):
        return False
    return _whole(draft, "time", said, start, end)


def _bed(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    words = any_of(draft.language, draft.words.lodging)
    if not words.search(rest) or _only_stay(rest, draft.language):
        return False
    return _whole(draft, "lodging", said, start, end)


def _only_stay(rest: str, language: Language) -> bool:
    """Whether only that one stays is said, not where: "stay for two days"."""
    if _priced(rest, language):
        return False
    return not _core(any_of(language, talk_words(language).only_stay).sub("\0", rest), language)


def _limit(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    read = limits_of((said,), draft.language).read
    soft = read and read[0][1] in {"easy", "late", "same_hotel", "sights"}
    if not read or not (soft or any_of(draft.language, draft.words.limiting).search(said)):
        return False
    return _whole(draft, "limit", said, start, end)


def _money(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    words = (*draft.words.money, *(w for known in trip_words(draft.language).money.values() for w in known))
    if (found := any_of(draft.language, words).search(rest)) is None:
        return False
    apart = bool(load_language(draft.language).settings.joiner)
    if not apart or any(span in said for span in draft.slots["money"]):
        return _whole(draft, "money", said, start, end)
    part = next(piece for piece in rest.split("\0") if any_of(draft.language, words).search(piece))
    found = any_of(draft.language, words).search(part)
    core = next((c for c in _cores(part, draft.language) if found and found[0] in c), "")
    begins = [at for at in (part.find(core) if core else -1, found.start() if found else -1) if at >= 0]
    ends = [part.find(core) + len(core) if core else 0, found.end() if found else 0]
    spoken = part[min(begins) : max(ends)].strip(EDGE)
    draft.put("money", spoken, start)
    _mark(draft, spoken, start, end)
    return True


def _who(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    party = read_party((rest,), draft.language)
    extra = party.dog or party.wheelchair or party.stroller or party.pregnant
    alone = not (party.children or party.elderly) and _only_me(party.size, rest, draft.language)
    if not (party.size or party.ages or extra) or alone:
        return False
    words = max(_stretches(rest), key=len, default=said)
    draft.put("who", words, start)
    _mark(draft, words, start, end)
    return True


def _only_me(size: int, rest: str, language: Language) -> bool:
    """Whether nobody but the speaker is named, who is in every request."""
    return size == 1 and any_of(language, talk_words(language).alone).search(rest) is None


def _ban(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    """Take what is not wanted, each thing by itself."""
    clause, found = draft.text[start:end], False
    for part in _stretches(rest):
        cores = _cores(_without_no(part, draft.language), draft.language)
        for one in (thing for core in cores for thing in listed(core, draft.language)):
            at = draft.text.find(one, start, end)
            if at < 0 or not says_no(clause, at - start, at - start + len(one), draft.language):
                continue
            if is_party(one, draft.language):
                draft.put("who", one, start)
                _mark(draft, one, start, end)
                return True
            eaten = bool(foods_of(one) and not themes_of(one))
            eaten = eaten or any_of(draft.language, draft.words.eating).search(said) is not None
            draft.put("no_meal" if eaten else "dislikes", one, start)
            _mark(draft, one, start, end)
            found = True
    return found


def _without_no(text: str, language: Language) -> str:
    words = talk_words(language).no
    return any_of(language, (*words.before, *words.after)).sub("\0", text)


def _pace(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    match = any_of(draft.language, draft.words.full).search(rest)
    if match is None:
        return False
    draft.pace = "full"
    _mark(draft, match[0], start, end)
    return True


def _must(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    after = any_of(draft.language, draft.words.must_after).search(rest)
    cores = _cores(rest[: after.start()], draft.language) if after else ()
    if names := [name for core in cores for name in listed(core, draft.language)]:
        for name in names:
            draft.put("must", name, start)
        draft.used.append((start, end))
        return True
    match = any_of(draft.language, draft.words.must).search(rest)
    core = _core(rest[match.end() :], draft.language) if match else ""
    if not match or not core or themes_of(core) or foods_of(core):
        return False
    draft.put("must", core, start)
    draft.used.append((start, end))
    return True


def _taste(draft: Draft, rest: str, said: str, start: int, end: int) -> bool:
    """Take foods and kinds of sights, each by itself, with what stands right beside it."""
    for part in _stretches(rest):
        cores = _cores(part, draft.language) or (part,)
        things = [thing for core in cores for thing in listed(core, draft.language)]
        for one in sorted({*things, *_kinds_in(part, draft.language)}, key=lambda t: (-len(t), t)):
            if is_meal(one, draft.language) and any(foods_of(other) for other in things):
                _mark(draft, one, start, end)  # the meal at which something is eaten is no wish of its own
                return True
            if foods_of(one) and not themes_of(one):
                slot = "meals"
            elif themes_of(one) or _is_need(one, draft.language) or is_kind(one):
                slot = "likes"
            else:
                continue
            # An unknown word beside it may refuse it: it is said back, and not wished for.
            if slot != "unread" and _is_doubtful(rest, one, draft.language):
                slot = "unread"
            draft.put(slot, one, draft.text.find(one, draft.text.find(part, start, end)))
            _mark(draft, one, start, end)
            return True
    return False


def _is_doubtful(rest: str, one: str, language: Language) -> bool:
    """Whether words that nobody knows stand beside a thing that the reader took for no wish."""
    words = trip_words(language)
    known = (w for said in (*words.themes.values(), *words.foods.values()) for w in said.says)
    beside = (*words.parts.values(), *words.meals.values(), *words.needs.values())
    when = tuple(word for said in beside for word in said)
    other = any_of(language, (*known, *when)).sub("\0", rest.replace(one, "\0"))
    return bool(_core(other, language))


def _kinds_in(part: str, language: Language) -> list[str]:
    """Return the words for kinds and foods in a stretch, the longest first; a single letter is none."""
    words = trip_words(language)
    every = tuple(word for said in (*words.themes.values(), *words.foods.values()) for word in said.says)
    found = {m[0] for m in any_of(language, every).finditer(part) if len(m[0]) > 1}
    return sorted(found, key=len, reverse=True)


def _is_need(words: str, language: Language) -> bool:
    needs = trip_words(language).needs
    return any(any_of(language, said).search(words) for said in needs.values())


def is_party(words: str, language: Language) -> bool:
    """Whether words say who comes along and nothing else: toddler."""
    data = trip_words(language)
    said = (w for entries in (*data.party.values(), *data.with_.values()) for w in entries)
    return any_of(language, tuple(said)).fullmatch(words.strip()) is not None


def is_kind(words: str) -> bool:
    """Whether words are a kind of place of the map, as a whole."""
    match = load_categories().match(words)
    return bool(match and not match.rest and match.word == canonical(words))


_READERS = (_date, _time, _limit, _bed, _money, _ban, _who, _pace, _must, _taste)
