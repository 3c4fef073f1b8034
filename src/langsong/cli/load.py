"""langsong load"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from .arguments import PrecisionOption, RuntimeOption, ThreadsOption, VoiceOption


def load(
    url: Annotated[
        str | None, typer.Argument(help="Of a running server. Without: speak here, to compare.", show_default=False)
    ] = None,
    clients: Annotated[int, typer.Option(min=1, help="That ask, or are spoken to, at the same time.")] = 8,
    seconds: Annotated[float, typer.Option(min=1, help="How long.")] = 60,
    stream: Annotated[bool, typer.Option("--stream", help="Have the audio while it is computed.")] = False,
    key: Annotated[str | None, typer.Option(envvar="LANGSONG_API_KEY", help="API key of the server.")] = None,
    voice: VoiceOption = None,
    runtime: RuntimeOption = "auto",
    precision: PrecisionOption = "auto",
    threads: ThreadsOption = None,
) -> None:
    """Measure what a server bears: latency, throughput, refusals, failures, memory. 测量服务能承受的负载。

    Voice, runtime, precision and threads are for speaking here; a server has its own.
    """
    from langsong.measure.speed.load import load as ask
    from langsong.measure.speed.load import offline

    if url is not None:
        result = asyncio.run(ask(url, clients=clients, seconds=seconds, stream=stream, key=key))
    else:
        from langsong.engine.synthesizer import Synthesizer

        synthesizer = Synthesizer.open(voice, runtime=runtime, precision=precision, threads=threads, cache_bytes=0)
        synthesizer.prepare()
        result = offline(synthesizer, workers=clients, seconds=seconds)
    print(json.dumps(result.summary(), indent=1))
