"""The child side of an engine process: `python -m device.engine.worker`.

The first frame names a factory (`package.module:callable`) and its options; every later one calls a method
of what the factory returned. The items of an iterator are sent one by one; it can be stopped between two. A
method whose call may be given up gets `dropped`, by which it sees whether it was.
"""

from __future__ import annotations

import importlib
import os
import resource
import signal
from collections.abc import Iterator
from typing import Any

from device.engine.wire import Wire, WireBroken
from device.lifeline import die_with_parent
from device.service.pressure import give_back


def main() -> None:
    """Serve one parent until it closes the pipe."""
    # Native libraries print to file descriptor 1: keep the pipe to the parent out of their reach.
    wire = Wire(os.dup(0), os.dup(1))
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    try:
        engine = _build(wire)
        while engine is not None:
            _answer(wire, engine, wire.receive())
    except WireBroken:
        return


def _build(wire: Wire) -> Any:
    order = wire.receive()
    if limit := order.get("memory_limit_bytes"):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    try:
        module, name = order["factory"].split(":")
        engine = getattr(importlib.import_module(module), name)(**order["options"])
    except Exception as error:
        wire.send({"kind": "failed", "message": _message(error)})
        return None
    wire.send({"kind": "ready"})
    return engine


def _answer(wire: Wire, engine: Any, request: dict[str, Any]) -> None:
    if request["kind"] == "stop":  # it crossed the last item on its way
        return
    if request["kind"] == "ping":
        wire.send({"kind": "pong"})
        return
    try:
        heed = {"dropped": wire.waiting} if request.get("may_drop") else {}
        result = getattr(engine, request["method"])(**request["arguments"], **heed)
        if isinstance(result, Iterator):
            for item in result:
                wire.send({"kind": "item", "value": item})
                if wire.waiting() and wire.receive().get("kind") == "stop":
                    break
            result = None
    except WireBroken:
        raise
    except Exception as error:
        wire.send({"kind": "error", "message": _message(error)})
        return
    wire.send({"kind": "result", "value": result})
    del result
    give_back()  # 5 ms that nobody waits for: recognition holds 100 MB less after a hundred requests


def _message(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


if __name__ == "__main__":
    main()
    os._exit(0)  # without waiting for an engine that still loads in the background
