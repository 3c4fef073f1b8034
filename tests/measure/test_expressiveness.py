"""What a study finds, from takes whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from langsong.audio.files import write_audio
from langsong.engine.synthesizer import Synthesizer
from langsong.errors import AudioError
from langsong.measure.expressiveness.findings import faults, likeness, movements, pinyin_errors
from langsong.measure.expressiveness.recordings import Followed, listing_table, read_listing
from langsong.measure.expressiveness.report import table, write_report
from langsong.measure.expressiveness.study import INTENSITIES, SENTENCES, Take, emotions_of, takes

VOICES = {"a": (1.0, 0.0), "b": (0.6, 0.8)}


def take(speaker: str, sentence: str, emotion: str, intensity: float, **changes: object) -> Take:
    neutral = Take(sentence, speaker, emotion, intensity, 90.0, 8.0, 4.0, -20.0, 0.5, True, 0, 10, VOICES[speaker])
    return replace(neutral, **changes)  # type: ignore[arg-type]


@pytest.fixture
def study() -> list[Take]:
    """Speaker a is sad as told; b does the contrary in rate, and jumps back at 1.5."""
    found = []
    for speaker in VOICES:
        for sentence in ("一", "二"):
            found.append(take(speaker, sentence, "neutral", 0.0))
            for x in INTENSITIES:
                slower = -x if speaker == "a" else x
                found.append(
                    take(
                        speaker, sentence, "sad", x, F0=90 - 2 * x, range=8 - x, rate=4 + 0.4 * slower,
                        level=-20 - (3 * x if x < 1.5 or speaker == "a" else 1), errors=1,
                        voice=(0.8, 0.6) if speaker == "a" else VOICES["b"],
                    )
                )  # fmt: skip
    return found


def test_movements(study: list[Take]) -> None:
    sad = movements(study)["sad"]
    assert (sad["F0"].mean, sad["F0"].right, sad["F0"].monotone) == pytest.approx((-2, 1, 1))
    assert (sad["rate"].mean, sad["rate"].right, sad["rate"].monotone) == pytest.approx((0, 0.5, 0.5))
    assert (sad["level"].mean, sad["level"].right, sad["level"].monotone) == pytest.approx((-3, 1, 0.5))


def test_voices_are_compared(study: list[Take]) -> None:
    found = likeness(study)
    assert found is not None
    assert found.own == pytest.approx(0.8)
    assert found.own_of == "a, sad"
    assert found.others == pytest.approx(0.6)
    assert likeness([replace(t, voice=()) for t in study]) is None


def test_errors_and_faults(study: list[Take]) -> None:
    assert pinyin_errors(study) == {"neutral": 0.0, "sad": 0.1}
    assert faults(study) == (0, 0)
    assert faults([*study, replace(study[0], peak=1.0), replace(study[0], finite=False)]) == (1, 1)


def test_the_page(study: list[Take], tmp_path: Path) -> None:
    page = table(study)
    assert "| sad | -2.0 (↓ 100%) | -1.0 (↓ 100%) | +0.0 (↓ 50%) | -3.0 (↓ 100%) |" in page
    assert "| sentence pairs that move as the target says | ≥ 95 % | 87.5% |" in page
    assert "0.0% neutral, 10.0% sad (+10.0 points)" in page
    pytest.importorskip("matplotlib")
    written, picture = write_report(study, tmp_path)
    assert page in written.read_text(encoding="utf-8")
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_embedded_voice_is_studied(embedded: Synthesizer) -> None:
    found = list(takes(embedded, SENTENCES[:1], speakers=["qinglan"]))
    assert len(found) == 1 + len(INTENSITIES) * len(emotions_of(embedded))
    assert all(t.finite and np.isfinite(t.F0) and 1 < t.rate < 12 for t in found)
    assert {t.emotion for t in found} == {"neutral", *emotions_of(embedded)}


def test_there_are_enough_sentences() -> None:
    assert len(set(SENTENCES)) == len(SENTENCES) >= 20


def test_listings(tmp_path: Path) -> None:
    sound = np.sin(np.arange(16000) / 20).astype(np.float32) * 0.1
    write_audio(tmp_path / "a.wav", sound, 16000)
    listing = tmp_path / "list.tsv"
    listing.write_text("a.wav\thappy\tanna\n", encoding="utf-8")
    (item,) = read_listing(listing)
    assert (item.emotion, item.speaker, item.source.sample_rate) == ("happy", "anna", 16000)
    for text, message in (
        ("a.wav happy\n", "line 1: write path, emotion and speaker"),
        ("b.wav\tx\ty\n", "cannot read"),
    ):
        listing.write_text(text, encoding="utf-8")
        with pytest.raises(AudioError, match=message):
            read_listing(listing)
    with pytest.raises(AudioError, match="cannot read"):
        read_listing(tmp_path / "none.tsv")


def test_a_table_of_recordings() -> None:
    changes = {"F0": 3.0, "range": -1.0, "rate": 10.0, "level": 2.0}
    row = Followed(4, 0.75, 0.9, changes, {m: x / 2 for m, x in changes.items()})  # type: ignore[arg-type, misc]
    assert "| happy | 4 | 75% | 0.90 | +3.0 → +1.5 | -1.0 → -0.5 |" in listing_table({"happy": row})
