/** What a browser can tell beyond what it tells every extension, each off until a person turns it on. */

import { html, nothing } from '../vendor/lit-html.js';
import { browser } from '../shared/browser.js';
import { ask } from '../shared/client.js';
import { t, word } from '../shared/i18n.js';

/** @typedef {import('../shared/views.js').View} View */

/** secure: how connections are secured; names: whose names stand behind a site's own. @typedef {'secure'|'names'} More */
/** null: this browser has none of it, or was not asked yet. @typedef {Record<More, boolean|null>} Switches */
/** `refused`: what could not be changed just now. @typedef {{all: Switches, refused: More|null}} State */

/** What lets Firefox tell how connections are secured. Firefox asks nobody about it: so our words have to say all. */
const SECURE = /** @type {chrome.permissions.Permissions} */ ({ permissions: ['webRequestBlocking'] });

/** @type {Record<More, {is: () => Promise<boolean|null>, turn: (on: boolean) => Promise<boolean|null>}>} */
const MORE = {
  secure: {
    is: async () => ('getSecurityInfo' in (browser.webRequest ?? {}) ? browser.permissions.contains(SECURE) : null),
    async turn(on) {
      await (on ? browser.permissions.request(SECURE) : browser.permissions.remove(SECURE)).catch(() => false);
      return browser.permissions.contains(SECURE);
    },
  },
  names: {
    is: () => ask('names', {}),
    turn: (on) => ask('names-turn', { on }),
  },
};

/** @returns {Promise<Switches>} */
export async function switches() {
  const all = Object.entries(MORE).map(async ([kind, { is }]) => [kind, await is().catch(() => null)]);
  return Object.fromEntries(await Promise.all(all));
}

/**
 * Must be called while the click is handled: the browser only listens then.
 * @param {More} kind @param {boolean} on @returns {Promise<boolean|null>} whether it is on now
 */
export function turn(kind, on) {
  return MORE[kind].turn(on);
}

/** @param {State} state @param {(kind: More, on: boolean) => void} change @returns {View} */
export function more({ all, refused }, change) {
  const known = /** @type {More[]} */ (Object.keys(MORE)).filter((kind) => all[kind] !== null);
  return known.length === 0 ? nothing : html`<section>
    <h2>${t('options_more')}</h2>
    ${known.map((kind) => one(kind, all[kind] === true, refused === kind, change))}
  </section>`;
}

/** @param {More} kind @param {boolean} on @param {boolean} isRefused @param {(kind: More, on: boolean) => void} change @returns {View} */
const one = (kind, on, isRefused, change) => html`<div class="list">
  <h3 id=${kind} tabindex="-1">${word('more', kind, 'name')}</h3>
  <p>${word('more', kind, 'what')}</p>
  <p>${word('more', kind, 'how')}</p>
  <p>${word('more', kind, 'limits')}</p>
  <p class="said">${on ? t('switch_on') : t('switch_off')}${isRefused ? html` ${t('switch_refused')}` : nothing}</p>
  <div class="buttons"><button type="button" class=${on ? 'plain-button' : 'main-button'} @click=${() => change(kind, !on)}>${
    on ? t('switch_turn_off') : t('switch_turn_on')}<span class="unseen">: ${word('more', kind, 'name')}</span></button></div>
</div>`;
