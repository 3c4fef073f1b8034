"""The code in the documentation, and running it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = sorted(page for page in DOCS.glob("*.md") if not page.name.endswith(".zh-CN.md"))
"""The English pages; each has a Chinese sister."""


def blocks(path: Path, language: str = r"\w*") -> list[str]:
    """The fenced code of a Markdown file, in order."""
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def runs_here(script: str) -> bool:
    """Whether shell code needs neither an installation nor a voice of the reader's."""
    return not re.search(r"^(pip|make) |path/to", script, re.MULTILINE)


def shell(script: str, folder: Path, *programs: Path) -> None:
    """Run shell code there, with this environment's commands and those of `programs`; it must succeed in silence."""
    path = os.pathsep.join([*map(str, programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
