"""Text read as what its author says it is: the ``say-as`` of Alibaba's SSML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from langsong.errors import OptionError
from langsong.text.normalize.reader import read
from langsong.text.normalize.spelling import character_by_character, identifier, punctuation
from langsong.text.once import once

if TYPE_CHECKING:
    from langsong.text.normalize.rule import Rule

_RULED = ("address", "cardinal", "currency", "date", "digits", "measure", "name", "telephone", "time")
_SPELLED = {"characters": character_by_character, "id": identifier, "punctuation": punctuation}
KINDS = tuple(sorted((*_RULED, *_SPELLED)))
"""What a text can be said as."""
_ORDER = re.compile("(?=[ymd]{1,3}$)y?[md]?[md]?y?")


@once
def _rules() -> dict[str, tuple[Rule, ...]]:
    from langsong.text.normalize.rules.stated import RULES

    return RULES


def say_as(text: str, interpret_as: str, format: str = "") -> str:
    """How `text` is read when it is a `interpret_as`; there are no digits in it.

    ``cardinal`` 一百二十三, ``digits`` 一二三, ``telephone`` 四九三 零二八六 转幺零九, ``name``, ``address``
    三杠一杠三二零五, ``id`` M Y 下划线 一 九, ``characters``, ``punctuation`` 逗号 杠, ``date`` 九月一日至三十日,
    ``time`` 凌晨五点半, ``currency`` 十二美元, ``measure`` 十元每斤.

    Args:
        format: the order of the numbers of a date, as of ``y``, ``m`` and ``d`` (``mdy``); else unused.

    Raises:
        OptionError: another `interpret_as` than these, or a `format` that orders no date.
        TextError: as `normalize_spans`.
    """
    if interpret_as not in KINDS:
        raise OptionError(f"say-as {interpret_as!r} is not known: use {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    if interpret_as in _SPELLED:
        return _SPELLED[interpret_as](text)
    first = _rules()[interpret_as]
    if interpret_as == "date" and format:
        first = (_ordered(format), *first)
    return "".join(span.read for span in read(text, first))


def _ordered(format: str) -> Rule:
    from langsong.text.normalize.rules.stated_dates import ordered

    order = re.sub(r"(.)\1+", r"\1", format.lower())
    if not _ORDER.fullmatch(order):
        raise OptionError(f"{format!r} is no format of a date: write an order of y, m and d such as ymd or md")
    return ordered(order)
