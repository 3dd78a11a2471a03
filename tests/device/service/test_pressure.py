"""How much memory may be taken, from what the kernel says."""

from __future__ import annotations

from pathlib import Path

from device.engine.life_signs import life_signs
from device.service.pressure import available_bytes


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files of /proc or /sys below a folder."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_the_least_of_the_computer_and_its_groups_counts(tmp_path: Path) -> None:
    proc = write(tmp_path / "proc", {"meminfo": "MemTotal: 8000 kB\nMemAvailable: 5000 kB\n"})
    assert available_bytes(proc, tmp_path / "none") == 5000 << 10
    write(proc, {"self/cgroup": "0::/system.slice/xiaogao.service\n"})
    groups = write(
        tmp_path / "v2",
        {
            "system.slice/xiaogao.service/memory.max": "3000000\n",
            "system.slice/xiaogao.service/memory.current": "2500000\n",
            "system.slice/xiaogao.service/memory.stat": "anon 1\ninactive_file 400000\n",
            "system.slice/memory.max": "max\n",
        },
    )
    assert available_bytes(proc, groups) == 900_000
    write(groups, {"system.slice/memory.max": "2600000\n", "system.slice/memory.current": "2500000\n"})
    assert available_bytes(proc, groups) == 100_000


def test_groups_of_the_first_version(tmp_path: Path) -> None:
    proc = write(tmp_path / "proc", {"self/cgroup": "9:name=systemd:/x\n4:cpu,memory:/car\n"})
    write(proc, {"meminfo": "MemAvailable: 9000000 kB\n"})
    groups = write(
        tmp_path / "v1",
        {
            "memory/car/memory.limit_in_bytes": "5000\n",
            "memory/car/memory.usage_in_bytes": "4500\n",
            "memory/car/memory.stat": "inactive_file 1\ntotal_inactive_file 100\n",
        },
    )
    assert available_bytes(proc, groups) == 600


def test_where_the_kernel_tells_nothing_nobody_knows(tmp_path: Path) -> None:
    assert available_bytes(tmp_path, tmp_path) is None


def test_a_process_that_sleeps_shows_no_life_and_one_that_runs_does(tmp_path: Path) -> None:
    rest = "1 1 1 0 -1 4194304 100 0 7 0 50 20 0 0 20 0 1 0"
    sleeping = write(tmp_path, {"5/stat": f"5 (a (b) c) S {rest}"})
    assert life_signs(5, sleeping) == life_signs(5, sleeping) == ("7", "50", "20")
    running = write(tmp_path, {"6/stat": f"6 (x) R {rest}", "7/stat": f"7 (x) D {rest}"})
    assert life_signs(6, running) != life_signs(6, running)
    assert life_signs(7, running) != life_signs(7, running)
