"""What the tests with Alibaba's SDK say, and what they must hear."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from langsong.audio.encode import to_pcm16
from langsong.audio.files import read_audio
from langsong.engine.synthesizer import Synthesizer

TEXT = "今天天气怎么样？我们去公园散步吧。"
Speaker = Callable[..., Synthesizer]


def spoken(voice: Speaker, text: str = TEXT, **options: object) -> np.ndarray:
    return to_pcm16(np.concatenate([chunk.samples for chunk in voice("base").stream(text, **options)]))


def samples_of(data: bytes) -> np.ndarray:
    return to_pcm16(read_audio(data)[0] * np.float32(32768 / 32767))
