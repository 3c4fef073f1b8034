"""Latin words in Chinese text: spelled, or said as English or Chinese words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Literal

from langsong.text.arpabet import arpabet_phones, phone_syllables
from langsong.text.english_dictionary import AS_A_WORD, SPELLED, exception
from langsong.text.english_letters import LETTERS, letter_phones
from langsong.text.english_pinyin import nearest_pinyin
from langsong.text.english_words import Piece, is_sayable, known_word, read_unknown, spelled, with_s
from langsong.text.phones import PhoneSyllable, pinyin_phones

Reading = Literal["arpabet", "pinyin"]

_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""The parts of WeChat, OpenAI, HTTPServer, iPad."""
_PLURAL = re.compile(r"([A-Z]{2,})'?s")
_SPELLED_UP_TO = 3
"""Capitals of more letters are a word where the dictionary knows one …"""
_GUESSED_FROM = 5
"""… and of this many also where they could be one."""


@lru_cache(maxsize=4096)
def read_latin(word: str) -> tuple[Piece, ...]:
    """How a Latin word (ASCII letters, apostrophes between them) is read; the pieces have all its letters."""
    word = word.replace("’", "'")
    own = exception(word)
    if own is not None:
        return _own(word, own)
    if len(word) == 1:
        return (spelled(word, "letter"),)
    if plural := _PLURAL.fullmatch(word):
        return _add_s(read_latin(plural[1]), word[len(plural[1]) :])
    if word.replace("'", "").isupper():
        return (_capitals(word),)
    if (piece := known_word(word)) is not None:
        return (piece,)
    if word.endswith("'s"):
        return _add_s(read_latin(word[:-2]), word[-2:])
    humps = _humps(word.replace("'", ""))
    return tuple(piece for hump in humps for piece in read_latin(hump)) if len(humps) > 1 else read_unknown(humps[0])


def _own(word: str, reading: str) -> tuple[Piece, ...]:
    if reading == SPELLED:
        return (spelled(word, "list: letters"),)
    if reading == AS_A_WORD:
        piece = known_word(word)
        return (piece,) if piece is not None and piece.kind == "phones" else read_unknown(word)
    kinds = groupby(reading.split(), key=lambda sound: sound[0].isupper())
    pieces = [Piece("", "phones" if english else "pinyin", tuple(sounds), "list") for english, sounds in kinds]
    return (Piece(word, pieces[0].kind, pieces[0].sounds, "list"), *pieces[1:])


def _capitals(word: str) -> Piece:
    if len(word) > _SPELLED_UP_TO:
        piece = known_word(word)
        if piece is None and len(word) >= _GUESSED_FROM and is_sayable(word.lower()):
            piece = read_unknown(word)[0]
        if piece is not None:
            return piece
    return spelled(word, "capitals")


def _humps(word: str) -> list[str]:
    """The parts of a word between which the case changes; TFboys is TF and boys, HTTPServer HTTP and Server."""
    parts: list[str] = _HUMPS.findall(word)
    for index, part in enumerate(parts[1:], 1):
        before, rest = parts[index - 1], part[1:]
        if before.isupper() and part[0].isupper() and known_word(part) is None and known_word(rest) is not None:
            parts[index - 1 : index + 1] = [before + part[0], rest]
    return parts


def _add_s(pieces: tuple[Piece, ...], ending: str) -> tuple[Piece, ...]:
    """The pieces of a plural or genitive, from those of its stem."""
    *before, last = pieces
    if last.kind == "pinyin":
        return (*pieces, Piece(ending, "phones", ("S",), "ending"))
    phones = letter_phones(last.sounds) if last.kind == "letters" else last.sounds
    return (*before, Piece(last.text + ending, "phones", with_s(phones), f"{last.reason}, ending"))


def latin_phones(word: str, reading: Reading) -> tuple[PhoneSyllable, ...]:
    """How a Latin word is said: in ARPAbet phones, or with the Chinese syllables nearest to them."""
    return tuple(syllable for piece in read_latin(word) for syllable in _piece_phones(piece, reading))


def _piece_phones(piece: Piece, reading: Reading) -> Iterator[PhoneSyllable]:
    if piece.kind == "pinyin":
        yield from (pinyin_phones(syllable) for syllable in piece.sounds)
    elif reading == "pinyin":
        yield from (pinyin_phones(syllable) for syllable in piece_pinyin(piece))
    elif piece.kind == "letters":
        for letter in piece.sounds:
            yield from arpabet_phones(LETTERS[letter].arpabet)
    else:
        yield from phone_syllables(piece.sounds)


def piece_pinyin(piece: Piece) -> tuple[str, ...]:
    """The Chinese syllables for a piece of a Latin word."""
    if piece.kind == "letters":
        return tuple(syllable for letter in piece.sounds for syllable in LETTERS[letter].pinyin.split())
    return piece.sounds if piece.kind == "pinyin" else nearest_pinyin(piece.sounds)


def reasons(word: str) -> str:
    """What says how a Latin word is read, in a few words."""
    return ", ".join(dict.fromkeys(piece.reason for piece in read_latin(word)))
