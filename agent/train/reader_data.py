"""What the reader is trained on: labelled sentences, varied as they are said, in pieces, as arrays.

    python -m agent.train.reader_data --base e5-small-q4.bin --out data.npz GENERATED.jsonl [--corpora FOLDER]

Each JSON line has `text`, `language`, `intents`, and perhaps `state`, `begins` and `source`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from agent.train import corpora
from agent.train.example import Example
from agent.train.held_out import fingerprint, held_out
from agent.train.lines import hand_written
from agent.train.renaming import renamed
from agent.understanding.labels import (
    KIND_VALUES,
    KINDS,
    LIST_SLOTS,
    NO_REQUEST,
    TAGS,
    VALUES,
    Request,
    State,
    state_from_json,
)
from agent.understanding.learned.base_model import Pieces, read_base
from agent.understanding.learned.label_json import LabelError, intents_to_requests
from agent.understanding.learned.tokenizer import Ids, Tokenizer, prune, restrict, table_of
from languages.language import codes, load_language

MOST_LATIN = 26_000
"""Pieces in Latin letters that are kept by their probability, besides those that the sentences need."""
MOST_REQUESTS = 4
_LONGEST = 48
_JOINED_SHARE = 0.2
_PREFACED_SHARE = 0.06
_CORRECTED_SHARE = 0.03
_BARE_SHARE = 0.35
_RENAMED = 1
"""How often a line of `reader_lines` is taken with other names and things in its slots."""
_AGAIN = 1
"""How often a line of `reader_lines` is taken as it stands."""
_MOST_CROSSWOZ = 1200
_SAME_QUESTION = {"distance": "distance_left", "travel_time": "time_left"}
_LOOSE = "_"
"""Marks words of a hand-written line that fill no slot, but that others may stand for."""
_STOPS = re.compile(r"[,.?!;，。？！；、]+")


def own_lines() -> Iterator[dict[str, Any]]:
    """Yield the hand-written lines as JSON labels."""
    for line in hand_written():
        intents = [_flat(intent.to_dict()) for intent in line.intents]
        if any(intent["kind"] == "chat" for intent in intents):
            continue
        language = "zh" if re.search("[\u4e00-\u9fff]", line.text) else "en"
        yield {
            "text": line.text,
            "language": language,
            "intents": intents,
            "state": line.context,
            "source": "own",
        }


def reader_lines() -> Iterator[dict[str, Any]]:
    """Yield the sentences of `reader_lines`, written by hand for the reader.

    A file whose name ends in a language (`all_de.txt`) is in that one; in others the script tells Mandarin
    from English.
    """
    folder = files("agent").joinpath("train", "reader_lines")
    for name in sorted(file.name for file in folder.iterdir() if file.name.endswith(".txt")):
        language = Path(name).stem.rpartition("_")[2]
        text = folder.joinpath(name).read_text(encoding="utf-8")
        yield from of_file(text, language if language in codes() else "")


def of_file(text: str, language: str) -> Iterator[dict[str, Any]]:
    """Yield the sentences of a file of `reader_lines` as JSON labels; without a language the script tells."""
    meant: list[dict[str, Any]] = []
    state: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("= "):
            heading, _, told = line[2:].partition(" @")
            meant = [_heading(part) for part in heading.split(";")]
            state = _told(told)
        elif not line.startswith("#"):
            yield _marked(line, meant, state, language)


def _heading(text: str) -> dict[str, Any]:
    kind, *values = text.split()
    intent: dict[str, Any] = {"kind": kind}
    for name, _, value in (part.partition("=") for part in values):
        number = int(value) if value.lstrip("-").isdigit() else value
        many = value.split(",") if name in {"avoid", "allow"} else number
        intent[name] = True if value == "yes" else many
    return intent


def _told(text: str) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for name, _, value in (part.partition("=") for part in text.split()):
        state[name] = value.split(",") if name == "offered" else value or True
    return state


def _marked(line: str, meant: list[dict[str, Any]], state: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a line whose words are marked as a labelled sentence."""
    intents = [dict(intent) for intent in meant]
    plain = ""
    begins: list[int] = []
    spans: list[tuple[int, str, int, int]] = []
    loose: list[tuple[int, int]] = []
    for number, part in enumerate(re.split(r" ?/ ", line)):
        plain += " " if number and plain[-1] < "\u2e80" else ""
        begins.append(len(plain))
        for slot, words, other in re.findall(r"\[(\w+):([^\]]+)\]|([^\[]+)", part):
            if slot == _LOOSE:
                loose.append((len(plain), len(plain) + len(words)))
            elif slot:
                said = re.sub(r"^(?:the|an?|my) ", "", words)
                start = len(plain) + len(words) - len(said)
                spans.append((number, slot, start, start + len(said)))
                kept = intents[number].get(slot, ())
                intents[number][slot] = [*kept, said] if slot in LIST_SLOTS else said
            plain += words or other
    return {
        "text": plain,
        "language": language or ("zh" if re.search("[\u4e00-\u9fff]", plain) else "en"),
        "intents": intents,
        "begins": begins,
        "spans": spans,
        "loose": loose,
        "state": state,
        "source": "own",
    }


def _flat(intent: dict[str, Any]) -> dict[str, Any]:
    """Return an intent of the program as a label: wishes and changes are slots like any other."""
    wishes, change = intent.pop("wishes", {}), intent.pop("change", None)
    if isinstance(change, dict):
        names = {"action": "change", "what": "item"}
        wishes = wishes | {names.get(name, name): value for name, value in change.items()}
        if wishes.get("change") not in {"days", "shorter", "longer"}:
            wishes.pop("days", None)
    elif change is not None:
        wishes = {**wishes, "change": change}
    wishes.pop("avoid", None)
    wishes.pop("depart", None)
    result: dict[str, Any] = intent | wishes
    return result


def labelled(sentences: Iterable[dict[str, Any]], faults: Counter[str]) -> Iterator[Example]:
    """Find the words of labelled sentences; what does not fit is counted and left out."""
    for sentence in sentences:
        source = str(sentence.get("source", "")).split(".")[0]
        try:
            requests = intents_to_requests(
                sentence["text"],
                [_of_one_name(intent) for intent in sentence["intents"]],
                load_language(sentence["language"]).reading,
                sentence.get("begins"),
                sentence.get("spans", ()),
            )
        except LabelError as error:
            faults[source] += 1
            if faults[source] <= 5:
                print(f"left out ({source}): {error}")
            continue
        if len(requests) <= MOST_REQUESTS:
            yield Example(
                text=sentence["text"],
                language=sentence["language"],
                requests=requests,
                state=state_from_json(sentence.get("state")),
                source=source,
                loose=tuple(sentence.get("loose", ())),
            )


def _of_one_name(intent: dict[str, Any]) -> dict[str, Any]:
    """Return an intent whose question about a place goes by the name that it has about the destination."""
    if intent["kind"] != "status" or intent.get("what") not in _SAME_QUESTION:
        return intent
    return {**intent, "what": _SAME_QUESTION[intent["what"]]}


def varied(examples: Sequence[Example], seed: int) -> list[Example]:
    """Add sentences joined from two or three, sentences after a remark, and corrected ones; drop commas."""
    result = list(examples)
    by_language: dict[str, list[Example]] = {}
    for example in examples:
        by_language.setdefault(example.language, []).append(example)
    for language, same in by_language.items():
        chance = random.Random(f"{seed} {language}")
        plain = [e for e in same if len(e.requests) == 1 and _stands_alone(e) and len(e.text) < 70]
        asks = [e for e in plain if e.requests[0].kind != "talk"]
        remarks = [e for e in plain if e.requests[0].kind == "talk"]
        if len(asks) < 2:
            continue
        joins = load_language(language).settings.joiner
        for _ in range(int(len(same) * _JOINED_SHARE)):
            result.append(_joined([chance.choice(asks) for _ in range(chance.choice((2, 2, 2, 3)))], chance))
        for _ in range(int(len(same) * _PREFACED_SHARE) if remarks else 0):
            result.append(_prefaced(chance.choice(remarks), chance.choice(asks), chance, joins))
        for _ in range(
            int(len(same) * _CORRECTED_SHARE) if load_language(language).reading.corrections else 0
        ):
            first = chance.choice(asks)
            second = chance.choice([e for e in asks if e.requests[0].kind == first.requests[0].kind])
            result.append(_corrected(first, second, chance))
    return [_as_heard(example) for example in result]


def _as_heard(example: Example) -> Example:
    """Return a share of the sentences bare; always the same ones, so that what is known of them is kept."""
    chance = random.Random(example.text)
    return _bare(example, chance) if chance.random() < _BARE_SHARE else example


def _stands_alone(example: Example) -> bool:
    return not example.state.expecting and example.requests[0].kind not in {"confirm", "deny", "choose"}


def _joined(parts: Sequence[Example], chance: random.Random) -> Example:
    reading = load_language(parts[0].language).reading
    glue = load_language(parts[0].language).settings.joiner
    text, requests = "", []
    for part in parts:
        said = _without_stop(part)
        comma = "，" if not glue else ", "
        begins = 0
        if text:
            between = chance.choice((comma, glue, comma, chance.choice((comma, glue))))
            begins = len(text) + len(between)
            text += between + (chance.choice(reading.joining) + glue if chance.random() < 0.6 else "")
        at = len(text)
        text += said
        requests += [_moved(r, at, begins) for r in part.requests]
    state = next((p.state for p in parts if p.state != State()), State())
    return replace(parts[0], text=text, requests=tuple(requests), state=state, source="joined")


def _without_stop(example: Example) -> str:
    """Return a sentence without the stop at its end, but for one that belongs to a slot's words ("a.m.")."""
    last = len(example.text)
    if any(span.end == last for request in example.requests for span in request.spans):
        return example.text
    return example.text[:-1] + _STOPS.sub("", example.text[-1:])


def _prefaced(remark: Example, ask: Example, chance: random.Random, glue: str) -> Example:
    comma = chance.choice(("，", "，", "")) if not glue else chance.choice((", ", ". ", " "))
    if chance.random() < 0.75:
        text = _STOPS.sub("", remark.text) + comma
        requests = tuple(_moved(r, len(text), 0) for r in ask.requests)
        return replace(ask, text=text + ask.text, requests=requests, source="prefaced")
    text = _without_stop(ask) + comma + remark.text
    return replace(ask, text=text, source="prefaced")


def _corrected(first: Example, second: Example, chance: random.Random) -> Example:
    reading = load_language(first.language).reading
    glue = load_language(first.language).settings.joiner
    text = _STOPS.sub("", first.text) + (
        chance.choice(("，", "，", "")) if not glue else chance.choice((", ", " "))
    )
    text += chance.choice(reading.corrections) + (
        chance.choice(("，", "")) if not glue else chance.choice((", ", " "))
    )
    requests = tuple(_moved(r, len(text), 0) for r in second.requests)
    return replace(second, text=text + second.text, requests=requests, source="corrected")


def _moved(request: Request, by: int, begins: int) -> Request:
    spans = tuple(replace(s, start=s.start + by, end=s.end + by) for s in request.spans)
    return replace(request, spans=spans, begins=begins)


def _bare(example: Example, chance: random.Random) -> Example:
    """Return a sentence as a recogniser may write it: without stops, and in small letters."""
    text = example.text.lower() if len(example.text.lower()) == len(example.text) else example.text
    if chance.random() < 0.3:
        return replace(example, text=text)
    kept: list[str] = []
    moved: list[int] = []
    for at, character in enumerate(text):
        moved.append(len(kept))
        inside = 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
        if not _STOPS.match(character) or (inside and text[at - 1] < "\u2e80"):
            kept.append(character)
    moved.append(len(kept))
    requests = tuple(
        replace(
            r,
            begins=moved[r.begins],
            spans=tuple(replace(s, start=moved[s.start], end=moved[s.end]) for s in r.spans),
        )
        for r in example.requests
    )
    return replace(example, text="".join(kept), requests=requests)


def vocabulary_of(pieces: Pieces, apart: str, examples: Iterable[Example]) -> tuple[Ids, tuple[int, ...]]:
    """Return the pieces kept, and which of them are kept for these sentences' sake."""
    usual = prune(pieces, apart, MOST_LATIN)
    every = prune(pieces, apart, len(pieces.texts))
    tokenizer = Tokenizer(table_of(restrict(pieces, every)))
    seen = {int(every[i]) for example in examples for i in tokenizer(example.text).ids}
    extra = tuple(sorted(seen - set(usual.tolist())))
    return np.array(sorted({*usual.tolist(), *extra}), np.int64), extra


def arrays(examples: Sequence[Example], tokenizer: Tokenizer) -> dict[str, Any]:
    """Return examples as arrays, sentence after sentence.

    `ids`, `tags`, `begins` and `part` (the request that a piece belongs to) have one number a piece; `kinds`
    and `values` one row a request, -1 for what is not trained; `states` one row a sentence.
    """
    names = list(VALUES)
    columns: dict[str, list[Any]] = {name: [] for name in ("ids", "tags", "begins", "part")}
    rows: dict[str, list[Any]] = {name: [] for name in ("kinds", "values", "states", "lengths", "requests")}
    kept: list[Example] = []
    for example in examples:
        tokens = tokenizer(example.text)
        if len(tokens.ids) > _LONGEST or not tokens.whole:
            continue
        kept.append(example)
        tags, begins, part = marks(example.requests, tokens.places)
        for name, column in (
            ("ids", tokens.ids.tolist()),
            ("tags", tags),
            ("begins", begins),
            ("part", part),
        ):
            columns[name] += column
        rows["lengths"].append(len(tokens.ids))
        rows["requests"].append(len(example.requests))
        rows["states"].append(example.state.vector())
        for request in example.requests:
            rows["kinds"].append(KINDS.index(request.kind))
            rows["values"].append([_target(request, name) for name in names])
    result = {name: np.array(column, np.int32) for name, column in (columns | rows).items()}
    result["states"] = np.array(rows["states"], np.float32)
    result["sources"] = np.array([f"{e.language}:{e.source}" for e in kept])
    return result


def marks(
    requests: Sequence[Request], places: Sequence[tuple[int, int]]
) -> tuple[list[int], list[int], list[int]]:
    """Return for every piece its tag, whether a further request begins there, and which request it is of."""
    tags, begins, part = [0] * len(places), [0] * len(places), [0] * len(places)
    for number, request in enumerate(requests):
        for span in request.spans:
            side = "B"
            for at, (start, end) in enumerate(places):
                if start < end and start < span.end and span.start < end:
                    tags[at] = TAGS.index(f"{side}-{span.tag}")
                    side = "I"
        first = next((i for i, (a, b) in enumerate(places) if a < b and b > request.begins), len(places) - 1)
        if number:
            begins[first] = 1
            part[first:] = [number] * (len(places) - first)
    return tags, begins, part


def _target(request: Request, name: str) -> int:
    if name not in KIND_VALUES.get(request.kind, ()):
        return -1
    value = request.values.get(name, "")
    return VALUES[name].index(value) if value in VALUES[name] else -1


def main() -> None:
    """Write the arrays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("generated", nargs="*", type=Path)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--held-out", nargs="*", type=Path, default=[])
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    faults: Counter[str] = Counter()
    sentences: list[dict[str, Any]] = list(own_lines())
    by_hand = list(reader_lines())
    for path in options.generated:
        sentences += (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    if options.corpora:
        sentences += corpora.slurp(options.corpora / "slurp_devel.jsonl")
        sentences += corpora.xsid(options.corpora / "xsid_valid.jsonl")
        turns = list(corpora.crosswoz(options.corpora / "crosswoz_val.jsonl"))
        sentences += random.Random(5).sample(turns, min(_MOST_CROSSWOZ, len(turns)))
    held = [
        json.loads(line) | {"source": "held"}
        for path in options.held_out
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    known = {_plain(sentence["text"]) for sentence in held}
    sentences, by_hand = (
        [s for s in some if _plain(s["text"]) not in known and fingerprint(s["text"]) not in held_out()]
        for some in (sentences, by_hand)
    )
    drawn, lines = list(labelled(sentences, faults)), list(labelled(by_hand, faults))
    examples = [
        *varied(drawn, seed=11),
        *varied([*lines * _AGAIN, *renamed(lines, [*drawn, *lines], times=_RENAMED, seed=13)], seed=12),
        *labelled(held, faults),
    ]
    languages = sorted({example.language for example in examples})
    apart = "".join(sorted({c for code in languages for c in load_language(code).reading.apart}))
    pieces = read_base(options.base, ()).pieces
    kept, extra = vocabulary_of(pieces, apart, examples)
    made = arrays(examples, Tokenizer(table_of(restrict(pieces, kept))))
    facts = {"apart": apart, "most_latin": MOST_LATIN, "extra": extra}
    np.savez(options.out, kept=kept, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **made)
    print(len(made["lengths"]), "sentences,", len(made["ids"]), "pieces, vocabulary", len(kept))
    print(
        Counter(s.split(":")[1] + " " + s.split(":")[0] for s in made["sources"].tolist()),
        "left out",
        dict(faults),
    )
    print(Counter(KINDS[k] for k in made["kinds"].tolist()))
    requests = sum(k not in NO_REQUEST for k in (KINDS[k] for k in made["kinds"].tolist()))
    print(f"requests {requests}, unknown pieces {int((made['ids'] == 3).sum())}")


def _plain(text: str) -> str:
    return re.sub(r"\W", "", text.lower())


if __name__ == "__main__":
    main()
