"""What the service notes about itself: in its health for `xiaogao status`, and as lines of the log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from device.assistant.assistant import Turn
    from device.service.health import Health
    from nav.guidance.prompt_types import Prompt

log = logging.getLogger("xiaogao")


class Journal:
    """Takes note of what happens; words that were said stay out unless the settings let them in.

    Parameters
    ----------
    health : Health
        Gets counts and the newest errors.
    log_speech : bool
        Whether what is said may stand in the log.
    """

    def __init__(self, health: Health, *, log_speech: bool = False) -> None:
        self.health = health
        self.log_speech = log_speech

    def tell(self, what: str) -> None:
        """Take note of something that is no failure of a part."""
        self.health.errors.append(what[:300])
        log.warning("%s", what)

    def failed(self, name: str, error: Exception) -> None:
        """Take note of a part that failed and will be started again."""
        said_before = bool(self.health.errors) and self.health.errors[-1].endswith(f": {error}")
        self.health.failed(name, error)
        if not said_before:
            log.warning("%s: %s: %s", name, type(error).__name__, error)

    def answered(self, turn: Turn) -> None:
        """Take note of an answer."""
        self.health.requests[turn.answer.outcome] += 1
        if self.log_speech:
            log.info("heard %r, answered %r", turn.answer.heard, turn.answer.reply)
        else:
            log.info("answered a request: %s", turn.answer.outcome)

    def prompted(self, prompt: Prompt) -> None:
        """Take note of a prompt that is said."""
        words = f": {prompt.text}" if self.log_speech else ""
        log.info("prompt: %s of manoeuvre %d%s", prompt.stage, prompt.maneuver, words)
