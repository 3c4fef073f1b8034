"""From written text to the units that a voice reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from langsong.errors import OptionError, TextError
from langsong.text.arpabet import phone_syllables
from langsong.text.document import Passage
from langsong.text.english import latin_phones
from langsong.text.english_pinyin import nearest_pinyin
from langsong.text.explain import Explanation, explain, with_marks
from langsong.text.flags import break_unit, word_units
from langsong.text.hanzi import is_hanzi
from langsong.text.lexicon import UserLexicon
from langsong.text.markup import parse_markup
from langsong.text.normalize import is_spoken
from langsong.text.normalize.clean import plain
from langsong.text.omissions import Omission, without_erhua, without_fillers
from langsong.text.phones import PhoneSyllable, pinyin_phones
from langsong.text.reading import Reading, read_passage
from langsong.text.segment import MAX_CHARACTERS, segment
from langsong.text.ssml import is_ssml, parse_ssml
from langsong.text.units import byte_unit
from langsong.text.written import Written
from langsong.types import NEUTRAL, Span, Unit, Utterance, Word

READ_AT_ONCE = 200
"""Characters; longer texts are read sentence by sentence, so that time grows with the length only."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the text was written that a voice was trained on.

    Attributes:
        erhua: 花儿 as one syllable with an erhua final, or as two syllables.
        english: letters and words in ARPAbet phones, or in the nearest Chinese syllables.
        break_emotion: breaks carry the utterance's emotion, or ``emotion_none``.
        breaks: a break between any two words, or only where a speaker makes one (see `prosody`).
    """

    erhua: Literal["merged", "split"] = "merged"
    english: Literal["arpabet", "pinyin"] = "arpabet"
    break_emotion: Literal["utterance", "none"] = "utterance"
    breaks: Literal["words", "rhythm"] = "words"


class Frontend:
    """Reads Mandarin, with Latin words in it, for voices of one convention.

    Texts may have the marks of `langsong.text.markup`, or be SSML; a `Passage` is read as it is.
    Holds no state but the shared libraries, which the first call loads; threads may share it.

    Args:
        conventions: of the voice.
        lexicon: readings that win over every other but those given in the text.
    """

    def __init__(self, conventions: Conventions = Conventions(), lexicon: UserLexicon | None = None) -> None:
        self.conventions = conventions
        self.lexicon = lexicon

    def passages(self, text: str) -> tuple[Passage, ...]:
        """The stretches of `text` in one style each, and the pauses between them.

        Raises:
            TextError: a character that cannot be read, a mistake in a mark or in SSML, or nothing to read;
                `position` counts characters of `text` from 0.
        """
        passages = _passages(text)
        if not any(map(_is_spoken, passages)):
            raise _nothing_to_read(text)
        return passages

    def normalize(self, text: str | Passage, without: Collection[Omission] = ()) -> str:
        """`text` as it is read: digits, symbols and units spelled out, marks left out.

        Args:
            without: what to leave out as well, as transcripts do.

        Raises:
            TextError: a character that cannot be read, or a mark with a mistake; `position` counts characters
                of `text` from 0.
        """
        return "".join(self._normalize(piece, without) for piece in _pieces(text))

    def _normalize(self, piece: Passage, without: Collection[Omission]) -> str:
        if "erhua" in without:
            reading = self._read(piece)
            normalized = without_erhua(reading.normalized, reading.words)
        else:
            normalized = Written(piece).read
        return without_fillers(normalized) if "fillers" in without else normalized

    def pinyin(self, text: str | Passage) -> str:
        """The syllables of `text` in one line: tone digits 1-5, ü as v, erhua merged (``huar1``).

        Latin words stay as written, punctuation is left out; empty when there is nothing to read.

        Raises:
            TextError: as `normalize`.
        """
        return " ".join(
            syllable.pinyin
            for piece in _pieces(text)
            for word in self._read(piece).words
            for syllable in word.syllables
        )

    def explain(self, text: str | Passage) -> tuple[Explanation, ...]:
        """What read each stretch of `text`, and why; the explanations tile it, marks included (of SSML, its text).

        Raises:
            TextError: as `normalize`.
        """
        rows: list[Explanation] = []
        for piece in _pieces(text):
            reading = self._read(piece)
            offset = rows[-1].end if rows else 0
            rows += (
                replace(row, start=row.start + offset, end=row.end + offset)
                for row in explain(reading.spans, reading.words)
            )
        return tuple(rows) if isinstance(text, Passage) or is_ssml(text) else tuple(with_marks(text, rows))

    def utterance(self, text: str | Passage, *, emotion: str = NEUTRAL, speaker: str = "") -> Utterance:
        """`text` as one utterance, however long; every unit has the emotion and the speaker.

        Raises:
            TextError: as `normalize`, or there is nothing to read.
        """
        pieces = list(_pieces(text))
        readings = [self._read(piece) for piece in pieces]
        if not any(reading.words for reading in readings):
            raise _nothing_to_read(text)
        return self._utterance("".join(piece.text for piece in pieces), readings, emotion, speaker)

    def utterances(
        self,
        text: str | Passage,
        *,
        emotion: str = NEUTRAL,
        speaker: str = "",
        max_characters: int = MAX_CHARACTERS,
    ) -> Iterator[Utterance]:
        """The sentences of `text`, long ones in parts (see `segment`), each analysed when asked for.

        The whole text is checked at the call, so that speech that begins also ends. Pieces with nothing
        to read are left out; a `Passage` may be without any. Pauses and styles are the caller's to keep.

        Raises:
            TextError: as `normalize`, or there is nothing to read in the whole text.
            OptionError: `max_characters` < 1.
        """
        if max_characters < 1:
            raise OptionError(f"max_characters is {max_characters}: give at least 1")
        passages = (text,) if isinstance(text, Passage) else self.passages(text)
        pieces = chain.from_iterable(_segments(passage, max_characters) for passage in passages)
        return self._utterances(pieces, emotion, speaker)

    def bytes_utterance(self, text: str, *, emotion: str = NEUTRAL, speaker: str = "") -> Utterance:
        """`text` as the UTF-8 bytes that a byte voice reads, in any script, not normalised (spec 1.9).

        Control characters become spaces, and a text that does not end with ``.``, ``!`` or ``?`` gets a
        full stop.

        Raises:
            TextError: NUL or an unpaired surrogate, or there is nothing to read.
        """
        normalized = plain(text).strip()
        if not any(char.isalnum() for char in normalized):
            raise _nothing_to_read(text)
        if not normalized.endswith((".", "!", "?")):
            normalized += "."
        units = tuple(byte_unit(value, emotion, speaker) for value in normalized.encode("utf-8"))
        return Utterance(text, normalized, (), units, (None,) * len(units))

    def bytes_utterances(self, text: str, *, emotion: str = NEUTRAL, speaker: str = "") -> Iterator[Utterance]:
        """The sentences of `text` as `bytes_utterance` reads them.

        Raises:
            TextError: as `bytes_utterance`; the whole text is checked at the call.
        """
        if not any(char.isalnum() for char in plain(text)):
            raise _nothing_to_read(text)
        pieces = (piece for piece in segment(text) if any(char.isalnum() for char in plain(piece)))
        return (self.bytes_utterance(piece, emotion=emotion, speaker=speaker) for piece in pieces)

    def _read(self, piece: Passage) -> Reading:
        return read_passage(piece, self.lexicon, self.conventions.breaks)

    def _utterances(self, pieces: Iterator[Passage], emotion: str, speaker: str) -> Iterator[Utterance]:
        for piece in pieces:
            reading = self._read(piece)
            if reading.words:
                yield replace(self._utterance(piece.text, [reading], emotion, speaker), emphases=piece.emphases)

    def _utterance(self, text: str, readings: list[Reading], emotion: str, speaker: str) -> Utterance:
        words = tuple(word for reading in readings for word in reading.words)
        break_emotion = emotion if self.conventions.break_emotion == "utterance" else "emotion_none"
        units: list[Unit] = []
        unit_words: list[int | None] = []
        for index, word in enumerate(words):
            spoken = word_units(self._phones(word), emotion, speaker)
            units += spoken
            unit_words += [index] * len(spoken)
            if word.break_after:
                units.append(break_unit(word.break_after, break_emotion, speaker))
                unit_words.append(None)
        normalized = "".join(reading.normalized for reading in readings)
        spans: list[Span] = []
        for reading in readings:
            offset = spans[-1].end if spans else 0
            spans += [replace(span, start=span.start + offset, end=span.end + offset) for span in reading.spans]
        return Utterance(text, normalized, words, tuple(units), tuple(unit_words), tuple(spans))

    def _phones(self, word: Word) -> list[PhoneSyllable]:
        phones: list[PhoneSyllable] = []
        for syllable in word.syllables:
            if syllable.latin:
                phones += self._latin_phones(syllable.text, syllable.parts)
            elif syllable.parts and self.conventions.erhua == "split":
                phones += [pinyin_phones(part) for part in syllable.parts]
            else:
                phones.append(pinyin_phones(syllable.pinyin))
        return phones

    def _latin_phones(self, text: str, said: tuple[str, ...]) -> tuple[PhoneSyllable, ...]:
        """How a Latin word sounds: as `said`, in pinyin or ARPAbet, else as it is written."""
        if not said:
            return latin_phones(text, self.conventions.english)
        if said[0].islower():
            return tuple(map(pinyin_phones, said))
        if self.conventions.english == "arpabet":
            return phone_syllables(said)
        return tuple(map(pinyin_phones, nearest_pinyin(said)))


def _passages(text: str | Passage) -> tuple[Passage, ...]:
    if isinstance(text, Passage):
        return (text,)
    return parse_ssml(text) if is_ssml(text) else parse_markup(text)


def _pieces(text: str | Passage) -> Iterator[Passage]:
    """The passages of a text in parts that can be read at once."""
    for passage in _passages(text):
        if len(passage.text) <= READ_AT_ONCE:
            yield passage
        else:
            yield from _segments(passage, READ_AT_ONCE)


def _segments(passage: Passage, max_characters: int) -> Iterator[Passage]:
    """The parts of a passage (see `segment`); what is read as one stays in one."""
    whole = sorted(
        [(f.start, f.end) for f in passage.fixed] + [(r.start, r.end) for r in passage.replacements] + [*passage.words]
    )
    start = end = passed = 0
    for piece in segment(passage.text, max_characters):
        end += len(piece)
        while passed < len(whole) and whole[passed][1] <= end:
            passed += 1
        if passed == len(whole) or whole[passed][0] >= end:
            yield passage.slice(start, end)
            start = end
    if start < end:
        yield passage.slice(start, end)


def _is_spoken(passage: Passage) -> bool:
    if passage.fixed or passage.replacements or any(map(is_hanzi, passage.text)):
        return True
    return any(map(is_spoken, segment(passage.text, READ_AT_ONCE)))


def _nothing_to_read(text: str | Passage) -> TextError:
    written = text.text if isinstance(text, Passage) else text
    shown = written if len(written) <= 20 else f"{written[:20]}…"
    return TextError(f"nothing to read: {shown!r} has no hanzi, letters or digits")
