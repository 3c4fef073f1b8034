"""Durations keep their sum, whatever they come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.text.units import parse_units
from langsong.train.prepare.clips import BadClip
from langsong.train.prepare.durations import frames_of, unit_seconds
from langsong.train.prepare.intervals import Interval, read_intervals
from langsong.types import Unit


def units(phones: str) -> list[Unit]:
    return [
        Unit(p, "tone_none", "s_none", "word_none") if p[0] == "#" else Unit(p, "tone1", "s_begin", "word_begin")
        for p in phones.split()
    ]


@given(st.lists(st.floats(0, 1.5), min_size=1, max_size=60), st.sampled_from([86.1328125, 80.0, 100.0]), st.data())
@settings(deadline=None)
def test_frames_add_up_and_stay_near_the_seconds(seconds: list[float], rate: float, data: st.DataObject) -> None:
    exact = sum(seconds) * rate
    frames = data.draw(st.integers(max(0, int(exact) - 2), int(exact) + 2))
    found = frames_of(seconds, rate, frames)
    assert sum(found) == frames
    assert min(found) >= 0
    drift = np.abs(np.cumsum(found)[:-1] - np.cumsum(seconds)[:-1] * rate)
    assert drift.max(initial=0.0) <= 3.5


def test_errors_do_not_add_up() -> None:
    assert frames_of([0.5] * 9, 1.0, 4) == (0, 1, 1, 0, 0, 1, 1, 0, 0)


def test_labels_go_to_their_units() -> None:
    line = units("sh ang #1 h ao #4")
    intervals = [
        Interval(0.0, 0.3, "sil"),
        Interval(0.3, 0.4, "SH"),
        Interval(0.4, 0.6, "AANG"),
        Interval(0.6, 0.7, "sp"),
        Interval(0.7, 0.8, "H"),
        Interval(0.8, 1.0, "AW"),
        Interval(1.0, 1.5, "sil"),
    ]
    found = unit_seconds(intervals, line, 0.25, 1.2)
    np.testing.assert_allclose(found, [0.15, 0.2, 0.1, 0.1, 0.2, 0.2])


def test_pauses_without_a_break_and_breaks_without_a_pause() -> None:
    line = units("ga a #1 m a #4")
    intervals = [
        Interval(0.0, 0.2, "a"),
        Interval(0.2, 0.3, "m"),
        Interval(0.3, 0.4, "sp"),
        Interval(0.4, 0.5, "a"),
    ]
    found = unit_seconds(intervals, line, 0.0, 0.5)
    np.testing.assert_allclose(found, [0, 0.2, 0, 0.2, 0.1, 0], atol=1e-9)


def test_other_phones_than_the_text_has_are_refused() -> None:
    with pytest.raises(BadClip, match="labels have 1 phones, its text has 2"):
        unit_seconds([Interval(0, 1, "a")], units("m a #4"), 0, 1)


LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 1.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 1.5
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 1.5
            text = "说 ""好"" 2"
    item [2]:
        class = "IntervalTier"
        name = "phones"
        xmin = 0
        xmax = 1.5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 0.25
            text = "h"
        intervals [2]:
            xmin = 0.25
            xmax = 1.5
            text = "ao3"
"""
SHORT = (
    'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n1.5\n<exists>\n1\n"IntervalTier"\n"phones"\n0\n1.5\n2\n'
    '0\n0.25\n"h"\n0.25\n1.5\n"ao3"\n'
)


@pytest.mark.parametrize("text", [LONG, SHORT])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_textgrids_in_both_forms(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.TextGrid"
    path.write_text(text, encoding=encoding)
    assert read_intervals(path) == [Interval(0.0, 0.25, "h"), Interval(0.25, 1.5, "ao3")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no tier"),
        (SHORT.replace('"ao3"', ""), "no TextGrid"),
        (SHORT.replace("\n2\n", "\n20\n"), "no TextGrid"),
        (SHORT.replace("0.25\n1.5", "0.20\n1.5"), "overlap"),
        ("\xff", "no tier"),
    ],
)
def test_broken_labels_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.interval"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadClip, match=message):
        read_intervals(path)


def test_the_units_of_this_test_are_units() -> None:
    line = " ".join(map(str, units("m a #4")))
    assert len(parse_units(line)) == 3
