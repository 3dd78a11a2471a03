"""Write the name index: canonical names, how they sound, and the pieces that lead to them."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from poi.build.gram_runs import GramRuns
from poi.build.schema import NAME_KINDS
from poi.names.grams import metaphone_key, pieces, whole_pieces
from poi.names.pinyin import other_sounds, sound
from poi.text import canonical, has_han, units

_BATCH = 4000


class NameIndexWriter:
    """Collects names of places and writes the tables `name`, `gram`, `name_words` and `arrays`."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._texts: list[str] = []
        self._name_of = array("i")
        self._place_of = array("i")
        self._kind_of = array("B")
        self._importance = array("f")

    def add(self, place: int, name: str, kind: str, importance: float) -> None:
        """Let `name` lead to a place.

        Parameters
        ----------
        place
            Row of the place.
        name
            Name as it stands on the map.
        kind
            One of `NAME_KINDS`.
        importance
            Importance of the place, 0 to 1; orders the places of one name.
        """
        text = canonical(name)
        if not text:
            return
        number = self._ids.setdefault(text, len(self._ids))
        if number == len(self._texts):
            self._texts.append(text)
        self._name_of.append(number)
        self._place_of.append(place)
        self._kind_of.append(NAME_KINDS.index(kind))
        self._importance.append(importance)

    def write(self, db: sqlite3.Connection, progress: Callable[[float], None] | None = None) -> int:
        """Write everything and return the number of distinct names; nothing is held any longer then."""
        count = len(self._texts)
        self._write_postings(db)
        self._write_pieces(db, progress)
        return count

    def _write_postings(self, db: sqlite3.Connection) -> None:
        name_of = np.frombuffer(self._name_of, dtype=np.int32) if self._name_of else np.zeros(0, np.int32)
        places = np.frombuffer(self._place_of, dtype=np.int32) if self._place_of else np.zeros(0, np.int32)
        kinds = np.frombuffer(self._kind_of, dtype=np.uint8) if self._kind_of else np.zeros(0, np.uint8)
        importance = (
            np.frombuffer(self._importance, dtype=np.float32) if self._importance else np.zeros(0, "f4")
        )
        order = np.lexsort((kinds, -importance, name_of))
        bounds = np.searchsorted(name_of[order], np.arange(len(self._texts) + 1))
        prior = np.zeros(len(self._texts), dtype=np.float32)
        rows = []
        for number, text in enumerate(self._texts):
            chosen = order[bounds[number] : bounds[number + 1]]
            prior[number] = importance[chosen[0]] + 0.05 * np.log1p(len(chosen))
            rows.append((number, text, sound(text), places[chosen].tobytes(), kinds[chosen].tobytes()))
            if len(rows) >= _BATCH:
                db.executemany("INSERT INTO name VALUES(?,?,?,?,?)", rows)
                rows.clear()
        db.executemany("INSERT INTO name VALUES(?,?,?,?,?)", rows)
        db.execute("INSERT INTO arrays VALUES('prior', ?)", (prior.tobytes(),))

    def _write_pieces(self, db: sqlite3.Connection, progress: Callable[[float], None] | None) -> None:
        total = len(self._texts)
        self._ids, self._texts = {}, []
        words: list[tuple[int, str]] = []
        metaphone = _metaphone()
        insert = "INSERT INTO name_words(rowid, words) VALUES(?,?)"
        with GramRuns(_folder_of(db)) as runs:
            for number, text, sounded in db.execute("SELECT id, text, sound FROM name ORDER BY id"):
                runs.add(number, _all_pieces(text, sounded, metaphone))
                words.append((number, " ".join(units(text))))
                if len(words) == _BATCH:
                    db.executemany(insert, words)
                    words.clear()
                    if progress:
                        progress(number / total)
            db.executemany(insert, words)
            _write_grams(db, runs, total)


def _folder_of(db: sqlite3.Connection) -> Path | None:
    """Return the folder of a database, None if it is on no disk."""
    file = next(path for _, name, path in db.execute("PRAGMA database_list") if name == "main")
    return Path(file).parent if file else None


def _all_pieces(text: str, sounded: str, metaphone: Callable[[str], str]) -> set[int]:
    found = pieces(sounded, single=True) | whole_pieces(text, sounded)
    if has_han(text):
        for other in other_sounds(text, sounded):
            found |= pieces(other, single=True) | whole_pieces(text, other)
    else:
        found.update(metaphone_key(code) for code in map(metaphone, text.split()) if len(code) > 1)
    return found


def _metaphone() -> Callable[[str], str]:
    from poi.names.english_sound import english_sound

    return english_sound


def _write_grams(db: sqlite3.Connection, runs: GramRuns, total: int) -> None:
    norm = np.zeros(total, dtype=np.float64)
    for key_of, name_of in runs.by_key():
        starts = np.flatnonzero(np.concatenate(([True], key_of[1:] != key_of[:-1])))
        counts = np.diff(np.append(starts, len(key_of)))
        weight = np.log1p(total / counts).astype(np.float32)
        np.add.at(norm, name_of, np.repeat(np.where(key_of[starts] >> 61, 0.0, weight) ** 2, counts))
        db.executemany("INSERT INTO gram VALUES(?,?)", _rows(key_of, name_of, starts, counts))
    db.execute("INSERT INTO arrays VALUES('norm', ?)", (np.sqrt(norm).astype(np.float32).tobytes(),))


def _rows(
    key_of: np.ndarray, name_of: np.ndarray, starts: np.ndarray, counts: np.ndarray
) -> Iterable[tuple[int, bytes]]:
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        yield int(key_of[start]), name_of[start : start + count].tobytes()
