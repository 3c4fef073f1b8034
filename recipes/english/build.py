"""Pack CMUdict into the frontend's dictionary, without what the rule for 's derives by itself."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

from cmu import words

from langsong.text.english_dictionary import SPELLED, pack
from langsong.text.english_letters import LETTERS
from langsong.text.english_words import with_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path)
    output: Path = parser.parse_args().output
    known = dict(words())
    lines = []
    for word, phones in sorted(known.items()):
        stem = known.get(word.removesuffix("'s"))
        if word.endswith("'s") and stem is not None and with_s(stem) == phones:
            continue
        lines.append(f"{word}\t{SPELLED if _is_spelled(word, phones) else pack(phones)}\n")
    output.write_bytes(gzip.compress("".join(lines).encode("ascii"), 9, mtime=0))
    print(f"{len(lines)} words of {len(known)}, {output.stat().st_size} bytes")


def _is_spelled(word: str, phones: tuple[str, ...]) -> bool:
    """Whether a pronunciation is that of the word's letters, whatever the stress."""
    letters = " ".join(LETTERS[letter].arpabet for letter in word.upper() if letter in LETTERS)
    plain = [phone.rstrip("01") for phone in phones]
    return len(word) > 1 and plain == [phone.rstrip("012") for phone in letters.split() if phone != "."]


if __name__ == "__main__":
    main()
