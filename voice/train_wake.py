"""Train a wake word: ``python -m voice.train_wake --models FOLDER``.

Speaks the recipe with every installed voice but the kept ones, puts the speech into rooms and noise,
trains a small classifier on shared speech embeddings, mines hard negatives from hours of other sound,
sets its threshold by false candidates an hour, fits the second stage to what classifiers that never heard
a voice notice of it, and writes the ONNX model and its card.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.espeak_voice import EspeakVoice
from voice.kokoro import REVISION, SAMPLE_RATE_HZ
from voice.wake import CLASSES, smoothed
from voice.wake_ambient import Ambience, embedded_minutes, minute
from voice.wake_check import CallRecognizer
from voice.wake_corpus import CorpusCache, Utterance, load_json, plan
from voice.wake_features import EMBEDDING, WINDOW, WakeFeatures, windows
from voice.wake_scenes import Backdrop, training_windows
from voice.wake_tuning import Example, examples, fit_check, noticed, other_examples

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

SEED = 6
FRAMES = 3
COPIES = {"positive": 5, "near_miss": 4, "other": 3}
"""Scenes that each utterance is put into."""

HIDDEN = (256, 64)
"""Units of the hidden layers."""

_TARGET_PER_HOUR = 60.0
"""False candidates an hour that the second stage is asked to look at, on the tuning sound."""

_FOLDS = 3
"""Of the voices: each is heard by a classifier that was trained without it, to fit the second stage."""

_SPOKEN_AT_A_TIME = 100
_MET_AT_A_TIME = 400
"""Utterances of one job of a process."""

_ALONE_PER_HOUR = 0.5
"""False calls an hour of the first stage alone, for when the second cannot be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A trained classifier as plain arrays."""

    mean: Array
    """Mean of each embedding number, shape (96,)."""

    scale: Array
    """Standard deviation of each, shape (96,)."""

    weights: list[tuple[Array, Array]]
    """Matrix and bias of each layer; ReLU between, softmax after the last."""

    def scores(self, window: npt.NDArray[Any]) -> Array:
        """Probability of each class, shape (n, 3)."""
        rows = [self._block(window[start : start + 4_096]) for start in range(0, len(window), 4_096)]
        return np.concatenate(rows) if rows else np.zeros((0, len(CLASSES)), np.float32)

    def _block(self, window: npt.NDArray[Any]) -> Array:
        values = ((window.astype(np.float32) - self.mean) / self.scale).reshape(len(window), -1)
        for number, (matrix, bias) in enumerate(self.weights):
            values = values @ matrix + bias
            if number < len(self.weights) - 1:
                values = np.maximum(values, 0)
        powers = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def fit(data: npt.NDArray[Any], labels: Labels, seed: int) -> Head:
    """Train the classifier.

    Parameters
    ----------
    data : ndarray of float16, shape (n, 16, 96)
        Windows.
    labels : ndarray of int64, shape (n,)
        0 none, 1 zh, 2 en.
    seed : int
        Of the initial weights and the order.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    sample = data[:: max(1, len(data) // 20_000)].astype(np.float32).reshape(-1, EMBEDDING)
    mean, scale = sample.mean(axis=0), sample.std(axis=0) + 1e-3
    flat = ((data.astype(np.float32) - mean) / scale).reshape(len(data), -1)
    model = MLPClassifier(
        hidden_layer_sizes=HIDDEN,
        alpha=3e-3,
        batch_size=256,
        learning_rate_init=7e-4,
        max_iter=14,
        early_stopping=True,
        validation_fraction=0.06,
        n_iter_no_change=4,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is to end after these turns
        model.fit(flat, labels)
    layers = [
        # Rounded as `export` keeps them, so that what is tuned is what is used.
        (np.asarray(matrix, np.float16).astype(np.float32), np.asarray(bias, np.float32))
        for matrix, bias in zip(model.coefs_, model.intercepts_, strict=True)
    ]
    return Head(mean=mean.astype(np.float32), scale=scale.astype(np.float32), weights=layers)


def export(head: Head, path: Path) -> None:
    """Write the classifier as ONNX: input (n, 16, 96), output (n, 3); the matrices in half precision."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    initial = [
        numpy_helper.from_array(head.mean, "mean"),
        numpy_helper.from_array(head.scale, "scale"),
        numpy_helper.from_array(np.array([-1, WINDOW * EMBEDDING], np.int64), "flat"),
    ]
    nodes = [
        helper.make_node("Sub", ["window", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "scale"], ["scaled"]),
        helper.make_node("Reshape", ["scaled", "flat"], ["layer0"]),
    ]
    for number, (matrix, bias) in enumerate(head.weights):
        initial += [
            numpy_helper.from_array(matrix.astype(np.float16), f"half{number}"),
            numpy_helper.from_array(bias, f"bias{number}"),
        ]
        nodes.append(helper.make_node("Cast", [f"half{number}"], [f"matrix{number}"], to=TensorProto.FLOAT))
        last = number == len(head.weights) - 1
        product = "logits" if last else f"product{number}"
        nodes.append(
            helper.make_node("Gemm", [f"layer{number}", f"matrix{number}", f"bias{number}"], [product])
        )
        if not last:
            nodes.append(helper.make_node("Relu", [product], [f"layer{number + 1}"]))
    nodes.append(helper.make_node("Softmax", ["logits"], ["scores"], axis=1))
    graph = helper.make_graph(
        nodes,
        "wake",
        [helper.make_tensor_value_info("window", TensorProto.FLOAT, ["n", WINDOW, EMBEDDING])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", len(CLASSES)])],
        initial,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    onnx.save(model, str(unfinished))
    unfinished.replace(path)


def open_corpus(models: Path, cache: Path, *, threads: int = 1) -> CorpusCache:
    """The cache of spoken utterances, with the voices that fill it; voices load when first needed."""
    engines: dict[str, Any] = {}

    def kokoro(utterance: Utterance) -> tuple[Samples, int]:
        from voice.kokoro import KokoroVoice

        if "kokoro" not in engines:
            # Whole, as people speak: our own replies come in stretches only to be heard sooner.
            engines["kokoro"] = KokoroVoice(
                models / "kokoro" / "model.onnx", models / "kokoro-voices", threads=threads
            )
        voice = engines["kokoro"]
        speak = voice.speak if utterance.engine == "kokoro" else voice.speak_phonemes
        spoken = speak(utterance.text, utterance.voice, speed=utterance.speed)
        if utterance.tail:
            spoken = np.concatenate(
                [spoken, voice.speak(utterance.tail, utterance.voice, speed=utterance.speed)]
            )
        return spoken, SAMPLE_RATE_HZ

    def piper(utterance: Utterance) -> tuple[Samples, int]:
        import onnxruntime

        from voice.piper_voice import PiperVoiceEngine

        if utterance.voice not in engines:
            onnxruntime.set_seed(SEED)
            found = sorted(models.glob(f"*/{utterance.voice}.onnx"))
            engines[utterance.voice] = PiperVoiceEngine(found[0] if found else models / utterance.voice)
        voice = engines[utterance.voice]
        return voice.speak(utterance.text, speed=utterance.speed), voice.sample_rate_hz

    return CorpusCache(
        cache / f"spoken-{REVISION}", {"kokoro": kokoro, "kokoro_phonemes": kokoro, "piper": piper}
    )


def ambience(corpus: CorpusCache, utterances: Sequence[Utterance], split: str) -> Ambience:
    """Sources of other sound for one split; the splits share no sentence, and no neural voice but Piper's."""
    other = load_json("other_speech.json")
    neural = [corpus.get(u) for u in utterances if u.split == split and u.kind == "other"]
    for text in other[f"en_{split}"]:
        for speed in (0.9, 1.1):
            neural.append(
                corpus.get(
                    Utterance(
                        kind="other",
                        split=split,
                        language="en",
                        engine="piper",
                        voice="en_US-joe-medium",
                        text=text,
                        speed=speed,
                    )
                )
            )
    sentences = {language: other[f"{language}_{split}"] for language in ("zh", "en")}
    return Ambience(neural=[clip for clip in neural if len(clip)], sentences=sentences)


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
) -> tuple[npt.NDArray[np.float16], Labels, Labels]:
    """Windows of all clips, their labels and the numbers of their clips, made on all cores and kept."""
    workers = _workers()
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
    return data[order], labels[order], owners[order]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """Some of the clips, for the second stage to meet in a process of its own."""

    models: Path
    features: Path
    asked: dict[str, Any]
    clips: Sequence[tuple[Utterance, Samples]]
    folds: Labels
    unheard: Sequence[Head]
    voices: Sequence[Samples]
    candidate: float
    cache: Path


def _meet(job: _Meeting) -> list[Example]:
    recogniser = CallRecognizer(job.models / "whisper-base", cpu_threads=1, **job.asked)
    features = WakeFeatures(job.features)
    folds = {utterance.key: int(fold) for (utterance, _), fold in zip(job.clips, job.folds, strict=True)}

    def scores(utterance: Utterance, samples: Samples) -> Array:
        return job.unheard[folds[utterance.key]].scores(windows(features.whole(samples)))

    backdrop = Backdrop(voices=list(job.voices))
    return list(examples(recogniser, job.clips, backdrop, scores, job.candidate, job.cache))


def _speak(job: tuple[Path, Path, Sequence[Utterance]]) -> None:
    models, cache, utterances = job
    corpus = open_corpus(models, cache)
    for utterance in utterances:
        corpus.get(utterance)


def _workers() -> int:
    return max(1, min(8, os.cpu_count() or 1))


def _processes() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(_workers(), mp_context=multiprocessing.get_context("spawn"))


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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, required=True, help="folder with kokoro, kokoro-voices, piper")
    parser.add_argument("--features", type=Path, help="folder of the embedding models")
    parser.add_argument(
        "--recipe", type=Path, help="JSON like voice/data/wake_recipe.json, for another phrase"
    )
    parser.add_argument("--cache", type=Path, required=True, help="where spoken utterances are kept")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data" / "wake_xiaogao.onnx")
    parser.add_argument("--mine-minutes", type=int, default=240, help="other sound to learn from")
    parser.add_argument("--tune-minutes", type=int, default=360, help="other sound to set thresholds by")
    parser.add_argument(
        "--check-only",
        action="store_true",
        help="keep the classifier that is there, and fit the second stage into its card",
    )
    options = parser.parse_args()
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:7.0f} s  {text}", flush=True)

    recipe = (
        json.loads(options.recipe.read_text("utf-8")) if options.recipe else load_json("wake_recipe.json")
    )
    corpus = open_corpus(options.models, options.cache)
    voices = sorted(path.stem for path in (options.models / "kokoro-voices").glob("*.bin"))
    utterances = plan(recipe, voices, SEED)
    training = [u for u in utterances if u.split == "train"]
    chunks = [
        training[start : start + _SPOKEN_AT_A_TIME] for start in range(0, len(training), _SPOKEN_AT_A_TIME)
    ]
    with _processes() as pool:
        jobs_done = pool.map(_speak, [(options.models, options.cache, chunk) for chunk in chunks])
        for number, _ in enumerate(jobs_done, start=1):
            say(f"spoken {min(number * _SPOKEN_AT_A_TIME, len(training))} of {len(training)}")
    clips = [(utterance, corpus.get(utterance)) for utterance in training]
    folder = options.features or options.models / "wake-features"
    sounds = ambience(corpus, utterances, "train")
    data, labels, owners = all_windows(folder, clips, sounds, options.cache)
    say(f"{len(data)} windows, {np.bincount(labels).tolist()} of none, zh, en")
    mine = embedded_minutes(folder, sounds, options.mine_minutes, SEED + 10, options.cache)
    tuning = embedded_minutes(folder, sounds, options.tune_minutes, SEED + 20, options.cache)
    say(f"{len(mine)} and {len(tuning)} minutes of other sound")
    mined = hard_negatives(fit(data, labels, SEED), mine)
    say(f"mined {len(mined)} windows of other sound")
    data = np.concatenate([data, mined])
    labels = np.concatenate([labels, np.zeros(len(mined), np.int64)])
    owners = np.concatenate([owners, np.full(len(mined), -1)])
    head = fit(data, labels, SEED)
    path = options.out.with_suffix(".json")
    decision = json.loads(path.read_text("utf-8"))["decision"] if options.check_only else tune(head, tuning)
    say(f"first stage {decision}")
    fold = folds([utterance for utterance, _ in clips])
    unheard = [
        fit(data[kept], labels[kept], SEED)
        for number in range(_FOLDS)
        for kept in [(owners < 0) | (np.append(fold, -1)[owners] != number)]
    ]
    # Our corrections for noise were learnt from such utterances and flatter them, so it is asked without.
    asked: dict[str, Any] = {"phrases": recipe, "corrected": False}
    jobs = [
        _Meeting(
            models=options.models,
            features=folder,
            asked=asked,
            clips=clips[start : start + _MET_AT_A_TIME],
            folds=fold[start : start + _MET_AT_A_TIME],
            unheard=unheard,
            voices=sounds.neural,
            candidate=decision["candidate"],
            cache=options.cache / "check",
        )
        for start in range(0, len(clips), _MET_AT_A_TIME)
    ]
    found: list[Example] = []
    with _processes() as pool:
        for met in pool.map(_meet, jobs):
            found += met
            say(f"second stage met {len(found)}")
    recogniser = CallRecognizer(options.models / "whisper-base", **asked)
    with EspeakVoice() as espeak:
        found += other_examples(
            recogniser,
            (head.scores(windows(embeddings)) for embeddings in tuning),
            lambda number: minute(sounds, number, SEED + 20, espeak=espeak)[1],
            decision["candidate"],
        )
    say(f"second stage met {len(found)}, with those of {len(tuning)} minutes of other sound")
    check = fit_check(found, len(tuning) / 60)
    say(f"second stage {check}")
    if options.check_only:
        _write(path, {**json.loads(path.read_text("utf-8")), "check": check})
        return
    export(head, options.out)
    card = {
        "phrases": {language: recipe[language] for language in ("zh", "en")},
        "classes": list(CLASSES),
        "decision": decision,
        "check": check,
        "training": {
            "seed": SEED,
            "utterances": len(training),
            "windows": np.bincount(labels).tolist(),
            "kept_voices": recipe["kept_voices"],
            "mined_minutes": options.mine_minutes,
            "tuned_minutes": options.tune_minutes,
        },
        "licence": "Apache-2.0; learnt from speech made by Kokoro-82M, Piper joe (CC0 data) and espeak-ng",
    }
    _write(path, card)
    say(f"wrote {options.out} ({options.out.stat().st_size} bytes)")


def folds(utterances: Sequence[Utterance]) -> Labels:
    """A fold for each utterance, so that all that a voice says (alone or as the first of a mix) is in one."""
    voices = sorted({utterance.voice.split("+")[0] for utterance in utterances})
    order = np.random.default_rng(SEED).permutation(len(voices))
    of_voice = {voices[index]: position % _FOLDS for position, index in enumerate(order)}
    return np.array([of_voice[utterance.voice.split("+")[0]] for utterance in utterances], np.int64)


def _write(path: Path, card: dict[str, Any]) -> None:
    path.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
