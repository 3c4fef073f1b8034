"""How many texts to speak at a time on this machine, with how many threads and how many sentences together.

`langsong bench --tune` measures it and remembers it here, for each machine, voice and runtime; for one listener,
`device` decides.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from langsong.audio.files import write_file
from langsong.bundle.store import cache_home
from langsong.bundle.voice import Voice

from .device import Placement, available_cores

FILE = "tuning.json"
_FEEDBACK_BATCH = 8


class Tuning(NamedTuple):
    """A decision.

    Attributes:
        streams: texts at a time.
        threads: of each one's graphs.
        batch: sentences whose frames are computed together (see `Synthesizer.open`).
        reason: for people.
    """

    streams: int
    threads: int
    batch: int
    reason: str


def tuning(voice: Voice, placement: Placement) -> Tuning:
    """What was measured here for a voice, or else what is known of its kind."""
    try:
        found = json.loads(_path().read_text(encoding="utf-8"))[_key(voice, placement)]
        return Tuning(int(found["streams"]), int(found["threads"]), int(found["batch"]), str(found["reason"]))
    except (OSError, ValueError, LookupError, TypeError):
        pass
    if placement.device != "cpu":
        return Tuning(1, placement.threads, 1, "one stream for a GPU; langsong bench --tune measures")
    batch = _FEEDBACK_BATCH if voice.manifest.acoustic.feedback == "previous_frame" else 1
    return Tuning(available_cores(), 1, batch, "a stream per core; langsong bench --tune measures")


def remember(voice: Voice, placement: Placement, tuned: Tuning) -> Path:
    """Keep what was measured, for `tuning`; where.

    Raises:
        AudioError: it cannot be written.
    """
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept: dict[str, Any] = {}
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        kept = dict(before) if isinstance(before, Mapping) else {}
    except (OSError, ValueError):
        pass
    kept[_key(voice, placement)] = tuned._asdict()
    write_file(path, (json.dumps(kept, ensure_ascii=False, indent=1) + "\n").encode())
    return path


def _path() -> Path:
    return cache_home() / FILE


def _key(voice: Voice, placement: Placement) -> str:
    """A home folder may be shared by machines."""
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text().splitlines() if "model name" in line] if info.is_file() else []
    processor = models[0].partition(":")[2].strip() if models else platform.processor() or platform.machine()
    engine = version(placement.runtime)
    return (
        f"{processor}, {available_cores()} cores, {placement.runtime} {engine} on {placement.device} in "
        f"{placement.precision}, {voice.name}-{voice.fingerprint}"
    )
