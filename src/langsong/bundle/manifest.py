"""voice.json: everything that a voice is, apart from its numbers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from langsong.acoustic.config import AcousticConfig
from langsong.audio.spec import AudioSpec
from langsong.errors import BundleError
from langsong.text.frontend import Conventions
from langsong.text.units import UnitInventory
from langsong.vocoder.config import GeneratorConfig
from langsong.vocoder.family import GENERATOR, HARMONIC_NOISE, VocoderConfig
from langsong.vocoder.harmonic_noise_config import HarmonicNoiseConfig

FORMAT_VERSION = 1
MANIFEST_FILE = "voice.json"
WEIGHTS_FILE = "weights.safetensors"

VOICE_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
VoiceName = Annotated[str, Field(pattern=VOICE_NAME_PATTERN)]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Record(BaseModel):
    """Unknown keys are errors; records do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class File(Record):
    """A file of the bundle, beside voice.json."""

    file: FileName
    sha256: Sha256


class SpeakerInfo(Record):
    """One of the voice's speakers, for people. `id` is the name in the unit inventory."""

    id: str
    name: str = ""
    gender: Literal["female", "male", "child", ""] = ""
    description: str = ""


class Normalization(Record):
    """How a quantity was normalised in training: (value - mean) / std.

    `scale` says whether the value was taken linearly or as its natural logarithm.
    """

    scale: Literal["linear", "log"]
    mean: float
    std: Annotated[float, Field(gt=0)]


class NsfF0(Record):
    """How the model's F0 channel becomes Hz: value * std + mean, at least `minimum`."""

    mean: float
    std: float
    minimum: float = 30.0


class ReferenceSection(Record):
    """The encoder of emotions in recordings (`acoustic.reference`), in files of its own.

    Attributes:
        emotions: the categories of its posterior, under names that `engine.emotion_names` knows.
        audio: frames of the mel spectrogram that it reads.
        emotion_width: of the rows that it makes for the acoustic model; 0: they were not trained together, and
            recordings are spoken after as mixtures of the voice's emotions.
        provenance: what it was trained on, and how well it does.
        graph, weights: of the encoder alone.
    """

    emotions: Annotated[tuple[str, ...], Field(min_length=2)]
    audio: AudioSpec
    emotion_width: Annotated[int, Field(ge=0)] = 0
    provenance: str
    graph: File
    weights: File


class FastVocoder(Record):
    """A second vocoder, in files of its own, for who wants speed more than sound: ``NAME:fast``.

    Attributes:
        vocoder: its architecture.
        provenance: what it was trained on.
        graphs: of its stages.
    """

    vocoder: HarmonicNoiseConfig
    provenance: str
    graphs: dict[str, File]
    weights: File


class VoiceDefaults(Record):
    """What a request gets that asks for nothing else."""

    speaker: str
    emotion: str = "neutral"
    speed: Annotated[float, Field(gt=0)] = 1.0
    sentence_pause_s: Annotated[float, Field(ge=0)] | None = None
    """Pause after a sentence; None = as the model pauses by itself."""


class VoiceManifest(Record):
    """The record in voice.json.

    Attributes:
        emotions: names, without ``emotion_``, that the voice was trained on (unknown for imported voices: all).
        mel_to_vocoder: how the acoustic model's mel becomes the vocoder's; None where both share one normalisation.
        pitch: normalisation of the predicted F0 (Hz); None where it is unknown and the pitch cannot be changed.
        energy: normalisation of the predicted energy (natural log of amplitude), None where unknown.
        nsf: for vocoders with a harmonic source.
        reference: hears the emotion of recordings; None: the embedded voice's does it.
        fast: see `Voice.fast`.
    """

    format_version: Literal[1]
    name: VoiceName
    title: str
    languages: tuple[str, ...]
    licence: str
    provenance: str
    speakers: tuple[SpeakerInfo, ...]
    emotions: tuple[str, ...]
    units: UnitInventory
    conventions: Conventions
    audio: AudioSpec
    acoustic: AcousticConfig
    vocoder: VocoderConfig
    mel_to_vocoder: Normalization | None
    pitch: Normalization | None
    energy: Normalization | None
    nsf: NsfF0 | None
    speaker_vectors: bool = False
    defaults: VoiceDefaults
    weights: File
    graphs: dict[str, File]
    reference: ReferenceSection | None = None
    fast: FastVocoder | None = None
    sample_texts: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> VoiceManifest:
        ids = {s.id for s in self.speakers}
        if self.defaults.speaker not in ids:
            raise ValueError(f"the default speaker {self.defaults.speaker!r} is not among the speakers")
        if self.units.speakers and not ids <= set(self.units.speakers):
            raise ValueError("a speaker is not in the unit inventory")
        if missing := {f"emotion_{e}" for e in self.emotions} - set(self.units.emotions):
            raise ValueError(f"emotions not in the unit inventory: {', '.join(sorted(missing))}")
        if self.defaults.emotion not in self.emotions:
            raise ValueError(f"the default emotion {self.defaults.emotion!r} is not among the emotions")
        if self.audio.hop_length != self.vocoder.hop_length:
            raise ValueError(
                f"hop length {self.audio.hop_length} of the audio, {self.vocoder.hop_length} of the vocoder"
            )
        source = self.vocoder.source if isinstance(self.vocoder, GeneratorConfig) else None
        for vocoder in (self.vocoder, self.fast.vocoder if self.fast else None):
            if isinstance(vocoder, HarmonicNoiseConfig):
                self._check_harmonic_noise(vocoder)
        wanted = self.vocoder.in_channels + (2 if source else 0)
        if self.acoustic.n_mels != wanted:
            raise ValueError(f"the acoustic model makes {self.acoustic.n_mels} channels, the vocoder takes {wanted}")
        sizes = self.units.sizes
        tables = (sizes.phone,) if self.units.kind == "bytes" else tuple(sizes[:4])
        if self.acoustic.vocabulary != tables:
            raise ValueError(f"vocabulary {self.acoustic.vocabulary} of the model, {tables} of the unit inventory")
        if self.acoustic.emotions != sizes.emotion or self.acoustic.speakers != sizes.speaker:
            raise ValueError("the model's emotions or speakers are not as many as the unit inventory's")
        if (self.nsf is None) != (source is None):
            raise ValueError("nsf and the vocoder's source go together")
        return self

    def _check_harmonic_noise(self, vocoder: HarmonicNoiseConfig) -> None:
        audio = self.audio
        if (vocoder.in_channels, vocoder.hop_length, vocoder.sample_rate) != (
            self.acoustic.n_mels,
            audio.hop_length,
            audio.sample_rate,
        ):
            raise ValueError("the frames of the vocoder of pulses and noise are not the voice's")
        if self.mel_to_vocoder is None:
            raise ValueError("a vocoder of pulses and noise reads logarithms: mel_to_vocoder must make them")


def read_manifest(folder: Path) -> VoiceManifest:
    """Read and check ``voice.json``.

    Raises:
        BundleError: it is missing, not JSON, of another format version, or has unknown, missing or wrong keys.
    """
    path = folder / MANIFEST_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BundleError(f"{folder} is not a voice bundle: cannot read {MANIFEST_FILE} ({error})") from None
    version = re.search(r'"format_version"\s*:\s*(\d+)', text)
    if version and int(version[1]) != FORMAT_VERSION:
        raise BundleError(
            f"{folder} is a bundle of format {version[1]}; this langsong reads format {FORMAT_VERSION}: "
            "upgrade langsong, or import the voice again"
        )
    try:
        return VoiceManifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        kinds = (GENERATOR, HARMONIC_NOISE)
        where = ".".join(str(part) for part in first["loc"] if part not in kinds) or "voice.json"
        raise BundleError(f"{path} is not valid: {where}: {first['msg']}") from None
