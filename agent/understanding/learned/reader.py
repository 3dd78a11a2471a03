"""The learned reader: from a sentence and the dialogue's state to requests, and how sure it is of them."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from agent.errors import ReaderUnavailable
from agent.understanding.labels import Span, State
from agent.understanding.learned.base_model import Floats
from agent.understanding.learned.calibration import confidence, figures, with_agreement
from agent.understanding.learned.decoding import Decoded, decode
from agent.understanding.learned.delta import Delta, read_delta
from agent.understanding.learned.encoder import Encoder, convert, folder_of
from agent.understanding.learned.forms import other_form, read_alike
from agent.understanding.learned.label_json import requests_to_intents
from agent.understanding.learned.tokenizer import Tokenizer, Tokens
from languages.language import load_language
from languages.yaml_io import LanguageError
from nav.packs.paths import cache_home

BASE = "e5-small"
"""Name of the pretrained encoder in the model store."""
BASE_FILE = "e5-small-q4.bin"
DELTA = "reader.npz"

_SURE = 0.9
"""A sentence of which the first reading is less sure is read in its other form too."""
_MOST_PIECES = 22
"""What is longer is read once: its pieces would cost most, and to read them twice gained nothing."""

_CUT_CONFIDENCE = 0.3
"""At most so sure of a sentence that was not read to its end."""


class ModelFiles(Protocol):
    """Where models lie."""

    def path(self, name: str) -> Path:
        """Return the folder of an installed model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a sentence was read."""

    requests: tuple[dict[str, Any], ...]
    """Intents in the order said, with the speaker's own words: `{"kind": "navigate", "to": "机场"}`."""
    confidence: float
    """Probability that they are right in every part, 0 to 1."""
    left_over: tuple[str, ...]
    """Words that no span, value or frame of a request accounts for."""
    why: str
    """How sure each part is, for traces."""
    kind_p: Mapping[str, float] = field(default_factory=dict)
    """Probability of the kind of each request alone, whatever its slots, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How one form of a sentence was read."""

    decoded: list[Decoded]
    left_over: tuple[str, ...]
    """Words that nothing accounts for."""
    whole: bool
    """Whether it was read to its end."""
    pieces: int
    """How many pieces were read."""
    seen: Floats
    """What its confidence is fitted on (`calibration.FIGURES`); all forms are alike until others are read."""


class Reader:
    """Reads sentences; not to be used by two threads at once.

    Parameters
    ----------
    encoder
        The converted encoder.
    delta
        What training added.
    """

    def __init__(self, encoder: Encoder, delta: Delta) -> None:
        self._encoder = encoder
        self._tokenizer = Tokenizer(encoder.pieces)
        # The changes of the layers are worked into the encoder: only the heads are still needed.
        self._heads = {name: array for name, array in delta.arrays.items() if not name[0].isdigit()}
        self._calibration = delta.calibration
        self._known = frozenset(delta.known)
        self._last: tuple[tuple[str, str, State], Reading] | None = None
        """What is read on trial while somebody pauses is read once more when they have finished."""

    @classmethod
    def open(cls, store: ModelFiles, cache: Path | None = None) -> Reader:
        """Open the reader; the first time its base and delta are converted, which takes seconds.

        Parameters
        ----------
        store
            The models.
        cache
            Where the converted files are kept; by default the user's cache.

        Raises
        ------
        ReaderUnavailable
            If the base, the delta or onnxruntime is missing or damaged; the message says what to do.
        """
        cache = cache or cache_home()
        try:
            delta = read_delta(files("agent").joinpath("data", DELTA).read_bytes())
        except OSError as error:
            raise ReaderUnavailable(
                f"the reader's delta is missing ({error}): install xiaogao again"
            ) from None
        folder = folder_of(delta.base_sha256, delta, cache)
        if not (folder / "facts.json").is_file():
            folder = convert(_base(store), delta, cache)
        opened = cls(Encoder(folder), delta)
        del delta  # it is as large as all that is left of it
        _give_back_memory()
        return opened

    def read(self, text: str, language: str, state: State | None = None) -> Reading:
        """Read one sentence.

        Parameters
        ----------
        text
            What was said, without the call; any text of any length.
        language
            Code of the language that it is said in.
        state
            What the dialogue stands at.

        Returns
        -------
        Reading
            Without requests if there are no words in the text.
        """
        asked = text.strip(), language, state or State()
        if self._last is None or self._last[0] != asked:
            self._last = asked, self._read(*asked)
        return self._last[1]

    def _read(self, text: str, language: str, state: State) -> Reading:
        if not any(character.isalnum() for character in text):
            return Reading(requests=(), confidence=0.0, left_over=(), why="no words")
        form = self.surest(text, state)
        sure = confidence(form.seen, self._calibration.get("weights"))
        try:
            words = load_language(language).reading
        except LanguageError as error:
            return Reading(requests=(), confidence=0.0, left_over=form.left_over, why=str(error))
        intents = requests_to_intents(text, [d.request for d in form.decoded], words)
        return Reading(
            requests=tuple(intents),
            confidence=sure if form.whole else min(sure, _CUT_CONFIDENCE),
            left_over=form.left_over,
            why=_why(text, form.decoded, form.left_over),
            kind_p={d.request.kind: d.kind_p for d in form.decoded},
        )

    def surest(self, text: str, state: State) -> Form:
        """Return the reading of a sentence: in doubt, the surer one of its two forms."""
        first = self.form(text, state)
        other = other_form(text)
        if not other or first.pieces > _MOST_PIECES or self._alone(first) >= _SURE:
            return first
        second = self.form(other, state)
        best = max(first, second, key=self._alone)
        alike = (1 + read_alike(first.decoded, second.decoded)) / 2
        return replace(best, seen=with_agreement(best.seen, alike))

    def _alone(self, form: Form) -> float:
        return confidence(form.seen, self._calibration.get("alone"))

    def form(self, text: str, state: State) -> Form:
        """Return how a sentence is read as it stands."""
        tokens = self._tokenizer(text)
        decoded = decode(text, tokens, self._encoder(tokens.ids, state.vector()), self._heads)
        spans = [span for d in decoded for span in d.request.spans]
        left_over = self.left_over(text, tokens, spans)
        share = sum(map(len, left_over)) / max(1, sum(character.isalnum() for character in text))
        seen = figures(decoded, share, tokens.whole)
        return Form(
            decoded=decoded, left_over=left_over, whole=tokens.whole, pieces=len(tokens.ids), seen=seen
        )

    def left_over(self, text: str, tokens: Tokens, spans: Sequence[Span]) -> tuple[str, ...]:
        """Return the words outside of the spans that nothing trained on has outside of its spans."""
        result: list[str] = []
        last = -1
        for piece, (start, end) in zip(tokens.ids.tolist(), tokens.places, strict=True):
            inside = any(span.start < end and start < span.end for span in spans)
            if start == end or inside or piece in self._known or not text[start:end].strip(" ").isalnum():
                continue
            if result and last == start:
                result[-1] += text[start:end]
            else:
                result.append(text[start:end])
            last = end
        if not tokens.whole:
            result.append(text[tokens.places[-2][1] :].strip())
        return tuple(result)


def committed_delta() -> Delta:
    """Return the delta that ships with the program.

    Raises
    ------
    ReaderUnavailable
        If it is missing or damaged.
    """
    try:
        data = files("agent").joinpath("data", DELTA).read_bytes()
    except OSError as error:
        raise ReaderUnavailable(f"the reader's delta is missing ({error}): install xiaogao again") from None
    return read_delta(data)


def _give_back_memory() -> None:
    """Return to the system what building the session took and freed: 27 MB that glibc would keep."""
    with contextlib.suppress(AttributeError, OSError):  # another C library has no such thing
        ctypes.CDLL(None).malloc_trim(0)


def _base(store: ModelFiles) -> Path:
    try:
        return store.path(BASE) / BASE_FILE
    except Exception as error:  # the store is of a package above this one, and so are its errors
        raise ReaderUnavailable(str(error)) from None


def _why(text: str, decoded: Sequence[Decoded], left_over: Sequence[str]) -> str:
    parts = []
    for one in decoded:
        said = [f"{one.request.kind} {one.kind_p:.2f}"]
        said += [
            f"{span.tag}={text[span.start : span.end]} {p:.2f}"
            for span, p in zip(one.request.spans, one.span_p, strict=False)
        ]
        said += [
            f"{name}={value} {one.value_p.get(name, 1.0):.2f}" for name, value in one.request.values.items()
        ]
        parts.append(", ".join(said))
    return "; ".join(parts) + (f" (left over: {' '.join(left_over)})" if left_over else "")
