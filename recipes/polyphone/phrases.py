"""Write ``src/langsong/text/data/phrases.tsv``: words that pypinyin's own phrase dictionary lacks.

From ``large_pinyin`` of pypinyin-dict 0.9.0 (MIT; 324 MB as Python objects), kept to the words that the
segmenter knows and that have a polyphone in them. A line is ``word<TAB>pinyin``, or the word alone when the
commonest reading of each character is the right one. Words that the training labels contradict are dropped.

    pip install pypinyin-dict==0.9.0
    PYTHONPATH=src python recipes/polyphone/phrases.py ../shared/data/text
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import rjieba
from corpus import read_examples
from pypinyin_dict.phrase_pinyin_data.large_pinyin import phrases_dict

from langsong.text.dictionary import character_readings, numbered, pypinyin_phrase
from langsong.text.words import tokenize

OUTPUT = Path(__file__).parents[2] / "src/langsong/text/data/phrases.tsv"
MAX_LENGTH = 6
CITATION = {"一": "yi1", "不": "bu4"}


def main(data: Path) -> None:
    words = dict(entries())
    wrong = contradicted(words, data)
    lines = []
    for word, readings in words.items():
        if word in wrong:
            continue
        common = tuple(character_readings(char)[0] for char in word)
        lines.append(word if readings == common else f"{word}\t{' '.join(readings)}")
    OUTPUT.write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    print(f"{len(lines)} words, {sum(chr(9) in line for line in lines)} with readings; dropped {len(wrong)}")


def entries() -> Iterator[tuple[str, tuple[str, ...]]]:
    for word, entry in phrases_dict.items():
        # An adverb in 地 and a noun in 地 look alike; context decides.
        if not 2 <= len(word) <= MAX_LENGTH or len(entry) != len(word) or word.endswith("地"):
            continue
        if pypinyin_phrase(word) is not None or not rjieba.has_word(word):
            continue
        if {len(character_readings(char)) for char in word} <= {1} or not all(map(character_readings, word)):
            continue
        yield word, tuple(CITATION.get(c, numbered(r[0])) for c, r in zip(word, entry, strict=True))


def contradicted(words: dict[str, tuple[str, ...]], data: Path) -> set[str]:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for example in (*read_examples(data, "cpp/dev"), *read_examples(data, "g2pL/train")):
        start = 0
        for token in tokenize(example.text):
            end = start + len(token.text)
            if start <= example.index < end and token.text in words:
                matches = words[token.text][example.index - start] == example.reading
                (right if matches else wrong)[token.text] += 1
            start = end
    return {word for word, count in wrong.items() if count >= right[word]}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
