"""What comes of strangers' requests: done right, asked about, asked again, or done wrong.

``python -m bench.voice strangers``: voices, wordings and noises that nothing was tuned on.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from bench.voice import strangers
from bench.voice.corpus import Command
from device.assistant.sense import weighed
from voice.asr.confidence import decide
from voice.asr.recognizer import Transcript

_OUTCOMES = (
    "right",
    "asked, right",
    "again",
    "asked, wrong",
    "nothing done",
    "wrong answer",
    "wrong and done",
)

Effect = Literal["done", "answer", "nothing"]
"""A drive begun or something changed; something told, as places to choose from; a question or a refusal."""

_TELLING = ("status", "recall", "help", "repeat", "search")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A request as it was said and as it was heard."""

    command: Command
    voice: str
    """Engine and voice, as ``kokoro:af_nova``."""

    level: float | None
    """Speech over noise, dB; None is without noise."""

    noise: str
    """Which noise; empty without one."""

    transcript: Transcript


def outcome(setup: Any, heard: Heard) -> str:
    """What comes of a request, one of `_OUTCOMES`; right is what the typed words lead to.

    Parameters
    ----------
    setup : bench.voice.measures.Setup
        Gives the agent.
    heard : Heard
        What was said and what was heard.
    """
    transcript = in_sense(setup, heard)
    decision = decide(transcript.confidence, transcript.language) if transcript.text else "again"
    if decision == "again":
        return "again"
    right, effect = judged(setup, heard.command, transcript)
    if decision == "ask" or effect == "nothing":
        return "asked, right" if right else "asked, wrong" if decision == "ask" else "nothing done"
    return "right" if right else "wrong answer" if effect == "answer" else "wrong and done"


def in_sense(setup: Any, heard: Heard) -> Transcript:
    """What was heard, weighed with its sense where the car is."""
    agent, position = setup.agent(heard.command.language)
    return weighed(heard.transcript, agent, position)


def judged(setup: Any, command: Command, transcript: Transcript) -> tuple[bool, Effect]:
    """Whether the words lead to what was meant or what the typed words lead to, and what they lead to.

    Words that are not understood when they are typed are right only if they lead to the very place.
    """
    wanted = _answer(setup, command, command.text, command.language, ())
    got = _answer(setup, command, transcript.text, transcript.language, transcript.alternatives)
    understood = wanted["outcome"] != "not_understood" and wanted["intent"].get("kind") != "chat"
    right = (understood and _alike(wanted, got)) or _drives_to(command, got)
    if right and got["outcome"] == wanted["outcome"]:
        return True, "done"
    return right, _effect(got)


def _drives_to(command: Command, answer: dict[str, Any]) -> bool:
    """Whether a drive begins to the place that was meant."""
    places = answer["places"]
    if not (command.place and answer["outcome"] == "done" and answer.get("route") and places):
        return False
    names = [str(places[0].get("name", "")), *map(str, dict(places[0].get("names") or {}).values())]
    return re.search(command.place, " ".join(names)) is not None


def _effect(answer: dict[str, Any]) -> Effect:
    if answer["intent"].get("kind") == "chat":
        return "nothing"
    if answer["outcome"] == "done":
        return "answer" if answer["intent"].get("kind") in _TELLING else "done"
    return "answer" if answer["outcome"] == "ask_back" and answer["places"] else "nothing"


def _answer(
    setup: Any, command: Command, text: str, language: str, alternatives: tuple[str, ...]
) -> dict[str, Any]:
    agent, position = setup.agent(command.language)
    answer = agent.hear(text, language=language, position=position, alternatives=tuple(alternatives))
    values: dict[str, Any] = answer.to_dict()
    return values


def _alike(wanted: dict[str, Any], got: dict[str, Any]) -> bool:
    """Whether both want the same: a drive to one place, or the same kind of request for the same thing."""
    first, second = wanted["intent"], got["intent"]
    places = [[_which(place) for place in answer["places"]] for answer in (wanted, got)]
    same_place = all(places) and places[0][0] == places[1][0]
    if wanted["outcome"] == got["outcome"] == "done" and wanted.get("route") and got.get("route"):
        return same_place
    if any(first.get(key) != second.get(key) for key in ("kind", "what", "need", "change")):
        return False
    if first.get("kind") != "navigate":
        return True
    return same_place if all(places) else bool(first.get("to") == second.get("to"))


def _which(place: dict[str, Any]) -> Any:
    """What tells a place from others: its name, or where it is if it has none, as many car parks."""
    return place.get("name") or (round(place["lat"], 5), round(place["lon"], 5))


def spoken(setup: Any, *, judging: bool, per_language: int, hints: Any) -> Iterator[Heard]:
    """Every request at every level, and what was heard."""
    lines = strangers.judged_lines() if judging else strangers.tuning_lines()
    voices = strangers.JUDGED_VOICES if judging else strangers.TUNING_VOICES
    corpus = strangers.corpus(setup.models, setup.cache)
    items = strangers.requests(lines, voices, per_language)
    crowd = [corpus.get(item.utterance) for item in items[:24]]
    for level in strangers.LEVELS:
        for number, item in enumerate(items):
            if judging and not strangers.is_counted(number):
                continue
            command, utterance = item.command, item.utterance
            clip, noise = strangers.in_noise(
                corpus.get(utterance), number, level, judged=judging, crowd=crowd
            )
            _, position = setup.agent(command.language)
            near = hints(setup, command.language, position)
            likely = command.language if number % 2 else None  # with the call, or without
            yield Heard(
                command=command,
                voice=f"{utterance.engine}:{utterance.voice}",
                level=level,
                noise=noise,
                transcript=setup.recognizer.transcribe(clip, hints=near, likely=likely),
            )


def measure(console: Console, setup: Any, hints: Any, *, per_language: int = 110) -> dict[str, Any]:
    """The share of each outcome: by language and level, of the poor voices, by voice and by noise."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    wrong: list[str] = []
    for heard in spoken(setup, judging=True, per_language=per_language, hints=hints):
        came = outcome(setup, heard)
        level = "clean" if heard.level is None else f"{heard.level:g} dB"
        counts["language, noise"][f"{heard.command.language} {level}"][came] += 1
        counts["voice"][heard.voice][came] += 1
        counts["kind of noise"][heard.noise or "none"][came] += 1
        if heard.voice.startswith("espeak:"):
            counts["language, noise"]["poor voices"][came] += 1
        if came == "wrong and done":
            wrong.append(f"{level} {heard.voice}: {heard.command.text} | {heard.transcript.text}")
    figures: dict[str, Any] = {}
    for title, rows in counts.items():
        table = Table(title, "n", *_OUTCOMES)
        for name, found in rows.items():
            total = sum(found.values())
            shares = {outcome: found[outcome] / total for outcome in _OUTCOMES}
            figures[name] = {"n": total, **shares}
            table.add_row(name, str(total), *(f"{share:.1%}" for share in shares.values()))
        console.print(table)
    for line in wrong:
        console.print(line, highlight=False)
    figures["wrong"] = wrong
    return figures
