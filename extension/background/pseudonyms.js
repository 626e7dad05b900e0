/**
 * What of an event may be kept. Every address, header and body is rewritten as it arrives, before anything else looks at it:
 * what could belong to a person becomes a pseudonym, salted for this session of the browser. Which, the core says. Where
 * the core is not there yet, or never will be, `mask` leaves out whatever may be a value: that tells less, and no more.
 */

import { bare, lose, loseHeader, originOf, short } from './events.js';

/** @typedef {import('./engine.js').Judge} Judge */
/** @typedef {import('./events.js').Event} Event */
/** @typedef {import('./events.js').Header} Header */
/** @typedef {import('./events.js').Lost} Lost */
/** @typedef {import('./events.js').RequestEvent} RequestEvent */
/** @typedef {import('./events.js').Stage} Stage */

/** The same address comes three or four times, most headers with each request. So many characters of them are remembered. */
const KNOWN_TEXT = 500_000;
/**
 * A pseudonym can be longer than what it stands for. So many characters of a message's headers are kept, each perhaps three bytes:
 * they must fit into the engine's buffer with their address. The core writes at most 24 KB of a line of cookies.
 */
const HEADERS_TEXT = 32_768;
/** And so many of them: as many as the core reads of a log's. */
const HEADERS_MAX = 256;

export class Pseudonyms {
  #judge;
  /** What was rewritten before. @type {Map<string, string|null>} */
  #known = new Map();
  /** What of some of these was left out. @type {Map<string, Lost>} */
  #lost = new Map();
  #text = 0;

  /** @param {Pick<Judge, 'pseudonymUrl'|'pseudonymHeader'|'pseudonymBody'|'leftOut'>} judge */
  constructor(judge) {
    this.#judge = judge;
  }

  /** @param {Event} event @returns {Event} */
  of(event) {
    if (event.is === 'closed') return event;
    const url = this.#url(event.url);
    if (event.is !== 'request') return { ...event, url };
    /** @type {Lost} */
    const lost = { ...event.lost };
    const headers = event.headers.length === 0 ? event.headers : this.#headers(event.stage, event.headers, lost);
    const body = event.body === '' ? '' : this.#judge.pseudonymBody(event.body, event.media);
    if (event.body !== '') lose(lost, this.#judge.leftOut());
    return {
      ...event, url, top: this.#url(event.top), at: this.#url(event.at), headers, body,
      ...(Object.keys(lost).length > 0 ? { lost } : {}),
    };
  }

  /** @param {string} url */
  #url(url) {
    if (url === '') return url;
    // Nobody needs more of it.
    if (originOf(url) === '') return bare(url);
    return this.#once(url, () => this.#judge.pseudonymUrl(url)) ?? '';
  }

  /** @param {Stage} stage @param {Header[]} headers @param {Lost} lost */
  #headers(stage, headers, lost) {
    /** @type {Header[]} */
    const kept = [];
    let left = HEADERS_TEXT;
    for (const [name, value] of headers) {
      const raw = `${stage} ${name}: ${value}`;
      const found = this.#once(raw, () => {
        const made = this.#judge.pseudonymHeader(stage, name, value);
        const more = this.#judge.leftOut();
        if (more) this.#lost.set(raw, more);
        return made;
      });
      lose(lost, this.#lost.get(raw));
      if (found === null) continue;
      // As they are written: `name: value` and the end of the line.
      const size = name.length + found.length + 3;
      // Only what does not fit is lost: what comes behind it may.
      if (size > left || kept.length >= HEADERS_MAX) {
        loseHeader(lost, name);
        continue;
      }
      left -= size;
      kept.push([name, found]);
    }
    return kept;
  }

  /** @param {string} raw @param {() => string|null} make @returns {string|null} */
  #once(raw, make) {
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const made = make();
    this.#text += raw.length + (made?.length ?? 0);
    if (this.#text > KNOWN_TEXT) {
      // What was left out of the one in hand stays.
      const lost = this.#lost.get(raw);
      this.#known.clear();
      this.#lost.clear();
      if (lost) this.#lost.set(raw, lost);
      this.#text = raw.length + (made?.length ?? 0);
    }
    this.#known.set(raw, made);
    return made;
  }
}

/** What stands where something was left out. */
const LEFT_OUT = '…';
/** A part of an address that may be an address of a person, a number of one, or an identifier. */
const TELLING = /@|%40|(?:\d(?:[-._+ ]|%20|%2B)?){9}|[\w-]{20}/i;

/** @param {Event} event @returns {Event|null} null: nothing of it can be kept */
export function mask(event) {
  if (event.is === 'closed') return event;
  const url = maskUrl(event.url);
  if (event.is !== 'request') return { ...event, url };
  if (event.stage !== 'request') return null;
  return { ...event, url, cut: '', top: maskUrl(event.top), at: maskUrl(event.at), headers: [], body: '', media: '', masked: true };
}

/** @param {string} url */
export function maskUrl(url) {
  if (url === '') return url;
  if (originOf(url) === '') return bare(url);
  const [, site, path, query] = /** @type {RegExpExecArray} */ (/^([a-z]+:\/\/[^/?#\\]*)([^?#]*)([^#]*)/i.exec(url));
  const host = /** @type {string} */ (site).replace(/^([a-z]+:\/\/).*@/i, '$1');
  const parts = /** @type {string} */ (path).split('/').map((part) => {
    const [name, ...matrix] = part.split(';');
    return [word(name ?? ''), ...matrix.map(pair)].join(';');
  });
  const pairs = query ? `?${query.slice(1).split('&').map(pair).join('&')}` : '';
  return short(`${host}${parts.join('/')}${pairs}`);
}

/** @param {string} text */
function word(text) {
  return TELLING.test(text) ? LEFT_OUT : text;
}

/** @param {string} text of a query or matrix */
function pair(text) {
  const at = text.indexOf('=');
  // What has no name may be a value.
  return at < 0 ? (text === '' ? '' : LEFT_OUT) : `${word(text.slice(0, at))}=${LEFT_OUT}`;
}

/**
 * Whether two addresses may be one, of which one was masked: what was left out of the path may be anything, and of the
 * query nothing can be said.
 * @param {string} one @param {string} other
 */
export function alike(one, other) {
  const [here, there] = [one, other].map((url) => url.replace(/\?.*/s, '').split('/'));
  if (!here || !there || here.length !== there.length) return false;
  return here.every((part, at) => {
    const its = /** @type {string} */ (there[at]);
    return part === its || (at > 2 && [part, its].some((text) => text.includes(LEFT_OUT) || text.includes('~')));
  });
}
