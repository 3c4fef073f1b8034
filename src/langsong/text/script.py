"""Scripts: texts in which lines say who speaks and how, for stories, dialogues and batches.

::

    @旁白 speaker=qinglan
    @小明 speaker=yunfan emotion=高兴 intensity=0.8
    旁白: 天黑了。
    小明: 妈妈，我回来了！
    小明[害怕]: 你们在哪儿？
    [难过] 没有人回答。

``@role …`` gives a role its style; a line ``role: …`` is spoken in it, one of the name of no role is text. ``[…]`` with
an emotion in it, at the head of a line or after a role, is that line's emotion; other brackets are text. Signs may be
full-width. Each line is a paragraph and may have the marks of `langsong.text.markup`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from langsong.errors import TextError
from langsong.text.document import Passage, Style
from langsong.text.markup import parse_markup
from langsong.text.normalize import is_spoken
from langsong.text.ssml_values import decibels, intensity, plain_decibels, range_factor, semitones, speed_factor

_ROLE = re.compile(r"@([^\s@=:：\[\]【】]{1,30})[ \t\u3000]+(.+)")
_SETTING = re.compile(r"([a-z_]+)=(?:\"([^\"]*)\"|(\S+))")
_LINE = re.compile(
    r"(?:([^\s@=:：\[\]【】]{1,30})[ \t]*(?:[\[【]([^\[\]【】]{1,60})[\]】])?[ \t]*[:：])?[ \t\u3000]*(.*)"
)
_HEAD = re.compile(r"[\[【]([^\[\]【】]{1,60})[\]】][ \t\u3000]*(.*)")

_VALUES: Mapping[str, Callable[[str], Any]] = {
    "speaker": str,
    "emotion": str,
    "emotion_text": str,
    "intensity": intensity,
    "speed": speed_factor,
    "pitch": semitones,
    "pitch_range": range_factor,
    "energy": plain_decibels,
    "volume": decibels,
}


def role_style(settings: Mapping[str, str]) -> Style:
    """A role's style from the values of `Style`'s fields, written as in SSML: ``{"speed": "1.2", "pitch": "+2st"}``.

    Raises:
        TextError: an unknown field, or a value that cannot be.
    """
    style = Style()
    for name, value in settings.items():
        if name not in _VALUES:
            raise TextError(f"a role has no {name!r}; it has {', '.join(_VALUES)}")
        try:
            style = replace(style, **{name: _VALUES[name](value)})
        except ValueError as error:
            raise TextError(f"{name}={value}: {error}") from None
    return style


def is_definition(line: str) -> bool:
    """Whether a line gives a role its style."""
    return _ROLE.fullmatch(line.strip()) is not None


def parse_script(
    text: str, is_emotion: Callable[[str], bool], roles: Mapping[str, Style] | None = None
) -> tuple[Passage, ...]:
    """The passages of a script.

    Args:
        text: the script.
        is_emotion: whether what stands in brackets is an emotion.
        roles: roles besides those that the text defines; the text's own win.

    Raises:
        TextError: a role or a mark with a mistake, or nothing to read; the message begins with the line (from 1),
            `position` counts characters from 0.
    """
    known = dict(roles or {})
    passages: list[Passage] = []
    position = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        try:
            passages += _passages(line.strip(), known, is_emotion)
        except TextError as error:
            raise TextError(f"line {number}: {error}", position + (error.position or 0)) from None
        position += len(line)
    if not any(is_spoken(passage.text) or passage.fixed for passage in passages):
        raise TextError("nothing to read: the script has no hanzi, letters or digits", 0)
    return tuple(passages)


def _passages(line: str, roles: dict[str, Style], is_emotion: Callable[[str], bool]) -> Iterator[Passage]:
    if (defined := _ROLE.fullmatch(line)) is not None:
        roles[defined[1]] = role_style(_settings(defined[2]))
        return
    style, said = _style(line, roles, is_emotion)
    if not said:
        return
    *most, last = parse_markup(said)
    yield from (replace(passage, style=style) for passage in most)
    yield replace(last, style=style, closed=True)


def _settings(text: str) -> dict[str, str]:
    rest = _SETTING.sub("", text).strip()
    if rest:
        raise TextError(f"{rest!r} is no setting: write speaker=… emotion=… speed=…, apart by blanks")
    return {match[1]: match[2] if match[2] is not None else match[3] for match in _SETTING.finditer(text)}


def _style(line: str, roles: Mapping[str, Style], is_emotion: Callable[[str], bool]) -> tuple[Style, str]:
    """The style of a line, and what is left to be read."""
    style = Style()
    match = _LINE.fullmatch(line)
    if match is not None and match[1] in roles and (match[2] is None or is_emotion(match[2])):
        style, line = roles[match[1]], match[3]
        if match[2] is not None:
            style = _felt(style, match[2])
    head = _HEAD.fullmatch(line)
    if head is not None and is_emotion(head[1]):
        style, line = _felt(style, head[1]), head[2]
    return style, line


def _felt(style: Style, emotion: str) -> Style:
    """The style with another emotion; the intensity was that of the one before."""
    return replace(style, emotion=emotion, emotion_text=None, intensity=None)
