"""What a page may ask: to read words as if they had been said, other ways, settings, and what is well."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from device.errors import BadSettings, DeviceError
from device.screen import preferences
from device.screen.scene import trip_lines
from device.tiles.build import tile_facts
from nav.errors import NavError

if TYPE_CHECKING:
    from device.assistant.conversation import Conversation
    from device.screen.hub import Hub
    from device.screen.scene import Scene
    from device.settings import Settings
    from nav.routing.route import Route

log = logging.getLogger("xiaogao")

MOST_CHARACTERS = 300
_ALTERNATIVES = 3
_MOST_WAITING = 4
_THINK_LIMIT_S = 20.0
_VOLUMES = ("up", "down", "mute", "unmute", "set")

Speak = Callable[[str, str], None]
"""Has a sentence spoken in a language, if there is a voice."""


class Refused(Exception):
    """An order that is not carried out; the message says why."""


class Orders:
    """Carries out what pages ask.

    Parameters
    ----------
    conversation : Conversation
        What answers.
    scene : Scene
        Tells what came of it.
    hub : Hub
        Who is told.
    settings : Settings
        What holds now.
    speak : callable
        Speaks an answer.
    changed : callable
        Called when a setting was changed that needs a new start of the parts.
    new_code : callable
        Gives a pairing code and how long it is valid, seconds; None where no phone can come.
    """

    def __init__(
        self,
        conversation: Conversation,
        scene: Scene,
        hub: Hub,
        settings: Settings,
        *,
        speak: Speak = lambda _text, _language: None,
        changed: Callable[[], None] = lambda: None,
        new_code: Callable[[], tuple[str, float] | None] = lambda: None,
    ) -> None:
        self._conversation = conversation
        self._assistant = conversation.assistant
        self._scene = scene
        self._hub = hub
        self._settings = settings
        self._speak = speak
        self._changed = changed
        self._new_code = new_code
        self._routes: list[Route] = []
        self._busy = asyncio.Lock()
        self._waiting = 0
        self._at_once: dict[str, Callable[[], None]] = {"level": self._level}
        self._do: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "say": self._say,
            "alternatives": self._alternatives,
            "take": self._take,
            "trip": self._trip,
            "volume": self._volume,
            "settings": self._tell_settings,
            "set": self._set,
            "greeted": self._greeted,
            "health": self._health,
            "pair": self._pair,
        }

    async def carry_out(self, order: object) -> None:
        """Carry one order out; one that is refused is told with its reason.

        Parameters
        ----------
        order : object
            What the page sent, read as JSON; it may be anything.
        """
        name = order.get("do") if isinstance(order, dict) else None
        if isinstance(name, str) and name in self._at_once:
            self._at_once[name]()
            return
        carry_out = self._do.get(name) if isinstance(name, str) else None
        try:
            if carry_out is None:
                raise Refused(f"unknown order; known are {', '.join([*self._do, *self._at_once])}")
            assert isinstance(order, dict)
            if self._waiting >= _MOST_WAITING:
                raise Refused("busy")
            self._waiting += 1
            try:
                async with self._busy, asyncio.timeout(_THINK_LIMIT_S):
                    await carry_out(order)
            finally:
                self._waiting -= 1
        except (Refused, DeviceError, NavError) as error:
            self._hub.tell({"event": "refused", "do": name if carry_out else None, "why": str(error)[:300]})
        except TimeoutError:
            self._hub.tell({"event": "refused", "do": name, "why": "it took too long"})
        except Exception as error:
            # Whatever a page asks, the agent goes on; what nobody foresaw is told and logged.
            log.exception("screen: %s", name)
            self._hub.tell({"event": "refused", "do": name, "why": type(error).__name__})

    async def _say(self, order: dict[str, Any]) -> None:
        text = order.get("text")
        if not isinstance(text, str) or not text.strip() or len(text) > MOST_CHARACTERS:
            raise Refused(f"text is words, {MOST_CHARACTERS} characters at most")
        language = self._scene.language
        self._hub.tell({"event": "transcript", "text": text, "language": language, "by": "touch"})
        self._hub.tell({"event": "doing", "doing": "thinking"})
        turn = await self._conversation.read(text, language)
        self._scene.answered(turn)
        self._hub.tell({"event": "doing", "doing": "asleep"})
        self._speak(turn.answer.reply, turn.answer.language)

    async def _alternatives(self, _order: dict[str, Any]) -> None:
        state = self._assistant.driving.state()
        position = self._assistant.driving.position
        if state is None or state.route is None or not state.stops_left:
            raise Refused("nothing is driven")
        start = position or state.route.stops[0].point
        fix = self._assistant.driving.fix
        if len(state.stops_left) > 1:
            raise Refused("there are stops on the way")
        found = await asyncio.to_thread(
            self._assistant.router.alternatives,
            start,
            state.stops_left[-1],
            count=_ALTERNATIVES,
            avoid=state.route.avoid,
            headings_deg=[fix.heading_deg if fix is not None else None, None],
        )
        name = state.route.stop_names[-1] if state.route.stop_names else ""
        self._routes = [replace(route, stop_names=("", name)) for route in found]
        self._scene.alternatives(self._routes)

    async def _take(self, order: dict[str, Any]) -> None:
        index = order.get("index")
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(self._routes):
            raise Refused("index is one of the ways that are shown")
        driving = self._assistant.driving
        driving.begin(self._routes[index], driving.language)
        self._routes = []
        self._scene.look()

    async def _trip(self, _order: dict[str, Any]) -> None:
        plan = self._assistant.agent.session.plan
        if plan is None:
            raise Refused("no trip is planned")
        self._hub.tell(
            {"event": "trip", "lines": await asyncio.to_thread(trip_lines, plan, self._assistant.router)}
        )

    def _level(self) -> None:
        """Somebody looks at the microphone's level; where no sound comes it is null."""
        self._scene.meter.watch()
        if not self._scene.meter.hears:
            self._hub.tell({"event": "level", "dbfs": None})

    async def _volume(self, order: dict[str, Any]) -> None:
        change, level = order.get("change"), order.get("level")
        if change not in _VOLUMES or not (level is None or (isinstance(level, int) and 0 <= level <= 100)):
            raise Refused(f"change is one of {', '.join(_VOLUMES)}, level 0 to 100")
        self._assistant.engines.synthesizer.change_volume(change, level)
        await self._tell_settings(order)

    async def _tell_settings(self, _order: dict[str, Any]) -> None:
        self._hub.tell(await asyncio.to_thread(self._all_settings))

    def _all_settings(self) -> dict[str, Any]:
        memory, engines = self._assistant.agent.memory, self._assistant.engines
        saved = memory.favourites() if memory is not None else []
        voices = []
        with contextlib.suppress(DeviceError):  # without voices the rest can be set
            voices = [{"name": v.name, "language": v.language} for v in engines.synthesizer.voices()]
        return {
            "event": "settings",
            "values": preferences.shown(self._settings),
            "volume": round(engines.synthesizer.volume * 100),
            "voices": voices,
            "places": [{"label": kept.label, "name": kept.name} for kept in saved],
            "regions": _regions(),
            "region": self._assistant.region.name,
        }

    async def _set(self, order: dict[str, Any]) -> None:
        key = order.get("key")
        if not isinstance(key, str):
            raise Refused("key is the name of a setting")
        await asyncio.to_thread(preferences.change, key, order.get("value"))
        self._changed()

    async def _greeted(self, _order: dict[str, Any]) -> None:
        await asyncio.to_thread(preferences.greeted)

    async def _health(self, _order: dict[str, Any]) -> None:
        from device.service.checkup import checks

        found = await asyncio.to_thread(checks)
        self._hub.tell({"event": "health", "checks": [asdict(check) for check in found]})

    async def _pair(self, _order: dict[str, Any]) -> None:
        code = self._new_code()
        if code is None:
            raise BadSettings("no phone can reach this computer: set [screen] host to its address")
        self._hub.tell({"event": "pair", "code": code[0], "valid_s": code[1]})


def _regions() -> list[dict[str, Any]]:
    """Return the installed regions with their size and how old their data is."""
    from device.store.regions import installed_regions
    from nav.packs.pack import Meta
    from nav.packs.paths import regions_dir

    found = []
    for name in installed_regions():
        folder = regions_dir() / name
        try:
            meta = Meta.from_json((folder / "meta.json").read_text("utf-8"))
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found.append(
            {
                "name": name,
                "size": size,
                "age_days": _age_days(meta.data_date),
                "tiles": tile_facts(folder) is not None,
            }
        )
    return found


def _age_days(date: str) -> int | None:
    try:
        made = datetime.fromisoformat(date)
    except ValueError:
        return None
    made = made if made.tzinfo else made.replace(tzinfo=UTC)
    return max(0, int((time.time() - made.timestamp()) / 86_400))
