"""Where region packs and caches live on disk."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "xiaogao"


def data_home() -> Path:
    """Return the folder of what the user keeps: region packs, memory, settings.

    ``XIAOGAO_HOME`` moves it to ``$XIAOGAO_HOME/data``.
    """
    moved = os.environ.get("XIAOGAO_HOME")
    return Path(moved).expanduser() / "data" if moved else Path(platformdirs.user_data_dir(_APP))


def cache_home() -> Path:
    """Return the folder of what can be made again: models, downloads, stored orders.

    ``XIAOGAO_HOME`` moves it to ``$XIAOGAO_HOME/cache``.
    """
    moved = os.environ.get("XIAOGAO_HOME")
    return Path(moved).expanduser() / "cache" if moved else Path(platformdirs.user_cache_dir(_APP))


def regions_dir() -> Path:
    """Return the folder that holds one sub-folder per installed region pack."""
    return data_home() / "regions"
