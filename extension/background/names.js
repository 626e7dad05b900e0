/**
 * Under which name a site's own subdomains really stand: the end of their CNAME records. Firefox alone lets an extension ask
 * for it, and this asks only where a person has turned it on.
 *
 * Whoever answers such questions for this device learns of no host by it that he was not asked for already: asked is only for a
 * host to which the browser has connected by itself, over the same resolver, and mostly once a session. Never for a private
 * window, and never where a proxy is in use: the question would go past it.
 *
 * What Firefox 153 gives: the last name of the chain, by the system's resolver and by DNS over HTTPS alike; the host's own name
 * where there is no such record. The question is a second one, as a page's answers are cached for its own site alone.
 */

import { remember } from './events.js';

/** @typedef {import('./events.js').RequestEvent} RequestEvent */
/** @typedef {{resolve: (host: string, flags: string[]) => Promise<{canonicalName?: string}>}} Dns */

/** A host that was asked for. `known`: what `name` came to, null as long as that is nothing; `again`: when it may be asked for once more, 0: never.
 * @typedef {{site: string, name: Promise<string|null>, known: string|null, again: number}} Asked */

/** A page can make up names without end: of a site so many are asked for. */
const HOSTS_OF_SITE = 100;
/** And so many are remembered, those that were met last. */
const HOSTS = 2000;
/** Who could not be asked is asked no sooner than after so many ms. */
const RETRY_MS = 60_000;
/** What is new is stored so many ms later, with what else is new by then. */
const SAVE_MS = 500;

/** Where the person's wish is kept, and for the session what was learnt. While it is off there are no such keys. */
const KEY = 'names';

export class Names {
  /** Whether the person wants it. null: not known yet. @type {boolean|null} */
  on = null;
  #dns;
  #siteOf;
  #wish;
  #session;
  /** By host, the one that was met last at the end. @type {Map<string, Asked>} */
  #asked = new Map();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #saving;

  /**
   * @param {Dns} dns
   * @param {chrome.storage.StorageArea} wish where it is kept that the person wants it
   * @param {chrome.storage.StorageArea} session what was learnt: in memory, and gone with the browser
   * @param {(host: string) => Promise<string>} siteOf the registrable domain of a host; rejects where nobody can tell
   */
  constructor(dns, wish, session, siteOf) {
    this.#dns = dns;
    this.#wish = wish;
    this.#session = session;
    this.#siteOf = siteOf;
    /** Fulfilled as soon as `on` is known, and what was learnt is there. */
    this.ready = this.#start();
  }

  async #start() {
    // Where the browser keeps nothing, nobody has turned it on.
    const wanted = /** @type {Record<string, unknown>} */ (await this.#wish.get(KEY).catch(() => ({})))[KEY] === true;
    const learnt = wanted && /** @type {Record<string, unknown>} */ (await this.#session.get(KEY).catch(() => ({})))[KEY];
    // The person may have been quicker.
    if (this.on !== null) return;
    this.on = wanted;
    for (const one of Array.isArray(learnt) ? learnt : []) {
      const [host, site, known, again] = Array.isArray(one) ? one : [];
      const isOne = typeof host === 'string' && typeof site === 'string' && (typeof known === 'string' ? again === 0 : known === null && again > 0);
      if (isOne) remember(this.#asked, host, { site, name: Promise.resolve(known), known, again }, HOSTS);
    }
  }

  /** @returns {Promise<boolean>} whether it is on */
  async isOn() {
    await this.ready;
    return this.on === true;
  }

  /** @param {boolean} on rejects where the browser keeps nothing: then it is as it was */
  async turn(on) {
    const before = this.on;
    try {
      if (on) await this.#wish.set({ [KEY]: true });
      else {
        // In this order: what was learnt never stands there without the wish.
        this.on = false;
        await this.#session.remove(KEY);
        await this.#wish.remove(KEY);
      }
    } catch (error) {
      this.on = before;
      throw error;
    }
    this.on = on;
    this.#asked.clear();
    clearTimeout(this.#saving);
    this.#saving = undefined;
  }

  /**
   * The name of the host that has answered, where it is one of the page's site and not the page's own.
   * @param {RequestEvent} event of an answer @param {{url: string, secret: boolean}} page
   * @returns {Promise<{host: string, name: string}|null>|null} null: nothing is to be told; `name`: the host's own, where it has no other
   */
  of({ url, type, met, secret, status, headers }, page) {
    if (this.on === false || secret || page.secret) return null;
    // On the way to a page what is known of it is where that way goes on; where it ends is the page's own host.
    const led = status >= 300 && status < 400 ? headers.find(([name]) => name === 'location')?.[1] ?? '' : '';
    const to = type === 'main_frame' ? led : page.url;
    const [host, own] = [hostOf(url), hostOf(to)];
    // Hosts of one site have as much in common; most others need no closer look.
    return host === own || tailOf(host) !== tailOf(own) ? null : this.#of(host, own, met === true).catch(() => null);
  }

  /** @param {string} host @param {string} own @param {boolean} met the browser has connected to it by itself */
  async #of(host, own, met) {
    if (!await this.isOn()) return null;
    const site = await this.#siteOf(host);
    // No record can give the registrable domain itself another name.
    if (site === host || site !== await this.#siteOf(own)) return null;
    const name = await this.#nameOf(host, site, met);
    return name === null ? null : { host, name };
  }

  /** @param {string} host @param {string} site @param {boolean} met @returns {Promise<string|null>|null} */
  #nameOf(host, site, met) {
    let asked = this.#asked.get(host);
    if (!asked || (asked.again !== 0 && asked.again < Date.now())) {
      // It may have been turned off since.
      if (!met || !this.on || (!asked && this.#askedOf(site) >= HOSTS_OF_SITE)) return null;
      asked = { site, name: this.#ask(host), known: null, again: 0 };
    }
    remember(this.#asked, host, asked, HOSTS);
    return asked.name;
  }

  /** @param {string} site @returns {number} how many of its hosts */
  #askedOf(site) {
    let count = 0;
    for (const one of this.#asked.values()) if (one.site === site) count += 1;
    return count;
  }

  /** @param {string} host @returns {Promise<string|null>} */
  async #ask(host) {
    const { canonicalName = '' } = await this.#dns.resolve(host, ['canonical_name']).catch(() => ({ canonicalName: '' }));
    const name = nameIn(canonicalName);
    const asked = this.#asked.get(host);
    if (asked) {
      asked.known = name;
      if (name === null) asked.again = Date.now() + RETRY_MS;
      this.#save();
    }
    return name;
  }

  /** The background may end at any moment: what is lost by that is asked for once more. */
  #save() {
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      if (!this.on) return;
      // Without those whose answer is on its way.
      const learnt = [...this.#asked].flatMap(([host, { site, known, again }]) => (known === null && again === 0 ? [] : [[host, site, known, again]]));
      // Where there is no room it lives as long as the background.
      this.#session.set({ [KEY]: learnt }).catch(() => {});
    }, SAVE_MS);
  }
}

/** A host's name as addresses have it; whoever answers could say anything. @param {string} text @returns {string|null} */
function nameIn(text) {
  const name = text.toLowerCase().replace(/\.$/, '');
  return name.length <= 253 && /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(name) ? name : null;
}

/** @param {string} url */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : '';
}

/** Its last two labels. @param {string} host */
function tailOf(host) {
  return host.slice(host.lastIndexOf('.', host.lastIndexOf('.') - 1) + 1);
}
