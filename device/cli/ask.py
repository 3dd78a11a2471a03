"""`xiaogao ask`: one utterance in, one answer out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from device.cli.arguments import AtOption, RegionOption, read_position
from device.cli.terminal import print_fact, print_json, stderr

_EXIT_CODE = {"done": 0, "ask_back": 0, "impossible": 1, "not_understood": 1}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ask")(ask)


def ask(
    wav: Annotated[
        Path | None, typer.Argument(help="WAV file with the request, of any rate and format.")
    ] = None,
    text: Annotated[str | None, typer.Option(help="The request as text instead of a WAV.")] = None,
    region: RegionOption = "",
    at: AtOption = None,
    say: Annotated[Path | None, typer.Option(help="Write the spoken reply to this WAV.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Answer one request, spoken or typed.

    Examples:

      xiaogao ask samples/zh_cathedral.wav --at 60.1719,24.9414 --say reply.wav

      xiaogao ask --text "find a hotel near the cathedral" --json
    """
    from device.assistant.assistant import Assistant
    from device.settings import load_settings

    if (wav is None) == (text is None):
        raise typer.BadParameter("give either a WAV file or --text")
    position = read_position(at)
    samples = None
    if wav is not None:
        from voice import wav_io

        samples = wav_io.read(wav)
    assistant = Assistant(load_settings(), region=region, at=position)
    try:
        if samples is not None:
            turn = assistant.hear(samples, position)
        else:
            turn = assistant.read(text or "", position)
        if say:
            assistant.say(turn, say)
    finally:
        assistant.close()
    if json:
        print_json(turn.to_dict())
    else:
        print_turn(turn.to_dict())
    for warning in (*assistant.warnings, *turn.warnings):
        stderr.print(f"xiaogao: {warning}", soft_wrap=True)
    raise typer.Exit(_EXIT_CODE[turn.answer.outcome])


def print_turn(turn: dict[str, object]) -> None:
    """Show a turn to a person: heard, understood, places or route, reply, times."""
    intent = turn["intent"]
    assert isinstance(intent, dict)
    print_fact("heard", str(turn["heard"]))
    slots = ", ".join(
        f"{key}={value}" for key, value in intent.items() if key != "kind" and value not in (None, [], "")
    )
    print_fact("understood", f"{intent['kind']} {slots} (by {turn['understood_by']})")
    places = turn["places"]
    assert isinstance(places, list)
    for place in places[:5]:
        distance = place.get("distance_m")
        away = f"  {distance:.0f} m" if distance is not None else ""
        print_fact("place", f"{place['name'] or '(no name)'}  {place['category']}{away}")
    route = turn["route"]
    if isinstance(route, dict):
        print_fact(
            "route",
            f"{route['distance_m'] / 1000:.2f} km, {route['duration_s'] / 60:.1f} min, "
            f"{len(route['maneuvers'])} manoeuvres",
        )
    print_fact("reply", str(turn["reply"]), style="bold")
    timings = turn["timings_ms"]
    assert isinstance(timings, dict)
    print_fact("time", "  ".join(f"{stage} {ms:.0f} ms" for stage, ms in timings.items()))
    if turn["audio"]:
        print_fact("audio", str(turn["audio"]))
