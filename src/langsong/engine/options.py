"""What one request wants. None means: as the voice has it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from langsong.bundle.manifest import VoiceManifest
from langsong.errors import OptionError

SPEED_RANGE = (0.25, 4.0)
PITCH_RANGE = (-12.0, 12.0)
VOLUME_RANGE = (-60.0, 20.0)
SAMPLE_RATE_RANGE = (8000, 48000)
INTENSITY_RANGE = (0.0, 2.0)


class SynthesisOptions(BaseModel):
    """Options of a request; the same for the command line, Python, HTTP and the web page.

    Attributes:
        speaker: one of the voice's speakers.
        emotion: one of the voice's emotions, such as ``happy``.
        intensity: of the emotion; 0 = neutral, 1 = as the voice has it, 2 = twice as far from neutral.
        speed: 1.0 = unchanged, 2.0 = twice as fast.
        pitch: semitones.
        volume: dB.
        sentence_pause: seconds of silence after each sentence: the voice's own break there is cut to it, or
            filled up to it between sentences.
        sample_rate: Hz of the result.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: str | None = None
    emotion: str | None = None
    intensity: Annotated[float, Field(ge=INTENSITY_RANGE[0], le=INTENSITY_RANGE[1], allow_inf_nan=False)] | None = None
    speed: Annotated[float, Field(ge=SPEED_RANGE[0], le=SPEED_RANGE[1], allow_inf_nan=False)] | None = None
    pitch: Annotated[float, Field(ge=PITCH_RANGE[0], le=PITCH_RANGE[1], allow_inf_nan=False)] | None = None
    volume: Annotated[float, Field(ge=VOLUME_RANGE[0], le=VOLUME_RANGE[1], allow_inf_nan=False)] | None = None
    sentence_pause: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] | None = None
    sample_rate: Annotated[int, Field(ge=SAMPLE_RATE_RANGE[0], le=SAMPLE_RATE_RANGE[1])] | None = None

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> SynthesisOptions:
        """From flags, JSON or form fields; numbers may be strings, absent and None are the same.

        Raises:
            OptionError: an unknown option, or a value out of range.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                raise OptionError(f"unknown option {name!r}; there are {', '.join(cls.model_fields)}") from None
            raise OptionError(f"{name} = {first['input']!r}: {first['msg']}") from None


class ResolvedOptions(BaseModel):
    """The same with the voice's defaults put in and every name checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: str
    emotion: str
    intensity: float
    speed: float
    pitch: float
    volume: float
    sentence_pause: float | None
    sample_rate: int


def resolve(options: SynthesisOptions, voice: VoiceManifest) -> ResolvedOptions:
    """Put the voice's defaults in.

    Raises:
        OptionError: the voice lacks the speaker or emotion, or cannot change its pitch.
    """
    defaults = voice.defaults
    speakers = [s.id for s in voice.speakers]
    speaker = options.speaker or defaults.speaker
    if speaker not in speakers:
        raise OptionError(f"the voice {voice.name} has no speaker {speaker!r}; it has {', '.join(speakers)}")
    emotion = (options.emotion or defaults.emotion).removeprefix("emotion_")
    if emotion not in voice.emotions:
        raise OptionError(f"the voice {voice.name} has no emotion {emotion!r}; it has {', '.join(voice.emotions)}")
    pitch = options.pitch or 0.0
    if pitch and voice.pitch is None:
        raise OptionError(f"the voice {voice.name} does not say how its pitch was normalised: leave pitch at 0")

    def given(value: Any, default: Any) -> Any:
        return default if value is None else value

    return ResolvedOptions(
        speaker=speaker,
        emotion=emotion,
        intensity=given(options.intensity, 1.0),
        speed=given(options.speed, defaults.speed),
        pitch=pitch,
        volume=given(options.volume, 0.0),
        sentence_pause=given(options.sentence_pause, defaults.sentence_pause_s),
        sample_rate=given(options.sample_rate, voice.audio.sample_rate),
    )
