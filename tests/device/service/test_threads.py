"""Blocking work in its own thread: what it gives comes back, and a cancelled caller leaves nothing behind."""

from __future__ import annotations

import asyncio
import threading

import pytest

from device.service.threads import in_own_thread


def alive(name: str) -> bool:
    return any(thread.name == name for thread in threading.enumerate())


def test_results_and_errors_come_back() -> None:
    async def run() -> int:
        with pytest.raises(ZeroDivisionError):
            await in_own_thread(lambda: 1 // 0, stop=lambda: None, name="fails")
        return await in_own_thread(lambda: 7, stop=lambda: None, name="works")

    assert asyncio.run(run()) == 7


def test_a_cancelled_caller_stops_the_work_and_waits_for_its_end() -> None:
    stopped, ended = threading.Event(), threading.Event()

    def work() -> None:
        stopped.wait()
        ended.set()

    async def run() -> None:
        task = asyncio.create_task(in_own_thread(work, stop=stopped.set, name="receiver"))
        await asyncio.sleep(0.05)
        assert alive("receiver")
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        assert ended.is_set()

    asyncio.run(run())


def test_many_that_wait_leave_the_pool_of_asyncio_free() -> None:
    stop = threading.Event()

    async def run() -> str:
        tasks = [
            asyncio.create_task(in_own_thread(stop.wait, stop=stop.set, name=f"waits {i}")) for i in range(40)
        ]
        async with asyncio.timeout(10):
            answer = await asyncio.to_thread(lambda: "free")
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        return answer

    assert asyncio.run(run()) == "free"
