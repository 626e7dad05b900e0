/** What one verdict of the engine says; see `observe` in pkg/onlooker.d.ts. */

export const LEVELS = /** @type {const} */ (['none', 'low', 'moderate', 'high', 'severe', 'unknown', 'unknown', 'unknown']);
/** @typedef {(typeof LEVELS)[number]} Level */

/** @param {number} verdict @returns {Level} */
export const levelOf = (verdict) => LEVELS[verdict & 7] ?? 'unknown';
/** How grave the level is: 0 none to 4 severe, -1 where it is not known. @param {number} verdict */
export const gravityOf = (verdict) => ((verdict & 7) > 4 ? -1 : verdict & 7);
/** @param {number} verdict */
export const organisationsOf = (verdict) => verdict >>> 8;
/** Level and number, and nothing of the request. @param {number} verdict */
export const badgeOf = (verdict) => (verdict & ~0xf8) >>> 0;
/** The request changed level or number, or may have: what only the whole page tells is drawn when the badge is asked for. @param {number} verdict */
export const badgeChanged = (verdict) => (verdict & 8) !== 0;
/** A rule matches the request. @param {number} verdict */
export const isMatched = (verdict) => (verdict & 16) !== 0;
/** It went to another organisation, which is known by its host. Without the rules' texts a made-up one can pass for such: it takes minutes of a computer to find one. @param {number} verdict */
export const isNamed = (verdict) => (verdict & 128) !== 0;
