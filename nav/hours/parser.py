"""Read opening hours into rules: the notation, its usual mistakes, and everyday forms that are clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from nav.hours.dates import DateReader
from nav.hours.days import DaySelector, Holidays, Weekdays
from nav.hours.reading import Cursor
from nav.hours.rule import Join, Rule, State
from nav.hours.spans import SpanReader
from nav.hours.times import Span
from nav.hours.tokens import NotOpeningHours, Token, languages, tokens, weekdays_of

_DAY_KINDS = frozenset(("weekday", "weekdays", "month", "holiday", "easter", "week", "before"))
_WEEKDAY_KINDS = frozenset(("weekday", "weekdays", "holiday", "before"))
_MOST_RULES = 200


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[Rule, ...] | None:
    """Return the rules of opening hours; None if they are not understood or could be read in two ways.

    >>> len(parse("Mo-Fr 08:00-12:00,14:00-18:00; Su off"))
    2
    >>> parse("Mon-Fri 9am-5pm") == parse("周一至周五 09:00-17:00") == parse("Mo-Fr 09:00-17:00")
    True
    >>> parse("when the owner likes") is None
    True
    """
    notation, english, *others = languages()
    for language in (notation, english):
        plain = _read(text, language)
        if plain is not None:
            return plain
    found = {rules for rules in (_read(text, language) for language in others) if rules is not None}
    return found.pop() if len(found) == 1 else None


def _read(text: str, language: str) -> tuple[Rule, ...] | None:
    try:
        return _Parser(tokens(text, language)).rules()
    except (NotOpeningHours, OverflowError):
        return None


@dataclass(slots=True)
class _Draft:
    """A rule that is being read."""

    join: Join
    wide: list[tuple[DaySelector, ...]] = field(default_factory=list)
    """Years, dates and weeks."""
    weekdays: list[tuple[DaySelector, ...]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    is_always: bool = False
    state: State | None = None
    has_comment: bool = False

    def is_empty(self) -> bool:
        return not (self.wide or self.weekdays or self.has_times() or self.has_state())

    def has_times(self) -> bool:
        return bool(self.spans) or self.is_always

    def has_state(self) -> bool:
        return self.state is not None or self.has_comment

    def rule(self) -> Rule:
        state = self.state or (State.UNKNOWN if self.has_comment else State.OPEN)
        if self.is_always and self.spans:
            raise NotOpeningHours("all day and at times")
        return Rule(state=state, join=self.join, days=(*self.wide, *self.weekdays), spans=tuple(self.spans))


class _Parser:
    """Reads one text; rules end where their separators say, or where the next one clearly begins."""

    def __init__(self, found: list[Token]) -> None:
        self._at = Cursor(found)
        self._dates = DateReader(self._at)
        self._spans = SpanReader(self._at)
        self._done: list[Rule] = []
        self._draft = _Draft(join=Join.REPLACES)

    def rules(self) -> tuple[Rule, ...]:
        while not self._at.is_over():
            self._step()
        self._finish(Join.REPLACES)
        if not self._done or len(self._done) > _MOST_RULES:
            raise NotOpeningHours("no rules")
        return tuple(self._done)

    def _finish(self, following: Join) -> None:
        if not self._draft.is_empty():
            self._done.append(self._draft.rule())
        elif following is Join.FALLS_BACK and not self._done:
            raise NotOpeningHours("nothing stands before ||")
        self._draft = _Draft(join=following)

    def _step(self) -> None:
        at = self._at
        if at.takes(";"):
            if not self._draft.is_empty():
                self._finish(Join.REPLACES)
        elif at.takes("||"):
            self._finish(Join.FALLS_BACK)
        elif at.takes(","):
            self._comma()
        elif not at.takes(":"):
            self._piece()

    def _comma(self) -> None:
        """Go on with a list of times, or begin a rule that adds to the one before."""
        while self._at.takes(","):
            pass
        draft = self._draft
        if self._at.is_over() or self._at.is_sign(";", "||"):
            return
        if draft.has_state() or (draft.has_times() and not self._begins_times()):
            self._finish(Join.ADDS)

    def _piece(self) -> None:
        kind = self._at.kind()
        draft = self._draft
        if kind == "state":
            self._state(State(self._at.next().text))
        elif kind == "comment":
            if draft.has_comment:
                raise NotOpeningHours("two comments")
            self._at.next()
            draft.has_comment = True
        elif kind == "always":
            self._at.next()
            if draft.has_times():
                self._finish(Join.REPLACES)
            self._draft.is_always = True
        elif self._begins_times():
            draft.spans += self._spans.list()
        elif kind in _DAY_KINDS or self._dates.begins_year():
            self._days(kind in _WEEKDAY_KINDS)
        else:
            raise NotOpeningHours(str(kind))

    def _state(self, state: State) -> None:
        if self._draft.state is not None and self._draft.state is not state:
            raise NotOpeningHours("two states")
        self._draft.state = state

    def _begins_times(self) -> bool:
        at = self._at
        if at.kind() in ("time", "event", "daylight") or at.is_sign("("):
            return True
        return self._spans.begins_bare(after_days=bool(self._draft.weekdays) or not self._draft.wide)

    def _days(self, is_weekday: bool) -> None:
        """Read selectors of days; a rule without a separator ends where days of the next begin."""
        draft = self._draft
        group = self._weekdays() if is_weekday else self._dates.group()
        had = draft.weekdays if is_weekday else [g for g in draft.wide if type(g[0]) is type(group[0])]
        is_next = draft.has_times() or draft.has_state()
        if is_next and (draft.wide or draft.weekdays) and (had or self._times_follow()):
            self._finish(Join.REPLACES)
            draft, had = self._draft, []
        if is_weekday and any(_sorts(group) & _sorts(other) for other in had):
            raise NotOpeningHours("weekdays beside one another")
        if had and not is_weekday:
            raise NotOpeningHours("dates beside one another")
        (draft.weekdays if is_weekday else draft.wide).append(group)

    def _times_follow(self) -> bool:
        """Say whether the days that come next have times of their own."""
        return self._at.has_before("time", signs=(";", "||"))

    def _weekdays(self) -> tuple[DaySelector, ...]:
        at = self._at
        found: list[DaySelector] = [self._weekday()]
        while at.is_sign(",") and at.kind(1) in _WEEKDAY_KINDS:
            at.next()
            found.append(self._weekday())
        return tuple(found)

    def _weekday(self) -> DaySelector:
        at = self._at
        if at.kind() == "before":
            at.next()
            if at.kind() != "holiday":
                raise NotOpeningHours("the day before what?")
            return Holidays(sort=_sort(at.next()), offset_days=-1)
        token = at.next()
        if token.kind == "holiday":
            return Holidays(sort=_sort(token), offset_days=at.offset_days())
        if token.kind == "weekdays":
            first, last = weekdays_of(token)
            return Weekdays(first=first, last=last)
        if at.is_sign("["):
            return self._dates.counted(token)
        if at.is_sign("-") and at.kind(1) == "weekday":
            at.next()
            return Weekdays(first=token.value, last=at.next().value)
        return Weekdays(first=token.value, last=token.value)


def _sort(token: Token) -> Literal["public", "school"]:
    return "public" if token.text == "public" else "school"


def _sorts(group: tuple[DaySelector, ...]) -> set[str]:
    return {"holiday" if isinstance(one, Holidays) else "weekday" for one in group}
