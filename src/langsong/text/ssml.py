"""SSML: Alibaba's dialect and the core of the W3C's, to passages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import NoReturn
from xml.parsers import expat

from langsong.errors import OptionError, TextError
from langsong.text.document import DEFAULT_PAUSE_S, Passage, Style
from langsong.text.normalize import is_spoken, normalize
from langsong.text.normalize.say_as import say_as
from langsong.text.ssml_passages import EmphasisLevel, PassageBuilder
from langsong.text.ssml_values import (
    decibels,
    emphasis_level,
    intensity,
    plain_decibels,
    range_factor,
    require_range,
    seconds,
    semitones,
    speed_factor,
    strength_seconds,
)

MAX_BYTES = 1 << 20
MAX_DEPTH = 32

_DECLARATION = re.compile(r"\ufeff?\s*<\?xml[^>]{0,200}\?>|\ufeff")
_BEGINNING = re.compile(r"\ufeff?\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:\w{1,20}:)?speak[\s/>]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ROOT = b"<_>"
"""Stands around the text, which may hold several ``<speak>`` and plain text between them; within an element
there can be no document type, and so no entities."""
_DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)
_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "speak": ("voice", "rate", "pitch", "volume"),
    "voice": ("name",),
    "prosody": ("rate", "pitch", "range", "energy", "volume"),
    "emotion": ("category", "description", "intensity"),
    "emphasis": ("level",),
    "express-as": ("style", "styledegree"),
    "break": ("time", "strength"),
    "p": (),
    "s": (),
    "w": (),
    "sub": ("alias",),
    "say-as": ("interpret-as", "format"),
    "phoneme": ("alphabet", "ph"),
}
_REQUIRED = {
    "voice": "name",
    "express-as": "style",
    "sub": "alias",
    "say-as": "interpret-as",
    "phoneme": "ph",
}
_SILENT = ("version", "xml:lang", "xml:base", "xml:space", "xsi:schemaLocation")
"""Attributes that say nothing about the reading; the declarations of name spaces are such, too."""
_LEAVES = ("sub", "say-as", "phoneme", "break")
_IN_WORDS = ("sub", "say-as", "phoneme")
_ALPHABETS = ("py", "pinyin")


@dataclass(slots=True)
class _Element:
    """An open element: where its tag is, the style outside, its text if it is a leaf, where its word begins."""

    name: str
    attributes: dict[str, str]
    offset: int
    outside: Style
    text: str = ""
    word_start: int = 0


def is_ssml(text: str) -> bool:
    """Whether a text begins as SSML does."""
    return _BEGINNING.match(text) is not None


def parse_ssml(source: str) -> tuple[Passage, ...]:
    """The passages of one or more ``<speak>`` elements and of plain text between them.

    Raises:
        TextError: not well-formed, an element, attribute or value that is not known, deeper than `MAX_DEPTH`,
            longer than `MAX_BYTES` in UTF-8, a document type, a character that cannot be read, or nothing to
            read. The message begins with line and column (from 1), `position` counts characters from 0.
    """
    return _Reader(source).passages()


class _Reader:
    """One document on its way to passages."""

    def __init__(self, source: str) -> None:
        self._source = source
        declaration = _DECLARATION.match(source)
        skipped = declaration.end() if declaration else 0
        self._data = (" " * skipped + source[skipped:]).encode("utf-8", "surrogatepass")
        self._byte = self._offset = 0
        self._open: list[_Element] = []
        self._style = Style()
        self._spoke = False
        self._texts: list[tuple[int, str]] = []
        self._builder = PassageBuilder()
        self._parser = parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def passages(self) -> tuple[Passage, ...]:
        if len(self._data) > MAX_BYTES:
            raise TextError(f"SSML of {len(self._data)} bytes: split it into documents of up to {MAX_BYTES}")
        try:
            self._parser.Parse(_ROOT, False)
            self._parser.Parse(self._data, False)
            self._parser.Parse(_ROOT.replace(b"<", b"</"), True)
        except expat.ExpatError as error:
            offset = self._offset_of(self._parser.ErrorByteIndex)
            if _DOCTYPE.search(self._source, max(0, offset - 2), offset + 9):
                self._fail("document types and entities are not allowed: leave <!DOCTYPE …> out", offset)
            self._fail(_explained(error), offset)
        if not self._spoke:
            self._fail("this is no SSML: put the text into <speak> … </speak>", 0)
        passages = self._builder.passages()
        if not self._is_spoken() and not any(passage.fixed or passage.replacements for passage in passages):
            self._fail("nothing to read: the document has no hanzi, letters or digits", 0)
        return passages

    def _is_spoken(self) -> bool:
        """Whether the text has something to say; every character of it must be one that can be read."""
        readable, end = [], 0
        for offset, text in self._texts:
            readable += [" " * (offset - end), text]
            end = offset + len(text)
        try:
            return is_spoken("".join(readable))
        except TextError as error:
            self._fail(str(error), error.position or 0)

    def _fail(self, message: str, offset: int) -> NoReturn:
        lines = _LINE_END.split(self._source[:offset])
        raise TextError(f"line {len(lines)}, column {len(lines[-1]) + 1}: {message}", offset) from None

    def _offset_of(self, byte: int) -> int:
        """The character of the source at a byte that expat counted; they come in order."""
        byte = min(max(byte - len(_ROOT), self._byte), len(self._data))
        self._offset += len(self._data[self._byte : byte].decode("utf-8", "surrogatepass"))
        self._byte = byte
        return self._offset

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "_" and not self._open and self._parser.CurrentByteIndex == 0:
            return
        offset = self._offset_of(self._parser.CurrentByteIndex)
        name = tag.rpartition(":")[2]
        self._place(tag, name, offset)
        known = {
            key: value.strip()
            for key, value in attributes.items()
            if key not in _SILENT and not key.startswith("xmlns")
        }
        for key in known:
            if key not in _ATTRIBUTES[name]:
                has = f"it has {', '.join(_ATTRIBUTES[name])}" if _ATTRIBUTES[name] else "it has none"
                self._fail(f"<{tag}> has no attribute {key!r} here; {has}", offset)
        if name in _REQUIRED and not known.get(_REQUIRED[name]):
            self._fail(f"<{tag}> needs the attribute {_REQUIRED[name]!r}", offset)
        element = _Element(name, known, offset, self._style)
        self._open.append(element)
        if name == "speak":
            self._spoke = True
        if name in ("p", "s", "speak"):
            self._builder.close()
        if name == "w":
            element.word_start = self._builder.begin_word()
        if name == "emphasis":
            self._builder.begin_emphasis(self._emphasis_level(element))
        self._restyle(self._styled(element))

    def _place(self, tag: str, name: str, offset: int) -> None:
        """Whether an element may begin here."""
        if name not in _ATTRIBUTES:
            self._fail(f"<{tag}> is not supported; there are {', '.join(_ATTRIBUTES)}", offset)
        if len(self._open) == MAX_DEPTH:
            self._fail(f"elements are nested deeper than {MAX_DEPTH}", offset)
        if self._open and self._open[-1].name in _LEAVES:
            self._fail(f"<{tag}> inside <{self._open[-1].name}>, which has text only", offset)
        if self._open and self._open[-1].name == "w" and name not in _IN_WORDS:
            self._fail(f"<{tag}> inside <w>, which may have {', '.join(_IN_WORDS)}", offset)
        if (name == "speak") == bool(self._open):
            self._fail("<speak> inside another one" if self._open else f"<{tag}> outside <speak>", offset)

    def _styled(self, element: _Element) -> Style:
        """The style inside an element."""
        style, attributes = self._style, element.attributes
        try:
            if "rate" in attributes:
                style = replace(style, speed=style.speed * speed_factor(attributes["rate"]))
            if "pitch" in attributes:
                style = replace(style, pitch=style.pitch + semitones(attributes["pitch"]))
            if "range" in attributes:
                style = replace(style, pitch_range=style.pitch_range * range_factor(attributes["range"]))
            if "energy" in attributes:
                style = replace(style, energy=style.energy + plain_decibels(attributes["energy"]))
            if "volume" in attributes:
                style = replace(style, volume=style.volume + decibels(attributes["volume"]))
            degree = attributes.get("intensity") or attributes.get("styledegree")
            if degree:
                style = replace(style, intensity=intensity(degree))
            require_range(style)
        except ValueError as error:
            self._fail(f"<{element.name}>: {error}", element.offset)
        if speaker := attributes.get("voice") or attributes.get("name"):
            style = replace(style, speaker=speaker)
        emotion, description = attributes.get("category") or attributes.get("style"), attributes.get("description")
        if emotion or description:
            lower = emotion.lower() if emotion else None
            kept = style.intensity if degree else None
            style = replace(style, emotion=lower, emotion_text=description or None, intensity=kept)
        elif element.name == "emotion":
            self._fail("<emotion> needs the attribute 'category' or 'description'", element.offset)
        return style

    def _emphasis_level(self, element: _Element) -> EmphasisLevel:
        try:
            return emphasis_level(element.attributes.get("level", "moderate"))
        except ValueError as error:
            self._fail(f"<emphasis>: {error}", element.offset)

    def _restyle(self, style: Style) -> None:
        self._style = style
        self._builder.style(style)

    def _text(self, text: str) -> None:
        offset = self._offset_of(self._parser.CurrentByteIndex)
        if self._open and self._open[-1].name in _LEAVES:
            self._open[-1].text += text
        else:
            self._texts.append((offset, text))
            self._builder.text(text)

    def _end(self, tag: str) -> None:
        if not self._open:
            return
        element = self._open.pop()
        if element.name in _LEAVES:
            try:
                self._leaf(element, element.text.strip())
            except (TextError, OptionError, ValueError) as error:
                self._fail(f"<{element.name}>: {error}", element.offset)
        elif element.name == "w":
            self._builder.end_word(element.word_start)
        elif element.name == "emphasis":
            self._builder.end_emphasis()
        elif element.name in ("p", "s", "speak"):
            self._builder.close()
        self._restyle(element.outside)

    def _leaf(self, element: _Element, text: str) -> None:
        attributes = element.attributes
        if element.name == "break":
            if text:
                raise ValueError("a pause has no text; write <break/>")
            self._builder.pause(_pause(attributes))
        elif not text:
            raise ValueError("there is no text in it")
        elif element.name == "phoneme":
            if (alphabet := attributes.get("alphabet", "py")) not in _ALPHABETS:
                raise ValueError(f"the alphabet is py (pinyin with tones), not {alphabet!r}")
            self._builder.fixed(text, attributes["ph"])
        elif element.name == "sub":
            self._builder.replaced(text, normalize(attributes["alias"]), "sub")
        else:
            kind = attributes["interpret-as"]
            self._builder.replaced(text, say_as(text, kind, attributes.get("format", "")), f"say-as {kind}")


def _pause(attributes: dict[str, str]) -> float:
    if "time" in attributes:
        return seconds(attributes["time"])
    return strength_seconds(attributes["strength"]) if "strength" in attributes else DEFAULT_PAUSE_S


def _explained(error: expat.ExpatError) -> str:
    """What is wrong with the XML, and what to do about it."""
    reason = expat.ErrorString(error.code) or "broken"
    advice = {
        "not well-formed (invalid token)": "write &amp; for & and &lt; for < in text",
        "undefined entity": "only &amp; &lt; &gt; &quot; &apos; and numbers such as &#215; are known",
        "mismatched tag": "close every element that was opened, in reverse order",
    }.get(reason)
    return f"not well-formed XML: {reason}" + (f"; {advice}" if advice else "")
