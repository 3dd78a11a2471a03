"""What the agent remembers of its driver, in one SQLite file that the driver can read, export and erase.

Learning is counting: how often a place was driven to, at which hour and on which kind of day, and how often
a category was chosen or a kind of road avoided. Each count can be shown, and each conclusion names its count.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from agent.errors import MemoryDamaged, MemoryUnavailable
from nav.packs.migrations import migrate

PlaceKind = Literal["home", "company", "favourite"]

_FIRST_FORM = """
CREATE TABLE IF NOT EXISTS place (
    kind TEXT NOT NULL, label TEXT NOT NULL, name TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL,
    place_id TEXT NOT NULL, category TEXT NOT NULL, saved_at TEXT NOT NULL, PRIMARY KEY (kind, label));
CREATE TABLE IF NOT EXISTS trip (
    at TEXT NOT NULL, weekday INTEGER NOT NULL, hour INTEGER NOT NULL, name TEXT NOT NULL, lat REAL NOT NULL,
    lon REAL NOT NULL, place_id TEXT NOT NULL, category TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS liking (sort TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (sort, what));
CREATE TABLE IF NOT EXISTS plan (label TEXT PRIMARY KEY, saved_at TEXT NOT NULL, plan TEXT NOT NULL);
"""
_FORMS = (_FIRST_FORM,)
"""What makes each form of the file from the one before; see `nav.packs.migrations`."""

_PLACE_COLUMNS = "(kind, label, name, lat, lon, place_id, category, saved_at)"
_TRIP_COLUMNS = "(at, weekday, hour, name, lat, lon, place_id, category)"
_TRIPS_KEPT = 2000
_USUAL_AT_LEAST = 3
_USUAL_SHARE = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A place that is remembered."""

    kind: str
    """"home", "company", "favourite" or "destination"."""

    label: str
    """What the driver calls it; for a favourite without a name of its own, the map's name."""

    name: str
    """Name on the map or address."""

    lat: float
    lon: float

    place_id: str = ""
    """Id of the place in the region pack, "" for a bare position."""

    category: str = ""
    """OSM category, such as "amenity/restaurant"."""

    at: str = ""
    """When it was saved or driven to, ISO 8601."""

    count: int = 1
    """How often it was driven to."""

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {field: getattr(self, field) for field in self.__slots__}


class Memory:
    """The driver's memory.

    Parameters
    ----------
    path
        SQLite file; made if missing. A file that is not a database is set aside as `*.damaged` and a new one
        begun; `damaged` then holds the message.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = ""
        self.broken = False
        """Whether the file proved to be damaged since it was opened; opening it again sets it aside."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._prepare()
        except (OSError, sqlite3.OperationalError) as error:
            # A full, slow or read-only disk says nothing about the file: what it holds stays.
            raise MemoryUnavailable(f"{path} cannot be used now: {error}") from error
        except sqlite3.DatabaseError as error:
            aside = path.with_name(path.name + ".damaged")
            try:
                path.replace(aside)
                for extra in ("-wal", "-shm"):
                    path.with_name(path.name + extra).unlink(missing_ok=True)
                self._prepare()
            except (OSError, sqlite3.Error) as second:
                raise MemoryDamaged(
                    f"{path} cannot be used ({second}); move it away and start again"
                ) from error
            self.damaged = f"{path.name} was not readable and is kept as {aside.name}; a new memory was begun"

    def _prepare(self) -> None:
        # For its user alone, whoever makes it; SQLite gives the files beside it the same mode.
        if not self.path.exists():
            self.path.touch(mode=0o600)
        elif self.path.stat().st_mode & 0o077:
            self.path.chmod(0o600)
        with self._connected() as db:
            db.execute("PRAGMA journal_mode=WAL")
            migrate(db, _FORMS)
            db.execute("SELECT count(*) FROM place").fetchone()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Raise what SQLite raises as an error of this package, and note damage."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise MemoryUnavailable(f"{self.path} cannot be used now: {error}") from error
        except sqlite3.DatabaseError as error:
            self.broken = True
            raise MemoryUnavailable(f"{self.path} is damaged: {error}") from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open for one short transaction, so that a power cut loses at most what is in flight."""
        with self._explained(), self._connected() as db:
            yield db

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """Open for reading; where the disk is full or read-only, the file as it was last written whole."""
        with self._explained(), closing(self._reader()) as db:
            yield db

    def _reader(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=5.0)
        try:
            db.execute("SELECT count(*) FROM place").fetchone()
        except sqlite3.OperationalError:
            db.close()
            return sqlite3.connect(f"{self.path.resolve().as_uri()}?immutable=1", uri=True)
        except sqlite3.Error:
            db.close()
            raise
        return db

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=5.0)
        try:
            with db:
                yield db
        finally:
            db.close()

    def save(
        self,
        kind: PlaceKind,
        *,
        name: str,
        lat: float,
        lon: float,
        label: str = "",
        place_id: str = "",
        category: str = "",
        at: datetime | None = None,
    ) -> None:
        """Remember a place; home and company replace the former one.

        Parameters
        ----------
        kind
            What it is to the driver.
        name
            Name on the map or address.
        lat, lon
            WGS-84 degrees.
        label
            What the driver calls it.
        place_id, category
            As in the region pack.
        at
            Now; None for the clock.
        """
        moment = (at or datetime.now()).isoformat(timespec="seconds")
        label = "" if kind in {"home", "company"} else label or name
        with self._open() as db:
            db.execute(
                f"INSERT OR REPLACE INTO place {_PLACE_COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (kind, label, name, lat, lon, place_id, category, moment),
            )

    def place(self, kind: PlaceKind) -> Kept | None:
        """Return home or company."""
        return next(iter(self._places("WHERE kind = ?", (kind,))), None)

    def favourites(self) -> list[Kept]:
        """Return the favourites, newest first."""
        return self._places("WHERE kind = 'favourite' ORDER BY saved_at DESC", ())

    def labelled(self, label: str) -> Kept | None:
        """Return the favourite that the driver calls so."""
        wanted = label.strip().casefold()
        return next((kept for kept in self.favourites() if kept.label.casefold() == wanted), None)

    def _places(self, where: str, values: tuple[str, ...]) -> list[Kept]:
        columns = "kind, label, name, lat, lon, place_id, category, saved_at"
        with self._read() as db:
            rows = db.execute(f"SELECT {columns} FROM place {where}", values).fetchall()
        return [
            Kept(kind=r[0], label=r[1], name=r[2], lat=r[3], lon=r[4], place_id=r[5], category=r[6], at=r[7])
            for r in rows
        ]

    def note_trip(
        self, *, name: str, lat: float, lon: float, place_id: str, category: str, at: datetime
    ) -> None:
        """Count a drive to a place."""
        with self._open() as db:
            db.execute(
                f"INSERT INTO trip {_TRIP_COLUMNS} VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (at.isoformat(timespec="seconds"), at.weekday(), at.hour, name, lat, lon, place_id, category),
            )
            db.execute(
                "DELETE FROM trip WHERE rowid IN"
                " (SELECT rowid FROM trip ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
                (_TRIPS_KEPT,),
            )

    def note_liking(self, sort: Literal["category", "avoid"], what: str) -> None:
        """Count a category chosen or a kind of road avoided."""
        with self._open() as db:
            db.execute(
                "INSERT INTO liking (sort, what, count) VALUES (?, ?, 1)"
                " ON CONFLICT (sort, what) DO UPDATE SET count = count + 1",
                (sort, what),
            )

    def likings(self, sort: str) -> dict[str, int]:
        """Return the counts of one sort, greatest first."""
        with self._read() as db:
            rows = db.execute(
                "SELECT what, count FROM liking WHERE sort = ? ORDER BY count DESC, what", (sort,)
            ).fetchall()
        return dict(rows)

    def destinations(self, limit: int = 20) -> list[Kept]:
        """Return past destinations, the last first, each once with its count."""
        with self._read() as db:
            rows = db.execute(
                "SELECT name, lat, lon, place_id, category, max(at), count(*) FROM trip"
                " GROUP BY name, round(lat, 3), round(lon, 3) ORDER BY max(rowid) DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [
            Kept(
                kind="destination",
                label="",
                name=r[0],
                lat=r[1],
                lon=r[2],
                place_id=r[3],
                category=r[4],
                at=r[5],
                count=r[6],
            )
            for r in rows
        ]

    def usual(self, at: datetime) -> tuple[Kept, int, int] | None:
        """Return where the driver usually goes at such a time, how often, out of how many drives.

        A place is usual when, on the same kind of day (working day or weekend) within an hour of this time of
        day, it was driven to at least three times and in at least 60 % of the drives.
        """
        weekend = at.weekday() >= 5
        days = (5, 6) if weekend else (0, 1, 2, 3, 4)
        marks = ",".join("?" * len(days))
        with self._read() as db:
            rows = db.execute(
                f"SELECT name, lat, lon, place_id, category, at FROM trip WHERE weekday IN ({marks})", days
            ).fetchall()
        near = [row for row in rows if _minutes_apart(datetime.fromisoformat(row[5]), at) <= 60]
        counts: dict[tuple[float, float], list[Any]] = {}
        for row in near:
            counts.setdefault((round(row[1], 3), round(row[2], 3)), []).append(row)
        if not counts:
            return None
        best = max(counts.values(), key=len)
        if len(best) < _USUAL_AT_LEAST or len(best) < _USUAL_SHARE * len(near):
            return None
        name, lat, lon, place_id, category, when = best[-1]
        kept = Kept(
            kind="destination",
            label="",
            name=name,
            lat=lat,
            lon=lon,
            place_id=place_id,
            category=category,
            at=when,
            count=len(best),
        )
        return kept, len(best), len(near)

    def save_plan(self, label: str, plan: dict[str, Any], *, at: datetime) -> None:
        """Keep a trip's plan under a name, in place of an earlier one of that name."""
        row = (label, at.isoformat(timespec="seconds"), json.dumps(plan, ensure_ascii=False))
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO plan VALUES (?, ?, ?)", row)

    def plan(self, label: str = "") -> dict[str, Any] | None:
        """Return the plan kept under a name, or the one kept last; None if there is none."""
        query = "SELECT plan FROM plan WHERE ? IN ('', label) ORDER BY saved_at DESC, rowid DESC LIMIT 1"
        with self._read() as db:
            row = db.execute(query, (label,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def export(self) -> dict[str, Any]:
        """Return all that is remembered, as JSON values."""
        with self._read() as db:
            trips = db.execute(
                "SELECT at, name, lat, lon, place_id, category FROM trip ORDER BY rowid"
            ).fetchall()
            plans = db.execute("SELECT label, saved_at, plan FROM plan ORDER BY saved_at").fetchall()
        return {
            "plans": [{"label": row[0], "saved_at": row[1], "plan": json.loads(row[2])} for row in plans],
            "places": [kept.to_dict() for kept in self._places("", ())],
            "trips": [
                dict(zip(("at", "name", "lat", "lon", "place_id", "category"), row, strict=True))
                for row in trips
            ],
            "categories": self.likings("category"),
            "avoided": self.likings("avoid"),
        }

    def export_json(self) -> str:
        """Return the export as indented JSON text."""
        return json.dumps(self.export(), ensure_ascii=False, indent=2)

    def forget(self, label: str = "") -> int:
        """Erase one label ("home", "company", a favourite's or a destination's name), or everything.

        Returns
        -------
        int
            Number of entries erased.
        """
        with self._open() as db:
            if label:
                gone = db.execute(
                    "DELETE FROM place WHERE label = ? OR name = ? OR (kind = ? AND label = '')",
                    (label, label, label),
                ).rowcount
                gone += db.execute("DELETE FROM trip WHERE name = ?", (label,)).rowcount
                gone += db.execute("DELETE FROM plan WHERE label = ?", (label,)).rowcount
            else:
                tables = ("place", "trip", "liking", "plan")
                gone = sum(db.execute(f"DELETE FROM {table}").rowcount for table in tables)
        db = sqlite3.connect(self.path, timeout=5.0)
        try:
            # Erased means erased: the freed pages and the log are overwritten too.
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            db.close()
        return gone


def _minutes_apart(a: datetime, b: datetime) -> int:
    difference = abs((a.hour * 60 + a.minute) - (b.hour * 60 + b.minute))
    return min(difference, 24 * 60 - difference)
