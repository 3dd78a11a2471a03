"""What the recogniser's words may be learnt from: ``python -m bench.voice.said_in_training SAID.json``.

Lines that the reader is trained on and sentences drawn from the language data; of them none that judges or
tunes something, by wording or by a name in it, and the voices that judge or tune are named so that they say
nothing (`voice.train.requests`).
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent.train.held_out import fingerprint, held_out
from agent.train.sentences import generate
from bench.voice import corpus as benchmark
from bench.voice.kept_apart import NAME, plain
from bench.voice.strangers import JUDGED_VOICES, TUNING_VOICES, judged_lines, tuning_lines
from voice.asr.text import bare_text
from voice.train.corpus import load_lines

_ROOT = Path(__file__).parents[2]
_DATA = Path(__file__).parent / "data"
_EACH = 6_000
_DRAWN = 3_000
_SEED = 25
_SHARES = {
    "navigate": 0.30,
    "search": 0.20,
    "drawn": 0.15,
    "status": 0.12,
    "change_route": 0.08,
    "talk": 0.05,
    "plan_trip": 0.04,
    "several": 0.04,
    "choose": 0.03,
    "none": 0.03,
    "cancel": 0.02,
    "volume": 0.02,
    "repeat": 0.02,
    "remember": 0.02,
    "recall": 0.01,
    "help": 0.01,
    "confirm": 0.01,
    "deny": 0.01,
}
"""How often texts of each kind are taken; "drawn" are those out of the language data."""

_WRITTEN = {"zh": re.compile(r"[\u4e00-\u9fff，。？！、]+"), "en": re.compile(r"[A-Za-z' ,.?!-]+")}
"""What the recogniser's training has signs for: no digits, no other scripts."""

_LENGTHS = {"zh": range(3, 19), "en": range(3, 13)}
"""Characters, or words."""

_NAME_LENGTHS = {"zh": range(2, 10), "en": range(2, 29)}
_MARKED = re.compile(r"\[\w+:([^\]]+)\]")
_NAMED = re.compile(r"\[(?:to|add|where|via|near|must):([^\]]+)\]")
_BETWEEN_CHARACTERS = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


class Apart:
    """Tells what of a language judges or tunes something."""

    def __init__(self, language: str) -> None:
        self._forms: list[re.Pattern[str]] = []
        self._names: set[str] = set()
        for lines in (judged_lines()[language], tuning_lines()[language]):
            wordings = [*lines["named"], *lines["kinds"], *map(_first, lines["other"])]
            self._forms += [re.compile(".+".join(map(re.escape, plain(w).split(NAME)))) for w in wordings]
            self._names |= {bare_text(_first(place)) for place in lines["places"]}
        commands = [command for command in benchmark.commands() if command.language == language]
        self._names |= {bare_text(command.place) for command in commands if command.place}
        self._texts = {bare_text(command.text) for command in commands}
        for file in ("paused_requests.json", "mixed_requests.json"):
            self._texts |= set(map(bare_text, _strings(json.loads((_DATA / file).read_text("utf-8")))))

    def has(self, text: str) -> bool:
        """Whether a text is held out: as it is, by its wording, or for a name in it."""
        bare = bare_text(text)
        return (
            bare in self._texts
            or fingerprint(text) in held_out()
            or any(form.fullmatch(bare) for form in self._forms)
            or self.names(bare)
        )

    def names(self, text: str) -> bool:
        """Whether a text holds a place's name that judges or tunes."""
        bare = bare_text(text)
        return any(name in bare for name in self._names if name)


def texts(language: str) -> list[str]:
    """What is said in a language, the same every time."""
    apart, chance = Apart(language), random.Random(_SEED)
    pools: dict[str, list[str]] = {kind: [] for kind in _SHARES}
    for kind, text in [*_lines(language), *_drawn(language)]:
        if kind in pools and _is_sayable(language, text) and not apart.has(text):
            pools[kind].append(text)
    pools = {kind: list(dict.fromkeys(pool)) for kind, pool in pools.items()}
    for pool in pools.values():
        chance.shuffle(pool)
    found: list[str] = []
    while len(found) < _EACH and (kinds := [kind for kind, pool in pools.items() if pool]):
        found.append(pools[chance.choices(kinds, [_SHARES[kind] for kind in kinds])[0]].pop())
    return found


def names(language: str) -> list[str]:
    """Names of places that training may give the recogniser in front."""
    found = set(load_lines("noise_recipe.json")["names"][language])
    for path in _line_files(language):
        for name in _NAMED.findall(path.read_text("utf-8")):
            if _WRITTEN[language].fullmatch(name) and len(name) in _NAME_LENGTHS[language]:
                found |= {name} if language == "zh" or name[0].isupper() else set()
    apart = Apart(language)
    return sorted(name for name in found if not apart.names(name))


def voices_apart() -> list[str]:
    """Voices of Kokoro and variants of espeak-ng that judge or tune."""
    every = [
        voice for table in (JUDGED_VOICES, TUNING_VOICES) for voices in table.values() for voice in voices
    ]
    return sorted({voice.split(":")[1].rpartition("+")[2] for voice in every})


def _line_files(language: str) -> list[Path]:
    others = {f"_{other}" for other in ("zh", "en", "de")} - {f"_{language}"}
    files = sorted((_ROOT / "agent" / "train" / "reader_lines").glob("*.txt"))
    return [path for path in files if not any(other in path.stem for other in others)]


def _lines(language: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each line that the reader is trained on."""
    for path in _line_files(language):
        kind = ""
        for line in filter(None, map(str.strip, path.read_text("utf-8").splitlines())):
            if line.startswith("= "):
                heading = line[2:].split("@")[0].strip()
                kind = "several" if ";" in heading else heading.split()[0]
            elif not line.startswith("#"):
                yield kind, _spoken(language, _MARKED.sub(r"\1", line).replace("/ ", " "))


def _drawn(language: str) -> Iterator[tuple[str, str]]:
    for sentence in generate(language, _DRAWN, seed=77):
        yield "drawn", _spoken(language, sentence["text"])


def _spoken(language: str, text: str) -> str:
    return _BETWEEN_CHARACTERS.sub("，", text) if language == "zh" else " ".join(text.split())


def _is_sayable(language: str, text: str) -> bool:
    if not _WRITTEN[language].fullmatch(text):
        return False
    words = bare_text(text) if language == "zh" else text.split()
    return len(words) in _LENGTHS[language]


def _first(entry: Any) -> str:
    return entry if isinstance(entry, str) else str(entry[0])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _strings(part)


def main() -> None:
    """The command."""
    said = {
        "texts": {language: texts(language) for language in ("zh", "en")},
        "names": {language: names(language) for language in ("zh", "en")},
        "apart": voices_apart(),
    }
    Path(sys.argv[1]).write_text(json.dumps(said, ensure_ascii=False, indent=0), "utf-8")
    print({part: {key: len(v) for key, v in said[part].items()} for part in ("texts", "names")})


if __name__ == "__main__":
    main()
