"""Labels of what the teacher said: where units begin and end in the sound."""

from __future__ import annotations

import numpy as np
import pytest
from corpus.labels import BLOCK, HOP, LAG, LEAD, RATE, TAIL, label, token_borders
from corpus.lag import deviations
from corpus.spelling import spell
from corpus.styles import STYLES
from corpus.texts import CONVENTIONS
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.text.frontend import Frontend
from langsong.text.units import format_units, parse_units
from langsong.types import Unit

FRONTEND = Frontend(CONVENTIONS)
NEUTRAL = STYLES["neutral"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_labels_are_a_partition(data: st.DataObject) -> None:
    utterance = FRONTEND.utterance(data.draw(st.sampled_from(["我，一安。", "五月、云！", "好。", "他说：走。"])))
    spelling = spell(utterance)
    lengths = st.lists(st.integers(1, 12), min_size=len(spelling.symbols) + 2, max_size=len(spelling.symbols) + 2)
    token_frames = np.array(data.draw(lengths))
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    audio = draw.standard_normal(token_frames.sum() * HOP).astype(np.float32)
    for _ in range(data.draw(st.integers(0, 4))):
        start = int(draw.integers(0, len(audio) - 1))
        audio[start : start + int(draw.integers(1, 9000))] = 0
    place = label(audio, utterance.units, spelling, token_frames)
    assert len(place.borders) == len(utterance.units) + 1
    assert place.borders[0] == 0
    assert place.borders[-1] == place.end - place.start
    assert (np.diff(place.borders) >= 0).all()
    assert 0 <= place.start < place.end <= len(audio)


def test_borders_are_those_of_the_sound() -> None:
    utterance = FRONTEND.utterance("他说，好。")  # t a | sh uo | #3 | h ao | #4, with #1 between the first two
    spelling = spell(utterance)
    token_frames = np.full(len(spelling.symbols) + 2, 4)
    token_frames[0] = 20
    starts = dict(zip(_names(utterance.units), token_borders(utterance.units, spelling, token_frames), strict=False))
    assert starts["t_c"] == 20 * HOP
    assert starts["a_c"] - starts["t_c"] == 2 * 4 * HOP  # tʰ
    audio = np.zeros(token_frames.sum() * HOP, np.float32)
    spoken = slice(starts["t_c"] - LAG, starts["#4"] - LAG)
    audio[spoken] = np.sin(np.arange(spoken.stop - spoken.start) * 0.3)
    pause = slice(starts["#3"] - LAG - 30 * BLOCK, starts["h_c"] - LAG - 2 * BLOCK)  # begins within the phone before
    audio[pause] = 0
    place = label(audio, utterance.units, spelling, token_frames)
    found = dict(zip(_names(utterance.units), place.borders + place.start, strict=False))
    assert found["a_c"] == starts["a_c"] - LAG
    assert abs(found["#3"] - pause.start) <= BLOCK
    assert abs(found["h_c"] - pause.stop) <= BLOCK
    assert abs(spoken.start - place.start - LEAD) <= BLOCK
    assert abs(found["#4"] - spoken.stop) <= BLOCK
    assert abs(place.end - spoken.stop - TAIL) <= BLOCK


def _names(units: tuple[Unit, ...]) -> list[str]:
    return [unit.phone for unit in units]


def test_glides_without_a_symbol_share_and_glottal_onsets_do_not_last() -> None:
    utterance = FRONTEND.utterance("一安")
    spelling = spell(utterance)
    token_frames = np.full(len(spelling.symbols) + 2, 2)
    lengths = dict(
        zip(_names(utterance.units), np.diff(token_borders(utterance.units, spelling, token_frames)), strict=True)
    )
    assert lengths["y_c"] == 4 * HOP // 4
    assert lengths["i_c"] == 4 * HOP - lengths["y_c"]
    assert lengths["ga"] == 0


@pytest.mark.parametrize("late_s", [-0.03, 0.0, 0.04])
def test_lag_is_how_late_frication_is(late_s: float) -> None:
    draw = np.random.default_rng(0)
    time = np.arange(RATE) / RATE
    hiss = np.diff(draw.standard_normal(RATE + 1)) * 0.3
    audio = np.where((time >= 0.4 + late_s) & (time < 0.5 + late_s), hiss, np.sin(2 * np.pi * 500 * time))
    units = format_units(FRONTEND.utterance("爱山").units)  # ga ai_c [#1] sh_c an_c #4
    lengths = {"ga": 0.0, "ai_c": 0.4, "#1": 0.0, "sh_c": 0.1, "an_c": 0.4, "#4": 0.1}
    row = {"units": units, "durations": [lengths[unit.phone] for unit in parse_units(units)]}
    ((begins, ends),) = deviations(row, audio.astype(np.float32))
    assert begins == pytest.approx(late_s, abs=0.008)
    assert ends == pytest.approx(late_s, abs=0.008)


@pytest.mark.parametrize(("samples", "reason"), [(0.0, "nothing sounds"), (np.nan, "not finite")])
def test_what_is_not_speech_is_refused(samples: float, reason: str) -> None:
    utterance = FRONTEND.utterance("好。")
    spelling = spell(utterance)
    token_frames = np.full(len(spelling.symbols) + 2, 4)
    audio = np.full(token_frames.sum() * HOP, samples, np.float32)
    with pytest.raises(ValueError, match=reason):
        label(audio, utterance.units, spelling, token_frames)
