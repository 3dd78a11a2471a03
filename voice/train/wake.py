"""Train a wake word: ``python -m voice.train.wake --models FOLDER``.

Speaks the recipe with every installed voice but the kept ones, puts the speech into rooms and noise,
trains a small classifier on shared speech embeddings, mines hard negatives from hours of other sound,
sets its threshold by false candidates an hour, writes the ONNX model, teaches the second stage to hear the
call in what the recogniser's encoder makes of it, fits its decision to voices that no training heard alone,
and writes the card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.whisper import Whisper
from voice.data_files import load_json
from voice.train.ambient import Ambience, embedded_minutes, minute, worker_count
from voice.train.corpus import Utterance, plan
from voice.train.hearing import Lecture, learn, lessons
from voice.train.scenes import Backdrop, training_windows
from voice.train.speakers import ambience, open_corpus
from voice.train.tuning import Example, examples, fit_check, noticed, other_examples
from voice.train.wake_head import Head, export, fit
from voice.tts.espeak import EspeakVoice
from voice.wake.check import CallCheck
from voice.wake.detector import CLASSES, OnnxClassifier, smoothed
from voice.wake.features import WakeFeatures, windows
from voice.wake.hearing import save_hearing

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
_Clips = Sequence[tuple[Utterance, Samples]]

SEED = 6
FRAMES = 3
COPIES = {"positive": 5, "near_miss": 4, "other": 3}
"""Scenes that each utterance is put into."""

_TARGET_PER_HOUR = 60.0
"""False candidates an hour that the second stage is asked to look at, on the tuning sound."""

_SPOKEN_AT_A_TIME = 100
"""Utterances of one job of a process."""

_MINE_SEED, _TUNE_SEED = SEED + 10, SEED + 20
"""Of the minutes of other sound that are learnt from, and of those that thresholds are set by."""

_HEARING_MINUTES = 150
"""Of the former, so many teach the second stage's hearing."""

_NATIVE_SHARE = 3
"""Of what the Mandarin voices of the training say alone, the decision is fitted to every third clip."""

_CROWD = 40
"""Clips of the tuning that make its babble."""

_ALONE_PER_HOUR = 0.5
"""False calls an hour of the first stage alone, for when the second cannot be asked."""


def hard_negatives(head: Head, embedded: npt.NDArray[np.float16]) -> npt.NDArray[np.float16]:
    """The windows of minutes of other sound that most resemble a call, and a few that do not.

    Parameters
    ----------
    head : Head
        Trained without them.
    embedded : ndarray of float16, shape (n, 750, 96)
        Embeddings of each minute.
    """
    kept: list[npt.NDArray[np.float16]] = []
    for number, embeddings in enumerate(embedded):
        view = windows(embeddings)
        likeness = 1.0 - head.scores(view)[:, 0]
        worst = np.argsort(-likeness)[:40]
        rest = np.random.default_rng([SEED, number, 9]).integers(0, len(view), 10)
        kept.append(view[np.unique(np.concatenate([worst[likeness[worst] > 0.02], rest]))])
    return np.concatenate(kept)


def count_hits(scores: Array, threshold: float, frames: int = FRAMES) -> int:
    """Calls that a stream of class scores makes at a threshold, with the refractory time between them."""
    return sum(1 for _ in noticed(smoothed(scores, frames)[:, 1:].sum(axis=1), threshold))


def tune(head: Head, embedded: npt.NDArray[np.float16]) -> dict[str, float]:
    """Thresholds from false calls an hour over minutes that the training did not see; as `hard_negatives`."""
    streams = [head.scores(windows(embeddings)) for embeddings in embedded]
    hours = len(embedded) / 60
    rates = {
        float(threshold): sum(count_hits(stream, float(threshold)) for stream in streams) / hours
        for threshold in np.arange(0.1, 1.0, 0.02).round(2)
    }
    candidate = min((t for t, rate in rates.items() if rate <= _TARGET_PER_HOUR), default=0.95)
    sure = min((t for t, rate in rates.items() if rate <= _ALONE_PER_HOUR), default=0.98)
    return {"candidate": candidate, "sure": max(sure, min(0.97, candidate + 0.1)), "frames": FRAMES}


def all_windows(
    features: Path, clips: Sequence[tuple[Utterance, Samples]], sounds: Ambience, cache: Path
) -> tuple[npt.NDArray[np.float16], Labels]:
    """Windows of all clips and their labels, made on all cores and kept."""
    workers = worker_count()
    keys = "".join(utterance.key for utterance, _ in clips) + f"{COPIES}{SEED}{workers}-with-owners"
    name = hashlib.sha256(keys.encode()).hexdigest()[:16]
    jobs = [
        (features, clips, sounds, number, workers, cache / f"windows-{name}-{number}.npz")
        for number in range(workers)
    ]
    with _processes() as pool:
        list(pool.map(_windows_part, jobs))
    parts = [np.load(job[-1]) for job in jobs]
    data, labels, owners = (
        np.concatenate([part[name] for part in parts]) for name in ("windows", "labels", "owners")
    )
    order = np.argsort(owners, kind="stable")  # the same however many cores there are
    return data[order], labels[order]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """What the second stage meets, and with what; the same for every process."""

    models: Path
    classifier: Path
    candidate: float
    phrases: dict[str, Any]
    hearing: Path
    clips: Sequence[_Clips]

    voices: Sequence[Samples]
    """The babble."""


def _meet(job: tuple[_Meeting, int, int]) -> list[Example]:
    meeting, first, step = job
    features = WakeFeatures(meeting.models / "wake-features")
    classifier = OnnxClassifier(meeting.classifier)
    call_check = CallCheck(
        Whisper(meeting.models / "whisper-base", cpu_threads=1),
        phrases=meeting.phrases,
        hearing=meeting.hearing,
    )
    found: list[Example] = []
    for clips in meeting.clips:
        found += examples(
            call_check,
            clips,
            Backdrop(voices=list(meeting.voices)),
            lambda samples: classifier.scores(windows(features.whole(samples))),
            meeting.candidate,
            first=first,
            step=step,
        )
    return found


def _speak(job: tuple[Path, Path, Sequence[Utterance]]) -> None:
    models, cache, utterances = job
    corpus = open_corpus(models, cache)
    for utterance in utterances:
        corpus.get(utterance)


def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(worker_count(), mp_context=multiprocessing.get_context("spawn"))


def _windows_part(job: tuple[Path, Sequence[tuple[Utterance, Samples]], Ambience, int, int, Path]) -> None:
    folder, clips, sounds, first, step, target = job
    if target.is_file():
        return
    data, labels, owners = training_windows(
        WakeFeatures(folder),
        clips,
        Backdrop(voices=list(sounds.neural)),
        SEED,
        copies=COPIES,
        first=first,
        step=step,
    )
    unfinished = target.with_suffix(".part.npz")
    np.savez(unfinished, windows=data, labels=labels, owners=owners)
    unfinished.replace(target)


def main() -> None:
    """Run the recipe."""
    parser = _parser()
    options = parser.parse_args()
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:7.0f} s  {text}", flush=True)

    recipe = (
        json.loads(options.recipe.read_text("utf-8")) if options.recipe else load_json("wake_recipe.json")
    )
    missing = sorted(load_json("wake_recipe.json").keys() - recipe.keys() - {"about"})
    if missing:
        parser.error(f"{options.recipe} lacks {', '.join(missing)}: see voice/data/wake_recipe.json")
    voices = sorted(path.stem for path in (options.models / "kokoro-voices").glob("*.bin"))
    utterances = plan(recipe, voices, SEED)
    clips = _speak_all(options, utterances, say)
    sounds = ambience(open_corpus(options.models, options.cache), utterances, "train")
    features = options.models / "wake-features"
    tuning = embedded_minutes(features, sounds, options.tune_minutes, _TUNE_SEED, options.cache)
    path = options.out.with_suffix(".json")
    if options.check_only:
        card = json.loads(path.read_text("utf-8"))
    else:
        head, decision, counts = _first_stage(options, features, clips["train"], sounds, tuning, say)
        export(head, options.out)
        card = _card(options, recipe, decision, len(clips["train"]), counts)
    candidate = card["decision"]["candidate"]
    card["check"] = _second_stage(options, recipe, clips, sounds, tuning, candidate, say)
    path.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    say(f"wrote {options.out} ({options.out.stat().st_size} bytes) and {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="folder with kokoro, kokoro-voices, piper")
    parser.add_argument(
        "--recipe", type=Path, help="JSON like voice/data/wake_recipe.json, for another phrase"
    )
    parser.add_argument("--cache", type=Path, required=True, help="where spoken utterances are kept")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data" / "wake_xiaogao.onnx")
    parser.add_argument("--mine-minutes", type=int, default=240, help="other sound to learn from")
    parser.add_argument("--tune-minutes", type=int, default=360, help="other sound to set thresholds by")
    parser.add_argument(
        "--check-only",
        action="store_true",
        help="keep the first stage that is there: only the second stage is learnt and fitted",
    )
    return parser


def _speak_all(
    options: argparse.Namespace, utterances: Sequence[Utterance], say: Callable[[str], None]
) -> dict[str, _Clips]:
    """Speak on all cores what is not yet kept; the clips of each split but the test."""
    spoken = [u for u in utterances if u.split != "test"]
    chunks = [spoken[start : start + _SPOKEN_AT_A_TIME] for start in range(0, len(spoken), _SPOKEN_AT_A_TIME)]
    with _processes() as pool:
        jobs_done = pool.map(_speak, [(options.models, options.cache, chunk) for chunk in chunks])
        for number, _ in enumerate(jobs_done, start=1):
            say(f"spoken {min(number * _SPOKEN_AT_A_TIME, len(spoken))} of {len(spoken)}")
    corpus = open_corpus(options.models, options.cache)
    return {
        split: [(utterance, corpus.get(utterance)) for utterance in spoken if utterance.split == split]
        for split in ("train", "hear", "tune")
    }


def _card(
    options: argparse.Namespace,
    recipe: dict[str, Any],
    decision: dict[str, float],
    count: int,
    windows_of_class: list[int],
) -> dict[str, Any]:
    """What the model is and how it was made, but for the second stage."""
    return {
        "phrases": {language: recipe[language] for language in ("zh", "en")},
        "classes": list(CLASSES),
        "decision": decision,
        "training": {
            "seed": SEED,
            "utterances": count,
            "windows": windows_of_class,
            "kept_voices": recipe["kept_voices"],
            "mined_minutes": options.mine_minutes,
            "tuned_minutes": options.tune_minutes,
        },
        "licence": "Apache-2.0; learnt from speech made by Kokoro-82M, Piper joe (CC0 data) and espeak-ng",
    }


def _first_stage(
    options: argparse.Namespace,
    features: Path,
    clips: _Clips,
    sounds: Ambience,
    tuning: npt.NDArray[np.float16],
    say: Callable[[str], None],
) -> tuple[Head, dict[str, float], list[int]]:
    """The classifier, its thresholds, and how many windows of each class it is learnt from."""
    data, labels = all_windows(features, clips, sounds, options.cache)
    say(f"{len(data)} windows, {np.bincount(labels).tolist()} of none, zh, en")
    mine = embedded_minutes(features, sounds, options.mine_minutes, _MINE_SEED, options.cache)
    mined = hard_negatives(fit(data, labels, SEED), mine)
    say(f"mined {len(mined)} windows of other sound")
    data = np.concatenate([data, mined])
    labels = np.concatenate([labels, np.zeros(len(mined), np.int64)])
    head = fit(data, labels, SEED)
    decision = tune(head, tuning)
    say(f"first stage {decision}")
    return head, decision, np.bincount(labels).tolist()


def _second_stage(
    options: argparse.Namespace,
    recipe: dict[str, Any],
    clips: dict[str, _Clips],
    sounds: Ambience,
    tuning: npt.NDArray[np.float16],
    candidate: float,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Learn and write the hearing; the decision's values for the card."""
    taught = [*clips["train"], *clips["hear"]]
    heard = lessons(
        Lecture(
            models=options.models,
            classifier=options.out,
            sounds=sounds,
            clips=taught,
            minutes=min(_HEARING_MINUTES, options.mine_minutes),
            minutes_seed=_MINE_SEED,
        )
    )
    say(f"{len(heard.labels)} lessons, {np.bincount(heard.labels).tolist()} of none, zh, en")
    hearing = options.out.with_name(f"{options.out.stem}_hearing.npz")
    save_hearing(hearing, learn(heard))
    say(f"wrote {hearing} ({hearing.stat().st_size} bytes)")
    # In Mandarin also what voices of the training say alone; see `voice.train.tuning.DECIDERS`.
    alone = [clip for clip in clips["train"] if clip[0].language == "zh" and "+" not in clip[0].voice]
    native = [clip for clip in alone if clip[0].kind in ("positive", "near_miss")][::_NATIVE_SHARE]
    meeting = _Meeting(
        models=options.models,
        classifier=options.out,
        candidate=candidate,
        phrases=recipe,
        hearing=hearing,
        clips=(clips["tune"], native),
        voices=[speech for utterance, speech in clips["tune"] if utterance.kind == "near_miss"][:_CROWD],
    )
    with _processes() as pool:
        parts = list(pool.map(_meet, [(meeting, number, worker_count()) for number in range(worker_count())]))
    found = [example for part in parts for example in part]
    classifier = OnnxClassifier(options.out)
    with EspeakVoice() as espeak:
        found += other_examples(
            CallCheck(Whisper(options.models / "whisper-base"), phrases=recipe, hearing=hearing),
            (classifier.scores(windows(embeddings)) for embeddings in tuning),
            lambda number: minute(sounds, number, _TUNE_SEED, espeak=espeak)[1],
            candidate,
        )
    check = fit_check(found, len(tuning) / 60)
    say(f"second stage met {len(found)}: {check}")
    return check


if __name__ == "__main__":
    main()
