"""Routes of Valhalla on the same extract, for comparison; runs in a Python that has pyvalhalla.

Reads ``{"extract": path, "folder": path, "pairs": [[lat, lon, lat, lon], …]}`` from stdin and prints one JSON
object: seconds to build the tiles, and for each pair length, duration, shape and milliseconds, or null.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Build tiles, then route every pair twice and keep the second time."""
    import valhalla

    asked = json.load(sys.stdin)
    folder = Path(asked["folder"])
    (folder / "tiles").mkdir(parents=True)
    config = valhalla.get_config(tile_dir=str(folder / "tiles"), tile_extract="")
    (folder / "valhalla.json").write_text(json.dumps(config))
    began = time.perf_counter()
    program = Path(valhalla.__file__).parent / "bin" / "valhalla_build_tiles"
    command = [str(program), "-c", str(folder / "valhalla.json"), asked["extract"]]
    subprocess.run(command, check=True, capture_output=True)
    build_s = time.perf_counter() - began
    actor = valhalla.Actor(str(folder / "valhalla.json"))
    routes = []
    for lat1, lon1, lat2, lon2 in asked["pairs"]:
        request = {
            "locations": [{"lat": lat1, "lon": lon1}, {"lat": lat2, "lon": lon2}],
            "costing": "auto",
            "directions_type": "none" if asked.get("plain") else "maneuvers",
        }
        routes.append(_route(actor, request))
    print(json.dumps({"build_s": build_s, "routes": routes}))


def _route(actor: object, request: dict[str, object]) -> dict[str, object] | None:
    took = 0.0
    for _ in range(2):
        began = time.perf_counter()
        try:
            answer = actor.route(request)  # type: ignore[attr-defined]
        except RuntimeError:
            return None
        took = (time.perf_counter() - began) * 1000
    trip = answer["trip"]
    summary = trip["summary"]
    shape = trip["legs"][0]["shape"]
    return {"distance_m": summary["length"] * 1000, "duration_s": summary["time"], "shape": shape, "ms": took}


if __name__ == "__main__":
    main()
