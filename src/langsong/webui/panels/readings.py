"""The reading of every word: why it is read so, and correcting it in the text."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from langsong.errors import TextError
from langsong.text.frontend import Frontend
from langsong.text.ssml import is_ssml
from langsong.webui.problems import in_words
from langsong.webui.readings import WordReading, beginning, candidates, readings_of, with_reading
from langsong.webui.reasons import reason_in_words
from langsong.webui.studio import Studio
from langsong.webui.texts import Texts

from .events import LOUD, QUIET, toasts
from .settings import Settings

_ON_LOAD = """
element.addEventListener('click', (event) => {
  const word = event.target.closest('[data-word]');
  if (!word) return;
  element.querySelectorAll('.chosen').forEach((other) => other.classList.remove('chosen'));
  word.classList.add('chosen');
  trigger('select', { word: Number(word.dataset.word) });
});
"""
_TONES = "12345"


class Readings:
    """The panel, placed where it is made."""

    def __init__(self, studio: Studio, texts: Texts) -> None:
        self._studio, self._texts = studio, texts
        with gr.Accordion(texts.readings, open=False, elem_id="langsong-readings") as self._panel:
            gr.Markdown(texts.readings_hint, elem_classes="langsong-hint")
            self._words = gr.HTML(js_on_load=_ON_LOAD, elem_id="langsong-words")
            with gr.Column(visible=False) as self._one:
                self._why = gr.Markdown(elem_classes="langsong-hint")
                with gr.Row(elem_id="langsong-correct"):
                    self._pinyin = gr.Dropdown(
                        [], label=texts.reading, allow_custom_value=True, scale=3, elem_id="langsong-pinyin"
                    )
                    self._apply = gr.Button(
                        texts.reading_apply, scale=1, min_width=90, elem_id="langsong-reread", size="sm"
                    )
        self._chosen = gr.State(-1)

    def wire(self, text: gr.Textbox, settings: Settings) -> None:
        """Connect it with the text and the voice that reads it."""
        voice = settings.voice
        shown = [self._words, self._one]
        self._panel.expand(self._show, [text, voice], shown, **QUIET)
        text.blur(self._show, [text, voice], shown, **QUIET)
        one = [self._one, self._why, self._pinyin, self._apply, self._chosen]
        self._words.select(self._choose, [text, voice], one, **LOUD)
        self._apply.click(self._change, [text, voice, self._chosen, self._pinyin], [text, *shown], **LOUD)

    def _frontend(self, voice: str) -> Frontend:
        return Frontend(self._studio.manifest(voice).conventions)

    def _show(self, text: str, voice: str) -> tuple[str, Any]:
        if not text.strip():
            return "", gr.update(visible=False)
        try:
            return self._html(text, voice), gr.update(visible=False)
        except TextError as error:
            return f"<p>{escape(in_words(str(error), self._texts))}</p>", gr.update(visible=False)

    def _html(self, text: str, voice: str) -> str:
        words = readings_of(text, self._frontend(voice))
        html = "".join(word_html(index, word) for index, word in enumerate(words))
        if not is_ssml(text) and len(shown := beginning(text)) < len(text):
            html += f"<p>{escape(self._texts.readings_cut.format(count=len(shown)))}</p>"
        return html

    def _choose(self, text: str, voice: str, event: gr.EventData) -> list[Any]:
        with toasts(self._texts):
            words = readings_of(text, self._frontend(voice))
        if event.word >= len(words):
            return [gr.skip()] * 5
        word = words[event.word]
        changeable = word.changeable and not is_ssml(text)
        return [
            gr.update(visible=True),
            why(word, self._texts),
            gr.update(value=word.pinyin, choices=choices_for(word), interactive=changeable),
            gr.update(interactive=changeable),
            event.word,
        ]

    def _change(self, text: str, voice: str, chosen: int, pinyin: str) -> tuple[str, str, Any]:
        with toasts(self._texts):
            words = readings_of(text, self._frontend(voice))
            text = with_reading(text, words[chosen], pinyin or "") if 0 <= chosen < len(words) else text
            return text, self._html(text, voice), gr.update(visible=False)


def word_html(index: int, word: WordReading) -> str:
    """A word with its pinyin above it; what is read otherwise than written has both."""
    if not word.characters:
        return f'<span class="silent">{escape(word.written)}</span>'
    ruby = "".join(
        f'<ruby>{escape(part)}<rt class="tone{pinyin[-1] if pinyin[-1] in _TONES else ""}">{escape(pinyin)}</rt></ruby>'
        for part, pinyin in word.characters
    )
    written = "" if word.changeable else f"<small>{escape(word.written)}</small>"
    return f'<button type="button" data-word="{index}"><span>{ruby}</span>{written}</button>'


def why(word: WordReading, texts: Texts) -> str:
    """Markdown with the reasons of a word's readings."""
    reasons = [
        f"**{part}** {pinyin}: {reason_in_words(reason, texts.language)}"
        for (part, pinyin), reason in zip(word.characters, word.reasons, strict=True)
    ]
    if word.rule:
        reasons.insert(0, f"{word.written}: {reason_in_words(word.rule, texts.language)}")
    return "  \n".join(reasons)


def choices_for(word: WordReading) -> list[str]:
    """What a word may be read as: as it is, and with another reading of one character."""
    now = word.pinyin.split()
    found = [word.pinyin]
    if word.changeable and len(now) == len(word.written):
        for place, others in enumerate(candidates(list(word.written))):
            found += (" ".join([*now[:place], other, *now[place + 1 :]]) for other in others)
    return list(dict.fromkeys(found))
