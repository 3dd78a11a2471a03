"""A small drawn town: five by five crossings, and what asks the way in it."""

from __future__ import annotations

from pathlib import Path

SIDE = 5
STEP_DEG = 0.002
SOUTH, WEST = 60.0, 10.0


def write_town(extract: Path, *, south: float = SOUTH, west: float = WEST) -> Path:
    """Write the extract of streets 220 m by 110 m apart, with a hotel, and an island of two houses."""
    lines = ['<osm version="0.6">']
    for i in range(SIDE * SIDE):
        row, column = divmod(i, SIDE)
        lines.append(f'<node id="{i + 1}" lat="{south + row * STEP_DEG}" lon="{west + column * STEP_DEG}"/>')
    lines += [
        f'<node id="101" lat="{south + 0.03}" lon="{west + 0.03}"/>',
        f'<node id="102" lat="{south + 0.031}" lon="{west + 0.03}"/>',
        f'<node id="103" lat="{south + STEP_DEG}" lon="{west + STEP_DEG}">'
        '<tag k="tourism" v="hotel"/><tag k="name" v="Hotel Torni"/></node>',
    ]
    ways = [[r * SIDE + c + 1 for c in range(SIDE)] for r in range(SIDE)]
    ways += [[r * SIDE + c + 1 for r in range(SIDE)] for c in range(SIDE)]
    ways.append([101, 102])
    for number, refs in enumerate(ways):
        nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        tags = f'<tag k="highway" v="residential"/><tag k="name" v="Street {number}"/>'
        lines.append(f'<way id="{1000 + number}">{nodes}{tags}</way>')
    extract.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return extract
