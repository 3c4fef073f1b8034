"""An evaluation as JSON and as a page with players."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from langsong import __version__
from langsong.audio.files import read_audio
from langsong.measure.page import Cell, Section, page, picture, plots, sound

from .evaluation import Trial, summary

_TITLES = {
    "tonal": "pinyin error with tones",
    "plain": "pinyin error without tones",
    "characters": "character error",
    "similarity": "speaker similarity",
    "overall": "DNSMOS overall",
    "signal": "DNSMOS signal",
    "background": "DNSMOS background",
    "mcd_db": "mel-cepstral distance, dB",
    "f0_rmse_semitones": "F0 RMSE, semitones",
    "voicing_error": "voicing error",
    "duration_ratio": "length : recording",
    "duration_error": "error of length",
    "phone_error_s": "error of a phone's duration, s",
}
_NOTE = (
    "Machines judged, nobody listened. Pinyin errors are those of the recogniser and the voice together: differences "
    "under three points mean little. DNSMOS is an alarm for noise, not a measure of naturalness."
)


def as_json(results: Mapping[str, Sequence[Trial]]) -> dict[str, Any]:
    """Figures and transcripts of each speaker."""
    return {
        speaker: {**summary(trials), "transcripts": [trial.as_record() for trial in trials]}
        for speaker, trials in results.items()
    }


def write_report(folder: Path, voice: str, results: Mapping[str, Sequence[Trial]]) -> Path:
    """Write report.json and report.html into `folder`, and return the page's path.

    Raises:
        MissingExtra: what draws pages is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    head = {"voice": voice, "langsong": __version__, "date": datetime.now(timezone.utc).isoformat(timespec="seconds")}
    content = json.dumps({**head, "speakers": as_json(results)}, ensure_ascii=False, indent=1)
    html = page(f"Voice {voice}, {head['date'][:10]}", _sections(results))
    (folder / "report.json").write_text(content + "\n", encoding="utf-8")
    target = folder / "report.html"
    target.write_text(html, encoding="utf-8")
    return target


def _sections(results: Mapping[str, Sequence[Trial]]) -> list[Section]:
    figures = {speaker: summary(trials) for speaker, trials in results.items()}
    names = [name for name in _TITLES if any(name in found for found in figures.values())]
    rows = [[speaker, *(found.get(name, "") for name in names)] for speaker, found in figures.items()]
    sections = [Section("Figures", _NOTE, _plots(figures, names), ["speaker", *(_TITLES[n] for n in names)], rows)]
    for speaker, trials in results.items():
        sections.append(Section(speaker, header=_header(trials), rows=[_row(trial) for trial in trials]))
    return sections


def _plots(figures: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    if not names:
        return []
    figure, axes = plots(len(names), columns=3, height=1.0 + 0.3 * len(figures))
    for axis, name in zip(axes, names, strict=True):
        shown = {speaker: found[name] for speaker, found in figures.items() if name in found}
        bars = axis.barh(range(len(shown)), list(shown.values()), color="#3572a5")
        axis.bar_label(bars, fmt="%.3f", padding=2)
        axis.set_yticks(range(len(shown)), list(shown))
        axis.margins(x=0.25)
        axis.set_title(_TITLES[name], fontsize="medium")
    return [picture(figure)]


def _columns(trials: Sequence[Trial]) -> list[str]:
    found = {name for trial in trials for name in trial.as_record()}
    return [name for name in _TITLES if name in found]


def _header(trials: Sequence[Trial]) -> list[str]:
    recorded = ["recording"] if trials[0].task.recording is not None else []
    return ["said", *recorded, "text", "heard", *(_TITLES[name] for name in _columns(trials))]


def _row(trial: Trial) -> list[Cell]:
    recording = trial.task.recording
    players = [sound(trial.audio.samples, trial.audio.sample_rate)]
    if recording is not None:
        players.append(sound(*read_audio(recording.audio)))
    record = trial.as_record()
    return [*players, trial.task.text, trial.heard, *(record[name] for name in _columns([trial]))]
