"""The confidence of the recogniser: fitted on evidence, and what is done by it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.asr.confidence import NAMES, Calibration, Evidence, calibration, decide, in_sense
from voice.train import confidence as training

SURE = Evidence(
    logprob=-0.15,
    final=-0.2,
    weakest=-0.8,
    weak_run=-0.5,
    no_speech=-6.0,
    language=5.0,
    agreement=1.0,
    unsure=0.0,
    cost=0.0,
    lead=10.0,
    listed=1.0,
    tokens=2.0,
    pace=4.0,
)
UNSURE = replace(
    SURE,
    logprob=-0.8,
    final=-2.5,
    weakest=-6.0,
    weak_run=-5.0,
    agreement=0.6,
    unsure=1.0,
    listed=0.0,
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_packaged_values_tell_sure_from_unsure(language: str) -> None:
    values = calibration(language)
    assert set(values.weights) <= set(NAMES)
    assert 0 < values.guess < values.carry_out < 1
    assert decide(values.probability(SURE), language) == "carry_out"
    assert decide(values.probability(UNSURE), language) != "carry_out"


@given(st.builds(Evidence, **{field.name: st.floats(-50, 50) for field in fields(Evidence)}))
@settings(max_examples=100)
def test_any_evidence_gives_a_probability(evidence: Evidence) -> None:
    assert 0 <= calibration("zh").probability(evidence) <= 1


def drawn(seed: int, count: int = 400) -> training.Examples:
    """Examples whose first two kinds of evidence decide, by eight voices."""
    rng = np.random.default_rng(seed)
    evidence = rng.normal(0, 1, (count, len(NAMES)))
    right = evidence[:, 0] + 0.5 * evidence[:, 1] + rng.normal(0, 0.5, count) > 0
    voices = np.array([f"v{number % 8}" for number in range(count)])
    languages = np.array(["zh" if number % 3 else "en" for number in range(count)])
    read = np.where(right, rng.uniform(0.4, 1.0, count), rng.uniform(0.1, 0.9, count))
    return training.Examples(
        evidence=evidence,
        as_heard=right,
        sense=np.column_stack([read, rng.choice([0.3, 1.0], count), rng.random(count) < 0.8]),
        right=right,
        harmful=~right,
        astray=~right,
        voices=voices,
        languages=languages,
    )


def test_the_fit_finds_what_decides() -> None:
    examples = drawn(1)
    found = training.fit(examples.evidence, examples.right)
    assert list(np.argsort(-np.abs(found.weights))[:2]) == [0, 1]
    said = found.probability(drawn(2).evidence)
    assert said[drawn(2).right].mean() > 0.75 > 0.25 > said[~drawn(2).right].mean()


def test_evidence_that_would_speak_the_wrong_way_is_left_out() -> None:
    examples = drawn(1)
    found = training.fit(examples.evidence, examples.right, directions=[-1, 1])
    assert found.weights[0] == 0
    assert found.weights[1] > 0


def test_the_threshold_keeps_wrong_and_done_low_on_other_voices() -> None:
    other = drawn(3, 4_000)
    kept = Calibration(**training.calibrate(drawn(1, 4_000))["zh"])
    heard = [kept.probability(Evidence(**dict(zip(NAMES, row, strict=True)))) for row in other.evidence]
    said = np.array(
        [
            kept.in_sense(p, read=read, fits=fits, is_first=bool(first))
            for p, (read, fits, first) in zip(heard, other.sense, strict=True)
        ]
    )
    wrong = ((said >= kept.carry_out) & other.harmful).mean()
    assert wrong <= 0.015
    assert ((said >= kept.carry_out) & other.right).mean() > 0.2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_sense_speaks_for_what_was_heard(language: str) -> None:
    likely = in_sense(0.7, language, read=0.95, fits=1.0, is_first=True)
    for other in (
        in_sense(0.2, language, read=0.95, fits=1.0, is_first=True),
        in_sense(0.7, language, read=0.3, fits=1.0, is_first=True),
        in_sense(0.7, language, read=0.95, fits=0.3, is_first=True),
        in_sense(0.7, language, read=0.95, fits=1.0, is_first=False),
    ):
        assert 0 <= other < likely <= 1


def test_examples_are_read_and_values_written(tmp_path: Path) -> None:
    examples = drawn(1, 80)
    lines = [
        json.dumps(
            {
                "language": "zh" if number % 2 else "en",
                "voice": str(voice),
                "right_as_heard": bool(right),
                "right": bool(right),
                "effect": "done" if number % 3 else "answer",
                "sense": list(map(float, examples.sense[number])),
                "evidence": dict(zip(NAMES, map(float, row), strict=True)),
            }
        )
        for number, (row, right, voice) in enumerate(
            zip(examples.evidence, examples.right, examples.voices, strict=True)
        )
    ]
    (tmp_path / "examples.jsonl").write_text("\n".join(lines), "utf-8")
    training.main([str(tmp_path / "examples.jsonl"), "--out", str(tmp_path / "out.json")])
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {Calibration(**written[language]).carry_out > 0 for language in ("zh", "en")} == {True}
