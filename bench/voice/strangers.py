"""Requests by voices, in wordings and in noises that nothing was tuned on.

Two sets of the same kind: one for judging, whose wordings stand in no data of the product, and one that the
confidence is calibrated on (`voice.train.confidence`). They share neither wordings nor voices nor noises.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.voice.corpus import Command
from bench.voice.kept_apart import sayable
from bench.voice.noises import JUDGED
from voice import wav_io
from voice.train import augment
from voice.train.corpus import CorpusCache, Utterance, load_lines
from voice.train.speakers import open_corpus

Samples = npt.NDArray[np.float32]

SEED = 2_501
JUDGED_VOICES: dict[str, tuple[str, ...]] = {
    "zh": (
        "kokoro:zf_xiaoni",
        "kokoro:zm_yunyang",
        "kokoro:zf_xiaoni",
        "kokoro:zm_yunyang",
        "espeak:cmn+Annie:45:60",
    ),
    "en": ("kokoro:af_nova", "kokoro:am_liam", "flite:slt", "flite:rms", "espeak:en-us+Andy:50:55"),
}
"""Engine and voice; the formant voice last is the poor one."""

_ACCENTED_ZH = (
    "jf_alpha",
    "im_nicola",
    "zf_xiaobei",
    "ff_siwis",
    "jm_kumo",
    "zm_yunxia",
    "ef_dora",
    "pm_alex",
)
_ACCENTED_EN = ("if_sara", "em_alex", "bf_lily", "hm_psi", "jf_nezumi", "am_onyx", "pf_dora", "ff_siwis")
TUNING_VOICES: dict[str, tuple[str, ...]] = {
    "zh": (*(f"kokoro:{voice}" for voice in _ACCENTED_ZH), "espeak:cmn+linda:55:50", "kokoro:hm_omega"),
    "en": (
        *(f"kokoro:{voice}" for voice in _ACCENTED_EN),
        "espeak:en-us+michael:45:50",
        "piper:en_US-joe-medium",
    ),
}
LEVELS: tuple[float | None, ...] = (None, 10.0, 5.0)
_JUDGED_FILE = Path(__file__).parent / "data" / "judged_requests.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A request and who says it."""

    command: Command
    utterance: Utterance


def is_counted(number: int) -> bool:
    """Whether a judged request is of the half that is only counted; the other may be looked at."""
    return number // 2 % 2 == 1


def judged_lines() -> dict[str, Any]:
    """The wordings that are judged, by language, but for those that the language data can say by now."""
    loaded: dict[str, Any] = json.loads(_JUDGED_FILE.read_text("utf-8"))
    for language in ("zh", "en"):
        lines, known = loaded[language], sayable(language)
        for part in ("named", "kinds"):
            lines[part] = [text for text in lines[part] if not known(text)]
        lines["other"] = [other for other in lines["other"] if not known(other[0])]
    return loaded


def requests(lines: dict[str, Any], voices: dict[str, tuple[str, ...]], each: int) -> list[Spoken]:
    """So many requests of each language, the same every time; half of them name a place."""
    found = []
    for language in ("zh", "en"):
        rng = np.random.default_rng([SEED, len(language + voices[language][0])])
        commands = _commands(lines[language], language, each, rng)
        for number, command in enumerate(commands):
            engine, voice = voices[language][number % len(voices[language])].split(":", 1)
            utterance = Utterance(
                kind="command",
                split="test",
                language=language,
                engine=engine,
                voice=voice,
                text=command.text,
                speed=(0.9, 1.0, 1.1, 1.2)[number % 4],
            )
            found.append(Spoken(command=command, utterance=utterance))
    return found


def _commands(lines: dict[str, Any], language: str, count: int, rng: np.random.Generator) -> list[Command]:
    named = [
        Command(text=form.format(place[0]), language=language, kind="navigate", place=place[1])
        for form in lines["named"]
        for place in ([p, p] if isinstance(p, str) else p for p in lines["places"])
    ]
    kinds = [
        Command(text=form.format(kind), language=language, kind="search", what=kind)
        for form in lines["kinds"]
        for kind in lines["kind_words"]
    ]
    others = [
        Command(text=other[0], language=language, kind=other[1])
        for other in ([o, ""] if isinstance(o, str) else o for o in lines["other"])
    ]
    pools = [list(rng.permutation(len(pool))) for pool in (named, kinds, others)]
    chosen = []
    for number in range(count):
        pool = (0, 1, 0, 2)[number % 4]
        index = pools[pool][(number // 4 * (2 if pool == 0 else 1) + (number % 4) // 2) % len(pools[pool])]
        chosen.append((named, kinds, others)[pool][index])
    return chosen


def corpus(models: Path, cache: Path) -> CorpusCache:
    """The cache of spoken requests; flite speaks where it is installed."""
    return open_corpus(models, cache, more={"flite": _flite})


def _flite(utterance: Utterance) -> tuple[Samples, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        stretch = f"duration_stretch={1 / utterance.speed:.2f}"
        command = [
            "flite",
            "-voice",
            utterance.voice,
            "--setf",
            stretch,
            "-t",
            utterance.text,
            "-o",
            str(path),
        ]
        subprocess.run(command, check=True, capture_output=True)
        return wav_io.read(path), 16_000


def in_noise(
    speech: Samples, number: int, snr_db: float | None, *, judged: bool, crowd: Sequence[Samples]
) -> tuple[Samples, str]:
    """A clip in a car, at a level and in a noise drawn from the seed, judged or tuning; and which noise."""
    rng = np.random.default_rng([SEED, number, 0 if snr_db is None else int(snr_db), int(judged)])
    scene = np.concatenate([np.zeros(8_000, np.float32), speech, np.zeros(16_000, np.float32)])
    if snr_db is None:
        return (scene + rng.normal(0, 2e-4, len(scene))).astype(np.float32), ""
    makers = {**JUDGED, "babble": augment.noises(crowd)["babble"]} if judged else augment.noises(crowd)
    name = list(makers)[number % len(makers)]
    return augment.mix(augment.room(scene, rng), makers[name](len(scene), rng), snr_db), name


def tuning_lines() -> dict[str, Any]:
    """The wordings that the confidence is calibrated on, by language."""
    return load_lines("tuning_requests.json")
