"""The second stage of the wake word: how probable the call is to the speech recogniser itself.

The recogniser is not asked what was said, because in noise its best guess at two seconds of sound is often
wrong. It is asked how probable each spelling of the call is, given the sound, and how probable phrases
that are easily taken for it are. Spellings that sound alike (小高小高, 肖高肖高; Xiao Gao, Shao Gow) count
together, so it is the pinyin that is compared, not the characters. Beside the words stands what the encoder
heard (`voice.wake.hearing`), which is still there where noise makes the decoder write other words.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from voice.asr.whisper import RATE_HZ, Whisper
from voice.data_files import load_json
from voice.wake.detector import CHECK_S
from voice.wake.hearing import load_hearing, log_odds

Samples = npt.NDArray[np.float32]

_ENCODE_S = 2.2
_LAST_HALF_S = 0.45
"""Without its last half 小高小高 still holds 小高. One 小高 alone, which it likes to repeat, does not."""
_OWN_TOKENS = 10


class CallCheck:
    """Weighs whether the call was said.

    Parameters
    ----------
    whisper : Whisper
        The loaded model.
    phrases : dict, optional
        ``spellings`` and ``rivals`` as in ``voice/data/wake_recipe.json``, the default: how the recogniser
        may write the call, and what it may write instead, for "zh" and "en".
    hearing : Path, optional
        Another network than the packaged one; see `voice.wake.hearing`.
    """

    def __init__(
        self, whisper: Whisper, *, phrases: dict[str, Any] | None = None, hearing: Path | None = None
    ) -> None:
        self._whisper = whisper
        self._phrases = phrases or load_json("wake_recipe.json")
        self._hearing = hearing

    def weigh_call(self, samples: Samples) -> list[float]:
        """How probable the call and its rivals are.

        Parameters
        ----------
        samples : ndarray of float32, shape (n,)
            Mono at 16 kHz; the last `CHECK_S` seconds of it are looked at.

        Returns
        -------
        list of float
            `voice.wake.detector.FEATURES`: logarithms of probabilities, the probabilities of both languages,
            differences of logarithms, and log-odds.
        """
        clip = self._looked_at(samples)
        encoded = self._whisper.encode(clip, _ENCODE_S)
        weights, _ = self._whisper.languages(encoded)
        spellings, rivals = self._phrases["spellings"], self._phrases["rivals"]
        zh, en = (
            self._whisper.probable(np.asarray(encoded), name, (*spellings[name], *rivals[name]))
            for name in ("zh", "en")
        )
        before = np.asarray(
            self._whisper.encode(clip[: max(0, len(clip) - int(_LAST_HALF_S * RATE_HZ))], _ENCODE_S)
        )
        half = self._whisper.probable(before, "zh", spellings["zh_half"])
        counts = len(spellings["zh"]), len(spellings["en"])
        sums = (zh[: counts[0]], zh[counts[0] :], half, en[: counts[1]], en[counts[1] :])
        call_zh, rival_zh, half_zh, call_en, rival_en = (float(np.logaddexp.reduce(part)) for part in sums)
        own_zh, own_en = (self._whisper.own_logprob(encoded, name, _OWN_TOKENS) for name in ("zh", "en"))
        lead_zh, lead_en = call_zh - own_zh, call_en - own_en
        heard_zh, heard_en = map(float, log_odds(load_hearing(self._hearing), np.asarray(encoded))[0])
        probable = (call_zh, rival_zh, half_zh, call_en, rival_en, weights["zh"], weights["en"])
        return [*probable, lead_zh, lead_en, heard_zh, heard_en]

    def encode_call(self, samples: Samples) -> Samples:
        """What the encoder makes of what `weigh_call` looks at, shape (110, 512)."""
        encoded: Samples = np.asarray(self._whisper.encode(self._looked_at(samples), _ENCODE_S), np.float32)[
            0
        ]
        return encoded

    @staticmethod
    def _looked_at(samples: Samples) -> Samples:
        return np.nan_to_num(np.asarray(samples, np.float32).reshape(-1))[-int(CHECK_S * RATE_HZ) :]
