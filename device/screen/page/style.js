// The map's own style, by day and by night; drawn from the layers of device/tiles.

const FONTS = ["Noto Sans CJK SC", "Noto Sans SC", "WenQuanYi Micro Hei", "DejaVu Sans", "sans-serif"];

const DAY = {
  ground: "#f3f0e8", sea: "#a9cfe4", water: "#a9cfe4", wood: "#cfe3c1", grass: "#dfeccd", park: "#cbe6b8", farmland: "#eeebd6",
  residential: "#eae5da", commercial: "#efe0d8", industrial: "#e6e2e6", institution: "#efe9d3", hospital: "#f4dedd",
  rock: "#e2ded6", sand: "#f2e7c4", ice: "#eef6fa", pitch: "#bfe0b0", parking: "#e6e4ea", pedestrian: "#ece8f0",
  building: "#ddd6ca", border: "#9a86a8", rail: "#a9a4a0",
  motorway: "#e3874f", trunk: "#efa964", primary: "#f7ce7e", secondary: "#fbe9a6", minor: "#ffffff", path: "#b9a88c",
  casing: "#b9aea0", text: "#2b2a28", halo: "#ffffff", place: "#1c1b1a", watertext: "#2f6d93", poi: "#5b4a8a",
  route: "#1f6fe5", routecase: "#0c3f92", passed: "#9aa3ad", other: "#7f9fc9", tripcase: "#ffffff",
};
const NIGHT = {
  ground: "#151a20", sea: "#0c1c2b", water: "#0c1f30", wood: "#16241c", grass: "#182520", park: "#17291e", farmland: "#1a1f1e",
  residential: "#1a2027", commercial: "#211f25", industrial: "#1d1f26", institution: "#20211f", hospital: "#281d20",
  rock: "#1c2024", sand: "#25231b", ice: "#22303a", pitch: "#1b2d21", parking: "#1f232b", pedestrian: "#20242c",
  building: "#222932", border: "#7d6b91", rail: "#4a4f57",
  motorway: "#a85f33", trunk: "#8f6a3b", primary: "#77683f", secondary: "#5f5f4c", minor: "#48525f", path: "#4a463c",
  casing: "#0d1116", text: "#d6dce3", halo: "#12161b", place: "#eef2f6", watertext: "#6fa7cc", poi: "#b7a9e2",
  route: "#4c9bff", routecase: "#133f7d", passed: "#5c6670", other: "#56718f", tripcase: "#9fb0bf",
};
export const colours = (theme) => (theme === "night" ? NIGHT : DAY);

const WIDTHS = {
  motorway: [2, 26], trunk: [1.8, 24], primary: [1.5, 22], secondary: [1.1, 19], tertiary: [0.9, 17],
  motorway_link: [1, 14], trunk_link: [1, 14], primary_link: [0.9, 13], secondary_link: [0.8, 12], tertiary_link: [0.8, 12],
  minor: [0.5, 14], pedestrian: [0.5, 11], service: [0.4, 8], track: [0.4, 5],
};
const byClass = (pick) => ["match", ["get", "class"], ...Object.keys(WIDTHS).flatMap((name) => [name, pick(name)]), 1];
const width = (more = 0) => [
  "interpolate", ["exponential", 1.6], ["zoom"],
  8, byClass((name) => WIDTHS[name][0] * 0.6 + more * 0.5),
  13, byClass((name) => WIDTHS[name][0] * 1.9 + more),
  18, byClass((name) => WIDTHS[name][1] + more * 2),
];
const roadColour = (c) => [
  "match", ["get", "class"],
  ["motorway", "motorway_link"], c.motorway, ["trunk", "trunk_link"], c.trunk, ["primary", "primary_link"], c.primary,
  ["secondary", "secondary_link"], c.secondary, c.minor,
];
const DRIVEN = Object.keys(WIDTHS);
const isRoad = ["in", ["get", "class"], ["literal", DRIVEN]];
const order = [
  "match", ["get", "class"], "motorway", 9, "trunk", 8, "primary", 7, "secondary", 6, "tertiary", 5,
  ["motorway_link", "trunk_link"], 4, ["primary_link", "secondary_link", "tertiary_link"], 3, "minor", 2, 1,
];

const named = (language) => ["coalesce", ["get", `name:${language}`], ["get", "name"]];

function roads(c, where, tunnel) {
  const base = { source: "map", "source-layer": "roads", layout: { "line-cap": "round", "line-join": "round", "line-sort-key": order } };
  const filter = ["all", isRoad, where];
  const dim = tunnel ? { "line-dasharray": [1.5, 1] } : {};
  return [
    { ...base, id: `roads-case-${tunnel ? "tunnel" : "open"}`, type: "line", filter, paint: { "line-color": c.casing, "line-width": width(1.6), "line-opacity": tunnel ? 0.5 : 1, ...dim } },
    { ...base, id: `roads-${tunnel ? "tunnel" : "open"}`, type: "line", filter, paint: { "line-color": roadColour(c), "line-width": width(), "line-opacity": tunnel ? 0.55 : 1 } },
  ];
}

function labels(c, language) {
  const halo = { "text-halo-color": c.halo, "text-halo-width": 1.8 };
  const text = (size) => ({ "text-font": FONTS, "text-size": size, "text-field": named(language), "text-max-width": 8 });
  return [
    { id: "water-names", type: "symbol", source: "map", "source-layer": "water", minzoom: 12, layout: text(18), paint: { "text-color": c.watertext, ...halo } },
    {
      id: "road-names", type: "symbol", source: "map", "source-layer": "roads", minzoom: 13, filter: isRoad,
      layout: { ...text(21), "symbol-placement": "line", "text-rotation-alignment": "map", "text-pitch-alignment": "viewport", "symbol-spacing": 320 },
      paint: { "text-color": c.text, ...halo },
    },
    {
      id: "road-refs", type: "symbol", source: "map", "source-layer": "roads", minzoom: 9, filter: ["all", isRoad, ["has", "ref"]],
      layout: { "text-font": FONTS, "text-size": 18, "text-field": ["get", "ref"], "symbol-placement": "line", "text-rotation-alignment": "viewport", "text-pitch-alignment": "viewport", "symbol-spacing": 420 },
      paint: { "text-color": c.place, "text-halo-color": c.halo, "text-halo-width": 3 },
    },
    {
      id: "pois", type: "symbol", source: "map", "source-layer": "pois", minzoom: 13.5,
      layout: { ...text(18), "text-field": ["format", "● ", {}, named(language), {}], "symbol-sort-key": ["-", 0, ["get", "rank"]], "text-padding": 12, "text-pitch-alignment": "viewport" },
      paint: { "text-color": c.poi, ...halo },
    },
    {
      id: "places", type: "symbol", source: "map", "source-layer": "places", maxzoom: 15.5, filter: ["!=", ["get", "class"], "peak"],
      layout: { ...text(["interpolate", ["linear"], ["zoom"], 6, 20, 14, 28]), "symbol-sort-key": ["-", 0, ["get", "people"]], "text-padding": 10 },
      paint: { "text-color": c.place, "text-halo-color": c.halo, "text-halo-width": 2.2 },
    },
  ];
}

const LAND = ["residential", "commercial", "industrial", "institution", "hospital", "farmland", "grass", "wood", "park", "rock", "sand", "ice", "pitch", "parking", "pedestrian"];
const LIKE = { scrub: "grass", wetland: "grass", cemetery: "grass" };

function ground(c) {
  const fills = [...LAND.flatMap((name) => [name, c[name]]), ...Object.entries(LIKE).flatMap(([name, like]) => [name, c[like]])];
  const fill = (id, layer, colour, more = {}) => ({ id, type: "fill", source: "map", "source-layer": layer, paint: { "fill-color": colour }, ...more });
  return [
    { id: "ground", type: "background", paint: { "background-color": c.ground } },
    fill("sea", "sea", c.sea, { filter: ["==", ["get", "class"], "ocean"] }),
    fill("islands", "sea", c.ground, { filter: ["==", ["get", "class"], "island"] }),
    fill("land", "land", ["match", ["get", "class"], ...fills, c.ground]),
    fill("water", "water", c.water),
    { id: "waterways", type: "line", source: "map", "source-layer": "waterways", paint: { "line-color": c.water, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1, 16, 5] } },
    { id: "borders", type: "line", source: "map", "source-layer": "borders", paint: { "line-color": c.border, "line-width": 2, "line-dasharray": [4, 2] } },
    fill("buildings", "buildings", c.building, { minzoom: 14 }),
  ];
}

/** Return the whole style for a theme, a language and a region. */
export function mapStyle(theme, language, region) {
  const c = colours(theme);
  const here = location.origin;
  const map = region?.tiles
    ? { type: "vector", url: `pmtiles://${here}/map/tiles.pmtiles` }
    : { type: "vector", tiles: [`${here}/map/{z}/{x}/{y}.mvt`], maxzoom: 14, bounds: region ? [region.bbox[1], region.bbox[0], region.bbox[3], region.bbox[2]] : undefined };
  const line = { type: "geojson", lineMetrics: true, data: { type: "FeatureCollection", features: [] } };
  const routeWidth = (more) => ["interpolate", ["exponential", 1.5], ["zoom"], 8, 4 + more, 14, 9 + more, 18, 22 + more];
  const round = { "line-cap": "round", "line-join": "round" };
  return {
    version: 8,
    sources: { map, route: line, others: { ...line }, trip: { ...line } },
    layers: [
      ...ground(c),
      { id: "paths", type: "line", source: "map", "source-layer": "roads", minzoom: 14, filter: ["==", ["get", "class"], "path"], paint: { "line-color": c.path, "line-width": 1.5, "line-dasharray": [2, 2] } },
      { id: "rails", type: "line", source: "map", "source-layer": "roads", filter: ["in", ["get", "class"], ["literal", ["rail", "tram", "subway"]]], paint: { "line-color": c.rail, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1, 16, 3] } },
      { id: "ferries", type: "line", source: "map", "source-layer": "roads", filter: ["==", ["get", "class"], "ferry"], paint: { "line-color": c.watertext, "line-width": 1.5, "line-dasharray": [4, 3] } },
      ...roads(c, ["==", ["get", "tunnel"], 1], true),
      ...roads(c, ["!=", ["get", "tunnel"], 1], false),
      { id: "trip-case", type: "line", source: "trip", filter: ["==", ["get", "by"], "car"], layout: round, paint: { "line-color": c.tripcase, "line-width": routeWidth(2) } },
      { id: "trip", type: "line", source: "trip", filter: ["==", ["get", "by"], "car"], layout: round, paint: { "line-color": ["get", "colour"], "line-width": routeWidth(-1) } },
      { id: "trip-foot", type: "line", source: "trip", filter: ["==", ["get", "by"], "foot"], paint: { "line-color": ["get", "colour"], "line-width": routeWidth(-1), "line-dasharray": [1.5, 1] } },
      { id: "others", type: "line", source: "others", layout: round, paint: { "line-color": c.other, "line-width": routeWidth(0), "line-opacity": 0.85 } },
      { id: "route-case", type: "line", source: "route", layout: round, paint: { "line-color": c.routecase, "line-width": routeWidth(4) } },
      { id: "route", type: "line", source: "route", layout: round, paint: { "line-color": c.route, "line-width": routeWidth(0) } },
      ...labels(c, language),
    ],
  };
}
