"""Run a command; then print how long it took, and the most memory that it and its children had at once (Linux).

python scripts/measure_command.py langsong book big.txt -o big
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

EVERY_S = 0.5


def memory_mb(root: int) -> tuple[float, float]:
    """Of a process and all below it, MB (10⁶ bytes): resident (RSS), and with what they share counted once (PSS)."""
    children: dict[int, list[int]] = {}
    sizes: dict[int, tuple[float, float]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            fields = dict(line.split()[:2] for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
        except OSError:  # it has ended, or is not ours
            continue
        children.setdefault(parent, []).append(int(folder.name))
        sizes[int(folder.name)] = (float(fields["Rss:"]) * 1024 / 1e6, float(fields["Pss:"]) * 1024 / 1e6)
    resident, proportional = 0.0, 0.0
    waiting = [root]
    while waiting:
        process = waiting.pop()
        resident += sizes.get(process, (0.0, 0.0))[0]
        proportional += sizes.get(process, (0.0, 0.0))[1]
        waiting += children.get(process, [])
    return resident, proportional


def main() -> int:
    begin, most = time.monotonic(), (0.0, 0.0)
    process = subprocess.Popen(sys.argv[1:])
    while process.poll() is None:
        now = memory_mb(process.pid)
        most = max(most[0], now[0]), max(most[1], now[1])
        time.sleep(EVERY_S)
    wall = time.monotonic() - begin
    print(
        f"{wall:.1f} s; at most {most[0]:.0f} MB resident with all children, {most[1]:.0f} MB where what they share "
        "counts once",
        file=sys.stderr,
    )
    return process.returncode


if __name__ == "__main__":
    sys.exit(main())
