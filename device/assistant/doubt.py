"""What was heard but is not believed: it is asked about, and carried out only when the driver says yes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voice.asr.confidence import decide
from voice.asr.sounds import alike
from voice.loop.phrases import is_no, is_yes, phrase

if TYPE_CHECKING:
    from agent import Answer
    from voice.asr.recognizer import Transcript

_SAID_AGAIN = 0.8
"""How alike by sound two hearings are that say the same: then the driver repeated it, and it is right."""

_MARKS = " ,.!?，。！？、…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What is to be done about something that was heard."""

    transcript: Transcript
    """What to act on."""

    question: str = ""
    """What to ask instead of acting; empty to act."""

    def asked_back(self) -> Answer:
        """The question as an answer."""
        from agent import Answer

        language = "zh" if self.transcript.language == "zh" else "en"
        return Answer(
            heard=self.transcript.text,
            language=language,
            intents=(),
            outcome="ask_back",
            asks=True,
            reply=self.question,
        )


class Doubt:
    """Decides by the recogniser's confidence; remembers what it asked about until the next utterance."""

    def __init__(self) -> None:
        self._asked: Transcript | None = None

    def is_answer(self, heard: Transcript) -> bool:
        """Whether it is a yes or a no to what was asked about."""
        return self._asked is not None and (is_yes(heard.text) or is_no(heard.text))

    def weigh(self, heard: Transcript) -> Weighed:
        """Whether to act on what was heard, or on what was asked about before, or to ask.

        Parameters
        ----------
        heard : Transcript
            What the recogniser made of an utterance that was meant for us.
        """
        asked, self._asked = self._asked, None
        if not heard.text:
            return Weighed(transcript=heard)
        decision = decide(heard.confidence, heard.language)
        if asked is not None and decision != "again":
            if is_yes(heard.text):
                return Weighed(transcript=replace(asked, confidence=1.0))
            if is_no(heard.text):
                return Weighed(transcript=heard, question=phrase("not_meant", asked.language))
            if heard.language == asked.language and _same(asked, heard):
                return Weighed(transcript=max(asked, heard, key=lambda transcript: transcript.confidence))
        if decision == "carry_out":
            return Weighed(transcript=heard)
        if decision == "ask":
            self._asked = heard
            question = phrase("meant", heard.language, heard=heard.text.strip(_MARKS))
            return Weighed(transcript=heard, question=question)
        return Weighed(transcript=heard, question=phrase("again", heard.language))


def _same(first: Transcript, second: Transcript) -> bool:
    return alike(first.language, first.text, second.text) >= _SAID_AGAIN
