"""What a release says of itself: its parts (CycloneDX), their licences, and the checksums of its files."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
import zipfile
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

_STRONG = re.compile(r"\bA?GPL|GNU (AFFERO )?GENERAL PUBLIC", re.IGNORECASE)
_WEAK = re.compile(r"LESSER|LGPL", re.IGNORECASE)
_UNSAID = {
    "espeakng-loader": ("GPL-3.0-or-later (eSpeak NG)", "https://github.com/espeak-ng/espeak-ng"),
    "routingkit_cch": ("BSD-2-Clause", "https://github.com/RoutingKit/RoutingKit"),
}
"""Licence and source of what wheels hold whose own words name no licence."""
_ABOUT_COPYLEFT = """\
## Copyleft

{names} are under the GNU General Public Licence 3. They run in the speech process, apart from the rest, and
their sources are named below. Who sells a device with them gives its buyer these sources and the licence's
text, and may not lock the device against changed versions of them: section 6 of the licence asks for the
"installation information" of consumer products, and a car's head unit is one. Where that cannot be promised,
leave their folders out of the application; what speaks with them then falls silent, the rest works.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One package of a release."""

    name: str
    version: str
    licence: str
    """SPDX expression, or what its maker calls it."""
    home: str
    """Where its source is."""
    sha256: str
    """Of its wheel."""

    @property
    def is_copyleft(self) -> bool:
        """Whether its licence is the GPL or AGPL, not the Lesser one."""
        return bool(_STRONG.search(self.licence)) and not _WEAK.search(self.licence)


def parts_of(wheels: Path) -> list[Part]:
    """Read the metadata of every wheel in a folder."""
    return [_part(path) for path in sorted(wheels.glob("*.whl"))]


def _part(path: Path) -> Part:
    with zipfile.ZipFile(path) as wheel:
        name = next(n for n in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", n))
        about = HeaderParser().parsestr(wheel.read(name).decode("utf-8", "replace"))
    classified = [c.split(" :: ")[-1] for c in about.get_all("Classifier", []) if c.startswith("License ::")]
    said = (about["License-Expression"] or about["License"] or "").strip().splitlines()
    short = said[0].strip() if said else ""
    unsaid, source = _UNSAID.get(about["Name"], ("see its folder", ""))
    licence = short if 0 < len(short) <= 80 else ", ".join(classified) or unsaid
    urls = [url.split(",", 1)[1].strip() for url in about.get_all("Project-URL", []) if "," in url]
    return Part(
        name=about["Name"],
        version=about["Version"],
        licence=licence,
        home=source or about["Home-page"] or next(iter(urls), ""),
        sha256=sha256_of(path),
    )


def sbom(parts: list[Part], version: str, when: str) -> str:
    """Return the bill of materials as CycloneDX 1.5 JSON; the same parts give the same text."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{part.name.lower()}@{part.version}",
            "purl": f"pkg:pypi/{part.name.lower()}@{part.version}",
            "name": part.name,
            "version": part.version,
            "hashes": [{"alg": "SHA-256", "content": part.sha256}],
            "licenses": [{"license": {"name": part.licence}}],
        }
        for part in parts
    ]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components))
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": when,
            "component": {"type": "application", "name": "xiaogao", "version": version},
        },
        "components": components,
    }
    return json.dumps(bill, ensure_ascii=False, indent=1) + "\n"


def licences(parts: list[Part]) -> str:
    """Return the page of licences, with what copyleft asks of who ships a device."""
    strong = [part for part in parts if part.is_copyleft]
    text = "# Licences of what is delivered\n\nXiao Gao itself is under the Apache licence 2.0.\n\n"
    if strong:
        text += _ABOUT_COPYLEFT.format(names=", ".join(part.name for part in strong)) + "\n"
    text += "| package | version | licence | source |\n| --- | --- | --- | --- |\n"
    for part in parts:
        text += f"| {part.name} | {part.version} | {part.licence} | {part.home} |\n"
    return (
        text
        + "\nEach package's folder `*.dist-info` holds its licence's text. Models: `xiaogao models list`.\n"
    )


def checksums(folder: Path) -> str:
    """Return the SHA-256 of every file in a folder as `sha256sum --check` reads it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name[:6] != "SHA256")
    return "".join(f"{sha256_of(path)}  {path.relative_to(folder)}\n" for path in files)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
