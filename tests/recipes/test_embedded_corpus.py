"""The corpus: what the teacher is told, which sentences, who says them, labels, and a run that is killed."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import corpus
import numpy as np
import pytest
import soundfile
from corpus.collect import collect, is_lost
from corpus.found_texts import pieces
from corpus.journal import Journal, read_lines
from corpus.labels import BLOCK, HOP, LAG, LEAD, RATE, TAIL, label, token_borders
from corpus.lag import deviations
from corpus.listen import in_turn, listen
from corpus.own_texts import carriers, own_sentences
from corpus.plan import HELD_OUT_CELLS, clips
from corpus.selection import Candidate, choose, features_of
from corpus.speak import journalled, write_flac
from corpus.speakers import SPEAKERS, style_table
from corpus.spelling import spell
from corpus.styles import STYLES, frames, pitch
from corpus.texts import CONVENTIONS, candidates
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_teacher import SYMBOLS

from langsong.errors import UnitError
from langsong.text.frontend import Frontend
from langsong.text.phones import pinyin_phones
from langsong.text.units import format_units, parse_units
from langsong.train.prepare.layouts import read_corpus
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


# ---- labels


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


# ---- the run


def test_journals_lose_no_line_but_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "clips.0.jsonl"
    Journal(path).add({"id": "甲"})
    with path.open("ab") as file:
        file.write(b'{"id": "tor')
    assert [row["id"] for row in read_lines(path)] == ["甲"]
    Journal(path).add({"id": "乙"})
    assert [row["id"] for row in read_lines(path)] == ["甲", "乙"]


@pytest.mark.parametrize("peak", [1.0, np.nan, np.inf])
def test_nothing_clipped_is_written(tmp_path: Path, peak: float) -> None:
    with pytest.raises(ValueError, match="full scale"):
        write_flac(tmp_path / "a.flac", np.array([0.0, peak], np.float32))
    assert list(tmp_path.iterdir()) == []


def speak(out: Path, teacher: Path, hours: float, wait: bool = True) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "corpus.speak", str(out), "--hours", str(hours), "--cache", str(teacher)]
    process = subprocess.Popen(
        command, cwd=Path(corpus.__file__).parents[1], stdout=subprocess.DEVNULL, start_new_session=True
    )
    if wait:
        assert process.wait(timeout=120) == 0
    return process


def test_a_killed_run_goes_on_to_the_same_corpus(texts: Path, tiny_teacher: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "texts.jsonl").write_bytes((texts / "texts.jsonl").read_bytes())
    hours = 40 / 3600
    speak(whole, tiny_teacher, hours)
    process = speak(texts, tiny_teacher, hours, wait=False)
    deadline = time.monotonic() + 60
    while len(journalled(texts)) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    begun = journalled(texts)
    assert len(begun) >= 5
    speak(texts, tiny_teacher, hours)
    ended = journalled(texts)
    assert ended == journalled(whole)
    assert begun.items() <= ended.items()
    assert sum(sum(row["durations"]) for row in ended.values()) >= 40
    for row in ended.values():
        assert (texts / row["audio"]).read_bytes() == (whole / row["audio"]).read_bytes()
        audio, rate = soundfile.read(texts / row["audio"])
        assert rate == RATE
        units = parse_units(row["units"])
        assert len(row["durations"]) == len(units)
        assert sum(row["durations"]) == pytest.approx(len(audio) / rate, abs=1e-4)
        assert {unit.speaker for unit in units} == {row["speaker"]}
        assert {unit.emotion for unit in units} == {f"emotion_{row['emotion']}"}
        assert 0.01 < np.abs(audio).max() <= 0.951


def test_processes_end_with_the_run_that_started_them(texts: Path, tiny_teacher: Path) -> None:
    process = speak(texts, tiny_teacher, hours=1.0, wait=False)
    deadline = time.monotonic() + 60
    while not journalled(texts) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    lines, before = journalled(texts), {}
    while lines != before and time.monotonic() < deadline:
        time.sleep(1.0)
        lines, before = journalled(texts), lines
    assert lines == before
    assert sum(sum(row["durations"]) for row in lines.values()) < 3600


def test_a_corpus_is_what_was_understood_and_can_be_prepared(texts: Path, tiny_teacher: Path) -> None:
    speak(texts, tiny_teacher, 20 / 3600)
    rows = list(journalled(texts).values())
    deaf = rows[0]["id"]
    said = iter(["喂" if row["id"] == deaf else row["text"] for row in rows])
    heard = list(listen(rows, texts, lambda audio, rate: next(said)))
    assert [(ear["plain"], ear["tonal"]) for ear in heard[1:]] == [(0, 0)] * (len(rows) - 1)
    assert all(ear["measured"]["rate"] > 0 for ear in heard)
    assert list(listen(rows, texts, lambda audio, rate: pytest.fail("heard again"))) == []
    report = collect(texts)
    assert f"* {deaf}: " in report
    parts = {row["id"]: "corpus" if row["split"] == "train" else "held_out" for row in rows if row["id"] != deaf}
    found = {}
    for part in ("corpus", "held_out"):
        listing = read_corpus(texts / f"{part}.jsonl")
        assert listing.rejected == []
        assert all(clip.durations_s and clip.units and clip.audio.exists() for clip in listing.clips)
        found.update({clip.id: part for clip in listing.clips})
    assert found == parts


@pytest.mark.parametrize(
    ("plain", "syllables", "lost"), [(0, 1, False), (1, 1, False), (2, 5, False), (2, 4, True), (5, 12, True)]
)
def test_which_clips_are_lost(plain: int, syllables: int, lost: bool) -> None:
    assert is_lost({"plain": plain, "syllables": syllables}) == lost


def test_listening_takes_every_cell_before_the_next_round() -> None:
    rows = [{"id": f"{s}{e}{i}", "speaker": s, "style": e} for i in range(3) for s in "ab" for e in "xy"]
    assert [row["id"] for row in in_turn(rows[::-1], 2)] == ["by2", "bx2", "ay2", "ax2", "by1", "bx1", "ay1", "ax1"]


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
