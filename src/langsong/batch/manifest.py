"""What a job has to do and what it has done: one SQLite database beside the results.

Workers may be threads, processes or machines, and a task may be done more than once; a result is taken once. A result
counts when its files are on disk under their names *and* the database says so, in this order, each step forced to the
disk before the next; whatever is cut off in between is done anew.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langsong.audio.files import remove_leftovers, write_file
from langsong.errors import JobError

from .work import Failed, Outcome, Spoken, Task

FILE = "manifest.sqlite"
MOST_ATTEMPTS = 3
"""Of an item that ends the process that speaks it."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    key TEXT PRIMARY KEY,
    position INTEGER NOT NULL,      -- in the order of the input
    digest TEXT NOT NULL,           -- of all that the result depends on
    request TEXT,                   -- JSON; NULL if it could not be read
    state TEXT NOT NULL,            -- waiting, done, failed
    error TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0,
    audio TEXT NOT NULL DEFAULT '', -- file names and sizes in bytes
    audio_bytes INTEGER NOT NULL DEFAULT 0,
    facts_bytes INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    plan INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_state ON items (state, position);
"""

_PLAN = """
INSERT INTO items (key, position, digest, request, state, error, plan) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
    position = excluded.position,
    plan = excluded.plan,
    request = excluded.request,
    state = CASE digest WHEN excluded.digest THEN state ELSE excluded.state END,
    error = CASE digest WHEN excluded.digest THEN error ELSE excluded.error END,
    attempts = CASE digest WHEN excluded.digest THEN attempts ELSE 0 END,
    digest = excluded.digest
"""


_ADVICE = {  # by SQLite's words; its codes are not to be had before Python 3.11
    "locked": "another run works there: wait for it, or choose another folder",
    "full": "the disk is full: free some space and start again",
}
_OTHERWISE = "free some space or choose another folder, and start again"


@dataclass(frozen=True)
class Item:
    """One item of the input.

    Attributes:
        request: as `work.Task` has it; None if it could not be read.
        error: why not.
    """

    key: str
    digest: str
    request: dict[str, Any] | None
    error: str = ""


@dataclass(frozen=True)
class Counts:
    """How far a job is; `seconds` of speech that are done."""

    done: int
    failed: int
    waiting: int
    seconds: float

    @property
    def total(self) -> int:
        """Items of the job."""
        return self.done + self.failed + self.waiting


@dataclass(frozen=True)
class Done:
    """A result that counts; its files are there."""

    key: str
    audio: Path
    facts: Path
    seconds: float


class Manifest:
    """The state of the job in a folder. One process at a time has it, in one thread; a context manager.

    Args:
        folder: of the results; made if it is not there.

    Raises:
        JobError: another run has it, the database is damaged, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JobError(f"cannot make the folder {folder}: {error.strerror}; choose another place") from None
        with self._explained():
            self._db = sqlite3.connect(folder / FILE, timeout=1.0, isolation_level=None)
            try:
                # The lock is the process's and ends with it, however it ends.
                self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.executescript(_SCHEMA)
            except BaseException:
                self._db.close()
                raise

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def plan(self, items: Iterable[Item], *, retry_failed: bool = False) -> None:
        """Take the input as it is now: what is new or changed waits, what is gone is forgotten (its files stay).

        A done item whose files are not there waits again; one that has ended its process too often has failed.

        Args:
            items: all, in order, each key once.
            retry_failed: what failed waits again, unless it could not be read.
        """
        remove_leftovers(self.folder)
        with self._transaction():
            (plan,) = self._db.execute("SELECT coalesce(max(plan), 0) + 1 FROM items").fetchone()
            self._db.executemany(
                _PLAN,
                (
                    (
                        item.key,
                        position,
                        item.digest,
                        None if item.request is None else json.dumps(item.request, ensure_ascii=False),
                        "waiting" if item.request is not None else "failed",
                        item.error,
                        plan,
                    )
                    for position, item in enumerate(items)
                ),
            )
            self._db.execute("DELETE FROM items WHERE plan < ?", (plan,))
            lost = [(key,) for key in self._incomplete()]
            self._db.executemany("UPDATE items SET state = 'waiting', attempts = 0 WHERE key = ?", lost)
            self._db.execute(
                "UPDATE items SET state = 'failed', error = ? WHERE state = 'waiting' AND attempts >= ?",
                (f"the process ended {MOST_ATTEMPTS} times while it was spoken", MOST_ATTEMPTS),
            )
            if retry_failed:
                self._db.execute(
                    "UPDATE items SET state = 'waiting', error = '', attempts = 0 "
                    "WHERE state = 'failed' AND request IS NOT NULL"
                )

    def _incomplete(self) -> Iterator[str]:
        rows = self._db.execute("SELECT key, audio, audio_bytes, facts_bytes FROM items WHERE state = 'done'")
        for key, audio, audio_bytes, facts_bytes in rows:
            for path, size in ((self.folder / audio, audio_bytes), (self._facts(key), facts_bytes)):
                if not path.is_file() or path.stat().st_size != size:
                    yield key
                    break

    def _facts(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def waiting(self, *, shuffle: int | None = None, limit: int | None = None) -> tuple[list[str], list[str]]:
        """Keys of what is to be done: those never begun, and those with which a process ended.

        The latter come with the next run again, and should be spoken after the others and one at a time, so that
        they take no others with them.

        Args:
            shuffle: seed of another order than the input's.
            limit: of them all.
        """
        rows = self._db.execute("SELECT key, attempts FROM items WHERE state = 'waiting' ORDER BY position").fetchall()
        if shuffle is not None:
            random.Random(shuffle).shuffle(rows)
        rows = sorted(rows, key=lambda row: row[1])[:limit]
        return [key for key, attempts in rows if not attempts], [key for key, attempts in rows if attempts]

    def tasks(self, keys: Iterable[str]) -> Iterator[Task]:
        """The tasks of these keys."""
        for key in keys:
            digest, request = self._db.execute("SELECT digest, request FROM items WHERE key = ?", (key,)).fetchone()
            yield Task(key, digest, json.loads(request))

    def begin(self, keys: Iterable[str]) -> Iterator[Task]:
        """The same; each counts as begun when it is taken."""
        for key in keys:
            # Of use when the process ends, not when the power does: it need not be on disk.
            with self._explained():
                self._db.execute("PRAGMA synchronous = NORMAL")
                self._db.execute("UPDATE items SET attempts = attempts + 1 WHERE key = ?", (key,))
                self._db.execute("PRAGMA synchronous = FULL")
            yield from self.tasks([key])

    def record(self, outcome: Outcome) -> bool:
        """Keep an outcome. Outcomes may come in any order and again; once a result is kept, others are not.

        Returns:
            Whether it was kept: not so if the item is done, unknown, or was changed since the task was given.

        Raises:
            AudioError: the files cannot be written, or the disk is full.
            JobError: the same of the database.
        """
        row = self._db.execute("SELECT digest, state, audio FROM items WHERE key = ?", (outcome.key,)).fetchone()
        if row is None or row[0] != outcome.digest or row[1] == "done":
            return False
        if isinstance(outcome, Failed):
            with self._explained():
                self._db.execute(
                    "UPDATE items SET state = 'failed', error = ? WHERE key = ?", (outcome.error, outcome.key)
                )
            return True
        self._keep(outcome)
        if row[2] and row[2] != f"{outcome.key}{outcome.suffix}":  # of another format, before the input was changed
            (self.folder / row[2]).unlink(missing_ok=True)
        return True

    def _keep(self, spoken: Spoken) -> None:
        audio = f"{spoken.key}{spoken.suffix}"
        facts = {"id": spoken.key, "audio": audio, **spoken.facts}
        written = (json.dumps(facts, ensure_ascii=False, indent=1) + "\n").encode()
        write_file(self.folder / audio, spoken.audio)
        write_file(self._facts(spoken.key), written)
        sync_folder(self.folder)
        with self._explained():
            self._db.execute(
                "UPDATE items SET state = 'done', error = '', audio = ?, audio_bytes = ?, facts_bytes = ?, seconds = ? "
                "WHERE key = ?",
                (audio, len(spoken.audio), len(written), spoken.seconds, spoken.key),
            )

    def counts(self) -> Counts:
        """How far it is."""
        rows = self._db.execute("SELECT state, count(*), total(seconds) FROM items GROUP BY state").fetchall()
        numbers = {state: count for state, count, _ in rows}
        seconds = next((seconds for state, _, seconds in rows if state == "done"), 0.0)
        return Counts(numbers.get("done", 0), numbers.get("failed", 0), numbers.get("waiting", 0), seconds)

    def failures(self) -> list[Failed]:
        """What failed, in the order of the input."""
        rows = self._db.execute("SELECT key, digest, error FROM items WHERE state = 'failed' ORDER BY position")
        return [Failed(*row) for row in rows]

    def results(self) -> Iterator[Done]:
        """What is done, in the order of the input."""
        rows = self._db.execute("SELECT key, audio, seconds FROM items WHERE state = 'done' ORDER BY position")
        for key, audio, seconds in rows:
            yield Done(key, self.folder / audio, self._facts(key), seconds)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            advice = next((advice for word, advice in _ADVICE.items() if word in str(error)), f"{error}; {_OTHERWISE}")
            raise JobError(f"{self.folder / FILE}: {advice}") from None
        except sqlite3.DatabaseError as error:
            raise JobError(f"{self.folder / FILE} is damaged ({error}): remove it and start again") from None


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
