"""The tones of 不: second before a fourth tone, neutral in V不V and V不C."""

from __future__ import annotations

import re

from langsong.text.parts_of_speech import part_of_speech
from langsong.text.stretch import NEUTRAL, Stretch

_VERBS = frozenset(
    "看听说想做作吃喝买卖走跑跳飞来去写读学记忘找拿放打开关推拉抬搬提举受忍禁管顾等坐站睡起赶追跟比信靠离分合免少用犯值舍恨怪巴由见认弄"
    "搞办过住装藏挡拦止抵敌玩输赢猜料算数估查摸抓捉捞够碰遇留保指对瞧瞒骗哄劝叫喊唱讲答问谈聊念背译解改修治救养活断切剪砍挖烧煮嚼咽吞"
    "吐喂挤插塞填盖穿戴脱洗擦晾晒扫抹逃躲避摆甩丢割拔收退换还借欠赔付交花供担承熬撑扛挺顶长生出进回上下转停划拆拼缝钉锁烤炒热吓压捏握"
    "攥搁搭架配经斗争抢扯绷憋按捺耐挨得了怨犹差连接搜传叠登爬翻跨越游渡驶降落陷醒死灭熄融化消散褪盼望瞅闻尝品容惹逗伤喘夹夺"
)
"""Verbs of one syllable that take a complement with 不."""
_COMPLEMENTS = (
    "见|到(?![一二三四五六七八九十两半几百千])|着(?!急)|住(?!在)|了|起|起来|出|出来|出去|过来|过去|上(?!学|班|课|网|当|场)|上来|上去"
    "|下来|下去|进来|进去|回来|回去|开来|及|得|清|清楚|明白|成|掉|完|懂|动|够|透|惯|定|消|穿|赢|准|尽"
)
"""What a verb may lead to, or not."""
_AFTER_ONE_SYLLABLE = (
    "来|去|下|开|进|过|回|好|饱|走|断|倒|齐|全|满|通|服|响|牢|稳|紧|死|破|坏|多|离|净|干净|光|远|高|快|对|错|平|顺|中"
    "|拢"
)  # fmt: skip
"""More of these, after verbs of one syllable."""
_COMPLEMENT = re.compile(f"(?:{_COMPLEMENTS})")
_SHORT_COMPLEMENT = re.compile(f"(?:{_COMPLEMENTS}|{_AFTER_ONE_SYLLABLE})")
_GOING = frozenset("上下进出回过起开")
_COMING = _GOING | frozenset("合谈做学玩吃用唱写干处划说")
_PHRASES = ("冷不防", "冷不丁", "黑不溜秋", "酸不溜", "灰不溜", "圆不溜", "傻不拉", "傻不愣", "保不齐")
"""Here 不 is neutral too."""
_CONTRASTS = frozenset(("人不人", "鬼不鬼", "男不男", "女不女"))
"""Not questions, though they look like V不V."""


def apply(stretch: Stretch) -> None:
    for match in re.finditer("不", stretch.text):
        position = match.start()
        if stretch.base(position) != "bu" or stretch.tone(position) == NEUTRAL:
            continue
        if reason := _neutral(stretch, position):
            stretch.change(position, NEUTRAL, reason)
        elif stretch.lexical_tone(position + 1) == "4":
            stretch.change(position, "2", "不 before tone 4")


def _neutral(stretch: Stretch, position: int) -> str:
    """Why 不 is neutral, "" where it is not."""
    before, after = stretch.before(position), stretch.after(position)
    if not before or not after:
        return ""
    if before == after != "不":
        return "" if f"{before}不{after}" in _CONTRASTS else "不 in V不V"
    if stretch.text.startswith(_PHRASES, position - 1) or _is_potential(stretch, position):
        return "不 before a complement"
    return ""


def _is_potential(stretch: Stretch, position: int) -> bool:
    """V不C: a verb, 不, and what the verb does not lead to (看不见, 说不清楚, 联系不上)."""
    if stretch.begins_word(position):
        verb = stretch.word(stretch.owners[position] - 1)
    else:
        verb = stretch.text[stretch.starts[stretch.owners[position]] : position]
    if len(verb) == 1 and verb in _VERBS:
        pattern = _SHORT_COMPLEMENT
    elif len(verb) == 2 and part_of_speech(verb).startswith(("v", "n")) and verb[-1] not in "是说":
        pattern = _COMPLEMENT
    else:
        return False
    inside = not stretch.begins_word(position)  # 说不出口 is one word
    return any(
        (inside or stretch.ends_word(position + length)) and _is_complement(stretch, position, verb, pattern, length)
        for length in (2, 1)
    )


def _is_complement(stretch: Stretch, position: int, verb: str, pattern: re.Pattern[str], length: int) -> bool:
    after = stretch.after(position, 4)
    complement = after[:length]
    if not pattern.fullmatch(complement) or not pattern.match(after):
        return False
    if complement == "来":
        return verb in _COMING
    if complement == "去":
        return verb in _GOING
    if complement == "了":
        return stretch.base(position + 1) == "liao"
    return complement != "得" or (len(verb) == 1 and not after.startswith("得不"))
