"""What commands print for people: one console, progress for long work, JSON for programs."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rich.console import Console
from rich.text import Text


class Terminal(Console):
    """Prints text as it is: names of places and what was said are data, brackets and all."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def on_broken_pipe(self) -> None:
        """Leave it to `cli.main`: a reader that has enough (`| head`) is no failure."""
        raise BrokenPipeError


stdout = Terminal()
stderr = Terminal(stderr=True)


def print_fact(label: str, fact: str, *, style: str = "dim", width: int = 10) -> None:
    """Show a fact to a person, on one line after its label."""
    stdout.print(Text.assemble((f"{label:{width}}", style), " ", fact), soft_wrap=True)


def print_json(value: Any) -> None:
    """Write one JSON object on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner on stderr while something takes long; the yielded function names the step."""
    if not stderr.is_terminal:
        yield lambda step: stderr.print(f"{what}: {step}")
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=stderr) as bar:
        task = bar.add_task(what)
        yield lambda step: bar.update(task, description=f"{what}: {step}")


@contextlib.contextmanager
def downloading(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar of bytes on stderr, and how long the rest takes.

    The yielded function takes the step, bytes done and bytes in all.
    """
    if not stderr.is_terminal:
        last = ""

        def tell(step: str, _done: int, _total: int) -> None:
            nonlocal last
            if step != last:
                last = step
                stderr.print(f"{what}: {step}")

        yield tell
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    name = TextColumn("{task.description}", markup=False)
    times = TimeElapsedColumn(), TimeRemainingColumn()
    with Progress(name, BarColumn(), DownloadColumn(), *times, console=stderr) as bar:
        task = bar.add_task(what, total=None)
        yield lambda step, done, total: bar.update(
            task, description=f"{what}: {step}", completed=done, total=total
        )
