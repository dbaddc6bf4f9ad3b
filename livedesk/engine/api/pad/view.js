// What does the pad show right now? Folds status, products and own cues into one value.
// Pure, and the same as in the console's pad (livedesk/desk/pad_view.py). Times are of this
// device: `mono` in ms for durations, `wall` in ms for people.

import { BUDGET_MS } from "./cues.js";
import { QUIET, age, isFlying, lineOf, oneLine, priceOf, sign, span, wallClock } from "./words.js";

export const TILES = 9;
export const STALE_AFTER_MS = 2000;
const SEEN_FRESH_MS = 10_000;

/** The products in the order of the run of show, then the others in the catalogue's order. */
export function bareTiles(products, show) {
  const known = new Map((products?.products ?? []).map((product) => [product.id, product]));
  const cues = show?.cues ?? [];
  const order = new Set([...cues.map((cue) => cue.product_id), ...known.keys()]);
  const next = cues.find((cue) => cue.state === "waiting");
  return [...order].map((id, at) => bareTile(id, at, known.get(id), id === next?.product_id));
}

function bareTile(id, at, product, isNext) {
  const refusal = product ? product.refusal ?? "" : "Not in the catalogue.";
  return {
    id,
    number: (at % TILES) + 1,
    title: oneLine(product?.title) || id,
    price: product ? priceOf(product) : "",
    picture: product?.picture ?? "",
    refusal,
    isNext,
    isShown: false,
    isFlying: false,
    sign: resting(product, refusal, isNext),
    figure: "",
  };
}

function resting(product, refusal, isNext) {
  if (!product) return sign("NOT LISTED", "barred", "bad");
  if (refusal) {
    const words = { restricted: "RESTRICTED", flagged: "FLAGGED", unlisted: "NOT LISTED" };
    return sign(words[product.state] ?? "SOLD OUT", "barred", "bad");
  }
  return isNext ? sign("NEXT", "arrow", "next") : QUIET;
}

/** facts: {link, status, statusMono, products, show, news, now, tiles (bare)} */
export function viewOf(facts) {
  const lost = lostSince(facts);
  const [blocked, line] = obstacle(facts, lost);
  const tiles = lost == null ? lit(facts) : facts.tiles.map(unlit);
  const pins = facts.status?.pins;
  return {
    line: line ?? ourLine(facts),
    tiles,
    nextUp: tiles.find((tile) => tile.isNext) ?? null,
    seen: seen(facts, lost),
    blocked,
    armAndFire: Boolean(pins?.arm_and_fire),
    warning: blocked || !pins ? "" : warnings(facts).join(" "),
    // Also while the engine is away: what must not be said does not change with it.
    unsaid: (facts.status?.moderation?.terms ?? []).map((term) => `“${oneLine(term)}”`).join(" · "),
  };
}

/** Since when nothing is known of the engine, in wall time; null while all is well. */
function lostSince({ link, status, statusMono, now }) {
  if (link.state !== "up") return link.sinceWall;
  if (!status) return link.sinceWall;
  const ageMs = now.mono - statusMono;
  return ageMs >= STALE_AFTER_MS ? now.wall - ageMs : null;
}

function obstacle(facts, lost) {
  const { link, status } = facts;
  if (link.state === "refused") {
    const line = { sign: sign("NO ACCESS", "barred", "bad"), figure: "", title: "", detail: link.reason };
    return ["No access: ask the desk.", line];
  }
  if (lost != null) return ["No engine: nothing can be pinned.", noEngine(facts, lost)];
  if (!status.pins) {
    const why = "This store's settings have no [store.pins].";
    return [why, { sign: sign("NO PINS", "barred", "unknown"), figure: "", title: "", detail: why }];
  }
  if (status.state === "waiting" || status.state === "ended") {
    const why = status.state === "ended"
      ? "The session was ended."
      : "There is no live to pin into: nothing comes from the encoder.";
    return [why, { sign: sign("NOT LIVE", "pause", "unknown"), figure: "", title: "", detail: why }];
  }
  return ["", null];
}

function noEngine({ link, news, now }, since) {
  const awayMs = Math.max(0, now.wall - since);
  const isFirst = link.isFirst && awayMs < STALE_AFTER_MS;
  let detail = `Since ${wallClock(since)}, ${span(awayMs / 1000)}. Nothing can be pinned from here.`;
  if (news && isFlying(news.pin)) {
    const what = news.pin.action === "pin" ? oneLine(news.pin.title) || "the last cue" : "the last cue";
    detail += ` What became of ${what} is not known.`;
  }
  const word = isFirst ? "CONNECTING" : "NO ENGINE";
  return { sign: sign(word, "unplugged", isFirst ? "quiet" : "bad"), figure: "", title: "", detail };
}

function ourLine(facts) {
  const { news } = facts;
  if (news) return displaced(facts) ?? lineOfNews(facts);
  const isEmpty = facts.products && !facts.products.products.length;
  const detail = isEmpty ? "The catalogue has no products: nothing can be pinned." : "";
  return { sign: sign("READY", "none", "quiet"), figure: "", title: "", detail };
}

function lineOfNews({ news, status, now }) {
  return lineOf(news.pin, elapsedMs(news, now), status.limits?.pin_budget_ms ?? BUDGET_MS);
}

/** A pin that was read back once, and is not what the platform showed later. */
function displaced(facts) {
  const { pins } = facts.status;
  const { pin } = facts.news;
  if (pin.action !== "pin" || !pin.shown || newsIsNewer(facts)) return null;
  if (pins.shown_age_ms == null || pins.shown_product_id === pin.product_id) return null;
  const newest = (pins.recent ?? []).find((known) => known.id === pin.id);
  if (newest?.age_ms == null || newest.settled_ms == null) return null;
  if (pins.shown_age_ms >= newest.age_ms - newest.settled_ms) return null;
  const detail = `Viewers see ${oneLine(pins.shown_title) || "nothing"}.`;
  return { sign: sign("NOT ON SCREEN", "replaced", "late"), figure: "", title: oneLine(pin.title), detail };
}

/** Whether an event told more of the newest pin than the last status can know. */
function newsIsNewer({ news, status }) {
  return news != null && news.saidNs > status.utc_ns;
}

export function elapsedMs(news, now) {
  if (news.touchedMono != null) return now.mono - news.touchedMono;
  return news.pin.age_ms == null ? null : news.pin.age_ms + now.mono - news.receivedMono;
}

/** What viewers see, as far as it was read back; null: not known. */
function shown(facts) {
  const { news, status, statusMono, now } = facts;
  if (!status?.pins) return null;
  if (news?.pin.shown && newsIsNewer(facts)) {
    const isPin = news.pin.action === "pin";
    const [id, title] = isPin ? [news.pin.product_id, news.pin.title] : [null, ""];
    return { id, title, ageMs: now.mono - news.receivedMono };
  }
  const { shown_age_ms: ageMs, shown_product_id: id, shown_title: title } = status.pins;
  return ageMs == null ? null : { id, title, ageMs: ageMs + now.mono - statusMono };
}

function seen(facts, lost) {
  const known = lost == null && facts.link.state === "up" ? shown(facts) : null;
  if (!known) return "not known";
  const words = known.id ? oneLine(known.title) || known.id : "nothing pinned";
  return known.ageMs < SEEN_FRESH_MS ? words : `${words} (read ${age(known.ageMs / 1000)} ago)`;
}

/** Without an engine nobody knows what is on screen or on its way; why it is refused stays. */
function unlit(tile) {
  return tile.refusal ? tile : { ...tile, sign: QUIET };
}

/** Only those that something just happened to are made anew: a catalogue may have thousands. */
function lit(facts) {
  const shownId = shown(facts)?.id ?? null;
  const { pin } = facts.news ?? {};
  const calledId = pin?.action === "pin" ? pin.product_id : null;
  return facts.tiles.map((tile) => (
    tile.id === shownId || tile.id === calledId ? litTile(tile, facts, shownId) : tile
  ));
}

function litTile(bare, facts, shownId) {
  const isShown = shownId != null && bare.id === shownId;
  const tile = { ...bare, isShown };
  if (isShown && !tile.refusal) tile.sign = sign("ON SCREEN", "tick", "good");
  const { news } = facts;
  if (!news || news.pin.action !== "pin" || news.pin.product_id !== tile.id) return tile;
  const { pin } = news;
  if (pin.shown && !isShown && shown(facts)) return tile;
  if (tile.refusal && !isFlying(pin)) return tile;
  const line = lineOfNews(facts);
  return { ...tile, sign: line.sign, figure: line.figure, isFlying: isFlying(pin) };
}

function warnings({ products, status: { pins } }) {
  const { gateway } = pins;
  const found = [];
  if (!products) found.push("The products are being fetched.");
  if (gateway?.blocked_s) found.push(`The platform asked for a pause: ${span(gateway.blocked_s)}.`);
  else if (gateway?.state === "down") found.push(`The platform does not answer: ${oneLine(gateway.reason)}`.replace(/[: ]+$/, ""));
  else if (gateway?.calls_left != null && gateway.calls_left <= 0) found.push("No call to the platform is left this minute.");
  if (gateway?.token_covers_show === false) found.push("The platform's access ends before the show.");
  if (pins.products_reason) found.push(`Products may be old: ${oneLine(pins.products_reason)}`);
  return found;
}
