"""Numbers in hanzi."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))


def cardinal(number: int) -> str:
    """A number in words, 0 ≤ number < 10¹⁶: 10 十, 110 一百一十, 10 002 一万零二.

    Raises:
        ValueError: out of that range.
    """
    if not 0 <= number < 10**16:
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
