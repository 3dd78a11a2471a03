"""What this computer is, and the profile of engines that suits it."""

from __future__ import annotations

import os
import platform
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from device.errors import BadSettings

_SMALL_MEMORY_BYTES = 3 << 30


class Profile(BaseModel):
    """A row of `data/profiles.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    about: str
    speech_recognition: str
    speech_compute_type: str
    speech_threads: int
    language_model: str
    language_threads: int
    synthesis_threads: int
    unload_when_idle: bool
    unload_after_s: float = 120.0
    left_out_when_short: tuple[Literal["llm", "tts", "asr"], ...]
    short_memory_mb: int
    plenty_memory_mb: int
    engine_memory_mb: int
    memory_limit_mb: int
    cpu_quota_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The facts that decide the profile."""

    machine: str
    """Architecture as the kernel names it: x86_64, aarch64."""

    cores: int
    """Cores this process may use."""

    memory_bytes: int
    """Memory of the machine."""

    board: str
    """Board name of the device tree; empty on a PC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A profile and why it was taken."""

    name: str
    """Row of the table."""

    profile: Profile
    """What runs."""

    why: str
    """The facts that decided, in words."""


def detect() -> Hardware:
    """Read what this computer is."""
    board = Path("/proc/device-tree/model")
    try:
        name = board.read_bytes().rstrip(b"\0").decode("utf-8", "replace") if board.exists() else ""
    except OSError:
        name = ""
    return Hardware(
        machine=platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        board=name,
    )


def choose(wanted: str = "auto", look: Callable[[], Hardware] = detect) -> Choice:
    """Return the profile asked for, or the one that fits this computer.

    Raises
    ------
    BadSettings
        There is no profile of that name.
    """
    text = resources.files("device").joinpath("data/profiles.toml").read_text(encoding="utf-8")
    profiles = {name: Profile.model_validate(row) for name, row in tomllib.loads(text).items()}
    if wanted != "auto":
        if wanted not in profiles:
            raise BadSettings(f"engines.profile: there is no {wanted!r}, only auto, {', '.join(profiles)}")
        return Choice(name=wanted, profile=profiles[wanted], why="set by hand")
    found = look()
    facts = f"{found.machine}, {found.cores} cores, {found.memory_bytes / 2**30:.1f} GB"
    if "orin" in found.board.lower():
        name, why = "jetson-orin", f"{found.board}, {facts}"
    elif found.machine in {"aarch64", "arm64"}:
        name, why = "arm64-small", f"{found.board or 'ARM board'}, {facts}"
    else:
        name, why = ("x86-large" if found.cores >= 4 else "x86-small"), facts
    profile = profiles[name]
    if found.memory_bytes < _SMALL_MEMORY_BYTES:
        profile = profile.model_copy(update={"language_model": "none", "unload_when_idle": True})
        why += "; less than 3 GB, so without a language model"
    return Choice(name=name, profile=profile, why=why)
