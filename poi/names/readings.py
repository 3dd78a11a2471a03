"""How a run of Chinese characters is read, out of a table of pypinyin's words made once for each computer.

pypinyin reads two dictionaries of text when it is imported, a quarter of a second of every start and 40 MB;
a request needs a few rows of them. The table answers as pypinyin does; what it lacks is asked of pypinyin.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

from nav.packs.paths import cache_home

_FORMAT = 1
"""Raised when what the table holds changes."""
_SOURCES = ("phrases_dict.json", "pinyin_dict.json")


def read_aloud(text: str) -> list[str]:
    """Return the toneless syllable of each character of a run of Chinese text, ü written v.

    Parameters
    ----------
    text
        Nothing but Chinese characters.
    """
    table = _table()
    found = None if table is None else table.read(text)
    return _by_pypinyin(text) if found is None else found


def _by_pypinyin(text: str) -> list[str]:
    from pypinyin import lazy_pinyin

    return [str(part) for part in lazy_pinyin(text, v_to_u=False)]


class ReadingTable:
    """The table of words and their readings.

    Parameters
    ----------
    path
        The file that `write_table` wrote.

    Raises
    ------
    sqlite3.Error
        If it is none.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._db.execute("SELECT word, said FROM readings LIMIT 1").fetchone()
        self._by_first: dict[str, dict[str, str]] = {}

    def read(self, text: str) -> list[str] | None:
        """Return the syllables of a run; None if it has a character that the table lacks."""
        said: list[str] = []
        try:
            while text:
                words = self._words(text[0])
                if text[0] not in words:
                    return None
                taken, rest_is_open = _longest(text, words)
                if rest_is_open:
                    singles = [self._words(char).get(char, "") for char in text]
                    return said + singles if all(singles) else None
                said += words[text[:taken]].split()
                text = text[taken:]
        except sqlite3.Error:
            return None
        return said

    def _words(self, first: str) -> dict[str, str]:
        """Return the words that begin with a character, and what others begin with, which has no reading."""
        found = self._by_first.get(first)
        if found is None:
            rows = self._db.execute(
                "SELECT word, said FROM readings WHERE word >= ? AND word < ?", (first, chr(ord(first) + 1))
            )
            found = self._by_first[first] = dict(rows.fetchall())
        return found


def _longest(text: str, words: dict[str, str]) -> tuple[int, bool]:
    """Return how long the longest word is that a text begins with, and whether there is none and it ended.

    As pypinyin cuts: characters are taken while some word begins with them, and the last whole word counts.
    Where the text ends before any word is whole, each character left is read by itself.
    """
    last = 0
    for size in range(2, len(text) + 1):
        said = words.get(text[:size])
        if said is None:
            return last or 1, False
        if said:
            last = size
    return last or 1, last == 0 and len(text) > 1


def write_table(path: Path) -> None:
    """Write the table of all that pypinyin knows.

    Raises
    ------
    OSError, sqlite3.Error
        The disk is full or read-only.
    """
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT, RE_HANS

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    part = Path(name)
    try:
        begun = {word[:size]: "" for word in PHRASES_DICT for size in range(2, len(word))}
        words = {word: " ".join(_by_pypinyin(word)) for word in PHRASES_DICT if len(word) > 1}
        singles = {c: " ".join(_by_pypinyin(c)) for c in map(chr, PINYIN_DICT) if RE_HANS.match(c)}
        with contextlib.closing(sqlite3.connect(part)) as db, db:
            db.execute("CREATE TABLE readings (word TEXT PRIMARY KEY, said TEXT) WITHOUT ROWID")
            db.executemany(
                "INSERT INTO readings VALUES (?, ?)", sorted({**begun, **words, **singles}.items())
            )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@cache
def _table() -> ReadingTable | None:
    """Return the table of the pypinyin that is installed, written if need be; None if it cannot be."""
    path = _path()
    if path is None:
        return None
    try:
        if not path.is_file():
            write_table(path)
            for old in path.parent.glob("*.sqlite"):
                if old != path:
                    old.unlink(missing_ok=True)
        return ReadingTable(path)
    except sqlite3.Error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)  # damaged: the next start writes it anew
    except OSError:
        pass
    return None


def _path() -> Path | None:
    """Return where the table lies, named after the dictionaries that it was made of."""
    package = importlib.util.find_spec("pypinyin")
    if package is None or package.origin is None:
        return None
    try:
        facts = [(Path(package.origin).parent / source).stat() for source in _SOURCES]
    except OSError:
        return None
    key = "-".join(f"{fact.st_size:x}-{int(fact.st_mtime):x}" for fact in facts)
    return cache_home() / "readings" / f"{_FORMAT}-{key}.sqlite"
