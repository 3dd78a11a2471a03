"""Names that people say though the map does not hold them: 五道口地铁站, 北大, 清华东门."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nav.geometry import project_to_segments
from poi.areas.outline import Ring
from poi.build.extract import RawPlace
from poi.text import has_han, word_set

_STATIONS = word_set("railway/station station/subway railway/halt public_transport/station")
_UNIVERSITIES = word_set("amenity/university amenity/college")
_CAMPUSES = _UNIVERSITIES | word_set(
    "amenity/hospital amenity/school leisure/park tourism/attraction tourism/zoo tourism/theme_park "
    "tourism/museum landuse/residential historic/palace leisure/stadium"
)
_GATES = word_set(
    "barrier/gate barrier/entrance barrier/lift_gate barrier/swing_gate entrance/main entrance/yes"
)
_GATE = re.compile(r"[东南西北正后侧][东南西北]?[大小侧]?门|\b(?:gate|main|entrance)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]\s*")
_UNIVERSITY = re.compile(r"^(?:中国)?(.{2,6})大学$")
_TOWNS = word_set(
    "北京 天津 上海 重庆 香港 澳门 台湾 河北 山西 辽宁 吉林 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 "
    "广东 广西 海南 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 南京 苏州 徐州 扬州 常州 南通 杭州 宁波 "
    "温州 绍兴 嘉兴 湖州 台州 合肥 厦门 福州 南昌 宜春 九江 济南 青岛 烟台 临沂 潍坊 聊城 郑州 洛阳 武汉 "
    "长沙 湘潭 吉首 广州 深圳 汕头 中山 佛山 南宁 贵阳 昆明 大理 成都 西安 兰州 沈阳 大连 长春 延边 大同 "
    "太原 邯郸 台北 高雄"
)
"""Cities and provinces: 北京大学 is 北大, but nobody calls it 北京."""

_SMALLEST_CAMPUS_M2 = 5_000.0
_NEAR_DEG = 0.0012
_AT_THE_WALL_M = 65.0
"""A gate stands at most so far from the outline of its campus."""

_ON_THE_WALL_M = 0.1
"""A gate on an outline belongs to that campus, whatever else is near."""


def derived_names(category: str, names: Mapping[str, str]) -> Iterator[str]:
    """Yield further names of a place by its kind.

    Parameters
    ----------
    category
        Main category.
    names
        Names by language and sort, as `poi.build.names.names_of` gives them.
    """
    if category in _STATIONS:
        yield from _station_names(category, names)
    if category in _UNIVERSITIES:
        yield from short_forms(names.get("name", ""))
    name = names.get("name", "")
    outer = _BRACKETS.sub(" ", name).strip()
    if outer and outer != name:
        yield outer


def _station_names(category: str, names: Mapping[str, str]) -> Iterator[str]:
    subway = category == "station/subway"
    for name in {names.get("name", ""), names.get("zh", "")}:
        if name and has_han(name):
            core = re.sub(r"(地铁|火车)?站$", "", name)
            yield f"{core}站"
            yield f"{core}{'地铁' if subway else '火车'}站"
    english = names.get("en", "")
    if english and "station" not in english.lower():
        yield f"{english} Station"
        if subway:
            yield f"{english} Subway Station"


def short_forms(name: str) -> list[str]:
    """Return how a Chinese university is called for short: 清华大学 → 清华; 北京师范大学 → 北师大."""
    match = _UNIVERSITY.match(name)
    if match is None:
        return []
    core = match.group(1)
    if len(core) == 2:
        return [f"{core[0]}大"] if core in _TOWNS else [core, f"{core[0]}大"]
    if len(core) in (4, 6):
        return [f"{core[0]}{core[2]}大", f"{core[0]}{core[2]}"]
    return []


class Campuses:
    """Campuses and parks of an extract, after which gates and institutes are called."""

    def __init__(self, places: Sequence[RawPlace]) -> None:
        named = [p for p in places if p.categories[0] in _CAMPUSES and p.tags.get("name")]
        self._walled = [p for p in named if p.ring is not None and p.area_m2 > _SMALLEST_CAMPUS_M2]
        boxes = [(*p.ring.min(axis=0), *p.ring.max(axis=0)) for p in self._walled if p.ring is not None]
        self._boxes = np.array(boxes).reshape(-1, 4)
        self._shorts = {
            p.tags["name"]: short_forms(p.tags["name"]) for p in named if p.categories[0] in _UNIVERSITIES
        }

    def names(self, place: RawPlace, names: Mapping[str, str]) -> Iterator[str]:
        """Yield names of a place that come from the campus it belongs to."""
        own = names.get("name", "")
        for cut in range(4, min(len(own), 11)):
            for short in self._shorts.get(own[:cut], ()):
                yield short + own[cut:]
        if place.categories[0] in _GATES:
            yield from self._gate_names(place, names)

    def _gate_names(self, gate: RawPlace, names: Mapping[str, str]) -> Iterator[str]:
        own = names.get("name") or gate.tags.get("ref", "")
        if not own or not _GATE.search(own):
            return
        reach, boxes = _NEAR_DEG, self._boxes
        around = (boxes[:, 0] - reach < gate.lat) & (boxes[:, 2] + reach > gate.lat)
        around &= (boxes[:, 1] - reach < gate.lon) & (boxes[:, 3] + reach > gate.lon)
        walled = (self._walled[number] for number in np.flatnonzero(around).tolist())
        off = [(_metres_off(campus.ring, gate), campus) for campus in walled if campus.ring is not None]
        nearest = min((metres for metres, _ in off), default=np.inf)
        if nearest > _AT_THE_WALL_M:
            return
        for campus in (campus for metres, campus in off if metres <= max(nearest, _ON_THE_WALL_M)):
            for language in ("name", "zh", "en"):
                outer = campus.tags.get("name" if language == "name" else f"name:{language}", "")
                inner = names.get(language, "")
                if not (outer and inner) or outer in inner:
                    continue
                for called in (outer, *self._shorts.get(outer, ())):
                    yield f"{called}{inner}" if has_han(called) else f"{called} {inner}"


def _metres_off(ring: Ring, gate: RawPlace) -> float:
    (a_lat, a_lon), (b_lat, b_lon) = ring[:-1].T, ring[1:].T
    metres, _ = project_to_segments(gate.lat, gate.lon, a_lat, a_lon, b_lat, b_lon)
    return float(metres.min())
