"""An engine that was closed stays closed, also for threads that still hold it."""

from __future__ import annotations

import threading
import time

import pytest

from device.engine.engines import RemoteEngine
from device.engine.process import EngineProcess, EngineSpec
from device.errors import EngineFailed

ECHO = EngineSpec(name="echo", factory="tests.device.engine.engine_specimen:Specimen", options={})


def test_a_closed_engine_does_not_start_again() -> None:
    engine = RemoteEngine(lambda: ECHO)
    engine.warm()
    assert engine.process.pid is not None
    engine.close()
    assert engine.process.pid is None
    with pytest.raises(EngineFailed, match="was closed"):
        engine.warm()
    with pytest.raises(EngineFailed, match="was closed"):
        engine.process.request("add", a=1, b=2)
    assert engine.process.pid is None


def test_one_that_was_closed_before_its_first_use_never_starts() -> None:
    engine = RemoteEngine(lambda: ECHO)
    engine.close()
    with pytest.raises(EngineFailed, match="was closed"):
        engine.warm()


def test_close_wins_against_threads_that_keep_starting_it() -> None:
    process = EngineProcess(ECHO)
    ended = threading.Event()

    def keep() -> None:
        while not ended.is_set():
            try:
                process.start()
            except EngineFailed:
                time.sleep(0.001)

    keepers = [threading.Thread(target=keep) for _ in range(4)]
    for keeper in keepers:
        keeper.start()
    time.sleep(0.2)
    process.close()
    time.sleep(0.3)
    assert process.pid is None
    ended.set()
    for keeper in keepers:
        keeper.join()
