"""From what the encoder makes of a sentence to its requests: where each begins, kind, words, values.

A further request begins where the head for beginnings says so. Of each request the most probable kind is
taken; its tags are decoded (Viterbi) among those that the kind has slots for, its values among those it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from agent.understanding.labels import KIND_VALUES, KINDS, LIST_SLOTS, SPAN_SLOTS, TAGS, VALUES, Request, Span
from agent.understanding.learned.base_model import Floats
from agent.understanding.learned.delta import OUTPUTS
from agent.understanding.learned.together import together
from agent.understanding.learned.tokenizer import Tokens

MOST_REQUESTS = 12
"""More than so many requests in one breath are not cut apart."""

_BEGINS = 0.65
"""A request begins at one of some pieces that lie close together if they do so with this probability in all:
that one begins is often surer than at which word."""
_NEAR = 4
_APART = 2
"""Two requests do not begin closer to one another: the less sure one is no beginning."""
_LEAST_PEAK = 0.2
_NEVER = -1e9
_HABIT = 0.35
"""How much it counts which tags follow one another in the sentences trained on."""
MAIN = {"navigate": "to", "search": "what"}
"""Kinds that are about a place or a kind of place, and the tag of its words."""
_SEVERAL = LIST_SLOTS | {"item"}
"""Tags that a request may have several spans of; of any other the last is taken: it corrects those before."""
_CORRECTED = 0.6
"""But one is not taken that is so much less sure than another."""
INSTEAD_OF_MAIN = ("destination", "need")
_URGED = (1.0, 2.5)
"""Added to the score of the main words where a request for a place has neither words nor a value for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One request as read, with how sure each part of it is."""

    request: Request
    kind_p: float
    """Probability of the kind."""
    span_p: tuple[float, ...]
    """Of each span, the least probability of its pieces' tags."""
    rest_p: float
    """The least probability of a piece outside of the spans."""
    value_p: Mapping[str, float]
    """Of each closed value that the kind has."""
    begin_p: float
    """Of the request's beginning where it does, and of none within it."""


def decode(text: str, tokens: Tokens, hidden: Floats, heads: Mapping[str, Floats]) -> list[Decoded]:
    """Read the requests of a sentence.

    Parameters
    ----------
    text
        The sentence.
    tokens
        Its pieces.
    hidden
        What the encoder made of them, shape (pieces, width).
    heads
        The delta's arrays.

    Returns
    -------
    list of Decoded
        In the order said; at least one.
    """
    even: Floats = np.asarray((hidden - heads["token.mean"]) / heads["token.scale"], np.float32)
    begin_p = _sigmoid(_product(even, heads["begin.w"]) + heads["begin.b"])
    starts, found_p, missed_p = _starts(begin_p, tokens)
    tags = _product(even, heads["tag.w"]) + heads["tag.b"]
    after = _POSSIBLE + _HABIT * heads["tag.next"]
    result = []
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(even)
        sure = min(found_p[number], 1 - float(missed_p[start:end].max()))
        out = _about(even, start, end, heads)
        result.append(_request(text, tokens, (tags[start:end], after), start, out, sure))
    return _joined(result)


def _joined(decoded: list[Decoded]) -> list[Decoded]:
    """Return the requests, those joined that belong together: a joined one is as sure as its least part."""
    result = []
    for part in together([d.request for d in decoded]):
        own = [decoded[index] for index in part.indexes]
        sure = {name: min(d.value_p.get(name, 1.0) for d in own) for d in own for name in d.value_p}
        result.append(
            Decoded(
                request=part.request,
                kind_p=min(d.kind_p for d in own),
                span_p=tuple(p for d in own for p in d.span_p),
                rest_p=min(d.rest_p for d in own),
                value_p=sure,
                begin_p=min(d.begin_p for d in own),
            )
        )
    return result


def _starts(begin_p: Floats, tokens: Tokens) -> tuple[list[int], list[float], Floats]:
    """Return the pieces at which requests begin, how sure each is, and where one was likely missed.

    The first request is that of the sentence's first piece.
    """
    lettered = np.array([start < end for start, end in tokens.places])
    lettered[:2] = lettered[-1:] = False
    left: Floats = np.where(lettered, begin_p, 0.0).astype(np.float32)
    missed, pieces = np.zeros_like(left), np.arange(len(left))
    found: dict[int, float] = {}
    while (peak := int(left.argmax())) and left[peak] >= _LEAST_PEAK:
        near = np.abs(pieces - peak) <= _NEAR
        near &= (left <= _BEGINS) | (np.abs(pieces - peak) < _APART)
        chance = min(1.0, float(left[near].sum()))
        if chance > _BEGINS:
            found[peak] = chance
            left[near] = 0.0
        else:
            missed[peak] = chance
            left[peak] = 0.0
    if len(found) >= MOST_REQUESTS:
        found = {}
    starts = sorted(found)
    return [0, *starts], [1.0, *(found[at] for at in starts)], np.maximum(missed, left)


def _product(x: Floats, w: Floats) -> Floats:
    """Return x @ w without a library's threads: on a busy computer they wait for one another far longer."""
    result: Floats = np.einsum("...i,ij->...j" if w.ndim == 2 else "...i,i->...", x, w)
    return result


def _about(even: Floats, start: int, end: int, heads: Mapping[str, Floats]) -> Floats:
    """Return the scores of kinds and values of one request."""
    own = even[start:end]
    look = _softmax(_product(own, heads["look.w"]))
    seen = np.concatenate([even[0], own.mean(0), _product(look, own)])
    hidden = np.tanh(_product(seen, heads["hidden.w"]) + heads["hidden.b"])
    return np.asarray(_product(hidden, heads["out.w"]) + heads["out.b"], np.float32)


def _request(
    text: str, tokens: Tokens, tags: tuple[Floats, Floats], start: int, out: Floats, begin_p: float
) -> Decoded:
    """Return one request; `tags` holds the scores of its pieces, and what is added where tags follow."""
    kinds = _softmax(out[slice(*OUTPUTS["kind"])])
    kind = KINDS[int(kinds.argmax())]
    value_p, values = {}, {}
    for name in KIND_VALUES.get(kind, ()):
        chances = _softmax(out[slice(*OUTPUTS[name])])
        value_p[name] = float(chances.max())
        values[name] = VALUES[name][int(chances.argmax())]
    best, tag_p = _tagged(kind, *tags, values)
    spans, span_p = _spans(text, tokens, best, tag_p, start)
    outside = [float(p) for tag, p in zip(best, tag_p, strict=True) if tag == 0]
    values = _consistent(kind, values, {span.tag for span in spans})
    request = Request(
        kind=kind,
        begins=tokens.places[start][0] if start else 0,
        spans=tuple(spans),
        values={name: value for name, value in values.items() if value},
    )
    return Decoded(
        request=request,
        kind_p=float(kinds.max()),
        span_p=tuple(span_p),
        rest_p=min(outside, default=1.0),
        value_p=value_p,
        begin_p=begin_p,
    )


def _tagged(
    kind: str, tags: Floats, after: Floats, values: Mapping[str, str]
) -> tuple[list[int], list[float]]:
    """Return each piece's tag among those that the kind has, and its probability."""
    fits = _tags_of(kind)
    logs, after = _log_softmax(tags[:, fits]), after[np.ix_(fits, fits)]
    best = viterbi(logs, after, _FIRST[fits])
    main = MAIN.get(kind)
    if main and not any(values.get(name) for name in INSTEAD_OF_MAIN):
        wanted = [fits.index(TAGS.index(f"{side}-{main}")) for side in "BI"]
        for more in _URGED:
            if any(tag in wanted for tag in best):
                break
            urged = logs.copy()
            urged[:, wanted] += more
            best = viterbi(urged, after, _FIRST[fits])
    chances = np.exp(logs[np.arange(len(best)), best])
    return [fits[tag] for tag in best], chances.tolist()


@cache
def _tags_of(kind: str) -> list[int]:
    """Return the tags that the words of a kind can have; the first is that of no slot."""
    allowed = {*SPAN_SLOTS.get(kind, {}).values()}
    return [number for number, tag in enumerate(TAGS) if tag == "O" or tag[2:] in allowed]


def _transitions() -> Floats:
    table = np.zeros((len(TAGS), len(TAGS)), np.float32)
    for before, first in enumerate(TAGS):
        for after, second in enumerate(TAGS):
            if second[0] == "I" and first[2:] != second[2:]:
                table[before, after] = _NEVER
    return table


_POSSIBLE = _transitions()
_FIRST = np.array([_NEVER if tag[0] == "I" else 0.0 for tag in TAGS], np.float32)


def viterbi(logs: Floats, after: Floats, first: Floats = _FIRST) -> list[int]:
    """Return the best row of tags, of which none goes on with what did not begin.

    Parameters
    ----------
    logs
        Logarithms of the tags' probabilities, shape (pieces, tags).
    after
        What is added where a tag (column) comes after another (row).
    first
        What is added where a tag is the first.
    """
    score = logs[0] + first
    back = []
    for row in logs[1:]:
        paths = score[:, None] + after
        back.append(paths.argmax(0))
        score = paths.max(0) + row
    best = [int(score.argmax())]
    for pointers in reversed(back):
        best.append(int(pointers[best[-1]]))
    return best[::-1]


def _spans(
    text: str, tokens: Tokens, tags: Sequence[int], chances: Sequence[float], offset: int
) -> tuple[list[Span], list[float]]:
    spans: list[Span] = []
    sure: list[float] = []
    for at, tag in enumerate(tags):
        start, end = tokens.places[offset + at]
        if tag == 0 or start == end:
            continue
        side, name = TAGS[tag][0], TAGS[tag][2:]
        goes_on = spans and spans[-1].tag == name and (side == "I" or spans[-1].end == start)
        if goes_on:
            spans[-1] = replace(spans[-1], end=end)
            sure[-1] = min(sure[-1], chances[at])
        else:
            spans.append(Span(tag=name, start=start, end=end))
            sure.append(chances[at])
    trimmed = [_trimmed(text, span) for span in spans]
    kept = [(span, p) for span, p in zip(trimmed, sure, strict=True) if span.start < span.end]
    best = {span.tag: p for span, p in sorted(kept, key=lambda item: item[1])}
    last = {span.tag: span for span, p in kept if p >= _CORRECTED * best[span.tag]}
    kept = [(span, p) for span, p in kept if span.tag in _SEVERAL or span is last[span.tag]]
    return [span for span, _ in kept], [p for _, p in kept]


def _trimmed(text: str, span: Span) -> Span:
    """Return a span without stops at its sides, and with the whole of the words that it cuts."""
    start, end = span.start, span.end
    while start > 0 and start < end and _letter(text[start]) and _letter(text[start - 1]):
        start -= 1
    while end < len(text) and _letter(text[end - 1]) and _letter(text[end]):
        end += 1
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not (text[end - 1].isalnum() or text[end - 1] in ")）"):
        end -= 1
    return replace(span, start=start, end=end)


def _letter(character: str) -> bool:
    return character.isalnum() and character < "\u2e80"


def _consistent(kind: str, values: dict[str, str], tags: set[str]) -> dict[str, str]:
    """Return the values without those that the words of the request make idle."""
    main = MAIN.get(kind)
    if main in tags:
        values = {**values, "need": ""}
    if "open_at" in tags:
        values = {**values, "open_now": ""}
    return values


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(-1, keepdims=True))
    return np.asarray(raised / raised.sum(-1, keepdims=True), np.float32)


def _log_softmax(scores: Floats) -> Floats:
    low = scores - scores.max(-1, keepdims=True)
    return np.asarray(low - np.log(np.exp(low).sum(-1, keepdims=True)), np.float32)


def _sigmoid(scores: Any) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(scores, -30, 30))), np.float32)
