"""One voice for all who want to speak: the most urgent first, nobody forgotten, nobody at the same time."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

from hypothesis import example, given
from hypothesis import strategies as st

from device.assistant.voice_turns import VoiceTurn, VoiceTurns
from voice.loop.playback import Priority


@dataclass(frozen=True, eq=False)
class Wish:
    """Somebody who wants to speak."""

    priority: Priority
    comes_at: int
    stretches: int
    gives_up_at: int | None


WISHES = st.lists(
    st.builds(
        Wish,
        priority=st.sampled_from(Priority),
        comes_at=st.integers(0, 12),
        stretches=st.integers(0, 5),
        gives_up_at=st.none() | st.integers(0, 20),
    ),
    max_size=8,
)


class Room:
    """Checks who speaks and who waits."""

    def __init__(self) -> None:
        self.turns = VoiceTurns(self._break_off)
        self.speaking: list[Wish] = []
        self.waiting: list[Wish] = []
        self.made: Counter[Wish] = Counter()
        self.breaks = 0

    def _break_off(self) -> None:
        self.breaks += 1

    async def want(self, wish: Wish) -> None:
        self.waiting.append(wish)
        try:
            async with self.turns.take(wish.priority) as turn:
                self.waiting.remove(wish)
                while self.made[wish] < wish.stretches:
                    await self._stretch(wish, turn)
                    if turn.broken_off:
                        self.waiting.append(wish)
                        await self.turns.give_way(turn)
                        self.waiting.remove(wish)
        finally:
            for group in (self.waiting, self.speaking):
                if wish in group:
                    group.remove(wish)

    async def _stretch(self, wish: Wish, turn: VoiceTurn) -> None:
        assert not self.speaking
        first_of_equals = not any(
            other.priority == wish.priority and other.comes_at < wish.comes_at for other in self.waiting
        )
        assert first_of_equals
        assert turn.broken_off or all(other.priority <= wish.priority for other in self.waiting)
        self.speaking.append(wish)
        for _ in range(5):  # others come meanwhile
            await asyncio.sleep(0)
        self.speaking.remove(wish)
        self.made[wish] += 1


@given(WISHES)
@example(
    [
        Wish(Priority.BEFOREHAND, comes_at=0, stretches=2, gives_up_at=None),
        Wish(Priority.BEFOREHAND, comes_at=1, stretches=1, gives_up_at=None),
        Wish(Priority.ANSWER, comes_at=5, stretches=0, gives_up_at=6),  # gives up before the first gave way
    ]
)
def test_whoever_comes_and_goes_one_speaks_at_a_time_and_all_are_served(wishes: list[Wish]) -> None:
    async def scene() -> None:
        room = Room()
        tasks: dict[Wish, asyncio.Task[None]] = {}
        for tick in range(25):
            for wish in wishes:
                if wish.comes_at == tick:
                    tasks[wish] = asyncio.create_task(room.want(wish))
                if wish.gives_up_at == tick and wish in tasks:
                    tasks[wish].cancel()
            await asyncio.sleep(0)
        await asyncio.wait_for(asyncio.gather(*tasks.values(), return_exceptions=True), 5.0)
        assert not room.turns.taken
        for wish, task in tasks.items():
            if not task.cancelled():
                task.result()
                assert room.made[wish] == wish.stretches
        assert room.breaks <= len(wishes)
        if len({wish.priority for wish in wishes}) < 2:
            assert room.breaks == 0

    asyncio.run(scene())


def test_what_is_urgent_breaks_off_what_is_not_and_that_goes_on_first() -> None:
    order: list[str] = []
    breaks: list[int] = []

    async def speak(turns: VoiceTurns, name: str, priority: Priority) -> None:
        async with turns.take(priority) as turn:
            for part in (1, 2):
                order.append(f"{name}{part}")
                await asyncio.sleep(0.01)
                if turn.broken_off:
                    await turns.give_way(turn)

    async def scene() -> None:
        turns = VoiceTurns(lambda: breaks.append(len(order)))
        answers = [asyncio.create_task(speak(turns, name, Priority.ANSWER)) for name in "ab"]
        await asyncio.sleep(0)
        await speak(turns, "prompt", Priority.PROMPT)
        await asyncio.gather(*answers)

    asyncio.run(scene())
    assert order == ["a1", "prompt1", "prompt2", "a2", "b1", "b2"]
    assert breaks == [1]
