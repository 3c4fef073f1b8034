"""OpenAI's routes for speech: its `model` is a voice of ours, its `voice` a speaker."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field

from langsong.audio.encode import format_named
from langsong.audio.label import HEADER
from langsong.bundle.store import voice_names
from langsong.errors import LangsongError

from .aac import AAC
from .bodies import Options
from .problems import problem_of
from .service import Caller, ServiceHere
from .speech import SpeechResponse, begun, listening, stream_of
from .voice_names import OPENAI_MODELS, openai_names, speaker_of

router = APIRouter(prefix="/v1", tags=["OpenAI"])

MAX_CHARACTERS = 4096
PCM_RATE = 24000
"""What OpenAI's clients take headerless samples for, Hz."""


class VoiceId(BaseModel):
    """A voice given as an object."""

    id: str


class CreateSpeech(Options):
    """OpenAI's request, and our options beside its fields; other fields, which its clients may send, do nothing.

    Attributes:
        model: name of an installed voice, or of one of OpenAI's models for the server's default voice.
        input: the text.
        voice: a speaker of that voice, or one of OpenAI's voices.
        instructions: how to speak, such as "轻声安慰的语气".
        response_format: of the audio. Opus comes in Ogg.
        stream_format: "audio", or "sse" for events.
    """

    model_config = ConfigDict(extra="ignore")

    model: str
    input: Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]
    voice: str | VoiceId
    instructions: Annotated[str, Field(max_length=MAX_CHARACTERS)] | None = None
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    stream_format: Literal["audio", "sse"] = "audio"


@router.post("/audio/speech", response_class=Response)
async def create_speech(body: CreateSpeech, service: ServiceHere, client: Caller, http: Request) -> Response:
    """Speak, as OpenAI's API does; the answer comes while it is computed."""
    voice = None if body.model in OPENAI_MODELS else body.model
    wanted = await body.options(service)
    changes: dict[str, Any] = {}
    if wanted.speaker is None:
        name = body.voice if isinstance(body.voice, str) else body.voice.id
        changes["speaker"] = speaker_of(name, service.find(voice).manifest, service.settings.openai_voices)
    if body.instructions and wanted.emotion_text is None:
        changes["emotion_text"] = body.instructions
    if body.response_format == "pcm" and wanted.sample_rate is None:
        changes["sample_rate"] = PCM_RATE
    request = service.speak(body.input, wanted.model_copy(update=changes), voice=voice, client=client)
    async with listening(http, request):
        chunks = await begun(request)
    format = AAC if body.response_format == "aac" else format_named(body.response_format)
    label = service.new_label()
    headers = {HEADER: str(label)} if label else {}
    pieces = (data async for data, _ in stream_of(chunks, format, label) if data)
    if body.stream_format == "sse":
        return SpeechResponse(request, _events(body, pieces), media_type="text/event-stream", headers=headers)
    return SpeechResponse(request, pieces, media_type=format.media_type, headers=headers)


async def _events(body: CreateSpeech, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for data in pieces:
            yield _event(type="speech.audio.delta", audio=base64.b64encode(data).decode())
        # nothing is counted in tokens here; characters are what there is
        count = len(body.input)
        usage = {"input_tokens": count, "output_tokens": 0, "total_tokens": count}
        yield _event(type="speech.audio.done", usage=usage)
    except LangsongError as error:
        yield _event(type="error", error=problem_of(error).model_dump())


def _event(**data: Any) -> bytes:
    return format_sse_event(data_str=json.dumps(data))


@router.get("/models")
def models(_: Caller) -> dict[str, Any]:
    """The installed voices, and the names of OpenAI's models that stand for the default one."""
    names = [*voice_names(), *OPENAI_MODELS]
    return {"object": "list", "data": [_model(name) for name in names]}


@router.get("/models/{name}")
def model(name: str, service: ServiceHere, _: Caller) -> dict[str, Any]:
    """One of them."""
    if name not in OPENAI_MODELS:
        service.voice_name(name)
    return _model(name)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "langsong"}


@router.get("/audio/voices")
def audio_voices(service: ServiceHere, _: Caller, model: str | None = None) -> dict[str, Any]:
    """What `voice` may be: the speakers of a model, and OpenAI's names that are mapped to them."""
    manifest = service.find(None if model in OPENAI_MODELS else model).manifest
    names = {speaker.id: speaker.name or speaker.id for speaker in manifest.speakers}
    mapped = {name: names[to] for name, to in openai_names(service.settings.openai_voices).items() if to in names}
    return {"voices": [{"id": identity, "name": name} for identity, name in {**names, **mapped}.items()]}
