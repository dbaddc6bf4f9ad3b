// The pad of one store: puts link, clock, cues, taps and screen together.

import { ClockEstimate, clockWords, engineNs, now } from "./clock.js";
import { CueBook } from "./cues.js";
import { Link, RefusedError, forgetToken, pause, takeToken } from "./link.js";
import { Pictures } from "./pictures.js";
import { Screen } from "./screen.js";
import { HOLD_MS, Taps } from "./taps.js";
import { bareTiles, viewOf } from "./view.js";

const BUDGET_MS = 800;
const NOTE_MS = 1500; // so long a tile tells why a touch did nothing
const LOOK_EVERY_MS = 250;
const CALM_MS = matchMedia("(prefers-reduced-motion: reduce)").matches ? 250 : 50;

class Pad {
  #store = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  #token = takeToken(this.#store);
  #link = new Link(this.#store, this.#token);
  #clock = new ClockEstimate();
  #book = new CueBook();
  #taps = new Taps();
  #screen = new Screen();
  #pictures = new Pictures(this.#link, () => this.draw());
  #state = { state: "connecting", isFirst: true, sinceWall: Date.now(), reason: "" };
  #status = null;
  #statusMono = -Infinity;
  #products = null;
  #show = null;
  #tiles = [];
  #fetched = { products: null, show: null };
  #notes = new Map();
  #view = null;
  #wake = () => {};
  #lock = "";

  start() {
    this.#listenToHands();
    document.addEventListener("visibilitychange", () => this.#returned());
    addEventListener("online", () => this.#wake());
    if (this.#token) this.#follow();
    else this.#refuse("This device was not let in. Scan the code that the desk shows.");
    this.#measureClock();
    this.#holdScreen();
    this.#keepDrawing();
  }

  // --- what the engine tells

  #follow() {
    const woken = () => new Promise((done) => { this.#wake = done; });
    this.#link.follow((what) => this.#told(what), woken);
  }

  #told(what) {
    const at = now();
    if (what.up) {
      this.#state = { ...this.#state, state: "up", isFirst: false, sinceWall: at.wall };
      this.#fetched = { products: null, show: null };
    } else if (what.lost && this.#state.state === "up") {
      const heardMs = Math.min(at.mono - this.#statusMono, 1e9);
      this.#state = { ...this.#state, state: "lost", sinceWall: at.wall - heardMs };
    } else if (what.refused) {
      this.#letOut(what.refused);
    } else if (what.status) {
      this.#takeStatus(what.status, at);
    } else if (what.event) {
      this.#takeEvent(what.event, at);
    }
    this.draw();
  }

  #takeStatus(status, at) {
    this.#status = status;
    this.#statusMono = at.mono;
    const { pins } = status;
    if (!pins) return;
    if (pins.newest) this.#book.told(pins.newest, at.mono);
    this.#refresh("products", pins.products_revision);
    this.#refresh("show", pins.show_revision);
  }

  #takeEvent({ kind, data }, at) {
    const isPin = kind.startsWith("pin.") && data?.state && kind !== "pin.displaced";
    if (isPin) this.#book.told(data, at.mono);
  }

  /** Fetch products or run of show when their revision is another one than ours. */
  async #refresh(what, revision) {
    if (this.#fetched[what] === revision) return;
    this.#fetched[what] = revision;
    try {
      const content = await this.#link[what]();
      if (what === "products") this.#products = content;
      else this.#show = content;
      this.#tiles = bareTiles(this.#products, this.#show);
      this.draw();
    } catch (error) {
      if (error instanceof RefusedError && error.status === 401) return;
      await pause(1000);
      this.#fetched[what] = null; // the next status asks again
    }
  }

  #letOut(error) {
    if (error.status === 401) {
      forgetToken(this.#store);
      this.#refuse("This device is no longer let in. Ask the desk for a new code.");
    } else {
      this.#refuse(error.message);
    }
  }

  #refuse(reason) {
    this.#state = { state: "refused", isFirst: false, sinceWall: Date.now(), reason };
    this.draw();
  }

  // --- what hands do

  #listenToHands() {
    const { tiles, next, unpin, back, on } = this.#screen;
    tiles.forEach((tile, at) => touched(tile.button, (mono) => this.#touchTile(at, mono, "web_pad")));
    touched(next, (mono) => this.#touchNext(mono, "web_pad"));
    touched(back, () => this.#turn(-1));
    touched(on, () => this.#turn(1));
    this.#listenToHold(unpin);
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("keyup", (event) => this.#keyUp(event));
    addEventListener("contextmenu", (event) => event.preventDefault());
  }

  #key(event) {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const mono = instant(event);
    if (/^[1-9]$/.test(event.key)) this.#touchTile(Number(event.key) - 1, mono, "key");
    else if ([" ", "Enter"].includes(event.key)) {
      if (document.activeElement !== document.body) return; // it presses what has the focus
      this.#touchNext(mono, "key");
    }
    else if (event.key === "PageUp" || event.key === "ArrowLeft") this.#turn(-1);
    else if (event.key === "PageDown" || event.key === "ArrowRight") this.#turn(1);
    else if (event.key === "Escape") this.#disarm();
    else if (event.key === "Delete" || event.key === "Backspace") this.#hold?.("key");
    else return;
    event.preventDefault();
  }

  #keyUp(event) {
    if (event.key === "Delete" || event.key === "Backspace") this.#release?.();
  }

  #hold = null;
  #release = null;

  #listenToHold(button) {
    let timer = null;
    this.#hold = (source) => {
      if (timer || button.disabled) return;
      button.dataset.held = "true";
      timer = setTimeout(() => {
        this.#release();
        this.#send("unpin", { id: "", title: "" }, performance.now(), source);
      }, HOLD_MS);
    };
    this.#release = () => {
      clearTimeout(timer);
      timer = null;
      delete button.dataset.held;
    };
    button.addEventListener("pointerdown", (event) => {
      if (event.isPrimary && event.button === 0) this.#hold("web_pad");
    });
    for (const kind of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
      button.addEventListener(kind, () => this.#release());
    }
  }

  #turn(pages) {
    const most = this.#view ? this.#screen.pages(this.#view) - 1 : 0;
    this.#screen.page = Math.max(0, Math.min(most, this.#screen.page + pages));
    this.draw();
  }

  #disarm() {
    this.#taps.disarm();
    this.draw();
  }

  /** What was on the screen counts, not what is true since: nobody touches what he does not see. */
  #touchTile(at, mono, source) {
    const { placed } = this.#screen.tiles[at];
    const tile = this.#view?.tiles.find((each) => each.id === placed.id) ?? null;
    if (tile) this.#touch(tile, mono, `${at + 1}`, source, placed.mono);
  }

  #touchNext(mono, source) {
    if (this.#view) this.#touch(this.#view.nextUp, mono, "next", source);
  }

  #touch(tile, mono, place, source, placedMono) {
    const { kind, text } = this.#taps.tap(this.#view, tile, mono, place, placedMono);
    if (kind === "fire") this.#send("pin", tile, mono, source);
    else if (tile && text && !this.#view.blocked) this.#note(tile.id, text);
    if (kind === "refused") navigator.vibrate?.(200);
    this.draw();
  }

  #note(id, text) {
    this.#notes.set(id, text);
    setTimeout(() => {
      if (this.#notes.get(id) === text) this.#notes.delete(id);
      this.draw();
    }, NOTE_MS);
  }

  async #send(action, tile, touchedMono, source) {
    const at = now();
    const touched = { mono: touchedMono, wall: at.wall - (at.mono - touchedMono) };
    const clock = this.#clock.at(at);
    const id = newId();
    const body = { source, cue_id: id };
    if (action === "pin") body.product_id = tile.id;
    if (clock && action === "pin") Object.assign(body, { cued_at_ns: engineNs(touched.wall, clock), clock });
    const cuedNs = body.cued_at_ns ?? touched.wall * 1e6;
    this.#book.give({ id, action, productId: tile.id, title: tile.title, source, touched, cuedNs, hasClock: Boolean(body.clock) });
    this.draw();
    try {
      const leftMs = () => BUDGET_MS - (performance.now() - touchedMono);
      const pin = await this.#link.cue(action, body, leftMs);
      if (pin) this.#book.taken(id, pin, performance.now());
      else this.#book.unanswered(id, "The engine did not answer: look at the live, or ask the desk.");
    } catch (error) {
      this.#book.refused(id, error.code, error.message);
      if (error.status === 401) this.#letOut(error);
    }
    this.draw();
  }

  // --- the device

  async #measureClock() {
    for (;;) {
      if (this.#state.state === "up" && this.#clock.isDue(now())) {
        await this.#clock.measure(() => this.#link.clock()).catch(() => pause(1000));
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  #returned() {
    if (document.visibilityState !== "visible") return;
    this.#wake();
    this.#holdScreen();
  }

  /** Browsers keep the screen on only for pages of a secure origin (W3C Screen Wake Lock). */
  async #holdScreen() {
    try {
      await navigator.wakeLock.request("screen");
      this.#lock = "";
    } catch {
      this.#lock = "screen may sleep";
    }
  }

  // --- the screen

  #keepDrawing() {
    this.draw();
    const flying = this.#view?.tiles.some((tile) => tile.isFlying) || this.#view?.line.sign.tone === "flying";
    setTimeout(() => this.#keepDrawing(), flying || this.#taps.armed ? CALM_MS : LOOK_EVERY_MS);
  }

  draw() {
    const at = now();
    this.#view = viewOf({
      link: this.#state,
      status: this.#status,
      statusMono: this.#statusMono,
      products: this.#products,
      show: this.#show,
      tiles: this.#tiles,
      news: this.#book.newest(),
      now: at,
    });
    this.#taps.look(this.#view, at.mono);
    const corner = [clockWords(this.#clock.at(at)), this.#lock].filter(Boolean).join(" · ");
    this.#screen.show(this.#view, {
      armed: this.#taps.armed, notes: this.#notes, pictures: this.#pictures, corner, mono: at.mono,
    });
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

/** randomUUID is there for secure origins only. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

new Pad().start();
