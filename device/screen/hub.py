"""Tells every screen what happens; nobody waits for one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

VERSION = 1
"""Version of the contract in docs/screen.md; raised when an event changes its meaning."""

MOST_SCREENS = 8
_MOST_WAITING = 256
_KEPT = ("route", "alternatives", "progress", "answer", "question", "plan", "doing")
"""Of these events the newest is told to a screen that comes later, in this order."""


class Screen:
    """One page that looks on: what it has still to be told."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[str] = asyncio.Queue(maxsize=_MOST_WAITING)
        self.dropped = asyncio.Event()
        """Set when it did not keep up, or there were too many: it is cut off."""

    def tell(self, text: str) -> None:
        """Have a message sent; one that does not read is cut off."""
        try:
            self.waiting.put_nowait(text)
        except asyncio.QueueFull:
            self.dropped.set()


class Hub:
    """The screens, and what they are told; used on one event loop."""

    def __init__(self) -> None:
        self._screens: list[Screen] = []
        self._kept: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._screens)

    def join(self) -> Screen:
        """Take a screen up; the oldest goes when there are too many."""
        screen = Screen()
        self._screens.append(screen)
        if len(self._screens) > MOST_SCREENS:
            self._screens.pop(0).dropped.set()
        return screen

    def greet(self, screen: Screen, hello: dict[str, Any]) -> None:
        """Tell a screen where it is, and what it missed."""
        screen.tell(written(hello))
        for kind in _KEPT:
            if kind in self._kept:
                screen.tell(self._kept[kind])

    def leave(self, screen: Screen) -> None:
        """Forget a screen."""
        if screen in self._screens:
            self._screens.remove(screen)

    def tell(self, event: dict[str, Any]) -> None:
        """Tell every screen."""
        kind = event["event"]
        if not self._screens and kind not in _KEPT:
            return
        text = written(event)
        if kind in _KEPT:
            self._kept[kind] = text
        for screen in list(self._screens):
            screen.tell(text)

    def forget(self, *kinds: str) -> None:
        """Forget what a later screen would be told of some kinds."""
        for kind in kinds:
            self._kept.pop(kind, None)


def written(event: dict[str, Any]) -> str:
    """Return an event as one line of JSON."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"), default=str)
