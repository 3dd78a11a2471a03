"""Make the spoken samples again with the project's own voices: ``python samples/make_samples.py``."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from voice import wav_io
from voice.tts.synthesizer import Synthesizer

SAMPLES = (
    ("en_cathedral", "en", "af_heart", "Xiao Gao, take me to Helsinki Cathedral."),
    ("zh_cathedral", "zh", "zf_xiaobei", "小高小高，带我去赫尔辛基大教堂。"),
    ("zh_hotels", "zh", "zm_yunxi", "小高小高，附近有什么酒店？"),
)
"""File name, language, Kokoro voice and words of each sample."""


def make(mouth: Synthesizer, folder: Path) -> list[Path]:
    """Speak every sample into `folder`: 16 kHz mono, 0.3 s of silence before and 0.6 s after."""
    made: list[Path] = []
    for name, language, voice, words in SAMPLES:
        clip = mouth.speak_clause(words, language, voice=voice)
        speech = wav_io.to_16k(clip.samples, clip.sample_rate_hz)
        padded = np.concatenate([np.zeros(4_800, np.float32), speech, np.zeros(9_600, np.float32)])
        wav_io.write(folder / f"{name}.wav", padded)
        made.append(folder / f"{name}.wav")
    return made


def main() -> None:
    """Command line: the models come from the model store unless folders are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kokoro", type=Path, help="folder of the Kokoro model.onnx")
    parser.add_argument("--voices", type=Path, help="folder of the Kokoro style files")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    if options.kokoro is None or options.voices is None:
        from device.store.models import ModelStore

        store = ModelStore()
        options.kokoro = options.kokoro or store.path("kokoro")
        options.voices = options.voices or store.path("kokoro-voices")
    for path in make(Synthesizer(options.kokoro / "model.onnx", options.voices), options.out):
        print(path)


if __name__ == "__main__":
    main()
