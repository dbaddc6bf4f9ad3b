// The pictures of products: fetched with the token, shown as blobs, a bounded number of them kept.

const KEPT = 60;
const AT_ONCE = 2;
const AGAIN_AFTER_MS = 30_000;

export class Pictures {
  #link;
  #changed;
  #found = new Map(); // key -> {url, failedMono}
  #wanted = [];
  #loading = 0;

  constructor(link, changed) {
    this.#link = link;
    this.#changed = changed;
  }

  /** Its address, or "" as long as there is none; asking for it is what has it fetched. */
  url(tile) {
    if (!tile.picture) return "";
    const key = `${tile.id} ${tile.picture}`;
    const known = this.#found.get(key);
    if (known?.url) return known.url;
    const isNew = !known || performance.now() - known.failedMono > AGAIN_AFTER_MS;
    if (isNew && !this.#wanted.some((each) => each.key === key)) {
      this.#found.set(key, { url: "", failedMono: Infinity });
      this.#wanted.push({ key, id: tile.id });
      this.#next();
    }
    return "";
  }

  #next() {
    while (this.#loading < AT_ONCE && this.#wanted.length) this.#load(this.#wanted.shift());
  }

  async #load({ key, id }) {
    this.#loading += 1;
    try {
      const blob = await this.#link.picture(id);
      const isPicture = /^image\/(png|jpeg|webp|gif)$/.test(blob.type);
      if (!isPicture) throw new TypeError("no picture");
      this.#found.set(key, { url: URL.createObjectURL(blob), failedMono: 0 });
      this.#changed();
    } catch {
      this.#found.set(key, { url: "", failedMono: performance.now() });
    } finally {
      this.#loading -= 1;
      this.#forget();
      this.#next();
    }
  }

  #forget() {
    for (const [key, { url }] of this.#found) {
      if (this.#found.size <= KEPT) return;
      if (url) URL.revokeObjectURL(url);
      this.#found.delete(key);
    }
  }
}
