"""The data files of this package."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any


def load_json(name: str) -> dict[str, Any]:
    """Read a JSON object of ``voice/data``.

    Parameters
    ----------
    name : str
        File name, such as ``wake_recipe.json``.
    """
    loaded: dict[str, Any] = json.loads(resources.files("voice").joinpath(f"data/{name}").read_text("utf-8"))
    return loaded
