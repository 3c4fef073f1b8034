"""What the page says, whatever the language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, kw_only=True)
class Texts:
    """What the page says in one language. ``{…}`` is filled in when it is said."""

    language: Language
    title: str
    subtitle: str
    other_language: str
    dark_or_light: str
    generated: str
    loading: str
    threads: str
    vocoder_in: str
    # tabs
    speak_tab: str
    script_tab: str
    history_tab: str
    voices_tab: str
    # text
    text: str
    text_hint: str
    examples: str
    speak: str
    cancel: str
    # voice
    voice: str
    speaker: str
    second_speaker: str
    nobody: str
    share: str
    female: str
    male: str
    child: str
    # emotion
    emotion: str
    feeling_voice: str
    feeling_name: str
    feeling_sliders: str
    feeling_description: str
    feeling_recording: str
    description: str
    description_hint: str
    recording: str
    recording_hint: str
    intensity: str
    intensity_hint: str
    # manner
    manner: str
    speed: str
    pitch: str
    pitch_range: str
    energy: str
    volume: str
    pause: str
    audible_label: str
    reset: str
    # presets
    presets: str
    preset: str
    preset_hint: str
    save: str
    load: str
    delete: str
    saved: str
    # readings
    readings: str
    readings_hint: str
    reading: str
    reading_apply: str
    readings_cut: str
    # script
    script: str
    script_hint: str
    cast: str
    role: str
    script_perform: str
    # history
    history_empty: str
    restore: str
    play: str
    # voices
    voices_hint: str
    import_title: str
    import_path: str
    import_name: str
    import_button: str
    pull_title: str
    pull_model: str
    pull_hint: str
    pull_button: str
    pulled: str
    installing: str
    installed: str
    install_elsewhere: str
    licence: str
    speakers: str
    emotions: str
    # player
    download: str
    subtitles: str
    pictures: str
    mel: str
    f0: str
    computing: str
    first_chunk: str
    first_sound: str
    # login
    key: str
    key_hint: str
    enter: str
    colon: str
    # problems, by the error's kind
    cancelled: str
    wrong_text: str
    wrong_option: str
    wrong_voice: str
    wrong_audio: str
    too_long: str
    later: str
    too_slow: str
    stopping: str
    missing: str
    no_key: str
    failed: str
