"""The fast tier's grammar: clauses, what each means, and how sure that is.

Each language module offers `parse_clause(text, context) -> Parsed | None`. Here the utterance is cut
into clauses, each clause is read by the grammar of its language, and what belongs together is joined:
a wish about the road belongs to the destination said before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent.understanding.intent import ChangeRoute, Chat, Choose, Confirm, Deny, Navigate, PlanTrip, Search
from agent.understanding.rules.name_check import doubtful
from poi.category import load_categories, parse_category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.understanding.intent import Intent
    from agent.understanding.rules.phrase import Phrase
    from agent.understanding.rules.road_wishes import RoadWishes
    from agent.understanding.utterance import Language

STRONG, GOOD, FAIR, WEAK = 0.97, 0.9, 0.75, 0.5
"""Confidence by how specific the matching pattern is; `agent.confidence` calibrates them."""

WAY_QUESTIONS = {"time_left", "distance_left", "arrival_time"}
"""What is asked about the way to somewhere."""


_AFTER_KIND = " ,.!?，。！？吗呢吧啊"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the dialogue tells the understanding: what was just asked, and what is going on."""

    expecting: str = ""
    """"choice", "yes_no", "place", "days" while a question of ours is open; "" otherwise."""
    guiding: bool = False
    """A route is being driven."""
    planning: bool = False
    """A trip plan is at hand and can be changed."""
    offered: tuple[str, ...] = ()
    """Names of the places offered last."""
    kinds: frozenset[str] = frozenset()
    """Categories of the places offered last; empty if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Intents in the order said, with the pattern that found them."""

    intents: tuple[Intent, ...]
    confidence: float
    """0 to 1, before calibration."""
    pattern: str
    """Name of the deciding pattern, for explanation and calibration."""


def other_kind(chosen: Parsed, text: str, context: Context) -> bool:
    """Tell whether "a nearer filling station" is none of the offered places, which are hotels."""
    compared = isinstance(chosen.intents[0], Choose) and chosen.intents[0].by
    if not compared or not context.kinds:
        return False
    for start in (found.start() for found in re.finditer(r"\b[a-zA-Z]|[^\x00-\x7f]", text)):
        match = load_categories().match(text[start:].strip(_AFTER_KIND))
        if match and not match.rest:
            return context.kinds.isdisjoint(parse_category(kind)[0] for kind in match.categories)
    return False


def home_asked(what: str, text: str) -> str:
    """Return home if a question about the way is about the way there, whatever is driven to; else ""."""
    found = re.search(r"(?i)家|\bhome\b", text) if what in WAY_QUESTIONS else None
    return found[0].lower() if found else ""


def one(intent: Intent, confidence: float, pattern: str) -> Parsed:
    """Return a reading with one intent."""
    return Parsed(intents=(intent,), confidence=confidence, pattern=pattern)


def search_of(phrase: Phrase, *, along: bool = False) -> Search:
    """Return the search that a place phrase asks for."""
    return Search(
        what=phrase.core,
        need=phrase.need,
        near=phrase.near,
        along=phrase.along or along,
        pick=phrase.pick,
        open_now=phrase.open_now,
        open_at=phrase.open_at,
        stars=phrase.stars,
        within_m=phrase.within_m,
        within_min=phrase.within_min,
        without=phrase.without,
    )


def navigate_of(
    phrase: Phrase, roads: RoadWishes, *, via: Sequence[str] = (), start: str = ""
) -> Navigate | Search:
    """Return the drive that a place phrase and the wishes about the road ask for.

    To a kind of place within limits it is a search, which knows them: "a cafe within five minutes", "a cafe
    other than Starbucks".
    """
    if phrase.is_limited and not (via or start):
        return search_of(phrase)
    prefer: Any = roads.prefer
    return Navigate(
        to=phrase.core,
        via=tuple(via),
        start=start,
        near=phrase.near,
        avoid=roads.avoid,
        prefer=prefer,
        pick=phrase.pick,
        open_now=phrase.open_now,
        need=phrase.need,
    )


def parse(text: str, language: Language, context: Context | None = None) -> Parsed | None:
    """Read an utterance with the grammar; None if no pattern fits.

    Parameters
    ----------
    text
        Cleaned words (`agent.understanding.utterance.clean`).
    language
        Language of the sentence frame.
    context
        State of the dialogue.
    """
    from agent.understanding.rules import en as rules_en
    from agent.understanding.rules import zh as rules_zh

    context = context or Context()
    grammar: Any = rules_zh if language == "zh" else rules_en
    if (
        context.guiding
        and (rest := _FIRST.sub("", text)) != text
        and (stop := _as_stop(_read(rest, grammar, context)))
    ):
        return stop
    return _read(text, grammar, context)


_FIRST = re.compile(
    r"^(?:我们?|那|就|还是|要|得|想)*先(?:要|得)?(?=去|到|回|加|充|找|吃|喝|买|上)"
    r"|(?i:^first,? (?=\w)|(?<!\bthe),? first$)"
)
"""What puts a wish before the destination of the drive."""


def _as_stop(read: Parsed | None) -> Parsed | None:
    """Return a place that was asked for as a stop on the way; None for anything else."""
    match read.intents if read is not None and read.confidence >= FAIR else ():
        case (Navigate(to=to, need="", via=(), start="", near=""),) if to:
            stop: Intent = ChangeRoute(add=to)
        case (Navigate(need=need, via=(), start="", near=""),):
            stop = Search(need=need, along=True)
        case (Search(near="") as search,):
            stop = search.model_copy(update={"along": True, "pick": ""})
        case _:
            return None
    return replace(read, intents=(stop,), pattern=f"{read.pattern}.first") if read is not None else None


def _read(text: str, grammar: Any, context: Context) -> Parsed | None:
    """Read an utterance whole, clause by clause, or breath by breath, whichever makes sense first."""
    whole: Parsed | None = grammar.parse_whole(text, context)
    if whole is not None and not doubtful(whole.intents):
        return whole
    clauses = grammar.clauses(text)
    read = _plausible(whole) or _plausible(
        _join(clauses, grammar, context)
        if len(clauses) > 1
        else grammar.parse_clause(clauses[0] if clauses else text, context)
    )
    if read is None or read.confidence < FAIR:
        breaths = grammar.breaths(text)
        again = _join(breaths, grammar, context, whole=True) if breaths != clauses else None
        again = _plausible(again)
        if again is not None and (read is None or again.confidence > read.confidence):
            return again
    return read


def _plausible(parsed: Parsed | None) -> Parsed | None:
    """Return the reading, unsure if a name in it cannot be one."""
    return weaker(parsed, WEAK) if parsed is not None and doubtful(parsed.intents) else parsed


_ORDER = re.compile(r"先|再|然后|接着|最后|之后|完|顺|(?i:\b(?:first|then|after|before|and)\b)")


def _join(clauses: list[str], grammar: Any, context: Context, *, whole: bool = False) -> Parsed | None:
    intents: list[Intent] = []
    ordered = any(_ORDER.search(clause) for clause in clauses)
    confidence, names, missed, longest = 1.0, [], 0, ""
    for clause in clauses:
        parsed: Parsed | None = grammar.parse_whole(clause, context) or grammar.parse_clause(clause, context)
        if parsed is None or (parsed.confidence <= WEAK and len(clauses) > 1 and intents):
            missed += 1
            longest = max(longest, clause, key=len)
            continue
        for intent in parsed.intents:
            if not ordered and intents and _is_reason(intents[-1], intent):
                intents.pop()
            append(intents, intent)
        confidence = min(confidence, parsed.confidence)
        names.append(parsed.pattern)
    if not intents or (whole and missed and (missed > 1 or confidence < GOOD or len(longest) > 12)):
        return None
    if missed:
        # "My meeting starts in ten minutes, quicker": a reason that says nothing to us, and a clear wish.
        sure = missed == 1 and confidence >= GOOD and intents != [Chat()]
        confidence = min(confidence, FAIR if sure or (missed == 1 and len(clauses) > 2) else 0.6)
    return Parsed(intents=tuple(intents), confidence=confidence, pattern="+".join(names))


def _is_reason(before: Intent, intent: Intent) -> bool:
    """Tell whether it only led up to what follows, as the need in "饿了，带我去海底捞"."""
    match before:
        case Chat():
            return True
        case ChangeRoute():
            return bool(before.drop) and isinstance(intent, Navigate)
        case Search() if before.need and before == Search(need=before.need):
            return isinstance(intent, Search) or (isinstance(intent, Navigate) and bool(intent.to))
        case _:
            return False


def append(intents: list[Intent], intent: Intent) -> None:
    """Add an intent; a pure wish about the road joins the destination or the trip before it."""
    if len(intents) == 1 and isinstance(intent, Navigate | Search | Choose):
        # "Yes, take me to the zoo", "not this one, the third": the answer is in what follows.
        before = intents[0]
        if (isinstance(before, Confirm) and not isinstance(intent, Choose)) or before == Deny():
            intents.clear()
    last = intents[-1] if intents else None
    road_only = isinstance(intent, ChangeRoute) and not intent.add and not intent.drop
    if road_only and isinstance(intent, ChangeRoute) and intent.prefer != "other":
        prefer = {"faster": "fastest", "shorter": "shortest"}.get(intent.prefer, "")
        if isinstance(last, Navigate):
            avoid = tuple(dict.fromkeys((*last.avoid, *intent.avoid)))
            intents[-1] = last.model_copy(update={"avoid": avoid, "prefer": last.prefer or prefer})
            return
        if isinstance(last, PlanTrip) and last.change is None:
            wishes = last.wishes.model_copy(
                update={"avoid": tuple(dict.fromkeys((*last.wishes.avoid, *intent.avoid)))}
            )
            intents[-1] = last.model_copy(update={"wishes": wishes})
            return
    if isinstance(intent, ChangeRoute) and intent.add and isinstance(last, Navigate):
        intents[-1] = last.model_copy(update={"via": (*last.via, intent.add)})
        return
    if (
        isinstance(intent, Navigate)
        and isinstance(last, ChangeRoute)
        and len(intents) == 1
        and not last.add
        and not last.drop
    ):
        avoid = tuple(dict.fromkeys((*last.avoid, *intent.avoid)))
        intents[-1] = intent.model_copy(update={"avoid": avoid})
        return
    if (
        isinstance(intent, Navigate)
        and isinstance(last, ChangeRoute)
        and len(intents) == 1
        and last.add
        and not intent.via
    ):
        intents[-1] = intent.model_copy(update={"via": (last.add,)})
        return
    if last != intent:
        intents.append(intent)


def weaker(parsed: Parsed | None, confidence: float) -> Parsed | None:
    """Return the same reading, no surer than `confidence`."""
    return replace(parsed, confidence=min(parsed.confidence, confidence)) if parsed else None
