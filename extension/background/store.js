/**
 * What must outlive the background, in `storage.session`: memory only, gone with the browser, so it serves private
 * windows too. Nothing of any page is ever written to disk.
 *
 * Keys:
 *   index                 {next, seed, salt}    the first free page key, what rows' keys and what pseudonyms are made with
 *   p:<page>              Page                  a page's record, without its requests
 *   o:<page>:<entry key>  Row                   one request, or what was sent or answered, written in the tick in which it arrived
 *   c:<page>:<entry key>  Row[]                 many of them, once there are many
 *   names                                       not of this file: names.js
 *   q:<time>:<n>          Event                 not placed yet: the background was still waking, or a document is unknown
 *
 * All of a page is as pseudonyms.js left it. A row's key comes from the request alone. So writing one twice, or dying between writing the many and removing the
 * ones, changes nothing.
 */

/** @typedef {import('./events.js').Event} Event */
/** @typedef {import('./observer.js').Page} Page */

/**
 * One request as it is stored, or what was sent for it, or answered. What is not there was not known.
 * @typedef {object} Row
 * @property {2} v
 * @property {import('./events.js').Stage} is
 * @property {string} rid
 * @property {number} ts
 * @property {string} url
 * @property {string} type
 * @property {string} method
 * @property {string} at
 * @property {string} [cut] its URL was: a mark of the rest
 * @property {true} [masked] its URL was
 * @property {import('./events.js').Header[]} [headers]
 * @property {string} [body]
 * @property {string} [media]
 * @property {number} [status]
 * @property {import('./security.js').Security} [security]
 */

/** @param {chrome.storage.StorageArea & {getKeys?: () => Promise<string[]>}} area not before Chromium 130 and Firefox 143 */
const keysOf = async (area) => (area.getKeys ? area.getKeys() : Object.keys(await area.get(null)));

/** One set() per request is cheap to write but costs at every wake to list; so many become one. */
const LOOSE_MAX = 256;

export class Store {
  /** An estimate, until `measure` says better. */
  bytes = 0;
  #area;
  /** What is stored, asked for at once: a background that wakes waits for the answer. @type {Promise<string[]>} */
  #there;
  /** @type {() => void} */
  #onFull;
  /** @type {(page: number) => void} */
  #onLost;
  /** @type {Record<string, unknown>} */
  #put = {};
  /** @type {string[]} */
  #gone = [];
  #flushing = false;
  /** @type {Promise<void>|null} */
  #making = null;
  /** Secret and of this browser's session: a page could otherwise make up two addresses with one key. */
  #seed = [...crypto.getRandomValues(new Uint32Array(2))];
  #salt = [...crypto.getRandomValues(new Uint8Array(16))];
  #queued = 0;
  /** @type {WeakMap<Event, string>} */
  #queueKeys = new WeakMap();
  /** @type {Map<number, Set<string>>} page -> keys of its rows */
  #keys = new Map();
  /** @type {Map<number, Map<string, Row>>} page -> rows not yet made one */
  #loose = new Map();

  /**
   * @param {chrome.storage.StorageArea} area
   * @param {() => void} onFull the browser refused: there is no room
   * @param {(page: number) => void} onLost and again: a request of this page is in memory only
   */
  constructor(area, onFull, onLost) {
    this.#area = area;
    this.#onFull = onFull;
    this.#onLost = onLost;
    this.#there = keysOf(area);
    // Looked at only later: until then a failure must not count as unhandled.
    this.#there.catch(() => {});
  }

  /** @returns {Promise<{fresh: boolean, next: number, pages: Page[], queue: Event[]}>} */
  async open() {
    /** @type {string[]} */
    const heads = [];
    for (const key of await this.#there) {
      if (key.startsWith('o:') || key.startsWith('c:')) this.#keysOf(pageOf(key)).add(key);
      else if (key === 'index' || key.startsWith('p:') || key.startsWith('q:')) heads.push(key);
    }
    const found = await this.#get(heads);
    /** @type {Page[]} */
    const pages = [];
    /** @type {[string, Event][]} */
    const queue = [];
    for (const [key, value] of Object.entries(found)) {
      if (key.startsWith('p:')) pages.push(/** @type {Page} */ (value));
      // This life's own come by another way: they are still in memory.
      else if (key.startsWith('q:') && !(key in this.#ownQueue)) queue.push([key, /** @type {Event} */ (value)]);
    }
    queue.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, event] of queue) this.#queueKeys.set(event, key);
    pages.sort((a, b) => (a.at || a.since) - (b.at || b.since));
    const kept = new Set(pages.map((page) => page.key));
    // Rows whose page has gone: it was dropped as the background died.
    for (const page of [...this.#keys.keys()]) if (!kept.has(page)) this.forget(page);
    const index = /** @type {{next: number, seed?: number[], salt?: number[]}|undefined} */ (found['index']);
    if (index?.seed) this.#seed = index.seed;
    if (index?.salt) this.#salt = index.salt;
    return {
      fresh: !index,
      next: Math.max(index?.next ?? 1, ...pages.map((page) => page.key + 1)),
      pages,
      queue: queue.map(([, event]) => event),
    };
  }

  /** Secret and of this browser's session, once it is open: a woken background makes the same pseudonyms. */
  get salt() {
    return new Uint8Array(this.#salt);
  }

  /** @type {Record<string, true>} */
  #ownQueue = {};

  /** @param {Event} event waits to be placed */
  queue(event) {
    if (this.#queueKeys.has(event)) return;
    // Padded, so that the order of the keys is the order of arrival, also across lives.
    const key = `q:${String(Math.round(event.ts)).padStart(16, '0')}:${String(this.#queued).padStart(6, '0')}`;
    this.#queued += 1;
    this.#queueKeys.set(event, key);
    this.#ownQueue[key] = true;
    this.#set(key, event);
    void this.#flush();
  }

  /** @param {Event} event waits no longer */
  unqueue(event) {
    const key = this.#queueKeys.get(event);
    if (key === undefined) return;
    this.#queueKeys.delete(event);
    delete this.#ownQueue[key];
    this.#remove([key]);
  }

  /** @param {Page} page @param {number} next */
  savePage(page, next) {
    this.#set(`p:${page.key}`, page);
    this.#set('index', { next, seed: this.#seed, salt: this.#salt });
  }

  /** @param {number} next */
  saveIndex(next) {
    this.#set('index', { next, seed: this.#seed, salt: this.#salt });
  }

  /** @param {number} page @param {string} entry key @param {Row} row */
  append(page, entry, row) {
    const key = `o:${page}:${entry}`;
    const keys = this.#keysOf(page);
    keys.add(key);
    this.#set(key, row);
    this.bytes += key.length + sizeOf(row) + 120;
    let loose = this.#loose.get(page);
    if (!loose) this.#loose.set(page, loose = new Map());
    loose.set(key, row);
    // Now, with the page's record if that waits: see `#schedule`.
    void this.#flush();
    if (loose.size >= LOOSE_MAX) this.#compact(page, loose);
  }

  /** @param {number} page @returns {Promise<Row[]>} in no order, some perhaps twice */
  async rows(page) {
    const keys = [...this.#keysOf(page)];
    const found = await this.#get(keys);
    /** @type {Row[]} */
    const rows = [];
    for (const [key, value] of Object.entries(found)) {
      if (key.startsWith('c:')) rows.push(.../** @type {Row[]} */ (value));
      else rows.push(/** @type {Row} */ (value));
    }
    // Browsers empty it at an update; where one does not, what an older version wrote is passed over.
    return rows.filter((row) => row.v === 2);
  }

  /** @param {number} page */
  forget(page) {
    this.#loose.delete(page);
    this.#remove([`p:${page}`, ...this.#keysOf(page)]);
    this.#keys.delete(page);
  }

  /** Asks the browser how much there is. */
  async measure() {
    // What is to be gone must be gone first, or it is counted.
    await this.#flush();
    const bytes = await this.#area.getBytesInUse?.(null).catch(() => undefined);
    if (bytes !== undefined) this.bytes = bytes;
  }

  /** @param {number} page @param {Map<string, Row>} loose */
  #compact(page, loose) {
    const [first] = loose.keys();
    if (first === undefined) return;
    const key = `c${first.slice(1)}`;
    this.#set(key, [...loose.values()]);
    this.#remove([...loose.keys()]);
    const keys = this.#keysOf(page);
    for (const one of loose.keys()) keys.delete(one);
    keys.add(key);
    this.#loose.set(page, new Map());
  }

  /** @param {number} page */
  #keysOf(page) {
    let keys = this.#keys.get(page);
    if (!keys) this.#keys.set(page, keys = new Set());
    return keys;
  }

  /** @param {string[]} keys @returns {Promise<Record<string, unknown>>} */
  async #get(keys) {
    if (keys.length === 0) return {};
    // What this tick wants written must be written first.
    void this.#flush();
    return this.#area.get(keys);
  }

  /** @param {string} key @param {unknown} value */
  #set(key, value) {
    this.#put[key] = value;
    this.#schedule();
  }

  /** @param {string[]} keys */
  #remove(keys) {
    this.#gone.push(...keys);
    for (const key of keys) delete this.#put[key];
    this.#schedule();
  }

  /**
   * For what can be made up again from the rest. A request is not: its write leaves at once, before anything else is
   * done with it. When Chromium ends a worker in the middle of a listener, the microtasks after it are not run any more
   * (seen in Chromium 156: what the listener itself had sent was stored, what its microtask was to send was lost).
   */
  #schedule() {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => void this.#flush());
  }

  /** @returns {Promise<void>} when what was to be removed is gone */
  async #flush() {
    this.#flushing = false;
    const put = this.#put;
    const gone = this.#gone;
    this.#put = {};
    this.#gone = [];
    if (Object.keys(put).length > 0) {
      this.#area.set(put).catch(async () => {
        // Room is made, and then it is tried once more; what was removed meanwhile stays removed.
        // Many may be refused at once; room is made for all of them together.
        this.#making ??= this.#makeRoom().finally(() => {
          this.#making = null;
        });
        await this.#making;
        const still = Object.fromEntries(Object.entries(put).filter(([key]) => this.#wanted(key)));
        await this.#area.set(still).catch(() => {
          for (const key of Object.keys(still)) if (key.startsWith('o:') || key.startsWith('c:')) this.#onLost(pageOf(key));
        });
      });
    }
    if (gone.length > 0) await this.#area.remove(gone).catch(() => {});
  }

  async #makeRoom() {
    this.#onFull();
    await this.#flush();
  }

  /**
   * What a row is stored under: the browser's id, the URL by a hash, and the time. So a redirect that comes back to a URL
   * is another row, and an event that is told to a later life once more is the same. Which rows are one hop the ledger says.
   * @param {Row} row
   */
  entryKey({ is, rid, ts, url }) {
    let [one, two] = /** @type {[number, number]} */ (this.#seed);
    for (let at = 0; at < url.length; at += 1) {
      const unit = url.charCodeAt(at);
      one = Math.imul(one ^ unit, 0x01000193);
      two = Math.imul((two << 13 | two >>> 19) ^ unit, 0x85ebca6b) + one | 0;
    }
    return `${rid}:${(one >>> 0).toString(36)}.${(two >>> 0).toString(36)}.${ts.toString(36)}${is === 'request' ? '' : `.${is}`}`;
  }

  /** @param {string} key */
  #wanted(key) {
    if (key.startsWith('o:') || key.startsWith('c:')) return this.#keys.get(pageOf(key))?.has(key) ?? false;
    if (key.startsWith('q:')) return key in this.#ownQueue;
    return true;
  }
}

/** Characters in what differs from row to row. @param {Row} row */
export function sizeOf({ url, at, headers, body, security }) {
  let size = url.length + at.length + (body?.length ?? 0) + (security ? JSON.stringify(security).length : 0);
  for (const [name, value] of headers ?? []) size += name.length + value.length + 6;
  return size;
}

/** @param {string} key of a row */
function pageOf(key) {
  return Number(key.slice(2, key.indexOf(':', 2)));
}
