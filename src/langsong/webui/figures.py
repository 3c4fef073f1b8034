"""How fast speech is made here, for the page's status line."""

from __future__ import annotations

from dataclasses import dataclass

from langsong.engine.request import SpeechRequest
from langsong.server.service import Service

SAMPLE = "今天天气真好，我们去公园散步吧。"
"""Spoken for nobody, when a page asks before anything else was spoken."""


@dataclass(frozen=True)
class Figures:
    """How fast one piece of speech was made.

    Attributes:
        device: the runtime, in words.
        rtf: computing time by length of the speech.
        first_chunk_s: from asking to the first chunk.
    """

    device: str
    rtf: float
    first_chunk_s: float


def figures_of(request: SpeechRequest, service: Service) -> Figures:
    """Of a request that has been spoken; blocks if its voice has been let go meanwhile."""
    return Figures(
        service.synthesizer(request.voice).runtime.description,
        round(request.compute_s / request.audio_s, 4),
        round(request.first_chunk_s or 0.0, 4),
    )


def measured(service: Service) -> Figures:
    """Of a sample; blocks while it is spoken.

    Raises:
        LangsongError: it cannot be spoken now.
    """
    request = service.pool.submit(SAMPLE, voice=service.voice_name(), client="status line")
    for _ in request:
        pass
    return figures_of(request, service)
