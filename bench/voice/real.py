"""Names of places that real people say: ``python -m bench.voice.real FOLDER [SPEAKER]``.

The folder holds recordings with their words beside them (``*S0150*.wav`` and ``.txt``, as in the sample of
AISHELL). Which utterances name a place is told by rule alone, so that a speaker can be judged whose words
nobody has read. The names that are said stand among those of the installed region, 700 in all.
"""

from __future__ import annotations

import argparse
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from bench.voice.measures import Setup, near_names
from poi.build.name_index import NameIndexWriter
from poi.build.schema import INDEXES, TABLES
from poi.names.search import NameIndex
from poi.text import canonical, simplified
from voice import wav_io
from voice.asr.recognizer import Recognizer, Transcript
from voice.asr.sounds import Lexicon, speller
from voice.asr.text import bare_text

SEED = 150
CANDIDATES = 700
_POSITION = (40.0, 116.32)

_STREETS = "路 街 大街 大道 巷 胡同 桥 大桥 立交桥".split()
_AREAS = "省 市 区 县 镇 乡 村 新区 开发区 岛 山 湖 河".split()
_SIGHTS = (
    "大学 学院 中学 小学 学校 幼儿园 医院 派出所 法院 图书馆 博物馆 纪念馆 体育馆 水族馆 故居 "
    "机场 火车站 高铁站 地铁站 汽车站 车站 码头 收费站 服务区 加油站 停车场 公园 游园 花园 园区 小区 广场 "
    "大厦 大楼 剧院 影院 寺 庙 宫 塔 祠 古镇 古城 动物园 植物园"
).split()
_SHOPS = (
    "酒店 宾馆 饭店 酒家 酒楼 餐厅 餐馆 饭馆 食府 料理 火锅 烧烤 咖啡 咖啡厅 茶楼 茶馆 面馆 酒吧 "
    "店 商店 书店 药店 银行 邮局 中心 商场 商厦 商城 百货 超市 市场 眼镜城 购物城 家具城 电脑城 会所 影城"
).split()
"""Last words of place names."""

_SENTENCE = "在位到去于给从往的至抵与是"
"""After these, or at the beginning, a name begins inside a sentence; none holds them, as a rule."""

_UNLIKELY = re.compile(f"[{_SENTENCE}了吗就也不这那我你他她们很想听说问看让使被把该]")
_GENERIC = re.compile(
    "[地社城小灾市郊园景]区|[城超楼股房]市|[道公马铁思线一]路|[本全该各某外当][省市区县镇乡村]"
)


def _any(words: Sequence[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_BRACKET = "[（(][^（）()]+[）)]"
_ENDS = _any([*_STREETS, *_AREAS, *_SIGHTS, *_SHOPS])
_ALONE = re.compile(rf"[\w\s]{{2,14}}?(?:(?:{_ENDS})(?:{_BRACKET})?|[（(][^（）()]*(?:店|门|馆|楼)[）)])")
_UNIT = "(?:[\u4e00-\u9fff]{2}[省市县镇乡](?![值场民政区长委])|[\u4e00-\u9fff]{2,3}[区州](?![域别]))"
_STREET_OR_SIGHT = rf"[\u4e00-\u9fff]{{2,6}}(?:{_any([*_STREETS, *_SIGHTS])})(?![口线段场])"
_INSIDE = re.compile(rf"(?:^|(?<=[{_SENTENCE}]))((?:{_UNIT})*{_STREET_OR_SIGHT}|(?:{_UNIT})+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An utterance with a place name in it."""

    recording: Path
    words: str
    name: str

    @property
    def is_alone(self) -> bool:
        """Whether the name is all that was said."""
        return bare_text(self.name) == bare_text(self.words)


def place_name(words: str) -> str:
    """The place name that an utterance is, or that stands in it; empty if there is none.

    Parameters
    ----------
    words : str
        What was said, in writing.
    """
    if _ALONE.fullmatch(words) and not _UNLIKELY.search(words):
        return words
    found = [match[1] for match in _INSIDE.finditer(words)]
    return max((n for n in found if not _UNLIKELY.search(n) and not _GENERIC.search(n)), key=len, default="")


def utterances(folder: Path, speaker: str) -> list[Said]:
    """The utterances of a speaker that name a place."""
    found = []
    for path in sorted(folder.rglob(f"*{speaker}*.txt")):
        words = words_of(path)
        recording = path.with_suffix(".wav")
        if recording.is_file() and (name := place_name(words)):
            found.append(Said(recording=recording, words=words, name=name))
    return found


def words_of(path: Path) -> str:
    """What was said; letters that are spelled stand together: "I T" is IT."""
    plain = unicodedata.normalize("NFKC", path.read_text("utf-8-sig")).strip().strip("\ufeff")
    return re.sub(r"(?<=\b[A-Z]) (?=[A-Z]\b)", "", plain)


def among(said: Sequence[str], near: Sequence[str], seed: int = SEED) -> list[str]:
    """Names that were said, at places drawn by the seed among the nearest others; `CANDIDATES` in all."""
    own = list(dict.fromkeys(said))
    others = [name for name in near if name not in own][: max(0, CANDIDATES - len(own))]
    rng = np.random.default_rng(seed)
    for name in own:
        others.insert(int(rng.integers(len(others) + 1)), name)
    return others


def index_of(names: Sequence[str]) -> NameIndex:
    """The place search on these names."""
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    writer = NameIndexWriter()
    for number, name in enumerate(names):
        writer.add(number, name, "name", 0.3)
    writer.write(db)
    db.executescript(INDEXES)
    return NameIndex(db)


def leaked(text: str, words: str, names: Sequence[str]) -> list[str]:
    """Names of three characters and more that stand in a text and were not said, nor anything so spelled."""
    bare, said = bare_text(text), bare_text(words)
    plain = {name: bare_text(simplified(name)) for name in names}
    return [
        name
        for name, letters in plain.items()
        if len(letters) >= 3 and letters in bare and letters not in said
    ]


def stretch(text: str, name: str) -> str:
    """The part of a text that sounds most like a name: what the reader would hand to the place search."""
    heard = speller("zh")(text)
    if not heard.sounds:
        return ""
    lexicon = Lexicon([name], lambda _: speller("zh")(name).sounds)
    costs = lexicon.spans(heard.sounds, heard.cuts, heard.cuts)[:, :, 0]
    first, last = np.unravel_index(int(costs.argmin()), costs.shape)
    return heard.words(heard.cuts[first], heard.cuts[last])


class Judge:
    """Counts what was heard of what was said.

    Parameters
    ----------
    names : sequence of str
        The candidates.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._index = index_of(names)
        self.counts: Counter[str] = Counter()

    def add(self, said: Said, transcript: Transcript) -> str:
        """Count one utterance; what came of its name."""
        text, name = transcript.text, bare_text(said.name)
        written = name in bare_text(text)
        words = text if said.is_alone else stretch(text, said.name)
        hits = self._index.find(words, limit=1) if words else []
        found = bool(hits) and hits[0].text == canonical(said.name)
        self.counts["names"] += 1
        self.counts["written"] += written
        self.counts["found"] += found
        self.counts["leaks"] += bool(leaked(text, said.words, self._names))
        self.counts["wrong"] += Levenshtein.distance(bare_text(said.words), bare_text(text))
        self.counts["characters"] += len(bare_text(said.words))
        return "written" if written else "found" if found else "lost"


def measure(
    console: Console, recognizer: Recognizer, said: Sequence[Said], near: Sequence[str], *, each: bool
) -> dict[str, Counter[str]]:
    """Hear the utterances with and without candidates; the figures of each."""
    names = among([one.name for one in said], near)
    figures = {}
    for title, hints in (("with candidates", names), ("without", [])):
        judges = {True: Judge(names), False: Judge(names)}
        for one in said:
            transcript = recognizer.transcribe(wav_io.read(one.recording), hints=hints)
            came = judges[one.is_alone].add(one, transcript)
            if each:
                console.print(came, one.words, transcript.text, f"{transcript.confidence:.2f}", sep=" | ")
        figures[f"{title}, alone"], figures[f"{title}, in sentences"] = (
            judges[True].counts,
            judges[False].counts,
        )
    return figures


def show(console: Console, figures: dict[str, Counter[str]]) -> None:
    """Print the table."""
    table = Table("", "names", "written", "found by the place search", "leaks", "characters wrong")
    for title, counts in figures.items():
        names = max(1, counts["names"])
        table.add_row(
            title,
            str(counts["names"]),
            f"{counts['written']} ({counts['written'] / names:.1%})",
            f"{counts['found']} ({counts['found'] / names:.1%})",
            str(counts["leaks"]),
            f"{counts['wrong'] / max(1, counts['characters']):.1%}",
        )
    console.print(table)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("speaker", nargs="?", default="S0150")
    parser.add_argument("--each", action="store_true", help="print what was said and heard, too")
    options = parser.parse_args()
    setup, console = Setup(), Console()
    said = utterances(options.folder, options.speaker)
    figures = measure(console, setup.recognizer, said, near_names(setup, "zh", _POSITION), each=options.each)
    show(console, figures)


if __name__ == "__main__":
    main()
