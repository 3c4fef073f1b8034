"""Which of our voices answers to a model's name of DashScope's Sambert."""

from __future__ import annotations

import re

from langsong.bundle.manifest import VoiceManifest
from langsong.bundle.store import voice_names
from langsong.errors import VoiceNotFound

from .service import Service
from .voice_names import speaker_of

_MODEL = re.compile(r"(?:sambert-)?(?P<name>.+?)(?:-v\d+)?")

_WOMEN = (
    "zhiqi", "zhijia", "zhiru", "zhiqian", "zhiwei", "zhijing", "zhina", "zhistella", "zhiting", "zhixiao", "zhiya",
    "zhiyuan", "zhiyue", "zhigui", "zhimiao-emo", "zhimao",
)  # fmt: skip
_MEN = (
    "zhinan", "zhichu", "zhide", "zhixiang", "zhihao", "zhiming", "zhimo", "zhishu", "zhiye", "zhishuo", "zhilun",
    "zhifei", "zhida",
)  # fmt: skip
_CHILDREN = ("zhiying",)
SAMBERT_NAMES = {"female": _WOMEN, "male": _MEN, "child": _CHILDREN}
"""DashScope's Chinese models, by who is heard (its list of models)."""


def find_speaker(model: str, service: Service) -> tuple[str | None, str | None]:
    """The voice and the speaker that a name means; None = the server's or the voice's default.

    Args:
        model: ``sambert-NAME-v1`` or NAME alone, where NAME is an installed voice, a speaker of the server's default
            voice, VOICE/SPEAKER, one of OpenAI's voices, or one of `SAMBERT_NAMES`, for which a speaker of the same
            sex and age stands in.
        service: whose voices.

    Raises:
        VoiceNotFound: there is no such voice.
    """
    match = _MODEL.fullmatch(model.strip())
    name = match["name"] if match else ""
    installed = set(voice_names())
    for spelling in (name, name.replace("-", "_"), name.replace("_", "-")):
        if spelling in installed:
            return spelling, None
    voice, slash, speaker = name.rpartition("/")
    if slash:
        return voice, speaker
    manifest = service.find().manifest
    for sort, names in SAMBERT_NAMES.items():
        if name in names:
            return None, _stand_in(names.index(name), sort, manifest)
    try:
        return None, speaker_of(name, manifest, service.settings.openai_voices)
    except VoiceNotFound:
        known = ", ".join(sorted(installed | {speaker.id for speaker in manifest.speakers}))
        raise VoiceNotFound(f"no model {model!r}: there are {known}, and DashScope's Chinese Sambert models") from None


def _stand_in(index: int, sort: str, voice: VoiceManifest) -> str | None:
    speakers = [speaker.id for speaker in voice.speakers if speaker.gender == sort]
    return speakers[index % len(speakers)] if speakers else None
