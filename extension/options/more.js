/** What a browser can tell beyond what it tells every extension, each off until a person turns it on. */

import { html } from '../vendor/lit-html.js';
import { browser } from '../shared/browser.js';
import { t } from '../shared/i18n.js';

/** @typedef {import('../shared/views.js').View} View */

/** What lets Firefox tell how connections are secured. Firefox asks nobody about it: so our words have to say all. */
const SECURE = /** @type {chrome.permissions.Permissions} */ ({ permissions: ['webRequestBlocking'] });

/** @returns {Promise<boolean|null>} null: this browser cannot tell it */
export async function isSecureOn() {
  if (!('getSecurityInfo' in (browser.webRequest ?? {}))) return null;
  return browser.permissions.contains(SECURE);
}

/**
 * Must be called while the click is handled: the browser only listens then.
 * @param {boolean} on @returns {Promise<boolean>} whether it is on now
 */
export async function turnSecure(on) {
  await (on ? browser.permissions.request(SECURE) : browser.permissions.remove(SECURE)).catch(() => false);
  return browser.permissions.contains(SECURE);
}

/** @param {boolean} on @param {(on: boolean) => void} turn @returns {View} */
export const more = (on, turn) => html`<section>
  <h2>${t('options_more')}</h2>
  <div class="list">
    <h3 id="secure" tabindex="-1">${t('secure_name')}</h3>
    <p>${t('secure_what')}</p>
    <p>${t('secure_how')}</p>
    <p class="said">${on ? t('secure_on') : t('secure_off')}</p>
    <div class="buttons"><button type="button" class=${on ? 'plain-button' : 'main-button'} @click=${() => turn(!on)}>${
      on ? t('secure_turn_off') : t('secure_turn_on')}<span class="unseen">: ${t('secure_name')}</span></button></div>
  </div>
</section>`;
