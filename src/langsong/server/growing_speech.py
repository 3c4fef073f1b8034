"""Speech of a text that comes in pieces, as language models write it."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack

import anyio

from langsong.engine.options import SynthesisOptions
from langsong.engine.request import SpeechRequest
from langsong.errors import LangsongError, RequestCancelled, RequestTooLarge, TextError
from langsong.text.ssml import is_ssml
from langsong.types import AudioChunk

from .auth import Client
from .sentences import SentenceBuffer
from .service import Service

_MOST_CHARACTERS = 1000
"""Spoken as one request; a writer who is faster than the voice has whole paragraphs waiting."""


class GrowingSpeech:
    """Speaks sentences as soon as they are complete, one after the other; everything happens on the event loop.

    A context manager, at whose end nothing more is computed. The service counts it as work that it must finish, but for
    the time in which it waits for text.

    Args:
        service: which speaks.
        client: who asks.
        options: what is wanted.
        voice: as for `Service.speak`.
    """

    def __init__(self, service: Service, client: Client, options: SynthesisOptions, voice: str | None) -> None:
        self._service, self._client, self._options, self._voice = service, client, options, voice
        self._buffer = SentenceBuffer()
        self._ready: deque[str] = deque()
        self._ended = False
        self._error: LangsongError | None = None
        self._news = anyio.Event()
        self._request: SpeechRequest | None = None
        self._working = ExitStack()

    def __enter__(self) -> GrowingSpeech:
        return self

    def __exit__(self, *_: object) -> None:
        self._working.close()
        if self._request is not None:
            self._request.cancel()

    def add(self, piece: str) -> None:
        """The next piece of the text.

        Raises:
            RequestTooLarge: more waits than a request may have.
        """
        self._put(self._buffer.feed(piece))
        waiting = len(self._buffer) + sum(map(len, self._ready))
        if waiting > (most := self._service.settings.max_text_characters):
            raise RequestTooLarge(f"{waiting} characters wait to be spoken, and {most} may: send more later")

    def flush(self) -> None:
        """Speak what is there, though the sentence be incomplete."""
        self._put(self._buffer.flush())

    def cancel(self) -> None:
        """Be silent at once and forget the text that waits; what is added then is spoken."""
        self._buffer.clear()
        self._ready.clear()
        if self._request is not None:
            request, self._request = self._request, None
            request.cancel()

    def end(self) -> None:
        """There is no more text."""
        self._ended = True
        self.flush()

    def say(self, text: str) -> None:
        """All of the text at once; unlike text in pieces, it must have something to speak."""
        self._ended = True
        self._put([text])

    def fail(self, error: LangsongError) -> None:
        """Whoever waits for speech gets this error instead."""
        self._error = error
        self._put([])

    async def chunks(self, forgive: Callable[[TextError], Awaitable[None]] | None = None) -> AsyncIterator[AudioChunk]:
        """The speech, with times from its start.

        Args:
            forgive: is told of text that cannot be read; what comes after it is spoken. Without, it is raised.

        Raises:
            LangsongError: of `fail`, or as `Service.speak` and `SpeechRequest` raise it.
        """
        end_s, announced = 0.0, None
        self._working.enter_context(self._service.working())
        while (text := await self._next()) is not None:
            begin_s = end_s
            self._request = request = self._service.speak(
                text, self._options, voice=self._voice, client=self._client, announced=announced
            )
            try:
                with self._service.working():
                    async for chunk in request:
                        moved = chunk.shifted(begin_s)
                        end_s = moved.start_s + moved.duration_s
                        announced = False
                        yield moved
            except RequestCancelled:
                if self._request is request:  # somebody else cancelled it
                    raise
            except TextError as error:
                if forgive is None:
                    raise
                await forgive(error)

    def _put(self, texts: list[str]) -> None:
        self._ready += texts
        self._news.set()

    async def _next(self) -> str | None:
        while not self._ready and not self._ended and self._error is None:
            self._working.close()
            self._news = anyio.Event()
            await self._news.wait()
            self._working.enter_context(self._service.working())
        if self._error is not None:
            raise self._error
        if not self._ready:
            return None
        text = self._ready.popleft()
        while self._ready and not (is_ssml(text) or is_ssml(self._ready[0])):
            if len(text) + len(self._ready[0]) > _MOST_CHARACTERS:
                break
            text += self._ready.popleft()
        return text
