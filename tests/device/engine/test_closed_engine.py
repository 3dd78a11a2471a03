"""An engine that was closed stays closed, also for threads that still hold it."""

from __future__ import annotations

import threading

import pytest

from device.engine.engines import RemoteEngine, RemoteLanguageModel
from device.engine.process import EngineProcess, EngineSpec
from device.errors import EngineFailed
from device.hardware import choose
from device.store.models import ModelStore

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
    started, refused = threading.Semaphore(0), threading.Semaphore(0)

    def keep() -> None:
        while not ended.is_set():
            try:
                process.start()
                started.release()
            except EngineFailed:
                refused.release()

    keepers = [threading.Thread(target=keep) for _ in range(4)]
    for keeper in keepers:
        keeper.start()
    assert all(started.acquire(timeout=30) for _ in range(20))
    process.close()
    assert all(refused.acquire(timeout=30) for _ in range(100))
    assert process.pid is None
    ended.set()
    for keeper in keepers:
        keeper.join()


def test_a_language_model_is_given_no_time_where_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []

    def noted(_model: object, _method: str, limit_s: float, **_given: object) -> str:
        limits.append(limit_s)
        return ""

    monkeypatch.setattr(RemoteLanguageModel, "_ask", noted)
    model = RemoteLanguageModel(ModelStore(), "any", choose("auto").profile, 5.0)
    model.complete("take me", timeout_s=0.0)
    model.complete("take me")
    assert limits == [0.0, 5.0]
