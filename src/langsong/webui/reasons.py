"""Why something is read as it is, in the page's language."""

from __future__ import annotations

import re

from .texts import Language

_CHINESE = {
    "only reading": "只有这一种读音",
    "commonest reading": "最常见的读音",
    "phrase dictionary": "词典里的读音",
    "inline pinyin": "文中标注",
    "phoneme": "SSML 标注",
    "context rule": "上下文规则",
    "capitals": "字母逐个读",
    "CMUdict": "英语词典",
    "erhua": "儿化",
    "pause": "停顿",
    "doubled noun": "叠词轻声",
    "doubled verb": "动词重叠",
    "user lexicon": "自定义词典",
}
_PATTERNS = (
    (re.compile(r"model ([\d.]+)"), "模型判断（把握 {0}）"),
    (re.compile(r"tone 3 before tone 3"), "三声变调"),
    (re.compile(r"([一不]) before tone (\d)"), "“{0}”在 {1} 声前变调"),
    (re.compile(r"([一不]) in (\S+)"), "“{0}”在 {1} 里轻读"),
    (re.compile(r"localizer (\S+)"), "方位词“{0}”轻声"),
    (re.compile(r"(\S+) in this context"), "“{0}”在这里的读法"),
    (re.compile(r"rule (.+)"), "规则：{0}"),
)


def reason_in_words(reason: str, language: Language) -> str:
    """A reason as `Frontend.explain` gives it; what has no Chinese name here stays English."""
    if language != "zh":
        return reason
    return "；".join(_chinese(part) for part in reason.split("; "))


def _chinese(part: str) -> str:
    if part in _CHINESE:
        return _CHINESE[part]
    for pattern, said in _PATTERNS:
        if match := pattern.fullmatch(part):
            return said.format(*match.groups())
    return part
