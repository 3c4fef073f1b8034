"""The content label is in every file, readable by others, and costs the sound nothing."""

from __future__ import annotations

import io
import json
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen.id3 import ID3, TXXX

from langsong.audio.encode import FORMATS, Encoder, encode, format_named
from langsong.audio.files import write_audio
from langsong.audio.label import ContentLabel, read_label
from langsong.errors import AudioError

RATE = 24000
CARRIERS = ["wav", "flac", "mp3", "opus", "ogg"]
LABEL = ContentLabel("1", "001191310000MA1FL00000", "4fd20e68")
WRITTEN = (
    '{"AIGC":{"Label":"1","ContentProducer":"001191310000MA1FL00000","ProduceID":"4fd20e68","ReservedCode1":"",'
    '"ContentPropagator":"","PropagateID":"","ReservedCode2":""}}'
)
values = st.text(st.sampled_from("!#[]~azAZ09-_.:/+={}'"), min_size=1, max_size=40)
labels = st.builds(ContentLabel, st.sampled_from("123"), values, values, values, values, values, values)


def noise(seconds: float = 0.5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, int(RATE * seconds)).astype(np.float32)


def by_others(data: bytes, format: str) -> str:
    """The field as an independent reader finds it."""
    if format == "wav":
        return by_chunks(data)[b"AIGC"].decode()
    file = mutagen.File(io.BytesIO(data))
    (text,) = file.tags["TXXX:AIGC"].text if format == "mp3" else file.tags["AIGC"]
    return str(text)


def by_chunks(data: bytes) -> dict[bytes, bytes]:
    """The chunks of a RIFF file, whose sizes must fill it exactly."""
    assert data[:4] == b"RIFF"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    chunks, position = {}, 12
    while position < len(data):
        size = struct.unpack("<I", data[position + 4 : position + 8])[0]
        chunks[data[position : position + 4]] = data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2
    assert position == len(data)
    return chunks


def test_the_form_is_the_standards() -> None:
    assert str(LABEL) == WRITTEN
    assert LABEL.faults() == []


@pytest.mark.parametrize("format", CARRIERS)
def test_others_find_it(format: str) -> None:
    assert by_others(encode(noise(), RATE, format, LABEL), format) == WRITTEN


@pytest.mark.parametrize("format", CARRIERS)
@given(label=labels)
@settings(max_examples=12, deadline=None)
def test_what_was_written_is_read(format: str, label: ContentLabel) -> None:
    data = encode(noise(0.1), RATE, format, label)
    assert read_label(io.BytesIO(data)) == label
    assert json.loads(by_others(data, format))["AIGC"] == label.as_dict()


@pytest.mark.parametrize("seconds", [0.0, 0.3, 11.0])
@pytest.mark.parametrize("format", CARRIERS)
def test_the_sound_is_the_same_as_without(format: str, seconds: float) -> None:
    """Bit for bit, in every format."""
    labelled, plain = (encode(noise(seconds), RATE, format, label) for label in (LABEL, False))
    heard, expected = (soundfile.read(io.BytesIO(data), dtype="int16") for data in (labelled, plain))
    assert heard[1] == expected[1] == RATE
    np.testing.assert_array_equal(heard[0], expected[0])
    assert read_label(io.BytesIO(plain)) is None
    assert 0 < len(labelled) - len(plain) < 300


@pytest.mark.parametrize("format", CARRIERS)
def test_chunks_are_labelled_as_the_whole_is(format: str) -> None:
    def written(label: ContentLabel | bool) -> io.BytesIO:
        file = io.BytesIO()
        with Encoder(file, RATE, format_named(format), label) as encoder:
            for chunk in np.array_split(noise(3.0), [1, 999, 40_000]):
                encoder.write(chunk)
        return io.BytesIO(file.getvalue())

    heard, expected = (soundfile.read(written(label), dtype="int16")[0] for label in (LABEL, False))
    np.testing.assert_array_equal(heard, expected)
    assert read_label(written(LABEL)) == LABEL


@pytest.mark.parametrize("format", CARRIERS)
def test_the_head_of_a_stream_has_it(format: str) -> None:
    """Before the encoder ends, and so before any seek back."""
    file = io.BytesIO()
    with Encoder(file, RATE, format_named(format), LABEL) as encoder:
        encoder.write(noise(3.0))
        assert read_label(io.BytesIO(file.getvalue())) == LABEL


def test_the_standard_librarys_reader_plays_it() -> None:
    samples = noise()
    with wave.open(io.BytesIO(encode(samples, RATE, "wav", LABEL))) as file:
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    np.testing.assert_array_equal(heard, np.rint(samples * 32767).astype(np.int16))


def test_other_comments_stay() -> None:
    """What the encoder says of itself, and each page's number and checksum."""
    labelled, plain = (mutagen.File(io.BytesIO(encode(noise(), RATE, "ogg", label))) for label in (LABEL, False))
    assert labelled.tags.vendor == plain.tags.vendor
    assert [pair for pair in labelled.tags if pair[0] != "AIGC"] == list(plain.tags)


@pytest.mark.parametrize("suffix", CARRIERS)
def test_files_have_one_unless_told_otherwise(tmp_path: Path, suffix: str) -> None:
    for name, label in (("a", True), ("b", True), ("c", LABEL), ("d", False)):
        write_audio(tmp_path / f"{name}.{suffix}", noise(), RATE, label=label)
    found = {name: read_label(tmp_path / f"{name}.{suffix}") for name in "abcd"}
    assert (found["c"], found["d"]) == (LABEL, None)
    for name in "ab":
        label = found[name]
        assert label is not None
        assert (label.label, label.content_producer, label.faults()) == ("1", "langsong", [])
    assert found["a"] != found["b"]  # each content has its own number


def test_the_producer_is_who_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSONG_CONTENT_PRODUCER", "001191310000MA1FL00000")
    assert ContentLabel.new().content_producer == "001191310000MA1FL00000"
    assert ContentLabel.new("other").content_producer == "other"
    monkeypatch.setenv("LANGSONG_CONTENT_PRODUCER", "朗诵")
    with pytest.raises(AudioError, match=r"ContentProducer is '朗诵': printable ASCII"):
        encode(noise(), RATE, "wav")


def test_pcm_has_no_place_for_it() -> None:
    assert encode(noise(), RATE, "pcm", LABEL) == encode(noise(), RATE, "pcm", False)
    assert set(FORMATS) == {*CARRIERS, "pcm"}


@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
@pytest.mark.parametrize("version", [3, 4])
def test_tags_of_other_programs(version: int, encoding: int) -> None:
    """Before and after other frames, in every encoding, in lower case and without the outer object."""
    file = io.BytesIO(encode(noise(), RATE, "mp3", False))
    tags = ID3()
    tags.add(TXXX(encoding=encoding, desc="mood", text=["happy"]))
    tags.add(TXXX(encoding=encoding, desc="aigc", text=[json.dumps(LABEL.as_dict())]))
    file.seek(0)
    tags.save(file, v2_version=version)
    file.seek(0)
    assert read_label(file) == LABEL


def test_a_chunk_after_the_sound() -> None:
    data = encode(noise(0.1), RATE, "wav", False)
    content = WRITTEN.encode() + b"\0"
    data += b"LIST" + struct.pack("<I", 3) + b"abc\0" + b"AIGC" + struct.pack("<I", len(content)) + content
    assert read_label(io.BytesIO(data)) == LABEL


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1", "is not a JSON object"),
        ("{", "is not JSON"),
        ('{"AIGC":[]}', "is not a JSON object"),
        ('{"AIGC":{"Label":1}}', "lacks Label, ContentProducer, ProduceID, ReservedCode1,"),
        (WRITTEN.replace('"PropagateID":"",', ""), "lacks PropagateID"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_label(text: str, complaint: str) -> None:
    with pytest.raises(AudioError, match=complaint) as caught:
        ContentLabel.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        (ContentLabel("4", "a", "b"), "Label is '4', not 1, 2 or 3"),
        (ContentLabel("1", "", "b"), "ContentProducer is empty"),
        (ContentLabel("1", "a", ""), "ProduceID is empty"),
        (ContentLabel("1", "a b", "c"), "ContentProducer is 'a b'"),
        (ContentLabel("1", "a", "c", propagate_id="é"), "PropagateID is 'é'"),
    ],
)
def test_faults(label: ContentLabel, fault: str) -> None:
    (found,) = label.faults()
    assert found.startswith(fault)


def test_no_file_and_no_sound(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"cannot read .*missing\.wav: No such file"):
        read_label(tmp_path / "missing.wav")
    assert read_label(io.BytesIO(b"")) is None
    assert read_label(io.BytesIO("天地玄黄".encode())) is None


def damaged() -> Iterator[bytes]:
    yield from (encode(noise(0.2), RATE, format, LABEL) for format in CARRIERS)


@given(
    st.sampled_from(list(damaged())),
    st.integers(0, 1500),
    st.lists(st.tuples(st.integers(0, 1499), st.integers(0, 255)), max_size=12),
)
@settings(max_examples=400, deadline=None)
def test_a_damaged_head_is_read_or_refused(data: bytes, length: int, damages: list[tuple[int, int]]) -> None:
    broken = bytearray(data[:length])
    for position, value in damages:
        if position < len(broken):
            broken[position] = value
    try:
        label = read_label(io.BytesIO(bytes(broken)))
    except AudioError:
        return
    assert label is None or isinstance(label, ContentLabel)
