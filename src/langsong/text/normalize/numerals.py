"""Numbers in hanzi."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = "零一二三四五六七八九"
_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
_CARDINAL_DIGITS = 16
_TWO_FIRST = re.compile("^二(?=[百千万亿])")
_TWO_OF_ORDER = re.compile("^二(?=[千万亿])")


def cardinal(number: int) -> str:
    """A number in words, 0 ≤ number < 10¹⁶: 10 十, 110 一百一十, 10 002 一万零二.

    Raises:
        ValueError: out of that range.
    """
    if not 0 <= number < 10**_CARDINAL_DIGITS:
        raise ValueError(f"{number} is out of range")
    words = _words(number)
    return words.removeprefix("一") if words.startswith("一十") else words


def _words(number: int) -> str:
    for value, unit in _UNITS:
        if number >= value:
            high, low = divmod(number, value)
            gap = DIGITS[0] if low < value // 10 else ""
            return _words(high) + unit + (gap + _words(low) if low else "")
    return DIGITS[number]


def digit_by_digit(digits: str, *, one: str = "一") -> str:
    """ASCII digits one by one, as numbers of years and telephones are read; `one` may be 幺."""
    return "".join(one if digit == "1" else DIGITS[int(digit)] for digit in digits)


def number(written: str) -> str:
    """A written number: ``1,234.50`` 一千二百三十四点五零, ``.5`` 零点五, ``007`` 零零七, ``200`` 两百.

    Seventeen digits and more, and digits behind a leading zero, are read one by one.
    """
    integer, dot, decimals = written.replace(",", "").replace(" ", "").partition(".")
    if not integer:
        words = DIGITS[0]
    elif (integer[0] == "0" and len(integer) > 1) or len(integer) > _CARDINAL_DIGITS:
        words = digit_by_digit(integer)
    else:
        words = _TWO_FIRST.sub("两", cardinal(int(integer)))
    return f"{words}点{digit_by_digit(decimals)}" if dot and decimals else words


def amount(written: str) -> str:
    """A number that a measure word or a unit follows: 2 is 两."""
    return "两" if written == "2" else number(written)


def ordinal(written: str) -> str:
    """A number behind 第: 2 二, 200 二百, 2000 两千."""
    if (written[0] == "0" and len(written) > 1) or len(written) > _CARDINAL_DIGITS:
        return digit_by_digit(written)
    return _TWO_OF_ORDER.sub("两", cardinal(int(written)))


def plain_cardinal(written: str) -> str:
    """Digits as a number whatever zeros lead it (08 八), 二 before 百; one by one past sixteen digits."""
    digits = written.lstrip("0") or "0"
    return cardinal(int(digits)) if len(digits) <= _CARDINAL_DIGITS else digit_by_digit(digits)


def model_number(digits: str) -> str:
    """Digits that belong to a name (iPhone 15, A320, RTX 4090, T800): by twos and round hundreds, else one by one."""
    if digits[0] != "0" and (len(digits) <= 2 or (len(digits) <= 5 and digits[1:].strip("0") == "")):
        return number(digits)
    return digit_by_digit(digits)


def trimmed(written: str) -> str:
    """A written number without the zeros that end its decimals: 36.00 is 36, 14.60 is 14.6."""
    return written.rstrip("0").rstrip(".") if "." in written else written


def scaled(written: str, factor: int) -> str:
    """A written number times a power of ten, in digits: 1.5 by 10⁹ is 1500000000."""
    return trimmed(format(Decimal(written.replace(",", "")) * factor, "f"))
