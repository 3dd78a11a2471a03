"""The user's own places: home, company, favourites and imported ones, in a small database of their own."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from nav.coordinates import System, from_wgs84
from nav.packs.migrations import migrate
from poi.errors import BadPlaceFile, PoiError
from poi.place import Candidate, Place
from poi.place_files_io import read_places
from poi.text import canonical, clean

Sort = Literal["home", "company", "favourite", "imported"]

_TABLE = """CREATE TABLE IF NOT EXISTS place(id INTEGER PRIMARY KEY, sort TEXT NOT NULL, name TEXT NOT NULL,
  lat REAL NOT NULL, lon REAL NOT NULL, address TEXT NOT NULL, phone TEXT NOT NULL, note TEXT NOT NULL,
  source TEXT NOT NULL)"""
_FORMS = (_TABLE,)
"""What makes each form of the file from the one before; see `nav.packs.migrations`."""

_COLUMNS = "id, sort, name, lat, lon, address, phone, note"
_INSERT = "INSERT INTO place(sort, name, lat, lon, address, phone, note, source)"
_ONLY_ONE = ("home", "company")
_WORDS = {
    "home": ("家", "我家", "家里", "回家", "home", "my home", "my place", "house"),
    "company": (
        "公司",
        "单位",
        "我公司",
        "上班",
        "办公室",
        "company",
        "work",
        "my work",
        "office",
        "my office",
    ),
}


class OwnPlacesUnusable(PoiError):
    """The file of the user's own places cannot be read or written now, or was damaged and is set aside."""


class UserPlaces:
    """The store of the user's places.

    Parameters
    ----------
    path
        The database file; it and its folder are made when missing.

    Raises
    ------
    OwnPlacesUnusable
        It cannot be opened; or it is damaged, and was set aside as `*.damaged`: the next one begins empty.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = self._opened()
        except (OSError, sqlite3.OperationalError) as error:
            # A full, slow or read-only disk says nothing about the file: what it holds stays.
            raise OwnPlacesUnusable(
                f"{path} cannot be used now ({error}): mend it, or move it away"
            ) from error
        except sqlite3.DatabaseError as error:
            raise OwnPlacesUnusable(self._set_aside(error)) from error

    def _opened(self) -> sqlite3.Connection:
        try:
            return _checked(_connected(self._path), forms=_FORMS)
        except sqlite3.OperationalError:
            # On a full or read-only disk: the file as it was last written whole, for reading.
            return _checked(_connected(f"{self._path.resolve().as_uri()}?immutable=1"))

    def _set_aside(self, error: sqlite3.Error) -> str:
        aside = self._path.with_name(self._path.name + ".damaged")
        try:
            self._path.replace(aside)
            for extra in ("-wal", "-shm"):
                self._path.with_name(self._path.name + extra).unlink(missing_ok=True)
        except OSError as second:
            return f"{self._path} is damaged ({error}) and cannot be moved ({second.strerror}): move it away"
        kept = f"{self._path.name} was not readable ({error}) and is kept as {aside.name}"
        return f"{kept}: import your places again"

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise what SQLite raises as an error that says what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OwnPlacesUnusable(f"{self._path} cannot be used now: {error}") from error
        except sqlite3.DatabaseError as error:
            # Whoever opens the file next sets it aside; until then there are no places of one's own.
            self._db = _connected(":memory:")
            self._db.execute(_TABLE)
            raise OwnPlacesUnusable(f"{self._path} is damaged: {error}") from error

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._explained():
            return self._db.execute(sql, values).fetchall()

    def _change(self, sql: str, values: Sequence[Any] = ()) -> int:
        with self._explained():
            return self._db.execute(sql, values).rowcount

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def put(
        self,
        name: str,
        lat: float,
        lon: float,
        *,
        sort: Sort = "favourite",
        address: str = "",
        note: str = "",
    ) -> Place:
        """Keep a place; a new home or company replaces the old one.

        Returns
        -------
        Place
            As kept, with its id.
        """
        with self._explained(), self._db:
            self._db.execute("BEGIN")
            if sort in _ONLY_ONE:
                self._db.execute("DELETE FROM place WHERE sort = ?", (sort,))
            cursor = self._db.execute(
                f"{_INSERT} VALUES(?,?,?,?,?,'',?,'')",
                (sort, clean(name) or sort, float(lat), float(lon), clean(address), clean(note)),
            )
        return _place(self._rows(f"SELECT {_COLUMNS} FROM place WHERE id = ?", (cursor.lastrowid,))[0])

    def of_sort(self, sort: Sort) -> Place | None:
        """Return home or company, or the first place of another sort; None when there is none."""
        found = self.all(sort)
        return found[0] if found else None

    def all(self, sort: Sort | None = None) -> list[Place]:
        """Return all places, or those of one sort, oldest first."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM place WHERE ?1 IS NULL OR sort = ?1 ORDER BY id", (sort,))
        return [_place(row) for row in rows]

    def remove(self, place_id: str) -> bool:
        """Forget a place by its id ("user/7"); return whether there was one."""
        number = place_id.removeprefix("user/")
        if not number.isdecimal() or len(number) > 18:
            return False
        return self._change("DELETE FROM place WHERE id = ?", (int(number),)) > 0

    def erase(self) -> int:
        """Forget everything; return how many places there were."""
        count = self._change("DELETE FROM place")
        self._change("VACUUM")
        return count

    def find(self, name: str, limit: int = 5) -> list[Candidate]:
        """Return own places that a spoken name may mean, best first."""
        from poi.names.search import spoken
        from poi.names.similarity import similarities

        text = canonical(clean(name))
        if not text:
            return []
        for sort, words in _WORDS.items():
            if text in words and (place := self.of_sort("home" if sort == "home" else "company")):
                return [Candidate(place=place, score=1.0, why="exact")]
        places = self.all()
        if not places:
            return []
        texts = [canonical(p.name) for p in places]
        from poi.names.pinyin import sound

        scores, reasons = similarities(spoken(text), texts, [sound(t) for t in texts])
        found = [
            Candidate(place=p, score=float(s), why=why)
            for p, s, why in zip(places, scores, reasons, strict=True)
            if s > 0.6
        ]
        return sorted(found, key=lambda c: -c.score)[:limit]

    def import_file(self, path: Path, system: System = "wgs84", *, sort: Sort = "imported") -> int:
        """Read a GeoJSON, CSV or GPX file into the store.

        Parameters
        ----------
        path
            The file; importing one of the same name again replaces what came from it.
        system
            Coordinates of the file.
        sort
            Sort of the new places.

        Returns
        -------
        int
            Number of places.

        Raises
        ------
        BadPlaceFile
            The file cannot be read; nothing is changed then.
        """
        found = read_places(path, system)
        if not found:
            raise BadPlaceFile(f"{path.name} holds no places")
        rows = [(sort, p.name, p.lat, p.lon, p.address, p.phone, p.note, path.name) for p in found]
        with self._explained(), self._db:
            self._db.execute("BEGIN")
            self._db.execute("DELETE FROM place WHERE source = ?", (path.name,))
            self._db.executemany(
                f"{_INSERT} VALUES(?,?,?,?,?,?,?,?)",
                rows,
            )
        return len(rows)

    def to_geojson(self, system: System = "wgs84") -> dict[str, Any]:
        """Return all places as a GeoJSON FeatureCollection, in the coordinates asked for."""
        return {"type": "FeatureCollection", "features": [_feature(p, system) for p in self.all()]}


def _connected(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, uri=True)


def _checked(db: sqlite3.Connection, *, forms: Sequence[str] = ()) -> sqlite3.Connection:
    """Bring the file to its newest form, and see that everything can be read; one that fails is closed."""
    try:
        if forms:
            db.execute("PRAGMA journal_mode=WAL")
            migrate(db, forms)
        db.execute(f"SELECT {_COLUMNS} FROM place LIMIT 1")
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("its pages are damaged")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _place(row: Sequence[Any]) -> Place:
    number, sort, name, lat, lon, address, phone, note = row
    return Place(
        id=f"user/{number}", name=name, category=f"user/{sort}", lat=lat, lon=lon, address=address,
        phone=phone,         tags={"note": note} if note else {}, importance=0.9, why="user",
    )  # fmt: skip


def _feature(place: Place, system: System) -> dict[str, Any]:
    lat, lon = from_wgs84(place.lat, place.lon, system)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(float(lon), 7), round(float(lat), 7)]},
        "properties": {
            "id": place.id, "name": place.name, "sort": place.category.removeprefix("user/"),
            "address": place.address, "phone": place.phone, "note": place.tags.get("note", ""),
        },
    }  # fmt: skip
