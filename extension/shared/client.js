/** Asks the background. For our own pages only: popup, report, options. */

import { browser } from './browser.js';
import { OnlookerError } from './protocol.js';

/**
 * @template {import('./protocol.js').Kind} K
 * @param {K} kind
 * @param {import('./protocol.js').Payload<K>} payload
 * @returns {Promise<import('./protocol.js').Answer<K>>} rejects with an OnlookerError
 */
export async function ask(kind, payload) {
  /** @type {import('./protocol.js').Reply<import('./protocol.js').Answer<K>> | undefined} */
  const reply = await browser.runtime.sendMessage({ ...payload, kind });
  // No answer at all: the background was started by this message and its modules failed to load.
  if (!reply) throw new OnlookerError('no-answer', 'the background did not answer');
  if (!reply.ok) throw new OnlookerError(reply.error.variant, reply.error.message, reply.error.left);
  return reply.value;
}
