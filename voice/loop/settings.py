"""How the listening loop behaves."""

from __future__ import annotations

from dataclasses import dataclass, field

from voice.loop.endpoint import EndpointSettings
from voice.wake.detector import WakeSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenSettings:
    """How the loop behaves."""

    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    """Patience with the speaker."""

    wake: WakeSettings | None = None
    """Decision values of the wake model; None trusts the first stage."""

    follow_up_ms: int = 5_000
    """How long one may go on without the call after an answer."""

    follow_up_question_ms: int = 9_000
    """The same after a question of ours."""

    pre_roll_ms: int = 600
    """Sound kept from before speech was noticed."""

    take_back_ms: int = 1_000
    """What is said before an answer has sounded for so long may belong to the request that it answers."""

    call_ms: int = 2_000
    """Sound kept from before the call was noticed, besides the pauses inside it."""

    barge_in: bool = True
    """Whether speech over our own voice stops it; only where the echo is cancelled or cannot be heard."""

    barge_in_ms: int = 160
    """Speech needed for that."""

    resume_ms: int = 1_500
    """After an interruption by nothing, the answer goes on after this time."""

    greet_ms: int = 700
    """After the call, silence after which we say that we listen."""

    filler_ms: int = 1_000
    """So long after the end of the request without an answer we say that we are at it."""

    late_ms: int = 3_000
    """So long after it we ask for the request in other words; what we think of later is still said."""

    lockstep: bool = False
    """Wait for every engine before the next frame, so that a recording gives the same events every time."""
