"""The classifier of the wake word's first stage: fitted by scikit-learn, kept as arrays, written as ONNX."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.wake.detector import CLASSES
from voice.wake.features import EMBEDDING, WINDOW

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

HIDDEN = (256, 64)
"""Units of the hidden layers."""


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
