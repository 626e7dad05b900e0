/**
 * Asks a site what it does with Global Privacy Control: the one request that Onlooker makes to anybody, and only as a person
 * presses the button for it. The content security policy allows this path and no other. Knows no page.
 */

import { OnlookerError } from '../shared/protocol.js';

/** @typedef {import('../shared/protocol.js').GpcAnswer} GpcAnswer */

/** A resource of two short lines: https://www.w3.org/TR/gpc/. */
const BYTES = 4096;
const TIMEOUT_MS = 10_000;

/** @param {string} host */
export const gpcAddress = (host) => `https://${host}/.well-known/gpc.json`;

/**
 * @param {string} host
 * @param {typeof fetch} [get]
 * @returns {Promise<{said: GpcAnswer, status: number}>} rejects where the site could not be asked
 */
export async function askGpc(host, get = fetch) {
  try {
    const response = await get(gpcAddress(host), {
      // Where it leads elsewhere, nobody there is asked.
      redirect: 'error',
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const said = response.ok ? saidIn(await beginning(response)) : 'unknown';
    if (!response.ok) await response.body?.cancel();
    return { said, status: response.status };
  } catch {
    // What went wrong names the site.
    throw new OnlookerError('gpc-failed', 'the site could not be asked');
  }
}

/** The text of an answer, null where it is longer than such a resource ever is. @param {Response} response */
async function beginning(response) {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > BYTES) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** @param {string|null} text @returns {GpcAnswer} */
function saidIn(text) {
  try {
    const { gpc } = /** @type {{gpc?: unknown}} */ (JSON.parse(text ?? '') ?? {});
    return gpc === true ? 'true' : gpc === false ? 'false' : 'unknown';
  } catch {
    return 'unknown';
  }
}
