"""Kokoro int8 against fp32: the same weights written out as fp32, both timed on the same clauses.

    python -m bench.voice.fp32 MODEL.onnx VOICES_DIR

No fp32 export is in the model store, so one is made from the int8 model: every quantised matrix product,
convolution and LSTM becomes its plain counterpart on dequantised weights.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

CLAUSES = ("前方三百米右转，", "附近有三家酒店，", "前方三百米右转，进入曼纳海姆大街，然后靠左行驶。")


def dequantise(source: Path, target: Path) -> int:
    """Write the fp32 form of a dynamically quantised model; returns how many operators were replaced."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(source))
    graph = model.graph
    constants = {item.name: item for item in graph.initializer}
    makers = {output: node for node in graph.node for output in node.output}
    users: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)

    def values(name: str) -> Any:
        return numpy_helper.to_array(constants[name]).astype(np.float32)

    added: dict[str, Any] = {}
    replaced: dict[int, Any] = {}
    dropped: set[int] = set()
    for node in graph.node:
        if node.op_type in {"ConvInteger", "MatMulInteger"}:
            new, last, chain = _plain_product(node, constants, makers, users, values, added)
            replaced[id(last)] = new
            dropped.update(map(id, chain))
        elif node.op_type == "DynamicQuantizeLSTM":
            replaced[id(node)] = _plain_lstm(node, values, added)
    nodes = [
        replaced.get(id(node), node) for node in graph.node if id(node) in replaced or id(node) not in dropped
    ]
    outputs = {item.name for item in graph.output}
    while True:
        used = outputs | {name for node in nodes for name in node.input}
        alive = [node for node in nodes if any(name in used for name in node.output)]
        if len(alive) == len(nodes):
            break
        nodes = alive
    used = {name for node in nodes for name in node.input}
    kept = [item for item in [*graph.initializer, *added.values()] if item.name in used]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    onnx.save(model, str(target))
    return len(replaced)


def _plain_product(
    node: Any, constants: Any, makers: Any, users: Any, values: Any, added: dict[str, Any]
) -> tuple[Any, Any, list[Any]]:
    """The float operator for: quantise, integer product, add bias, cast, scale."""
    from onnx import helper, numpy_helper

    quantised, weight, _, zero = node.input
    chain, bias = [node], None
    following = users[node.output[0]][0]
    if following.op_type == "Add":
        other = next(name for name in following.input if name != node.output[0])
        maker = makers[other]
        while maker.op_type in {"Reshape", "Cast", "Floor", "Round"}:
            maker = makers[maker.input[0]]
        bias = maker.input[0]
        chain.append(following)
        following = users[following.output[0]][0]
    chain.append(following)
    last = users[following.output[0]][0]
    chain.append(last)
    scale = next(
        name
        for side in last.input
        if side != following.output[0]
        for name in makers[side].input
        if name in constants
    )
    name = f"{weight} as float by {scale}"
    if name not in added:
        matrix, offset, factor = values(weight), values(zero), values(scale)
        if node.op_type == "ConvInteger":
            shape = (-1,) + (1,) * (matrix.ndim - 1)
            offset = offset.reshape(shape) if offset.size > 1 else offset
            factor = factor.reshape(shape) if factor.size > 1 else factor
        added[name] = numpy_helper.from_array(((matrix - offset) * factor).astype(np.float32), name)
    inputs = [makers[quantised].input[0], name, *([bias] if bias else [])]
    kind = "Conv" if node.op_type == "ConvInteger" else "MatMul"
    new = helper.make_node(kind, inputs, [last.output[0]])
    if kind == "Conv":
        new.attribute.extend(node.attribute)
    return new, last, chain


def _plain_lstm(node: Any, values: Any, added: dict[str, Any]) -> Any:
    from onnx import helper, numpy_helper

    inputs = list(node.input)
    for slot, scale, zero in ((1, 8, 9), (2, 10, 11)):
        matrix = (values(inputs[slot]) - values(inputs[zero]).reshape(-1, 1, 1)) * values(
            inputs[scale]
        ).reshape(-1, 1, 1)
        name = f"{inputs[slot]} as float"
        added[name] = numpy_helper.from_array(np.ascontiguousarray(matrix.transpose(0, 2, 1)), name)
        inputs[slot] = name
    new = helper.make_node("LSTM", inputs[: 8 if inputs[7] else 7], list(node.output))
    new.attribute.extend(node.attribute)
    return new


def run(console: Console, *, model: Path, voices: Path) -> dict[str, float]:
    """Time both; returns real-time factors by type and threads."""
    from voice.tts.kokoro import KokoroVoice

    figures: dict[str, float] = {}
    table = Table("type", "threads", *(f"{len(clause)} characters" for clause in CLAUSES))
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "fp32.onnx"
        dequantise(model, plain)
        for threads in (1, 2):
            for name, path in (("int8", model), ("fp32", plain)):
                voice = KokoroVoice(path, voices, threads=threads)
                voice.speak("你好", "zf_xiaobei")
                factors = []
                for clause in CLAUSES:
                    times = []
                    for _ in range(3):
                        began = time.perf_counter()
                        samples = voice.speak(clause, "zf_xiaobei")
                        times.append(time.perf_counter() - began)
                    factors.append(min(times) / (len(samples) / 24_000))
                figures[f"{name} {threads}"] = float(np.mean(factors))
                table.add_row(name, str(threads), *(f"{factor:.2f}" for factor in factors))
    console.print(table)
    return figures


if __name__ == "__main__":
    run(Console(), model=Path(sys.argv[1]), voices=Path(sys.argv[2]))
