"""The language model in this process: llama.cpp on a GGUF file, greedy under a grammar.

Two things make a 0.5B model quick enough on two slow cores. The prompt's constant beginning stays in the
key-value cache, so that a turn evaluates only its own words. And the grammar is asked about the one token
the model wants most before it is asked about the whole vocabulary, which is nearly always enough.
"""

from __future__ import annotations

import ctypes
import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from agent.errors import ModelTimeout, ModelUnavailable

_CONTEXT_TOKENS = 2048
_AT_ONCE = 32
"""Tokens of a prompt that are read between two looks at the clock."""
_BEST_FIRST = (1, 64)
"""How many of the likeliest tokens the grammar sees before it has to look at all of them."""


class LocalModel:
    """A GGUF model on the CPU.

    Parameters
    ----------
    gguf
        Model file.
    threads
        CPU threads.

    Raises
    ------
    ModelUnavailable
        If llama-cpp-python is not installed or the file cannot be loaded.
    """

    def __init__(self, gguf: Path | str, *, threads: int = 2) -> None:
        try:
            import llama_cpp
        except (ImportError, OSError, RuntimeError) as error:
            raise ModelUnavailable("llama-cpp-python is not installed; run `make setup`") from error
        self._lib = llama_cpp
        try:
            self._llama: Any = llama_cpp.Llama(
                str(gguf),
                n_ctx=_CONTEXT_TOKENS,
                n_batch=256,
                n_threads=threads,
                n_threads_batch=threads,
                verbose=False,
                seed=1,
            )
        except (ValueError, OSError, RuntimeError) as error:
            raise ModelUnavailable(f"{gguf} cannot be loaded; run `xiaogao models verify`") from error
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._llama.model)
        self._past: list[int] = []

    def complete(
        self,
        prompt: str,
        *,
        grammar: str | None = None,
        max_tokens: int = 48,
        temperature: float = 0.0,
        timeout_s: float = 5.0,
    ) -> str:
        """Continue the prompt (see `agent.understanding.language_model.LanguageModel`)."""
        deadline = time.monotonic() + timeout_s
        logits = self._read(self._llama.tokenize(prompt.encode(), add_bos=False, special=True), deadline)
        gate = _Gate(self._lib, self._vocabulary, grammar) if grammar is not None else None
        generator = np.random.default_rng(1)
        pieces: list[bytes] = []
        try:
            for _ in range(max_tokens):
                token = gate.choose(logits) if gate else _pick(logits, temperature, generator)
                if token is None or self._lib.llama_vocab_is_eog(self._vocabulary, token):
                    break
                piece = self._llama.detokenize([token], special=False)
                if gate is None and b"\n" in piece:
                    pieces.append(piece.split(b"\n", 1)[0])
                    break
                pieces.append(piece)
                logits = self._step([token], deadline)
        finally:
            if gate is not None:
                gate.close()
        return b"".join(pieces).decode("utf-8", "ignore")

    def _read(self, tokens: list[int], deadline: float) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Evaluate a prompt, keeping from the cache what it shares with the last one.

        What was read when the time is over stays in the cache, and a piece is read in any time: the next turn
        goes on from there.
        """
        tokens = tokens[-(_CONTEXT_TOKENS - 128) :]
        common = 0
        while common < min(len(self._past), len(tokens) - 1) and self._past[common] == tokens[common]:
            common += 1
        self._llama._ctx.kv_cache_seq_rm(-1, common, -1)
        self._llama.n_tokens = common
        del self._past[common:]
        last, begun = len(tokens) - _AT_ONCE, common
        while common < last:
            self._step(tokens[common : common + _AT_ONCE], math.inf if common == begun else deadline)
            common += _AT_ONCE
        return self._step(tokens[common:], deadline)

    def _step(self, tokens: list[int], deadline: float) -> np.ndarray[Any, np.dtype[np.float32]]:
        if time.monotonic() > deadline:
            raise ModelTimeout("the language model ran out of time")
        self._llama.eval(tokens)
        self._past += tokens
        pointer = self._lib.llama_get_logits_ith(self._llama.ctx, -1)
        return np.ctypeslib.as_array(pointer, shape=(self._llama.n_vocab(),)).copy()


def _pick(
    logits: np.ndarray[Any, np.dtype[np.float32]], temperature: float, generator: np.random.Generator
) -> int:
    if temperature <= 0:
        return int(np.argmax(logits))
    best = np.argpartition(logits, -40)[-40:]
    weights = np.exp((logits[best] - logits[best].max()) / temperature)
    return int(generator.choice(best, p=weights / weights.sum()))


class _Gate:
    """A grammar's state: says which token comes next."""

    def __init__(self, lib: Any, vocabulary: Any, grammar: str) -> None:
        self._lib = lib
        self._sampler = lib.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
        if not self._sampler:
            raise ModelUnavailable("the grammar of this turn is not valid GBNF")

    def choose(self, logits: np.ndarray[Any, np.dtype[np.float32]]) -> int | None:
        """Return the likeliest token that the grammar allows and step the grammar; None if there is none."""
        for count in (*_BEST_FIRST, len(logits)):
            if count < len(logits):
                tokens = np.argpartition(logits, -count)[-count:]
                tokens = tokens[np.argsort(-logits[tokens])]
            else:
                tokens = np.argsort(-logits)
            allowed = self._first_allowed(tokens, logits)
            if allowed is not None:
                self._lib.llama_sampler_accept(self._sampler, allowed)
                return allowed
        return None

    def _first_allowed(
        self, tokens: np.ndarray[Any, np.dtype[np.int64]], logits: np.ndarray[Any, np.dtype[np.float32]]
    ) -> int | None:
        data = (self._lib.llama_token_data * len(tokens))()
        for slot, token in zip(data, tokens, strict=True):
            slot.id, slot.logit, slot.p = int(token), float(logits[token]), 0.0
        candidates = self._lib.llama_token_data_array(data=data, size=len(tokens), selected=-1, sorted=False)
        self._lib.llama_sampler_apply(self._sampler, ctypes.byref(candidates))
        best = max(data, key=lambda slot: slot.logit)
        return int(best.id) if np.isfinite(best.logit) else None

    def close(self) -> None:
        """Free the grammar."""
        self._lib.llama_sampler_free(self._sampler)
