"""Whisper as we ask it: how likely words are, given the sound, and which it would write."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.noise_adapter import adapted
from voice.asr.text import has_characters
from voice.errors import VoiceMissing

Samples = npt.NDArray[np.float32]

RATE_HZ = 16_000
LANGUAGES = ("zh", "en")

SHORT_WINDOW_S = {True: 5.0, False: 10.0}
"""Least that the encoder is given, with our corrections and without; plain, it repeats itself with less."""

_FULL_WINDOW_S = 30.0
_MAX_PROMPT_TOKENS = 80
_FOREIGN_HINTS = 6
_ENCODED_HZ = 50
_MARGIN_FRAMES = 75
"""Silence that the decoder is given behind the speech: with less it takes the very words that it wrote itself
for improbable, in a third of short clips."""

_SILENT_FRAMES = 25
_FLOOR = 1e-9
_MOST_KEPT = 4_000
_FILES = ("model.bin", "tokenizer.json", "config.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What one decoding wrote."""

    texts: tuple[str, ...]
    """As written, best first."""

    logprob: float
    """Mean logarithm of the probability of the best one's tokens."""

    no_speech: float
    """Probability that nobody speaks, as Whisper has it."""


class Whisper:
    """A loaded Whisper model.

    Parameters
    ----------
    model_dir : Path
        Folder with ``model.bin``, ``tokenizer.json``, ``vocabulary.json`` and ``config.json`` (CTranslate2).
    cpu_threads : int
        Threads of the inference.
    compute_type : str
        CTranslate2's, "int8" on a processor.
    device : str
        "cpu", or "cuda" where CTranslate2 was built for it.
    corrected : bool
        Whether the model gets our corrections for noise, if we have some for it (`voice.asr.noise_adapter`).

    Raises
    ------
    VoiceMissing
        If the model is not there or does not load; the message says what to run.
    """

    def __init__(
        self,
        model_dir: Path | str,
        *,
        cpu_threads: int = 2,
        compute_type: str = "int8",
        device: str = "cpu",
        corrected: bool = True,
    ) -> None:
        folder = Path(model_dir)
        for name in _FILES:
            if not (folder / name).is_file():
                raise VoiceMissing(f"the speech model lacks {folder / name}: run 'xiaogao models pull'")
        from faster_whisper import WhisperModel

        try:
            with _corrected(folder) if corrected else contextlib.nullcontext(folder) as loaded:
                self.is_corrected = loaded != folder
                """Whether it has our corrections for noise."""
                self._model = WhisperModel(
                    str(loaded),
                    device=device,
                    compute_type=compute_type,
                    cpu_threads=cpu_threads,
                    local_files_only=True,
                )
        except Exception as error:
            raise VoiceMissing(
                f"the speech model in {folder} does not load ({type(error).__name__}): "
                "run 'xiaogao models verify'"
            ) from error
        self._tokenizers = {language: self._tokenizer(language) for language in LANGUAGES}
        self._unheard: dict[str, float] = {}

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(self._model.hf_tokenizer, multilingual=True, task="transcribe", language=language)

    def count_tokens(self, text: str, language: str) -> int:
        """How many tokens a text is."""
        return len(self._tokenizers[language].encode(text))

    def encode(self, clip: Samples, seconds: float) -> Any:
        """Encoder output for the clip padded with silence to `seconds` only, not to Whisper's 30."""
        total = int(min(_FULL_WINDOW_S, seconds) * RATE_HZ) // 320 * 320
        padded = np.zeros(total, np.float32)
        padded[: min(len(clip), total)] = clip[:total]
        features = self._model.feature_extractor(padded, padding=0)
        return self._model.encode(np.ascontiguousarray(features[:, : total // 160]))

    def languages(self, encoded: Any) -> tuple[dict[str, float], float]:
        """Probability of Mandarin and of English, and of the likeliest other language."""
        found = dict(self._model.model.detect_language(encoded)[0])
        weights = {name: float(found.get(f"<|{name}|>", 0.0)) for name in LANGUAGES}
        other = max((value for name, value in found.items() if name[2:-2] not in LANGUAGES), default=0.0)
        return weights, float(other)

    def write(
        self, encoded: Any, language: str, hints: Sequence[str], most_tokens: int, *, beams: int
    ) -> list[Written]:
        """What it writes for each of the encoded clips, led by names that may be said."""
        tokenizer = self._tokenizers[language]
        prompt = [*self._prompt(tokenizer, language, hints), *tokenizer.sot_sequence, tokenizer.no_timestamps]
        results = self._model.model.generate(
            encoded,
            [prompt] * encoded.shape[0],
            beam_size=beams,
            num_hypotheses=min(beams, 3),
            max_length=min(448, len(prompt) + most_tokens),
            length_penalty=1.0,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=list(self._suppressed(tokenizer)),
        )
        return [self._written(result, tokenizer) for result in results]

    @staticmethod
    def _written(result: Any, tokenizer: Any) -> Written:
        length = len(result.sequences_ids[0])
        return Written(
            texts=tuple(
                tokenizer.decode([token for token in ids if token < tokenizer.eot])
                for ids in result.sequences_ids
            ),
            logprob=float(result.scores[0]) * length / (length + 1),
            no_speech=float(result.no_speech_prob),
        )

    def own_logprob(self, encoded: Any, language: str, most_tokens: int) -> float:
        """Logarithm of the probability of what it would write by itself, up to a length."""
        tokenizer = self._tokenizers[language]
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        (result,) = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=len(prompt) + most_tokens,
            length_penalty=0.0,
            return_scores=True,
        )
        return float(result.scores[0])

    def probable(
        self, sound: npt.NDArray[np.float32], language: str, texts: Sequence[str]
    ) -> npt.NDArray[np.float64]:
        """Logarithm of the probability of each text, given encoded sound of shape (n, frames, width).

        If the sound was encoded in several ways (n > 1), it is the mean of what they say.
        """
        logs = [sum(each) for each in self.token_logs(sound, language, texts)]
        mean: npt.NDArray[np.float64] = np.array(logs).reshape(len(sound), -1).mean(axis=0)
        return mean

    def token_logs(
        self, sound: npt.NDArray[np.float32], language: str, texts: Sequence[str]
    ) -> list[list[float]]:
        """Logarithm of each token's probability, of every text for the first sound, then for the next."""
        import ctranslate2

        tokenizer = self._tokenizers[language]
        tokens = [tokenizer.encode(text) for text in texts]
        copies = np.ascontiguousarray(np.repeat(sound, len(tokens), axis=0))
        weighed = self._model.model.align(
            ctranslate2.StorageView.from_array(copies),
            list(tokenizer.sot_sequence),  # it adds the token for "no timestamps" itself
            tokens * len(sound),
            [sound.shape[1]] * len(copies),
        )
        return [[math.log(max(float(p), _FLOOR)) for p in result.text_token_probs] for result in weighed]

    def by_habit(self, language: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """`probable` for silence: what the model would write by habit; kept for the next time."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._unheard]
        if missing:
            if len(self._unheard) > _MOST_KEPT:
                self._unheard.clear()
                missing = list(dict.fromkeys(texts))
            weights = self.probable(self._silence, language, missing).tolist()
            self._unheard.update(zip(missing, weights, strict=True))
        return np.array([self._unheard[text] for text in texts])

    @cached_property
    def _silence(self) -> npt.NDArray[np.float32]:
        encoded = self.encode(np.zeros(RATE_HZ, np.float32), SHORT_WINDOW_S[self.is_corrected])
        return np.asarray(encoded)[:, :_SILENT_FRAMES].copy()

    def _suppressed(self, tokenizer: Any) -> tuple[int, ...]:
        from faster_whisper.transcribe import get_suppressed_tokens

        return tuple(get_suppressed_tokens(tokenizer, [-1]) or ())

    def _prompt(self, tokenizer: Any, language: str, hints: Sequence[str]) -> list[int]:
        """Earlier text that leads the decoder to these names and to simplified characters."""
        if not hints:
            return []
        opening, comma = ("", "，") if language == "zh" else (" ", ", ")
        own = [hint for hint in hints if has_characters(hint) == (language == "zh")]
        if language == "zh":  # foreign names only if they are the likeliest of all
            own += [hint for hint in hints[:_FOREIGN_HINTS] if not has_characters(hint)]
        tokens: list[int] = []
        for hint in own:
            more = tokenizer.encode((comma if tokens else opening) + hint)
            if len(tokens) + len(more) > _MAX_PROMPT_TOKENS:
                break
            tokens += more
        return [tokenizer.sot_prev, *tokens] if tokens else []


def frames_of(samples: int) -> int:
    """Frames of encoded sound that so many samples fill, and a margin of silence."""
    return samples * _ENCODED_HZ // RATE_HZ + _MARGIN_FRAMES


def together(*encoded: Any) -> Any:
    """Encoded clips of one length as one batch."""
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.concatenate([np.asarray(each) for each in encoded]))


@contextlib.contextmanager
def _corrected(folder: Path) -> Iterator[Path]:
    """A folder that loads as the model with our corrections for noise in it; the same one if we have none.

    It is a copy that lives only while the model loads: CTranslate2 keeps a model that it is handed in memory.
    Where there is no room for it, the model loads as it is.
    """
    with contextlib.ExitStack() as stack:
        try:
            copy = _copy(folder, stack)
        except OSError:
            copy = None
        yield copy or folder


def _copy(folder: Path, stack: contextlib.ExitStack) -> Path | None:
    model = adapted(folder / "model.bin")
    if model is None:
        return None
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xiaogao-model-")))
    (copy / "model.bin").write_bytes(model)
    model.close()
    for other in folder.glob("*.json"):
        (copy / other.name).symlink_to(other.resolve())
    return copy
