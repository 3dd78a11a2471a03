// The moving map: the car, the route with its passed part, pins, and a camera that looks ahead.
import { car } from "./arrows.js";
import { $, el } from "./dom.js";
import { colours, mapStyle } from "./style.js";

const FRAME_MS = 30;
const AHEAD_S = 2.5; // the car is moved on for so long after the last position
const PASSED_EVERY_MS = 700;
const GLIDE_S = 0.3; // how fast the camera's zoom and tilt follow
const CATCH_UP_S = 0.1; // how fast the car on the map follows
const TURN_S = 0.2;
const SLOW_MS = 60; // frames farther apart than this make the map coarser, step by step
const LOOK_MS = 2500;
const COARSEST = 0.6;
const LAID_OVER = ["banner", "cards", "trip", "tools", "talk", "drive"];
const MOST_COVERED = 0.4; // of the map, at one edge
const PIN_PX = 64;
const EDGE_PX = 32;
const CLOSE_ZOOM = 17.5; // so close places that lie together are told apart
const TILES_KEPT = 24; // of those that are out of sight: a car seldom turns back

const mix = (a, b, share) => a + (b - a) * share;
const turn = (a, b, share) => a + (((b - a + 540) % 360) - 180) * share;
const bearing = (a, b) => {
  const east = (b[0] - a[0]) * Math.cos((a[1] * Math.PI) / 180);
  return ((Math.atan2(east, b[1] - a[1]) * 180) / Math.PI + 360) % 360;
};
const feature = (line) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: line } });
const collection = (lines) => ({ type: "FeatureCollection", features: lines.map(feature) });

// One worker is enough for a region's tiles; it starts while the page still waits for the agent's first word.
maplibregl.setWorkerCount(1);
maplibregl.prewarm();

export class MapView {
  constructor(container) {
    this.container = container;
    this.mode = "heading"; // heading, north, overview, free
    this.extra = 0; // zoom that the driver added
    this.frames = 0;
    this.pins = [];
    this.tripLines = [];
    this.tripPins = [];
    this.route = null;
    this.others = [];
    this.at = null; // where the car is shown: lon, lat, heading
    this.goal = null; // what was told last
    this.passedAt = 0;
    this.apart = FRAME_MS; // milliseconds between frames, smoothed
    this.lookedAt = 0;
  }

  /** Open the map where the car is: what lies elsewhere need not be loaded first. */
  async open(theme, language, region, position) {
    this.look = [theme, language, region];
    const [south, west, north, east] = region.bbox;
    const middle = [(west + east) / 2, (south + north) / 2];
    if (!MapView.protocol) {
      MapView.protocol = new pmtiles.Protocol();
      maplibregl.addProtocol("pmtiles", MapView.protocol.tile);
    }
    this.map = new maplibregl.Map({
      container: this.container,
      style: mapStyle(theme, language, region),
      center: position ? [position[1], position[0]] : middle,
      zoom: position ? 16 : 11,
      attributionControl: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      maxPitch: 60,
      maxTileCacheSize: TILES_KEPT,
      renderWorldCopies: false,
      validateStyle: false, // it is our own, and a test reads it
      localIdeographFontFamily: "'Noto Sans CJK SC','Noto Sans SC','WenQuanYi Micro Hei',sans-serif",
      canvasContextAttributes: { antialias: false, powerPreference: "low-power" },
      pixelRatio: Math.min(1.5, window.devicePixelRatio || 1),
    });
    this.map.getCanvas().setAttribute("aria-hidden", "true");
    this.map.getCanvas().tabIndex = -1;
    this.map.on("render", () => this.frames++);
    this.map.on("dragstart", () => this.setView("free"));
    this.map.on("click", (event) => this.touched(event));
    const node = el("div", { className: "car" });
    node.append(car());
    this.marker = new maplibregl.Marker({ element: node, rotationAlignment: "map", pitchAlignment: "map" });
    await new Promise((done) => this.map.once("load", done));
    this.redraw();
    this.tick = this.tick.bind(this);
    requestAnimationFrame(this.tick);
  }

  /** Change theme, language or region; what is drawn over the map stays. */
  restyle(theme, language, region) {
    const same = JSON.stringify(this.look) === JSON.stringify([theme, language, region]);
    if (same || !this.map) return;
    this.look = [theme, language, region];
    if (MapView.protocol) MapView.protocol.tiles.clear();
    this.map.setStyle(mapStyle(theme, language, region), { diff: false });
    this.map.once("styledata", () => this.redraw());
  }

  redraw() {
    this.setLines();
    this.passedAt = 0;
  }

  setLines() {
    const source = this.map?.getSource("route");
    if (!source) return;
    source.setData(collection(this.route ? [this.route.line] : []));
    this.map.getSource("others").setData(collection(this.others.map((other) => other.line)));
    this.map.getSource("trip").setData({ type: "FeatureCollection", features: this.tripLines });
  }

  setRoute(route) {
    this.route = route;
    this.others = [];
    this.goal = null;
    if (route) {
      const [lon, lat] = route.line[0];
      this.at ??= { lon, lat, heading: 0, offset: 0 };
      this.at.offset = 0;
    }
    this.setLines();
    // What was driven of the route before is no part of this one.
    this.passedAt = 0;
    if (this.map?.getLayer("route")) this.map.setPaintProperty("route", "line-gradient", null);
    if (this.mode === "overview" && route) this.overview();
  }

  setOthers(routes) {
    this.others = routes;
    this.setLines();
    if (routes.length && this.mode === "overview") this.overview();
  }

  touched(event) {
    if (!this.others.length || !this.onOther) return;
    const near = [[event.point.x - 18, event.point.y - 18], [event.point.x + 18, event.point.y + 18]];
    const hit = this.map.queryRenderedFeatures(near, { layers: ["others"] })[0];
    if (!hit) return;
    const at = JSON.stringify(this.nearest(event.lngLat));
    this.onOther(Number(JSON.parse(at)));
  }

  /** Which of the other ways lies nearest to a point. */
  nearest(place) {
    const far = (line) => Math.min(...line.map(([lon, lat]) => Math.hypot(lon - place.lng, lat - place.lat)));
    const lengths = this.others.map((other) => far(other.line));
    return lengths.indexOf(Math.min(...lengths));
  }

  /** Take a moment of the drive; between two of them the car is moved on along its route. */
  setProgress(progress) {
    const now = performance.now();
    const before = this.goal;
    let pace = 1;
    if (before && progress.time_s > before.time_s && now > before.now) {
      pace = Math.min(30, (progress.time_s - before.time_s) / ((now - before.now) / 1000));
      pace = before.pace ? mix(before.pace, pace, 0.4) : pace;
    }
    this.goal = { ...progress, now, pace };
  }

  setPosition(position) {
    this.goal = { ...position, on_route: false, offset_m: 0, now: performance.now(), pace: 1 };
  }

  /** Where the car is to be now. */
  target(now) {
    const goal = this.goal;
    if (!goal) return null;
    const waited = Math.min(AHEAD_S, (now - goal.now) / 1000) * goal.pace;
    if (goal.on_route && this.route) {
      const offset = Math.min(goal.offset_m + (goal.speed_mps ?? 0) * waited, this.route.at_m.at(-1));
      return { ...this.along(offset), offset };
    }
    const heading = goal.heading_deg ?? this.at?.heading ?? 0;
    const metres = Math.min(40, (goal.speed_mps ?? 0) * waited);
    const rad = (heading * Math.PI) / 180;
    const lat = goal.lat + (metres * Math.cos(rad)) / 111_195;
    const lon = goal.lon + (metres * Math.sin(rad)) / (111_195 * Math.cos((goal.lat * Math.PI) / 180));
    return { lon, lat, heading, offset: null };
  }

  along(offset) {
    const { at_m: at, line } = this.route;
    let low = 0;
    let high = at.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (at[middle] <= offset) low = middle;
      else high = middle;
    }
    const share = at[high] > at[low] ? (offset - at[low]) / (at[high] - at[low]) : 0;
    const [a, b] = [line[low], line[high]];
    const heading = a[0] === b[0] && a[1] === b[1] ? (this.at?.heading ?? 0) : bearing(a, b);
    return { lon: mix(a[0], b[0], share), lat: mix(a[1], b[1], share), heading };
  }

  tick(now) {
    requestAnimationFrame(this.tick);
    if (now - (this.drawn ?? 0) < FRAME_MS) return;
    // What is smoothed is smoothed by time: a slow computer draws fewer frames, and does not lag behind.
    const passed = Math.min(1, (now - (this.drawn ?? now - FRAME_MS)) / 1000);
    this.drawn = now;
    this.glide = 1 - Math.exp(-passed / GLIDE_S);
    const target = this.target(now);
    if (!target) return;
    const here = this.at;
    // A target far away is another place, not a movement.
    const jump = !here || Math.hypot(target.lon - here.lon, target.lat - here.lat) > 0.004;
    const share = jump ? 1 : 1 - Math.exp(-passed / CATCH_UP_S);
    const next = this.between(here, target, share);
    next.heading = jump ? target.heading : turn(here.heading, target.heading, 1 - Math.exp(-passed / TURN_S));
    const still = here && !jump && Math.hypot(next.lon - here.lon, next.lat - here.lat) < 2e-7 && Math.abs(turn(here.heading, next.heading, 1) - here.heading) < 0.05;
    this.at = next;
    if (still && this.settled) return;
    this.keepUp(now, passed * 1000);
    this.marker.setLngLat([next.lon, next.lat]).setRotation(next.heading).addTo(this.map);
    const rests = this.mode === "heading" || this.mode === "north" ? this.follow(next, jump) : true;
    this.settled = still && rests;
    if (next.offset !== null && now - this.passedAt > PASSED_EVERY_MS) this.paintPassed(now, next.offset);
  }

  /** Draw with fewer pixels where the computer cannot keep up: a map that moves is worth more than a sharp one. */
  keepUp(now, apartMs) {
    this.apart = mix(this.apart, Math.min(400, apartMs), 0.08);
    if (now - this.lookedAt < LOOK_MS) return;
    this.lookedAt = now;
    const ratio = this.map.getPixelRatio();
    if (this.apart > SLOW_MS && ratio > COARSEST) {
      this.map.setPixelRatio(Math.max(COARSEST, ratio * 0.8));
      this.apart = FRAME_MS;
    }
  }

  /** A place on the way from where the car is shown to where it is to be: along the route, where both lie on it. */
  between(here, target, share) {
    if (target.offset !== null && typeof here?.offset === "number" && share < 1) {
      const offset = mix(here.offset, target.offset, share);
      return { ...this.along(offset), offset };
    }
    const from = here ?? target;
    return { lon: mix(from.lon, target.lon, share), lat: mix(from.lat, target.lat, share), offset: target.offset };
  }

  /** Move the camera with the car; true once it is where it is to be. */
  follow(place, jump) {
    const goal = this.goal;
    const kmh = (goal?.speed_mps ?? 0) * 3.6;
    let zoom = 17.4 - Math.min(3.2, kmh / 38);
    if ((goal?.next_distance_m ?? Infinity) < 260 && this.route) zoom = Math.max(zoom, 16.9);
    zoom += this.extra;
    const heading = this.mode === "heading";
    const pitch = heading ? 48 : 0;
    const { width, height } = this.size();
    const wide = width > height;
    const rests = Math.abs(zoom - this.map.getZoom()) < 0.01 && Math.abs(pitch - this.map.getPitch()) < 0.5;
    this.map.jumpTo({
      center: [place.lon, place.lat],
      bearing: heading ? place.heading : 0,
      pitch: mix(this.map.getPitch(), pitch, jump ? 1 : this.glide),
      zoom: mix(this.map.getZoom(), zoom, jump ? 1 : this.glide * 0.6),
      padding: { top: height * (heading ? 0.42 : 0.1), bottom: height * (wide ? 0.16 : 0.24), left: wide && this.route ? width * 0.3 : 0, right: wide ? 70 : 0 },
    });
    return rests;
  }

  size() {
    return { width: this.container.clientWidth, height: this.container.clientHeight };
  }

  /** How much of the map is covered at each of its edges: what lies over it counts where it takes least away. */
  covered() {
    const { width, height } = this.size();
    const found = { top: 0, bottom: 0, left: 0, right: 0 };
    for (const id of LAID_OVER) {
      const box = $(id).getBoundingClientRect();
      if (!box.width) continue;
      const strips = { top: box.bottom, bottom: height - box.top, left: box.right, right: width - box.left };
      const taken = (edge) => strips[edge] * (edge === "top" || edge === "bottom" ? width : height);
      const edge = Object.keys(strips).reduce((a, b) => (taken(b) < taken(a) ? b : a));
      found[edge] = Math.max(found[edge], Math.min(strips[edge], (edge === "top" || edge === "bottom" ? height : width) * MOST_COVERED));
    }
    return found;
  }

  paintPassed(now, offset) {
    this.passedAt = now;
    const c = colours(this.look[0]);
    const share = Math.min(0.9999, Math.max(0.0001, offset / this.route.at_m.at(-1)));
    if (this.map.getLayer("route")) this.map.setPaintProperty("route", "line-gradient", ["step", ["line-progress"], c.passed, share, c.route]);
  }

  setMode(mode) {
    this.mode = mode;
    this.extra = 0;
    this.settled = false;
    if (mode === "overview") this.overview();
    this.onMode?.(mode);
  }

  zoom(step) {
    if (this.goal && (this.mode === "heading" || this.mode === "north")) {
      this.extra = Math.max(-4, Math.min(3, this.extra + step));
      this.settled = false;
    } else this.map.easeTo({ zoom: this.map.getZoom() + step, duration: 250 });
  }

  overview() {
    this.frame([this.route?.line ?? [], ...this.others.map((other) => other.line)].flat());
  }

  /** Show all of some points, beside what lies over the map. */
  frame(points, closest = 16) {
    if (!points.length) return;
    const bounds = new maplibregl.LngLatBounds();
    for (const point of points) bounds.extend(point);
    const covered = this.covered();
    this.map.setPadding({ top: 0, bottom: 0, left: 0, right: 0 });
    this.map.fitBounds(bounds, {
      bearing: 0, pitch: 0, duration: 0, maxZoom: closest,
      padding: { top: covered.top + PIN_PX, bottom: covered.bottom + EDGE_PX, left: covered.left + EDGE_PX, right: covered.right + EDGE_PX },
    });
    this.setView("overview");
  }

  /** The camera no longer follows the car. */
  setView(mode) {
    if (this.mode === mode) return;
    this.mode = mode;
    this.onMode?.(mode);
  }

  /** Show one place in the middle, no closer than its surroundings. */
  show(place) {
    this.map.setPadding({ top: 0, bottom: 0, left: 0, right: 0 });
    const { left, right, top, bottom } = this.covered();
    this.map.easeTo({ center: [place.lon, place.lat], offset: [(left - right) / 2, (top - bottom) / 2], bearing: 0, pitch: 0, zoom: Math.max(15, this.map.getZoom()), duration: 250 });
    this.setView("overview");
  }

  pin({ place, text, label, className, act }) {
    const node = el("button", {
      className: `pin ${className ?? ""}`, type: "button", text, "aria-label": label,
      on: { click: (event) => { event.stopPropagation(); act(); } },
    });
    return new maplibregl.Marker({ element: node, anchor: "bottom" }).setLngLat([place.lon, place.lat]).addTo(this.map);
  }

  /** Lay a trip over the map: lines in their colours, and pins. */
  setTrip(lines, pins) {
    this.tripLines = lines.map((one) => ({ ...feature(one.line), properties: { colour: one.colour, by: one.by } }));
    this.setLines();
    for (const pin of this.tripPins) pin.remove();
    this.tripPins = pins.map((pin) => this.pin(pin));
  }

  /** Put numbered pins on the map; touching one is touching its card. */
  setPins(places, onTouch, nameOf) {
    for (const pin of this.pins) pin.remove();
    this.pins = places.map((place, index) => this.pin({
      place, text: String(index + 1), label: `${index + 1} ${nameOf(place)}`, act: () => onTouch(index),
    }));
    if (places.length) this.frame([...(this.route?.line ?? []), ...places.map((place) => [place.lon, place.lat])], CLOSE_ZOOM);
  }
}
