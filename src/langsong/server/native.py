"""langsong's own routes: speech, readings, voices."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import format_sse_event

from langsong.audio.encode import AudioFormat, format_named
from langsong.audio.label import HEADER, ContentLabel
from langsong.bundle.store import find_voice, voice_names
from langsong.bundle.voice import Voice
from langsong.engine.request import SpeechRequest
from langsong.errors import LangsongError
from langsong.text.frontend import Frontend
from langsong.types import AudioChunk

from .bodies import SPEECH_NOW_SCHEMA, SpeechNow, Text, speech_now
from .problems import problem_of
from .service import Caller, ServiceHere
from .speech import SpeechResponse, begun, file_of, listening, stream_of

router = APIRouter(prefix="/v1", tags=["langsong"])


@router.post("/tts", response_class=Response, openapi_extra=SPEECH_NOW_SCHEMA)
async def tts(
    body: Annotated[SpeechNow, Depends(speech_now)], service: ServiceHere, client: Caller, http: Request
) -> Response:
    """Speak. 合成语音。

    Answers with a file; with ``stream`` with the same file while it is computed; with ``stream_format`` "sse" with
    events: ``start``, ``audio`` (base64, with the words that begin in it and when, seconds), ``done`` or ``error``.
    """
    streamed = body.stream or body.stream_format == "sse"
    request = service.speak(
        body.text,
        await body.options(service),
        voice=body.voice,
        client=client,
        early=streamed,
        announced=body.audible_label,
    )
    format, label = format_named(body.format), service.new_label()
    headers = {HEADER: str(label)} if label else {}
    if not streamed:
        async with listening(http, request):
            audio = await file_of(await begun(request), format, label)
        headers["X-Audio-Seconds"] = f"{request.audio_s:.3f}"
        return Response(audio, media_type=format.media_type, headers=headers)
    async with listening(http, request):
        chunks = await begun(request)
    if body.stream_format == "sse":
        content, media_type = events(request, chunks, format, label), "text/event-stream"
    else:
        content, media_type = (data async for data, _ in stream_of(chunks, format, label) if data), format.media_type
    return SpeechResponse(request, content, media_type=media_type, headers=headers)


async def events(
    request: SpeechRequest, chunks: AsyncIterator[AudioChunk], format: AudioFormat, label: ContentLabel | None
) -> AsyncIterator[bytes]:
    """Speech as server-sent events."""
    begun = False
    try:
        async for data, chunk in stream_of(chunks, format, label):
            if not begun and chunk is not None:
                begun = True
                rate = format.nearest_rate(chunk.sample_rate)
                yield event("start", format=format.name, sample_rate=rate, label=label and label.as_dict())
            yield event("audio", audio=base64.b64encode(data).decode(), **(timing(chunk) if chunk else {}))
        yield event("done", seconds=request.audio_s)
    except LangsongError as error:
        yield event("error", error=problem_of(error).model_dump())


def event(name: str, **data: Any) -> bytes:
    """One server-sent event with JSON."""
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))


def timing(chunk: AudioChunk) -> dict[str, Any]:
    """When a chunk begins and what is said in it, seconds from the start of the speech."""
    return {
        "start_s": chunk.start_s,
        "seconds": chunk.duration_s,
        "text": chunk.text,
        "words": [asdict(word) for word in chunk.words],
        "notices": [asdict(notice) for notice in chunk.notices],
    }


@router.post("/tts/analyse")
def analyse(body: Text, service: ServiceHere, _: Caller) -> dict[str, Any]:
    """How a text is read: each stretch, its words and syllables, and why. 显示每个词的读法与理由。"""
    voice = service.find(body.voice)
    service.check_length(body.text)
    rows = Frontend(voice.manifest.conventions).explain(body.text)
    return {"voice": voice.name, "rows": [asdict(row) for row in rows]}


@router.get("/voices")
def voices(_: Caller) -> dict[str, Any]:
    """The installed voices, their speakers and emotions. 已安装的声音。"""
    return {"voices": [_describe(find_voice(name)) for name in voice_names()]}


@router.get("/emotions")
def emotions(service: ServiceHere, _: Caller, voice: str | None = None) -> dict[str, Any]:
    """What a voice can feel. 声音可用的情感。"""
    found = service.find(voice)
    return {"voice": found.name, "emotions": list(found.manifest.emotions), "default": found.manifest.defaults.emotion}


def _describe(voice: Voice) -> dict[str, Any]:
    manifest = voice.manifest
    return {
        "name": voice.name,
        "title": manifest.title,
        "languages": list(manifest.languages),
        "licence": manifest.licence,
        "sample_rate": manifest.audio.sample_rate,
        "speakers": [speaker.model_dump() for speaker in manifest.speakers],
        "emotions": list(manifest.emotions),
        "defaults": manifest.defaults.model_dump(),
    }
