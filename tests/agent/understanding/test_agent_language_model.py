"""The language model: spans only, any server, and what happens when it is missing, slow or talks nonsense."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agent.errors import ModelTimeout, ModelUnavailable
from agent.understanding.labels import State
from agent.understanding.language_model import OpenAICompatible
from agent.understanding.late_reader import LateReader
from agent.understanding.prompt import build_grammar, build_prompt, guess, prefix, read_output
from agent.understanding.understand import Understander


class Scripted:
    """A language model that says what it is told to."""

    def __init__(self, line: str | Exception) -> None:
        self.line = line
        self.prompts: list[str] = []
        self.limits_s: list[float] = []

    def complete(
        self, prompt: str, *, grammar: str | None, max_tokens: int, temperature: float, timeout_s: float
    ) -> str:
        """Return the line, or raise."""
        self.prompts.append(prompt)
        self.limits_s.append(timeout_s)
        if isinstance(self.line, Exception):
            raise self.line
        return self.line


HARD = "我闺女在实验小学等我呢快点"


@pytest.mark.parametrize(
    ("line", "text", "wanted"),
    [
        (" navigate to=实验小学", HARD, [{"kind": "navigate", "to": "实验小学"}]),
        (" navigate to=北京大学", HARD, []),
        (" search need=food", "肚子咕咕叫", [{"kind": "search", "need": "food"}]),
        (
            " status next_turn; volume up",
            "x",
            [{"kind": "status", "what": "next_turn"}, {"kind": "volume", "change": "up"}],
        ),
        (" choose 2", "x", [{"kind": "choose", "index": 2}]),
        (" plan_trip where=大理 days=3", "大理三天", [{"kind": "plan_trip", "where": "大理", "days": 3}]),
        ("", "x", []),
        ("navigate to=; DROP TABLE", "x", []),
    ],
)
def test_only_what_fits_the_schema_and_was_said_is_read(
    line: str, text: str, wanted: list[dict[str, Any]]
) -> None:
    assert read_output(line, text) == wanted


def test_the_prompt_begins_alike_every_time() -> None:
    assert build_prompt("一").startswith(prefix())
    assert build_prompt("two").startswith(prefix())


def test_the_grammar_holds_only_words_that_were_said() -> None:
    grammar = build_grammar('去 "Kamppi" 吧')
    assert '"去"' in grammar
    assert '"Kamppi"' in grammar
    assert "北京" not in grammar


@pytest.mark.parametrize(
    "failure",
    [ModelTimeout("slow"), ModelUnavailable("gone"), "Sure! Here is your JSON:", "\x00\x01"],
    ids=repr,
)
def test_without_a_usable_model_the_lists_go_on(failure: str | Exception) -> None:
    understander = Understander(llm=Scripted(failure))
    assert understander.understand("再说一遍").intents[0].to_dict() == {"kind": "repeat"}
    assert understander.understand("呜啦啦啦").intents == ()


@pytest.mark.parametrize(
    "line", [" fly to=moon", " search need=gold", "{'kind': 'navigate'}", " volume sideways"]
)
def test_what_is_no_kind_or_fits_no_schema_is_no_guess(line: str) -> None:
    intents = Understander(llm=Scripted(line)).understand("take me to the moon").intents
    assert {intent.kind for intent in intents} <= {"chat"}


def test_a_guess_of_the_model_is_never_carried_out_unasked() -> None:
    understood = Understander(llm=Scripted(" navigate to=实验小学")).understand(HARD)
    assert understood.tier == "llm"
    assert understood.intents[0].to_dict() == {"kind": "navigate", "to": "实验小学"}
    assert not understood.is_sure(State())


def test_a_sure_reading_does_not_ask_the_model() -> None:
    model = Scripted(" none")
    assert Understander(llm=model).understand("再说一遍").tier == "list"
    assert model.prompts == []


@pytest.fixture
def server() -> Iterator[Callable[..., str]]:
    """Give a maker of local servers that speak the OpenAI completions API."""
    running: list[ThreadingHTTPServer] = []

    def start(
        text: str = " cancel", *, delay_s: float = 0.0, status: int = 200, body: bytes | None = None
    ) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert request["max_tokens"] > 0
                time.sleep(delay_s)
                answer = body if body is not None else json.dumps({"choices": [{"text": text}]}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                try:
                    self.wfile.write(answer)
                except OSError:
                    return

            def log_message(self, format: str, *args: object) -> None:
                return

        httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        running.append(httpd)
        return f"http://127.0.0.1:{httpd.server_address[1]}/v1"

    yield start
    for httpd in running:
        httpd.shutdown()
        httpd.server_close()


def test_an_openai_server_can_serve(server: Callable[..., str]) -> None:
    model = OpenAICompatible(server(" navigate to=实验小学"), "any")
    understood = Understander(llm=model).understand(HARD)
    assert understood.tier == "llm"
    assert understood.intents[0].to_dict() == {"kind": "navigate", "to": "实验小学"}


@pytest.mark.parametrize(
    "trouble", [{"delay_s": 1.0}, {"status": 500}, {"body": b"<html>"}, {"body": b'{"choices": []}'}], ids=str
)
def test_a_server_in_trouble_is_replaced_by_the_local_model(
    server: Callable[..., str], trouble: dict[str, Any]
) -> None:
    local = Scripted(" status next_turn")
    model = OpenAICompatible(server(**trouble), "any", fallback=local)
    understood = Understander(llm=model, time_limit_s=0.3).understand("前头该咋整")
    assert understood.intents[0].to_dict() == {"kind": "status", "what": "next_turn"}
    assert local.prompts


def test_a_reader_that_had_to_be_opened_leaves_the_model_less_time() -> None:
    """The first answer must not take the time of both."""
    model = Scripted(" status next_turn")

    def opened() -> None:
        time.sleep(0.2)

    Understander(LateReader(opened), llm=model, time_limit_s=5.0).understand("前头该咋整")
    assert model.limits_s[0] <= 4.8
    Understander(LateReader(opened), llm=model, time_limit_s=0.1).understand("前头该咋整")
    assert model.limits_s[1] == 0.0


def test_no_server_at_all_is_named() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        OpenAICompatible("http://127.0.0.1:9/v1", "any").complete(
            "x", grammar=None, max_tokens=4, temperature=0.0, timeout_s=1.0
        )
    with pytest.raises(ModelUnavailable, match="not an http address"):
        OpenAICompatible("file:///etc/passwd", "any")


@pytest.mark.models
def test_the_local_model_keeps_to_the_words_said(
    model_dir: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.understanding.local_model import LocalModel

    model = LocalModel(model_dir("qwen-coder-0.5b") / "model.gguf", threads=2)
    Understander(llm=model, time_limit_s=60.0).warm()
    for text in (HARD, "my wife is waiting at the Forum mall", "油箱都见底儿啦"):
        for request in guess(model, text, "zh", timeout_s=60.0):
            assert request.get("to", "") in text
    line = model.complete(build_prompt(HARD), grammar=build_grammar(HARD), max_tokens=40, timeout_s=60.0)
    assert line.startswith(" ")
    with pytest.raises(ModelTimeout):
        model.complete("word " * 600, grammar=None, max_tokens=8, timeout_s=0.0)
    long = "again " * 400
    for _ in range(40):  # each turn has time for a piece of the prompt only, and the next one goes on
        with suppress(ModelTimeout):
            model.complete(long, grammar=None, max_tokens=1, timeout_s=0.0)
    read: list[int] = []
    step = model._step

    def counted(tokens: list[int], deadline: float) -> Any:
        read.append(len(tokens))
        return step(tokens, deadline)

    monkeypatch.setattr(model, "_step", counted)
    model.complete(long, grammar=None, max_tokens=1, timeout_s=60.0)
    assert sum(read) < 100
    with pytest.raises(ModelUnavailable):
        LocalModel(Path(__file__))
