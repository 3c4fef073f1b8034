"""What the controls ask of a voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from langsong.audio.files import write_audio
from langsong.bundle.manifest import VoiceManifest
from langsong.bundle.store import find_voice
from langsong.engine.options import SynthesisOptions
from langsong.errors import AudioError
from langsong.webui.form import FIELDS, Form, form_of


@pytest.fixture(scope="module")
def voice() -> VoiceManifest:
    return find_voice().manifest


@pytest.fixture
def form(voice: VoiceManifest) -> Form:
    return Form.of_voice(voice)


def asked(form: Form, voice: VoiceManifest) -> dict[str, object]:
    options: SynthesisOptions = form.options(voice)
    return options.model_dump(exclude_none=True, exclude={"speaker"})


def test_untouched_controls_ask_for_nothing(form: Form, voice: VoiceManifest) -> None:
    assert asked(form, voice) == {}
    assert form.options(voice).speaker == voice.defaults.speaker


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"speed": 1.5}, {"speed": 1.5}),
        ({"pitch": -2.0, "volume": 3.0}, {"pitch": -2.0, "volume": 3.0}),
        ({"pause": 1.0}, {"sentence_pause": 1.0}),
        ({"feeling": "name", "emotion": "happy"}, {"emotion": "happy"}),
        ({"feeling": "voice", "emotion": "happy", "description": "轻声"}, {}),
        ({"feeling": "description", "description": " 轻声安慰 "}, {"emotion_text": "轻声安慰"}),
        ({"feeling": "description", "description": " "}, {}),
        ({"feeling": "sliders", "happy": 0.6, "sad": 0.4}, {"emotion": "happy:0.6+sad:0.4"}),
        ({"feeling": "sliders"}, {"emotion": "neutral"}),
        ({"feeling": "recording"}, {}),
    ],
)
def test_what_is_moved_is_asked_for(
    form: Form, voice: VoiceManifest, changes: dict[str, object], expected: dict[str, object]
) -> None:
    assert asked(form.model_copy(update=changes), voice) == expected


def test_two_speakers_are_blended(form: Form, voice: VoiceManifest) -> None:
    first, second = (speaker.id for speaker in voice.speakers[:2])
    mixed = form.model_copy(update={"speaker": first, "second": second, "share": 0.25})
    assert mixed.options(voice).speaker == f"{first}:0.75+{second}:0.25"
    assert form.model_copy(update={"speaker": first, "second": first}).options(voice).speaker == first


def test_a_recording_is_read(form: Form, voice: VoiceManifest, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write_audio(path, np.full(8000, 0.1, np.float32), 16000)
    given = form.model_copy(update={"feeling": "recording", "recording": str(path)}).options(voice).reference_audio
    assert given is not None
    assert (len(given.samples), given.sample_rate) == (8000, 16000)
    with pytest.raises(AudioError):
        form.model_copy(update={"feeling": "recording", "recording": str(tmp_path / "b.wav")}).options(voice)


def test_values_come_in_the_order_of_the_fields(form: Form) -> None:
    assert form_of(tuple(getattr(form, name) for name in FIELDS)) == form
    emptied = form_of(tuple(None if name == "speed" else getattr(form, name) for name in FIELDS))
    assert emptied.speed == 1.0


def test_settings_fit_another_voice(form: Form, voice: VoiceManifest) -> None:
    strange = form.model_copy(update={"voice": "gone", "speaker": "nobody", "emotion": "homesick", "speed": 2.0})
    fitted = strange.fitted(voice)
    assert (fitted.voice, fitted.speaker, fitted.emotion) == (voice.name, form.speaker, form.emotion)
    assert fitted.speed == 2.0


def test_forms_of_later_versions_are_read(form: Form) -> None:
    assert Form.model_validate({**form.model_dump(), "whisper": 3}) == form
