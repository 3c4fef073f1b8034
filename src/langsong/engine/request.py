"""A request to a `SynthesisPool`, as its reader sees it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future

from langsong.errors import RequestCancelled
from langsong.text.document import Passage
from langsong.types import AudioChunk

from .options import SynthesisOptions


class SpeechRequest:
    """Speech on its way. Iterate over it, blocking or async, once; leave it by `cancel`, or use it in ``with``.

    >>> for chunk in pool.submit("你好。"): ...
    >>> async for chunk in pool.submit("你好。"): ...

    Iteration raises what went wrong: a `LangsongError` of the text, the options or the voice, `DeadlineExceeded`,
    `ServiceStopping`, or `RequestCancelled` after `cancel`.

    Attributes:
        text, passages, options, voice, client, early, announced, deadline_s, tag: as submitted.
        audio_s: seconds of speech computed so far.
        compute_s: seconds of a worker spent on it so far.
        first_chunk_s: seconds from submission until the first chunk was there; None before.
    """

    def __init__(
        self,
        text: str,
        options: SynthesisOptions,
        *,
        passages: Sequence[Passage] | None,
        voice: str | None,
        client: str,
        early: bool,
        announced: bool,
        deadline_s: float | None,
        tag: str,
        ahead_s: float,
        changed: threading.Condition,
    ) -> None:
        self.text, self.options, self.voice = text, options, voice
        self.passages = passages
        self.client, self.early, self.announced, self.deadline_s = client, early, announced, deadline_s
        self.tag = tag
        self.audio_s = self.compute_s = 0.0
        self.first_chunk_s: float | None = None
        self.submitted_at = time.monotonic()
        # What follows is the pool's, under its lock.
        self.chunks: Iterator[AudioChunk] | None = None
        self.device: str | None = None
        self.deadline = None if deadline_s is None else self.submitted_at + deadline_s
        self.given_at = self.submitted_at
        self.ended = self.let_go = False
        self.error: Exception | None = None
        self._ahead_s, self._buffered_s = ahead_s, 0.0
        self._changed = changed
        self._ready: deque[AudioChunk] = deque()
        self._reader: Future[None] | None = None

    @property
    def set_aside(self) -> bool:
        """Its reader has enough to read (for the pool)."""
        return self._buffered_s >= self._ahead_s

    def give(self, chunk: AudioChunk) -> None:
        """A chunk for the reader (for the pool)."""
        self.given_at = time.monotonic()
        if self.first_chunk_s is None:
            self.first_chunk_s = self.given_at - self.submitted_at
        self.audio_s += chunk.duration_s
        self._buffered_s += chunk.duration_s
        self._ready.append(chunk)
        self._wake()

    def end(self, error: Exception | None) -> None:
        """Nothing more will come (for the pool)."""
        if not self.ended:
            self.ended = True
            self.error = error
            self._wake()

    def cancel(self) -> None:
        """Stop computing; what was computed and not yet read is dropped. Nothing happens if it has ended."""
        with self._changed:
            if not self.ended:
                self._ready.clear()
                self.end(RequestCancelled("the request was cancelled"))
                self._changed.notify_all()

    def __enter__(self) -> SpeechRequest:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def __iter__(self) -> Iterator[AudioChunk]:
        while True:
            chunk, news = self._poll()
            if news is not None:
                news.result()
            elif chunk is not None:
                yield chunk
            else:
                return

    async def __aiter__(self) -> AsyncIterator[AudioChunk]:
        while True:
            chunk, news = self._poll()
            if news is not None:
                await asyncio.wrap_future(news)
            elif chunk is not None:
                yield chunk
            else:
                return

    def _poll(self) -> tuple[AudioChunk | None, Future[None] | None]:
        """The next chunk, or else a future that is done when there is news; neither at the end."""
        with self._changed:
            if self._ready:
                chunk = self._ready.popleft()
                waited = self.set_aside
                self._buffered_s -= chunk.duration_s
                if waited and not self.set_aside:
                    if self.deadline is not None:
                        self.deadline += time.monotonic() - self.given_at
                    self._changed.notify_all()
                return chunk, None
            if not self.ended:
                self._reader = Future()
                return None, self._reader
            if self.error is not None:
                raise self.error
            return None, None

    def _wake(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None and reader.set_running_or_notify_cancel():
            reader.set_result(None)
