// The page of the car's screen: joins what the agent tells with what is shown.
import { tool } from "./arrows.js";
import { $, el, put, show } from "./dom.js";
import { DriveView } from "./drive.js";
import { MapView } from "./map.js";
import { Link } from "./net.js";
import { Panels } from "./panels.js";
import { isNight } from "./sun.js";
import { TalkView } from "./talk.js";
import { TripView } from "./trip.js";
import { load, nameOf, t } from "./words.js";

const SUN_EVERY_MS = 60_000;
const NOTICE_MS = 8000;

const root = document.documentElement;
const map = new MapView($("map"));
const drive = new DriveView();
let hello = null;
let place = null;
let opening = null;
let noticeTimer = 0;
let standing = "";

const say = (text) => link.send({ do: "say", text });
const talk = new TalkView(say);

function notice(text, { keep = false, bad = false } = {}) {
  put($("notice"), text);
  $("notice").classList.toggle("bad", bad);
  show($("notice"), Boolean(text));
  clearTimeout(noticeTimer);
  if (text && !keep) noticeTimer = setTimeout(() => notice(""), NOTICE_MS);
}

/** Say what holds until it is over: leave out the text when it is. */
function stand(text = "", bad = true) {
  if (text === standing) return;
  if (text) notice(text, { keep: true, bad });
  else if ($("notice").textContent === standing) notice("");
  standing = text;
}

function theme() {
  const chosen = hello?.theme ?? "auto";
  if (chosen !== "auto") return chosen;
  const box = hello?.region.bbox ?? [0, 0, 0, 0];
  const [lat, lon] = place ?? [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  return isNight(lat, lon) ? "night" : "day";
}

function paint() {
  if (!hello) return;
  const now = theme();
  root.dataset.theme = now;
  map.restyle(now, hello.language, hello.region);
}

/** Buttons at the side of the map; each says what it does. */
function tools() {
  const following = map.mode === "heading" || map.mode === "north";
  const list = [
    following ? [map.mode === "heading" ? "north" : "follow", t(map.mode === "heading" ? "tool.north" : "tool.heading"), () => map.setMode(map.mode === "heading" ? "north" : "heading")]
      : ["follow", t("tool.follow"), () => map.setMode("heading")],
    ["in", t("tool.in"), () => map.zoom(1)],
    ["out", t("tool.out"), () => map.zoom(-1)],
    ["search", t("tool.search"), () => panels.open("search")],
    ["trip", t("tool.trip"), () => panels.open("trip")],
    ["settings", t("tool.settings"), () => panels.open("settings")],
  ];
  if (drive.route) {
    list.splice(1, 0, ["overview", t("tool.overview"), overview]);
    list.push(["stop", t("tool.stop"), () => say(t("say.stop"))]);
  }
  const focused = document.activeElement?.dataset?.tool;
  $("tools").replaceChildren(...list.map(([name, text, act]) => {
    const button = el("button", { type: "button", title: text, "aria-label": text, "data-tool": name, on: { click: act } });
    button.append(tool(name));
    return button;
  }));
  if (focused) $("tools").querySelector(`[data-tool="${focused}"]`)?.focus();
}

async function greet(event) {
  // After an update of the agent its page is another one.
  if (hello?.page && event.page && event.page !== hello.page) return location.reload();
  event.page ??= hello?.page;
  const first = !hello;
  hello = event;
  place = event.position ?? place;
  await load(event.language);
  put($("title"), t("title"));
  document.title = t("title");
  put($("attribution"), event.region.attribution);
  root.dataset.region = event.region.name;
  tools();
  talk.rest();
  panels.draw();
  if (first) {
    root.dataset.theme = theme();
    opening = map.open(theme(), event.language, event.region, event.position);
    await opening;
    root.dataset.ready = "yes";
    if (event.first) panels.open("first");
  } else paint();
  if (event.position && !map.goal) map.setPosition({ lat: event.position[0], lon: event.position[1], heading_deg: null, speed_mps: 0 });
}

const on = {
  hello: greet,
  route(event) {
    drive.setRoute(event.route);
    map.setRoute(event.route);
    root.dataset.route = event.route ? event.number : "";
    if (event.route) {
      showPlaces([]);
      trip.close();
      if (panels.name === "first") panels.hide(); // it comes again when nothing is driven
      map.setMode("heading");
    }
    tools();
  },
  progress(event) {
    place = [event.progress.lat, event.progress.lon];
    drive.setProgress(event.progress, event.shown);
    map.setProgress(event.progress);
    const { estimated, on_route } = event.progress;
    const inTunnel = drive.inTunnel(event.progress);
    root.dataset.tunnel = inTunnel ? "yes" : "";
    if (inTunnel && estimated) stand(t("tunnel"), false);
    else if (!estimated && on_route) stand();
  },
  position(event) {
    place = [event.lat, event.lon];
    map.setPosition(event);
  },
  alternatives(event) {
    map.setOthers(event.routes.slice(1));
  },
  reroute: () => notice(t("rerouting")),
  off_route: () => stand(t("off_route")),
  position_lost: () => stand(t("no_position")),
  arrived: () => notice(t("arrived")),
  doing: (event) => talk.setDoing(event.doing),
  partial: (event) => talk.heard(event.text),
  transcript: (event) => talk.heard(event.text),
  view: look,
  answer(event) {
    talk.answered(event);
    if (event.intent?.kind === "view") return; // what is shown stays
    showPlaces(event.route || event.plan ? [] : event.places ?? []);
    if (event.plan) trip.setPlan(event.plan);
    if (event.plan && !drive.route) trip.open();
  },
  question: (event) => talk.setQuestion(event),
  plan(event) {
    trip.setPlan(event.plan);
    panels.draw();
  },
  trip: (event) => trip.setLines(event.lines),
  prompt: () => trip.close(), // the banner is back for what was said
  settings(event) {
    panels.settings = event;
    panels.draw();
  },
  health(event) {
    panels.checks = event.checks;
    panels.draw();
  },
  level: (event) => panels.setLevel(event.dbfs),
  pair(event) {
    panels.code = event;
    panels.draw();
  },
  refused(event) {
    if (event.do !== "alternatives") notice(t("refused", { why: event.why }), { bad: true });
  },
};

/** Show the whole route, and other ways to touch. */
function overview() {
  map.setMode("overview");
  link.send({ do: "alternatives" });
}

/** Move the map, or open a part of the screen, as it was said. */
function look({ show: what, index, place }) {
  const does = {
    in: () => map.zoom(1), out: () => map.zoom(-1), route: overview, place: () => lookAt(place, index),
    car: () => map.setMode("heading"), heading: () => map.setMode("heading"), north: () => map.setMode("north"),
    trip: () => trip.open(index < 0 ? trip.plan?.days.length : index),
    search: () => panels.open("search"), settings: () => panels.open("settings"),
  };
  if (what !== "search" && what !== "settings") panels.close();
  does[what]?.();
}

function lookAt(place, index) {
  const stop = trip.stops().find(({ visit }) => visit.place.id === place.id);
  if (talk.mark(index) || !stop) map.show(place);
  else trip.look(stop);
}

function showPlaces(places) {
  if (places.length) trip.close();
  const shown = talk.setPlaces(places);
  map.setPins(shown, (index) => talk.choose(index), nameOf);
}

async function take(event) {
  // Until the map is there, events wait; their order stays.
  if (event.event !== "hello" && opening) await opening;
  root.dataset.last = event.event;
  root.dataset.at = String(Math.round(performance.timeOrigin + performance.now()));
  await on[event.event]?.(event);
}

let queue = Promise.resolve();
const link = new Link(
  (event) => { queue = queue.then(() => take(event)).catch((error) => console.error(error)); },
  (state) => {
    root.dataset.link = state;
    standing = "";
    notice(state === "up" ? "" : t("lost"), { keep: true, bad: true });
  },
);
const trip = new TripView(map, link, say);
const panels = new Panels(link, say, trip);
map.onMode = () => tools();
map.onOther = (index) => link.send({ do: "take", index: index + 1 });
setInterval(paint, SUN_EVERY_MS);
document.addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.key === "+") map.zoom(1);
  if (event.key === "-") map.zoom(-1);
  if (event.key === "/") { event.preventDefault(); panels.open("search"); }
});
window.xiaogao = { map, link, trip, drive };
