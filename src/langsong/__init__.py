"""langsong 朗诵: Mandarin text-to-speech that speaks with feeling.

>>> import langsong
>>> audio = langsong.Synthesizer.open().say("今天天气真好，我们去公园散步吧。", emotion="happy")
>>> langsong.write_audio("hello.wav", audio.samples, audio.sample_rate)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langsong.audio.files import write_audio
    from langsong.bundle.voice import Voice
    from langsong.engine.options import SynthesisOptions
    from langsong.engine.synthesizer import Synthesizer
    from langsong.errors import LangsongError
    from langsong.types import AudioChunk, WordTiming

__version__ = "0.1.0"

__all__ = [
    "AudioChunk",
    "LangsongError",
    "SynthesisOptions",
    "Synthesizer",
    "Voice",
    "WordTiming",
    "write_audio",
]

_HOMES = {
    "AudioChunk": "langsong.types",
    "LangsongError": "langsong.errors",
    "SynthesisOptions": "langsong.engine.options",
    "Synthesizer": "langsong.engine.synthesizer",
    "Voice": "langsong.bundle.voice",
    "WordTiming": "langsong.types",
    "write_audio": "langsong.audio.files",
}


def __getattr__(name: str) -> Any:
    """Load public names when first used, so that ``import langsong`` costs next to nothing."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'langsong' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
