"""KAN-TTS corpora: ``prosody.txt`` with breaks and pinyin, intervals, emotions (specification 4.5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from langsong.errors import CorpusError, UnitError
from langsong.text.arpabet import arpabet_phones
from langsong.text.flags import break_unit, word_units
from langsong.text.phones import PhoneSyllable, pinyin_phones
from langsong.text.units import format_units
from langsong.types import NEUTRAL, Unit

from .clips import Clip, Listing
from .files import Files
from .transcripts import read_text

_PUNCTUATION = re.compile(r"[^\w\s#/%]|_")
_BREAK = re.compile(r"#([0-4])")
_EDGE = re.compile(r"(?<=[A-Za-z])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[A-Za-z])")


def read_kantts(folder: Path, prosody: Path, sounds: Files) -> Listing:
    """Pairs of lines, ``id<TAB>汉字#1…#4`` and ``<TAB>pin1 yin1``; ``emotion_tag.txt`` if it is there.

    The units leave the speaker open, as KAN-TTS corpora do not name one.
    """
    listing = Listing("KAN-TTS")
    emotions = _emotions(folder)
    lines = [line for line in read_text(prosody).split("\n") if line.strip()]
    if len(lines) % 2:
        raise CorpusError(f"{prosody} has a line too many or too few: it must be pairs of text and pinyin")
    for number, (head, pinyin) in enumerate(zip(lines[::2], lines[1::2], strict=True)):
        name, _, marked = head.strip().partition("\t")
        source = f"{prosody.name}, utterance {number + 1}"
        emotion, audio = emotions.get(name, NEUTRAL), sounds.find(name, folder)
        try:
            units = format_units(prosody_units(marked, pinyin, emotion))
        except (UnitError, CorpusError) as error:
            listing.reject(name, source, str(error), audio)
            continue
        labels = [path for path in _label_files(folder, name) if path.is_file()]
        listing.add(
            Clip(
                id=name,
                audio=audio,
                text="".join(text for text, _ in words_and_breaks(marked)),
                emotion=emotion.removeprefix("emotion_"),
                units=units,
                labels=labels[0] if labels else None,
            ),
            source,
        )
    return listing


def prosody_units(marked: str, pinyin: str, emotion: str) -> list[Unit]:
    """The units of a marked text and its pronunciation, without speaker.

    Raises:
        UnitError: a syllable is unknown.
        CorpusError: text and pronunciation do not have the same length.
    """
    spoken = _pronunciations(pinyin)
    line: list[Unit] = []
    for word, level in words_and_breaks(marked):
        syllables: list[PhoneSyllable] = []
        left = 1 if word.isascii() else len(word)
        while left > 0:
            heard = next(spoken, ())
            if not heard:
                raise CorpusError(f"the pronunciation ends within {word!r}")
            syllables += heard
            final = heard[0].phones[-1]
            left -= 2 if "儿" in word and final.endswith("r_c") and final != "er_c" else 1
        line += [*word_units(syllables, emotion, ""), break_unit(level, emotion, "")]
    if next(spoken, None) is not None:
        raise CorpusError("the pronunciation has more syllables than the text")
    return line


def words_and_breaks(marked: str) -> list[tuple[str, str]]:
    """The words of a marked text, each with the break after it; the last is always ``#4``."""
    plain = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", marked))
    plain = plain.replace("/", "#2").replace("%", "#3")
    plain = _EDGE.sub("#1", re.sub(r"\s+", "#1", plain.strip()))
    *parts, last = _BREAK.split(plain)  # word, level, word, level, …, rest
    pairs = [*zip(parts[::2], parts[1::2], strict=True), (last, "4")]
    words: list[tuple[str, str]] = []
    joined = ""  # #0 is no break
    for word, level in pairs:
        joined += word
        if joined and level != "0":
            words.append((joined, f"#{level}"))
            joined = ""
        elif words and not joined:
            words[-1] = (words[-1][0], max(words[-1][1], f"#{level}"))
    return [*words[:-1], (words[-1][0], "#4")] if words else []


def _pronunciations(line: str) -> Iterator[tuple[PhoneSyllable, ...]]:
    """The syllable of each hanzi (or hanzi with 儿), all syllables of each English word."""
    for stretch in re.split(r"\s*/\s*", line.strip()):
        if stretch[:1].isupper():
            yield arpabet_phones(stretch)
        else:
            yield from ((pinyin_phones(syllable),) for syllable in stretch.split())


def _emotions(folder: Path) -> dict[str, str]:
    path = folder / "emotion_tag.txt"
    if not path.is_file():
        return {}
    pairs = (line.split() for line in read_text(path).split("\n"))
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _label_files(folder: Path, name: str) -> Iterator[Path]:
    for place, suffix in (("interval", ".interval"), ("interval", ".TextGrid"), ("textgrid", ".TextGrid")):
        yield folder / place / f"{name}{suffix}"
