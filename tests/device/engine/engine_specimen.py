"""A small real engine for the tests of engine processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np


class Specimen:
    """Does on request what engines do by accident."""

    def __init__(self, fail: bool = False, loaded: str = "") -> None:
        if fail:
            raise FileNotFoundError("model.bin is missing")
        while loaded and not Path(loaded).exists():
            time.sleep(0.01)
        print("native libraries print to standard output")

    def add(self, a: int, b: int) -> int:
        return a + b

    def double(self, samples: np.ndarray) -> np.ndarray:
        return samples * 2

    def hang(self) -> None:
        time.sleep(600)

    def die(self) -> None:
        os.kill(os.getpid(), 9)

    def grow(self) -> int:
        return len(bytearray(8 << 30))

    def count(self, upto: int) -> Iterator[int]:
        for number in range(upto):
            time.sleep(0.01)
            yield number

    def until_dropped(self, begun: str, dropped: Callable[[], bool]) -> str:
        Path(begun).touch()
        while not dropped():
            time.sleep(0.005)
        return "dropped"
