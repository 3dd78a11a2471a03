"""What the listening loop itself says and understands: few words, made beforehand."""

from __future__ import annotations

import re

from voice.asr.text import bare_text

_PHRASES = {
    "listening": {"zh": "我在。", "en": "Yes?"},
    "again": {"zh": "没听清，请再说一遍。", "en": "Sorry, I did not catch that. Please say it again."},
    "moment": {"zh": "稍等。", "en": "One moment."},
    "no_voice": {"zh": "语音暂时不可用。", "en": "My voice is not available right now."},
}
_STOP_WORDS = (
    "停", "停下", "停下来", "停止", "停一停", "安静", "闭嘴", "住口", "打住", "够", "取消", "算了",
    "行了", "好了", "好啦", "可以了", "知道了", "明白了",
    "(?:别|不要|不用|停止)再?(?:说|说话|讲|讲话|念|播|播报|播放|报|吵|出声)",
    "stop", "stopit", "stopthat", "stop(?:talking|speaking)", "(?:be)?quiet", "shutup", "hush", "shush",
    "silence", "(?:thats|thatis)?enough", "thatwilldo", "gotit", "cancel", "cancelthat", "nevermind", "ok",
    "okay",
)  # fmt: skip
# One such word after the other, and courtesies around each: 停！停！, 请别讲了, "okay, stop please".
# A courtesy between two words has one place only, or a long text would take forever.
_STOP = re.compile(
    rf"(?:please)*(?:(?:请|麻烦|你|您|先|那|just)*(?:{'|'.join(sorted(_STOP_WORDS, key=len, reverse=True))})"
    "(?:一下|一点|一会儿?|点|吧|了|啊|嘛|谢谢|please|now|thanks|thankyou)*)+"
)


_ASSENT = re.compile("(?:(?:好|行|可以)(?:了|啦)|ok|okay)+")


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


def is_stop(text: str, *, asked: bool = False) -> bool:
    """Whether the words only ask us to be quiet; 停止导航 and "cancel the navigation" ask for more.

    Parameters
    ----------
    text : str
        What was heard while we spoke.
    asked : bool
        Whether it was a question of ours: then "okay" is an answer to it.
    """
    bare = bare_text(text)
    return _STOP.fullmatch(bare) is not None and not (asked and _ASSENT.fullmatch(bare))
