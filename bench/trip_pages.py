"""Trips printed in full, as the program prints them: the ten of docs/trips.md, or forty for a second judge.

    python -m bench.trip_pages > docs/trips.md
    python -m bench.trip_pages looked > plans.md

Each request is said to the agent with its reader, on the extracts of the benchmark and the drawn county.
The forty are the first plans of the looked half of `agent_testset/trips_said`; whoever judges them reads
`TRAVELLER.md` there first. What our rules say of a plan is not printed, so that it leads nobody.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from agent.trip.export import to_markdown
from agent.trip.itinerary import Plan
from agent.understanding.utterance import Language
from bench.trips import START, load
from bench.trips_said import FOLDER, Trips

JUDGED = 40
"""So many plans are printed for a second judge."""

SAID = (
    (
        "helsinki",
        "a weekend in Helsinki with our two kids, 5 and 8, parks and museums, no fish please",
        "Parks and a rest for a child of five, two short museums a day; much by car, nothing of fish.",
    ),
    (
        "helsinki",
        "Helsinki for three days, first day museums, second day parks, third day shopping",
        "Each day is what was asked for; much of one kind is what a themed day is.",
    ),
    (
        "andorra",
        "Two days in Andorra, hiking and a spa in the evening",
        "A walk to a summit, there and back, and the baths after it, from five on, before a late dinner.",
    ),
    (
        "andorra",
        "安道尔三天，两大两小，每天开车不超过两小时",
        "两个小时的车程够用；乐园的上下两站排在同一天，大人会嫌多。",
    ),
    (
        "monaco",
        "one day in Monaco, the Oceanographic Museum must be in, back by six",
        "The rock on foot, gardens and casino by short drives; nobody hurries, and it ends before six.",
    ),
    (
        "nanjing-centre",
        "南京两日游，带着七十岁的老妈，不吃辣",
        "图上只有市中心，所以没有中山陵和夫子庙；走得不多，午饭后能歇，只是慰安所旧址未必是老人家想看的。",
    ),
    (
        "tsinghua",
        "清华大学一日游，带孩子，下午五点前结束",
        "圆明园留了两个多小时，该有的；五点前确实回到了出发的地方。",
    ),
    (
        "county",
        "去云安玩两天，想看古镇，住民宿，不吃烧烤",
        "两个古镇都去了，第一天就住在古镇里；最后一天不到六点就回，没排晚饭。",
    ),
    (
        "county",
        "云安两天，周荡一天，一家三口，晚上逛夜市",
        "按说的分了天，夜市排在晚饭以后；第三天不到四点就回了，不赶。",
    ),
    (
        "county",
        "云安一日游，上午十点出发，晚上八点前回来，预算三百",
        "时间都对上了；三百块够不够，程序老实说不知道。",
    ),
)


def page() -> str:
    """Return the page."""
    lines = [
        "# Ten trips, printed in full",
        "",
        "Made by `python -m bench.trip_pages > docs/trips.md` from what was said, by reader, planner",
        "and the Markdown export; nothing is edited. Under each request stands a traveller's remark.",
        "The county is drawn for tests and exists nowhere. Data © OpenStreetMap contributors (ODbL).",
        "",
    ]
    with tempfile.TemporaryDirectory() as home:
        trips = Trips(Path(home))
        for region, said, remark in SAID:
            agent = trips.agent(region)
            if agent is None:
                continue
            answer = agent.hear(said, position=START[region])
            lines += [f"> {said}", "", f"*{remark}*", "", f"Spoken: {answer.reply}", ""]
            if answer.plan is not None:
                lines += _printed(answer.plan, answer.language)
    return "\n".join(lines)


def _printed(plan: Plan, language: Language) -> list[str]:
    """Return the plan's page, its headings one lower."""
    printed = to_markdown(plan, language).splitlines()
    return [*(f"#{line}" if line.startswith("#") else line for line in printed), ""]


def to_judge(trips: Trips, most: int = JUDGED) -> Iterator[str]:
    """Give plans of the looked half as pages, with what was said and answered."""
    given = 0
    for case in load(FOLDER / "requests_looked.jsonl"):
        agent = trips.agent(case["region"])
        answer = agent.hear(case["say"], position=START[case["region"]]) if agent is not None else None
        if answer is None or answer.plan is None:
            continue
        given += 1
        head = [
            f"## Plan {given}: {case['region']}",
            "",
            f"> {case['say']}",
            "",
            f"Spoken: {answer.reply}",
            "",
        ]
        yield "\n".join([*head, *_printed(answer.plan, answer.language)])
        if given == most:
            return


def main() -> None:
    """Print the ten trips, or those that are to be judged."""
    if sys.argv[1:] != ["looked"]:
        print(page())
        return
    with tempfile.TemporaryDirectory() as home:
        for printed in to_judge(Trips(Path(home))):
            print(printed)


if __name__ == "__main__":
    main()
