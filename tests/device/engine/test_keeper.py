"""The keeper of engines does not hold up the loop that it runs on."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from device.engine.keeper import EngineKeeper
from device.hardware import choose


def test_memory_is_read_beside_the_loop() -> None:
    """The kernel's files take long on a busy computer."""
    read_by: list[threading.Thread] = []
    nothing: Any = SimpleNamespace(
        engines=SimpleNamespace(recogniser=None, synthesizer=None, language_model=None)
    )

    async def test() -> None:
        loop, read = asyncio.get_running_loop(), asyncio.Event()

        def available() -> None:
            read_by.append(threading.current_thread())
            loop.call_soon_threadsafe(read.set)

        keeper = EngineKeeper(
            nothing, choose("x86-small").profile, failed=pytest.fail, tell=pytest.fail, available=available
        )
        keeping = asyncio.create_task(keeper.run())
        async with asyncio.timeout(30):
            await read.wait()
        keeping.cancel()
        await asyncio.wait({keeping})

    asyncio.run(test())
    assert read_by[0] is not threading.main_thread()
