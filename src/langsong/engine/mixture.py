"""Shares of several things as people write them: ``happy:0.6+sad:0.4``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

Shares = tuple[tuple[str, float], ...]

_PART = re.compile(r"\s*([^:：+＋]+?)\s*(?:[:：]\s*([^:：+＋\s]+)\s*)?")


def parse_shares(text: str) -> Shares:
    """Names and their shares; a name without a number has the share 1 (full-width signs are as good).

    Raises:
        ValueError: with what can be written.
    """
    shares = []
    for part in re.split("[+＋]", text):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"write a name, or a mixture such as a:0.6+b:0.4, not {text!r}")
        shares.append((match[1], 1.0 if match[2] is None else _share(match[2], match[1])))
    return checked_shares(shares)


def checked_shares(shares: Iterable[tuple[str, float]]) -> Shares:
    """The same, if every share is a number from 0 on and one is above 0; shares of one name are added up.

    Raises:
        ValueError: they are not.
    """
    together: dict[str, float] = {}
    for name, share in shares:
        if not (math.isfinite(share) and share >= 0):
            raise ValueError(f"the share of {name} is {share:g}: give 0 or more")
        together[name] = together.get(name, 0.0) + share
    if not any(together.values()):
        raise ValueError("every share is 0: give one of them more")
    return tuple(together.items())


def format_shares(shares: Iterable[tuple[str, float]] | Mapping[str, float]) -> str:
    """The form that `parse_shares` reads, exactly."""
    items = shares.items() if isinstance(shares, Mapping) else shares
    return "+".join(f"{name}:{share!r}" for name, share in items)


def _share(number: str, name: str) -> float:
    try:
        return float(number)
    except ValueError:
        raise ValueError(f"the share of {name} is {number!r}: give a number") from None
