"""What the listening loop itself says and understands: few words, made beforehand."""

from __future__ import annotations

from voice.asr_text import bare_text

_PHRASES = {
    "listening": {"zh": "我在。", "en": "Yes?"},
    "again": {"zh": "没听清，请再说一遍。", "en": "Sorry, I did not catch that. Please say it again."},
    "moment": {"zh": "稍等。", "en": "One moment."},
    "no_voice": {"zh": "语音暂时不可用。", "en": "My voice is not available right now."},
}
_STOPS = frozenset(
    {
        "停", "停下", "停止", "停一下", "别说了", "不用说了", "好了", "安静", "闭嘴", "够了", "知道了",
        "取消", "算了", "stop", "stopit", "stoptalking", "quiet", "bequiet", "shutup", "enough", "cancel",
        "nevermind", "ok", "okay", "thatsenough", "hush", "silence",
    }
)  # fmt: skip


def phrase(name: str, language: str) -> str:
    """One of the loop's own phrases.

    Parameters
    ----------
    name : str
        "listening", "again", "moment" or "no_voice".
    language : str
        "zh" or "en"; anything else is taken as "en".
    """
    variants = _PHRASES[name]
    return variants.get(language, variants["en"])


def fixed_phrases() -> list[tuple[str, str]]:
    """All of them with their language, to be made beforehand."""
    return [(text, language) for variants in _PHRASES.values() for language, text in variants.items()]


def is_stop(text: str) -> bool:
    """Whether the words only ask us to be quiet."""
    return bare_text(text) in _STOPS
