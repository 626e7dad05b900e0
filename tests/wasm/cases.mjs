// @ts-check
/** The cases of tests/cases, read and compared as tests/cases.rs does it (docs/cases.md). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './engine.mjs';

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string[]} lists files that are added to the bundled lists
 * @property {any} log as it is meant; a string stands for itself
 * @property {Buffer} bytes
 * @property {any} expect
 * @property {{why: string, right: any} | undefined} wrong
 */

const FOLDER = join(ROOT, 'tests', 'cases');
/** Each technique has a folder; one that is only spoken of where it was seen is absent from the checks as well. */
const TECHNIQUES = new Set(readdirSync(FOLDER));

/** @returns {Case[]} in order of folder and name */
export function cases() {
  return readdirSync(FOLDER).sort().flatMap((folder) => readdirSync(join(FOLDER, folder)).sort().map((file) => {
    const whole = JSON.parse(readFileSync(join(FOLDER, folder, file), 'utf8'));
    const log = grown(whole.log);
    const text = typeof log === 'string' ? log : JSON.stringify(log);
    const lists = (whole.lists ?? []).map((/** @type {string} */ list) => join(ROOT, 'tests', 'feeds', list));
    return { name: `${folder}/${file}`, lists, log, bytes: Buffer.from(text), expect: whole.expect, wrong: whole.known_wrong };
  }));
}

/**
 * A log as it is meant: `$repeat`, `$join` and `$times` written out, so that a megabyte need not be committed.
 * @param {any} value @param {number} [number] @returns {any}
 */
function grown(value, number) {
  if (typeof value === 'string') return number === undefined ? value : value.replaceAll('{n}', String(number));
  if (Array.isArray(value)) {
    return value.flatMap((item) => (item?.$times === undefined
      ? [grown(item, number)]
      : Array.from({ length: item.$times }, (_, at) => grown(item.each, at))));
  }
  if (value === null || typeof value !== 'object') return value;
  if (value.$repeat !== undefined) return value.$repeat.repeat(value.times);
  if (value.$join !== undefined) return value.$join.map((/** @type {any} */ part) => grown(part, number)).join('');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, grown(inner, number)]));
}

/** A page of a report in the words that cases use. @param {import('../../pkg/onlooker.js').Page} page */
function view(page) {
  return {
    url: page.url,
    site: page.site,
    ...page.risk,
    watchers: page.watchers.map(({ name }) => name),
    organisations: page.watchers,
    operator: page.operator,
    summary: page.summary,
    findings: page.findings,
    // Every technique has a list, if an empty one.
    of: Object.fromEntries([...TECHNIQUES].map((technique) =>
      [technique, page.findings.filter((finding) => finding.technique === technique)])),
    checks: Object.fromEntries(page.checks.map(({ technique, state }) => [technique, state])),
    why: Object.fromEntries(page.checks.map(({ technique, why }) => [technique, why])),
    requests: page.requests,
    skipped: Object.fromEntries(page.requests.skipped.map(({ why, count }) => [why, count])),
    counted: { watchers: page.watchers.length, findings: page.findings.length },
  };
}

/**
 * Where `actual` is not what is expected. Objects may have more keys than are named; lists are whole and in order.
 * @param {any} expected @param {any} actual @param {string} path @returns {string[]}
 */
function differences(expected, actual, path) {
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item, at) => differences(item, actual[at], `${path}[${at}]`));
  }
  if (isObject(expected) && isObject(actual)) {
    const keys = Object.keys(expected);
    const whole = !path.endsWith('.skipped') || keys.length === Object.keys(actual).length;
    return [
      ...whole ? [] : [`${path}: ${JSON.stringify(actual)}`],
      ...keys.flatMap((key) => (key in actual ? differences(expected[key], actual[key], `${path}.${key}`) : [`${path}.${key}: there is none`])),
    ];
  }
  return expected === actual ? [] : [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
}

/** @param {unknown} value */
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** @param {any} expected @param {import('../../pkg/onlooker.js').Page} page */
function differencesOfPage({ absent = [], ...expected }, page) {
  const found = new Set(page.findings.map(({ technique }) => technique));
  return [
    ...absent.filter((/** @type {string} */ technique) => found.has(technique) || !TECHNIQUES.has(technique))
      .map((/** @type {string} */ technique) => `absent: ${technique}`),
    ...differences(expected, view(page), 'page'),
  ];
}

/** What a report has that a case does not expect, or lacks. @param {Case} one @param {import('../../pkg/onlooker.js').Report} report */
export function complaints({ expect, wrong }, report) {
  const pages = Array.isArray(expect) ? expect : [expect];
  if (pages.length !== report.pages.length) return [`${pages.length} pages expected, got ${report.pages.length}`];
  const out = report.pages.flatMap((page, at) => differencesOfPage(pages[at], page));
  const [first] = report.pages;
  if (wrong !== undefined && first !== undefined && differencesOfPage(wrong.right, first).length === 0) out.push('known_wrong: it is right now');
  return out;
}
