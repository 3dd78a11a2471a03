"""The converted encoder against the same layers in NumPy, and what happens to damaged and missing files."""

from __future__ import annotations

import hashlib
import io
import math
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.errors import ReaderUnavailable
from agent.understanding.labels import STATES, TAGS
from agent.understanding.learned.base_model import BaseModel, read_base
from agent.understanding.learned.delta import Delta, merged, read_delta, write_delta
from agent.understanding.learned.encoder import (
    STATE_LAYER,
    Encoder,
    convert,
    folder_of,
    normalised,
    vocabulary,
)
from agent.understanding.learned.tokenizer import Tokenizer
from tests.agent.understanding.conftest import LOUD, drawn_delta, write_base

_erf = np.vectorize(math.erf, otypes=[np.float32])


def delta_for(base_file: Path, **facts: Any) -> Delta:
    return drawn_delta(base_file.parent, hashlib.sha256(base_file.read_bytes()).hexdigest(), **facts)


def in_numpy(base: BaseModel, delta: Delta, pieces: np.ndarray[Any, Any], state: list[float]) -> Any:
    """The same encoder, written as it is defined, in full precision."""
    w = merged(base.weights, delta.arrays)
    x = base.embeddings(pieces) + w["positions"][: len(pieces)] + w["type"]
    x = normalised(x, w["norm.w"], w["norm.b"], base.epsilon)
    size = base.width // base.heads
    for layer in range(base.layers):
        if layer == min(STATE_LAYER, base.layers - 1):
            x = x + np.asarray(state) @ delta.arrays["state"]

        def linear(name: str, x: Any, layer: int = layer) -> Any:
            return x @ w[f"{layer}.{name}.w"] + w[f"{layer}.{name}.b"]

        q, k, v = (linear(name, x).reshape(len(x), base.heads, size).transpose(1, 0, 2) for name in "qkv")
        scores = np.exp(q @ k.transpose(0, 2, 1) / math.sqrt(size))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ v
        x = x + linear("ao", mixed.transpose(1, 0, 2).reshape(x.shape))
        x = normalised(x, w[f"{layer}.aln.w"], w[f"{layer}.aln.b"], base.epsilon)
        inner = linear("fi", x)
        inner = inner * (1 + _erf(inner / math.sqrt(2))) / 2
        x = normalised(x + linear("fo", inner), w[f"{layer}.oln.w"], w[f"{layer}.oln.b"], base.epsilon)
    return x


@pytest.mark.parametrize("text", ["take me to the station", "去机场吗", "coffee, 12 加油站", ""])
@pytest.mark.parametrize("asked", [False, True])
def test_eight_bits_stay_close_to_the_layers_in_numpy(base_file: Path, text: str, asked: bool) -> None:
    delta, base = delta_for(base_file), read_base(base_file)
    encoder = Encoder(convert(base_file, delta, base_file.parent))
    ids = Tokenizer(encoder.pieces)(text).ids
    state = [float(asked)] * len(STATES)
    wanted = in_numpy(base, delta, vocabulary(base.pieces, delta)[ids], state)
    got = encoder(ids, state)
    assert got.shape == wanted.shape
    assert np.corrcoef(got.ravel(), wanted.ravel())[0, 1] > 0.99


def test_a_channel_that_is_far_louder_takes_nothing_from_the_others(base_file: Path) -> None:
    write_base(base_file, loudness=60.0)
    delta, base = delta_for(base_file), read_base(base_file)
    encoder = Encoder(convert(base_file, delta, base_file.parent))
    ids = Tokenizer(encoder.pieces)("take me to the station").ids
    wanted = in_numpy(base, delta, vocabulary(base.pieces, delta)[ids], [0.0] * len(STATES))
    got = encoder(ids, [0.0] * len(STATES))
    others = np.arange(base.width) != LOUD
    error = np.linalg.norm(got[:, others] - wanted[:, others]) / np.linalg.norm(wanted[:, others])
    assert error < 0.005  # 0.012 and more with all channels in eight bits


def test_the_state_of_the_dialogue_changes_the_reading(base_file: Path) -> None:
    encoder = Encoder(convert(base_file, delta_for(base_file), base_file.parent))
    ids = Tokenizer(encoder.pieces)("take me").ids
    assert not np.allclose(encoder(ids, [0.0] * len(STATES)), encoder(ids, [1.0] * len(STATES)), atol=0.05)


def test_a_conversion_is_made_once_and_replaces_older_ones(base_file: Path) -> None:
    cache = base_file.parent
    first = convert(base_file, delta_for(base_file), cache)
    at = (first / "layers.onnx").stat().st_mtime_ns
    assert convert(base_file, delta_for(base_file), cache) == first
    assert (first / "layers.onnx").stat().st_mtime_ns == at
    second = convert(base_file, delta_for(base_file, seed=2), cache)
    assert second != first
    assert [path.name for path in (cache / "reader").iterdir()] == [second.name]


def test_a_conversion_is_on_the_disk_before_it_has_its_name(
    base_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with its name is taken for good; after a power cut its files would be empty."""
    synced: set[str] = set()
    named: list[set[str]] = []
    fsync, rename = os.fsync, Path.rename

    def noted(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    def noted_rename(path: Path, target: Path) -> Path:
        named.append(set(synced))
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "rename", noted_rename)
    folder = convert(base_file, delta_for(base_file), base_file.parent)
    assert {path.name for path in folder.iterdir()} <= named[0]


def test_another_base_than_the_delta_was_trained_on_is_refused(base_file: Path) -> None:
    with pytest.raises(ReaderUnavailable, match="models pull e5-small"):
        convert(base_file, drawn_delta(base_file.parent, "0" * 64), base_file.parent)


@pytest.mark.parametrize("keep", [0, 3, 40, 400, 5000])
def test_a_cut_base_is_named(base_file: Path, keep: int) -> None:
    base_file.write_bytes(base_file.read_bytes()[:keep])
    with pytest.raises(ReaderUnavailable, match="models pull e5-small"):
        read_base(base_file)


def test_a_missing_base_says_what_to_do(base_file: Path) -> None:
    delta = delta_for(base_file)
    base_file.unlink()
    with pytest.raises(ReaderUnavailable, match="models pull e5-small"):
        convert(base_file, delta, base_file.parent)


@pytest.mark.parametrize("name", ["layers.onnx", "words.npy", "small.npz", "facts.json"])
@pytest.mark.parametrize("content", [b"", b"\x00nonsense"])
def test_a_damaged_conversion_is_named(base_file: Path, name: str, content: bytes) -> None:
    delta = delta_for(base_file)
    folder = convert(base_file, delta, base_file.parent)
    assert folder == folder_of(delta.base_sha256, delta, base_file.parent)
    (folder / name).write_bytes(content)
    with pytest.raises(ReaderUnavailable, match="delete"):
        Encoder(folder)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x00" * 200])
def test_a_damaged_delta_is_named(content: bytes) -> None:
    with pytest.raises(ReaderUnavailable, match="damaged"):
        read_delta(content)


@pytest.mark.parametrize(("damaged", "array"), [("state.npy", "state"), ("hidden.w|steps.npy", "hidden.w")])
def test_a_damaged_array_of_a_delta_is_named_when_it_is_unpacked(
    base_file: Path, damaged: str, array: str
) -> None:
    delta_for(base_file)
    changed = io.BytesIO()
    with zipfile.ZipFile(base_file.parent / "delta.npz") as whole, zipfile.ZipFile(changed, "w") as packed:
        for name in whole.namelist():
            packed.writestr(name, whole.read(name)[: -5 if name == damaged else None])
    delta = read_delta(changed.getvalue())
    assert delta.arrays["tag.b"].shape == (len(TAGS),)
    with pytest.raises(ReaderUnavailable, match="damaged"):
        delta.arrays[array]
    with pytest.raises(KeyError):
        delta.arrays["other"]


def test_a_delta_of_before_in_half_precision_is_read(base_file: Path, tmp_path: Path) -> None:
    delta = drawn_delta(tmp_path, "of the base")
    with np.load(tmp_path / "delta.npz") as written:
        facts = written["facts"]
    halves = {name: array.astype(np.float16) for name, array in delta.arrays.items()}
    np.savez_compressed(tmp_path / "before.npz", facts=facts, **halves)
    before = read_delta((tmp_path / "before.npz").read_bytes())
    assert set(before.arrays) == set(delta.arrays)
    for name, array in delta.arrays.items():
        np.testing.assert_allclose(before.arrays[name], array, rtol=1e-3, atol=1e-4)


def test_a_delta_that_is_written_again_stays_as_it_is(tmp_path: Path) -> None:
    delta = drawn_delta(tmp_path, "of the base")
    facts = {"base_sha256": "", "apart": "", "most_latin": 0, "extra": [], "known": [], "calibration": {}}
    write_delta(tmp_path / "again.npz", delta.arrays, facts)
    again = read_delta((tmp_path / "again.npz").read_bytes())
    for name, array in delta.arrays.items():
        np.testing.assert_allclose(again.arrays[name], array, rtol=1e-6)
