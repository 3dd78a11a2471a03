"""The user's own places: home, company, favourites and imported ones, in a small database of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from nav.coordinates import System, from_wgs84
from poi.errors import BadPlaceFile
from poi.place import Candidate, Place
from poi.place_files_io import read_places
from poi.text import canonical, clean

Sort = Literal["home", "company", "favourite", "imported"]

_TABLE = """CREATE TABLE IF NOT EXISTS place(id INTEGER PRIMARY KEY, sort TEXT NOT NULL, name TEXT NOT NULL,
  lat REAL NOT NULL, lon REAL NOT NULL, address TEXT NOT NULL, phone TEXT NOT NULL, note TEXT NOT NULL,
  source TEXT NOT NULL)"""
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


class UserPlaces:
    """The store of the user's places.

    Parameters
    ----------
    path
        The database file; it and its folder are made when missing.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(_TABLE)

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
        with self._db:
            self._db.execute("BEGIN")
            if sort in _ONLY_ONE:
                self._db.execute("DELETE FROM place WHERE sort = ?", (sort,))
            cursor = self._db.execute(
                f"{_INSERT} VALUES(?,?,?,?,?,'',?,'')",
                (sort, clean(name) or sort, float(lat), float(lon), clean(address), clean(note)),
            )
        row = self._db.execute(f"SELECT {_COLUMNS} FROM place WHERE id = ?", (cursor.lastrowid,)).fetchone()
        return _place(row)

    def of_sort(self, sort: Sort) -> Place | None:
        """Return home or company, or the first place of another sort; None when there is none."""
        found = self.all(sort)
        return found[0] if found else None

    def all(self, sort: Sort | None = None) -> list[Place]:
        """Return all places, or those of one sort, oldest first."""
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM place WHERE ?1 IS NULL OR sort = ?1 ORDER BY id", (sort,)
        )
        return [_place(row) for row in rows]

    def remove(self, place_id: str) -> bool:
        """Forget a place by its id ("user/7"); return whether there was one."""
        number = place_id.removeprefix("user/")
        if not number.isdigit() or len(number) > 18:
            return False
        return self._db.execute("DELETE FROM place WHERE id = ?", (int(number),)).rowcount > 0

    def erase(self) -> int:
        """Forget everything; return how many places there were."""
        count = self._db.execute("DELETE FROM place").rowcount
        self._db.execute("VACUUM")
        return count

    def find(self, name: str, limit: int = 5) -> list[Candidate]:
        """Return own places that a spoken name may mean, best first."""
        from poi.name_search import spoken
        from poi.similarity import similarities

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
        from poi.pinyin import sound

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
        with self._db:
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
