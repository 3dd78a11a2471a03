"""What comes of strangers' requests: done right, asked about, asked again, or done wrong.

``python -m bench.voice strangers``: voices, wordings and noises that nothing was tuned on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.voice import strangers
from bench.voice.corpus import Command
from voice.asr.confidence import decide
from voice.asr.recognizer import Transcript

_HARMLESS = ("not_understood", "impossible")
_OUTCOMES = ("right", "asked, right", "again", "asked, wrong", "nothing done", "wrong and done")


def outcome(setup: Any, command: Command, transcript: Transcript) -> str:
    """What comes of a transcript; right is what the typed words lead to.

    Parameters
    ----------
    setup : bench.voice.measures.Setup
        Gives the agent.
    command : Command
        What was said.
    transcript : Transcript
        What was heard.
    """
    if not transcript.text:
        return "again"
    decision = decide(transcript.confidence, transcript.language)
    if decision == "again":
        return "again"
    right, harmful = judged(setup, command, transcript)
    if decision == "ask":
        return "asked, right" if right else "asked, wrong"
    return "right" if right else "wrong and done" if harmful else "nothing done"


def judged(setup: Any, command: Command, transcript: Transcript) -> tuple[bool, bool]:
    """Whether it leads to what the typed words lead to, and whether it would do something else."""
    wanted = _answer(setup, command, command.text, command.language, ())
    got = _answer(setup, command, transcript.text, transcript.language, transcript.alternatives)
    right = _gist(got) == _gist(wanted)
    harmless = got["outcome"] in _HARMLESS or got["intent"].get("kind") == "chat"
    return right, not right and not harmless


def _answer(
    setup: Any, command: Command, text: str, language: str, alternatives: tuple[str, ...]
) -> dict[str, Any]:
    agent, position = setup.agent(command.language)
    answer = agent.hear(text, language=language, position=position, alternatives=tuple(alternatives))
    values: dict[str, Any] = answer.to_dict()
    return values


def _gist(answer: dict[str, Any]) -> tuple[Any, ...]:
    intent = answer["intent"]
    places = [place["name"] for place in answer["places"] if place.get("name")]
    first = places[0] if places and intent.get("kind") == "navigate" else None
    return intent.get("kind"), intent.get("what"), first


def spoken(
    setup: Any, *, judging: bool, per_language: int, hints: Any
) -> Iterator[tuple[Command, Any, float | None, Transcript]]:
    """Every request at every level with what was heard: command, utterance, level, transcript."""
    lines = strangers.judged_lines() if judging else strangers.tuning_lines()
    voices = strangers.JUDGED_VOICES if judging else strangers.TUNING_VOICES
    corpus = strangers.corpus(setup.models, setup.cache)
    items = strangers.requests(lines, voices, per_language)
    crowd = [corpus.get(item.utterance) for item in items[:24]]
    for level in strangers.LEVELS:
        for number, item in enumerate(items):
            command = item.command
            clip = strangers.in_noise(corpus.get(item.utterance), number, level, judged=judging, crowd=crowd)
            _, position = setup.agent(command.language)
            near = hints(setup, command.language, position)
            likely = command.language if number % 2 else None  # with the call, or without
            yield command, item.utterance, level, setup.recognizer.transcribe(clip, hints=near, likely=likely)


def measure(console: Console, setup: Any, hints: Any, *, per_language: int = 110) -> dict[str, Any]:
    """The share of each outcome by language and level of noise, and of the poor voices apart."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    poor: Counter[str] = Counter()
    wrong: list[str] = []
    for command, utterance, level, transcript in spoken(
        setup, judging=True, per_language=per_language, hints=hints
    ):
        came = outcome(setup, command, transcript)
        name = "clean" if level is None else f"{level:g} dB"
        counts.setdefault((command.language, name), Counter())[came] += 1
        if utterance.engine == "espeak":
            poor[came] += 1
        if came == "wrong and done":
            wrong.append(f"{name} {utterance.voice}: {command.text} | {transcript.text}")
    table = Table("language, noise", "n", *_OUTCOMES)
    figures: dict[str, Any] = {}
    for key, found in [*counts.items(), (("poor voices", ""), poor)]:
        total = sum(found.values())
        shares = {name: found[name] / total for name in _OUTCOMES} if total else {}
        figures[" ".join(key).strip()] = {"n": total, **shares}
        table.add_row(" ".join(key), str(total), *(f"{share:.1%}" for share in shares.values()))
    console.print(table)
    for line in wrong:
        console.print(line, highlight=False)
    figures["wrong"] = wrong
    return figures
