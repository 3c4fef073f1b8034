"""Faces made of marks, as people type them in chats; they are seen, not said."""

from __future__ import annotations

import re

_FEATURES = "°•●○◕´`＾^≧≦▽△ω∇Д皿﹏￣¯╯╰╥﹃눈ಠ◡‿⌒⊙◎⊙﹁☆★♥❤ᴗ•̀•́ㅂᵒ◔◐◑ꈍ∀ε´｀・ᆺ๑ᗜ◞◟＿_＜＞ლ⁄╭╮･｡ﾟ"
"""Eyes, mouths and cheeks."""
_LIMBS = "ヾノﾉづっつ凸ψ╭╮┐┌ლ୧୨و＼／\\/ﾞﾟ゜°✧*=彡ミΣ⊂⊃∠ʕʔ~～┻━┳︵︶メ♪☆★シ゛づ"
_KAOMOJI = re.compile(
    rf"[{re.escape(_LIMBS)}]{{0,3}}[(（](?P<face>[^()（）\u4e00-\u9fffA-Za-z\n]{{2,14}})[)）][{re.escape(_LIMBS)}]{{0,4}}"
    rf"|[{re.escape(_LIMBS)}]{{0,3}}[(（](?P<hanzi_mouth>[^()（）A-Za-z\n]{{1,5}}[皿益口][^()（）A-Za-z\n]{{1,5}})[)）]"
    rf"[{re.escape(_LIMBS)}]{{0,4}}"
)
_PLAIN = re.compile(
    r"(?<![\w)])[:;=][-'^]?[)(](?![\w(])|(?<![\w)])[:;]-[DPpOo|](?!\w)"
    r"|[(（]\*?\^[_oO.-]?\^;?\*?[)）]"
    r"|(?<![A-Za-z0-9^])(?:\^[_oO.-]?\^|[>＞][_.﹏][<＜]|[TQ]_[TQ]|[-=—][_.][-=—]|[oO]_[oO]|\^-\^|@_@|\*_\*|\+_\+|\$_\$)(?![A-Za-z0-9^])"
)


def faces(text: str) -> frozenset[int]:
    """The positions of the characters of `text` that draw faces."""
    hidden: set[int] = set()
    for match in _KAOMOJI.finditer(text):
        face = match["face"] or match["hanzi_mouth"]
        if sum(char in _FEATURES for char in face) >= 2 and not face.isascii():
            hidden.update(range(match.start(), match.end()))
    for match in _PLAIN.finditer(text):
        hidden.update(range(match.start(), match.end()))
    return frozenset(hidden)
