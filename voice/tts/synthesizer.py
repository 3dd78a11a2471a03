"""Text to speech, piece by piece: Kokoro for Mandarin, Piper or Kokoro for English, what was said kept."""

from __future__ import annotations

import contextlib
import hashlib
import io
import re
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.errors import VoiceFailed, VoiceMissing
from voice.tts import kokoro, normalise
from voice.tts.kokoro import KokoroVoice

Samples = npt.NDArray[np.float32]

DEFAULT_VOICES = {"zh": "zm_yunjian", "en": "af_heart"}
"""Kokoro voices used when none is asked for and no Piper voice speaks the language."""


_ENGLISH_PARTNERS = {"zm": "am_michael", "zf": "af_heart"}
_FOREIGN_WORD = re.compile(r"[A-Za-zÀ-ɏ]{3}")

_LOUDNESS_DBFS = -20.0
_CHECK_BYTES = 4
_KEEP_BEFORE_S, _KEEP_AFTER_S = 0.03, 0.05
_PAUSE_S = {
    "，": 0.12,
    ",": 0.12,
    "、": 0.08,
    "：": 0.15,
    ":": 0.15,
    "。": 0.28,
    ".": 0.28,
    "？": 0.28,
    "?": 0.28,
}
_FIRST_WORDS = {"zh": "好的。", "en": "Okay."}
_MIN_SPEED, _MAX_SPEED = 0.5, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Speech of one clause."""

    samples: Samples
    """Mono float32 in [-1, 1], with the pause after it."""

    sample_rate_hz: int
    """Sample rate of `samples`."""

    text: str
    """The clause as it was given, not as it was written out for speech."""

    voice: str
    """The voice that spoke."""

    goes_on: bool = False
    """Whether it continues the clause of the clip before it; a resumed reply begins at one that does not."""

    @property
    def duration_s(self) -> float:
        """Length of the clip in seconds."""
        return len(self.samples) / self.sample_rate_hz

    def to_dict(self) -> dict[str, Any]:
        """Plain values and one array, for crossing a process."""
        return {
            "samples": self.samples,
            "sample_rate_hz": self.sample_rate_hz,
            "text": self.text,
            "voice": self.voice,
            "goes_on": self.goes_on,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Clip:
        """The opposite of `to_dict`."""
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceInfo:
    """A voice that can be asked for by name."""

    name: str
    """What to pass as `voice`."""

    language: str
    """ "zh", "en" or another code."""

    engine: str
    """ "kokoro" or "piper"."""


class ClipCache:
    """Speech that was made before: in memory for this run, on disk for the next.

    Parameters
    ----------
    folder : Path, optional
        Where to keep it on disk; nothing is kept there without.
    memory_bytes, disk_bytes : int
        Bounds; the oldest goes first.
    """

    def __init__(
        self, folder: Path | None = None, *, memory_bytes: int = 24 << 20, disk_bytes: int = 64 << 20
    ) -> None:
        self._folder = folder
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._clips: OrderedDict[str, Samples] = OrderedDict()
        self._held = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> Samples | None:
        """The samples kept under a key, or None if they never were or are gone."""
        if key in self._clips:
            self._clips.move_to_end(key)
            return self._clips[key]
        if self._folder is None:
            return None
        try:
            samples = _read_clip(self._folder / f"{key}.npy")
        except (OSError, ValueError, EOFError):
            return None
        self._keep(key, samples)
        return samples

    def put(self, key: str, samples: Samples) -> None:
        """Keep samples under a key; a full disk is not an error here, only a slower next time."""
        self._keep(key, samples)
        if self._folder is None:
            return
        unfinished = self._folder / f"{key}.part"
        try:
            _write_clip(unfinished, samples)
            unfinished.replace(self._folder / f"{key}.npy")
            self._shrink_disk()
        except OSError:
            unfinished.unlink(missing_ok=True)

    def _keep(self, key: str, samples: Samples) -> None:
        old = self._clips.pop(key, None)
        self._held += samples.nbytes - (0 if old is None else old.nbytes)
        self._clips[key] = samples
        while self._held > self._memory_bytes and len(self._clips) > 1:
            _, dropped = self._clips.popitem(last=False)
            self._held -= dropped.nbytes

    def _shrink_disk(self) -> None:
        assert self._folder is not None
        files = [(path, path.stat()) for path in self._folder.glob("*.npy")]
        total = sum(status.st_size for _, status in files)
        for path, status in sorted(files, key=lambda item: item[1].st_mtime):
            if total <= self._disk_bytes:
                return
            path.unlink(missing_ok=True)
            total -= status.st_size


def _write_clip(path: Path, samples: Samples) -> None:
    """Write a clip with its check: nobody waits for the disk here, and a power cut may leave silence."""
    content = io.BytesIO()
    np.save(content, (np.clip(samples, -1, 1) * 32767).astype(np.int16))
    written = content.getvalue()
    path.write_bytes(written + zlib.crc32(written).to_bytes(_CHECK_BYTES, "little"))


def _read_clip(path: Path) -> Samples:
    """Read a clip; ValueError if it is not what was written."""
    content = path.read_bytes()
    written, check = content[:-_CHECK_BYTES], content[-_CHECK_BYTES:]
    if zlib.crc32(written) != int.from_bytes(check, "little"):
        raise ValueError(f"{path.name} is damaged")
    return np.asarray(np.load(io.BytesIO(written)), np.float32) / np.float32(32767.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How one clause will be spoken."""

    voice: str
    speed: float
    words: str
    rate_hz: int

    @property
    def key(self) -> str:
        fields = f"5\x1f{self.voice}\x1f{self.speed:.2f}\x1f{self.words}"
        return hashlib.sha256(fields.encode()).hexdigest()[:32]

    def clip(self, samples: Samples, text: str, volume: float) -> Clip:
        if volume != 1.0:
            samples = np.clip(samples * np.float32(volume), -1.0, 1.0)
        return Clip(samples=samples, sample_rate_hz=self.rate_hz, text=text, voice=self.voice)


class Synthesizer:
    """Speaks with any installed voice, loaded when first used.

    Parameters
    ----------
    kokoro_model, kokoro_voices : Path, optional
        ``model.onnx`` and the folder of style files; without them only Piper speaks.
    piper_voices : sequence of Path
        ``NAME.onnx`` files, each with its ``.json`` beside it.
    cache_dir : Path, optional
        Where made speech is kept between runs.
    threads : int
        Threads of the Kokoro inference.
    load : mapping of str to str or None, optional
        Languages whose voices are loaded at once, in the background, each with a name as in `speak`; other
        voices load when they first speak, and are late by a second or two. What was made before is spoken
        meanwhile.
    """

    def __init__(
        self,
        kokoro_model: Path | str | None = None,
        kokoro_voices: Path | str | None = None,
        piper_voices: Sequence[Path | str] = (),
        *,
        cache_dir: Path | str | None = None,
        threads: int = 2,
        load: Mapping[str, str | None] | None = None,
    ) -> None:
        self._kokoro_paths = (
            (Path(kokoro_model), Path(kokoro_voices)) if kokoro_model and kokoro_voices else None
        )
        self._piper_paths = {Path(path).stem: Path(path) for path in piper_voices}
        self._threads = threads
        self._kokoro: KokoroVoice | None = None
        self._piper: dict[str, Any] = {}
        self._cache = ClipCache(Path(cache_dir) if cache_dir else None)
        # Loudness of each Kokoro voice as it was last heard: a stretch of half a second does not show it.
        self._gains: dict[str, float] = {}
        self._halves_dir = Path(cache_dir) / "models" if cache_dir else None
        self._kokoro_loads, self._piper_loads = threading.RLock(), threading.RLock()
        if load:
            threading.Thread(target=self._load, args=(load,), name="load voices", daemon=True).start()

    def _load(self, chosen: Mapping[str, str | None]) -> None:
        """Make the voices ready: a first sentence takes up to ten times as long as the next."""
        for language, voice in chosen.items():
            # What is wrong with a voice is said when it has to speak.
            with contextlib.suppress(VoiceMissing, VoiceFailed):
                plan = self._plan(_FIRST_WORDS[language], language, voice, 1.0)
                if plan.voice in self._piper_paths:
                    with self._piper_loads:
                        self._say(plan)
                else:
                    with self._kokoro_loads:
                        for _ in self._kokoro_engine().stream(plan.words, plan.voice, speed=plan.speed):
                            pass

    def voices(self) -> list[VoiceInfo]:
        """Every voice that can be asked for, Mandarin and English first."""
        from voice.tts.piper import voice_language

        found = [
            VoiceInfo(name=name, language=voice_language(path), engine="piper")
            for name, path in self._piper_paths.items()
            if path.is_file()
        ]
        if self._kokoro_paths and self._kokoro_paths[0].is_file():
            for path in self._kokoro_paths[1].glob("*.bin"):
                language = kokoro.voice_language(path.stem) or path.stem[:1]
                found.append(VoiceInfo(name=path.stem, language=language, engine="kokoro"))
        order = {"zh": 0, "en": 1}
        return sorted(found, key=lambda info: (order.get(info.language, 2), info.engine, info.name))

    def choose_voice(self, text: str, language: str, voice: str | None = None) -> str:
        """The voice that will speak: the one asked for if it can, else the default of the language.

        Raises
        ------
        VoiceMissing
            If no voice is installed for the language.
        """
        installed = {info.name: info for info in self.voices()}
        chinese = normalise.language_of(text) == "zh"
        if voice is not None:
            if voice not in installed and "+" not in voice:
                raise VoiceMissing(f"voice {voice!r} is not installed: see 'xiaogao voices list'")
            # A Piper voice knows one language only.
            fits = "+" in voice or installed[voice].engine == "kokoro" or installed[voice].language == "zh"
            if fits or not chinese:
                return voice
        if not chinese and language == "en":
            for info in installed.values():
                if info.engine == "piper" and info.language == "en":
                    return info.name
        wanted = "zh" if chinese and language == "zh" else language
        default = DEFAULT_VOICES.get(wanted, "")
        if default in installed:
            return default
        for info in installed.values():
            if info.language == wanted and (info.engine == "kokoro" or not chinese or wanted == "zh"):
                return info.name
        raise VoiceMissing(f"no voice for {wanted!r} is installed: run 'xiaogao models pull'")

    def speak(
        self, text: str, language: str, *, voice: str | None = None, speed: float = 1.0, volume: float = 1.0
    ) -> Iterator[Clip]:
        """Speak a reply piece by piece, so that the first is heard while the next is made.

        Parameters
        ----------
        text : str
            A reply, with digits and units as they are written.
        language : str
            "zh" or "en": the language in which numbers are read.
        voice : str, optional
            A name from `voices`; by default the best installed for the language.
        speed : float
            1 is the voice's own pace; kept within 0.5 and 2.
        volume : float
            1 is normal; 0 is silence.

        Yields
        ------
        Clip

        Raises
        ------
        VoiceMissing, VoiceFailed
            If no voice can speak it.
        """
        for piece in self._pieces(text, language, voice):
            yield from self._stream(piece, language, voice, speed, volume)

    def _pieces(self, text: str, language: str, voice: str | None) -> list[str]:
        """What is spoken at one go: sentences by Kokoro, which slurs short clauses, and clauses by Piper."""
        if not text.strip() or self.choose_voice(text, language, voice) in self._piper_paths:
            return normalise.clauses(text)
        return normalise.sentences(text)

    def speak_clause(
        self, text: str, language: str, *, voice: str | None = None, speed: float = 1.0, volume: float = 1.0
    ) -> Clip:
        """Speak one clause whole; see `speak`. A cached one takes no time."""
        plan = self._plan(text, language, voice, speed)
        samples = self._cache.get(plan.key)
        if samples is None:
            samples = _finish(self._say(plan), plan.rate_hz, plan.words)
            self._cache.put(plan.key, samples)
        return plan.clip(samples, text, volume)

    def _stream(
        self, text: str, language: str, voice: str | None, speed: float, volume: float
    ) -> Iterator[Clip]:
        """A sentence in stretches where the voice can, so that it is heard at once."""
        plan = self._plan(text, language, voice, speed)
        if plan.voice in self._piper_paths or self._cache.get(plan.key) is not None:
            clip = self.speak_clause(text, language, voice=voice, speed=speed, volume=volume)
            if len(clip.samples):
                yield clip
            return
        made: list[Samples] = []
        for samples, new_clause in self._kokoro_engine().stream(plan.words, plan.voice, speed=plan.speed):
            if not len(samples):
                continue
            gain = self._gains.setdefault(plan.voice, min(1.6, max(0.7, _gain(samples))))
            made.append(np.clip(samples * np.float32(gain), -1.0, 1.0))
            yield replace(plan.clip(made[-1], text, volume), goes_on=not new_clause)
        if made:
            gain = _gain(np.concatenate(made)) * self._gains[plan.voice]
            self._gains[plan.voice] = min(1.6, max(0.7, gain))
            pause = np.zeros(int(_PAUSE_S.get(plan.words[-1:], 0.2) * plan.rate_hz), np.float32)
            self._cache.put(plan.key, np.concatenate([*made, pause]))
            yield replace(plan.clip(pause, text, volume), goes_on=True)

    def _plan(self, text: str, language: str, voice: str | None, speed: float) -> _Plan:
        name = self.choose_voice(text, language, voice)
        piper = name in self._piper_paths
        words = normalise.spoken(text, language)
        if not piper and _FOREIGN_WORD.search(words) and normalise.language_of(words) == "zh":
            name = self._at_home_in_both(name)
        return _Plan(
            voice=name,
            speed=min(_MAX_SPEED, max(_MIN_SPEED, speed)),
            words=words,
            rate_hz=self._piper_engine(name).sample_rate_hz if piper else kokoro.SAMPLE_RATE_HZ,
        )

    def _at_home_in_both(self, voice: str) -> str:
        """A Mandarin voice mixed with an English one: alone it slurs foreign names."""
        partner = _ENGLISH_PARTNERS.get(voice[:2], "")
        if "+" in voice or partner not in {info.name for info in self.voices()}:
            return voice
        return f"{voice}+{partner}+{partner}"

    def _say(self, plan: _Plan) -> Samples:
        if plan.voice in self._piper_paths:
            spoken: Samples = self._piper_engine(plan.voice).speak(plan.words, speed=plan.speed)
            return spoken
        return self._kokoro_engine().speak(plan.words, plan.voice, speed=plan.speed)

    def _kokoro_engine(self) -> KokoroVoice:
        with self._kokoro_loads:
            if self._kokoro is None:
                if self._kokoro_paths is None:
                    raise VoiceMissing("the Kokoro voices are not installed: run 'xiaogao models pull'")
                self._kokoro = KokoroVoice(
                    *self._kokoro_paths, threads=self._threads, halves_dir=self._halves_dir
                )
            return self._kokoro

    def _piper_engine(self, voice: str) -> Any:
        with self._piper_loads:
            if voice not in self._piper:
                from voice.tts.piper import PiperVoiceEngine

                self._piper[voice] = PiperVoiceEngine(self._piper_paths[voice], threads=self._threads)
            return self._piper[voice]


def _finish(samples: Samples, rate_hz: int, words: str) -> Samples:
    """Trim the silence, bring to one loudness, soften the edges, and add the pause that the mark asks for."""
    if not len(samples):
        return samples
    if not np.isfinite(samples).all():
        raise VoiceFailed(f"the voice gave broken audio for {words!r}")
    speech = _trim(samples, rate_hz)
    if not len(speech) or float(np.abs(speech).max()) <= 1e-4:
        return np.zeros(0, np.float32)
    gain = _gain(speech)
    edge = min(len(speech) // 2, int(0.005 * rate_hz))
    ramp = np.linspace(0.0, 1.0, edge, dtype=np.float32)
    shaped = (speech * np.float32(gain)).astype(np.float32)
    shaped[:edge] *= ramp
    shaped[len(shaped) - edge :] *= ramp[::-1]
    pause = _PAUSE_S.get(words[-1:], 0.2)
    return np.concatenate([shaped, np.zeros(int(pause * rate_hz), np.float32)])


def _gain(speech: Samples) -> float:
    """Factor that brings speech to the common loudness without clipping it."""
    level = float(np.sqrt(np.mean(np.square(speech, dtype=np.float64)))) + 1e-9
    return min(10 ** (_LOUDNESS_DBFS / 20) / level, 0.98 / (float(np.abs(speech).max()) + 1e-9))


def _trim(samples: Samples, rate_hz: int) -> Samples:
    frame = rate_hz // 100
    count = len(samples) // frame
    if count == 0:
        return samples
    energy = np.square(samples[: count * frame].reshape(count, frame)).mean(axis=1)
    loud = np.flatnonzero(energy > max(1e-6, float(energy.max()) * 1e-4))
    if not len(loud):
        return samples[:0]
    start = max(0, int(loud[0]) * frame - int(_KEEP_BEFORE_S * rate_hz))
    end = min(len(samples), (int(loud[-1]) + 1) * frame + int(_KEEP_AFTER_S * rate_hz))
    return samples[start:end].copy()
