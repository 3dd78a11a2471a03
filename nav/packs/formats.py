"""Region packs of the format before this one, read as if they were of this one; unknown parts are left out.

A car that gets a new program keeps its maps: they are built again when there is time for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from nav.law.rules import Rule, Use

FORMAT_VERSION = 7
"""Raised whenever a pack of the previous version can no longer be read as it is."""
READABLE = (3, 4, 5, 6, 7)
"""Up to format 6 packs hold the arrays of roads and turns as they are read; up to format 5 also the turns of
walkers and cyclists, and every array as a whole; format 4 has no entrances of areas; format 3 neither them
nor rules of ways."""

T = TypeVar("T")


def known(values: Mapping[str, T], names: Collection[str]) -> dict[str, T]:
    """Leave out what a later program has added."""
    return {name: value for name, value in values.items() if name in names}


def upgraded_meta(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of `meta.json` as this program knows them."""
    if values["format_version"] != 3:
        return dict(values)
    # Roads could be closed at times, and nothing else: the conditions of edges become rules of their own.
    rules = [Rule(car=((int(Use.CLOSED), str(text)),)).to_text() for text in values["conditions"]]
    return {**values, "rules": rules, "faults": {}}


def upgraded_graph(
    arrays: Mapping[str, np.ndarray[Any, Any]], rules: Sequence[str]
) -> dict[str, np.ndarray[Any, Any]]:
    """Return the arrays of a graph as this program knows them, for a graph that has these rules."""
    if "edge_condition" not in arrays:
        return dict(arrays)
    edge_rule = np.where(bool(rules), arrays["edge_condition"], -1).astype(np.int32)
    node_rule = np.full(len(arrays["node_osm_id"]), -1, np.int32)
    return {**arrays, "edge_rule": edge_rule, "node_rule": node_rule}
