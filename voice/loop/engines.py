"""What the loop asks of those around it: to recognise, to answer, to speak."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from voice.asr.recognizer import Transcript
from voice.tts.synthesizer import Clip

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the agent answers."""

    text: str
    """Words to say; may be empty."""

    language: str
    """ "zh" or "en"."""

    asks_back: bool = False
    """Whether it is a question, so that the answer needs no call."""

    understood: bool = True
    """Whether the words were read with certainty; a question after a mere guess is no open question."""

    details: dict[str, Any] = field(default_factory=dict)
    """The object for the `answer` event."""

    carry_out: Callable[[], None] = lambda: None
    """Does on the device what it says, such as beginning the drive; only if the answer is given."""

    take_back: Callable[[], None] = lambda: None
    """Undoes that, where the request was not meant so."""


class Engines(Protocol):
    """The heavy work, each call in a process of its own."""

    def recognise(self, samples: Samples, likely: str | None) -> Awaitable[Transcript]:
        """Speech to text."""
        ...

    def weigh_call(self, samples: Samples) -> Awaitable[Sequence[float] | None]:
        """`voice.wake.detector.FEATURES` of the sound before a call; None if the recogniser cannot tell."""
        ...

    def respond(
        self, transcript: Transcript, *, addressed: bool, replaces: Transcript | None = None
    ) -> Awaitable[Reply | None]:
        """Understand and act; None for talk that is no request, unless it was addressed to us.

        What replaces a request before it is read as if that had not been said.
        """
        ...

    def is_whole(self, transcript: Transcript) -> Awaitable[bool]:
        """Whether what was heard so far can be done as it stands; nothing is done about it."""
        ...

    def speak(self, text: str, language: str, *, urgent: bool) -> AsyncGenerator[Clip, None]:
        """Text to speech, clause by clause; what is urgent goes before what is being made."""
        ...
