// How far is this device's clock from the engine's, and how sure is that? The exchange with the
// shortest round trip counts (RFC 5905, section 8; livedesk/desk/pad_clock.py).

const EXCHANGES = 5;
const EVERY_MS = 60_000;
const DRIFT_PPM = 50;
const STEP_MS = 500; // wall and monotonic time that part by more: the clock was set
const RESOLUTION_MS = 1; // Date.now() counts whole milliseconds

export function now() {
  return { mono: performance.now(), wall: Date.now() };
}

export class ClockEstimate {
  #known = null;

  /** `ask` gets the engine's UTC, and when it was asked and answered: {engineMs, asked, answered}. */
  async measure(ask) {
    let best = null;
    for (let at = 0; at < EXCHANGES; at += 1) {
      const before = now();
      const { engineMs, asked, answered } = await ask();
      const after = now();
      const wasSet = Math.abs(after.wall - before.wall - (after.mono - before.mono)) > 2 * RESOLUTION_MS;
      const roundTripMs = answered - asked;
      if (wasSet || roundTripMs < 0 || (best && best.roundTripMs <= roundTripMs)) continue;
      const halfwayWall = after.wall - (after.mono - (asked + answered) / 2);
      best = { roundTripMs, offsetMs: engineMs - halfwayWall, at: after };
    }
    if (best) this.#known = { ...best, errorMs: best.roundTripMs / 2 + RESOLUTION_MS };
  }

  isDue(at) {
    return !this.at(at) || at.mono - this.#known.at.mono >= EVERY_MS;
  }

  /** {offset_ms, error_ms} by now: the engine's clock minus ours; null while it is not known. */
  at(moment) {
    const known = this.#known;
    if (!known) return null;
    const elapsedMs = moment.mono - known.at.mono;
    if (Math.abs(moment.wall - known.at.wall - elapsedMs) > STEP_MS) return null;
    const drift = (Math.max(0, elapsedMs) * DRIFT_PPM) / 1e6;
    return { offset_ms: round(known.offsetMs), error_ms: round(known.errorMs + drift) };
  }
}

export const UNMEASURED_MS = 500; // a status takes no longer on its way, as a rule

/** When a touch was by the engine's clock, in whole microseconds. Where nothing was measured, as
 * after our clock was set, the newest status tells, too early by its way here: a cue never seems
 * younger than it is, and is not sent after its budget. */
export function cuedNs(touched, clock, status, statusMono) {
  if (clock) return engineNs(touched.wall, clock);
  return Math.round((status.utc_ns / 1e6 + touched.mono - statusMono) * 1000) * 1000;
}

/** The wall time of this device in ms as ns by the engine's clock, in whole microseconds. */
function engineNs(wallMs, clock) {
  return Math.round((wallMs + clock.offset_ms) * 1000) * 1000;
}

/** `clock +132 ms ± 4` */
export function clockWords(clock) {
  if (!clock) return "clock not known";
  const offset = Math.round(clock.offset_ms);
  const mark = offset < 0 ? "−" : "+";
  return `clock ${mark}${Math.abs(offset).toLocaleString("en")} ms ± ${Math.ceil(clock.error_ms)}`;
}

function round(ms) {
  return Math.round(ms * 1000) / 1000;
}
