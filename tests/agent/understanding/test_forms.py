"""A doubtful sentence is read in other forms, the surest counts, and whether they agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.labels import Request, Span, State
from agent.understanding.learned.calibration import FIGURES, figures
from agent.understanding.learned.decoding import Decoded
from agent.understanding.learned.forms import other_form, read_alike
from agent.understanding.learned.reader import Form, Reader

_STOPS = ".?!。？！…"


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("去机场", "去机场。"),
        ("去机场。", "去机场"),
        ("take me home", "Take me home."),
        ("Take me home!", "take me home"),
        ("去ABC大厦", "去abc大厦。"),
        ("...", ""),
        ("", ""),
    ],
)
def test_the_other_form_of_a_sentence(text: str, form: str) -> None:
    assert other_form(text) == form


@given(st.text(max_size=30))
def test_characters_keep_their_places(text: str) -> None:
    if form := other_form(text):
        assert form != text
        assert len(form.rstrip(_STOPS)) == len(text.rstrip(_STOPS))


def _form(kind: str, kind_p: float, pieces: int = 4) -> Form:
    request = Request(kind=kind, begins=0, spans=(Span(tag="to", start=0, end=2),), values={})
    decoded = [Decoded(request=request, kind_p=kind_p, span_p=(0.9,), rest_p=0.9, value_p={}, begin_p=0.99)]
    seen = figures(decoded, 0.0, True)
    return Form(decoded=decoded, left_over=(), whole=True, pieces=pieces, seen=seen)


class _Doubled(Reader):
    """A reader that reads as it is told."""

    def __init__(self, readings: dict[str, Form]) -> None:
        self._readings = readings
        self._calibration = {"alone": {"kind": 1.0}}
        self.read_forms: list[str] = []

    def form(self, text: str, state: State) -> Form:
        self.read_forms.append(text)
        return self._readings[text]


def _alike(form: Form) -> float:
    return float(form.seen[FIGURES.index("alike")])


def test_what_is_sure_is_read_once() -> None:
    reader = _Doubled({"go there": _form("navigate", 0.99)})
    assert _alike(reader.surest("go there", State())) == 1.0
    assert reader.read_forms == ["go there"]


def test_in_doubt_the_surer_form_counts_and_the_other_speaks_against_it() -> None:
    doubtful, surer = _form("search", 0.5), _form("navigate", 0.8)
    reader = _Doubled({"go there": doubtful, "Go there.": surer})
    best = reader.surest("go there", State())
    assert best.decoded[0].request.kind == "navigate"
    assert _alike(best) == pytest.approx(1 / 2)


def test_forms_that_are_read_alike_speak_for_each_other() -> None:
    reader = _Doubled({"go there": _form("navigate", 0.5), "Go there.": _form("navigate", 0.8)})
    assert _alike(reader.surest("go there", State())) == 1.0


def test_what_is_long_is_read_once() -> None:
    reader = _Doubled({"go there": _form("search", 0.5, pieces=23)})
    reader.surest("go there", State())
    assert reader.read_forms == ["go there"]


def test_readings_are_alike_in_all_parts() -> None:
    assert read_alike(_form("navigate", 0.9).decoded, _form("navigate", 0.5).decoded)
    assert not read_alike(_form("navigate", 0.9).decoded, _form("search", 0.9).decoded)
