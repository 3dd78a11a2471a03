"""Where the user's own places are kept: a file of its own beside the memory."""

from __future__ import annotations

from pathlib import Path

from nav.paths import data_home
from poi.user_places import UserPlaces


def own_places_file() -> Path:
    """Return the file of the user's own places."""
    return data_home() / "places.sqlite"


def own_places() -> UserPlaces | None:
    """Open the user's own places; None when there are none yet."""
    return UserPlaces(own_places_file()) if own_places_file().exists() else None
