"""Roles of scripts."""

from __future__ import annotations

import pytest

from langsong.bundle.store import find_voice
from langsong.errors import TextError
from langsong.webui.scripts import Line, example_for, lines_of, passages_of, roles_of, with_role

SCRIPT = "@旁白 speaker=a speed=0.9\n旁白：天黑了。\n小明[害怕]：你们在哪儿？\n没有人回答。"


def test_roles_are_found() -> None:
    assert roles_of(SCRIPT) == ["旁白", "小明"]


@pytest.mark.parametrize(
    ("role", "first_lines"),
    [
        ("旁白", ["@旁白 speaker=b speed=0.9"]),
        ("小明", ["@旁白 speaker=a speed=0.9", "@小明 speaker=b"]),
    ],
)
def test_a_role_is_given(role: str, first_lines: list[str]) -> None:
    lines = with_role(SCRIPT, role, "b").splitlines()
    rest = SCRIPT.splitlines()[1:]
    assert lines == [*first_lines, *rest]
    spoken = next(line for line in lines_of(passages_of("\n".join(lines))) if line.speaker == "b")
    assert spoken.text in ("天黑了。", "你们在哪儿？")


@pytest.mark.parametrize("role", ["", "小 明", "小：明"])
def test_names_that_cannot_be_are_refused(role: str) -> None:
    with pytest.raises(TextError):
        with_role(SCRIPT, role, "b")


def test_the_example_speaks_with_the_embedded_voice() -> None:
    speakers = [speaker.id for speaker in find_voice().manifest.speakers]
    lines = lines_of(passages_of(example_for(speakers)))
    assert Line("妈妈，我回来了！", speakers[1], "高兴") in lines
    assert {line.speaker for line in lines} == set(speakers[:3])
