"""Hearing in noise: the corrections of the recogniser's encoder, and the recipe that makes them."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.voice import corpus as voice_corpus
from voice import wav_io
from voice.asr import noise_adapter
from voice.asr.noise_adapter import (
    CORRECTIONS,
    adapted,
    damaged,
    fingerprint,
    save_corrections,
    tensors,
    values,
)
from voice.asr.text import bare_text
from voice.asr.whisper import Whisper
from voice.data_files import load_json
from voice.train import augment
from voice.train import noise as train_noise

KOKORO_VOICES = [
    *("zf_xiaobei", "zf_xiaoni", "zf_xiaoxiao", "zm_yunxi", "zm_yunyang"),
    *("af_bella", "af_nova", "am_liam", "bm_george"),
]


def model_file(arrays: dict[str, np.ndarray]) -> bytes:
    """The bytes of a CTranslate2 model with these tensors."""

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    kinds = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}
    parts = [struct.pack("<I", 6), text("WhisperSpec"), struct.pack("<II", 3, len(arrays))]
    for name, array in arrays.items():
        dimensions = struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        parts += [text(name), dimensions, struct.pack("<BI", kinds[str(array.dtype)], array.nbytes)]
        parts.append(array.tobytes())
    return b"".join([*parts, struct.pack("<I", 0)])


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, dict[str, np.ndarray]]:
    rng = np.random.default_rng(3)
    arrays = {
        "encoder/conv1/weight": rng.normal(size=(4, 3, 3)).astype(np.float16),
        "encoder/conv1/bias": rng.normal(size=4).astype(np.float16),
        "encoder/num_heads": np.array(8, np.int16),
        "decoder/weight": rng.normal(size=(5, 6)).astype(np.float16),
    }
    path = tmp_path / "model.bin"
    path.write_bytes(model_file(arrays))
    return path, arrays


def test_tensors_are_found_where_they_stand(small: tuple[Path, dict[str, np.ndarray]]) -> None:
    path, arrays = small
    raw = path.read_bytes()
    found = tensors(raw)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(values(raw, found[name]), array)


def test_corrections_are_added_and_nothing_else_changes(
    small: tuple[Path, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    path, arrays = small
    rng = np.random.default_rng(4)
    tall, wide, bias = rng.normal(size=(4, 2)), rng.normal(size=(2, 9)), rng.normal(size=4)
    raw = path.read_bytes()
    corrections = {
        "encoder/conv1/weight:tall": tall,
        "encoder/conv1/weight:wide": wide,
        "encoder/conv1/bias:add": bias,
    }
    save_corrections(tmp_path / "c.npz", corrections, fingerprint(raw, tensors(raw)))
    found = adapted(path, tmp_path / "c.npz")
    assert found is not None
    changed = bytes(found)
    places = tensors(changed)
    assert len(changed) == len(raw)
    expected = arrays["encoder/conv1/weight"] + (tall @ wide).reshape(4, 3, 3)
    np.testing.assert_allclose(values(changed, places["encoder/conv1/weight"]), expected, atol=0.02)
    np.testing.assert_allclose(
        values(changed, places["encoder/conv1/bias"]), arrays["encoder/conv1/bias"] + bias, atol=0.01
    )
    np.testing.assert_array_equal(values(changed, places["decoder/weight"]), arrays["decoder/weight"])
    assert path.read_bytes() == raw, "the model on disk stays the published one"


def test_another_model_stays_as_it_is(small: tuple[Path, dict[str, np.ndarray]], tmp_path: Path) -> None:
    path, _ = small
    save_corrections(tmp_path / "c.npz", {"encoder/conv1/bias:add": np.ones(4)}, "another")
    assert adapted(path, tmp_path / "c.npz") is None
    assert adapted(path) is None, "the packaged corrections are for Whisper base"
    path.write_bytes(b"no model")
    assert adapted(path) is None


def two_corrections(folder: Path, raw: bytes) -> tuple[Path, Path]:
    """One for the encoder, and one learnt on what that makes, for the decoder."""
    paths = folder / "first.npz", folder / "second.npz"
    mark = fingerprint(raw, tensors(raw))
    save_corrections(paths[0], {"encoder/conv1/bias:add": np.ones(4)}, mark)
    save_corrections(
        paths[1], {"decoder/weight:tall": np.ones((5, 1)), "decoder/weight:wide": np.ones((1, 6))}, mark
    )
    return paths


def added(path: Path, arrays: dict[str, np.ndarray], *corrections: Path) -> dict[str, float]:
    """The mean of what corrections add to each tensor that they change."""
    changed = adapted(path, *corrections)
    if changed is None:
        return {}
    raw = bytes(changed)
    apart = {name: float((values(raw, place) - arrays[name]).mean()) for name, place in tensors(raw).items()}
    return {name: round(mean, 1) for name, mean in apart.items() if abs(mean) > 0.01}


def test_corrections_are_added_one_after_the_other(
    small: tuple[Path, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    path, arrays = small
    both = two_corrections(tmp_path, path.read_bytes())
    assert added(path, arrays, *both) == {"encoder/conv1/bias": 1, "decoder/weight": 1}


@pytest.mark.parametrize(
    "harm", ["cut", "changed", "empty", "other shape", "unknown tensor", "no fingerprint"]
)
def test_damaged_corrections_are_left_out_with_those_that_build_on_them(
    small: tuple[Path, dict[str, np.ndarray]],
    tmp_path: Path,
    harm: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, arrays = small
    first, second = two_corrections(tmp_path, path.read_bytes())
    mark = fingerprint(path.read_bytes(), tensors(path.read_bytes()))
    good = second.read_bytes()
    match harm:
        case "cut":
            second.write_bytes(good[: len(good) // 2])
        case "changed":
            second.write_bytes(good.replace(good[60:90], bytes(30)))
        case "empty":
            second.write_bytes(b"")
        case "other shape":
            save_corrections(
                second, {"encoder/conv1/bias:add": np.ones(4), "decoder/weight:add": np.ones(7)}, mark
            )
        case "unknown tensor":
            save_corrections(
                second, {"encoder/conv1/bias:add": np.ones(4), "decoder/other:add": np.ones(7)}, mark
            )
        case "no fingerprint":
            np.savez(second, **{"decoder/weight:add": np.ones((5, 6))})
    assert added(path, arrays, first, second) == {"encoder/conv1/bias": 1}
    assert added(path, arrays, second, first) == {}
    monkeypatch.setattr(noise_adapter, "packaged", lambda: [first, second])
    fits_no_model = {"other shape", "unknown tensor"}  # only a model tells
    assert damaged() == ([] if harm in fits_no_model else ["second.npz"])


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
@settings(max_examples=300)
def test_broken_models_are_refused(junk: bytes, cut: int, byte: int) -> None:
    good = model_file({"a/weight": np.ones((3, 4), np.float16), "b": np.zeros(2, np.float32)})
    broken = bytearray(good)
    broken[cut % len(good)] = byte
    for raw in (junk, good[: cut % len(good)], bytes(broken)):
        try:
            found = tensors(raw)
        except ValueError:
            continue
        for tensor in found.values():
            assert values(raw, tensor).shape == tensor.shape


def test_the_recipe_says_no_command_of_the_benchmark_and_not_by_a_kept_voice() -> None:
    spoken = train_noise.sentences(KOKORO_VOICES)
    assert spoken == train_noise.sentences(KOKORO_VOICES)
    tested = {bare_text(command.text) for command in voice_corpus.commands()}
    assert not tested & {bare_text(utterance.text) for utterance in spoken}
    tested_names = [said for said, _ in (*voice_corpus._ZH_PLACES, *voice_corpus._EN_PLACES)]
    assert not {name for name in tested_names for u in spoken if bare_text(name) in bare_text(u.text)}
    kept = set(load_json("wake_recipe.json")["kept_voices"])
    assert not {voice for utterance in spoken for voice in utterance.voice.split("+")} & kept
    assert {utterance.language for utterance in spoken} == {"zh", "en"}


def test_examples_pair_speech_with_the_same_speech_in_noise() -> None:
    times = np.arange(24_000) / 16_000
    clips = [(0.2 * np.sin(2 * np.pi * hertz * times)).astype(np.float32) for hertz in (300, 500)]
    for seed in range(40):
        clean, noisy, length = train_noise.example(clips, clips, 4.0, np.random.default_rng(seed))
        assert clean.shape == noisy.shape == (64_000,)
        assert np.isfinite(noisy).all()
        assert not clean[length:].any()
        assert not noisy[length:].any()
        aligned = np.correlate(noisy[:length], clean[:length])[0]
        assert aligned > 0.2 * np.square(clean).sum(), "in the same place"


@pytest.mark.slow
def test_short_windows_hear_calls_and_longer_ones_requests() -> None:
    times = np.arange(24_000) / 16_000
    requests, calls = (
        [(0.2 * np.sin(2 * np.pi * hertz * times)).astype(np.float32)] for hertz in (300, 3000)
    )

    def is_call(window_s: float, seed: int) -> bool:
        clean = train_noise.example(requests, calls, window_s, np.random.default_rng(seed))[0]
        heights = np.abs(np.fft.rfft(clean))
        return heights[int(1500 * window_s) :].max() > heights[: int(1500 * window_s)].max()

    assert sum(is_call(2.2, seed) for seed in range(60)) > 30
    assert sum(is_call(4.0, seed) for seed in range(60)) < 30


def test_its_steps_go_downhill() -> None:
    found = {"a:add": np.full(3, 4.0), "b:tall": np.array([[-2.0, 5.0]])}
    first, second = ({name: np.zeros_like(value) for name, value in found.items()} for _ in range(2))
    for number in range(1, 400):
        slopes = {name: 2 * value for name, value in found.items()}
        found, first, second = train_noise._step(found, first, second, slopes, 0.1, float(number))
    assert all(np.abs(value).max() < 0.1 for value in found.values())


def test_weakened_corrections_change_every_weight_by_a_share() -> None:
    rng = np.random.default_rng(4)
    shapes = {"a/weight:tall": (6, 2), "a/weight:wide": (2, 5), "a/bias:add": (6,)}
    found = {name: rng.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    changed = []
    for strength in (1.0, 0.25):
        share = train_noise.weakened(found, strength)
        changed.append((share["a/weight:tall"] @ share["a/weight:wide"], share["a/bias:add"]))
    for whole, part in zip(*changed, strict=True):
        assert np.allclose(part, 0.25 * whole)


@pytest.mark.models
def test_the_recipe_knows_the_encoder(plain_whisper: Whisper, model_dir: Callable[[str], Path]) -> None:
    """Without corrections its encoder is Whisper's, to the precision of eight bits."""
    speech = wav_io.read(Path(__file__).parents[3] / "samples" / "zh_cathedral.wav")[:64_000]
    mel = plain_whisper._model.feature_extractor(speech, padding=0)[:, :400]
    expected = np.asarray(plain_whisper._model.encode(np.ascontiguousarray(mel)))
    base = train_noise.encoder_weights((model_dir("whisper-base") / "model.bin").read_bytes())
    for corrections in (None, train_noise.no_change(base, 1)):
        found = np.asarray(train_noise.encode(base, corrections, mel[None]))
        assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.98


@pytest.mark.models
def test_noise_changes_less_of_what_the_encoder_makes(whisper: Whisper, plain_whisper: Whisper) -> None:
    speech = wav_io.read(Path(__file__).parents[3] / "samples" / "zh_cathedral.wav")
    rng = np.random.default_rng(1)

    def made(by: Whisper, samples: np.ndarray) -> np.ndarray:
        return np.asarray(by.encode(samples, 10.0))[0, : len(samples) // 320]

    clean = made(plain_whisper, speech)
    for name in ("road", "fan", "music"):
        noise = augment.noises([])[name](len(speech), rng)
        noisy = augment.mix(speech, noise, 5)
        apart = [float(np.square(made(by, noisy) - clean).mean()) for by in (plain_whisper, whisper)]
        assert apart[1] < 0.75 * apart[0], name
    apart_when_clean = np.square(made(whisper, speech) - clean).mean()
    assert apart_when_clean < 0.2 * clean.var()


@pytest.mark.models
def test_the_packaged_corrections_are_small_and_for_the_installed_model(
    model_dir: Callable[[str], Path],
) -> None:
    assert adapted(model_dir("whisper-base") / "model.bin") is not None
    packaged = Path(train_noise.__file__).parents[1] / "data" / CORRECTIONS[0]
    assert packaged.stat().st_size < 5_000_000


@pytest.mark.models
def test_without_room_for_a_corrected_copy_the_plain_model_loads(
    model_dir: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    assert not Whisper(model_dir("whisper-base")).is_corrected
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert Whisper(model_dir("whisper-base")).is_corrected
    assert not list(tmp_path.iterdir()), "the copy is gone once the model is loaded"


def test_corrections_are_kept_to_half_a_percent(
    small: tuple[Path, dict[str, np.ndarray]], tmp_path: Path
) -> None:
    path, arrays = small
    rng = np.random.default_rng(5)
    tall, wide = rng.normal(size=(4, 2)) * (1, 30), rng.normal(size=(2, 9)) * 200
    mark = fingerprint(path.read_bytes(), tensors(path.read_bytes()))
    packed, halves = tmp_path / "packed.npz", tmp_path / "halves.npz"
    named = {"encoder/conv1/weight:tall": tall, "encoder/conv1/weight:wide": wide}
    save_corrections(packed, named, mark)
    np.savez(halves, fingerprint=mark, **{name: matrix.astype(np.float16) for name, matrix in named.items()})
    for kept in (packed, halves):  # as written now, and as before
        found = adapted(path, kept)
        assert found is not None
        changed = bytes(found)
        now = values(changed, tensors(changed)["encoder/conv1/weight"]).astype(np.float64)
        added, meant = now - arrays["encoder/conv1/weight"], (tall @ wide).reshape(4, 3, 3)
        assert np.linalg.norm(added - meant) < 0.005 * np.linalg.norm(meant)
