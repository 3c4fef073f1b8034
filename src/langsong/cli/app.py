"""The ``langsong`` command."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from langsong import __version__
from langsong.errors import LangsongError

from . import (
    accuracy,
    analyse,
    batch,
    bench,
    book,
    capacity,
    demo,
    doctor,
    evaluate,
    expressiveness,
    label,
    load,
    say,
    serve,
    text,
    train,
    voices,
)

app = typer.Typer(
    name="langsong",
    help="Mandarin text-to-speech that speaks with feeling. 会动情的中文语音合成。",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # in the default one, [default: …] is taken for markup and not shown
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("say")(say.say)
app.command("demo")(demo.demo)
app.command("book")(book.book)
app.command("batch")(batch.batch)
app.command("text")(text.text)
app.command("serve")(serve.serve)
app.command("analyse")(analyse.analyse)
app.command("bench")(bench.bench)
app.command("load")(load.load)
app.command("capacity")(capacity.capacity)
app.command("doctor")(doctor.doctor)
app.command("accuracy")(accuracy.accuracy)
app.command("evaluate")(evaluate.evaluate)
app.command("expressiveness")(expressiveness.expressiveness)
app.add_typer(label.app, name="label")
app.add_typer(voices.app, name="voices")
app.add_typer(train.app, name="train")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def _said(error: LangsongError) -> str:
    """Its message in the user's language, where there are words for it."""
    from langsong.doctor.advice import user_language
    from langsong.webui.messages import in_chinese

    return in_chinese(str(error)) if user_language() == "zh" else str(error)


def main() -> None:
    """Run the command. User mistakes end with one line on standard error and exit code 2."""
    # Before numpy is loaded: the products of the text model are so small that a second thread of it only takes turns.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):  # a file name need not be text
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app(prog_name="langsong")
    except LangsongError as error:
        print(f"langsong: {_said(error)}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
