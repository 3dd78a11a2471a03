"""Ten trips printed in full, as the program prints them: docs/trips.md.

    python -m bench.trip_pages > docs/trips.md

Each request is said to the agent with its reader, on the extracts of the benchmark and the drawn county.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from agent.trip.export import to_markdown
from bench.trips import START
from bench.trips_said import Trips

SAID = (
    (
        "helsinki",
        "a weekend in Helsinki with our two kids, 5 and 8, parks and museums, no fish please",
        "Parks and museums in turn with the children, nothing of fish on the table, four stops a day.",
    ),
    (
        "helsinki",
        "Helsinki for three days, first day museums, second day parks, third day shopping",
        "Each day is what was asked for; much of one kind is what a themed day is.",
    ),
    (
        "andorra",
        "Two days in Andorra, hiking and a spa in the evening",
        "A walk to a summit before lunch, there and back. But the baths are on the first morning, "
        "and they were asked for in the evening.",
    ),
    (
        "andorra",
        "安道尔三天，两大两小，每天开车不超过两小时",
        "两个小时的车程够用；同一个乐园的上下两站占了整整一天，大人会嫌多。",
    ),
    (
        "monaco",
        "one day in Monaco, the Oceanographic Museum must be in, back by six",
        "The rock on foot after one drive; the hairpin is for those who love the race.",
    ),
    (
        "nanjing-centre",
        "南京两日游，带着七十岁的老妈，不吃辣",
        "图上只有市中心，所以没有中山陵和夫子庙；每天四处，走得不多。“老妈”被拆成了两半。",
    ),
    (
        "tsinghua",
        "清华大学一日游，带孩子，下午五点前结束",
        "圆明园留了三个小时，该有的；五点前确实回到了出发的地方。",
    ),
    (
        "county",
        "去云安玩两天，想看古镇，住民宿，不吃烧烤",
        "两个古镇都去了，第一天太阳下山就住在古镇里；最后一天五点半逛夜市，没排晚饭就回了。",
    ),
    (
        "county",
        "云安两天，周荡一天，一家三口，晚上逛夜市",
        "按说的分了天，夜市排在晚饭以后；第三天的古戏台用不了一个小时。",
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
                printed = to_markdown(answer.plan, answer.language)
                lines += [f"#{line}" if line.startswith("#") else line for line in printed.splitlines()]
                lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(page())
