"""The published KAN-TTS voices by short names.

Sources: ModelScope's own tests of its text-to-speech pipeline (model ids, rates); Alibaba Cloud's page on SSML
(emotions of each voice; the models' files do not say). Licences stand on each model's page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from langsong.errors import OptionError, VoiceNotFound

from .store import home

ALIASES_FILE = "aliases.json"
LICENCE = "see the model's page on ModelScope"
_SERVICE = ("neutral", "happy", "angry", "sad", "fear", "hate", "surprise")


@dataclass(frozen=True)
class PublishedVoice:
    """A model on the hub.

    Attributes:
        model: owner/name.
        title: for people.
        sample_rate: in Hz; None for models that are not in the table.
        emotions: what its makers say it was trained on; empty: nobody says.
        licence: of the weights.
    """

    model: str
    title: str = ""
    sample_rate: int | None = None
    emotions: tuple[str, ...] = ()
    licence: str = LICENCE


_EMOTIONAL = "damo/speech_sambert-hifigan_tts_{}_emo_zh-cn_16k"
_PRETRAINED = "speech_tts/speech_sambert-hifigan_tts_zh-cn_multisp_pretrain_{}"
PUBLISHED = {
    "zhitian": PublishedVoice(_EMOTIONAL.format("zhitian"), "知甜", 16000, _SERVICE),
    "zhiyan": PublishedVoice(_EMOTIONAL.format("zhiyan"), "知燕", 16000, (*_SERVICE, "arousal")),
    "zhibei": PublishedVoice(_EMOTIONAL.format("zhibei"), "知贝", 16000, _SERVICE),
    "zhizhe": PublishedVoice(_EMOTIONAL.format("zhizhe"), sample_rate=16000),
    "multi-16k": PublishedVoice("damo/speech_sambert-hifigan_tts_zh-cn_16k", "多人", 16000),
    "pretrain-16k": PublishedVoice(_PRETRAINED.format("16k"), "多人预训练", 16000),
    "pretrain-24k": PublishedVoice(_PRETRAINED.format("24k"), "多人预训练", 24000),
}


def resolve(name: str) -> PublishedVoice:
    """The model of an alias (``zhibei``, ``zhibei_emo``, or one of the user's own), or of an id ``owner/name``.

    The user's aliases are in ``$LANGSONG_HOME/aliases.json``, ``{"zhimei": "owner/name"}``, and come first.

    Raises:
        VoiceNotFound: nothing has that name.
        OptionError: the user's file cannot be read.
    """
    own = _own_aliases()
    if name in own:
        return PublishedVoice(own[name])
    known = {**PUBLISHED, **{f"{alias}_emo": voice for alias, voice in PUBLISHED.items() if voice.emotions}}
    known["zhizhe_emo"] = PUBLISHED["zhizhe"]
    if name in known:
        return known[name]
    if name.count("/") == 1 and all(part.strip(".") for part in name.split("/")):
        return next((voice for voice in PUBLISHED.values() if voice.model == name), PublishedVoice(name))
    raise VoiceNotFound(
        f"no published voice {name!r}: there are {', '.join([*PUBLISHED, *own])}; "
        f"or give a model's id (owner/name), or an alias for it in {home() / ALIASES_FILE}"
    )


def _own_aliases() -> dict[str, str]:
    file = home() / ALIASES_FILE
    if not file.is_file():
        return {}
    try:
        own = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OptionError(f"cannot read {file}: {error}") from None
    if not isinstance(own, dict) or not all(isinstance(model, str) and "/" in model for model in own.values()):
        raise OptionError(f'{file} must map aliases to model ids: {{"zhimei": "owner/name"}}')
    return own
