// How does the pad speak with the engine? Its token, its calls, and the stream of events that it
// takes up again where it was lost.

const SILENT_AFTER_MS = 7000; // the engine gives a sign of life at least every 5 s
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MOST_MS = 5000;
const AGAIN_MS = 300; // a cue without an answer is given again
const PAUSE_MS = 80; // after a failed attempt
const ANSWER_WITHIN_MS = 5000;

export class RefusedError extends Error {
  constructor(status, error) {
    super(error?.message || `The engine answered ${status}.`);
    this.status = status;
    this.code = error?.code || `http_${status}`;
  }
}

/** The token of the address's fragment, which is then cleared, or the one that is kept here. */
export function takeToken(store) {
  const name = `livedesk-pad-${store}`;
  const given = new URLSearchParams(location.hash.slice(1)).get("t");
  if (location.hash) history.replaceState(null, "", location.pathname);
  try {
    if (given) localStorage.setItem(name, given);
    return given || localStorage.getItem(name);
  } catch {
    return given; // storage is switched off: the token lasts as long as the page
  }
}

export function forgetToken(store) {
  try {
    localStorage.removeItem(`livedesk-pad-${store}`);
  } catch {
    // nothing is kept there
  }
}

export class Link {
  #token;
  #base;
  #asked = 0;

  constructor(store, token) {
    this.store = store;
    this.#token = token;
    this.#base = `/v1/stores/${encodeURIComponent(store)}`;
  }

  #fetch(path, options = {}) {
    const headers = { Authorization: `Bearer ${this.#token}`, ...options.headers };
    return fetch(path, { cache: "no-store", credentials: "omit", ...options, headers });
  }

  async #json(path, options) {
    const answer = await this.#fetch(path, { signal: within(ANSWER_WITHIN_MS), ...options });
    const body = await answer.json().catch(() => null);
    if (!answer.ok) throw new RefusedError(answer.status, body?.error);
    return body;
  }

  products() {
    return this.#json(`${this.#base}/products`);
  }

  show() {
    return this.#json(`${this.#base}/show`);
  }

  /**
   * The engine's clock, and when it was asked and answered by performance.now(): as the network
   * stack saw it where the browser tells (W3C Resource Timing), as this page did where not.
   */
  async clock() {
    const path = `/v1/clock?n=${(this.#asked += 1)}`;
    const before = performance.now();
    const { utc_ns: engineNs } = await this.#json(path);
    const after = performance.now();
    const entry = performance.getEntriesByName(new URL(path, location.href).href).at(-1);
    performance.clearResourceTimings();
    const isUsable = entry?.requestStart >= before && entry.responseStart > entry.requestStart;
    const { requestStart: asked, responseStart: answered } = isUsable
      ? entry : { requestStart: before, responseStart: after };
    return { engineMs: engineNs / 1e6, asked, answered };
  }

  async picture(productId) {
    const path = `${this.#base}/products/${encodeURIComponent(productId)}/picture`;
    const answer = await this.#fetch(path, { signal: within(4 * ANSWER_WITHIN_MS) });
    if (!answer.ok) throw new RefusedError(answer.status);
    return answer.blob();
  }

  /**
   * Give a cue until there is an answer: PinStatus, or RefusedError. It is sent, with the same
   * cue_id, only while `leftMs()` says that the budget lasts and `isTaken()` that nobody told of
   * it. The answer to the last try may come later; null when none does.
   */
  async cue(action, body, leftMs, isTaken) {
    const [method, path] = action === "unpin" ? ["DELETE", "/pin"] : ["POST", "/cues"];
    const headers = { "Content-Type": "application/json" };
    const options = { method, headers, body: JSON.stringify(body), keepalive: true };
    let answer;
    const answered = new Promise((done) => { answer = done; });
    const attempt = async () => {
      try {
        answer({ pin: await this.#json(this.#base + path, options) });
      } catch (error) {
        if (error instanceof RefusedError && error.status < 500) answer({ error });
        else await pause(PAUSE_MS);
      }
    };
    const tries = [];
    while (leftMs() > 0 && !isTaken()) {
      tries.push(attempt());
      await Promise.race([answered, tries.at(-1), pause(AGAIN_MS)]);
      if (await Promise.race([answered, null])) break;
    }
    const was = await Promise.race([answered, Promise.all(tries)]);
    if (was?.error) throw was.error;
    return was?.pin ?? null;
  }

  /**
   * Follow the events for ever. `told` gets {up}, {lost}, {refused: RefusedError}, {status} and
   * {event}; returns only when the token is refused.
   */
  async follow(told, woken) {
    let lastId = "";
    let failures = 0;
    for (;;) {
      try {
        await this.#stream(lastId, (what, id) => {
          failures = 0;
          lastId = id || lastId;
          told(what);
        });
      } catch (error) {
        if (error instanceof RefusedError && [401, 403, 404].includes(error.status)) {
          told({ refused: error });
          return;
        }
        if (error instanceof RefusedError && error.status === 422) lastId = "";
      }
      told({ lost: true });
      // A stream that flowed is asked for at once: the engine ends one that was too slow.
      const wait = failures ? Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MOST_MS) : 0;
      failures += 1;
      await Promise.race([pause(wait * (0.75 + Math.random() / 2)), woken()]);
    }
  }

  async #stream(lastId, told) {
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), SILENT_AFTER_MS);
    try {
      const headers = lastId ? { "Last-Event-ID": lastId } : {};
      const path = `/v1/events?store=${encodeURIComponent(this.store)}`;
      const answer = await this.#fetch(path, { signal: stop.signal, headers });
      if (!answer.ok) {
        const body = await answer.json().catch(() => null);
        throw new RefusedError(answer.status, body?.error);
      }
      told({ up: true });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => stop.abort(), SILENT_AFTER_MS);
        const blocks = (text + value).split("\n\n");
        text = blocks.pop();
        for (const block of blocks) {
          const { id, kind, data } = parsed(block);
          if (kind === "status") told({ status: JSON.parse(data) });
          else if (kind === "journal") told({ event: JSON.parse(data) }, id);
        }
      }
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }
}

function parsed(block) {
  const found = { id: "", kind: "message", data: "" };
  for (const line of block.split("\n")) {
    if (line.startsWith("id: ")) found.id = line.slice(4);
    else if (line.startsWith("event: ")) found.kind = line.slice(7);
    else if (line.startsWith("data: ")) found.data += line.slice(6);
  }
  return found;
}

export function pause(ms) {
  return new Promise((done) => { setTimeout(done, ms); });
}

function within(ms) {
  return AbortSignal.timeout ? AbortSignal.timeout(ms) : undefined;
}
