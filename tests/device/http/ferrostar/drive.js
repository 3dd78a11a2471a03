// Guides a simulated drive with Ferrostar's web component, and writes down what it shows and says.
import { locationSimulationFromCoordinates } from "@stadiamaps/ferrostar";
import { SimulatedLocationProvider } from "ferrostar";

const CONFIG = {
  stepAdvance: { RelativeLineStringDistance: { minimumHorizontalAccuracy: 25, specialAdvanceConditions: null } },
  routeDeviationTracking: { StaticThreshold: { minimumHorizontalAccuracy: 25, maxAcceptableDeviation: 20 } },
  snappedLocationCourseFiltering: "Raw",
};
const STEP_DEG = 0.0001;
const WARP = 60;

/** Points a few metres apart: Ferrostar's own simulation leaps over a line that runs from west to east. */
const dense = (line) => line.flatMap((point, index) => {
  const next = line[index + 1] ?? point;
  const count = Math.max(1, Math.ceil(Math.hypot(next.lat - point.lat, next.lng - point.lng) / STEP_DEG));
  return Array.from({ length: count }, (_, n) => ({ lat: point.lat + ((next.lat - point.lat) * n) / count, lng: point.lng + ((next.lng - point.lng) * n) / count }));
});
const view = document.querySelector("ferrostar-map");
view.geolocateOnLoad = false;
view.styleUrl = "/own/empty.json";
view.valhallaEndpointUrl = `${location.origin}/route`;
view.profile = "auto";

/** Drive from one place to others; `seen` has one entry for each new thing on the banner, `said` each sentence. */
window.drive = async (start, stops, options) => {
  view.options = options;
  await view.updateComplete;
  const at = { coordinates: start, horizontalAccuracy: 5, courseOverGround: null, timestamp: Date.now(), speed: null };
  const routes = await view.getRoutes(at, stops.map((coordinate) => ({ coordinate, kind: "Break" })));
  const provider = new SimulatedLocationProvider();
  provider.warpFactor = WARP;
  view.locationProvider = provider;
  view.useVoiceGuidance = true;
  await view.updateComplete; // it sets the callback of a new provider
  const log = { routes: routes.length, steps: routes[0].steps, seen: [], said: [], limits: [], off: 0, complete: false };
  window.log = log;
  window.speechSynthesis.speak = (utterance) => log.said.push(utterance.text);
  provider.simulationState = locationSimulationFromCoordinates(dense(routes[0].geometry), undefined, "None");
  provider.lastLocation = provider.simulationState.current_location;
  view.startNavigation(routes[0], CONFIG);
  const told = provider.updateCallback;
  provider.updateCallback = () => {
    told();
    const state = view._tripState;
    if (state === "Complete") {
      log.complete = true;
      provider.stop();
    }
    const now = state?.Navigating;
    if (!now) return;
    if (now.deviation !== "NoDeviation") log.off += 1;
    if (now.annotationJson) log.limits.push(JSON.parse(now.annotationJson));
    const banner = view.shadowRoot.querySelector("instructions-view").shadowRoot.textContent.replace(/\s+/g, " ").trim();
    const shown = { text: now.visualInstruction?.primaryContent.text, content: now.visualInstruction, banner };
    if (shown.text && log.seen.at(-1)?.text !== shown.text) log.seen.push(shown);
    else if (shown.text) log.seen[log.seen.length - 1] = shown;
  };
};
window.ready = true;
