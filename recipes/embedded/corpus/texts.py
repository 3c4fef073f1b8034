"""python -m corpus.texts OUT --data SHARED_TEXT: the sentences of the corpus, the most useful first.

Writes OUT/texts.jsonl (id, text, source, split) and OUT/coverage.md.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from corpus.found_texts import encyclopaedia_sentences, graded_sentences
from corpus.own_texts import carriers, own_sentences
from corpus.selection import Candidate, choose, features_of
from corpus.spelling import spell
from langsong.errors import TextError
from langsong.measure.quality.intelligibility import SENTENCES as EVALUATED
from langsong.text.frontend import Conventions, Frontend

CONVENTIONS = Conventions(erhua="merged", english="pinyin", break_emotion="utterance", breaks="words")
"""How the corpus, and so the voice, reads."""

SHARES = {"graded": 0.42, "own": 0.26, "encyclopaedia": 0.24, "carrier": 0.08}
LONGEST_SPELLING = 200
"""Symbols; the teacher takes up to 510 but gets careless long before."""

HELD_OUT = 41
"""Every so many-th sentence is for validation; a prime, or it would always be one speaker in the same few styles."""


def candidates(texts: Iterable[tuple[str, str]], frontend: Frontend) -> Iterator[Candidate]:
    """The sentences of `texts` (text, source), one by one as the voice will read them, each once.

    Left out is what cannot be read or spelled, and what voices are evaluated with.
    """
    seen = set(EVALUATED)
    for text, source in texts:
        try:
            utterances = list(frontend.utterances(text))
        except TextError:
            continue
        for utterance in utterances:
            sentence = utterance.text.strip().lstrip("”")
            if sentence in seen:
                continue
            seen.add(sentence)
            try:
                spelling = spell(utterance)
            except ValueError:
                continue
            if len(spelling.symbols) <= LONGEST_SPELLING:
                syllables = sum(len(word.syllables) for word in utterance.words)
                yield Candidate(sentence, source, features_of(utterance.units), syllables)


def report(chosen: Sequence[Candidate], offered: Sequence[Candidate]) -> str:
    """Coverage as Markdown."""
    lines = [f"{len(chosen)} sentences, {sum(c.syllables for c in chosen)} syllables of {len(offered)} offered", ""]
    lines += ["| source | sentences | syllables |", "|---|---|---|"]
    for source in SHARES:
        part = [candidate for candidate in chosen if candidate.source == source]
        lines.append(f"| {source} | {len(part)} | {sum(candidate.syllables for candidate in part)} |")
    lines += [
        "",
        "| feature | occurs in what was offered | covered | 5 times or more | 20 times or more |",
        "|---|---|---|---|---|",
    ]
    have, had = _count(chosen), _count(offered)
    for name, belongs in (("toned syllables", False), ("transitions", True)):
        of_kind = [feature for feature in had if (">" in feature) == belongs]
        covered = [sum(have[feature] >= times for feature in of_kind) for times in (1, 5, 20)]
        lines.append(f"| {name} | {len(of_kind)} | {covered[0]} | {covered[1]} | {covered[2]} |")
    lengths = Counter(min(len(candidate.text) // 5 * 5, 40) for candidate in chosen)
    lines += ["", "| characters | sentences |", "|---|---|"]
    lines += [f"| {start}-{start + 4} | {lengths[start]} |" for start in sorted(lengths)]
    return "\n".join(lines) + "\n"


def _count(some: Iterable[Candidate]) -> Counter[str]:
    return Counter(feature for candidate in some for feature in candidate.features)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder with hsk/, cpp/ and ud_text/")
    parser.add_argument("--count", type=int, default=8000)
    arguments = parser.parse_args()
    sentences = itertools.chain(
        ((text, "own") for text in own_sentences()),
        ((text, "graded") for text in graded_sentences(arguments.data)),
        ((text, "encyclopaedia") for text in itertools.islice(encyclopaedia_sentences(arguments.data), 8000)),
        ((text, "carrier") for text in carriers()),
    )
    offered = list(candidates(sentences, Frontend(CONVENTIONS)))
    chosen = list(itertools.islice(choose(offered, SHARES), arguments.count))
    arguments.out.mkdir(parents=True, exist_ok=True)
    with (arguments.out / "texts.jsonl").open("w", encoding="utf-8") as file:
        for index, candidate in enumerate(chosen):
            row = {
                "id": f"s{index:05d}",
                "text": candidate.text,
                "source": candidate.source,
                "split": "valid" if index % HELD_OUT == HELD_OUT - 1 else "train",
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    (arguments.out / "coverage.md").write_text(report(chosen, offered), encoding="utf-8")
    print(f"{arguments.out / 'texts.jsonl'}: {len(chosen)} sentences of {len(offered)}")


if __name__ == "__main__":
    main()
