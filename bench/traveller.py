"""Plans printed for a second judge, who reads them as a traveller: what was said, and the page.

    python -m bench.traveller > plans.md

The judge reads `agent_testset/trips_said/TRAVELLER.md` first. Only the looked half is printed: its first
forty plans, in the order of the file. What our rules say of a plan is not printed, so that it leads nobody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from agent.trip.export import to_markdown
from bench.trips import START, load, sense_faults
from bench.trips_said import FOLDER, Trips

PLANS = 40


def plans(trips: Trips, most: int = PLANS) -> Iterator[tuple[str, list[str]]]:
    """Give plans of the looked half as pages, each with the faults that the rules find in it."""
    given = 0
    for case in load(FOLDER / "requests_looked.jsonl"):
        agent = trips.agent(case["region"])
        if agent is None:
            continue
        answer = agent.hear(case["say"], position=START[case["region"]])
        if answer.plan is None:
            continue
        given += 1
        page = to_markdown(answer.plan, answer.language)
        lines = [f"#{line}" if line.startswith("#") else line for line in page.splitlines()]
        head = [
            f"## Plan {given}: {case['region']}",
            "",
            f"> {case['say']}",
            "",
            f"Spoken: {answer.reply}",
            "",
        ]
        yield "\n".join([*head, *lines, ""]), list(sense_faults(answer.plan, agent.session.plan_inputs))
        if given == most:
            return


def main() -> None:
    """Print the plans."""
    with tempfile.TemporaryDirectory() as home:
        for page, _ in plans(Trips(Path(home))):
            print(page)


if __name__ == "__main__":
    main()
