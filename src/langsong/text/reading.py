"""How a passage is read: words with syllables, tones as they sound, and breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from langsong.text import erhua, g2p, prosody, sandhi
from langsong.text.document import FixedReading, Passage
from langsong.text.english import reasons
from langsong.text.hanzi import is_hanzi
from langsong.text.lexicon import UserLexicon
from langsong.text.words import Token, tokenize
from langsong.text.written import STAND_IN, Written
from langsong.types import Span, Syllable, Word

SCHWA = ("AH0",)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a passage is read.

    Attributes:
        spans: how its text became `normalized`.
        words: in order; none when there is nothing to read.
    """

    normalized: str
    spans: tuple[Span, ...]
    words: tuple[Word, ...]


def read_passage(passage: Passage, lexicon: UserLexicon | None = None, breaks: prosody.Style = "words") -> Reading:
    """Read a passage; given readings win over the lexicon, the lexicon over the rest.

    Args:
        breaks: see `prosody.place_breaks`.

    Raises:
        TextError: a character that cannot be read.
    """
    written = Written(passage)
    given = {written.place(fixed.start, fixed.end): fixed for fixed in passage.fixed}
    tokens = _with_borders(
        list(tokenize(written.read)),
        [(written.border(start), written.border(end)) for start, end in passage.words],
        list(given),
    )
    words = sandhi.apply(_words(tokens, given, lexicon))
    return Reading(written.read, written.spans, prosody.place_breaks(erhua.merge(words), breaks))


def _with_borders(
    tokens: list[Token], words: Sequence[tuple[int, int]], joined: Sequence[tuple[int, int]]
) -> list[Token]:
    """The tokens again, with borders around `words`, and none within them nor within what is `joined`."""
    if not words and not joined:
        return tokens
    text = "".join(token.text for token in tokens)
    kinds = [token.kind for token in tokens for _ in token.text]
    borders = {0}
    for token in tokens:
        borders.add(max(borders) + len(token.text))
    for start, end in words:
        borders |= {start, end}
    for start, end in (*words, *joined):
        if all(is_hanzi(char) for char in text[start:end]):
            borders -= set(range(start + 1, end))
    ends = sorted(borders)
    return [Token(text[a:b], kinds[a]) for a, b in pairwise(ends)]


def _words(
    tokens: Sequence[Token], given: dict[tuple[int, int], FixedReading], lexicon: UserLexicon | None
) -> tuple[Word, ...]:
    words: list[Word] = []
    position = 0
    for index, (token, read) in enumerate(zip(tokens, g2p.read_words(_readable(tokens), lexicon), strict=True)):
        if token.kind != "punctuation":
            syllables = _latin(tokens, index, lexicon) if token.kind == "latin" else read
            words.append(Word(token.text, _with_given(token.text, syllables, position, given)))
        elif words:
            words[-1] = replace(words[-1], punctuation=token.text)
        position += len(token.text)
    return tuple(words)


def _readable(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with a stand-in for each hanzi that no dictionary has; its reading is given."""
    return [
        token
        if token.kind != "hanzi" or all(map(g2p.has_reading, token.text))
        else Token("".join(char if g2p.has_reading(char) else STAND_IN for char in token.text), token.kind)
        for token in tokens
    ]


def _latin(tokens: Sequence[Token], index: int, lexicon: UserLexicon | None) -> tuple[Syllable, ...]:
    """The one syllable that stands for a Latin word, with what says how it is read."""
    word = tokens[index].text
    listed = lexicon.entries.get(word) if lexicon is not None else None
    if listed is not None:
        return (Syllable(word, " ".join(listed), listed, latin=True, reason=g2p.USER),)
    if _is_article(tokens, index):
        return (Syllable(word, word, SCHWA, latin=True, reason="article"),)
    return (Syllable(word, word, latin=True, reason=reasons(word)),)


def _is_article(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word is the article of a book, rather than the letter of plan a."""
    around = [token.text for token in tokens[max(0, index - 2) : index + 3]]
    before, after = around[: min(2, index)], around[min(2, index) + 1 :]
    if tokens[index].text not in ("a", "A") or len(after) < 2 or after[0] != " ":
        return False
    in_english = len(before) == 2 and before[1] == " " and before[0].isascii() and before[0].isalpha()
    if tokens[index].text == "A" and in_english:
        return False
    return len(after[1]) > 1 and after[1].isascii() and after[1].islower()


def _with_given(
    text: str, syllables: tuple[Syllable, ...], position: int, given: dict[tuple[int, int], FixedReading]
) -> tuple[Syllable, ...]:
    """The syllables of the word at `position`, the given readings in their places."""
    if not given:
        return syllables
    return tuple(_merge_given(text, syllables, position, given))


def _merge_given(
    text: str, syllables: tuple[Syllable, ...], position: int, given: dict[tuple[int, int], FixedReading]
) -> Iterator[Syllable]:
    index = offset = 0
    while index < len(syllables):
        syllable = syllables[index]
        length = len(syllable.text)
        for width in (length, length + 1):
            fixed = given.get((position + offset, position + offset + width))
            if fixed is not None:
                yield _given(text[offset : offset + width], fixed)
                index, offset = index + (2 if width > length else 1), offset + width
                break
        else:
            yield syllable
            index, offset = index + 1, offset + length


def _given(text: str, fixed: FixedReading) -> Syllable:
    if text.isascii():
        return Syllable(text, " ".join(fixed.pinyin), fixed.pinyin, latin=True, reason=fixed.source)
    (pinyin,) = fixed.pinyin
    parts = (pinyin[:-2] + pinyin[-1], "er5") if len(text) == 2 else ()
    return Syllable(text, pinyin, parts, reason=fixed.source)
