"""Pinyin to phones."""

from __future__ import annotations

import pytest
from pypinyin import Style
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.style import convert

from langsong.errors import UnitError
from langsong.text.phones import pinyin_phones
from langsong.text.units import inventory

CASES = {
    "jin1": "j_c in_c tone1", "tian1": "t_c ian_c tone1", "me5": "m_c e_c tone5", "er2": "ge er_c tone2",
    "xi3": "xx_c i_c tone3", "zi5": "z_c ii_c tone5", "si4": "s_c ii_c tone4", "zhi1": "zh_c ih_c tone1",
    "ri4": "r_c ih_c tone4", "liu4": "l_c iou_c tone4", "dui4": "d_c uei_c tone4",
    "cun1": "c_c uen_c tone1", "yi1": "y_c i_c tone1", "wu3": "w_c u_c tone3", "you3": "y_c ou_c tone3",
    "yan2": "y_c an_c tone2", "yuan2": "y_c van_c tone2", "yvan2": "y_c van_c tone2",
    "yu3": "y_c v_c tone3", "yun4": "y_c vn_c tone4", "ju2": "j_c v_c tone2", "jv2": "j_c v_c tone2",
    "que4": "q_c ve_c tone4", "xiu1": "xx_c iou_c tone1", "lv4": "l_c v_c tone4", "lü4": "l_c v_c tone4",
    "lu:4": "l_c v_c tone4", "lue4": "l_c ve_c tone4", "nve4": "n_c ve_c tone4", "a1": "ga a_c tone1",
    "e4": "ge e_c tone4", "ou1": "go ou_c tone1", "weng1": "w_c eng_c tone1", "yo1": "y_c o_c tone1",
    "lo5": "l_c o_c tone5", "rua2": "r_c ua_c tone2", "biang2": "b_c iang_c tone2",
    "fiao4": "f_c iao_c tone4", "ang2": "ga ang_c tone2", "huar1": "h_c uar_c tone1",
    "ger1": "g_c er_c tone1", "wanr2": "w_c anr_c tone2", "shir4": "sh_c ihr_c tone4",
    "huir4": "h_c ueir_c tone4", "qur3": "q_c vr_c tone3", "zhunr3": "zh_c uenr_c tone3",
    "yuanr2": "y_c vanr_c tone2", "n2": "ge en_c tone2", "ng4": "ge en_c tone4", "m2": "ge en_c tone2",
    "hm5": "h_c en_c tone5", "hng1": "h_c eng_c tone1", "ê1": "ge ei_c tone1", "r5": "ge er_c tone5",
    "de0": "d_c e_c tone5", "hao6": "h_c ao_c tone2", "shang45": "sh_c ang_c tone5",
    "Bei3": "b_c ei_c tone3",
}  # fmt: skip


@pytest.mark.parametrize("pinyin", CASES)
def test_syllables(pinyin: str) -> None:
    phones, tone = pinyin_phones(pinyin)
    assert " ".join([*phones, tone]) == CASES[pinyin]


def test_every_reading_of_the_dictionary_has_two_phones_of_the_inventory() -> None:
    readings = {reading for entry in PINYIN_DICT.values() for reading in entry.split(",")}
    readings |= {reading for phrase in PHRASES_DICT.values() for entry in phrase for reading in entry}
    syllables = {convert(reading, Style.TONE3, strict=False) for reading in readings if reading.isalpha()}
    toned = {s if s[-1].isdigit() else f"{s}5" for s in syllables}
    known = set(inventory("PinYin", []).phones)
    assert len(toned) > 1400
    for syllable in toned:
        phones = pinyin_phones(syllable).phones
        assert len(phones) == 2
        assert set(phones) <= known, syllable


def test_every_plain_final_has_its_erhua_in_the_inventory() -> None:
    bases = (
        "ba bai ban bang bao bei ben beng bo ge bi bian bie biao bin bing jia jiu jiong jiang dong dou du "
        "hua huai huan huang hui hun huo ju juan jue jun zi zhi"
    )
    known = set(inventory("PinYin", []).phones)
    for base in bases.split():
        assert set(pinyin_phones(f"{base}r1").phones) <= known, base


@pytest.mark.parametrize(
    "pinyin",
    ["", "hao", "3", "hao7", "hao12", "xeu4", "bfo1", "hao3 ", "好3", "iao1", "err2", "hao³", "v4", "q1"],
)
def test_what_is_not_pinyin_is_refused(pinyin: str) -> None:
    with pytest.raises(UnitError, match="pinyin"):
        pinyin_phones(pinyin)
