"""Say-as: text that says what it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.errors import OptionError, TextError
from langsong.text.normalize import say_as
from langsong.text.normalize.say_as import KINDS

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "say_as.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


@pytest.mark.parametrize(("kind", "written", "expected"), CASES)
def test_what_is_said(kind: str, written: str, expected: str) -> None:
    assert say_as(written, kind) == expected


def test_the_table_has_every_kind() -> None:
    assert {kind for kind, *_ in CASES} == set(KINDS)


@pytest.mark.parametrize(
    ("written", "format", "expected"),
    [
        ("05/06/2021", "mdy", "二零二一年五月六日"),
        ("05/06/2021", "dmy", "二零二一年六月五日"),
        ("2021.5", "ym", "二零二一年五月"),
        ("210506", "yymmdd", "二一年五月六日"),
        ("0506", "md", "五月六日"),
        ("17", "d", "十七日"),
    ],
)
def test_the_format_of_a_date_orders_its_numbers(written: str, format: str, expected: str) -> None:
    assert say_as(written, "date", format) == expected


@pytest.mark.parametrize("format", ["x", "ymdy d", "mdym", "h"])
def test_other_formats_of_a_date_are_refused(format: str) -> None:
    with pytest.raises(OptionError, match="order of y, m and d"):
        say_as("1/2", "date", format)


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(OptionError, match=r"'ordinal' is not known: use address, .*telephone or time"):
        say_as("1", "ordinal")


@given(
    st.sampled_from(KINDS),
    st.text(st.characters(max_codepoint=0x3000) | st.sampled_from("0123456789-:/.年月日点元"), max_size=20),
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_said_without_digits_or_refused(kind: str, text: str) -> None:
    try:
        said = say_as(text, kind)
    except TextError as error:
        refused = error.position
        said = "" if refused is not None and refused < len(text) else "1"
    assert not any(char.isdecimal() for char in said)
