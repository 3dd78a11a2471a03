"""Make data/categories.json: words of the OSM id-tagging-schema, overruled by the words of drivers.

Run once per release of the schema, with its npm package unpacked::

    npm pack @openstreetmap/id-tagging-schema && tar xzf openstreetmap-id-tagging-schema-*.tgz
    python -m poi.derive.categories package/dist

The schema is ISC-licensed; the version used is recorded in the file.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from poi.build.kind import categories_of
from poi.kinds.category import parse_category
from poi.names.pinyin import syllables_of
from poi.text import canonical, has_han, word_set

_DATA = Path(__file__).parents[1] / "data"
_KEYS = word_set("amenity tourism shop leisure healthcare railway aeroway historic office craft highway "
                  "natural man_made place emergency public_transport")  # fmt: skip
_SECOND = word_set("cuisine religion denomination sport")
_NOT_FOR_DRIVERS = word_set(
    "amenity/swingerclub amenity/brothel amenity/stripclub amenity/love_hotel man_made/works"
)
_TOO_COMMON = 3


def _category(tags: dict[str, str]) -> str | None:
    """Return "key/value" or "key/value[key=value]" for presets of one or two plain tags."""
    main = [(k, v) for k, v in tags.items() if k in _KEYS and v != "*"]
    rest = [(k, v) for k, v in tags.items() if (k, v) not in main]
    if len(main) != 1 or len(rest) > 1 or any(k not in _SECOND or v == "*" for k, v in rest):
        return None
    key, value = main[0]
    extra = f"[{rest[0][0]}={rest[0][1]}]" if rest else ""
    return None if f"{key}/{value}" in _NOT_FOR_DRIVERS else f"{key}/{value}{extra}"


def stored(category: str) -> bool:
    """Say whether a region pack holds places of a category, if the map does."""
    plain, condition = parse_category(category)
    key, _, value = plain.partition("/")
    tags = {"railway": "station", key: value, "name": "-"} if key == "station" else {key: value, "name": "-"}
    return plain in categories_of(tags | dict([condition] if condition else []))


def _words(entry: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return names (with aliases) and looser terms of one translated preset."""
    names = [entry.get("name", ""), *entry.get("aliases", "").split("\n")]
    return names, entry.get("terms", "").split(",")


def derive(dist: Path) -> dict[str, Any]:
    """Return the contents of categories.json.

    Parameters
    ----------
    dist
        The folder `dist` of the unpacked npm package.
    """
    presets = json.loads((dist / "presets.json").read_text("utf-8"))
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    by_name: dict[str, set[str]] = defaultdict(set)
    by_term: dict[str, set[str]] = defaultdict(set)
    for language in ("en", "zh-CN", "zh-TW", "zh-HK"):
        translated = json.loads((dist / "translations" / f"{language}.json").read_text("utf-8"))
        entries = translated[language]["presets"]["presets"]
        for preset, data in presets.items():
            category = _category(data.get("tags", {}))
            if category is None or preset not in entries or data.get("searchable") is False:
                continue
            names, terms = _words(entries[preset])
            short = language[:2]
            if names[0]:
                labels[category].setdefault(short, names[0])
            for word in filter(None, map(canonical, names)):
                by_name[word].add(category)
            for word in filter(None, map(canonical, terms)):
                by_term[word].add(category)
    words = {w: sorted(c) for w, c in by_name.items()}
    words |= {
        w: sorted(c) for w, c in by_term.items() if w not in words and len(c) <= _TOO_COMMON and len(w) > 1
    }
    words = {w: kept for w, found in words.items() if (kept := [c for c in found if stored(c)])}
    _overrule(words, labels)
    version = json.loads((dist.parent / "package.json").read_text("utf-8"))["version"]
    return {
        "source": f"@openstreetmap/id-tagging-schema {version} (ISC), and poi/data/category_words.json",
        "labels": dict(sorted(labels.items())),
        "words": dict(sorted(words.items())),
        "pinyin": {
            word: " ".join(syllables_of(word))
            for word in sorted(words)
            if len(word) > 1 and all(map(has_han, word))
        },
    }


def _overrule(words: dict[str, list[str]], labels: dict[str, dict[str, str]]) -> None:
    groups = json.loads((_DATA / "category_words.json").read_text("utf-8"))["groups"]
    for group in groups:
        for word in group_words(group["words"]):
            words[canonical(word)] = group["categories"]
        label = {"en": group["en"], "zh": group["zh"]}
        if len(group["categories"]) == 1:
            labels[group["categories"][0]] = label
        labels.setdefault(group["categories"][0], label)


def group_words(text: str) -> list[str]:
    """Split "加油站 加油 petrol|petrol station": Chinese words by spaces, the English ones by bars."""
    first, *rest = text.split("|")
    head = first.split(" ")
    cut = next((i for i, w in enumerate(head) if w.isascii() and w != "ktv"), len(head))
    return [w for w in [*head[:cut], " ".join(head[cut:]), *rest] if w]


if __name__ == "__main__":
    content = json.dumps(derive(Path(sys.argv[1])), ensure_ascii=False, indent=0)
    (_DATA / "categories.json").write_text(content + "\n", "utf-8")
