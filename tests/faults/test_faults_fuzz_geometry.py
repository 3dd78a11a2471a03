"""Extracts with hostile geometry are read or refused, in bounded time and memory, and build into packs.

`XIAOGAO_FUZZ_CASES` sets the number (`make faults` runs 100,000); every hundredth is built whole and opened.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawValue
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

CASES = int(os.environ.get("XIAOGAO_FUZZ_CASES", "300"))
_BUILD_EVERY = 100
_CASE_LIMIT_S = 30
"""Processor seconds that one case may take; most take milliseconds."""
_MEMORY = 6 << 30

_SIDE = 5
_IDS = (0, -1, 1 << 31, (1 << 63) - 1, -(1 << 63))
_FAR = ("90", "-90", "180", "-180", "179.9999999", "-179.9999999", "89.9999999", "0", "-0.0000001")
_WRONG = ("90.1", "181", "-400", "nan", "inf", "1e308", "", "60,5", "٦٠", "214.7483647", "1" * 400)
_AREAS: tuple[dict[str, str], ...] = (
    {"tourism": "hotel", "name": "Hotel"},
    {"leisure": "park", "name": "公园", "barrier": "fence"},
    {"amenity": "university", "name": "University"},
    {"place": "suburb", "name": "Suburb"},
    {"building": "yes", "addr:housenumber": "1-999999999999999999999", "addr:street": "Street 1"},
    {"boundary": "administrative", "admin_level": "8", "name": "Town", "place": "town"},
)
_LINES: tuple[dict[str, str], ...] = (
    {"highway": "residential", "name": "Street 1"},
    {"highway": "primary", "name": "大街", "oneway": "yes", "lanes": "2"},
    {"highway": "residential", "junction": "roundabout"},
    {"highway": "motorway_link", "destination": "A;B", "oneway": "-1"},
    {"highway": "pedestrian", "area": "yes", "name": "Square"},
    {"route": "ferry", "name": "Ferry", "duration": "99:99:99"},
    {"addr:interpolation": "all", "addr:street": "Street 1"},
    {"addr:interpolation": "1", "addr:street": "大街"},
    {"waterway": "river", "name": "River"},
)
_POINTS: tuple[dict[str, str], ...] = (
    {},
    {},
    {"addr:housenumber": "1", "addr:street": "Street 1"},
    {"addr:housenumber": "2147483647"},
    {"addr:housenumber": "18446744073709551616号"},
    {"entrance": "main"},
    {"barrier": "gate"},
    {"highway": "traffic_signals", "direction": "both"},
    {"place": "town", "name": "Town", "population": "9" * 30},
    {"highway": "milestone", "distance": "1e400"},
    {"amenity": "cafe", "name": "Café"},
)
_RELATIONS: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (
    ({"type": "multipolygon", "leisure": "park", "name": "Park"}, ("outer", "inner", "")),
    (
        {"type": "boundary", "boundary": "administrative", "admin_level": "6", "name": "Town"},
        ("outer", "inner", "", "admin_centre", "label", "subarea"),
    ),
    ({"type": "restriction", "restriction": "no_left_turn"}, ("from", "via", "to")),
    ({"type": "restriction", "restriction": "only_straight_on"}, ("from", "via", "to", "")),
    ({"type": "associatedStreet", "name": "Street 1"}, ("house", "street")),
)


def hostile_map(chance: random.Random) -> str:
    """Write a small extract: lines and areas through few points, some of them where nothing can be."""
    nodes = [n + 1 for n in range(_SIDE * _SIDE)]
    if chance.random() < 0.1:
        nodes[chance.randrange(len(nodes))] = chance.choice(_IDS)
    south, west = chance.choice(
        ((60.0, 10.0), (-0.001, -0.001), (89.998, 0.0), (0.0, 179.998), (31.2, 121.4))
    )
    step = chance.choice((0.001, 1e-7, 0.0, 0.3))
    hostile = chance.choice((0.0, 0.02, 0.3))
    lines = ['<osm version="0.6">']
    for number, node in enumerate(nodes):
        where = [f"{south + number // _SIDE * step:.7f}", f"{west + number % _SIDE * step:.7f}"]
        if chance.random() < hostile:
            where[chance.randrange(2)] = chance.choice(_FAR if chance.random() < 0.8 else _WRONG)
        lines.append(_element("node", node, _tags(chance.choice(_POINTS)), lat=where[0], lon=where[1]))
    ways = list(range(100, 100 + chance.randint(2, 14)))
    for way in ways:
        area = chance.random() < 0.4
        refs = [chance.choice(nodes) for _ in range(chance.choice((0, 1, 2, 3, 4, 6, 12)))]
        if chance.random() < 0.1:
            refs.insert(chance.randint(0, len(refs)), 999)  # is not there
        if area and refs:
            refs.append(refs[0])
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        lines.append(_element("way", way, inner + _tags(chance.choice(_AREAS if area else _LINES))))
    for number in range(chance.randint(0, 4)):
        tags, roles = chance.choice(_RELATIONS)
        inner = ""
        for _ in range(chance.randint(0, 8)):
            kind, ids = chance.choice(
                (("way", ways), ("way", ways), ("node", nodes), ("relation", [500, 501]))
            )
            ref = chance.choice(ids) if chance.random() < 0.9 else 999
            inner += f'<member type="{kind}" ref="{ref}" role="{chance.choice(roles)}"/>'
        lines.append(_element("relation", 500 + number, inner + _tags(tags)))
    return "\n".join([*lines, "</osm>"])


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


def _element(kind: str, number: int, inner: str, **attributes: str) -> str:
    shown = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f'<{kind} id="{number}" version="1"{shown}>{inner}</{kind}>'


def maps() -> Iterator[tuple[int, str]]:
    for number in range(CASES):
        yield number, hostile_map(random.Random(number))


def test_hostile_geometry_is_read_or_refused(tmp_path: Path) -> None:
    at = RawValue("q", 0)
    ended = []
    while at.value < CASES:
        reader = get_context("fork").Process(target=read_maps, args=(tmp_path, at))
        reader.start()
        reader.join()
        assert reader.exitcode is not None
        assert reader.exitcode <= 0, f"case {at.value}: an error without a name, or too much time or memory"
        if reader.exitcode < 0:
            ended.append((at.value, reader.exitcode))
            at.value += 1
    assert all(signal.Signals(-code) == signal.SIGSEGV for _, code in ended), ended
    assert len(ended) <= CASES / 100, ended


def read_maps(folder: Path, at: Any) -> None:
    """Read the maps from number `at` on; build every hundredth."""
    from nav import Region, Router
    from nav.errors import NavError
    from nav.osm.build import build_graph
    from nav.osm.extract import read_network
    from poi import Places, build_places
    from poi.build.extract import read_extract
    from poi.errors import PoiError

    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    extract = folder / "town.osm"
    for number, text in maps():
        if number < at.value:
            continue
        at.value = number
        signal.setitimer(signal.ITIMER_PROF, _CASE_LIMIT_S)
        extract.write_text(text, encoding="utf-8")
        with contextlib.suppress(NavError, PoiError):
            read_network(extract)
            read_extract(extract)
            if number % _BUILD_EVERY == 1:
                with tempfile.TemporaryDirectory(dir=folder) as pack:
                    build_graph(extract, Path(pack), name="town")
                    build_places(extract, Path(pack))
                    region = Region.open(Path(pack))
                    with contextlib.closing(Places(region)) as places:
                        south, west, north, east = region.bbox
                        places.search("hotel", near=((south + north) / 2, (west + east) / 2))
                        places.resolve("Street 1 1")
                        Router(region).route([(south, west), (north, east)])
    signal.setitimer(signal.ITIMER_PROF, 0)
    at.value = CASES


def test_a_house_number_beyond_all_numbers_is_kept_as_text(tmp_path: Path) -> None:
    """A database holds whole numbers of eight bytes; a longer one ended the build."""
    from nav.osm.build import build_graph
    from poi import build_places

    extract, pack = tmp_path / "town.osm", tmp_path / "pack"
    pack.mkdir()
    points = "".join(
        _element(
            "node",
            n + 1,
            _tags({"addr:housenumber": "9" * 25, "addr:street": street}),
            lat="60",
            lon=f"10.00{n}",
        )
        for n, street in enumerate(("Street 1", "大街"))
    )
    way = _element("way", 5, '<nd ref="1"/><nd ref="2"/>' + _tags(_LINES[0]))
    extract.write_text(f'<osm version="0.6">{points}{way}</osm>', encoding="utf-8")
    build_graph(extract, pack, name="town")
    build_places(extract, pack)
    with contextlib.closing(sqlite3.connect(pack / "poi.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM address").fetchone()[0] > 0
