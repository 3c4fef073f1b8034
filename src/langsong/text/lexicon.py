"""Words with readings that somebody wrote down: the built-in list, and a user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from langsong.errors import OptionError, UnitError
from langsong.text.hanzi import is_hanzi
from langsong.text.once import once
from langsong.text.phones import pinyin_phones

_FORMATS = {".tsv": "\t", ".txt": "\t", ".yaml": ":", ".yml": ":"}
_EXAMPLE = {"\t": "银行<TAB>yin2 hang2", ":": "银行: yin2 hang2"}


@dataclass(frozen=True)
class UserLexicon:
    """Words and their readings, one syllable per character, that win over everything else.

    Attributes:
        entries: word → readings with tone digits 1-5, ü as v.
    """

    entries: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, path: str | Path) -> UserLexicon:
        """Read a UTF-8 file: TSV (``word<TAB>pinyin``), or YAML (``word: pinyin``) by its suffix.

        Of YAML it is one flat mapping with an entry on each line, quotes allowed; so nothing has to be
        installed. Empty lines and lines that begin with ``#`` are skipped.

        Raises:
            OptionError: no such file, not UTF-8, another suffix, or a line that is not an entry (its
                number is in the message), or a word listed twice.
        """
        source = Path(path)
        separator = _FORMATS.get(source.suffix.lower())
        if separator is None:
            raise OptionError(f"{source.name}: a lexicon is a file in {', '.join(_FORMATS)}")
        try:
            text = source.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise OptionError(f"cannot read the lexicon {source}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise OptionError(f"{source.name} is not UTF-8 (byte {error.start})") from None
        return cls.parse(text, separator, source.name)

    @classmethod
    def parse(cls, text: str, separator: str = "\t", name: str = "lexicon") -> UserLexicon:
        """The same from a text whose lines have `separator` between word and pinyin.

        Raises:
            OptionError: as `load`.
        """
        entries: dict[str, tuple[str, ...]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                word, readings = _entry(line, separator)
                if word in entries:
                    raise ValueError(f"{word} is listed twice")
            except ValueError as error:
                raise OptionError(f"{name}, line {number}: {error}") from None
            entries[word] = readings
        return cls(entries)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.entries), default=0)

    def matches(self, run: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Where entries stand in a run of hanzi, from left to right, the longest that fits at each place."""
        start = 0
        while start < len(run):
            for end in range(min(len(run), start + self._longest), start, -1):
                readings = self.entries.get(run[start:end])
                if readings is not None:
                    yield start, readings
                    start = end
                    break
            else:
                start += 1


@once
def builtin() -> Mapping[str, tuple[str, ...]]:
    """``data/lexicon.tsv``: readings that the phrase dictionaries lack or get wrong."""
    source = resources.files(__package__).joinpath("data/lexicon.tsv")
    lines = source.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {word: tuple(readings.split()) for word, readings in pairs}


def _entry(line: str, separator: str) -> tuple[str, tuple[str, ...]]:
    fields = [field.strip().strip("\"'") for field in line.split(separator)]
    if len(fields) != 2 or not all(fields):
        raise ValueError(f"{line.strip()!r} is not an entry: write {_EXAMPLE[separator]}")
    word, readings = fields[0], tuple(_canonical(reading) for reading in fields[1].split())
    if not all(map(is_hanzi, word)):
        raise ValueError(f"{word!r} has characters that are not hanzi")
    if len(readings) != len(word):
        raise ValueError(f"{word} has {len(word)} characters and {len(readings)} syllables: write one for each")
    return word, readings


def _canonical(reading: str) -> str:
    try:
        pinyin_phones(reading)
    except UnitError as error:
        raise ValueError(str(error)) from None
    return reading.lower().replace("u:", "v").replace("ü", "v")
