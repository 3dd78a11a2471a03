"""OSM XML out of nodes, ways and relations that are named by letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import quoteattr

Tags = Mapping[str, str]
Relation = tuple[Tags, Sequence[tuple[str, str]]]
"""Tags, and members as role and name: a letter for a node, the letters of a way for it."""


def osm_xml(
    at: Mapping[str, tuple[float, float]],
    ways: Mapping[str, Tags],
    nodes: Mapping[str, Tags],
    relations: Sequence[Relation],
) -> str:
    """Return OSM XML of nodes by letter, (lat, lon); a blank tells ways of the same letters apart."""
    way_ids = {name: 1000 + i for i, name in enumerate(ways)}
    lines = ['<osm version="0.6">']
    lines += [
        f'<node id="{ord(letter)}" lat="{lat:.7f}" lon="{lon:.7f}">{_tags(nodes.get(letter, {}))}</node>'
        for letter, (lat, lon) in sorted(at.items(), key=lambda item: ord(item[0]))
    ]
    for name, pairs in ways.items():
        refs = "".join(f'<nd ref="{ord(letter)}"/>' for letter in name if letter != " ")
        lines.append(f'<way id="{way_ids[name]}">{refs}{_tags(pairs)}</way>')
    for i, (pairs, members) in enumerate(relations):
        parts = "".join(
            f'<member type="way" ref="{way_ids[who]}" role="{role}"/>'
            if who in way_ids
            else f'<member type="node" ref="{ord(who)}" role="{role}"/>'
            for role, who in members
        )
        lines.append(f'<relation id="{5000 + i}">{parts}{_tags(pairs)}</relation>')
    return "\n".join([*lines, "</osm>"])


def _tags(pairs: Tags) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in pairs.items())
