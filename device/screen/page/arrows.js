// Arrows of manoeuvres and lanes, drawn and not downloaded.
import { svg } from "./dom.js";

const TURN_DEG = {
  straight: 0, slight_right: 45, right: 90, sharp_right: 135,
  slight_left: -45, left: -90, sharp_left: -135,
};
const LANE_DEG = { through: 0, none: 0, reverse: 180, merge_to_left: -45, merge_to_right: 45, ...TURN_DEG };

const point = (x, y, deg, length) => {
  const rad = (deg * Math.PI) / 180;
  return [x + length * Math.sin(rad), y - length * Math.cos(rad)];
};

function head(x, y, deg, size, colour = "currentColor") {
  const [tx, ty] = point(x, y, deg, size);
  const [lx, ly] = point(x, y, deg - 90, size * 0.85);
  const [rx, ry] = point(x, y, deg + 90, size * 0.85);
  return svg("path", { d: `M${tx} ${ty}L${lx} ${ly}L${rx} ${ry}Z`, fill: colour });
}

function bent(deg, { size = 100, width = 13, colour = "currentColor", foot = 92 } = {}) {
  const group = svg("g");
  const bend = deg === 0 ? 40 : 46;
  const [x, y] = point(50, bend, deg, deg === 0 ? 12 : 24);
  const path = `M50 ${foot}L50 ${bend + 6}Q50 ${bend} ${x} ${y}`;
  group.append(svg("path", { d: path, fill: "none", stroke: colour, "stroke-width": width, "stroke-linecap": "butt" }));
  group.append(head(x, y, deg, size * 0.2, colour));
  return group;
}

function back(left, colour = "currentColor", width = 13) {
  const side = left ? -1 : 1;
  const x = 50 + side * 26;
  const start = 50 - side * 4;
  const d = `M${start} 92L${start} 44A${15} ${15} 0 0 ${left ? 0 : 1} ${start + side * 30} 44L${start + side * 30} 58`;
  const group = svg("g");
  group.append(svg("path", { d, fill: "none", stroke: colour, "stroke-width": width }));
  group.append(head(x, 58, 180, 20, colour));
  return group;
}

function circle(degrees, number) {
  // Driven round from the foot, counter-clockwise where traffic keeps right: 90 is the next arm to the right.
  const group = svg("g");
  const deg = 180 - (degrees ?? 180);
  group.append(svg("circle", { cx: 50, cy: 46, r: 22, fill: "none", stroke: "currentColor", "stroke-width": 5, opacity: 0.35 }));
  const [fx, fy] = point(50, 46, 180, 22);
  const [ex, ey] = point(50, 46, deg, 22);
  const [ox, oy] = point(50, 46, deg, 33);
  const large = (degrees ?? 180) > 180 ? 1 : 0;
  const d = `M50 94L${fx} ${fy}A22 22 0 ${large} 0 ${ex} ${ey}L${ox} ${oy}`;
  group.append(svg("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 10, "stroke-linejoin": "round" }));
  group.append(head(ox, oy, deg, 15));
  if (number) {
    const text = svg("text", { x: 50, y: 54, "text-anchor": "middle", "font-size": 24, "font-weight": 700, fill: "currentColor" });
    text.textContent = number;
    group.append(text);
  }
  return group;
}

function flag() {
  const group = svg("g");
  group.append(svg("path", { d: "M30 92V14", stroke: "currentColor", "stroke-width": 9, fill: "none" }));
  group.append(svg("path", { d: "M34 16H80L68 34 80 52H34Z", fill: "currentColor" }));
  return group;
}

function fork(modifier) {
  const group = svg("g");
  const left = modifier.includes("left");
  const faint = svg("g", { opacity: 0.35 });
  faint.append(bent(left ? 40 : -40));
  group.append(faint, bent(left ? -40 : modifier === "straight" ? 0 : 40));
  return group;
}

/** Draw the arrow of a banner. */
export function arrow(banner) {
  const picture = svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" });
  const { kind, modifier } = banner;
  if (kind === "arrive" || kind === "via") picture.append(flag());
  else if (kind === "roundabout" || kind === "mini_roundabout") picture.append(circle(banner.degrees, banner.roundabout_exit));
  else if (modifier === "uturn") picture.append(back(!banner.left_hand));
  else if (kind === "fork" || kind === "off_ramp") picture.append(fork(modifier));
  else picture.append(bent(TURN_DEG[modifier] ?? 0));
  return picture;
}

/** Draw one lane: the arrows painted on it, and brighter the one that is followed. */
export function lane(data) {
  const picture = svg("svg", { viewBox: "0 0 100 100", class: data.active ? "lane active" : "lane", "aria-hidden": "true" });
  const arrows = data.arrows.length ? data.arrows : ["through"];
  const sorted = [...arrows].sort((a, b) => (a === data.follow) - (b === data.follow));
  for (const name of sorted) {
    const followed = data.active && (name === data.follow || arrows.length === 1 || !data.follow);
    const group = svg("g", { opacity: followed ? 1 : 0.6 });
    group.append(name === "reverse" ? back(true) : bent(LANE_DEG[name] ?? 0));
    picture.append(group);
  }
  return picture;
}

const TOOLS = {
  north: "M50 12 72 78 50 64 28 78Z",
  overview: "M14 36V14H36M64 14H86V36M86 64V86H64M36 86H14V64",
  follow: "M50 10 78 86 50 70 22 86Z",
  in: "M50 18V82M18 50H82",
  out: "M18 50H82",
  search: "M44 16A28 28 0 1 1 43.9 16ZM64 64 86 86",
  trip: "M24 86V60A14 14 0 0 1 38 46H62A14 14 0 0 0 76 32V14M14 20 24 10 34 20",
  settings: "M14 28H86M14 50H86M14 72H86M34 18V38M64 40V60M42 62V82",
  stop: "M22 22 78 78M78 22 22 78",
};
const FILLED = new Set(["north", "follow"]);

export function tool(name) {
  const filled = FILLED.has(name);
  const style = filled ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor", "stroke-width": 9, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, svg("path", { d: TOOLS[name], ...style }));
}

/** The car on the map. */
export function car() {
  const picture = svg("svg", { viewBox: "0 0 100 100", width: 56, height: 56, "aria-hidden": "true" });
  picture.append(
    svg("circle", { cx: 50, cy: 50, r: 46, fill: "#fff", opacity: 0.85 }),
    svg("path", { d: "M50 12 78 80 50 64 22 80Z", fill: "#1266d6", stroke: "#0b3f88", "stroke-width": 3 }),
  );
  return picture;
}
