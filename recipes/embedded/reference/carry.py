"""python -m reference.carry FROM TO: give the voice in TO the reference encoder of the voice in FROM.

A voice that is made anew has none; it need not be trained anew.
"""

from __future__ import annotations

import sys
from pathlib import Path

from langsong.bundle.attach import copy_reference
from langsong.bundle.verify import compare_graphs
from langsong.bundle.voice import Voice

if __name__ == "__main__":
    carried = copy_reference(Voice.open(Path(sys.argv[1])), Voice.open(Path(sys.argv[2])))
    print(f"{carried.folder}: differs from torch by {compare_graphs(carried)['emotion']:.1e}")
