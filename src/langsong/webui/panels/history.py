"""What was spoken: play it, keep it, bring its settings back, delete it."""

from __future__ import annotations

import time
from html import escape
from typing import Any

import gradio as gr

from langsong.webui.form import Form
from langsong.webui.history import Take
from langsong.webui.names import emotion_name, speaker_name
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import QUIET, client_of
from .settings import Settings

_SHOWN_CHARACTERS = 120

_ON_LOAD = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-act]');
  if (!button) return;
  const id = button.closest('[data-take]').dataset.take;
  if (button.dataset.act === 'play') langsong.play(id);
  else trigger(button.dataset.act, { id });
});
"""


class HistoryPanel:
    """The panel, placed where it is made."""

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        self.list = gr.HTML(elem_id="langsong-history", js_on_load=_ON_LOAD)

    def show(self, request: gr.Request) -> str:
        """The visitor's takes."""
        client = client_of(self._studio, request)
        return history_html(self._studio, self._studio.history.of(client.name), self._texts)

    def wire(self, settings: Settings, text: Any, script: Any, tabs: Any) -> None:
        """Let takes be restored into the controls and deleted."""

        def restore(request: gr.Request, event: gr.EventData) -> list[Any]:
            client = client_of(self._studio, request)
            take = self._studio.history.find(client.name, event.id)
            if take is None:
                return [gr.skip()] * (3 + len(settings.fields))
            tab = "script" if take.script else "speak"
            texts = (gr.skip(), take.text) if take.script else (take.text, gr.skip())
            return [gr.update(selected=tab), *texts, *settings.shown(take.form)]

        def delete(request: gr.Request, event: gr.EventData) -> str:
            client = client_of(self._studio, request)
            self._studio.history.remove(client.name, event.id)
            return self.show(request)

        self.list.apply(restore, None, [tabs, text, script, *settings.fields], **QUIET)
        self.list.delete(delete, None, self.list, **QUIET)


def history_html(studio: Studio, takes: list[Take], texts: Texts) -> str:
    """Takes as cards."""
    if not takes:
        return f'<p class="langsong-empty">{escape(texts.history_empty)}</p>'
    return "".join(_card(studio, take, texts) for take in takes)


def _card(studio: Studio, take: Take, texts: Texts) -> str:
    said = " ".join(take.text.split())
    said = said if len(said) <= _SHOWN_CHARACTERS else said[:_SHOWN_CHARACTERS] + "…"
    when = time.strftime("%m-%d %H:%M", time.localtime(take.created))
    facts = [when, f"{take.seconds:.1f} s", *settings_in_words(studio, take.form, texts)]
    chips = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    play, delete = escape(texts.play), escape(texts.delete)
    return f"""<article data-take="{take.id}">
      <button data-act="play" class="play" title="{play}" aria-label="{play}">▶</button>
      <div><p>{escape(said)}</p><p class="facts">{chips}</p></div>
      <button data-act="apply">{escape(texts.restore)}</button>
      <button data-act="delete" class="delete" title="{delete}" aria-label="{delete}">✕</button>
    </article>"""


def settings_in_words(studio: Studio, form: Form, texts: Texts) -> list[str]:
    """What is particular about settings, in a few words each."""
    manifest = studio.manifest(form.voice)
    own = Form.of_voice(manifest)
    names = {speaker.id: speaker_name(speaker, texts) for speaker in manifest.speakers}
    words = [names.get(form.speaker, form.speaker)]
    if form.second:
        words[0] += f" + {form.share:.0%} {names.get(form.second, form.second)}"
    if form.feeling == "name":
        words.append(emotion_name(form.emotion, texts.language))
    elif form.feeling == "description":
        words.append(f"“{form.description}”")
    elif form.feeling != "voice":
        words.append(getattr(texts, f"feeling_{form.feeling}"))
    for name in ("speed", "pitch", "pitch_range", "energy", "volume"):
        if (value := getattr(form, name)) != getattr(own, name):
            words.append(f"{getattr(texts, name)} {value:g}")
    return words
