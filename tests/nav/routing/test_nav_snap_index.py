"""The grid of the roads, built some segments at a time, is the grid of all at once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from nav.osm.build import build_roads
from nav.osm.extract import read_network
from nav.routing import snap
from tests.device.town import write_town


@pytest.mark.parametrize("at_once", [1, 7])
def test_the_grid_does_not_depend_on_how_many_are_laid_out_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    roads, _, _ = build_roads(read_network(write_town(tmp_path / "town.osm")))
    whole = snap.build_snap_index(roads)
    monkeypatch.setattr(snap, "_AT_ONCE", at_once)
    parts = snap.build_snap_index(roads)
    assert len(whole.cell_point) > 40
    for field in fields(whole):
        one, other = getattr(whole, field.name), getattr(parts, field.name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other), field.name
