"""What a driver can want: one pydantic model per intent kind, with its slots.

A place slot holds words that were said, never a coordinate and never a name that the language model
made up; resolving those words to a place is the dialogue's work. Every slot has a neutral default, so
`intent.slots()` shows only what was said.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Avoid = Literal["toll", "motorway", "ferry", "unpaved"]
Pick = Literal["", "nearest", "best", "cheapest"]
Need = Literal[
    "",
    "food",
    "fuel",
    "charging",
    "coffee",
    "toilet",
    "rest",
    "parking",
    "hotel",
    "pharmacy",
    "hospital",
    "repair",
    "shopping",
    "sights",
    "cash",
    "drink",
]
TravelMode = Literal["", "foot", "bike"]
"""How to travel, where that is not by car."""
Topic = Literal[
    "",
    "talk",
    "greeting",
    "thanks",
    "goodbye",
    "climate",
    "window",
    "call",
    "message",
    "music",
    "weather",
    "traffic",
    "price",
    "news",
    "reminder",
    "booking",
    "knowledge",
    "joke",
    "translate",
    "car",
    "smart_home",
    "shopping_order",
    "language",
    "other",
]
"""What was talked of that is not ours; "talk" is no request at all."""
StatusQuestion = Literal[
    "time_left",
    "distance_left",
    "arrival_time",
    "next_turn",
    "where_am_i",
    "speed_limit",
    "destination",
    "fuel_range",
    "clock",
    "date",
    "opening_hours",
    "phone",
    "address",
    "route",
    "traffic",
    "distance",
    "travel_time",
    "leave_by",
]


class _Base(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, extra="forbid")

    def slots(self) -> dict[str, Any]:
        """Return the slots that were filled, as plain JSON values, without the kind."""
        filled = self.model_dump(mode="json", exclude_defaults=True)
        filled.pop("kind", None)
        return filled

    def to_dict(self) -> dict[str, Any]:
        """Return the intent as in the answer's JSON: its kind and the filled slots."""
        return {"kind": getattr(self, "kind", ""), **self.slots()}


class Navigate(_Base):
    """Drive to a place."""

    kind: Literal["navigate"] = "navigate"
    to: str = ""
    """The destination in the speaker's words: a name, a category, "home", "上次那家火锅店"."""
    via: tuple[str, ...] = ()
    """Stops on the way, in order."""
    start: str = ""
    """Where to start, if not at the car's position."""
    near: str = ""
    """Place that the destination is near to ("the hotel near the cathedral")."""
    avoid: tuple[Avoid, ...] = ()
    prefer: Literal["", "fastest", "shortest"] = ""
    pick: Pick = ""
    open_now: bool = False
    need: Need = ""
    """What the destination must serve when no category was named ("take me somewhere to eat")."""
    by: TravelMode = ""
    """Asked for a walk or a ride, which is told and not guided."""
    arrive_by: str = ""
    """When to be there, in the speaker's words."""
    depart_at: str = ""
    """When to leave, in the speaker's words."""
    has: tuple[str, ...] = ()
    """What the place must have or be, in the speaker's words."""
    without: str = ""
    """Name, brand or kind that it must not be, in the speaker's words."""
    within_m: int = 0
    """At most so far away, metres; 0 for any distance."""
    within_min: int = 0
    """At most so many minutes' drive away; 0 for any time."""
    price: str = ""
    """What was said of the price, which no map tells."""


class Search(_Base):
    """Find places."""

    kind: Literal["search"] = "search"
    what: str = ""
    """Name or category in the speaker's words."""
    need: Need = ""
    """The need behind it when no category was named ("饿了")."""
    near: str = ""
    """Place to search around; empty means the car, "那" or "there" the place last spoken of."""
    along: bool = False
    """Along the current route."""
    pick: Pick = ""
    open_now: bool = False
    open_at: str = ""
    """When it must be open, if not now, in the speaker's words: "on Sunday", 到十二点."""
    stars: int = 0
    """At least so many hotel stars; 0 for any."""
    within_m: int = 0
    """At most so far away, metres; 0 for any distance."""
    within_min: int = 0
    """At most so many minutes' drive away; 0 for any time."""
    without: str = ""
    """Name, brand or kind that it must not be, in the speaker's words."""
    has: tuple[str, ...] = ()
    """What it must have or be, in the speaker's words: "outdoor seating", 能停车."""
    price: str = ""
    """What was said of the price, which no map tells."""
    count: int = 0
    """How many are wanted; 0 if not said."""


class DayWish(_Base):
    """What one day of a trip should be about; what is said of no day is said of the whole trip."""

    day: int = 1
    """Day that is meant, from 1; -1 for the last."""
    where: str = ""
    """Town or area of the day, in the speaker's words."""
    likes: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    meals: tuple[str, ...] = ()


class Wishes(_Base):
    """What a trip should be like, in the speaker's words; `agent.trip.wishes` reads them.

    Each word that stands here comes back in the plan's accounting: kept, traded off, or unknown to the map.
    """

    likes: tuple[str, ...] = ()
    """Kinds of sights to see."""
    dislikes: tuple[str, ...] = ()
    """Kinds or names to leave out."""
    must: tuple[str, ...] = ()
    """Named places that have to be in the plan."""
    meals: tuple[str, ...] = ()
    """Cuisines or dishes wanted."""
    no_meal: tuple[str, ...] = ()
    """Food that is not eaten: 辣, "seafood"."""
    who: tuple[str, ...] = ()
    """The party: 两大一小, "me and my two kids", 带着老人, "with the dog"."""
    money: tuple[str, ...] = ()
    """What was said of the budget: 预算三千, "a budget of 500"."""
    lodging: tuple[str, ...] = ()
    """Hotels by name, kind or wish: 民宿, "sea view", "the Grand Hotel", "camper"."""
    limit: tuple[str, ...] = ()
    """What must not be too much: "not too much walking", 一天开车不超过三小时."""
    time: tuple[str, ...] = ()
    """Times of the trip: 下午两点出发, "back by six", "before my flight at four"."""
    by_day: tuple[DayWish, ...] = ()
    """What was wished for one day: "day one shopping", 第二天去周庄."""
    clash: str = ""
    """Words of the request that contradict others of it."""
    parts: tuple[tuple[str, str], ...] = ()
    """Wishes of a part of the day, each with "morning", "afternoon" or "evening"."""
    unread: tuple[str, ...] = ()
    """Words of the request that nothing made anything of: they are said back."""
    children: bool = False
    elderly: bool = False
    budget: Literal["", "low", "high"] = ""
    hotel_stars: int = 0
    pace: Literal["", "easy", "full"] = ""
    avoid: tuple[Avoid, ...] = ()
    depart: str = ""
    """Time of the daily start, "HH:MM"."""


class PlanChange(_Base):
    """A change to the plan at hand."""

    action: Literal[
        "drop",
        "add",
        "hotel",
        "fewer",
        "more",
        "later",
        "earlier",
        "shorter",
        "longer",
        "days",
        "date",
        "swap",
        "undo",
        "exchange",
        "order",
        "stay",
        "ends",
        "meal_at",
        "free",
        "rest",
        "walk",
    ]
    day: int = 0
    """Day that is meant, from 1; 0 for any, -1 for the last."""
    days: int = 1
    """How many days longer or shorter, or, for "days", in all; how many stops fewer; the other day of two
    that change places; how many changes are taken back."""
    minutes: int = 0
    """How long a visit is to be, or by how much longer, shorter, later or earlier."""
    what: str = ""
    """What it is about, in the speaker's words: a place, a kind, a meal, a part of the day, a date, a time.

    "drop" with a day and nothing else drops the day; "later" and "earlier" with a time begin at that time;
    "hotel" with words takes the one of that name or kind, or a cheaper or better one; "fewer" with a kind
    thins out that kind, with a part of the day that part; "walk" is for less of it; "free" leaves a part of
    the day free; "ends" and "meal_at" have a time.
    """
    other: str = ""
    """What comes in its place; empty for another of its kind.

    For "stay" and "ends" whether it is to be "longer", "shorter", "later" or "earlier"; for "order" before
    what it comes: a part of the day, another stop, "first", "last", or "reverse" for the whole day.
    """


class PlanTrip(_Base):
    """Plan a trip of one or more days, or ask about, change, keep or drive the plan at hand."""

    kind: Literal["plan_trip"] = "plan_trip"
    where: str = ""
    """Where to, in the speaker's words; empty for here."""
    towns: tuple[str, ...] = ()
    """Several towns in the order said; then `where` is empty or the first of them."""
    start: str = ""
    """Where the trip begins, if not at the car's position."""
    days: int | None = None
    """Number of days as said, also impossible ones; None if not said."""
    date: str = ""
    """When, in the speaker's words: "next weekend", 端午节, 11月底."""
    wishes: Wishes = Wishes()
    change: PlanChange | None = None
    ask: Literal[
        "",
        "all",
        "day",
        "lunch",
        "dinner",
        "hotel",
        "start",
        "cost",
        "next",
        "unmet",
        "compare",
        "driving",
        "walking",
        "end",
        "after",
        "has",
    ] = ""
    """What is asked about the plan at hand; "after" and "has" name what they ask about."""
    about: str = ""
    """Stop, kind or part of the day that is asked about, in the speaker's words."""
    day: int = 0
    """Day that is asked about, from 1; 0 for all, -1 for the last."""
    act: Literal["", "save", "recall", "drive"] = ""
    """Keep the plan, take up a kept one, or drive to its next stop."""
    label: str = ""
    """Name under which a plan is kept."""


class ChangeRoute(_Base):
    """Change the route that is being driven."""

    kind: Literal["change_route"] = "change_route"
    avoid: tuple[Avoid, ...] = ()
    allow: tuple[Avoid, ...] = ()
    add: str = ""
    """Stop to add."""
    drop: str = ""
    """Stop to leave out; "*" for all of them."""
    prefer: Literal["", "faster", "shorter", "other", "back"] = ""
    """"back" is the drive as it was before the last change."""
    instead: str = ""
    """Stop that takes the place of the one dropped."""


class Choose(_Base):
    """Pick one of the places offered."""

    kind: Literal["choose"] = "choose"
    index: int = 0
    """Position in the list from 1, -1 for the last; 0 if not said."""
    by: Literal["", "nearer", "farther", "better", "cheaper", "other"] = ""
    name: str = ""
    """Part of the name, or what tells it apart."""


class Confirm(_Base):
    """Yes."""

    kind: Literal["confirm"] = "confirm"


class Deny(_Base):
    """No, perhaps with what was meant instead."""

    kind: Literal["deny"] = "deny"
    instead: str = ""


class Status(_Base):
    """A question about the drive."""

    kind: Literal["status"] = "status"
    what: StatusQuestion = "time_left"
    place: str = ""
    """Ask about this place instead of the destination ("how far is the airport?")."""
    by: TravelMode = ""
    at: str = ""
    """The moment that is asked about, in the speaker's words: "on Sunday", 明天."""
    arrive_by: str = ""
    """When to be there, for "when must I leave", in the speaker's words."""


class Remember(_Base):
    """Keep a place."""

    kind: Literal["remember"] = "remember"
    what: Literal["home", "company", "favourite"] = "favourite"
    place: str = ""
    """The place in the speaker's words; empty for here (or the place last spoken of)."""
    label: str = ""
    """Name to keep it under."""
    forget: bool = False
    """Forget it instead."""


class Recall(_Base):
    """A question about what is remembered."""

    kind: Literal["recall"] = "recall"
    what: Literal["home", "company", "favourites", "destinations"] = "favourites"


class Cancel(_Base):
    """Stop: the guidance, the question, the talking."""

    kind: Literal["cancel"] = "cancel"
    what: Literal["", "drive", "plan", "question"] = ""
    """What is to stop; empty for whatever is going on."""


class Repeat(_Base):
    """Say the last thing again."""

    kind: Literal["repeat"] = "repeat"


class Volume(_Base):
    """Louder, softer, mute, a level in percent, or a test of speaker and microphone."""

    kind: Literal["volume"] = "volume"
    change: Literal["up", "down", "mute", "unmute", "set", "max", "min", "test"] = "up"
    level: int | None = None


class View(_Base):
    """Move the map on the screen, or open what the screen has; only the closed lists read it."""

    kind: Literal["view"] = "view"
    show: Literal["in", "out", "route", "car", "north", "heading", "place", "trip", "search", "settings"] = (
        "car"
    )
    index: int = 0
    """Which of the places offered, or which day of the trip, from 1; -1 for the last, 0 for all."""


class Help(_Base):
    """What can you do?"""

    kind: Literal["help"] = "help"


class Chat(_Base):
    """What is none of our business, or no request at all."""

    kind: Literal["chat"] = "chat"
    topic: Topic = ""


Intent = Annotated[
    Navigate
    | Search
    | PlanTrip
    | ChangeRoute
    | Choose
    | Confirm
    | Deny
    | Status
    | Remember
    | Recall
    | Cancel
    | Repeat
    | Volume
    | View
    | Help
    | Chat,
    Field(discriminator="kind"),
]

_ADAPTER: TypeAdapter[Intent] = TypeAdapter(Intent, config=ConfigDict(defer_build=True))


def parse_intent(value: dict[str, Any]) -> Intent:
    """Check a plain dict, as a language model or a file gives it, against the schema.

    Raises
    ------
    pydantic.ValidationError
        If the kind is unknown or a slot does not fit.
    """
    return _ADAPTER.validate_python(value)
