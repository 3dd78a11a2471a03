"""What may have been said besides what was read: other readings, and sentences that sound like it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice import wav_io
from voice.asr.biasing import Meant
from voice.asr.preference import handed_on
from voice.asr.recognizer import Recognizer, Transcript
from voice.train import augment


def test_what_can_be_said_is_handed_on_behind_the_foremost_readings() -> None:
    readings = (
        "离我最近的银行又躲院",
        "离我最近的银行又躲院。",
        "李我最近的银行又躲院",
        "以我最近的",
        "李我最近的银行",
        "里我",
    )
    respelled = [Meant(text="离我最近的银行有多远", cost=0.0)]
    sentences = [Meant(text="离这最近的银行有多远", cost=0.1), Meant(text="李我最近的银行", cost=0.2)]
    assert handed_on(readings, respelled, sentences) == [
        ("离我最近的银行有多远", 0.0),
        ("李我最近的银行又躲院", 0.0),
        ("以我最近的", 0.0),
        ("离这最近的银行有多远", 0.1),
        ("李我最近的银行", 0.2),
        ("里我", 0.0),
    ]


def test_nothing_is_handed_on_of_what_is_sure() -> None:
    assert handed_on(("停",), [], []) == []


def test_how_far_they_sound_crosses_a_process() -> None:
    heard = Transcript(text="停", language="zh", confidence=0.4, alternatives=("听",), apart=(0.2,))
    values = heard.to_dict() | {"alternatives": ["听"], "apart": [0.2]}
    assert Transcript.from_dict(values) == heard


@pytest.mark.models
def test_what_is_unsure_comes_with_what_can_be_said(recognizer: Recognizer, samples_dir: Path) -> None:
    clip = wav_io.read(samples_dir / "zh_hotels.wav")
    noise = augment.noises([])["road"](len(clip), np.random.default_rng(3))
    heard = recognizer.transcribe(augment.mix(clip, noise, -5))
    assert len(heard.apart) == len(heard.alternatives)
    assert any(apart > 0 for apart in heard.apart)
