/**
 * The engine and what it judges by, fetched from the moment the background starts: imported first, so that the files are
 * on their way while the other modules are still being set up. Knows not what is in them.
 */

import { browser } from '../shared/browser.js';

/** @param {string} file */
export const fetched = (file) => {
  const reply = fetch(browser.runtime.getURL(file));
  // Looked at only later: until then a failure must not count as unhandled.
  reply.catch(() => {});
  return reply;
};

// Tor Browser's "Safer" takes WebAssembly away, and so do some hardened profiles.
const hasWasm = typeof WebAssembly !== 'undefined';
/** @type {Promise<Response>|null} */
export const wasm = hasWasm ? fetched('pkg/onlooker_bg.wasm') : null;
/** @type {Promise<Response>|null} */
export const pack = hasWasm ? fetched('pkg/onlooker.pack') : null;
