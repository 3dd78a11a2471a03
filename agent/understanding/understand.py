"""From words to intents: the fast tier first, the language model where that is not sure enough."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from agent.errors import AgentError, OtherModel
from agent.understanding.context import Context
from agent.understanding.rules.reading import Parsed
from agent.understanding.rules.rules import append
from agent.understanding.rules.travel_mode import cut_travel_mode, with_travel_mode
from agent.understanding.utterance import clean, language_of

if TYPE_CHECKING:
    from agent.understanding.head import Head
    from agent.understanding.intent import Intent
    from agent.understanding.language_model import LanguageModel
    from agent.understanding.utterance import Language

ACCEPT = 0.7
"""At this calibrated confidence the fast tier's reading stands; below it the language model is asked."""

_MAX_TOKENS = 40
_TIME_LIMIT_S = 3.0

_WARM_LIMIT_S = 60.0
"""How long the first reading of the prompt may take; a server that hangs must not hold up the start."""

_UNCALIBRATED = 0.6
"""Confidence of a model that only writes its answer."""

_LEAST = 0.15
"""Below this the head's guess is not acted on."""


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
    """0 to 1."""

    tier: Literal["rules", "llm"]
    """Which tier read it."""

    why: str = ""
    """The deciding pattern, or why the language model was not of use."""


class Understander:
    """Reads utterances.

    Parameters
    ----------
    llm
        Language model for what the grammar does not cover; None to go without.
    time_limit_s
        How long the language model may take.
    """

    def __init__(self, llm: LanguageModel | None = None, *, time_limit_s: float = _TIME_LIMIT_S) -> None:
        self._llm = llm
        self._time_limit_s = time_limit_s
        self._loaded_head: Head | None = None
        self._head_fits = True

    def understand(
        self, text: str, *, language: Language | None = None, context: Context | None = None
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
        context = context or Context()
        cleaned = clean(text)
        spoken = language_of(cleaned, language or "zh")
        mode, rest = cut_travel_mode(cleaned, spoken)
        if mode:
            read = self._read(rest, spoken, context)
            if intents := with_travel_mode(read.intents, mode):
                return replace(read, text=cleaned, intents=intents)
        return self._read(cleaned, spoken, context)

    def _read(self, cleaned: str, spoken: Language, context: Context) -> Understanding:
        fast = self.read_fast(cleaned, spoken, context)
        if fast is not None and fast.confidence >= ACCEPT:
            return _of(cleaned, spoken, fast)
        if self._llm is None or not any(char.isalnum() for char in cleaned):
            return _fallback(cleaned, spoken, fast, "no language model")
        try:
            intents, sure = self._slowly(cleaned, context, fast)
        except AgentError as error:
            return _fallback(cleaned, spoken, fast, str(error))
        if not intents:
            return _fallback(cleaned, spoken, fast, "the language model gave nothing usable")
        return Understanding(
            text=cleaned, language=spoken, intents=intents, confidence=sure, tier="llm", why="llm"
        )

    def read_fast(self, cleaned: str, language: Language, context: Context) -> Parsed | None:
        """Read with the fast tier alone; None if it makes nothing of it."""
        from agent.understanding.fast_tier import read

        return read(cleaned, language, context)

    def read_slow(self, cleaned: str, context: Context | None = None) -> tuple[Intent, ...]:
        """Read with the language model alone.

        Raises
        ------
        ModelUnavailable, ModelTimeout
            As the model raises them.
        """
        return self._slowly(cleaned, context or Context(), None)[0]

    def _slowly(
        self, cleaned: str, context: Context, fast: Parsed | None
    ) -> tuple[tuple[Intent, ...], float]:
        """Read with the language model; return the intents and how sure that is."""
        from agent.understanding.prompt import build_grammar, build_prompt, read_output

        if self._llm is None:
            return (), 0.0
        short = cleaned[:120]
        head = self._head()
        if head is not None:
            try:
                return self._with_head(head, short, context, fast)
            except OtherModel:
                # The head was trained on the hidden state of another model: this one speaks for itself.
                self._head_fits = False
        line = self._llm.complete(
            build_prompt(short),
            grammar=build_grammar(short),
            max_tokens=_MAX_TOKENS,
            temperature=0.0,
            timeout_s=self._time_limit_s,
        )
        return read_output(line, short), _UNCALIBRATED

    def _head(self) -> Head | None:
        """Return the trained head if the model can give its hidden state."""
        if not self._head_fits:
            return None
        if self._loaded_head is None and hasattr(self._llm, "features"):
            from agent.understanding.head import Head

            self._loaded_head = Head()
        return self._loaded_head

    def _with_head(
        self, head: Head, text: str, context: Context, fast: Parsed | None
    ) -> tuple[tuple[Intent, ...], float]:
        """Let the head choose the class of each part, and fill in what the class holds."""
        from agent.understanding.head import label_of
        from agent.understanding.prompt import build_prompt
        from agent.understanding.slot_filling import Reader, parts_of

        model: Any = self._llm
        parts = parts_of(text)
        hint = label_of(fast.intents[0]) if fast is not None and len(parts) == len(fast.intents) == 1 else ""
        intents: list[Intent] = []
        sure = 1.0
        for part in parts:
            state = model.features(build_prompt(part), timeout_s=self._time_limit_s)
            guess = head.classify(state, context, hint)
            reader = Reader(text=part, context=context, model=model, time_limit_s=self._time_limit_s)
            for intent in reader.read(guess.label):
                append(intents, intent)
            sure = min(sure, guess.probability)
        return (tuple(intents), sure) if sure >= _LEAST else ((), sure)

    def warm(self) -> float:
        """Let the model read the constant part of the prompt; return the seconds it took."""
        from agent.understanding.prompt import build_grammar, build_prompt

        started = time.monotonic()
        if self._llm is not None:
            self._llm.complete(
                build_prompt("hello"),
                grammar=build_grammar("hello"),
                max_tokens=2,
                temperature=0.0,
                timeout_s=_WARM_LIMIT_S,
            )
        return time.monotonic() - started


def _of(text: str, language: Language, parsed: Parsed) -> Understanding:
    return Understanding(
        text=text,
        language=language,
        intents=parsed.intents,
        confidence=parsed.confidence,
        tier="rules",
        why=parsed.pattern,
    )


def _fallback(text: str, language: Language, fast: Parsed | None, why: str) -> Understanding:
    """Take the fast tier's unsure reading rather than nothing, if it is at all likely."""
    if fast is not None and fast.confidence >= 0.4:
        return _of(text, language, fast)
    return Understanding(text=text, language=language, intents=(), confidence=0.0, tier="rules", why=why)
