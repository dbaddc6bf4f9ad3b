// How is the state of a pin told to somebody two metres away? A word, a shape, a colour, a figure.
// The same words as in the pad of the console (livedesk/desk/pad_signs.py).

const UNSETTLED = new Set(["cued", "in_flight", "accepted", "unknown"]);

export const QUIET = { word: "", shape: "none", tone: "quiet" };

export function sign(word, shape, tone) {
  return { word, shape, tone };
}

/** Whether it is on its way, so that a second touch adds nothing. */
export function isFlying(pin) {
  return UNSETTLED.has(pin.state) && pin.settled_ms == null;
}

export function signOf(pin, isOverBudget = false) {
  const found = pin.action === "unpin" ? unpinSign(pin) : pinSign(pin);
  return isOverBudget ? { ...found, tone: "late" } : found;
}

function pinSign(pin) {
  switch (pin.state) {
    case "cued": return sign("CUED", "dots", "flying");
    case "in_flight":
      return pin.by_hand ? sign("BY HAND", "hand", "flying") : sign("IN FLIGHT", "chevrons", "flying");
    case "accepted": return sign("ACCEPTED", "half", "flying");
    case "confirmed": return sign("PINNED", "tick", "good");
    case "late": return pin.shown ? sign("LATE", "clock", "late") : sign("NOT PINNED", "clock", "bad");
    case "failed": return sign("NOT PINNED", "cross", "bad");
    case "refused": return sign("NOT PINNED", "barred", "bad");
    case "superseded": return sign("REPLACED", "replaced", "quiet");
    default: return sign("UNKNOWN", "question", "unknown");
  }
}

function unpinSign(pin) {
  const { shape } = pinSign(pin);
  switch (pin.state) {
    case "confirmed": return sign("TAKEN DOWN", "tick", "good");
    case "failed": case "refused": return sign("NOT TAKEN DOWN", shape, "bad");
    case "late": return pin.shown ? pinSign(pin) : sign("NOT TAKEN DOWN", "clock", "bad");
    case "cued": case "in_flight": case "accepted": return sign("TAKING DOWN", shape, "flying");
    default: return pinSign(pin);
  }
}

/** How long it has been on its way, or how long it took. */
export function figureOf(pin, elapsedMs) {
  if (isFlying(pin)) return lasting(elapsedMs);
  return pin.shown || pin.action === "unpin" ? lasting(pin.latency_ms) : "";
}

/** What is behind the word, and what to do about it. */
export function detailOf(pin) {
  const flying = isFlying(pin);
  const reason = oneLine(pin.reason);
  switch (pin.state) {
    case "unknown":
      if (flying) return "Looking what viewers see.";
      return reason || "Nobody could tell: look at the live, or ask the desk.";
    case "accepted":
      if (!flying) return "This platform cannot be asked what it shows.";
      break;
    case "late":
      if (!pin.shown) return reason || "Too late to send it.";
      return reason || (pin.action === "unpin" ? "Taken down, too late." : "Viewers see it, too late.");
    case "failed": case "refused": return reason || "No reason was given.";
    case "in_flight":
      if (pin.by_hand) return "The desk does it in the platform's own window.";
      break;
    case "superseded": return "A newer cue took its place.";
  }
  return pin.recorded === false ? "The record does not have it: tell the desk." : "";
}

export function lineOf(pin, elapsedMs, budgetMs) {
  const over = elapsedMs != null && elapsedMs > budgetMs && !pin.by_hand;
  const waits = isFlying(pin) && pin.state !== "unknown";
  return {
    sign: signOf(pin, over && waits),
    figure: figureOf(pin, elapsedMs),
    title: oneLine(pin.title),
    detail: detailOf(pin),
  };
}

/** `312 ms`, `1.2 s`, `2 min 05 s`. */
export function lasting(ms) {
  if (ms == null) return "";
  if (Math.round(ms) < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : span(ms / 1000);
}

/** In at most two units: `42 s`, `4 min 12 s`, `2 h 05 min`. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** `12:03:04` in the time zone of the device. */
export function wallClock(wallMs) {
  const at = new Date(wallMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

/** How old a figure is. */
export function age(seconds) {
  if (seconds < 1) return "< 1 s";
  return seconds < 10 ? `${seconds.toFixed(1)} s` : span(seconds);
}

const LONGEST_TITLE = 160;
const SPACE = /[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/g;
const DIRECTION = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * A title as it is safe to lay out: one short line that cannot turn what stands beside it (Unicode
 * UAX #9: isolates), however long it is (livedesk/desk/pin_words.py).
 */
export function oneLine(text) {
  const letters = Array.from(String(text ?? "")).slice(0, 4 * LONGEST_TITLE).join("")
    .replace(SPACE, " ").replace(DIRECTION, "").trim();
  const all = Array.from(letters);
  const line = all.length > LONGEST_TITLE ? `${all.slice(0, LONGEST_TITLE).join("")}…` : letters;
  return /^[\x00-\x7f]*$/.test(line) ? line : `\u2068${line}\u2069`;
}

/** `29.50 USD`; empty when it is not known. The price comes as a text, so that no cent is lost. */
export function priceOf(product) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(product.price ?? ""));
  if (!match) return "";
  const [, minus, whole, part] = match;
  const cents = part?.length === 1 ? `${part}0` : part;
  const figures = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (cents ? `.${cents}` : "");
  return `${minus}${figures} ${product.currency ?? ""}`.trim();
}
