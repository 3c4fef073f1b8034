"""What clients send. Every body extends `SynthesisOptions`, so that all surfaces take the same options."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from starlette.datastructures import UploadFile

from langsong.audio.encode import FORMATS
from langsong.audio.files import read_audio
from langsong.engine.emotion_recording import Recording
from langsong.engine.options import SynthesisOptions
from langsong.errors import AudioError

from .service import Service


def _known_format(name: str) -> str:
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}; there are {', '.join(FORMATS)}")
    return name


FormatName = Annotated[str, AfterValidator(_known_format), Field(json_schema_extra={"enum": list(FORMATS)})]


AudioFile = Annotated[str | bytes, WithJsonSchema({"type": "string", "contentEncoding": "base64"})]


class Options(SynthesisOptions):
    """Options that come over a network; the recording stays as it came until `options` reads it."""

    reference_audio: AudioFile | None = None  # type: ignore[assignment]

    async def options(self, service: Service) -> SynthesisOptions:
        """They alone, checked.

        Raises:
            OptionError: one is out of range.
            AudioError: the recording cannot be read, or is too long.
        """
        given = self.model_dump(include=set(SynthesisOptions.model_fields), exclude_unset=True)
        if (audio := self.reference_audio) is not None:
            longest_s = service.settings.max_reference_s
            given["reference_audio"] = await anyio.to_thread.run_sync(_recording, audio, longest_s)
        return SynthesisOptions.parse(given)


def _recording(audio: str | bytes, longest_s: float) -> Recording:
    """The file, or its base64 or data URL; decoded no further than allowed, for a small file may hold hours."""
    if isinstance(audio, str):
        try:
            audio = base64.b64decode(audio.partition(",")[2] if audio.startswith("data:") else audio, validate=True)
        except ValueError:
            raise AudioError(
                "reference_audio is not base64: send an audio file so, or as multipart/form-data"
            ) from None
    return Recording(*read_audio(audio, longest_s))


class Speech(Options):
    """A request for speech.

    Attributes:
        text: plain, with marks, or SSML.
        voice: name of an installed voice; None = the server's default.
        format: of the audio.
        audible_label: begin with the rhythm that says that the speech is generated; None = as the server is set.
    """

    text: Annotated[str, Field(min_length=1)]
    voice: str | None = None
    format: FormatName = "wav"
    audible_label: bool | None = None


class SpeechNow(Speech):
    """A request that is answered with the speech.

    Attributes:
        stream: send audio while it is computed.
        stream_format: "audio", or "sse" for events with audio and the times of words.
    """

    stream: bool = False
    stream_format: Literal["audio", "sse"] = "audio"


async def speech_now(request: Request) -> SpeechNow:
    """The body of a request for speech: JSON, or a form whose file is the reference recording."""
    try:
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return SpeechNow.model_validate_json(await request.body())
        async with request.form(max_files=1) as form:
            values: dict[str, Any] = {}
            for name, value in form.items():
                values[name] = await value.read() if isinstance(value, UploadFile) else value
            return SpeechNow.model_validate(values)
    except ValidationError as error:
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in error.errors()]) from None


SPEECH_NOW_SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": SpeechNow.model_json_schema(ref_template="#/components/schemas/{model}")}
            for media_type in ("application/json", "multipart/form-data")
        },
    }
}
"""What `speech_now` reads, for the OpenAPI description."""


class Text(BaseModel):
    """A text to be analysed.

    Attributes:
        text: plain, with marks, or SSML.
        voice: whose reading; None = the server's default.
    """

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1)]
    voice: str | None = None
