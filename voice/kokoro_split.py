"""The Kokoro model cut in two, so that the first second can be heard before the sentence is finished.

The first half predicts length, pitch and loudness of the whole clause (0.1 s); the second half makes the
waveform, which is nine tenths of the work and can be done stretch by stretch.
"""

from __future__ import annotations

import hashlib
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
_FIRST, _NEXT, _LATER = 34, 48, 96
_CONTEXT = 14
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


def halves_of(model: Path, folder: Path) -> tuple[Path, Path]:
    """Where the halves of a model are kept, whether they are there or not."""
    status = model.stat()
    state = f"{model.resolve()}\x1f{status.st_size}\x1f{status.st_mtime_ns}"
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
    folder.mkdir(parents=True, exist_ok=True)
    for part, half in zip(parts, halves, strict=True):
        unfinished = half.with_suffix(".part")
        onnx.save(part, str(unfinished))
        unfinished.replace(half)
    return halves


class SplitKokoro:
    """Both halves, loaded."""

    def __init__(self, halves: tuple[Path, Path], *, threads: int) -> None:
        self._predict = open_session(halves[0], threads=threads)
        self._wave: Any = open_session(halves[1], threads=threads)

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
        if sounding:
            # Token i ends at cumulated[i + 1]: the silence of the start mark is number 0.
            first = max(0, int(cumulated[sounding[0]]) - _BEFORE)
            last = min(total, int(cumulated[sounding[-1] + 1]) + _AFTER)
        return Prosody(
            sound=sound,
            pitch=pitch,
            loudness=loudness,
            style=style,
            first=first,
            last=max(first + 1, last),
        )

    def stretches(self, prosody: Prosody) -> Iterator[Samples]:
        """The waveform from the first sound to the last, a second or two at a time, at 24 kHz.

        Each stretch is made with a little of what stands around it and joined on by a short cross-fade.
        """
        position, length = prosody.first, _FIRST
        seam = np.zeros(0, np.float32)
        fade = np.linspace(0.0, 1.0, _SEAM, dtype=np.float32)
        while position < prosody.last:
            end = min(prosody.last, position + length)
            if prosody.last - end < _NEXT // 3:
                end = prosody.last
            before = max(prosody.first, position - _CONTEXT) if position > prosody.first else position
            after = min(prosody.sound.shape[2], end + _CONTEXT)
            wave = self.waveform(prosody, before, after)[(position - before) * FRAME :]
            body = wave[: (end - position) * FRAME].copy()
            if len(seam):
                body[:_SEAM] = body[:_SEAM] * fade + seam * (1 - fade)
            seam = wave[len(body) : len(body) + _SEAM]
            if len(seam) < _SEAM:
                seam = np.pad(seam, (0, _SEAM - len(seam)))
            yield body
            position, length = end, _NEXT if length == _FIRST else _LATER

    def waveform(self, prosody: Prosody, first: int, last: int) -> Samples:
        """The waveform of some frames, shape ((last - first) * 600,)."""
        (audio,) = self._wave.run(
            None,
            {
                _SOUND: np.ascontiguousarray(prosody.sound[:, :, first:last]),
                _PITCH: np.ascontiguousarray(prosody.pitch[:, 2 * first : 2 * last]),
                _LOUDNESS: np.ascontiguousarray(prosody.loudness[:, 2 * first : 2 * last]),
                "style": prosody.style,
            },
        )
        return np.asarray(audio, np.float32).reshape(-1)[: (last - first) * FRAME]
