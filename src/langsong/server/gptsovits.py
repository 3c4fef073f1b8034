"""GPT-SoVITS's ``/tts`` (its api_v2), for programs that speak to that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import ConfigDict, Field, model_validator

from langsong.audio.encode import format_named
from langsong.audio.label import HEADER

from .aac import AAC
from .bodies import Options
from .service import Caller, ServiceHere
from .speech import SpeechResponse, begun, file_of, listening, stream_of

router = APIRouter(tags=["GPT-SoVITS"])

WARNING_HEADER = "X-Langsong-Ignored"
"""Names the fields that a request had and that do nothing here."""
_MOST_NAMED, _LONGEST_NAME = 20, 64

_OURS = {"speed_factor": "speed", "fragment_interval": "sentence_pause"}


class TtsRequest(Options):
    """GPT-SoVITS's request, and our options beside its fields; ``speed_factor`` is our speed, ``fragment_interval`` our
    sentence_pause.

    What belongs to its way of working (reference recordings on the server's disk, sampling, batches) does nothing and
    is named in the header ``X-Langsong-Ignored``.

    Attributes:
        text: plain, with marks, or SSML.
        text_lang: "zh", "all_zh", "en" or "auto"; Chinese and English are told apart by themselves.
        media_type: of the audio; "raw" is samples without a header.
        streaming_mode: send audio while it is computed; 1, 2 and 3 are the same here.
        voice: name of an installed voice; None = the server's default.
    """

    model_config = ConfigDict(extra="allow")

    text: Annotated[str, Field(min_length=1)]
    text_lang: Annotated[str, Field(pattern="(?i)^(zh|all_zh|en|auto)$")] = "zh"
    media_type: Literal["wav", "raw", "ogg", "aac"] = "wav"
    streaming_mode: Annotated[bool | int, Field(ge=0, le=3)] = False
    voice: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_our_words(cls, values: Any) -> Any:
        if isinstance(values, dict):
            return {_OURS.get(name, name): value for name, value in values.items()}
        return values

    @property
    def ignored(self) -> list[str]:
        """Names of its fields that do nothing, the first of them, percent-encoded."""
        names = sorted(self.model_extra or {})[:_MOST_NAMED]
        return [quote(name[:_LONGEST_NAME], errors="replace") for name in names]  # for a header: ASCII, no line ends


@router.post("/tts", response_class=Response)
async def post_tts(body: TtsRequest, service: ServiceHere, client: Caller, http: Request) -> Response:
    """Speak, as GPT-SoVITS's API does."""
    return await _speak(body, service, client, http)


@router.get("/tts", response_class=Response)
async def get_tts(
    body: Annotated[TtsRequest, Query()], service: ServiceHere, client: Caller, http: Request
) -> Response:
    """The same with the fields in the address."""
    return await _speak(body, service, client, http)


async def _speak(body: TtsRequest, service: ServiceHere, client: Caller, http: Request) -> Response:
    options = await body.options(service)
    streamed = bool(body.streaming_mode)
    request = service.speak(body.text, options, voice=body.voice, client=client, early=streamed)
    format = AAC if body.media_type == "aac" else format_named({"raw": "pcm"}.get(body.media_type, body.media_type))
    label = service.new_label()
    headers: Mapping[str, Any] = {
        **({HEADER: str(label)} if label else {}),
        **({WARNING_HEADER: ", ".join(body.ignored)} if body.ignored else {}),
    }
    async with listening(http, request):
        chunks = await begun(request)
        if not streamed:
            audio = await file_of(chunks, format, label)
            return Response(audio, media_type=format.media_type, headers=headers)
    pieces = (data async for data, _ in stream_of(chunks, format, label) if data)
    return SpeechResponse(request, pieces, media_type=format.media_type, headers=headers)
