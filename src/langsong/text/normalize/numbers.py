"""Digits, dates, times, money and measures in words, by wetext's grammars."""

from __future__ import annotations

import re
from collections.abc import Callable

from langsong.text.normalize.numerals import digit_by_digit
from langsong.text.once import once

_DIGITS = re.compile("[0-9]+")
_ESCAPED = re.compile(r'\\(["\\])')


@once
def _normalizer() -> Callable[[str], str]:
    import wetext

    normalizer: Callable[[str], str] = wetext.Normalizer(lang="zh", operator="tn").normalize
    return normalizer


def read_numbers(text: str) -> str:
    """`text` with every digit read; digits that the grammars leave are read one by one."""
    if not _DIGITS.search(text):
        return text
    # wetext hands back quotes and backslashes as its own tagger escaped them.
    read = _ESCAPED.sub(r"\1", _normalizer()(text))
    return _DIGITS.sub(lambda match: digit_by_digit(match[0]), read)
