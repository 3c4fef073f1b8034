"""Whether a word that no dictionary has is likely a Chinese person's name."""

from __future__ import annotations

import re

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤常温康施牛樊葛邢安齐易乔伍庞颜"
    "倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷曲盛冉翁蓝骆路游辛靳管柴蒙鲍华喻祁蒲房滕"
    "屈饶解牟艾尤时穆司古吉缪车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇"
    "桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢谌奚帅漆莘"
)
_COMPOUND = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|长孙|宇文|夏侯|轩辕|独孤|南宫|西门|百里"
_FUNCTION = "的地得了着过吗呢吧啊呀和与或在是有不没也都就还又再很太最把被给对从向往到说要会能可去来这那哪"
_NAME = re.compile(rf"(?:{_COMPOUND}|[{_SURNAMES}])[^{_FUNCTION}]{{1,2}}")


def is_name(word: str) -> bool:
    """Whether a word looks like a surname with a given name of one or two characters."""
    return _NAME.fullmatch(word) is not None
