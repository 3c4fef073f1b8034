"""Prosody as a picture."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from langsong.audio.spectrogram import spectrogram
from langsong.engine.prosody_measure import Contours, measure_contours, summarise
from langsong.measure.page import plots
from langsong.types import Float32, WordTiming

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FLOOR_DB = 60.0
_SEGMENT_S = 0.025


def plotted(
    title: str,
    samples: Float32,
    sample_rate: int,
    words: Sequence[WordTiming] = (),
    posterior: Mapping[str, float] | None = None,
) -> bytes:
    """A PNG of spectrum, F0, level and syllables over time, and of the emotions if they are known.

    Args:
        title: what it is of; left out where it is not in ASCII, which the usual fonts of plots lack.
        samples: (N,) at `sample_rate` Hz.
        words: their borders are drawn.
        posterior: probability of each emotion.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    figure, axes = plots(3 if posterior is None else 4, columns=1)
    contours = measure_contours(samples, sample_rate)
    statistics = summarise(contours)
    _draw_spectrum(axes[0], samples, sample_rate)
    _draw_f0(axes[1], contours)
    _draw_level(axes[2], contours)
    for axis in axes[:3]:
        axis.set_xlim(0, len(samples) / sample_rate)
        axis.grid(alpha=0.3)
        for word in words:
            axis.axvline(word.start_s, color="grey", linewidth=0.5)
    if posterior is not None:
        axes[3].bar(list(posterior), list(posterior.values()), color="tab:purple")
        axes[3].set_ylabel("probability")
        axes[3].set_ylim(0, 1)
    summary = (
        f"F0 {statistics.f0_mean_hz:.0f} Hz, range {statistics.f0_range_st:.1f} st, "
        f"{statistics.rate:.1f} syllables/s, {statistics.level_db:.1f} dBFS"
    )
    figure.suptitle(f"{title}\n{summary}" if title.isascii() and title else summary, fontsize=9)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()


def _draw_spectrum(axis: Axes, samples: Float32, sample_rate: int) -> None:
    segment = max(1, int(_SEGMENT_S * sample_rate))
    found = spectrogram(samples, sample_rate, nperseg=segment, noverlap=segment * 3 // 4)
    decibels = 10 * np.log10(np.maximum(found.power, np.finfo(float).tiny))
    top = decibels.max()
    axis.pcolormesh(found.times_s, found.frequencies_hz / 1000, decibels, vmin=top - _FLOOR_DB, vmax=top, cmap="magma")
    axis.set_ylabel("kHz")


def _draw_f0(axis: Axes, contours: Contours) -> None:
    axis.plot(contours.times_s, np.where(contours.f0_hz > 0, contours.f0_hz, np.nan), ".", markersize=2)
    axis.set_yscale("log", base=2)
    axis.yaxis.set_major_formatter("{x:.0f}")
    axis.set_ylabel("F0 (Hz)")


def _draw_level(axis: Axes, contours: Contours) -> None:
    axis.plot(contours.times_s, contours.level_db, linewidth=0.8, color="tab:green")
    at = np.searchsorted(contours.times_s, contours.nuclei_s)
    axis.plot(contours.nuclei_s, contours.level_db[at], "v", markersize=4, color="tab:orange")
    top = float(contours.level_db.max(initial=-_FLOOR_DB))
    axis.set_ylim(top - _FLOOR_DB, top + 3)
    axis.set_ylabel("level (dBFS)")
    axis.set_xlabel("s")
