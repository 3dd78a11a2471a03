"""Text made speakable: what is written with digits and signs, and how it must be said."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.tts import normalise, normalise_en, normalise_zh


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("前方300米右转", "前方三百米右转", id="distance"),
        pytest.param("2公里", "两公里", id="two of something"),
        pytest.param("12公里", "十二公里", id="twelve is not ten-two of something"),
        pytest.param("2号线", "二号线", id="number two"),
        pytest.param("1.2 km", "一点二公里", id="decimal with unit"),
        pytest.param("进入G2", "进入G二", id="motorway"),
        pytest.param("G101国道", "G幺零幺国道", id="three-digit road"),
        pytest.param("14:05到达", "十四点零五分到达", id="time"),
        pytest.param("8:00", "八点", id="full hour"),
        pytest.param("2:30", "两点三十分", id="half past two"),
        pytest.param("010-62785001", "零幺零，六二七八五零零幺", id="telephone"),
        pytest.param("13812345678", "幺三八，幺二三四，五六七八", id="mobile"),
        pytest.param("2026年5月3日", "二零二六年五月三日", id="date"),
        pytest.param("15%", "百分之十五", id="percent"),
        pytest.param("第2家", "第二家", id="ordinal"),
        pytest.param("3-5公里", "三到五公里", id="range"),
        pytest.param("105", "一百零五", id="gap"),
        pytest.param("1001米", "一千零一米", id="double gap"),
        pytest.param("10010", "一万零一十", id="ten thousand"),
        pytest.param("限速60km/h", "限速六十公里每小时", id="speed"),
        pytest.param("4.5星", "四点五星", id="stars"),
        pytest.param("-3℃", "负三摄氏度", id="cold"),
        pytest.param("2元，2万，2英里，20000米", "两元，两万，两英里，两万米", id="two of anything"),
        pytest.param("2点30分", "两点三十分", id="half past two in figures"),
        pytest.param("2-3公里", "两到三公里", id="two to three of something"),
        pytest.param("2年级2班", "二年级二班", id="second form"),
        pytest.param("10:00-22:00", "十点到二十二点", id="opening hours"),
        pytest.param(
            "周一至周五 09:00~18:00", "周一至周五 九点到十八点", id="opening hours with a swung dash"
        ),
        pytest.param("5~10分钟", "五到十分钟", id="swung dash"),
        pytest.param("5公里-10公里", "五公里到十公里", id="range with both units"),
        pytest.param("家里-5℃", "家里负五摄氏度", id="minus is no range"),
        pytest.param("进入A101.", "进入A幺零幺.", id="road before a full stop"),
        pytest.param("请拨打110或12306。", "请拨打幺幺零或幺二三零六。", id="service numbers"),
        pytest.param(
            "电话是010-62785001.", "电话是零幺零，六二七八五零零幺.", id="telephone before a full stop"
        ),
        pytest.param("打110个电话", "打一百一十个电话", id="number of calls"),
        pytest.param("107国道旁的301医院", "幺零七国道旁的三零幺医院", id="numbers as names"),
        pytest.param("300米后是101路口", "三百米后是一百零一路口", id="no name"),
        pytest.param("还有½公里", "还有半公里", id="half of something"),
        pytest.param("1½小时", "一点五小时", id="one and a half"),
        pytest.param("走了2/3", "走了三分之二", id="two thirds"),
        pytest.param("¾的路", "四分之三的路", id="three quarters"),
        pytest.param("比分3/2", "比分三比二", id="no fraction"),
        pytest.param("附近有一家7-11", "附近有一家七幺幺", id="brand"),
        pytest.param("7-Eleven便利店", "七幺幺便利店", id="brand in letters"),
        pytest.param("7-11公里", "七到十一公里", id="a range and no brand"),
        pytest.param("7-11点", "七到十一点", id="hours and no brand"),
        pytest.param("3号楼1201室", "三号楼幺二零幺室", id="room"),
        pytest.param("B座305", "B座三零五", id="room of a block"),
        pytest.param("2单元501", "二单元五零幺", id="flat"),
        pytest.param("1912街区", "幺九幺二街区", id="a year as a name"),
        pytest.param("停车费¥15", "停车费十五元", id="yuan"),
        pytest.param("$20，€5.5，£3", "二十美元，五点五欧元，三英镑", id="other currencies"),
        pytest.param("HK$50，RMB 200", "五十港元，二百元", id="currencies in letters"),
        pytest.param("￥2万", "两万元", id="large amount"),
        pytest.param("No. 5", "第五", id="number"),
    ],
)
def test_mandarin(written: str, said: str) -> None:
    assert normalise.spoken(written, "zh") == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("In 300 m turn right", "In three hundred metres turn right", id="distance"),
        pytest.param("1.2 km", "one point two kilometres", id="decimal"),
        pytest.param("1 km", "one kilometre", id="singular"),
        pytest.param("onto E18", "onto E eighteen", id="road"),
        pytest.param("at 14:05", "at fourteen oh five", id="time"),
        pytest.param("at 9:00", "at nine o'clock", id="full hour"),
        pytest.param("9:30 pm", "nine thirty p m", id="afternoon"),
        pytest.param("the 2nd exit", "the second exit", id="ordinal"),
        pytest.param("the 21st", "the twenty-first", id="compound ordinal"),
        pytest.param("3 hotels", "three hotels", id="count"),
        pytest.param("1,250 m", "one thousand two hundred and fifty metres", id="thousands"),
        pytest.param("09 576111", "zero nine, five seven six one one one", id="telephone"),
        pytest.param("in 2026", "in twenty twenty-six", id="year"),
        pytest.param("15%", "fifteen percent", id="percent"),
        pytest.param("2-3 minutes", "two to three minutes", id="range"),
        pytest.param("Xiao Gao", "Shao Gow", id="our name"),
        pytest.param("St. James", "Saint James", id="saint"),
        pytest.param("Main St.", "Main Street", id="street"),
        pytest.param("onto US-101.", "onto U S one zero one.", id="road before a full stop"),
        pytest.param("150-200 m", "one hundred and fifty to two hundred metres", id="range is no telephone"),
        pytest.param("10:00-22:00", "ten o'clock to twenty-two hundred", id="opening hours"),
        pytest.param("9 am-5 pm", "nine a m to five p m", id="office hours"),
        pytest.param("5~10 minutes", "five to ten minutes", id="swung dash"),
        pytest.param("In 1950 metres", "In one thousand nine hundred and fifty metres", id="no year"),
        pytest.param("in 2000 m", "in two thousand metres", id="no year, unit shortened"),
        pytest.param("call 112 or 911.", "call one one two or nine one one.", id="service numbers"),
        pytest.param("call 300 people", "call three hundred people", id="number of calls"),
        pytest.param("555-1234.", "five five five, one two three four.", id="telephone of seven digits"),
        pytest.param("in ½ mile", "in half a mile", id="half a mile"),
        pytest.param("1½ miles", "one and a half miles", id="one and a half"),
        pytest.param("¼ mi ahead", "a quarter of a mile ahead", id="quarter"),
        pytest.param("3/4 of the way", "three quarters of the way", id="three quarters"),
        pytest.param("in 1/2 hour", "in half an hour", id="half an hour"),
        pytest.param("open 24/7", "open twenty-four seven", id="no fraction"),
        pytest.param("a 7-11 nearby", "a Seven Eleven nearby", id="brand"),
        pytest.param("7-Eleven", "Seven Eleven", id="brand in letters"),
        pytest.param("7-11 minutes", "seven to eleven minutes", id="range"),
        pytest.param("Room 1201", "Room twelve oh one", id="room"),
        pytest.param("suite 305", "suite three oh five", id="suite"),
        pytest.param("$15", "fifteen dollars", id="dollars"),
        pytest.param("$1.50 and €1", "one dollar fifty and one euro", id="small change"),
        pytest.param("£0.99", "ninety-nine pence", id="pence"),
        pytest.param("¥20", "twenty yuan", id="yuan"),
        pytest.param("$2.5 million", "two point five million dollars", id="millions"),
        pytest.param("Dr. Smith", "Doctor Smith", id="doctor"),
        pytest.param("onto Elm Dr.", "onto Elm Drive", id="drive"),
        pytest.param("Elm Dr, then left", "Elm Drive, then left", id="drive before a comma"),
        pytest.param("No. 10 Downing St", "number ten Downing Street", id="number"),
        pytest.param("Mt. Fuji", "Mount Fuji", id="mount"),
        pytest.param("N Main St", "North Main Street", id="north"),
    ],
)
def test_english(written: str, said: str) -> None:
    assert normalise.spoken(written, "en") == said


@given(st.text("二两一三周第中关村东北里庄条小分之公寓层个点半晚上", max_size=20))
@settings(max_examples=200)
def test_what_is_in_characters_already_stays(text: str) -> None:
    assert normalise.spoken(text, "zh") == text


@given(st.integers(0, 23), st.integers(0, 23), st.sampled_from(["-", "–", "~", "～", " - "]))
@settings(max_examples=100)
def test_a_range_of_times_is_read_as_one(begin: int, end: int, sign: str) -> None:
    for language, joint in (("zh", "到"), ("en", " to ")):
        times = [normalise.spoken(f"{hour}:00", language) for hour in (begin, end)]
        assert normalise.spoken(f"{begin}:00{sign}{end}:00", language) == joint.join(times)


@given(st.integers(min_value=0, max_value=10**11))
@settings(max_examples=200)
def test_chinese_numbers_can_be_read_back(value: int) -> None:
    """The words mean the number: an independent reader gets the value again."""
    assert read_chinese(normalise_zh.number(value).replace("两", "二")) == value


def read_chinese(words: str) -> int:
    total, section, digit = 0, 0, 0
    for character in words:
        if character in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(character)
        elif character in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        else:
            section += digit
            digit = 0
            if character == "亿":
                total, section = (total + section) * 10**8, 0
            else:
                total, section = total + section * 10**4, 0
    return total + section + digit


@given(st.integers(min_value=0, max_value=10**12 - 1))
@settings(max_examples=200)
def test_english_numbers_are_words_only(value: int) -> None:
    assert re.fullmatch(r"[a-z -]+", normalise_en.number(value))


@given(st.text(max_size=60), st.sampled_from(["zh", "en"]))
@settings(max_examples=300)
def test_no_ascii_digit_is_left_and_nothing_breaks(text: str, language: str) -> None:
    assert not re.search(r"[0-9]", normalise.spoken(text, language))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("好的。", ["好的。"], id="one"),
        pytest.param(
            "前方300米右转，进入长安街。", ["前方300米右转，", "进入长安街。"], id="first clause is short"
        ),
        pytest.param(
            "全程12.5公里，预计14:05到达机场。然后左转。",
            ["全程12.5公里，", "预计14:05到达机场。", "然后左转。"],
            id="numbers stay whole",
        ),
        pytest.param("Turn left. Then keep right.", ["Turn left.", "Then keep right."], id="English"),
    ],
)
def test_clauses(text: str, pieces: list[str]) -> None:
    assert normalise.clauses(text) == pieces


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("我在。", ["我在。"], id="one"),
        pytest.param(
            "好的，去赫尔辛基座堂，全程1.7公里，大约5分钟。",
            ["好的，去赫尔辛基座堂，全程1.7公里，大约5分钟。"],
            id="a sentence stays whole",
        ),
        pytest.param(
            "好的。前方300米右转，进入长安街。",
            ["好的。前方300米右转，进入长安街。"],
            id="a short one goes with the next",
        ),
        pytest.param(
            "附近有5家酒店：文津国际酒店，420米；西郊宾馆，1.1公里；紫光国际交流中心，900米。要去第几家？",
            [
                "附近有5家酒店：文津国际酒店，420米；西郊宾馆，1.1公里；",
                "紫光国际交流中心，900米。要去第几家？",
            ],
            id="a list is cut at a pause",
        ),
    ],
)
def test_sentences(text: str, pieces: list[str]) -> None:
    assert normalise.sentences(text) == pieces


@pytest.mark.parametrize("cut", [normalise.clauses, normalise.sentences])
@given(text=st.text(alphabet="我们去，。！？ abc.,123", max_size=80))
@settings(max_examples=200)
def test_cutting_loses_nothing(cut: Callable[[str], list[str]], text: str) -> None:
    assert re.sub(r"\s", "", "".join(cut(text))) == re.sub(r"\s", "", text)
