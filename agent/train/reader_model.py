"""The reader's encoder and heads in JAX, as they are trained; `agent.understanding` runs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from agent.train.lower_layers import FIRST_TRAINED
from agent.understanding.labels import STATES, TAGS
from agent.understanding.learned.base_model import BaseModel
from agent.understanding.learned.delta import LORA_SCALE, OUTPUT_COLUMNS
from agent.understanding.learned.encoder import STATE_LAYER

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
_RANK = 32
_HIDDEN = 384
_PROCESSOR = Path("/proc/cpuinfo")
_SHORT = jnp.bfloat16 if _PROCESSOR.exists() and "bf16" in _PROCESSOR.read_text() else jnp.float32
"""What products are made of: three times as fast where the processor has it in hardware, else slower."""

Params = dict[str, Any]


@jax.custom_vjp  # type: ignore[untyped-decorator]
def product(x: jax.Array, w: jax.Array) -> jax.Array:
    """Return a product of two matrices, of their halves of precision where that is fast, summed in full."""
    return jax.lax.dot(x.astype(_SHORT), w.astype(_SHORT), preferred_element_type=jnp.float32)


def _product_forward(x: jax.Array, w: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return product(x, w), (x, w)


def _product_backward(held: tuple[jax.Array, jax.Array], slope: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, w = held
    return product(slope, w.T), product(x.T, slope)


product.defvjp(_product_forward, _product_backward)


def initial(base: BaseModel, generator: np.random.Generator) -> Params:
    """Return parameters that change nothing yet, with heads drawn at random."""
    width = base.width
    params: Params = {}
    for layer in range(FIRST_TRAINED, base.layers):
        for name in MATRICES:
            inputs, outputs = base.weights[f"{layer}.{name}.w"].shape
            params[f"{layer}.{name}.a"] = generator.normal(0, inputs**-0.5, (inputs, _RANK))
            params[f"{layer}.{name}.b"] = np.zeros((_RANK, outputs))
        for name in ("aln", "oln"):
            for part in "wb":
                params[f"{layer}.{name}.{part}"] = np.zeros(width)
    params["state"] = np.zeros((len(STATES), width))
    params |= {"token.mean": np.zeros(width), "token.scale": np.ones(width)}
    params |= {"tag.w": generator.normal(0, 0.05, (width, len(TAGS))), "tag.b": np.zeros(len(TAGS))}
    params |= {"begin.w": generator.normal(0, 0.05, width), "begin.b": np.zeros(1)}
    params["look.w"] = generator.normal(0, 0.05, width)
    params |= {"hidden.w": generator.normal(0, 0.03, (3 * width, _HIDDEN)), "hidden.b": np.zeros(_HIDDEN)}
    params |= {
        "out.w": generator.normal(0, 0.05, (_HIDDEN, OUTPUT_COLUMNS)),
        "out.b": np.zeros(OUTPUT_COLUMNS),
    }
    return {name: jnp.asarray(value, jnp.float32) for name, value in params.items()}


def layer(
    x: jax.Array, together: jax.Array, held: Params, heads: int, epsilon: float, kept: jax.Array | None = None
) -> jax.Array:
    """Return one transformer layer over (rows · pieces, width): products of flat matrices are the fast ones.

    Parameters
    ----------
    x, together
        What comes in, and for each two pieces of a row whether they are of one sentence.
    held
        The layer's weights by their names (`q.w`), and what is trained of it (`q.w.a`, `q.w.b`, `aln.w.d`),
        if anything is.
    heads, epsilon
        As the base has them.
    kept
        What the results of attention and of the inner layer are times in training, shape (2, rows, 1, width):
        most of it one number, the rest 0.
    """
    rows, pieces = together.shape[:2]
    width = x.shape[-1]

    def linear(name: str, x: jax.Array) -> jax.Array:
        y = product(x, held[f"{name}.w"]) + held[f"{name}.b"]
        if f"{name}.w.a" in held:
            y = y + product(product(x, held[f"{name}.w.a"]), held[f"{name}.w.b"]) * LORA_SCALE
        return y

    def norm(x: jax.Array, name: str) -> jax.Array:
        scale, shift = (held[f"{name}.{part}"] + held.get(f"{name}.{part}.d", 0.0) for part in "wb")
        centred = x - x.mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + epsilon) * scale + shift

    def apart(x: jax.Array) -> jax.Array:
        return x.reshape(rows, pieces, heads, width // heads).transpose(0, 2, 1, 3)

    def thinned(x: jax.Array, part: int) -> jax.Array:
        return x if kept is None else (x.reshape(rows, pieces, width) * kept[part]).reshape(x.shape)

    query, key, value = (apart(linear(name, x)) for name in "qkv")
    scores = query @ key.transpose(0, 1, 3, 2) * (width // heads) ** -0.5
    scores = jax.nn.softmax(jnp.where(together[:, None], scores, -1e9), -1)
    mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(x.shape)
    x = norm(x + thinned(linear("ao", mixed), 0), "aln")
    inner = jax.nn.gelu(linear("fi", x), approximate=True)
    return norm(x + thinned(linear("fo", inner), 1), "oln")


def _changes(number: int, names: list[str], params: Params) -> Params:
    changes: Params = {}
    for name in names:
        matrix, part = name.split(".")
        if "ln" in matrix:
            changes[f"{name}.d"] = params[f"{number}.{name}"]
        elif part == "w":
            changes |= {f"{name}.{low}": params[f"{number}.{matrix}.{low}"] for low in "ab"}
    return changes


def through(
    x: jax.Array,
    together: jax.Array,
    weights: Mapping[str, Any],
    params: Params | None,
    numbers: range,
    base: tuple[int, int, float],
    kept: jax.Array | None = None,
) -> jax.Array:
    """Return what several layers make of `x`, (rows, pieces, width); `base` is (layers, heads, epsilon).

    `kept` has for each trained layer what `layer` takes.
    """
    flat = x.reshape(-1, x.shape[-1])
    for number in numbers:
        held = {n.split(".", 1)[1]: w for n, w in weights.items() if n.startswith(f"{number}.")}
        held |= _changes(number, list(held), params) if params is not None else {}
        own = None if kept is None else kept[number - FIRST_TRAINED]
        flat = layer(flat, together, held, base[1], base[2], own)
    return flat.reshape(x.shape)


def same_sentence(sentence: jax.Array) -> jax.Array:
    """Return for each two pieces of a row whether they are of one sentence."""
    return sentence[:, :, None] == sentence[:, None, :]


def upper(
    made: Mapping[str, jax.Array],
    weights: Mapping[str, Any],
    params: Params,
    base: tuple[int, int, float],
    kept: jax.Array | None = None,
) -> jax.Array:
    """Return the upper layers' result from the lower ones', made even; `base` is (layers, heads, epsilon)."""
    together = same_sentence(made["sentence"])
    x = through(made["x"], together, weights, params, range(FIRST_TRAINED, STATE_LAYER), base, kept)
    x += made["states"] @ params["state"]
    x = through(x, together, weights, params, range(STATE_LAYER, base[0]), base, kept)
    return (x - params["token.mean"]) / params["token.scale"]


def heads(
    tokens: jax.Array, made: Mapping[str, jax.Array], params: Params
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return the scores of tags and beginnings of each piece, and of kinds and values of each request."""
    tags = tokens @ params["tag.w"] + params["tag.b"]
    begins = tokens @ params["begin.w"] + params["begin.b"]
    requests = made["kinds"].shape[1]
    own = made["part"][:, None, :] == jnp.arange(requests)[None, :, None]
    mean = own @ tokens / jnp.maximum(own.sum(-1, keepdims=True), 1)
    look = jnp.where(own, (tokens @ params["look.w"])[:, None, :], -1e9)
    looked = jax.nn.softmax(look, -1) @ tokens
    first = jnp.take_along_axis(tokens, made["first"][..., None], 1)
    hidden = jnp.tanh(jnp.concatenate([first, mean, looked], -1) @ params["hidden.w"] + params["hidden.b"])
    return tags, begins, hidden @ params["out.w"] + params["out.b"]
