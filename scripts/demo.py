"""The main job: answer the three spoken samples on the sample region, and draw the route."""

from __future__ import annotations

import sys
from pathlib import Path

from device.assistant.assistant import Assistant
from device.cli.ask import print_turn
from device.cli.terminal import stderr, stdout
from device.errors import DeviceError
from device.settings import Settings
from nav.errors import NavError
from voice import wav_io
from voice.errors import VoiceError

_STATION = (60.1719, 24.9414)
_SAMPLES = ("en_cathedral", "zh_cathedral", "zh_hotels")


def main(root: Path) -> None:
    """Answer each sample, leaving the replies and the route in `out/`."""
    out = root / "out"
    out.mkdir(exist_ok=True)
    assistant = Assistant(Settings(), region="helsinki")
    try:
        for name in _SAMPLES:
            stdout.rule(f"samples/{name}.wav")
            turn = assistant.hear(wav_io.read(root / "samples" / f"{name}.wav"), _STATION)
            assistant.say(turn, out / f"{name}.wav")
            print_turn(turn.to_dict())
            for warning in turn.warnings:
                stderr.print(f"xiaogao: {warning}", soft_wrap=True)
            route = turn.answer.route
            if route is not None:
                (out / "route.png").write_bytes(route.to_png())
                (out / "route.html").write_text(route.to_html(), encoding="utf-8")
    finally:
        assistant.close()
    stdout.rule()
    stdout.print("spoken replies in out/*.wav, the route in out/route.png and out/route.html (opens offline)")


if __name__ == "__main__":
    try:
        main(Path(__file__).parents[1])
    except (DeviceError, NavError, VoiceError) as error:
        sys.exit(f"xiaogao: {error}")
