"""langsong evaluate"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .arguments import EmotionOption, SpeakerOption, VoiceOption, read_text


def evaluate(
    recognizer: Annotated[
        str | None, typer.Option(help="Folder of a Whisper model in CTranslate2's format, or its name.")
    ] = None,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
    sentences: Annotated[Path | None, typer.Option(help="One sentence a line. [default: thirty of ours]")] = None,
    reference: Annotated[
        Path | None, typer.Option(help="Recordings with transcripts: say the same, and compare voice, melody and time.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many of the recordings.")] = 30,
    dnsmos: Annotated[bool, typer.Option("--dnsmos", help="Score noise and artefacts, too.")] = False,
    all_speakers: Annotated[bool, typer.Option("--all-speakers", help="Every speaker of the voice.")] = False,
    report: Annotated[Path | None, typer.Option(help="Folder for report.json and a page with players.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every transcript.")] = False,
) -> None:
    """Measure a voice by machine: intelligibility, likeness, distance from recordings. 客观评测。

    Needs the extra 'measure'. Pinyin errors need --recognizer; differences below three points are within the
    recogniser's own error.
    """
    from langsong.engine.synthesizer import Synthesizer
    from langsong.errors import OptionError
    from langsong.measure.quality import evaluation
    from langsong.measure.quality import report as reports
    from langsong.measure.quality.asr import Recognizer
    from langsong.measure.quality.dnsmos import DnsmosScorer
    from langsong.measure.quality.intelligibility import SENTENCES
    from langsong.measure.quality.similarity import SpeakerEncoder

    if not (recognizer or reference or dnsmos):
        raise OptionError("nothing to measure: give --recognizer, --reference or --dnsmos")
    if reference and sentences:
        raise OptionError("--reference brings its own sentences: leave --sentences out")
    if reference:
        tasks = evaluation.tasks_of(evaluation.references(reference), count)
    else:
        lines = read_text(sentences).split("\n") if sentences else SENTENCES
        tasks = [evaluation.Task(line) for line in lines if line.strip()]
    instruments = evaluation.Instruments(
        Recognizer(recognizer) if recognizer else None,
        DnsmosScorer() if dnsmos else None,
        SpeakerEncoder() if reference else None,
    )
    synthesizer = Synthesizer.open(voice)
    manifest = synthesizer.voice.manifest
    speakers = [s.id for s in manifest.speakers] if all_speakers else [speaker or manifest.defaults.speaker]
    results = {}
    for name in speakers:
        results[name] = list(evaluation.run_trials(synthesizer, tasks, instruments, speaker=name, emotion=emotion))
        if not as_json:
            figures = evaluation.summary(results[name])
            shown = ", ".join(f"{key} {value:.3f}" for key, value in figures.items() if isinstance(value, float))
            print(f"{manifest.name} {name}: {shown} ({len(tasks)} sentences)", flush=True)
    if report:
        page = reports.write_report(report, manifest.name, results)
        if not as_json:
            print(page)
    if as_json:
        print(json.dumps(reports.as_json(results), ensure_ascii=False, indent=1))
