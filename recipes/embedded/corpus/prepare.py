"""python -m corpus.prepare OUT: OUT/prepared of corpus.jsonl, OUT/prepared_held_out of held_out.jsonl.

Frames of the universal HiFi-GAN at 22.05 kHz; clips stay as loud as their styles make them. Goes on where it ended.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from corpus.texts import CONVENTIONS
from langsong.errors import CorpusError
from langsong.train.prepare.job import prepare
from langsong.train.prepare.settings import PrepareSettings, preset

PARTS = {"corpus.jsonl": "prepared", "held_out.jsonl": "prepared_held_out"}


def settings() -> PrepareSettings:
    """How both parts are prepared."""
    return preset("22k").model_copy(update={"conventions": CONVENTIONS, "level_dbfs": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int)
    arguments = parser.parse_args()
    for listing, folder in PARTS.items():
        try:
            done = prepare(arguments.out / listing, arguments.out / folder, settings(), workers=arguments.workers)
        except CorpusError as error:
            raise SystemExit(f"prepare: {error}") from None
        for rejection in done.rejected:
            print(f"rejected {rejection.id}: {rejection.reason}")
        clips = len(done.corpus.train) + len(done.corpus.valid)
        print(f"{arguments.out / folder}: {clips} clips, {len(done.rejected)} rejected")


if __name__ == "__main__":
    main()
