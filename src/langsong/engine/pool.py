"""Speech for many clients at once: one bounded queue, worker threads on each device, turns of one chunk.

A worker takes a request, computes its next chunk and puts it back. Clients take turns, so that a book of one
does not hold up the sentence of another; a request whose reader lags behind waits for it without a worker.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

from langsong.audio.audible_label import announced, rhythm
from langsong.errors import DeadlineExceeded, QueueFull, ServiceStopping
from langsong.text.document import Passage
from langsong.types import AudioChunk

from .cache import LruCache
from .options import SynthesisOptions
from .request import SpeechRequest
from .synthesizer import Synthesizer

EXPIRY_CHECK_S = 0.5
"""How often idle workers look for requests whose time is up."""


class Described(Protocol):
    """A runtime, as people are told of it."""

    @property
    def description(self) -> str: ...


class OpenVoice(Protocol):
    """What a pool needs of a voice that is open, here (`Synthesizer`) or elsewhere."""

    @property
    def runtime(self) -> Described: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def cache_lookups(self) -> tuple[int, int]: ...
    def stream(
        self, text: str | Sequence[Passage], options: SynthesisOptions | None = None, *, early: bool = True
    ) -> Iterator[AudioChunk]: ...


Opened = TypeVar("Opened", bound=OpenVoice)


class Voices(Generic[Opened]):
    """Opened voices by name and device; the least recently used ones are let go.

    Args:
        kept: how many to keep open.
        open_voice: opens one; takes the name (None = the embedded voice) and the device.
    """

    def __init__(self, kept: int, open_voice: Callable[[str | None, str], Opened]) -> None:
        self._open_voice = open_voice
        self._opened: LruCache[Opened] = LruCache(kept)
        self._opening: dict[tuple[str | None, str], threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, name: str | None, device: str) -> Opened:
        """The voice, opened if it is not yet; others who want it meanwhile wait.

        Raises:
            VoiceNotFound, BundleError: it cannot be used.
            OptionError, MissingExtra: the device cannot be used.
        """
        key = (name, device)
        with self._lock:
            opening = self._opening.setdefault(key, threading.Lock())
        with opening:
            synthesizer = self._opened.get(key)
            if synthesizer is None:
                try:
                    synthesizer = self._open_voice(name, device)
                finally:
                    with self._lock:
                        self._opening.pop(key, None)
                self._opened.put(key, synthesizer)
        return synthesizer

    def opened(self) -> list[Opened]:
        """Those that are open now."""
        return self._opened.values()


class SynthesisPool:
    """Computes speech for many; thread-safe. A context manager that drains at its end.

    Args:
        workers: threads on each device.
        devices: "auto", "cpu", "cuda:N" …; a request stays on the device that began it.
        queue_size: requests that may be open at once, waiting or being spoken.
        per_client: how many of them may be one client's.
        ahead_s: seconds of speech that may wait for their reader before a request is set aside.
        stall_s: a request set aside for so long is given up.
        voices_kept: opened voices per device.
        on_end: called with every request that has ended, and what ended it, under the pool's lock: be quick.
        open_voice: opens a voice on a device, if not `Synthesizer.open`.
        **placement: runtime, precision, threads and cache_bytes for `Synthesizer.open`.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        devices: Sequence[str] = ("auto",),
        queue_size: int = 64,
        per_client: int = 64,
        ahead_s: float = 30.0,
        stall_s: float = 60.0,
        voices_kept: int = 4,
        on_end: Callable[[SpeechRequest, Exception | None], None] = lambda request, error: None,
        open_voice: Callable[[str | None, str], OpenVoice] | None = None,
        **placement: Any,
    ) -> None:
        self.workers = workers * len(devices)
        self.queue_size = queue_size
        self.voices: Voices[OpenVoice] = Voices(
            voices_kept * len(devices),
            open_voice or (lambda name, device: Synthesizer.open(name, device=device, **placement)),
        )
        self._devices = tuple(devices)
        self._per_client = per_client
        self._on_end = on_end
        self._ahead_s, self._stall_s = ahead_s, stall_s
        self._changed = threading.Condition()
        self._lines: OrderedDict[str, deque[SpeechRequest]] = OrderedDict()
        self._open: Counter[str] = Counter()
        self._typical_s: float | None = None  # computing time of a request, smoothed; None: none was spoken yet
        self._stopping = self._stopped = False
        self._threads = [
            threading.Thread(target=self._work, args=(device,), name=f"langsong-{device}-{i}", daemon=True)
            for device in devices
            for i in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def synthesizer(self, voice: str | None = None) -> OpenVoice:
        """The voice on the first device, opened if need be; blocks meanwhile. Errors as `Synthesizer.open`."""
        return self.voices.get(voice, self._devices[0])

    def submit(
        self,
        text: str,
        options: SynthesisOptions | None = None,
        *,
        passages: Sequence[Passage] | None = None,
        voice: str | None = None,
        client: str = "",
        early: bool = True,
        announced: bool = False,
        deadline_s: float | None = None,
        tag: str = "",
    ) -> SpeechRequest:
        """Queue a request; returns at once. What is wrong with text, options or voice shows when it is read.

        Args:
            text: plain text, marks or SSML.
            options: what the request wants.
            passages: what `text` says, if it is a script.
            voice: name of an installed voice; None = the embedded one.
            client: whose turn it is; requests of one client share its turns.
            early: for a listener (short first chunk, turns with the client's other requests); without, for a file
                (least cost, one after the other).
            announced: begin with the audible label of generated content.
            deadline_s: seconds from now in which all must be computed, besides what the reader lets it wait.
            tag: for the logs of whoever submits.

        Raises:
            QueueFull: too many requests are open, or so many that the deadline would pass.
            ServiceStopping: the pool is being closed.
        """
        request = SpeechRequest(
            text,
            options or SynthesisOptions(),
            passages=passages,
            voice=voice,
            client=client,
            early=early,
            announced=announced,
            deadline_s=deadline_s,
            tag=tag,
            ahead_s=self._ahead_s,
            changed=self._changed,
        )
        with self._changed:
            if self._stopping:
                raise ServiceStopping("the service is shutting down: try again in a minute")
            total = self._open.total()
            if total >= self.queue_size:
                raise QueueFull(f"{total} requests are waiting, as many as may: try again later", self._wait_s(total))
            if self._open[client] >= self._per_client:
                own = self._open[client]
                raise QueueFull(f"you have {own} requests open, as many as one client may", self._wait_s(own))
            if deadline_s is not None and total >= self.workers and self._wait_s(total + 1) > deadline_s:
                raise QueueFull(
                    f"{total} requests are waiting, too many to speak this in {deadline_s:g} s: try again later",
                    self._wait_s(total + 1) - deadline_s,
                )
            self._open[client] += 1
            self._lines.setdefault(client, deque()).append(request)
            self._changed.notify()
        return request

    @property
    def open_requests(self) -> int:
        """Requests that wait or are being spoken."""
        return self._open.total()

    def close(self, drain_s: float | None = None) -> None:
        """Take no more requests and finish those that are open; give up after `drain_s` seconds, if given."""
        with self._changed:
            self._stopping = True
            self._changed.wait_for(lambda: not self._open, drain_s)
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        with self._changed:
            for request in [r for line in self._lines.values() for r in line]:
                self._finish(request, ServiceStopping("the service shut down before all was spoken: try again"))

    def __enter__(self) -> SynthesisPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait_s(self, requests: int) -> float:
        return max(requests * (self._typical_s or 1.0) / self.workers, 1.0)

    def _work(self, device: str) -> None:
        while (request := self._take(device)) is not None:
            error: Exception | None = None
            chunk = None
            start = time.monotonic()
            try:
                if request.chunks is None:
                    request.chunks = self._begin(request, device)
                chunk = next(request.chunks, None)
            except Exception as raised:  # noqa: BLE001 - whoever reads the request gets it
                error = raised
            except BaseException as raised:  # noqa: BLE001 - or the request would never end, and a worker be lost
                error = RuntimeError(f"its worker was ended by {raised!r}")
            with self._changed:
                request.compute_s += time.monotonic() - start
                if chunk is None:
                    self._finish(request, error)
                elif not request.ended:
                    request.give(chunk)
                if request.ended:
                    self._finish(request, None)
                    continue
                line = self._lines.setdefault(request.client, deque())
                if request.early:
                    line.append(request)
                else:
                    line.appendleft(request)
                self._changed.notify()

    def _begin(self, request: SpeechRequest, device: str) -> Iterator[AudioChunk]:
        synthesizer = self.voices.get(request.voice, device)
        chunks = synthesizer.stream(request.passages or request.text, request.options, early=request.early)
        if not request.announced:
            return chunks
        rate = request.options.sample_rate or synthesizer.sample_rate
        return announced(chunks, rhythm(rate), rate)

    def _take(self, device: str) -> SpeechRequest | None:
        """The request whose turn it is; None when the pool is closed."""
        with self._changed:
            while not self._stopped:
                self._expire()
                if (request := self._next(device)) is not None:
                    return request
                self._changed.wait(EXPIRY_CHECK_S if self._lines else None)
        return None

    def _next(self, device: str) -> SpeechRequest | None:
        for client, line in self._lines.items():
            for request in line:
                if request.device in (None, device) and not request.set_aside:
                    request.device = device
                    line.remove(request)
                    if line:
                        self._lines.move_to_end(client)
                    else:
                        del self._lines[client]
                    return request
        return None

    def _expire(self) -> None:
        now = time.monotonic()
        for request in [r for line in self._lines.values() for r in line]:
            if request.ended:  # cancelled by its reader
                self._finish(request, None)
            elif request.set_aside:
                if now - request.given_at > self._stall_s:
                    self._finish(request, DeadlineExceeded(f"nobody read the speech for {self._stall_s:g} s"))
            elif request.deadline is not None and now > request.deadline:
                late = f"not spoken within {request.deadline_s:g} s: ask for less at a time, or later"
                self._finish(request, DeadlineExceeded(late))

    def _finish(self, request: SpeechRequest, error: Exception | None) -> None:
        """Let go of a request; once."""
        request.end(error)
        if request.let_go:
            return
        request.let_go = True
        request.chunks = None
        if (line := self._lines.get(request.client)) is not None:
            if request in line:
                line.remove(request)
            if not line:
                del self._lines[request.client]
        self._open[request.client] -= 1
        if not self._open[request.client]:
            del self._open[request.client]
        if request.compute_s and error is None:
            known = request.compute_s if self._typical_s is None else self._typical_s
            self._typical_s = known + 0.1 * (request.compute_s - known)
        self._on_end(request, request.error)
        self._changed.notify_all()
