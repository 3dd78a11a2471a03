"""Small files are whole, and what a kill left beside them goes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from device.assistant.driving import Rest, forget_drive, keep_drive, kept_drive
from device.store.whole_files import leftovers, write_whole


def test_what_a_kill_left_beside_a_file_goes_with_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "drive.json"
    old, new = tmp_path / ".drive.json-old", tmp_path / ".drive.json-new"
    for left in (old, new):
        left.write_text("half")
    os.utime(old, (time.time() - 3600, time.time() - 3600))
    write_whole(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert list(leftovers(path)) == [new], "another process may be writing it just now"


def test_a_drive_that_is_forgotten_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "drive.json"
    keep_drive(path, Rest(stops=((60.0, 10.0),), avoid=(), language="en"))
    assert kept_drive(path) is not None
    (tmp_path / ".drive.json-left").write_text("where it goes")
    forget_drive(path)
    assert list(tmp_path.iterdir()) == []
