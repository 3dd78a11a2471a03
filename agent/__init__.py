"""The agent: what was said becomes what is done and what is answered.

    from agent import Agent
    answer = Agent(region, places=places, router=router).hear("带我去大教堂", position=(60.17, 24.94))
    answer.reply, answer.to_dict()

Heavy libraries (llama-cpp-python) are imported only when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.actions.answer import Answer
    from agent.agent import Agent
    from agent.memory import Memory
    from agent.understanding.understand import Understander

__all__ = ["Agent", "Answer", "Memory", "Understander"]

_HOMES = {
    "Agent": "agent.agent",
    "Answer": "agent.actions.answer",
    "Memory": "agent.memory",
    "Understander": "agent.understanding.understand",
}


def __getattr__(name: str) -> Any:
    """Load the public names when they are first asked for."""
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'agent' has no attribute {name!r}")
