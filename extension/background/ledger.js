/**
 * Each page's requests, and what the engine makes of them. What is handed to the engine is what is logged, to the byte:
 * so the command line judges a saved log the same. Must not know how a request came to its page.
 *
 * A page could send thousands of trifles first, to fill its log before what matters. So what comes once the log is full is
 * judged on a page of its own in the engine, the scout, and what the scout finds something in is logged after all, in room
 * that made-up hosts cannot fill. The rest is counted as the gap `log-full`, and is in neither the report nor the log.
 */

import { badgeChanged, gravityOf, isMatched, isNamed } from './verdict.js';

/** @typedef {import('./engine.js').Judge} Judge */
/** @typedef {import('./events.js').RequestEvent} RequestEvent */
/** @typedef {import('./observer.js').Page} Page */
/** @typedef {import('./store.js').Row} Row */
/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('../shared/protocol.js').Gap} Gap */
/** @typedef {import('../shared/protocol.js').Log} Log */

/**
 * @typedef {object} Book
 * @property {Page} page
 * @property {Row[]} rows
 * @property {Map<string, Row[]>} hops the rows by the browser's id, in the order of time: one that came already is not counted again
 * @property {number} text characters in all rows
 * @property {boolean} whole false after a wake, until the stored rows are read
 * @property {Promise<void>|null} reading
 * @property {boolean} ordered the engine was fed in the order of time
 * @property {number} handle the engine's, 0: none
 * @property {number} fed how many of the rows the engine has seen
 * @property {string} url that the engine knows
 * @property {Record<string, number>} gaps that the engine knows
 * @property {number} scout the engine's handle of what came to the full log, 0: none
 * @property {number} scouted how many requests the scout has seen
 * @property {number} gravest the gravest level for which a request had no need of room
 * @property {Map<string, number>} told how many requests of a host were logged though the log was full
 */

/** Bounds of one page. */
const ROWS_MAX = 12_000;
const TEXT_MAX = 4_000_000;
/** And of what the scout finds something in, so many more. */
const MORE_ROWS = 2_000;
const MORE_TEXT = 1_000_000;
/** Of one host so many are enough: a tracker that is called again and again must not take the room of another. */
const MORE_OF_HOST = 4;
/** The engine judges 100,000 requests of one page. */
const SCOUTED_MAX = 50_000;

/**
 * Chromium ends an idle worker 30 s after its last event. One that ends sooner was killed, and a request that began and
 * was over while it died was told to nobody (seen in Chromium 156 on a fast loopback). So a page that was busy up to
 * then is said to be seen in part. Firefox, ended in the same way, lost nothing: it keeps the events for the next life.
 */
const KILLED_MS = 25_000;
const isWorker = 'ServiceWorkerGlobalScope' in globalThis;

export class Ledger {
  /** @type {Map<number, Book>} */
  #books = new Map();
  #store;
  #onVerdict;
  #onGap;
  #onFailure;
  /** @type {Judge|null} */
  #judge = null;
  /** ms from the start of this background to its first verdict. @type {number|null} */
  firstVerdict = null;
  /** Lists of the person's own by which nothing can be judged. */
  lostLists = 0;

  /**
   * @param {Store} store
   * @param {(page: Page) => void} onVerdict what a page's badge says has changed
   * @param {(page: Page) => void} onGap a page has one more, to be stored
   * @param {(error: unknown) => void} onFailure the engine broke
   */
  constructor(store, onVerdict, onGap, onFailure) {
    this.#store = store;
    this.#onVerdict = onVerdict;
    this.#onGap = onGap;
    this.#onFailure = onFailure;
  }

  /** @param {Judge} judge what came before it is judged now */
  start(judge) {
    this.#judge = judge;
    // The texts prove what was judged by keys alone, and a list says more; each page is fed again when it is next asked for.
    judge.onChange = () => {
      for (const book of this.#books.values()) this.#close(book);
    };
    // The rest is handed over when it is asked for.
    for (const book of this.#books.values()) if (book.rows.length > 0) this.#feed(book);
  }

  /** @param {Page} page stored by an earlier life */
  known(page) {
    this.#books.set(page.key, newBook(page, false));
  }

  /** @param {Page} page @param {RequestEvent} event */
  record(page, event) {
    const book = this.#book(page);
    /** @type {Row} */
    const row = [event.rid, event.ts, event.url, event.type, event.method, event.at];
    if (event.cut) row.push(event.cut);
    if (isThere(book, row, event.late)) return;
    if (event.late && !book.whole) {
      // Most likely an earlier life wrote it down when it began.
      void this.#read(book).then(() => {
        // It may have been dropped meanwhile.
        if (this.#books.has(page.key)) this.record(page, event);
      });
      return;
    }
    this.#take(book, row, event.late);
  }

  /** @param {Page} page its URL or its gaps have changed */
  changed(page) {
    const book = this.#books.get(page.key);
    if (book && book.handle !== 0) this.#feed(book);
  }

  /** @param {Page} page is shown no longer: its requests stay in the store only */
  rest(page) {
    const book = this.#books.get(page.key);
    if (!book) return;
    this.#close(book);
    this.#books.set(page.key, newBook(page, false));
  }

  /** @param {Page} page */
  drop(page) {
    const book = this.#books.get(page.key);
    if (book) this.#close(book);
    this.#books.delete(page.key);
    this.#store.forget(page.key);
  }

  /** All of `from` is `to`'s as well. @param {Page} from @param {Page} to */
  merge(from, to) {
    const source = this.#book(from);
    const target = this.#book(to);
    // What found no room is not taken, and not counted, a second time.
    const tried = new Set();
    const move = () => {
      for (const row of source.rows) {
        const key = this.#store.entryKey(row);
        if (!isThere(target, row, false) && !tried.has(key)) this.#take(target, row, false);
        tried.add(key);
      }
    };
    move();
    // What an earlier life wrote of it has to be read first.
    if (!source.whole) void this.#read(source).then(() => {
      if (this.#books.has(to.key)) move();
    });
  }

  /**
   * @param {Page} page
   * @returns {Promise<{empty: boolean, verdict: number|null}>} verdict: null without engine
   */
  async verdict(page) {
    const book = this.#book(page);
    await this.#read(book);
    const handle = this.#feed(book);
    return {
      empty: book.rows.length === 0,
      verdict: handle === 0 || !this.#judge ? null : this.#judge.engine.badge(handle),
    };
  }

  /** The engine's handle of a page, fed with all of it in the order of time.
   * @param {Page} page */
  async handle(page) {
    const book = this.#book(page);
    await this.#read(book);
    if (!book.ordered) this.#order(book);
    return this.#feed(book);
  }

  /** @param {Page} page @returns {Promise<Log>} */
  async log(page) {
    const book = this.#book(page);
    await this.#read(book);
    if (!book.ordered) this.#order(book);
    const first = book.rows[0]?.[1] ?? 0;
    /** @type {Map<string, number>} */
    const hops = new Map();
    return {
      schema: 'onlooker-log/1',
      pages: [{
        url: page.url,
        gaps: this.gaps(page),
        observations: book.rows.map(([rid, ts, url, type, method, at]) => {
          const hop = hops.get(rid) ?? 0;
          hops.set(rid, hop + 1);
          return {
            kind: 'request',
            id: `${rid}.${hop}`,
            url,
            type,
            method,
            ...(at === '' ? {} : { frame: at }),
            t: Math.round(ts - first),
          };
        }),
      }],
    };
  }

  /** What was missed of a page. @param {Page} page @returns {Gap[]} */
  gaps(page) {
    return Object.entries(this.#missed(page)).map(([why, count]) => ({ why, count })).sort((a, b) => (a.why < b.why ? -1 : 1));
  }

  /** @param {Page} page @returns {Promise<boolean>} */
  async isEmpty(page) {
    const book = this.#book(page);
    await this.#read(book);
    return book.rows.length === 0;
  }

  // -------------------------------------------------------------------------------------------------------------

  /** @param {Page} page @returns {Record<string, number>} */
  #missed({ gaps }) {
    return this.lostLists > 0 ? { ...gaps, 'list-lost': this.lostLists } : gaps;
  }

  /** @param {Page} page */
  #book(page) {
    let book = this.#books.get(page.key);
    if (!book) this.#books.set(page.key, book = newBook(page, true));
    return book;
  }

  /** Logs a request, or counts it where the log is full. @param {Book} book @param {Row} row @param {boolean} late */
  #take(book, row, late) {
    const { page } = book;
    if (fits(book, 0) || this.#tells(book, row)) {
      this.#add(book, row);
      this.#store.append(page.key, this.#store.entryKey(row), row);
      this.#feed(book);
    } else if (!late) {
      // One that comes late was counted at its start.
      page.gaps['log-full'] = (page.gaps['log-full'] ?? 0) + 1;
      this.#feed(book);
      this.#onGap(page);
    }
  }

  /**
   * Whether a request is to be logged though the log is full. All may take half of the room, and the other half is kept for
   * what adds an organisation that the owners' data or our lists know: anybody can make up hosts, also with a path that some
   * rule matches, and hardly such organisations. What makes the page graver always has room, as there are but five levels.
   * @param {Book} book @param {Row} row
   */
  #tells(book, [, , url, type]) {
    const main = this.#feed(book);
    const judge = this.#judge;
    // Nothing was judged, so it may be anything.
    if (!judge) return fits(book, 0.5);
    let tells = false;
    this.#guard(() => {
      if (book.scouted >= SCOUTED_MAX) this.#dismiss(book);
      if (book.scout === 0) book.scout = judge.open(book.page.url);
      const verdict = judge.observe(book.scout, url, type, book.scouted += 1);
      const [news, matched] = [badgeChanged(verdict), isMatched(verdict)];
      if (!news && !matched) return;
      const gravity = gravityOf(verdict);
      if (news && gravity > Math.max(0, book.gravest, gravityOf(judge.engine.badge(main)))) {
        book.gravest = gravity;
        tells = true;
        return;
      }
      const host = hostOf(url);
      const told = book.told.get(host) ?? 0;
      tells = told < MORE_OF_HOST && fits(book, news && isNamed(verdict) ? 1 : 0.5);
      if (tells) book.told.set(host, told + 1);
    });
    return tells;
  }

  /** @param {Book} book @param {Row} row */
  #add(book, row) {
    const last = book.rows[book.rows.length - 1];
    if (last && last[1] > row[1]) book.ordered = false;
    const hops = book.hops.get(row[0]);
    if (hops) hops.splice(placeOf(hops, row), 0, row);
    else book.hops.set(row[0], [row]);
    book.rows.push(row);
    book.text += row[2].length + row[5].length;
  }

  /** What an earlier life stored, with what came since, in the order of time. @param {Book} book */
  async #read(book) {
    if (book.whole) return;
    book.reading ??= this.#store.rows(book.page.key).then((stored) => {
      // In the order of time, or a hop that came since could stand between two that are one.
      const rows = [...stored, ...book.rows].sort((a, b) => a[1] - b[1]);
      book.rows = [];
      book.hops.clear();
      book.text = 0;
      for (const row of rows) if (!isThere(book, row, false)) this.#add(book, row);
      book.whole = true;
      this.#order(book);
      const { gaps } = book.page;
      const birth = performance.timeOrigin;
      if (isWorker && !('worker-asleep' in gaps) &&
          stored.some(([, ts]) => ts < birth && ts > birth - KILLED_MS)) {
        gaps['worker-asleep'] = 1;
        this.#onGap(book.page);
      }
    }).finally(() => {
      book.reading = null;
    });
    await book.reading;
  }

  /** @param {Book} book */
  #order(book) {
    book.rows.sort((a, b) => a[1] - b[1]);
    book.ordered = true;
    // The engine has seen another order.
    this.#close(book);
  }

  /** @param {Book} book */
  #close(book) {
    if (book.handle !== 0) this.#guard(() => this.#judge?.engine.page_close(book.handle));
    book.handle = 0;
    book.fed = 0;
    book.url = '';
    book.gaps = {};
    book.gravest = -1;
    this.#dismiss(book);
  }

  /** The next scout begins anew. @param {Book} book */
  #dismiss(book) {
    if (book.scout !== 0) this.#guard(() => this.#judge?.engine.page_close(book.scout));
    book.scout = 0;
    book.scouted = 0;
  }

  /**
   * Gives the engine what it has not seen of a page.
   * @param {Book} book
   * @returns {number} its handle, 0 without engine
   */
  #feed(book) {
    const judge = this.#judge;
    if (!judge) return 0;
    const { page, rows } = book;
    const missed = this.#missed(page);
    // A gap that was taken back cannot be told to the engine.
    if (Object.keys(book.gaps).some((why) => !(why in missed))) this.#close(book);
    let news = false;
    this.#guard(() => {
      if (book.handle !== 0 && book.url !== page.url) {
        if (judge.rename(book.handle, page.url)) {
          book.url = page.url;
          this.#dismiss(book);
        } else this.#close(book);
        news = true;
      }
      if (book.handle === 0) {
        book.handle = judge.open(page.url);
        book.url = page.url;
        news = true;
      }
      for (; book.fed < rows.length; book.fed += 1) {
        const row = /** @type {Row} */ (rows[book.fed]);
        // The row's place is its number: rows are unique already.
        const verdict = judge.observe(book.handle, row[2], row[3], book.fed + 1);
        if (badgeChanged(verdict) || book.fed === 0) news = true;
        this.firstVerdict ??= performance.now();
      }
      for (const [why, count] of Object.entries(missed)) {
        const told = book.gaps[why] ?? 0;
        if (count === told) continue;
        judge.engine.gap(book.handle, why, count - told);
        book.gaps[why] = count;
        news = true;
      }
    });
    // After a wake the engine knows only what came since; the badge waits for the rest.
    if (news && book.whole) this.#onVerdict(page);
    return book.handle;
  }

  /** Reads in what a woken background does not have yet, so that the badge can be right again. @param {Page} page */
  async wake(page) {
    const book = this.#book(page);
    if (book.whole) return;
    await this.#read(book);
    this.#feed(book);
  }

  /** A trap in wasm leaves the engine in no state to go on with. @param {() => void} work */
  #guard(work) {
    try {
      work();
    } catch (error) {
      this.#judge = null;
      for (const book of this.#books.values()) book.handle = book.scout = 0;
      this.#onFailure(error);
    }
  }
}

/** @param {Page} page @param {boolean} whole @returns {Book} */
function newBook(page, whole) {
  return {
    page, rows: [], hops: new Map(), text: 0, whole, reading: null, ordered: true, handle: 0, fed: 0, url: '', gaps: {},
    scout: 0, scouted: 0, gravest: -1, told: new Map(),
  };
}

/**
 * A hop that leads to the same URL again (a site that sets a cookie and looks whether it stays) is one with the hop before
 * it; one that comes back to it by way of another is not. An end of which a start is known is that one's.
 * @param {Book} book @param {Row} row @param {boolean} late
 */
function isThere({ hops }, row, late) {
  const known = hops.get(row[0]);
  if (!known) return false;
  const is = (/** @type {Row|undefined} */ other) => other !== undefined && other[2] === row[2] && other[6] === row[6];
  if (late) return known.some(is);
  const place = placeOf(known, row);
  if (is(known[place - 1]) || is(known[place])) return true;
  // Of the same moment: told once more.
  for (let at = place - 1; known[at]?.[1] === row[1]; at -= 1) if (is(known[at])) return true;
  return false;
}

/** Where in the order of time a hop belongs. @param {Row[]} hops @param {Row} row */
function placeOf(hops, row) {
  let place = hops.length;
  while (place > 0 && /** @type {Row} */ (hops[place - 1])[1] > row[1]) place -= 1;
  return place;
}

/** @param {Book} book @param {number} more how much of the room beyond a full log, 0 to 1 */
function fits({ rows, text }, more) {
  return rows.length < ROWS_MAX + more * MORE_ROWS && text < TEXT_MAX + more * MORE_TEXT;
}

/** @param {string} url @returns {string} its host; the address itself where it has none that can be read */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : url;
}
