"""langsong batch"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .arguments import (
    DeviceOption,
    EmotionOption,
    EmotionTextOption,
    EnergyOption,
    IntensityOption,
    LexiconOption,
    PauseOption,
    PitchOption,
    PitchRangeOption,
    PrecisionOption,
    RateOption,
    ReferenceOption,
    RuntimeOption,
    SpeakerOption,
    SpeedOption,
    VoiceOption,
    VolumeOption,
)

if TYPE_CHECKING:
    from langsong.batch.execution import Execute
    from langsong.batch.manifest import Manifest
    from langsong.batch.work import SpeakerSetup

FAILED_FILE = "failed.jsonl"

WorkersOption = Annotated[
    int | None, typer.Option("--workers", "-j", min=1, help="Texts at a time, a process each. [default: as tuned]")
]

RayOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="Speak with a Ray cluster: HOST:PORT, auto (this machine's), or local (start one)."
    ),
]


def batch(
    source: Annotated[Path, typer.Argument(metavar="MANIFEST.jsonl", help='One request a line: {"text": "…", …}')],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the results.")],
    format: Annotated[str, typer.Option(help="wav, flac, mp3, opus, ogg or pcm.")] = "wav",
    concat: Annotated[Path | None, typer.Option(help="Also join all results in this file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every line and tell what would be done.")] = False,
    shuffle: Annotated[int | None, typer.Option(metavar="SEED", help="Another order.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Do so many now.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")] = False,
    workers: WorkersOption = None,
    ray: RayOption = None,
    voice: VoiceOption = None,
    speaker: SpeakerOption = None,
    emotion: EmotionOption = None,
    emotion_text: EmotionTextOption = None,
    reference: ReferenceOption = None,
    intensity: IntensityOption = None,
    speed: SpeedOption = None,
    pitch: PitchOption = None,
    pitch_range: PitchRangeOption = None,
    energy: EnergyOption = None,
    volume: VolumeOption = None,
    sentence_pause: PauseOption = None,
    sample_rate: RateOption = None,
    lexicon: LexiconOption = None,
    runtime: RuntimeOption = "auto",
    device: DeviceOption = "auto",
    precision: PrecisionOption = "auto",
) -> None:
    """Speak a list of requests into files; a run that was ended goes on. 批量合成，可续跑。

    Options are for lines that do not have their own. Ends with 1 if anything failed (OUT/failed.jsonl lists it).
    """
    from langsong.batch.concat import concatenate
    from langsong.batch.job import Order, run
    from langsong.batch.lines import read_items
    from langsong.batch.manifest import Manifest

    from .progress import progress_bar

    defaults = given(
        voice=voice,
        format=format,
        speaker=speaker,
        emotion=emotion,
        emotion_text=emotion_text,
        reference_audio=None if reference is None else str(reference),
        intensity=intensity,
        speed=speed,
        pitch=pitch,
        pitch_range=pitch_range,
        energy=energy,
        volume=volume,
        sentence_pause=sentence_pause,
        sample_rate=sample_rate,
    )
    items = read_items(source, defaults, lexicon)
    if dry_run:
        _rehearse(list(items))
        return
    speaking = execution(ray, voice, workers, lexicon, runtime, device, precision)
    with Manifest(output) as manifest, speaking as (execute, at_once):
        manifest.plan(items, retry_failed=retry_failed)
        before = manifest.counts()
        with progress_bar("texts") as bar:
            bar.begin(before.total, before.done + before.failed)
            order = Order(shuffle, limit)
            counts = run(manifest, execute, at_once, order, lambda outcome: bar.advance(1))
        _list_failures(manifest)
        if concat is not None and not counts.failed and not counts.waiting:
            concatenate(manifest, concat)
        elif concat is not None:
            print(f"{concat} is not written before all is done", file=sys.stderr)
    print(
        f"{counts.done} done ({counts.seconds / 60:.1f} minutes), {counts.failed} failed, {counts.waiting} waiting; "
        f"{output}"
    )
    if counts.failed:
        raise typer.Exit(1)


def given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


@contextmanager
def execution(
    ray: str | None,
    voice: str | None,
    workers: int | None,
    lexicon: Path | None,
    runtime: str,
    device: str,
    precision: str,
) -> Iterator[tuple[Execute, int]]:
    """Who speaks, and how many texts at a time; errors as `connected` where `ray` is given."""
    from langsong.batch.execution import on_processes, on_threads
    from langsong.batch.work import Speaker, SpeakerSetup

    if ray is None:
        setup, at_once = tuned(voice, workers, lexicon, runtime, device, precision)
        # A GPU's memory has room for one voice, and its graphs are what takes the time.
        apart = at_once > 1 and setup.placement["device"] == "cpu"
        yield (on_processes(partial(Speaker, setup)) if apart else on_threads(Speaker(setup))), at_once
        return
    from langsong.batch.ray import connected, on_ray

    placement = {"runtime": runtime, "device": device, "precision": precision, "threads": 1, "cache_bytes": 0}
    setup = SpeakerSetup(None if lexicon is None else str(lexicon.absolute()), placement)
    with connected(ray) as processors:
        yield on_ray(partial(Speaker, setup)), workers or processors


def tuned(
    voice: str | None, workers: int | None, lexicon: Path | None, runtime: str, device: str, precision: str
) -> tuple[SpeakerSetup, int]:
    """Who speaks, and how many texts at a time: as measured here, unless workers are given. It is printed, and why."""
    from langsong.batch.work import SpeakerSetup
    from langsong.bundle.store import find_voice
    from langsong.engine.device import place
    from langsong.engine.tuning import tuning

    where = place(runtime, device, precision)
    found = tuning(find_voice(voice), where)
    at_once, reason = (found.streams, found.reason) if workers is None else (workers, "as asked")
    print(
        f"{at_once} texts at a time, threads for each: {found.threads}, sentences together: {found.batch} ({reason})",
        flush=True,
    )
    placement = {
        "runtime": runtime, "device": where.device, "precision": precision, "threads": found.threads,
        "batch": found.batch, "cache_bytes": 0,  # jobs hardly say a sentence twice, and each process would keep its own
    }  # fmt: skip
    return SpeakerSetup(None if lexicon is None else str(lexicon), placement), at_once


def _rehearse(items: list[Any]) -> None:
    characters = 0
    failed = 0
    for item in items:
        if item.request is None:
            failed += 1
            print(f"{item.key}: {item.error}")
        else:
            characters += len(item.request["text"])
    print(f"{len(items) - failed} to speak ({characters} characters), {failed} that cannot be used; nothing was done")
    if failed:
        raise typer.Exit(1)


def _list_failures(manifest: Manifest) -> None:
    """For people, and in a file for programs; none is left if nothing failed."""
    from langsong.audio.files import write_file

    path = manifest.folder / FAILED_FILE
    failures = manifest.failures()
    for failure in failures:
        print(f"failed {failure.key}: {failure.error}", file=sys.stderr)
    rows = [{"id": failure.key, "error": failure.error} for failure in failures]
    if rows:
        write_file(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    else:
        path.unlink(missing_ok=True)
