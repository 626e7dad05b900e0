/**
 * Under which name a site's own subdomains really stand: the end of their CNAME records. Firefox alone lets an extension ask
 * for it, and this asks only where a person has turned it on.
 *
 * Whoever answers such questions for this device learns nothing new by it: asked is only for a host to which the browser has
 * just connected by itself, over the same resolver, once for as long as the background lives. Never for a private window, and
 * never where a proxy is in use: the question would go past it.
 *
 * What Firefox 153 gives: the last name of the chain, by the system's resolver and by DNS over HTTPS alike; the host's own name
 * where there is no such record. The question is a second one, as a page's answers are cached for its own site alone.
 */

/** @typedef {import('./events.js').RequestDetails} RequestDetails */
/** @typedef {import('./events.js').RequestEvent} RequestEvent */

/** @typedef {{resolve: (host: string, flags: string[]) => Promise<{canonicalName?: string}>}} Dns */

/** What is said of an answer's host. `name`: another site's, where its record ends; `unnamed`: it could not be asked for. @typedef {{name?: string, unnamed?: true}} Named */

/** How long an answer is waited for, before it is told without. */
const WAIT_MS = 3000;
/** A page can make up names without end: of a site so many are asked for, of so many sites. */
const HOSTS_OF_SITE = 100;
const SITES = 200;

/** @type {Named} */
const UNNAMED = { unnamed: true };

/** Where the person's wish is kept. While it is off there is no such key. */
const KEY = 'names';

export class Names {
  /** Whether the person wants it. null: not known yet. @type {boolean|null} */
  on = null;
  #dns;
  #area;
  #siteOf;
  /** Of each site its hosts, the one that was met last at the end. @type {Map<string, Map<string, Promise<string|null>>>} */
  #known = new Map();

  /**
   * @param {Dns} dns
   * @param {chrome.storage.StorageArea} area where it is kept that the person wants it
   * @param {(host: string) => Promise<string>} siteOf the registrable domain of a host; rejects where nobody can tell
   */
  constructor(dns, area, siteOf) {
    this.#dns = dns;
    this.#area = area;
    this.#siteOf = siteOf;
    // Where the browser keeps nothing, nobody has turned it on.
    const kept = area.get(KEY).catch(() => ({}));
    /** Fulfilled as soon as `on` is known. */
    this.ready = kept.then((found) => { this.on ??= /** @type {Record<string, unknown>} */ (found)[KEY] === true; });
  }

  /** @returns {Promise<boolean>} whether it is on */
  async isOn() {
    await this.ready;
    return this.on === true;
  }

  /** @param {boolean} on rejects where the browser keeps nothing: then it is as it was */
  async turn(on) {
    await (on ? this.#area.set({ [KEY]: true }) : this.#area.remove(KEY));
    this.on = on;
    this.#known.clear();
  }

  /** @param {RequestEvent} event of an answer @param {RequestDetails} details @returns {Promise<Named>|null} null: nothing is to be asked */
  of({ url, top, type, secret }, { ip, proxyInfo }) {
    // Where a page itself is kept says who serves it, and no more.
    if (this.on === false || type === 'main_frame') return null;
    const [host, page] = [hostOf(url), hostOf(top)];
    if (host === page || tailOf(host) !== tailOf(page)) return null;
    // Where a proxy is in use, the address is the proxy's.
    const isMet = typeof ip === 'string' && ip !== '' && (!proxyInfo || proxyInfo.type === 'direct');
    return this.#of(host, page, !secret, isMet).catch(() => UNNAMED);
  }

  /**
   * @param {string} host @param {string} page @param {boolean} open not of a private window
   * @param {boolean} isMet the browser has connected to it by itself
   * @returns {Promise<Named>}
   */
  async #of(host, page, open, isMet) {
    if (!await this.isOn()) return {};
    const site = await this.#siteOf(host);
    // No record can give the registrable domain itself another name.
    if (site === host || site !== await this.#siteOf(page)) return {};
    const name = open ? await soon(this.#hosts(site).get(host) ?? (isMet ? this.#ask(site, host) : null)) : null;
    if (name === null) return UNNAMED;
    return name === host || await this.#siteOf(name) === site ? {} : { name };
  }

  /** @param {string} site @param {string} host @returns {Promise<string|null>|null} null: enough of that site were asked for */
  #ask(site, host) {
    const hosts = this.#hosts(site);
    if (hosts.size >= HOSTS_OF_SITE) return null;
    const asked = this.#dns.resolve(host, ['canonical_name']).then(({ canonicalName = '' }) => nameIn(canonicalName), () => null);
    hosts.set(host, asked);
    return asked;
  }

  /** @param {string} site */
  #hosts(site) {
    const hosts = this.#known.get(site) ?? new Map();
    this.#known.delete(site);
    this.#known.set(site, hosts);
    if (this.#known.size > SITES) for (const first of this.#known.keys()) { this.#known.delete(first); break; }
    return hosts;
  }
}

/** What comes in time. @param {Promise<string|null>|null} asked @returns {Promise<string|null>} */
function soon(asked) {
  return asked === null ? Promise.resolve(null) : Promise.race([asked, new Promise((done) => setTimeout(done, WAIT_MS, null))]);
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

/** Hosts of one site have these two labels in common: most others need no closer look. @param {string} host */
function tailOf(host) {
  return host.slice(host.lastIndexOf('.', host.lastIndexOf('.') - 1) + 1);
}
