// What do fingers and keys ask for, and when did they? Each is told with the instant of the touch.

import { HOLD_MS } from "./taps.js";

const TAKE_DOWN_KEYS = ["Delete", "Backspace"];

export class Hands {
  #screen;
  #ask;
  #timer = null;

  /** `ask`: {tile(at, mono, source), next(mono, source), takeDown(mono, source), turn(pages), disarm()} */
  constructor(screen, ask) {
    this.#screen = screen;
    this.#ask = ask;
    const { tiles, next, back, on } = screen;
    tiles.forEach((tile, at) => touched(tile.button, (mono) => ask.tile(at, mono, "web_pad")));
    touched(next, (mono) => ask.next(mono, "web_pad"));
    touched(back, () => ask.turn(-1));
    touched(on, () => ask.turn(1));
    this.#listenToHold(screen.unpin);
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("keyup", (event) => {
      if (TAKE_DOWN_KEYS.includes(event.key)) this.release();
    });
    addEventListener("blur", () => this.release()); // a key that is let go elsewhere is not told here
    addEventListener("contextmenu", (event) => event.preventDefault());
  }

  #key(event) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const mono = instant(event);
    if (/^[1-9]$/.test(event.key)) this.#ask.tile(Number(event.key) - 1, mono, "key");
    else if ([" ", "Enter"].includes(event.key)) {
      if (document.activeElement !== document.body) return; // it presses what has the focus
      this.#ask.next(mono, "key");
    }
    else if (event.key === "PageUp" || event.key === "ArrowLeft") this.#ask.turn(-1);
    else if (event.key === "PageDown" || event.key === "ArrowRight") this.#ask.turn(1);
    else if (event.key === "Escape") this.#ask.disarm();
    else if (TAKE_DOWN_KEYS.includes(event.key)) this.#hold("key");
    else return;
    event.preventDefault();
  }

  /** The cue to take down is the end of the long press, not its beginning. */
  #hold(source) {
    const { unpin } = this.#screen;
    if (this.#timer || unpin.disabled) return;
    unpin.dataset.held = "true";
    this.#timer = setTimeout(() => {
      this.release();
      this.#ask.takeDown(performance.now(), source);
    }, HOLD_MS);
  }

  release() {
    clearTimeout(this.#timer);
    this.#timer = null;
    delete this.#screen.unpin.dataset.held;
  }

  #listenToHold(button) {
    button.addEventListener("pointerdown", (event) => {
      if (event.isPrimary && event.button === 0) this.#hold("web_pad");
    });
    for (const kind of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
      button.addEventListener(kind, () => this.release());
    }
  }
}

/** Calls with the instant of the touch. The release of a finger comes a tenth of a second later. */
function touched(button, act) {
  button.addEventListener("pointerdown", (event) => {
    if (event.isPrimary && event.button === 0) act(instant(event));
  });
  // The focus is for those who go by keys: after a touch, Enter stays the key for what is next.
  button.addEventListener("mousedown", (event) => event.preventDefault());
  // A click without a pointer: Enter, the space bar, or a screen reader.
  button.addEventListener("click", (event) => {
    if (event.detail === 0) act(instant(event));
  });
}

/** When a hand did it, by performance.now(); a stamp of another clock is not believed. */
function instant(event) {
  const mono = performance.now();
  return event.timeStamp > mono - 1000 && event.timeStamp <= mono ? event.timeStamp : mono;
}
