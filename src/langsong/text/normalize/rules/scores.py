"""Scores and ratios: 21-15, 3:2, 1:100 are read with 比."""

from __future__ import annotations

import re

from langsong.text.normalize.numerals import number, plain_cardinal
from langsong.text.normalize.rule import Rule, after, before

_COUNTRIES = (
    "中国|日本|韩国|朝鲜|泰国|越南|伊朗|伊拉克|卡塔尔|沙特|约旦|阿曼|叙利亚|印度|印尼|澳大利亚|新西兰|美国|加拿大|墨西哥|巴西|阿根廷|乌拉圭|"
    "智利|秘鲁|哥伦比亚|厄瓜多尔|巴拉圭|英格兰|苏格兰|威尔士|爱尔兰|英国|法国|德国|意大利|西班牙|葡萄牙|荷兰|比利时|瑞士|瑞典|丹麦|挪威|芬兰|"
    "波兰|捷克|匈牙利|奥地利|克罗地亚|塞尔维亚|俄罗斯|乌克兰|土耳其|希腊|埃及|摩洛哥|突尼斯|尼日利亚|喀麦隆|加纳|塞内加尔|南非|"
    "乌兹别克斯坦|哈萨克斯坦|阿联酋|巴林|科威特|新加坡|马来西亚|菲律宾|古巴|多米尼加|波多黎各|立陶宛|斯洛文尼亚|冰岛|罗马尼亚|保加利亚"
)
_CLUBS = (
    "米兰|国米|尤文|尤文图斯|罗马|拉齐奥|那不勒斯|佛罗伦萨|亚特兰大|皇马|巴萨|马竞|塞维利亚|瓦伦西亚|曼联|曼城|利物浦|切尔西|阿森纳|"
    "热刺|埃弗顿|拜仁|多特|多特蒙德|勒沃库森|莱比锡|大巴黎|巴黎|马赛|里昂|摩纳哥|阿贾克斯|波尔图|本菲卡|恒大|国安|申花|海港|泰山|鲁能|"
    "上港|富力|亚泰|津门虎|三镇|湖人|勇士|火箭|凯尔特人|热火|公牛|掘金|独行侠|快船|太阳|雄鹿|尼克斯|篮网|马刺|雷霆|森林狼|国王|76人|"
    "骑士|老鹰|猛龙|步行者|活塞|爵士|开拓者|鹈鹕|灰熊|黄蜂|魔术|奇才|广东|辽宁|北京|上海|浙江|山东|新疆|国足|女足|女排|男排|女篮|男篮|国乒"
)
_SPORT_BEFORE = re.compile(
    "(?:比分|比数|大比分|总比分|局分|盘分|战绩|半场|全场|总分|战平|战胜|击败|大胜|险胜|小胜|惜败|完胜|横扫|力克|领先|落后|负于|不敌|告负|逆转|"
    "爆冷|轻取|绝杀|逼平|淘汰|互交白卷)[^，。；\\d]{0,6}(?:[\\d\0比、，和:：\\- –—]{0,40})$"
)
_TEAM_BEFORE = re.compile(f"(?:以|{_COUNTRIES}|{_CLUBS})[^，。；\\d]{{0,6}}(?:[\\d\0比、和:：\\- –—]{{0,40}})$")
_TIME_OF_DAY = re.compile(r"(?:[01]?\d|2[0-4])\s?[:：]\s?[0-5]\d")
_SCHEDULED = re.compile("\\s?(?:准时)?(?:开[球赛打始场幕]|直播|举行|打响|进行|结束|登场|迎战|对阵)")
_SPORT_AFTER = re.compile(
    "[\\d\0比、，,和:：\\- –—()（）]{0,40}[的将分]?(?:比分|战胜|击败|获胜|取胜|领先|落后|胜出|逆转|大胜|完胜|险胜|"
    "小胜|力克|淘汰|不敌|负于|惜败|横扫|告负|"
    "战平|逼平|平局|晋级|夺冠|锁定|惨败|告捷|拿下|轻取|绝杀|收官|握手言和|赢|输|胜|负|击溃|零封|完败|大比分|出局|力压|屠杀|血洗|送蛋)"
)
_RATIO_BEFORE = re.compile(
    "(?:比例|比例尺|之比|配比|占比|比值|比率|性别比|赔率|按|按照|浓度|稀释|混合|缩放|长宽比|画幅|成)[^，。\\d]{0,5}$"
)
_RATIO_AFTER = re.compile("\\s?(?:的)?(?:比例|配比|之比|稀释|混合|复刻|还原|模型|画幅|屏幕|的比|兑换|兑水|还原|缩放)")
_SCRIPTURE = re.compile(
    "(?:福音|马太|马可|路加|约翰|使徒行传|罗马书|哥林多前书|哥林多后书|加拉太书|以弗所书|腓立比书|启示录|创世记|出埃及记|利未记|申命记|诗篇|箴言|"
    "传道书|雅歌|以赛亚书|耶利米书|但以理书|希伯来书|雅各书|书|记)\\s?$"
)


def _compared(left: str, right: str) -> str:
    return f"{number(left)}比{number(right)}"


def _may_be_else(match: re.Match[str]) -> bool:
    """Whether it looks like a time of day or a fraction, so that it takes more than a team to make it a score."""
    if match["sign"] == "/":
        return int(match["left"]) < int(match["right"])
    return _TIME_OF_DAY.fullmatch(match[0].strip()) is not None


def _read_score(match: re.Match[str]) -> str | None:
    """Two numbers where a match is told of, with any of ``- : / –`` between them."""
    left, right = match["left"], match["right"]
    front = before(match, 30)
    if match["sign"] in ":：" and _SCHEDULED.match(after(match)):
        return None
    told = _SPORT_BEFORE.search(front) or _SPORT_AFTER.match(after(match, 30))
    if not told and (_may_be_else(match) or not _TEAM_BEFORE.search(front)):
        return None
    if match["sign"] in ":：" and re.search(
        "(?:[于在至到]|今[早晚]|明[早晚]|昨[早晚])\\s?$|[时间点]\\s?$", before(match)
    ):
        return None
    return _compared(left, right)


def _read_falling(match: re.Match[str]) -> str | None:
    """21-15, 2-2: a range never falls."""
    if int(match["left"]) < int(match["right"]) or re.match(r"\s?[=+×÷]", after(match)):
        return None
    return _compared(match["left"], match["right"])


def _read_ratio(match: re.Match[str]) -> str | None:
    parts = re.split(r"\s?[:：]\s?", match[0])
    if len(parts) == 2 and _SCRIPTURE.search(before(match)) and not any("." in part for part in parts):
        return f"{plain_cardinal(parts[0])}章{plain_cardinal(parts[1])}节"
    clock = len(parts) in (2, 3) and all(re.fullmatch(r"[0-5]\d", part) for part in parts[1:])
    clock = clock and re.fullmatch(r"[01]?\d|2[0-4]", parts[0]) is not None
    if clock and not (_RATIO_BEFORE.search(before(match)) or _RATIO_AFTER.match(after(match))):
        return None
    return "比".join(number(part) for part in parts)


RULES = (
    Rule(
        "score",
        re.compile(
            r"(?<![\dA-Za-z/-])(?<!\d\.)(?<!\d[:：])\s?(?P<left>\d{1,3})\s?(?P<sign>[-:：–—/])\s?(?P<right>\d{1,3})(?![\d%°℃A-Za-z/-]|[:：.]\d|\s?(?:[年月号岁米元个周天]|日(?!本)))"
        ),
        _read_score,
    ),
    Rule(
        "ratio",
        re.compile(
            r"(?<![\dA-Za-z])(?<!\d\.)(?<!\d[:：])\d{1,9}(?:\.\d{1,9})?(?:\s?[:：]\s?\d{1,9}(?:\.\d{1,9})?){1,4}(?![\d.]*\d|[:：]\d|[A-Za-z%])"
        ),
        _read_ratio,
    ),
    Rule(
        "score",
        re.compile(
            r"(?<![\dA-Za-z/-])(?<!\d\.)(?<![\d-][-–])(?<!\d[:：])(?P<left>[1-9]\d{0,2}|0)\s?[-–]\s?(?P<right>[1-9]\d{0,2}|0)(?![\d.%°A-Za-z/:：-]|\s?(?:[-–]|°|[年月日号岁米元个周天年万亿千百度人名位分秒时点]))"
        ),
        _read_falling,
    ),
)
