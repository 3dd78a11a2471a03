// What is asked for rarely: search by touch, the trip, settings and health. Each is one dialog, a touch from the map.
import { $, el, put } from "./dom.js";
import { language, t } from "./words.js";

const KINDS = ["fuel", "charging", "parking", "food", "hotel", "toilets", "supermarket", "hospital"];
const LEVEL_EVERY_MS = 2000; // the agent tells the level while it is asked for
const QUIET_DBFS = -45;
const LOUD_DBFS = -1;
const URGENT = ["missing", "optional", "ok"]; // in this order the doctor's findings are shown
const AVOID = ["toll", "motorway", "ferry", "unpaved"];

export class Panels {
  constructor(link, say, trip) {
    this.link = link;
    this.say = say;
    this.trip = trip;
    this.settings = null;
    this.checks = null;
    this.code = null;
    this.level = null;
    this.watching = 0;
    this.panel = $("panel");
    this.panel.querySelector("header").append(
      el("button", { type: "button", id: "panel-close", text: "✕", on: { click: () => this.close() } }),
    );
  }

  open(name) {
    this.name = name;
    this.draw();
    if (!this.panel.open) this.panel.showModal();
    $("panel-body").scrollTop = 0;
    if (name === "settings") {
      this.link.send({ do: "settings" });
      this.link.send({ do: "health" });
      this.watchLevel();
    }
  }

  close() {
    if (this.name === "first") this.link.send({ do: "greeted" });
    this.hide();
  }

  hide() {
    if (this.panel.open) this.panel.close();
    this.name = null;
  }

  watchLevel() {
    if (this.name !== "settings" || !this.panel.open) return;
    this.link.send({ do: "level" });
    clearTimeout(this.watching);
    this.watching = setTimeout(() => this.watchLevel(), LEVEL_EVERY_MS);
  }

  /** Show how loud the microphone is; null where none is heard. */
  setLevel(dbfs) {
    this.level = dbfs;
    const meter = $("level");
    if (!meter) return;
    const heard = dbfs !== null && dbfs !== undefined;
    meter.value = heard ? Math.max(meter.min, dbfs) : meter.min;
    const word = !heard ? "none" : dbfs < QUIET_DBFS ? "quiet" : dbfs > LOUD_DBFS ? "loud" : "good";
    put($("level-words"), heard ? `${t(`level.${word}`)} · ${Math.round(dbfs)} dB` : t("level.none"));
  }

  draw() {
    if (!this.name) return;
    $("panel-close").setAttribute("aria-label", t("tool.close"));
    $("panel-title").textContent = t(`${this.name}.title`);
    $("panel-body").replaceChildren(...this.body());
    this.setLevel(this.level);
  }

  body() {
    const bodies = { search: () => this.search(), trip: () => this.trip.list(() => this.close()), settings: () => (this.settings ? this.settingsRows() : []), first: () => this.first() };
    return bodies[this.name]();
  }

  first() {
    const lines = ["first.1", "first.2", "first.3"].map((key) => el("p", { text: t(key) }));
    return [...lines, el("button", { type: "button", className: "wide", autofocus: true, text: t("first.go"), on: { click: () => this.close() } })];
  }

  asked(text) {
    this.close();
    this.say(text);
  }

  search() {
    const field = el("input", { id: "search-field", type: "search", autocomplete: "off", maxLength: 120, enterKeyHint: "search" });
    const form = el(
      "form", { className: "search", on: { submit: (event) => { event.preventDefault(); if (field.value.trim()) this.asked(field.value.trim()); } } },
      el("label", { for: "search-field", text: t("search.field") }), field,
      el("button", { type: "submit", text: t("search.go") }),
    );
    const kinds = KINDS.map((kind) => el("button", { type: "button", text: t(`kind.${kind}`), "data-kind": kind, on: { click: () => this.asked(t(`say.${kind}`)) } }));
    return [form, el("div", { className: "grid" }, ...kinds)];
  }

  settingsRow(title, ...buttons) {
    return el("section", { className: "row", "aria-label": title }, el("h3", { text: title }), el("div", { className: "grid" }, ...buttons));
  }

  option(text, chosen, act) {
    return el("button", { type: "button", text, "aria-pressed": String(chosen), on: { click: act } });
  }

  set(key, value) {
    this.link.send({ do: "set", key, value });
    if (this.settings) this.settings.values[key] = value;
    this.draw();
  }

  choices(key, title, values) {
    const now = this.settings.values[key];
    return this.settingsRow(title, ...values.map(([value, text]) => this.option(text, now === value, () => this.set(key, value))));
  }

  regionRows() {
    const { regions, region } = this.settings;
    return regions.map((one) => {
      const size = (one.size / 1e6).toFixed(one.size < 1e7 ? 1 : 0);
      const about = one.age_days === null ? `${size} MB` : t("settings.region", { size, days: one.age_days });
      return el(
        "li", { className: one.name === region ? "chosen" : "" },
        el("span", { className: "name", text: one.name }),
        el("span", { className: "facts", text: one.tiles ? about : `${about} · ${t("settings.no_tiles")}` }),
      );
    });
  }

  settingsRows() {
    const s = this.settings;
    const voices = s.voices.filter((voice) => voice.language === language).slice(0, 6);
    const key = `speech.voice_${language}`;
    const avoided = new Set(s.values["routing.avoid"]);
    const toggle = (name) => this.set("routing.avoid", AVOID.filter((other) => (other === name) !== avoided.has(other)));
    return [
      this.choices("speech.language", t("settings.language"), [["auto", t("settings.auto")], ["zh", "中文"], ["en", "English"]]),
      this.choices("screen.theme", t("settings.theme"), [["auto", t("settings.auto")], ["day", t("settings.day")], ["night", t("settings.night")]]),
      this.settingsRow(
        `${t("settings.volume")} ${s.volume} %`,
        this.option(t("settings.quieter"), false, () => this.link.send({ do: "volume", change: "down" })),
        this.option(t("settings.louder"), false, () => this.link.send({ do: "volume", change: "up" })),
      ),
      this.microphone(),
      this.choices("guidance.units", t("settings.units"), [["auto", t("settings.auto")], ["metric", t("settings.metric")], ["us", t("settings.us")], ["uk", t("settings.uk")]]),
      this.settingsRow(t("settings.avoid"), ...AVOID.map((name) => this.option(t(`avoid.${name}`), avoided.has(name), () => toggle(name)))),
      voices.length && key in s.values ? this.choices(key, t("settings.voice"), voices.map((voice) => [voice.name, voice.name])) : null,
      el("section", { className: "row" }, el("h3", { text: t("settings.places") }), s.places.length
        ? el("ul", {}, ...s.places.map((place) => el("li", { text: place.label ? `${place.label}: ${place.name}` : place.name })))
        : el("p", { text: t("settings.no_places") })),
      el("section", { className: "row" }, el("h3", { text: t("settings.regions") }), el("ul", { className: "regions" }, ...this.regionRows())),
      this.health(),
      this.phone(),
    ].filter(Boolean);
  }

  microphone() {
    return el(
      "section", { className: "row" }, el("h3", { id: "level-name", text: t("settings.microphone") }),
      el("meter", { id: "level", min: -60, max: 0, "aria-labelledby": "level-name" }), el("p", { id: "level-words" }),
    );
  }

  health() {
    const button = this.option(t("settings.again"), false, () => this.link.send({ do: "health" }));
    const found = [...(this.checks ?? [])].sort((a, b) => URGENT.indexOf(a.state) - URGENT.indexOf(b.state)).map((check) => el(
      "li", { className: check.state },
      el("span", { className: "name", text: check.name }),
      el("span", { className: "facts", text: `${t(`health.${check.state}`)} · ${check.detail}` }),
    ));
    return el("section", { className: "row" }, el("h3", { text: t("settings.health") }), el("div", { className: "grid" }, button), found.length ? el("ul", { className: "checks" }, ...found) : null);
  }

  phone() {
    const button = this.option(t("settings.pair"), false, () => this.link.send({ do: "pair" }));
    const told = el("p", { id: "pair-code" });
    if (this.code) told.append(el("b", { text: this.code.code }), t("pair.code", { code: this.code.code, min: Math.round(this.code.valid_s / 60) }));
    return el("section", { className: "row" }, el("h3", { text: t("settings.phone") }), el("div", { className: "grid" }, button), told);
  }
}
