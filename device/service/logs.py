"""The log: lines on standard error, in any locale, and never a flood of the same."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TextIO

_PAUSE_S = 60.0
_KINDS = 500
_LONGEST = 2000
_VARIES = re.compile(r"\d+|0x[0-9a-f]+", re.IGNORECASE)


class OncePerMinute(logging.Filter):
    """Lets one warning of a kind through a minute; the next one tells how many were left out.

    Lines of one kind differ in numbers only. What is informative or for debugging passes always: it follows
    from what a person does.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._seen: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a record is written."""
        if record.levelno < logging.WARNING:
            return True
        message = record.getMessage()
        kind = (record.name, record.levelno, _VARIES.sub("#", message)[:200])
        now = self._clock()
        since, left_out = self._seen.pop(kind, (-_PAUSE_S, 0))
        quiet = now - since < _PAUSE_S
        self._seen[kind] = (since, left_out + 1) if quiet else (now, 0)
        if len(self._seen) > _KINDS:
            self._seen.popitem(last=False)
        if not quiet and left_out:
            record.msg, record.args = f"{message} (and {left_out} like it in between)", ()
        return not quiet


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return one line, without control characters: names on a map are data of others."""
        text = super().format(record)
        if len(text) > _LONGEST:  # the last line of a traceback says what it is about
            text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
        return "".join(c if c.isprintable() else " " for c in text.replace("\n", " | "))


class _Stream(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:
        """Go on without a log whose reader has gone; what is left of it must not fail at the end either."""
        if isinstance(sys.exc_info()[1], BrokenPipeError):
            with contextlib.suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self.stream.fileno())
                os.close(nowhere)
        else:
            super().handleError(record)


def set_up_logging(level: int = logging.INFO) -> None:
    """Write the log to standard error."""
    if hasattr(sys.stderr, "reconfigure"):
        sys.stderr.reconfigure(encoding="utf-8", errors="backslashreplace")
    handler = _Stream(sys.stderr)
    handler.setFormatter(_Lines("%(name)s: %(message)s"))
    handler.addFilter(OncePerMinute())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a log that nobody reads any more is no reason to end
