"""What a finished voice says, as a corpus whose durations are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from langsong.audio.files import write_audio
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import TextError, TrainingError
from langsong.text.frontend import Frontend
from langsong.text.units import format_units
from langsong.types import AudioChunk, Unit

from .corpus_format import Corpus
from .prepare.job import prepare
from .prepare.settings import PrepareSettings


def own_speech(
    synthesizer: Synthesizer,
    texts: Sequence[str],
    count: int,
    folder: Path,
    settings: PrepareSettings,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Corpus:
    """Let a voice say `count` sentences, its speakers by turns, and prepare that in `folder`.

    Args:
        texts: what to say, again from the first when all are said; those that it cannot read are left out.
        settings: of the corpus that this one is to be used with.

    Raises:
        TrainingError: it can read none of the texts.
    """
    recordings = folder / "recordings"
    recordings.mkdir(parents=True, exist_ok=True)
    manifest = synthesizer.voice.manifest
    frontend = Frontend(manifest.conventions)
    rows = []
    for index, text, speaker in zip(range(count), cycle(texts), cycle([s.id for s in manifest.speakers]), strict=False):
        row = _say(synthesizer, frontend, text, speaker, recordings / f"own-{index:04d}.wav")
        if row is not None:
            rows.append(json.dumps(row, ensure_ascii=False) + "\n")
        progress(index + 1, count)
    if not rows:
        raise TrainingError(f"the voice {manifest.name} can read none of the corpus's texts: give another --base")
    table = recordings / "list.jsonl"
    table.write_text("".join(rows), encoding="utf-8")
    kept = settings.model_copy(update={"valid_share": 0.0, "least_voiced": 0.0, "on_bad": "skip"})
    return prepare(table, folder, kept, workers=1).corpus


def unit_seconds_of(audio: AudioChunk, units: Sequence[Unit]) -> list[float] | None:
    """Seconds of each unit in what was said; None if that are other phones."""
    phones = [phone for word in audio.words for phone in word.phones if not phone.phone.startswith("#")]
    if [phone.phone for phone in phones] != [unit.phone for unit in units if not unit.is_break]:
        return None
    following = iter([*phones[1:], None])
    ends: list[float] = []
    sounding = iter(phones)
    for index, unit in enumerate(units):
        after = next(following) if not unit.is_break else None
        if not unit.is_break:
            paused = index + 1 < len(units) and units[index + 1].is_break
            phone = next(sounding)
            resumed = after.start_s if after is not None else audio.duration_s
            ends.append(phone.end_s if paused else resumed)
        else:
            ends.append(resumed)
    ends[-1] = audio.duration_s
    return [end - start for start, end in zip([0.0, *ends], ends, strict=False)]


def _say(synthesizer: Synthesizer, frontend: Frontend, text: str, speaker: str, path: Path) -> dict[str, object] | None:
    try:
        units = frontend.utterance(text, speaker=speaker).units
        audio = synthesizer.say(text, speaker=speaker)
    except TextError:
        return None
    durations = unit_seconds_of(audio, units)
    if durations is None:
        return None
    write_audio(path, audio.samples, audio.sample_rate)
    return {
        "id": path.stem,
        "audio": path.name,
        "text": text,
        "speaker": speaker,
        "units": format_units(units),
        "durations": durations,
    }
