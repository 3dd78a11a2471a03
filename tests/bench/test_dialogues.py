"""What counts as harm in a dialogue: something is gone that was not asked to go."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from bench.understanding.dialogues import Belongings, kind_is_right, turn_is_right

HERE, THERE, STOP = (1.0, 2.0), (3.0, 4.0), (5.0, 6.0)
ALL = Belongings(home=HERE, company=None, favourites=frozenset({"hut"}), stops=(STOP, THERE), has_plan=True)


@pytest.mark.parametrize(
    ("changed", "harm"),
    [
        ({}, False),
        ({"company": HERE}, False),
        ({"favourites": frozenset({"hut", "pub"})}, False),
        ({"stops": (STOP, HERE, THERE)}, False),
        ({"home": THERE}, True),
        ({"home": None}, True),
        ({"favourites": frozenset()}, True),
        ({"stops": (STOP, HERE)}, True),
        ({"stops": (THERE,)}, True),
        ({"stops": ()}, True),
        ({"has_plan": False}, True),
    ],
)
def test_harm_is_what_is_lost(changed: dict[str, Any], harm: bool) -> None:
    assert ALL.is_harmed_by(replace(ALL, **changed)) is harm


def test_a_turn_may_come_out_in_several_ways() -> None:
    turn = {"say": "go on", "kind": ["confirm", "choose"], "outcome": ["done", "ask_back"], "has": "Kiasma"}
    intent = SimpleNamespace(kind="choose")
    answer = SimpleNamespace(intents=(intent,), outcome="done", reply="OK, to Kiasma.", places=())
    assert kind_is_right(turn, answer)
    assert turn_is_right(turn, answer)
    assert not turn_is_right(turn, SimpleNamespace(**{**vars(answer), "outcome": "impossible"}))
    assert not turn_is_right({**turn, "has": "Stockmann"}, answer)
    assert not turn_is_right({**turn, "kind": "cancel"}, answer)
