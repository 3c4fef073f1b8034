"""The same lines and ids as KAN-TTS, from the same words (spec 4.2-4.5)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from langsong.errors import UnitError
from langsong.text.arpabet import arpabet_phones
from langsong.text.flags import break_unit, word_units
from langsong.text.phones import PhoneSyllable, pinyin_phones
from langsong.text.units import StreamIds, format_units, inventory, parse_units
from langsong.types import Unit


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def words_and_breaks(text: str) -> Iterator[tuple[str, str]]:
    """The words of a prosody.txt line, each with the break after it (the last one is always #4)."""
    marked = re.sub("[。，]", "", text).replace("/", "#2").replace("%", "#3").replace(" ", "#1")
    *inner, last = re.sub("#4$", "", marked).split("#")
    first, *others = [*inner, last]
    breaks = [*(f"#{other[0]}" for other in others), "#4"]
    return zip([first, *(other[1:] for other in others)], breaks, strict=True)


def pronunciations(line: str) -> Iterator[tuple[PhoneSyllable, ...]]:
    """The syllable of each hanzi (or hanzi with 儿), all syllables of each English word."""
    for stretch in line.strip().split(" / "):
        if stretch[0].isupper():
            yield arpabet_phones(stretch)
        else:
            yield from ((pinyin_phones(syllable),) for syllable in stretch.split())


def units(text: str, pinyin: str, emotion: str) -> list[Unit]:
    spoken = pronunciations(pinyin)
    line: list[Unit] = []
    for word, level in words_and_breaks(text):
        if word.isascii():
            syllables = next(spoken)
        else:
            syllables = tuple(syllable for _ in word.replace("花儿", "花") for syllable in next(spoken))
        line += [*word_units(syllables, emotion, "F7"), break_unit(level, emotion, "F7")]
    assert next(spoken, None) is None
    return line


def test_lines_of_a_prosody_file(oracle: Path) -> None:
    case = read(oracle / "prosody_to_symbols.json")
    emotions = dict(line.split() for line in case["emotion_tag_txt"].splitlines())
    lines = case["prosody_txt"].splitlines()
    made = []
    for head, pinyin in zip(lines[::2], lines[1::2], strict=True):
        name, text = head.split("\t")
        line = format_units(units(text, pinyin, emotions.get(name, "emotion_neutral")))
        made.append(f"{name}\t{line}")
    assert made == [line for line in case["metafile"] if line]
    assert len(made) == 5


def test_ids_of_symbols(oracle: Path) -> None:
    reference = read(oracle / "linguistic_ids.json")
    voice = inventory(reference["language"], reference["speaker_list"].split(","))
    assert voice.sizes == tuple(reference["unit_sizes"].values())
    assert voice.pads == tuple(reference["pad"].values())
    *cases, broken = reference["cases"]
    assert len(cases) == 4
    for case in cases:
        encoded = voice.encode(parse_units(case["line"]), eos=True)
        ids = case["ids"]
        streams = [ids[name] for name in ("sy", "tone", "syllable_flag", "word_segment")]
        np.testing.assert_array_equal(encoded.ids, np.transpose(streams))
        np.testing.assert_array_equal(encoded.emotions, ids["emotion"])
        np.testing.assert_array_equal(encoded.speakers, ids["speaker"])
    # KAN-TTS drops the unknown phone and keeps its tone; here it is refused.
    with pytest.raises(UnitError, match="NOPE") as caught:
        voice.encode(parse_units(broken["line"]))
    assert caught.value.position == 1


@pytest.mark.parametrize(("kind", "pinyin"), [("1", "en5"), ("2", "a5"), ("3", "e5")])
def test_ids_of_filled_pauses(oracle: Path, kind: str, pinyin: str) -> None:
    reference = read(oracle / "linguistic_ids.json")["filled_pause_ids (3 symbols x 4 units)"][kind]
    pause = word_units([pinyin_phones(pinyin)], "emotion_neutral", "F7")
    ids = inventory("PinYin", ["F7"]).encode([*pause, break_unit("#3", "emotion_neutral", "F7")]).ids
    np.testing.assert_array_equal(ids, reference)


def test_ids_of_bytes(oracle: Path) -> None:
    case = read(oracle / "linguistic_ids.json")["byte_case"]
    voice = inventory("PinYin", ["F7"], kind="bytes")
    assert voice.sizes == StreamIds(case["sizes"]["byte_index"], 0, 0, 0, 36, case["sizes"]["speaker"])
    line = case["line"]
    encoded = voice.encode(parse_units(line), eos=True)
    np.testing.assert_array_equal(encoded.ids[:, 0], case["ids"][0])
    assert encoded.ids.shape[1] == 1
    np.testing.assert_array_equal(encoded.emotions, case["ids"][1])
    np.testing.assert_array_equal(encoded.speakers, case["ids"][2])
    assert format_units(parse_units(line)) == line
