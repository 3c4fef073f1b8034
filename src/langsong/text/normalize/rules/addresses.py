"""Addresses on the net and on a disk: www.example.com is www点example点com."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import digit_by_digit
from langsong.text.normalize.rule import Rule
from langsong.text.normalize.signs import MARKS

_TOP_LEVEL = (
    "com|cn|net|org|gov|edu|mil|int|info|biz|name|pro|io|ai|me|cc|tv|co|top|xyz|app|dev|club|shop|site|online|store|tech|"
    "wang|ltd|vip|fun|link|live|cloud|blog|wiki|uk|us|jp|kr|hk|tw|sg|de|fr|ru|eu|au|ca|in|it|es|br|nl|se|ch"
)
_EXTENSIONS = (
    "pdf|docx?|xlsx?|pptx?|txt|md|csv|json|ya?ml|xml|html?|css|jsx?|tsx?|py|java|cpp|exe|dll|apk|ipa|dmg|iso|zip|rar|7z|tar|gz|"
    "mp3|mp4|wav|flac|avi|mkv|mov|m4a|ogg|jpe?g|png|gif|bmp|svg|webp|psd|log|ini|cfg|conf|toml|sh|bat|sql|db|epub|mobi|srt|onnx"
)
_HOST = r"(?<![A-Za-z0-9@._-])(?:[A-Za-z0-9_-]{1,63}\.){1,8}"
_TAIL = r"(?::\d{1,5}(?!\d))?(?:[/?#](?:[!-~]{0,2000}[A-Za-z0-9/=_-])?)?"
_EMAIL = r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"

_SPOKEN = MARKS | {"=": "等于", "&": "和", "%": "百分号", "+": "加", "?": "问号", "~": "波浪线"}
_PART = re.compile(r"\d+|[A-Za-z]+|.")


def spell(address: str) -> str:
    """An address with its digits and marks said one by one, its words as they are."""
    words: list[str] = []
    for part in _PART.findall(address):
        if part.isdigit():
            words.append(digit_by_digit(part))
        elif part.isalpha():
            words.append(part)
        else:
            words.append(_SPOKEN.get(part, " "))
    return "".join(words)


def _read(match: re.Match[str]) -> str:
    return spell(match[0])


def _read_ip(match: re.Match[str]) -> str:
    mask = f"斜杠{digit_by_digit(match['mask'])}" if match["mask"] else ""
    port = f"冒号{digit_by_digit(match['port'])}" if match["port"] else ""
    return "点".join(digit_by_digit(part) for part in match["ip"].split(".")) + port + mask


RULES = (
    Rule("web address", re.compile(r"(?:https?|ftp|file|wss?)://(?:[!-~]{0,2000}[A-Za-z0-9/=_-])?", re.I), _read),
    Rule("web address", re.compile(r"(?<![A-Za-z0-9.])localhost:\d{1,5}(?!\d)"), _read),
    Rule("e-mail", re.compile(_EMAIL), _read),
    Rule("web address", re.compile(rf"{_HOST}(?:{_TOP_LEVEL})(?![A-Za-z0-9_@-]){_TAIL}", re.I), _read),
    Rule(
        "ip address",
        re.compile(
            rf"(?<![\dA-Za-z])(?<!\d\.)(?P<ip>{_BYTE}(?:\.{_BYTE}){{3}})(?![\d.]*\d)(?::(?P<port>\d{{1,5}})(?!\d))?(?:/(?P<mask>\d{{1,2}})(?!\d))?"
        ),
        _read_ip,
    ),
    Rule(
        "file name",
        re.compile(rf"(?<![A-Za-z0-9_.\\/-])[A-Za-z0-9_-]{{1,100}}\.(?:{_EXTENSIONS})(?![A-Za-z0-9_])"),
        _read,
    ),
    Rule("path", re.compile(r"(?<![A-Za-z0-9])[A-Za-z]:[\\/](?:[\\/]?[\w.-]{1,100}){0,40}", re.A), _read),
    Rule(
        "path",
        re.compile(
            r"(?<![\w./~\\-])(?:~|\.{1,2})?(?:/[A-Za-z_.][\w.-]{0,100}){2,40}/?|(?<![\w./~\\-])~/[\w.-]{1,100}", re.A
        ),
        _read,
    ),
)
