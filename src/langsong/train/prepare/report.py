"""What a preparation found, as JSON and as a page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from langsong.measure.page import Section, page, picture, plots
from langsong.train.corpus_format import Corpus, Utterance

from .job import Preparation

JSON_FILE, HTML_FILE = "report.json", "report.html"

_SHOWN = 3
"""Utterances whose spectrograms are drawn, and clips at either end of what is measured."""


def summary(preparation: Preparation) -> dict[str, Any]:
    """The report as JSON has it."""
    corpus, facts = preparation.corpus, preparation.facts
    utterances = (*corpus.train, *corpus.valid)
    seconds, counts = Counter[str](), Counter[str]()
    emotions = Counter(utterance.emotion for utterance in utterances)
    for utterance in utterances:
        seconds[utterance.speaker] += facts[utterance.id].seconds  # type: ignore[assignment]
        counts[utterance.speaker] += 1
    return {
        "layout": preparation.layout,
        "clips": len(utterances) + len(preparation.rejected),
        "train": len(corpus.train),
        "valid": len(corpus.valid),
        "rejected": [asdict(rejection) for rejection in preparation.rejected],
        "hours": sum(seconds.values()) / 3600,
        "speakers": {
            name: {
                "clips": count,
                "minutes": seconds[name] / 60,
                "f0_hz": float(np.median([facts[u.id].f0_hz for u in utterances if u.speaker == name])),
            }
            for name, count in counts.items()
        },
        "emotions": dict(emotions),
        "aligned": sum(utterance.durations is not None for utterance in utterances),
        "percentiles_5_50_95": {
            name: [float(p) for p in np.percentile([getattr(f, name) for f in facts.values()], (5, 50, 95))]
            for name in ("seconds", "trimmed_s", "level_dbfs", "f0_hz", "voiced", "phones")
        },
        "sample_rates": dict(Counter(str(f.sample_rate) for f in facts.values())),
    }


def write_report(preparation: Preparation) -> Path:
    """Write both into the corpus's folder, and return the page's path.

    Raises:
        MissingExtra: what draws pages is not installed.
    """
    folder = preparation.corpus.folder
    found = summary(preparation)
    (folder / JSON_FILE).write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    target = folder / HTML_FILE
    target.write_text(page(f"Corpus {folder.name}", _sections(preparation, found)), encoding="utf-8")
    return target


def _sections(preparation: Preparation, found: dict[str, Any]) -> list[Section]:
    measures = {
        "seconds of a clip": {name: f.seconds for name, f in preparation.facts.items()},
        "seconds of a phone": {name: f.seconds / max(f.phones, 1) for name, f in preparation.facts.items()},
        "median F0 of a clip, Hz": {name: f.f0_hz for name, f in preparation.facts.items()},
        "speech level before it was set, dBFS": {name: f.level_dbfs for name, f in preparation.facts.items()},
    }
    figure, axes = plots(len(measures))
    for axis, (title, values) in zip(axes, measures.items(), strict=True):
        axis.hist(list(values.values()), bins=40, color="#3572a5")
        axis.set_title(title)
    speakers = [(name, s["clips"], s["minutes"], s["f0_hz"]) for name, s in found["speakers"].items()]
    rejected = [(r.id, r.source, r.reason) for r in preparation.rejected]
    return [
        Section(
            "Clips",
            f"{found['layout']}: {found['train']} for training, {found['valid']} held out, "
            f"{len(rejected)} rejected, {found['hours']:.2f} h, {found['aligned']} with durations.",
            [picture(figure)],
        ),
        Section(
            "Extremes",
            "Clips that differ most from the others: listen to them.",
            header=("", "lowest", "highest"),
            rows=[(title, *_extremes(values)) for title, values in measures.items()],
        ),
        Section("Rejected", "" if rejected else "None.", header=("id", "where", "reason"), rows=rejected),
        Section("Speakers", header=("speaker", "clips", "minutes", "F0, Hz"), rows=speakers),
        Section("Emotions", header=("emotion", "clips"), rows=list(found["emotions"].items())),
        Section(
            "Features",
            "Mel spectrogram, F0 and, where they are known, the ends of the units.",
            _spectrograms(preparation.corpus),
        ),
    ]


def _extremes(values: Mapping[str, float]) -> list[str]:
    """The clips with the lowest and those with the highest values, each with its own."""
    ranked = sorted(values, key=lambda name: values[name])
    ends = (ranked[:_SHOWN], ranked[: -_SHOWN - 1 : -1])
    return [", ".join(f"{name} ({values[name]:.3g})" for name in names) for names in ends]


def _spectrograms(corpus: Corpus) -> list[str]:
    utterances = corpus.train[:_SHOWN]
    figure, axes = plots(len(utterances), columns=1)
    for axis, utterance in zip(axes, utterances, strict=True):
        features, rate = corpus.features(utterance), corpus.description.audio.frame_rate
        seconds = utterance.frames / rate
        axis.imshow(features.mel.T, origin="lower", aspect="auto", extent=(0, seconds, 0, features.mel.shape[1]))
        name = utterance.id.encode("ascii", "replace").decode()
        axis.set_title(f"{name}: {_ascii_units(utterance)}", fontsize="small")
        axis.set_ylabel("mel bin")
        hertz = axis.twinx()
        times = np.arange(utterance.frames) / rate
        hertz.plot(times, np.where(features.pitch > 0, features.pitch, np.nan), color="white", linewidth=1)
        hertz.set_ylabel("Hz")
        for end in np.cumsum(utterance.durations or ())[:-1] / rate:
            axis.axvline(end, color="red", linewidth=0.4)
    return [picture(figure)]


def _ascii_units(utterance: Utterance) -> str:
    """The phones, which any font can show."""
    phones = [unit[1:].partition("$")[0].removesuffix("_c") for unit in utterance.units.split()]
    return " ".join(phones)[:120]
