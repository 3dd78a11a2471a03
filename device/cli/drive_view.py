"""What `xiaogao drive` shows, writes and says while the drive goes on."""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from device.cli.terminal import print_json, stderr, stdout
from nav.guidance.maneuvers.types import Lane, Maneuver
from nav.guidance.wording.wording import name_in, say, shown_distance
from nav.units import speed_in

if TYPE_CHECKING:
    from nav.guidance.events import GuidanceEvent
    from nav.guidance.progress import Progress
    from nav.guidance.prompts import Prompt
    from nav.routing.route import Route

_SHOWN_PROMPTS = 10
_ARROWS = {
    "straight": "↑", "slight_left": "↖", "left": "←", "sharp_left": "↙",
    "slight_right": "↗", "right": "→", "sharp_right": "↘", "uturn": "↶",
}  # fmt: skip
_SIGNS = {
    "roundabout": "⟳",
    "mini_roundabout": "⟳",
    "exit_roundabout": "⟳",
    "ferry": "⛴",
    "car_train": "🚆",
    "arrive": "◉",
    "via": "◎",
}


class DriveView(Protocol):
    """Takes what happens on a drive."""

    def show(self, events: list[GuidanceEvent]) -> None:
        """Take the events of one update."""

    def note(self, text: str) -> None:
        """Take a word about the drive itself."""

    def close(self, faults: dict[str, int]) -> None:
        """End, with the faults of the position source."""


def open_view(
    route: Route, language: str, *, as_json: bool, say: Path | None, speak: bool, pace: float
) -> DriveView:
    """Choose how a drive is shown.

    Parameters
    ----------
    route : Route
        The route.
    language : str
        Language of the prompts.
    as_json : bool
        One JSON object a line.
    say : Path or None
        Folder for the prompts as WAV files.
    speak : bool
        Whether to play the prompts.
    pace : float
        Times faster than life; 0 if the source has its own pace.

    Returns
    -------
    DriveView
        To be closed at the end.
    """
    mouth = Mouth(say, speak=speak, pace=pace or 1.0) if say is not None or speak else None
    if as_json:
        return JsonView(mouth)
    if stdout.is_terminal:
        return LiveView(route, language, mouth)
    return TranscriptView(mouth)


class JsonView:
    """Writes each event as one line."""

    def __init__(self, mouth: Mouth | None) -> None:
        self._mouth = mouth

    def show(self, events: list[GuidanceEvent]) -> None:
        """Write the events, and say what is to be said."""
        for event in events:
            print_json(event.to_dict())
            if event.prompt is not None and self._mouth is not None:
                self._mouth.say(event.prompt)

    def note(self, text: str) -> None:
        """Write a note."""
        print_json({"event": "note", "detail": text})

    def close(self, faults: dict[str, int]) -> None:
        """Write the faults of the source."""
        if self._mouth is not None:
            self._mouth.close()
        print_json({"event": "end", "faults": faults})


class TranscriptView:
    """Writes each prompt with its time and place: the transcript of the drive."""

    def __init__(self, mouth: Mouth | None = None, write: Callable[[str], None] | None = None) -> None:
        self._mouth = mouth
        self._write = write or (lambda line: stdout.print(line, soft_wrap=True))
        self._began_s: float | None = None

    def show(self, events: list[GuidanceEvent]) -> None:
        """Write the prompts among the events."""
        for event in events:
            self._began_s = event.time_s if self._began_s is None else self._began_s
            if event.kind != "progress":
                self._write(transcript_line(event, event.time_s - self._began_s))
            if event.prompt is not None and self._mouth is not None:
                self._mouth.say(event.prompt)

    def note(self, text: str) -> None:
        """Write a note."""
        self._write(text)

    def close(self, faults: dict[str, int]) -> None:
        """Write the faults of the source, if there were any."""
        if self._mouth is not None:
            self._mouth.close()
        if faults:
            self._write("position faults: " + ", ".join(f"{kind} {count}" for kind, count in faults.items()))


def transcript_line(event: GuidanceEvent, since_s: float) -> str:
    """Write one event as a line of a transcript: time, what it is, and what is said."""
    clock = f"{int(since_s // 60):2d}:{int(since_s % 60):02d}"
    if event.prompt is None:
        return f"{clock}  {event.kind}" + (f"  {event.detail}" if event.detail else "")
    kind = event.prompt.stage if event.kind == "prompt" else event.kind
    return f"{clock}  {kind:<13} {event.prompt.text}"


class LiveView:
    """Shows the drive as it goes: next manoeuvre, road, speed, arrival, and what was said when."""

    def __init__(self, route: Route, language: str, mouth: Mouth | None) -> None:
        self._route = route
        self._language = "en" if language == "en" else "zh"
        self._mouth = mouth
        self._lines: deque[str] = deque(maxlen=_SHOWN_PROMPTS)
        self._began_s: float | None = None
        self._live = Live(console=stdout, refresh_per_second=8, transient=False)
        self._live.start()

    def show(self, events: list[GuidanceEvent]) -> None:
        """Take the events of one update and draw the drive anew."""
        for event in events:
            self._began_s = event.time_s if self._began_s is None else self._began_s
            self._route = event.route or self._route
            if event.kind != "progress":
                self._lines.append(transcript_line(event, event.time_s - self._began_s))
            if event.prompt is not None and self._mouth is not None:
                self._mouth.say(event.prompt)
            if event.progress is not None:
                self._live.update(self._drawn(event.progress))

    def _drawn(self, progress: Progress) -> Panel:
        maneuvers = self._route.maneuvers
        shown: list[Any] = []
        if progress.next_maneuver < len(maneuvers):
            shown.append(self._next(maneuvers[progress.next_maneuver], progress))
        shown += [self._state(progress), self._bar(progress), Text("")]
        shown += [
            Text(line, style="bold" if i == len(self._lines) - 1 else "dim")
            for i, line in enumerate(self._lines)
        ]
        title = "off route" if not progress.on_route else "estimated" if progress.estimated else "on route"
        return Panel(
            Group(*shown), title=f"小高 · {title}", border_style="green" if progress.on_route else "red"
        )

    def _next(self, maneuver: Maneuver, progress: Progress) -> Text:
        sign = _SIGNS.get(maneuver.kind) or _ARROWS[maneuver.modifier]
        text = Text(
            f" {sign}  {shown_distance(progress.next_distance_m, progress.units):>7}  ", style="bold cyan"
        )
        text.append(say(maneuver, self._language, units=progress.units), style="bold white")
        if maneuver.lanes:
            text.append("   ")
            for lane in maneuver.lanes:
                text.append(f"{_lane_arrow(lane)} ", style="bold green" if lane.valid else "dim")
        return text

    def _state(self, progress: Progress) -> Table:
        road = name_in(progress.names, self._language) or progress.ref or "–"
        units = progress.units
        limit = f" / {speed_in(progress.limit_kph, units)}" if progress.limit_kph is not None else ""
        speed = speed_in(progress.speed_mps * 3.6, units)
        over = progress.limit_kph is not None and progress.speed_mps * 3.6 > progress.limit_kph
        table = Table.grid(expand=True)
        for _ in range(4):
            table.add_column()
        arrival = time.strftime("%H:%M", time.localtime(progress.arrival_s))
        table.add_row(
            Text(f" {road}"),
            Text(f"{speed}{limit} {'km/h' if units == 'metric' else 'mph'}", style="red" if over else ""),
            Text(f"{shown_distance(progress.remaining_m, units)} · {progress.remaining_s / 60:.0f} min"),
            Text(f"→ {arrival}"),
        )
        return table

    def _bar(self, progress: Progress) -> ProgressBar:
        total = max(1.0, self._route.distance_m)
        return ProgressBar(total=total, completed=min(total, progress.offset_m))

    def note(self, text: str) -> None:
        """Show a note among the prompts."""
        self._lines.append(text)

    def close(self, faults: dict[str, int]) -> None:
        """Stop drawing, and tell the faults of the source."""
        self._live.stop()
        if self._mouth is not None:
            self._mouth.close()
        if faults:
            stdout.print("position faults: " + ", ".join(f"{kind} {count}" for kind, count in faults.items()))


def _lane_arrow(lane: Lane) -> str:
    names = {"through": "straight", "reverse": "uturn"}
    return "".join(_ARROWS.get(names.get(arrow, arrow), "") for arrow in lane.indications) or "↑"


class Mouth:
    """Speaks prompts one after the other on a thread of its own, and drops those that come too late."""

    def __init__(self, folder: Path | None, *, speak: bool, pace: float) -> None:
        from device.engine.engines import make_engines
        from device.settings import load_settings

        self._folder = folder
        self._speak = speak
        self._pace = pace
        self._engines = make_engines(load_settings())
        self._waiting: queue.Queue[tuple[int, Prompt, float] | None] = queue.Queue()
        self._count = 0
        self.dropped = 0
        """How many prompts were not spoken because they had become out of date."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._work, name="drive-mouth", daemon=True)
        self._thread.start()

    def say(self, prompt: Prompt) -> None:
        """Take a prompt to be said; one that interrupts clears what is waiting."""
        if prompt.interrupts:
            with suppress(queue.Empty):
                while True:
                    self._waiting.get_nowait()
        self._count += 1
        deadline_s = time.monotonic() + (prompt.drop_after_s - prompt.time_s) / self._pace
        self._waiting.put((self._count, prompt, deadline_s))

    def _work(self) -> None:
        import numpy as np

        from device.errors import DeviceError
        from voice import wav_io

        while (item := self._waiting.get()) is not None:
            number, prompt, deadline_s = item
            # A prompt that is only written down cannot come too late.
            if self._speak and time.monotonic() > deadline_s:
                self.dropped += 1
                continue
            try:
                clips = list(self._engines.synthesizer.speak(prompt.text, prompt.language))
            except DeviceError as error:
                stderr.print(f"xiaogao: a prompt is not spoken: {error}", soft_wrap=True)
                continue
            if not clips:
                continue
            rate_hz = clips[0].sample_rate_hz
            samples = np.concatenate([wav_io.resample(c.samples, c.sample_rate_hz, rate_hz) for c in clips])
            if self._folder is not None:
                wav_io.write(self._folder / f"{number:03d}_{prompt.stage}.wav", samples, rate_hz)
            if self._speak:
                _play(samples, rate_hz)

    def close(self) -> None:
        """Say what is still waiting, and end."""
        self._waiting.put(None)
        self._thread.join(timeout=120)
        self._engines.close()


def _play(samples: Any, rate_hz: int) -> None:
    try:
        import sounddevice

        sounddevice.play(samples, rate_hz, blocking=True)
    except (OSError, ValueError, ImportError) as error:
        stderr.print(f"xiaogao: no sound ({error}); prompts are shown only", soft_wrap=True)
    except Exception as error:  # PortAudio's own error class exists only where the library does
        if type(error).__name__ != "PortAudioError":
            raise
        stderr.print(f"xiaogao: no sound ({error}); prompts are shown only", soft_wrap=True)
