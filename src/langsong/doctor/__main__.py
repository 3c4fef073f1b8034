"""``python -m langsong.doctor``: the doctor without the command line's packages."""

from __future__ import annotations

import argparse
import io
import sys

from . import WAIT_S
from .advice import user_language
from .collect import collect
from .examine import examine
from .report import as_json, as_text, exit_code


def run(wanted_json: bool, wait_s: float = WAIT_S) -> int:
    """Examine this machine, print the report, and return the exit code."""
    facts = collect(wait_s)
    findings = examine(facts)
    write = as_json if wanted_json else as_text
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(write(facts, findings, user_language()) + "\n")
    return exit_code(findings)


def main() -> int:
    parser = argparse.ArgumentParser(prog="langsong doctor", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print facts and findings as JSON")
    parser.add_argument("--wait", type=float, default=WAIT_S, metavar="SECONDS", help="for torch to answer")
    arguments = parser.parse_args()
    return run(arguments.json, arguments.wait)


if __name__ == "__main__":
    sys.exit(main())
