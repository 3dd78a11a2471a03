"""Check lines that a writer labelled by hand, and print those that can be trained on.

    python -m agent.train.check_lines new_zh.txt [> checked_zh.txt]

A file's name ends in its language. What is wrong is told on the error output, a reason and a few examples
each; left out, too, is what stands in `reader_lines` already or in a set that judges. How to write and label:
docs/howto/label_a_sentence.md.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from agent.train.held_out import fingerprint, held_out, is_anothers
from agent.train.labels import SLOTS, WORD_LIST, WORDS
from agent.train.reader_data import labelled, of_file

_MARKED = re.compile(r"\[(\w+):([^\]]+)\]")
_LOOSE = "_"
_UNSAID = frozenset({"drop=*", "to=home"})
"""What a heading says of words that need not stand in the line: all stops, the home of "going back"."""


def heading_fault(heading: str) -> str:
    """Return what is wrong with a heading, nothing if it is right."""
    for part in heading.removeprefix("=").partition(" @")[0].split(";"):
        kind, *values = part.split() or [""]
        if kind not in SLOTS:
            return f"there is no kind {kind!r}"
        for name, _, value in (text.partition("=") for text in values):
            sort = SLOTS[kind].get(name)
            if sort is None:
                return f"{kind} has no {name!r}"
            if isinstance(sort, set | frozenset) and not sort.issuperset(value.split(",")):
                return f"{kind} {name} is never {value!r}"
            if sort in (WORDS, WORD_LIST) and f"{name}={value}" not in _UNSAID:
                return f"{kind} {name} is marked in the line"
    return ""


def line_fault(heading: str, line: str, language: str) -> str:
    """Return what is wrong with a line below a heading, nothing if it can be trained on."""
    kinds = [part.split()[0] for part in heading.removeprefix("=").partition(" @")[0].split(";")]
    parts = re.split(r" ?/ ", line)
    if len(parts) != len(kinds):
        return f"{len(parts)} requests below a heading of {len(kinds)}"
    if len(kinds) > 1 and "talk" in kinds:
        return "a remark beside a request is part of it"
    if line.count("[") != line.count("]"):
        return "a bracket is missing"
    for kind, part in zip(kinds, parts, strict=True):
        for slot, _ in _MARKED.findall(part):
            if slot != _LOOSE and slot not in SLOTS[kind]:
                return f"{kind} has no {slot!r}"
    (sentence,) = of_file(f"{heading}\n{line}", language)
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        fits = list(labelled([sentence], Counter()))
    if not fits:
        return told.getvalue().strip()
    words = (words for _, words in _MARKED.findall(line))
    if fingerprint(sentence["text"]) in held_out() or is_anothers(sentence["text"], words):
        return "stands in a set that judges"
    return ""


def plain(line: str) -> str:
    """Return a line without its marks."""
    return _MARKED.sub(r"\2", line).replace(" / ", "").replace("/ ", "").strip().lower()


def known_lines() -> set[str]:
    """Return the lines that are trained on already, without their marks."""
    folder = files("agent").joinpath("train", "reader_lines")
    texts = (file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".txt"))
    return {plain(line) for text in texts for line in text.splitlines()}


def checked(text: str, language: str, known: set[str], faults: dict[str, list[str]]) -> Iterator[str]:
    """Yield headings and lines that can be trained on; `known` grows by them, `faults` by the others."""
    heading, fault, is_told = "", "", False
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("="):
            heading, is_told = f"= {line[1:].strip()}", False
            fault = heading_fault(heading)
        elif not line.startswith("#"):
            wrong = fault or ("stands twice" if plain(line) in known else line_fault(heading, line, language))
            if wrong:
                faults[wrong].append(f"{heading} | {line}")
                continue
            known.add(plain(line))
            if not is_told:
                yield heading
            is_told = True
            yield line


def main() -> None:
    """Check the files that are named."""
    faults: dict[str, list[str]] = defaultdict(list)
    known = known_lines()
    for name in sys.argv[1:]:
        path = Path(name)
        language = path.stem.rpartition("_")[2]
        for line in checked(path.read_text(encoding="utf-8"), language, known, faults):
            print(line)
    for fault, lines in sorted(faults.items(), key=lambda item: -len(item[1])):
        print(f"{len(lines)} left out: {fault}", *lines[:3], sep="\n    ", file=sys.stderr)


if __name__ == "__main__":
    main()
