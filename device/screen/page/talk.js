// What is heard and answered: the state, the words as they come, results as numbered cards, and questions as buttons.
import { $, el, put, show } from "./dom.js";
import { nameOf, nth, t } from "./words.js";

const MOST_CARDS = 9;
const ANSWER_STAYS_MS = 12_000;

export class TalkView {
  constructor(say) {
    this.say = say;
    this.doing = "asleep";
    this.until = 0;
  }

  setDoing(doing) {
    this.doing = doing;
    $("doing").dataset.doing = doing;
    this.rest();
  }

  /** Show what is to be done, when nothing newer is to be read. */
  rest() {
    if (performance.now() < this.until) return;
    put($("words"), t(`doing.${this.doing}`));
    $("words").dataset.by = "state";
  }

  heard(text) {
    put($("words"), text);
    $("words").dataset.by = "driver";
    this.until = performance.now() + ANSWER_STAYS_MS;
  }

  answered(answer) {
    if (!answer.reply) { // nothing is said: what was said before is over
      this.until = 0;
      return this.rest();
    }
    put($("words"), answer.reply);
    $("words").dataset.by = "agent";
    this.until = performance.now() + ANSWER_STAYS_MS;
    setTimeout(() => this.rest(), ANSWER_STAYS_MS + 50);
  }

  setPlaces(places) {
    const shown = places.slice(0, MOST_CARDS);
    const cards = $("cards");
    cards.setAttribute("aria-label", t("results"));
    cards.replaceChildren(...shown.map((place, index) => this.card(place, index)));
    show(cards, shown.length > 0);
    document.documentElement.dataset.cards = shown.length;
    return shown;
  }

  /** Mark the card of a place that is looked at; false where there are no cards. */
  mark(index) {
    const cards = [...document.querySelectorAll(".card")];
    cards.forEach((card, at) => card.classList.toggle("looked", at + 1 === index));
    cards[index - 1]?.scrollIntoView({ block: "nearest" });
    return cards.length > 0;
  }

  card(place, index) {
    const facts = [];
    if (place.distance_m !== undefined) facts.push(far(place.distance_m));
    if (place.open_now === true) facts.push(t("open"));
    if (place.open_now === false) facts.push(t("closed"));
    const stars = place.tags?.stars ?? place.stars;
    if (stars) facts.push(t("stars", { n: stars }));
    return el(
      "button", { className: "card", type: "button", on: { click: () => this.choose(index) } },
      el("span", { className: "number", text: String(index + 1) }),
      el("span", { className: "name", text: nameOf(place) }),
      el("span", { className: "facts", text: facts.join(" · ") }),
    );
  }

  choose(index) {
    this.say(t("say.choose", { nth: nth(index + 1) }));
  }

  setQuestion(question) {
    const choices = $("choices");
    const buttons = [];
    if (question.asks === "yes_no") {
      buttons.push(this.button(t("answer.yes"), () => this.say(t("say.yes"))));
      buttons.push(this.button(t("answer.no"), () => this.say(t("say.no"))));
    } else if (question.asks === "choice" && !document.querySelector(".card")) {
      (question.options ?? []).slice(0, 4).forEach((label, index) => buttons.push(this.button(label, () => this.choose(index))));
    }
    choices.replaceChildren(...buttons);
    show(choices, buttons.length > 0);
  }

  button(text, act) {
    return el("button", { type: "button", className: "choice", text, on: { click: act } });
  }
}

/** A distance from here, rounded for the eye. */
export function far(metres) {
  if (metres < 950) return `${Math.max(10, Math.round(metres / 10) * 10)} ${t("unit.m")}`;
  return `${(metres / 1000).toFixed(metres < 9950 ? 1 : 0)} ${t("unit.km")}`;
}
