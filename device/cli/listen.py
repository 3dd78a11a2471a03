"""`xiaogao listen` and `xiaogao voices`: the wake-word loop, and what it can speak with."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from device.cli.arguments import AtOption, RegionOption, read_position
from device.cli.terminal import print_json, stderr, stdout

_SAY = {"zh": "前方三百米右转，进入长安街。", "en": "In three hundred metres, turn right onto Main Street."}

_VOICES_HELP = """List the installed voices, or try one.

Example: xiaogao voices list
"""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("listen")(listen)
    voices = typer.Typer(no_args_is_help=True, help=_VOICES_HELP)
    voices.command("list")(voices_list)
    voices.command("try")(voices_try)
    app.add_typer(voices, name="voices")


def listen(
    wav: Annotated[Path | None, typer.Option(help="A recording to hear instead of a microphone.")] = None,
    mic: Annotated[str | None, typer.Option(help="Part of the microphone's name.")] = None,
    realtime: Annotated[bool, typer.Option(help="Play the recording at the pace of life.")] = False,
    region: RegionOption = "",
    at: AtOption = None,
    barge_in: Annotated[
        bool | None,
        typer.Option(
            "--barge-in/--no-barge-in",
            help="Whether speech over our voice stops it; the echo is cancelled if the microphone does not. "
            "By default on for a recording and for a microphone with echo cancelling.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON event a line.")] = False,
) -> None:
    """Wait for 小高小高 or "Xiao Gao", answer, and listen on.

    Examples:

      xiaogao listen

      xiaogao listen --wav samples/zh_cathedral.wav --at 60.1719,24.9414 --realtime --json
    """
    from device.assistant.assistant import Assistant
    from device.settings import load_settings

    position = read_position(at)
    samples = None
    if wav is not None:
        from voice import wav_io

        samples = wav_io.read(wav)
    settings = load_settings()
    assistant = Assistant(settings, region=region, at=position)
    assistant.open_reader()
    for warning in assistant.warnings:
        stderr.print(f"xiaogao: {warning}", soft_wrap=True)
    echo_free = samples is not None or settings.listening.echo_cancelled
    try:
        asyncio.run(
            _run(
                assistant,
                samples,
                microphone=settings.listening.microphone if mic is None else mic,
                realtime=realtime,
                position=position,
                barge_in=echo_free if barge_in is None else barge_in,
                json=json,
            )
        )
    finally:
        assistant.close()


async def _run(
    assistant: Any,
    samples: Any,
    *,
    microphone: str,
    realtime: bool,
    position: tuple[float, float] | None,
    barge_in: bool,
    json: bool,
) -> None:
    from device.assistant.conversation import Conversation
    from device.audio.listening import SilentPlayer, event_line
    from device.audio.listening import listen as run_loop
    from device.audio.speaker import Speaker, without_echo
    from device.audio.streams import Microphone, recording

    def emit(event: dict[str, Any]) -> None:
        if json:
            print_json(event)
        else:
            stdout.print(event_line(event), soft_wrap=True)

    listeners: list[Any] = []

    def problem(text: str) -> None:
        if listeners:
            listeners[0].notice(text)
        else:
            stderr.print(f"xiaogao: {text}", soft_wrap=True)

    def recovered(text: str) -> None:
        if listeners:
            listeners[0].recovered(text)

    player: Any
    if samples is None:
        player = Speaker(assistant.settings.listening.speaker, problem=problem)
        sound = Microphone(microphone, problem=problem, recovered=recovered, other=player).blocks()
        if barge_in and not assistant.settings.listening.echo_cancelled:
            sound = without_echo(sound, player)
    else:
        sound, player = recording(samples, realtime=realtime), SilentPlayer()
    await run_loop(
        Conversation(assistant, lambda: position),
        sound,
        emit=emit,
        player=player,
        barge_in=barge_in,
        lockstep=samples is not None and not realtime,
        started=listeners.append,
    )


def voices_list(
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List every voice that can be asked for by name.

    Example: xiaogao voices list --json
    """
    from device.engine.engines import make_engines
    from device.settings import load_settings

    engines = make_engines(load_settings())
    try:
        voices = engines.synthesizer.voices()
    finally:
        engines.close()
    for voice in voices:
        if json:
            print_json({"name": voice.name, "language": voice.language, "engine": voice.engine})
        else:
            stdout.print(f"{voice.name:<22} {voice.language:<4} {voice.engine}")


def voices_try(
    name: Annotated[str, typer.Argument(help="Name of the voice, from `xiaogao voices list`.")],
    text: Annotated[str | None, typer.Option(help="What to say.")] = None,
    say: Annotated[Path | None, typer.Option(help="Write it to this WAV instead of the speaker.")] = None,
) -> None:
    """Hear a voice.

    Examples:

      xiaogao voices try zf_xiaoxiao --say hello.wav
    """
    import time

    import numpy as np

    from device.audio.speaker import Speaker
    from device.engine.engines import make_engines
    from device.settings import load_settings
    from voice import wav_io
    from voice.tts.normalise import language_of

    engines = make_engines(load_settings())
    try:
        known = {voice.name: voice.language for voice in engines.synthesizer.voices()}
        language = language_of(text) if text else known.get(name, "zh")
        words = text or _SAY["zh" if language == "zh" else "en"]
        clips = list(engines.synthesizer.speak(words, "zh" if language == "zh" else "en", voice=name))
    finally:
        engines.close()
    if say is not None:
        wav_io.write(say, np.concatenate([clip.samples for clip in clips]), clips[0].sample_rate_hz)
        stdout.print(str(say), soft_wrap=True)
        return
    speaker = Speaker(problem=lambda text: stderr.print(f"xiaogao: {text}", soft_wrap=True))
    for clip in clips:
        speaker.play(clip)
        time.sleep(clip.duration_s)
    speaker.close()
