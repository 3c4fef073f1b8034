"""Voice, emotion and manner: the controls that make a `Form`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from langsong.bundle.manifest import VoiceManifest
from langsong.engine.emotion_names import EIGHT
from langsong.engine.options import (
    ENERGY_RANGE,
    EXCURSION_RANGE,
    INTENSITY_RANGE,
    LONGEST_DESCRIPTION,
    PITCH_RANGE,
    SPEED_RANGE,
    VOLUME_RANGE,
)
from langsong.webui.form import FIELDS, Form, form_of
from langsong.webui.names import emotion_name, speaker_name
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import QUIET

Choices = list[tuple[str, str]]

PAUSE_RANGE = (0.0, 3.0)
_WAYS = ("name", "sliders", "description", "recording")


class Settings:
    """The controls, placed where it is made.

    Attributes:
        fields: components in the order of `form.FIELDS`.
        voice: the one that chooses the voice.
    """

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        manifest = studio.manifest()
        made = {**self._place_voice(manifest), **self._place_emotion(manifest), **self._place_manner(manifest)}
        self.fields = [made[name] for name in FIELDS]
        self.voice = made["voice"]
        self.voice.input(self._other_voice, self.fields, self.fields, **QUIET)
        made["second"].change(lambda second: gr.update(visible=bool(second)), made["second"], made["share"], **QUIET)
        made["feeling"].change(self._feel, made["feeling"], self._ways, **QUIET)
        self._reset.click(self._defaults, self.voice, self.fields, **QUIET)

    def shown(self, form: Form) -> list[Any]:
        """Updates of `fields` that make the controls say `form`, as far as its voice can."""
        manifest = self._studio.manifest(form.voice)
        form = form.fitted(manifest)
        updates = {name: gr.update(value=getattr(form, name)) for name in FIELDS}
        speakers = speaker_choices(manifest, self._texts)
        updates["voice"] = gr.update(value=form.voice, choices=voice_choices(self._studio))
        updates["speaker"] = gr.update(value=form.speaker, choices=speakers)
        updates["second"] = gr.update(value=form.second, choices=[(self._texts.nobody, ""), *speakers])
        updates["share"] = gr.update(value=form.share, visible=bool(form.second))
        updates["emotion"] = gr.update(value=form.emotion, choices=emotion_choices(manifest, self._texts))
        updates["pitch"] = gr.update(value=form.pitch, interactive=manifest.pitch is not None)
        updates["energy"] = gr.update(value=form.energy, interactive=manifest.energy is not None)
        return [updates[name] for name in FIELDS]

    def _other_voice(self, *values: Any) -> list[Any]:
        return self.shown(form_of(values))

    def _defaults(self, voice: str) -> list[Any]:
        return self.shown(Form.of_voice(self._studio.manifest(voice)))

    def _feel(self, feeling: str) -> list[Any]:
        ways = [gr.update(visible=way == feeling) for way in _WAYS]
        return [*ways, gr.update(visible=feeling != "voice")]

    def _place_voice(self, manifest: VoiceManifest) -> dict[str, Any]:
        texts, form, speakers = self._texts, Form.of_voice(manifest), speaker_choices(manifest, self._texts)
        with gr.Group():
            voice = gr.Dropdown(voice_choices(self._studio), value=form.voice, label=texts.voice, filterable=False)
            with gr.Row():
                speaker = gr.Dropdown(speakers, value=form.speaker, label=texts.speaker, min_width=140)
                others = [(texts.nobody, ""), *speakers]
                second = gr.Dropdown(others, value="", label=texts.second_speaker, min_width=140)
            share = gr.Slider(0, 1, form.share, step=0.05, label=texts.share, visible=False, buttons=[])
        return {"voice": voice, "speaker": speaker, "second": second, "share": share}

    def _place_emotion(self, manifest: VoiceManifest) -> dict[str, Any]:
        texts, form = self._texts, Form.of_voice(manifest)
        made: dict[str, Any] = {}
        with gr.Group():
            ways = [(getattr(texts, f"feeling_{way}"), way) for way in ("voice", *_WAYS)]
            made["feeling"] = gr.Radio(ways, value=form.feeling, label=texts.emotion, elem_id="langsong-feeling")
            with gr.Column(visible=False) as by_name:
                choices = emotion_choices(manifest, texts)
                made["emotion"] = gr.Radio(choices, value=form.emotion, show_label=False, elem_id="langsong-emotion")
            with gr.Column(visible=False) as by_sliders, gr.Row(elem_classes="langsong-pairs"):
                for name in EIGHT:
                    label = emotion_name(name, texts.language)
                    made[name] = gr.Slider(0, 1, 0, step=0.05, label=label, min_width=120, buttons=[])
            with gr.Column(visible=False) as by_description:
                made["description"] = gr.Textbox(
                    label=texts.description, placeholder=texts.description_hint, max_length=LONGEST_DESCRIPTION
                )
            with gr.Column(visible=False) as by_recording:
                made["recording"] = gr.Audio(
                    label=texts.recording,
                    sources=["upload", "microphone"],
                    type="filepath",
                    elem_id="langsong-recording",
                    buttons=[],
                )
                gr.Markdown(texts.recording_hint, elem_classes="langsong-hint")
            made["intensity"] = gr.Slider(
                *INTENSITY_RANGE,
                form.intensity,
                step=0.05,
                label=texts.intensity,
                info=texts.intensity_hint,
                visible=False,
                buttons=[],
            )
        self._ways = [by_name, by_sliders, by_description, by_recording, made["intensity"]]
        return made

    def _place_manner(self, manifest: VoiceManifest) -> dict[str, Any]:
        texts, form = self._texts, Form.of_voice(manifest)
        made: dict[str, Any] = {}
        with gr.Accordion(texts.manner, open=False):
            with gr.Row(elem_classes="langsong-pairs"):
                for name, limits, step in (
                    ("speed", SPEED_RANGE, 0.05),
                    ("pitch", PITCH_RANGE, 0.5),
                    ("pitch_range", EXCURSION_RANGE, 0.05),
                    ("energy", ENERGY_RANGE, 0.5),
                    ("volume", VOLUME_RANGE, 0.5),
                    ("pause", PAUSE_RANGE, 0.05),
                ):
                    made[name] = gr.Slider(
                        *limits,
                        getattr(form, name),
                        step=step,
                        label=getattr(texts, name),
                        min_width=120,
                        buttons=[],
                        interactive=name not in ("pitch", "energy") or getattr(manifest, name) is not None,
                    )
            made["audible_label"] = gr.Checkbox(label=texts.audible_label, value=form.audible_label)
            self._reset = gr.Button(texts.reset, size="sm")
        return made


def voice_choices(studio: Studio) -> Choices:
    """Titles and names of the voices."""
    return [(studio.manifest(name).title, name) for name in studio.voice_names()]


def speaker_choices(manifest: VoiceManifest, texts: Texts) -> Choices:
    """Names as shown and ids of a voice's speakers."""
    return [(speaker_name(speaker, texts), speaker.id) for speaker in manifest.speakers]


def emotion_choices(manifest: VoiceManifest, texts: Texts) -> Choices:
    """Names as shown and names of a voice's emotions."""
    return [(emotion_name(emotion, texts.language), emotion) for emotion in manifest.emotions]
