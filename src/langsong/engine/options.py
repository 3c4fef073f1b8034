"""What one request wants. None means: as the voice has it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)

from langsong.errors import OptionError

from .emotion_names import EIGHT
from .emotion_recording import Recording, recording
from .mixture import checked_shares, format_shares, parse_shares

SPEED_RANGE = (0.25, 4.0)
PITCH_RANGE = (-12.0, 12.0)
EXCURSION_RANGE = (0.0, 3.0)
ENERGY_RANGE = (-20.0, 20.0)
VOLUME_RANGE = (-60.0, 20.0)
SAMPLE_RATE_RANGE = (8000, 48000)
INTENSITY_RANGE = (0.0, 2.0)
PAUSE_RANGE = (0.0, 60.0)
LONGEST_DESCRIPTION = 500


def _within(limits: tuple[float, float]) -> Any:
    return Field(ge=limits[0], le=limits[1], allow_inf_nan=False)


def _mixture(value: Any) -> Any:
    """A mixture as a string, whatever its form."""
    if isinstance(value, Mapping):
        value = format_shares(value)
    if isinstance(value, str):
        parse_shares(value)
    return value


def _speakers(value: Any) -> Any:
    """The same; a recording is no speaker."""
    if isinstance(value, bytes | os.PathLike | Recording | tuple):
        raise ValueError(
            "no voice here can take its speaker from a recording: name a speaker, or a mixture a:0.7+b:0.3"
        )
    return _mixture(value)


def _emotions(value: Any) -> Any:
    """As `_mixture`; a list of eight numbers is a mixture of the eight emotions, as IndexTTS has it."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) != len(EIGHT) or not all(isinstance(share, int | float) for share in value):
            raise ValueError(f"a list must have {len(EIGHT)} numbers: {', '.join(EIGHT)}")
        shares = [(name, float(share)) for name, share in zip(EIGHT, value, strict=True) if share]
        return format_shares(checked_shares(shares)) if shares else "neutral"
    return _mixture(value)


def _recording(value: Any, info: ValidationInfo) -> Recording:
    return recording(value, local=bool(info.context and info.context.get("local")))


_NUMBERS = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}}
_EIGHT_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": len(EIGHT), "maxItems": len(EIGHT)}

Speaker = Annotated[str, BeforeValidator(_speakers), WithJsonSchema({"anyOf": [{"type": "string"}, _NUMBERS]})]
Emotion = Annotated[
    str, BeforeValidator(_emotions), WithJsonSchema({"anyOf": [{"type": "string"}, _NUMBERS, _EIGHT_NUMBERS]})
]
ReferenceAudio = Annotated[
    InstanceOf[Recording],
    BeforeValidator(_recording),
    PlainSerializer(Recording.data_url, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "description": "An audio file, or its data URL."}),
]


class SynthesisOptions(BaseModel):
    """Options of a request; the same for the command line, Python, HTTP and the web page.

    Everything composes. What says the emotion in several ways counts equally, unless the mixture gives shares:
    ``emotion="happy:0.4+reference:0.6"``.

    Attributes:
        speaker: one of the voice's speakers, or a mixture: ``"a:0.7+b:0.3"`` or ``{"a": 0.7, "b": 0.3}``.
        emotion: a name (of the voice, of other systems, or Chinese), a mixture ``"happy:0.6+sad:0.4"``, a mapping, or
            eight numbers in the order of `emotion_names.EIGHT`. What shares lack to 1 is neutral; more is scaled down.
        emotion_text: a description in Chinese or English: ``"压低声音、有点害怕地说"``.
        reference_audio: a recording to take the emotion from, 3-10 s: a `pathlib.Path`, the bytes of a file, or
            ``(array, Hz)``; in JSON base64 or a data URL.
        intensity: of the emotion; 0 = neutral, 1 = as the voice has it, 2 = twice as far from neutral.
        speed: 1.0 = unchanged, 2.0 = twice as fast.
        pitch: semitones.
        pitch_range: factor on how far the F0 moves about its mean; 0 = monotone, 1 = unchanged.
        energy: dB of the vocal effort that the model aims at; timbre follows. (`volume` scales the finished sound.)
        volume: dB.
        sentence_pause: seconds of silence after each sentence: the voice's own break there is cut to it, or
            filled up to it between sentences.
        sample_rate: Hz of the result.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    speaker: Speaker | None = None
    emotion: Emotion | None = None
    emotion_text: Annotated[str, Field(min_length=1, max_length=LONGEST_DESCRIPTION)] | None = None
    reference_audio: ReferenceAudio | None = None
    intensity: Annotated[float, _within(INTENSITY_RANGE)] | None = None
    speed: Annotated[float, _within(SPEED_RANGE)] | None = None
    pitch: Annotated[float, _within(PITCH_RANGE)] | None = None
    pitch_range: Annotated[float, Field(ge=EXCURSION_RANGE[0], le=EXCURSION_RANGE[1], allow_inf_nan=False)] | None = (
        None
    )
    energy: Annotated[float, _within(ENERGY_RANGE)] | None = None
    volume: Annotated[float, _within(VOLUME_RANGE)] | None = None
    sentence_pause: Annotated[float, _within(PAUSE_RANGE)] | None = None
    sample_rate: Annotated[int, Field(ge=SAMPLE_RATE_RANGE[0], le=SAMPLE_RATE_RANGE[1])] | None = None

    @classmethod
    def parse(cls, values: Mapping[str, Any], *, local: bool = False) -> SynthesisOptions:
        """From flags, JSON or form fields; numbers may be strings, absent and None are the same.

        Args:
            values: by the names of the fields.
            local: they come from this machine's user: a string may be the path of a recording. Never so for what
                comes over a network.

        Raises:
            OptionError: an unknown option, or a value out of range.
            AudioError: the recording cannot be read.
        """
        try:
            return cls.model_validate(dict(values), context={"local": local})
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(str(part) for part in first["loc"])
            if first["type"] == "extra_forbidden":
                raise OptionError(f"unknown option {name!r}; there are {', '.join(cls.model_fields)}") from None
            raise OptionError(f"{name} = {_shown(first['input'])}: {first['msg']}") from None


def _shown(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:60]}…"
