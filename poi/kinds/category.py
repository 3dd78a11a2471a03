"""Category words: "加油站", "somewhere to sleep" → OSM categories."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path

from languages import codes, load_language
from poi.names.pinyin import encode, fold, segment, sound, syllables_of
from poi.place import CategoryMatch
from poi.text import canonical, clean, has_han

_FILLERS_HAN = re.compile(
    r"^(?:请问|请|麻烦|帮我|给我|我想|我要|想要|想|要|带我去|导航到|导航去|去|到|找(?:一?下)?|搜索|搜(?:一?下)?|查找|查(?:一?下)?|"
    r"看看|有没有|哪里有|哪有|哪儿有|附近的?|周边的?|周围的?|最近的?|就近的?|这里的?|这附近的?|旁边的?|沿途的?|"
    r"路上的?|顺路的?|一[个家间座处条]|个|那个|这个|便宜的?|好一点的?|小高)+"
)
_MEASURE_HAN = re.compile(r"^[家间座处条](?=..)")
"""What may count the place, 找家酒店, or begin its name, 家乐福."""

_FILLERS_HAN_END = re.compile(r"(?:在哪里?儿?|怎么走|有吗|吗|呢|吧|啊|呀|哪里有|附近|一下|的?地方)+$")
_FILLERS_LATIN = re.compile(
    r"^(?:(?:please|can you|could you|find me|find|show me|search for|search|look for|take me to|navigate to|"
    r"go to|i want|i need|i d like|i would like|is there|are there|where is|where s|where are|get me|to|a|an|"
    r"the|some|any|nearest|closest|nearby|next|good|cheap|my)\s+)+"
)
_FILLERS_BEFORE_HAN = re.compile(
    r"^(?:(?:find me|find|show me|nearby|nearest|closest|the|some)\s*(?:an?\b)?\s*)+"
    r"(?=[^\W\da-z])"
)
_FILLERS_LATIN_END = re.compile(
    r"(?:\s+(?:nearby|near me|near here|around here|close by|please|around|here))+$"
)

_TAG = re.compile(r"[a-z_]+/[a-z_]+")

_SAME_SOUND, _CONFUSED_SOUND = 0.95, 0.9
"""Likeness of a word that sounds just like what was said, and of one that does but for confusable sounds."""

_LEAST_LETTERS, _LEAST_TYPED = 5, 0.85
"""Shorter Latin words, and words less like what was typed, may be anything."""


class Categories:
    """The category words of drivers.

    Parameters
    ----------
    words, alone
        Words with their OSM categories; those of `alone` are no part of a longer query.
    labels
        What each category is called, by language.
    pinyin
        How Chinese words are read.
    """

    def __init__(
        self,
        words: Mapping[str, list[str]],
        labels: Mapping[str, Mapping[str, str]],
        pinyin: Mapping[str, str],
        alone: Mapping[str, list[str]] | None = None,
    ) -> None:
        self._beside = words
        self._words = {**(alone or {}), **words}
        self._labels = labels
        self._pinyin = pinyin
        self._longest = max(map(len, words), default=0)
        self._synonyms: dict[tuple[str, ...], list[str]] = {}
        for word, found in self._words.items():
            self._synonyms.setdefault(tuple(found), []).append(word)

    def match(self, query: str) -> CategoryMatch:
        """Recognise a category word that is the whole query, its end, or its beginning.

        Parameters
        ----------
        query
            Words as said, fillers like "附近的" or "find me a" allowed.

        Returns
        -------
        CategoryMatch
            False when no category word is in it.
        """
        if _TAG.fullmatch(query) and query in self._labels:
            return CategoryMatch(categories=(query,), word=query, rest="")
        text = without_fillers(query)
        core = text.removesuffix("的")
        uncounted = without_measure(text)
        for candidate in dict.fromkeys(
            (canonical(clean(query)), text, _singular(text), core, f"{core}的", f"{core}的地方", uncounted,
             uncounted.removesuffix("的"))
        ):  # fmt: skip
            if candidate in self._words:
                return self._made(candidate, "")
        return self._part_han(text) if has_han(text) else self._part_latin(text)

    def alike(self, query: str) -> tuple[str, float]:
        """Return the category word that was misheard or mistyped, and how alike it is.

        A last resort for what is no name of the map: 加油占, jiayouzhan, pharamcy.

        Parameters
        ----------
        query
            Words as said, fillers allowed.

        Returns
        -------
        word : str
            "" when no word is alike.
        likeness : float
            0 to 1.
        """
        text = without_fillers(query)
        if has_han(text):
            sounds = [sound(said) for said in dict.fromkeys((text, without_measure(text)))]
        else:
            sounds = segment(text.replace(" ", "")) if text.isascii() else []
        for sounded in sounds:
            if word := self._by_sound.get(fold(sounded)):
                return word, _SAME_SOUND if _encoded(self._readings[word]) == sounded else _CONFUSED_SOUND
        return ("", 0.0) if has_han(text) else self._mistyped(text)

    @cached_property
    def _by_sound(self) -> dict[str, str]:
        """Chinese words by their folded sound."""
        return {fold(_encoded(letters)): word for word, letters in self._readings.items()}

    @cached_property
    def _readings(self) -> dict[str, str]:
        """Chinese words with how they are read; those of the language data are read when first needed."""
        unread = (word for word in self._words if word not in self._pinyin and len(word) > 1)
        read = {word: " ".join(syllables_of(word)) for word in unread if all(map(has_han, word))}
        return {**self._pinyin, **read}

    @cached_property
    def _latin(self) -> list[str]:
        return [w for w in self._words if len(w) >= _LEAST_LETTERS and w.isascii()]

    def _mistyped(self, text: str) -> tuple[str, float]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if len(text) < _LEAST_LETTERS:
            return "", 0.0
        scorer = OSA.normalized_similarity
        found = process.extractOne(text, self._latin, scorer=scorer, score_cutoff=_LEAST_TYPED)
        return ("", 0.0) if found is None else (str(found[0]), float(found[1]))

    def _part_han(self, text: str) -> CategoryMatch:
        for size in range(min(self._longest, len(text) - 1), 1, -1):
            word, rest = text[-size:], text[:-size]
            if word in self._beside and has_han(word):
                return self._made(word, rest.removesuffix("的"))
        for size in range(min(6, len(text) - 1), 1, -1):
            if text[:size] in self._beside:
                return self._made(text[:size], text[size:].removeprefix("的"))
        return CategoryMatch(categories=(), word="", rest=text)

    def _part_latin(self, text: str) -> CategoryMatch:
        parts = text.split()
        for size in range(min(4, len(parts) - 1), 0, -1):
            for word, rest in ((parts[-size:], parts[:-size]), (parts[:size], parts[size:])):
                joined = " ".join(word)
                for candidate in (joined, _singular(joined)):
                    if candidate in self._beside:
                        return self._made(candidate, " ".join(rest))
        return CategoryMatch(categories=(), word="", rest=text)

    def _made(self, word: str, rest: str) -> CategoryMatch:
        found = tuple(self._words[word])
        labels = self._labels.get(found[0], {})
        return CategoryMatch(
            categories=found,
            word=word,
            rest=rest,
            labels=labels,
        )

    def synonyms(self, match: CategoryMatch) -> list[str]:
        """Return the other words of the very same categories."""
        return [w for w in self._synonyms.get(match.categories, []) if w != match.word]

    def label(self, category: str, language: str) -> str:
        """Return the name of an OSM category in a language; its value with spaces if there is none."""
        label = self._labels.get(category, {}).get(language)
        return label or category.rpartition("/")[2].replace("_", " ")


def _encoded(letters: str) -> str:
    return "".join(map(encode, letters.split()))


def without_measure(text: str) -> str:
    """Return Chinese words without a measure word before them: 家酒店 → 酒店; a name may begin so."""
    return _MEASURE_HAN.sub("", text)


def without_fillers(query: str) -> str:
    """Return the canonical query without polite and searching words; never empty if the query was not."""
    text = canonical(clean(query))
    if has_han(text):
        core = _FILLERS_BEFORE_HAN.sub("", _FILLERS_HAN_END.sub("", _FILLERS_HAN.sub("", text)))
    else:
        core = _FILLERS_LATIN_END.sub("", _FILLERS_LATIN.sub("", text + " ").strip())
    return core.strip() or text


def _singular(text: str) -> str:
    if text.endswith("ies"):
        return text[:-3] + "y"
    if text.endswith(("ches", "shes", "sses", "xes")):
        return text[:-2]
    return text[:-1] if text.endswith("s") and not text.endswith("ss") else text


@lru_cache(maxsize=1)
def load_categories() -> Categories:
    """Read the category words that ship with the package, and those of each language over them."""
    data = json.loads((Path(__file__).parents[1] / "data" / "categories.json").read_text("utf-8"))
    words, labels = data["words"], data["labels"]
    alone: dict[str, list[str]] = {}
    for code in codes():
        kinds = load_language(code).kinds
        for table, said in ((words, kinds.beside), (alone, kinds.alone)):
            for tags, meant in sorted(said.items(), key=_how_many):
                found = tags.split()
                names = meant.split("|")
                labels.setdefault(found[0], {}).setdefault(code, names[0])
                table.update((canonical(name), found) for name in names)
    return Categories(words, labels, data["pinyin"], alone)


def _how_many(entry: tuple[str, str]) -> int:
    """Return how many categories words stand for: those of one alone name it."""
    return entry[0].count(" ")


def parse_category(category: str) -> tuple[str, tuple[str, str] | None]:
    """Split "amenity/restaurant[cuisine=chinese]" into the category and its condition."""
    plain, _, rest = category.partition("[")
    if not rest:
        return plain, None
    key, _, value = rest.rstrip("]").partition("=")
    return plain, (key, value)
