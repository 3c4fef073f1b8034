"""Units of measurement by their symbols, and currencies by their signs and codes."""

from __future__ import annotations

import re

_UNITS = {
    "长度": "km 公里|Km 公里|KM 公里|m 米|dm 分米|cm 厘米|CM 厘米|mm 毫米|MM 毫米|μm 微米|um 微米|nm 纳米|pm 皮米|"
    "mi 英里|ft 英尺|yd 码|inch 英寸|nmi 海里",
    "面积": "ha 公顷|hm² 公顷|acre 英亩|sq ft 平方英尺|sq mi 平方英里",
    "体积": "L 升|l 升|dL 分升|dl 分升|cL 厘升|mL 毫升|ml 毫升|ML 毫升|Ml 毫升|μL 微升|μl 微升|uL 微升|ul 微升|"
    "cc 毫升|gal 加仑",
    "质量": "kg 千克|KG 千克|Kg 千克|g 克|mg 毫克|μg 微克|ug 微克|mcg 微克|ng 纳克|pg 皮克|t 吨|kt 千吨|Mt 百万吨|"
    "lb 磅|lbs 磅|oz 盎司|ct 克拉|kgf 千克力|amu 原子质量",
    "时间": "h 小时|hr 小时|hrs 小时|min 分钟|mins 分钟|s 秒|sec 秒|ms 毫秒|μs 微秒|us 微秒|ns 纳秒|ps 皮秒",
    "温度": "°C 摄氏度|°c 摄氏度|°F 华氏度|°f 华氏度",
    "速度": "mph 英里每小时|kmh 公里每小时|kph 公里每小时|kn 节|rpm 转每分|RPM 转每分|r/min 转每分|rad 弧度",
    "电": "V 伏|kV 千伏|KV 千伏|mV 毫伏|μV 微伏|mA 毫安|μA 微安|kA 千安|mAh 毫安时|MAH 毫安时|mah 毫安时|Ah 安时|"
    "W 瓦|mW 毫瓦|kW 千瓦|KW 千瓦|kw 千瓦|MW 兆瓦|GW 吉瓦|TW 太瓦|kWp 千瓦峰值|VA 伏安|kVA 千伏安|KVA 千伏安|"
    "MVA 兆伏安|Wh 瓦时|kWh 千瓦时|KWh 千瓦时|KWH 千瓦时|kwh 千瓦时|kW·h 千瓦时|MWh 兆瓦时|GWh 吉瓦时|TWh 太瓦时|"
    "Ω 欧姆|Ω 欧姆|kΩ 千欧|MΩ 兆欧|mΩ 毫欧|μF 微法|uF 微法|nF 纳法|pF 皮法|mH 毫亨|μH 微亨",
    "频率": "Hz 赫兹|HZ 赫兹|hz 赫兹|kHz 千赫兹|KHz 千赫兹|khz 千赫兹|MHz 兆赫兹|Mhz 兆赫兹|MHZ 兆赫兹|mhz 兆赫兹|"
    "GHz 吉赫兹|Ghz 吉赫兹|GHZ 吉赫兹|ghz 吉赫兹|THz 太赫兹",
    "声光": "dB 分贝|DB 分贝|db 分贝|dBm 分贝毫瓦|lm 流明|lx 勒克斯|lux 勒克斯|cd 坎德拉|nits 尼特|nit 尼特",
    "力与能": "kN 千牛|mN 毫牛|Nm 牛米|N·m 牛米|Pa 帕|hPa 百帕|kPa 千帕|KPa 千帕|kpa 千帕|MPa 兆帕|Mpa 兆帕|GPa 吉帕|"
    "bar 巴|mbar 毫巴|psi 磅每平方英寸|mmHg 毫米汞柱|kJ 千焦|KJ 千焦|MJ 兆焦|eV 电子伏|keV 千电子伏|MeV 兆电子伏|"
    "cal 卡|kcal 千卡|Kcal 千卡|KCAL 千卡|hp 马力",
    "化学": "mol 摩尔|mmol 毫摩尔|μmol 微摩尔|umol 微摩尔|nmol 纳摩尔|IU 国际单位",
    "辐射": "Sv 希沃特|mSv 毫希沃特|μSv 微希沃特|Gy 戈瑞|Bq 贝克|kBq 千贝克",
    "数据": "kbps 千比特每秒|Kbps 千比特每秒|Mbps 兆比特每秒|mbps 兆比特每秒|Gbps 吉比特每秒|fps 帧每秒|FPS 帧每秒|"
    "px 像素|pcs 个",
}
SYMBOLS: dict[str, str] = {
    entry.rpartition(" ")[0]: entry.rpartition(" ")[2] for family in _UNITS.values() for entry in family.split("|")
}
"""The symbols that name a unit whenever a number stands before them."""
FAMILIES = {entry.rpartition(" ")[0]: kind for kind, family in _UNITS.items() for entry in family.split("|")}
_POWERS = {
    symbol + power: prefix + name
    for symbol, name in {"km": "千米", "m": "米", "dm": "分米", "cm": "厘米", "mm": "毫米", "μm": "微米", "nm": "纳米",
                         "ft": "英尺", "mi": "英里"}.items()
    for power, prefix in {"²": "平方", "2": "平方", "³": "立方", "3": "立方"}.items()
}  # fmt: skip
SYMBOLS |= _POWERS | {"m/s²": "米每二次方秒", "m/s2": "米每二次方秒", "°": "度", "′": "分", "″": "秒"}

_ALONE = frozenset("VWghlLst")
"""Letters that are no unit in front of a digit (3V3)."""
UNIT = (
    "(?:"
    + "|".join(re.escape(symbol) + r"(?!\d)" * (symbol in _ALONE) for symbol in sorted(SYMBOLS, key=len, reverse=True))
    + ")(?![A-Za-z²³])"
)
"""The symbols as a pattern; no letter may follow."""
TEMPERATURE = "(?:°[CcFf](?![A-Za-z])|摄氏度|华氏度)"

PER = (
    "小时|分钟|秒钟|加仑|盎司|平方公里|平方千米|平方米|立方米|平米|公里|千米|公斤|千克|毫克|毫升|公顷|课时|千字|百公里|"
    "[时分秒天日周月年季人次个件台套亩斤克吨米升晚夜位张本只瓶箱盒包袋份辆户股节班场桌单条字页度头棵株平间床桶片支股亩班针剂杯碗层罐幅块]"
)
"""What a rate is per, in hanzi."""

CURRENCIES = {
    "US$": "美元", "USD": "美元", "$": "美元", "HK$": "港元", "HKD": "港元", "NT$": "新台币", "TWD": "新台币",
    "NTD": "新台币", "A$": "澳元", "AU$": "澳元", "AUD": "澳元", "C$": "加元", "CA$": "加元", "CAD": "加元",
    "S$": "新加坡元", "SG$": "新加坡元", "SGD": "新加坡元", "NZ$": "新西兰元", "NZD": "新西兰元", "R$": "雷亚尔",
    "BRL": "雷亚尔", "MOP$": "澳门元", "MOP": "澳门元", "€": "欧元", "EUR": "欧元", "£": "英镑", "GBP": "英镑",
    "¥": "元", "CN¥": "元", "CNY": "人民币", "RMB": "人民币", "JP¥": "日元", "J¥": "日元", "JPY¥": "日元",
    "JPY": "日元", "₩": "韩元", "KRW": "韩元", "₽": "卢布", "RUB": "卢布", "₹": "卢比", "INR": "印度卢比",
    "฿": "泰铢", "THB": "泰铢", "₫": "越南盾", "VND": "越南盾", "₱": "菲律宾比索", "PHP": "菲律宾比索",
    "₺": "土耳其里拉", "TRY": "土耳其里拉", "₴": "格里夫纳", "₦": "奈拉", "₪": "谢克尔", "₿": "比特币",
    "BTC": "比特币", "CHF": "瑞士法郎", "SEK": "瑞典克朗", "NOK": "挪威克朗", "DKK": "丹麦克朗", "MYR": "林吉特",
    "IDR": "印尼盾", "AED": "阿联酋迪拉姆", "ARS": "阿根廷比索", "SAR": "沙特里亚尔", "ZAR": "南非兰特",
    "MXN": "墨西哥比索",
}  # fmt: skip
CURRENCY = "(?:" + "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True)) + ")"
ENGLISH_SCALES = {
    "k": 10**3, "K": 10**3, "m": 10**6, "M": 10**6, "mn": 10**6, "mln": 10**6, "million": 10**6, "B": 10**9, "b": 10**9,
    "bn": 10**9, "Bn": 10**9, "billion": 10**9, "T": 10**12, "tn": 10**12, "trillion": 10**12, "w": 10**4, "W": 10**4,
}  # fmt: skip
