/** What the core says in words of its own, in words that our texts have. Knows no DOM and no message. */

/** @typedef {import('../shared/protocol.js').ListFacts} ListFacts */
/**
 * `detail`: what the core says, in English; '' where our word says all. `left`: what of the file most lines are. `line`: from
 * which line on it cannot be read; 0 where that is not said.
 * @typedef {{word: string, detail: string, left: LeftOut[], line: number}} Failure
 */
/** @typedef {{word: string, whys: string[], count: number, lines: number[]}} LeftOut */

/** Why lines are left out: src/feeds and src/rules/list.rs. All others are forms that we do not use, each named. */
const LEFT_OUT = Object.entries({
  elsewhere: ['not-about-hosts', 'not-an-indicator', 'not-on-the-web', 'unknown-key'],
  'not-a-host': ['not-a-host', 'no-name'],
  'too-wide': ['public-suffix', 'shared-host', 'address-range'],
  'own-network': ['local-name', 'not-public-address', 'maps-elsewhere'],
  unreadable: [
    'too-long', 'not-utf-8', 'control-character', 'yaml-not-read', 'pattern-damaged', 'no-pattern', 'wrong-columns',
    'no-fingerprint', 'punycode-error', 'empty',
  ],
  'not-a-root': ['not-a-root'],
  'too-many-tried': ['too-many-tried'],
  looks: ['cosmetic'],
  twice: ['duplicate'],
  'taken-back': ['revoked', 'badfilter', 'cancelled-by-badfilter'],
  limit: ['entry-limit'],
});

/** How many lines are named for a reason. */
const LINES = 5;

/** What was left out, what is most first. @param {ListFacts['skipped']} skipped @returns {LeftOut[]} */
export function leftOut(skipped) {
  /** @type {Map<string, LeftOut>} */
  const all = new Map();
  for (const { why, count, lines } of skipped) {
    const word = LEFT_OUT.find(([, whys]) => whys.includes(why))?.[0] ?? 'else';
    const one = all.get(word) ?? { word, whys: [], count: 0, lines: [] };
    all.set(word, one);
    one.count += count;
    one.lines.push(...lines);
    if (word === 'else') one.whys.push(why);
  }
  for (const one of all.values()) one.lines = [...new Set(one.lines)].sort((a, b) => a - b).slice(0, LINES);
  return [...all.values()].sort((a, b) => b.count - a.count);
}

/** Why a file is no list, or not one more: src/error.rs. @type {Record<string, string>} */
const NO_LIST = {
  'feed-too-large': 'too-large',
  'feed-utf-16': 'utf-16',
  'feed-compressed': 'compressed',
  'feed-empty': 'empty',
  'feed-web-page': 'web-page',
  'feed-not-stix': 'json',
  'feed-not-json': 'json',
  'feed-nothing': 'nothing',
  'feed-no-fingerprints': 'no-fingerprints',
  'feed-full': 'lists-full',
  'feed-too-many-tried': 'too-many-tried',
  'lists-full': 'lists-full',
  'storage-full': 'storage-full',
  'storage-off': 'storage-off',
};

/** @param {unknown} error @returns {Failure} */
export function failureOf(error) {
  const { variant = '', message = '', left } = /** @type {Partial<import('../shared/protocol.js').Failure>} */ (error ?? {});
  const plain = (/** @type {string} */ word) => ({ word, detail: '', left: [], line: 0 });
  if (/^(wasm-|engine-|pack-|no-answer)/.test(variant)) return plain('engine');
  const known = Object.hasOwn(NO_LIST, variant) ? NO_LIST[variant] : undefined;
  if (known === undefined) return { ...plain('else'), detail: message };
  if (!left) return plain(known);
  return left.why === '' ? { ...plain(known), line: left.lines[0] ?? 0 } : { ...plain(known), left: leftOut([left]) };
}
