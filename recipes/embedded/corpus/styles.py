"""Prosody styles: the rules that turn the teacher's neutral reading into what stands for an emotion here.

No recorded emotion is behind them. Each moves rate, pitch, pitch range, energy, contour and spectral tilt far enough to
be measured, and keeps tones (range at least 0.7 of neutral).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from langsong.types import Float32, Int64

F0_RATE = 80.0
"""Values of the teacher's F0 per second."""

VOICED_HZ = 50.0
"""Below, the teacher's F0 is unvoiced, or on its way there."""

_LOWEST_HZ, _HIGHEST_HZ = 55.0, 650.0
_TILTED_HZ = (250.0, 5000.0)
_PAUSES = frozenset(",;:.!?…—")


@dataclass(frozen=True)
class Style:
    """How a style differs from the teacher's own reading.

    Attributes:
        category: the emotion of the units, without ``emotion_`` (specification 4.2).
        stretch: factor on the durations of phones.
        pauses: factor on the durations of punctuation.
        last_stretch: a further factor on the last syllable.
        shift: of F0, semitones.
        range: factor on the distances of F0 from its mean, in semitones.
        declination: how far F0 sinks from the first phone to the last one, semitones, about its mean.
        last_slope: how far F0 has risen at the end of the last two syllables, semitones.
        tremor: of F0 at 6 Hz, semitones.
        tilt: of the spectrum, dB per octave: vocal effort flattens it (up), relaxed and sad voices steepen it (down).
        gain: dB.
    """

    category: str
    stretch: float = 1.0
    pauses: float = 1.0
    last_stretch: float = 1.0
    shift: float = 0.0
    range: float = 1.0
    declination: float = 0.0
    last_slope: float = 0.0
    tremor: float = 0.0
    tilt: float = 0.0
    gain: float = 0.0


NEUTRAL = "neutral"
STYLES = {
    NEUTRAL: Style("neutral"),
    "happy": Style("happy", stretch=0.92, pauses=0.8, shift=2.5, range=1.35, last_slope=1.0, tilt=1.0, gain=2.0),
    "angry": Style(
        "angry", stretch=0.88, pauses=0.6, shift=1.2, range=1.2, declination=1.5, last_slope=-1.5, tilt=2.0, gain=4.5
    ),
    "sad": Style("sad", stretch=1.2, pauses=1.3, last_stretch=1.15, shift=-1.5, range=0.75, tilt=-1.5, gain=-3.5),
    "afraid": Style("fear", stretch=0.87, pauses=1.3, shift=4.0, range=0.75, tremor=0.35, tilt=-0.5, gain=-1.5),
    "disgusted": Style(
        "disgust", stretch=1.12, last_stretch=1.4, shift=-2.5, range=1.2, last_slope=-2.0, tilt=0.5, gain=0.5
    ),
    "melancholic": Style(
        "disappointed",
        stretch=1.4,
        pauses=1.6,
        last_stretch=1.2,
        shift=-3.0,
        range=0.7,
        declination=2.0,
        tilt=-2.5,
        gain=-6.0,
    ),
    "surprised": Style(
        "surprise", stretch=1.02, last_stretch=1.25, shift=4.5, range=1.4, last_slope=2.5, tilt=1.0, gain=2.0
    ),
    "calm": Style("calm", stretch=1.12, pauses=1.2, shift=-1.0, range=0.85, tilt=-1.0, gain=-1.5),
    "gentle": Style("gentle", stretch=1.15, pauses=1.1, last_stretch=1.15, shift=0.8, range=0.8, tilt=-2.0, gain=-4.0),
}
"""Neutral, the eight emotions, and gentle; ``melancholic`` has no category of its own in published inventories."""


def frames(style: Style, predicted: Float32, symbols: str, last: int) -> Int64:
    """The frames of each token.

    Args:
        predicted: (n + 2,) frames as the teacher predicts them, with the tokens of begin and end.
        symbols: n symbols.
        last: the first symbol of the last syllable.
    """
    factors = np.full(len(predicted), style.stretch)
    for index, symbol in enumerate(symbols, 1):
        if symbol in _PAUSES:
            factors[index] = style.pauses
        elif index > last:
            factors[index] *= style.last_stretch
    factors[0] = factors[-1] = 1.0
    result: Int64 = np.maximum(np.rint(predicted * factors), 1).astype(np.int64)
    return result


def pitch(style: Style, f0: Float32, begin_s: float, slope_s: float, end_s: float) -> Float32:
    """(L,) Hz as the style has it; what is unvoiced stays as it is.

    Args:
        f0: (L,) Hz, `F0_RATE` a second.
        begin_s, end_s: of the speech.
        slope_s: where the last two syllables begin.
    """
    voiced = f0 > VOICED_HZ
    if not voiced.any():
        return f0
    time = (np.arange(len(f0)) + 0.5) / F0_RATE
    semitones: npt.NDArray[np.float64] = 12.0 * np.log2(np.maximum(f0, VOICED_HZ).astype(np.float64))
    mean = semitones[voiced].mean()
    semitones = mean + style.range * (semitones - mean) + style.shift
    semitones -= style.declination * (np.clip((time - begin_s) / (end_s - begin_s), 0.0, 1.0) - 0.5)
    semitones += style.last_slope * np.clip((time - slope_s) / (end_s - slope_s), 0.0, 1.0)
    semitones += style.tremor * np.sin(2.0 * np.pi * 6.0 * time)
    moved = np.clip(2.0 ** (semitones / 12.0), _LOWEST_HZ, _HIGHEST_HZ)
    return np.where(voiced, moved, f0).astype(np.float32)


def tilted(style: Style, audio: Float32, rate: int) -> Float32:
    """(N,) samples with the tilt of the style, by a filter without delay; 1 kHz keeps its level.

    Below 250 Hz and above 5 kHz the gain stays: the first harmonics and fricatives tell the speaker and the sound.
    """
    if style.tilt == 0.0:
        return audio
    hertz = np.fft.rfftfreq(2 * len(audio), 1.0 / rate)
    decibels = style.tilt * np.log2(np.clip(hertz, *_TILTED_HZ) / 1000.0)
    filtered = np.fft.irfft(np.fft.rfft(audio, 2 * len(audio)) * 10.0 ** (decibels / 20.0))[: len(audio)]
    return filtered.astype(np.float32)
