"""Whisper's decoder in JAX, with low-rank changes to its weights; `voice.train.wording` trains them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from voice.asr.noise_adapter import tensors, values

Params = dict[str, Any]

_LAYERS, _HEADS, _WIDTH = 6, 8, 512
_MATRICES = (
    *(f"self_attention/linear_{number}" for number in range(2)),
    *(f"attention/linear_{number}" for number in range(3)),
    *(f"ffn/linear_{number}" for number in range(2)),
)


def _product(x: jax.Array, weight: jax.Array) -> jax.Array:
    """Rows of `x` times the rows of `weight`, in half precision (bfloat16), summed in full precision.

    Up to three times as fast as in full precision where the processor has instructions for it.
    """
    return jax.lax.dot_general(
        x.astype(jnp.bfloat16),
        weight.astype(jnp.bfloat16),
        (((1,), (1,)), ((), ())),
        preferred_element_type=jnp.float32,
    )


def _forward(x: jax.Array, weight: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return _product(x, weight), (x, weight)


def _backward(held: tuple[jax.Array, jax.Array], slope: jax.Array) -> tuple[jax.Array, jax.Array]:
    x, weight = held
    return _product(slope, weight.T).astype(x.dtype), _product(slope.T, x.T).astype(weight.dtype)


product = jax.custom_vjp(_product)
"""`_product` with its slopes in half precision too."""

product.defvjp(_forward, _backward)


def decoder_weights(raw: bytes) -> Params:
    """The decoder of a model file as float32 arrays, by tensor name."""
    return {
        name: values(raw, tensor).astype(np.float32)
        for name, tensor in tensors(raw).items()
        if name.startswith("decoder/") and tensor.shape
    }


def no_change(base: Params, rank: int, seed: int) -> Params:
    """Changes that do nothing yet: one factor of each product is zero."""
    rng = np.random.default_rng(seed)
    start: Params = {}
    for layer in range(_LAYERS):
        for matrix in _MATRICES:
            name = f"decoder/layer_{layer}/{matrix}"
            tall, wide = base[f"{name}/weight"].shape
            start[f"{name}/weight:tall"] = np.zeros((tall, rank), np.float32)
            start[f"{name}/weight:wide"] = (rng.normal(0, 1, (rank, wide)) / np.sqrt(wide)).astype(np.float32)
            start[f"{name}/bias:add"] = np.zeros(tall, np.float32)
    for name in base:
        if "layer_norm" in name:
            start[f"{name}:add"] = np.zeros_like(base[name])
    return start


def hidden(base: Params, changes: Params | None, tokens: Any, sound: Any) -> Any:
    """What the decoder makes of each token, shape (n, length, 512): times the embeddings it is the logits.

    Parameters
    ----------
    base : dict
        `decoder_weights`.
    changes : dict, optional
        What is added to them, as in `voice.asr.noise_adapter.save_corrections`.
    tokens : array of int, shape (n, length)
        The prompt and the text.
    sound : array, shape (n, frames, 512)
        What the encoder made of the clips.
    """
    x = base["decoder/embeddings/weight"][tokens]
    x = x + base["decoder/position_encodings/encodings"][: tokens.shape[1]]
    heard = sound.reshape(-1, _WIDTH)
    before = jnp.tril(jnp.ones((tokens.shape[1],) * 2, bool))
    shape = x.shape
    layers = _Layers(base, changes)
    x = x.reshape(-1, _WIDTH)
    for number in range(_LAYERS):
        at = f"decoder/layer_{number}"
        inner = layers.norm(x, f"{at}/self_attention/layer_norm")
        query, key, value = jnp.split(layers.linear(inner, f"{at}/self_attention/linear_0"), 3, axis=-1)
        seen = _attend(query, key, value, shape[0], before)
        x = x + layers.linear(seen, f"{at}/self_attention/linear_1")
        query = layers.linear(layers.norm(x, f"{at}/attention/layer_norm"), f"{at}/attention/linear_0")
        key, value = jnp.split(layers.linear(heard, f"{at}/attention/linear_1"), 2, axis=-1)
        x = x + layers.linear(_attend(query, key, value, shape[0]), f"{at}/attention/linear_2")
        inner = layers.linear(layers.norm(x, f"{at}/ffn/layer_norm"), f"{at}/ffn/linear_0")
        x = x + layers.linear(jax.nn.gelu(inner, approximate=False), f"{at}/ffn/linear_1")
    return layers.norm(x, "decoder/layer_norm").reshape(shape)


def _attend(query: Any, key: Any, value: Any, rows: int, seen: Any = None) -> Any:
    def apart(x: Any) -> Any:
        return x.reshape(rows, -1, _HEADS, _WIDTH // _HEADS).transpose(0, 2, 1, 3)

    likeness = apart(query) @ apart(key).transpose(0, 1, 3, 2) / np.sqrt(_WIDTH / _HEADS)
    if seen is not None:
        likeness = jnp.where(seen, likeness, -1e9)
    mixed = jax.nn.softmax(likeness, -1) @ apart(value)
    return mixed.transpose(0, 2, 1, 3).reshape(-1, _WIDTH)


class _Layers:
    """The kinds of layer, on the weights with their changes."""

    def __init__(self, base: Params, changes: Params | None) -> None:
        self._base, self._changes = base, changes

    def _get(self, name: str) -> Any:
        base = self._base[name]
        return base if self._changes is None else base + self._changes[f"{name}:add"]

    def norm(self, x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        spread = jax.lax.rsqrt(jnp.square(centred).mean(-1, keepdims=True) + 1e-5)
        return centred * spread * self._get(f"{name}/gamma") + self._get(f"{name}/beta")

    def linear(self, x: Any, name: str) -> Any:
        made = product(x, self._base[f"{name}/weight"]) + self._get(f"{name}/bias")
        if self._changes is not None:
            tall, wide = (self._changes[f"{name}/weight:{part}"] for part in ("tall", "wide"))
            made = made + product(product(x, wide), tall)
        return made
