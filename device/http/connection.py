"""One connection of a client: it may not be silent for long, nor keep others out."""

from __future__ import annotations

import asyncio
import json
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_LIMIT_S = 5.0
"""How long a client may take to send a whole request, from connecting or from its first byte."""

ANSWER_LIMIT_S = 30.0
"""How long an answer may take, the client's reading included."""

MOST_CONNECTIONS = 128


class Connection(H11Protocol):
    """uvicorn's protocol with time limits on the client, and room for the newest clients.

    uvicorn has a limit on silence after an answer only: a client that connects and says nothing, or sends
    its request byte by byte, or does not read, would hold the connection for ever.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new client; the longest silent one goes when there are too many."""
        super().connection_made(transport)
        self.since_s = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._set_timer(REQUEST_LIMIT_S)
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request."""
        working = self.at_work
        super().data_received(data)
        if not working and self.at_work:
            self._set_timer(ANSWER_LIMIT_S)
        elif not working and self._timer is None:
            self._set_timer(REQUEST_LIMIT_S)

    def on_response_complete(self) -> None:
        """Wait for the next request; until its first byte uvicorn's own limit holds."""
        self._set_timer(None)
        super().on_response_complete()
        if self.at_work:  # it had come already, behind the one before
            self._set_timer(ANSWER_LIMIT_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._set_timer(None)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, as everything else is answered: in JSON; and hang up."""
        begun = self.cycle if self.cycle is not None and not self.cycle.response_complete else None
        if begun is not None:
            # The request whose body turns out to be none gets no other answer.
            begun.disconnected = True
            begun.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = json.dumps({"code": "InvalidRequest", "message": f"refused: {msg}"}).encode()
            headers = [
                ("content-type", "application/json"),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            answer = self.conn.send(h11.Response(status_code=400, headers=headers)) or b""
            is_head = begun is not None and begun.scope["method"] == "HEAD"
            self.transport.write(answer if is_head else answer + body)
        self.transport.close()

    @property
    def at_work(self) -> bool:
        """Whether a whole request is here whose answer is not sent yet."""
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

    def _set_timer(self, limit_s: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if limit_s is None else self.loop.call_later(limit_s, self.transport.abort)

    def _make_room(self) -> None:
        ours = [cast(Connection, other) for other in self.connections]
        silent = [other for other in ours if not other.at_work and not other.transport.is_closing()]
        oldest = min(silent, key=lambda other: other.since_s, default=self)
        oldest.transport.abort()
