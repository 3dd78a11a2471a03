"""Blocking work in a thread of its own: asyncio's pool has few, and waiting for a receiver takes one."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_END_LIMIT_S = 2.0

T = TypeVar("T")


async def in_own_thread(work: Callable[[], T], *, stop: Callable[[], None], name: str) -> T:
    """Do blocking work in a thread; when the caller is cancelled, stop the work and wait for its end.

    Parameters
    ----------
    work : callable
        Runs in the thread.
    stop : callable
        Makes `work` return soon; called from the event loop's thread, also after `work` has ended.
    name : str
        Name of the thread.

    Returns
    -------
    object
        What `work` returned; what it raised is raised here.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(setter: Callable[[Any], None], value: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(lambda: None if done.done() else setter(value))

    def run() -> None:
        try:
            tell(done.set_result, work())
        except BaseException as error:
            tell(done.set_exception, error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        return await asyncio.shield(done)
    finally:
        stop()
        if thread.is_alive():
            await asyncio.wait([done], timeout=_END_LIMIT_S)
        if done.done() and not done.cancelled():
            done.exception()
