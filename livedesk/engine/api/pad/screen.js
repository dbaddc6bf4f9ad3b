// The page's elements. What comes from outside is set as text only, and only when it changed.

import { lineShown, tileShown } from "./dress.js";
import { drawShape } from "./shapes.js";
import { TILES } from "./view.js";

const byId = (id) => document.getElementById(id);

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function mark(element, name, value) {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

function make(tag, name, parent) {
  const element = document.createElement(tag);
  element.className = name;
  parent.append(element);
  return element;
}

const NOWHERE = { id: "", mono: -Infinity };

/** Which product stands there since when; nobody means another one where nothing was before. */
function placed(before, tile, mono) {
  const id = tile?.id ?? "";
  if (id === before.id) return before;
  return { id, mono: before.id ? mono : -Infinity };
}

export function pagesOf(view) {
  return Math.max(1, Math.ceil(view.tiles.length / TILES));
}

class Tile {
  constructor(parent, number) {
    this.button = make("button", "tile", parent);
    this.button.type = "button";
    this.number = make("b", "number", this.button);
    this.number.textContent = String(number);
    this.picture = make("img", "picture", this.button);
    this.picture.alt = "";
    this.picture.draggable = false;
    this.title = make("span", "title", this.button);
    this.title.dir = "auto";
    this.price = make("span", "price", this.button);
    this.state = make("span", "state", this.button);
    this.shape = make("span", "shape", this.state);
    this.shape.ariaHidden = "true";
    this.word = make("span", "word", this.state);
    this.figure = make("span", "figure", this.state);
    this.why = make("span", "why", this.button);
    this.why.dir = "auto";
    this.placed = NOWHERE;
  }

  show(tile, shown, url, mono) {
    this.button.hidden = !tile;
    this.placed = placed(this.placed, tile, mono);
    if (!tile) return;
    say(this.title, tile.title);
    say(this.price, tile.price);
    mark(this.button, "tone", shown.sign.tone);
    mark(this.button, "next", String(tile.isNext));
    mark(this.button, "refused", String(Boolean(tile.refusal)));
    mark(this.button, "rests", String(Boolean(tile.refusal) && !shown.isNote && !tile.isFlying));
    drawShape(this.shape, shown.sign.shape);
    say(this.word, shown.sign.word);
    say(this.figure, shown.figure);
    say(this.why, tile.refusal);
    if (this.picture.dataset.url !== url) {
      this.picture.dataset.url = url;
      if (url) this.picture.src = url;
      else this.picture.removeAttribute("src");
    }
    mark(this.button, "picture", String(Boolean(url)));
    const spoken = [tile.number, tile.title, tile.price, shown.sign.word, tile.refusal]
      .filter(Boolean).join(", ");
    if (this.button.ariaLabel !== spoken) this.button.ariaLabel = spoken;
  }
}

export class Screen {
  page = 0;
  nextPlaced = NOWHERE;
  #said = "";

  constructor() {
    this.line = byId("line");
    this.unsaid = byId("unsaid");
    this.next = byId("next");
    this.unpin = byId("unpin");
    this.back = byId("back");
    this.on = byId("on");
    this.tiles = Array.from({ length: TILES }, (_, at) => new Tile(byId("tiles"), at + 1));
  }

  /** `hand`: what the last touches came to (dress.js). */
  show(view, hand, pictures, corner) {
    this.page = Math.min(this.page, pagesOf(view) - 1);
    this.#showLine(lineShown(view, hand), view.warning);
    const start = this.page * TILES;
    this.tiles.forEach((each, at) => {
      const tile = view.tiles[start + at];
      each.show(tile, tile && tileShown(tile, view, hand), tile ? pictures.url(tile) : "", hand.mono);
    });
    this.#showNext(view, hand);
    const pages = pagesOf(view);
    document.body.dataset.pages = pages > 1 ? "many" : "one";
    document.body.dataset.blocked = String(Boolean(view.blocked));
    say(byId("page"), `${this.page + 1} / ${pages}`);
    this.back.disabled = this.page === 0;
    this.on.disabled = this.page === pages - 1;
    this.unpin.disabled = Boolean(view.blocked);
    this.#showUnsaid(view.unsaid);
    say(byId("seen"), `Viewers see: ${view.seen}`);
    say(byId("corner"), corner);
  }

  #showLine(line, warning) {
    mark(this.line, "tone", line.sign.tone);
    mark(this.line, "long", String(line.sign.word.length > 11));
    drawShape(byId("shape"), line.sign.shape);
    say(byId("word"), line.sign.word);
    say(byId("figure"), line.figure);
    say(byId("title"), line.title);
    say(byId("detail"), [line.detail, warning].filter(Boolean).join(" "));
    // The figure runs while a pin is on its way: only what changed for good is spoken.
    const settled = ["flying", "armed"].includes(line.sign.tone) ? "" : line.figure;
    const lost = line.sign.shape === "unplugged" ? "" : line.detail;
    const spoken = [line.sign.word, settled, line.title, lost, warning].filter(Boolean).join(". ");
    if (spoken !== this.#said) {
      this.#said = spoken;
      byId("spoken").textContent = spoken;
    }
  }

  /** Takes its room from the line above it: nothing that is touched may move. */
  #showUnsaid(terms) {
    document.body.dataset.unsaid = String(Boolean(terms));
    this.unsaid.hidden = !terms;
    say(this.unsaid.querySelector("b"), terms);
  }

  #showNext(view, hand) {
    const tile = view.nextUp;
    this.nextPlaced = placed(this.nextPlaced, tile, hand.mono);
    const isArmed = Boolean(tile) && tile.id === hand.armed;
    const [, number, what, word] = this.next.children;
    const pageOf = tile ? Math.floor(view.tiles.indexOf(tile) / TILES) : 0;
    say(number, tile ? (pageOf === this.page ? String(tile.number) : `${pageOf + 1}·${tile.number}`) : "");
    say(what, tile ? [tile.title, tile.refusal].filter(Boolean).join(": ") : "nothing");
    say(word, isArmed ? "ARMED" : "");
    mark(this.next, "tone", isArmed ? "armed" : tile && !view.blocked && !tile.refusal ? "next" : "quiet");
    this.next.disabled = !tile;
  }
}
