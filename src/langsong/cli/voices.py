"""langsong voices"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from langsong.errors import MissingExtra

if TYPE_CHECKING:
    from langsong.bundle.install import InstallReport

app = typer.Typer(help="List, show, import, pull, verify and remove voices. 管理音色。", no_args_is_help=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_voices(as_json: JsonFlag = False) -> None:
    """List the voices that can be used by name."""
    from langsong.bundle.manifest import read_manifest
    from langsong.bundle.store import installed_voices
    from langsong.errors import BundleError

    rows = []
    for voice in installed_voices():
        try:
            manifest = read_manifest(voice.folder)
        except BundleError as error:
            print(f"langsong: {error}", file=sys.stderr)
            continue
        rows.append(
            {
                "name": voice.name,
                "title": manifest.title,
                "sample_rate": manifest.audio.sample_rate,
                "speakers": [s.id for s in manifest.speakers],
                "emotions": list(manifest.emotions),
                "embedded": voice.embedded,
                "fast": manifest.fast is not None,
            }
        )
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "title", "Hz", "speakers", "emotions")
    for row in rows:
        table.add_row(
            f"{row['name']}, {row['name']}:fast" if row["fast"] else str(row["name"]),
            str(row["title"]),
            str(row["sample_rate"]),
            " ".join(row["speakers"]),  # type: ignore[arg-type]
            " ".join(row["emotions"]),  # type: ignore[arg-type]
        )
    Console().print(table)


@app.command("show")
def show_voice(
    name: Annotated[str | None, typer.Argument(help="Voice; without it the embedded one.")] = None,
) -> None:
    """Print what a voice is, as JSON (its unit inventory left out)."""
    from langsong.bundle.store import find_voice

    voice = find_voice(name)
    data = voice.manifest.model_dump(mode="json", exclude={"units"})
    print(json.dumps({"folder": str(voice.folder), **data}, ensure_ascii=False, indent=1))


@app.command("import")
def import_voice(
    source: Annotated[Path, typer.Argument(help="ModelScope/KAN-TTS voice folder, a bundle folder, or a .zip of one.")],
    name: Annotated[str | None, typer.Option(help="Name to install it under. [default: its own]")] = None,
    voice: Annotated[str | None, typer.Option(help="Which voice of a model with several.")] = None,
    vocoder: Annotated[Path | None, typer.Option(help="Folder of another vocoder than the voice's own.")] = None,
    card: Annotated[Path | None, typer.Option(help="YAML with what the files do not say.")] = None,
    precision: Annotated[str, typer.Option(help="Weights on disk: float32 or float16.")] = "float32",
    output: Annotated[Path | None, typer.Option(help="Write the bundle to this folder instead.")] = None,
) -> None:
    """Install a voice; a KAN-TTS one is converted, exported and verified. 导入音色。"""
    from langsong.bundle.install import install

    _print_report(
        install(source, name=name, voice=voice, vocoder=vocoder, card=card, precision=precision, output=output)
    )


@app.command("pull")
def pull_voice(
    name: Annotated[str | None, typer.Argument(help="zhibei, zhitian …, or a model's id owner/name.")] = None,
    install_as: Annotated[str | None, typer.Option("--name", help="Name to install it under.")] = None,
    mirror: Annotated[str | None, typer.Option(help="Another hub. [default: $MODELSCOPE_ENDPOINT, ModelScope]")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit. [default: master]")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Use what was downloaded before.")] = False,
    voice: Annotated[str | None, typer.Option(help="Which voice of a model with several.")] = None,
    card: Annotated[Path | None, typer.Option(help="YAML with what the files do not say.")] = None,
    precision: Annotated[str, typer.Option(help="Weights on disk: float32 or float16.")] = "float32",
) -> None:
    """Download a published voice from ModelScope and import it; without a name, list them. 下载音色。"""
    if name is None:
        _print_published()
        return
    from langsong.bundle.pull import pull

    options = {"mirror": mirror, "revision": revision, "voice": voice}
    _print_report(pull(name, install_as=install_as, offline=offline, card=card, precision=precision, **options))


def _print_published() -> None:
    from rich.console import Console
    from rich.table import Table

    from langsong.bundle.pull_catalogue import PUBLISHED

    table = Table("name", "model", "Hz", "emotions", "licence")
    for name, voice in PUBLISHED.items():
        table.add_row(name, voice.model, str(voice.sample_rate), " ".join(voice.emotions) or "?", voice.licence)
    Console().print(table)


def _print_report(report: InstallReport) -> None:
    print(f"installed {report.voice.name} in {report.voice.folder}")
    for model, count in report.tensors.items():
        print(f"{model:>13}: {count} tensors read, every one used or dropped by name")
    for tensor in report.dropped:
        print(f"{'dropped':>13}: {tensor}")
    for stage, difference in report.differences.items():
        print(f"{stage:>13}: graph and torch agree within {difference:.1e}")


@app.command("verify")
def verify_voice(
    name: Annotated[str | None, typer.Argument(help="Voice; without it the embedded one.")] = None,
) -> None:
    """Check a voice's files and, where torch is installed, its graphs against torch."""
    from langsong.bundle.store import find_voice

    voice = find_voice(name)
    voice.check_files()
    print(f"{voice.name}: {len(voice.files)} files are intact")
    try:
        from langsong.bundle.verify import compare_graphs
    except ImportError:
        print(f"the graphs were not compared with torch: {MissingExtra('torch', 'that')}")
        return
    for stage, difference in compare_graphs(voice).items():
        print(f"{stage:>13}: graph and torch agree within {difference:.1e}")


@app.command("remove")
def remove_voice(name: Annotated[str, typer.Argument(help="Installed voice.")]) -> None:
    """Delete an installed voice."""
    from langsong.bundle import store

    print(f"removed {store.remove_voice(name)}")
