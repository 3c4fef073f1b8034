"""Praat TextGrids, and KAN-TTS's interval files, which are short ones."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from .clips import BadClip

_TOKEN = re.compile(r'"(?:[^"]|"")*"|<exists>|[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?')
_PHONE_TIERS = ("phones", "phone", "phonemes", "segments")


@dataclass(frozen=True)
class Interval:
    """A stretch of a recording and what is heard in it."""

    start_s: float
    end_s: float
    label: str


def read_intervals(path: Path) -> list[Interval]:
    """The phones of a TextGrid (long or short form): the tier named phones, or else the last one of intervals.

    Raises:
        BadClip: the file is no TextGrid, or its intervals do not follow one another.
    """
    tiers = _tiers(path)
    named = [tier for name, tier in tiers if name.lower() in _PHONE_TIERS]
    intervals = (named or [tier for _, tier in tiers])[-1]
    for before, after in itertools.pairwise(intervals):
        if after.start_s < before.end_s - 1e-4 or after.end_s < after.start_s:
            raise BadClip(f"the intervals of {path.name} overlap at {after.start_s:.3f} s")
    return intervals


def _tiers(path: Path) -> list[tuple[str, list[Interval]]]:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadClip(f"its labels {path.name} cannot be read ({error})") from None
    # The long form names every value; what counts in either form are the values in their order.
    values = _TOKEN.findall(re.sub(r"\b(?:item|intervals|points)\s*\[\d*\]\s*:?", " ", text))
    tiers, at = [], 0
    try:
        while at < len(values):
            if values[at] != '"IntervalTier"':
                at += 1
                continue
            name, count = _string(values[at + 1]), int(values[at + 4])
            at += 5
            numbers = values[at : at + 3 * count]
            rows = zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
            intervals = [Interval(float(start), float(end), _string(label).strip()) for start, end, label in rows]
            if len(intervals) != count:
                raise ValueError(f"{len(intervals)} intervals where {count} are promised")
            tiers.append((name, intervals))
            at += 3 * count
    except (ValueError, IndexError) as error:
        raise BadClip(f"its labels {path.name} are no TextGrid ({error})") from None
    if not tiers or not any(tier for _, tier in tiers):
        raise BadClip(f"its labels {path.name} have no tier of intervals")
    return [(name, tier) for name, tier in tiers if tier]


def _string(token: str) -> str:
    if not token.startswith('"'):
        raise ValueError(f"a text is expected, not {token}")
    return token[1:-1].replace('""', '"')
