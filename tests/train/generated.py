"""A small prepared corpus of sounds that are computed: every phone has a colour, every tone a pitch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from langsong.audio.mel import mel_features
from langsong.audio.spec import AudioSpec
from langsong.bundle.manifest import Normalization, SpeakerInfo
from langsong.text.frontend import Conventions, Frontend
from langsong.text.units import format_units
from langsong.train.corpus_format import (
    FEATURES_FOLDER,
    Corpus,
    CorpusDescription,
    Features,
    MelStatistics,
    Utterance,
    write_description,
    write_utterances,
)

SPEC = AudioSpec(sample_rate=8000, hop_length=100, n_fft=512, win_length=400, n_mels=20, fmin=0.0, fmax=4000.0)
TEXTS = ("你好。", "今天天气真好。", "我们去公园。", "请问路。", "山重水复。", "花明又一村。", "谢谢你。", "再见。")
TONES_HZ = {"tone1": 220.0, "tone2": 180.0, "tone3": 140.0, "tone4": 200.0}
SPEAKERS = ("low", "high")


def write_corpus(
    folder: Path,
    *,
    durations: bool = True,
    held_out: int = 2,
    recipe: str = "hifigan",
    emotions: tuple[str, ...] = ("neutral",),
) -> Corpus:
    """Sixteen utterances of two speakers, who feel the emotions in turn and not alike; the last ones held out."""
    (folder / FEATURES_FOLDER).mkdir(parents=True)
    utterances = [
        _write_utterance(folder, text, speaker, durations, recipe, emotions[(number + who) % len(emotions)])
        for number, text in enumerate(TEXTS)
        for who, speaker in enumerate(SPEAKERS)
    ]
    mels = np.concatenate([np.load(folder / FEATURES_FOLDER / f"{u.id}.npz")["mel"] for u in utterances])
    axis = None if recipe == "hifigan" else 0
    mean, std = np.atleast_1d(mels.mean(axis)), np.atleast_1d(mels.std(axis)) + 1e-3
    write_description(
        folder,
        CorpusDescription(
            format_version=1,
            conventions=Conventions(),
            audio=SPEC,
            mel_recipe=recipe,  # type: ignore[arg-type]
            mel=MelStatistics(mean=tuple(mean.tolist()), std=tuple(std.tolist())),
            pitch=Normalization(scale="log", mean=5.2, std=0.3),
            energy=Normalization(scale="log", mean=-4.0, std=1.5),
            speakers=tuple(SpeakerInfo(id=s) for s in SPEAKERS),
            emotions=emotions,
        ),
    )
    write_utterances(folder / "train.jsonl", utterances[:-held_out])
    write_utterances(folder / "valid.jsonl", utterances[-held_out:])
    return Corpus.open(folder)


def _write_utterance(folder: Path, text: str, speaker: str, durations: bool, recipe: str, emotion: str) -> Utterance:
    units = Frontend().utterance(text, speaker=speaker, emotion=f"emotion_{emotion}").units
    rng = np.random.default_rng(sum(map(ord, text + speaker)))
    frames = [int(rng.integers(2, 5)) if unit.is_break else int(rng.integers(5, 11)) for unit in units]
    factor = 1.0 if speaker == "low" else 1.6
    parts, pitches = [], []
    for unit, count in zip(units, frames, strict=True):
        time = np.arange(count * SPEC.hop_length) / SPEC.sample_rate
        f0 = 0.0 if unit.is_break else factor * TONES_HZ.get(unit.tone, 160.0)
        colour = 600 + 37 * (sum(map(ord, unit.phone)) % 71)
        sound = 0.3 * np.sin(2 * np.pi * f0 * time) + 0.1 * np.sin(2 * np.pi * colour * time)
        if emotion != "neutral":  # it is breathed
            sound = sound + 0.1 * rng.standard_normal(len(time))
        parts.append(sound if f0 else 0.001 * rng.standard_normal(len(time)))
        pitches.append(np.full(count, f0, np.float32))
    samples = np.concatenate(parts).astype(np.float32)
    total = sum(frames)
    measured = mel_features(samples, SPEC, recipe)  # type: ignore[arg-type]
    name = f"{speaker}-{TEXTS.index(text)}"
    Features(
        mel=measured.mel[:total],
        pitch=np.concatenate(pitches),
        energy=measured.energy[:total],
        audio=np.round(samples * 32767).astype(np.int16),
    ).write(folder / FEATURES_FOLDER / f"{name}.npz")
    return Utterance(
        id=name,
        units=format_units(units),
        speaker=speaker,
        emotion=emotion,
        frames=total,
        durations=tuple(frames) if durations else None,
        text=text,
    )
