"""The grammar: clauses, what each means, and how sure that is.

Each language module offers `parse_clause(text, context) -> Parsed | None`. Here the utterance is cut
into clauses, each clause is read by the grammar of its language, and what belongs together is joined:
a wish about the road belongs to the destination said before it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from agent.understanding.context import Context
from agent.understanding.intent import ChangeRoute, Chat, Choose, Confirm, Deny, Navigate, PlanTrip, Search
from agent.understanding.rules import en, zh
from agent.understanding.rules.name_check import doubtful
from agent.understanding.rules.reading import FAIR, GOOD, WEAK, Parsed

if TYPE_CHECKING:
    from agent.understanding.intent import Intent
    from agent.understanding.utterance import Language


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
    context = context or Context()
    grammar: Any = zh if language == "zh" else en
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
