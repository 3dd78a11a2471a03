"""The pipe to an engine, also where a program has many files open."""

from __future__ import annotations

import fcntl
import os
import resource

import pytest

from device.engine.wire import Wire

HIGH = 1_100
"""More than `select()` can watch."""


def test_a_pipe_with_a_high_number_is_watched_too() -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= HIGH + 1:
        pytest.skip("this shell allows few open files: ulimit -n 4096")
    low, out = os.pipe()
    into = fcntl.fcntl(low, fcntl.F_DUPFD, HIGH)
    try:
        wire = Wire(into, out)
        assert not wire.waiting()
        wire.send({"do": "it"})
        assert wire.waiting()
    finally:
        for descriptor in (low, into, out):
            os.close(descriptor)
