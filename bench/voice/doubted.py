"""What comes of strangers' requests: done right, asked about, asked again, or done wrong.

``python -m bench.voice strangers``: voices, wordings and noises that nothing was tuned on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.voice import strangers
from bench.voice.corpus import Command
from voice.asr.confidence import decide
from voice.asr.recognizer import Transcript

_OUTCOMES = ("right", "asked, right", "again", "asked, wrong", "nothing done", "wrong and done")


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
    transcript = heard.transcript
    decision = decide(transcript.confidence, transcript.language) if transcript.text else "again"
    if decision == "again":
        return "again"
    right, done = judged(setup, heard.command, transcript)
    if decision == "ask" or not done:
        return "asked, right" if right else "asked, wrong" if decision == "ask" else "nothing done"
    return "right" if right else "wrong and done"


def judged(setup: Any, command: Command, transcript: Transcript) -> tuple[bool, bool]:
    """Whether the words lead to what the typed words lead to, and whether anything is done by them.

    Words that are not understood when they are typed are never right. A question about what was meant does
    nothing; results that are read out for one to be chosen are an answer.
    """
    wanted = _answer(setup, command, command.text, command.language, ())
    got = _answer(setup, command, transcript.text, transcript.language, transcript.alternatives)
    done = got["outcome"] == "done" or (got["outcome"] == "ask_back" and bool(got["places"]))
    done &= got["intent"].get("kind") != "chat"
    understood = wanted["outcome"] != "not_understood" and wanted["intent"].get("kind") != "chat"
    right = understood and _alike(wanted, got)
    return right, done or (right and got["outcome"] == wanted["outcome"])


def _answer(
    setup: Any, command: Command, text: str, language: str, alternatives: tuple[str, ...]
) -> dict[str, Any]:
    agent, position = setup.agent(command.language)
    answer = agent.hear(text, language=language, position=position, alternatives=tuple(alternatives))
    values: dict[str, Any] = answer.to_dict()
    return values


def _alike(wanted: dict[str, Any], got: dict[str, Any]) -> bool:
    """Whether both want the same: kind, what is looked for, and the place or, without one, its words."""
    first, second = wanted["intent"], got["intent"]
    if any(first.get(key) != second.get(key) for key in ("kind", "what", "need", "change")):
        return False
    if first.get("kind") != "navigate":
        return True
    places = [[place["name"] for place in answer["places"] if place.get("name")] for answer in (wanted, got)]
    if all(places):
        return bool(places[0][0] == places[1][0])
    return bool(first.get("to") == second.get("to"))


def spoken(setup: Any, *, judging: bool, per_language: int, hints: Any) -> Iterator[Heard]:
    """Every request at every level, and what was heard."""
    lines = strangers.judged_lines() if judging else strangers.tuning_lines()
    voices = strangers.JUDGED_VOICES if judging else strangers.TUNING_VOICES
    corpus = strangers.corpus(setup.models, setup.cache)
    items = strangers.requests(lines, voices, per_language)
    crowd = [corpus.get(item.utterance) for item in items[:24]]
    for level in strangers.LEVELS:
        for number, item in enumerate(items):
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
