"""Which of our speakers answers to the name of one of OpenAI's voices."""

from __future__ import annotations

from collections.abc import Mapping

from langsong.bundle.manifest import VoiceManifest
from langsong.errors import VoiceNotFound

OPENAI_VOICES: Mapping[str, str] = {
    "alloy": "qinglan",
    "ash": "yunfan",
    "ballad": "songbai",
    "cedar": "songbai",
    "coral": "wanqing",
    "echo": "yunfan",
    "fable": "xinghe",
    "marin": "qinglan",
    "nova": "wanqing",
    "onyx": "songbai",
    "sage": "qinglan",
    "shimmer": "lingxi",
    "verse": "yunfan",
}
"""To speakers of the embedded voice, by what OpenAI says of the voices' sex and age."""

OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""Names that programs send which know OpenAI alone; they stand for the server's default voice."""


def openai_names(own: Mapping[str, str]) -> Mapping[str, str]:
    """All of OpenAI's names, and the speakers they stand for; `own` are the operator's."""
    return {**OPENAI_VOICES, **own}


def speaker_of(name: str, voice: VoiceManifest, own: Mapping[str, str]) -> str | None:
    """The speaker that `name` means; None = the voice's default.

    Args:
        name: a speaker of the voice, or one of OpenAI's voices.
        voice: which is to speak.
        own: names that the operator added, or gave to others.

    Raises:
        VoiceNotFound: `name` is neither.
    """
    speakers = [speaker.id for speaker in voice.speakers]
    if name in speakers:
        return name
    mapped = openai_names(own)
    if name not in mapped:
        raise VoiceNotFound(
            f"no voice {name!r}: the model {voice.name} has {', '.join(speakers)}, and {', '.join(mapped)}"
        )
    return mapped[name] if mapped[name] in speakers else None
