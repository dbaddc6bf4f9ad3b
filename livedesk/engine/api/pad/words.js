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
    case "late": return sign("LATE", "clock", "late");
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
    case "cued": case "in_flight": case "accepted": return sign("TAKING DOWN", shape, "flying");
    default: return pinSign(pin);
  }
}

/** How long it has been on its way, or how long it took. */
export function figureOf(pin, elapsedMs) {
  if (isFlying(pin)) return lasting(elapsedMs);
  return pin.state === "confirmed" || pin.state === "late" ? lasting(pin.latency_ms) : "";
}

/** What is behind the word, and what to do about it. */
export function detailOf(pin) {
  const flying = isFlying(pin);
  switch (pin.state) {
    case "unknown":
      if (flying) return "Looking what viewers see.";
      return pin.reason || "Nobody could tell: look at the live, or ask the desk.";
    case "accepted":
      if (!flying) return "This platform cannot be asked what it shows.";
      break;
    case "late":
      if (pin.reason) return pin.reason;
      return pin.shown ? "Viewers see it, too late." : "It was not sent: no time was left.";
    case "failed": case "refused": return pin.reason || "No reason was given.";
    case "in_flight":
      if (pin.by_hand) return "The desk pins it in the platform's own window.";
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
    title: pin.title || "",
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

const LONGEST_TITLE = 200;

/** One line of at most 200 characters, however long the title is. */
export function oneLine(text) {
  const whole = String(text ?? "").slice(0, 4 * LONGEST_TITLE).split(/\s+/).filter(Boolean).join(" ");
  const letters = Array.from(whole);
  return letters.length <= LONGEST_TITLE ? whole : letters.slice(0, LONGEST_TITLE - 1).join("") + "…";
}

/** `IDR 129,000`; empty when it is not known. The price comes as a text, so that no cent is lost. */
export function priceOf(product) {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(String(product.price ?? ""));
  if (!match) return "";
  const whole = match[2].replace(/\B(?=(\d{3})+$)/g, ",");
  return `${product.currency ?? ""} ${match[1]}${whole}${match[3] ?? ""}`.trim();
}
