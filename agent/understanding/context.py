"""What the dialogue tells the understanding."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the dialogue tells the understanding: what was just asked, and what is going on."""

    expecting: str = ""
    """"choice", "yes_no", "place", "days" while a question of ours is open; "" otherwise."""
    guiding: bool = False
    """A route is being driven."""
    planning: bool = False
    """A trip plan is at hand and can be changed."""
    offered: tuple[str, ...] = ()
    """Names of the places offered last."""
    kinds: frozenset[str] = frozenset()
    """Categories of the places offered last; empty if unknown."""
