"""What the reader is trained on: every span stays on its words, however a sentence is varied and cut."""

from __future__ import annotations

import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from agent.train.corpora import crosswoz, slurp, xsid
from agent.train.held_out import fingerprint, held_out, is_anothers
from agent.train.reader_data import Example, arrays, labelled, marks, own_lines, reader_lines, varied
from agent.understanding.labels import KINDS, TAGS
from agent.understanding.learned.base_model import read_base
from agent.understanding.learned.tokenizer import Tokenizer, table_of
from languages.language import load_language


def examples() -> list[Example]:
    faults: Counter[str] = Counter()
    made = list(labelled(reader_lines(), faults))
    assert not faults
    return made


def said(example: Example) -> list[tuple[str, str]]:
    return [(span.tag, example.text[span.start : span.end]) for r in example.requests for span in r.spans]


def test_every_line_written_by_hand_fits_the_schema() -> None:
    made = examples()
    assert {request.kind for e in made for request in e.requests} == set(KINDS)
    assert all(words.strip() == words and words for e in made for _, words in said(e))


def test_no_line_is_of_a_set_that_judges() -> None:
    assert [line["text"] for line in reader_lines() if fingerprint(line["text"]) in held_out()] == []


def test_no_line_has_a_turn_of_speech_of_a_stranger() -> None:
    for line in (*reader_lines(), *own_lines()):
        words = [str(w) for intent in line["intents"] for value in intent.values() for w in _each(value)]
        assert not is_anothers(line["text"], words), line["text"]


def test_no_words_are_marked_twice() -> None:
    for line in labelled(reader_lines(), Counter()):
        spans = sorted((span.start, span.end) for request in line.requests for span in request.spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans)), line.text


def _each(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def test_the_older_lines_fit_too() -> None:
    faults: Counter[str] = Counter()
    lines = list(own_lines())
    made = list(labelled(lines, faults))
    assert len(made) > 0.95 * len(lines)


def _plain(words: str) -> str:
    return "".join(filter(str.isalnum, words.lower()))


def test_varied_sentences_keep_their_words() -> None:
    made = examples()
    known = {_plain(words) for e in made for _, words in said(e)}
    more = varied(made, seed=3)
    assert {e.source for e in more} >= {"joined", "prefaced", "corrected"}
    for example in more:
        assert all(_plain(words) in known for _, words in said(example)), example
        begins = [request.begins for request in example.requests]
        assert begins[0] == 0
        assert begins == sorted(set(begins))


def test_a_corrected_sentence_means_what_stands_at_its_end() -> None:
    corrected = [e for e in varied(examples(), seed=3) if e.source == "corrected"]
    assert corrected
    for example in corrected:
        words = load_language(example.language).reading.corrections
        starts = [span.start for request in example.requests for span in request.spans]
        assert all(any(word in example.text[:start] for word in words) for start in starts), example


def test_marks_lie_on_the_pieces_of_the_words(base_file: Path) -> None:
    tokenizer = Tokenizer(table_of(read_base(base_file, ()).pieces))
    for example in random.Random(1).sample(examples(), 60):
        tokens = tokenizer(example.text)
        tags, begins, part = marks(example.requests, tokens.places)
        assert sum(TAGS[tag][0] == "B" for tag in tags) == len(said(example)) or not tokens.whole
        assert sum(begins) == len(example.requests) - 1
        assert part[-1] == len(example.requests) - 1


def test_arrays_have_a_row_for_each_sentence_and_request(base_file: Path) -> None:
    made = examples()
    held = arrays(made, Tokenizer(table_of(read_base(base_file, ()).pieces)))
    assert len(held["lengths"]) == len(held["states"]) == len(held["sources"])
    assert held["lengths"].sum() == len(held["ids"]) == len(held["tags"]) == len(held["part"])
    assert held["requests"].sum() == len(held["kinds"]) == len(held["values"])


@pytest.mark.parametrize(
    ("read", "record", "intents"),
    [
        pytest.param(
            slurp,
            {
                "text": "",
                "intent": "recommendation_locations",
                "annotated": "find the nearest [business_type : pizza place] in [place_name : soho]",
            },
            [{"kind": "search", "what": "pizza place", "near": "soho", "pick": "nearest"}],
            id="a search of SLURP",
        ),
        pytest.param(
            slurp,
            {"text": "", "intent": "play_music", "annotated": "play [artist_name : abba]"},
            [{"kind": "none", "topic": "music"}],
            id="another domain of SLURP",
        ),
        pytest.param(
            xsid,
            {"language": "zh", "intent": "alarm/set_alarm", "tokens": ["七点", "叫我"], "tags": []},
            [{"kind": "none", "topic": "reminder"}],
            id="xSID",
        ),
        pytest.param(
            crosswoz,
            {
                "turns": [
                    {
                        "role": "usr",
                        "text": "全聚德周边有什么景点？",
                        "acts": [["Inform", "餐馆", "名称", "全聚德"], ["Request", "餐馆", "周边景点", ""]],
                    },
                    {"role": "sys", "text": "有天坛。"},
                ]
            },
            [{"kind": "search", "what": "景点", "near": "全聚德"}],
            id="CrossWOZ",
        ),
    ],
)
def test_other_peoples_sentences_in_our_labels(
    tmp_path: Path, read: object, record: dict[str, object], intents: list[dict[str, str]]
) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_text(json.dumps(record, ensure_ascii=False) + "\n", encoding="utf-8")
    (sentence,) = read(path)  # type: ignore[operator]
    assert sentence["intents"] == intents
    assert list(labelled([sentence], Counter()))
