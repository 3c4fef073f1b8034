"""Voices on a Ray cluster: Ray Serve keeps as many replicas as the requests need.

The process that listens stays what it is without a cluster: routes, keys, limits, jobs, turns and the studio are its
own, and its pool asks replicas instead of computing. Ray's HTTP proxies are not used, since they know none of these.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio.to_thread

from langsong.batch.ray import connected
from langsong.bundle.store import find_voice
from langsong.bundle.voice import Voice
from langsong.engine.options import SynthesisOptions
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import LangsongError
from langsong.text.document import Passage
from langsong.types import AudioChunk

from .service import WARM_UP
from .settings import ServerSettings

APPLICATION = "langsong"
"""Its name in Ray Serve. It stays in a cluster that is not ours alone: the next server finds its voices open."""

_EMBEDDED = "(embedded)"
"""Ray Serve wants a name for every model; no installed voice can have this one."""

_ATTEMPTS = 3
"""With replicas that are lost while they speak."""


@contextmanager
def serving(address: str) -> Iterator[None]:
    """Ray Serve on a cluster, during the block; errors as `connected`."""
    with connected(address):
        from ray import serve

        logging.getLogger("ray.serve").setLevel(logging.WARNING)
        serve.start(proxy_location="Disabled")
        try:
            yield
        finally:
            if address == "local":
                serve.shutdown()  # type: ignore[no-untyped-call]


class Replicas:
    """The replicas, begun or found with these settings; the cluster must be `serving`.

    Attributes:
        requests_at_once: that all replicas together can compute.
    """

    def __init__(self, settings: ServerSettings) -> None:
        import ray
        from ray import serve

        threads = settings.threads or 1
        processors = int(ray.cluster_resources().get("CPU", 1))  # type: ignore[no-untyped-call]
        most = settings.max_replicas or max(processors // threads, settings.min_replicas)
        self.requests_at_once = most * settings.workers
        voices = serve.deployment(
            name="voices",
            max_ongoing_requests=settings.workers,
            ray_actor_options={"num_cpus": threads},
            autoscaling_config={
                "min_replicas": settings.min_replicas,
                "max_replicas": most,
                "target_ongoing_requests": settings.workers,
            },
        )(_replica(settings, threads))
        handle = serve.run(voices.bind(), name=APPLICATION, route_prefix=None)
        self._handle = handle.options(stream=True)

    def open(self, name: str | None, device: str) -> RemoteVoice:
        """A voice of the cluster, which is opened there when first spoken with; errors as `find_voice`."""
        return RemoteVoice(find_voice(name), name or _EMBEDDED, self._handle)


def _replica(settings: ServerSettings, threads: int) -> type:
    """What a replica is made of. Ray Serve sends requests for a voice to a replica that has it open."""
    from ray import serve

    default = settings.voice or _EMBEDDED

    class Replica:
        async def __init__(self) -> None:  # type: ignore[misc]  # Ray awaits it, and sends requests when it is done
            for _ in (await self.voice(default)).stream(WARM_UP):
                pass

        @serve.multiplexed(max_num_models_per_replica=settings.voices_kept)  # type: ignore[untyped-decorator]
        async def voice(self, name: str) -> Synthesizer:
            return await anyio.to_thread.run_sync(
                partial(
                    Synthesizer.open,
                    None if name == _EMBEDDED else name,
                    runtime=settings.runtime,
                    precision=settings.precision,
                    max_vram=settings.max_vram,
                    threads=threads,
                    cache_bytes=settings.cache_bytes,
                )
            )

        async def speak(
            self, text: str | Sequence[Passage], options: SynthesisOptions | None, early: bool
        ) -> AsyncIterator[AudioChunk]:
            synthesizer = await self.voice(serve.get_multiplexed_model_id())
            chunks = await anyio.to_thread.run_sync(partial(synthesizer.stream, text, options, early=early))
            while (chunk := await anyio.to_thread.run_sync(next, chunks, None)) is not None:
                yield chunk

    return Replica


@dataclass(frozen=True)
class _Elsewhere:
    description: str = "Ray Serve"


class RemoteVoice:
    """A voice that replicas speak with, as a pool knows voices."""

    runtime = _Elsewhere()
    cache_lookups = (0, 0)  # each replica has its own

    def __init__(self, voice: Voice, name: str, handle: Any) -> None:
        self.sample_rate = voice.manifest.audio.sample_rate
        self._speak = handle.options(multiplexed_model_id=name).speak

    def stream(
        self, text: str | Sequence[Passage], options: SynthesisOptions | None = None, *, early: bool = True
    ) -> Iterator[AudioChunk]:
        """As `Synthesizer.stream`. If a replica is lost, another one says the same again, and what was had is left out.

        Raises:
            LangsongError: what the replica found wrong.
        """
        from ray.exceptions import RayActorError, RayTaskError

        given = 0
        for attempt in range(1, _ATTEMPTS + 1):
            answer = self._speak.remote(text, options, early)
            try:
                for chunk in itertools.islice(answer, given, None):
                    given += 1
                    yield chunk
                return
            except RayActorError:
                if attempt == _ATTEMPTS:
                    raise
            except RayTaskError as error:
                if isinstance(error.cause, LangsongError):
                    raise error.cause from None
                raise
            finally:
                answer.cancel()
