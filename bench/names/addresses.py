"""House numbers measured: addresses of real maps and of drawn towns, said in the forms of their country.

Right is the very house without a question. Wrong is another house without a question, and so is any house for
a number that the map lacks.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np

from bench.names import address_forms
from bench.names.address_forms import Form
from nav.geometry import distance_m
from poi import Places, build_places

Point = tuple[float, float]

MAPS: Mapping[str, str] = {
    "andorra": "CATALONIA",
    "monaco": "FRANCE",
    "nanjing-centre": "CHINA",
    "taichung": "TAIWAN",
    "helsinki": "FINLAND",
}
"""Real maps, with the forms in which their addresses are said."""

_SAME_M = 160.0
"""What the map has twice under one address, within so many metres, is one house: an entrance and a shop."""

_PER_MAP = 60
"""Addresses of each real map that are drawn, all forms of each."""

_NUMBER = re.compile(r"^\d[^;,]*$")
"""Lists of numbers and what is no number are left out; a test of their own looks at them."""

_TOWNS = Path(__file__).parents[1] / "data" / "address_towns.txt"


@dataclass(frozen=True, slots=True)
class Pack:
    """Stands in for a region: `Places` needs its folder only."""

    path: Path


@dataclass(slots=True)
class Score:
    """What became of addresses."""

    asked: int = 0
    right: int = 0
    wrong: int = 0
    """Another house, without a question."""
    took_s: list[float] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def count(self, places: Places, words: str, houses: Sequence[Point]) -> None:
        """Ask for an address whose house stands at one of some points, at none for a missing number."""
        started = time.perf_counter()
        resolution = places.resolve(words)
        self.took_s.append(time.perf_counter() - started)
        self.asked += 1
        first = resolution[0].place if len(resolution) else None
        here = first is not None and any(
            distance_m((first.lat, first.lon), house) <= _SAME_M and first.category == "address"
            for house in houses
        )
        sure = resolution.verdict == "clear"
        self.right += (here and sure) if houses else not sure
        self.wrong += sure and not here
        if houses and not (here and sure):
            self.misses.append(f"{words} → {resolution.verdict} {first.name if first else ''}")
        elif sure and not here:
            self.misses.append(f"{words} → {first.name if first else ''} (not on the map)")


def measure(maps: Mapping[str, Path], seed: int) -> dict[str, dict[str, float]]:
    """Return the shares by town, and of all together under "all" and "missing numbers".

    Parameters
    ----------
    maps
        Extracts by their names in `MAPS`; what is missing is left out.
    seed
        Of the drawing.
    """
    scores: dict[str, Score] = defaultdict(Score)
    for name, forms, places, houses in _towns(maps):
        chosen = sorted(houses)
        rng = random.Random(seed)
        if len(chosen) > _PER_MAP:
            chosen = sorted(rng.sample(chosen, _PER_MAP))
        for street, number in chosen:
            for words in dict.fromkeys(filter(None, (form(street, number) for form in forms))):
                for score in (scores[name], scores["all"]):
                    score.count(places, words, houses[street, number])
        for street, number in _missing(houses, rng):
            words = next(filter(None, (form(street, number) for form in rng.sample(list(forms), len(forms)))))
            scores["numbers that the map lacks"].count(places, words, ())
        places.close()
    return {name: _shares(score) for name, score in scores.items()}


def _shares(score: Score) -> dict[str, Any]:
    p50, p99 = np.percentile(np.array(score.took_s) * 1000, [50, 99])
    return {"asked": score.asked, "right": score.right / score.asked, "wrong": score.wrong / score.asked,
            "p50_ms": float(p50), "p99_ms": float(p99), "misses": score.misses}  # fmt: skip


def _missing(houses: Mapping[tuple[str, str], object], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield numbers that no house of a street has, far from any letter or range of them."""
    taken: dict[str, set[int]] = defaultdict(set)
    for street, number in houses:
        digits = Counter(part for part in "".join(c if c.isdigit() else " " for c in number).split())
        taken[street].update(int(part[:6]) for part in digits)
    for street, numbers in sorted(taken.items()):
        if not numbers or len(numbers) > 40:
            continue
        for _ in range(2):
            drawn = rng.randint(1, max(numbers) + 40)
            if all(abs(drawn - other) > 1 for other in numbers) and not _in_a_range(houses, street, drawn):
                yield street, str(drawn)


def _in_a_range(houses: Mapping[tuple[str, str], object], street: str, number: int) -> bool:
    for own, text in houses:
        ends = [int(part) for part in text.replace("–", "-").split("-") if part.isdigit()]
        if own == street and len(ends) == 2 and ends[0] <= number <= ends[1]:
            return True
    return False


def _towns(
    maps: Mapping[str, Path],
) -> Iterator[tuple[str, Sequence[Form], Places, dict[tuple[str, str], list[Point]]]]:
    """Yield name, forms, places and houses of every town."""
    with tempfile.TemporaryDirectory() as folder:
        for name, extract in maps.items():
            out = Path(folder) / name
            out.mkdir()
            build_places(extract, out)
            forms: Sequence[Form] = getattr(address_forms, MAPS[name])
            yield name.capitalize(), forms, Places(Pack(out)), _houses_of(extract)
        for name, origin, forms, streets in _drawn():
            out = Path(folder) / f"drawn-{name}"
            out.mkdir()
            houses = _draw(out / "town.osm", origin, streets, block=name == "Tokyo")
            build_places(out / "town.osm", out)
            yield f"{name} (drawn)", forms, Places(Pack(out)), houses


def _houses_of(extract: Path) -> dict[tuple[str, str], list[Point]]:
    """Return street and number of every house of an extract that has both, with where it stands."""
    import osmium

    found: dict[tuple[str, str], list[Point]] = defaultdict(list)
    entity: Any
    for entity in osmium.FileProcessor(str(extract)).with_areas(osmium.filter.KeyFilter("addr:housenumber")):
        street, number = entity.tags.get("addr:street"), entity.tags.get("addr:housenumber")
        if not (street and number) or not _NUMBER.match(number):
            continue
        if entity.is_node():
            found[street, number].append((entity.location.lat, entity.location.lon))
        elif entity.is_area():
            ring = np.array([(n.lat, n.lon) for outer in entity.outer_rings() for n in outer])
            found[street, number].append((float(ring[:, 0].mean()), float(ring[:, 1].mean())))
    return dict(found)


def _drawn() -> Iterator[tuple[str, Point, Sequence[Form], dict[str, list[str]]]]:
    for part in _TOWNS.read_text("utf-8").split("\n[")[1:]:
        head, *lines = part.strip().split("\n")
        name, lat, lon, forms = head.rstrip("]").split()
        streets = dict(line.split(" = ") for line in lines if " = " in line)
        numbers = {street: text.split(" | ") for street, text in streets.items()}
        yield name, (float(lat), float(lon)), getattr(address_forms, forms), numbers


def _draw(
    file: Path, origin: Point, streets: Mapping[str, Sequence[str]], *, block: bool
) -> dict[tuple[str, str], list[Point]]:
    """Write a town of parallel streets 300 m apart with houses 250 m apart; Japanese ones count by block."""
    out, ways, houses = ["<osm version='0.6'>"], [], {}
    number = 0

    def node(lat: float, lon: float, tags: Mapping[str, str]) -> int:
        nonlocal number
        number += 1
        inner = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
        out.append(f"<node id='{number}' version='1' lat='{lat:.7f}' lon='{lon:.7f}'>{inner}</node>")
        return number

    for row, (street, numbers) in enumerate(streets.items()):
        lat = origin[0] - 0.0027 * row
        for at, house in enumerate(numbers):
            point = lat + 0.0001, origin[1] + 0.0035 * at
            first, _, last = house.partition("-")
            tags = {"addr:street": street, "addr:housenumber": house}
            if block:
                quarter, part = street[:-3], street[-3:]
                tags = {"addr:quarter": quarter, "addr:neighbourhood": part, "addr:block_number": first}
                tags["addr:housenumber"] = last
            node(*point, tags)
            houses[street, house] = [point]
        if not block:
            ends = node(lat, origin[1] - 0.001, {}), node(lat, origin[1] + 0.02, {})
            ways.append(
                f"<way id='{row + 1}' version='1'><nd ref='{ends[0]}'/><nd ref='{ends[1]}'/>"
                f"<tag k='highway' v='residential'/><tag k='name' v={quoteattr(street)}/></way>"
            )
    file.write_text("\n".join([*out, *ways, "</osm>"]), "utf-8")
    return houses
