// The one WebSocket: events come, orders go. It is opened again when it breaks off.

const FIRST_MS = 400;
const LONGEST_MS = 5000;

export class Link {
  constructor(onEvent, onState) {
    this.onEvent = onEvent;
    this.onState = onState;
    this.wait = FIRST_MS;
    this.open();
  }

  open() {
    this.socket = new WebSocket(`ws://${location.host}/events`);
    this.socket.onopen = () => {
      this.wait = FIRST_MS;
      this.onState("up");
    };
    this.socket.onmessage = (message) => this.onEvent(JSON.parse(message.data));
    this.socket.onclose = () => {
      this.onState("down");
      setTimeout(() => this.reopen(), this.wait);
      this.wait = Math.min(LONGEST_MS, this.wait * 1.7);
    };
  }

  async reopen() {
    // The agent may have started anew, with another token: the page itself hands it over.
    try {
      await fetch("/", { cache: "no-store" });
    } catch {
      /* not there yet */
    }
    this.open();
  }

  send(order) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(order));
  }
}
