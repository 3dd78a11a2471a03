"""How long visits are where a day has more time than its sights take."""

from __future__ import annotations

from datetime import timedelta

from agent.trip.day import DayRun, Frame, Stop

_STRETCH = (1.25, 1.15, 1.0)
"""By so much visits grow where the day has time: more of it is a rest, not a visit. What was wished for grows
to the longest first."""
_STRETCH_EMPTY, _EMPTY = 1.6, timedelta(hours=2, minutes=30)
"""The same where even then so much of the day is left: nobody hurries where there is nothing else."""


def stretched(day_run: DayRun, frame: Frame, stops: list[Stop]) -> list[Stop]:
    """Give the sights of a day more time where the day has it."""
    goal = frame.sights_over - timedelta(minutes=45)
    plain = day_run.run(frame, stops)
    if (
        day_run.request.party.walks_less
        or not stops
        or not plain.fine
        or plain.sights_end is None
        or plain.sights_end >= goal
    ):
        return stops
    most = {s.place.id: day_run.request.stay_range(s.place)[2] for s in stops}
    wanted = day_run.request.wanted
    for factor in (_STRETCH_EMPTY, *_STRETCH):
        grown = {s.place.id: 2.0 if s.place.id in wanted else factor for s in stops}
        longer = [
            Stop(
                place=s.place,
                stay_min=max(s.stay_min, min(most[s.place.id], int(s.stay_min * grown[s.place.id] // 5) * 5)),
            )
            for s in stops
        ]
        run = day_run.run(frame, longer)
        over = frame.sights_over - (_EMPTY if factor == _STRETCH_EMPTY else timedelta())
        if run.fine and run.sights_end is not None and run.sights_end <= over:
            return longer
    return stops
