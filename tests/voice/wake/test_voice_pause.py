"""A pause inside the call: what is joined to what, and that both stages then hear one call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.voice.wake.test_voice_wake import SETTINGS, DrawnClassifier, DrawnFeatures
from voice.asr.whisper import Whisper
from voice.loop.ears import NeuralEars
from voice.loop.vad import FRAME, SpeechDetector
from voice.train.corpus import trim_silence
from voice.tts.kokoro import SAMPLE_RATE_HZ, KokoroVoice
from voice.wake.check import CallCheck
from voice.wake.detector import CHUNK_MS, WakeDetector, WakeHit, is_call, packaged_model
from voice.wake.features import CHUNK, WakeFeatures
from voice.wake.pause import PauseInCall, Step
from voice.wav_io import to_16k

SIGNS = {Step.APART: ".", Step.OPEN: "o", Step.HELD: "-", Step.JOINED: "j", Step.HEARD: "h"}


@pytest.mark.parametrize(
    ("speech", "steps"),
    [
        pytest.param(".....ssss....ssss.", ".........o---jjjhh", id="a pause between halves"),
        pytest.param(".....ssss.ssss...", ".........o....o--", id="a breath is no pause"),
        pytest.param(".....ss...ss...ssss", ".......o--jjj--hhhh", id="two pauses"),
        pytest.param(".....ssss" + "." * 13 + "sss", ".........o----------.....", id="too long a pause"),
        pytest.param("....." + "s" * 20 + "...sss", "." * 31, id="a sentence before it"),
        pytest.param("ssssssss...ssss....ssss", "........o--jjjhh---hhhh", id="the stream begins with it"),
        pytest.param(".....ssssssssssssssss...sss...sss", "." * 33, id="breaths in talk"),
        pytest.param(
            ".....ssss...." + "s" * 20,
            ".........o---" + "jjj" + "h" * 11 + "......",
            id="the call must end soon",
        ),
    ],
)
def test_what_is_joined(speech: str, steps: str) -> None:
    pauses = PauseInCall()
    assert "".join(SIGNS[pauses.push(sign == "s")] for sign in speech) == steps


def detect(plain: str, joined: str, speech: str) -> list[WakeHit]:
    """Tenths of the zh score by chunk, of the stream as it is and of the joined one."""
    detector = WakeDetector(DrawnFeatures(), DrawnClassifier(), SETTINGS)  # type: ignore[arg-type]
    hits: list[WakeHit | None] = []
    for first, second, sign in zip(plain, joined, speech, strict=True):
        chunk = np.zeros(CHUNK, np.float32)
        chunk[:2] = int(first) / 10, int(second) / 10
        hits.append(detector.push(chunk, speech=sign == "s"))
    return [hit for hit in hits if hit is not None]


def test_a_call_with_a_pause_is_noticed_and_the_pause_is_told() -> None:
    (hit,) = detect("0" * 17, "0" * 14 + "999", ".....ssss....ssss")
    assert hit.end_ms == 17 * CHUNK_MS
    # From the end of the first chunk of silence, less 20 ms, to the begin of the first speech, and 30 ms; a
    # breath of 60 ms is left at either side.
    assert hit.left_out == ((10 * CHUNK_MS - 20 + 60, 13 * CHUNK_MS + 30 - 60),)


def test_what_resembles_a_call_before_its_second_half_is_said_is_none() -> None:
    assert detect("0" * 21, "0" * 13 + "999" + "0" * 5, ".....ssss....sss.....") == []


def test_a_call_in_one_breath_is_noticed_as_it_is() -> None:
    (hit,) = detect("0" * 14 + "999", "0" * 14 + "888", ".....ssss....ssss")
    assert hit.left_out == ()


def test_who_was_noticed_by_half_is_noticed_by_the_whole_call() -> None:
    half, whole = detect("0" * 6 + "999" + "0" * 8, "0" * 14 + "999", ".....ssss....ssss")
    assert (half.left_out, len(whole.left_out)) == ((), 1)


@pytest.mark.parametrize(
    ("left_out", "stretches"),
    [
        pytest.param((), [(3_224, 5_224)], id="no pause"),
        pytest.param(((4_000, 4_600),), [(2_624, 4_000), (4_600, 5_224)], id="one"),
        pytest.param(
            ((3_700, 4_000), (4_300, 4_600)), [(2_624, 3_700), (4_000, 4_300), (4_600, 5_224)], id="two"
        ),
        pytest.param(((2_000, 2_600),), [(3_224, 5_224)], id="one that is long over"),
    ],
)  # fmt: skip
def test_the_second_stage_looks_at_two_seconds_without_the_pauses(
    left_out: Any, stretches: list[tuple[int, int]]
) -> None:
    hit = WakeHit(language="zh", scores=(0.5, 0.0), end_ms=5_000, left_out=left_out)
    assert hit.looked_at() == stretches


@pytest.mark.models
def test_joined_features_are_those_of_the_same_speech_without_the_pause(
    model_dir: Callable[[str], Path],
) -> None:
    features = WakeFeatures(model_dir("wake-features"))
    rng = np.random.default_rng(2)
    before, after = (rng.normal(0, 0.1, CHUNK * 6).astype(np.float32) for _ in range(2))
    quiet = rng.normal(0, 1e-3, CHUNK * 8).astype(np.float32)

    def window(parts: list[Any], steps: str) -> Any:
        features.reset()
        sound = np.concatenate(parts)
        for number, step in enumerate(steps):
            plain = features.push(sound[number * CHUNK : (number + 1) * CHUNK], attend=True)
            if step == "o":
                features.put_aside()
            elif step == "-":
                features.hold()
            elif step == "j":
                joined, _ = features.join()
        return plain if "j" not in steps else joined

    lead = [quiet, quiet]
    whole = window([*lead, before, after], "." * 28)
    paused = window([*lead, before, quiet, after], "." * 22 + "o" + "-" * 7 + "jjjjjj")
    apart = window([*lead, before, quiet, after], "." * 36)

    def distance(made: Any) -> float:
        return float(np.linalg.norm(made[-6:] - whole[-6:]))

    assert distance(paused) < 0.5 * distance(apart)


@pytest.mark.models
@pytest.mark.slow
def test_both_stages_hear_a_call_with_a_pause(model_dir: Callable[[str], Path], whisper: Whisper) -> None:
    kokoro = KokoroVoice(model_dir("kokoro") / "model.onnx", model_dir("kokoro-voices"))
    ears = NeuralEars(SpeechDetector(), WakeDetector.open(model_dir("wake-features")))
    check = CallCheck(whisper)

    def called(halves: list[Any], pause_s: float) -> list[bool]:
        rng = np.random.default_rng(1)
        first, second = (trim_silence(to_16k(half, SAMPLE_RATE_HZ)) for half in halves)
        silence = [np.zeros(int(seconds * 16_000), np.float32) for seconds in (2.2, pause_s, 1.0)]
        sound = np.concatenate([silence[0], first, silence[1], second, silence[2]])
        sound = (0.5 * sound + rng.normal(0, 3e-4, len(sound))).astype(np.float32)
        ears.reset()
        frames = [sound[start : start + FRAME] for start in range(0, len(sound) - FRAME + 1, FRAME)]
        hits = [heard.wake for frame in frames if (heard := ears.hear(frame, masked=False)).wake]
        verdicts = []
        for hit in hits:
            said = np.concatenate([sound[start * 16 : end * 16] for start, end in hit.looked_at()])
            verdicts.append(is_call(hit, check.weigh_call(said), packaged_model()[1]))
        return verdicts

    zh = [kokoro.speak("小高", "zm_yunyang")] * 2
    en = [kokoro.speak_phonemes(half, "af_nova") for half in ("ʃˈW", "ɡˈW")]
    for halves in (zh, en):
        assert any(called(halves, 0.5))
        assert not any(called(halves, 1.6)), "two words that have nothing to do with each other"
    assert not any(called([zh[0], kokoro.speak("你看", "zm_yunyang")], 0.5))
