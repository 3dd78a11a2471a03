"""Sentences of other people, labelled in our kinds and slots, to train the reader on.

The corpora are not part of this repository: SLURP (CC BY 4.0), CrossWOZ (Apache-2.0) and xSID (CC BY-SA 4.0),
one JSON object a line. Only what can be labelled without doubt is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Sentence = dict[str, Any]
"""`text`, `language`, `intents`, and `source`."""

_SLURP_TOPICS = {
    "weather": "weather",
    "news": "news",
    "qa_stock": "news",
    "play_game": "other",
    "play": "music",
    "music": "music",
    "podcasts": "music",
    "alarm": "reminder",
    "calendar": "reminder",
    "lists": "other",
    "iot": "smart_home",
    "hue": "smart_home",
    "cleaning": "smart_home",
    "email_querycontact": "call",
    "email": "message",
    "social": "message",
    "qa_maths": "other",
    "qa": "knowledge",
    "factoid": "knowledge",
    "general_joke": "joke",
    "general": "other",
    "takeaway_order": "shopping_order",
    "cooking": "knowledge",
    "datetime_convert": "knowledge",
    "recommendation_events": "other",
    "recommendation_movies": "other",
    "transport_taxi": "booking",
    "transport_ticket": "booking",
}
_SLURP_DOUBTFUL = re.compile(
    r"\b(navigat|near me|nearest|direction|route|remind me to (?:stop|go)|how far|traffic|time is it|date)\b"
)
_HERE = re.compile(r"\b(my|here|current|this|nearest|closest|near|area|around)\b")
_XSID_TOPICS = {
    "weather": "weather",
    "alarm": "reminder",
    "reminder": "reminder",
    "BookRestaurant": "booking",
    "PlayMusic": "music",
    "AddToPlaylist": "music",
    "RateBook": "other",
    "SearchCreativeWork": "other",
    "SearchScreeningEvent": "other",
}
_PLACE_WORDS = {
    "餐馆": r"餐馆|餐厅|饭店|馆子|饭馆",
    "酒店": r"酒店|宾馆|旅馆|旅店",
    "景点": r"景点|景区",
}
_UNLABELLED_WISHES = {"评分", "游玩时间", "酒店设施", "酒店类型", "门票", "推荐菜"}
_OTHER_QUESTIONS = {"门票", "评分", "人均消费", "价格", "酒店类型", "推荐菜", "游玩时间", "酒店设施"}
_LONGEST = 60


def slurp(path: Path) -> Iterator[Sentence]:
    """Yield English requests to a home assistant: places, the drive, and sixteen other domains."""
    for record in _records(path):
        text, spans = _marked(record["annotated"])
        intents = _slurp_intents(text, record["intent"], spans)
        if intents:
            yield {"text": text, "language": "en", "intents": intents, "source": "slurp"}


def _marked(annotated: str) -> tuple[str, list[tuple[str, str, str]]]:
    """Return the plain text, and of each marked piece its name, its words and the text before it."""
    text, spans = "", []
    for found in re.finditer(r"\[(\w+) : ([^\]]+)\]|([^\[]+)", annotated):
        if found[1]:
            spans.append((found[1], re.sub(r"^(?:the|an?) ", "", found[2]), text))
        text += found[2] or found[3] or ""
    return text, spans


def _slurp_intents(text: str, intent: str, spans: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    if intent.startswith("audio_volume"):
        return _slurp_volume(text, intent.rsplit("_", 1)[1])
    if intent == "transport_query":
        return _slurp_way(text, spans)
    if intent == "recommendation_locations":
        return _slurp_search(text, spans)
    if intent == "datetime_query":
        asks_date = re.search(r"\b(date|what day|which day)\b", text)
        if spans or not (asks_date or re.search(r"\btime\b", text)):
            return []
        return [{"kind": "status", "what": "date" if asks_date else "clock"}]
    topic = next((t for name, t in _SLURP_TOPICS.items() if intent.startswith(name)), "")
    if not topic or _SLURP_DOUBTFUL.search(text):
        return []
    return [{"kind": "none", "topic": topic}]


def _slurp_volume(text: str, change: str) -> list[dict[str, Any]]:
    if re.search(r"\b(max|loudest|full|min|minimum|percent|\d+|ten|twenty|fifty)\b", text):
        return []
    return [{"kind": "volume", "change": change}]


def _slurp_way(text: str, spans: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    if re.search(r"\b(train|bus|flight|ticket|rail|schedule|metro|subway)\b", text):
        return [{"kind": "none", "topic": "booking"}]
    if not re.search(r"direction|how do i get|how to get|route|way to|navigate|take me", text):
        return []
    intent: dict[str, Any] = {"kind": "navigate"}
    for name, words, before in spans:
        if name not in {"place_name", "business_name"}:
            continue
        slot = "start" if re.search(r"from( the)? $", before) else "to"
        intent.setdefault(slot, words)
    return [intent] if "to" in intent else []


def _slurp_search(text: str, spans: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    kinds = [words for name, words, _ in spans if name in {"business_type", "food_type", "business_name"}]
    places = [words for name, words, _ in spans if name == "place_name" and not _HERE.search(words)]
    if len(kinds) != 1:
        return []
    intent = {"kind": "search", "what": kinds[0]}
    if places:
        intent["near"] = places[0]
    picks = {"nearest": r"nearest|closest", "best": r"\bbest\b|top rated", "cheapest": r"cheap"}
    pick = next((pick for pick, words in picks.items() if re.search(words, text)), "")
    return [{**intent, "pick": pick} if pick else intent]


def xsid(path: Path) -> Iterator[Sentence]:
    """Yield Mandarin and English requests for weather, alarms, reminders, music, bookings."""
    for record in _records(path):
        joiner = "" if record["language"] == "zh" else " "
        topic = next(t for name, t in _XSID_TOPICS.items() if record["intent"].startswith(name))
        yield {
            "text": joiner.join(record["tokens"]),
            "language": record["language"],
            "intents": [{"kind": "none", "topic": topic}],
            "source": "xsid",
        }


def crosswoz(path: Path) -> Iterator[Sentence]:
    """Yield what Mandarin speakers said about sights, hotels and restaurants."""
    for dialogue in _records(path):
        for turn in dialogue["turns"]:
            text = turn["text"].strip() if turn["role"] == "usr" else ""
            if not text or len(text) > _LONGEST:
                continue
            intents = _crosswoz_intents(text, [tuple(act) for act in turn["acts"]])
            if intents:
                yield {"text": text, "language": "zh", "intents": intents, "source": "crosswoz"}


def _crosswoz_intents(text: str, acts: list[tuple[str, ...]]) -> list[dict[str, Any]]:
    acts = [act for act in acts if act[0] != "General"]
    if not acts:
        return [{"kind": "talk"}]
    domains = {act[1] for act in acts}
    asked = {act[2] for act in acts if act[0] == "Request"}
    names = [act[3] for act in acts if act[0] == "Inform" and act[2] == "名称" and act[3] in text]
    told = {act[2] for act in acts if act[0] == "Inform"} - {"名称"}
    if domains == {"出租"}:
        return [{"kind": "none", "topic": "booking"}]
    if len(domains) != 1 or not domains <= set(_PLACE_WORDS):
        return []
    domain = domains.pop()
    if len(asked) == 1 and (kind := _around(next(iter(asked)))):
        return _crosswoz_near(text, kind, names)
    if asked == {"名称"} and not told & _UNLABELLED_WISHES:
        return _crosswoz_search(text, domain, acts)
    questions = {"电话": "phone", "营业时间": "opening_hours", "地址": "address"}
    if len(asked) == 1 and asked <= set(questions):
        place = names[0] if names else _reference(text, domain)
        what = questions[asked.pop()]
        return [{"kind": "status", "what": what, **({"place": place} if place else {})}]
    if asked and asked <= _OTHER_QUESTIONS:
        return [{"kind": "none", "topic": "knowledge"}]
    return []


def _around(slot: str) -> str:
    return slot[2:] if slot in {"周边景点", "周边餐馆", "周边酒店"} else ""


def _reference(text: str, domain: str) -> str:
    found = re.search(rf"(?:这|那)(?:个|家)(?:{_PLACE_WORDS[domain]}|地方|店)", text)
    return found[0] if found else ""


def _crosswoz_near(text: str, kind: str, names: list[str]) -> list[dict[str, Any]]:
    around = re.search(r"周边|附近|周围|旁边", text)
    if not around:
        return []
    what = re.search(rf"{_PLACE_WORDS[kind]}|好吃的|好玩的", text[around.end() :])
    if not what:
        return []
    before = text[: around.start()]
    near = names[0] if names and names[0] in before else ""
    if not near:
        found = re.search(r"(?:(?:这|那)(?:个|家))?(?:餐馆|餐厅|饭店|景点|酒店|地方)(?=的?$)", before)
        near = found[0] if found else ""
    return [{"kind": "search", "what": what[0], **({"near": near} if near else {})}]


def _crosswoz_search(text: str, domain: str, acts: list[tuple[str, ...]]) -> list[dict[str, Any]]:
    what = re.search(_PLACE_WORDS[domain], text)
    if not what:
        return []
    intent: dict[str, Any] = {"kind": "search", "what": what[0]}
    prices = [act[3] for act in acts if act[2] in {"人均消费", "价格"}]
    if prices:
        if prices[0] not in text:
            return []
        intent["price"] = prices[0]
    return [intent]


def _records(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
