"""The values of SSML's attributes, of Alibaba's dialect and of the W3C's, in our units."""

from __future__ import annotations

import math
import re

from langsong.text.document import MAX_PAUSE_S, Style
from langsong.text.ssml_passages import EmphasisLevel

_NUMBER = re.compile(r"([+-]?)(\d{1,6}(?:\.\d{1,6})?)\s*(%|st|dB|ms|s|Hz)?", re.IGNORECASE)
_SPEEDS = {"x-slow": 0.5, "slow": 0.64, "medium": 1.0, "default": 1.0, "fast": 1.55, "x-fast": 2.0}
_PITCHES = {"x-low": 0.55, "low": 0.8, "medium": 1.0, "default": 1.0, "high": 1.2, "x-high": 1.45}
_VOLUMES = {"silent": -60.0, "x-soft": -12.0, "soft": -6.0, "medium": 0.0, "default": 0.0, "loud": 6.0, "x-loud": 10.0}
_STRENGTHS = {"none": 0.0, "x-weak": 0.25, "weak": 0.5, "medium": 0.75, "strong": 1.0, "x-strong": 1.25}
"""Factors, decibels and seconds behind the names; the W3C leaves them open, those of Azure where it says them."""
_SPEED_RANGE, _PITCH_RANGE, _VOLUME_RANGE = (0.25, 4.0), (-12.0, 12.0), (-60.0, 20.0)
_EXCURSIONS = {"x-low": 0.4, "low": 0.7, "medium": 1.0, "default": 1.0, "high": 1.3, "x-high": 1.6}
_EXCURSION_RANGE, _ENERGY_RANGE = (0.0, 3.0), (-20.0, 20.0)
_EMPHASES: tuple[EmphasisLevel, ...] = ("strong", "moderate", "none", "reduced")
_HALF_SCALE = 500.0
_UNCHANGED_VOLUME = 50.0
_SILENCE_DB = -60.0


def speed_factor(value: str) -> float:
    """``1.2``, ``120%``, ``+20%``, ``fast``, or Alibaba's -500 (half) … 0 … 500 (double).

    Raises:
        ValueError: with what can be written, as every function here.
    """
    if value in _SPEEDS:
        return _SPEEDS[value]
    wanted = f"write a factor such as 1.2, +20%, fast, or -500 to 500 (0.25-4 times), not {value!r}"
    sign, number, unit = _number(value, wanted, ("", "%"))
    if unit == "%":
        factor = _percent(sign, number)
    elif not sign and 0 < number <= _SPEED_RANGE[1]:
        factor = number
    else:
        signed = _signed(sign, number)
        if abs(signed) > _HALF_SCALE:
            raise ValueError(wanted)
        factor = 1 / (1 - signed / 1000) if signed > 0 else 1 / (1 - signed / 500)
    return _within(factor, _SPEED_RANGE, wanted)


def semitones(value: str) -> float:
    """``+2st``, a factor such as ``1.1``, ``+10%``, ``high``, or Alibaba's -500 (an octave down) … 500."""
    if value in _PITCHES:
        return 12 * math.log2(_PITCHES[value])
    wanted = f"write semitones such as +2st, a factor 0.5-2, +10%, high, or -500 to 500, not {value!r}"
    sign, number, unit = _number(value, wanted, ("", "%", "st"))
    if unit == "st":
        change = _signed(sign, number)
    elif unit == "%" or (not sign and 0 < number <= 2):
        factor = _percent(sign, number) if unit else number
        if factor <= 0:
            raise ValueError(wanted)
        change = 12 * math.log2(factor)
    else:
        change = 12 * _signed(sign, number) / _HALF_SCALE
    return _within(change, _PITCH_RANGE, wanted)


def decibels(value: str) -> float:
    """``+6dB``, ``+10%``, ``soft``, or 0 (silent) … 50 (unchanged) … 100."""
    if value in _VOLUMES:
        return _VOLUMES[value]
    wanted = f"write decibels such as -6dB, a volume 0-100 (50 = unchanged), +10%, soft, not {value!r}"
    sign, number, unit = _number(value, wanted, ("", "%", "db"))
    if unit == "db":
        return _within(_signed(sign, number), _VOLUME_RANGE, wanted)
    if unit == "%":
        gain = _percent(sign, number)
    else:
        volume = _UNCHANGED_VOLUME + _signed(sign, number) if sign else number
        if not 0 <= volume <= 100:
            raise ValueError(wanted)
        gain = volume / _UNCHANGED_VOLUME
    return _within(20 * math.log10(gain) if gain > 0.001 else _SILENCE_DB, _VOLUME_RANGE, wanted)


def range_factor(value: str) -> float:
    """How far F0 moves about its mean: a factor such as ``1.3``, ``130%``, ``+30%``, ``high``."""
    if value in _EXCURSIONS:
        return _EXCURSIONS[value]
    wanted = f"write a factor such as 1.3 (0-3), +30%, or high, not {value!r}"
    sign, number, unit = _number(value, wanted, ("", "%"))
    return _within(_percent(sign, number) if unit else _signed(sign, number), _EXCURSION_RANGE, wanted)


def plain_decibels(value: str) -> float:
    """``+3dB``."""
    wanted = f"write decibels such as +3dB (-20 to 20), not {value!r}"
    sign, number, _ = _number(value, wanted, ("db",))
    return _within(_signed(sign, number), _ENERGY_RANGE, wanted)


def emphasis_level(value: str) -> EmphasisLevel:
    """``strong``, ``moderate``, ``none`` or ``reduced``."""
    for level in _EMPHASES:
        if value == level:
            return level
    raise ValueError(f"write one of {', '.join(_EMPHASES)}, not {value!r}")


def intensity(value: str) -> float:
    """0.01 … 2."""
    wanted = f"write a number from 0.01 to 2, not {value!r}"
    sign, number, _ = _number(value, wanted, ("",))
    return _within(_signed(sign, number), (0.01, 2.0), wanted)


def seconds(value: str) -> float:
    """``500ms`` or ``0.5s``, up to `MAX_PAUSE_S`."""
    wanted = f"write a length such as 500ms or 0.5s, up to {MAX_PAUSE_S:g}s, not {value!r}"
    sign, number, unit = _number(value, wanted, ("ms", "s"))
    return _within(_signed(sign, number) / (1000 if unit == "ms" else 1), (0.0, MAX_PAUSE_S), wanted)


def strength_seconds(value: str) -> float:
    """``none``, ``x-weak`` … ``x-strong`` in seconds."""
    if value not in _STRENGTHS:
        raise ValueError(f"write one of {', '.join(_STRENGTHS)}, not {value!r}")
    return _STRENGTHS[value]


def require_range(style: Style) -> None:
    """What nested elements add up to stays within what one of them may ask for.

    Raises:
        ValueError: it does not.
    """
    for name, value, (low, high), unit in (
        ("speed", style.speed, _SPEED_RANGE, " times"),
        ("pitch", style.pitch, _PITCH_RANGE, " semitones"),
        ("range of the pitch", style.pitch_range, _EXCURSION_RANGE, " times"),
        ("energy", style.energy, _ENERGY_RANGE, " dB"),
        ("volume", style.volume, _VOLUME_RANGE, " dB"),
    ):
        if not low <= value <= high:
            raise ValueError(
                f"together with the elements around it the {name} is {value:.4g}{unit}, not {low:g} to {high:g}"
            )


def _number(value: str, wanted: str, units: tuple[str, ...]) -> tuple[str, float, str]:
    """Sign, number and unit in lower case."""
    match = _NUMBER.fullmatch(value)
    if match is None or (match[3] or "").lower() not in units:
        raise ValueError(wanted)
    return match[1], float(match[2]), (match[3] or "").lower()


def _signed(sign: str, number: float) -> float:
    return -number if sign == "-" else number


def _percent(sign: str, number: float) -> float:
    """``+20%`` and ``120%`` are the factor 1.2."""
    return 1 + _signed(sign, number) / 100 if sign else number / 100


def _within(value: float, limits: tuple[float, float], wanted: str) -> float:
    if not limits[0] <= value <= limits[1]:
        raise ValueError(wanted)
    return value
