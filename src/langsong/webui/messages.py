"""Messages of errors and notices, and reasons of readings, in Chinese, by their English forms."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources


def in_chinese(message: str, table: str = "messages.zh.tsv") -> str:
    """A message in Chinese; one whose form is not in the table stays as it is."""
    for pattern, said in _forms(table):
        if match := pattern.fullmatch(message):
            return said.format(*(in_chinese(part, table) for part in match.groups()))
    return message


@cache
def _forms(table: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    lines = resources.files(__package__).joinpath(table).read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return tuple((re.compile(form, re.DOTALL), said) for form, said in rows)
