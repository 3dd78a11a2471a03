"""Addresses in the order in which their country says them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from poi.addresses.query import address_words
from poi.text import has_han

_BARE = re.compile(r"^[甲乙丙丁戊己]?\d[\d\s,;、-]*[a-zA-Z]?$")


def house_label(street: str, number: str, country: str) -> str:
    """Return street and number as they are said: "30 West 26th Street", "Mannerheimintie 5", 东川路1280号.

    Parameters
    ----------
    street, number
        As tagged.
    country
        ISO code, "" if unknown.
    """
    if has_han(street):
        sign = "號" if country in ("TW", "HK", "MO") else "号"
        return f"{street}{number.strip()}{sign if _BARE.match(number.strip()) else ''}"
    if not street:
        return number
    if country in address_words().number_first:
        return f"{number} {street}"
    return f"{street} {number}".strip()


def address_line(tags: Mapping[str, str], country: str) -> str:
    """Return the address of a place in one line, "" if it has none.

    Parameters
    ----------
    tags
        Its tags.
    country
        ISO code, "" if unknown.
    """
    street, number, town = street_of(tags), tags.get("addr:housenumber", ""), tags.get("addr:city", "")
    line = house_label(street, number, country) if street else ""
    if has_han(street + town):
        province = tags.get("addr:province", "") if country in ("CN", "JP") else ""
        district = tags.get("addr:district", "")
        areas = dict.fromkeys(part for part in (province, town, district) if part and part not in street)
        return f"{''.join(areas)}{line}"
    code = tags.get("addr:postcode", "")
    if not town:
        return line
    if country in address_words().town_before_code:
        state_code = " ".join(part for part in (tags.get("addr:state", ""), code) if part)
        return ", ".join(part for part in (line, town, state_code) if part)
    return ", ".join(part for part in (line, f"{code} {town}".strip()) if part)


def street_of(tags: Mapping[str, str]) -> str:
    """Return what a house's number counts in: its street, its place, or its quarter and block in Japan."""
    street = tags.get("addr:street") or tags.get("addr:place", "")
    if street or "addr:block_number" not in tags:
        return street
    quarter, part = tags.get("addr:quarter", ""), tags.get("addr:neighbourhood", "")
    whole = part if quarter and part.startswith(quarter) else f"{quarter}{part}"
    return f"{whole}{tags['addr:block_number']}" + ("-" if tags.get("addr:housenumber") else "")
