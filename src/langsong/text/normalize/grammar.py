"""Pieces of patterns that several rules share: numbers, connectors, the words that count things."""

from __future__ import annotations

import re

NUMBER = r"(?:(?<!\d,)\d{1,3}(?:,\d{3})+(?!,?\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
"""Digits, with thousands separated by commas or not, with decimals or not."""
MAGNITUDE = "(?:[十百千]?[万亿兆]亿?|[百千])"
JOIN = r"\s?(?:-{1,2}|~|～|—{1,2}|–|到|至)\s?"
"""From … to."""
PLUS_MINUS = {"": "", "-": "负", "+": "正", "±": "正负", "+/-": "正负"}

_UNITS = (
    "小时|分钟|秒钟|点钟|刻钟|平方|立方|公里|公斤|公顷|公分|公升|英里|英寸|英尺|英镑|海里|千米|分米|厘米|毫米|微米|纳米|千克|毫克|微克|毫升|"
    "微升|千瓦|兆瓦|千卡|大卡|千伏|毫安|毫秒|微秒|摄氏度|华氏度|赫兹|分贝|光年|美元|欧元|日元|港元|港币|韩元|卢布|法郎|泰铢|澳元|加元|"
    "人民币|百分点|基点|年(?!级)|周年|世纪|学期|学分|学时|课时|个|星期|礼拜|人(?!转)|季(?!度)|点(?!\\d)|居室|室\\d厅|度(?!烧伤)|"
    "英亩|磅(?!礴)|盎司|加仑|茶匙|汤匙|汤勺|打(?=啤|鸡|鲜|玫|袜|毛)|瓣|沓|摞|撮|捧|缸|幕|听(?=可|啤|饮)|"
    "分(?!之|法)|声(?!道|部)|任(?!务)|餐(?!厅|桌)|单(?=生意|买卖)|发(?=子弹|炮弹)|挺(?=机枪)|服(?=药)|出(?=戏|好戏)|[拨伙帮](?=人)|进(?=院)|员(?=大将|猛将)|"
    "番(?!茄|薯|外)|下(?=[子，。；、]|$)|[投罚](?=\\d|[全一二三四五六七八九十\0]{1,2}中)|[传射](?=[\\d\0一二三])|元(?!方程|论|一次|二次)|"
    "把(?!手)|本(?!线|院校|大学|高校)|房(?!东)|代(?=人|同堂)|"
    "次(?!元|函数|方|曲线|型|开发|创业|加工|回路|污染|世界大战|感染|供水)|"
    "[只条张台辆架艘座栋幢间套件双对副群批组束枚颗粒滴片块份位名口户家所幅页封首支枝根株棵朵盆瓶杯碗盘碟盒箱袋包桶罐壶锅勺匙斤克吨米里尺寸丈"
    "升秒时天周岁角毛回趟遍顿场局盘轮届种款类样项门节课集部篇章段句行列排层具档匹头峰尾顶面扇道股缕圈倍字刻夜晚厅卫厨步拳刀针眼笔串丛堆队"
    "帧捆坛茬桩盏堵则味宗笼尊枪炮桌席剂贴例处格栏]"
)
"""Measure words and units that 2 is 两 before."""
_NOUNS = (
    "连(?!冠)|男|女|学生|官员|员工|司机|老人|孩|儿童|少年|青年|民警|警察|村民|游客|乘客|嫌|运动员|选手|球员|干部|教师|老师|医生|护士|公司|企业|部门|"
    "单位|姐妹|兄弟|夫妻|车(?!间)|船|国|省|市|县|校|地|岸|侧|旁|边|端|极|方|者|大|金|银|铜|胜|负|平(?!方)|手准备|路大军"
)
"""Nouns that 2 counts without a measure word, as headlines do: 2男子, 2国."""
_NUMBERED = "月|号|日|楼|级|等|班|线|期|型|版|代|成|折|两|亩|钱|环|路|声道|维|折扣|开|进制|比|K金|股"
"""What a number before it names, not counts: 2月 is 二月."""
TWO = re.compile(rf"\s?(?:[多余]?(?:{_UNITS}|{_NOUNS}))")
MEASURE = re.compile(rf"\s?[多余来几]?(?:{_UNITS}|{_NUMBERED}|[万亿]|[千百](?!度|分之))")
"""Anything that follows a number that counts or numbers: such a number is no identifier."""

TO_NEXT = re.compile(rf"(?:[\0~～—–-]{{1,2}}|[到至、或和])\s?\d+(?P<rest>{MAGNITUDE}?)")
"""The upper end of a range behind its lower one."""

QUANTITY_CUE = re.compile(
    "(?:共|总|总数|总计|合计|共计|约|大约|达|达到|超|超过|近|逾|仅|只|每|有|为了|花|花了|卖|卖了|值|多达|高达|"
    "增至|降至|增加|减少|数量|人口|产量|销量|金额|人均|工资|月薪|年薪|价格|售价|总价|成本|收入|余额)(?:是|为|了|到|至|：|:|有)?\\s?$"
)
"""Words before a number that say it is a quantity."""


def upto(match: re.Match[str]) -> str:
    """到 between the ends of a range, or 至 where that is written."""
    return "至" if "至" in match[0] else "到"
