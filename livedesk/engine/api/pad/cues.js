// What became of the cues that this pad gave? From the touch until the engine tells of the pin
// (livedesk/desk/pad_cues.py).

import { isFlying } from "./words.js";

const KEPT = 16;
const SAME_CUE_NS = 1_000_000;

export class CueBook {
  #cues = [];
  #told = null;

  /** {id, action, productId, title, source, touched: {mono, wall}, cuedNs, hasClock} */
  give(cue) {
    this.#cues.push({ ...cue, state: "sending", code: "", reason: "", pinId: "" });
    this.#cues.splice(0, this.#cues.length - KEPT);
  }

  #change(id, changes) {
    const cue = this.#cues.find((each) => each.id === id);
    if (cue) Object.assign(cue, changes);
  }

  taken(id, pin, mono) {
    this.#change(id, { state: "taken", pinId: pin.id, code: "", reason: "" });
    this.told(pin, mono);
  }

  refused(id, code, reason) {
    this.#change(id, { state: "refused", code, reason });
  }

  /** No answer came while there was time: the engine may have it. */
  unanswered(id, reason) {
    this.#change(id, { state: "unanswered", reason });
  }

  /** An event, a status or an answer tells of a pin. An older one, or one less far, is left out. */
  told(pin, mono) {
    const known = this.#told;
    if (known && pin.cued_utc_ns < known.pin.cued_utc_ns) return;
    if (known && pin.id === known.pin.id && rank(pin) < rank(known.pin)) return;
    const ours = this.#cues.find((cue) => isOf(cue, pin));
    if (ours) Object.assign(ours, { state: "taken", pinId: pin.id });
    this.#told = { pin, receivedMono: mono, touchedMono: ours?.touched.mono ?? null };
  }

  /** The newest cue: one that is only ours so far, or what was told of it. */
  newest() {
    const ours = this.#cues.at(-1);
    if (!ours || ours.state === "taken") return this.#told;
    const told = this.#told;
    const isLater = told && told.touchedMono == null && told.receivedMono > ours.touched.mono
      && told.pin.cued_utc_ns > ours.cuedNs;
    if (isLater) return told;
    return { pin: asPin(ours), receivedMono: ours.touched.mono, touchedMono: ours.touched.mono };
  }
}

/** Whether the pin came from this cue: known by the answer, or by its instant if none arrived. */
function isOf(cue, pin) {
  if (pin.id === cue.pinId || pin.id === cue.id) return true;
  return cue.state !== "refused" && !cue.pinId && cue.hasClock
    && pin.action === cue.action && pin.source === cue.source
    && (pin.product_id ?? "") === cue.productId
    && Math.abs(pin.cued_utc_ns - cue.cuedNs) < SAME_CUE_NS;
}

function asPin(cue) {
  const states = { refused: "refused", unanswered: "unknown" };
  return {
    id: cue.id,
    action: cue.action,
    product_id: cue.productId,
    title: cue.title,
    state: states[cue.state] ?? "cued",
    reason: cue.reason,
    code: cue.code,
    settled_ms: cue.state in states ? 0 : null,
    latency_ms: null,
    age_ms: null,
  };
}

/** What is settled does not go back on its way. */
function rank(pin) {
  if (!isFlying(pin)) return 2;
  return pin.state === "cued" ? 0 : 1;
}
