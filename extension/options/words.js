/** What the core says in words of its own, in words that our texts have. Knows no DOM and no message. */

/** @typedef {import('../shared/protocol.js').ListFacts} ListFacts */
/** @typedef {{word: string, detail: string}} Failure `detail`: what the core says, in English; '' where our word says all */
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

/** Why a file is no list, by what src/feeds says. @type {readonly [RegExp, string, boolean?][]} */
const NO_LIST = [
  [/larger than/, 'too-large'],
  [/UTF-16/, 'utf-16'],
  [/compressed/, 'compressed'],
  [/it is empty/, 'empty'],
  [/a web page/, 'web-page'],
  [/JSON/, 'json', true],
  [/nothing in it/, 'nothing', true],
];

/** What the core says in front of every such reason. */
const IN_FRONT = 'the list cannot be read: ';

/** @param {unknown} error @returns {Failure} */
export function failureOf(error) {
  const { variant = '', message: whole = '' } = /** @type {{variant?: string, message?: string}} */ (error ?? {});
  const message = whole.startsWith(IN_FRONT) ? whole.slice(IN_FRONT.length) : whole;
  if (['lists-full', 'storage-full', 'storage-off'].includes(variant)) return { word: variant, detail: '' };
  if (/^(wasm-|engine-|pack-|no-answer)/.test(variant)) return { word: 'engine', detail: '' };
  const known = variant === 'feed' ? NO_LIST.find(([sign]) => sign.test(message)) : undefined;
  if (!known) return { word: 'else', detail: message };
  return { word: known[1], detail: known[2] ? message : '' };
}
