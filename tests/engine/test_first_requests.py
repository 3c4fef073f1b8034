"""The first requests of a process, which come at once."""

from __future__ import annotations

import subprocess
import sys

TOGETHER = """
import sys, threading, openvino
from langsong.engine.runtime.openvino import OpenVinoRuntime

OpenVinoRuntime({}, 1, "f32", frozenset(), None)
sys.setswitchinterval(1e-6)
barrier = threading.Barrier(16)

def first() -> None:
    barrier.wait()
    openvino.Type.f32.to_dtype()  # as the binding does when it is given an array

threads = [threading.Thread(target=first) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done")
"""


def test_threads_do_not_wait_for_each_other_for_ever() -> None:
    """OpenVINO's binding fills a table at its first use: without care, five of six such processes never end."""
    ran = subprocess.run([sys.executable, "-c", TOGETHER], capture_output=True, text=True, timeout=100)
    assert (ran.stdout, ran.stderr) == ("done\n", "")
