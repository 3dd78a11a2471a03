"""The seam between the agent and whatever language model serves it, and the client for remote ones."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Protocol

from agent.errors import ModelTimeout, ModelUnavailable


class LanguageModel(Protocol):
    """Anything that continues a prompt within a time limit."""

    def complete(
        self, prompt: str, *, grammar: str | None, max_tokens: int, temperature: float, timeout_s: float
    ) -> str:
        """Continue the prompt.

        Parameters
        ----------
        prompt
            Plain text; no chat template is added.
        grammar
            GBNF that the continuation must match, or None. A model that cannot obey a grammar may ignore
            it: what comes back is always checked against the schema.
        max_tokens
            Length limit of the continuation, tokens.
        temperature
            0 for greedy.
        timeout_s
            Time limit, seconds.

        Raises
        ------
        ModelTimeout
            If the time limit was passed.
        ModelUnavailable
            If the model is missing, crashed or unreachable.
        """


class OpenAICompatible:
    """A server with the OpenAI completions API (vLLM, llama.cpp, and others).

    Parameters
    ----------
    base_url
        Address up to and including "/v1".
    model
        Name of the model on the server.
    api_key
        Sent as a bearer token if not empty.
    fallback
        Model that answers when the server does not; None to raise.
    """

    def __init__(
        self, base_url: str, model: str, *, api_key: str = "", fallback: LanguageModel | None = None
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise ModelUnavailable(f"{base_url!r} is not an http address; set the language model's base_url")
        self._url = base_url.rstrip("/") + "/completions"
        self._model = model
        self._api_key = api_key
        self._fallback = fallback

    def complete(
        self, prompt: str, *, grammar: str | None, max_tokens: int, temperature: float, timeout_s: float
    ) -> str:
        """Continue the prompt on the server, or with the fallback if it fails (see `LanguageModel`)."""
        try:
            return self._ask(prompt, grammar, max_tokens, temperature, timeout_s)
        except (ModelTimeout, ModelUnavailable):
            if self._fallback is None:
                raise
            return self._fallback.complete(
                prompt, grammar=grammar, max_tokens=max_tokens, temperature=temperature, timeout_s=timeout_s
            )

    def _ask(
        self, prompt: str, grammar: str | None, max_tokens: int, temperature: float, timeout_s: float
    ) -> str:
        body = {
            "model": self._model,
            "prompt": prompt,
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stop": ["\n"],
        }
        if grammar is not None:
            # vLLM calls it guided_grammar, llama.cpp grammar; servers ignore fields they do not know.
            body |= {"grammar": grammar, "guided_grammar": grammar}
        headers = {"Content-Type": "application/json"}
        if self._api_key:
            headers["Authorization"] = f"Bearer {self._api_key}"
        request = urllib.request.Request(self._url, json.dumps(body).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:
                answer = json.load(response)
            return str(answer["choices"][0]["text"])
        except TimeoutError as error:
            raise ModelTimeout(f"{self._url} did not answer within {timeout_s:g} s") from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise ModelTimeout(f"{self._url} did not answer within {timeout_s:g} s") from error
            raise ModelUnavailable(f"{self._url} cannot be reached: {error.reason}") from error
        except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
            raise ModelUnavailable(f"{self._url} gave no usable answer: {error}") from error
