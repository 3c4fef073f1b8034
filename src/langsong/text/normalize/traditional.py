"""Traditional hanzi to simplified ones."""

from __future__ import annotations

from collections.abc import Callable

from langsong.text.once import once

_ALSO_SIMPLIFIED = frozenset("乾徵藉瞭夥著沈")
"""Characters that simplified text keeps in some words (乾县, 宫商角徵羽): they prove nothing."""


@once
def _converter() -> Callable[[str], str]:
    import opencc

    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


def simplify(text: str) -> str:
    """`text` in simplified hanzi if it has traditional ones, else as it is.

    A rare character stays when its simplified form is outside the common block: no dictionary reads it.
    """
    converted = _converter()(text)
    changes = [(old, new) for old, new in zip(text, converted, strict=True) if old != new]
    if all(old in _ALSO_SIMPLIFIED for old, _ in changes):
        return text
    return "".join(new if "\u4e00" <= new <= "\u9fff" else old for old, new in zip(text, converted, strict=True))
