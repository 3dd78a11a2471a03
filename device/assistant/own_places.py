"""Where the user's own places are kept: a file of its own beside the memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from device.cli.terminal import stderr
from nav.packs.paths import data_home
from poi.user_places import OwnPlacesUnusable, UserPlaces


def own_places_file() -> Path:
    """Return the file of the user's own places."""
    return data_home() / "places.sqlite"


def _warn(text: str) -> None:
    stderr.print(f"xiaogao: {text}", soft_wrap=True)


def own_places(problem: Callable[[str], None] = _warn) -> UserPlaces | None:
    """Open the user's own places.

    Parameters
    ----------
    problem : callable
        Told in words why they cannot be used; by default it is printed on stderr.

    Returns
    -------
    UserPlaces or None
        None when there are none yet, or when they cannot be used: everything else works without them.
    """
    try:
        return UserPlaces(own_places_file()) if own_places_file().exists() else None
    except OwnPlacesUnusable as error:
        problem(str(error))
        return None
