/**
 * Gives every request to the page it was made for. Pure: events in, calls on `sink` out; no browser, no engine, no clock.
 * That makes it the same after every wake of the background, when it is handed the pages that were stored.
 *
 * What it leans on, seen in Chromium 156 and Firefox 153:
 * - A document's id is the surest link from a request to its page. It survives the back/forward cache and the
 *   activation of a prerendered page, in both.
 * - A navigation's requests carry no document id. They are tied to the document that results by tab, URL and time.
 * - The order of arrival proves nothing. Firefox often reports a navigation's request after its commit, even after the
 *   commit of the next page; Chromium can swap stages after a wake. So what cannot be placed yet is held, and time is
 *   told from `ts`, which the browser sets when it happens.
 * - Firefox reports an abort (onErrorOccurred) for navigations that only move to another process and go on. So nothing
 *   is concluded from an abort. A navigation that came to nothing (204, a download, Escape) is dropped when the next one
 *   commits.
 * - But what it asked for was asked for, and by whom is told. So its requests are those of the page that began it as
 *   well, once it is plain that nothing came of it, or has not for some seconds. The same goes for what a page has
 *   prerendered, as long as nobody goes there. What the address bar begins is nobody's.
 * - What was sent for a request and answered goes where the request went. It makes no page and no gap.
 */

import { originOf, remember } from './events.js';

/** @typedef {import('./events.js').Event} Event */
/** @typedef {import('./events.js').RequestEvent} RequestEvent */
/** @typedef {import('./events.js').NavigationEvent} NavigationEvent */

/**
 * A page, from the start of its navigation on. Plain data: it is stored as it is.
 * @typedef {object} Page
 * @property {number} key ours, never used again
 * @property {number} tab
 * @property {number} frame 0, or the frame of a page that is prerendered
 * @property {'coming'|'hidden'|'open'|'past'} state its navigation is under way; prerendered; shown; left
 * @property {string} url
 * @property {string} begin URL the navigation began with, '' when not seen
 * @property {string} doc id of its main document, '' when not known
 * @property {string} nav browser's id of the main document's request, '' when not (yet) seen
 * @property {number} since first heard of
 * @property {number} at committed, or shown again; 0: not yet
 * @property {number} left 0: it was not
 * @property {number} active when a request of its own was last seen, as far as stored
 * @property {boolean} secret of a private window, where the browser says so
 * @property {Record<string, number>} gaps what was missed: why -> how often
 * @property {Record<string, number>} docs documents in it -> their frame
 * @property {string[]} origins of its documents, also of those that are gone
 * @property {number} front key of the page that began its navigation, 0: none that we know
 * @property {boolean} told its requests are that page's as well
 * @property {string[]} [partly] what was recorded of a part of it only: it was turned on or off meanwhile
 */

/**
 * @typedef {object} Sink
 * @property {(page: Page, event: RequestEvent) => void} record
 * @property {(page: Page) => void} changed to be stored
 * @property {(page: Page) => void} shown it is now what the tab shows
 * @property {(page: Page) => void} left kept for the back/forward cache
 * @property {(page: Page) => void} dropped
 * @property {(from: Page, to: Page) => void} merge `from`'s requests are `to`'s as well
 * @property {(page: Page) => void} begun by a page: to be given to `lapse` some seconds later
 * @property {(event: Event) => void} hold it cannot be placed yet; to be given to `settle` a little later
 * @property {(event: Event) => void} placed it is held no longer
 */

/** Pages that were left are kept for a return through the back/forward cache, which holds 6 (Chromium) or 8 (Firefox). */
const PAST_PER_TAB = 6;
/** Navigations that are under way in a tab at once: in truth one, but which that is may be told late. */
const COMING_PER_TAB = 8;
/** Documents of one page that are known. Beyond that the ones that were there first are forgotten. */
const DOCS_PER_PAGE = 400;
/** And of one frame: a beacon that is sent as a document goes arrives when the next one is there. */
const DOCS_PER_FRAME = 3;
/** For the workers of a page's frames. */
const ORIGINS_PER_PAGE = 400;
/** So long what cannot be placed may still be of a page that was left. */
const LEAVING_MS = 5_000;
/** Requests of which it is known where they went. A request that takes long is one of few. */
const WENT_MAX = 4_096;
/** How much a commit's time may lie before its own request's: both are taken by the browser, in different places. */
const SLACK_MS = 5;

/** Extensions' and the browser's own requests are nobody's page. */
const FOREIGN = /^(?:chrome-extension|moz-extension|safari-web-extension|extension|chrome|chrome-untrusted|devtools|resource|about:(?!blank|srcdoc)|view-source)/;

export class Observer {
  /** @type {Map<number, Page>} */
  pages = new Map();
  /** @type {Map<string, Page>} document id -> page */
  #docs = new Map();
  /** @type {Map<number, Page[]>} tab -> its pages, oldest first */
  #tabs = new Map();
  /** @type {Map<number, Set<Event>>} tab (-1 too) -> events that wait for a document to be known */
  #held = new Map();
  /** @type {Map<string, string[]>} URLs whose request went to a service worker, which will ask again -> the browser's ids */
  #intercepted = new Map();
  /** @type {Map<string, string>} id of such a worker's request -> id of the page's request that it is */
  #same = new Map();
  /** @type {Map<string, number[]>} id of a request -> keys of the pages that it went to */
  #went = new Map();
  #next;
  #sink;

  /** @param {Sink} sink @param {Page[]} stored @param {number} next first free key */
  constructor(sink, stored = [], next = 1) {
    this.#sink = sink;
    this.#next = next;
    for (const page of stored) this.#adopt(page);
  }

  /** The first key that no page has had. */
  get next() {
    return this.#next;
  }

  /** @param {number} tab @returns {Page|undefined} */
  shownIn(tab) {
    return this.#of(tab).findLast((page) => page.state === 'open');
  }

  /** @param {Event} event */
  handle(event) {
    switch (event.is) {
      case 'request': this.#request(event); break;
      case 'begin': this.#begin(event); break;
      case 'commit': this.#commit(event); break;
      case 'fail': this.#commit(event); break;
      case 'closed': this.#closed(event.tab); break;
      case 'intercept': this.#intercept(event.url, event.rid); break;
    }
  }

  /**
   * A document that is there now: perhaps from before us, perhaps its commit was lost.
   * @param {NavigationEvent} event a commit made up from the tab's present state
   * @param {string} why we may know nothing of it
   */
  found(event, why) {
    if (event.parent === -1) {
      const known = event.doc === '' ? this.shownIn(event.tab) : this.#docs.get(event.doc);
      if (known?.state === 'open' && (event.doc !== '' || known.url === event.url)) return;
      // Of a page not yet committed nothing is told here.
      if (!known && !isWeb(event.url)) return;
      // A navigation is under way while we look at tabs for the first time: its own commit will tell.
      if (!known && why === 'started-before-install' &&
          this.#of(event.tab).some(({ state }) => state === 'coming')) return;
    }
    const next = this.#next;
    this.#commit(event);
    const made = this.pages.get(next);
    if (!made) return;
    made.gaps[why] = 1;
    this.#sink.changed(made);
  }

  /**
   * The time to wait for a held event is over.
   * @param {Event} event
   * @param {boolean} asked whether the tab's present documents have been looked up, and told by `found`
   * @returns {boolean} false: look them up, and settle it again
   */
  settle(event, asked) {
    const waiting = this.#held.get(event.tab);
    if (!waiting?.has(event)) return true;
    if (!asked && event.tab >= 0) return false;
    waiting.delete(event);
    this.#sink.placed(event);
    if (event.is === 'commit') {
      const around = this.#guess(event);
      if (around) this.#learn(around, event.doc, originOf(event.url), event.frame);
    } else if (event.is === 'request' && event.stage !== 'request') {
      this.#follow(event);
    } else if (event.is === 'request' && isNavigation(event)) {
      // Its start was lost, and nothing will come of it.
      const front = event.empty ? this.#beganBy(event) : undefined;
      if (front) this.#record(front, event);
    } else if (event.is === 'request') {
      const page = this.#pageOf(event) ?? this.#guess(event);
      if (page) this.#record(page, event);
      else if (!event.late) this.#miss(event);
    }
    return true;
  }

  /**
   * A navigation that a page began has had its time, or a prerendered page.
   * @param {number} key
   */
  lapse(key) {
    const page = this.pages.get(key);
    if (page) this.#tell(page);
  }

  /** @param {Page} page to be forgotten, for room */
  drop(page) {
    this.pages.delete(page.key);
    for (const doc of Object.keys(page.docs)) this.#docs.delete(doc);
    const pages = this.#of(page.tab).filter((other) => other !== page);
    if (pages.length > 0) this.#tabs.set(page.tab, pages);
    else this.#tabs.delete(page.tab);
    this.#sink.dropped(page);
  }

  // --- navigations ---------------------------------------------------------------------------------------------

  /** @param {NavigationEvent} event */
  #begin(event) {
    if (event.parent !== -1 || !isWeb(event.url)) return;
    const pages = this.#of(event.tab);
    // The request may have come first; Firefox begins twice when it changes the process.
    if (pages.some((page) => page.frame === event.frame && page.state === 'coming' &&
        (page.url === event.url || page.begin === event.url))) return;
    if (pages.some((page) => page.at >= event.ts && page.begin === '' && page.url === event.url)) return;
    this.#open(event, '').begin = event.url;
  }

  /** One hop of a main document. @param {RequestEvent} event */
  #navigation(event) {
    const pages = this.#of(event.tab);
    let page = pages.find((other) => other.nav === event.rid) ??
      // Its page was committed before we heard of the request.
      pages.filter((other) => !event.empty && other.at > 0 && other.nav === '' && (event.late || other.at + SLACK_MS >= event.ts) &&
        (other.url === event.url || other.begin === event.url)).sort((a, b) => a.at - b.at)[0] ??
      pages.findLast((other) => other.state === 'coming' && other.nav === '' && other.frame === event.frame &&
        other.begin === event.url);
    // At its end a navigation has its page, or (204, download) will have none; or its commit was lost and is looked up.
    if (!page && event.late) {
      this.#hold(event);
      return;
    }
    page ??= this.#open(event, event.rid);
    if (page.nav === '') {
      page.nav = event.rid;
      // It was asked for after all: not taken from the cache.
      delete page.gaps['restored-from-cache'];
      this.#sink.changed(page);
    }
    page.secret ||= event.secret;
    if (page.front === 0 && page.state === 'coming') {
      page.front = this.#beganBy(event)?.key ?? 0;
      if (page.front !== 0) this.#sink.begun(page);
    }
    if (page.state === 'coming') {
      page.url = event.url;
      this.#sink.changed(page);
    }
    this.#record(page, event);
    if (page.state !== 'coming') return;
    if (event.empty) {
      this.#tell(page);
      this.drop(page);
      return;
    }
    // The hops before this one came too late as well, and had no page to go to.
    const arrived = pages.filter((other) => other !== page && other.at > 0 && other.nav === '' &&
      other.url === event.url && other.at + SLACK_MS >= event.ts).sort((a, b) => a.at - b.at)[0];
    if (!arrived) return;
    arrived.nav = event.rid;
    delete arrived.gaps['restored-from-cache'];
    this.#merge(page, arrived);
    this.drop(page);
    this.#sink.changed(arrived);
  }

  /** @param {NavigationEvent} event */
  #commit(event) {
    if (event.parent !== -1) {
      const around = this.#docs.get(event.pdoc);
      if (around) this.#learn(around, event.doc, originOf(event.url), event.frame);
      else if (event.pdoc !== '') {
        this.#hold(event);
        return;
      } else {
        // No document ids (Firefox before 153): the frame's origin is still worth knowing, for its service worker.
        const page = this.shownIn(event.tab);
        if (page) this.#learn(page, '', originOf(event.url), event.frame);
      }
      this.#retry(event.tab);
      return;
    }
    const known = this.#docs.get(event.doc);
    if (known && known.doc === event.doc) {
      known.frame = event.frame;
      known.url = event.url;
      this.#show(known, event);
      return;
    }
    const coming = this.#of(event.tab).filter((page) => page.state === 'coming' && page.frame === event.frame &&
      page.doc === '' && page.since <= event.ts + SLACK_MS);
    const page = coming.findLast((other) => other.url === event.url && other.nav !== '') ??
      this.#returned(event) ??
      coming.findLast((other) => other.url === event.url) ??
      // Begun, and then redirected: the requests in between are still to come.
      coming.findLast((other) => other.nav === '' && other.begin !== event.url && event.redirected) ??
      // The same, with the request of its last hop still to come, as Firefox has it at times.
      (event.redirected && coming.length === 1 ? coming[0] : undefined) ??
      (isWeb(event.url) ? this.#open(event, '') : undefined);
    if (!page) {
      this.#show(undefined, event);
      return;
    }
    page.url = event.url;
    if (event.back && page.state === 'coming' && page.nav === '') page.gaps['restored-from-cache'] = 1;
    this.#name(page, event.doc);
    this.#show(page, event);
  }

  /**
   * Without document ids a page that comes back without a request is known by its URL. Where its request is only told
   * later, the old record goes on: that shows too much rather than too little.
   * @param {NavigationEvent} event
   */
  #returned(event) {
    if (!event.back || event.doc !== '') return undefined;
    return this.#of(event.tab).findLast((page) => page.state === 'past' && page.url === event.url);
  }

  /** @param {Page|undefined} page undefined: nothing of the web @param {NavigationEvent} event */
  #show(page, event) {
    if (event.hidden) {
      if (page) {
        page.state = 'hidden';
        page.at = event.ts;
        this.#sink.changed(page);
      }
      this.#retry(event.tab);
      return;
    }
    for (const other of this.#of(event.tab)) {
      if (other === page) continue;
      if (other.state === 'open') {
        other.state = 'past';
        other.left = event.ts;
        this.#sink.left(other);
        this.#sink.changed(other);
      } else if ((other.state === 'coming' && other.since <= event.ts) || (other.state === 'hidden' && other.at <= event.ts)) {
        // What came to nothing, and what was prerendered for the page that is now left. But where the new page's request is
        // still to be told it may be this one; and a link that is clicked twice, or tried with https first, came to a page.
        if (!page || (page.nav !== '' && !isSame(other, page))) this.#tell(other);
        this.drop(other);
      }
    }
    const past = this.#of(event.tab).filter((other) => other.state === 'past');
    for (const other of past.slice(0, Math.max(0, past.length - PAST_PER_TAB))) this.drop(other);
    if (page) {
      page.state = 'open';
      page.frame = 0;
      page.at = event.ts;
      page.left = 0;
      this.#learn(page, '', originOf(page.url), 0);
      page.active = Math.max(page.active, event.ts);
      // The one shown is the last in its tab's order.
      this.#tabs.set(event.tab, [...this.#of(event.tab).filter((other) => other !== page), page]);
      this.#sink.changed(page);
      this.#sink.shown(page);
    }
    this.#retry(event.tab);
    this.#retry(-1);
  }

  /** @param {number} tab */
  #closed(tab) {
    for (const page of this.#of(tab)) this.drop(page);
    const waiting = this.#held.get(tab);
    if (!waiting) return;
    this.#held.delete(tab);
    for (const event of waiting) this.#sink.placed(event);
  }

  // --- requests ------------------------------------------------------------------------------------------------

  /** @param {RequestEvent} event */
  #request(event) {
    if (event.stage !== 'request') {
      this.#more(event);
      return;
    }
    if (isNavigation(event)) {
      this.#navigation(event);
      return;
    }
    if (FOREIGN.test(event.by)) return;
    if (event.tab < 0) {
      // Of the browser itself.
      if (event.doc === '' && event.by === '') return;
      // The page's own request was seen already, on its way to the worker.
      if (!event.late && this.#repeated(event)) return;
    }
    const page = this.#pageOf(event);
    if (page) this.#record(page, event);
    else this.#hold(event);
  }

  /** @param {RequestEvent} event @returns {Page|undefined} */
  #pageOf(event) {
    const own = this.#docs.get(event.doc);
    if (own) return own;
    const around = this.#docs.get(event.pdoc);
    if (around) {
      this.#learn(around, event.doc, originOf(event.by), event.frame);
      return around;
    }
    // The document says for certain whose it is. By anything less a request could be another page's at its end than at
    // its start, and be counted twice.
    if (event.late) return undefined;
    if (event.tab < 0) return this.#byOrigin(event);
    if (event.doc !== '' && event.parent === -1) {
      // A new main document that asks before its commit was told.
      const from = originOf(event.top || event.by);
      const page = this.#of(event.tab).findLast((other) => other.state === 'coming' && other.doc === '' &&
        other.frame === event.frame && (event.top ? other.url === event.top : originOf(other.url) === from) &&
        other.since <= event.ts);
      if (page) this.#name(page, event.doc);
      return page;
    }
    if (event.doc !== '' || event.pdoc !== '') return undefined;
    return this.#byTop(event);
  }

  /**
   * Firefox without document ids, and its dedicated workers: by the page's URL. A beacon sent at unload arrives when
   * the next page is already there, and still names the old one.
   * @param {RequestEvent} event
   */
  #byTop(event) {
    const pages = this.#of(event.tab);
    const shown = this.shownIn(event.tab);
    if (shown && shown.url === event.top) return shown;
    const named = pages.findLast((page) => event.top !== '' && page.url === event.top && page.since <= event.ts);
    if (named) return named;
    // A page that gave itself another address is of its site still.
    const from = originOf(event.top);
    const then = this.#shownAt(event.tab, event.ts);
    if (from === '' || then?.origins.includes(from)) return then;
    return pages.findLast((page) => page.origins.includes(from) && page.at > 0 && page.at <= event.ts);
  }

  /** @param {number} tab @param {number} ts @returns {Page|undefined} the page that the tab showed then */
  #shownAt(tab, ts) {
    return this.#of(tab).findLast((page) => (page.state === 'open' || page.state === 'past') && page.at <= ts &&
      (page.left === 0 || ts < page.left));
  }

  /**
   * A shared or service worker works for every page of its origin; the browser does not say for which. It goes to the
   * one that was last active: a worker asks when a page makes it ask, and to give it to all would show in a resting tab
   * what another tab did. Frames count too, after pages: a frame's worker is at work in the page around it.
   * @param {RequestEvent} event
   * @param {boolean} [shown] of those that are shown only
   */
  #byOrigin(event, shown = false) {
    const from = originOf(event.by);
    /** @type {Page|undefined} */
    let best;
    if (from === '') return best;
    let bestRank = -1;
    for (const page of this.pages.values()) {
      if (page.state === 'past' || (shown && page.state !== 'open')) continue;
      // Firefox says which requests are of private windows; Chromium does not, for a worker's.
      if (page.secret !== event.secret && (page.secret || event.secret)) continue;
      const rank = originOf(page.url) === from ? 1 : page.origins.includes(from) ? 0 : -1;
      if (rank < 0 || rank < bestRank) continue;
      if (best && rank === bestRank && page.active < best.active) continue;
      best = page;
      bestRank = rank;
    }
    return best;
  }

  /**
   * When waiting has not helped: the page that was shown then, where it can be no other.
   * @param {RequestEvent|NavigationEvent} event
   * @returns {Page|undefined}
   */
  #guess(event) {
    if (event.tab < 0 || (event.is === 'request' && event.late)) return undefined;
    const then = this.#shownAt(event.tab, event.ts);
    if (!then) return undefined;
    // Of another main document than the one shown: a page that we have let go.
    if (event.parent === -1 && event.doc !== '' && then.doc !== '') return undefined;
    // A frame of the page before may have asked as it went.
    return this.#near(event.tab, event.ts).length === 1 ? then : undefined;
  }

  /** The pages that a tab (-1: any) showed then, or shortly before. @param {number} tab @param {number} ts */
  #near(tab, ts) {
    return (tab < 0 ? [...this.pages.values()] : this.#of(tab)).filter((page) =>
      (page.state === 'open' || page.state === 'past') && page.at <= ts && (page.left === 0 || ts < page.left + LEAVING_MS));
  }

  /**
   * A request that cannot be placed: each page that it may be of has a part that was not seen, and none is said to have
   * made it.
   * @param {RequestEvent} event
   */
  #miss(event) {
    const from = originOf(event.by);
    const why = event.tab < 0 ? 'worker-unplaced' : 'request-unplaced';
    for (const page of this.#near(event.tab, event.ts)) {
      if (event.tab < 0) {
        if (page.secret !== event.secret && (page.secret || event.secret)) continue;
        // Who asks is named, and is none of this page: a worker of a site with no page open, or a beacon of a tab that was closed.
        if (from !== '' && !mayBeOf(page, from)) continue;
      }
      page.gaps[why] = (page.gaps[why] ?? 0) + 1;
      this.#sink.changed(page);
    }
  }

  /** The page that began a navigation. @param {RequestEvent} event @returns {Page|undefined} */
  #beganBy(event) {
    const { by, tab, ts, hidden } = event;
    if (by === '' || FOREIGN.test(by)) return undefined;
    // What is prerendered for a tab that is to come has that tab's number already.
    const page = this.#shownAt(tab, ts) ?? (hidden ? this.#byOrigin(event, true) : undefined);
    const from = originOf(by);
    // A frame may have no origin that can be told.
    return page && (from === '' || mayBeOf(page, from)) ? page : undefined;
  }

  /** What was asked for on the way to a page that is not shown was asked for by the one in front. @param {Page} page */
  #tell(page) {
    if (page.told || (page.state !== 'coming' && page.state !== 'hidden')) return;
    const front = this.pages.get(page.front);
    if (!front) return;
    page.told = true;
    this.#merge(page, front);
    this.#sink.changed(page);
  }

  /** @param {Page} from @param {Page} to */
  #merge(from, to) {
    this.#sink.merge(from, to);
    for (const keys of this.#went.values()) if (keys.includes(from.key) && !keys.includes(to.key)) keys.push(to.key);
  }

  /** @param {Page} page @param {RequestEvent} event */
  #record(page, event) {
    if (!event.late) page.active = Math.max(page.active, event.ts);
    this.#sink.record(page, event);
    const front = this.#frontOf(page);
    if (front) this.#sink.record(front, event);
    const keys = this.#went.get(event.rid) ?? [];
    for (const { key } of front ? [page, front] : [page]) if (!keys.includes(key)) keys.push(key);
    remember(this.#went, event.rid, keys, WENT_MAX);
  }

  /** The page that is told of another's requests as well. @param {Page} page */
  #frontOf(page) {
    return page.told && (page.state === 'coming' || page.state === 'hidden') ? this.pages.get(page.front) : undefined;
  }

  // --- what was sent and answered ------------------------------------------------------------------------------

  /** @param {RequestEvent} told */
  #more(told) {
    const rid = this.#same.get(told.rid);
    const event = rid === undefined ? told : { ...told, rid };
    if (FOREIGN.test(event.by) || this.#follow(event)) return;
    // With its request, or until its document is known: as it would be at its end.
    const waits = isNavigation(event) || event.doc !== '' || event.pdoc !== '' ||
      [...this.#held.get(event.tab) ?? []].some((other) => other.is === 'request' && other.rid === event.rid);
    if (waits) this.#hold(event);
  }

  /** Gives it to the pages that its request went to. @param {RequestEvent} event @returns {boolean} false: they are not known */
  #follow(event) {
    const keys = this.#went.get(event.rid);
    if (keys) {
      for (const key of keys) {
        const page = this.pages.get(key);
        if (page) this.#sink.record(page, event);
      }
      return true;
    }
    // Of an earlier life.
    const page = isNavigation(event) ? this.#of(event.tab).find(({ nav }) => nav === event.rid)
      : this.#docs.get(event.doc) ?? this.#docs.get(event.pdoc);
    if (page) this.#record(page, event);
    return page !== undefined;
  }

  // --- service workers in Firefox ------------------------------------------------------------------------------

  /**
   * Firefox shows a page's request that goes through the site's service worker twice: the page's, which is redirected
   * to itself, and the worker's. It is one request. (Chromium shows the worker's alone.)
   * The page's has no headers; those of the worker's are its.
   * @param {string} url @param {string} rid
   */
  #intercept(url, rid) {
    remember(this.#intercepted, url, [...this.#intercepted.get(url) ?? [], rid], 512);
  }

  /** @param {RequestEvent} event */
  #repeated({ url, rid }) {
    const [first, ...others] = this.#intercepted.get(url) ?? [];
    if (first === undefined) return false;
    if (others.length === 0) this.#intercepted.delete(url);
    else this.#intercepted.set(url, others);
    remember(this.#same, rid, first, 512);
    return true;
  }

  // --- what waits ----------------------------------------------------------------------------------------------

  /** @param {RequestEvent|NavigationEvent} event */
  #hold(event) {
    let waiting = this.#held.get(event.tab);
    if (!waiting) this.#held.set(event.tab, waiting = new Set());
    waiting.add(event);
    this.#sink.hold(event);
  }

  /** A document has become known: what waits for it can go. @param {number} tab */
  #retry(tab) {
    const waiting = this.#held.get(tab);
    if (!waiting || waiting.size === 0) return;
    for (const event of [...waiting]) {
      if (!waiting.has(event)) continue;
      if (event.is === 'request' && event.stage !== 'request') {
        if (!this.#follow(event)) continue;
        waiting.delete(event);
        this.#sink.placed(event);
      } else if (event.is === 'request' && isNavigation(event)) {
        waiting.delete(event);
        // Held again if its page is still not there.
        this.#navigation(event);
        if (!waiting.has(event)) this.#sink.placed(event);
      } else if (event.is === 'request') {
        const page = this.#pageOf(event);
        if (!page) continue;
        waiting.delete(event);
        this.#record(page, event);
        this.#sink.placed(event);
      } else if (event.is === 'commit') {
        if (!this.#docs.has(event.pdoc)) continue;
        waiting.delete(event);
        this.#sink.placed(event);
        // Makes the frames inside it known in turn.
        this.#commit(event);
      }
    }
  }

  // --- pages ---------------------------------------------------------------------------------------------------

  /** @param {number} tab */
  #of(tab) {
    return this.#tabs.get(tab) ?? [];
  }

  /** @param {RequestEvent|NavigationEvent} event @param {string} nav */
  #open(event, nav) {
    /** @type {Page} */
    const page = {
      key: this.#next, tab: event.tab, frame: event.frame, state: 'coming', url: event.url, begin: '', doc: '', nav,
      since: event.ts, at: 0, left: 0, active: event.ts, secret: event.is === 'request' && event.secret, gaps: {}, docs: {},
      origins: [], front: 0, told: false,
    };
    this.#next += 1;
    const coming = this.#of(event.tab).filter(({ state }) => state === 'coming');
    for (const other of coming.slice(0, Math.max(0, coming.length + 1 - COMING_PER_TAB))) {
      this.#tell(other);
      this.drop(other);
    }
    this.#adopt(page);
    this.#name(page, event.is === 'request' ? '' : event.doc);
    this.#sink.changed(page);
    return page;
  }

  /** @param {Page} page */
  #adopt(page) {
    this.pages.set(page.key, page);
    this.#tabs.set(page.tab, [...this.#of(page.tab), page]);
    for (const doc of Object.keys(page.docs)) this.#docs.set(doc, page);
  }

  /** @param {Page} page @param {string} doc of its main document */
  #name(page, doc) {
    if (doc === '' || page.doc === doc) return;
    page.doc = doc;
    this.#learn(page, doc, originOf(page.url), page.frame);
  }

  /** @param {Page} page @param {string} doc '' where it has no id @param {string} origin '' where not known @param {number} frame */
  #learn(page, doc, origin, frame) {
    const news = origin !== '' && !page.origins.includes(origin) && page.origins.length < ORIGINS_PER_PAGE;
    if (news) page.origins.push(origin);
    if (doc !== '' && !(doc in page.docs)) {
      const earlier = Object.keys(page.docs).filter((other) => other !== page.doc);
      const ofFrame = earlier.filter((other) => page.docs[other] === frame);
      this.#unlearn(page, ofFrame.slice(0, Math.max(0, ofFrame.length + 1 - DOCS_PER_FRAME)));
      if (earlier.length + 2 > DOCS_PER_PAGE) this.#unlearn(page, earlier.slice(0, 1));
      page.docs[doc] = frame;
      this.#docs.set(doc, page);
    } else if (!news) return;
    this.#sink.changed(page);
  }

  /** @param {Page} page @param {string[]} docs */
  #unlearn(page, docs) {
    for (const doc of docs) {
      delete page.docs[doc];
      this.#docs.delete(doc);
    }
  }
}

/** A navigation in a tab; what is prerendered for a tab that is not there yet is a request of who asks. @param {RequestEvent} event */
function isNavigation(event) {
  return event.type === 'main_frame' && event.tab >= 0;
}

/** Whether a page may have a document of that origin: beyond so many they are not known. @param {Page} page @param {string} origin */
function mayBeOf({ origins }, origin) {
  return origins.includes(origin) || origins.length >= ORIGINS_PER_PAGE;
}

/** Whether two navigations were to the same. @param {Page} one @param {Page} other */
function isSame(one, other) {
  const [from, to] = [one, other].map(({ url }) => originOf(url).replace(/^\w+:/, ''));
  return from === to || (one.begin !== '' && one.begin === other.begin);
}

/** @param {string} url */
function isWeb(url) {
  return originOf(url) !== '';
}
