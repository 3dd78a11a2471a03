"""Tiny models that sherpa-onnx loads: whatever the sound, they write one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_FRAMES = 400
_TAGS = ("<|zh|>", "<|NEUTRAL|>", "<|Speech|>", "<|woitn|>")
"""SenseVoice writes language, emotion, event and spelling first."""


def sense_voice(folder: Path, sentence: str) -> Path:
    """A SenseVoice model in a new folder, one token a character."""
    return _toy(
        folder,
        [*_TAGS, *sentence],
        inputs={"x": TensorProto.FLOAT, "x_length": 6, "language": 6, "text_norm": 6},
        outputs=["logits"],
        about={
            "model_type": "sense_voice_ctc",
            "with_itn": 14,
            "without_itn": 15,
            "normalize_samples": 0,
            **{f"lang_{name}": code for code, name in enumerate(("auto", "zh", "en", "yue", "ja", "ko"))},
        },
    )


def paraformer(folder: Path, sentence: str) -> Path:
    """A Paraformer model in a new folder, one token a character."""
    return _toy(
        folder,
        [*sentence],
        inputs={"speech": TensorProto.FLOAT, "speech_lengths": 6},
        outputs=["logits", "token_num"],
        about={"model_type": "paraformer"},
    )


def _toy(
    folder: Path,
    said: list[str],
    *,
    inputs: dict[str, int],
    outputs: list[str],
    about: dict[str, object],
) -> Path:
    folder.mkdir(parents=True)
    tokens = ["<blank>", "<s>", "</s>", *dict.fromkeys(said)]
    lines = [f"{token} {number}\n" for number, token in enumerate(tokens)]
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
    logits = np.full((_FRAMES, len(tokens)), -9.0, np.float32)
    for frame in range(_FRAMES):
        nothing = "</s>" if "token_num" in outputs else "<blank>"
        logits[frame, tokens.index(said[frame] if frame < len(said) else nothing)] = 9.0
    sound = next(iter(inputs))
    nodes = [
        helper.make_node("Shape", [sound], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["frames"], axis=0),
        helper.make_node("Add", ["frames", "more"], ["rows"]),
        helper.make_node("Unsqueeze", ["rows", "zero"], ["end"]),
        helper.make_node("Slice", ["plan", "zero", "end"], ["cut"]),
        helper.make_node("Unsqueeze", ["cut", "zero"], ["logits"]),
    ]
    if "token_num" in outputs:
        nodes.append(helper.make_node("Identity", ["length"], ["token_num"]))
    values = {
        "plan": logits,
        "one": np.array(1, np.int64),
        "zero": np.array([0], np.int64),
        "more": np.array(len(_TAGS), np.int64),
        "length": np.array([len(said) + 1], np.int32),
    }
    shapes = {name: ["N", "T", 560] if name == sound else ["N"] for name in inputs}
    graph = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info(name, kind, shapes[name]) for name, kind in inputs.items()],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "L", len(tokens)]),
            *(helper.make_tensor_value_info(name, 6, ["N"]) for name in outputs[1:]),
        ],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    always = {
        "vocab_size": len(tokens),
        "lfr_window_size": 7,
        "lfr_window_shift": 6,
        "neg_mean": ",".join(["0"] * 560),
        "inv_stddev": ",".join(["1"] * 560),
    }
    helper.set_model_props(model, {key: str(value) for key, value in {**always, **about}.items()})
    onnx.save(model, str(folder / "model.onnx"))
    return folder
