"""`xiaogao plan` and `xiaogao memory`: trips, and what is remembered."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from device.cli.arguments import RegionOption, places_of, read_position
from device.cli.terminal import print_json, stderr, stdout

if TYPE_CHECKING:
    from agent import Answer
    from agent.memory import Memory
    from agent.understanding.intent import PlanTrip
    from agent.understanding.understand import Understanding
    from agent.understanding.utterance import Language
    from nav import Router


_MEMORY_HELP = """Show, export and erase what is remembered.

Example: xiaogao memory list
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("plan")(plan)
    memory = typer.Typer(no_args_is_help=True, help=_MEMORY_HELP)
    memory.command("list")(list_memory)
    memory.command("export")(export_memory)
    memory.command("forget")(forget_memory)
    app.add_typer(memory, name="memory")


def plan(
    words: Annotated[str, typer.Argument(help="The trip in words, such as '到昆山玩两天，想看园林'.")],
    days: Annotated[int | None, typer.Option(help="Number of days, instead of the one said.")] = None,
    region: RegionOption = "",
    at: Annotated[str | None, typer.Option(help="Where the trip begins: LAT,LON.")] = None,
    form: Annotated[
        Literal["text", "md", "geojson", "ics", "json"], typer.Option("--format", help="What to print.")
    ] = "text",
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Plan a trip: sights, meals, hotels and the drives between them.

    Examples:

      xiaogao plan "plan two days in Helsinki with kids, we like museums"

      xiaogao plan "在安道尔玩两天，想看教堂" --region andorra --format md > plan.md
    """
    answer, language, router = _planned(words, days=days, region=region, position=read_position(at))
    if json or form == "json":
        print_json(answer.to_dict() if json else (answer.plan.to_dict() if answer.plan else answer.to_dict()))
    elif answer.plan is None:
        stderr.print(answer.reply, soft_wrap=True)
    else:
        _print_plan(answer, form, language, router)
    raise typer.Exit(0 if answer.plan is not None else 1)


def _planned(
    words: str, *, days: int | None, region: str, position: tuple[float, float] | None
) -> tuple[Answer, Language, Router]:
    """Understand a trip and plan it."""
    from agent import Agent
    from agent.understanding.labels import State
    from agent.understanding.understand import Understander
    from device.assistant.assistant import open_reader
    from device.settings import load_settings
    from device.store.regions import current_region, local_clock
    from nav import InstalledPacks, JoinedRouter, Region

    settings = load_settings()
    opened = Region.open(current_region(region or settings.region.name, at=position))
    places, router = places_of(opened), JoinedRouter(opened, beside=InstalledPacks())
    understood = Understander(open_reader(_tell)).understand(words, context=State())
    trip = _trip_in(understood, words)
    intent = trip.model_copy(update={"days": days if days is not None else trip.days or 1})
    agent = Agent(opened, places=places, router=router, now=local_clock(opened), avoid=settings.routing.avoid)
    answer = agent.carry_out(words, [intent], language=understood.language, position=position)
    return answer, understood.language, router


def _tell(warning: str) -> None:
    stderr.print(f"xiaogao: {warning}", soft_wrap=True)


def _trip_in(understood: Understanding, words: str) -> PlanTrip:
    """Return the trip that was asked for; the way to a place, or words alone, are the place to go to."""
    from agent.understanding.intent import Navigate, PlanTrip, Search

    for intent in understood.intents:
        if isinstance(intent, PlanTrip) and intent.change is None:
            return intent
    if all(isinstance(intent, Navigate | Search) for intent in understood.intents):
        return PlanTrip(where=words.strip())
    stderr.print(f'{words!r} asks for no trip: say where to, as in `xiaogao plan "a day in Helsinki"`')
    raise typer.Exit(2)


def _print_plan(answer: Answer, form: str, language: Language, router: Router) -> None:
    from datetime import UTC, datetime

    from agent.trip.export import export
    from nav import Router

    assert answer.plan is not None
    chosen = "md" if form == "text" else form
    foot = Router(router.region, "foot") if chosen == "geojson" else None
    text = export(answer.plan, chosen, language=language, router=router, now=datetime.now(UTC), foot=foot)
    if form == "text":
        stdout.print(answer.reply + "\n", soft_wrap=True)
    typer.echo(text, nl=False)


@contextlib.contextmanager
def _memory() -> Iterator[Memory]:
    """Open the memory, and say if it had to be begun anew."""
    from agent.memory import Memory
    from device.store.private import data_in_use
    from nav.packs.paths import data_home

    with data_in_use():
        memory = Memory(data_home() / "memory.sqlite")
        if memory.damaged:
            stderr.print(f"xiaogao: {memory.damaged}", soft_wrap=True)
        yield memory


def list_memory(json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Show what is remembered, and what was concluded from which counts.

    Example: xiaogao memory list
    """
    with _memory() as memory:
        exported, destinations = memory.export(), memory.destinations()
    if json:
        print_json(exported)
        return
    for kept in exported["places"]:
        stdout.print(
            f"{kept['kind']}  {kept['label'] or kept['name']}  {kept['lat']:.5f},{kept['lon']:.5f}",
            soft_wrap=True,
        )
    for kept in destinations:
        stdout.print(f"destination  {kept.name}  {kept.count}×  last {kept.at}", soft_wrap=True)
    for title, counts in (("category", exported["categories"]), ("avoided", exported["avoided"])):
        for what, count in counts.items():
            stdout.print(f"{title}  {what}  {count}×", soft_wrap=True)
    if not any(exported.values()):
        stdout.print("nothing is remembered")


def export_memory(
    target: Annotated[
        Path | None, typer.Argument(help="JSON file to write; by default the terminal.")
    ] = None,
) -> None:
    """Write everything that is remembered as JSON.

    Example: xiaogao memory export memory.json
    """
    with _memory() as memory:
        text = memory.export_json() + "\n"
    if target is None:
        typer.echo(text, nl=False)
    else:
        target.write_text(text, encoding="utf-8")


def forget_memory(
    label: Annotated[str, typer.Argument(help="'home', 'company', or the name of a place.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Erase everything.")] = False,
) -> None:
    """Erase one thing, or with --all everything.

    Examples:

      xiaogao memory forget home

      xiaogao memory forget --all
    """
    if bool(label) == everything:
        raise typer.BadParameter("give a name, or --all")
    with _memory() as memory:
        gone = memory.forget(label)
    stdout.print(f"erased {gone} entries")
    raise typer.Exit(0 if gone or everything else 1)
