"""From written text to the units that a voice reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from langsong.errors import TextError
from langsong.text.english import latin_phones
from langsong.text.erhua import merge_erhua
from langsong.text.flags import break_unit, word_units
from langsong.text.g2p import word_pinyin
from langsong.text.normalize import is_spoken, normalize
from langsong.text.normalize.clean import plain
from langsong.text.phones import PhoneSyllable, pinyin_phones
from langsong.text.prosody import break_after
from langsong.text.segment import MAX_CHARACTERS, segment
from langsong.text.units import byte_unit
from langsong.text.words import Token, tokenize
from langsong.types import NEUTRAL, Syllable, Unit, Utterance, Word


@dataclass(frozen=True, slots=True)
class Conventions:
    """How the text was written that a voice was trained on.

    Attributes:
        erhua: 花儿 as one syllable with an erhua final, or as two syllables.
        english: letters in ARPAbet phones, or in the nearest Chinese syllables.
        break_emotion: breaks carry the utterance's emotion, or ``emotion_none``.
    """

    erhua: Literal["merged", "split"] = "merged"
    english: Literal["arpabet", "pinyin"] = "arpabet"
    break_emotion: Literal["utterance", "none"] = "utterance"


class Frontend:
    """Reads Mandarin, with Latin words in it, for voices of one convention.

    Holds no state but the shared libraries, which the first call loads; threads may share it.
    """

    def __init__(self, conventions: Conventions = Conventions()) -> None:
        self.conventions = conventions

    def normalize(self, text: str) -> str:
        """`text` as it is read: digits, symbols and units spelled out.

        Raises:
            TextError: a character that cannot be read; `position` counts characters of `text` from 0.
        """
        return normalize(text)

    def pinyin(self, text: str) -> str:
        """The syllables of `text` in one line: tone digits 1-5, ü as v, erhua merged (``huar1``).

        Latin words stay as written, punctuation is left out; empty when there is nothing to read.

        Raises:
            TextError: as `normalize`.
        """
        return " ".join(syllable.pinyin for word in _words(normalize(text)) for syllable in word.syllables)

    def utterance(self, text: str, *, emotion: str = NEUTRAL, speaker: str = "") -> Utterance:
        """`text` as one utterance, however long; every unit has the emotion and the speaker.

        Raises:
            TextError: as `normalize`, or there is nothing to read.
        """
        _require_spoken(text)
        return self._utterance(text, emotion, speaker)

    def utterances(
        self,
        text: str,
        *,
        emotion: str = NEUTRAL,
        speaker: str = "",
        max_characters: int = MAX_CHARACTERS,
    ) -> Iterator[Utterance]:
        """The sentences of `text`, long ones in parts (see `segment`), each analysed when asked for.

        The whole text is checked at the call, so that speech that begins also ends. Pieces with nothing
        to read are left out.

        Raises:
            TextError: as `normalize`, or there is nothing to read in the whole text.
            OptionError: `max_characters` < 1.
        """
        _require_spoken(text)
        pieces = segment(text, max_characters)
        return (self._utterance(piece, emotion, speaker) for piece in pieces if is_spoken(piece))

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

    def _utterance(self, text: str, emotion: str, speaker: str) -> Utterance:
        normalized = normalize(text)
        words = _words(normalized)
        break_emotion = emotion if self.conventions.break_emotion == "utterance" else "emotion_none"
        units: list[Unit] = []
        unit_words: list[int | None] = []
        for index, word in enumerate(words):
            spoken = word_units(self._phones(word), emotion, speaker)
            units += [*spoken, break_unit(word.break_after, break_emotion, speaker)]
            unit_words += [*(index for _ in spoken), None]
        return Utterance(text, normalized, words, tuple(units), tuple(unit_words))

    def _phones(self, word: Word) -> list[PhoneSyllable]:
        phones: list[PhoneSyllable] = []
        for syllable in word.syllables:
            if syllable.latin:
                phones += latin_phones(syllable.text, self.conventions.english)
            elif syllable.parts and self.conventions.erhua == "split":
                phones += [pinyin_phones(part) for part in syllable.parts]
            else:
                phones.append(pinyin_phones(syllable.pinyin))
        return phones


def _words(normalized: str) -> tuple[Word, ...]:
    """The words of a normalised text, with their readings and breaks."""
    tokens: list[Token] = []
    punctuation: list[str] = []
    for token in tokenize(normalized):
        if token.kind != "punctuation":
            tokens.append(token)
            punctuation.append("")
        elif tokens:
            punctuation[-1] = token.text
    last = len(tokens) - 1
    return tuple(
        Word(token.text, syllables, break_after(marks, last=index == last), marks)
        for index, (token, syllables, marks) in enumerate(
            zip(tokens, _syllables(tokens, punctuation), punctuation, strict=True)
        )
    )


def _syllables(tokens: list[Token], punctuation: list[str]) -> Iterator[tuple[Syllable, ...]]:
    """The syllables of each token; hanzi are read in runs that nothing but white space interrupts."""
    run: list[str] = []
    for index, token in enumerate(tokens):
        if token.kind == "latin":
            yield (Syllable(token.text, token.text, latin=True),)
            continue
        run.append(token.text)
        if punctuation[index].strip() or index + 1 == len(tokens) or tokens[index + 1].kind == "latin":
            for word, readings in zip(run, word_pinyin(run), strict=True):
                yield merge_erhua(word, readings)
            run.clear()


def _require_spoken(text: str) -> None:
    if not is_spoken(text):
        raise _nothing_to_read(text)


def _nothing_to_read(text: str) -> TextError:
    shown = text if len(text) <= 20 else f"{text[:20]}…"
    return TextError(f"nothing to read: {shown!r} has no hanzi, letters or digits")
