"""The checks of `xiaogao doctor`."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from device.errors import BadSettings, DeviceError, Missing
from device.hardware import choose
from device.http.guard import check_binding
from device.settings import Settings, load_settings, settings_path
from device.store.models import ModelStore
from device.store.regions import current_region, damaged_files, installed_regions, not_as_built
from nav.errors import NavError
from nav.packs.paths import cache_home, data_home


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What."""

    state: Literal["ok", "missing", "optional"]
    """`optional` is something that is not there and need not be."""

    detail: str
    """What was found, or what to do."""


def check_settings(settings: Settings) -> None:
    """Check what the values alone do not tell: that what they name is there, and addresses are in range.

    Raises
    ------
    BadSettings
        Something could not work; the message names the key, without the address or place that is its value.
    """
    choose(settings.engines.profile)
    wanted, installed = settings.region.name, installed_regions()
    if wanted and wanted not in installed:
        known = ", ".join(installed) or "none"
        raise BadSettings(f"region.name: no region {wanted!r} is installed (installed: {known})")
    check_binding(settings.http.host, settings.http.token)
    if settings.screen.enabled and settings.http.enabled and settings.screen.port == settings.http.port:
        raise BadSettings("screen.port: it is that of [http] too: set another one")
    _check_source(settings.position.source)
    broker = settings.position.kuksa
    if broker and not (_is_port(broker.partition(":")[2]) and broker.partition(":")[0]):
        raise BadSettings("position.kuksa: it is no HOST:PORT such as 127.0.0.1:55555")


def _check_source(source: str) -> None:
    kind, _, rest = source.partition(":")
    if kind == "fixed":
        lat, lon = (abs(float(number)) for number in rest.split(","))
        if lat > 90 or lon > 180:
            raise BadSettings("position.source: latitude is -90 to 90, longitude -180 to 180")
    # A receiver's device or log may not be there yet; that a port cannot be one is certain.
    port = rest.rpartition(":")[2]
    if kind in {"gpsd", "nmea"} and ":" in rest and port.lstrip("-").isdigit() and not _is_port(port):
        raise BadSettings("position.source: a port is between 1 and 65535")


def _is_port(text: str) -> bool:
    return text.isdecimal() and len(text) <= 5 and 0 < int(text) < 65_536


def checks() -> list[Check]:
    """Look at everything that the agent stands on."""
    return [
        _python(),
        _hardware(),
        _settings(),
        *_models(),
        *_corrections(),
        _region(),
        _index(),
        *_libraries(),
        _audio(),
        *_accelerators(),
        _disk(),
    ]


def _python() -> Check:
    return Check(name="Python", state="ok", detail=sys.version.split()[0])


def _hardware() -> Check:
    try:
        choice = choose(load_settings().engines.profile)
    except DeviceError as error:
        return Check(name="hardware profile", state="missing", detail=str(error))
    return Check(
        name="hardware profile", state="ok", detail=f"{choice.name} ({choice.why}): {choice.profile.about}"
    )


def _settings() -> Check:
    try:
        check_settings(load_settings())
    except DeviceError as error:
        return Check(name="settings", state="missing", detail=str(error))
    path = settings_path()
    return Check(
        name="settings", state="ok", detail=str(path) if path.exists() else "defaults (`xiaogao config init`)"
    )


def _models() -> list[Check]:
    store = ModelStore()
    found = []
    for state in store.states():
        if not state.default and not state.installed:
            continue
        try:
            detail = str(store.path(state.name))
            found.append(Check(name=f"model {state.name}", state="ok", detail=detail))
        except DeviceError as error:
            found.append(Check(name=f"model {state.name}", state="missing", detail=str(error)))
    return found


def _corrections() -> list[Check]:
    """What is wrong with the corrections that the recogniser ships with; nothing if it is whole."""
    from voice.asr.noise_adapter import damaged

    detail = "damaged, it hears worse in noise: install xiaogao again"
    return [Check(name=f"recogniser's {name}", state="missing", detail=detail) for name in damaged()]


def _region() -> Check:
    from nav import Region
    from poi import Places
    from poi.errors import PoiError

    try:
        name = current_region(load_settings().region.name)
        region = Region.open(name)
        if damaged := damaged_files(region):
            raise Missing(not_as_built(name, damaged))
        Places(region).close()
    except (DeviceError, NavError, PoiError, OSError) as error:
        return Check(name="region", state="missing", detail=str(error))
    others = [other for other in installed_regions() if other != name]
    also = f" (also installed: {', '.join(others)})" if others else ""
    return Check(
        name="region",
        state="ok",
        detail=f"{name}, map data of {region.meta.data_date or 'an unknown day'}, "
        f"time zone {region.meta.timezone or 'unknown'}{also}",
    )


def _index() -> Check:
    from nav.routing.cch.library import library

    if library() is not None:
        return Check(name="routing index", state="ok", detail="compiled kernels: routes begin at once")
    detail = "not compiled here, a slower one answers: install with a C++ compiler"
    return Check(name="routing index", state="optional", detail=detail)


def _libraries() -> list[Check]:
    wanted = {
        "faster_whisper": ("speech recognition", "pip install 'xiaogao[voice]'"),
        "onnxruntime": ("speech synthesis and wake word", "pip install 'xiaogao[voice]'"),
        "llama_cpp": (
            "language model",
            "needs a C++ compiler: apt-get install g++ cmake make, then make setup",
        ),
        "ortools": ("trip planning", "pip install 'xiaogao[agent]'"),
        "fastapi": ("HTTP API", "pip install 'xiaogao[serve]'"),
    }
    return [
        Check(name=what, state="ok", detail=module)
        if importlib.util.find_spec(module)
        else Check(name=what, state="missing", detail=f"{module} is not installed: {how}")
        for module, (what, how) in wanted.items()
    ]


def _audio() -> Check:
    try:
        import sounddevice

        devices = sounddevice.query_devices()
    except (ImportError, OSError) as error:
        return Check(
            name="audio", state="optional", detail=f"{error}: apt-get install libportaudio2; WAV files work"
        )
    inputs = [device["name"] for device in devices if device["max_input_channels"]]
    outputs = [device["name"] for device in devices if device["max_output_channels"]]
    if not inputs or not outputs:
        return Check(
            name="audio", state="optional", detail="no microphone or speaker is connected; WAV files work"
        )
    return Check(name="audio", state="ok", detail=f"in: {', '.join(inputs)}; out: {', '.join(outputs)}")


def _accelerators() -> list[Check]:
    probes: dict[str, Callable[[], str]] = {"CTranslate2": _ctranslate2, "onnxruntime": _onnxruntime}
    found = []
    for name, probe in probes.items():
        try:
            found.append(Check(name=f"accelerator, {name}", state="ok", detail=probe()))
        except (ImportError, OSError, RuntimeError) as error:
            found.append(Check(name=f"accelerator, {name}", state="optional", detail=str(error)))
    return found


def _ctranslate2() -> str:
    import ctranslate2

    count = ctranslate2.get_cuda_device_count()
    return f"{count} CUDA devices" if count else "none: the processor works"


def _onnxruntime() -> str:
    import onnxruntime

    return ", ".join(onnxruntime.get_available_providers())


def _disk() -> Check:
    folder = data_home() if data_home().exists() else data_home().parent
    while not folder.exists():
        folder = folder.parent
    free_gb = shutil.disk_usage(folder).free / 1e9
    state: Literal["ok", "missing"] = "ok" if free_gb > 0.5 else "missing"
    return Check(
        name="disk", state=state, detail=f"{free_gb:.1f} GB free; data {data_home()}, models {cache_home()}"
    )
