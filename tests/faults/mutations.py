"""Content changed at random, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator


def mutated(seeds: list[bytes], cases: int, *, seed: int = 20) -> Iterator[bytes]:
    """Yield the seeds with bytes flipped, cut out, doubled, swapped between them, or replaced by noise."""
    noise = random.Random(seed)
    for _ in range(cases):
        content = bytearray(noise.choice(seeds))
        for _ in range(noise.randint(1, 8)):
            at = noise.randrange(len(content) + 1)
            change = noise.randrange(6)
            if change == 0 and content:
                content[at % len(content)] = noise.randrange(256)
            elif change == 1:
                del content[at : at + noise.randint(1, 40)]
            elif change == 2:
                content[at:at] = noise.randbytes(noise.randint(1, 20))
            elif change == 3:
                content[at:at] = content[max(0, at - 30) : at]
            elif change == 4:
                other = noise.choice(seeds)
                content[at:] = other[min(at, len(other)) :]
            else:
                content[at : at + 4] = noise.choice(
                    [b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"-1e9", b"nan"]
                )
        yield bytes(content)
