"""What is spoken in the voice benchmark, by whom, and in which noise; everything from fixed seeds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from voice.train import augment
from voice.train.corpus import CorpusCache, Utterance

Samples = npt.NDArray[np.float32]

SEED = 66
KEPT_VOICES = ("zf_xiaoni", "zm_yunyang", "af_nova", "am_liam")
VOICES = {
    "zh": ("zf_xiaoni", "zm_yunyang", "zf_xiaoxiao", "zm_yunxi", "zf_xiaoyi", "zm_yunjian"),
    "en": ("af_nova", "am_liam", "af_bella", "am_michael", "bf_emma", "bm_george"),
}
NOISES = ("road", "fan", "babble", "music")
LEVELS: tuple[float | None, ...] = (None, 10.0, 5.0)
REGIONS = {"zh": ("tsinghua", (40.0, 116.32)), "en": ("helsinki", (60.1719, 24.9414))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing that a driver says."""

    text: str
    """The words."""

    language: str
    """ "zh" or "en"."""

    kind: str
    """Intent that is right."""

    place: str = ""
    """Part of the name of the place that is right; empty if there is none."""

    what: str = ""
    """What is searched for; empty if nothing is."""


_ZH_PLACES = (
    ("清华大学东门", "清华大学东门"),
    ("清华大学", "清华大学"),
    ("五道口地铁站", "五道口"),
    ("圆明园", "圆明园"),
    ("北京大学", "北京大学"),
    ("中关村", "中关村"),
    ("成府路", "成府路"),
    ("双清路", "双清路"),
    ("西苑地铁站", "西苑"),
    ("圆明园地铁站", "圆明园"),
    ("北京大学东门", "北京大学东门"),
    ("清华大学附属中学", "清华大学附属中学"),
    ("文津酒店", "文津国际酒店"),
)
_EN_PLACES = (
    ("Helsinki Cathedral", "Cathedral|tuomiokirkko"),
    ("the Central Station", "rautatieasema|Station"),
    ("Senate Square", "Senaatintori|Senate"),
    ("the National Theatre", "Kansallisteatteri|National Theatre"),
    ("Ateneum", "Ateneum"),
    ("Stockmann", "Stockmann"),
    ("Hotel Arthur", "Arthur"),
    ("the National Library", "Kansalliskirjasto|National Library"),
    ("Kaisaniemi Park", "Kaisaniem"),
    ("the Bank of Finland", "Suomen Pankki|Bank of Finland"),
    ("the botanic garden", "kasvitieteellinen"),
    ("Helsinki University", "yliopisto|University"),
)
_ZH_FORMS = ("带我去{}", "导航到{}", "我要去{}", "去{}怎么走")
_EN_FORMS = ("Take me to {}.", "Navigate to {}.", "I want to go to {}.", "Drive to {}, please.")
_ZH_KINDS = ("酒店", "餐厅", "银行", "超市", "停车场", "厕所", "咖啡店", "药店", "加油站", "医院", "书店")
_EN_KINDS = (
    "hotel",
    "restaurant",
    "bank",
    "supermarket",
    "car park",
    "toilet",
    "cafe",
    "pharmacy",
    "museum",
    "bar",
)
_ZH_SEARCH = ("附近有什么{}", "最近的{}在哪里", "帮我找一家{}")
_EN_SEARCH = ("Find a {} nearby.", "Where is the nearest {}?", "Is there a {} around here?")
_ZH_OTHER = (
    ("还有多久到", "status"),
    ("还有多远", "status"),
    ("现在在哪条路上", "status"),
    ("下一个路口怎么走", "status"),
    ("这里限速多少", "status"),
    ("不走高速", "change_route"),
    ("避开收费站", "change_route"),
    ("换一条路", "change_route"),
    ("取消导航", "cancel"),
    ("停止导航", "cancel"),
    ("声音大一点", "volume"),
    ("再说一遍", "repeat"),
    ("你能做什么", "help"),
)
_EN_OTHER = (
    ("How long until we get there?", "status"),
    ("How far is it still?", "status"),
    ("What street am I on?", "status"),
    ("What is the next turn?", "status"),
    ("What is the speed limit here?", "status"),
    ("Avoid motorways.", "change_route"),
    ("Avoid tolls.", "change_route"),
    ("Take another route.", "change_route"),
    ("Cancel the navigation.", "cancel"),
    ("Stop navigation.", "cancel"),
    ("Louder, please.", "volume"),
    ("Say that again.", "repeat"),
    ("What can you do?", "help"),
)


def commands(per_language: int = 150) -> list[Command]:
    """The commands, the same number in each language; the list repeats with other voices when it is short."""
    result: list[Command] = []
    for language, places, forms, kinds, searches, others in (
        ("zh", _ZH_PLACES, _ZH_FORMS, _ZH_KINDS, _ZH_SEARCH, _ZH_OTHER),
        ("en", _EN_PLACES, _EN_FORMS, _EN_KINDS, _EN_SEARCH, _EN_OTHER),
    ):
        found = [
            Command(text=form.format(said), language=language, kind="navigate", place=name)
            for form, (said, name) in product(forms, places)
        ]
        found += [
            Command(text=form.format(kind), language=language, kind="search", what=kind)
            for form, kind in product(searches, kinds)
        ]
        found += [Command(text=text, language=language, kind=kind) for text, kind in others]
        order = np.random.default_rng(SEED).permutation(len(found))
        shuffled = [found[index] for index in order]
        result += [shuffled[number % len(shuffled)] for number in range(per_language)]
    return result


def spoken(cases: Sequence[Command]) -> list[Utterance]:
    """Each command with a voice: the kept ones speak every third."""
    return [
        Utterance(
            kind="command",
            split="test",
            language=case.language,
            engine="kokoro",
            voice=VOICES[case.language][number % len(VOICES[case.language])],
            text=case.text,
            speed=(0.9, 1.0, 1.1, 1.2)[number % 4],
        )
        for number, case in enumerate(cases)
    ]


def in_noise(
    speech: Samples, number: int, snr_db: float | None, crowd: Sequence[Samples], *, tail_s: float = 1.6
) -> Samples:
    """A clip in a car: silence or noise before, around and after it, at a level drawn from the seed."""
    rng = np.random.default_rng([SEED, number, 0 if snr_db is None else int(snr_db)])
    scene = np.concatenate([np.zeros(8_000, np.float32), speech, np.zeros(int(tail_s * 16_000), np.float32)])
    if snr_db is None:
        return (scene + rng.normal(0, 2e-4, len(scene))).astype(np.float32)
    noise = augment.noises(crowd)[NOISES[number % len(NOISES)]](len(scene), rng)
    return augment.mix(augment.room(scene, rng), noise, snr_db)


def crowd(corpus: CorpusCache, utterances: Sequence[Utterance], count: int = 24) -> list[Samples]:
    """Voices for the babble."""
    return [corpus.get(utterance) for utterance in utterances[:count]]


_STREETS_ZH = (
    "成府路",
    "双清路",
    "中关村东路",
    "长安街",
    "朝阳门大街",
    "建国路",
    "人民路",
    "解放路",
    "长江路",
    "重庆路",
)
_SIGHTS_ZH = (
    "清华大学",
    "北京大学",
    "五道口",
    "圆明园",
    "颐和园",
    "首都机场",
    "北京南站",
    "中国银行",
    "天安门",
    "故宫",
)
_STREETS_EN = ("Main Street", "Station Road", "Park Avenue", "Church Street", "King's Road", "Market Street")
_SIGHTS_EN = (
    "the cathedral",
    "the airport",
    "the train station",
    "the national museum",
    "the harbour",
    "the library",
)


def replies() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """200 replies with the names and numbers in them: (text, language, key parts)."""
    rng = np.random.default_rng(SEED)
    for number in range(100):
        metres = int(rng.integers(2, 19)) * 50
        minutes = int(rng.integers(3, 59))
        kilometres = f"{int(rng.integers(1, 20))}.{int(rng.integers(1, 10))}"
        street, place = _STREETS_ZH[number % 10], _SIGHTS_ZH[(number * 7) % 10]
        yield (
            (f"前方{metres}米右转，进入{street}。", "zh", (f"{metres}米", street)),
            (
                f"好的，去{place}，全程{kilometres}公里，大约{minutes}分钟。",
                "zh",
                (place, f"{kilometres}公里", f"{minutes}分钟"),
            ),
        )[number % 2]
        street, place = _STREETS_EN[number % 6], _SIGHTS_EN[(number * 5) % 6]
        yield (
            (f"In {metres} metres, turn left onto {street}.", "en", (f"{metres} metres", street)),
            (
                f"Okay, going to {place}. {kilometres} kilometres, about {minutes} minutes.",
                "en",
                (place, f"{kilometres} kilometres", f"{minutes} minutes"),
            ),
        )[number % 2]
