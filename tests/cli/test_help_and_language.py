"""Help that can be read, completion, and mistakes told in the user's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import Run, spawn

from langsong.cli.app import app

HANZI = re.compile(r"[\u4e00-\u9fff]")
COMMANDS = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 120 columns, so that no sentence is broken where it is looked for."""
    monkeypatch.setenv("COLUMNS", "120")


def test_the_list_of_commands_says_in_both_languages_what_each_does(run: Run) -> None:
    text = "\n".join(run("--help").lines)
    entries = dict(re.findall(r"^│ (\w+) +([^│]*(?:│\n│ {8,}[^│]*)*)", text, re.MULTILINE))
    assert set(COMMANDS) <= set(entries)
    assert [name for name in COMMANDS if not HANZI.search(entries[str(name)])] == []


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("say", ["[default: embedded]", "[default: one per core]", "--max-vram", "高兴"]),
        ("serve", ["[default: 127.0.0.1]", "[default: 7860]"]),
    ],
)
def test_help_shows_defaults(run: Run, command: str, said: list[str]) -> None:
    text = "\n".join(run(command, "--help").lines)
    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize(
    ("locale", "words"),
    [("zh_CN.UTF-8", "不存在"), ("C.UTF-8", "does not exist"), ("en_GB.UTF-8", "does not exist")],
)
def test_a_mistake_is_told_in_the_language_of_the_user(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, locale: str, words: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    message = run("voices", "import", tmp_path / "nowhere").refused()
    assert words in message
    assert "nowhere" in message


@pytest.mark.parametrize(("typed", "offered"), [("langsong sa", ["say"]), ("langsong voices pu", ["pull"])])
def test_the_shell_completes(typed: str, offered: list[str]) -> None:
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1), "_LANGSONG_COMPLETE": "complete_bash"}
    assert spawn([], **asked).lines == offered
