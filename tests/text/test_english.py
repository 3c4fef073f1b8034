"""Latin words: spelled, said in English, said in Chinese."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from langsong.errors import UnitError
from langsong.text.arpabet import CONSONANTS, VOWELS, arpabet_phones, phone_syllables, syllabify
from langsong.text.english import latin_phones, piece_pinyin, read_latin
from langsong.text.english_dictionary import AS_A_WORD, SPELLED, dictionary_phones, read_table
from langsong.text.english_letters import LETTERS, spell
from langsong.text.english_pinyin import nearest_pinyin
from langsong.text.english_sounds import guess_phones
from langsong.text.english_words import Piece
from langsong.text.pinyin import is_syllable
from langsong.text.units import inventory

DATA = Path(__file__).parent / "data"


def rows(name: str) -> list[tuple[str, str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    cases = [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]
    return [(written, read) for written, read in cases]


def shown(pieces: tuple[Piece, ...]) -> str:
    return " + ".join((".".join if piece.kind == "letters" else " ".join)(piece.sounds) for piece in pieces)


@pytest.mark.parametrize(("word", "read"), rows("english_readings.tsv"))
def test_readings(word: str, read: str) -> None:
    pieces = read_latin(word)
    assert shown(pieces) == read
    assert spell("".join(piece.text for piece in pieces)) == spell(word)
    assert all(piece.reason for piece in pieces)


@pytest.mark.parametrize(("word", "pinyin"), rows("english_pinyin.tsv"))
def test_chinese_syllables(word: str, pinyin: str) -> None:
    assert " ".join(syllable for piece in read_latin(word) for syllable in piece_pinyin(piece)) == pinyin


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("hello", "hh ah, l ow"),
        ("extra", "eh k, s t r ah"),
        ("singer", "s ih ng, er"),
        ("finger", "f ih ng, g er"),
        ("music", "m y uw, z ih k"),
        ("Atlantic", "ah t, l ae n, t ih k"),
        ("create", "k r iy, ey t"),
        ("strengths", "s t r eh ng k th s"),
        ("AW", "ey, d ah, b ah l, y uw"),
    ],
)
def test_syllables(word: str, syllables: str) -> None:
    assert ", ".join(" ".join(phones) for phones, _ in latin_phones(word, "arpabet")) == syllables


def test_the_tone_of_a_syllable_is_its_stress() -> None:
    assert [tone for _, tone in latin_phones("telephone", "arpabet")] == ["tone1", "tone0", "tone0"]
    assert [tone for _, tone in latin_phones("AW", "arpabet")] == ["tone1", "tone1", "tone0", "tone0"]
    assert [tone for _, tone in arpabet_phones("T EH1 . L AH0 . F OW2 N")] == ["tone1", "tone0", "tone0"]
    assert phone_syllables(("SH",)) == ((("sh",), "tone0"),)


@pytest.mark.parametrize("vowel", VOWELS)
@pytest.mark.parametrize("stress", "01")
def test_every_syllable_has_a_chinese_one(vowel: str, stress: str) -> None:
    onsets = [(), *((consonant,) for consonant in CONSONANTS if consonant != "NG"), ("S", "T", "R")]
    for onset in onsets:
        for coda in [(), *((consonant,) for consonant in CONSONANTS), ("N", "D", "Z"), ("L", "T")]:
            pinyin = nearest_pinyin((*onset, f"{vowel}{stress}", *coda))
            assert all(is_syllable(syllable[:-1]) for syllable in pinyin), (onset, vowel, coda, pinyin)
            assert [syllable[-1] != "5" for syllable in pinyin].count(True) == 1


@pytest.mark.parametrize("reading", ["arpabet", "pinyin"])
def test_every_letter_is_in_the_inventory(reading: str) -> None:
    voice = inventory("PinYin", [])
    for letter in LETTERS:
        syllables = latin_phones(letter, reading)  # type: ignore[arg-type]
        assert syllables
        for phones, tone in syllables:
            assert set(phones) <= set(voice.phones)
            assert tone in voice.tones


apostrophized = st.from_regex("[A-Za-z]{1,9}(['’][A-Za-z]{1,4}){1,2}", fullmatch=True)


@settings(deadline=None)
@given(st.text(string.ascii_letters, min_size=1, max_size=30) | apostrophized)
def test_every_word_is_spoken_in_both_ways(word: str) -> None:
    voice = inventory("PinYin", [])
    assert spell("".join(piece.text for piece in read_latin(word))) == spell(word)
    for reading in ("arpabet", "pinyin"):
        syllables = latin_phones(word, reading)  # type: ignore[arg-type]
        assert syllables
        assert all(set(phones) <= set(voice.phones) and tone in voice.tones for phones, tone in syllables)


@settings(deadline=None)
@given(st.text(string.ascii_lowercase, min_size=1, max_size=40))
def test_a_guess_has_phones_and_one_stress(word: str) -> None:
    phones = guess_phones(word)
    assert {phone.rstrip("01") for phone in phones} <= {*VOWELS, *CONSONANTS}
    vowels = [phone for phone in phones if phone[-1].isdigit()]
    assert sum(phone.endswith("1") for phone in vowels) == bool(vowels)
    assert [phone for syllable in syllabify(phones) for phone in syllable] == list(phones)


def test_guesses_are_mostly_what_the_dictionary_says() -> None:
    words = ["banana", "station", "printing", "wonderful", "market", "question", "paper", "village", "number", "window"]
    same = sum(guess_phones(word) == dictionary_phones(word) for word in words)
    assert same >= 8


@pytest.mark.parametrize("word", ["a", "aaron's", "zyuganov", "zulu", "'", "zzzzz", "a's"])
def test_the_ends_of_the_dictionary(word: str) -> None:
    assert (dictionary_phones(word) is not None) == (word in ("a", "zyuganov", "zulu", "a's"))


def test_the_list_has_each_word_once_and_sounds_that_exist() -> None:
    entries = list(read_table("data/english.tsv"))
    assert len({word for word, _ in entries}) == len(entries) > 300
    known = {*CONSONANTS, *VOWELS, *(f"{vowel}{stress}" for vowel in VOWELS for stress in "01")}
    for word, reading in entries:
        for sound in () if reading in (SPELLED, AS_A_WORD) else reading.split():
            assert (sound in known) if sound[0].isupper() else is_syllable(sound[:-1]), word


def test_letters() -> None:
    assert spell("it's") == "ITS"


@pytest.mark.parametrize(
    ("pronunciation", "position"), [("HH AH0 QQ", 2), ("", 0), ("HH . . AH", 2), ("hh", 0), ("AH3", 0)]
)
def test_what_is_not_arpabet_is_refused(pronunciation: str, position: int) -> None:
    with pytest.raises(UnitError, match="ARPAbet") as caught:
        arpabet_phones(pronunciation)
    assert caught.value.position == position
