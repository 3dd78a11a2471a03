"""Find names like the one that was said: by piece, then by close comparison of spelling and sound."""

from __future__ import annotations

import math
import re
import sqlite3
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poi.names.english_sound import english_sound
from poi.names.grams import initials_key, letters_key, metaphone_key, pieces
from poi.names.pinyin import fold, in_pinyin_letters, other_sounds, segment, sound
from poi.names.similarity import Spoken, similarities
from poi.text import MAX_QUERY_CHARS, canonical, clean, has_han, units

_SCANNED = 50_000
"""So many names are compared one by one at most."""

_LOOKED_THROUGH = 200_000
"""So many names are looked through for those of about the same length: all of a city."""

_COUNTED = 1 << 20
"""Up to so many names each has a place where its pieces are added up."""

_LOOK_CLOSELY = 160
"""How many names with the most shared pieces are compared in full."""

_SCORE_OF_WHOLE = {"pinyin": 0.99, "initials": 0.8}
"""Least score of a name found by its whole spelling."""

_NUMBERS = re.compile(r"\d+|[零一二三四五六七八九十百]+(?=号|栋|楼|院|线|街|条|期|层)")
OTHER_NUMBER = "other number"
"""Why a name was found whose number is another one: Hotel 7 is no misspelt Hotel 6."""

_MANY_IDS = 150_000
"""Posting lists are read, rarest first, until about so many entries are in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameHit:
    """A name of the region that resembles what was said."""

    name: int
    """Row of the name."""

    text: str
    """Its canonical form."""

    score: float
    """0 to 1; 1 is the very name."""

    why: str
    """"exact", "sound", "spelling", "part", "initials", "pinyin" or "other number"."""

    prior: float
    """Importance of the most important place so called, a little more for a name of many places."""


class NameIndex:
    """The names of one region, ready to be searched."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @cached_property
    def _norm(self) -> NDArray[np.float32]:
        return self._array("norm")

    @cached_property
    def _prior(self) -> NDArray[np.float32]:
        return self._array("prior")

    def _array(self, name: str) -> NDArray[np.float32]:
        row = self._db.execute("SELECT data FROM arrays WHERE name = ?", (name,)).fetchone()
        return np.frombuffer(row[0] if row else b"", dtype=np.float32)

    def find(self, words: str, limit: int = 20) -> list[NameHit]:
        """Return the names most like `words`, best first.

        Parameters
        ----------
        words
            What was said or typed, in any script.
        limit
            At most so many.

        Returns
        -------
        list of NameHit
        """
        text = canonical(clean(words))[:MAX_QUERY_CHARS]
        if not text or not len(self._prior):
            return []
        readings = spoken(text)
        whole = self._whole(text)
        if "pinyin" in whole.values():
            readings = readings[:2]
        ids = self._alike(text, readings, list(whole)) or self._by_scan(text)
        if not ids:
            return []
        marks = ",".join("?" * len(ids))
        rows = self._db.execute(f"SELECT id, text, sound FROM name WHERE id IN ({marks})", ids).fetchall()
        scores, reasons = similarities(readings, [r[1] for r in rows], [r[2] for r in rows])
        hits = [
            self._hit(row[0], row[1], float(score), why, whole.get(row[0], ""))
            for row, score, why in zip(rows, scores, reasons, strict=True)
        ]
        if said := _numbers(text):
            hits = [replace(hit, why=OTHER_NUMBER) if _other(said, text, hit.text) else hit for hit in hits]
        hits.sort(key=lambda hit: (-(hit.score + 0.02 * hit.prior), len(hit.text), hit.name))
        return hits[:limit]

    def _hit(self, name: int, text: str, score: float, why: str, sort: str) -> NameHit:
        floor = _SCORE_OF_WHOLE.get(sort, 0.0)
        if score < floor:
            score, why = floor, sort
        return NameHit(name=name, text=text, score=score, why=why, prior=float(self._prior[name]))

    def exactly(self, texts: list[str]) -> list[NameHit]:
        """Return the names that are exactly one of `texts`."""
        wanted = list(dict.fromkeys(filter(None, map(canonical, texts))))[:300]
        marks = ",".join("?" * len(wanted))
        rows = self._db.execute(f"SELECT id, text FROM name WHERE text IN ({marks})", wanted)
        return [NameHit(name=i, text=t, score=1.0, why="exact", prior=float(self._prior[i])) for i, t in rows]

    def _alike(self, text: str, readings: list[Spoken], whole: list[int]) -> list[int]:
        """Return the rows of names worth a close look."""
        row = self._db.execute("SELECT id FROM name WHERE text = ?", (text,)).fetchone()
        sure = ([row[0]] if row else []) + whole + self._by_words(text)
        found = [i for reading in readings for i in self._by_pieces(reading)]
        return list(dict.fromkeys(sure + found))[: 2 * _LOOK_CLOSELY]

    def _whole(self, text: str) -> dict[int, str]:
        """Return names by their whole pinyin spelling, their initials, or the English sound of a word."""
        if has_han(text) or not text.isascii():
            return {}
        letters = in_pinyin_letters(text)
        keys = [(letters_key(letters), "pinyin")]
        if 3 <= len(letters) <= 12 and letters == text:
            keys.append((initials_key(letters), "initials"))
        keys += [(metaphone_key(code), "") for code in map(english_sound, text.split()) if len(code) > 1]
        out: dict[int, str] = {}
        for key, sort in keys:
            row = self._db.execute("SELECT ids FROM gram WHERE key = ?", (key,)).fetchone()
            if row:
                ids = np.frombuffer(row[0], dtype=np.int32)
                for name in ids[np.argsort(-self._prior[ids])][:40].tolist():
                    out.setdefault(name, sort)
        return out

    def _by_words(self, text: str) -> list[int]:
        """Names that hold all the words, in any order, the last one perhaps only begun (FTS5)."""
        parts = units(text)
        if not parts or len(parts) > 16:
            return []
        query = " ".join(f'"{p}"' for p in parts[:-1]) + f' "{parts[-1]}"*'
        search = "SELECT rowid FROM name_words WHERE name_words MATCH ? LIMIT 400"
        try:
            ids = np.fromiter((r[0] for r in self._db.execute(search, (query,))), dtype=np.int64)
        except sqlite3.OperationalError:
            # FTS5 parts some rare signs from their word, and refuses the phrase; the pieces find such names.
            return []
        return ids[np.argsort(-self._prior[ids])][:40].tolist() if len(ids) else []

    def _by_scan(self, text: str) -> list[int]:
        """Names of nearly the same letters, for words that share no piece with any: "taenuem" for Ateneum."""
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        around = (_LOOKED_THROUGH, len(text) - 2, len(text) + 2, _SCANNED)
        query = "SELECT id, text FROM name WHERE id < ? AND length(text) BETWEEN ? AND ? LIMIT ?"
        names = dict(self._db.execute(query, around).fetchall())
        alike = process.extract(text, names, scorer=OSA.normalized_similarity, score_cutoff=0.6, limit=40)
        return [int(found[2]) for found in alike]

    def _by_pieces(self, reading: Spoken) -> list[int]:
        keys: set[int] = set()
        short = len(reading.sound) <= 3
        for sounded in (reading.sound, *reading.others):
            keys |= pieces(sounded, single=short)
        listed = list(keys)[:600]
        marks = ",".join("?" * len(listed))
        # How long a list is stands at its beginning: those of a country's commonest pieces are not read.
        query = f"SELECT key, length(ids) / 4 FROM gram WHERE key IN ({marks}) ORDER BY 2, 1"
        sizes = self._db.execute(query, listed).fetchall()
        if not sizes:
            return []
        seen = np.cumsum([size for _, size in sizes])
        chosen = [key for key, _ in sizes[: max(int(np.searchsorted(seen, _MANY_IDS, side="right")), 1)]]
        marks = ",".join("?" * len(chosen))
        rows = self._db.execute(f"SELECT ids FROM gram WHERE key IN ({marks})", chosen)
        lists = [np.frombuffer(blob, dtype=np.int32) for (blob,) in rows]
        total = len(self._prior)
        hit, sums = _added_up(lists, [math.log1p(total / len(ids)) ** 2 for ids in lists], total)
        score = sums / (self._norm[hit] + 1e-6) + 0.05 * self._prior[hit]
        if len(hit) > _LOOK_CLOSELY:
            best = np.argpartition(-score, _LOOK_CLOSELY)[:_LOOK_CLOSELY]
            hit, score = hit[best], score[best]
        return [int(i) for i in hit[np.argsort(-score)]]


def _added_up(
    lists: list[NDArray[np.int32]], weights: list[float], total: int
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return the names, of so many, that stand in some lists, and for each the sum of the lists' weights."""
    if total <= _COUNTED:
        spread = np.repeat(weights, [len(ids) for ids in lists])
        sums = np.bincount(np.concatenate(lists), weights=spread, minlength=total)
        hit: NDArray[np.int64] = np.flatnonzero(sums)
        return hit, np.asarray(sums[hit])
    both = np.concatenate([ids.astype(np.int64) << 16 | i for i, ids in enumerate(lists)])
    both.sort()
    names = both >> 16
    first = np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1])))
    return names[first], np.asarray(np.add.reduceat(np.array(weights)[both & 0xFFFF], first))


def _numbers(text: str) -> frozenset[str]:
    """Return the numbers of a canonical text, numerals only where they count something: 三十六号楼."""
    return frozenset(_NUMBERS.findall(text))


def _other(said: frozenset[str], text: str, name: str) -> bool:
    """Say whether a name has numbers, and none of those said; it must be of the script of what was said."""
    own = _numbers(name)
    return bool(own) and has_han(name) == has_han(text) and said.isdisjoint(own)


def spoken(text: str) -> list[Spoken]:
    """Return the ways to take `text`: as it stands, and as pinyin if its letters can be that."""
    sounded = sound(text)
    first = Spoken(text=text, sound=sounded, folded=fold(sounded), others=tuple(other_sounds(text, sounded)))
    readings = [first]
    if not has_han(text) and text.isascii():
        letters = in_pinyin_letters(text)
        readings += [Spoken(text="", sound=s, folded=fold(s), letters=letters) for s in segment(letters)]
    return readings
