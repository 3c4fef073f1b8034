"""What Prometheus reads at ``/metrics``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from langsong.engine.request import SpeechRequest

_LATENCY_S = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30)
_REAL_TIME_FACTORS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2)


class _ReadCounter(Collector):
    def __init__(self, name: str, description: str, read: Callable[[], float]) -> None:
        self._name, self._description, self._read = name, description, read

    def collect(self) -> Iterable[Metric]:
        yield CounterMetricFamily(self._name, self._description, self._read())


class Metrics:
    """Counters of one server; nothing in them names a client or a text."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.responses = Counter(
            "langsong_http_responses", "HTTP responses.", ("method", "route", "status"), registry=registry
        )
        self.response_bytes = Counter("langsong_http_response_bytes", "Bytes of HTTP bodies sent.", registry=registry)
        self._requests = Counter(
            "langsong_speech_requests", "Requests for speech that ended.", ("outcome",), registry=registry
        )
        self._characters = Counter("langsong_speech_characters", "Characters of text asked for.", registry=registry)
        self._audio = Counter("langsong_speech_audio_seconds", "Seconds of speech made.", registry=registry)
        self._compute = Counter("langsong_speech_compute_seconds", "Seconds workers spent on it.", registry=registry)
        self._first_chunk = Histogram(
            "langsong_first_chunk_seconds",
            "From the queue to the first chunk of speech.",
            buckets=_LATENCY_S,
            registry=registry,
        )
        self._rtf = Histogram(
            "langsong_real_time_factor",
            "Computing time of a request by its length.",
            buckets=_REAL_TIME_FACTORS,
            registry=registry,
        )

    def gauge(self, name: str, description: str, read: Callable[[], float]) -> None:
        """A figure that is read when Prometheus asks."""
        Gauge(name, description, registry=self.registry).set_function(read)

    def count(self, name: str, description: str, read: Callable[[], float]) -> None:
        """The same, of something that only grows."""
        self.registry.register(_ReadCounter(name, description, read))

    def spoken(self, request: SpeechRequest, error: Exception | None) -> None:
        """Count a request that has ended."""
        self._requests.labels("ok" if error is None else type(error).__name__).inc()
        self._characters.inc(len(request.text))
        self._audio.inc(request.audio_s)
        self._compute.inc(request.compute_s)
        if request.first_chunk_s is not None:
            self._first_chunk.observe(request.first_chunk_s)
        if error is None and request.audio_s:
            self._rtf.observe(request.compute_s / request.audio_s)

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self.registry)
