"""The names of a map object, by language and by sort."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_SORTS = {"alt_name": "alt", "short_name": "short", "official_name": "official", "old_name": "old",
          "int_name": "int", "loc_name": "loc", "reg_name": "reg", "nat_name": "nat"}  # fmt: skip
_KIND_OF_SORT = {"name": "name", "old": "old", "brand": "brand", "operator": "brand", "ref": "ref"}


def names_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Return names by language and by sort ("alt", "short", …), the map's own under "name"."""
    names: dict[str, str] = {}
    for key, value in tags.items():
        if key == "name":
            names["name"] = value
        elif key.startswith("name:"):
            names[key[5:]] = value
        elif key in _SORTS:
            names[_SORTS[key]] = value
        elif ":" in key and key.split(":", 1)[0] in _SORTS:
            sort, language = key.split(":", 1)
            names[f"{_SORTS[sort]}:{language}"] = value
        elif key in ("brand", "operator") or key.startswith("brand:"):
            names[key] = value
    return names


def name_entries(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every single name with its kind: "A;B" counts as two, "name:prefix" and the like as none."""
    for sort, value in names.items():
        head = sort.split(":", 1)[0]
        if head in ("prefix", "etymology", "left", "right", "pronunciation", "signed", "start", "genitive"):
            continue
        kind = _KIND_OF_SORT.get(head) or ("alt" if head in _SORTS.values() else "language")
        for part in value.split(";"):
            if part.strip():
                yield part.strip(), kind
