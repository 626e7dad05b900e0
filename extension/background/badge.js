/** What the toolbar shows for each tab. Knows levels and numbers; must not know where they come from. */

import { browser } from '../shared/browser.js';
import { i18n } from '../shared/i18n.js';

/** @typedef {import('./verdict.js').Level} Level */
/** @typedef {{level: Level, organisations: number}} Look */

/**
 * The design's hues, all at one brightness: at least 3:1 against toolbars from white to #3c3c3c (Chromium's dark one;
 * Firefox's is #2b2a33), and 5.8:1 for the black text on them.
 * @type {Record<Level, string>}
 */
const COLOURS = {
  none: '#7f8891', low: '#559288', moderate: '#a6813d', high: '#c96f49', severe: '#b97190', unknown: '#7f8891',
};
const TEXT = '#000000';
const SIZES = /** @type {const} */ ([16, 32, 48]);

/** Not more often than this for a tab: a page's first second brings hundreds of requests. */
const PAUSE_MS = 100;

/** @type {Look} */
export const UNKNOWN = { level: 'unknown', organisations: 0 };

export class Badge {
  /** @type {Map<number, string>} tab -> what it shows */
  #shown = new Map();
  /** @type {Map<number, ReturnType<typeof setTimeout>>} */
  #due = new Map();
  #look;

  /** @param {(tab: number) => Promise<Look|null>} look what a tab is to show; null: nothing of ours */
  constructor(look) {
    this.#look = look;
  }

  /** @param {number} tab Has got another page: both browsers have taken the old page's badge away. */
  reset(tab) {
    this.#shown.delete(tab);
    this.update(tab);
  }

  /** @param {number} tab */
  update(tab) {
    if (tab < 0 || this.#due.has(tab)) return;
    this.#due.set(tab, setTimeout(() => {
      this.#due.delete(tab);
      void this.#draw(tab);
    }, this.#shown.has(tab) ? PAUSE_MS : 0));
  }

  /** @param {number} tab */
  forget(tab) {
    this.#shown.delete(tab);
    clearTimeout(this.#due.get(tab));
    this.#due.delete(tab);
  }

  /** For every tab of which nothing is known. @param {Look|null} look */
  async everywhere(look) {
    // It outlives the background: most often it is so already.
    const shown = await browser.action.getBadgeText?.({});
    if (shown !== (look ? badgeText(look) : '')) await this.#paint(undefined, look);
  }

  /** @param {number} tab */
  async #draw(tab) {
    const look = await this.#look(tab);
    const sign = look ? `${look.level} ${look.organisations}` : '';
    if (this.#shown.get(tab) === sign) return;
    this.#shown.set(tab, sign);
    await this.#paint(tab, look);
  }

  /** @param {number|undefined} tabId @param {Look|null} look */
  async #paint(tabId, look) {
    const of = tabId === undefined ? {} : { tabId };
    const level = look?.level ?? 'unknown';
    const { action } = browser;
    // Firefox for Android lacks some of these; and a tab that has closed meanwhile refuses them all.
    await Promise.allSettled([
      action.setBadgeText?.({ ...of, text: look ? badgeText(look) : '' }),
      action.setBadgeBackgroundColor?.({ ...of, color: COLOURS[level] }),
      action.setBadgeTextColor?.({ ...of, color: TEXT }),
      action.setTitle?.({ ...of, title: look ? badgeTitle(look) : i18n().t('actionTitle') }),
      action.setIcon?.({
        ...of,
        // From the root: a service worker takes a relative path from its own folder.
        path: Object.fromEntries(SIZES.map((size) => [size, `/icons/${level}-${size}.png`])),
      }),
    ]);
  }
}

/** @param {Look} look */
export function badgeText({ level, organisations }) {
  if (level === 'unknown') return '?';
  if (organisations > 99) return '99+';
  // Something was found that no organisation could be named for: a zero, so that it doesn't look like nothing.
  return organisations === 0 && level === 'none' ? '' : String(organisations);
}

/** @param {Look} look */
function badgeTitle({ level, organisations }) {
  const words = i18n();
  const name = words.word('level', level) ?? level;
  if (level === 'unknown') return words.t('badge_title_unknown');
  if (organisations === 0) return words.t('badge_title_nobody', [name]);
  return words.plural('badge_title', organisations, [name]);
}
