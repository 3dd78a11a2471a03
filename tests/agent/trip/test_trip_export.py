"""What a plan on paper makes of hostile names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from agent.trip.export import _cell

SIGNS = st.text(st.sampled_from("\\`*_[]()<>&~!#|:/. a小1\n\t\"'=-+;"), max_size=40)


def tokens_of(markdown: str) -> list[Any]:
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [token for block in parsed for token in (block.children or [])]


@given(name=SIGNS)
@example(name="[Free petrol](http://example.org)")
@example(name="<img src=x onerror=alert(1)>")
@example(name="a `b` *c* __d__ ~~e~~ &lt;f&gt; \\")
@example(name="http://example.org and www.example.org")
def test_a_name_stands_as_it_is_in_a_table(name: str) -> None:
    """Read by another program, a cell is text and nothing else, and says what the map says."""
    table = f"| a | b |\n| --- | --- |\n| x | {_cell(name)} |\n"
    inner = tokens_of(table)
    assert {token.type for token in inner} <= {"text", "text_special"}
    shown = [token.content for token in inner]
    assert "".join(shown[3:]) == " ".join(name.replace("|", "/").split())


@pytest.mark.parametrize("name", ["http://a.example", "www.a.example", "ftp://a"])
def test_an_address_in_a_name_is_no_link(name: str) -> None:
    """Programs make links of bare addresses; one with a backslash in it is none."""
    assert name not in _cell(name)
    assert _cell(name).replace("\\", "") == name
