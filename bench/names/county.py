"""A county of China drawn for tests and benchmarks: 云安市 with three towns and what is in them.

Nothing of it exists. It has what real counties have and extracts of city centres have not: towns 12 to 20
km apart, areas within an area, an old town with its parts, hotels that are called gardens, canteens.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

CENTER = (31.38, 120.95)
CORNERS = ((31.20, 120.75), (31.20, 121.15), (31.52, 121.15), (31.52, 120.75))
_STREET_M = 220.0

Spot = tuple[str, float, float, dict[str, str]]
"""Name, metres east and north of the town's middle, tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """One town."""

    name: str
    lat: float
    lon: float
    place: str
    streets: int
    """Streets each way."""
    spots: tuple[Spot, ...]


def _spot(name: str, east: float, north: float, **tags: str) -> Spot:
    return name, east, north, tags


def _eat(name: str, east: float, north: float, cuisine: str = "", hours: str = "Mo-Su 10:30-21:30") -> Spot:
    tags = {"amenity": "restaurant", "opening_hours": hours, **({"cuisine": cuisine} if cuisine else {})}
    return name, east, north, tags


def _bed(name: str, east: float, north: float, stars: str = "", kind: str = "hotel") -> Spot:
    return name, east, north, {"tourism": kind, **({"stars": stars} if stars else {})}


_OPEN, _DAYS = "Mo-Su 08:30-17:30", "Tu-Su 09:00-17:00"
TOWNS = (
    Town(
        name="玉峰镇", lat=31.38, lon=120.95, place="town", streets=9,
        spots=(
            _spot("亭林园", -500, 420, leisure="garden", opening_hours=_OPEN, wikidata="Q1"),
            _spot("云安博物馆", 380, 300, tourism="museum", opening_hours=_DAYS, wikidata="Q2"),
            _spot("昆曲馆", 420, 80, tourism="museum", opening_hours="Tu-Su 09:00-16:30"),
            _spot("玉峰山公园", -300, 760, leisure="park"),
            _spot("文昌塔", -80, 620, historic="monument", wikidata="Q3"),
            _spot("慧聚寺", -620, 640, amenity="place_of_worship", religion="buddhist", wikidata="Q4"),
            _spot("云安动物园", 800, -700, tourism="zoo", opening_hours=_OPEN),
            _spot("人民广场", 0, 20, place="square"),
            _spot("万象购物中心", 200, -220, shop="mall", opening_hours="Mo-Su 10:00-22:00"),
            _spot("老街夜市", 260, -420, amenity="marketplace", opening_hours="Mo-Su 17:30-23:00"),
            _spot("月亮清吧", 120, -330, amenity="bar", opening_hours="Mo-Su 18:00-02:00"),
            _spot("大剧院", 640, 240, amenity="theatre"),
            _eat("奥灶馆", -160, 120, "chinese;noodle"), _eat("玉峰饭店", 80, 240, "chinese"),
            _eat("湘味楼", 200, 60, "hunan"), _eat("川香阁", -60, -180, "sichuan"),
            _eat("老渔港海鲜酒楼", 300, -80, "seafood"), _eat("清真拉面馆", -240, -60, "halal;noodle"),
            _eat("炭火烧烤", 340, -360, "barbecue"), _eat("素心斋", -420, 320, "vegetarian"),
            _eat("广府茶楼", 420, -160, "cantonese"), _eat("江南人家", -360, 520, "chinese"),
            _eat("第一中学食堂", -100, 40, "chinese"), _eat("市政府员工餐厅", 40, 60, "chinese"),
            _eat("外婆小厨", 700, -560, "chinese"), _eat("寿司屋", 180, 160, "sushi;japanese"),
            _bed("云安宾馆", 60, -60, "4"), _bed("东园大酒店", -200, 240, "5"),
            _bed("如家酒店", 240, 180, "2"),
            _bed("玉峰青年旅舍", -320, -200, "", "hostel"), _bed("亭林花园酒店", -420, 120, "3"),
            _spot("中心停车场", 30, -120, amenity="parking"), _spot("中石化加油站", 500, -20, amenity="fuel"),
            _spot("国家电网充电站", 520, 120, amenity="charging_station"),
            _spot("云安站", 820, 560, railway="station"),
        ),
    ),
    Town(
        name="周荡镇", lat=31.25, lon=120.86, place="town", streets=5,
        spots=(
            _spot("周荡古镇", 0, 200, tourism="attraction", wikidata="Q5", opening_hours="08:00-21:00"),
            _spot("沈家大院", 60, 260, historic="manor", opening_hours=_OPEN, wikidata="Q6"),
            _spot("双桥", 30, 180, historic="bridge", wikidata="Q7"),
            _spot("全福讲寺", -260, -160, amenity="place_of_worship", religion="buddhist", wikidata="Q8"),
            _spot("南湖公园", 320, -240, leisure="park"),
            _spot("古戏台", 120, 340, tourism="attraction"),
            _eat("万三酒家", 20, 100, "chinese"), _eat("水巷人家", 120, 140, "chinese"),
            _eat("双桥土菜馆", -60, 160, "regional"), _eat("蚬江渔家", 240, -100, "seafood"),
            _eat("阿婆面馆", -140, 40, "noodle"), _eat("荡里人家", 200, 220, "chinese"),
            _bed("水乡客栈", 40, 60, "", "guest_house"), _bed("周荡国际度假酒店", 300, 40, "5"),
            _bed("双桥民宿", -40, 240, "", "guest_house"), _bed("古镇快捷酒店", -180, -40, "2"),
            _spot("古镇停车场", -60, 40, amenity="parking"), _spot("周荡加油站", 400, 0, amenity="fuel"),
        ),
    ),
    Town(
        name="锦湖镇", lat=31.27, lon=121.05, place="town", streets=5,
        spots=(
            _spot("锦湖古镇", 0, 160, tourism="attraction", wikidata="Q9"),
            _spot("锦湖湿地公园", 380, 380, leisure="nature_reserve", opening_hours=_OPEN, wikidata="Q10"),
            _spot("古砖瓦博物馆", 80, 220, tourism="museum", opening_hours="Mo-Su 09:00-17:00"),
            _spot("莲池禅院", -220, 200, amenity="place_of_worship", religion="buddhist", wikidata="Q11"),
            _spot("湖滨观景台", 420, 60, tourism="viewpoint"),
            _eat("锦湖酒家", 40, 40, "chinese"), _eat("湖鲜馆", 160, 80, "seafood"),
            _eat("桥头面馆", -100, 60, "noodle"), _eat("农家土菜", -180, -60, "chinese"),
            _eat("湿地餐厅", 300, 260, "chinese"),
            _bed("锦湖宾馆", 60, -80, "3"), _bed("湖畔民宿", 200, 160, "", "guest_house"),
            _spot("锦湖停车场", 0, -40, amenity="parking"), _spot("锦湖加油站", -300, 0, amenity="fuel"),
        ),
    ),
)  # fmt: skip
_ROADS = ((0, 1), (0, 2), (1, 2))


class _Writer:
    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []
        self.relations: list[str] = []

    def node(self, lat: float, lon: float, tags: dict[str, str] | None = None) -> int:
        number = len(self.nodes) + 1
        inner = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in (tags or {}).items())
        self.nodes.append(f"<node id='{number}' version='1' lat='{lat:.7f}' lon='{lon:.7f}'>{inner}</node>")
        return number

    def way(self, refs: list[int], tags: dict[str, str]) -> int:
        number = len(self.ways) + 1
        inner = "".join(f"<nd ref='{ref}'/>" for ref in refs)
        inner += "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
        self.ways.append(f"<way id='{number}' version='1'>{inner}</way>")
        return number

    def boundary(self, name: str, level: str, corners: list[tuple[float, float]], label: int) -> None:
        refs = [self.node(*corner) for corner in corners]
        outer = self.way([*refs, refs[0]], {})
        number = len(self.relations) + 1
        tags = {"type": "boundary", "boundary": "administrative", "name": name, "admin_level": level}
        inner = (
            f"<member type='way' ref='{outer}' role='outer'/><member type='node' ref='{label}' role='label'/>"
        )
        inner += "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
        self.relations.append(f"<relation id='{number}' version='1'>{inner}</relation>")


def county_xml() -> str:
    """Return the county as OSM XML."""
    out = _Writer()
    middles = [_town(out, town) for town in TOWNS]
    for a, b in _ROADS:
        _road(out, TOWNS[a], TOWNS[b], middles[a], middles[b])
    label = out.node(
        CENTER[0] + 0.002, CENTER[1] + 0.002, {"place": "city", "name": "云安市", "name:en": "Yun'an"}
    )
    out.boundary("云安市", "6", list(CORNERS), label)
    return "\n".join(["<osm version='0.6'>", *out.nodes, *out.ways, *out.relations, "</osm>"])


def write_county(folder: Path) -> Path:
    """Write the county to a folder and return the file."""
    path = folder / "county.osm"
    path.write_text(county_xml(), encoding="utf-8")
    return path


def _at(town: Town, east: float, north: float) -> tuple[float, float]:
    return (
        town.lat + north / 111_195.0,
        town.lon + east / (111_195.0 * math.cos(math.radians(town.lat))),
    )


def _town(out: _Writer, town: Town) -> int:
    """Draw a grid of streets and what stands by them; return the crossing in the middle."""
    half = town.streets // 2
    grid = {
        (x, y): out.node(*_at(town, x * _STREET_M, y * _STREET_M))
        for x in range(-half, half + 1)
        for y in range(-half, half + 1)
    }
    for i in range(-half, half + 1):
        line = range(-half, half + 1)
        out.way(
            [grid[i, j] for j in line], {"highway": "residential", "name": f"{town.name[:2]}{i + half + 1}路"}
        )
        out.way(
            [grid[j, i] for j in line], {"highway": "residential", "name": f"{town.name[:2]}{i + half + 1}街"}
        )
    for name, east, north, tags in town.spots:
        out.node(*_at(town, east, north), {"name": name, **tags})
    label = out.node(town.lat, town.lon, {"place": town.place, "name": town.name})
    reach = (half + 1) * _STREET_M * 1.6
    corners = [_at(town, x * reach, y * reach) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    out.boundary(town.name, "8", corners, label)
    return grid[0, 0]


def _road(out: _Writer, a: Town, b: Town, start: int, end: int) -> None:
    refs = [start, *(out.node(*point) for point in _between(a, b)), end]
    out.way(refs, {"highway": "primary", "name": f"{a.name[:2]}{b.name[:2]}公路", "ref": "G312"})


def _between(a: Town, b: Town) -> Iterator[tuple[float, float]]:
    for share in (0.25, 0.5, 0.75):
        yield a.lat + (b.lat - a.lat) * share, a.lon + (b.lon - a.lon) * share + 0.004 * math.sin(share * 6)
