"""The languages of the page."""

from __future__ import annotations

from .texts import Language, Texts
from .texts_en import EN
from .texts_zh import ZH

TEXTS: dict[Language, Texts] = {"zh": ZH, "en": EN}
