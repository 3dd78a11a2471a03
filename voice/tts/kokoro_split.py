"""The Kokoro model cut in two, so that the first second can be heard before the sentence is finished.

The first half predicts length, pitch and loudness of the whole sentence (0.1 s); the second half makes the
waveform, which is nine tenths of the work and can be done stretch by stretch.

Inside the second half, 54 layers divide by the mean and the variance of what they are given. Over half a
second these are far from those of a sentence, and the voice slurs. So they are made inputs and outputs: each
stretch is given what the voice's earlier stretches had, weighted by their length.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.onnx_session import open_session

Samples = npt.NDArray[np.float32]
Array = npt.NDArray[np.float32]

FRAME = 600
"""Samples of one frame at 24 kHz: 25 ms."""

LAST_MARK = 16
"""Tokens up to this number are marks and spaces, which make no sound."""

_SOUND, _PITCH, _LOUDNESS = (
    "/encoder/MatMul_1_output_0",
    "/encoder/Reshape_output_0",
    "/encoder/Reshape_1_output_0",
)
_ENDS = "/encoder/CumSum_output_0"
_CLAUSE_MARK = 6
_LENGTHS = (16, 24, 40, 64, 96)
_LEAST = 14
_LEFT, _RIGHT, _FIRST_RIGHT = 20, 12, 8
_REMEMBERED = 200
_FORMAT = 2
_SEAM = 240
_BEFORE, _AFTER = 6, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Prosody:
    """What the first half predicts for a clause."""

    sound: Array
    """Text features, shape (1, 512, frames)."""

    pitch: Array
    """Two values a frame, shape (1, 2 * frames)."""

    loudness: Array
    """The same."""

    style: Array
    """The voice, shape (1, 256)."""

    first: int
    """Frame where speech begins, after the silence in front."""

    last: int
    """Frame after the end of speech."""

    breaks: tuple[int, ...]
    """Frames in which a clause begins after a comma or the like."""


def halves_of(model: Path, folder: Path) -> tuple[Path, Path]:
    """Where the halves of a model are kept, whether they are there or not."""
    status = model.stat()
    state = f"{_FORMAT}\x1f{model.resolve()}\x1f{status.st_size}\x1f{status.st_mtime_ns}"
    name = hashlib.sha256(state.encode()).hexdigest()[:16]
    return folder / f"kokoro-{name}-1.onnx", folder / f"kokoro-{name}-2.onnx"


def split(model: Path, folder: Path) -> tuple[Path, Path] | None:
    """Cut the model in two, once.

    Parameters
    ----------
    model : Path
        The whole ``model.onnx``.
    folder : Path
        Where the halves are kept.

    Returns
    -------
    (Path, Path) or None
        The halves; None if this export has other inner names, or the ``onnx`` package is not installed.
    """
    halves = halves_of(model, folder)
    if all(half.is_file() for half in halves):
        return halves
    try:
        import onnx
        from onnx.utils import Extractor
    except ImportError:
        return None
    graph = onnx.load(str(model))
    known = {output for node in graph.graph.node for output in node.output}
    if not {_SOUND, _PITCH, _LOUDNESS, _ENDS} <= known:
        return None
    declared = {info.name for info in graph.graph.value_info}
    shapes: tuple[tuple[str, list[str | int | None]], ...] = (
        (_SOUND, [1, 512, "t"]),
        (_PITCH, [1, "t2"]),
        (_LOUDNESS, [1, "t2"]),
    )
    for tensor, shape in shapes:
        if tensor not in declared:
            graph.graph.value_info.append(
                onnx.helper.make_tensor_value_info(tensor, onnx.TensorProto.FLOAT, shape)
            )
    if _ENDS not in declared:
        graph.graph.value_info.append(
            onnx.helper.make_tensor_value_info(_ENDS, onnx.TensorProto.INT64, ["tokens"])
        )
    extractor = Extractor(graph)
    parts = (
        extractor.extract_model(["tokens", "style", "speed"], [_SOUND, _PITCH, _LOUDNESS, _ENDS]),
        extractor.extract_model([_SOUND, _PITCH, _LOUDNESS, "style"], ["audio"]),
    )
    _carry_statistics(parts[1].graph)
    folder.mkdir(parents=True, exist_ok=True)
    for part, half in zip(parts, halves, strict=True):
        unfinished = half.with_suffix(f".{os.getpid()}.part")
        onnx.save(part, str(unfinished))
        unfinished.replace(half)
    return halves


def _carry_statistics(graph: Any) -> None:
    """Blend the means over time inside the graph with means that are given, and give them out again."""
    from onnx import TensorProto, helper

    users: dict[str, list[Any]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    nodes: list[Any] = []
    number = 0
    for node in graph.node:
        nodes.append(node)
        following = [user.op_type for user in users.get(node.output[0], [])]
        if node.op_type != "ReduceMean" or following not in (["Sub"], ["Add"]):
            continue
        blended, own = node.output[0], f"{node.output[0]}_own"
        node.output[0] = own
        earlier, part, rest = f"earlier_{number}", f"{own}_part", f"{own}_rest"
        nodes += [
            helper.make_node("Mul", [own, "own_weight"], [part]),
            helper.make_node("Mul", [earlier, "earlier_weight"], [rest]),
            helper.make_node("Add", [part, rest], [blended]),
        ]
        # Other names of the lengths: the first time the inputs are one number for all channels.
        for values, name, length in ((graph.input, earlier, "given"), (graph.output, blended, "made")):
            shape: list[str | int | None] = [1, f"{length}_{number}", 1]
            values.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        number += 1
    for weight in ("own_weight", "earlier_weight"):
        graph.input.append(helper.make_tensor_value_info(weight, TensorProto.FLOAT, []))
    del graph.node[:]
    graph.node.extend(nodes)


class SplitKokoro:
    """Both halves, loaded."""

    def __init__(self, halves: tuple[Path, Path], *, threads: int) -> None:
        self._predict = open_session(halves[0], threads=threads, lean=True)
        self._wave: Any = open_session(halves[1], threads=threads, lean=True)
        self._earlier = [item.name for item in self._wave.get_inputs() if item.name.startswith("earlier_")]
        self._earlier.remove("earlier_weight")
        self._statistics: dict[str, tuple[list[Array], int]] = {}

    def predict(self, tokens: list[int], style: Array, speed: float) -> Prosody:
        """Length, pitch and loudness of a clause, from its tokens without the ends."""
        sound, pitch, loudness, ends = self._predict.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": style,
                "speed": np.array([speed], np.float32),
            },
        )
        total = sound.shape[2]
        cumulated = np.asarray(ends, np.int64).reshape(-1)
        sounding = [number for number, token in enumerate(tokens) if token > LAST_MARK]
        first, last = 0, total
        breaks: tuple[int, ...] = ()
        if sounding:
            # Token i ends at cumulated[i + 1]: the silence of the start mark is number 0.
            first = max(0, int(cumulated[sounding[0]]) - _BEFORE)
            last = min(total, int(cumulated[sounding[-1] + 1]) + _AFTER)
            breaks = tuple(
                int(cumulated[number + 1])
                for number in range(sounding[0], sounding[-1])
                if tokens[number] <= _CLAUSE_MARK
            )
        return Prosody(
            sound=sound,
            pitch=pitch,
            loudness=loudness,
            style=style,
            first=first,
            last=max(first + 1, last),
            breaks=breaks,
        )

    def stretches(self, prosody: Prosody, voice: str) -> Iterator[tuple[Samples, bool]]:
        """The waveform from the first sound to the last, at 24 kHz, in stretches that grow.

        The first is short so that it sounds early; each is made with a little of what stands around it and
        joined on by a short cross-fade.

        Yields
        ------
        (ndarray of float32, bool)
            Samples, and whether a clause begins with them.
        """
        position = prosody.first
        seam = np.zeros(0, np.float32)
        fade = np.linspace(0.0, 1.0, _SEAM, dtype=np.float32)
        for end in _ends(prosody):
            before = max(prosody.first, position - _LEFT)
            right = _FIRST_RIGHT if position == prosody.first else _RIGHT
            after = min(prosody.sound.shape[2], end + right)
            wave = self.waveform(prosody, before, after, voice)[(position - before) * FRAME :]
            body = wave[: (end - position) * FRAME].copy()
            if len(seam):
                body[:_SEAM] = body[:_SEAM] * fade + seam * (1 - fade)
            seam = wave[len(body) : len(body) + _SEAM]
            if len(seam) < _SEAM:
                seam = np.pad(seam, (0, _SEAM - len(seam)))
            yield body, position == prosody.first or position in prosody.breaks
            position = end

    def waveform(self, prosody: Prosody, first: int, last: int, voice: str | None = None) -> Samples:
        """The waveform of some frames, shape ((last - first) * 600,); as the named voice's next stretch."""
        nothing = [np.zeros((1, 1, 1), np.float32)] * len(self._earlier)
        earlier, frames = self._statistics.get(voice or "", (nothing, 0))
        own = np.float32((last - first) / (last - first + frames))
        audio, *statistics = self._wave.run(
            None,
            {
                _SOUND: np.ascontiguousarray(prosody.sound[:, :, first:last]),
                _PITCH: np.ascontiguousarray(prosody.pitch[:, 2 * first : 2 * last]),
                _LOUDNESS: np.ascontiguousarray(prosody.loudness[:, 2 * first : 2 * last]),
                "style": prosody.style,
                "own_weight": np.array(own),
                "earlier_weight": np.array(1 - own, np.float32),
                **dict(zip(self._earlier, earlier, strict=True)),
            },
        )
        if voice is not None:
            self._statistics[voice] = (statistics, min(_REMEMBERED, frames + last - first))
        return np.asarray(audio, np.float32).reshape(-1)[: (last - first) * FRAME]


def _ends(prosody: Prosody) -> Iterator[int]:
    """The frame after each stretch: between two clauses where that is near, so that a reply goes on there."""
    position, number = prosody.first, 0
    while position < prosody.last:
        length = _LENGTHS[min(number, len(_LENGTHS) - 1)]
        near = [frame for frame in prosody.breaks if length // 2 <= frame - position <= length * 5 // 4]
        end = near[-1] if near else position + length
        position = prosody.last if prosody.last - end < _LEAST else end
        number += 1
        yield position


if __name__ == "__main__":
    split(Path(sys.argv[1]), Path(sys.argv[2]))
