"""langsong evaluate"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from .arguments import EmotionOption, SpeakerOption, VoiceOption, read_text


def evaluate(
    recognizer: Annotated[str, typer.Option(help="Folder of a Whisper model in CTranslate2's format, or its name.")],
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
    sentences: Annotated[Path | None, typer.Option(help="One sentence a line. [default: twenty of ours]")] = None,
    all_speakers: Annotated[bool, typer.Option("--all-speakers", help="Every speaker of the voice.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with every transcript.")] = False,
) -> None:
    """Measure how much of a voice's speech a recogniser understands. 可懂度。

    Needs the extra 'measure'. Differences below three points are within the recogniser's own error.
    """
    from langsong.engine.synthesizer import Synthesizer
    from langsong.measure.quality.asr import Recognizer
    from langsong.measure.quality.intelligibility import SENTENCES, Errors, compare

    lines = read_text(sentences).split("\n") if sentences else list(SENTENCES)
    lines = [line for line in lines if line.strip()]
    listener = Recognizer(recognizer)
    synthesizer = Synthesizer.open(voice)
    manifest = synthesizer.voice.manifest
    speakers = [s.id for s in manifest.speakers] if all_speakers else [speaker or manifest.defaults.speaker]
    report = {}
    for name in speakers:
        total, transcripts = Errors(), []
        for line in lines:
            audio = synthesizer.say(line, speaker=name, emotion=emotion)
            heard = listener.transcribe(audio.samples, audio.sample_rate)
            errors = compare(line, heard)
            total += errors
            transcripts.append({"said": line, "heard": heard, **asdict(errors)})
        report[name] = {**total.rates, "sentences": len(lines), "transcripts": transcripts}
        if not as_json:
            rates = ", ".join(f"{key} {value:.3f}" for key, value in total.rates.items())
            print(
                f"{manifest.name} {name}: {rates} ({total.length} syllables, {len(lines)} sentences)",
                flush=True,
            )
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=1))
