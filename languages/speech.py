"""`speech.yaml` of a language: what is heard as which kind of remark, and how written text is read aloud."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Remarks(BaseModel):
    """Words by which the listening loop tells what a short remark is for."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    stop: tuple[str, ...]
    """Regular expressions of words that only ask for quiet, without blanks and marks."""
    courtesy_before: tuple[str, ...]
    """What may stand before such a word."""
    courtesy_after: tuple[str, ...]
    """What may stand behind it."""
    assent: tuple[str, ...]
    """Words for stopping that are an answer where something was asked."""
    yes: tuple[str, ...]
    """Whole remarks that mean yes to 'did you say …?'."""
    no: tuple[str, ...]
    """Whole remarks that mean no to it."""
    correction: tuple[str, ...]
    """Beginnings of a remark that takes back what was said before it: 不对, "no wait"."""
    continuation: tuple[str, ...]
    """Beginnings of a remark that adds to what was said before it: 附近的, "near the"."""
    unfinished: tuple[str, ...]
    """Endings after which more must come: 带我去, 附近有没有, "near the"."""
    never_last: tuple[str, ...] = ()
    """Those of them that end no question either: 哪里有, "the". A mark behind them is only a pause."""
    misspelt: dict[str, str] = {}
    """What the recogniser writes of the same sound where an ending of them is meant: "go too" for "go to"."""


class Aloud(BaseModel):
    """How what is written with digits and signs is read aloud."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    units: dict[str, tuple[str, ...]]
    """Signs behind a number, in small letters, with their words: for one and for many, or for both."""
    measures: tuple[str, ...] = ()
    """Words behind a quantity, as regular expressions: a number before them is no year, name or telephone."""
    currencies: dict[str, tuple[str, ...]]
    """Signs before an amount, with the words behind it: one, many, and the hundredth, one and many."""
    digits: tuple[str, ...]
    """Regular expressions of numbers that are read digit by digit: 1201 in 1201室."""
    brands: dict[str, str] = {}
    """Names with digits (regular expressions) that are read in their own way: 7-11."""
    openings: tuple[str, ...] = ()
    """How replies begin that do what was asked for. They are spoken apart, out of what was made beforehand,
    while the rest is being made."""
    words: tuple[tuple[str, str], ...] = ()
    """Short forms (regular expressions) with what is said for them, in order: "Dr." before a name."""


class Speech(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    remarks: Remarks
    aloud: Aloud
