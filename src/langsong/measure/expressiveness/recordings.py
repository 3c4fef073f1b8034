"""Whether speech follows recordings: does it move to where their own emotion moved them?"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np

from langsong.engine.emotion import emotion_spec
from langsong.engine.emotion_recording import Recording, recording
from langsong.engine.prosody_measure import ProsodyStatistics, measure_prosody
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import AudioError

from .targets import MEASURES, Measure

NEUTRAL = "neutral"


@dataclass(frozen=True)
class Listed:
    """A recording whose emotion and speaker are known."""

    source: Recording
    emotion: str
    speaker: str


@dataclass(frozen=True)
class Followed:
    """One emotion of a set of recordings.

    Attributes:
        count: of its recordings.
        recognised: share of them of which the encoder says so.
        agreement: mean cosine between the voice's emotion by recording and by name, both as weights.
        recorded, spoken: mean changes against neutral (semitones, semitones, per cent, dB): of the recordings against
            their speakers' neutral ones, of speech conditioned on them against the same sentence in neutral.
    """

    count: int
    recognised: float
    agreement: float
    recorded: Mapping[Measure, float]
    spoken: Mapping[Measure, float]


def read_listing(path: Path) -> list[Listed]:
    """Lines of path (beside the listing), emotion and speaker, apart by tabs.

    Raises:
        AudioError: a line without them, or a recording that cannot be read.
    """
    found = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t") if row]
    except (OSError, UnicodeDecodeError) as error:
        raise AudioError(f"cannot read {path}: {error}") from None
    for number, row in enumerate(rows, 1):
        if len(row) != 3:
            raise AudioError(f"{path}, line {number}: write path, emotion and speaker, apart by tabs")
        found.append(Listed(recording(path.parent / row[0], local=True), row[1], row[2]))
    return found


def follow(
    synthesizer: Synthesizer, listed: Sequence[Listed], sentences: Sequence[str], each: int = 4
) -> dict[str, Followed]:
    """By emotion; `each` is how many recordings of an emotion are spoken after, in as many sentences in turns."""
    measured = {id(item): measure_prosody(item.source.samples, item.source.sample_rate) for item in listed}
    homes = {
        speaker: _mean([_values(measured[id(x)]) for x in listed if x.speaker == speaker and x.emotion == NEUTRAL])
        for speaker in {x.speaker for x in listed if x.emotion == NEUTRAL}
    }
    plain = {sentence: _spoken(synthesizer, sentence) for sentence in sentences}
    found = {}
    for emotion in dict.fromkeys(item.emotion for item in listed if item.emotion != NEUTRAL):
        own = [item for item in listed if item.emotion == emotion and item.speaker in homes]
        if not own:
            continue
        heard = [synthesizer.hear(item.source).posterior for item in own]
        chosen = own[:: max(len(own) // each, 1)][:each]
        changes = [
            _change(plain[sentence], _spoken(synthesizer, sentence, item.source))
            for item, sentence in zip(chosen, cycle(sentences), strict=False)
        ]
        found[emotion] = Followed(
            count=len(own),
            recognised=float(np.mean([max(p, key=lambda name: p[name]) == emotion for p in heard])),
            agreement=float(np.mean([_agreement(synthesizer, emotion, p) for p in heard])),
            recorded=_mean([_change(homes[x.speaker], _values(measured[id(x)])) for x in own]),
            spoken=_mean(changes),
        )
    return found


def listing_table(found: Mapping[str, Followed]) -> str:
    """Markdown: recorded → spoken change of each measure."""
    lines = [
        "| emotion | recordings | recognised | cosine to the name | F0 (st) | range (st) | rate (%) | level (dB) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for emotion, row in found.items():
        moves = " | ".join(f"{row.recorded[m]:+.1f} → {row.spoken[m]:+.1f}" for m in MEASURES)
        lines.append(f"| {emotion} | {row.count} | {row.recognised:.0%} | {row.agreement:.2f} | {moves} |")
    return "\n".join(lines) + "\n"


def _spoken(synthesizer: Synthesizer, sentence: str, source: Recording | None = None) -> dict[Measure, float]:
    audio = synthesizer.say(sentence, reference_audio=source, sentence_pause=0.0)
    return _values(measure_prosody(audio.samples, audio.sample_rate))


def _values(found: ProsodyStatistics) -> dict[Measure, float]:
    return {
        "F0": 12 * float(np.log2(max(found.f0_mean_hz, 1.0))),
        "range": found.f0_range_st,
        "rate": found.rate,
        "level": found.level_db,
    }


def _change(home: Mapping[Measure, float], there: Mapping[Measure, float]) -> dict[Measure, float]:
    change = {measure: there[measure] - home[measure] for measure in MEASURES}
    change["rate"] = 100 * change["rate"] / max(home["rate"], 1e-6)
    return change


def _mean(rows: Sequence[Mapping[Measure, float]]) -> dict[Measure, float]:
    return {measure: float(np.mean([row[measure] for row in rows])) for measure in MEASURES}


def _agreement(synthesizer: Synthesizer, emotion: str, posterior: Mapping[str, float]) -> float:
    """Cosine between the weights that the name and the recording give the voice's emotions."""
    manifest = synthesizer.voice.manifest
    name = dict(emotion_spec({emotion: 1.0}, manifest.emotions, manifest.name)[0].weights)
    heard = dict(emotion_spec(posterior, manifest.emotions, manifest.name)[0].weights)
    product = sum(weight * heard.get(key, 0.0) for key, weight in name.items())
    length = float(np.linalg.norm(list(name.values())) * np.linalg.norm(list(heard.values())))
    return product / length if length else 0.0
