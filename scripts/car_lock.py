"""Cut the car's lock out of the workshop's: `python scripts/car_lock.py`, with the locked packages installed.

The same versions and hashes, without what only tests, training and other programs need. What each package
depends on is read from the installed ones, so nothing is fetched and nothing can differ.
"""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
EXTRAS = ("voice", "agent", "serve", "device")
_HEAD = "# What runs in a car, cut out of requirements.lock by scripts/car_lock.py (`make lock`).\n"


def main() -> None:
    """Write `requirements-car.lock`."""
    blocks = blocks_of((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in EXTRAS:
        wanted += project["optional-dependencies"][extra]
    names = sorted(needed([Requirement(text) for text in wanted]))
    missing = [name for name in names if name not in blocks]
    if missing:
        raise SystemExit(f"requirements.lock lacks {', '.join(missing)}: run `make lock`")
    text = _HEAD + "".join(blocks[name] for name in names)
    (ROOT / "requirements-car.lock").write_text(text, encoding="utf-8")


def blocks_of(lock: str) -> dict[str, str]:
    """Return the lines of each package of a lock, without the remarks on who wants it."""
    found = {}
    for block in re.findall(r"^[A-Za-z0-9][^\n]*==[^\n]*\n(?:[ ]+--hash[^\n]*\n)+", lock, re.MULTILINE):
        found[canonicalize_name(block.split("==")[0])] = block
    return found


def needed(wanted: list[Requirement]) -> set[str]:
    """Return the names of packages and of all that they depend on, on this kind of machine."""
    found: set[tuple[str, str]] = set()
    queue = [(r, "") for r in wanted]
    while queue:
        requirement, extra = queue.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wish in ("", *requirement.extras):
            if (name, wish) not in found:
                found.add((name, wish))
                inner = metadata.distribution(name).requires or []
                queue += [(Requirement(text), wish) for text in inner]
    return {name for name, _ in found}


if __name__ == "__main__":
    main()
