/**
 * How a connection is secured, in few words. Firefox alone tells it, and only to a listener that could hold requests up
 * (`webRequestBlocking`), which is why this is off until a person turns it on. Ours holds nothing up and changes nothing.
 *
 * What Firefox 153 gives: of a connection that it finds secure the chain, the root last; of one with a certificate that the
 * person accepted in spite of a warning no chain, and `isUntrusted`.
 */

import { remember } from './events.js';

/** @typedef {NonNullable<import('../pkg/onlooker.js').LogExchange['security']>} Security */

/** What of Firefox's answer is looked at.
 * @typedef {object} SecurityInfo
 * @property {string} state
 * @property {string} [protocolVersion]
 * @property {string} [cipherSuite]
 * @property {boolean} [isUntrusted]
 * @property {{issuer?: string, isBuiltInRoot?: boolean, fingerprint?: {sha256?: string}}[]} [certificates]
 */

/** @typedef {(id: string, options: {certificateChain: boolean}) => Promise<SecurityInfo>} Ask */

/** Longest word of it that is kept. */
const TEXT = 200;

/** Must be called while the listener runs; the answer may come later. @param {object} api webRequest @param {string} requestId @returns {Promise<Security|null>} */
export async function securityOf(api, requestId) {
  try {
    const { getSecurityInfo } = /** @type {{getSecurityInfo: Ask}} */ (api);
    return wordsOf(await getSecurityInfo(requestId, { certificateChain: true }));
  } catch {
    // The request is gone.
    return null;
  }
}

/** How many hosts are remembered, the last ones that were met. */
const HOSTS = 2000;

/**
 * Notices a host that first had a root of the browser's own programme and then none, or the other way round, on whichever pages
 * of a session. Kept in memory alone, for as long as the background lives, and of private windows nothing.
 */
export class Roots {
  /** @type {Map<string, boolean>} */
  #known = new Map();

  /** @param {string} url @param {Security|null} security @param {boolean} secret of a private window @returns {Security|null} */
  of(url, security, secret) {
    const built = security?.built_in;
    if (security === null || typeof built !== 'boolean' || secret || !URL.canParse(url)) return security;
    const { host } = new URL(url);
    const before = this.#known.get(host);
    remember(this.#known, host, built, HOSTS);
    return before === undefined || before === built ? security : { ...security, changed: true };
  }
}

/** @param {SecurityInfo} info @returns {Security|null} */
export function wordsOf({ state, protocolVersion = '', cipherSuite = '', isUntrusted = false, certificates = [] }) {
  if (state !== 'secure' && state !== 'weak') return null;
  const [leaf, root] = [certificates[0], certificates.at(-1)];
  const issuer = issuerIn(leaf?.issuer ?? '');
  // Without a chain the leaf stands alone, and that it is no root says nothing.
  const built = isUntrusted ? false : certificates.length > 1 ? root?.isBuiltInRoot : undefined;
  // Such a root's print can be of one device alone.
  const print = built ? plain(root?.fingerprint?.sha256 ?? '').replaceAll(':', '').toLowerCase() : '';
  return {
    ...(protocolVersion === 'unknown' ? {} : filled('protocol', plain(protocolVersion))),
    ...filled('cipher', plain(cipherSuite)),
    ...filled('issuer', issuer),
    ...filled('root', print),
    ...(built === undefined ? {} : { built_in: built }),
  };
}

/** @param {string} name @param {string} text @returns {Record<string, string>} */
const filled = (name, text) => (text === '' ? {} : { [name]: text });

/** One line. @param {string} text */
const plain = (text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim().slice(0, TEXT);

/**
 * Of a name its common name and organisation. Tools that people run themselves write whose they are into it: what stands in
 * brackets, and words with an @, are left out.
 * @param {string} name as Firefox writes it: `CN=…,OU=…,O=…,C=…`
 */
function issuerIn(name) {
  // A comma within a value has a backslash before it, or the value is in quotes.
  const parts = name.match(/(?:"(?:\\.|[^"\\])*"|\\.|[^,\\"])+/g) ?? [];
  const kept = parts.map((part) => part.trim()).filter((part) => /^(?:CN|O)=/.test(part));
  return plain(kept.map((part) => part.replace(/\([^)]*(?:\)|$)/g, '').replace(/[^\s=]*@[^\s"]*/g, '').replace(/\s+/g, ' ').trim()).join(','));
}
