"""The findings of a study as a page of Markdown and pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from langsong.audio.files import write_file
from langsong.measure.page import plots

from .findings import Movement, faults, likeness, movements, pinyin_errors
from .study import Take
from .targets import MEASURES, TARGETS, Measure

UNITS: dict[Measure, str] = {"F0": "st", "range": "st", "rate": "%", "level": "dB"}


def table(takes: Sequence[Take]) -> str:
    """Markdown: how each emotion moves the prosody, and what else was asked of it."""
    found = movements(takes)
    lines = [
        "| emotion | " + " | ".join(f"{measure} ({UNITS[measure]})" for measure in MEASURES) + " |",
        "|---|" + "---|" * len(MEASURES),
    ]
    for emotion, by_measure in found.items():
        lines.append(f"| {emotion} | " + " | ".join(_cell(emotion, m, by_measure[m]) for m in MEASURES) + " |")
    targeted = [m for by_measure in found.values() for m in by_measure.values() if m.right is not None]
    right = [m.right for m in targeted if m.right is not None]
    monotone = [m.monotone for m in targeted if m.monotone is not None]
    clipped, broken = faults(takes)
    rows = [
        ("sentence pairs that move as the target says", "≥ 95 %", f"{_mean(right):.1%}"),
        ("speakers whose mean is monotone with intensity 0, 0.5, 1, 1.5", "all", f"{_mean(monotone):.1%}"),
        ("clipped takes; takes with NaN", "0; 0", f"{clipped}; {broken}"),
    ]
    if (voices := likeness(takes)) is not None:
        rows.append(
            ("lowest likeness of a speaker, neutral to emotional", "≥ 0.85", f"{voices.own:.3f} ({voices.own_of})")
        )
        rows.append(("mean of the same", "", f"{voices.own_mean:.3f}"))
        rows.append(("highest likeness of two speakers", "below the lowest", f"{voices.others:.3f}"))
    if (errors := pinyin_errors(takes)) is not None:
        worst = max(errors, key=lambda emotion: errors[emotion])
        excess = 100 * (errors[worst] - errors.get("neutral", 0.0))
        value = f"{errors.get('neutral', 0.0):.1%} neutral, {errors[worst]:.1%} {worst} ({excess:+.1f} points)"
        rows.append(("tonal pinyin error", "at most 3 points above neutral", value))
    lines += ["", "| asked for | bound | measured |", "|---|---|---|"]
    lines += [f"| {name} | {bound} | {value} |" for name, bound, value in rows]
    return "\n".join(lines) + "\n"


def _cell(emotion: str, measure: Measure, movement: Movement) -> str:
    sign = TARGETS[emotion].get(measure)
    if sign is None or movement.right is None:
        return f"{movement.mean:+.1f}"
    return f"{movement.mean:+.1f} ({'↑' if sign > 0 else '↓'} {movement.right:.0%})"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def write_report(takes: Sequence[Take], folder: Path) -> list[Path]:
    """Write ``expressiveness.md`` and a picture of each measure by emotion and intensity.

    Raises:
        MissingExtra: matplotlib is not installed.
        AudioError: the folder cannot be written.
    """
    page, picture = folder / "expressiveness.md", folder / "expressiveness.png"
    write_file(picture, _picture(takes))
    write_file(page, (table(takes) + f"\n![Prosody by emotion and intensity]({picture.name})\n").encode())
    return [page, picture]


def _picture(takes: Sequence[Take]) -> bytes:
    figure, axes = plots(len(MEASURES))
    for axis, measure in zip(axes, MEASURES, strict=True):
        neutral = _mean([take.value(measure) for take in takes if take.emotion == "neutral"])
        for emotion in dict.fromkeys(take.emotion for take in takes if take.emotion != "neutral"):
            own = [take for take in takes if take.emotion == emotion]
            steps = sorted({take.intensity for take in own})
            means = [_mean([take.value(measure) for take in own if take.intensity == step]) for step in steps]
            axis.plot([0.0, *steps], [neutral, *means], marker="o", markersize=3, label=emotion)
        axis.set_title(measure, fontsize=9)
        axis.set_xlabel("intensity")
        axis.grid(alpha=0.3)
    axes[0].legend(fontsize=7)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100)
    return file.getvalue()
