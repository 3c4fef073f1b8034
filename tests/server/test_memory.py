"""Memory of a process that forgets old blocks for new ones."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHURN = """
import random, sys, threading
import numpy as np
from langsong.server.memory import give_memory_back

if sys.argv[1] == "give back":
    give_memory_back()

def churn(seed):
    chance = random.Random(seed)
    kept = []
    for _ in range(600):
        kept.append(np.ones(chance.randrange(40_000, 120_000), np.float32))
        if len(kept) > 40:
            kept.pop(chance.randrange(40))
    kept.clear()

threads = [threading.Thread(target=churn, args=(seed,)) for seed in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmRSS")))
"""


def resident_kb(how: str) -> int:
    return int(subprocess.run([sys.executable, "-c", CHURN, how], capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of the GNU C library")
def test_what_is_freed_is_given_back() -> None:
    assert resident_kb("give back") < resident_kb("keep") - 10_000
