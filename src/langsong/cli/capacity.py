"""langsong capacity"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from .arguments import PrecisionOption, RuntimeOption, VoiceOption


def capacity(
    characters: Annotated[float, typer.Option(min=1, help="A minute that are to be spoken.")] = 1e6,
    cores: Annotated[int, typer.Option(min=1, help="Processors of a machine.")] = 16,
    price: Annotated[float, typer.Option(min=0, help="Of a machine for an hour, in any currency.")] = 0.64,
    busy: Annotated[float, typer.Option(min=0.01, max=1, help="Share of their time that processors compute.")] = 0.8,
    max_queue: Annotated[int, typer.Option(min=1, help="Requests that may be open at once on a machine.")] = 64,
    voice: VoiceOption = None,
    runtime: RuntimeOption = "auto",
    precision: PrecisionOption = "auto",
) -> None:
    """Measure sentences here; say how many machines a load needs, the cost, and what overload does. 容量与成本估算。

    One processor of those machines is taken to be as fast as one of this; docs/scaling.md explains the figures.
    """
    from langsong.engine.synthesizer import Synthesizer
    from langsong.measure.speed.capacity import behaviour, fleet, measure_work
    from langsong.measure.speed.queueing import Servers

    synthesizer = Synthesizer.open(voice, runtime=runtime, precision=precision, threads=1, cache_bytes=0)
    synthesizer.prepare()
    work = measure_work(synthesizer)
    needed = fleet(work, characters, cores=cores, price=price, busy=busy)
    figures = {
        "characters_per_processor_second": round(work.characters_per_processor_s, 2),
        "processor_seconds_per_second_of_speech": round(work.processor_s / work.audio_s, 4),
        "assumed": {"characters_per_minute": characters, "cores": cores, "price": price, "busy": busy},
        "machines": needed.machines,
        "processors": needed.processors,
        "cost_per_million_characters": round(needed.cost_per_million, 2),
        "a_machine_at": [
            {name: round(value, 3) for name, value in asdict(point).items()}
            for point in behaviour(work, Servers(cores, max_queue))
        ],
    }
    print(json.dumps(figures, indent=1))
