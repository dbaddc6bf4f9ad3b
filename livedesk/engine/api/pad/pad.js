// The pad of one store: puts link, clock, cues, taps and screen together.

import { ClockEstimate, UNMEASURED_MS, clockWords, cuedNs, now } from "./clock.js";
import { BUDGET_MS, CueBook } from "./cues.js";
import { Hands } from "./hands.js";
import { Link, RefusedError, forgetToken, pause, takeToken } from "./link.js";
import { Pictures } from "./pictures.js";
import { Screen, pagesOf } from "./screen.js";
import { Taps } from "./taps.js";
import { bareTiles, viewOf } from "./view.js";

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
  #session = null;
  #tiles = [];
  #fetched = { products: null, show: null };
  #note = null;
  #view = null;
  #wake = () => {};
  #lock = "";

  start() {
    new Hands(this.#screen, {
      tile: (at, mono, source) => this.#touchTile(at, mono, source),
      next: (mono, source) => this.#touchNext(mono, source),
      takeDown: (mono, source) => this.#takeDown(mono, source),
      turn: (pages) => this.#turn(pages),
      disarm: () => this.#disarm(),
    });
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
    const { pins, session } = status;
    if (!pins) return;
    if (session !== this.#session) [this.#session, this.#book] = [session, new CueBook()];
    this.#book.look(at.mono);
    this.#book.toldAll(pins, status.utc_ns, at.mono);
    this.#refresh("products", pins.products_revision);
    this.#refresh("show", pins.show_revision);
  }

  /** Told at once, where a status may take a quarter of a second. */
  #takeEvent({ kind, data, utc_ns: saidNs }, at) {
    const isPin = kind.startsWith("pin.") && data?.state && kind !== "pin.displaced";
    if (!isPin) return;
    const pin = { ...data, age_ms: (saidNs - data.cued_utc_ns) / 1e6 };
    this.#book.told(pin, saidNs, at.mono, { cueId: data.cue_id });
  }

  /** Fetch products or run of show when their revision is another one than ours. */
  async #refresh(what, revision) {
    if (this.#fetched[what] === revision) return;
    this.#fetched[what] = revision;
    try {
      const content = await this.#link[what]();
      if (this.#fetched[what] !== revision) return; // a newer one was asked for meanwhile
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

  #turn(pages) {
    const most = this.#view ? pagesOf(this.#view) - 1 : 0;
    this.#screen.page = Math.max(0, Math.min(most, this.#screen.page + pages));
    this.draw();
  }

  #disarm() {
    this.#taps.disarm();
    this.draw();
  }

  /** What was on the screen says what is meant, and what is true by now whether it may be fired. */
  #touchTile(at, mono, source) {
    this.#touch(this.#screen.tiles[at].placed, mono, `${at + 1}`, source);
  }

  #touchNext(mono, source) {
    this.#touch(this.#screen.nextPlaced, mono, "next", source);
  }

  #touch(placed, mono, place, source) {
    const view = this.#look(now());
    const tile = view.tiles.find((each) => each.id === placed.id) ?? null;
    const { kind, text } = this.#taps.tap(view, tile, mono, place, placed.mono);
    this.#note = { kind, text, id: tile?.id, mono: performance.now() };
    if (kind === "fire") this.#send("pin", tile, mono, source);
    if (kind === "refused") navigator.vibrate?.(200);
    this.draw();
  }

  #takeDown(mono, source) {
    if (!this.#look(now()).blocked) this.#send("unpin", { id: "", title: "" }, mono, source);
  }

  async #send(action, tile, touchedMono, source) {
    const at = now();
    const touched = { mono: touchedMono, wall: at.wall - (at.mono - touchedMono) };
    const clock = this.#clock.at(at);
    const id = newId();
    const budgetMs = this.#status.limits?.pin_budget_ms ?? BUDGET_MS;
    const body = { source, cue_id: id, cued_at_ns: cuedNs(touched, clock, this.#status, this.#statusMono) };
    if (clock) body.clock = clock;
    if (action === "pin") body.product_id = tile.id;
    const book = this.#book;
    const errorMs = clock?.error_ms ?? UNMEASURED_MS;
    book.give({ id, action, productId: tile.id, title: tile.title, source, touched, cuedNs: body.cued_at_ns, errorMs, budgetMs });
    this.draw();
    try {
      const leftMs = () => budgetMs - (performance.now() - touchedMono);
      if (leftMs() <= 0) book.refused(id, "too_late", "The pad was busy: it came too late to be sent.");
      const pin = await this.#link.cue(action, body, leftMs, () => book.isTaken(id));
      if (pin) book.taken(id, pin, performance.now());
    } catch (error) {
      book.refused(id, error.code, error.message);
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
    this.draw();
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

  /** What is true at this instant: a page that slept may show what was true minutes ago. */
  #look(at) {
    this.#book.look(at.mono);
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
    return this.#view;
  }

  draw() {
    const at = now();
    const corner = [clockWords(this.#clock.at(at)), this.#lock].filter(Boolean).join(" · ");
    const hand = {
      armed: this.#taps.armed, armedMs: this.#taps.armedMs(at.mono), note: this.#note, mono: at.mono,
    };
    this.#screen.show(this.#look(at), hand, this.#pictures, corner);
  }
}

/** randomUUID is there for secure origins only. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

new Pad().start();
