"""What is remembered of a machine, and what is assumed of one that was not measured."""

from __future__ import annotations

from pathlib import Path

import pytest
from speech_checks import Imported

from langsong.bundle.store import find_voice
from langsong.engine import tuning as module
from langsong.engine.device import available_cores, place
from langsong.engine.tuning import Tuning, remember, tuning
from langsong.measure.speed.tune import Combination, measure, shapes, tune


def test_what_was_measured_is_remembered_for_voice_and_placement(home: Path, imported: Imported) -> None:
    fed_back, plain = imported("base").voice, find_voice(None)
    f32, torch = place("openvino", "cpu", "f32"), place("torch", "cpu", "f32")
    cores = available_cores()
    assert tuning(fed_back, f32)[:3] == (cores, 1, 8)
    assert tuning(plain, f32)[:3] == (cores, 1, 1)
    kept = Tuning(3, 2, 4, "measured")
    path = remember(fed_back, f32, kept)
    remember(plain, f32, Tuning(1, 9, 1, "too"))
    assert tuning(fed_back, f32) == kept
    assert tuning(fed_back, torch)[:3] == (cores, 1, 8)
    assert tuning(plain, f32).threads == 9
    path.write_text("{", encoding="utf-8")
    assert tuning(fed_back, f32)[:3] == (cores, 1, 8)
    remember(fed_back, f32, kept)
    assert tuning(fed_back, f32) == kept


def test_another_machine_has_its_own(home: Path, imported: Imported, monkeypatch: pytest.MonkeyPatch) -> None:
    voice, placement = imported("base").voice, place("openvino", "cpu", "f32")
    remember(voice, placement, Tuning(3, 2, 4, "measured"))
    monkeypatch.setattr(module, "available_cores", lambda: 64)
    assert tuning(voice, placement)[:3] == (64, 1, 8)


@pytest.mark.parametrize(
    ("cores", "expected"),
    [(1, [(1, 1), (2, 1)]), (2, [(2, 1), (1, 2), (3, 1)]), (6, [(6, 1), (3, 2), (2, 3), (1, 6), (7, 1)])],
)
def test_combinations_keep_all_cores_busy(cores: int, expected: list[tuple[int, int]]) -> None:
    assert list(shapes(cores)) == expected


def test_a_combination_is_measured(imported: Imported) -> None:
    found = measure(Combination(str(imported("base").voice.folder), "openvino", "f32", 2, 1, 4))
    assert found.audio_per_s > 0
    assert found.cpu_per_audio > 0


@pytest.mark.slow
def test_the_best_is_the_fastest_of_all(imported: Imported) -> None:
    seen: list[float] = []
    best = tune(str(imported("base").voice.folder), "openvino", "f32", lambda found: seen.append(found.audio_per_s))
    assert len(seen) == len(list(shapes(available_cores()))) + 2
    assert best.audio_per_s == max(seen)
