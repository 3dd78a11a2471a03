"""The reader's encoder: the pretrained layers and our delta, in eight bits, run by onnxruntime on one thread.

Base and delta are converted once into a folder of the user's cache that is named after both their hashes.
Embeddings stay in their file: a sentence needs a few rows of them, which are read when it comes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from agent.errors import ReaderUnavailable
from agent.understanding.labels import STATES
from agent.understanding.learned.base_model import BaseModel, Floats, Pieces, read_base
from agent.understanding.learned.delta import Delta, merged
from agent.understanding.learned.tokenizer import MOST_PIECES, Ids, PieceTable, prune, restrict, table_of
from nav.packs.staging import sync_tree

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

STATE_LAYER = 8
"""What is known of the dialogue is added in front of this layer."""

_FORMAT = "4"
"""Raised when what a converted folder holds changes."""
_STEPS_OF_WORDS = 127
_STEPS_OF_LAYERS = 63
"""Half of what eight bits hold: processors without VNNI add two products in sixteen bits, which must not be
too few (ONNX Runtime, "Quantize ONNX models", U8S8 saturation)."""
_LOUD, _LOUD_INSIDE = 8, 32
"""Channels of a layer, and inner ones, that are multiplied in single precision: one or two are up to 20 times
as large as all others, which would be left few of the steps of eight bits."""
_OPSET = 20
_OPSET_CONTRIB = 1
_IR_VERSION = 9


class Encoder:
    """Runs the converted encoder.

    Parameters
    ----------
    folder
        What `convert` returned.

    Raises
    ------
    ReaderUnavailable
        If onnxruntime is not installed or the folder is damaged.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._session = open_session(folder / "layers.onnx")
            self._words = Rows(folder / "words.npy")
            with np.load(folder / "small.npz", allow_pickle=False) as small:
                held = {name: small[name] for name in small.files}
            facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
            self._scales: Floats = held["scales"]
            self._places: Floats = held["positions"] + held["type"]
            self._norm = held["norm.w"], held["norm.b"]
            self._state: Floats = held["state"]
            self._epsilon = float(facts["epsilon"])
            self.pieces = PieceTable(
                keys=held["keys"],
                numbers=held["numbers"],
                scores=held["scores"],
                normal=facts["normal"],
                begin=facts["begin"],
                end=facts["end"],
                unknown=facts["unknown"],
                unknown_score=float(facts["unknown_score"]),
            )
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise ReaderUnavailable(
                f"the converted reader in {folder} is damaged ({error}): delete that folder"
            ) from None

    def __call__(self, ids: Ids, state: list[float]) -> Floats:
        """Return what the encoder makes of a sentence.

        Parameters
        ----------
        ids
            Its pieces.
        state
            What the dialogue stands at, as `State.vector`.

        Returns
        -------
        array of float32
            Shape (pieces, width).
        """
        x = self._words.read(ids) * self._scales[ids, None] + self._places[: len(ids)]
        x = normalised(x, *self._norm, self._epsilon)
        bias = np.asarray(state, np.float32) @ self._state
        (hidden,) = self._session.run(None, {"words": x[None], "state": bias[None, None]})
        return np.asarray(hidden[0], np.float32)


class Rows:
    """Rows of a matrix of eight-bit numbers, read from their file one by one: memory holds none of it.

    Parameters
    ----------
    path
        File in NumPy's format.
    """

    def __init__(self, path: Path) -> None:
        mapped = np.load(path, mmap_mode="r")
        if mapped.ndim != 2 or mapped.dtype != np.int8:
            raise ValueError(f"{path.name} holds no matrix of eight-bit numbers")
        self._width = int(mapped.shape[1])
        self._offset = int(getattr(mapped, "offset", 0))
        self._file = path.open("rb", buffering=0)

    def read(self, numbers: Ids) -> Floats:
        """Return some rows, shape (numbers, width)."""
        held = [
            os.pread(self._file.fileno(), self._width, self._offset + int(row) * self._width)
            for row in numbers
        ]
        return np.frombuffer(b"".join(held), np.int8).reshape(len(numbers), self._width).astype(np.float32)

    def __del__(self) -> None:
        if file := getattr(self, "_file", None):
            file.close()


def normalised(x: Floats, weight: Floats, bias: Floats, epsilon: float) -> Floats:
    """Return layer normalisation over the last axis."""
    centred = x - x.mean(-1, keepdims=True)
    scale = np.sqrt((centred**2).mean(-1, keepdims=True) + epsilon)
    return np.asarray(centred / scale * weight + bias, np.float32)


def open_session(path: Path) -> InferenceSession:
    """Open an ONNX model on one thread; raises ReaderUnavailable if that cannot be."""
    try:
        import onnxruntime
    except ImportError:
        raise ReaderUnavailable("the learned reader needs onnxruntime: pip install xiaogao[agent]") from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    # The graph is written as it is to be run, and what onnxruntime would change makes it slower: a sum and
    # the layer normalisation after it take 13 µs as two operators, and 42 as the one it would make of them.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own that share no base
        raise ReaderUnavailable(
            f"{path} cannot be opened ({error}): delete the folder {path.parent}"
        ) from None


def folder_of(base_sha256: str, delta: Delta, cache: Path) -> Path:
    """Return where base and delta are converted to; named after both hashes and our format."""
    key = hashlib.sha256(f"{_FORMAT} {base_sha256} {delta.sha256}".encode()).hexdigest()
    return cache / "reader" / key[:16]


def convert(base_path: Path, delta: Delta, cache: Path) -> Path:
    """Convert base and delta, unless that has been done; other conversions of ours are deleted.

    Parameters
    ----------
    base_path
        File of the pretrained encoder.
    delta
        What training added.
    cache
        Folder of what can be made again.

    Returns
    -------
    Path
        The folder to give to `Encoder`.

    Raises
    ------
    ReaderUnavailable
        If the base is not the one that the delta was trained on, or there is no room to write.
    """
    folder = folder_of(delta.base_sha256, delta, cache)
    if (folder / "facts.json").is_file():
        return folder
    _check(base_path, delta)
    base = read_base(base_path)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(dir=folder.parent, prefix="part-"))
        try:
            write_encoder(part, base, delta)
            sync_tree(part)  # the folder counts as good when it is there
            part.rename(folder)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)
            if not (folder / "facts.json").is_file():  # else another process was quicker
                raise
    except OSError as error:
        raise ReaderUnavailable(f"the reader cannot be written below {cache}: {error}") from None
    for other in folder.parent.iterdir():
        if other != folder and not other.name.startswith("part-"):
            shutil.rmtree(other, ignore_errors=True)
    return folder


def _check(base_path: Path, delta: Delta) -> None:
    try:
        with base_path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ReaderUnavailable(
            f"the reader's base is missing ({error}): run `xiaogao models pull e5-small`"
        ) from None
    if found != delta.base_sha256:
        raise ReaderUnavailable(
            f"{base_path} is not the file that the reader was trained on: run `xiaogao models pull e5-small`"
        )


def vocabulary(pieces: Pieces, delta: Delta) -> Ids:
    """Return the numbers of the pieces that the reader keeps."""
    kept = prune(pieces, delta.apart, delta.most_latin)
    return np.array(sorted({*kept.tolist(), *delta.extra}), np.int64)


def write_encoder(folder: Path, base: BaseModel, delta: Delta) -> None:
    """Write what `Encoder` reads into a folder."""
    import onnx

    kept = vocabulary(base.pieces, delta)
    pieces = restrict(base.pieces, kept)
    words, scales = _in_eight_bits(base.embeddings(kept).T, _STEPS_OF_WORDS)
    np.save(folder / "words.npy", np.ascontiguousarray(words.T))
    small: dict[str, Any] = {name: base.weights[name] for name in ("type", "norm.w", "norm.b")}
    small["positions"] = base.weights["positions"][:MOST_PIECES]
    state = delta.arrays["state"].reshape(len(STATES), base.width)
    table = table_of(pieces)
    small |= {"keys": table.keys, "numbers": table.numbers, "scores": table.scores}
    np.savez(folder / "small.npz", scales=scales, state=state, **small)
    onnx.save(graph(base, merged(base.weights, delta.arrays)), folder / "layers.onnx")
    facts = {
        "epsilon": base.epsilon,
        "normal": dict(table.normal),
        "begin": table.begin,
        "end": table.end,
        "unknown": table.unknown,
        "unknown_score": table.unknown_score,
    }
    with (folder / "facts.json").open("w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False)


def _in_eight_bits(matrix: Floats, most: int) -> tuple[np.ndarray[Any, np.dtype[np.int8]], Floats]:
    """Return a matrix (in, out) as whole numbers up to `most`, and what each column is to be times."""
    scales = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / most
    return np.rint(matrix / scales).astype(np.int8), scales.astype(np.float32)


class _Graph:
    """An ONNX graph under construction; every method returns the name of what it makes."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self._helper, self._numpy = helper, numpy_helper
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, value: object) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(self._numpy.from_array(np.ascontiguousarray(value), name))
        return name

    def op(self, kind: str, *inputs: str, output: str = "", domain: str = "", **settings: Any) -> str:
        output = output or f"t{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(kind, list(inputs), [output], domain=domain, **settings))
        return output

    def linear(self, x: str, weight: Floats, bias: Floats) -> str:
        """Return x @ weight + bias, with weight and, as they come, activations in eight bits."""
        steps, scales = _in_eight_bits(weight, _STEPS_OF_LAYERS)
        parts = [self.constant(steps), self.constant(scales), self.constant(np.zeros(len(scales), np.int8))]
        bias_name = self.constant(bias.astype(np.float32))
        return self.op("DynamicQuantizeMatMul", x, *parts, bias_name, domain="com.microsoft")

    def linear_in_parts(self, x: str, weight: Floats, bias: Floats, loud: Ids) -> str:
        """Return x @ weight + bias, with some channels of x in single precision, the rest in eight bits."""
        quiet = np.ones((len(weight), 1), np.float32)
        quiet[loud] = 0
        loudly = self.op("Gather", x, self.constant(loud), axis=-1)
        loudly = self.op("MatMul", loudly, self.constant(weight[loud].astype(np.float32)))
        quietly = self.linear(self.op("Mul", x, self.constant(quiet.ravel())), weight * quiet, bias)
        return self.op("Add", quietly, loudly)


def _loud(weights: Mapping[str, Floats], layer: int) -> tuple[Ids, Ids]:
    """Return the large channels of a layer, and the inner ones that listen most to any one channel."""
    by_norm = np.abs(weights[f"{layer}.aln.w"])
    heard = (by_norm[:, None] * np.abs(weights[f"{layer}.fi.w"])).max(axis=0)
    return np.argsort(by_norm)[-_LOUD:], np.argsort(heard)[-_LOUD_INSIDE:]


def graph(base: BaseModel, weights: Mapping[str, Floats]) -> Any:
    """Return the layers as an ONNX model: `words` and `state` in, what the last layer makes of them out."""
    from onnx import TensorProto, helper

    g, width = _Graph(), base.width

    def norm(x: str, name: str, output: str = "") -> str:
        parts = [g.constant(weights[f"{name}.{part}"]) for part in "wb"]
        return g.op("LayerNormalization", x, *parts, output=output, axis=-1, epsilon=base.epsilon)

    x = "words"
    for layer in range(base.layers):
        last = "hidden" if layer == base.layers - 1 else ""
        if layer == min(STATE_LAYER, base.layers - 1):
            x = g.op("Add", x, "state")
        names = [f"{layer}.{part}" for part in "qkv"]
        joined = g.linear(
            x,
            np.concatenate([weights[f"{n}.w"] for n in names], axis=1),
            np.concatenate([weights[f"{n}.b"] for n in names]),
        )
        parts = [f"{name}.out" for name in names]
        g.nodes.append(helper.make_node("Split", [joined], parts, axis=-1, num_outputs=3))
        mixed = g.op("MultiHeadAttention", *parts, domain="com.microsoft", num_heads=base.heads)
        attended = g.linear(mixed, weights[f"{layer}.ao.w"], weights[f"{layer}.ao.b"])
        x = norm(g.op("Add", x, attended), f"{layer}.aln")
        loud, inside = _loud(weights, layer)
        inner = g.linear_in_parts(x, weights[f"{layer}.fi.w"], weights[f"{layer}.fi.b"], loud)
        inner = g.op("Gelu", inner)
        outer = g.linear_in_parts(inner, weights[f"{layer}.fo.w"], weights[f"{layer}.fo.b"], inside)
        x = norm(g.op("Add", x, outer), f"{layer}.oln", last)
    shape: list[str | int | None] = [1, "pieces", width]
    model = helper.make_model(
        helper.make_graph(
            g.nodes,
            "reader",
            [
                helper.make_tensor_value_info("words", TensorProto.FLOAT, shape),
                helper.make_tensor_value_info("state", TensorProto.FLOAT, [1, 1, width]),
            ],
            [helper.make_tensor_value_info("hidden", TensorProto.FLOAT, shape)],
            g.constants,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", _OPSET_CONTRIB)],
    )
    model.ir_version = _IR_VERSION
    return model
