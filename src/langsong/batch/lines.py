"""A manifest of requests, one JSON object a line, as the items of a job."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from langsong.bundle.store import find_voice
from langsong.bundle.voice import sha256_of
from langsong.errors import JobError, LangsongError, OptionError

from .manifest import Item
from .request import check_request, digest_of


def read_items(path: Path, defaults: Mapping[str, Any], lexicon: Path | None = None) -> Iterator[Item]:
    """The items of a file, as they are read.

    A line that cannot be used becomes an item without a request, so that the others are done. Keys are the ids of the
    lines, or their numbers in five digits or more.

    Args:
        path: UTF-8; empty lines are skipped.
        defaults: what lines do not say themselves, as `request.read_request` takes it.
        lexicon: the user's, which shapes the results.

    Raises:
        JobError: the file cannot be read.
    """
    ingredients = ingredients_of(lexicon)
    seen: dict[str, int] = {}
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield _item(number, line, defaults, ingredients, seen)
    except OSError as error:
        raise JobError(f"cannot read {path}: {error.strerror}; check the path") from None


def ingredients_of(lexicon: Path | None) -> Callable[[str | None], tuple[str, ...]]:
    """What results depend on besides their requests, by the voice's name; errors as of `find_voice`."""
    words = (sha256_of(lexicon),) if lexicon is not None and lexicon.is_file() else ()

    @lru_cache
    def ingredients(voice: str | None) -> tuple[str, ...]:
        return (find_voice(voice).fingerprint, *words)

    return ingredients


def _item(
    number: int,
    line: bytes,
    defaults: Mapping[str, Any],
    ingredients: Callable[[str | None], tuple[str, ...]],
    seen: dict[str, int],
) -> Item:
    key = f"{number:05}"
    try:
        request = {**defaults, **_values(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)}
        checked = check_request(request)
        key = checked.id or key
        if key in seen:
            raise OptionError(f"the id {key!r} is line {seen[key]}'s: give another")
        digest = digest_of(request, *ingredients(checked.voice))
    except LangsongError as error:
        return Item(f"line {number}", digest_of({"line": line.hex()}), None, str(error))
    seen[key] = number
    return Item(key, digest, request)


def _values(line: bytes) -> dict[str, Any]:
    try:
        values = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise OptionError(f"not UTF-8 (byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise OptionError(f"not JSON: {error}") from None
    if not isinstance(values, dict):
        raise OptionError('not a JSON object: write {"text": "…"}')
    return values
