"""The speakers of the corpus: the teacher's Mandarin voices that are understood, and two timbres of its English ones.

Those two have the prosody of a Mandarin voice. They are no more like any other speaker than 0.79 (Resemblyzer, three
sentences); mixing timbres half and half made voices too much like their parents (0.94).
"""

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
    """The teacher's voices that a speaker has his timbre and his prosody from."""

    timbre: str
    prosody: str


SPEAKERS = {
    "qinglan": Speaker("zf_xiaoxiao", "zf_xiaoxiao"),
    "yunfan": Speaker("zm_yunxi", "zm_yunxi"),
    "wanqing": Speaker("zf_xiaobei", "zf_xiaobei"),
    "songbai": Speaker("zm_yunjian", "zm_yunjian"),
    "lingxi": Speaker("zf_xiaoyi", "zf_xiaoyi"),
    "xinghe": Speaker("zm_yunxia", "zm_yunxia"),
    "ruolan": Speaker("af_bella", "zf_xiaobei"),
    "changfeng": Speaker("am_fenrir", "zm_yunjian"),
}


def style_table(speaker: Speaker, voices: Mapping[str, Float32]) -> Float32:
    """(510, 256): the speaker's style vectors by number of tokens less one.

    Args:
        voices: (510, 256) each.

    Raises:
        KeyError: a voice that is not there.
    """
    return np.concatenate([voices[speaker.timbre][:, TIMBRE], voices[speaker.prosody][:, PROSODY]], axis=1)
