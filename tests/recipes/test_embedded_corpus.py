"""The corpus: how the teacher is told what to say, which sentences, who says them, and in which style."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest
from corpus.found_texts import pieces
from corpus.own_texts import carriers, own_sentences
from corpus.plan import HELD_OUT_CELLS, clips
from corpus.selection import Candidate, choose, features_of
from corpus.speakers import SPEAKERS, style_table
from corpus.spelling import spell
from corpus.styles import STYLES, frames, pitch, tilted
from corpus.texts import CONVENTIONS, candidates
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_teacher import SYMBOLS

from langsong.errors import UnitError
from langsong.text.frontend import Frontend
from langsong.text.phones import pinyin_phones
from langsong.types import Unit

FRONTEND = Frontend(CONVENTIONS)
NEUTRAL = STYLES["neutral"]


# ---- spelling


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("天气真好。", "tʰjɛ→nʨʰi↘ ꭧə→n xau↓."),
        ("一月有雨，五月无云？", "i→ɥe↘ jou↗ y↓, u↓ɥe↘ u↗ y↗n?"),
        ("爱、恶、偶", "ai↘, ɤ↘, ou↓."),
        ("玩儿！女儿……", "wa↗nɚ! ny↓ɚ↗…"),
        ("四十是十四", "sɨ↘ʂɨ↗ ʂɨ↘ ʂɨ↗sɨ↘."),
    ],
)  # fmt: skip
def test_spelling(text: str, symbols: str) -> None:
    spelling = spell(FRONTEND.utterance(text))
    assert spelling.symbols == symbols
    assert len(spelling.owners) == len(symbols)


def test_every_syllable_can_be_spelled_in_the_teachers_symbols() -> None:
    for text in itertools.islice(carriers(), 0, None, 7):
        utterance = FRONTEND.utterance(text)
        spelling = spell(utterance)
        assert set(spelling.symbols) <= set(SYMBOLS)
        assert list(spelling.owners) == sorted(spelling.owners)
        silent = {utterance.units[index].phone for index in set(range(len(utterance.units))) - {*spelling.owners}}
        assert silent <= {"y_c", "w_c", "ga", "ge", "go"}


def test_english_units_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot say"):
        spell(Frontend().utterance("OK"))


# ---- sentences


def test_own_sentences_are_readable_and_always_the_same() -> None:
    sentences = own_sentences()
    assert sentences == own_sentences()
    assert len(sentences) == len(set(sentences)) > 2000
    assert not any(mark in sentence for sentence in sentences for mark in "{}")
    assert len(list(carriers())) == 6763
    finals = {phone for word in sentences for unit in _units(word) for phone in [unit.phone] if phone.endswith("r_c")}
    assert len(finals - {"r_c"}) == 36  # er_c and all 35 others with erhua


def _units(text: str) -> tuple[Unit, ...]:
    return FRONTEND.utterance(text).units if "儿" in text else ()


@given(st.text(alphabet="天地人，。！？“”：；《》 A1", max_size=90))
def test_pieces_are_short_and_of_the_text(text: str) -> None:
    for piece in pieces(text):
        assert 2 <= len(piece) <= 40
        assert piece[:-1] in text
        assert piece.count("“") == piece.count("”")


def test_candidates_are_single_sentences_once() -> None:
    texts = [
        ("你好。再见！", "own"),
        ("再见！", "graded"),
        ("今天天气真不错，我们去公园走走吧。", "graded"),
        ("☃", "own"),
    ]
    found = list(candidates(texts, FRONTEND))
    assert [(c.text, c.source, c.syllables) for c in found] == [("你好。", "own", 2), ("再见！", "own", 2)]


def test_features_name_syllables_and_transitions() -> None:
    units = FRONTEND.utterance("你好，我们").units
    assert features_of(units) == (
        "n_c>i_c", "n_c+i_c tone2", "i_c>h_c", "h_c>ao_c", "h_c+ao_c tone3", "ao_c>#3w_c", "w_c>o_c", "w_c+o_c tone3",
        "o_c>m_c", "m_c>en_c", "m_c+en_c tone5",
    )  # fmt: skip


FEATURES = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6).map(tuple)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(FEATURES, st.sampled_from(["x", "y"])), min_size=1, max_size=25))
def test_choice_is_greedy_and_complete(rows: list[tuple[tuple[str, ...], str]]) -> None:
    offered = [Candidate(str(i), source, features, len(features)) for i, (features, source) in enumerate(rows)]
    chosen = list(choose(offered, {"x": 0.6, "y": 0.4}))
    assert sorted(c.text for c in chosen) == sorted(c.text for c in offered)
    assert chosen == list(choose(offered, {"x": 0.6, "y": 0.4}))
    counts: Counter[str] = Counter()
    for place, candidate in enumerate(chosen):
        rest = [c for c in chosen[place:] if c.source == candidate.source]
        assert _gain(candidate, counts) >= max(_gain(c, counts) for c in rest) - 1e-9
        counts.update(candidate.features)


def _gain(candidate: Candidate, counts: Counter[str]) -> float:
    new = counts + Counter(candidate.features)
    return sum(np.log1p(new[f]) - np.log1p(counts[f]) for f in new) / (candidate.syllables + 4.0)


def test_sources_take_turns_by_their_shares() -> None:
    offered = [Candidate(str(i), "xy"[i % 2], (str(i),), 1) for i in range(100)]
    first = Counter(c.source for c in itertools.islice(choose(offered, {"x": 0.75, "y": 0.25}), 40))
    assert first == {"x": 30, "y": 10}


# ---- who says what


def test_plan_covers_all_cells_and_repeats_nothing() -> None:
    texts: Any = [{"id": f"s{i}", "text": "好。", "source": "own", "split": "train"} for i in range(600)]
    planned = list(itertools.islice(clips(texts), 1800))
    assert len({clip.id for clip in planned}) == 1800
    styles = Counter(clip.style for clip in planned[:1200])
    assert styles.pop("neutral") == 480
    assert set(styles.values()) == {80}
    assert set(Counter(clip.speaker for clip in planned[:1200]).values()) == {150}
    assert len({(clip.speaker, clip.style) for clip in planned[:1200]}) == len(SPEAKERS) * len(STYLES)
    assert {(clip.speaker, clip.style) for clip in planned if clip.split == "valid"} == HELD_OUT_CELLS


def test_held_out_sentences_are_held_out_whoever_says_them() -> None:
    texts: Any = [{"id": "s0", "text": "好。", "source": "own", "split": "valid"}]
    assert {clip.split for clip in itertools.islice(clips(texts), 20)} == {"valid"}


def test_timbre_and_prosody_can_be_of_different_voices() -> None:
    voices = {name: np.full((510, 256), number, np.float32) for number, name in enumerate(_voices())}
    table = style_table(SPEAKERS["ruolan"], voices)
    assert (table[:, :128] == voices["af_bella"][:, :128]).all()
    assert (table[:, 128:] == voices["zf_xiaobei"][:, 128:]).all()


def _voices() -> list[str]:
    return sorted({voice for s in SPEAKERS.values() for voice in (s.timbre, s.prosody)})


# ---- styles


def test_styles_keep_tones_and_differ() -> None:
    contour = (200 * 2 ** (np.sin(np.arange(160) / 5) / 3)).astype(np.float32)
    contour[60:70] = 5.0
    seen = {}
    for name, style in STYLES.items():
        moved = pitch(style, contour, begin_s=0.1, slope_s=1.5, end_s=1.9)
        assert (moved[60:70] == 5.0).all()
        voiced = 12 * np.log2(np.delete(moved, slice(60, 70))[:100])
        original = 12 * np.log2(np.delete(contour, slice(60, 70))[:100])
        assert voiced.std() >= 0.69 * original.std()
        assert np.corrcoef(voiced, original)[0, 1] > 0.9
        seen[name] = (voiced.mean() - original.mean(), style.stretch, style.gain)
    distances = [
        abs(a[0] - b[0]) / 1.5 + abs(np.log(a[1] / b[1])) / 0.1 + abs(a[2] - b[2]) / 2.5
        for a, b in itertools.combinations(seen.values(), 2)
    ]
    assert min(distances) > 1.0


def test_frames_stretch_phones_and_pauses() -> None:
    predicted = np.full(8, 4.0, np.float32)
    sad = STYLES["sad"]
    assert frames(NEUTRAL, predicted, "ni, xa", 4).tolist() == [4] * 8
    assert frames(sad, predicted, "ni, xa", 4).tolist() == [4, 5, 5, 5, 5, 6, 6, 4]
    assert frames(NEUTRAL, np.full(8, 0.1, np.float32), "ni, xa", 4).min() == 1


@pytest.mark.parametrize("name", STYLES)
def test_tilt_is_so_many_decibels_an_octave_and_moves_nothing(name: str) -> None:
    rate, style = 24000, STYLES[name]
    impulse = np.zeros(rate, np.float32)
    impulse[rate // 2] = 1.0
    filtered = tilted(style, impulse, rate)
    assert filtered.shape == impulse.shape
    assert int(np.abs(filtered).argmax()) == rate // 2
    decibels = 20 * np.log10(np.abs(np.fft.rfft(filtered)))  # a bin a hertz
    assert decibels[1000] == pytest.approx(0.0, abs=0.05)
    assert decibels[2000] - decibels[500] == pytest.approx(2 * style.tilt, abs=0.05)
    assert decibels[100] == pytest.approx(decibels[200], abs=0.05)
    assert decibels[11000] == pytest.approx(decibels[6000], abs=0.05)


def test_every_syllable_of_the_dictionary_has_symbols() -> None:
    from corpus.spelling import syllable_symbols
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_tone3

    readings = {to_tone3(r, neutral_tone_with_five=True) for rs in PINYIN_DICT.values() for r in rs.split(",")}
    spelled = 0
    for reading in sorted(readings):
        try:
            phones, tone = pinyin_phones(reading)
        except UnitError:
            continue
        onset, final = (Unit(phone, tone, "", "") for phone in phones)
        start, rest = syllable_symbols(onset, final)
        assert set(start + rest) <= set(SYMBOLS)
        assert rest
        spelled += 1
    assert spelled > 1400
