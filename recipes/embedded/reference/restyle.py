"""python -m reference.restyle CORPUS OUT: the corpus's neutral clips in every style, by WORLD.

The corpus has few clips of an emotion, and says each sentence in one. Here every neutral clip is said again in each
style, with the corpus's own rules (`corpus.styles`) but through M. Morise's WORLD (2016), neutral ones too, so that
WORLD itself tells nothing. Needs the package pyworld (MIT).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyworld
from corpus.styles import F0_RATE, STYLES, Style, pitch

from langsong.audio.files import read_audio, write_audio
from langsong.text.units import parse_units
from langsong.types import Float32

Float64 = npt.NDArray[np.float64]

_PERIOD_MS = 1000 / F0_RATE


class Analysed(NamedTuple):
    """A sound as WORLD takes it apart, `F0_RATE` frames a second: F0 (L,), spectrum and aperiodicity (L, bins)."""

    f0: Float64
    spectrum: Float64
    aperiodicity: Float64
    rate: int


def analyse(sound: Float32, rate: int) -> Analysed:
    """Take (N,) samples apart."""
    samples = sound.astype(np.float64)
    rough, times = pyworld.dio(samples, rate, f0_floor=55.0, f0_ceil=650.0, frame_period=_PERIOD_MS)
    f0 = pyworld.stonemask(samples, rough, times, rate)
    spectrum = pyworld.cheaptrick(samples, f0, times, rate)
    return Analysed(f0, spectrum, pyworld.d4c(samples, f0, times, rate), rate)


def restyle(sound: Analysed, style: Style, units: str, durations: list[float]) -> Float32:
    """(N,) samples in a style.

    Args:
        units: of the sentence. durations: of each of them, seconds.
    """
    parsed = parse_units(units)
    ends = np.cumsum(durations)
    begins = np.append(0.0, ends[:-1])
    syllables = [float(b) for b, unit in zip(begins, parsed, strict=True) if unit.syllable in ("s_begin", "s_both")]
    spoken = [float(e) for e, unit in zip(ends, parsed, strict=True) if not unit.is_break]
    moved = pitch(style, sound.f0.astype(np.float32), begins[0], syllables[max(len(syllables) - 2, 0)], spoken[-1])
    factors = [
        style.pauses if unit.is_break else style.stretch * (style.last_stretch if begin >= syllables[-1] else 1.0)
        for unit, begin in zip(parsed, begins, strict=True)
    ]
    stretched = np.append(0.0, np.cumsum(np.array(durations) * factors))
    count = int(stretched[-1] * F0_RATE)
    source = np.interp(np.arange(count) / F0_RATE, stretched, np.append(0.0, ends)) * F0_RATE
    at = np.clip(np.rint(source).astype(int), 0, len(sound.f0) - 1)
    voice = moved.astype(np.float64)[at]
    spoken_again = pyworld.synthesize(
        np.where(voice > 0, voice, 0.0),
        sound.spectrum[at].copy(),
        sound.aperiodicity[at].copy(),
        sound.rate,
        _PERIOD_MS,
    )
    again: Float32 = np.clip(spoken_again, -1.0, 1.0).astype(np.float32)
    return again


def main(corpus: Path, out: Path) -> None:
    (out / "audio").mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    for listing in sorted(corpus.glob("clips*.jsonl")):
        entries += map(json.loads, listing.read_text(encoding="utf-8").splitlines())
    with (out / "clips.jsonl").open("w", encoding="utf-8") as lines:
        for entry in entries:
            if entry["style"] != "neutral":
                continue
            sound = analyse(*read_audio(corpus / entry["audio"]))
            for name, style in STYLES.items():
                path = Path("audio") / f"{entry['id']}-{name}.flac"
                write_audio(
                    out / path, restyle(sound, style, entry["units"], entry["durations"]), sound.rate, label=False
                )
                record = {key: entry[key] for key in ("text", "speaker", "split")}
                lines.write(json.dumps(record | {"audio": str(path), "style": name}, ensure_ascii=False) + "\n")
            lines.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
