"""When to say what: each manoeuvre is prepared, announced, said once more at its place, and followed up.

The scheduler is pure: it is told where the car is and what time it is, and answers with at most one prompt.
Nothing waits in a queue. What is due while something is still being said is worded afresh at the next update,
with the distance of that moment, or not said at all.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from nav.guidance.maneuvers.types import Form, Maneuver
from nav.guidance.prompt_types import Prompt, PromptTiming, Stage
from nav.guidance.wording.wording import say, say_after
from nav.guidance.wording.words import words_of
from nav.units import Units

__all__ = ["Prompt", "PromptScheduler", "PromptTiming", "Stage", "speech_seconds"]

_NO_DISTANCE_M = 60.0
_DEPART_WITHIN_M = 100.0
_AHEAD_S = 20.0
"""Prompts are made so long before they are due."""

_ONCE = frozenset({"new_name"})
_IN_PLACE = frozenset({"exit_roundabout"})


def speech_seconds(text: str, language: str) -> float:
    """Estimate how long a sentence takes to say, by the pace of the language's voice at normal speed."""
    pace = words_of(language).pace
    rests = text.count("，") + text.count(",")
    ideographs = sum("\u4e00" <= c <= "\u9fff" for c in text)
    letters = sum(c.isalnum() for c in text) - ideographs
    said_s = pace.ideograph_s * ideographs + pace.letter_s * letters + pace.rest_s * rests
    return pace.start_s + said_s


class PromptScheduler:
    """Decides at each position update what is to be said, if anything."""

    def __init__(
        self,
        maneuvers: Sequence[Maneuver],
        language: str,
        *,
        units: Units | None = None,
        timing: PromptTiming | None = None,
        speech_s: Callable[[str, str], float] = speech_seconds,
        quiet_until_s: float = 0.0,
    ) -> None:
        self._maneuvers = maneuvers
        self._language = language
        self._units = units
        self._timing = timing or PromptTiming()
        self._speech_s = speech_s
        self._said: list[set[Stage]] = [set() for _ in maneuvers]
        self._chained: set[int] = set()
        self._main_ended_s: dict[int, float] = {}
        self._next = 0
        self.busy_until_s = quiet_until_s
        """When the mouth is free again, on the clock of the updates."""

    @property
    def next_index(self) -> int:
        """Index of the manoeuvre that comes next; the number of manoeuvres after the last."""
        return self._next

    def texts_ahead(self, offset_m: float, speed_mps: float) -> list[str]:
        """Return what will probably be said of the next manoeuvre, for it to be spoken beforehand.

        Parameters
        ----------
        offset_m, speed_mps : float
            As for `update`; at another speed the main prompt names another distance.

        Returns
        -------
        list of str
            Empty while there is time, and when the main prompt has been said.
        """
        if self._next >= len(self._maneuvers) or "approach" in self._said[self._next]:
            return []
        maneuver, pace_mps = self._maneuvers[self._next], max(speed_mps, self._timing.creep_mps)
        main_m = self._approach_m(self._next, pace_mps)
        if maneuver.kind == "depart" or maneuver.offset_m - offset_m > main_m + _AHEAD_S * pace_mps:
            return []
        # It begins at the first update, a second apart, within that distance.
        nearest_m = max(0.0, main_m - 1.5 * pace_mps)
        main = [
            self._words(maneuver, distance_m=distance_m) for distance_m in (nearest_m + pace_mps, nearest_m)
        ]
        return list(dict.fromkeys([*main, self._words(maneuver, "now")]))

    def _words(self, maneuver: Maneuver, form: Form = "full", *, distance_m: float | None = None) -> str:
        return say(maneuver, self._language, form, distance_m=distance_m, units=self._units)

    def said(self, index: int) -> frozenset[Stage]:
        """Return which parts of a manoeuvre's announcement have been said."""
        return frozenset(self._said[index])

    def is_free(self, time_s: float) -> bool:
        """Tell whether nothing is being said at a time."""
        return time_s >= self.busy_until_s

    def room_s(self, offset_m: float, speed_mps: float) -> float:
        """Return how long the mouth is not needed for the next manoeuvre, in seconds."""
        if self._next >= len(self._maneuvers):
            return 0.0
        main_m = self._approach_m(self._next, max(speed_mps, self._timing.creep_mps))
        ahead_m = self._maneuvers[self._next].offset_m - offset_m - main_m
        return max(0.0, ahead_m / max(speed_mps, self._timing.creep_mps))

    def occupy(self, time_s: float, text: str) -> float:
        """Keep the mouth busy with another sentence; return how long it takes, in seconds."""
        length_s = self._speech_s(text, self._language)
        self.busy_until_s = max(self.busy_until_s, time_s) + self._timing.latency_s + length_s
        return length_s

    def skip_depart(self) -> None:
        """Leave out the first sentence, for a route that begins on the way."""
        if self._said and self._maneuvers[0].kind == "depart":
            self._said[0].update(("depart", "after"))
            self._next = max(self._next, 1)

    def rewind(self, offset_m: float) -> None:
        """Go on from another place of the route: what lies ahead of it is to be said anew.

        Parameters
        ----------
        offset_m : float
            The place, metres along the route.
        """
        index = 0
        while index < len(self._maneuvers) and self._maneuvers[index].offset_m < offset_m:
            index += 1
        self._next = max(1, index)
        self._said[0].add("depart")
        for said in self._said[self._next :]:
            said.clear()
        self._chained = {known for known in self._chained if known < self._next}

    def first_after(self, opening: str, offset_m: float, speed_mps: float, time_s: float) -> Prompt:
        """Say that the route is a new one, and at once what comes next if that is near.

        Parameters
        ----------
        opening : str
            What to say first.
        offset_m, speed_mps, time_s : float
            As for `update`.

        Returns
        -------
        Prompt
            One sentence; where a manoeuvre cannot wait, only that.
        """
        interrupts = not self.is_free(time_s)
        self.busy_until_s = time_s
        prompt = self.update(offset_m, speed_mps, time_s)
        if prompt is not None and prompt.stage in ("now", "approach"):
            near_s = prompt.distance_m / max(speed_mps, self._timing.creep_mps)
            if near_s < prompt.speech_s + self._speech_s(opening, self._language) + self._timing.now_s:
                return replace(prompt, interrupts=interrupts)
        self.busy_until_s = time_s
        joined = words_of(self._language).opening
        text = opening if prompt is None else joined.say(opening=opening, text=prompt.text)
        length_s = self.occupy(time_s, text)
        if prompt is None:
            return Prompt(
                text=text,
                language=self._language,
                stage="notice",
                maneuver=-1,
                time_s=time_s,
                distance_m=0.0,
                speech_s=length_s,
                drop_after_s=time_s + 3.0,
                interrupts=interrupts,
            )
        if prompt.stage == "approach":
            self._main_ended_s[prompt.maneuver] = self.busy_until_s
        return replace(prompt, text=text, speech_s=length_s, interrupts=interrupts)

    def update(self, offset_m: float, speed_mps: float, time_s: float) -> Prompt | None:
        """Decide what is to be said now.

        Parameters
        ----------
        offset_m : float
            Where the car is along the route, metres.
        speed_mps : float
            How fast it goes, metres per second.
        time_s : float
            The time, on any steady clock in seconds.

        Returns
        -------
        Prompt or None
            The sentence to begin at once.
        """
        while self._next < len(self._maneuvers) and self._maneuvers[self._next].offset_m < offset_m:
            self._next += 1
        if not self.is_free(time_s):
            return None
        pace_mps = max(speed_mps, self._timing.creep_mps)
        if self._maneuvers and self._maneuvers[0].kind == "depart" and "depart" not in self._said[0]:
            self._said[0].add("depart")
            if offset_m < _DEPART_WITHIN_M:
                self._next = max(self._next, 1)
                return self._say(0, "depart", "full", None, pace_mps, time_s)
        if self._next < len(self._maneuvers):
            prompt = self._before(self._next, offset_m, pace_mps, time_s)
            if prompt is not None:
                return prompt
        return self._after(offset_m, pace_mps, time_s)

    def _approach_m(self, index: int, pace_mps: float) -> float:
        """Return how far ahead the main prompt begins."""
        timing, maneuver = self._timing, self._maneuvers[index]
        text = self._words(maneuver, distance_m=200.0)
        length_s = self._speech_s(text, self._language) + timing.latency_s
        begin_m = max(timing.approach_min_m, pace_mps * (timing.approach_s + length_s))
        if pace_mps <= timing.slow_mps:
            begin_m = min(begin_m, timing.approach_slow_max_m)
        return begin_m

    def _before(self, index: int, offset_m: float, pace_mps: float, time_s: float) -> Prompt | None:
        timing, maneuver, said = self._timing, self._maneuvers[index], self._said[index]
        if maneuver.kind == "depart":
            return None
        ahead_m = maneuver.offset_m - offset_m
        now_text = self._words(maneuver, "now")
        now_m = max(
            timing.now_min_m,
            pace_mps * (timing.now_s + timing.latency_s + self._speech_s(now_text, self._language)),
        )
        if maneuver.kind in _IN_PLACE:
            due = ahead_m <= now_m and not said
            return self._say(index, "now", "short", None, pace_mps, time_s) if due else None
        main_m = self._approach_m(index, pace_mps)
        if ahead_m <= now_m:
            return self._in_place(index, ahead_m, pace_mps, time_s)
        if ahead_m <= main_m:
            return self._main(index, ahead_m, pace_mps, time_s)
        if maneuver.kind in _ONCE or "prepare" in said or "approach" in said:
            return None
        lead_s = timing.prepare_motorway_s if maneuver.motorway_before else timing.prepare_s
        prepare_m = min(timing.prepare_max_m, max(timing.prepare_min_m, lead_s * pace_mps))
        if ahead_m > prepare_m or (ahead_m - main_m) / pace_mps < timing.prepare_gap_s:
            return None
        return self._say(index, "prepare", "short", ahead_m, pace_mps, time_s)

    def _main(self, index: int, ahead_m: float, pace_mps: float, time_s: float) -> Prompt | None:
        """Say the main prompt, as much of it as there is time for."""
        if "approach" in self._said[index]:
            return None
        if self._maneuvers[index].kind in _ONCE:
            return self._in_passing(index, ahead_m, pace_mps, time_s)
        shown_m = ahead_m if ahead_m > _NO_DISTANCE_M else None
        wordings: tuple[tuple[Form, float | None], ...] = (("full", shown_m), ("full", None), ("short", None))
        for form, distance_m in wordings:
            text = self._words(self._maneuvers[index], form, distance_m=distance_m)
            needed_s = self._speech_s(text, self._language) + self._timing.latency_s + self._timing.late_s
            if form == "short" or ahead_m / pace_mps >= needed_s:
                return self._say(index, "approach", form, distance_m, pace_mps, time_s)
        return None

    def _in_passing(self, index: int, ahead_m: float, pace_mps: float, time_s: float) -> Prompt | None:
        """Say what asks nothing of the driver, if it does not get in the way of what does."""
        following = self._maneuvers[index + 1 :]
        text = self._words(self._maneuvers[index])
        room_m = pace_mps * (self._speech_s(text, self._language) + self._timing.approach_s)
        if following and ahead_m + self._maneuvers[index].length_m < room_m:
            return None
        return self._say(index, "approach", "full", None, pace_mps, time_s)

    def _in_place(self, index: int, ahead_m: float, pace_mps: float, time_s: float) -> Prompt | None:
        said = self._said[index]
        kind = self._maneuvers[index].kind
        if kind in _ONCE or "now" in said:
            return None
        if "approach" not in said and index not in self._chained:
            said.add("now")
            return self._main(index, ahead_m, pace_mps, time_s)
        if kind in ("arrive", "via"):
            return None
        if time_s - self._main_ended_s.get(index, -math.inf) < self._timing.now_gap_s:
            return None
        return self._say(index, "now", "now", None, pace_mps, time_s)

    def _after(self, offset_m: float, pace_mps: float, time_s: float) -> Prompt | None:
        index = self._next - 1
        if index < 0 or self._next >= len(self._maneuvers):
            return None
        timing, maneuver = self._timing, self._maneuvers[index]
        passed_m = offset_m - maneuver.offset_m
        if maneuver.length_m < timing.after_min_m or "after" in self._said[index]:
            return None
        if passed_m < timing.after_s * pace_mps or passed_m > 300:
            return None
        self._said[index].add("after")
        text = say_after(maneuver, self._language, units=self._units)
        return self._prompt(index, "after", text, -passed_m, pace_mps, time_s)

    def _say(
        self, index: int, stage: Stage, form: Form, distance_m: float | None, pace_mps: float, time_s: float
    ) -> Prompt:
        maneuver = self._maneuvers[index]
        self._said[index].add(stage)
        ahead_m = distance_m
        if ahead_m is not None:
            # The driver hears the number about half a second from now.
            ahead_m = max(0.0, ahead_m - pace_mps * 0.5)
        text = self._words(maneuver, form, distance_m=ahead_m)
        then = maneuver.then if form != "short" else None
        while then is not None:
            self._chained.add(self._index_of(index, then))
            then = then.then
        return self._prompt(index, stage, text, ahead_m or 0.0, pace_mps, time_s)

    def _index_of(self, after: int, then: Maneuver) -> int:
        for index in range(after + 1, min(after + 6, len(self._maneuvers))):
            if self._maneuvers[index].offset_m == then.offset_m:
                return index
        return after + 1

    def _prompt(
        self, index: int, stage: Stage, text: str, distance_m: float, pace_mps: float, time_s: float
    ) -> Prompt:
        length_s = self.occupy(time_s, text)
        if stage == "approach":
            self._main_ended_s[index] = self.busy_until_s
        # A sentence that could not begin within this time would come too late for its place.
        spare_s = 1.0 if stage in ("now", "approach") else 4.0
        return Prompt(
            text=text,
            language=self._language,
            stage=stage,
            maneuver=index,
            time_s=time_s,
            distance_m=distance_m,
            speech_s=length_s,
            drop_after_s=time_s + spare_s,
        )
