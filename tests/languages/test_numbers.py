"""Numbers: what is spelt is read back, and what people say besides is read too."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from languages import codes, load_language


@pytest.mark.parametrize("code", codes())
@given(value=st.integers(0, 999_999))
def test_a_number_that_is_spelt_is_read_back(code: str, value: int) -> None:
    numbers = load_language(code).numbers
    assert numbers.read(numbers.spell(value)) == value
    assert numbers.read(numbers.spell(value, counting=True)) == value


@pytest.mark.parametrize("code", codes())
@pytest.mark.parametrize("value", range(1, 32))
def test_an_ordinal_that_is_spelt_is_read_back(code: str, value: int) -> None:
    numbers = load_language(code).numbers
    assert numbers.read_ordinal(numbers.ordinal(value)) == value


@pytest.mark.parametrize(
    ("code", "value", "plain", "counting"),
    [
        ("zh", 2, "二", "两"),
        ("zh", 12, "十二", "十二"),
        ("zh", 200, "二百", "两百"),
        ("zh", 1001, "一千零一", "一千零一"),
        ("zh", 20_003, "两万零三", "两万零三"),
        ("en", 105, "one hundred and five", "one hundred and five"),
        ("en", 100_167, "one hundred thousand one hundred and sixty-seven", None),
    ],
)
def test_spelling(code: str, value: int, plain: str, counting: str | None) -> None:
    numbers = load_language(code).numbers
    assert numbers.spell(value) == plain
    assert counting is None or numbers.spell(value, counting=True) == counting


@pytest.mark.parametrize(
    ("code", "said", "value"),
    [
        ("zh", "一二三", 123),
        ("zh", "俩", 2),
        ("zh", "两三", 3),
        ("zh", "三五", 5),
        ("zh", "三四百", 400),
        ("zh", "一二三四", 1234),
        ("zh", "半", 0.5),
        ("zh", "一亿二千万", 120_000_000),
        ("zh", "3.5", 3.5),
        ("zh", "第", None),
        ("zh", "块", None),
        ("en", "a couple of", 2),
        ("en", "a hundred", 100),
        ("en", "one million two hundred thousand", 1_200_000),
        ("en", "twenty five", 25),
        ("en", "", None),
        ("en", "soon", None),
        ("en", "٣", None),
        ("de", "einundzwanzig", 21),
        ("de", "zweihundertfünfzig", 250),
        ("de", "eine", 1),
    ],
)
def test_reading(code: str, said: str, value: float | None) -> None:
    assert load_language(code).numbers.read(said) == value


@pytest.mark.parametrize(
    ("code", "said", "value"), [("zh", "第二", 2), ("en", "2nd", 2), ("en", "third", 3), ("en", "2.5", None)]
)
def test_reading_ordinals(code: str, said: str, value: int | None) -> None:
    assert load_language(code).numbers.read_ordinal(said) == value


@pytest.mark.parametrize(
    ("code", "text", "numerals"),
    [
        ("de", "in einundzwanzig Minuten oder zweihundertfünf Metern", ["einundzwanzig", "zweihundertfünf"]),
        ("en", "between five and six, twenty-one or 7.5", ["five", "six", "twenty-one", "7.5"]),
        ("zh", "三百米或者2公里", ["三百", "2"]),
    ],
)
def test_finding(code: str, text: str, numerals: list[str]) -> None:
    """Numbers of one word are found whole, and "and" between two numbers joins none."""
    assert [found.strip() for found in re.findall(load_language(code).numbers.pattern, text)] == numerals


def test_digits_one_by_one() -> None:
    assert load_language("zh").numbers.digits("G108") == "G幺零八"
    assert load_language("en").numbers.digits("108") == "one oh eight"
    assert load_language("en").numbers.spell(10**13).startswith("one oh oh")


@pytest.mark.parametrize("code", codes())
@given(data=st.data())
def test_the_ends_of_a_numeral_are_those_that_the_pattern_allows(code: str, data: st.DataObject) -> None:
    numbers = load_language(code).numbers
    words = [numbers.spell(n) for n in (0, 1, 2, 6, 10, 11, 20, 21, 100, 1000, 20_003)]
    pieces = st.sampled_from(
        [*words, " ", "-", "a", "und", "and", "7", "12", "3.5", ".", "_", "x", "点", "o"]
    )
    text = "".join(data.draw(st.lists(pieces, max_size=6)))
    for at in range(len(text) + 1):
        allowed = {
            end
            for end in range(at + 1, len(text) + 1)
            if re.compile(rf"(?:{numbers.pattern})(?<=\A(?s:.{{{end}}}))").match(text, at)
        }
        assert numbers.ends(text, at) == sorted(allowed, reverse=True), (text, at)


@pytest.mark.parametrize("code", codes())
def test_the_words_for_small_numbers_are_those_of_cldr(code: str) -> None:
    numbers = load_language(code).numbers
    spelt = [numbers._spelt(n, numbers._words.cardinal) for n in (*range(20), *range(20, 100, 10))]
    assert numbers._words.cardinals.split() == spelt
