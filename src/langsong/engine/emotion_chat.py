"""Descriptions understood by a language model behind an OpenAI-compatible chat endpoint, if the settings name one.

``LANGSONG_CHAT_URL`` (such as ``http://localhost:11434/v1``) and ``LANGSONG_CHAT_MODEL`` switch it on,
``LANGSONG_CHAT_KEY`` is sent as the bearer token. They belong to whoever runs langsong, never to a request.
"""

from __future__ import annotations

import json
import os
import urllib.request
from dataclasses import replace
from http.client import HTTPException
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from langsong.errors import OptionError
from langsong.types import Notice

from .cache import LruCache
from .emotion import capped
from .emotion_description import Describer, Description, ProsodyHints, describe
from .emotion_names import EIGHT, canonical

TIMEOUT_S = 8.0
MOST_BYTES = 1 << 16
MOST_WEIGHT = 1.6
"""Of a description's emotions in all, as strong as the lexicon's strongest word of degree."""

_PROMPT = f"""You direct a speech synthesiser. The user describes a manner of speaking, in Chinese or English.
Answer with one JSON object and nothing else: {{"emotions": {{name: weight}}, "speed": factor, "pitch": semitones,
"pitch_range": factor, "energy": dB}}. Names: {", ".join(EIGHT)}, neutral, gentle, serious. Weights are from 0 to 1 and
add up to at most 1; leave out what is not felt. Speed and pitch_range are 0.5 to 2, pitch -6 to 6, energy -12 to 12;
unless the description speaks of them, speed and pitch_range are 1, pitch and energy 0."""


class _Answer(BaseModel):
    """What the model is asked to answer."""

    emotions: dict[str, Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)]] = {}
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0
    pitch: Annotated[float, Field(ge=-6, le=6)] = 0.0
    pitch_range: Annotated[float, Field(ge=0.3, le=2)] = 1.0
    energy: Annotated[float, Field(ge=-12, le=12)] = 0.0


class ChatDescriber:
    """Asks a language model; where that fails, the lexicon answers, with a notice.

    Args:
        url: of the API, up to ``/v1``.
        model: its name there.
        key: sent as a bearer token, if any.
        timeout_s: after which the lexicon answers.

    Raises:
        OptionError: the URL is not one of http or https.
    """

    def __init__(self, url: str, model: str, key: str | None = None, timeout_s: float = TIMEOUT_S) -> None:
        if not url.startswith(("http://", "https://")):
            raise OptionError(f"LANGSONG_CHAT_URL is {url!r}: give a URL such as http://localhost:11434/v1")
        self._url = url.rstrip("/") + "/chat/completions"
        self._model, self._key, self._timeout_s = model, key, timeout_s
        self._kept: LruCache[Description] = LruCache(256)

    def __call__(self, text: str) -> Description:
        """What a description says."""
        if (kept := self._kept.get(text)) is not None:
            return kept
        try:
            description = _description(self._ask(text))
        except (OSError, HTTPException, ValueError, KeyError, IndexError, TypeError) as error:
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            notice = Notice("chat-unavailable", f"the language model did not answer ({reason}); the lexicon did")
            own = describe(text)
            return replace(own, notices=(notice, *own.notices))
        self._kept.put(text, description)
        return description

    def _ask(self, text: str) -> str:
        body = {
            "model": self._model,
            "messages": [{"role": "system", "content": _PROMPT}, {"role": "user", "content": text}],
            "temperature": 0,
        }
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self._key}"} if self._key else {})
        request = urllib.request.Request(self._url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=self._timeout_s) as response:
            answer = json.loads(response.read(MOST_BYTES))
        return str(answer["choices"][0]["message"]["content"])


def _description(content: str) -> Description:
    """The JSON object in a model's answer, which may stand among other words.

    Raises:
        ValueError: there is none, or it is not as asked for.
    """
    start, end = content.find("{"), content.rfind("}")
    try:
        answer = _Answer.model_validate_json(content[start : end + 1])
    except ValidationError as error:
        raise ValueError(f"not the JSON that was asked for: {error.errors()[0]['msg']}") from None
    hints = ProsodyHints(answer.speed, answer.pitch, answer.pitch_range, answer.energy)
    weights = {name: weight for name, weight in answer.emotions.items() if weight and canonical(name)}
    return Description(capped(weights, MOST_WEIGHT) or None, hints)


def configured_describer() -> Describer:
    """The language model that the environment names, or else the lexicon.

    Raises:
        OptionError: the environment names a URL without a model, or no URL.
    """
    url, model = os.environ.get("LANGSONG_CHAT_URL"), os.environ.get("LANGSONG_CHAT_MODEL")
    if not url:
        return describe
    if not model:
        raise OptionError("LANGSONG_CHAT_URL is set: set LANGSONG_CHAT_MODEL, too")
    return ChatDescriber(url, model, os.environ.get("LANGSONG_CHAT_KEY"))
