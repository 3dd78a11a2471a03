"""Train the reader's delta: low-rank changes of the upper layers and the heads, on two cores in half an hour.

    python -m agent.train.reader --base e5-small-q4.bin --data data.npz --out delta.npz [--minutes 30]

Needs `pip install xiaogao[train-reader]` (JAX and optax). The lower layers stay as they are
(`lower_layers.py`).
Sentences are laid side by side in rows of one length: little is computed for nothing, all compiles once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from agent.train.lower_layers import FIRST_TRAINED, lower_layers
from agent.train.reader_model import Params, heads, initial, upper
from agent.understanding.labels import KINDS, STATES, TAGS, VALUES
from agent.understanding.learned.base_model import BaseModel, read_base
from agent.understanding.learned.delta import OUTPUTS, write_delta

_ROWS, _ROW = 16, 64
_MOST_IN_ROW = 14
"""Requests that a row can hold."""
_NOISE = 0.02
_DROPPED = 0.1
"""Share of what a layer's parts add that is left out in training, the same of all pieces of a row."""
_SMOOTHING = 0.03
_TAG_WEIGHT, _SPAN_WEIGHT, _BEGIN_WEIGHT, _BEGINNING_WEIGHT = 2.0, 2.0, 1.0, 4.0
_RATES = {"lora": 7e-4, "norm": 3e-4, "head": 1.5e-3}
_WARM_UP = 60
_LEAST_RATE = 0.03
_STANDARDISED_ON = 20
_HELD = ":held"
_BY_HAND = ":own"
_MOST_HABIT = 6.0
_TOLD_STATE = frozenset({"own", "slurp", "xsid", "crosswoz", "joined", "prefaced", "corrected"})
"""Sources whose sentences say little of the dialogue's state: some is drawn for them."""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The arrays of `reader_data`, with where each sentence begins in them."""

    held: dict[str, Array]
    starts: Array
    first_request: Array
    lower: Array
    """What the lower layers make of every piece, half precision."""


def load(path: Path, base: BaseModel) -> Data:
    """Read the arrays, and make or find what the lower layers make of them."""
    with np.load(path, allow_pickle=False) as file:
        held = {name: file[name] for name in file.files}
    starts = np.concatenate([[0], np.cumsum(held["lengths"])]).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(held["requests"])]).astype(np.int64)
    lower = lower_layers(path.parent, held["kept"][held["ids"]], starts, base)
    return Data(held=held, starts=starts, first_request=first, lower=lower)


def _laid(rows: list[list[int]], starts: Array) -> Iterator[tuple[int, int, int]]:
    """Yield for each sentence of some rows its row, where in it it begins, and its number."""
    for row, chosen in enumerate(rows):
        at = 0
        for i in chosen:
            yield row, at, i
            at += int(starts[i + 1] - starts[i])


def _batches(
    wanted: list[int], starts: Array, generator: np.random.Generator | None, most: int = 6
) -> Iterator[list[list[int]]]:
    """Yield batches of rows of sentences that fit side by side."""
    rows: list[list[int]] = []
    free: list[int] = []
    for i in wanted if generator is None else generator.permutation(wanted).tolist():
        need = int(starts[i + 1] - starts[i])
        fits = [r for r, space in enumerate(free) if need <= space and len(rows[r]) < most]
        if not fits and len(rows) == _ROWS:
            yield rows
            rows, free, fits = [], [], []
        if not fits:
            rows.append([])
            free.append(_ROW)
            fits = [len(rows) - 1]
        row = min(fits, key=lambda r: free[r])
        rows[row].append(i)
        free[row] -= need
    if rows:
        yield rows


def batch(data: Data, rows: list[list[int]], generator: np.random.Generator | None) -> dict[str, Array]:
    """Return the arrays of a batch; -1 marks what is not there and is not trained."""
    made: dict[str, Array] = {
        "x": np.zeros((_ROWS, _ROW, data.lower.shape[1]), np.float32),
        "states": np.zeros((_ROWS, _ROW, len(STATES)), np.float32),
        "first": np.zeros((_ROWS, _MOST_IN_ROW), np.int32),
        "kinds": np.full((_ROWS, _MOST_IN_ROW), -1, np.int32),
        "values": np.full((_ROWS, _MOST_IN_ROW, len(VALUES)), -1, np.int32),
    }
    made |= {name: np.full((_ROWS, _ROW), -1, np.int32) for name in ("sentence", "tags", "begins", "part")}
    used = [0] * _ROWS
    for row, at, i in _laid(rows, data.starts):
        a, b = int(data.starts[i]), int(data.starts[i + 1])
        first, last = data.first_request[i], data.first_request[i + 1]
        here, asked = slice(at, at + b - a), slice(used[row], used[row] + last - first)
        if asked.stop > _MOST_IN_ROW:
            continue
        made["x"][row, here] = data.lower[a:b]
        made["states"][row, here] = _state(data, i, generator)
        made["sentence"][row, here] = i
        made["tags"][row, here] = data.held["tags"][a:b]
        made["begins"][row, here] = data.held["begins"][a:b]
        made["part"][row, here] = data.held["part"][a:b] + used[row]
        made["first"][row, asked] = at
        made["kinds"][row, asked] = data.held["kinds"][first:last]
        made["values"][row, asked] = data.held["values"][first:last]
        used[row] = asked.stop
    return made


def _state(data: Data, i: int, generator: np.random.Generator | None) -> Array:
    state: Array = data.held["states"][i].copy()
    if generator is None or str(data.held["sources"][i]).split(":")[1] not in _TOLD_STATE or state.any():
        return state
    kind = KINDS[data.held["kinds"][data.first_request[i]]]
    chance = generator.random()
    if chance < 0.2 and kind != "navigate":
        state[STATES.index("guiding")] = 1
    elif chance < 0.25 and kind in {"navigate", "search", "none", "talk", "status"}:
        state[generator.choice(3)] = 1
    elif chance < 0.3 and kind != "plan_trip":
        state[STATES.index("planning")] = 1
    return state


def loss(params: Params, made: dict[str, jax.Array], key: jax.Array, weights: Any, base: Any) -> jax.Array:
    """Return what is made small: cross entropy of tags, beginnings, kinds and values."""
    of_noise, of_dropping = jax.random.split(key)
    noise = jax.random.normal(of_noise, made["x"].shape) * _NOISE * jnp.abs(made["x"])
    shape = (base[0] - FIRST_TRAINED, 2, _ROWS, 1, made["x"].shape[-1])
    kept = jax.random.bernoulli(of_dropping, 1 - _DROPPED, shape) / (1 - _DROPPED)
    tokens = upper(made | {"x": made["x"] + noise}, weights, params, base, kept)
    tags, begins, out = heads(tokens, made, params)
    rows = jnp.maximum((made["kinds"] >= 0).sum(), 1)
    total = _entropy(out[..., slice(*OUTPUTS["kind"])], made["kinds"]).sum() / rows
    for number, name in enumerate(VALUES):
        wanted = made["values"][..., number]
        # Between the mean over all requests and that over those that have the value: few have most of them.
        scale = jnp.sqrt(rows * jnp.maximum((wanted >= 0).sum(), 1))
        total += _entropy(out[..., slice(*OUTPUTS[name])], wanted).sum() / scale
    weight = jnp.where(made["tags"] > 0, _SPAN_WEIGHT, 1.0) * (made["tags"] >= 0)
    total += _TAG_WEIGHT * (_entropy(tags, made["tags"]) * weight).sum() / weight.sum()
    known = (made["begins"] >= 0) * jnp.where(made["begins"] > 0, _BEGINNING_WEIGHT, 1.0)
    crossed = jnp.logaddexp(0.0, begins) - begins * made["begins"]
    return total + _BEGIN_WEIGHT * (crossed * known).sum() / known.sum()


def _entropy(scores: jax.Array, wanted: jax.Array) -> jax.Array:
    logs = jax.nn.log_softmax(scores, -1)
    picked = jnp.take_along_axis(logs, jnp.maximum(wanted, 0)[..., None], -1)[..., 0]
    return -((1 - _SMOOTHING) * picked + _SMOOTHING * logs.mean(-1)) * (wanted >= 0)


def optimiser(params: Params) -> Any:
    """Return the optimiser: slower for layer normalisation, nothing for what standardises."""

    def group(name: str) -> str:
        if name.startswith("token."):
            return "fixed"
        return "head" if not name[0].isdigit() else "norm" if "ln" in name else "lora"

    rules = {name: optax.adamw(rate, weight_decay=0.01) for name, rate in _RATES.items()}
    rules["fixed"] = optax.set_to_zero()
    labels = {name: group(name) for name in params}
    return optax.chain(optax.clip_by_global_norm(1.0), optax.multi_transform(rules, labels))


def standardised(data: Data, params: Params, weights: Any, base: Any, wanted: list[int]) -> Params:
    """Set mean and scale of the tokens as the base's layers give them: heads begin on even ground."""
    run: Any = partial(jax.jit(lambda weights, made: upper(made, weights, params, base)), weights)
    seen: list[Array] = []
    for rows in _batches(wanted, data.starts, np.random.default_rng(1)):
        made = batch(data, rows, None)
        seen.append(np.asarray(run(made))[made["sentence"] >= 0])
        if len(seen) == _STANDARDISED_ON:
            break
    tokens = np.concatenate(seen)
    mean, scale = tokens.mean(0), tokens.std(0) + 1e-3
    return params | {"token.mean": jnp.asarray(mean), "token.scale": jnp.asarray(scale)}


def judged(data: Data, params: Params, run: Any, wanted: list[int]) -> str:
    """Return how many held-out requests have the right kind, the right values, and pieces the right tag."""
    counts = np.zeros(6, np.int64)
    for rows in _batches(wanted, data.starts, None):
        made = batch(data, rows, None)
        tags, _, out = map(np.asarray, run(params, made))
        known, pieces = made["kinds"] >= 0, made["tags"] > 0
        kinds = out[..., slice(*OUTPUTS["kind"])].argmax(-1) == made["kinds"]
        values = np.stack([out[..., slice(*OUTPUTS[name])].argmax(-1) for name in VALUES], -1)
        valued = ((values == made["values"]) | (made["values"] < 0)).all(-1)
        fits = tags.argmax(-1) == made["tags"]
        counts += np.array(
            [
                *(known.sum(), (kinds & known).sum(), (kinds & valued & known).sum()),
                *(pieces.sum(), (fits & pieces).sum(), (~fits & (made["tags"] == 0)).sum()),
            ]
        )
    n, right, valued_right, tagged, tags_right, extra = counts.tolist()
    return (
        f"kinds {100 * right / max(n, 1):.1f} %, with values {100 * valued_right / max(n, 1):.1f} % of {n}; "
        f"tags {100 * tags_right / max(tagged, 1):.1f} % of {tagged}, {extra} where there is none"
    )


def averaged(params: Params, files: list[str]) -> Params:
    """Return the mean of what earlier runs left, each a file or `FILE:WEIGHT`.

    A layer that one of them did not train counts as unchanged in it.
    """
    parts = [(Path(name), float(weight or 1)) for name, _, weight in (f.partition(":") for f in files)]
    total = sum(weight for _, weight in parts)
    held = [dict(np.load(path)) for path, _ in parts]
    unchanged = {name: value if name.endswith(".a") else 0.0 for name, value in {**params, **held[0]}.items()}
    result = {
        name: sum(
            one.get(name, unchanged[name]) * weight for one, (_, weight) in zip(held, parts, strict=True)
        )
        / total
        for name in params
    }
    return {name: jnp.asarray(_widened(value, params[name]), jnp.float32) for name, value in result.items()}


def _widened(value: Array, fresh: Any) -> Array:
    """Return a low-rank matrix with as many columns or rows as it has now, the new ones as they begin."""
    if np.shape(value) in {(), fresh.shape}:
        return np.broadcast_to(value, fresh.shape)
    result = np.array(fresh)
    result[tuple(map(slice, value.shape))] = value
    return result


def train(data: Data, base: BaseModel, options: argparse.Namespace) -> Params:
    """Return the parameters after the given minutes."""
    sources = [str(source) for source in data.held["sources"]]
    held = [i for i, s in enumerate(sources) if s.endswith(_HELD)]
    wanted = [i for i, s in enumerate(sources) if not s.endswith(_HELD)]
    weights = {
        k: v for k, v in base.weights.items() if k[0].isdigit() and int(k.split(".")[0]) >= FIRST_TRAINED
    }
    shape = (base.layers, base.heads, base.epsilon)
    params = initial(base, np.random.default_rng(0))
    if options.start:
        params = averaged(params, options.start)
    else:
        params = standardised(data, params, weights, shape, wanted)
    rule = optimiser(params)
    memory = rule.init(params)

    def step(weights: Any, params: Params, memory: Any, made: Any, key: jax.Array, rate: jax.Array) -> Any:
        value, slope = jax.value_and_grad(loss)(params, made, key, weights, shape)
        change, memory = rule.update(slope, memory, params)
        return optax.apply_updates(params, jax.tree.map(lambda c: c * rate, change)), memory, value

    fast: Any = jax.jit(step)
    score: Any = jax.jit(
        lambda weights, params, made: heads(upper(made, weights, params, shape), made, params)
    )
    run = partial(score, weights)
    generator, key = np.random.default_rng(options.seed), jax.random.PRNGKey(options.seed)
    losses: list[jax.Array] = []
    passes, share, begun = 0, 0.0, time.monotonic()
    while share < 1 and options.minutes:
        passes += 1
        chosen = [i for i in wanted if sources[i].endswith(_BY_HAND) or generator.random() < options.drawn]
        first = data.held["kinds"][data.first_request[chosen]]
        chosen += [i for i, kind in zip(chosen, first, strict=True) if KINDS[kind] in options.twice]
        for rows in _batches(chosen, data.starts, generator):
            share = (time.monotonic() - begun) / (60 * options.minutes)
            if share >= 1:
                break
            key, own = jax.random.split(key)
            cosine = _LEAST_RATE + (1 - _LEAST_RATE) * (1 + math.cos(math.pi * share)) / 2
            rate = min(1.0, (len(losses) + 1) / _WARM_UP) * cosine * options.rate
            made = batch(data, rows, generator)
            params, memory, value = fast(weights, params, memory, made, own, np.float32(rate))
            losses.append(value)  # read when it is told of: the next batch is made while this one is computed
            if len(losses) % options.every == 0:
                spent = f"pass {passes} step {len(losses)} {time.monotonic() - begun:.0f} s"
                mean = np.mean(np.array(losses[-options.every :]))
                print(f"{spent} loss {mean:.3f} held out: {judged(data, params, run, held)}", flush=True)
                save(options.out.with_suffix(".last.npz"), params)
    print(f"{len(losses)} steps, {passes} passes; held out: {judged(data, params, run, held)}", flush=True)
    return params


def save(path: Path, params: Params) -> None:
    """Keep parameters in full precision, to go on from."""
    held: dict[str, Any] = {name: np.asarray(value) for name, value in params.items()}
    np.savez(path, **held)


def habits(data: Data) -> Array:
    """Return how much likelier each tag (column) is after another (row) than by itself, as a logarithm."""
    tags, parts = data.held["tags"], np.repeat(np.arange(len(data.held["lengths"])), data.held["lengths"])
    held = np.array([str(source).endswith(_HELD) for source in data.held["sources"]])
    follows = (parts[1:] == parts[:-1]) & ~held[parts[1:]]
    counts = np.full((len(TAGS), len(TAGS)), 0.1)
    np.add.at(counts, (tags[:-1][follows], tags[1:][follows]), 1)
    after = counts / counts.sum(1, keepdims=True)
    alone = counts.sum(0) / counts.sum()
    result: Array = np.clip(np.log(after / alone), -_MOST_HABIT, _MOST_HABIT).astype(np.float32)
    return result


def known_pieces(data: Data) -> list[int]:
    """Return the pieces that stand outside of spans in two sentences trained on, or more."""
    held = np.array([str(source).endswith(_HELD) for source in data.held["sources"]])
    outside = (data.held["tags"] == 0) & ~np.repeat(held, data.held["lengths"])
    pieces, counts = np.unique(data.held["ids"][outside], return_counts=True)
    return [int(piece) for piece in pieces[counts > 1]]


def main() -> None:
    """Train and write the delta."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--start", nargs="*", default=[], help="parameters of earlier runs to go on from, FILE or FILE:WEIGHT"
    )
    parser.add_argument("--minutes", type=float, default=30, help="0 writes what it starts from")
    parser.add_argument("--rate", type=float, default=1.0, help="factor of all learning rates")
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--drawn", type=float, default=1.0, help="share of drawn sentences in each pass")
    parser.add_argument("--twice", nargs="*", default=[], help="kinds that are seen twice in each pass")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    jax.config.update("jax_compilation_cache_dir", str(options.data.parent / "compiled"))
    base = read_base(options.base)
    data = load(options.data, base)
    params = train(data, base, options)
    save(options.out.with_suffix(".last.npz"), params)
    facts = json.loads(data.held["facts"].tobytes().decode())
    digest = hashlib.sha256(options.base.read_bytes()).hexdigest()
    arrays = {name: np.asarray(value) for name, value in params.items()} | {"tag.next": habits(data)}
    facts |= {"base_sha256": digest, "known": known_pieces(data), "calibration": {}}
    write_delta(options.out, arrays, facts)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
