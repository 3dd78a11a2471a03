"""When has the speaker finished: short patience after a whole command, longer after half of one."""

from __future__ import annotations

import re
import statistics
from collections import deque
from dataclasses import dataclass
from functools import cache

from languages.language import codes, load_language
from voice.loop.vad import FRAME_MS

# The one 到 that ends a question; what else ends so wants a place.
_ARRIVAL = re.compile(r"(?:多久|多长时间|几点钟?|什么时候|啥时候|何时)[才就能会可以]*到$")
# What ends like a place or a finished phrase is taken for whole; the rest gets the usual time.
_WHOLE = re.compile(
    r"(?:回家|去公司|取消|停|多久|多远|多少公里|怎么走|在哪里|在哪|哪条路上|多少|大一点|小一点|一遍|导航|"
    r"什么|高速|收费站|做什么|吧|吗|呢|是的|好的|对|第[一二三四五六七八九十]个|"
    r"[门站路街道巷寺庙楼店园馆村桥区院校所场厕]|"
    r"大学|中学|小学|学校|大厦|中心|机场|银行|餐厅|超市|教堂|酒店|宾馆|"
    r"home|cancel|stop|yes|no|there|now|one|please|nearby|around here|here|again|louder|quieter|"
    r"until we get there|"
    r"station|airport|hotel|cathedral|church|parking|park|motorways?|tolls?|ferries|square|street|road|"
    r"avenue|museum|"
    r"theatre|library|university|school|hospital|bank|restaurant|supermarket|cafe|pharmacy|toilet|bar|"
    r"navigation|route|turn|still)$",
    re.IGNORECASE,
)


_CALL_TAIL_MS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """How patient the listener is; milliseconds."""

    early_ms: int = 96
    """Silence after which recognition starts on trial, where it is silent indeed."""

    hushed_ms: int = 192
    """The same where somebody may still be heard: the soft end of a word."""

    hush: float = 0.2
    """Speech probability below which it is silent indeed."""

    sure_ms: int = 288
    """Silence that ends a command that sounds whole and was heard with confidence."""

    whole_ms: int = 480
    """Silence that ends a command that sounds whole."""

    usual_ms: int = 750
    """Silence that ends anything else."""

    open_ms: int = 2_000
    """Silence that ends a command that sounds half said, such as 带我去."""

    wait_ms: int = 5_000
    """How long to wait for the first word after the call."""

    cap_ms: int = 15_000
    """Longest command; a longer one is closed politely."""

    min_speech_ms: int = 160
    """Speech shorter than this is a cough."""

    threshold: float = 0.5
    """Speech probability above which a frame counts as speech."""


def completeness(text: str) -> str:
    """Whether recognised words sound like a whole command.

    Parameters
    ----------
    text : str
        The request so far, without the call.

    Returns
    -------
    str
        "open" for one that wants more words, "whole" for one that is complete, "unknown" otherwise.
    """
    bare = re.sub(r"[\s,.!。，！、…]+$", "", text.strip())
    if not bare:
        return "open"
    core = bare.rstrip("?？")
    question = core != bare or _ARRIVAL.search(core)
    # 哪里有？ is half a sentence whatever mark the recogniser sets behind it; 怎么去？ is none.
    wanting = _endings("never_last") if question else _endings("unfinished")
    if wanting.search(core) or (question and _endings("unfinished").fullmatch(core)):
        return "open"
    return "whole" if question or _WHOLE.search(core) else "unknown"


def in_one(text: str) -> str:
    """Words without the marks that stand for a pause: "I need A. Pharmacy" is "I need a Pharmacy"."""
    misspelt = _misspelt()
    text = misspelt[0].sub(lambda found: misspelt[1][found.group(1).lower()] + " ", text).rstrip()
    return _paused().sub(lambda found: found.group(1).lower() + " ", text)


@cache
def _endings(kind: str) -> re.Pattern[str]:
    """What ends so wants more words, in any language."""
    return re.compile(f"(?:{'|'.join(_wanting(kind))})$", re.IGNORECASE)


@cache
def _paused() -> re.Pattern[str]:
    return re.compile(rf"((?<!\w)(?:{'|'.join(_wanting('never_last'))}))[.…?]+\s+(?=\w)", re.IGNORECASE)


@cache
def _misspelt() -> tuple[re.Pattern[str], dict[str, str]]:
    """What stands for an ending of the same sound, before a pause or last, and those endings."""
    meant: dict[str, str] = {}
    for code in codes():
        meant |= load_language(code).speech.remarks.misspelt
    words = "|".join(map(re.escape, sorted(meant, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)({words})(?:[.…?]+\s*|$)", re.IGNORECASE), meant


def _wanting(kind: str) -> list[str]:
    found: list[str] = []
    for code in codes():
        language = load_language(code)
        boundary = r"\b" if language.settings.joiner else ""
        words = sorted(getattr(language.speech.remarks, kind), key=lambda word: (-len(word), word))
        found += [boundary + re.escape(word) for word in words]
    return found


class Endpointer:
    """Follows one utterance frame by frame and says when it ends.

    The patience adapts to the speaker: the median of the longest pauses inside the last five commands, 0
    for one without, raises it up to the limit for a half-said one. So a single hesitation changes nothing,
    and who pauses often gets more time until two or three commands without pauses.
    """

    _REMEMBERED = 5

    def __init__(self, settings: EndpointSettings | None = None) -> None:
        self.settings = settings or EndpointSettings()
        self._pauses_ms = deque([0] * self._REMEMBERED, self._REMEMBERED)
        self._longest_pause_ms = 0
        self.started_ms: int | None = None
        self.begin(0)

    def begin(self, now_ms: int, *, after_call: bool = False) -> None:
        """Start following an utterance at a time of the stream.

        After a call the end of the call itself may still be heard, and is no speech yet.
        """
        if self.heard_speech:
            self._pauses_ms.append(self._longest_pause_ms)
        self._longest_pause_ms = 0
        self._needed_ms = self.settings.min_speech_ms + (_CALL_TAIL_MS if after_call else 0)
        self.begun_ms = now_ms
        self.speech_ms = 0
        self.started_ms = None
        self.last_speech_ms = now_ms
        self._sounds = "unknown"
        self._run_ms = 0
        self._held_ms = self._held_in_silence_ms = 0

    @property
    def heard_speech(self) -> bool:
        """Whether enough speech was heard to be a word."""
        return self.started_ms is not None

    def silence_ms(self, now_ms: int) -> int:
        """Silence since the last speech."""
        return now_ms - self.last_speech_ms - self._held_in_silence_ms

    def pauses(self, probability: float, now_ms: int) -> bool:
        """Whether the words so far are worth recognising: the speaker pauses, or has finished."""
        least_ms = self.settings.early_ms if probability < self.settings.hush else self.settings.hushed_ms
        return self.heard_speech and self.silence_ms(now_ms) >= least_ms

    def hold(self, passed_ms: int) -> None:
        """Let time pass that says nothing about the speaker: our own voice covers theirs."""
        self._held_ms += passed_ms
        self._held_in_silence_ms += passed_ms

    def frame(self, probability: float, now_ms: int) -> bool:
        """Take a frame that ends at `now_ms`.

        Returns
        -------
        bool
            True when this frame makes it certain that speech has begun.
        """
        if probability < self.settings.threshold:
            self._run_ms = 0
            self._needed_ms = self.settings.min_speech_ms
            return False
        pause = self.silence_ms(now_ms) - FRAME_MS
        self._run_ms += FRAME_MS
        self.speech_ms += FRAME_MS
        if self.heard_speech and pause >= self.settings.early_ms:
            self._longest_pause_ms = max(self._longest_pause_ms, pause)
            self._sounds = "unknown"
        self.last_speech_ms = now_ms
        self._held_in_silence_ms = 0
        if self.started_ms is None and self._run_ms >= self._needed_ms:
            self.started_ms = now_ms - self._run_ms
            return True
        return False

    def overheard(self, begun_ms: int, now_ms: int, speech_ms: int) -> None:
        """Begin with speech that was noticed before anybody was followed."""
        self.started_ms, self.speech_ms, self.last_speech_ms = begun_ms, speech_ms, now_ms

    def partial(self, text: str, *, is_usual: bool = False, is_sure: bool = False) -> None:
        """Take the words recognised so far; they set the patience until more is said.

        A usual request is whole, also one like 带我去五道口 that might go on if it were none.

        Parameters
        ----------
        text : str
            The words.
        is_usual : bool
            Whether they are a usual request as they stand.
        is_sure : bool
            Whether they were heard with confidence.
        """
        sounds = "whole" if is_usual else completeness(text)
        self._sounds = "sure" if sounds == "whole" and is_sure else sounds

    @property
    def wonders(self) -> bool:
        """Whether the words so far tell neither that they are whole nor that they lack something."""
        return self._sounds == "unknown"

    @property
    def patience_ms(self) -> int:
        """Silence that ends the utterance as things stand."""
        chosen = {
            "sure": self.settings.sure_ms,
            "whole": self.settings.whole_ms,
            "open": self.settings.open_ms,
            "unknown": self.settings.usual_ms,
        }[self._sounds]
        if self._sounds in {"sure", "whole"}:
            return chosen
        return int(min(self.settings.open_ms, max(chosen, 1.3 * statistics.median(self._pauses_ms))))

    def ended(self, now_ms: int) -> str:
        """Why the utterance has ended by now, or an empty string.

        Returns
        -------
        str
            "silence" after speech, "nothing" if nobody spoke in time, "cap" if it became too long.
        """
        followed_ms = now_ms - self.begun_ms - self._held_ms
        if followed_ms >= self.settings.cap_ms:
            return "cap" if self.heard_speech else "nothing"
        if not self.heard_speech:
            return "nothing" if followed_ms >= self.settings.wait_ms else ""
        return "silence" if self.silence_ms(now_ms) >= self.patience_ms else ""
