# ruff: noqa: E501 (a pattern is easier to read whole)
"""How the grammars find the words of a moment; `agent.understanding.amounts` says which moment it is."""

from __future__ import annotations

from agent.trip.dates import EN_DATE, ZH_DATE
from agent.understanding.amounts import today_said
from agent.understanding.numerals import ZH_NUMBER

__all__ = ["EN_MOMENT", "ZH_MOMENT", "today_said"]

_ZH_PART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|早|晚)"
_ZH_CLOCK = rf"(?:{ZH_NUMBER}点(?:钟|整|半|一刻|三刻|{ZH_NUMBER}分?)?|\d{{1,2}}[:：]\d\d|午夜|零点|很晚|深夜)"
ZH_MOMENT = rf"(?:(?:{ZH_DATE}|今|明|后天)?(?:的)?{_ZH_PART}?(?:的)?{_ZH_CLOCK}|{ZH_DATE}{_ZH_PART}?|(?:明|后天){_ZH_PART})"
"""A time, a day or both: 晚上十点, 周日, 明天早上, 明晚八点半."""

_EN_HOUR = r"(?:[01]?\d|2[0-4]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_EN_HALF = r"(?:a\.?m\b\.?|p\.?m\b\.?|o'?clock)"
_EN_PART = r"(?:(?:in|during) the (?:early )?(?:morning|afternoon|evening)|at night|tonight|this (?:morning|afternoon|evening))"
_EN_CLOCK = (
    rf"(?:midnight|noon|(?<=until )late|(?:half past |(?:a )?quarter (?:past|to) )?{_EN_HOUR}(?:[:.]\d\d| ?(?:thirty|fifteen|forty[ -]five))?(?: ?{_EN_HALF})?)"
    r"(?! ?(?:min|hour|kilo|met|mile|km\b|star|%))"
)
_EN_DAY = rf"(?:on )?{EN_DATE}s?(?: (?:morning|afternoon|evening|night))?|in the (?:morning|evening)|at (?:night|noon)"
EN_MOMENT = (
    rf"(?:(?:at |around |about |by )?{_EN_CLOCK}(?:,? (?:{_EN_PART}|{_EN_DAY}))*"
    rf"|(?:{_EN_DAY})(?:,? (?:(?:at|around|until|till|past|after) )?{_EN_CLOCK})?)"
)
"""A time, a day or both: "at ten pm", "on Sunday", "tomorrow morning at seven"."""
