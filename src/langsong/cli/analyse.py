"""langsong analyse"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from langsong.errors import OptionError

from .arguments import VoiceOption


def analyse(
    file: Annotated[Path, typer.Argument(help="A recording: wav, flac, mp3, opus or ogg.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Also draw it into a file (.png).")] = None,
    voice: VoiceOption = None,
) -> None:
    """Measure F0, level, rate and emotion of a recording. 分析录音的音高、能量、语速与情感。

    Examples:  langsong analyse speech.wav      langsong analyse speech.wav --json --plot speech.png
    """
    from langsong.audio.files import write_file
    from langsong.engine.emotion_recording import recording
    from langsong.engine.prosody_measure import measure_prosody
    from langsong.engine.synthesizer import Synthesizer

    source = recording(file, local=True)
    statistics = measure_prosody(source.samples, source.sample_rate)
    posterior: dict[str, float] | None = None
    notes: list[str] = []
    try:
        heard = Synthesizer.open(voice).hear(source)
    except OptionError as error:
        notes.append(str(error))
    else:
        posterior = dict(sorted(heard.posterior.items(), key=lambda item: -item[1]))
        notes += (notice.message for notice in heard.notices)
    for note in notes:
        print(f"langsong: note: {note}", file=sys.stderr)
    if as_json:
        print(json.dumps({"file": str(file), **asdict(statistics), "emotions": posterior}, ensure_ascii=False))
    else:
        print(f"speech    {statistics.seconds:.2f} s, {statistics.voiced:.0%} voiced")
        print(f"F0        {statistics.f0_mean_hz:.0f} Hz, range {statistics.f0_range_st:.1f} semitones")
        print(f"level     {statistics.level_db:.1f} dBFS")
        print(f"rate      {statistics.rate:.1f} syllables/s")
        if posterior is not None:
            print("emotion   " + ", ".join(f"{name} {share:.0%}" for name, share in posterior.items() if share >= 0.01))
    if plot is not None:
        from langsong.measure.expressiveness.plot import plotted

        write_file(plot, plotted(file.name, source.samples, source.sample_rate, posterior=posterior))
        if not as_json:
            print(plot)
