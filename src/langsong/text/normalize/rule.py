"""What a rule of normalisation is: a pattern, and how a match of it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

MASK = "\0"
"""Stands in the text for every character that an earlier rule has read already (NUL is never in a text)."""


class Rule(NamedTuple):
    """A class of written text.

    Attributes:
        name: what `Span.rule` says after ``rule``.
        pattern: never matches the empty string, and fails fast, so that a pass over a text is linear.
        read: the reading of a match, without digits; None leaves the text to later rules.
    """

    name: str
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], str | None]


def before(match: re.Match[str], width: int = 12) -> str:
    """Up to `width` characters in front of a match."""
    return match.string[max(0, match.start() - width) : match.start()]


def after(match: re.Match[str], width: int = 12) -> str:
    """Up to `width` characters behind a match."""
    return match.string[match.end() : match.end() + width]
