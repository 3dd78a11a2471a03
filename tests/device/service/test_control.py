"""The control socket: every line that is sent gets a line back, whatever becomes of the request."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from device.service import control


async def asked(path: Path, line: bytes) -> dict[str, Any]:
    """Send a line to a server with one quick, one slow and one failing request; return its answer."""

    async def quick(request: dict[str, Any]) -> dict[str, Any]:
        return {"heard": request["text"]}

    async def slow(_request: dict[str, Any]) -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def failing(_request: dict[str, Any]) -> dict[str, Any]:
        raise OSError("no room")

    async with control.control_server({"quick": quick, "slow": slow, "failing": failing}, path):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(line + b"\n")
        answer = await reader.readline()
        writer.close()
    found: dict[str, Any] = json.loads(answer)
    return found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"do": "quick", "text": "hello"}', '"heard": "hello"'),
        (b'{"do": "slow"}', "no answer within"),
        (b'{"do": "failing"}', "OSError: no room"),
        (b'{"do": "dance"}', "known are quick, slow, failing"),
        (b"[1, 2]", "unknown request"),
        (b"\xff\xfe", "unknown request"),
        (b"[" * 60_000, "unknown request"),
    ],
)
def test_every_request_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes, said: str
) -> None:
    monkeypatch.setattr(control, "_ANSWER_LIMIT_S", 0.2)
    answer = asyncio.run(asked(tmp_path / "control.sock", line))
    assert said in json.dumps(answer, ensure_ascii=False)
