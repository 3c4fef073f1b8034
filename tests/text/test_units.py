"""Units: text form and ids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from langsong.errors import OptionError, UnitError
from langsong.text.units import byte_unit, format_units, inventory, parse_units
from langsong.types import Unit

field = st.text(st.characters(exclude_categories=("Z", "C"), exclude_characters="{}$"), min_size=1, max_size=8)
speaker = st.just("") | field
symbol_units = st.lists(st.builds(Unit, field, field, field, field, field, speaker))
byte_units = st.lists(st.builds(byte_unit, st.integers(0, 255), field, speaker))


@given(symbol_units | byte_units)
def test_text_form_round_trips(units: list[Unit]) -> None:
    assert parse_units(format_units(units)) == tuple(units)
    assert parse_units("000001\t" + format_units(units)) == tuple(units)


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("a_c", 0),
        ("{a_c$tone1$s_end$word_end$emotion_neutral}", 0),
        ("{a_c$tone1$s_end$word_end$emotion_neutral$F7} {a_c$tone1$$word_end$emotion_neutral$F7}", 1),
        ("{a_c$tone1$s_end$word_end$emotion_neutral$F7}{#4$tone_none$s_none$word_none$emotion_none$F7}", 0),
        ("{228$emotion_neutral$F7} {256$emotion_neutral$F7}", 1),
        ("{228$emotion_neutral$F7} {007$emotion_neutral$F7}", 1),
        ("{228$emotion_neutral$F7} {a_c$tone1$s_end$word_end$emotion_neutral$F7}", 1),
        ("{228$$F7}", 0),
        ("{", 0),
    ],
)
def test_malformed_lines_are_refused_with_their_position(line: str, position: int) -> None:
    with pytest.raises(UnitError) as caught:
        parse_units(line)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("language", "phones", "tones"),
    [("PinYin", 147, 10), ("Sichuan", 116, 10), ("ZhHK", 107, 14), ("WuuShanghai", 157, 13)],
)
def test_vocabularies_have_the_published_sizes(language: str, phones: int, tones: int) -> None:
    sizes = inventory(language, ["F7"]).sizes
    assert sizes == (phones, tones, 8, 8, 36, 4)
    assert inventory(language, ["F7"], has_mask=False).sizes == tuple(size - 1 for size in sizes)


def test_speaker_vectors_need_no_speaker_ids() -> None:
    units = parse_units(
        "{a_c$tone1$s_end$word_end$emotion_happy$whoever} {#4$tone_none$s_none$word_none$emotion_none$}"
    )
    voice = inventory("PinYin", [])
    assert voice.sizes.speaker == 0
    np.testing.assert_array_equal(voice.encode(units, eos=True).speakers, [0, 0, 0])


@pytest.mark.parametrize(
    ("unit", "stream", "value"),
    [
        (Unit("xx", "tone1", "s_end", "word_end", "emotion_sad", "F7"), "phone", "xx"),
        (Unit("_", "tone1", "s_end", "word_end", "emotion_sad", "F7"), "phone", "_"),
        (Unit("a_c", "tone9", "s_end", "word_end", "emotion_sad", "F7"), "tone", "tone9"),
        (Unit("a_c", "tone1", "end", "word_end", "emotion_sad", "F7"), "syllable", "end"),
        (Unit("a_c", "tone1", "s_end", "end", "emotion_sad", "F7"), "word", "end"),
        (Unit("a_c", "tone1", "s_end", "word_end", "sad", "F7"), "emotion", "sad"),
        (Unit("a_c", "tone1", "s_end", "word_end", "emotion_sad", "M7"), "speaker", "M7"),
        (Unit("a_c", "tone1", "s_end", "word_end", "emotion_sad", ""), "speaker", ""),
        (byte_unit(97, "emotion_sad", "F7"), "phone", "97"),
    ],
)
def test_unknown_values_are_refused_by_name(unit: Unit, stream: str, value: str) -> None:
    good = Unit("a_c", "tone1", "s_end", "word_end", "emotion_sad", "F7")
    with pytest.raises(UnitError, match=f"unit 1 has the {stream} '{value}'") as caught:
        inventory("PinYin", ["F7"]).encode([good, unit])
    assert caught.value.position == 1


def test_a_byte_voice_refuses_symbols() -> None:
    with pytest.raises(UnitError, match="'a_c'"):
        inventory("PinYin", ["F7"], kind="bytes").encode(
            [Unit("a_c", "tone1", "s_end", "word_end", "emotion_sad", "F7")]
        )


def test_no_units_encode_to_empty_arrays_of_the_right_shape() -> None:
    encoded = inventory("PinYin", ["F7"]).encode([])
    assert (encoded.ids.shape, encoded.emotions.shape, encoded.speakers.shape) == ((0, 4), (0,), (0,))
    assert encoded.ids.dtype == encoded.emotions.dtype == encoded.speakers.dtype == np.int64


def test_inventories_refuse_what_is_ambiguous() -> None:
    with pytest.raises(ValueError, match="speaker twice"):
        inventory("PinYin", ["F7", "F7"])
    with pytest.raises(OptionError, match="PinYin, Sichuan, WuuShanghai, ZhHK"):
        inventory("Klingon", ["F7"])
