"""langsong serve"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from langsong.errors import MissingExtra

from .arguments import MaxVramOption, ThreadsOption


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [default: 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="[default: 7860]")] = None,
    wyoming_port: Annotated[
        int | None, typer.Option(help="Also answer Home Assistant, on this port; 10200 is usual.")
    ] = None,
    settings: Annotated[Path | None, typer.Option(help="TOML file of settings (docs/server.md).")] = None,
    voice: Annotated[str | None, typer.Option("--voice", "-v", help="Default voice. [default: embedded]")] = None,
    device: Annotated[
        list[str] | None, typer.Option(help="auto, cpu, cuda, cuda:N or mps; several to spread requests over them.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Requests computed at once on each device.")] = None,
    threads: ThreadsOption = None,
    runtime: Annotated[str | None, typer.Option(help="auto, openvino or torch.")] = None,
    precision: Annotated[str | None, typer.Option(help="auto, f32, bf16 or f16.")] = None,
    max_vram: MaxVramOption = None,
    ray: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Compute on a Ray cluster: HOST:PORT, auto, or local (start one)."),
    ] = None,
    replicas: Annotated[int | None, typer.Option(min=1, help="At most so many processes of it.")] = None,
    studio: Annotated[bool | None, typer.Option(help="The web page at /.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the studio's takes and history. [default: output]")
    ] = None,
    share: Annotated[
        bool, typer.Option("--share", help="Make a public link, through Gradio's servers; whoever has it may speak.")
    ] = False,
    log_text: Annotated[bool | None, typer.Option(help="Log the texts that are spoken.")] = None,
    new_key: Annotated[
        str | None, typer.Option(metavar="NAME", help="Make an API key, print it and what to put into the settings.")
    ] = None,
) -> None:
    """Serve the studio and every API. 启动网页与接口服务。

    Settings come from flags, else LANGSONG_* variables, else the TOML file. The address is printed when it listens.
    """
    try:
        from langsong.server.auth import digest
        from langsong.server.auth import new_key as make_key
        from langsong.server.run import serve as run
        from langsong.server.settings import ServerSettings
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("langsong"):
            raise
        raise MissingExtra("serve", "the service") from None

    if new_key is not None:
        key = make_key()
        print(key)
        print(f'\n# for the settings; the key itself is shown only now\n[[keys]]\nname = "{new_key}"')
        print(f'sha256 = "{digest(key)}"')
        return
    chosen = ServerSettings.load(
        settings,
        host=host,
        port=port,
        wyoming_port=wyoming_port,
        voice=voice,
        devices=tuple(device) if device else None,
        workers=workers,
        threads=threads,
        runtime=runtime,
        precision=precision,
        max_vram=max_vram,
        ray=ray,
        max_replicas=replicas,
        studio=studio,
        output_folder=output,
        share=share or None,
        log_text=log_text,
    )
    run(chosen, lambda address: print(address, flush=True))
