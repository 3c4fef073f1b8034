"""What people say about a voice when they import or train it: the part of the manifest that no checkpoint knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from langsong.errors import CheckpointError
from langsong.text.frontend import Conventions

from .manifest import (
    Normalization,
    Record,
    SpeakerInfo,
    VoiceDefaults,
    VoiceManifest,
    VoiceName,
)

MAX_YAML_BYTES = 1 << 20


class VoiceCard(Record):
    """Everything is optional; None means: as the checkpoint's files say, or unknown.

    Attributes:
        emotions: names without ``emotion_``.
        feedback: "none" for models whose decoder never saw its own output.
        mel_to_vocoder, pitch, energy: see `VoiceManifest`.
    """

    name: VoiceName | None = None
    title: str | None = None
    languages: tuple[str, ...] = ("zh-CN",)
    licence: str = "unknown"
    provenance: str = ""
    speakers: tuple[SpeakerInfo, ...] | None = None
    default_speaker: str | None = None
    emotions: tuple[str, ...] | None = None
    conventions: Conventions = Conventions()
    feedback: Literal["previous_frame", "none"] = "previous_frame"
    mel_to_vocoder: Normalization | None = None
    pitch: Normalization | None = None
    energy: Normalization | None = None
    sentence_pause_s: float | None = None
    sample_texts: tuple[str, ...] = ()

    def manifest(
        self, name: str, *, speakers: Sequence[SpeakerInfo], emotions: Sequence[str], **known: Any
    ) -> VoiceManifest:
        """The manifest of a voice that is described so.

        Args:
            name, speakers, emotions: where the card is silent.
            **known: the fields of `VoiceManifest` that no card has, and those in which the card is followed already.

        Raises:
            pydantic.ValidationError: the fields do not fit together.
        """
        speakers, emotions = self.speakers or tuple(speakers), self.emotions or tuple(emotions)
        return VoiceManifest(
            format_version=1,
            name=self.name or name,
            title=self.title or self.name or name,
            languages=self.languages,
            licence=self.licence,
            provenance=self.provenance,
            speakers=speakers,
            emotions=emotions,
            defaults=VoiceDefaults(
                speaker=self.default_speaker or speakers[0].id,
                emotion="neutral" if "neutral" in emotions else emotions[0],
                sentence_pause_s=self.sentence_pause_s,
            ),
            sample_texts=self.sample_texts,
            **known,
        )


def read_yaml(path: Path) -> dict[str, object]:
    """A YAML file's mapping, read without constructing anything but plain data.

    Raises:
        CheckpointError: it is missing, too large, not YAML or no mapping.
    """
    import yaml

    try:
        if path.stat().st_size > MAX_YAML_BYTES:
            raise CheckpointError(f"{path} is over {MAX_YAML_BYTES >> 20} MiB: that is no configuration")
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CheckpointError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"{path} must hold a mapping")
    return data


def read_card(path: Path) -> VoiceCard:
    """A voice card in YAML.

    Raises:
        CheckpointError: unknown keys or wrong values.
    """
    try:
        return VoiceCard.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise CheckpointError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
