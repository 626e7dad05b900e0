/**
 * Every message between our own pages and the background: its kind, what it carries, what comes back.
 * Must not know how a message is sent (client.js) nor how it is answered (background/router.js).
 */

/** @typedef {import('../pkg/onlooker.js').Report} Report */
/** @typedef {import('../pkg/onlooker.js').ListInfo} ListInfo */
/** @typedef {import('../pkg/onlooker.js').Log} Log */

/** What was read of a list that a person adds. @typedef {Omit<import('../pkg/onlooker.js').AddedList, 'pack'>} ListFacts */
/** One that is kept. `lost`: what was kept of it cannot be used. @typedef {ListFacts & {lost: boolean}} OwnList */
/** A file, as options/options.js writes it. @typedef {{name: string, base64: string}} ListFile */
/** @typedef {{sha256: string}} OfList */

/** @typedef {{why: string, count: number}} Gap why something of a page was missed, and how often */

/**
 * What is known of the page in a tab.
 * @typedef {{state: 'ok', report: Report, private: boolean, gaps: Gap[]}
 *   | {state: 'no-permission', origin: string}
 *   | {state: 'engine-failed', variant: string}
 *   | {state: 'not-a-page', scheme: string}
 *   | {state: 'not-known'}} PageReport
 */

/** @typedef {{filename: string, json: string}} SavedFile */

/** What a site says: that it heeds Global Privacy Control, that it does not, or nothing that can be read. @typedef {'true'|'false'|'unknown'} GpcAnswer */
/** @typedef {{host: string, said: GpcAnswer}} GpcSaid */

/**
 * @typedef {object} Status
 * @property {boolean} ready the engine judges
 * @property {string} version of the extension
 * @property {number} pages that are kept, past ones too
 * @property {number|null} wakeToFirstVerdictMs from the start of this background to its first verdict
 */

/** @typedef {{tabId: number}} OfTab */
/** @typedef {Record<string, never>} Nothing */

/**
 * kind -> [what it carries, what comes back]
 * @typedef {object} Messages
 * @property {[OfTab, PageReport]} page-report
 * @property {[OfTab, SavedFile]} page-log
 * @property {[OfTab, SavedFile]} page-report-json
 * @property {[OfTab, GpcSaid]} gpc-ask asks the site of the page that the tab shows; once for a page
 * @property {[Nothing, ListInfo[]]} lists
 * @property {[ListFile, ListFacts]} list-read
 * @property {[OfList, OwnList[]]} list-add uses one that was read
 * @property {[OfList, OwnList[]]} list-remove
 * @property {[Nothing, OwnList[]]} lists-added
 * @property {[Nothing, boolean|null]} names are names asked for in the DNS? null: this browser lets nobody ask
 * @property {[{on: boolean}, boolean|null]} names-turn whether they are from now on
 * @property {[Nothing, Status]} status
 */

/** @typedef {keyof Messages} Kind */
/** @template {Kind} K @typedef {Messages[K][0]} Payload */
/** @template {Kind} K @typedef {Messages[K][1]} Answer */

/** Why lines were left out, how often, and the first of them. @typedef {import('../pkg/onlooker.js').LeftOut} Left */
/** `left` of a list that cannot be used, where there is something to name. @typedef {{name: string, variant: string, message: string, left?: Left}} Failure */
/** @template T @typedef {{ok: true, value: T} | {ok: false, error: Failure}} Reply */

/** @type {readonly Kind[]} */
export const KINDS = [
  'page-report', 'page-log', 'page-report-json', 'gpc-ask', 'lists', 'list-read', 'list-add', 'list-remove', 'lists-added', 'names', 'names-turn', 'status',
];

/** The largest file that is read as a list: what src/feeds/mod.rs takes, and as base64 less than Chromium's messages hold. */
export const LIST_BYTES = 32 << 20;

/** A failure that our own pages can tell apart by `variant`. */
export class OnlookerError extends Error {
  /** @param {string} variant @param {string} message says no URL and nothing a page wrote @param {Left} [left] */
  constructor(variant, message, left) {
    super(message);
    this.name = 'OnlookerError';
    this.variant = variant;
    this.left = left;
  }
}

/** @param {unknown} error @returns {Failure} */
export function failure(error) {
  if (!(error instanceof Error)) return { name: 'Error', variant: 'unknown', message: 'something else was thrown' };
  const { variant, left } = /** @type {Error & {variant?: unknown, left?: Left}} */ (error);
  const told = { name: error.name, variant: typeof variant === 'string' ? variant : 'unknown', message: error.message };
  return left ? { ...told, left } : told;
}
