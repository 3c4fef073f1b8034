"""What a load needs, from what sentences take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.measure.speed.capacity import TIMES, Work, behaviour, fleet
from langsong.measure.speed.queueing import Servers

WORK = Work(chunks=[(0.1, 0.3, 0.6)] * 10, characters=250, audio_s=50.0)
"""25 characters a second of a processor."""


def test_a_fleet_by_hand() -> None:
    needed = fleet(WORK, 60_000, cores=4, price=3.6, busy=0.8)
    # 1000 characters a second, 20 of them on each processor: 50 processors
    assert (needed.processors, needed.machines) == (52, 13)
    # a machine speaks 80 characters a second, 0.288 million an hour
    assert needed.cost_per_million == pytest.approx(3.6 / 0.288)


@given(characters=st.floats(1, 1e9), cores=st.integers(1, 256), price=st.floats(0.01, 1000), busy=st.floats(0.01, 1))
def test_a_fleet_is_enough_and_no_machine_too_many(characters: float, cores: int, price: float, busy: float) -> None:
    needed = fleet(WORK, characters, cores=cores, price=price, busy=busy)
    of_a_machine = 60 * 25 * cores * busy
    assert needed.machines * of_a_machine >= characters * (1 - 1e-9)
    assert (needed.machines - 1) * of_a_machine < characters
    assert needed.processors == needed.machines * cores


def test_behaviour_under_overload() -> None:
    points = list(behaviour(WORK, Servers(workers=2, most_open=16), seconds=200.0))
    assert [point.times for point in points] == list(TIMES)
    calm, busy = points[0], points[-1]
    assert calm.refused < 0.01
    assert calm.per_second == pytest.approx(1.0, rel=0.3)  # half of two workers, a second of work for each request
    assert busy.refused == pytest.approx(0.99, abs=0.01)  # at a hundred times what can be done
    assert busy.per_second == pytest.approx(2.0, rel=0.1)
    assert calm.first_p50 < busy.first_p50 < 16  # never longer than the queue
