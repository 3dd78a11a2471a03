"""A call that nobody waits for any more frees its engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from device.engine.call import Call
from device.engine.process import EngineProcess
from tests.device.engine.test_engine import specimen


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    process = specimen()
    process.request("add", a=0, b=0)  # here: it ends with the thread that starts it
    yield process
    process.stop()


def test_a_call_that_is_given_up_ends_and_the_next_is_served(engine: EngineProcess, tmp_path: Path) -> None:
    begun, call = tmp_path / "begun", Call()
    with ThreadPoolExecutor() as threads:
        result = threads.submit(engine.request, "until_dropped", begun=str(begun), call=call)
        while not begun.exists():
            time.sleep(0.005)
        call.give_up()
        assert result.result() == "dropped"
    assert engine.request("add", a=2, b=3) == 5
    assert engine.health.starts == 1


def test_what_is_given_up_while_it_waits_is_never_begun(engine: EngineProcess, tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first", "second"))
    under_way, waiting = Call(), Call()
    with ThreadPoolExecutor() as threads:
        one = threads.submit(engine.request, "until_dropped", begun=str(first), call=under_way)
        while not first.exists():
            time.sleep(0.005)
        other = threads.submit(engine.request, "until_dropped", begun=str(second), call=waiting)
        waiting.give_up()
        under_way.give_up()
        assert one.result() == "dropped"
        assert other.result() is None
    assert not second.exists()


def test_giving_up_late_stops_nobody_else(engine: EngineProcess, tmp_path: Path) -> None:
    old, new = Call(), Call()
    old.give_up()
    begun = tmp_path / "begun"
    with ThreadPoolExecutor() as threads:
        result = threads.submit(engine.request, "until_dropped", begun=str(begun), call=new)
        while not begun.exists():
            time.sleep(0.005)
        old.give_up()
        assert not threading.Event().wait(0.05)
        assert not result.done()
        new.give_up()
        assert result.result() == "dropped"
