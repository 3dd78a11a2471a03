"""Answers to our questions, references to what was said, corrections, and giving up politely."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from agent.actions import drive as act_drive
from agent.actions import reply
from agent.actions import reroute as act_reroute
from agent.actions import search as act_search
from agent.actions.finding import Found
from agent.actions.turn import Result, Turn
from agent.understanding.intent import (
    Cancel,
    Choose,
    Deny,
    Navigate,
    PlanTrip,
    Search,
)
from languages.numbers import nth

if TYPE_CHECKING:
    from agent.actions.session import Question, Session
    from poi.place import Place

_SHORT = 3
"""Words of so many letters tell no name."""

PATIENCE = 1
"""Times a question is put again before we give up; another guess is asked about once more."""


def not_understood(turn: Turn) -> Result:
    """Say so; put an open question once more, then give up."""
    if not re.search(r"\w", turn.text):
        return Result(outcome="not_understood", reply=turn.say("not_heard"))
    question = turn.session.question
    if question is None:
        return Result(outcome="not_understood", reply=turn.say("not_understood"))
    if question.repeated >= PATIENCE:
        turn.session.question = None
        return Result(outcome="not_understood", reply=turn.say("deny.gave_up"))
    question.repeated += 1
    return Result(outcome="ask_back", reply=question.words, places=question.options)


def choose(turn: Turn, intent: Choose) -> Result:
    """Take one of the places offered."""
    session = turn.session
    question = session.question
    options = question.options if question and len(question.options) > 1 else session.offered
    if intent.by:
        return _choose_by(turn, intent, options)
    if not (intent.index or intent.name) and (meant := meant_of(turn, intent)) is not None:
        return _take_asked(turn, meant, question)
    if not options:
        if intent.name:
            return act_drive.navigate(turn, Navigate(to=intent.name))
        return turn.impossible("choose.none")
    if intent.index:
        position = intent.index - 1 if intent.index > 0 else len(options) + intent.index
        if not 0 <= position < len(options):
            return _ask_again(turn, "choose.range", options, count=_count(turn, len(options)))
        return take(turn, options[position], question)
    if not intent.name and len(options) > 1:
        return _ask_again(turn, "choose.which", options)
    matching = [place for place in options if _fits(turn, place, intent.name)]
    if len(matching) == 1:
        return take(turn, matching[0], question)
    if matching:
        return act_search.which(turn, _found(matching, intent.name), Navigate(to=intent.name))
    return _refined(turn, intent.name, options)


def meant_of(turn: Turn, intent: Choose) -> Place | None:
    """Return the one place offered that a choice means; None if that is not one."""
    question, topic = turn.session.question, turn.session.topic
    options = question.options if question and len(question.options) > 1 else turn.session.offered
    if intent.index:
        return next(iter(nth(options, intent.index)), None)
    if intent.by in {"nearer", "farther"} and options:
        return (min if intent.by == "nearer" else max)(options, key=turn.finder.from_search_m)
    if not (intent.name or intent.by):
        spoken_of = topic if topic is not None and topic.id in {place.id for place in options} else None
        return told_apart(turn.text, options) or turn.session.asked_about or spoken_of
    matching = [place for place in options if intent.name and _fits(turn, place, intent.name)]
    return matching[0] if len(matching) == 1 else None


def told_apart(text: str, options: tuple[Place, ...]) -> Place | None:
    """Return the one of the places whose name alone has words of the sentence (外文书店 of 外文的那个)."""
    said = _words(text)
    shared = [said & set().union(*map(_words, (p.name, p.brand, *p.names.values()))) for p in options]
    of_one = [
        place
        for number, (place, words) in enumerate(zip(options, shared, strict=True))
        if words - set().union(*shared[:number], *shared[number + 1 :])
    ]
    return of_one[0] if len(of_one) == 1 else None


def _words(text: str) -> set[str]:
    """Return the words of a text, without accents; where none are written apart, what two signs spell."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    runs = re.findall(r"[\u3400-\u9fff]+", plain)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return pairs | {word for word in re.findall(r"[^\W\d_\u3400-\u9fff]+", plain) if len(word) > _SHORT}


def _count(turn: Turn, count: int) -> str:
    from agent.actions.reply import count_words

    return count_words(count, turn.language)


def _found(places: list[Place], words: str) -> Found:
    return Found(places=tuple(places), verdict="ask", words=words)


def _fits(turn: Turn, place: Place, words: str) -> bool:
    wanted = words.casefold()
    own = (place.name, place.district, place.address, place.brand, *place.names.values())
    return any(
        wanted in name.casefold() or (len(name) > 2 and name.casefold() in wanted) for name in own if name
    )


def _refined(turn: Turn, words: str, options: tuple[Place, ...]) -> Result:
    """Something that tells the options apart, or else a name of its own ("东门" of the place at hand)."""
    if re.search(r"近|nearer|closer|nearest|closest", words):
        return _choose_by(turn, Choose(by="nearer"), options)
    if (elsewhere := _searched_in(turn, words)) is not None:
        return act_search.search(turn, elsewhere)
    if (other := _among_others(turn, words)) is not None:
        return offer_one(turn, other)
    found = turn.finder.named(words)
    if found.places and found.verdict in {"clear", "ask"}:
        return act_drive.navigate(turn, Navigate(to=words))
    return _ask_again(turn, "choose.unknown", options, name=words)


def _among_others(turn: Turn, words: str) -> Place | None:
    """Return the one place of the last search that words tell apart, though it was not offered."""
    search = turn.session.last_search
    if not isinstance(search, Search):
        return None
    found = turn.finder.search(search.model_copy(update={"near": "", "pick": "", "open_now": False}), None)
    matching = [place for place in found.places if _fits(turn, place, words)]
    return matching[0] if len(matching) == 1 else None


def _searched_in(turn: Turn, words: str) -> Search | None:
    """Return the last search made anew in a town or district, if words name one."""
    search = turn.session.last_search
    if not isinstance(search, Search) or turn.desk.places.area(words, near=turn.position) is None:
        return None
    return search.model_copy(update={"near": words, "pick": ""})


def _ask_again(turn: Turn, key: str, options: tuple[Place, ...], **facts: str) -> Result:
    question = turn.session.question
    intent = question.intent if question else Navigate()
    asked = question.repeated if question else 0
    if asked >= PATIENCE:
        turn.session.question = None
        return Result(outcome="not_understood", reply=turn.say("deny.gave_up"))
    return turn.ask(
        turn.say(key, **facts),
        intent=intent,
        expecting="choice",
        options=options,
        repeated=asked + 1,
        words=question.words if question else "",
    )


def _choose_by(turn: Turn, intent: Choose, options: tuple[Place, ...]) -> Result:
    if intent.by == "other":
        return _others(turn, options)
    if not options:
        return turn.impossible("choose.none")
    away = sorted(options, key=turn.finder.from_search_m)
    if intent.by in {"nearer", "farther"}:
        return _by_distance(turn, intent, options, away)
    best = max(options, key=_stars)
    if intent.by == "better" and _stars(best):
        return take(turn, best, turn.session.question)
    note = turn.say("search.no_ratings" if intent.by == "better" else "search.no_prices")
    result = offer_one(turn, away[0])
    result.reply = note + reply.gap(turn.language) + result.reply
    return result


def _stars(place: Place) -> float:
    found = re.match(r"\d+(?:\.\d+)?", place.stars or "")
    return float(found[0]) if found else 0.0


def _by_distance(turn: Turn, intent: Choose, options: tuple[Place, ...], away: list[Place]) -> Result:
    """The nearest of several offered is taken; of a single one a nearer is looked for."""
    if len(options) > 1:
        return take(turn, away[0] if intent.by == "nearer" else away[-1], turn.session.question)
    search = turn.session.last_search
    if isinstance(search, Search):
        found = turn.finder.search(search.model_copy(update={"near": ""}), turn.route)
        here = turn.finder.away_m(options[0])
        better = [
            place
            for place in found.places
            if place.id != options[0].id and (turn.finder.away_m(place) < here) == (intent.by == "nearer")
        ]
        if better:
            return offer_one(turn, min(better, key=turn.finder.away_m))
    return turn.ask(
        turn.say(
            "choose.no_nearer",
            name=turn.name(options[0]),
            distance=turn.distance(turn.finder.away_m(options[0])),
        ),
        intent=Navigate(to=turn.name(options[0])),
        expecting="yes_no",
        options=options[:1],
    )


def offer_one(turn: Turn, place: Place) -> Result:
    where = turn.say("search.where_distance", distance=turn.distance(turn.finder.away_m(place)))
    return turn.ask(
        turn.say("search.one", name=turn.name(place), where=where),
        intent=Navigate(to=turn.name(place)),
        expecting="yes_no",
        options=(place,),
    )


def _others(turn: Turn, options: tuple[Place, ...]) -> Result:
    """Offer what was found but not named yet."""
    search = turn.session.last_search
    if not isinstance(search, Search):
        return turn.impossible("choose.none")
    found = turn.finder.search(search, turn.route if search.along else None)
    seen = {place.id for place in options} | {turn.name(place) for place in options}
    rest = tuple(p for p in found.places if p.id not in seen and turn.name(p) not in seen)
    if not rest:
        return turn.impossible("choose.no_other")
    shown = search.model_copy(update={"pick": ""})
    result = act_search.offer(turn, shown, Found(places=rest, verdict="list", words=found.words))
    turn.session.last_search = search
    return result


def take(turn: Turn, place: Place, question: Question | None) -> Result:
    """Go on with the request that was waiting for this place."""
    session = turn.session
    session.topic = place
    intent = question.intent if question else None
    session.question = None
    search = session.last_search
    if isinstance(search, Search) and search.along and session.stops:
        return act_reroute.add_stop(turn, place)
    if isinstance(intent, Navigate):
        return act_drive.drive_to(turn, intent.model_copy(update={"need": ""}), place)
    return act_drive.drive_to(turn, Navigate(to=place.name), place)


def confirm(turn: Turn) -> Result:
    """Yes."""
    question = turn.session.question
    if question is None:
        return turn.done("confirm.nothing")
    if (asked := asks_for(turn.session)) is not None:
        return _take_asked(turn, asked, question)
    if question.expecting == "yes_no" and question.options:
        return take(turn, question.options[0], question)
    if question.expecting == "choice" and question.options:
        # "Yes" to "which one?" means that something of it fits: the first is as good a guess as any, but a
        # guess, so it is offered and not taken.
        return offer_one(turn, question.options[0])
    return _ask_back(turn, question)


def asks_for(session: Session) -> Place | None:
    """Return the place asked about since we asked where to go: "how far is it" – "that one then"."""
    question = session.question
    if question is None or not all(isinstance(one, Navigate | Search) for one in question.pending):
        return None
    return session.asked_about


def _take_asked(turn: Turn, place: Place, question: Question | None) -> Result:
    """Go on with a place; one that was only asked about gets no destination given up for it."""
    offered = (question.options if question and not question.pending else ()) or turn.session.offered
    if turn.route is not None and place.id not in {option.id for option in offered}:
        return offer_one(turn, place)
    return take(turn, place, question)


def _ask_back(turn: Turn, question: Question) -> Result:
    key = "trip.how_long" if question.expecting == "days" else "route.to_where"
    return Result(outcome="ask_back", reply=turn.say(key), places=question.options)


def deny(turn: Turn, intent: Deny) -> Result:
    """No; with what was meant instead, go on with that."""
    session = turn.session
    question = session.question
    if intent.instead:
        return _instead(turn, intent.instead)
    session.question = None
    if question is None:
        return turn.done("deny.nothing")
    if question.pending:
        return turn.done("deny.say_again")
    if question.expecting == "yes_no" and isinstance(question.intent, Navigate) and question.repeated == 0:
        options = tuple(place for place in session.offered if place not in question.options)
        if not options and isinstance(session.last_search, Search):
            return turn.done("deny.nothing")
        return turn.ask(turn.say("deny.what_else"), intent=Navigate(), expecting="place", repeated=1)
    return turn.done("deny.gave_up")


def _instead(turn: Turn, words: str) -> Result:
    """A correction: another gate of the place at hand, one of the options, or another place altogether."""
    session = turn.session
    question = session.question
    options = question.options if question and question.options else session.offered
    matching = [place for place in options if _fits(turn, place, words)]
    if len(matching) == 1:
        return take(turn, matching[0], question)
    if (other := _among_others(turn, words)) is not None:
        return offer_one(turn, other)
    previous = session.last_answer.intents if session.last_answer else ()
    before = next((i for i in previous if isinstance(i, Navigate) and i.to), None)
    session.question = None
    if before is not None:
        joined = _corrected(before.to, words)
        if joined != words:
            found = turn.finder.named(joined)
            again = session.stops and found.places and found.places[0].id == session.stops[-1].id
            if found.places and found.verdict in {"clear", "ask"} and not again:
                return act_drive.navigate(turn, before.model_copy(update={"to": joined}))
        if turn.finder.named(words).places:
            return act_drive.navigate(turn, before.model_copy(update={"to": words, "need": "", "near": ""}))
        return act_drive.navigate(
            turn, before.model_copy(update={"to": joined if joined != words else words})
        )
    searched = session.last_search
    if (elsewhere := _searched_in(turn, words)) is not None:
        return act_search.search(turn, elsewhere)
    if isinstance(searched, Search) and not any(isinstance(i, PlanTrip) for i in previous):
        return act_search.search(turn, searched.model_copy(update={"what": words, "need": ""}))
    return act_drive.navigate(turn, Navigate(to=words))


_PART = re.compile(
    r"(?:东南|西南|东北|西北|东|南|西|北|正|后|前|侧)?(?:门|口|站|出口|入口|停车场|校区|广场|航站楼|座|馆|区)$"
)


def _corrected(before: str, words: str) -> str:
    """Put a correction of the last part into the name: 清华大学南门 + 东门 → 清华大学东门."""
    if not _PART.fullmatch(words):
        return words
    head = _PART.sub("", before)
    return (head or before) + words


def cancel(turn: Turn, intent: Cancel) -> Result:
    """Stop: what was named, else the open question, else the drive."""
    session = turn.session
    if session.plan is not None and intent.what == "plan":
        session.question = session.plan = session.plan_inputs = None
        return turn.done("trip.cancelled")
    if session.question is not None and intent.what != "drive":
        session.question = None
        return turn.done("cancel.question")
    session.question = None
    if turn.route is not None:
        session.end_drive()
        result = turn.done("cancel.route")
        result.end_guidance = True
        return result
    return turn.done("cancel.nothing")
