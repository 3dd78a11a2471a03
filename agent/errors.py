"""What can go wrong in the agent, named so that a caller can say what to do next."""

from __future__ import annotations

from typing import ClassVar


class AgentError(Exception):
    """Base of every error raised by this package."""

    exit_code: ClassVar[int] = 1
    """How a command that meets it ends: 1 impossible, 2 wrong input, 3 something needed is missing."""


class ModelUnavailable(AgentError):
    """The language model cannot be loaded or reached; the rules go on without it."""


class ModelTimeout(AgentError):
    """The language model did not answer within its time limit."""


class OtherModel(AgentError):
    """The hidden state is not of the model that the head was trained on; train it with this model."""


class PlanImpossible(AgentError):
    """No itinerary satisfies the request; `reason` is a key of the reply templates, `facts` fills it."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(
            f"no plan is possible: {reason} {facts}" if facts else f"no plan is possible: {reason}"
        )
        self.reason = reason
        self.facts = facts


class MemoryDamaged(AgentError):
    """The memory file is not a readable SQLite database; it was set aside and a new one was begun."""


class MemoryUnavailable(AgentError):
    """The memory cannot be read or written now (a full or read-only disk); what it holds is not touched."""


class ReaderUnavailable(AgentError):
    """The learned reader cannot be opened; the closed lists go on without it. The message says what to do."""

    exit_code = 3
