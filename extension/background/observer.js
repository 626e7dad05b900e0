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
 *   is thrown away at an abort: a navigation that came to nothing (204, a download, Escape) is dropped when the next
 *   one commits, and until then shows nowhere.
 */

import { originOf } from './events.js';

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
 * @property {number} at committed; 0: not yet
 * @property {number} active when a request of its own was last seen, as far as stored
 * @property {boolean} secret of a private window, where the browser says so
 * @property {Record<string, number>} gaps what was missed: why -> how often
 * @property {Record<string, string>} docs documents in it -> their origin
 */

/**
 * @typedef {object} Sink
 * @property {(page: Page, event: RequestEvent) => void} record
 * @property {(page: Page) => void} changed to be stored
 * @property {(page: Page) => void} shown it is now what the tab shows
 * @property {(page: Page) => void} left kept for the back/forward cache
 * @property {(page: Page) => void} dropped
 * @property {(from: Page, to: Page) => void} merge `from`'s requests are `to`'s; `from` is dropped next
 * @property {(event: Event) => void} hold it cannot be placed yet; to be given to `settle` a little later
 * @property {(event: Event) => void} placed it is held no longer
 */

/** Pages that were left are kept for a return through the back/forward cache, which holds 6 (Chromium) or 8 (Firefox). */
const PAST_PER_TAB = 6;
/** A page with more frames than that places their requests by tab. */
const DOCS_PER_PAGE = 400;
/** How much a commit's time may lie before its own request's: both are taken by the browser, in different places. */
const SLACK_MS = 5;

/** Extensions' and the browser's own requests are nobody's page. */
const FOREIGN = /^(?:chrome-extension|moz-extension|safari-web-extension|extension|chrome|chrome-untrusted|devtools|resource|about:(?!blank|srcdoc)|view-source)/;

export class Observer {
  /** @type {Map<number, Page>} */
  pages = new Map();
  /** Requests of no page that we know. @type {number} */
  unplaced = 0;
  /** @type {Map<string, Page>} document id -> page */
  #docs = new Map();
  /** @type {Map<number, Page[]>} tab -> its pages, oldest first */
  #tabs = new Map();
  /** @type {Map<number, Set<Event>>} tab (-1 too) -> events that wait for a document to be known */
  #held = new Map();
  /** @type {Map<string, number>} URLs whose request went to a service worker, which will ask again */
  #intercepted = new Map();
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
      case 'intercept': this.#intercept(event.url); break;
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
    if (event.is !== 'request' || event.type === 'main_frame') return true;
    const page = this.#pageOf(event) ?? this.#guess(event);
    if (page) this.#record(page, event);
    else if (!event.late) this.unplaced += 1;
    return true;
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
      pages.filter((other) => other.at > 0 && other.nav === '' && (event.late || other.at + SLACK_MS >= event.ts) &&
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
    if (page.state === 'coming') {
      page.url = event.url;
      this.#sink.changed(page);
    }
    this.#record(page, event);
    if (page.state !== 'coming') return;
    // The hops before this one came too late as well, and had no page to go to.
    const arrived = pages.filter((other) => other !== page && other.at > 0 && other.nav === '' &&
      other.url === event.url && other.at + SLACK_MS >= event.ts).sort((a, b) => a.at - b.at)[0];
    if (!arrived) return;
    arrived.nav = event.rid;
    delete arrived.gaps['restored-from-cache'];
    this.#sink.merge(page, arrived);
    this.drop(page);
    this.#sink.changed(arrived);
  }

  /** @param {NavigationEvent} event */
  #commit(event) {
    if (event.parent !== -1) {
      const around = this.#docs.get(event.pdoc);
      if (around) this.#learn(around, event.doc, originOf(event.url));
      else if (event.pdoc !== '') {
        this.#hold(event);
        return;
      } else {
        // No document ids (Firefox before 153): the frame's origin is still worth knowing, for its service worker.
        const page = this.shownIn(event.tab);
        if (page) this.#learn(page, `${event.frame}`, originOf(event.url));
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
        this.#sink.left(other);
        this.#sink.changed(other);
      } else if ((other.state === 'coming' && other.since <= event.ts) || (other.state === 'hidden' && other.at <= event.ts)) {
        // What came to nothing, and what was prerendered for the page that is now left.
        this.drop(other);
      }
    }
    const past = this.#of(event.tab).filter((other) => other.state === 'past');
    for (const other of past.slice(0, Math.max(0, past.length - PAST_PER_TAB))) this.drop(other);
    if (page) {
      page.state = 'open';
      page.frame = 0;
      page.at = event.ts;
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
    this.unplaced += waiting.size;
    for (const event of waiting) this.#sink.placed(event);
  }

  // --- requests ------------------------------------------------------------------------------------------------

  /** @param {RequestEvent} event */
  #request(event) {
    if (event.type === 'main_frame') {
      if (event.tab >= 0) this.#navigation(event);
      else this.unplaced += 1;
      return;
    }
    if (FOREIGN.test(event.by)) return;
    if (event.tab < 0) {
      // Of the browser itself.
      if (event.doc === '' && originOf(event.by) === '') return;
      // The page's own request was seen already, on its way to the worker.
      if (!event.late && this.#repeated(event.url)) return;
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
      this.#learn(around, event.doc, originOf(event.by));
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
    return pages.findLast((page) => event.top !== '' && page.url === event.top && page.since <= event.ts) ?? shown;
  }

  /**
   * A shared or service worker works for every page of its origin; the browser does not say for which. It goes to the
   * one that was last active: a worker asks when a page makes it ask, and to give it to all would show in a resting tab
   * what another tab did. Frames count too, after pages: a frame's worker is at work in the page around it.
   * @param {RequestEvent} event
   */
  #byOrigin(event) {
    const from = originOf(event.by);
    /** @type {Page|undefined} */
    let best;
    let bestRank = -1;
    for (const page of this.pages.values()) {
      if (page.state === 'past') continue;
      // Firefox says which requests are of private windows; Chromium does not, for a worker's.
      if (page.secret !== event.secret && (page.secret || event.secret)) continue;
      const rank = originOf(page.url) === from ? 1 : Object.values(page.docs).includes(from) ? 0 : -1;
      if (rank < 0 || rank < bestRank) continue;
      if (best && rank === bestRank && page.active < best.active) continue;
      best = page;
      bestRank = rank;
    }
    return best;
  }

  /** When waiting has not helped. @param {RequestEvent} event @returns {Page|undefined} */
  #guess(event) {
    if (event.tab < 0 || event.late) return undefined;
    const shown = this.shownIn(event.tab);
    // Of another main document than the one shown: a page that we have let go.
    if (event.parent === -1 && event.doc !== '' && shown && shown.doc !== '') return undefined;
    return this.#byTop(event);
  }

  /** @param {Page} page @param {RequestEvent} event */
  #record(page, event) {
    if (!event.late) page.active = Math.max(page.active, event.ts);
    this.#sink.record(page, event);
  }

  // --- service workers in Firefox ------------------------------------------------------------------------------

  /**
   * Firefox shows a page's request that goes through the site's service worker twice: the page's, which is redirected
   * to itself, and the worker's. It is one request. (Chromium shows the worker's alone.)
   * @param {string} url
   */
  #intercept(url) {
    this.#intercepted.delete(url);
    this.#intercepted.set(url, (this.#intercepted.get(url) ?? 0) + 1);
    if (this.#intercepted.size > 512) {
      for (const oldest of this.#intercepted.keys()) {
        this.#intercepted.delete(oldest);
        break;
      }
    }
  }

  /** @param {string} url */
  #repeated(url) {
    const times = this.#intercepted.get(url) ?? 0;
    if (times === 0) return false;
    if (times === 1) this.#intercepted.delete(url);
    else this.#intercepted.set(url, times - 1);
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
      if (event.is === 'request' && event.type === 'main_frame') {
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
      since: event.ts, at: 0, active: event.ts, secret: event.is === 'request' && event.secret, gaps: {}, docs: {},
    };
    this.#next += 1;
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
    this.#learn(page, doc, originOf(page.url));
  }

  /** @param {Page} page @param {string} doc @param {string} origin '' where not known */
  #learn(page, doc, origin) {
    if (doc === '' || (page.docs[doc] ?? '') !== '' || (doc in page.docs && origin === '')) return;
    if (!(doc in page.docs) && Object.keys(page.docs).length >= DOCS_PER_PAGE) return;
    page.docs[doc] = origin;
    this.#docs.set(doc, page);
    this.#sink.changed(page);
  }
}

/** @param {string} url */
function isWeb(url) {
  return originOf(url) !== '';
}
