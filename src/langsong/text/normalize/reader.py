"""A text through the steps of normalisation: characters, hanzi, rules."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langsong.text.normalize.clean import clean
from langsong.text.normalize.rewrite import claims, spans
from langsong.text.normalize.rule import Rule
from langsong.text.normalize.traditional import simplify
from langsong.text.once import once
from langsong.types import Span

_NUMERIC = re.compile("[0-9%‰‱√⁰¹²³⁴-⁺⁻ⁿ₀-₉½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒°/*=^-]")
_NOT_PLAIN = re.compile(r"[^\u3400-\u9fff，。！？、；：“”‘’（）《》…—\s]")


@once
def _rules() -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    from langsong.text.normalize.rules import AFTER_NUMBERS, BEFORE_NUMBERS, NUMBER_RULES

    return (*BEFORE_NUMBERS, *AFTER_NUMBERS), (*BEFORE_NUMBERS, *NUMBER_RULES, *AFTER_NUMBERS)


def read(text: str, first: Sequence[Rule] = ()) -> tuple[Span, ...]:
    """The spans of a text.

    Args:
        first: rules that come before the usual ones.

    Raises:
        TextError: as `clean`.
    """
    cleaned = clean(text)
    simplified = simplify(cleaned.text)
    if not first and not _NOT_PLAIN.search(simplified):
        return spans(text, cleaned, simplified, [])
    without_numbers, all_rules = _rules()
    rules = all_rules if _NUMERIC.search(simplified) else without_numbers
    return spans(text, cleaned, simplified, claims(simplified, (*first, *rules)))
