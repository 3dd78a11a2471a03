"""From words to intents: closed lists, then the learned reader, then, in doubt, a language model's guess."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from agent.errors import AgentError
from agent.understanding import closed
from agent.understanding.intent import (
    Cancel,
    ChangeRoute,
    Chat,
    Deny,
    Help,
    Navigate,
    PlanTrip,
    Recall,
    Remember,
    Repeat,
    Search,
    Status,
    View,
    Volume,
)
from agent.understanding.labels import State
from agent.understanding.late_reader import LateReader
from agent.understanding.meaning import intents_of
from agent.understanding.utterance import MAX_CHARACTERS, clean, language_of
from languages.language import load_language
from languages.yaml_io import LanguageError

if TYPE_CHECKING:
    from agent.understanding.intent import Intent
    from agent.understanding.language_model import LanguageModel
    from agent.understanding.learned.reader import Reader
    from agent.understanding.utterance import Language
    from languages.reading import ReadingWords

ACT = 0.86
"""At this calibrated confidence a reading is carried out; below it the best guess is asked about."""

ACT_HARMLESS = 0.82
"""The same for what changes nothing: a question, or a search, which only offers."""

ACT_UNASKED = 0.86
"""The same for words that were not addressed to us; their place must be found besides."""

DESTROY = 0.9
"""The same for what undoes or overwrites something: it needs to be surer, or a yes."""

GUESS = 0.12
"""Up to this confidence there is no guess of the reader worth asking about."""

SURE_OF_KIND = 0.95
"""From this probability on a request is of the kind read, whatever its words: what is found is the question.

Of 253 doubtful searches and drives of strangers that were read so, 250 were of their kind, 2 none of ours.
"""

_TIME_LIMIT_S = 2.0
_WARM_LIMIT_S = 60.0
"""How long the first reading of the prompt may take; a server that hangs must not hold up the start."""

Tier = Literal["list", "reader", "llm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """How an utterance was read."""

    text: str
    """The cleaned words."""

    language: Language
    """Language of the utterance."""

    intents: tuple[Intent, ...]
    """Intents in the order said; empty if nothing was made of it."""

    confidence: float
    """Calibrated probability that all of it is right, 0 to 1."""

    tier: Tier
    """What read it."""

    why: str = ""
    """What decided: the list's entry, the reader's scores, or why nothing was made of it."""

    left_over: tuple[str, ...] = ()
    """Words that nothing accounts for."""

    requests: Sequence[Mapping[str, Any]] = field(default=())
    """Kinds and slots before their meaning in this state."""

    kind_p: Mapping[str, float] = field(default_factory=dict)
    """Probability of the kind of each request alone, whatever its slots, 0 to 1."""

    @property
    def is_worth_asking(self) -> bool:
        """Whether there is a guess: likely as a whole, or of a kind that is sure, whatever its words."""
        return self.confidence >= GUESS or self._least_kind_p() >= SURE_OF_KIND

    def _least_kind_p(self) -> float:
        """How sure the kind of each request is, whatever its slots: the least sure of them."""
        return min((self.kind_p.get(intent.kind, 0.0) for intent in self.intents), default=0.0)

    def is_sure(self, context: State) -> bool:
        """Whether it may be carried out without asking."""
        if self.intents and all(isinstance(intent, _WORDLESS) for intent in self.intents):
            return self.confidence >= ACT_HARMLESS or self._least_kind_p() >= SURE_OF_KIND
        least = ACT_HARMLESS if all(isinstance(intent, _HARMLESS) for intent in self.intents) else ACT
        sure = self.confidence
        if any(undoes(intent, context) for intent in self.intents):
            least = DESTROY  # and its kind alone has to be as sure: a few words can hardly be wrong elsewhere
            sure = min(sure, self._least_kind_p()) if self.kind_p else sure
        return bool(self.intents) and sure >= least


_HARMLESS = (Chat, Help, Recall, Repeat, Search, Status, View)
"""Kinds of intents that change nothing."""


_WORDLESS = (Help, Recall, Repeat, Volume)
"""Kinds that hardly have words of their own: who is sure of the kind has read all."""


def undoes(intent: Intent, context: State) -> bool:
    """Whether an intent overwrites or ends something that the driver would miss."""
    match intent:
        case Remember():
            return intent.forget or intent.what != "favourite"
        case Navigate():
            return context.guiding
        case Deny():
            return bool(intent.instead) and context.guiding and not context.expecting
        case Cancel():  # where nothing is asked, what ends is the drive
            return intent.what == "plan" or (context.guiding and not context.expecting)
        case ChangeRoute():
            return bool(intent.drop)
        case PlanTrip(change=None, ask=""):  # another trip; a wish alone is one more of the plan at hand
            return context.planning and bool(intent.where or intent.days)
        case _:
            return False


class Understander:
    """Reads utterances.

    Parameters
    ----------
    reader
        The learned reader, open or to be opened when it is needed; None to go by the closed lists alone.
    llm
        Language model that is asked for a guess where the reader has none; None to go without.
    time_limit_s
        How long an utterance may be understood before the language model is no longer waited for.
    """

    def __init__(
        self,
        reader: Reader | LateReader | None = None,
        llm: LanguageModel | None = None,
        *,
        time_limit_s: float = _TIME_LIMIT_S,
    ) -> None:
        self._reader = reader
        self._llm = llm
        self._time_limit_s = time_limit_s

    def understand(
        self, text: str, *, language: Language | None = None, context: State | None = None
    ) -> Understanding:
        """Read one utterance.

        Parameters
        ----------
        text
            What was heard.
        language
            Language that the recogniser heard; None to tell from the text.
        context
            State of the dialogue.
        """
        started = time.monotonic()
        context = context or State()
        cleaned = clean(text)
        spoken = language_of(cleaned, language or "zh")
        listed = closed.match(cleaned, spoken, context)
        if listed is not None:
            return self._understood(cleaned, spoken, context, listed, 1.0, "list", "closed list")
        if not any(char.isalnum() for char in cleaned):
            return _nothing(cleaned, spoken, "no words")
        understood = self._by_reader(cleaned, spoken, context)
        if len(text) > MAX_CHARACTERS:  # its end was not looked at: what it asks for is at most a guess
            cut = min(understood.confidence, GUESS)
            understood = replace(understood, confidence=cut, kind_p={})
        if self._llm is None or understood.confidence > GUESS:
            return understood
        # A reader that had to be opened first has used up some of the time that an answer may take.
        left_s = max(0.0, self._time_limit_s - (time.monotonic() - started))
        return self._guessed(understood, context, left_s)

    @property
    def has_reader(self) -> bool:
        """Whether free sentences are read."""
        return self._opened() is not None

    def _opened(self) -> Reader | None:
        return self._reader.get() if isinstance(self._reader, LateReader) else self._reader

    def _by_reader(self, text: str, language: Language, context: State) -> Understanding:
        reader = self._opened()
        if reader is None:
            return _nothing(text, language, "no reader")
        reading = reader.read(text, language, context)
        return self._understood(
            text,
            language,
            context,
            reading.requests,
            reading.confidence,
            "reader",
            reading.why,
            reading.left_over,
            reading.kind_p,
        )

    @staticmethod
    def _understood(
        text: str,
        language: Language,
        context: State,
        requests: Sequence[Mapping[str, Any]],
        confidence: float,
        tier: Tier,
        why: str,
        left_over: tuple[str, ...] = (),
        kind_p: Mapping[str, float] | None = None,
    ) -> Understanding:
        return Understanding(
            text=text,
            language=language,
            intents=intents_of(requests, context, _words(language)),
            confidence=confidence,
            tier=tier,
            why=why,
            left_over=left_over,
            requests=requests,
            kind_p=kind_p or {},
        )

    def _guessed(self, doubtful: Understanding, context: State, limit_s: float) -> Understanding:
        """Take the language model's reading as a guess: it is asked about, never carried out."""
        from agent.understanding.prompt import guess

        assert self._llm is not None
        try:
            requests = guess(self._llm, doubtful.text, doubtful.language, timeout_s=limit_s)
        except AgentError as error:
            return doubtful if doubtful.intents else _nothing(doubtful.text, doubtful.language, str(error))
        if not requests:
            return doubtful
        return self._understood(
            doubtful.text, doubtful.language, context, requests, GUESS, "llm", "a guess of the language model"
        )

    def warm(self) -> float:
        """Let the model read the constant part of the prompt; return the seconds it took."""
        from agent.understanding.prompt import guess

        started = time.monotonic()
        if self._llm is not None:
            guess(self._llm, "hello", "en", timeout_s=_WARM_LIMIT_S)
        return time.monotonic() - started


def _words(language: Language) -> ReadingWords | None:
    try:
        return load_language(language).reading
    except LanguageError:
        return None


def _nothing(text: str, language: Language, why: str) -> Understanding:
    return Understanding(text=text, language=language, intents=(), confidence=0.0, tier="list", why=why)
