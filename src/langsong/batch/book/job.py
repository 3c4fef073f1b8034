"""Speaking a book: its pieces as a job that goes on where it was ended, then its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from langsong.batch.execution import Execute
from langsong.batch.job import run
from langsong.batch.manifest import Item, Manifest
from langsong.batch.work import Failed, Outcome

from .pieces import Part

PIECES_FOLDER = "pieces"


def items_of(parts: Sequence[Part]) -> dict[str, Item]:
    """What is to be spoken, each text once, by key and in the order of the book."""
    return {piece.item.key: piece.item for part in parts for piece in part.pieces}


def speak_pieces(
    parts: Sequence[Part],
    manifest: Manifest,
    execute: Execute,
    workers: int,
    planned: Callable[[int, int], None] = lambda total, done: None,
    progress: Callable[[int], None] = lambda characters: None,
) -> list[Failed]:
    """Speak what is not yet spoken of a book.

    Args:
        parts: the book.
        manifest: of the folder of pieces; what no longer belongs to the book is removed from it at the end.
        execute: does tasks; see `langsong.batch.execution`.
        workers: tasks at a time.
        planned: is told the characters of the book, and how many are spoken already.
        progress: is told the characters of every piece that is spoken, or has failed.

    Returns:
        What could not be spoken; these are tried again by every run.

    Raises:
        AudioError, JobError: the pieces cannot be kept.
    """
    items = items_of(parts)
    characters = {key: len((item.request or {})["text"]) for key, item in items.items()}
    manifest.plan(items.values(), retry_failed=True)
    planned(sum(characters.values()), sum(characters[done.key] for done in manifest.results()))

    def told(outcome: Outcome) -> None:
        progress(characters[outcome.key])

    run(manifest, execute, workers, progress=told)
    for path in manifest.folder.glob("*.*"):
        if path.suffix in (".flac", ".json") and path.stem not in items:
            path.unlink()
    return manifest.failures()
