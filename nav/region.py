"""An installed region: opened in milliseconds, whatever its size, since its arrays are mapped, not read."""

from __future__ import annotations

import contextlib
import math
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from nav.enclosures import ENCLOSURE_FIELDS, NO_ENCLOSURES, Enclosures
from nav.errors import BadCoordinate, PointOutsideRegion, RegionDamaged, RegionNotFound, RegionOutdated
from nav.geometry import haversine_m
from nav.graph import Graph, Int32Array, load_graph
from nav.law.rules import RuleBook
from nav.packs.array_store import check_lengths, map_arrays
from nav.packs.columns import decoded
from nav.packs.formats import FORMAT_VERSION, READABLE, known
from nav.packs.kept_arrays import kept_arrays
from nav.packs.pack import META_FILE, Meta, sha256_of
from nav.packs.paths import cache_home, regions_dir
from nav.routing.cch.hierarchy import StoredLadder, from_arrays
from nav.routing.cch.memory import mapped_memory
from nav.routing.snap import SNAP_FIELDS, SnapIndex
from nav.routing.weights.turns import ORDER_FIELD, PROFILES, TURN_FIELDS, Turns, build_turns, turns_digest

if TYPE_CHECKING:
    import networkx

INDEX_FILE = "graph/index.arrays"
"""The index under the usual costs of cars; a pack without it is indexed when it is opened."""
_TURNS_KEPT = 4
"""Sets of turns of walkers and cyclists in the cache."""
_OUTSIDE_MARGIN_DEG = 0.02
_MOVED_M, _LEAST_IN_PLACE = 50.0, 0.9
"""So far mappers may move a node between two extracts, and so many have to lie about where they lay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What one profile travels on."""

    profile: str
    graph: Graph
    turns: Turns
    snap_index: SnapIndex
    order: Int32Array | None
    """The contraction order, if the pack stores it."""
    digest: str
    """Tells this network from every other."""
    index: StoredLadder | None
    """The index of the pack under its usual costs, if it stores one."""
    enclosures: Enclosures
    """Areas with entrances."""
    rules: RuleBook
    """What depends on the time or the vehicle; it binds motor vehicles only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One region pack."""

    path: Path
    """Folder of the pack."""
    meta: Meta
    graph: Graph
    """The road graph of cars."""
    _networks: dict[str, Network] = field(default_factory=dict, repr=False)
    _agreed: dict[int, tuple[Graph, bool]] = field(default_factory=dict, repr=False)
    """Graphs of other regions by their identity, and whether they are drawn from the same map."""

    @classmethod
    def open(cls, name_or_path: str | Path) -> Region:
        """Open a region pack.

        Parameters
        ----------
        name_or_path
            Name of an installed region, or the folder of a pack.

        Raises
        ------
        RegionNotFound, RegionDamaged, RegionOutdated
        """
        path = _find(name_or_path)
        meta = _read_meta(path)
        _check_files(path, meta)
        try:
            file = path / "graph" / "roads.arrays"
            graph = load_graph(file, countries=meta.countries, rules=meta.rules)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RegionDamaged(f"region {meta.name!r} is damaged ({error}): build it again") from error
        return cls(path=path, meta=meta, graph=graph)

    @classmethod
    def made_of(cls, meta: Meta, network: Network) -> Region:
        """Return a region that is on no disk: one network, put together out of packs."""
        return cls(path=Path(), meta=meta, graph=network.graph, _networks={network.profile: network})

    @property
    def name(self) -> str:
        """Name of the region."""
        return self.meta.name

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """South, west, north, east, degrees."""
        return self.meta.bbox

    def contains(self, lat: float, lon: float) -> bool:
        """Tell whether a coordinate lies within the bounds of the region's roads."""
        south, west, north, east = self.meta.bbox
        return south <= lat <= north and west <= lon <= east

    def is_beside(self, other: Region) -> bool:
        """Tell whether the bounds of two regions touch, and what both have lies at the same place."""
        (south, west, north, east), (a, b, c, d) = self.bbox, other.bbox
        margin = _OUTSIDE_MARGIN_DEG
        touch = a <= north + margin and c >= south - margin and b <= east + margin and d >= west - margin
        return touch and self._agrees_with(other)

    def _agrees_with(self, other: Region) -> bool:
        """Tell whether nodes of the same number are the same ones: other makers number theirs anew."""
        known = self._agreed.get(id(other.graph))
        if known is None or known[0] is not other.graph:
            known = self._agreed[id(other.graph)] = other.graph, _same_map(self.graph, other.graph)
        return known[1]

    def check_point(self, lat: float, lon: float) -> None:
        """Refuse what is no coordinate, or lies more than a little outside the region's roads.

        Raises
        ------
        BadCoordinate, PointOutsideRegion
        """
        if not (math.isfinite(lat) and math.isfinite(lon)) or abs(lat) > 90 or abs(lon) > 180:
            raise BadCoordinate(f"{lat},{lon} is no coordinate: give latitude -90…90, longitude -180…180")
        south, west, north, east = self.bbox
        margin = _OUTSIDE_MARGIN_DEG
        if south - margin <= lat <= north + margin and west - margin <= lon <= east + margin:
            return
        hint = " (latitude and longitude look swapped)" if self.contains(lon, lat) else ""
        raise PointOutsideRegion(
            f"{lat:.5f},{lon:.5f} lies outside region {self.name!r}{hint}: choose another region or point"
        )

    def local_time(self, moment: datetime) -> datetime:
        """Return what the clocks in the middle of the region show; a time without zone is theirs already."""
        if moment.tzinfo is None:
            return moment
        return moment.astimezone(ZoneInfo(self.meta.timezone) if self.meta.timezone else None)

    def network(self, profile: str) -> Network:
        """Return the network of a profile (``car``, ``bike``, ``foot``), mapped on first use."""
        if profile not in PROFILES:
            raise ValueError(f"unknown profile {profile!r}: use one of {', '.join(PROFILES)}")
        if profile not in self._networks:
            self._networks[profile] = self._load_network(profile)
        return self._networks[profile]

    def _load_network(self, profile: str) -> Network:
        folder = "graph" if profile == "car" else "walk"
        try:
            graph = self.graph if profile == "car" else self._load_walk()
            digest, arrays = self._load_turns(folder, profile, graph)
            check_lengths(arrays, {"arc": len(arrays["arc_head"]), "edge": graph.edge_count})
            order = arrays.pop(ORDER_FIELD, None)
            enclosures = self._load_enclosures()
            snap_index = SnapIndex(**known(map_arrays(self.path / folder / "snap.arrays"), SNAP_FIELDS))
            turns = Turns(**known(arrays, TURN_FIELDS))
            rules = self._rules if profile == "car" else RuleBook((), (), (0.0, 0.0))
            index = self._load_index(order) if profile == "car" and order is not None else None
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise RegionDamaged(f"region {self.name!r} is damaged ({error}): build it again") from error
        return Network(
            profile=profile,
            graph=graph,
            turns=turns,
            snap_index=snap_index,
            order=order,
            index=index,
            digest=digest,
            rules=rules,
            enclosures=enclosures,
        )

    def _load_turns(self, folder: str, profile: str, graph: Graph) -> tuple[str, dict[str, Any]]:
        """Return what tells the turns of a profile from others, and their arrays."""
        name = f"{folder}/{profile}.arrays"
        if name in self.meta.files:
            return self.meta.files[name][1], decoded(map_arrays(self.path / name))
        digest = turns_digest(self.meta.files[f"{folder}/roads.arrays"][1], profile)

        def make() -> dict[str, Any]:
            with mapped_memory(cache_home()):
                turns = build_turns(graph, profile, (), {})
            return {field: getattr(turns, field) for field in TURN_FIELDS}

        return digest, dict(kept_arrays("turns", digest, make, most=_TURNS_KEPT))

    def _load_index(self, order: Int32Array) -> StoredLadder | None:
        file = self.path / INDEX_FILE
        return from_arrays(map_arrays(file), order) if INDEX_FILE in self.meta.files else None

    @property
    def _rules(self) -> RuleBook:
        south, west, north, east = self.bbox
        return RuleBook(self.graph.rules, self.meta.conditions, ((south + north) / 2, (west + east) / 2))

    def _load_enclosures(self) -> Enclosures:
        name = "graph/enclosures.arrays"
        arrays = map_arrays(self.path / name) if name in self.meta.files else NO_ENCLOSURES
        return Enclosures(**known(arrays, ENCLOSURE_FIELDS))

    def _load_walk(self) -> Graph:
        file = self.path / "walk" / "roads.arrays"
        return load_graph(file, countries=self.meta.walk_countries, rules=())

    def verify(self) -> list[str]:
        """Return the files whose content is not what was built (reads everything)."""
        return [
            name for name, (_, digest) in self.meta.files.items() if sha256_of(self.path / name) != digest
        ]

    def to_networkx(self) -> networkx.MultiDiGraph[Any]:
        """Return the road graph of cars as OSMnx knows it; see `nav.routing.output.networkx_io`."""
        from nav.routing.output.networkx_io import to_networkx

        return to_networkx(self.graph, self.network("car").turns.edge_time_ms, name=self.name)


def installed_regions() -> list[str]:
    """Return the names of the installed regions, sorted."""
    home = regions_dir()
    if not home.is_dir():
        return []
    return sorted(p.name for p in home.iterdir() if (p / META_FILE).is_file() and not p.name.startswith("."))


def _same_map(one: Graph, other: Graph) -> bool:
    ids, here, there = np.intersect1d(one.node_osm_id, other.node_osm_id, return_indices=True)
    if not len(ids):
        return True
    apart_m = haversine_m(
        one.node_lat[here], one.node_lon[here], other.node_lat[there], other.node_lon[there]
    )
    return bool(np.mean(apart_m <= _MOVED_M) >= _LEAST_IN_PLACE)


def adjoining(home: Region, others: Sequence[Region]) -> list[Region]:
    """Return a region and those that can be reached from it over regions whose bounds touch."""
    left = [region for region in others if region.path != home.path]
    found = [home]
    for region in found:
        found += (near := [other for other in left if region.is_beside(other)])
        left = [other for other in left if other not in near]
    return found


def check_reached(home: Region, beside: Callable[[], Sequence[Region]], lat: float, lon: float) -> None:
    """Refuse what is no coordinate, or lies in none of the regions that adjoin one.

    Raises
    ------
    BadCoordinate, PointOutsideRegion
    """
    try:
        home.check_point(lat, lon)
    except PointOutsideRegion:
        for region in adjoining(home, beside())[1:]:
            with contextlib.suppress(PointOutsideRegion):
                region.check_point(lat, lon)
                return
        raise


class InstalledPacks:
    """Opens the installed regions, each once until it is replaced."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, int, int], Region] = {}

    def __call__(self) -> list[Region]:
        """Return the regions as they are now; one that is damaged or of another format is left out."""
        known, self._open = self._open, {}
        for name in installed_regions():
            with contextlib.suppress(RegionDamaged, RegionOutdated, RegionNotFound, OSError):
                state = (regions_dir() / name / META_FILE).stat()
                key = name, state.st_ino, state.st_mtime_ns
                self._open[key] = known[key] if key in known else Region.open(name)
        return list(self._open.values())


def _find(name_or_path: str | Path) -> Path:
    direct = Path(name_or_path)
    if (isinstance(name_or_path, Path) or len(direct.parts) > 1) and direct.is_dir():
        return direct
    path = regions_dir() / direct.name
    if direct.name == str(name_or_path) and path.is_dir():
        return path
    known = ", ".join(installed_regions()) or "none"
    raise RegionNotFound(
        f"no region {str(name_or_path)!r} (installed: {known}): add it with `xiaogao map add`"
    )


def _read_meta(path: Path) -> Meta:
    import json

    try:
        text = (path / META_FILE).read_text(encoding="utf-8")
        version = json.loads(text)["format_version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RegionDamaged(f"{path.name!r} is no complete region pack: build it again") from error
    if version not in READABLE:
        raise RegionOutdated(
            f"region {path.name!r} has format {version}, this program reads {FORMAT_VERSION}: build it again"
        )
    try:
        return Meta.from_json(text)
    except (ValueError, KeyError, TypeError) as error:
        raise RegionDamaged(f"the description of region {path.name!r} is damaged: build it again") from error


def _check_files(path: Path, meta: Meta) -> None:
    for name, (size, _) in meta.files.items():
        file = path / name
        try:
            found = file.stat().st_size
        except OSError:
            found = -1
        if found != size:
            problem = "is missing" if found < 0 else f"has {found} bytes instead of {size}"
            raise RegionDamaged(f"region {meta.name!r} is damaged ({name} {problem}): build it again")


def contraction_order(network: Network) -> Int32Array:
    """Return the contraction order: from the pack, from the cache, or computed and kept there."""
    from nav.routing.cch.order import compute_order

    if network.order is not None:
        return network.order
    kept = cache_home() / "orders" / f"{network.digest}.npy"
    try:
        order: Int32Array = np.asarray(np.load(kept, mmap_mode="r"))
        if _is_order(order, network.turns.state_count):
            return order
    except (OSError, ValueError, EOFError):
        pass
    with mapped_memory(cache_home()):
        order = compute_order(network.turns, network.graph)
    with contextlib.suppress(OSError):  # a full or read-only disk only costs the next start some time
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".npy", delete=False) as stream:
            np.save(stream, order)
            stream.flush()
            os.fsync(stream.fileno())
        Path(stream.name).replace(kept)
    return order


def _is_order(order: Int32Array, count: int) -> bool:
    """Tell whether each of so many states has its place: what a damaged file holds has not."""
    if (
        order.shape != (count,)
        or order.dtype.kind != "i"
        or (count and (order.min() < 0 or order.max() >= count))
    ):
        return False
    return bool((np.bincount(order, minlength=count) == 1).all())
