"""The speakers of the corpus: the teacher's voices that are understood, and blends of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from langsong.types import Float32

TIMBRE = slice(0, 128)
PROSODY = slice(128, 256)
"""The two halves of the teacher's style vectors."""


@dataclass(frozen=True)
class Speaker:
    """A voice by shares of the teacher's voices (which add up to 1) in timbre and in prosody."""

    timbre: Mapping[str, float]
    prosody: Mapping[str, float]


def _alone(voice: str) -> Speaker:
    return Speaker({voice: 1.0}, {voice: 1.0})


SPEAKERS = {
    "qinglan": _alone("zf_xiaoxiao"),
    "yunfan": _alone("zm_yunxi"),
    "wanqing": _alone("zf_xiaobei"),
    "songbai": _alone("zm_yunjian"),
    "lingxi": _alone("zf_xiaoyi"),
    "xinghe": _alone("zm_yunxia"),
    "ruolan": Speaker({"zf_xiaoxiao": 0.5, "af_heart": 0.5}, {"zf_xiaoxiao": 1.0}),
    "changfeng": Speaker({"zm_yunxi": 0.5, "am_michael": 0.5}, {"zm_yunxi": 0.5, "zm_yunjian": 0.5}),
}


def style_table(speaker: Speaker, voices: Mapping[str, Float32]) -> Float32:
    """(510, 256): the speaker's style vectors by number of tokens less one.

    Args:
        voices: (510, 256) each.

    Raises:
        KeyError: a voice that is not there.
    """
    table = np.zeros((510, 256), np.float32)
    for half, shares in ((TIMBRE, speaker.timbre), (PROSODY, speaker.prosody)):
        for voice, share in shares.items():
            table[:, half] += share * voices[voice][:, half]
    return table
