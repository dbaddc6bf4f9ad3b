// What do the last touches add to what is true: armed, swallowed, refused? Pure, and the same as in
// the console's pad (livedesk/desk/pad_hand.py).

import { sign } from "./words.js";

const NOTES_MS = { swallowed: 1200, refused: 2500 }; // so long it is told why a touch did nothing

/** hand: {armed: product id, armedMs, note: {kind, id, text, mono}, mono} */
export function lineShown(view, hand) {
  const armed = hand.armed && view.tiles.find((tile) => tile.id === hand.armed);
  if (armed) {
    const figure = seconds(hand.armedMs);
    return { sign: sign("ARMED", "target", "armed"), figure, title: armed.title, detail: "Touch it again to pin it." };
  }
  const refused = recent("refused", hand);
  const tile = refused && view.tiles.find((each) => each.id === refused.id);
  if (!tile || view.blocked || view.tiles.some((each) => each.isFlying)) return view.line;
  return { sign: sign("NOT PINNED", "barred", "bad"), figure: "", title: tile.title, detail: refused.text };
}

/** {sign, figure, isNote}: what the strip of a tile tells. */
export function tileShown(tile, view, hand) {
  const note = noteOn(tile, view, hand);
  return note ? { sign: note, figure: "", isNote: true } : { sign: tile.sign, figure: tile.figure, isNote: false };
}

function noteOn(tile, view, hand) {
  const swallowed = recent("swallowed", hand);
  if (swallowed?.id === tile.id) return sign(swallowed.text, "pause", "unknown");
  if (tile.id === hand.armed) return sign(`AGAIN TO PIN ${seconds(hand.armedMs)}`, "target", "armed");
  if (recent("refused", hand)?.id !== tile.id) return null;
  return sign(view.blocked ? "NOT NOW" : tile.sign.word, "barred", "bad");
}

/** The last touch, if it came to this and a moment ago. */
function recent(kind, { note, mono }) {
  return note?.kind === kind && mono - note.mono < NOTES_MS[kind] ? note : null;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
