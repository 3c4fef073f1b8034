"""What was spoken, with its settings, and presets: an SQLite file with the sound beside it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from langsong.errors import OptionError

from .figures import Figures
from .form import Form

SUFFIX = ".flac"
_SCHEMA = """
create table if not exists takes (
    id text primary key, owner text not null, created real not null, text text not null, script integer not null,
    form text not null, seconds real not null, figures text not null, transcript text not null
);
create index if not exists takes_by_owner on takes (owner, created);
create table if not exists presets (
    owner text not null, name text not null, form text not null, primary key (owner, name)
);
"""


@dataclass(frozen=True)
class Take:
    """One piece of speech that was made.

    Attributes:
        id: also the name of its file.
        created: seconds since 1970.
        text: as written; `script`: it is a script.
        form: the settings.
        seconds: of speech.
        figures: how fast.
        transcript: what is said when, as `Transcript.as_dict`.
    """

    id: str
    created: float
    text: str
    script: bool
    form: Form
    seconds: float
    figures: Figures
    transcript: dict[str, Any]


class History:
    """Takes and presets of everybody who uses a server; each sees their own. Threads may share it.

    Args:
        folder: made if it is not there. ``studio.sqlite`` in it says what the files in ``studio`` are.
        kept: how many takes of one owner are kept; older ones go with their files.

    Attributes:
        recordings: folder of the reference recordings.

    Raises:
        OptionError: nothing can be written there.
    """

    def __init__(self, folder: Path, kept: int = 100) -> None:
        folder = folder.absolute()
        self._database, self._takes = folder / "studio.sqlite", folder / "studio"
        self.recordings = self._takes / "recordings"
        self._kept = kept
        try:
            self.recordings.mkdir(parents=True, exist_ok=True)
            with self._open() as database:
                database.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise OptionError(f"the studio cannot write to {folder}: {error}; choose another --output") from None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._database)) as database, database:
            yield database

    def path(self, take_id: str) -> Path:
        """Where the sound of a take is."""
        return self._takes / f"{take_id}{SUFFIX}"

    def recording_path(self, take_id: str) -> Path:
        """Where the reference recording of a take is, if it has one."""
        return self.recordings / f"{take_id}{SUFFIX}"

    def add(self, owner: str, take: Take) -> None:
        """Keep a take, whose sound is at `path`, and let the owner's oldest go if there are too many."""
        row = (
            take.id,
            owner,
            take.created,
            take.text,
            take.script,
            take.form.model_dump_json(),
            take.seconds,
            json.dumps(asdict(take.figures)),
            json.dumps(take.transcript, ensure_ascii=False),
        )
        with self._open() as database:
            database.execute("insert or replace into takes values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            old = database.execute(
                "select id from takes where owner = ? order by created desc limit -1 offset ?", (owner, self._kept)
            ).fetchall()
        for (take_id,) in old:
            self.remove(owner, take_id)

    def of(self, owner: str) -> list[Take]:
        """An owner's takes, newest first."""
        with self._open() as database:
            rows = database.execute(f"{_SELECT} where owner = ? order by created desc", (owner,)).fetchall()
        return [_take(row) for row in rows]

    def find(self, owner: str, take_id: str) -> Take | None:
        """One of an owner's; None if there is none."""
        with self._open() as database:
            row = database.execute(f"{_SELECT} where owner = ? and id = ?", (owner, take_id)).fetchone()
        return None if row is None else _take(row)

    def remove(self, owner: str, take_id: str) -> None:
        """Delete one of an owner's, with its sound."""
        with self._open() as database:
            removed = database.execute("delete from takes where owner = ? and id = ?", (owner, take_id)).rowcount
        if removed:
            self.path(take_id).unlink(missing_ok=True)
            self.recording_path(take_id).unlink(missing_ok=True)

    def save_preset(self, owner: str, name: str, form: Form) -> None:
        """Keep settings under a name, over what had that name."""
        with self._open() as database:
            values = (owner, name, form.preset().model_dump_json())
            database.execute("insert or replace into presets values (?, ?, ?)", values)

    def presets(self, owner: str) -> dict[str, Form]:
        """An owner's, by name."""
        with self._open() as database:
            rows = database.execute("select name, form from presets where owner = ? order by name", (owner,)).fetchall()
        return {name: Form.model_validate_json(form) for name, form in rows}

    def remove_preset(self, owner: str, name: str) -> None:
        """Delete one of an owner's."""
        with self._open() as database:
            database.execute("delete from presets where owner = ? and name = ?", (owner, name))


_SELECT = "select id, created, text, script, form, seconds, figures, transcript from takes"


def _take(row: tuple[Any, ...]) -> Take:
    take_id, created, text, script, form, seconds, figures, transcript = row
    return Take(
        take_id,
        created,
        text,
        bool(script),
        Form.model_validate_json(form),
        seconds,
        Figures(**json.loads(figures)),
        json.loads(transcript),
    )
