"""Where nodes lie is kept in a file: the same roads and places, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest

from nav.osm.extract import read_network
from nav.osm.locations import located
from tests.device.town import write_town


def places_of_nodes(processor: osmium.FileProcessor) -> list[tuple[int, float, float]]:
    found: list[tuple[int, float, float]] = []
    for way in processor:
        if way.is_way():
            found += [(node.ref, node.lat, node.lon) for node in way.nodes]
    return found


@pytest.mark.parametrize("folder", ["scratch", "one, two"], ids=["a plain name", "a comma in the name"])
def test_nodes_lie_where_they_lie_in_memory(tmp_path: Path, folder: str) -> None:
    extract = write_town(tmp_path / "town.osm")
    scratch = tmp_path / folder
    scratch.mkdir()
    with located(osmium.FileProcessor(str(extract)), scratch) as processor:
        assert len(list(scratch.iterdir())) == 1
        found = places_of_nodes(processor)
    assert found == places_of_nodes(osmium.FileProcessor(str(extract)).with_locations())
    assert len(found) > 50
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["town.osm", folder])
    assert list(scratch.iterdir()) == []


def test_nothing_is_left_of_an_extract_that_cannot_be_read(tmp_path: Path) -> None:
    extract = write_town(tmp_path / "town.osm")
    extract.write_text(extract.read_text("utf-8")[:1500], "utf-8")
    (tmp_path / "scratch").mkdir()
    with pytest.raises(Exception, match="fetch it again"):
        read_network(extract, scratch=tmp_path / "scratch")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_the_file_is_not_left_open(tmp_path: Path) -> None:
    extract = tmp_path / "one.osm"
    extract.write_text('<osm version="0.6"><node id="1" lat="1" lon="2"/></osm>')

    for _ in range(3):
        with located(osmium.FileProcessor(str(extract)), tmp_path) as processor:
            assert sum(1 for _ in processor) == 1
    open_files = [path.readlink() for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    assert not any(".locations-" in path.name for path in open_files)
