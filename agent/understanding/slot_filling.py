# ruff: noqa: E501 (a pattern is easier to read whole)
"""What a class of request holds beside its kind: names, roads, days, levels.

The head on the language model says which class an utterance is of. Names are then a stretch of the words,
chosen by the model under a grammar; what else was said (along, open, how many days) is read by the code that
also serves the grammar, and the grammar's own reading is taken whole where it is of the same class.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.understanding import fast_tier
from agent.understanding.head import label_of
from agent.understanding.intent import ChangeRoute, Navigate, PlanChange, PlanTrip, Search, Status, Volume
from agent.understanding.prompt import read_output, slot_grammar, slot_prompt
from agent.understanding.rules.phrase import parse_phrase
from agent.understanding.utterance import language_of

if TYPE_CHECKING:
    from agent.understanding.context import Context
    from agent.understanding.intent import Intent

_OPENINGS = {
    "navigate": "navigate to=",
    "search what": "search what=",
    "change_route add": "change_route add=",
    "change_route drop": "change_route drop=",
    "choose name": "choose name=",
    "deny instead": "deny instead=",
    "plan_trip": "plan_trip where=",
    "plan_trip change=drop": "change_route drop=",
    "plan_trip change=add": "change_route add=",
}
"""How the model's line begins for classes that hold a name."""

_GRAMMAR_SPAN = 0.6
"""From this confidence on, the grammar's name is taken rather than the model's."""

_MAX_SPAN_TOKENS = 24

_SEQUENCE = re.compile(
    r"[，,。]?\s*(?=(?:然后|接着|之后|最后|再(?=去|到|回|找|带|帮)|顺便(?=帮|找|看|去)))|(?i:[,;]?\s+(?:and )?(?:then|after that|afterwards)\s+)"
)
"""Where one wish ends and the next begins, said with a word of order."""


_NO_PLACE = re.compile(
    r"(?i)(?:往)?回(?:去|来|走)?(?:吧|了)?|(?:go(?:ing)? )?back|(?:my |own |my own )?bed|homewards?"
)


def parts_of(text: str) -> list[str]:
    """Cut an utterance into the wishes that follow one another."""
    parts = [part.strip(" ，,。.;") for part in _SEQUENCE.split(text)]
    return [re.sub(r"^(?:先|(?i:first)[, ]+)", "", part) for part in parts if len(part) > 1][:3] or [text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Fills the slots of one part of an utterance."""

    text: str
    context: Context
    model: Any
    time_limit_s: float

    def read(self, label: str) -> tuple[Intent, ...]:
        """Return the intent of this class, as far as the words hold one; () if they do not."""
        named = label in _OPENINGS
        if (same := self._by_grammar(label, _GRAMMAR_SPAN if named else 0.0)) is not None:
            return (same,)
        if not named:
            return self._slotless(label)
        span = self.model.complete(
            slot_prompt(self.text, _OPENINGS[label]),
            grammar=slot_grammar(self.text),
            max_tokens=_MAX_SPAN_TOKENS,
            temperature=0.0,
            timeout_s=self.time_limit_s,
        ).strip()
        if label == "navigate" and _NO_PLACE.fullmatch(span):
            # "Back we go", "to my bed": what is meant is home.
            return (Navigate(to="家" if language_of(self.text) == "zh" else "home"),)
        intents = read_output(_OPENINGS[label] + span, self.text)
        if label.startswith("plan_trip change="):
            return (self._plan_change(label, span),) if intents else ()
        return intents

    def _by_grammar(self, label: str, least: float) -> Intent | None:
        """Return the grammar's reading of this class, however unsure of the class it is."""
        parsed = fast_tier.read(self.text, language_of(self.text), self.context)
        if parsed is None or parsed.confidence < least:
            return None
        return next((intent for intent in parsed.intents if label_of(intent) == label), None)

    def _slotless(self, label: str) -> tuple[Intent, ...]:
        if label == "change_route drop=*":
            return (ChangeRoute(drop="*"),)
        if label.startswith("change_route allow="):
            road: Any = label.partition("=")[2]
            return (ChangeRoute(allow=(road,)),)
        if label.startswith("plan_trip change="):
            return (self._plan_change(label, ""),)
        if label == "volume set":
            return (self._level(),)
        intents = read_output(label.replace("choose -1", "choose last"), self.text)
        return tuple(self._completed(intent) for intent in intents)

    def _completed(self, intent: Intent) -> Intent:
        """Add what the words say about where."""
        language = language_of(self.text)
        if (
            isinstance(intent, Search)
            and intent.need
            and re.search(r"附近|旁边|(?i:\bnear\b|close to)", self.text)
        ):
            phrase = parse_phrase(self.text, language)
            return intent.model_copy(update={"near": phrase.near if len(phrase.near) <= 12 else ""})
        if isinstance(intent, Status) and intent.what in {"time_left", "distance_left"}:
            # "开了这么久还没到家", "will we get to the hotel soon"
            found = re.search(r"到(?P<place>家|公司|单位|酒店|机场|车站|火车站)", self.text)
            return intent.model_copy(update={"place": found["place"]}) if found else intent
        return intent

    def _plan_change(self, label: str, what: str) -> PlanTrip:
        from agent.understanding.rules import wishes_en, wishes_zh

        reader: Any = wishes_zh if language_of(self.text) == "zh" else wishes_en
        action: Any = label.partition("=")[2]
        said = self.text if action == "date" else re.sub(r"^(?i:the|an?) ", "", what)
        return PlanTrip(change=PlanChange(action=action, day=reader.day_number(self.text), what=said))

    def _level(self) -> Volume:
        from agent.understanding.numerals import EN_NUMBER, ZH_NUMBER, en_number, zh_number

        for pattern, read in ((ZH_NUMBER, zh_number), (EN_NUMBER, en_number)):
            for found in re.finditer(rf"(?i){pattern}", self.text.replace("百分之", "")):
                value = read(found[0])
                if value is not None and 1 < value <= 100:
                    return Volume(change="set", level=int(value))
        return Volume()
