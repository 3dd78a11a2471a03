"""Mile and kilometre posts: "kilometre 12 on the CG-2", "I-95 mile 42", 京沪高速1035公里处."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nav.geometry import distance_m
from poi.addresses.book import BETWEEN, NEAREST
from poi.numeral import NUMERALS, from_numeral
from poi.place import Candidate, Place
from poi.store import PlaceStore
from poi.text import canonical, has_han

Point = tuple[float, float]

POST = "post"
"""Why a post was found that is the very one."""

_KM_PER_MILE = 1.609344
_SAME_KM = 0.081
"""Half a tenth of a mile: what is said is rounded to so much."""

_FAR_KM, _NEAR_KM = 12.0, 2.0
"""A point is taken to lie between two posts no farther apart, or beside one no farther away."""

_NUMBER = r"(?P<value>\d+(?:\.\d+)?)(?:\s?\+\s?(?P<metres>\d{1,3}))?"
_UNIT = r"(?P<unit>km|kilomet(?:er|re)s?|mile|mi|pk|punto kilom[ée]trico|k)"
_MARK = r"(?:\s?-?(?:marker|post|stone|point|sign|board))?"
_ON = r"(?:\s(?:on|of|along|at|de|der|auf|sur)(?: the| la| l['’]| el)?)?"
_LATIN = (
    re.compile(rf"^(?:at )?{_UNIT}{_MARK}\s?{_NUMBER}{_ON}\s(?P<road>.+)$", re.IGNORECASE),
    re.compile(rf"^(?P<road>.+?),?\s(?:at )?{_UNIT}{_MARK}\s?{_NUMBER}$", re.IGNORECASE),
    re.compile(rf"^(?P<road>.+?),?\s(?:at )?{_NUMBER}\s?{_UNIT}{_MARK}$", re.IGNORECASE),
)
_HAN = re.compile(
    r"^(?P<road>.+?)(?:的|上)?第?k?(?P<value>\d+(?:\.\d+)?)(?:\+(?P<metres>\d{1,3}))?(?:公里|千米|km)?"
    r"(?:\+?(?P<more>\d{1,3})米)?(?:处|桩号?|标|碑|路碑|里程碑)*$"
)
_HAN_SIGN = re.compile(r"公里|千米|km|k\d", re.IGNORECASE)
_SPELT = re.compile(rf"[{NUMERALS}]+(?=公里|千米|米|点)|(?<=点)[{NUMERALS}]+")
_REF = re.compile(r"^([gsxyz]\d{1,4})(.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    km: float
    lat: float
    lon: float
    road: str


class Posts:
    """Finds posts in one region."""

    def __init__(self, store: PlaceStore) -> None:
        self._store = store
        self._any = store.db.execute("SELECT 1 FROM post LIMIT 1").fetchone() is not None

    def find(self, words: str, near: Point | None) -> list[Candidate]:
        """Return the points of a road that a post names, nearest to the car first; empty for other words."""
        if not self._any or (asked := _asked(words)) is None:
            return []
        road, km, miles = asked
        posts = self._posts(road)
        if near is not None:
            posts.sort(key=lambda p: distance_m(near, (p.lat, p.lon)))
        exact = [p for p in posts if abs(p.km - km) < _SAME_KM]
        if exact:
            kept = [p for i, p in enumerate(exact) if all(_apart(p, q) for q in exact[:i])]
            return [_candidate(p, km, miles, 0.98, POST) for p in kept[:5]]
        below = max((p for p in posts if p.km < km), key=lambda p: p.km, default=None)
        above = min((p for p in posts if p.km > km), key=lambda p: p.km, default=None)
        if below and above and above.km - below.km <= _FAR_KM:
            share = (km - below.km) / (above.km - below.km)
            lat = below.lat + share * (above.lat - below.lat)
            lon = below.lon + share * (above.lon - below.lon)
            between = _Post(km=km, lat=lat, lon=lon, road=below.road)
            return [_candidate(between, km, miles, 0.7, BETWEEN)]
        beside = min(posts, key=lambda p: abs(p.km - km), default=None)
        if beside is None or abs(beside.km - km) > _NEAR_KM:
            return []
        return [_candidate(beside, beside.km, miles, 0.68, NEAREST)]

    def _posts(self, road: str) -> list[_Post]:
        text = canonical(road)
        names = [text, text.replace(" ", "")]
        if match := _REF.match(road.casefold()):
            names += [canonical(match.group(1)), canonical(match.group(2))]
        query = "SELECT km, lat, lon, shown FROM post WHERE road = ? OR replace(road, ' ', '') = ?"
        for name in dict.fromkeys(names):
            rows = self._store.db.execute(query, (name, name.replace(" ", ""))).fetchall()
            if rows:
                return [_Post(km=km, lat=lat, lon=lon, road=shown) for km, lat, lon, shown in rows]
        return []


def _asked(words: str) -> tuple[str, float, bool] | None:
    """Return the road, the kilometre and whether miles were said; None for words that name no post."""
    text = unicodedata.normalize("NFKC", words)
    if has_han(text):
        text = _SPELT.sub(lambda m: from_numeral(m.group()), text).replace("点", ".")
        match = _HAN.match(text.casefold()) if _HAN_SIGN.search(text) else None
        metres = match and (match["metres"] or match["more"])
        return (match["road"], float(match["value"]) + int(metres or 0) / 1000, False) if match else None
    for pattern in _LATIN:
        if match := pattern.match(text):
            miles = match["unit"].casefold().startswith("mi")
            value = (
                float(match["value"]) * (_KM_PER_MILE if miles else 1.0) + int(match["metres"] or 0) / 1000
            )
            return match["road"].strip(), value, miles
    return None


def _apart(a: _Post, b: _Post) -> bool:
    return distance_m((a.lat, a.lon), (b.lat, b.lon)) > 500


def _candidate(post: _Post, km: float, miles: bool, score: float, why: str) -> Candidate:
    value = round(km / _KM_PER_MILE if miles else km, 2)
    number = f"{value:g}"
    if has_han(post.road):
        name = f"{post.road}{number}公里处"
    else:
        name = f"{post.road}, {'mile' if miles else 'kilometre'} {number}"
    place = Place(
        id=f"post/{post.lat:.6f},{post.lon:.6f}", name=name, category="highway/milestone", lat=post.lat,
        lon=post.lon, importance=0.3, why=POST,
    )  # fmt: skip
    return Candidate(place=place, score=score, why=why)
