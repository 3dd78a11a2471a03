"""Make data/brands.json: what brands are called in Chinese and English, from the OSM name-suggestion-index.

Run once per release of the index, with its npm package unpacked::

    npm pack name-suggestion-index && tar xzf name-suggestion-index-*.tgz
    python -m poi.derive.brands package

The index is BSD-3-licensed; the version used is recorded in the file.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from poi.text import canonical, has_han, word_set

_DATA = Path(__file__).parents[1] / "data"
_NAME = re.compile(r"^(name|brand|short_name|alt_name|official_name)(:(en|zh|zh-Hans|zh-Hant|zh-CN))?$")
_CHINESE = word_set("cn tw hk mo sg my")
_LATIN = re.compile(r"^[\u0020-\u024f\u2019]+$")
_KANA = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_KINDS = re.compile(r"^brands/(amenity|shop|tourism|leisure|healthcare)/")


def derive(package: Path) -> dict[str, Any]:
    """Return the contents of brands.json: lists of names of one brand each.

    Parameters
    ----------
    package
        The folder of the unpacked npm package.
    """
    data = json.loads((package / "dist" / "json" / "nsi.json").read_text("utf-8"))
    by_brand: dict[str, dict[str, None]] = defaultdict(dict)
    for kind, content in data["nsi"].items():
        if not _KINDS.match(kind):
            continue
        for item in content["items"]:
            tags = item["tags"]
            brand = tags.get("brand:wikidata") or tags.get("brand") or item["displayName"]
            chinese = bool(_CHINESE & set(map(str, item.get("locationSet", {}).get("include", []))))
            for name in _names(item, chinese=chinese):
                by_brand[brand].setdefault(name)
    hand = json.loads((_DATA / "brand_words.json").read_text("utf-8"))["brands"]
    groups = [list(names) for names in by_brand.values() if len(names) > 1 and any(map(has_han, names))]
    version = json.loads((package / "package.json").read_text("utf-8"))["version"]
    return {
        "source": f"name-suggestion-index {version} (BSD-3-Clause), and poi/data/brand_words.json",
        "brands": sorted(_joined([*groups, *hand])),
    }


def _names(item: dict[str, Any], *, chinese: bool) -> list[str]:
    """Return the names of one entry that are Chinese, if it is for Chinese regions, or in Latin letters."""
    found = [v for k, v in item["tags"].items() if _NAME.match(k)]
    found += item.get("matchNames", [])
    return [n for n in found if _LATIN.match(n) or (chinese and has_han(n) and not _KANA.search(n))]


def _joined(groups: list[list[str]]) -> list[list[str]]:
    """Join groups that share a name, and drop names that compare equal."""
    out: list[dict[str, str]] = []
    owner: dict[str, int] = {}
    for group in groups:
        keyed = {canonical(n): n for n in group if len(canonical(n)) > 1}
        target = next((owner[k] for k in keyed if k in owner), len(out))
        if target == len(out):
            out.append({})
        for key, name in keyed.items():
            out[target].setdefault(key, name)
            owner.setdefault(key, target)
    return [list(names.values()) for names in out if len(names) > 1]


if __name__ == "__main__":
    content = json.dumps(derive(Path(sys.argv[1])), ensure_ascii=False, indent=0)
    (_DATA / "brands.json").write_text(content.replace('",\n"', '", "') + "\n", "utf-8")
