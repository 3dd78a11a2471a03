"""What is heard with doubt is asked about and changes nothing until the driver says yes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.assistant.assistant import Assistant
from device.assistant.conversation import Conversation
from device.settings import Settings
from device.store.models import ModelStore
from voice.asr.confidence import decide
from voice.asr.recognizer import Transcript
from voice.loop.engines import Reply

STATION = (60.1719, 24.9414)


@pytest.fixture
def assistant(helsinki_home: Path, tmp_path: Path) -> Iterator[Assistant]:
    made = Assistant(Settings(), region="helsinki", store=ModelStore(tmp_path / "empty"))
    yield made
    made.close()


def heard(text: str, how: str, assistant: Assistant | None = None) -> Transcript:
    """A transcript whose confidence, with its sense for an assistant, leads to a decision."""
    language = "en" if text.isascii() else "zh"
    for percent in range(1, 100):
        transcript = Transcript(text=text, language=language, confidence=percent / 100)
        weighed = assistant.in_sense(transcript, STATION) if assistant else transcript
        if decide(weighed.confidence, language) == how:
            return transcript
    raise AssertionError(f"no confidence leads to {how!r}")


def talk(assistant: Assistant, *utterances: Transcript) -> list[Reply]:
    """Say one after the other, each addressed to the agent; what the replies change is carried out."""
    conversation = Conversation(assistant, lambda: STATION)

    async def converse() -> list[Reply]:
        replies = []
        for transcript in utterances:
            reply = await conversation.respond(transcript, addressed=True)
            assert reply is not None
            reply.carry_out()
            replies.append(reply)
        return replies

    return asyncio.run(converse())


@pytest.mark.parametrize(
    ("text", "question", "yes"),
    [
        ("带我去赫尔辛基座堂。", "您是说“带我去赫尔辛基座堂”吗？", "是的"),
        ("Take me to Helsinki Cathedral.", "Did you say “Take me to Helsinki Cathedral”?", "Yes."),
    ],
)
def test_a_doubtful_request_is_asked_about(assistant: Assistant, text: str, question: str, yes: str) -> None:
    (asked,) = talk(assistant, heard(text, "ask", assistant))
    assert asked.text == question
    assert asked.asks_back
    assert asked.understood
    assert assistant.driving.state() is None
    assert assistant.agent.session.last_answer is None, "the agent has not even heard it"
    (done,) = talk(assistant, heard(yes, "ask"))
    assert done.details["outcome"] == "done"
    assert assistant.driving.state() is not None


def test_no_drops_it_and_a_new_request_replaces_it(assistant: Assistant) -> None:
    _, dropped, yes = talk(
        assistant,
        heard("take me to Helsinki Cathedral", "ask", assistant),
        heard("no", "ask"),
        heard("yes", "carry_out"),
    )
    assert dropped.asks_back
    assert assistant.driving.state() is None
    assert yes.details["route"] is None
    talk(
        assistant,
        heard("take me to Helsinki Cathedral", "ask", assistant),
        heard("cancel", "carry_out", assistant),
    )
    assert assistant.driving.state() is None


def test_what_is_heard_twice_is_believed(assistant: Assistant) -> None:
    talk(
        assistant,
        heard("take me to Helsinki Cathedral", "ask", assistant),
        heard("take me to the Helsinki Cathedral.", "ask", assistant),
    )
    assert assistant.driving.state() is not None


def test_what_is_hardly_heard_has_to_be_said_again(assistant: Assistant) -> None:
    for text, again in (("导航去机场", "没听清"), ("go to the airport", "did not catch that")):
        (reply,) = talk(assistant, heard(text, "again", assistant))
        assert again in reply.text
        assert reply.asks_back
    assert assistant.driving.state() is None


def test_noise_after_the_question_is_no_yes(assistant: Assistant) -> None:
    talk(assistant, heard("take me to Helsinki Cathedral", "ask", assistant), heard("yes", "again"))
    assert assistant.driving.state() is None
