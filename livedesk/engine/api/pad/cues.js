// What became of the cues that this pad gave? From the touch until the engine tells of the pin
// (livedesk/desk/pad_cues.py). Once its budget is over a cue is not sent any more: what became of
// it is then told by the engine's events and statuses.

import { isFlying } from "./words.js";

export const BUDGET_MS = 800; // where the store has not told its own
const KEPT = 16;
const RECENT = 10; // so many pins a status tells at most
const GIVE_UP_MS = 10_000;
const SAME_INSTANT_NS = 1e6;
const FUTURE_SLACK_MS = 50; // the engine moves a cue that lies so little ahead to its own present
const SILENT = "The engine does not answer.";

export class CueBook {
  #cues = [];
  #told = null;

  /** {id, action, productId, title, source, touched: {mono, wall}, cuedNs, errorMs, budgetMs} */
  give(cue) {
    this.#cues.push({ ...cue, state: "sending", code: "", reason: "", pinId: "" });
    this.#cues.splice(0, this.#cues.length - KEPT);
  }

  #open(id) {
    return this.#cues.find((cue) => cue.id === id && cue.state !== "taken");
  }

  isTaken(id) {
    return this.#cues.some((cue) => cue.id === id && cue.state === "taken");
  }

  /** The engine has it. */
  taken(id, pin, mono) {
    this.told(pin, pin.cued_utc_ns + (pin.age_ms ?? 0) * 1e6, mono, { cueId: id });
  }

  /** The engine said no; nothing was sent. */
  refused(id, code, reason) {
    const cue = this.#open(id);
    if (cue) Object.assign(cue, { state: "refused", code, reason });
  }

  /** Say of which cues no answer came in time, and give up those that nobody told of. */
  look(mono) {
    for (const cue of this.#cues) {
      const agoMs = mono - cue.touched.mono;
      if (cue.state === "sending" && agoMs >= cue.budgetMs) {
        Object.assign(cue, { state: "unanswered", reason: SILENT });
      } else if (cue.state === "unanswered" && agoMs > GIVE_UP_MS) {
        Object.assign(cue, { state: "given_up", reason: `${SILENT} Look at the live, or ask the desk.` });
      }
    }
  }

  /**
   * An event, an answer or a status tells of a pin. What is older than what is known is left out.
   * `isNewest`: the engine said that no cue came after this one.
   */
  told(pin, saidNs, mono, { cueId = "", isNewest = false } = {}) {
    this.#link(pin, cueId);
    const known = this.#told;
    if (known && pin.id === known.pin.id) {
      if (rank(pin) < rank(known.pin) || isSame(pin, known.pin)) return;
    } else if (known && isNewest) {
      if (saidNs < known.saidNs) return;
    } else if (known && pin.cued_utc_ns < known.pin.cued_utc_ns) return;
    const ours = this.#cues.find((cue) => cue.pinId === pin.id);
    this.#told = { pin, saidNs, receivedMono: mono, touchedMono: ours?.touched.mono ?? null };
  }

  /** A status tells of the newest pins; a cue that is none of them did not get there. */
  toldAll({ newest, recent = [] }, saidNs, mono) {
    for (const pin of recent) this.#link(pin, "");
    if (newest) this.told(newest, saidNs, mono, { isNewest: true });
    const reachesNs = Math.min(...recent.map((pin) => pin.cued_utc_ns));
    for (const cue of this.#cues) {
      const isOver = saidNs > cue.cuedNs + (cue.budgetMs + cue.errorMs) * 1e6;
      const isOpen = cue.state === "unanswered" || cue.state === "given_up";
      if (isOpen && isOver && (recent.length < RECENT || reachesNs < cue.cuedNs)) {
        this.refused(cue.id, "not_received", "The engine did not get it in time: nothing was sent.");
      }
    }
  }

  /** Find the cue that this pin came of: by its name, or by what and when. */
  #link(pin, cueId) {
    if (this.#cues.some((cue) => cue.pinId === pin.id)) return;
    const ours = this.#cues.find((cue) => cue.id === cueId)
      ?? this.#cues.find((cue) => !cue.pinId && cue.state !== "refused" && mayBe(cue, pin));
    if (ours) Object.assign(ours, { state: "taken", pinId: pin.id, code: "", reason: "" });
  }

  /** The newest cue: one that is only ours so far, or what was told of it. */
  newest() {
    const ours = this.#cues.at(-1);
    const told = this.#told;
    if (!ours || ours.state === "taken") return told;
    if (told && (told.pin.id === ours.pinId || told.pin.cued_utc_ns >= ours.cuedNs)) return told;
    const { mono } = ours.touched;
    return { pin: asPin(ours), saidNs: ours.cuedNs, receivedMono: mono, touchedMono: mono };
  }
}

function mayBe(cue, pin) {
  const apartNs = pin.cued_utc_ns - cue.cuedNs;
  return pin.action === cue.action && pin.source === cue.source
    && (pin.product_id ?? "") === cue.productId
    && apartNs >= -SAME_INSTANT_NS && apartNs <= (FUTURE_SLACK_MS + cue.errorMs) * 1e6;
}

function asPin(cue) {
  const states = { refused: "refused", unanswered: "unknown", given_up: "unknown" };
  return {
    id: cue.id,
    action: cue.action,
    product_id: cue.productId,
    title: cue.title,
    state: states[cue.state] ?? "cued",
    reason: cue.reason,
    code: cue.code,
    settled_ms: cue.state === "refused" || cue.state === "given_up" ? 0 : null,
    latency_ms: null,
    age_ms: null,
  };
}

/** What is settled does not go back on its way. */
function rank(pin) {
  if (!isFlying(pin)) return 2;
  return pin.state === "cued" ? 0 : 1;
}

/** Nothing new, so that it stays as old as it is; its age is not a part of what is told. */
function isSame(pin, known) {
  return pin.state === known.state && pin.shown === known.shown
    && pin.latency_ms === known.latency_ms && pin.settled_ms === known.settled_ms
    && pin.reason === known.reason && pin.by_hand === known.by_hand;
}
