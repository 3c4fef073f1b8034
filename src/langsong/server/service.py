"""What every surface of the server stands on: the pool of workers, with its settings, limits and metrics."""

from __future__ import annotations

import importlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import HTTPConnection

from langsong.audio.label import ContentLabel
from langsong.bundle.store import DEFAULT_VOICE, find_voice, installed_voices, voice_names
from langsong.bundle.voice import FAST, Voice
from langsong.engine.options import SynthesisOptions
from langsong.engine.pool import OpenVoice, SynthesisPool
from langsong.engine.request import SpeechRequest
from langsong.errors import LangsongError, RequestTooLarge, VoiceNotFound
from langsong.text.document import Passage

from .auth import LOCAL, Client, Keyring, token_of
from .limits import Limits
from .log import request_id
from .metrics import Metrics
from .settings import ServerSettings

log = logging.getLogger(__name__)

WARM_UP = "你好，银行的3号窗口有WiFi，花儿长得真快。"
"""Spoken before a server is ready: it needs every dictionary and every length of window, so that no client waits for
their loading."""


class Service:
    """One server's state; `start` and `stop` are called by the app.

    Attributes:
        settings: as told.
        pool: computes speech. Surfaces ask by `speak`, which checks limits first.
        keyring, limits, metrics: who may, how much, and how it went.
        before_voice: is called in the background before the default voice is loaded there.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.keyring = Keyring(settings.keys)
        self.limits = Limits(settings)
        self.metrics = Metrics()
        self.pool = SynthesisPool(
            **(self._cluster() if settings.ray else {"workers": settings.workers, "devices": settings.devices}),
            queue_size=settings.max_queue,
            per_client=settings.max_client_requests,
            voices_kept=settings.voices_kept,
            on_end=self._ended,
            runtime=settings.runtime,
            precision=settings.precision,
            max_vram=settings.max_vram,
            threads=settings.threads,
            cache_bytes=settings.cache_bytes,
        )
        self.ready = threading.Event()
        self.before_voice: Callable[[], None] = lambda: None
        self._working = 0
        metrics, pool = self.metrics, self.pool
        metrics.gauge("langsong_open_requests", "Waiting or being spoken.", lambda: pool.open_requests)
        for index, what in enumerate(("hits", "misses")):
            description = f"Sentences that were looked for among those spoken before: {what}, in open voices."
            metrics.count(f"langsong_cache_{what}", description, partial(self._cache_lookups, index))

    def _cluster(self) -> dict[str, Any]:
        """Workers of the pool that let a cluster compute."""
        cluster = importlib.import_module("langsong.server.cluster")  # only this needs Ray
        replicas = cluster.Replicas(self.settings)
        return {"workers": replicas.requests_at_once, "devices": ("ray",), "open_voice": replicas.open}

    def _cache_lookups(self, index: int) -> float:
        return sum(synthesizer.cache_lookups[index] for synthesizer in self.pool.voices.opened())

    def start(self) -> None:
        """Load the default voice in the background; `ready` is set when it speaks."""

        def prepare() -> None:
            self.before_voice()
            try:
                for _ in self.synthesizer().stream(WARM_UP):
                    pass
            except LangsongError as error:
                log.error("the default voice cannot be used: %s", error)
            else:
                self.ready.set()

        threading.Thread(target=prepare, name="langsong-prepare", daemon=True).start()

    def stop(self) -> None:
        """Take nothing new, finish what was begun, for `settings.drain_s` at most; blocks."""
        self.ready.clear()
        self.pool.close(self.settings.drain_s)

    def speak(
        self,
        text: str,
        options: SynthesisOptions | None = None,
        *,
        passages: Sequence[Passage] | None = None,
        voice: str | None = None,
        client: Client = LOCAL,
        early: bool = True,
        announced: bool | None = None,
        job: bool = False,
    ) -> SpeechRequest:
        """Queue a request.

        Args:
            text: plain text, marks or SSML.
            options: what it wants.
            passages: what `text` says, if it is a script.
            voice: name of an installed voice; None = the server's default.
            client: who asks.
            early: for a listener; without, for a file.
            announced: begin with the audible label; None = as the settings say.
            job: it may be long, has no deadline, and does not hold up the client's other requests.

        Raises:
            RequestTooLarge, QuotaExceeded: beyond the client's limits.
            VoiceNotFound: no voice of that name is installed.
            QueueFull, ServiceStopping: not now.
        """
        settings = self.settings
        self.check_length(text, job=job)
        name = self.voice_name(voice)
        self.limits.charge(client, len(text))
        written = {"text": text} if settings.log_text else {}
        log.info("speech is asked for", extra={"client": client.name, "characters": len(text), **written})
        return self.pool.submit(
            text,
            options,
            passages=passages,
            voice=name,
            client=f"{client.name} (jobs)" if job else client.name,
            early=early,
            announced=settings.audible_label if announced is None else announced,
            deadline_s=None if job else settings.deadline_s,
            tag=request_id.get(),
        )

    def check_length(self, text: str, *, job: bool = False) -> None:
        """Raises RequestTooLarge for a text that is longer than one may be."""
        most = self.settings.max_job_characters if job else self.settings.max_text_characters
        if len(text) > most:
            raise RequestTooLarge(f"the text has {len(text)} characters, and may have {most}: send it in parts")

    def new_label(self) -> ContentLabel | None:
        """The label for a file that is made now, unless the settings say that there be none."""
        return ContentLabel.new(self.settings.content_producer) if self.settings.label else None

    def voice_name(self, voice: str | None = None) -> str:
        """The voice to open for a request that names `voice`, always in the same words, for it is opened once for each
        of its names. A client names voices, never folders.

        Raises:
            VoiceNotFound: no voice of that name is installed.
        """
        if voice is None:
            return self.settings.voice or DEFAULT_VOICE
        if voice.removesuffix(f":{FAST}") not in {installed.name for installed in installed_voices()}:
            raise VoiceNotFound(f"no voice {voice!r}: there are {', '.join(voice_names())} (GET /v1/voices)")
        return voice

    def find(self, voice: str | None = None) -> Voice:
        """The voice on disk; errors as `voice_name`."""
        return find_voice(self.voice_name(voice))

    def synthesizer(self, voice: str | None = None) -> OpenVoice:
        """The opened voice; blocks while it loads. Errors as `voice_name` and of its opening."""
        return self.pool.synthesizer(self.voice_name(voice))

    @contextmanager
    def working(self) -> Iterator[None]:
        """Marks work on a connection that must be finished before the server ends, besides HTTP responses."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1

    @property
    def is_working(self) -> bool:
        """Whether anything is between the marks of `working`."""
        return self._working > 0

    def _ended(self, request: SpeechRequest, error: Exception | None) -> None:
        self.metrics.spoken(request, error)
        failed = error is not None and not isinstance(error, LangsongError)
        log.log(
            logging.ERROR if failed else logging.INFO,
            "speech ended",
            exc_info=error if failed else None,
            extra={
                "request_id": request.tag,
                "client": request.client,
                "outcome": "ok" if error is None else type(error).__name__,
                "audio_s": round(request.audio_s, 3),
                "compute_s": round(request.compute_s, 3),
                "first_chunk_s": request.first_chunk_s and round(request.first_chunk_s, 3),
            },
        )


def service_of(connection: HTTPConnection) -> Service:
    """The service of the app that a request or a WebSocket came to."""
    service: Service = connection.app.state.service
    return service


def client_of(connection: HTTPConnection) -> Client:
    """Who sent a request or opened a WebSocket.

    Raises:
        Unauthorized: the service has keys, and none of them came along.
    """
    address = connection.client.host if connection.client else "unknown"
    client = service_of(connection).keyring.client(token_of(connection), address)
    connection.state.client_name = client.name
    return client


ServiceHere = Annotated[Service, Depends(service_of)]
Caller = Annotated[Client, Depends(client_of)]
