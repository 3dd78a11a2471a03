// The map library as a module, as Ferrostar imports it.
const library = window.maplibregl;
export default library;
export const { GeolocateControl, LngLat, Map } = library;
