"""Ears and understanding weighed together: of what may have been said, what makes sense here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voice.asr.confidence import in_sense

if TYPE_CHECKING:
    from agent import Agent
    from agent.sense import Sense
    from voice.asr.recognizer import Transcript


def sense_of(transcript: Transcript, agent: Agent, position: tuple[float, float] | None) -> Sense | None:
    """Return the most sensible of what may have been heard; None where nobody can tell."""
    return agent.sense(
        transcript.text,
        language=transcript.language,
        position=position,
        alternatives=transcript.alternatives,
        apart=transcript.apart,
    )


def weighed(transcript: Transcript, agent: Agent, position: tuple[float, float] | None) -> Transcript:
    """Return what was heard with the reading in front that makes most sense, and how sure that is.

    Parameters
    ----------
    transcript : Transcript
        What the recogniser made of an utterance.
    agent : Agent
        Understands it; nothing is done.
    position : tuple of float, optional
        Where the car is, latitude and longitude in degrees.
    """
    if not transcript.text:
        return transcript
    sense = sense_of(transcript, agent, position)
    if sense is None:
        return transcript
    chosen = replace(transcript, text=sense.text, alternatives=(), apart=())
    if not sense.asks:
        return chosen  # nothing will be done about it
    return replace(
        chosen,
        confidence=in_sense(
            transcript.confidence,
            transcript.language,
            read=sense.read_p,
            fits=sense.fits,
            is_first=sense.is_first,
        ),
    )
