"""Engine processes: every way of failing is one error within its limit, and the next call works."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from device.engine.process import EngineProcess, EngineSpec
from device.engine.wire import Wire, WireBroken, encode
from device.errors import EngineCrashed, EngineFailed, EngineTimeout


def specimen(**options: object) -> EngineProcess:
    path = f"{Path(__file__).parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return EngineProcess(
        EngineSpec(
            name="specimen",
            factory="engine_specimen:Specimen",
            options=options,
            call_limit_s=10.0,
            memory_limit_bytes=2 << 30,
            environment={"PYTHONPATH": path},
        )
    )


@pytest.fixture
def engine() -> Iterator[EngineProcess]:
    process = specimen()
    yield process
    process.stop()


def test_values_and_arrays_cross_unchanged(engine: EngineProcess) -> None:
    samples = np.linspace(-1, 1, 40_000, dtype=np.float32)
    assert engine.request("add", a=2, b=3) == 5
    np.testing.assert_array_equal(engine.request("double", samples=samples), samples * 2)


@pytest.mark.parametrize(
    ("method", "error"),
    [
        pytest.param("hang", EngineTimeout, id="hang"),
        pytest.param("die", EngineCrashed, id="killed"),
        pytest.param("grow", EngineFailed, id="memory limit"),
        pytest.param("nothing_like_this", EngineFailed, id="unknown method"),
    ],
)
def test_a_failure_is_one_error_and_the_next_call_works(
    engine: EngineProcess, method: str, error: type[Exception]
) -> None:
    assert engine.request("add", a=1, b=1) == 2
    with pytest.raises(error):
        engine.request(method, limit_s=0.5)
    assert engine.request("add", a=2, b=2) == 4
    assert engine.health.failures == 1


def test_what_loads_for_long_is_not_waited_for_and_goes_on(tmp_path: Path) -> None:
    loaded = tmp_path / "loaded"
    engine = specimen(loaded=str(loaded))
    try:
        assert not engine.await_ready(0.05)
        child = engine.pid
        loaded.touch()
        assert engine.await_ready(30.0)
        assert engine.pid == child
        assert engine.health.failures == 0
        assert engine.request("add", a=1, b=1) == 2
    finally:
        engine.stop()


def test_what_cannot_load_is_told_to_who_waits_for_it() -> None:
    engine = specimen(fail=True)
    with pytest.raises(EngineFailed, match=r"model\.bin is missing"):
        engine.await_ready(30.0)
    engine.stop()


def test_an_engine_killed_as_it_starts_is_one_error_and_the_next_start_works(
    engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Wire.send

    def killed_first(wire: Wire, message: dict[str, object], deadline_s: float) -> None:
        child = engine._child
        assert child is not None
        child.kill()
        child.wait()
        send(wire, message, deadline_s)

    with monkeypatch.context() as patch:
        patch.setattr(Wire, "send", killed_first)
        with pytest.raises(EngineCrashed):
            engine.start()
    assert engine.pid is None
    engine.start()
    assert engine.request("add", a=1, b=2) == 3


def test_an_engine_killed_from_outside_mid_request_fails_that_request_only(engine: EngineProcess) -> None:
    engine.request("add", a=1, b=1)
    pid = engine.pid
    assert pid
    threading.Timer(0.2, os.kill, (pid, 9)).start()
    with pytest.raises(EngineCrashed):
        engine.request("hang")
    assert engine.request("add", a=2, b=2) == 4
    assert engine.pid != pid


def test_an_engine_that_cannot_start_says_why() -> None:
    process = specimen(fail=True)
    with pytest.raises(EngineFailed, match=r"model\.bin is missing"):
        process.request("add", a=1, b=1)
    process.stop()


def test_items_come_as_they_are_made_and_closing_stops_the_engine(engine: EngineProcess) -> None:
    numbers = engine.stream("count", upto=10_000)
    assert [next(numbers) for _ in range(3)] == [0, 1, 2]
    pid = engine.pid
    numbers.close()
    assert engine.request("add", a=1, b=1) == 2
    assert engine.pid == pid, "a stopped stream must not cost the process"


@pytest.mark.slow
def test_a_stream_that_nobody_reads_any_more_does_not_hold_up_the_end(engine: EngineProcess) -> None:
    """As when the loop stops the engines: the one who would close the stream waits for the end himself."""
    numbers = engine.stream("count", upto=10_000)
    assert next(numbers) == 0
    pid = engine.pid
    assert pid is not None
    stopping = threading.Thread(target=engine.stop, daemon=True)
    stopping.start()
    stopping.join(10.0)
    assert not stopping.is_alive()
    numbers.close()
    assert engine.request("add", a=1, b=1) == 2, "it starts anew when it is asked again"
    assert engine.pid != pid


def test_asyncio_callers_wait_without_holding_the_loop(engine: EngineProcess) -> None:
    async def both() -> tuple[list[int], int]:
        numbers = [number async for number in engine.items("count", upto=5)]
        return numbers, await engine.call("add", a=1, b=2)

    assert asyncio.run(both()) == ([0, 1, 2, 3, 4], 3)


def test_a_child_ends_with_its_parent(engine: EngineProcess) -> None:
    engine.request("add", a=1, b=1)
    pid = engine.pid
    engine.stop()
    assert not Path(f"/proc/{pid}").exists()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def through_pipe(frame: bytes) -> dict[str, object]:
    read_fd, write_fd = os.pipe()
    sender = threading.Thread(target=lambda: (os.write(write_fd, frame), os.close(write_fd)))
    other_read, other_write = os.pipe()
    sender.start()
    try:
        return Wire(read_fd, other_write).receive(time.monotonic() + 5)
    finally:
        sender.join()
        for fd in (read_fd, other_read, other_write):
            os.close(fd)


@given(
    VALUES, hnp.arrays(np.float32, hnp.array_shapes(max_dims=2, max_side=4), elements={"allow_nan": False})
)
def test_every_message_comes_back_as_it_was(value: object, array: np.ndarray) -> None:
    back = through_pipe(encode({"value": value, "array": array}))
    assert back["value"] == value
    np.testing.assert_array_equal(back["array"], array)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_frame_are_refused(noise: bytes) -> None:
    with pytest.raises(WireBroken):
        through_pipe(noise)
