"""Lowers the music while the agent speaks: two commands of the settings, run without a shell."""

from __future__ import annotations

import queue
import subprocess
import threading
from collections.abc import Callable, Sequence

_HOLD_S = 0.8
_LIMIT_S = 2.0


class Ducking:
    """Runs one command before we speak and another when we have been silent for a moment.

    Parameters
    ----------
    duck_command, unduck_command : sequence of str
        Programs with their arguments; empty ones are left out.
    problem : callable
        Told once in words when a command fails.
    hold_s : float
        Silence after which the music comes back, so that it does not jump between two clauses.
    limit_s : float
        How long a command may take.
    """

    def __init__(
        self,
        duck_command: Sequence[str],
        unduck_command: Sequence[str],
        *,
        problem: Callable[[str], None],
        hold_s: float = _HOLD_S,
        limit_s: float = _LIMIT_S,
    ) -> None:
        self._commands = {True: list(duck_command), False: list(unduck_command)}
        self._problem, self._hold_s, self._limit_s = problem, hold_s, limit_s
        self._wanted: queue.Queue[bool | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._told = False

    def __call__(self, speaking: bool) -> None:
        """Take note that we begin or end to speak; returns at once."""
        if not any(self._commands.values()):
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._follow, name="ducking", daemon=True)
            self._thread.start()
        self._wanted.put(speaking)

    def close(self) -> None:
        """Bring the music back and end."""
        if self._thread is not None:
            self._wanted.put(None)
            self._thread.join(2 * self._limit_s)
            self._thread = None

    def _follow(self) -> None:
        low, ending = False, False
        while True:
            try:
                speaking = self._wanted.get(timeout=self._hold_s if ending else None)
            except queue.Empty:
                low, ending = False, False
                self._run(False)
                continue
            if speaking is None:
                if low:
                    self._run(False)
                return
            if speaking and not low:
                low = True
                self._run(True)
            ending = low and not speaking

    def _run(self, speaking: bool) -> None:
        command = self._commands[speaking]
        if not command:
            return
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, timeout=self._limit_s, check=False
            )
            why = f"exit code {done.returncode}" if done.returncode else ""
        except subprocess.TimeoutExpired:
            why = f"it took longer than {self._limit_s:g} s"
        except OSError as error:
            why = error.strerror or str(error)
        if why and not self._told:
            self._told = True
            self._problem(f"the music is not lowered: {command[0]}: {why}")
