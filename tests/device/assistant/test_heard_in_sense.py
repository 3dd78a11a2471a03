"""Of what may have been heard, what makes most sense is acted on; how far it sounds apart counts."""

from __future__ import annotations

from typing import Any

import pytest

from agent.sense import Sense
from device.assistant.sense import weighed
from voice.asr.recognizer import Transcript

HEARD = Transcript(
    text="离我最近的银行又躲院",
    language="zh",
    confidence=0.7,
    alternatives=("李我最近的银行", "离我最近的银行有多远"),
    apart=(0.0, 0.1),
)


class Reader:
    """An agent that takes the last of the readings."""

    def __init__(self, *, asks: bool) -> None:
        self.asks = asks
        self.apart: tuple[float, ...] = ()

    def sense(
        self, text: str, *, alternatives: tuple[str, ...], apart: tuple[float, ...], **_where: object
    ) -> Sense:
        self.apart = apart
        return Sense(text=alternatives[-1], read_p=0.95, fits=1.0, is_first=False, asks=self.asks)


@pytest.mark.parametrize("asks", [True, False])
def test_the_most_sensible_is_left_alone(asks: bool) -> None:
    """Whoever answers chooses no more: what was chosen has its own confidence."""
    reader: Any = Reader(asks=asks)
    chosen = weighed(HEARD, reader, None)
    assert reader.apart == HEARD.apart
    assert (chosen.text, chosen.alternatives, chosen.apart) == ("离我最近的银行有多远", (), ())
    assert (chosen.confidence != HEARD.confidence) == asks
