"""Go through the tokens of opening hours, looking ahead."""

from __future__ import annotations

from nav.hours.tokens import Kind, NotOpeningHours, Token

_END = Token(kind="sign", text="")


class Cursor:
    """A place among tokens."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0

    def is_over(self) -> bool:
        """Say whether nothing is left."""
        return self._at >= len(self._tokens)

    def peek(self, ahead: int = 0) -> Token:
        """Return a token to come; past the end one without text."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else _END

    def kind(self, ahead: int = 0) -> Kind:
        """Return the kind of a token to come."""
        return self.peek(ahead).kind

    def is_sign(self, *texts: str, ahead: int = 0) -> bool:
        """Say whether a token to come is one of some signs."""
        token = self.peek(ahead)
        return token.kind == "sign" and token.text in texts

    def next(self) -> Token:
        """Take a token."""
        if self.is_over():
            raise NotOpeningHours("something is missing at the end")
        self._at += 1
        return self._tokens[self._at - 1]

    def takes(self, text: str) -> bool:
        """Take a sign if it is the next token."""
        found = self.is_sign(text)
        self._at += found
        return found

    def must(self, text: str) -> None:
        """Take a sign that has to be there."""
        if not self.takes(text):
            raise NotOpeningHours(f"{text} is missing")

    def number(self, least: int, most: int) -> int:
        """Take a number within bounds."""
        token = self.next()
        if token.kind != "number" or not least <= token.value <= most:
            raise NotOpeningHours(f"{token.text} is no number from {least} to {most}")
        return token.value

    def offset_days(self) -> int:
        """Take "+3 days" or "-1 day" if it comes next; 0 otherwise."""
        if not (self.is_sign("+", "-") and self.kind(1) == "number" and self.kind(2) == "day"):
            return 0
        sign = -1 if self.next().text == "-" else 1
        days = self.number(0, 366)
        self.next()
        return sign * days

    def has_before(self, kind: Kind, *, signs: tuple[str, ...]) -> bool:
        """Say whether a token of a kind comes before one of some signs."""
        ahead = 0
        while self._at + ahead < len(self._tokens) and not self.is_sign(*signs, ahead=ahead):
            if self.kind(ahead) == kind:
                return True
            ahead += 1
        return False
