"""Texts to try, each with the settings that suit it."""

from __future__ import annotations

from typing import Any, NamedTuple

from .texts import Language


class Example(NamedTuple):
    """A text, its name in both languages, and fields of `Form` to go with it."""

    names: dict[Language, str]
    text: str
    settings: dict[str, Any]


EXAMPLES = (
    Example({"zh": "问候", "en": "Greeting"}, "今天天气真好，我们去公园散步吧。", {}),
    Example(
        {"zh": "诗词", "en": "Poem"},
        "山重水复疑无路，[停顿 300ms]柳暗花明又一村。[停顿 600ms]箫鼓追随春社近，衣冠简朴古风存。",
        {"speed": 0.85},
    ),
    Example(
        {"zh": "数字与多音字", "en": "Numbers, polyphones"},
        "2026年11月22日，银行行长说：重庆分行今年增长了3.5%，还要重新还款1200万元。",
        {},
    ),
    Example(
        {"zh": "惊喜", "en": "Surprise"},
        "真的吗？你考上了！我太为你高兴了！",
        {"feeling": "sliders", "happy": 0.7, "surprised": 0.5},
    ),
    Example(
        {"zh": "轻声安慰", "en": "Comfort"},
        "别难过，一切都会好起来的。我在这儿陪着你。",
        {"feeling": "description", "description": "轻声安慰的语气"},
    ),
    Example({"zh": "中英混读", "en": "With English"}, "明天下午3点的 meeting 改到 Zoom 上，记得带 iPad。", {}),
    Example(
        {"zh": "SSML", "en": "SSML"},
        '<speak>\n  大家好，<break time="400ms"/>\n'
        '  <prosody rate="80%" pitch="+2st">这一句慢一点，高一点。</prosody>\n'
        '  <say-as interpret-as="telephone">13812345678</say-as>\n</speak>',
        {},
    ),
)
