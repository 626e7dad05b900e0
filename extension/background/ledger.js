/**
 * Each page's requests, and what the engine makes of them. What is handed to the engine is what is logged, to the byte:
 * so the command line judges a saved log the same. Must not know how a request came to its page.
 *
 * A page could send thousands of trifles first, to fill its log before what matters. So what comes once the log is full is
 * judged on a page of its own in the engine, the scout, and what the scout finds something in is logged after all, in room
 * that made-up hosts cannot fill. The rest is counted as the gap `log-full`, and is in neither the report nor the log.
 *
 * What was sent and answered has room of its own, and so has what requests carry: what finds none is a gap of the words in
 * LEFT_OUT, as is what is too much of one message. Of a host most of it is the same with every request; that is logged once.
 *
 * What the person had Onlooker find out stands beside the requests, under an id of its own: what a site says of GPC, and under
 * which names its hosts stand. A name is a host's, whenever it was asked for: the engine is told of names first.
 */

import { badgeChanged, badgeOf, gravityOf, isMatched, isNamed } from './verdict.js';
import { LEFT_OUT, lose } from './events.js';
import { alike } from './pseudonyms.js';
import { sizeOf } from './store.js';

/** @typedef {import('./engine.js').Judge} Judge */
/** @typedef {import('./events.js').Header} Header */
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
 * @property {Map<string, Row[]>} hops the requests by the browser's id, in the order of time: one that came already is not counted again
 * @property {number} requests how many
 * @property {number} text characters in their addresses
 * @property {Map<Row, Set<string>>} stages of which request what was sent or answered was told already
 * @property {number} more how many rows tell what was sent or answered
 * @property {number} moreText characters in them, and in what requests carried
 * @property {Map<string, Said>} said what was sent to a host and answered by it
 * @property {Map<Row, number>} places where a request stands among the rows, as the engine knows it
 * @property {Set<string>} notes the ids of what was found out
 * @property {boolean} renamed a host has another name than the engine knew as it judged it
 * @property {number} pause until when the badge does without that: performance.now()
 * @property {ReturnType<typeof setTimeout>|null} later when it no longer does
 * @property {boolean} whole false after a wake, until the stored rows are read
 * @property {Promise<void>|null} reading
 * @property {boolean} ordered the engine was fed in the order of time
 * @property {number} handle the engine's, 0: none
 * @property {number} fed how many of the rows the engine has seen
 * @property {string} url that the engine knows
 * @property {Record<string, number>} gaps that the engine knows
 * @property {number} scout the engine's handle of what came to the full log, 0: none
 * @property {number} scouted how many requests the scout has seen
 * @property {number} scoutSaid its level and number after the last of them, -1: none yet
 * @property {number} gravest the gravest level for which a request had no need of room
 * @property {Map<string, number>} told how many requests of a host were logged though the log was full
 */

/** @typedef {{text: number, lines: Set<string>}} Said */

/** Bounds of one page. */
const ROWS_MAX = 12_000;
const TEXT_MAX = 4_000_000;
/** And of what the scout finds something in, so many more. */
const MORE_ROWS = 2_000;
const MORE_TEXT = 1_000_000;
/** Of one host so many are enough: a tracker that is called again and again must not take the room of another. */
const MORE_OF_HOST = 4;
/** And of what was sent and answered. */
const HEADER_ROWS = 4_000;
const HEADER_TEXT = 1_000_000;
/** One host must not take the room of another. */
const HEADER_TEXT_OF_HOST = 200_000;
/** The badge is behind the names of hosts by so many ms at least. */
const PAUSE_MS = 1000;
/** The engine judges 100,000 requests of one page. */
const SCOUTED_MAX = 50_000;

/**
 * Chromium ends an idle worker 30 s after its last event. One that ends sooner was killed, and a request that began and
 * was over while it died was told to nobody (seen in Chromium 156 on a fast loopback). So a page that was busy up to
 * then is said to be seen in part. Firefox, ended in the same way, lost nothing: it keeps the events for the next life.
 */
const KILLED_MS = 25_000;
const isWorker = 'ServiceWorkerGlobalScope' in globalThis;

/** Headers that tell something of their very request. The others are logged once for a host, and again where they differ. */
const ITS_OWN = new Set([
  'set-cookie', 'etag', 'last-modified', 'location', 'refresh', 'clear-site-data', 'authorization', 'ping-from', 'ping-to',
]);
/** What belongs to those: when a cookie ends, for how long an answer is kept. By themselves a time is none worth a row. */
const BESIDE = new Set(['cache-control', 'content-type', 'date', 'expires', 'strict-transport-security']);

export class Ledger {
  /** @type {Map<number, Book>} */
  #books = new Map();
  #store;
  #onVerdict;
  #onGap;
  #onFailure;
  #recorded;
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
   * @param {() => readonly string[]} recorded what the browser's events tell at all, in the log's words
   */
  constructor(store, onVerdict, onGap, onFailure, recorded) {
    this.#recorded = recorded;
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
    const row = requestOf(event);
    const known = find(book, row, event.late);
    if (event.late && !book.whole && (!known || event.stage !== 'request')) {
      // Most likely an earlier life wrote it down when it began.
      void this.#read(book).then(() => {
        // It may have been dropped meanwhile.
        if (this.#books.has(page.key)) this.record(page, event);
      });
      return;
    }
    if (event.stage !== 'request') this.#more(book, event, row);
    else if (!known) {
      this.#leaveOut(book, event.lost);
      this.#take(book, row, event.late);
    } else if (row.body && !known.body) {
      this.#leaveOut(book, event.lost);
      this.#complete(book, known, row);
    }
  }

  /**
   * Logs what was found out beside the page's requests, once for each id.
   * @param {Page} page @param {Row} row
   */
  async note(page, row) {
    const book = this.#book(page);
    if (book.notes.has(row.rid)) return;
    await this.#read(book);
    // It may have been dropped meanwhile, or laid aside.
    if (this.#books.get(page.key) !== book) {
      if (this.#books.has(page.key)) await this.note(page, row);
      return;
    }
    if (!isMore(book, row)) return;
    this.#keep(book, row);
    if (book.renamed) this.#onVerdict(page);
  }

  /** What was noted under an id. @param {Page} page @param {string} id @returns {Promise<Row|undefined>} */
  async noted(page, id) {
    const book = this.#book(page);
    await this.#read(book);
    return book.rows.find(({ rid }) => rid === id);
  }

  /** @param {Page} page its URL or its gaps have changed */
  changed(page) {
    const book = this.#books.get(page.key);
    if (book && book.handle !== 0) this.#feed(book);
  }

  /** @param {Page} page is judged by other parts of its exchanges than before */
  again(page) {
    const book = this.#books.get(page.key);
    if (!book || book.handle === 0) return;
    this.#close(book);
    this.#feed(book);
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
        if (tried.has(key)) continue;
        tried.add(key);
        if (row.is === 'request') {
          if (!find(target, row, false)) this.#take(target, { ...row }, false);
        } else if (isMore(target, row)) this.#keep(target, row);
      }
    };
    move();
    this.#leaveOut(target, Object.fromEntries(LEFT_OUT.map((why) => [why, from.gaps[why] ?? 0])));
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
    const handle = book.renamed && this.#mayJudgeAgain(book) ? this.#judgeAgain(book) : this.#feed(book);
    return {
      empty: book.requests === 0,
      verdict: handle === 0 || !this.#judge ? null : this.#judge.engine.badge(handle),
    };
  }

  /** The engine's handle of a page, fed with all of it in the order of time.
   * @param {Page} page */
  async handle(page) {
    const book = this.#book(page);
    await this.#read(book);
    if (!book.ordered) this.#order(book);
    if (book.renamed) this.#close(book);
    return this.#feed(book);
  }

  /** @param {Page} page @returns {Promise<Log>} */
  async log(page) {
    const book = this.#book(page);
    await this.#read(book);
    if (!book.ordered) this.#order(book);
    const first = book.rows[0]?.ts ?? 0;
    /** @type {Map<string, number>} */
    const hops = new Map();
    /** @type {Map<Row, string>} */
    const ids = new Map();
    for (const row of book.rows) {
      if (row.is !== 'request') continue;
      const hop = hops.get(row.rid) ?? 0;
      hops.set(row.rid, hop + 1);
      ids.set(row, `${row.rid}.${hop}`);
    }
    return {
      schema: 'onlooker-log/2',
      pages: [{
        url: page.url,
        pseudonymous: true,
        recorded: this.#recordedOf(page),
        gaps: this.gaps(page),
        observations: book.rows.map((row) => ({
          kind: row.is,
          id: ids.get(row.is === 'request' ? row : askedBy(book, row) ?? row) ?? (isAlone(row) ? row.rid : `${row.rid}.0`),
          url: row.url,
          type: row.type,
          method: row.method,
          ...(row.at === '' ? {} : { frame: row.at }),
          t: Math.round(row.ts - first),
          ...(row.headers ? { headers: row.headers } : {}),
          ...(row.body ? { body: row.body } : {}),
          ...(row.status ? { status: row.status } : {}),
          ...(row.security ? { security: row.security } : {}),
        })),
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
    return book.requests === 0;
  }

  // -------------------------------------------------------------------------------------------------------------

  /** What is recorded of a page from its beginning. @param {Page} page */
  #recordedOf({ partly = [] }) {
    return this.#recorded().filter((part) => !partly.includes(part));
  }

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
      // Of one that is masked all but its address is lost.
      if (row.masked) this.#leaveOut(book, { 'headers-left-out': 1, 'bodies-left-out': 1 });
      if (row.body && !fitsMore(book, row)) {
        delete row.body;
        this.#leaveOut(book, { 'bodies-left-out': 1 });
      }
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
   * What a request carried was told after its end: so it is at times when a background wakes.
   * @param {Book} book @param {Row} known @param {Row} row
   */
  #complete(book, known, row) {
    if (!row.body || known.masked || !fitsMore(book, row)) return;
    known.body = row.body;
    if (row.media) known.media = row.media;
    book.moreText += row.body.length;
    this.#store.append(book.page.key, this.#store.entryKey(known), known);
    // The engine has seen it without.
    this.#close(book);
    this.#feed(book);
  }

  /** Logs what was sent or answered, as far as it is news. @param {Book} book @param {RequestEvent} event @param {Row} request */
  #more(book, event, request) {
    // What was sent was asked for; the request itself may have been lost with an earlier life.
    if (!find(book, request, true) && fits(book, 0)) this.#take(book, request, true);
    const its = askedBy(book, request);
    if (!its || isTold(book, its, event.stage)) return;
    this.#leaveOut(book, event.lost);
    const said = saidBy(book, its);
    const headers = newsOf(said, event);
    const security = event.security && !securedBy(book, its).lines.has(lineOf(event.security)) ? event.security : null;
    if (headers.length === 0 && !security && !isTelling(event)) return;
    this.#keep(book, {
      v: 2, is: event.stage, rid: its.rid, ts: event.ts, url: its.url, type: its.type, method: its.method, at: its.at,
      ...(its.cut ? { cut: its.cut } : {}), headers, ...(event.status ? { status: event.status } : {}), ...(security ? { security } : {}),
    });
  }

  /** @param {Book} book @param {Row} row what was sent or answered */
  #keep(book, row) {
    if (!isAlone(row) && (!fitsMore(book, row) || saidBy(book, row).text + sizeOf(row) > HEADER_TEXT_OF_HOST)) {
      this.#leaveOut(book, { 'headers-left-out': 1 });
      return;
    }
    this.#add(book, row);
    this.#store.append(book.page.key, this.#store.entryKey(row), row);
    book.renamed ||= isName(row) && row.headers?.[0]?.[1] !== new URL(row.url).hostname;
    this.#feed(book);
  }

  /** @param {Book} book @param {import('./events.js').Lost|undefined} lost */
  #leaveOut({ page }, lost) {
    if (Object.values(lost ?? {}).every((count) => count === 0)) return;
    lose(page.gaps, lost);
    this.#onGap(page);
  }

  /**
   * Whether a request is to be logged though the log is full. All may take half of the room, and the other half is kept for
   * what adds an organisation that the owners' data or our lists know: anybody can make up hosts, also with a path that some
   * rule matches, and hardly such organisations. What makes the page graver always has room, as there are but five levels.
   * @param {Book} book @param {Row} row
   */
  #tells(book, row) {
    const main = this.#feed(book);
    const judge = this.#judge;
    // Nothing was judged, so it may be anything.
    if (!judge) return fits(book, 0.5);
    let tells = false;
    this.#guard(() => {
      if (book.scouted >= SCOUTED_MAX) this.#dismiss(book);
      if (book.scout === 0) book.scout = this.#open(judge, book);
      const verdict = judge.observe(book.scout, row, book.scouted += 1, 0);
      // Not what may have changed: to draw that for each of a flood would cost too much.
      const [news, matched] = [badgeOf(verdict) !== book.scoutSaid, isMatched(verdict)];
      book.scoutSaid = badgeOf(verdict);
      if (!news && !matched) return;
      const gravity = gravityOf(verdict);
      if (news && gravity > Math.max(0, book.gravest, gravityOf(judge.engine.badge(main)))) {
        book.gravest = gravity;
        tells = true;
        return;
      }
      const host = hostOf(row.url);
      const told = book.told.get(host) ?? 0;
      tells = told < MORE_OF_HOST && fits(book, news && isNamed(verdict) ? 1 : 0.5);
      if (tells) book.told.set(host, told + 1);
    });
    return tells;
  }

  /** @param {Book} book @param {Row} row */
  #add(book, row) {
    const last = book.rows[book.rows.length - 1];
    if (last && last.ts > row.ts) book.ordered = false;
    book.rows.push(row);
    if (isAlone(row)) book.notes.add(row.rid);
    if (row.is !== 'request') {
      const said = saidBy(book, row);
      for (const header of row.headers ?? []) for (const line of linesOf(row.is, header)) said.lines.add(line);
      if (row.security) securedBy(book, row).lines.add(lineOf(row.security));
      said.text += sizeOf(row);
      book.more += 1;
      book.moreText += sizeOf(row);
      return;
    }
    const hops = book.hops.get(row.rid);
    if (hops) hops.splice(placeOf(hops, row), 0, row);
    else book.hops.set(row.rid, [row]);
    book.requests += 1;
    book.text += row.url.length + row.at.length;
    book.moreText += row.body?.length ?? 0;
  }

  /** What an earlier life stored, with what came since, in the order of time. @param {Book} book */
  async #read(book) {
    if (book.whole) return;
    book.reading ??= this.#store.rows(book.page.key).then((stored) => {
      // In the order of time, or a hop that came since could stand between two that are one.
      const rows = [...stored, ...book.rows].sort((a, b) => a.ts - b.ts);
      Object.assign(book, { rows: [], requests: 0, text: 0, more: 0, moreText: 0 });
      for (const map of [book.hops, book.stages, book.said, book.notes]) map.clear();
      /** @type {Set<Row>} */
      const kept = new Set();
      /** @param {Row} row */
      const keep = (row) => {
        this.#add(book, row);
        kept.add(row);
      };
      for (const row of rows) if (row.is === 'request' && !find(book, row, false)) keep(row);
      for (const row of rows) {
        if (row.is !== 'request' && isMore(book, row)) keep(row);
      }
      book.rows = rows.filter((row) => kept.has(row));
      book.whole = true;
      this.#order(book);
      const { gaps } = book.page;
      const birth = performance.timeOrigin;
      if (isWorker && !('worker-asleep' in gaps) &&
          stored.some(({ ts }) => ts < birth && ts > birth - KILLED_MS)) {
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
    book.rows.sort((a, b) => a.ts - b.ts);
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
    book.renamed = false;
    book.places.clear();
    this.#dismiss(book);
  }

  /**
   * A page can have names come one by one without end, and each time all of it is to be judged again. For the badge that is done
   * at most once a second, and takes no more than a twentieth of the time.
   * @param {Book} book
   */
  #mayJudgeAgain(book) {
    const wait = book.pause - performance.now();
    if (wait <= 0) return true;
    book.later ??= setTimeout(() => {
      book.later = null;
      if (this.#books.get(book.page.key) === book) this.#onVerdict(book.page);
    }, wait);
    return false;
  }

  /** @param {Book} book @returns {number} its handle */
  #judgeAgain(book) {
    const start = performance.now();
    this.#close(book);
    const handle = this.#feed(book);
    const end = performance.now();
    book.pause = end + Math.max(PAUSE_MS, 20 * (end - start));
    return handle;
  }

  /** @param {Judge} judge @param {Book} book @returns {number} a handle */
  #open(judge, { page, rows }) {
    const handle = judge.open(page.url, this.#recordedOf(page));
    for (const row of rows) if (isName(row)) judge.observe(handle, row, 0, 0);
    return handle;
  }

  /** The next scout begins anew. @param {Book} book */
  #dismiss(book) {
    if (book.scout !== 0) this.#guard(() => this.#judge?.engine.page_close(book.scout));
    book.scout = 0;
    book.scouted = 0;
    book.scoutSaid = -1;
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
        book.handle = this.#open(judge, book);
        book.url = page.url;
        news = true;
      }
      for (; book.fed < rows.length; book.fed += 1) {
        const row = /** @type {Row} */ (rows[book.fed]);
        const time = Math.max(0, Math.round(row.ts - /** @type {Row} */ (rows[0]).ts));
        const verdict = judge.observe(book.handle, row, numberOf(book, row), time);
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
    page, rows: [], hops: new Map(), requests: 0, text: 0, stages: new Map(), more: 0, moreText: 0, said: new Map(), places: new Map(),
    notes: new Set(), renamed: false, pause: 0, later: null, whole, reading: null, ordered: true, handle: 0, fed: 0, url: '', gaps: {},
    scout: 0, scouted: 0, scoutSaid: -1, gravest: -1, told: new Map(),
  };
}

/** @param {RequestEvent} event @returns {Row} */
function requestOf({ rid, ts, url, type, method, at, cut, body, media, masked }) {
  return {
    v: 2, is: 'request', rid, ts, url, type, method, at,
    ...(cut ? { cut } : {}), ...(masked ? { masked } : {}), ...(body ? { body, media } : {}),
  };
}

/** Whether two rows are of one address. @param {Row|undefined} one @param {Row} other */
function isOf(one, other) {
  if (one?.masked || other.masked) return one !== undefined && alike(one.url, other.url);
  return one?.url === other.url && one.cut === other.cut;
}

/**
 * The request that is the same as this one. A hop that leads to the same URL again (a site that sets a cookie and looks whether
 * it stays) is one with the hop before it; one that comes back to it by way of another is not. An end of which a start is
 * known is that one's.
 * @param {Book} book @param {Row} row @param {boolean} late
 */
function find({ hops }, row, late) {
  const known = hops.get(row.rid);
  if (!known) return undefined;
  if (late) return known.find((other) => isOf(other, row));
  const place = placeOf(known, row);
  for (const other of [known[place - 1], known[place]]) if (isOf(other, row)) return other;
  // Of the same moment: told once more.
  for (let at = place - 1; known[at]?.ts === row.ts; at -= 1) if (isOf(known[at], row)) return known[at];
  return undefined;
}

/** Where in the order of time a hop belongs. @param {Row[]} hops @param {Row} row */
function placeOf(hops, row) {
  let place = hops.length;
  while (place > 0 && /** @type {Row} */ (hops[place - 1]).ts > row.ts) place -= 1;
  return place;
}

/** The request for which something was sent or answered: of that address the last one before it. @param {Book} book @param {Row} row */
function askedBy({ hops }, row) {
  const its = hops.get(row.rid)?.filter((other) => isOf(other, row));
  return its?.findLast(({ ts }) => ts <= row.ts) ?? its?.[0];
}

/** Whether a row belongs to no request of the page: it is what the person had Onlooker find out. Browsers' ids are numbers. @param {Row} row */
function isAlone(row) {
  return row.rid.startsWith('gpc.') || isName(row);
}

/** Whether it tells the name of a host. @param {Row} row */
function isName({ rid }) {
  return rid.startsWith('name.');
}

/** Whether a row that is no request is to be kept: what belongs to one that is known, and was not told yet. @param {Book} book @param {Row} row */
function isMore(book, row) {
  if (isAlone(row)) return !book.notes.has(row.rid);
  const its = askedBy(book, row);
  return its !== undefined && !isTold(book, its, row.is);
}

/** Whether that was told of a request before; from now on it was. @param {Book} book @param {Row} request @param {string} stage */
function isTold({ stages }, request, stage) {
  let told = stages.get(request);
  if (!told) stages.set(request, told = new Set());
  if (told.has(stage)) return true;
  told.add(stage);
  return false;
}

/** A number for a request and what belongs to it: its place, since rows are unique already. @param {Book} book @param {Row} row */
function numberOf(book, row) {
  const its = row.is === 'request' ? row : askedBy(book, row) ?? row;
  let number = book.places.get(its);
  if (number === undefined) book.places.set(its, number = (its === row ? book.fed : book.rows.indexOf(its)) + 1);
  return number;
}

/** @param {Book} book @param {Row} row */
function saidBy(book, row) {
  // On the way to a page a host is the page's own: what it is told then is looked at otherwise.
  return saidAt(book, row.type === 'main_frame' ? `${originOf(row.url)} page` : originOf(row.url));
}

/** What is said of a connection: of the host alone. @param {Book} book @param {Row} row */
function securedBy(book, row) {
  return saidAt(book, originOf(row.url));
}

/** @param {Book} book @param {string} place */
function saidAt({ said }, place) {
  let its = said.get(place);
  if (!its) said.set(place, its = { text: 0, lines: new Set() });
  return its;
}

/** What of a header is said once for all requests of a host. @param {string} stage @param {Header} header @returns {string[]} */
function linesOf(stage, [name, value]) {
  if (ITS_OWN.has(name)) return [];
  return name === 'cookie' ? value.split('; ').map((pair) => `cookie ${pair}`) : [`${stage} ${name} ${value}`];
}

/** The same with most answers of a host. @param {import('./security.js').Security} security */
function lineOf(security) {
  return `security ${JSON.stringify(security)}`;
}

/** The headers that tell more than is known already. @param {Said} said @param {RequestEvent} event @returns {Header[]} */
function newsOf({ lines }, event) {
  const { stage, headers } = event;
  const whole = isTelling(event) || headers.some(([name]) => ITS_OWN.has(name));
  /** @type {Header[]} */
  const news = [];
  for (const header of headers) {
    const [name, value] = header;
    if (name === 'cookie') {
      const pairs = value.split('; ').filter((pair) => !lines.has(`cookie ${pair}`));
      if (pairs.length > 0) news.push([name, pairs.join('; ')]);
    } else if (ITS_OWN.has(name) || (BESIDE.has(name) && whole) ||
        (name !== 'date' && name !== 'expires' && linesOf(stage, header).some((line) => !lines.has(line)))) news.push(header);
  }
  return news;
}

/** Whether an answer tells something without any header. @param {RequestEvent} event */
function isTelling({ stage, status, type }) {
  return stage === 'answered' && (status >= 300 || type === 'main_frame' || type === 'sub_frame');
}

/** @param {Book} book @param {number} more how much of the room beyond a full log, 0 to 1 */
function fits({ requests, text }, more) {
  return requests < ROWS_MAX + more * MORE_ROWS && text < TEXT_MAX + more * MORE_TEXT;
}

/** Whether there is room for what was sent or answered, or for what a request carried. @param {Book} book @param {Row} row */
function fitsMore({ more, moreText }, row) {
  const size = row.is === 'request' ? row.body?.length ?? 0 : sizeOf(row);
  return more < HEADER_ROWS && moreText + size <= HEADER_TEXT;
}

/** @param {string} url @returns {string} its host; the address itself where it has none that can be read */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** @param {string} url @returns {string} its origin; the address itself where it has none that can be read */
function originOf(url) {
  return URL.canParse(url) ? new URL(url).origin : url;
}
