// The banner with the next manoeuvre, and the bar with speed, limit and arrival.
import { arrow, lane } from "./arrows.js";
import { $, put, show } from "./dom.js";
import { distance, minutes, t } from "./words.js";

const SILENT = new Set(["depart", "exit_roundabout"]);
const LANES_WITHIN_M = 900;

export class DriveView {
  constructor() {
    this.route = null;
    this.shown = -1;
  }

  setRoute(route) {
    this.route = route;
    this.shown = -1;
    show($("banner"), Boolean(route));
    show($("drive"), Boolean(route));
    if (route) this.setBanner(this.banner(0), 0);
  }

  /** The manoeuvre that is shown: the next one that asks something of the driver. */
  banner(index) {
    const { banners } = this.route;
    let at = Math.min(index, banners.length - 1);
    while (SILENT.has(banners[at].kind) && at < banners.length - 1) at++;
    return { ...banners[at], at };
  }

  setBanner(banner, distanceM) {
    if (banner.at !== this.shown) {
      this.shown = banner.at;
      $("arrow").replaceChildren(arrow(banner));
      put($("road"), banner.text);
      put($("places"), banner.places.join(" · "));
      show($("places"), banner.places.length > 0);
      put($("exit"), banner.exit_number ? `${t("exit")} ${banner.exit_number}` : "");
      show($("exit"), Boolean(banner.exit_number));
      put($("then"), banner.then ? t("then", { what: banner.then.text }) : "");
      show($("then"), Boolean(banner.then));
      $("lanes").replaceChildren(...banner.lanes.map(lane));
      $("lanes").setAttribute("aria-label", t("lanes"));
      $("banner").dataset.kind = banner.kind;
    }
    const near = distanceM < LANES_WITHIN_M && banner.lanes.length > 0;
    show($("lanes"), near);
  }

  setProgress(progress, shown) {
    if (!this.route) return;
    const banner = this.banner(progress.next_maneuver);
    this.setBanner(banner, banner.offset_m - progress.offset_m);
    put($("distance"), banner.at === progress.next_maneuver ? distance(shown.next) : "");
    show($("distance"), $("distance").textContent !== "");
    put($("speed"), String(shown.speed));
    put($("speed-unit"), shown.speed_unit);
    $("speed-fact").classList.toggle("speeding", shown.speeding);
    $("speed").setAttribute("aria-label", `${t("speed")} ${shown.speed} ${shown.speed_unit}`);
    put($("limit"), shown.limit === null ? "" : String(shown.limit));
    $("limit").setAttribute("aria-label", `${t("limit")} ${shown.limit ?? ""}`);
    show($("limit"), shown.limit !== null);
    put($("here"), shown.road);
    put($("arrival"), shown.arrival);
    put($("arrival-word"), t("arrival"));
    put($("left-time"), minutes(shown.left_min));
    put($("left-distance"), distance(shown.left));
    document.documentElement.dataset.offset = progress.offset_m;
    document.documentElement.dataset.next = progress.next_maneuver;
  }

  inTunnel(progress) {
    return (this.route?.tunnels ?? []).some(([begin, end]) => begin <= progress.offset_m && progress.offset_m < end);
  }
}
