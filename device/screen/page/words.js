// Words of the chosen language, from languages/<code>/screen.yaml.

let words = {};
export let language = "en";

export async function load(code) {
  const answer = await fetch(`/words/${code}`);
  if (!answer.ok) return;
  words = await answer.json();
  language = code;
  document.documentElement.lang = code === "zh" ? "zh-Hans" : code;
}

/** Return the words of a key, its {places} filled. */
export function t(key, facts = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
}

export const nth = (n) => (words.nth ?? [])[n - 1] ?? String(n);

/** Put the unit of a distance such as "300 m" into the language. */
export function distance(text) {
  const [number, unit] = String(text ?? "").split(" ");
  return unit ? `${number} ${t(`unit.${unit}`)}` : number;
}

export function minutes(count) {
  const h = Math.floor(count / 60);
  return h ? t("left", { h, min: count % 60 }) : t("left_min", { min: count });
}

/** A name in the language that is shown, else the map's own. */
export function nameOf(place) {
  return place?.names?.[language] || place?.name || place?.brand || place?.category_label || "";
}
