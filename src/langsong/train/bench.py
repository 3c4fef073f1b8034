"""How fast training steps are here: the real loop on made-up utterances of the sizes that the table names."""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from langsong.audio.spec import AudioSpec
from langsong.bundle.manifest import Normalization, SpeakerInfo
from langsong.text.frontend import Conventions
from langsong.text.units import format_units
from langsong.types import Unit

from .corpus_format import (
    FEATURES_FOLDER,
    CorpusDescription,
    Features,
    MelStatistics,
    Utterance,
    write_description,
    write_utterances,
)
from .recipe import Hardware, HifiganRecipe, Loop, Recipe, SambertRecipe
from .records import METRICS_FILE, Progress, read_lines
from .run import train
from .shapes import AcousticShape, GeneratorShape
from .workers import world_size

UNITS, FRAMES = 57, 402
"""Of every utterance: 5.0 s at 80 frames a second."""
WARM_UP = 2
ROWS = ("sambert-full", "sambert-small", "hifigan")
SPEC = AudioSpec(sample_rate=16000, hop_length=200, n_fft=2048, win_length=1000, n_mels=80, fmin=0.0, fmax=8000.0)


@dataclass(frozen=True)
class Timing:
    """Seconds per step of one row.

    Attributes:
        row: one of `ROWS`. processes, precision: as measured. batch: over all processes.
        median_s, min_s, max_s: by the clock. cpu_s: median of processor seconds in the first process.
    """

    row: str
    processes: int
    precision: str
    batch: int
    median_s: float
    min_s: float
    max_s: float
    cpu_s: float


def measure_training(row: str, hardware: Hardware, steps: int) -> Timing:
    """Time so many steps of a row, after two that do not count."""
    with tempfile.TemporaryDirectory(prefix="langsong-bench-") as scratch:
        recipe = _recipe(row, Path(scratch), hardware, steps + WARM_UP)
        _write_corpus(recipe.corpus, 2 * recipe.loop.batch)
        train(recipe, resume=False, reporter=_silent)
        lines = [json.loads(line) for line in read_lines(recipe.output / METRICS_FILE)]
    lines = lines[WARM_UP:]
    seconds = [1 / line["steps_per_s"] for line in lines]
    return Timing(
        row,
        world_size(hardware, recipe.loop.batch),
        hardware.precision,
        recipe.loop.batch,
        statistics.median(seconds),
        min(seconds),
        max(seconds),
        statistics.median(line["cpu_s"] for line in lines),
    )


def _silent(progress: Progress) -> None:
    pass


def _recipe(row: str, folder: Path, hardware: Hardware, steps: int) -> Recipe:
    """KAN-TTS's sizes: SAM-BERT with its feedback on 32 utterances, HiFi-GAN on 16 stretches of 0.6 s."""
    corpus, output = folder / "corpus", folder / "run"
    batch = 16 if row == "hifigan" else 32
    loop = Loop(steps=steps, batch=batch, log_every=1, validate_every=0, picture_every=0, checkpoint_every=steps)
    if row == "hifigan":
        shape = GeneratorShape(size="kantts")
        return HifiganRecipe(
            kind="hifigan", corpus=corpus, output=output, loop=loop, hardware=hardware, shape=shape, samples=9600
        )
    size = AcousticShape(size="full" if row == "sambert-full" else "small")
    return SambertRecipe(
        kind="sambert",
        corpus=corpus,
        output=output,
        loop=loop,
        hardware=hardware,
        shape=size,
        feedback="previous_frame" if row == "sambert-full" else "none",
    )


def _write_corpus(folder: Path, utterances: int) -> None:
    (folder / FEATURES_FOLDER).mkdir(parents=True)
    rng = np.random.default_rng(0)
    onset = Unit("b_c", "tone1", "s_begin", "word_begin", speaker="a")
    final = Unit("a_c", "tone1", "s_end", "word_end", speaker="a")
    units = format_units([onset, final] * (UNITS // 2) + [onset] * (UNITS % 2))
    durations = np.full(UNITS, FRAMES // UNITS)
    durations[: FRAMES % UNITS] += 1
    described = []
    for index in range(utterances):
        Features(
            mel=rng.random((FRAMES, SPEC.n_mels), dtype=np.float32),
            pitch=np.full(FRAMES, 200.0, np.float32),
            energy=rng.random(FRAMES, dtype=np.float32) + 0.1,
            audio=rng.integers(-9000, 9000, FRAMES * SPEC.hop_length).astype(np.int16),
        ).write(folder / FEATURES_FOLDER / f"u{index}.npz")
        described.append(
            Utterance(
                id=f"u{index}",
                units=units,
                speaker="a",
                emotion="neutral",
                frames=FRAMES,
                durations=tuple(durations.tolist()),
            )
        )
    write_utterances(folder / "train.jsonl", described)
    write_utterances(folder / "valid.jsonl", [])
    scale = Normalization(scale="log", mean=0.0, std=1.0)
    write_description(
        folder,
        CorpusDescription(
            format_version=1,
            conventions=Conventions(),
            audio=SPEC,
            mel_recipe="kantts",
            mel=MelStatistics(mean=(0.5,), std=(0.3,)),
            pitch=scale,
            energy=scale,
            speakers=(SpeakerInfo(id="a"),),
            emotions=("neutral",),
        ),
    )
