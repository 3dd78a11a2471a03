"""The second stage's own hearing: a small network on what the recogniser's encoder makes of the call.

The recogniser's decoder knows words, and the call is hardly one: in noise it makes words of it that it knows
better. What its encoder heard is still there, and that is what this network judges. It was learnt by
`voice.train.hearing`, which uses `likeness` too, so what is learnt is what is used.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceMissing

Array = npt.NDArray[np.float32]
Params = dict[str, Any]

HEARING = "wake_xiaogao_hearing.npz"
STRIDES = {"near": 2, "far": 1, "wide": 2, "deep": 1}
"""Layers in their order, and every how many frames each looks."""

_DILATION = {"deep": 2}


def likeness(params: Params, encoded: Any, *, using: Any = np, thin: Any = None) -> Any:
    """Logarithms of the probabilities that it is no call, a Mandarin one, an English one.

    Parameters
    ----------
    params : dict
        Weights by name, as `save_hearing` writes them.
    encoded : array, shape (n, frames, 512)
        The encoder's output.
    using : module
        ``numpy``, or ``jax.numpy`` where slopes are wanted.
    thin : callable, optional
        Given the name and the output of a layer: what is left of it, while it is learnt.

    Returns
    -------
    array, shape (n, 3)
    """

    def convolve(x: Any, name: str) -> Any:
        weight, stride, apart = params[f"{name}:weight"], STRIDES[name], _DILATION.get(name, 1)
        taps, count = len(weight), x.shape[1]
        margin = apart * (taps - 1) // 2
        padded = using.pad(x, ((0, 0), (margin, margin), (0, 0)))
        seen = [padded[:, apart * tap : apart * tap + count : stride] for tap in range(taps)]
        made = using.concatenate(seen, axis=-1) @ weight.reshape(-1, weight.shape[-1])
        made = using.maximum(made + params[f"{name}:bias"], 0)
        return made if thin is None else thin(name, made)

    x = (encoded - params["mean"]) @ params["parts"]
    x = convolve(convolve(convolve(x, "near"), "far"), "wide")
    x = x + convolve(x, "deep")
    wanted = x @ params["look"]
    looks = using.exp(wanted - wanted.max(axis=1, keepdims=True))
    looks = looks / looks.sum(axis=1, keepdims=True)
    found = [(x * looks[:, :, each : each + 1]).sum(axis=1) for each in range(looks.shape[-1])]
    logits = using.concatenate([*found, x.max(axis=1)], axis=-1) @ params["verdict"] + params["verdict:bias"]
    highest = logits.max(axis=-1, keepdims=True)
    return logits - highest - using.log(using.exp(logits - highest).sum(axis=-1, keepdims=True))


def log_odds(params: Params, encoded: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Log-odds of a Mandarin and of an English call against none, shape (n, 2); see `likeness`."""
    found = np.asarray(likeness(params, np.asarray(encoded, np.float32)), np.float64)
    return found[:, 1:] - found[:, :1]


def save_hearing(path: Path, params: Params) -> None:
    """Write the network, in half precision."""
    with path.open("wb") as stream:
        halves: Params = {name: np.asarray(value, np.float16) for name, value in params.items()}
        np.savez_compressed(stream, **halves)


@cache
def load_hearing(path: Path | None = None) -> Params:
    """The network of a file, the packaged one by default; read once."""
    path = path or Path(str(resources.files("voice").joinpath(f"data/{HEARING}")))
    if not path.is_file():
        raise VoiceMissing("the hearing of the wake word is missing: install the package again")
    with np.load(path) as kept:
        return {name: kept[name].astype(np.float32) for name in kept.files}
