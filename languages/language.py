"""The loader of language data: checked against a schema, each fault named with its file, line and key."""

from __future__ import annotations

import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from languages.grammar import Grammar
from languages.messages import Messages
from languages.nouns import Changes, Nouns
from languages.numbers import Numbers, NumberWords
from languages.reading import ReadingData, ReadingWords
from languages.speech import Speech
from languages.yaml_io import LanguageError, read_yaml

_Model = TypeVar("_Model", bound=BaseModel)

_FOLDER = Path(__file__).parent

CLOSED = ("answers", "orders", "device")
"""Files of sentences that are matched as they stand; all others teach the reader and are in no wheel."""


class Settings(BaseModel):
    """`language.toml`: what is true of a language as a whole."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    name: str
    """Its own name for itself."""
    script: str
    """ISO 15924 code of its script: "Hans", "Latn"."""
    joiner: str = " "
    """What stands between words: a space, or nothing."""
    list_separator: str
    """Between the items of a list but the last two."""
    list_last: str
    """Between the last two items of a list."""
    list_or: str
    """Between alternatives."""
    calls: tuple[str, ...]
    """How recognisers write the call and a greeting before it, as regular expressions."""
    common: frozenset[str] = frozenset()
    """Its commonest words, by which it is told from others of its script; lower case."""
    recogniser: str
    """Code that Whisper knows the language by."""
    voice: str
    """Synthesiser to speak with: "kokoro", "piper", "espeak"."""
    espeak: str
    """Voice of espeak-ng, where no other voice is there."""
    sentence_case: bool = False
    """Whether a sentence of a reply begins with a capital, whatever word comes first."""
    repairs: Changes = ()
    """What is put right in a reply once its facts are in it."""
    numbers: NumberWords
    nouns: Nouns = Nouns()
    weekdays: tuple[str, ...] = Field(min_length=7, max_length=7)
    """From Monday."""
    date: str
    """A day of the year, with {weekday}, {month} and {day} or {day_ordinal} as words."""
    months: tuple[str, ...] = Field(min_length=12, max_length=12)


class KindWords(BaseModel):
    """`kinds.yaml`: categories of OpenStreetMap with spaces between them, and their words with bars."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    beside: dict[str, str] = {}
    """Words beside which a name or a brand may stand; the first names the kind."""
    alone: dict[str, str] = {}
    """Words that are parts of names too: the kind only where nothing stands beside them."""


class Language:
    """The data of one language; files are read when they are first asked for.

    Parameters
    ----------
    folder
        Folder of the language; its name is the language's code.

    Raises
    ------
    LanguageError
        If `language.toml` is missing or does not fit.
    """

    def __init__(self, folder: Path) -> None:
        self.code = folder.name
        self.folder = folder
        path = folder / "language.toml"
        try:
            read = tomllib.loads(path.read_text(encoding="utf-8"))
            self.settings = Settings.model_validate(read)
        except ValidationError as error:
            raise LanguageError(f"{path}: {_first_fault(error)}") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise LanguageError(f"{path}: {error}") from None

    @cached_property
    def numbers(self) -> Numbers:
        """Numbers as words, and words as numbers."""
        return Numbers(self.settings.numbers)

    @cached_property
    def reading(self) -> ReadingWords:
        """Words that a reading of a sentence needs.

        Raises
        ------
        LanguageError
            If `reading.yaml` is missing or does not fit.
        """
        return ReadingWords(self._read("reading.yaml", ReadingData), self.numbers)

    @cached_property
    def kinds(self) -> KindWords:
        """Words for kinds of places.

        Raises
        ------
        LanguageError
            If `kinds.yaml` is missing or does not fit.
        """
        return self._read("kinds.yaml", KindWords)

    @cached_property
    def grammar(self) -> Grammar:
        """What people say, and what it means: the reader learns from it, only the source has it whole."""
        return Grammar(self.folder)

    @cached_property
    def closed(self) -> Grammar:
        """The part of the grammar that is matched as it stands, without a model."""
        return Grammar(self.folder, CLOSED)

    @cached_property
    def replies(self) -> Messages:
        """Every sentence the agent says."""
        return self.messages("replies")

    @cached_property
    def speech(self) -> Speech:
        """How remarks are told apart and text is read aloud."""
        return self._read("speech.yaml", Speech)

    @cached_property
    def prompt_examples(self) -> tuple[str, ...]:
        """What the language model is shown of this language: "words => kind slot=value"."""
        path = self.folder / "prompt.yaml"
        lines = read_yaml(path)
        if not isinstance(lines, list) or not all(isinstance(line, str) and "=>" in line for line in lines):
            raise LanguageError(f"{path}: has to be a list of 'words => kind slot=value'")
        return tuple(lines)

    def _read(self, file: str, model: type[_Model]) -> _Model:
        path = self.folder / file
        try:
            return model.model_validate(read_yaml(path))
        except ValidationError as error:
            raise LanguageError(f"{path}: {_first_fault(error)}") from None

    def messages(self, file: str) -> Messages:
        """Return the messages of one file of the folder, as `replies` for `replies.yaml`."""
        path = self.folder / f"{file}.yaml"
        read = read_yaml(path)
        if not isinstance(read, dict):
            raise LanguageError(f"{path}: has to be a mapping of keys to sentences")
        for key, value in read.items():
            if not isinstance(key, str) or not isinstance(value, str):
                raise LanguageError(f"{path}: {key}: a sentence is text, put it in quotation marks")
        return Messages(read, spell=self.numbers.spell, source=str(path))

    def joined(self, items: list[str] | tuple[str, ...]) -> str:
        """Join the items of a list as it is spoken."""
        if len(items) <= 1:
            return "".join(items)
        return self.settings.list_separator.join(items[:-1]) + self.settings.list_last + items[-1]

    def either(self, items: list[str] | tuple[str, ...]) -> str:
        """Join alternatives as they are spoken."""
        return self.settings.list_or.join(items)


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


@cache
def codes() -> tuple[str, ...]:
    """Return the codes of the languages that are there, in order."""
    return tuple(sorted(path.parent.name for path in _FOLDER.glob("*/language.toml")))


@cache
def load_language(code: str) -> Language:
    """Return the data of a language, read once.

    Raises
    ------
    LanguageError
        If there is no such language, or its data is broken.
    """
    if code not in codes():
        raise LanguageError(f"there is no language {code!r}, only {', '.join(codes())}")
    return Language(_FOLDER / code)
