/**
 * What of an event may be kept. Every address, header and body is rewritten as it arrives, before anything else looks at it:
 * what could belong to a person becomes a pseudonym, salted for this session of the browser. Which, the core says. Where
 * the core is not there yet, or never will be, `mask` leaves out whatever may be a value: that tells less, and no more.
 */

import { originOf, short } from './events.js';

/** @typedef {import('./engine.js').Judge} Judge */
/** @typedef {import('./events.js').Event} Event */
/** @typedef {import('./events.js').Header} Header */
/** @typedef {import('./events.js').RequestEvent} RequestEvent */
/** @typedef {import('./events.js').Stage} Stage */

/** The same address comes three or four times, most headers with each request. So many characters of them are remembered. */
const KNOWN_TEXT = 500_000;
/** A pseudonym can be longer than what it stands for; more than this does not fit into the engine's buffer with its address. */
const MORE_TEXT = 16_384;

export class Pseudonyms {
  #judge;
  /** What was rewritten before. @type {Map<string, string|null>} */
  #known = new Map();
  #text = 0;

  /** @param {Pick<Judge, 'pseudonymUrl'|'pseudonymHeader'|'pseudonymBody'>} judge */
  constructor(judge) {
    this.#judge = judge;
  }

  /** @param {Event} event @returns {Event} */
  of(event) {
    if (event.is === 'closed') return event;
    const url = this.#url(event.url);
    if (event.is !== 'request') return { ...event, url };
    return {
      ...event,
      url,
      top: this.#url(event.top),
      at: this.#url(event.at),
      headers: event.headers.length === 0 ? event.headers : this.#headers(event.stage, event.headers),
      body: event.body === '' ? '' : this.#judge.pseudonymBody(event.body, event.media).slice(0, MORE_TEXT),
    };
  }

  /** @param {string} url */
  #url(url) {
    if (url === '') return url;
    // Nobody needs more of it.
    if (originOf(url) === '') return bare(url);
    return this.#once(url, () => this.#judge.pseudonymUrl(url)) ?? '';
  }

  /** @param {Stage} stage @param {Header[]} headers */
  #headers(stage, headers) {
    /** @type {Header[]} */
    const kept = [];
    let left = MORE_TEXT;
    for (const [name, value] of headers) {
      const found = this.#once(`${stage} ${name}: ${value}`, () => this.#judge.pseudonymHeader(stage, name, value));
      if (found === null) continue;
      // As they are written: `name: value` and the end of the line.
      left -= name.length + found.length + 3;
      if (left < 0) break;
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
      this.#known.clear();
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

/** Of an address that is not of the web. @param {string} url */
function bare(url) {
  return url.startsWith('about:') ? url : url.slice(0, url.indexOf(':') + 1);
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
