"""The reader's encoder and heads in JAX, as they are trained; `agent.understanding` runs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from agent.understanding.base_model import BaseModel
from agent.understanding.delta import LORA_SCALE, OUTPUT_COLUMNS
from agent.understanding.encoder import FIRST_TRAINED
from agent.understanding.labels import STATES, TAGS

MATRICES = ("q", "k", "v", "ao", "fi", "fo")
_RANK = 16
_HIDDEN = 384

Params = dict[str, Any]


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


def layer(x: jax.Array, together: jax.Array, held: Params, heads: int, epsilon: float) -> jax.Array:
    """Return one transformer layer over (rows, pieces, width).

    Parameters
    ----------
    x, together
        What comes in, and for each two pieces of a row whether they are of one sentence.
    held
        The layer's weights by their names (`q.w`), and what is trained of it (`q.w.a`, `q.w.b`, `aln.w.d`),
        if anything is.
    heads, epsilon
        As the base has them.
    """
    batch, length, width = x.shape

    def linear(name: str, x: jax.Array) -> jax.Array:
        y = x @ held[f"{name}.w"] + held[f"{name}.b"]
        if f"{name}.w.a" in held:
            y = y + (x @ held[f"{name}.w.a"]) @ held[f"{name}.w.b"] * LORA_SCALE
        return y

    def norm(x: jax.Array, name: str) -> jax.Array:
        scale, shift = (held[f"{name}.{part}"] + held.get(f"{name}.{part}.d", 0.0) for part in "wb")
        centred = x - x.mean(-1, keepdims=True)
        return centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + epsilon) * scale + shift

    def apart(x: jax.Array) -> jax.Array:
        return x.reshape(batch, length, heads, width // heads).transpose(0, 2, 1, 3)

    query, key, value = (apart(linear(name, x)) for name in "qkv")
    scores = query @ key.transpose(0, 1, 3, 2) * (width // heads) ** -0.5
    scores = jax.nn.softmax(jnp.where(together[:, None], scores, -1e9), -1)
    mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(batch, length, width)
    x = norm(x + linear("ao", mixed), "aln")
    return norm(x + linear("fo", jax.nn.gelu(linear("fi", x), approximate=False)), "oln")


def stacked(weights: Mapping[str, Any], params: Params | None, numbers: range) -> Params:
    """Return weights of several layers, and what is trained of them, as one array each: (layer, ...)."""
    names = [n.split(".", 1)[1] for n in weights if n.startswith(f"{numbers[0]}.")]
    held = {n: jnp.stack([jnp.asarray(weights[f"{k}.{n}"]) for k in numbers]) for n in names}
    if params is None:
        return held
    for name in names:
        matrix, part = name.split(".")
        if "ln" in matrix:
            held[f"{name}.d"] = jnp.stack([params[f"{k}.{name}"] for k in numbers])
        elif part == "w":
            for low in "ab":
                held[f"{name}.{low}"] = jnp.stack([params[f"{k}.{matrix}.{low}"] for k in numbers])
    return held


def through(x: jax.Array, together: jax.Array, held: Params, heads: int, epsilon: float) -> jax.Array:
    """Return what stacked layers make of `x`, one after the other."""
    return jax.lax.scan(lambda x, one: (layer(x, together, one, heads, epsilon), None), x, held)[0]


def same_sentence(sentence: jax.Array) -> jax.Array:
    """Return for each two pieces of a row whether they are of one sentence."""
    return sentence[:, :, None] == sentence[:, None, :]


def upper(made: Mapping[str, jax.Array], weights: Mapping[str, Any], params: Params, base: Any) -> jax.Array:
    """Return the upper layers' result from the lower ones', made even; `base` is (layers, heads, epsilon)."""
    layers, heads, epsilon = base
    x = made["x"] + made["states"] @ params["state"]
    held = stacked(weights, params, range(FIRST_TRAINED, layers))
    x = through(x, same_sentence(made["sentence"]), held, heads, epsilon)
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
