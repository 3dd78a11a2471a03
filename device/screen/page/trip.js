// The trip: on the map a line and numbered pins in the colour of each day, a stop to look at, and the list of all.
import { $, el, show } from "./dom.js";
import { far } from "./talk.js";
import { minutes, nameOf, t } from "./words.js";

const COLOURS = 6; // as many as screen.css has

const clock = (moment) => moment.slice(11, 16);
const colourOf = (day) => ((day - 1) % COLOURS) + 1;

export class TripView {
  constructor(map, link, say) {
    this.map = map;
    this.link = link;
    this.say = say;
    this.plan = null;
    this.told = "null";
    this.lines = [];
    this.day = 0; // the day that is shown, 0 for all
    this.stop = null; // the stop that is looked at
    this.shown = false;
  }

  /** Take the plan of now; what is looked at stays while it is the same one. */
  setPlan(plan) {
    const told = JSON.stringify(plan ?? null);
    if (told === this.told) return;
    this.told = told;
    this.plan = plan;
    this.lines = [];
    if (!this.stops().length) this.close();
    else if (this.shown) this.open();
  }

  setLines(lines) {
    this.lines = lines;
    if (!this.shown) return;
    this.draw();
    if (!this.stop && this.map.mode === "overview") this.frame();
  }

  /** All stops, numbered within their day; time that is left free round a stop is none of its own. */
  stops() {
    return (this.plan?.days ?? []).flatMap((day, index) => day.visits
      .filter((visit) => visit.kind !== "free")
      .map((visit, order) => ({ visit, day: index + 1, number: order + 1 })));
  }

  /** Lay the trip over the map: one of its days, or all. */
  open(day = 0) {
    if (!this.stops().length) return;
    this.shown = true;
    this.day = day <= this.plan.days.length ? day : 0;
    this.stop = null;
    if (!this.lines.length) this.link.send({ do: "trip" });
    this.draw();
    this.frame();
  }

  frame() {
    this.map.frame([...this.seen().map(({ visit: { place } }) => [place.lon, place.lat]), ...this.seenLines().flatMap((one) => one.line)]);
  }

  close() {
    if (!this.shown) return;
    this.shown = false;
    show($("trip"), false);
    document.documentElement.dataset.trip = "";
    this.map.setTrip([], []);
    if (this.map.mode === "overview") this.map.setMode("heading");
  }

  /** Look at one stop. */
  look(stop) {
    if (!this.shown || (this.day && this.day !== stop.day)) this.open(stop.day);
    this.stop = stop;
    this.draw();
    this.map.show(stop.visit.place);
  }

  isSeen(day) {
    return !this.day || this.day === day;
  }

  seen() {
    return this.stops().filter(({ day }) => this.isSeen(day));
  }

  seenLines() {
    return this.lines.filter(({ day }) => this.isSeen(day));
  }

  draw() {
    const style = getComputedStyle(document.documentElement);
    const colour = (day) => style.getPropertyValue(`--day-${colourOf(day)}`).trim();
    const pins = this.seen().map((stop) => ({
      place: stop.visit.place, text: String(stop.number), label: `${t("trip.day", { n: stop.day })}, ${stop.number} ${nameOf(stop.visit.place)}`,
      className: `day-${colourOf(stop.day)}${this.isLookedAt(stop) ? " looked" : ""}`, act: () => this.look(stop),
    }));
    this.map.setTrip(this.seenLines().map((one) => ({ ...one, colour: colour(one.day) })), pins);
    $("trip").setAttribute("aria-label", t("trip.title"));
    $("trip").replaceChildren(this.chips(), ...(this.stop ? [this.card(this.stop)] : []));
    show($("trip"), true);
    document.documentElement.dataset.trip = this.day || "all";
  }

  isLookedAt(stop) {
    return this.stop?.day === stop.day && this.stop.number === stop.number;
  }

  chips() {
    const count = this.plan.days.length;
    const chip = (text, day, more = "") => el("button", { type: "button", text, className: `chip ${more}`, "aria-pressed": String(this.day === day), on: { click: () => this.open(day) } });
    const days = this.plan.days.map((_, index) => chip(t("trip.day", { n: index + 1 }), index + 1, `day-${colourOf(index + 1)}`));
    return el(
      "div", { className: "chips" },
      ...(count > 1 ? [chip(t("trip.all"), 0), ...days] : days),
      el("button", { type: "button", id: "trip-close", className: "chip", text: "✕", "aria-label": t("tool.close"), on: { click: () => this.close() } }),
    );
  }

  card(stop) {
    const { place, arrive, leave } = stop.visit;
    return el(
      "div", { className: "looked-at", role: "group", "aria-label": nameOf(place) },
      el("span", { className: `number day-${colourOf(stop.day)}`, text: String(stop.number) }),
      el("span", { className: "name", text: nameOf(place) }),
      el("span", { className: "facts", text: `${clock(arrive)}–${clock(leave)} · ${this.way(stop.visit)}` }),
      el("button", { type: "button", className: "choice", text: t("trip.there"), on: { click: () => this.say(t("say.trip_stop", { name: nameOf(place) })) } }),
    );
  }

  way(visit) {
    const [seconds, metres] = visit.drive_m >= 1 ? [visit.drive_s, visit.drive_m] : [visit.walk_s ?? 0, visit.walk_m ?? 0];
    return `${minutes(Math.round(seconds / 60))} · ${far(metres)}`;
  }

  /** The trip as a list, for the panel; a stop that is touched is shown on the map. */
  list(close) {
    if (!this.stops().length) return [el("p", { text: t("trip.none") })];
    const then = (act) => () => { close(); act(); };
    const button = (text, act) => el("button", { type: "button", className: "wide", text, on: { click: then(act) } });
    const parts = [el("div", { className: "grid" }, button(t("trip.go"), () => this.say(t("say.trip_first"))), button(t("trip.map"), () => this.open()))];
    this.plan.days.forEach((day, index) => {
      const title = [t("trip.day", { n: index + 1 }), day.date, day.town].filter(Boolean).join(" · ");
      const stops = this.stops().filter((stop) => stop.day === index + 1).map((stop) => el("li", {}, el(
        "button", { type: "button", className: "stop", on: { click: then(() => this.look(stop)) } },
        el("span", { className: `number day-${colourOf(stop.day)}`, text: String(stop.number) }),
        el("span", { className: "when", text: clock(stop.visit.arrive) }),
        el("span", { className: "name", text: nameOf(stop.visit.place) }),
        el("span", { className: "facts", text: this.way(stop.visit) }),
      )));
      parts.push(el("h3", { text: title }), el("ol", { className: "stops" }, ...stops));
    });
    return parts;
  }
}
