"""Read the times of opening hours."""

from __future__ import annotations

from nav.hours.reading import Cursor
from nav.hours.times import Event, Span, Time
from nav.hours.tokens import NotOpeningHours, Token

_EVENTS: dict[str, Event] = {"dawn": "dawn", "sunrise": "sunrise", "sunset": "sunset", "dusk": "dusk"}
_HALF_DAY_MIN = 720


class SpanReader:
    """Reads lists of spans of time."""

    def __init__(self, at: Cursor) -> None:
        self._at = at

    def begins_bare(self, ahead: int = 0, *, after_days: bool = True) -> bool:
        """Say whether a span of bare hours comes, "9-17" or "0900-1700": after a month they are days."""
        at = self._at
        first, last = at.peek(ahead), at.peek(ahead + 2)
        if (
            first.kind != "number"
            or not at.is_sign("-", ahead=ahead + 1)
            or not (_is_hour(first) or _is_clock(first))
        ):
            return False
        if last.kind == "time":
            return True
        if not after_days or last.kind != "number":
            return False
        if _is_clock(first) and _is_clock(last):
            return not (_may_be_year(first) and _may_be_year(last))
        return _is_hour(first) and _is_hour(last)

    def list(self) -> list[Span]:
        """Read spans, one or more, parted by commas or blanks."""
        found = [self._span()]
        while self._at.is_sign(",") and self._begins(1):
            self._at.next()
            found.append(self._span())
        return found

    def _begins(self, ahead: int) -> bool:
        at = self._at
        if at.kind(ahead) in ("time", "event", "daylight") or at.is_sign("(", ahead=ahead):
            return True
        return self.begins_bare(ahead)

    def _span(self) -> Span:
        at = self._at
        if at.kind() == "daylight":
            at.next()
            return Span(begin=Time(event="sunrise"), end=Time(event="sunset"))
        first = at.peek()
        begin = self._time()
        if at.takes("+"):
            return Span(begin=begin, end=None, is_open_end=True)
        if not at.takes("-"):
            raise NotOpeningHours("a point in time is no opening hours")
        last = at.peek()
        end = self._time()
        begin, end = _of_one_half(begin, end, first, last)
        is_open_end = at.takes("+")
        if at.is_sign("/"):
            raise NotOpeningHours("points in time are no opening hours")
        return Span(begin=begin, end=end, is_open_end=is_open_end)

    def _time(self) -> Time:
        at = self._at
        if at.takes("("):
            event = self._event(at.next())
            if not at.is_sign("+", "-"):
                raise NotOpeningHours("nothing is added to the sun's time")
            sign = -1 if at.next().text == "-" else 1
            token = at.next()
            if token.kind != "time":
                raise NotOpeningHours("no time is added")
            at.must(")")
            return Time(event=event, minute=sign * token.value)
        token = at.next()
        if token.kind == "time":
            return Time(minute=token.value)
        if token.kind == "number" and _is_clock(token):
            return Time(minute=token.value // 100 * 60 + token.value % 100)
        if token.kind == "number" and _is_hour(token):
            return Time(minute=token.value * 60)
        return Time(event=self._event(token))

    @staticmethod
    def _event(token: Token) -> Event:
        if token.kind != "event":
            raise NotOpeningHours(f"{token.text} is no time")
        return _EVENTS[token.text]


def _is_hour(token: Token) -> bool:
    return len(token.text) <= 2 and token.value <= 26


def _is_clock(token: Token) -> bool:
    return len(token.text) == 4 and token.value // 100 <= 26 and token.value % 100 < 60


def _may_be_year(token: Token) -> bool:
    return 1900 <= token.value <= 2099


def _of_one_half(begin: Time, end: Time, first: Token, last: Token) -> tuple[Time, Time]:
    """Settle hours that may be of twelve or of twenty-four: "9am-5" is clear, "9-5" and "3-5pm" are not."""
    if begin.event or end.event:
        return begin, end
    wraps = end.minute <= begin.minute
    if last.half and _is_bare(first) and begin.minute <= _HALF_DAY_MIN:
        if end.minute - _HALF_DAY_MIN > begin.minute or last.half == "am":
            raise NotOpeningHours("the half of the day at the beginning is not clear")
    elif first.half and _is_bare(last) and end.minute <= _HALF_DAY_MIN:
        if first.half == "am" and wraps:
            return begin, Time(minute=end.minute + _HALF_DAY_MIN)
        raise NotOpeningHours("the half of the day at the end is not clear")
    elif wraps and _is_bare(last) and begin.minute <= _HALF_DAY_MIN and end.minute and not first.half:
        raise NotOpeningHours("the half of the day is not clear")
    return begin, end


def _is_bare(token: Token) -> bool:
    return not token.half and (token.kind == "number" or token.is_bare)
