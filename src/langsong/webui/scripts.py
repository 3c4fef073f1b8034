"""Scripts: who has a role in them, and giving a role to a speaker."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langsong.engine.emotion_names import is_emotion
from langsong.errors import TextError
from langsong.text.document import Passage
from langsong.text.script import parse_script

EXAMPLE = """@旁白 speaker={0} speed=0.95
@小明 speaker={1}
@妈妈 speaker={2}
旁白：天黑了，雨越下越大。
小明[高兴]：妈妈，我回来了！
妈妈[温柔]：快进来，别淋着了。
小明[害怕]：外面好黑，我听见有人在哭。
旁白：[停顿 500ms]门外，只有风声。
"""

_DEFINITION = re.compile(r"^@([^\s@=:：\[\]【】]{1,30})(?=[ \t\u3000]|$)")
_SPOKEN = re.compile(r"^([^\s@=:：\[\]【】]{1,30})[ \t]*(?:[\[【][^\[\]【】]{1,60}[\]】])?[ \t]*[:：]")


@dataclass(frozen=True)
class Line:
    """A line as it will be spoken.

    Attributes:
        text: without marks.
        speaker, emotion: as the script says; None = as the page's settings say.
    """

    text: str
    speaker: str | None
    emotion: str | None


def passages_of(script: str) -> tuple[Passage, ...]:
    """What is spoken.

    Raises:
        TextError: a mistake; the message begins with the line.
    """
    return parse_script(script, is_emotion)


def lines_of(passages: Sequence[Passage]) -> list[Line]:
    """The passages that have something to say."""
    return [
        Line(text, passage.style.speaker, passage.style.emotion or passage.style.emotion_text)
        for passage in passages
        if (text := passage.text.strip())
    ]


def roles_of(script: str) -> list[str]:
    """Names before a colon and names that are defined, as they come."""
    found = (_DEFINITION.match(line) or _SPOKEN.match(line) for line in script.splitlines())
    return list(dict.fromkeys(match[1] for match in found if match))


def with_role(script: str, role: str, speaker: str) -> str:
    """The script with a role given to a speaker; whatever else was said of the role stays.

    Raises:
        TextError: the role has no name that can be one.
    """
    head = f"@{role.strip()}"
    if not _DEFINITION.fullmatch(head):
        raise TextError(f"{role!r} is no name for a role: write 1 to 30 characters without blanks, colons or brackets")
    lines = script.splitlines()
    for number, line in enumerate(lines):
        if (match := _DEFINITION.match(line)) and match[0] == head:
            kept = re.sub(r'\bspeaker=(?:"[^"]*"|\S+)[ \t]*', "", line[match.end() :]).strip()
            lines[number] = f"{head} speaker={speaker} {kept}".rstrip()
            return "\n".join(lines)
    defined = max((number + 1 for number, line in enumerate(lines) if _DEFINITION.match(line)), default=0)
    return "\n".join([*lines[:defined], f"{head} speaker={speaker}", *lines[defined:]])


def example_for(speakers: Sequence[str]) -> str:
    """A script for a voice with these speakers."""
    return EXAMPLE.format(*(speakers[place % len(speakers)] for place in range(3)))
