"""What the READMEs and the pages say is so: snippets run, links lead somewhere, every key is described, both languages
show the same code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml
from pydantic import BaseModel

from langsong.bundle.card import VoiceCard
from langsong.bundle.manifest import VoiceManifest
from langsong.engine.options import SynthesisOptions
from langsong.engine.synthesizer import Synthesizer
from snippets import DOCS, PAGES, READMES, ROOT, blocks, runs_here, shell

VOICES = tuple(DOCS / name for name in ("voices.md", "voices.zh-CN.md"))
IN_PYTHON = tuple(DOCS / name for name in ("quick-start.md", "emotion.md", "text.md", "labels.md"))
"""Pages whose Python runs from top to bottom, as one program."""
IN_SHELL = (READMES[0], DOCS / "quick-start.md")
OF_FIGURES = tuple(DOCS / f"{name}.md" for name in ("benchmarks", "expressiveness", "scaling", "specification"))


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


@pytest.mark.parametrize("page", IN_PYTHON, ids=lambda page: page.name)
def test_python_of_the_pages_runs(page: Path, folder: Path) -> None:
    seconds = np.arange(4 * 16000) / 16000
    sigh = 0.3 * np.sin(2 * np.pi * (200 * seconds - 15 * seconds**2)) * (1 + np.sin(2 * np.pi * 3 * seconds)) / 2
    soundfile.write("sigh.wav", sigh, 16000)
    Path("my.tsv").write_text("单于\tchan2 yu2\n", encoding="utf-8")
    text, synthesizer = "你好。", Synthesizer.open()
    scene = {"text": text, "synthesizer": synthesizer, "audio": synthesizer.say(text), "__name__": "__main__"}
    exec(compile("\n".join(blocks(page, "python")), page.name, "exec"), scene)


@pytest.mark.skipif(os.name == "nt", reason="the snippets are for a POSIX shell")
@pytest.mark.parametrize("script", [script for page in IN_SHELL for script in filter(runs_here, blocks(page, "sh"))])
def test_shell_snippets_run(script: str, folder: Path) -> None:
    commands = Path(sys.executable).parent
    assert shutil.which("langsong", path=str(commands)), "install the package to test its command"
    shell(script, folder)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_both_languages_have_as_many_blocks(page: Path) -> None:
    assert len(blocks(page)) == len(blocks(page.with_suffix(".zh-CN.md")))


@pytest.mark.parametrize("page", OF_FIGURES, ids=lambda page: page.name)
def test_both_languages_give_the_same_figures(page: Path) -> None:
    english, chinese = (
        Counter(re.findall(r"\d+(?:\.\d+)?", language.read_text(encoding="utf-8")))
        for language in (page, page.with_suffix(".zh-CN.md"))
    )
    assert english == chinese


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_chinese_pages_lead_to_chinese_ones(page: Path) -> None:
    """But for the English page of the same matter."""
    links = re.findall(r"\]\(([\w-]+\.md)", page.with_suffix(".zh-CN.md").read_text(encoding="utf-8"))
    assert set(links) <= {page.name}


def test_the_environment_matrix_is_that_of_doctor() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "environment_page.py", "--check"], check=True)


@pytest.mark.parametrize("page", [*READMES, *sorted(DOCS.glob("*.md"))], ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("page", "model"),
    [
        *((page, model) for page in VOICES for model in (VoiceManifest, VoiceCard)),
        *((readme, SynthesisOptions) for readme in READMES),
    ],
    ids=lambda value: getattr(value, "name", None) or value.__name__,
)
def test_every_key_is_described(page: Path, model: type[BaseModel]) -> None:
    text = page.read_text(encoding="utf-8")
    assert [key for key in model.model_fields if f"`{key}`" not in text] == []


@pytest.mark.parametrize("page", VOICES, ids=lambda page: page.name)
def test_the_card_in_the_documentation_is_one(page: Path) -> None:
    (example,) = blocks(page, "yaml")
    VoiceCard.model_validate(yaml.safe_load(example))
