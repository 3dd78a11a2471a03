"""What a speech recogniser offers, whichever engine it is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from voice.asr.recognizer import Transcript

Samples = npt.NDArray[np.float32]


class SpeechEngine(Protocol):
    """One loaded model: what was said, and whether the call was."""

    def transcribe(
        self,
        samples: Samples,
        *,
        hints: Sequence[str] = (),
        language: str | None = None,
        likely: str | None = None,
        dropped: Callable[[], bool] | None = None,
    ) -> Transcript:
        """See `voice.asr.recognizer.Recognizer.transcribe`."""
        ...

    def weigh_call(self, samples: Samples) -> list[float] | None:
        """See `voice.wake.check.CallCheck.weigh_call`; None from an engine that cannot tell."""
        ...
