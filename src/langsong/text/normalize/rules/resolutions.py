"""Sizes of pictures, digit by digit: 1080p, 1920×1080, 分辨率为1024."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import digit_by_digit
from langsong.text.normalize.rule import Rule

_USUAL = {
    "480", "540", "576", "600", "640", "720", "768", "800", "900", "960", "1024", "1050", "1080", "1200", "1280",
    "1366", "1440", "1600", "1920", "2160", "2400", "2560", "3840", "4096", "4320", "7680",
}  # fmt: skip
"""Widths and heights that say that a product is none."""


def _read_lines(match: re.Match[str]) -> str:
    return digit_by_digit(match["digits"]) + match["letter"]


def _read_size(match: re.Match[str]) -> str | None:
    width, height = match["width"], match["height"]
    return f"{digit_by_digit(width)}乘{digit_by_digit(height)}" if {width, height} <= _USUAL else None


def _read_labelled(match: re.Match[str]) -> str:
    return digit_by_digit(match[0])


RULES = (
    Rule(
        "resolution",
        re.compile(r"(?<![\dA-Za-z])(?<!\d\.)(?P<digits>\d{3,4})(?P<letter>[pPi])(?![A-Za-z0-9])"),
        _read_lines,
    ),
    Rule(
        "resolution",
        re.compile(
            r"(?<![\dA-Za-z])(?<!\d\.)(?P<width>\d{3,4})\s?[×xX*]\s?(?P<height>\d{3,4})(?![\d.A-Za-z]|\s?(?:[=×xX*]|毫米|厘米|米|m))"
        ),
        _read_size,
    ),
    Rule("resolution", re.compile(r"(?:(?<=分辨率)|(?<=分辨率为)|(?<=分辨率是))\d{3,4}(?!\d)"), _read_labelled),
)
