"""Every view of the screen, set up one after the other as the agent would, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from agent.actions.answer import Answer
from agent.understanding.intent import PlanTrip, Search
from bench.screen.browser import Browser
from bench.screen.hosted import HostedScreen
from device.position.route_course import SimulatedSource, course_of
from device.position.simulator import Receiver
from nav import Route
from nav.guidance.fix import Fix

Point = tuple[float, float]

_DRIVEN_M = 300.0
_OFF_DEG = 0.0012
"""So far beside its road the car is when it has left the route, degrees of latitude."""

_SECONDS_OFF = 15
_LAST_M = 150.0
_LONG = {
    "text": "Carretera d’Arcavell / Autovia del Pirineu Occidental",
    "places": ["Sant Julià de Lòria", "la Seu d’Urgell", "Barcelona"],
    "exit_number": "12b",
    "lanes": [
        {"arrows": arrows, "active": active, "valid": active, "follow": "slight_right" if active else ""}
        for arrows, active in (
            (["left"], False),
            (["left", "through"], False),
            (["through"], False),
            (["through"], False),
            (["through", "slight_right"], True),
            (["slight_right"], True),
        )
    ],
}


@dataclass
class Views:
    """The views of one screen in one language.

    Parameters
    ----------
    browser, screen : Browser, HostedScreen
        Where they are seen, and what is hosted.
    language : str
        Language of the words.
    start, end : tuple of float
        The drive that is shown, (lat, lon).
    """

    browser: Browser
    screen: HostedScreen
    language: str
    start: Point
    end: Point
    _fixes: list[Fix | None] = field(default_factory=list)

    def each(self) -> Iterator[str]:
        """Set one view after the other up, and give its name."""
        yield from self._parked()
        yield from self._talk()
        yield from self._panels()
        yield from self._trip()
        yield from self._drive()
        yield from self._ends()

    @cached_property
    def _found(self) -> Answer:
        return self._said(Search(need="food"))

    @cached_property
    def _planned(self) -> Answer:
        return self._said(PlanTrip(days=2))

    def _said(self, intent: Search | PlanTrip) -> Answer:
        agent = self.screen.assistant.agent
        return agent.carry_out("", [intent], language=self.language, position=self.start)

    @cached_property
    def _route(self) -> Route:
        return self.screen.assistant.router.route([self.start, self.end])

    def _tell(self, *events: Mapping[str, Any]) -> None:
        self.screen.do(lambda: [self.screen.hub.tell(dict(event)) for event in events])

    def _parked(self) -> Iterator[str]:
        self.browser.open(self.screen.base)
        self.browser.wait_for("document.documentElement.dataset.ready", seconds=120)
        self._tell({"event": "doing", "doing": "asleep"})
        self.screen.take(Fix(lat=self.start[0], lon=self.start[1], time_s=0.0))
        if self.browser.run("return document.getElementById('panel').open"):
            yield "guide"
            self.browser.touch("#panel-close")
        yield "parked"

    def _talk(self) -> Iterator[str]:
        heard = {
            "en": "is there a bakery open near the old town, and can I park there",
            "zh": "老城附近还有没有开着门的面包店，能不能停车",
        }
        self._tell(
            {"event": "doing", "doing": "listening"}, {"event": "partial", "text": heard[self.language]}
        )
        yield "heard"
        answer = self._found.to_dict()
        self._tell({"event": "doing", "doing": "speaking"}, {"event": "answer", **answer})
        self.browser.wait_for("Number(document.documentElement.dataset.cards) > 0")
        yield "results"
        place = self._found.places[0].label(self.language)
        asked = {"en": f"Do you want to go to {place}?", "zh": f"您要去{place}吗？"}[self.language]
        yield from self._asked(asked, "yes_no", [], "question")
        which = {"en": "Which one do you mean?", "zh": "您说的是哪一个？"}[self.language]
        labels = [place.label(self.language) for place in self._found.places[:4]]
        yield from self._asked(which, "choice", labels, "choice")

    def _asked(self, words: str, asks: str, options: list[str], view: str) -> Iterator[str]:
        question = {"event": "question", "asks": asks, "words": words, "options": options}
        self._tell({"event": "answer", "reply": words, "places": [], "route": None}, question)
        self.browser.wait_for("!document.getElementById('choices').hidden")
        yield view
        self._tell(question | {"asks": None}, {"event": "doing", "doing": "asleep"})

    def _panels(self) -> Iterator[str]:
        for name in ("search", "settings"):
            self.browser.touch(f'[data-tool="{name}"]')
            self.browser.wait_for("document.getElementById('panel-body').childElementCount")
            yield name
            if name == "search":
                self.browser.touch("#panel-close")
        self.browser.wait_for("document.querySelectorAll('.checks li').length", seconds=120)
        self.browser.run("document.querySelector('.checks').scrollIntoView({block: 'start'})")
        yield "health"
        self._tell({"event": "pair", "code": "480152", "valid_s": 300})
        self.browser.wait_for("document.querySelector('#pair-code b')")
        self.browser.run("document.getElementById('panel-body').scrollTop = 1e6")
        yield "phone"
        self.browser.touch("#panel-close")

    def _trip(self) -> Iterator[str]:
        self._tell({"event": "plan", "plan": None})
        self.browser.touch('[data-tool="trip"]')
        yield "no-trip"
        self.browser.touch("#panel-close")
        self._tell({"event": "answer", **self._planned.to_dict()})
        self.browser.wait_for("window.xiaogao.map.tripLines.length", seconds=60)
        yield "trip"
        self.browser.touch(".pin:last-of-type")
        yield "stop"
        self.browser.touch("#trip-close")
        self.browser.touch('[data-tool="trip"]')
        yield "list"
        self.browser.touch("#panel-close")
        self._tell(
            {"event": "answer", "reply": "", "places": [], "route": None}, {"event": "plan", "plan": None}
        )

    def _drive(self) -> Iterator[str]:
        self._begin(self._route)
        self._until(lambda offset: offset > _DRIVEN_M)
        yield "drive"
        yield from self._long_signs()
        self.browser.touch('[data-tool="overview"]')
        yield "overview"
        self.browser.touch('[data-tool="follow"]')
        yield from self._tunnel()
        yield from self._off_route()
        self._end()

    def _begin(self, route: Route) -> None:
        driving = self.screen.assistant.driving
        self.screen.do(lambda: (driving.begin(route, self.language), self.screen.scene.look()))
        receiver = Receiver(noise_m=1.0)
        source = SimulatedSource(course_of(route), receiver, seed=1, start_time_s=1.8e9)
        self._fixes = list(source.fixes())

    def _end(self) -> None:
        driving = self.screen.assistant.driving
        self.screen.do(lambda: (driving.end(), self.screen.scene.look()))
        self.browser.wait_for("document.documentElement.dataset.route === ''")

    def _until(self, is_there: Any) -> None:
        """Drive on to a place on the route, and wait until the page shows it."""
        while self._fixes:
            progress = self.screen.take(self._fixes.pop(0))
            if progress is not None and is_there(progress.offset_m):
                offset = round(progress.offset_m, 1)
                self.browser.wait_for(f"Number(document.documentElement.dataset.offset) === {offset}")
                # The page takes how fast positions came for how fast time passes, and is ahead.
                self.browser.run("Object.assign(window.xiaogao.map.goal, {pace: 1, now: performance.now()})")
                return

    def _long_signs(self) -> Iterator[str]:
        """Show the longest banner: a sign, the number of an exit, lanes, and what follows at once."""
        script = (
            "const x = window.xiaogao, d = x.drive, next = {...d.banner(d.shown), ...arguments[0]};"
            "d.shown = -1; d.setBanner(next, 300)"
        )
        then = {"en": "keep left at the fork", "zh": "在岔路口靠左"}[self.language]
        self.browser.run(script, {**_LONG, "then": {"text": then}})
        yield "signs"

    def _tunnel(self) -> Iterator[str]:
        tunnels = self.browser.run("return window.xiaogao.map.route.tunnels")
        if tunnels:
            begin, end = tunnels[0]
            self._until(lambda offset: offset > (begin + end) / 2)
            yield "tunnel"
            self._until(lambda offset: offset > end + 200)

    def _off_route(self) -> Iterator[str]:
        """Leave the route: the same positions, beside the road."""
        for fix in self._fixes[:_SECONDS_OFF]:
            if fix is not None:
                self.screen.take(replace(fix, lat=fix.lat + _OFF_DEG))
        self.browser.wait_for("!document.getElementById('notice').hidden")
        yield "off-route"

    def _ends(self) -> Iterator[str]:
        lat, lon = self._route.geometry[-len(self._route.geometry) // 12]
        self._begin(self.screen.assistant.router.route([(float(lat), float(lon)), self.end]))
        self.browser.wait_for("document.documentElement.dataset.route !== ''")
        length = self.browser.run("return window.xiaogao.map.route.at_m.at(-1)")
        self._until(lambda offset: offset > length - _LAST_M)
        yield "nearly"
        self._until(lambda offset: offset > length + 1)
        self.browser.wait_for("!document.getElementById('notice').hidden")
        yield "arrived"
        self._end()
        self.browser.run("const {link} = window.xiaogao; link.reopen = () => {}; link.socket.close()")
        self.browser.wait_for("document.documentElement.dataset.link === 'down'")
        yield "lost"
