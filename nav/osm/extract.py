"""Read roads, junction nodes and turn restrictions out of an OpenStreetMap extract, in one streaming pass."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from nav.errors import BadMapFile
from nav.graph import Access, NodeFlag
from nav.osm.access import ACCESS_KEYS
from nav.osm.clean import clean_tags
from nav.osm.grounds import GROUND_KEYS, Ground, entrance_rank, read_ground
from nav.osm.locations import located
from nav.osm.nodes import read_node, read_place
from nav.osm.restrictions import Restriction, read_restriction
from nav.osm.signs import WaySigns, read_signs
from nav.osm.tags import WayTraits, read_way
from nav.osm.values import read_names

Progress = Callable[[str, float], None]
"""Called with the name of a step and the share of it that is done, 0 to 1."""

NODE_KEYS = (
    "highway",
    "barrier",
    "crossing",
    "railway",
    "junction",
    "junction:ref",
    *(key + suffix for key in ACCESS_KEYS[Access.CAR] for suffix in ("", ":conditional")),
    "hgv",
    "foot",
    "bicycle",
    "maxheight",
    "maxwidth",
    "maxlength",
    "maxweight",
    "entrance",
)
WAY_KEYS = ("highway", "route", *GROUND_KEYS)
RELATION_KEYS = tuple(
    f"restriction{vehicle}{times}"
    for vehicle in ("", ":motorcar", ":motor_vehicle", ":vehicle", ":hgv")
    for times in ("", ":conditional")
)
_UNKNOWN_E7 = 2**31 - 1
"""What libosmium gives as the coordinate of a node that it has not seen."""
_NAME_PREFIXES = ("name", "ref", "destination", "junction:ref", "turn:lanes")
_IRRELEVANT_KEYS = frozenset(
    ("source", "note", "wikidata", "wikipedia", "lit", "sidewalk", "created_by", "fixme")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTraits:
    """What the tags of one node on a road say."""

    flags: NodeFlag
    exit_ref: str
    """Number of a motorway exit."""
    exit_to: str
    """Where a motorway exit leads, as on its sign."""
    names: tuple[tuple[str, str], ...]
    """Names of the junction, (language, name)."""
    direction: str
    """`forward` or `backward` if a signal or sign holds for one direction of its way only."""
    rule: str = ""
    """Who may pass, as the text of a `Rule`; `` if that depends on nothing."""


@dataclass(slots=True, kw_only=True)
class RawNetwork:
    """Roads as they stand in the extract; lists have one entry per piece of way whose nodes are all there."""

    way_ids: array[int] = field(default_factory=lambda: array("q"))
    way_traits: list[WayTraits] = field(default_factory=list)
    way_signs: list[WaySigns] = field(default_factory=list)
    first_ref: array[int] = field(default_factory=lambda: array("q", [0]))
    """First position of each way in `refs`, with the end of the last."""
    refs: array[int] = field(default_factory=lambda: array("q"))
    """OSM node ids along the ways."""
    x_e7: array[int] = field(default_factory=lambda: array("i"))
    """Longitude of each position, degrees × 1e7."""
    y_e7: array[int] = field(default_factory=lambda: array("i"))
    """Latitude of each position, degrees × 1e7."""
    nodes: dict[int, NodeTraits] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)
    """Areas with entrances."""
    other_ways: set[int] = field(default_factory=set)
    """Ways that are there, but are no road for anybody."""
    cut_ways: set[int] = field(default_factory=set)
    """Ways some of whose nodes the extract does not hold."""
    faults: Counter[str] = field(default_factory=Counter)
    """How many ways, nodes and relations have tags of a kind that nobody understands."""
    missing_nodes: int = 0
    """References to nodes that the extract does not hold."""


def read_network(
    extract: Path, *, progress: Progress | None = None, scratch: Path | None = None
) -> RawNetwork:
    """Read the road network of an extract (.osm.pbf, .osm, .osm.gz, …).

    Parameters
    ----------
    extract
        The file.
    progress
        Called when it is read.
    scratch
        Folder for what is kept in a file meanwhile, see `located`.

    Raises
    ------
    BadMapFile
        The file is missing, cut, not OpenStreetMap data, or holds no roads.
    """
    if not extract.is_file():
        raise BadMapFile(f"there is no file {extract}: check the path")
    import osmium

    network = RawNetwork()
    reader = _Reader(network)
    try:
        for entity in _entities(extract, scratch):
            reader.take(entity)
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as error:
        raise BadMapFile(
            f"{extract} cannot be read as OpenStreetMap data ({error}): fetch it again"
        ) from error
    if not network.way_ids:
        raise BadMapFile(f"{extract} holds no roads with their nodes: use an extract made with complete ways")
    for degrees_e7, most in ((network.x_e7, 180), (network.y_e7, 90)):
        if np.abs(as_array(degrees_e7).astype(np.int64)).max() > most * 10_000_000:
            raise BadMapFile(f"{extract} holds roads beyond {most}°, which is not on Earth: fetch it again")
    if progress:
        progress("roads", 1.0)
    return network


def _entities(extract: Path, scratch: Path | None) -> Iterator[Any]:
    import osmium
    from osmium.filter import KeyFilter

    def only(keys: tuple[str, ...], kind: Any) -> Any:
        chosen = KeyFilter(*keys)
        chosen.enable_for(kind)
        return chosen

    nodes, ways, relations = osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION
    with located(osmium.FileProcessor(str(extract), nodes | ways | relations), scratch) as processor:
        yield from (
            processor.with_filter(only(NODE_KEYS, nodes))
            .with_filter(only(WAY_KEYS, ways))
            .with_filter(only(RELATION_KEYS, relations))
        )


class _Reader:
    """Takes one OSM object after the other; tag readings are remembered, since most ways are tagged alike."""

    def __init__(self, network: RawNetwork) -> None:
        self._network = network
        self._traits: dict[tuple[tuple[str, str], ...], WayTraits | None] = {}
        self._entrances: dict[int, int] = {}

    def take(self, entity: Any) -> None:
        tags = clean_tags((tag.k, tag.v) for tag in entity.tags)
        if entity.is_way():
            if "highway" in tags or "route" in tags:
                self._take_way(entity, tags)
            else:
                self._take_ground(entity, tags)
        elif entity.is_node():
            faults: set[str] = set()
            traits = _node_traits(tags, faults)
            self._network.faults.update(faults)
            if traits:
                self._network.nodes[entity.id] = traits
            if rank := entrance_rank(tags):
                self._entrances[entity.id] = rank
        else:
            members = [(member.type, member.ref, member.role) for member in entity.members]
            faults = set()
            self._network.restrictions.extend(read_restriction(entity.id, tags, members, faults))
            self._network.faults.update(faults)

    def _take_ground(self, way: Any, tags: dict[str, str]) -> None:
        if not way.is_closed() or not any(node.ref in self._entrances for node in way.nodes):
            return
        nodes = [(node.ref, node.x, node.y) for node in way.nodes]
        if all(x != _UNKNOWN_E7 for _, x, _ in nodes):
            ground = read_ground(tags, nodes, self._entrances)
            if ground is not None:
                self._network.grounds.append(ground)

    def _take_way(self, way: Any, tags: dict[str, str]) -> None:
        key = tuple(sorted(_relevant(tags)))
        if key not in self._traits:
            self._traits[key] = read_way(tags)
        traits = self._traits[key]
        if traits is None:
            self._network.other_ways.add(way.id)
            return
        self._network.faults.update(traits.faults)
        signs: WaySigns | None = None
        for piece in self._pieces(way.id, way.nodes):
            signs = signs or self._signs(tags, piece[0][0])
            network = self._network
            network.way_ids.append(way.id)
            network.way_traits.append(traits)
            network.way_signs.append(signs)
            refs, xs, ys = zip(*piece, strict=True)
            network.refs.extend(refs)
            network.x_e7.extend(xs)
            network.y_e7.extend(ys)
            network.first_ref.append(len(network.refs))

    def _signs(self, tags: Mapping[str, str], first_node: int) -> WaySigns:
        """Read the signs of a way; what stands at a motorway exit goes for a ramp without a sign."""
        signs = read_signs(tags)
        node = self._network.nodes.get(first_node)
        if node is None or not node.exit_to or not tags.get("highway", "").endswith("_link"):
            return signs
        if signs.destination[0] or signs.destination_ref[0]:
            return signs
        return replace(signs, destination=(node.exit_to, signs.destination[1]))

    def _pieces(self, way: int, nodes: Iterable[Any]) -> Iterator[list[tuple[int, int, int]]]:
        """Cut a way where nodes are missing; leave out repetitions of the same node."""
        piece: list[tuple[int, int, int]] = []
        last = None
        for node in nodes:
            x, ref = node.x, node.ref
            if x == _UNKNOWN_E7:
                self._network.missing_nodes += 1
                self._network.cut_ways.add(way)
                if len(piece) > 1:
                    yield piece
                piece, last = [], None
            elif ref != last:
                piece.append((ref, x, node.y))
                last = ref
        if len(piece) > 1:
            yield piece


def _relevant(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in tags.items():
        if not key.startswith(_NAME_PREFIXES) and key not in _IRRELEVANT_KEYS:
            yield key, value


def _node_traits(tags: Mapping[str, str], faults: set[str]) -> NodeTraits | None:
    flags = read_node(tags)
    rule = read_place(tags, faults)[1]
    is_exit = NodeFlag.MOTORWAY_JUNCTION in flags
    exit_ref = tags.get("ref", "") if is_exit else ""
    exit_ref = exit_ref or tags.get("junction:ref", "")
    named = is_exit or NodeFlag.SIGNALS in flags or tags.get("junction") == "yes"
    names = read_names(tags) if named else ()
    if not flags and not exit_ref and not names and rule is None:
        return None
    return NodeTraits(
        flags=flags,
        exit_ref=exit_ref,
        exit_to=tags.get("exit_to", "") if is_exit else "",
        names=names,
        direction=tags.get("traffic_signals:direction", tags.get("direction", "")),
        rule=rule.to_text() if rule is not None else "",
    )


def as_array(values: array[int]) -> np.ndarray[Any, Any]:
    """View the values of a growing array as numpy."""
    return np.frombuffer(values, dtype=np.dtype(values.typecode)) if len(values) else np.empty(0, np.int64)
