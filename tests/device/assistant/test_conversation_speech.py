"""What is being spoken can be given up at any time, and the speech engine is free again for the next."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from device.assistant.conversation import Conversation
from voice.loop.phrases import fixed_phrases
from voice.tts.synthesizer import Clip


class OneAtATime:
    """A speech engine that takes one order at a time, like the real one, and its time for each clause."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.broken_off = False
        self.orders: list[str] = []
        self.engines = SimpleNamespace(synthesizer=self)

    def break_off(self) -> None:
        self.broken_off = self.turn.locked()

    def speak(self, text: str, language: str) -> Generator[Clip, None, None]:
        with self.turn:
            self.broken_off = False
            self.orders.append(text)
            for clause in text:
                time.sleep(0.05)
                if self.broken_off:
                    return
                yield Clip(samples=np.zeros(10, np.float32), sample_rate_hz=1_000, text=clause, voice="v")


async def said(conversation: Conversation, text: str) -> list[str]:
    return [clip.text async for clip in conversation.speak(text, "zh")]


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.06, 0.09])
def test_speech_that_is_given_up_frees_the_engine(after_s: float) -> None:
    assistant: Any = OneAtATime()

    async def scene() -> list[str]:
        conversation = Conversation(assistant, lambda: None)
        first = asyncio.create_task(said(conversation, "一二三四五六七八"))
        await asyncio.sleep(after_s)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await asyncio.wait_for(said(conversation, "好的"), 5.0)

    assert asyncio.run(scene()) == ["好", "的"]
    assert not assistant.turn.locked()


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.06, 0.12])
def test_what_is_urgent_takes_the_voice_and_the_rest_goes_on_after_it(after_s: float) -> None:
    """A manoeuvre prompt waits for one stretch of an answer, not for all of it, and nothing is lost."""
    assistant: Any = OneAtATime()
    made: list[str] = []
    before: list[int] = []

    async def answer(conversation: Conversation, text: str, *, urgent: bool) -> None:
        async for clip in conversation.speak(text, "zh", urgent=urgent):
            made.append(clip.text)

    async def scene() -> None:
        conversation = Conversation(assistant, lambda: None)
        first = asyncio.create_task(
            answer(conversation, "一二三四五六七八九十甲乙。丙丁戊己庚辛壬癸子丑寅卯。", urgent=False)
        )
        await asyncio.sleep(after_s)
        before.append(len(made))
        await answer(conversation, "左转", urgent=True)
        await first

    asyncio.run(scene())
    assert made.index("左") <= before[0] + 2
    assert [word for word in made if word not in "左转"] == list(
        "一二三四五六七八九十甲乙。丙丁戊己庚辛壬癸子丑寅卯。"
    )


def test_prompts_are_made_beforehand_and_give_way_to_whatever_is_said() -> None:
    assistant: Any = OneAtATime()
    ahead = [("在前方左转。", "zh"), ("在前方右转。", "zh")]

    async def scene() -> tuple[list[str], list[int]]:
        conversation = Conversation(assistant, lambda: None)
        preparing = asyncio.create_task(conversation.prepare(ahead))
        await asyncio.sleep(0.12)
        heard = await said(conversation, "好")
        await preparing
        made = [len(assistant.orders)]
        for _ in range(3):
            await conversation.prepare(ahead)
            made.append(len(assistant.orders))
        return heard, made

    heard, made = asyncio.run(scene())
    assert heard == ["好"]
    assert made[0] < 4, "the reply did not wait for both"
    assert set(assistant.orders) == {"在前方左转。", "在前方右转。", "好"}
    assert made[-1] == made[-2], "what was made is not made again"


def test_a_voice_that_speaks_again_is_well_again() -> None:
    from device.errors import DeviceError

    class Failing(OneAtATime):
        def speak(self, text: str, language: str) -> Generator[Clip, None, None]:
            if text == "坏":
                raise DeviceError("the voice is gone")
            yield from super().speak(text, language)

    told: list[tuple[str, str]] = []

    async def scene() -> None:
        conversation = Conversation(Failing(), lambda: None)  # type: ignore[arg-type]
        conversation.problem = lambda what: told.append(("problem", what))
        conversation.recovered = lambda what: told.append(("recovered", what))
        for text in ("坏", "好", "好"):
            await said(conversation, text)

    asyncio.run(scene())
    assert [kind for kind, _ in told] == ["problem", "recovered"]
    assert len({what for _, what in told}) == 1


def test_a_failing_voice_is_said_and_nothing_is_spoken() -> None:
    from device.errors import DeviceError

    def speak(text: str, language: str) -> Generator[Clip, None, None]:
        if text:
            raise DeviceError("the voice is gone")
        yield from ()

    problems: list[str] = []

    async def scene() -> list[str]:
        conversation = Conversation(SimpleNamespace(speak=speak), lambda: None)  # type: ignore[arg-type]
        conversation.problem = problems.append
        return await said(conversation, "好的")

    assert asyncio.run(scene()) == []
    assert len(problems) == 1


def test_how_a_reply_begins_is_spoken_as_it_was_made_beforehand() -> None:
    """So 好的 sounds while the name of the place is still being made."""
    assistant: Any = OneAtATime()

    async def scene() -> None:
        conversation = Conversation(assistant, lambda: None)
        for reply in ("好的，去故宫，大约六分钟。", "找到同仁堂，距离三百米。", "好的。"):
            await said(conversation, reply)

    asyncio.run(scene())
    begun, *rest = assistant.orders
    assert (begun, "zh") in fixed_phrases()
    assert rest == ["去故宫，大约六分钟。", "找到同仁堂，距离三百米。", "好的。"]
