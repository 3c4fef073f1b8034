"""``langsong capacity``: how many machines a load needs."""

from __future__ import annotations

import json

import pytest
from commands import Run

from langsong.measure.speed.capacity import TIMES


@pytest.mark.slow
def test_machines_for_a_load(run: Run) -> None:
    ran = run("capacity", "--characters", "60000", "--cores", "2", "--price", "1").done()
    found = json.loads(ran.out)
    speed = found["characters_per_processor_second"]
    assert found["machines"] == pytest.approx(60_000 / (60 * speed * 2 * 0.8), abs=1)
    assert found["processors"] == 2 * found["machines"]
    assert [point["times"] for point in found["a_machine_at"]] == list(TIMES)


def test_a_voice_that_is_not_there(run: Run) -> None:
    assert "nobody" in run("capacity", "--voice", "nobody").refused()


@pytest.mark.parametrize("option", [("--cores", "0"), ("--busy", "1.5"), ("--price", "-1"), ("--characters", "0")])
def test_what_no_load_can_be(run: Run, option: tuple[str, str]) -> None:
    ran = run("capacity", *option)
    assert ran.code == 2
    assert option[0] in ran.err
