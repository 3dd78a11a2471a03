"""Making what the loop says and handing it to the playback."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from voice.loop.engines import Engines
from voice.loop.playback import Playback, Priority, Speech
from voice.loop.turn import Turn


class Voice:
    """Says texts clause by clause.

    Parameters
    ----------
    engines : Engines
        Make the clauses.
    playback : Playback
        Plays them.
    now : callable
        Milliseconds of the stream.
    newest : callable
        The newest turn: the answer to an older one is not said.
    """

    def __init__(
        self, engines: Engines, playback: Playback, *, now: Callable[[], int], newest: Callable[[], Turn]
    ) -> None:
        self._engines, self._playback, self._now, self._newest = engines, playback, now, newest

    async def say(
        self,
        text: str,
        language: str,
        priority: Priority,
        *,
        expires_ms: int | None = None,
        turn: Turn | None = None,
    ) -> None:
        """Make the clauses and hand them to the playback as they come.

        Parameters
        ----------
        text, language
            What to say; nothing is said for an empty text.
        priority : Priority
            A prompt is urgent; an answer is left off when somebody says something newer.
        expires_ms : int, optional
            When it is out of date.
        turn : Turn, optional
            The turn that it answers; it is told when the answer begins to sound.
        """
        current = self._newest()
        speech = Speech(text=text, language=language, priority=priority, expires_ms=expires_ms)
        try:
            if not text:
                return
            urgent = priority == Priority.PROMPT
            async with contextlib.aclosing(self._engines.speak(text, language, urgent=urgent)) as clips:
                async for clip in clips:
                    superseded = current is not self._newest() and not self._playback.paused
                    if priority == Priority.ANSWER and superseded:
                        return
                    speech.clips.append(clip)
                    if len(speech.clips) == 1:
                        self._playback.say(speech, self._now())
                        self._sounds(turn)
                    self._playback.tick(self._now())
        finally:
            self._sounds(turn)
            speech.complete = True

    def _sounds(self, turn: Turn | None) -> None:
        if turn is not None and turn.sounds_ms is None:
            turn.sounds_ms = self._now()
