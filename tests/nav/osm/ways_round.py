"""A map with a road to test and a long way round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

MAP = """
S-A---B---C-T
  |       |
  |       |
  D---E---F
"""
DIRECT, AROUND = "SABCT", "SADEFCT"
ROAD = {"highway": "residential"}
GERMANY = (48.7, 9.18)


def drawn_with(draw_map: Callable, tags: dict[str, str], **more: Any) -> Any:
    return draw_map(MAP, {"SA": ROAD, "ABC": tags, "CT": ROAD, "ADEFC": ROAD}, origin=GERMANY, **more)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
