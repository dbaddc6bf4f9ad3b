// Does a touch fire? Arming, double taps, and what may not be fired (livedesk/desk/pad_taps.py).

export const ARMED_MS = 3000;
export const DOUBLE_MS = 400; // two touches of one place that are closer together are one wish
export const MOVED_MS = 300; // who hits what came under the finger later meant another
export const HOLD_MS = 600; // so long the button is held that takes the product down

export class Taps {
  #last = new Map();
  #armed = null;

  /** A touch of a place that shows this tile since `placedMono`: {kind, text}. */
  tap(view, tile, mono, place, placedMono = -Infinity) {
    const isDouble = this.#isDouble(tile, mono, place);
    if (!tile) return { kind: "refused", text: place === "next" ? "NOTHING IS NEXT" : "" };
    if (view.blocked || tile.refusal) {
      this.disarm();
      return { kind: "refused", text: view.blocked || tile.refusal };
    }
    if (isDouble) return { kind: "swallowed", text: "DOUBLE TAP" };
    if (mono - placedMono < MOVED_MS) return { kind: "swallowed", text: "JUST MOVED" };
    if (tile.isFlying) return { kind: "swallowed", text: "ON ITS WAY" };
    if (view.armAndFire && !(this.armedMs(mono) != null && this.#armed.id === tile.id)) {
      this.#armed = { id: tile.id, mono };
      return { kind: "armed", text: "" };
    }
    this.disarm();
    return { kind: "fire", text: "" };
  }

  /** A key that chatters never gets through again, as each touch begins the time anew. */
  #isDouble(tile, mono, place) {
    const names = [`place ${place}`, ...(tile ? [`product ${tile.id}`] : [])];
    for (const [name, since] of this.#last) if (mono - since >= DOUBLE_MS) this.#last.delete(name);
    const found = names.some((name) => this.#last.has(name));
    for (const name of names) this.#last.set(name, mono);
    return found;
  }

  get armed() {
    return this.#armed?.id ?? null;
  }

  armedMs(mono) {
    if (!this.#armed) return null;
    const left = ARMED_MS - (mono - this.#armed.mono);
    return left > 0 ? left : null;
  }

  disarm() {
    this.#armed = null;
  }

  /** Disarm what can no longer be fired. */
  look(view, mono) {
    if (!this.#armed) return;
    const tile = view.tiles.find((each) => each.id === this.#armed.id);
    if (view.blocked || !tile || tile.refusal || this.armedMs(mono) == null) this.disarm();
  }
}
