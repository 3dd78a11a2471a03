"""What is being said: clauses in order, broken off and taken up again, prompts before answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

from voice.tts.synthesizer import Clip

Emit = Callable[[str, dict[str, Any]], None]

_AHEAD_MS = 100
"""The next stretch of a clause is handed over so long before the last one ends, for no gap between them."""


class Priority(IntEnum):
    """Who may speak over whom, and who makes speech first; what is made beforehand is not said yet."""

    BEFOREHAND = 0
    ANSWER = 1
    PROMPT = 2


class Player(Protocol):
    """Where clips are played."""

    def play(self, clip: Clip) -> None:
        """Play a clip after what is still playing; it lasts as long as its samples."""
        ...

    def stop(self) -> None:
        """Fall silent at once."""
        ...


@dataclass(slots=True, kw_only=True, eq=False)
class Speech:
    """One thing to say."""

    text: str
    """The words."""

    language: str
    """ "zh" or "en"."""

    priority: Priority
    """Prompts go first."""

    expires_ms: int | None = None
    """When it is out of date and is neither begun nor taken up again; None for never."""

    clips: list[Clip] = field(default_factory=list)
    """Clauses made so far."""

    complete: bool = False
    """Whether all clauses are made."""

    position: int = 0
    """The clause that is next, or being played."""

    begun: bool = False
    """Whether the first clause was started."""

    @property
    def over(self) -> bool:
        """Whether everything was said."""
        return self.complete and self.position >= len(self.clips)


class Playback:
    """Plays speeches by priority; a broken-off one goes on from the clause it was in.

    What the driver talked over waits until it is resumed; a prompt that comes up meanwhile is said.

    Time is the caller's: every method takes the milliseconds of one clock, and clips last as long as
    their samples.

    Parameters
    ----------
    player : Player
        Where sound goes.
    emit : callable
        Takes an event's name and values: ``speak_start`` and ``speak_end``.
    """

    def __init__(self, player: Player, emit: Emit) -> None:
        self._player, self._emit = player, emit
        self._waiting: list[Speech] = []
        self._held: list[Speech] = []
        self._now: Speech | None = None
        self._clip_ends_ms: int | None = None
        self._paused = False

    @property
    def sounding(self) -> bool:
        """Whether a clip is playing."""
        return self._clip_ends_ms is not None

    @property
    def busy(self) -> bool:
        """Whether something is being said or still has to be, paused or not."""
        return bool(self._speeches())

    @property
    def paused(self) -> bool:
        """Whether it was broken off and waits to go on."""
        return self._paused

    @property
    def answering(self) -> bool:
        """Whether an answer is being said or still has to be."""
        return any(speech.priority == Priority.ANSWER for speech in self._speeches())

    def _speeches(self) -> list[Speech]:
        said = [self._now] if self._now is not None else []
        return [*said, *self._waiting, *self._held]

    def say(self, speech: Speech, now_ms: int) -> None:
        """Say it when its turn comes: a prompt at once, over an answer, which goes on afterwards."""
        if self._paused and speech.priority == Priority.ANSWER:
            self._held.append(speech)
            return
        self._queue(speech)
        current = self._now
        if current is not None and speech.priority > current.priority:
            self._break_off()
            self._waiting.insert(self._first_below(speech.priority), current)
            self._now = None
        self.tick(now_ms)

    def tick(self, now_ms: int) -> None:
        """Let time pass: start the next clip when the last one is over."""
        if self._clip_ends_ms is not None and now_ms >= self._clip_ends_ms - self._ahead_ms():
            if self._now is not None:
                self._now.position += 1
                if now_ms < self._clip_ends_ms:
                    self._play_next(self._clip_ends_ms)
                    return
            self._clip_ends_ms = None
        if self._clip_ends_ms is not None:
            return
        if self._now is not None and self._now.over:
            self._end()
        if self._now is not None and self._waiting and self._waiting[0].priority > self._now.priority:
            self._waiting.insert(self._first_below(self._waiting[0].priority), self._now)
            self._now = None
        while self._now is None and self._waiting:
            candidate = self._waiting.pop(0)
            if candidate.expires_ms is not None and now_ms > candidate.expires_ms:
                self._leave(candidate)
            elif not candidate.over:
                self._now = candidate
        self._play_next(now_ms)

    def interrupt(self) -> None:
        """Fall silent at once, but keep what was being said and what waited."""
        if self.busy:
            self._break_off()
            self._held = self._speeches()
            self._now, self._waiting = None, []
            self._paused = True

    def resume(self, now_ms: int) -> None:
        """Go on from the clause that was broken off."""
        self._paused = False
        held, self._held = self._held, []
        for speech in held:
            self._queue(speech)
        self.tick(now_ms)

    def give_up(self) -> None:
        """Leave off what is or was being said, a prompt too; prompts that wait are still said."""
        if self._held:
            self._leave(self._held.pop(0))
        elif self._now is not None:
            self._break_off()
            self._leave(self._now)
            self._now = None

    def drop_answers(self) -> None:
        """Give up every answer; prompts stay."""
        if self._now is not None and self._now.priority == Priority.ANSWER:
            self._break_off()
        speeches, current = self._speeches(), self._now
        for speech in speeches:
            if speech.priority == Priority.ANSWER:
                self._leave(speech)
        kept = [speech for speech in speeches if speech.priority > Priority.ANSWER]
        self._now = current if current in kept else None
        self._waiting = [speech for speech in kept if speech is not self._now]
        self._held, self._paused = [], False

    def _queue(self, speech: Speech) -> None:
        self._waiting.append(speech)
        self._waiting.sort(key=lambda waiting: -waiting.priority)

    def _leave(self, speech: Speech) -> None:
        """Say no more of it."""
        if speech.begun:
            self._emit("speak_end", {"text": speech.text, "finished": False})

    def _ahead_ms(self) -> int:
        """How early the next clip may be handed over."""
        speech = self._now
        following = speech.position + 1 if speech is not None else 0
        goes_on = speech is not None and following < len(speech.clips) and speech.clips[following].goes_on
        return _AHEAD_MS if goes_on else 0

    def _first_below(self, priority: Priority) -> int:
        for index, waiting in enumerate(self._waiting):
            if waiting.priority < priority:
                return index
        return len(self._waiting)

    def _break_off(self) -> None:
        if self._clip_ends_ms is not None:
            self._player.stop()
            self._clip_ends_ms = None
        speech = self._now
        while speech is not None and 0 < speech.position < len(speech.clips):
            if not speech.clips[speech.position].goes_on:
                break
            speech.position -= 1

    def _end(self) -> None:
        assert self._now is not None
        if self._now.begun:
            self._emit("speak_end", {"text": self._now.text, "finished": True})
        self._now = None

    def _play_next(self, start_ms: int) -> None:
        speech = self._now
        if speech is None or speech.position >= len(speech.clips):
            return
        clip = speech.clips[speech.position]
        if not speech.begun:
            speech.begun = True
            self._emit("speak_start", {"text": speech.text, "language": speech.language})
        self._player.play(clip)
        self._clip_ends_ms = start_ms + max(1, round(clip.duration_s * 1000))
