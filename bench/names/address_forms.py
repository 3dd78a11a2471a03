"""Addresses as people write and say them, by country: written by hand, apart from the product's grammar.

Each form takes a street and a number of the map and returns what is said, or None where it does not apply.
Abbreviations stand here in words of their own; nothing is read from `poi/data`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

Form = Callable[[str, str], str | None]


def _no_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _swapped(street: str, words: Mapping[str, str], *, last: bool) -> str | None:
    """Return the street with its first or last word shortened, None where it has no such word."""
    parts = street.split()
    at = -1 if last else 0
    short = words.get(parts[at])
    if short is None or len(parts) < 2:
        return None
    parts[at] = short
    return " ".join(parts)


def _then(street: str | None, pattern: str, number: str) -> str | None:
    return None if street is None else pattern.format(s=street, n=number)


_FRENCH = {
    "Avenue": "av.",
    "Boulevard": "bd",
    "Rue": "r.",
    "Place": "pl.",
    "Chemin": "ch.",
    "Impasse": "imp.",
    "Allée": "all.",
}
_CATALAN = {"Avinguda": "Av.", "Carrer": "C/", "Plaça": "Pl.", "Carretera": "Ctra.", "Passeig": "Pg."}
_ENGLISH = {
    "Street": "st", "Avenue": "ave", "Road": "rd", "Boulevard": "blvd", "Drive": "dr", "Lane": "ln",
    "Court": "ct",
    "Place": "pl", "Terrace": "ter", "Parkway": "pkwy", "Square": "sq", "Crescent": "cres", "Gardens": "gdns",
}  # fmt: skip
_POINTS = {"North": "N", "South": "S", "East": "E", "West": "W", "Northwest": "NW", "Southeast": "SE"}
_PARTICLES = re.compile(r"\b(?:de la |de l['’]|del |des |du |de |d['’]|la |les )", re.IGNORECASE)
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")


def _pointed(street: str) -> str | None:
    parts = [_POINTS.get(part, part) for part in street.split()]
    return " ".join(parts) if parts != street.split() else None


def _short_us(street: str) -> str:
    """Return a street the way it stands on an envelope: 30 W 26 St NW."""
    parts = [_POINTS.get(p, _ENGLISH.get(p, p)) for p in _ORDINAL.sub(r"\1", street).split()]
    return " ".join(parts)


FRANCE: Sequence[Form] = (
    lambda s, n: f"{n} {s}",
    lambda s, n: f"{n}, {s}",
    lambda s, n: f"{s} {n}",
    lambda s, n: f"{n} {s}".lower(),
    lambda s, n: _no_accents(f"{n} {s}").lower(),
    lambda s, n: _then(_swapped(s, _FRENCH, last=False), "{n} {s}", n),
    lambda s, n: _then(_swapped(s, _FRENCH, last=False), "{s} {n}", n),
    lambda s, n: f"{n} {_PARTICLES.sub('', s)}" if _PARTICLES.search(s) else None,
    lambda s, n: f"{n} {s}, France",
    lambda s, n: f"{n.replace(' ', '')} {s}" if " " in n else None,
    lambda s, n: re.sub(r"(?<=\d)(?=[a-z])", " ", n) + f" {s}" if re.search(r"\d[a-z]", n) else None,
    lambda s, n: f"numéro {n}, {s}",
)

CATALONIA: Sequence[Form] = (
    lambda s, n: f"{s} {n}",
    lambda s, n: f"{s}, {n}",
    lambda s, n: f"{n} {s}",
    lambda s, n: f"{s} {n}".lower(),
    lambda s, n: _no_accents(f"{s} {n}").lower(),
    lambda s, n: _then(_swapped(s, _CATALAN, last=False), "{s} {n}", n),
    lambda s, n: _then(_swapped(s, _CATALAN, last=False), "{s}, {n}", n),
    lambda s, n: f"{_PARTICLES.sub('', s)} {n}" if _PARTICLES.search(s) else None,
    lambda s, n: f"{s} {n}, Andorra",
    lambda s, n: f"{s} número {n}",
)

FINLAND: Sequence[Form] = (
    lambda s, n: f"{s} {n}",
    lambda s, n: f"{s} {n}, Helsinki",
    lambda s, n: f"{s} {n}, 00100 Helsinki",
    lambda s, n: f"{n} {s}",
    lambda s, n: _no_accents(f"{s} {n}").lower(),
    lambda s, n: f"{s} {n} A 12" if n.isdigit() else None,
    lambda s, n: f"Helsinki, {s} {n}",
)

GERMANY: Sequence[Form] = (
    lambda s, n: f"{s} {n}",
    lambda s, n: f"{s} {n}".lower(),
    lambda s, n: s.replace("straße", "str.").replace("Straße", "Str.") + f" {n}" if "traße" in s else None,
    lambda s, n: f"{s} {n}".replace("ß", "ss") if "ß" in s else None,
    lambda s, n: (
        f"{s} {n}".replace("ü", "ue").replace("ö", "oe").replace("ä", "ae") if re.search("[üöä]", s) else None
    ),
    lambda s, n: _no_accents(f"{s} {n}"),
    lambda s, n: f"{n} {s}",
    lambda s, n: f"{s} {n}, 10115 Berlin",
    lambda s, n: f"{s} {n[:-1]} {n[-1]}" if n[-1].isalpha() else None,
    lambda s, n: f"{s} {n[:-1]}{n[-1].upper()}" if n[-1].isalpha() else None,
    lambda s, n: f"Berlin, {s} {n}, Deutschland",
    lambda s, n: f"{s} Nr. {n}",
    lambda s, n: f"{s.replace('-', ' ')} {n}" if "-" in s else None,
)

AMERICA: Sequence[Form] = (
    lambda s, n: f"{n} {s}",
    lambda s, n: f"{n} {s}".lower(),
    lambda s, n: _then(_swapped(s, _ENGLISH, last=True), "{n} {s}", n),
    lambda s, n: _then(_pointed(s), "{n} {s}", n),
    lambda s, n: f"{n} {_short_us(s)}",
    lambda s, n: f"{n} {_short_us(s)} denver co 80210".lower(),
    lambda s, n: f"{n} {s}, Denver, CO 80210",
    lambda s, n: f"{n} {s} #12",
    lambda s, n: f"{n} {_short_us(s)} apt 3b",
    lambda s, n: f"Suite 200, {n} {s}",
    lambda s, n: f"{s} {n}",
    lambda s, n: f"{n}, {s}",
    lambda s, n: f"{n} {s}, USA",
    lambda s, n: f"number {n} {s}",
)

BRITAIN: Sequence[Form] = (
    lambda s, n: f"{n} {s}",
    lambda s, n: f"{n} {s}".lower(),
    lambda s, n: f"{n}, {s}",
    lambda s, n: _then(_swapped(s, _ENGLISH, last=True), "{n} {s}", n),
    lambda s, n: f"{n} {s}, London W13 0AB",
    lambda s, n: f"Flat 2, {n} {s}",
    lambda s, n: f"{s} {n}",
    lambda s, n: f"{n} {s.replace('Saint', 'St')}" if "Saint" in s else None,
    lambda s, n: f"{n} {s.replace(chr(39), '')}" if "'" in s else None,
    lambda s, n: f"{n} {s}, London, England",
    lambda s, n: f"{n[:-1]} {n[-1].lower()} {s}" if n[-1].isalpha() else None,
)

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_BY_PHONE = _DIGITS | {"1": "幺"}


def _numeral(number: int) -> str:
    """Write a number below 10,000 as it is counted: 一千二百八十."""
    out, zero = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            out += ("零" if zero and out else "") + _DIGITS[str(digit)] + unit
        zero = digit == 0 and bool(out)
    return out[1:] if out.startswith("一十") else out


def _counted(text: str) -> str:
    return re.sub(r"\d+", lambda m: _numeral(int(m.group())), text)


def _spelt(text: str) -> str:
    return re.sub(r"\d", lambda m: _DIGITS[m.group()], text)


def _house(number: str) -> str:
    return number if number[-1] in "号號楼院栋幢座" else f"{number}号"


CHINA: Sequence[Form] = (
    lambda s, n: f"{s}{_house(n)}",
    lambda s, n: f"{s}{n}",
    lambda s, n: f"{s}{_counted(_house(n))}" if "-" not in n else None,
    lambda s, n: f"{s}{_spelt(_house(n))}" if "-" not in n else None,
    lambda s, n: _counted(f"{s}{_house(n)}") if re.search(r"\d弄", s) else None,
    lambda s, n: f"{s}" + "".join(_BY_PHONE.get(c, c) for c in _house(n)) if re.search(r"\d{3}", n) else None,
    lambda s, n: f"上海市{s}{_house(n)}",
    lambda s, n: f"上海市闵行区{s}{_house(n)}",
    lambda s, n: f"{s}{_house(n)}301室" if _house(n).endswith("号") else None,
    lambda s, n: f"{s} {_house(n)}",
    lambda s, n: (
        f"{s}{re.sub('^([甲乙丙])(.+?)号?$', chr(92) + '2号' + chr(92) + '1', n)}"
        if n[0] in "甲乙丙"
        else None
    ),
    lambda s, n: f"{s}{n.replace('附', '之')}" if "附" in n else None,
    lambda s, n: f"{s}{n.replace('号附', '-')}" if "号附" in n else None,
    lambda s, n: f"{s}{n.replace('号楼', '栋')}2单元501" if "号楼" in n else None,
)

TAIWAN: Sequence[Form] = (
    lambda s, n: f"{s}{n.rstrip('號号')}號",
    lambda s, n: f"{s}{n.rstrip('號号')}号",
    lambda s, n: f"台中市{s}{n.rstrip('號号')}號",
    lambda s, n: f"臺中市西屯區{s}{n.rstrip('號号')}號",
    lambda s, n: _counted(f"{s}{n.rstrip('號号')}號") if "-" not in n else None,
    lambda s, n: f"{s}{n.rstrip('號号').replace('-', '之')}號" if "-" in n else None,
    lambda s, n: f"{s}{n.rstrip('號号').replace('-', '號之')}" if "-" in n else None,
    lambda s, n: (
        re.sub("[一二三四五](?=段)", lambda m: str("一二三四五".index(m.group()) + 1), s)
        + f"{n.rstrip('號号')}號"
        if "段" in s
        else None
    ),
)

KOREA: Sequence[Form] = (
    lambda s, n: f"{s} {n}",
    lambda s, n: f"{s}{n}",
    lambda s, n: f"서울특별시 중구 {s} {n}",
    lambda s, n: f"서울 {s} {n}",
    lambda s, n: f"{s} {n}번지",
    lambda s, n: f"대한민국 서울특별시 {s} {n}",
)

JAPAN: Sequence[Form] = (
    lambda s, n: s + n,
    lambda s, n: f"東京都千代田区{s}{n}",
    lambda s, n: f"{s}{n.replace('-', '番')}号",
    lambda s, n: re.sub(r"(\d)丁目", r"\1-", s) + n,
    lambda s, n: re.sub(r"\d", lambda m: _DIGITS[m.group()], s) + f"{n.replace('-', '番地')}",
)
