/** Messages from our own pages: who may ask what, and what shape it must have. Answers nothing itself. */

import { failure, LIST_BYTES, OnlookerError } from '../shared/protocol.js';

/** @typedef {import('../shared/protocol.js').Kind} Kind */
/** @typedef {'popup'|'report'|'options'|'any'} From a folder of the extension; any: every page of it */

/**
 * @template {Kind} K
 * @typedef {object} Route
 * @property {readonly From[]} from
 * @property {(message: Record<string, unknown>) => import('../shared/protocol.js').Payload<K>} read throws when malformed
 * @property {(payload: import('../shared/protocol.js').Payload<K>) => Promise<import('../shared/protocol.js').Answer<K>>} answer
 */

/** @typedef {{[K in Kind]: Route<K>}} Routes */

/** @param {Record<string, unknown>} message */
export function ofTab({ tabId }) {
  if (typeof tabId !== 'number' || !Number.isSafeInteger(tabId) || tabId < 0) {
    throw new OnlookerError('bad-message', 'tabId is not a tab');
  }
  return { tabId };
}

/** @param {Record<string, unknown>} message */
export function ofFile({ name, base64 }) {
  if (typeof name !== 'string' || name.length > 1000) throw new OnlookerError('bad-message', 'name is not a file\'s');
  if (typeof base64 !== 'string' || base64.length % 4 !== 0 || base64.length > Math.ceil(LIST_BYTES / 3) * 4) {
    throw new OnlookerError('bad-message', 'base64 is not a file');
  }
  return { name, base64 };
}

/** @param {Record<string, unknown>} message */
export function ofList({ sha256 }) {
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw new OnlookerError('bad-message', 'sha256 is none');
  return { sha256 };
}

/** @param {Record<string, unknown>} message */
export function ofSwitch({ on }) {
  if (typeof on !== 'boolean') throw new OnlookerError('bad-message', 'on is neither true nor false');
  return { on };
}

/** @param {string} base64 @returns {Uint8Array} */
export function bytesOf(base64) {
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  } catch {
    throw new OnlookerError('bad-message', 'base64 is not a file');
  }
}

/** @returns {Record<string, never>} */
export function nothing() {
  return {};
}

/**
 * @param {Routes} routes
 * @param {{id: string, root: string}} self our id, and the URL of our root
 * @returns {(message: unknown, sender: chrome.runtime.MessageSender, reply: (value: unknown) => void) => boolean}
 *   for runtime.onMessage
 */
export function router(routes, self) {
  return (message, sender, reply) => {
    void (async () => {
      try {
        reply({ ok: true, value: await route(message, sender) });
      } catch (error) {
        reply({ ok: false, error: failure(error) });
      }
    })();
    // The answer comes later. A promise would do in Firefox, and in Chromium only lately.
    return true;
  };

  /** @param {unknown} message @param {chrome.runtime.MessageSender} sender */
  async function route(message, sender) {
    if (typeof message !== 'object' || message === null) throw new OnlookerError('bad-message', 'not an object');
    const asked = /** @type {Record<string, unknown>} */ (message);
    const kind = asked['kind'];
    if (typeof kind !== 'string' || !Object.hasOwn(routes, kind)) {
      throw new OnlookerError('bad-message', 'no such message');
    }
    const found = /** @type {Route<Kind>} */ (/** @type {unknown} */ (routes[/** @type {Kind} */ (kind)]));
    if (!allowed(sender, found.from)) throw new OnlookerError('not-allowed', 'this sender may not ask that');
    return found.answer(/** @type {never} */ (found.read(asked)));
  }

  /** @param {chrome.runtime.MessageSender} sender @param {readonly From[]} from */
  function allowed(sender, from) {
    // A content script has our id too, but its URL is the page's.
    if (sender.id !== self.id || !sender.url?.startsWith(self.root)) return false;
    const folder = sender.url.slice(self.root.length).split('/')[0];
    return from.some((one) => one === 'any' || one === folder);
  }
}
