"""What the service knows about itself: for `xiaogao status`, the watchdog and Prometheus."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from device.engine.engines import Engines, is_ready
from device.service.pressure import available_bytes

_ERRORS_KEPT = 10


@dataclass(kw_only=True)
class Health:
    """The live state of the service; changed only on the event loop."""

    profile: str
    """Hardware profile in force."""

    region: str = ""
    """Region pack in use; empty when none could be opened."""

    listening: str = "starting"
    """What the ear does: starting, waiting, listening, thinking, speaking, or why it is off."""

    position: tuple[float, float] | None = None
    """Last matched position, degrees."""

    position_source: str = "none"
    """Where positions come from."""

    route: dict[str, Any] | None = None
    """Remaining metres and seconds of the drive."""

    reloads: int = 0
    """How often settings or maps were taken up anew."""

    restarts: Counter[str] = field(default_factory=Counter)
    """How often each part was started again."""

    requests: Counter[str] = field(default_factory=Counter)
    """Requests by outcome."""

    started: float = field(default_factory=time.monotonic)
    """When the service began, on the monotonic clock."""

    beat: float = field(default_factory=time.monotonic)
    """When the event loop last proved that it turns, on the monotonic clock."""

    errors: deque[str] = field(default_factory=lambda: deque(maxlen=_ERRORS_KEPT))
    """The newest errors in words, without what was said."""

    def failed(self, name: str, error: Exception) -> None:
        """Take note of a part that failed and will be started again."""
        self.restarts[name] += 1
        self.errors.append(f"{name}: {type(error).__name__}: {error}"[:300])

    def to_dict(self, engines: Engines | None) -> dict[str, Any]:
        """Return what `xiaogao status --json` prints."""
        return {
            "uptime_s": round(time.monotonic() - self.started, 1),
            "profile": self.profile,
            "region": self.region or None,
            "listening": self.listening,
            "position": self.position,
            "position_source": self.position_source,
            "route": self.route,
            "memory_mb": round(memory_bytes() / 1e6, 1),
            "available_mb": round((available_bytes() or 0) / 1e6, 1),
            "engines": engine_states(engines),
            "reloads": self.reloads,
            "restarts": dict(self.restarts),
            "requests": dict(self.requests),
            "last_errors": list(self.errors),
        }

    def for_others(self, engines: Engines | None) -> dict[str, Any]:
        """Return what other programs may know: not where the car is and goes, and no words of errors."""
        private = {"position", "position_source", "route", "last_errors"}
        return {key: value for key, value in self.to_dict(engines).items() if key not in private}

    def prometheus(self, engines: Engines | None) -> bytes:
        """Return the metrics in Prometheus' text format."""
        from prometheus_client import CollectorRegistry, Gauge, generate_latest

        registry = CollectorRegistry()

        def gauge(name: str, about: str, values: dict[str, float], label: str = "") -> None:
            metric = Gauge(f"xiaogao_{name}", about, [label] if label else [], registry=registry)
            for key, value in values.items():
                (metric.labels(key) if label else metric).set(value)

        states = engine_states(engines)
        gauge("uptime_seconds", "Seconds since the service began", {"": time.monotonic() - self.started})
        gauge("resident_bytes", "Resident memory of the service and its engines", {"": float(memory_bytes())})
        gauge("restarts", "Parts started again after an error", dict(self.restarts), "part")
        gauge("requests", "Requests by outcome", dict(self.requests), "outcome")
        gauge(
            "engine_up",
            "Whether the engine process runs",
            {n: s["state"] == "running" for n, s in states.items()},
            "engine",
        )
        gauge(
            "engine_starts",
            "Starts of the engine process",
            {n: s["starts"] for n, s in states.items()},
            "engine",
        )
        gauge(
            "engine_failures",
            "Failed calls of the engine",
            {n: s["failures"] for n, s in states.items()},
            "engine",
        )
        gauge("guiding", "Whether a route is driven", {"": float(self.route is not None)})
        return bytes(generate_latest(registry))


def engine_states(engines: Engines | None) -> dict[str, dict[str, Any]]:
    """Return the state of each engine process."""
    if engines is None:
        return {}
    named = {"asr": engines.recogniser, "llm": engines.language_model, "tts": engines.synthesizer}
    return {name: is_ready(engine) for name, engine in named.items() if engine is not None}


def memory_bytes() -> int:
    """Return the resident memory of this process and its children."""
    import psutil

    total = 0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total
