"""`xiaogao explain`: how a sentence is read, and what is left over."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from device.cli.terminal import print_fact, print_json

if TYPE_CHECKING:
    from agent.understanding.labels import State
    from agent.understanding.understand import Understanding


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    text: Annotated[str, typer.Argument(help="What is said.")],
    language: Annotated[
        str, typer.Option(help="Language that was heard; told from the words if empty.")
    ] = "",
    guiding: Annotated[bool, typer.Option("--guiding", help="As if a drive were under way.")] = False,
    planning: Annotated[bool, typer.Option("--planning", help="As if a plan were at hand.")] = False,
    expecting: Annotated[
        str, typer.Option(help="As if this had been asked: choice, yes_no, place or days.")
    ] = "",
    offered: Annotated[str, typer.Option(help="Names just offered, with commas between.")] = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show how a sentence is read: by what, how sure, which words fill what, and what would be done.

    Examples:

      xiaogao explain "带我去大教堂附近的酒店，别走高速"

      xiaogao explain "the second one" --expecting choice --offered "Hotel Haven,Glo Hotel"
    """
    from agent.trip.spoken.heard import of_trip
    from agent.understanding.labels import State
    from agent.understanding.understand import Understander
    from device.assistant.assistant import open_reader

    if expecting not in {"", "choice", "yes_no", "place", "days"}:
        raise typer.BadParameter("--expecting takes choice, yes_no, place or days")
    warnings: list[str] = []
    names = tuple(name.strip() for name in offered.split(",") if name.strip())
    context = State(guiding=guiding, planning=planning, expecting=expecting, offered=names)
    understood = Understander(open_reader(warnings.append)).understand(
        text, language=language or None, context=context
    )
    understood = of_trip(understood, planning=planning, asked=bool(expecting), now=datetime.now())
    told = as_json(understood, context)
    if planning and understood.tier != "list":
        told["plan_talk"] = plan_talk(understood)
    if json:
        print_json(told | {"warnings": warnings})
        return
    for warning in warnings:
        print_fact("note", warning)
    for name, value in told.items():
        print_fact(name.replace("_", " "), _in_words(value))


def as_json(understood: Understanding, context: State) -> dict[str, Any]:
    """Return an understanding as one object of plain values."""
    return {
        "text": understood.text,
        "language": understood.language,
        "read_by": understood.tier,
        "confidence": round(understood.confidence, 3),
        "requests": [dict(request) for request in understood.requests],
        "intents": [intent.to_dict() for intent in understood.intents],
        "left_over": list(understood.left_over),
        "decision": decision(understood, context),
        "why": understood.why,
        "state": {name: value for name, value in asdict(context).items() if value},
    }


def plan_talk(understood: Understanding) -> dict[str, Any]:
    """Return what the words alone make of a sentence about a plan, and what they leave."""
    from agent.trip.spoken.orders import order_of
    from agent.trip.spoken.talk import spoken_of_plan

    spoken = spoken_of_plan(understood.text, understood.language)
    order = order_of(understood.text, understood.language, planning=True)
    meant = spoken.intents if order is None else (order,)
    return {
        "meant": [intent.to_dict() for intent in meant],
        "in_the_clause_that_asks": spoken.firm or order is not None,
        "left_over": list(spoken.left_over) if order is None else [],
    }


def decision(understood: Understanding, context: State) -> str:
    """Tell what would be done about it."""
    from agent.understanding.understand import GUESS, undoes

    if understood.is_sure(context):
        return "carried out"
    if not understood.intents or understood.confidence < GUESS:
        return "not understood"
    if any(undoes(intent, context) for intent in understood.intents):
        return "asked first, since it undoes something"
    return "asked first"


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_in_words, value)) or "-"
    if isinstance(value, dict):
        return "  ".join(f"{name}={part}" for name, part in value.items()) or "-"
    return str(value)
