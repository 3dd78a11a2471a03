"""Large arrays in mapped files: the same arrays, in memory that the system can take back."""

from __future__ import annotations

import ctypes
import resource
import time
from pathlib import Path

import numpy as np
import pytest

from bench.roads.synthetic_network import make_network
from nav.osm.build import pack_network
from nav.routing.cch import memory
from nav.routing.cch.library import library
from nav.routing.cch.memory import mapped_memory

pytestmark = pytest.mark.skipif(
    library() is None or not Path("/proc/self/maps").exists(), reason="needs the kernels, and Linux to look"
)


def _mapped(folder: Path) -> int:
    """Return how many of the files of a folder that are mapped have no name any more."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return sum(str(folder) in line and line.endswith("(deleted)") for line in lines)


def test_large_arrays_lie_in_files_that_go_with_them(tmp_path: Path) -> None:
    with mapped_memory(tmp_path):
        small, large = np.ones(1000), np.zeros(memory.LARGE_BYTES, np.uint8)
        assert not large.any()
        large[:] = 7
        grown = np.arange(memory.LARGE_BYTES, dtype=np.int32)
        grown.resize(memory.LARGE_BYTES + 5, refcheck=False)
    assert _mapped(tmp_path) == 2
    assert not list(tmp_path.iterdir())
    outside = np.zeros(memory.LARGE_BYTES)
    assert _mapped(tmp_path) == 2
    assert grown.tolist() == [*range(memory.LARGE_BYTES), *[0] * 5]
    assert (small.sum(), large.sum(), outside.sum()) == (1000, 7 * memory.LARGE_BYTES, 0)
    del large, grown
    assert _mapped(tmp_path) == 0


def test_a_context_within_another_leaves_it_as_it_was(tmp_path: Path) -> None:
    with mapped_memory(tmp_path / "outer"):
        with mapped_memory(tmp_path / "inner"):
            inner = np.empty(memory.LARGE_BYTES)
        outer = np.empty(memory.LARGE_BYTES)
    assert [_mapped(tmp_path / name) for name in ("inner", "outer")] == [1, 1]
    assert len(inner) == len(outer)


def test_who_waits_for_room_on_the_disk_does_not_hold_pythons_lock(tmp_path: Path) -> None:
    kernels, seen = library(), []
    assert kernels is not None

    def let_go() -> int:
        seen.append("let go")
        return 1

    holds = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 1)
    lets_go = ctypes.CFUNCTYPE(ctypes.c_void_p)(let_go)
    takes = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(lambda _state: seen.append("taken"))
    with mapped_memory(tmp_path):
        kernels.cch_know_lock(holds, lets_go, takes)
        np.empty(100)
        assert seen == []
        held = np.empty(memory.LARGE_BYTES)
        assert seen == ["let go", "taken"]
        del held
        kernels.cch_know_lock(None, None, None)
    assert seen == ["let go", "taken"] * 2


def test_much_memory_is_given_back_whole(tmp_path: Path) -> None:
    with mapped_memory(tmp_path):
        held = np.empty((1 << 25) + 12345, np.uint8)
    del held
    for _ in range(1000):  # in a thread of its own
        if not _mapped(tmp_path):
            break
        time.sleep(0.01)
    assert _mapped(tmp_path) == 0


def test_where_no_file_can_be_made_arrays_lie_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with mapped_memory(tmp_path / "file"):
        assert np.ones(memory.LARGE_BYTES).sum() == memory.LARGE_BYTES
    assert _mapped(tmp_path) == 0


def test_on_a_disk_that_is_nearly_full_arrays_lie_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "SPARE_BYTES", 1 << 60)
    with mapped_memory(tmp_path):
        held = np.ones(memory.LARGE_BYTES)
    assert (held.sum(), _mapped(tmp_path)) == (memory.LARGE_BYTES, 0)


def test_a_file_that_cannot_be_made_so_large_is_not_used(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory.LARGE_BYTES, hard))
    try:
        with mapped_memory(tmp_path):
            held = np.ones(memory.LARGE_BYTES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (held.sum(), _mapped(tmp_path)) == (memory.LARGE_BYTES, 0)


def test_a_pack_that_was_built_in_files_has_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(name: str, large: int) -> tuple[dict[str, tuple[int, str]], int]:
        monkeypatch.setattr(memory, "LARGE_BYTES", large)
        mapped: list[int] = []
        meta = pack_network(
            make_network(3000),
            tmp_path / name,
            name="town",
            progress=lambda _step, _share: mapped.append(_mapped(tmp_path / name)),
        )
        return meta.files, max(mapped)

    held, none = build("held", 1 << 40)
    in_files, some = build("in files", 64)
    assert in_files == held
    assert some > none + 10
