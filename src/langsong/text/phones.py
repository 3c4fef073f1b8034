"""Pinyin to phones: an onset and a final for every syllable (spec 4.3)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from langsong.errors import UnitError

_SYLLABLE = re.compile(r"(?P<initial>zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?P<final>[aeoiuv][a-z]*)")
_TONED = re.compile(r"([a-zê]+)([0-6]|[1-5]5)", re.ASCII | re.IGNORECASE)
_FINALS = frozenset([
    "a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "i", "ia", "ian", "iang", "iao", "ie", "ih",
    "ii", "in", "ing", "io", "iong", "iou", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "uei", "uen",
    "ueng", "uo", "v", "van", "ve", "vn",
])  # fmt: skip
_ERHUA_FINALS = _FINALS - {"er", "io", "ueng"}
_ONSETS = {"x": "xx_c"}
_BARE_ONSETS = {"a": "ga", "e": "ge", "o": "go"}
_SHORT_FINALS = {"iu": "iou", "ui": "uei", "un": "uen"}
_CODA_ONLY = {"m": "en", "n": "en", "ng": "en", "hm": "hen", "hng": "heng", "ê": "ei", "r": "er"}
"""Interjections without a vowel that the inventory knows, and CC-CEDICT's r5, as their neighbours."""


class PhoneSyllable(NamedTuple):
    """What a syllable consists of: its phones (two in Mandarin) and the tone they all carry."""

    phones: tuple[str, ...]
    tone: str


@lru_cache(maxsize=4096)
def pinyin_phones(pinyin: str) -> PhoneSyllable:
    """The phones of a syllable such as ``hao3``, ``lv4``, ``yuan2``, ``huar1``, ``e5``.

    ü may be written ``ü``, ``v`` or ``u:``, and ``u`` where spelling drops its dots (ju, yue, lue).
    Tones are 1-5; 0 is 5, 6 is a third tone spoken as 2, and 15 … 55 are neutral (spec 4.3).

    Raises:
        UnitError: not a toned pinyin syllable.
    """
    toned = _TONED.fullmatch(pinyin.replace("u:", "v").replace("ü", "v").replace("Ü", "v"))
    if toned is None:
        raise UnitError(f"{pinyin!r} is not pinyin: write a syllable and a tone 1-5, for example hao3 or lv4")
    base = toned[1].lower()
    base = _CODA_ONLY.get(base, base)
    erhua = base.endswith("r") and base != "er"
    split = _split(base.removesuffix("r") if erhua else base)
    if split is None or (erhua and split[1] not in _ERHUA_FINALS):
        raise UnitError(f"{pinyin!r} is not a pinyin syllable: check its spelling")
    onset, final = split
    tone = {"0": "5", "6": "2"}.get(toned[2], toned[2][-1])
    return PhoneSyllable((onset, f"{final}r_c" if erhua else f"{final}_c"), f"tone{tone}")


def _split(base: str) -> tuple[str, str] | None:
    """The onset phone and the final's name of a syllable without tone and erhua."""
    dotted = re.sub("^([nl])ue$", r"\1ve", re.sub("^([jqxy])u", r"\1v", base))
    syllable = _SYLLABLE.fullmatch(dotted)
    if syllable is None:
        return None
    initial, final = syllable["initial"], _SHORT_FINALS.get(syllable["final"], syllable["final"])
    if final == "i" and initial in ("z", "c", "s"):
        final = "ii"
    elif final == "i" and initial in ("zh", "ch", "sh", "r"):
        final = "ih"
    onset = _ONSETS.get(initial, f"{initial}_c") if initial else _BARE_ONSETS.get(final[0])
    return (onset, final) if onset and final in _FINALS else None
