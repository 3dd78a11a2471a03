"""The words that the recogniser's decoder expects: what is learnt from, by whom, and what comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.voice import said_in_training
from bench.voice.strangers import JUDGED_VOICES, TUNING_VOICES, judged_lines, requests, tuning_lines
from voice import wav_io
from voice.asr.text import bare_text
from voice.asr.whisper import Whisper
from voice.train.corpus import Utterance
from voice.train.heard import FRAMES, Heard, heard_by
from voice.train.requests import Request, Said
from voice.train.requests import requests as spoken_by
from voice.train.wording import Batches, written

KOKORO_VOICES = [
    *("zf_xiaobei", "zf_xiaoni", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi", "zm_yunyang", "jf_alpha"),
    *("af_bella", "af_nova", "am_liam", "bm_george", "if_sara", "jf_tebukuro", "hf_beta"),
]


@pytest.fixture(scope="module")
def said() -> Said:
    texts = {"zh": ["去东边那个旧书摊"] * 200, "en": ["the old bookstall please"] * 200}
    return Said(texts=texts, names={"zh": [], "en": []}, apart=said_in_training.voices_apart())


def test_who_judges_or_tunes_says_nothing(said: Said) -> None:
    planned = spoken_by(said, KOKORO_VOICES)
    assert planned == spoken_by(said, KOKORO_VOICES)
    voices = {part for request in planned for part in re.split("[+:]", request.utterance.voice)}
    tables = (*JUDGED_VOICES.values(), *TUNING_VOICES.values())
    judging = {re.split("[+:]", voice)[1 + ("+" in voice)] for table in tables for voice in table}
    assert {"Annie", "zf_xiaoni", "slt"} <= judging
    assert not voices & judging
    assert {request.utterance.language for request in planned} == {"zh", "en"}


def test_the_call_is_written_as_it_is_called(said: Said) -> None:
    planned = spoken_by(said, KOKORO_VOICES)
    called = [r for r in planned if r.utterance.engine == "kokoro_phonemes" or "小高小高" in r.utterance.text]
    assert called
    for request in called:
        assert request.text.startswith(("小高小高", "Xiao Gao", "Hey Xiao Gao"))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_that_judges_or_tunes_is_said(language: str) -> None:
    texts = {bare_text(text) for text in said_in_training.texts(language)}
    assert len(texts) > 5_000
    for lines, voices in ((judged_lines(), JUDGED_VOICES), (tuning_lines(), TUNING_VOICES)):
        tested = [spoken.command for spoken in requests(lines, voices, 400)]
        commands = [command for command in tested if command.language == language]
        assert not texts & {bare_text(command.text) for command in commands}
        said = [place if isinstance(place, str) else place[0] for place in lines[language]["places"]]
        places = set(map(bare_text, said))
        assert not {place for place in places if any(place in text for text in texts)}
        names = map(bare_text, said_in_training.names(language))
        assert not {place for place in places if any(place in name for name in names)}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "去最近的、便宜的加油站。", "去最近的，便宜的加油站"),
        ("en", "where is the bakery", " Where is the bakery?"),
        ("en", "Take me to the bakery!", " Take me to the bakery."),
        ("zh", "", "。"),
    ],
)
def test_texts_are_written_as_whisper_writes(language: str, text: str, expected: str) -> None:
    assert written(language, text) == expected


class Encoder:
    """An encoder that makes of a clip how long it is."""

    def encode(self, clip: Any, window_s: float) -> Any:
        return np.full((1, int(window_s * 50), 512), len(clip) / 16_000, np.float32)


def clips() -> Iterator[tuple[str, str, str, Any]]:
    yield "zh", "去书店", "a", np.zeros(24_000, np.float32)
    yield "en", "to the bakery", "b", np.zeros(16_000 * 5, np.float32)
    yield "zh", "太长", "c", np.zeros(16_000 * 20, np.float32)
    yield "en", "", "", np.zeros(16_000, np.float32)


def test_encoded_clips_are_kept_and_added_to(tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    whisper: Any = Encoder()
    assert heard.add(whisper, clips()) == 3, "what is longer than a request is left out"
    assert heard.add(whisper, clips()) == 3
    rows = heard.rows()
    assert [row.text for row in rows] == ["去书店", "to the bakery", ""] * 2
    seconds = {"去书店": 1.5, "to the bakery": 5.0, "": 1.0}
    for row in rows:
        sound = heard.sound(row.frames)[row.number]
        assert sound.shape == (row.frames, 512)
        assert np.allclose(sound, seconds[row.text])
    assert {row.frames for row in rows} == set(FRAMES)


def test_an_utterance_is_heard_in_several_scenes_and_nobody_between_them() -> None:
    rng = np.random.default_rng(2)
    speech = []
    for number in range(12):
        utterance = Utterance(
            kind="request", split="train", language="en", engine="e", voice=f"v{number}", text="x", speed=1.0
        )
        samples = rng.normal(0, 0.1, 16_000).astype(np.float32)
        speech.append((Request(utterance=utterance, text="x"), samples))
    found = list(heard_by(speech, 2))
    assert [text for _, text, _, _ in found].count("x") == 24
    assert [text for _, text, _, _ in found].count("") == 2
    assert all(np.isfinite(samples).all() and len(samples) > 8_000 for *_, samples in found)
    first, second = found[0][3], found[1][3]
    assert len(first) != len(second) or not np.allclose(first, second)


def test_the_decoder_learns_each_token_after_those_before(tmp_path: Path) -> None:
    heard = Heard(tmp_path)
    whisper: Any = Encoder()
    heard.add(whisper, clips())
    rows = [row for row in heard.rows() if row.frames == FRAMES[0]]

    def encode(text: str) -> list[int]:
        return [min(ord(sign), 40_000) for sign in text]

    batches = Batches(heard, rows, encode, {"zh": ["东山"], "en": ["Hill"]})
    batch = batches.batch(rows, FRAMES[0], False, None)
    for line, row in enumerate(rows):
        learnt = batch.weights[line] == 1.0
        aims = [int(batches.allowed[aim]) for aim in batch.aims[line][learnt]]
        assert aims == [*encode(written(row.language, row.text)), 50_257]
        assert (batch.tokens[line][learnt][1:] == aims[:-1]).all()


def test_the_recipe_knows_the_decoder(plain_whisper: Whisper, model_dir: Callable[[str], Path]) -> None:
    jax = pytest.importorskip("jax", reason="only training needs JAX: pip install xiaogao[train-reader]")
    from voice.train import decoder

    speech = wav_io.read(Path(__file__).parents[3] / "samples" / "zh_cathedral.wav")[:64_000]
    sound = np.asarray(plain_whisper.encode(speech, 5.0))
    tokenizer = plain_whisper._tokenizers["zh"]
    (reading,) = plain_whisper.write(plain_whisper.encode(speech, 5.0), "zh", (), 40, beams=1)
    text = reading.texts[0]
    tokens = [*tokenizer.sot_sequence, tokenizer.no_timestamps, *tokenizer.encode(text)]
    base = decoder.decoder_weights((model_dir("whisper-base") / "model.bin").read_bytes())
    for changes in (None, decoder.no_change(base, 4, 1)):
        hidden = decoder.hidden(base, changes, np.array([tokens]), sound.astype(np.float32))[0]
        logs = jax.nn.log_softmax(np.asarray(hidden) @ base["decoder/embeddings/weight"].T)
        first = len(tokenizer.sot_sequence)
        found = [logs[at, tokens[at + 1]] for at in range(first, len(tokens) - 1)]
        expected = plain_whisper.token_logs(sound, "zh", [text])[0]
        apart = np.abs(np.array(found) - expected[: len(found)])
        assert apart.mean() < 0.1, "but for the eight bits of the one"


@pytest.mark.models
def test_where_nobody_speaks_no_words_are_written(whisper: Whisper) -> None:
    from voice.train import augment

    wordless = 0
    for seed in range(12):
        rng = np.random.default_rng([seed, 5])
        name = ("road", "fan", "music")[seed % 3]
        noise = augment.noises([])[name](32_000, rng) * np.float32(0.3)
        (reading,) = whisper.write(whisper.encode(noise, 5.0), ("zh", "en")[seed % 2], (), 40, beams=1)
        wordless += not bare_text(reading.texts[0])
    assert wordless >= 10
