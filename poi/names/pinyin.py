"""How Chinese names sound: toneless syllables, the sounds that are confused, and syllables out of letters.

Each syllable becomes one private-use character, so that string distances written in C compare sounds.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from poi.names.readings import read_aloud
from poi.text import has_han, spoken_numbers, word_set

_INITIALS = ("zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z",
             "c", "s", "y", "w", "")  # fmt: skip
_FINALS = ("a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "er", "i", "ia", "ian", "iang", "iao",
"ie", "in",
           "ing", "iong", "iu", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "ue", "ui", "un", "uo",
           "v", "ve",
           "ueng", "io", "n", "ng", "m")  # fmt: skip
_BASE = 0xE000
_WIDTH = 48

_FOLDED_INITIAL = {"zh": "z", "ch": "c", "sh": "s", "l": "n", "h": "f"}
_FOLDED_FINAL = {"ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan", "ve": "ue"}

_SYLLABLES = word_set(
    "a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao "
    "ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui "
    "chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de den deng di dian diao die ding diu "
    "dong dou du duan dui dun duo e en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao "
    "ge gei gen geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong "
    "hou hu hua huai huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun "
    "ka kai kan kang kao ke ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le "
    "lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo lv lve ma mai man mang "
    "mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni "
    "nian niang niao nie nin ning niu nong nou nu nuan nun nuo nv nve o ou pa pai pan pang pao pei pen "
    "peng pi pian piao pie pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que "
    "qun ran rang rao re ren reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha "
    "shai shan shang shao she shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou "
    "su suan sui sun suo ta tai tan tang tao te teng ti tian tiao tie ting tong tou tu tuan tui tun tuo "
    "wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya "
    "yan yang yao ye yi yin ying yong you yu yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai "
    "zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou "
    "zu zuan zui zun zuo "
)
"""Every toneless syllable of Mandarin, ü written v."""

_POLYPHONES = {
    entry[0]: entry[2:].split(",")
    for entry in word_set(
        "重:zhong,chong 长:chang,zhang 行:hang,xing 乐:le,yue 都:du,dou 厦:xia,sha 朝:chao,zhao "
        "觉:jue,jiao 藏:cang,zang 曾:zeng,ceng 单:dan,shan 区:qu,ou 解:jie,xie 柏:bai,bo "
        "薄:bo,bao 堡:bao,pu,bu 泊:bo,po 六:liu,lu 绿:lv,lu 莘:xin,shen 调:diao,tiao 校:xiao,jiao "
        "血:xue,xie 尉:wei,yu 宿:su,xiu 传:chuan,zhuan 地:di,de 的:de,di 得:de,dei 还:hai,huan "
        "会:hui,kuai 角:jiao,jue 卡:ka,qia 落:luo,la,lao 弄:long,nong 奇:qi,ji 纤:xian,qian "
        "番:fan,pan 浒:hu,xu 涡:wo,guo 蚌:beng,bang 大:da,dai 洞:dong,tong 什:shi,shen "
        "参:can,shen,cen 差:cha,chai 车:che,ju 盛:sheng,cheng 石:shi,dan 似:si,shi 率:lv,shuai "
        "万:wan,mo 系:xi,ji 巷:xiang,hang 咽:yan,ye 殷:yin,yan 仔:zi,zai 扎:za,zha "
        "着:zhe,zhuo,zhao 翟:zhai,di 贾:jia,gu 褚:chu,zhu 盖:gai,ge 合:he,ge 降:jiang,xiang "
        "圈:quan,juan 露:lu,lou 牟:mu,mou 那:na,nei 屏:ping,bing 朴:pu,piao 识:shi,zhi 属:shu,zhu "
        "提:ti,di 钥:yao,yue 叶:ye,xie 遗:yi,wei 育:yu,yo 员:yuan,yun 轧:zha,ya 折:zhe,she "
        "种:zhong,chong 壳:ke,qiao 炮:pao,bao 秘:mi,bi 腊:la,xi 耙:ba,pa 隽:jun,juan 峙:zhi,shi "
    )
}
"""Characters read in several ways in names."""


def _split(syllable: str) -> tuple[str, str]:
    for initial in _INITIALS:
        if syllable.startswith(initial):
            return initial, syllable[len(initial) :]
    raise AssertionError(syllable)


@lru_cache(maxsize=4096)
def encode(syllable: str) -> str:
    """Return the private-use character of a toneless syllable, or the syllable itself if it is none."""
    initial, final = _split(syllable.replace("ü", "v"))
    if initial in "jqxy" and initial and final.startswith("v"):
        final = "u" + final[1:]
    if final not in _FINALS:
        return syllable
    return chr(_BASE + _INITIALS.index(initial) * _WIDTH + _FINALS.index(final))


def decode(code: str) -> str:
    """Return the letters of one encoded syllable, or the character itself if it encodes none."""
    offset = ord(code) - _BASE
    if not 0 <= offset < len(_INITIALS) * _WIDTH:
        return code
    return _INITIALS[offset // _WIDTH] + _FINALS[offset % _WIDTH]


@lru_cache(maxsize=1)
def _fold_table() -> dict[int, str]:
    table: dict[int, str] = {}
    for i, initial in enumerate(_INITIALS):
        for j, final in enumerate(_FINALS):
            folded = _FOLDED_INITIAL.get(initial, initial) + _FOLDED_FINAL.get(final, final)
            table[_BASE + i * _WIDTH + j] = encode(folded)
    return table


def fold(sound: str) -> str:
    """Make confused sounds equal: zh/z, ch/c, sh/s, n/l, f/h, en/eng, in/ing, an/ang."""
    return sound.translate(_fold_table())


def syllables_of(text: str) -> list[str]:
    """Return the reading in context of each character of a run of Chinese text."""
    return read_aloud(text)


def sound(text: str) -> str:
    """Return canonical `text` with every Chinese character replaced by its encoded syllable."""
    if not has_han(text):
        return text
    return "".join(encode(p) if p.isalpha() and p.isascii() and len(p) <= 6 and q else p
                   for p, q in _aligned(text))  # fmt: skip


def _aligned(text: str) -> list[tuple[str, bool]]:
    """Readings with a flag that says whether each one stands for a Chinese character."""
    out: list[tuple[str, bool]] = []
    run = ""
    for char in text + "\0":
        if has_han(char):
            run += char
            continue
        if run:
            out.extend((s, True) for s in syllables_of(run))
            run = ""
        if char != "\0":
            out.append((char, False))
    return out


def other_sounds(text: str, sounded: str, limit: int = 4) -> list[str]:
    """Return further readings of `text`, by its characters that are read in several ways in names."""
    if len(text) != len(sounded):
        return []
    options: list[list[str]] = []
    several = 0
    for char, code in zip(text, sounded, strict=True):
        readings = [code]
        if char in _POLYPHONES and several < 2:
            readings += [c for c in map(encode, _POLYPHONES[char]) if c != code]
            several += len(readings) > 1
        options.append(readings)
    if not several:
        return []
    return ["".join(choice) for choice in product(*options)][1 : limit + 1]


def segment(letters: str, limit: int = 2) -> list[str]:
    """Split pinyin letters into syllables.

    Parameters
    ----------
    letters
        Lower-case ASCII letters without spaces, "zhongguancun".
    limit
        At most so many readings.

    Returns
    -------
    list of str
        Encoded syllables, the reading with the fewest syllables first; empty if the letters are no pinyin.
    """
    if not 2 <= len(letters) <= 80:
        return []
    ways: list[list[tuple[int, str]]] = [[] for _ in range(len(letters) + 1)]
    ways[0] = [(0, "")]
    for end in range(1, len(letters) + 1):
        for size in range(1, min(6, end) + 1):
            piece = letters[end - size : end]
            if piece in _SYLLABLES:
                ways[end] += [(n + 1, s + encode(piece)) for n, s in ways[end - size]]
        ways[end] = sorted(ways[end])[:limit]
    return [s for _, s in ways[-1]]


def in_pinyin_letters(text: str) -> str:
    """Return canonical Latin text without spaces, its numbers spelt in pinyin as they are read in Chinese."""
    letters = text.replace(" ", "")
    if letters.isalpha():
        return letters
    return "".join(decode(c) for c in sound(spoken_numbers(letters)))
