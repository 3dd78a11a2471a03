"""How well the agent hears and speaks: wake word, commands in noise, time to the first sound, speech, soak.

xiaogao bench voice                 # everything: about an hour on two cores
python -m bench.voice wake|commands|strangers|pauses|latency|speech|soak|idle
"""

from __future__ import annotations

import asyncio
import re
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pypinyin import lazy_pinyin
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from bench.voice import corpus as corpus_text
from voice import wav_io
from voice.asr.recognizer import Recognizer
from voice.asr.text import bare_text
from voice.asr.whisper import Whisper
from voice.train.corpus import CorpusCache
from voice.tts import normalise
from voice.tts.synthesizer import Clip

Samples = npt.NDArray[np.float32]
PARTS = ("wake", "commands", "strangers", "pauses", "latency", "speech", "idle", "soak")


class Setup:
    """Models and caches that the parts share; each is opened when first used."""

    def __init__(self, models: Path | None = None, cache: Path | None = None) -> None:
        from device.store.models import ModelStore
        from nav.packs.paths import cache_home

        self.models = models or ModelStore().path("kokoro").parent
        self.cache = cache or cache_home() / "voice-bench"
        self._opened: dict[str, Any] = {}

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._opened:
            self._opened[name] = make()
        return self._opened[name]

    @property
    def corpus(self) -> CorpusCache:
        """Spoken utterances, made when missing."""
        from voice.train.speakers import open_corpus

        opened: CorpusCache = self._once("corpus", lambda: open_corpus(self.models, self.cache, threads=1))
        return opened

    @property
    def recognizer(self) -> Recognizer:
        """Whisper."""
        opened: Recognizer = self._once("recognizer", lambda: Recognizer(self.whisper))
        return opened

    @property
    def whisper(self) -> Whisper:
        """The loaded model behind it."""
        opened: Whisper = self._once("whisper", lambda: Whisper(self.models / "whisper-base", cpu_threads=2))
        return opened

    def places(self, language: str) -> Any:
        """The places of the region of the language."""
        self.agent(language)
        _, places, _ = self._opened[corpus_text.REGIONS[language][0]]
        return places

    def agent(self, language: str) -> tuple[Any, tuple[float, float]]:
        """A fresh agent with the learned reader on the region of the language, and where the car is."""
        from agent import Agent
        from bench.agent import make_reader
        from nav import Region, Router
        from poi import Places

        name, position = corpus_text.REGIONS[language]

        def parts() -> tuple[Any, Any, Any]:
            region = Region.open(name)
            return region, Places(region), Router(region)

        region, places, router = self._once(name, parts)
        reader = self._once("reader", make_reader)
        return Agent(region, places=places, router=router, reader=reader, llm=None, memory=None), position


def run(console: Console, *, part: str = "all", **options: Any) -> dict[str, Any]:
    """Measure; see the module's text.

    Parameters
    ----------
    console : rich Console
        Where the tables go.
    part : str
        One of `PARTS`, or "all".
    """
    setup = Setup(options.get("models"), options.get("cache"))
    chosen = PARTS if part == "all" else (part,)
    figures: dict[str, Any] = {}
    for name in chosen:
        started = time.monotonic()
        figures[name] = globals()[f"measure_{name}"](console, setup, **options.get(name, {}))
        console.print(f"[dim]{name}: {time.monotonic() - started:.0f} s[/dim]")
    return figures


def measure_commands(
    console: Console,
    setup: Setup,
    *,
    per_language: int = 150,
    levels: Sequence[float | None] = corpus_text.LEVELS,
) -> dict[str, Any]:
    """Error rates and the share of commands whose intent and place are right, at each noise level."""
    cases, utterances = _first(per_language)
    crowd = corpus_text.crowd(setup.corpus, utterances)
    table = Table("noise", "CER zh", "WER en", "right zh", "right en", "right all", "ASR p50 s")
    figures: dict[str, Any] = {"text": _typed(setup, cases)}
    for level in levels:
        errors: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        right: Counter[str] = Counter()
        times: list[float] = []
        for number, (case, utterance) in enumerate(zip(cases, utterances, strict=True)):
            clip = corpus_text.in_noise(setup.corpus.get(utterance), number, level, crowd)
            agent, position = setup.agent(case.language)
            hints = near_names(setup, case.language, position)
            began = time.perf_counter()
            transcript = setup.recognizer.transcribe(clip, hints=hints, likely=case.language)
            times.append(time.perf_counter() - began)
            wrong, length = word_errors(case.text, transcript.text, case.language)
            errors[case.language][0] += wrong
            errors[case.language][1] += length
            right[case.language] += is_right(agent, position, case, transcript.text, transcript.alternatives)
        rates = {language: errors[language][0] / max(1, errors[language][1]) for language in ("zh", "en")}
        share = {language: right[language] / per_language for language in ("zh", "en")}
        name = "clean" if level is None else f"{level:g} dB"
        figures[name] = {
            "cer_zh": rates["zh"],
            "wer_en": rates["en"],
            "right_zh": share["zh"],
            "right_en": share["en"],
            "right": (right["zh"] + right["en"]) / len(cases),
            "asr_p50_s": statistics.median(times),
        }
        row = figures[name]
        table.add_row(name, *(f"{row[key]:.1%}" for key in list(row)[:5]), f"{row['asr_p50_s']:.2f}")
    console.print(table)
    console.print(f"typed, for comparison: {figures['text']}")
    return figures


def _first(per_language: int) -> tuple[list[corpus_text.Command], list[Any]]:
    """The first commands of each language with their voices, the same whatever their number."""
    cases = corpus_text.commands(150)
    pairs = list(zip(cases, corpus_text.spoken(cases), strict=True))
    chosen = [
        pair
        for language in ("zh", "en")
        for pair in [p for p in pairs if p[0].language == language][:per_language]
    ]
    return [case for case, _ in chosen], [utterance for _, utterance in chosen]


def _typed(setup: Setup, cases: Sequence[corpus_text.Command]) -> dict[str, float]:
    """The share that is right when the words are typed: what the ears can reach at best."""
    right: Counter[str] = Counter()
    for case in cases:
        agent, position = setup.agent(case.language)
        right[case.language] += is_right(agent, position, case, case.text, ())
    count = len(cases) / 2
    return {language: right[language] / count for language in ("zh", "en")}


def near_names(setup: Setup, language: str, position: tuple[float, float]) -> list[str]:
    """Names that are given to the recogniser where the car is."""
    places = setup.places(language)
    found: list[str] = setup._once(f"hints {language}", lambda: places.names_near(*position, limit=700))
    return found


def is_right(
    agent: Any,
    position: tuple[float, float],
    case: corpus_text.Command,
    text: str,
    alternatives: Sequence[str],
) -> bool:
    """Whether the agent's answer has the intent and the place that the command meant."""
    if not text:
        return False
    answer = agent.hear(text, language=case.language, position=position, alternatives=tuple(alternatives))
    values = answer.to_dict()
    intent = values["intent"]
    if intent.get("kind") != case.kind:
        return False
    places = [entry for entry in values["places"] if entry.get("name")]
    if case.place:
        names = (
            " ".join([str(places[0]["name"]), *map(str, dict(places[0].get("names") or {}).values())])
            if places
            else ""
        )
        return bool(re.search(case.place, names))
    if case.what:
        said = bare_text(str(intent.get("what", "")))
        return (
            bool(places) and len(said) >= 2 and (said in bare_text(case.what) or bare_text(case.what) in said)
        )
    return True


def word_errors(wanted: str, got: str, language: str) -> tuple[int, int]:
    """Edits between two sentences and the length of the first: characters in Mandarin, words in English."""
    if language == "zh":
        first, second = (bare_text(normalise.spoken(text, "zh")) for text in (wanted, got))
        return Levenshtein.distance(first, second), len(first)
    words = [re.findall(r"[a-z]+", normalise.spoken(text, "en").lower()) for text in (wanted, got)]
    return Levenshtein.distance(words[0], words[1]), len(words[0])


def measure_speech(console: Console, setup: Setup, *, count: int = 200) -> dict[str, Any]:
    """Time to the first sound of new and cached sentences, and what the recogniser hears of 200 replies."""
    from voice.tts.synthesizer import Synthesizer

    piper = sorted(setup.models.glob("*/en_US-joe-medium.onnx"))
    synthesizer = Synthesizer(
        setup.models / "kokoro" / "model.onnx",
        setup.models / "kokoro-voices",
        piper,
        cache_dir=tempfile.mkdtemp(prefix="voice-bench-"),
    )
    for language, text in (("zh", "你好。"), ("en", "Hello.")):
        list(synthesizer.speak(text, language))
    first: dict[str, list[float]] = defaultdict(list)
    wrong: Counter[str] = Counter()
    lengths: Counter[str] = Counter()
    whole: list[float] = []
    cached: list[float] = []
    for text, language, keys in list(corpus_text.replies())[:count]:
        began = time.perf_counter()
        clips: list[Clip] = []
        for clip in synthesizer.speak(text, language):
            if not clips:
                first[language].append(time.perf_counter() - began)
            clips.append(clip)
        whole.append((time.perf_counter() - began) / max(0.1, sum(clip.duration_s for clip in clips)))
        began = time.perf_counter()
        next(iter(synthesizer.speak(text, language)))
        cached.append(time.perf_counter() - began)
        audio = np.concatenate([clip.samples for clip in clips])
        speech = wav_io.to_16k(audio, clips[0].sample_rate_hz)
        near = near_names(setup, language, corpus_text.REGIONS[language][1])
        for names, hints in (("", ()), ("_near_names", near)):
            heard = setup.recognizer.transcribe(speech, language=language, hints=hints).text
            for key in keys:
                characters, syllables, length = key_errors(key, heard, language)
                for kind, apart in (("", characters), ("syllable_", syllables)):
                    name = f"key_{kind}errors_{language}{names}"
                    wrong[name] += apart
                    lengths[name] += length
    rates = {name: count / max(1, lengths[name]) for name, count in wrong.items()}
    figures = {
        "first_zh_p50_s": statistics.median(first["zh"]),
        "first_en_p50_s": statistics.median(first["en"]),
        "first_all_p50_s": statistics.median([*first["zh"], *first["en"]]),
        "first_zh_p90_s": float(np.quantile(first["zh"], 0.9)),
        "cached_p50_s": statistics.median(cached),
        "real_time_factor": statistics.median(whole),
        **rates,
    }
    _show(console, "speech", figures)
    return figures


def key_errors(key: str, heard: str, language: str) -> tuple[int, int, int]:
    """Edits of a name or number against the best-matching stretch of what was heard.

    Returns
    -------
    characters, syllables : int
        Wrong characters, and wrong syllables without their tones (of Mandarin; homophones count as right).
    length : int
        Characters of the name or number.
    """
    wanted, got = (bare_text(normalise.spoken(text, language)) for text in (key, heard))
    return _apart(wanted, got), _apart(lazy_pinyin(wanted), lazy_pinyin(got)), len(wanted)


def _apart(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Edits between a sequence and the stretch of another that is nearest to it."""
    return min(
        (
            Levenshtein.distance(wanted, got[start : start + size])
            for size in range(max(1, len(wanted) - 2), len(wanted) + 3)
            for start in range(max(1, len(got) - size + 1))
        ),
        default=len(wanted),
    )


def measure_wake(
    console: Console, setup: Setup, *, minutes: int = 600, second_stage: bool = True
) -> dict[str, Any]:
    """False rejects on the kept voices, false accepts over hours of other sound, near-misses, delay."""
    from bench.voice.wake import measure

    return measure(console, setup, minutes=minutes, second_stage=second_stage)


def measure_strangers(console: Console, setup: Setup, *, per_language: int = 110) -> dict[str, Any]:
    """What comes of requests by voices, in wordings and in noises that nothing was tuned on."""
    from bench.voice.doubted import measure

    return measure(console, setup, near_names, per_language=per_language)


def measure_pauses(console: Console, setup: Setup, *, count: int = 0) -> dict[str, Any]:
    """Requests with pauses in mid-sentence, corrections, and additions to the answer, through the loop."""
    from bench.voice.pauses import measure

    return measure(console, setup, count=count)


def measure_latency(console: Console, setup: Setup, *, count: int = 40) -> dict[str, Any]:
    """End of speech to first informative sound, from recordings played at the pace of life."""
    from bench.voice.loop import latency

    def judge(case: corpus_text.Command, heard: dict[str, Any]) -> bool:
        agent, position = setup.agent(case.language)
        return is_right(agent, position, case, heard["text"], heard["alternatives"])

    return asyncio.run(latency(console, setup, judge, count=count))


def measure_idle(console: Console, setup: Setup, *, seconds: int = 60) -> dict[str, Any]:
    """Share of one core and memory while waiting for the call in road noise and in talk."""
    from bench.voice.loop import idle

    return idle(console, setup, seconds=seconds)


def measure_soak(console: Console, setup: Setup, *, minutes: int = 60) -> dict[str, Any]:
    """An hour of sound through the loop: growth of memory, events, false calls."""
    from bench.voice.loop import soak

    return asyncio.run(soak(console, setup, minutes=minutes))


def _show(console: Console, title: str, figures: dict[str, Any]) -> None:
    table = Table("figure", title, show_header=True)
    for name, value in figures.items():
        table.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
    console.print(table)
