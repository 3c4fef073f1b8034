"""What wetext's grammars are known to get wrong, rewritten before they see it; one class of text a file."""

from __future__ import annotations

import re
from typing import Protocol

from langsong.text.normalize.rules import (
    currency,
    long_digits,
    ordinal,
    per_mille,
    percent_range,
    thousands,
    version,
)


class Rule(Protocol):
    """A module with a pattern and what a match of it becomes (which may still hold digits)."""

    @property
    def PATTERN(self) -> re.Pattern[str]: ...

    def read(self, match: re.Match[str]) -> str: ...


RULES: tuple[Rule, ...] = (thousands, currency, per_mille, percent_range, ordinal, version, long_digits)
"""In the order of their application: amounts must be plain digits before the rules that move them."""
