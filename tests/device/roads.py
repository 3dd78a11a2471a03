"""Drawn roads with what a screen shows: lanes, a limit, an exit with its sign, a roundabout."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import quoteattr

# A main road east with lanes before a street to the south, an exit with its number, and a roundabout.
NODES = {
    1: (60.0, 10.0), 2: (60.0, 10.02), 3: (60.0, 10.03), 4: (60.0, 10.05),
    5: (59.995, 10.02), 6: (59.990, 10.02),
    7: (59.999, 10.032), 8: (59.998, 10.04), 9: (59.998, 10.05),
    21: (59.9895, 10.02), 22: (59.9892, 10.0205), 23: (59.9889, 10.02), 24: (59.9892, 10.0195),
    31: (59.985, 10.02), 32: (59.9892, 10.03), 33: (59.9892, 10.01),
}  # fmt: skip
WAYS: list[tuple[list[int], dict[str, str]]] = [
    (
        [1, 2],
        {
            "highway": "trunk",
            "name": "Main <b>Road</b>",
            "ref": "E 18",
            "maxspeed": "80",
            "oneway": "yes",
            "lanes": "3",
            "turn:lanes": "through|through;right|right",
        },
    ),
    (
        [2, 3],
        {"highway": "trunk", "name": "Main <b>Road</b>", "ref": "E 18", "maxspeed": "80", "oneway": "yes"},
    ),
    ([3, 4], {"highway": "trunk", "name": "Main <b>Road</b>", "ref": "E 18", "oneway": "yes"}),
    (
        [3, 7, 8],
        {"highway": "trunk_link", "oneway": "yes", "destination": "Harbour;Old Town", "junction:ref": "12"},
    ),
    ([8, 9], {"highway": "secondary", "name": "Quay Street", "name:zh": "码头街", "maxspeed": "50"}),
    ([2, 5], {"highway": "residential", "name": "South Street", "name:zh": "南街"}),
    ([5, 6, 21], {"highway": "residential", "name": "South Street", "name:zh": "南街"}),
    ([5, 8], {"highway": "residential", "name": "Cross Street"}),
    ([21, 24, 23, 22, 21], {"highway": "residential", "junction": "roundabout"}),
    ([23, 31], {"highway": "residential", "name": "Far Street"}),
    ([22, 32], {"highway": "residential", "name": "East Street"}),
    ([24, 33], {"highway": "residential", "name": "West Street"}),
]
START, EXIT, CIRCLE = (60.0, 10.001), (59.998, 10.049), (59.9892, 10.029)
VIA = (59.9925, 10.02)


def write_roads(extract: Path) -> Path:
    """Write the extract."""
    lines = ['<osm version="0.6">']
    lines += [f'<node id="{n}" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in sorted(NODES.items())]
    for number, (refs, tags) in enumerate(WAYS, 1):
        nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        written = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
        lines.append(f'<way id="{number}">{nodes}{written}</way>')
    extract.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return extract
