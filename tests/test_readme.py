"""What the READMEs and docs/voices.md say is so: snippets run, links lead somewhere, every key is described."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from langsong.bundle.card import VoiceCard
from langsong.bundle.manifest import VoiceManifest
from langsong.engine.options import SynthesisOptions

ROOT = Path(__file__).parent.parent
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
VOICES = ROOT / "docs" / "voices.md"


def blocks(path: Path, language: str = r"\w*") -> list[str]:
    """The fenced code of a Markdown file, in order."""
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def runs_here(script: str) -> bool:
    """Whether shell code needs neither an installation nor a voice of the reader's."""
    return not re.search(r"^(pip|make) |path/to", script, re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; voices and compiled graphs are those of this test run."""
    monkeypatch.setenv("LANGSONG_HOME", str(tmp_path_factory.getbasetemp() / "readme-home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_languages_show_the_same_code() -> None:
    english, chinese = map(blocks, READMES)
    assert english == chinese
    assert len(blocks(READMES[0], "python")) >= 3


@pytest.mark.parametrize("snippet", blocks(READMES[0], "python"))
def test_python_snippets_run(snippet: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(snippet, "README.md", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out
    for written in folder.iterdir():
        assert written.stat().st_size > 10_000


@pytest.mark.skipif(os.name == "nt", reason="the snippets are for a POSIX shell")
@pytest.mark.parametrize("script", list(filter(runs_here, blocks(READMES[0], "sh"))))
def test_shell_snippets_run(script: str, folder: Path) -> None:
    commands = Path(sys.executable).parent
    assert shutil.which("langsong", path=str(commands)), "install the package to test its command"
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
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


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_links_lead_somewhere(readme: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", readme.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (readme.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("page", "model"),
    [(VOICES, VoiceManifest), (VOICES, VoiceCard), *((readme, SynthesisOptions) for readme in READMES)],
    ids=["manifest", "card", "options", "options (zh)"],
)
def test_every_key_is_described(page: Path, model: type[BaseModel]) -> None:
    text = page.read_text(encoding="utf-8")
    assert [key for key in model.model_fields if f"`{key}`" not in text] == []


def test_the_card_in_the_documentation_is_one() -> None:
    (example,) = blocks(VOICES, "yaml")
    VoiceCard.model_validate(yaml.safe_load(example))
