// @ts-check
/** The wasm build judges the cases of tests/cases by each of its ways, and gives the command line's bytes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cli } from '../e2e/lib/dist.mjs';
import { cases, complaints } from './cases.mjs';
import { clean } from '../../extension/background/events.js';
import { Engine, judgeOf, leftOutOf, open, pack, pseudonymsOf, read_list, ROOT, throws } from './engine.mjs';

/** @typedef {import('./cases.mjs').Case} Case */

const engine = new Engine(pack());
const [judge, pseudonyms] = [judgeOf(engine), pseudonymsOf(engine)];
const all = cases();
const folder = mkdtempSync(join(tmpdir(), 'onlooker-cases-'));
after(() => rmSync(folder, { recursive: true, force: true }));
/** From here on, numbers are those of added lists. */
const ADDED = 2 ** 31;
const ran = { added: 0, whole: 0, object: 0, page: 0, refused: 0, commandLine: 0 };
/** Rules that cases name, by list and line. @type {Map<string, string>} */
const named = new Map();

/** @param {Uint8Array} bytes */
const text = (bytes) => Buffer.from(bytes).toString('utf8');

/** The command line on the same bytes. @param {Case} one */
function commandLine({ bytes, lists }) {
  const file = join(folder, 'page.log.json');
  writeFileSync(file, bytes);
  const args = ['audit', file, '--pack', join(ROOT, 'pkg', 'onlooker.pack'), '--format', 'json', ...lists.flatMap((list) => ['--list', list])];
  ran.commandLine += 1;
  return spawnSync(cli(), args, { encoding: 'utf8', maxBuffer: 256 << 20 });
}

/** Whether the hot path can carry the log: one page, and nothing in it that only a record can hold. @param {Case} one */
const isOnePage = ({ log, expect }) => log.pages.length === 1 && !expect.skipped?.['unreadable-observation'] &&
  // Only a log has ids that somebody else made.
  !expect.skipped?.['id-used-twice'] &&
  // No event of a browser tells these.
  !log.pages[0].observations?.some((/** @type {any} */ { security }) => security);

/** The parts of what a recorder can record, by their bits. */
const PARTS = ['request-headers', 'cookies', 'response-headers', 'bodies', 'security', 'times', 'dns', 'roots'];

/** A report without the hashes in it, which each session has its own of. @param {string} report */
const saltless = (report) => report.replaceAll(/("what": "hash",\s+"text": )"[\w.-]*"/g, '$1"…"').replaceAll(/(~[a-z]+(?:\.\d+){2})(?:\.[\w-]{8})+/g, '$1');

/** The report on a log that is fed event by event, as the extension does it. @param {any} page @param {boolean} isAsked for its badge after each */
function fed({ url, gaps = [], observations = [], recorded = [], pseudonymous = false }, isAsked) {
  const raw = !pseudonymous;
  // Another one than the log's: nothing else may depend on it.
  engine.salt(new Uint8Array(16).fill(7));
  const handle = open(engine, raw ? pseudonyms.url(clean(url)) : url);
  engine.page_records(handle, recorded.reduce((/** @type {number} */ bits, /** @type {string} */ part) => bits | 1 << PARTS.indexOf(part), 0));
  for (const { why, count } of gaps) engine.gap(handle, why, count);
  // What was learnt of names comes first: background/ledger.js.
  for (const { kind, url: address, type, headers = [] } of observations) {
    const name = kind === 'answered' && headers.find((/** @type {[string, string]} */ [key]) => key === ':cname');
    if (name) judge.observe(handle, /** @type {any} */ ({ is: 'answered', url: address, type, method: 'GET', headers: [name] }), 0, 0);
  }
  /** @type {Map<string, number>} */
  const ids = new Map();
  for (const { id, kind: is, url: address, type, method = '', t = -1, headers = [], body, status } of observations) {
    if (!ids.has(id)) ids.set(id, ids.size + 1);
    const number = ids.get(id) ?? 0;
    const media = headers.find((/** @type {[string, string]} */ [name]) => name === 'content-type')?.[1] ?? '';
    const row = { is, url: raw ? pseudonyms.url(clean(address)) : address, type, method, headers: raw ? pseudonyms.headers(is, headers) : headers, body: body && (raw ? pseudonyms.body(body, media) : body), status };
    for (const [why, count] of Object.entries(leftOutOf(engine) ?? {})) if (count > 0) engine.gap(handle, why, count);
    // A record may know what is sent with the request; the browser tells it after.
    if (is !== 'request' || row.headers.length === 0) judge.observe(handle, /** @type {any} */ (row), number, t);
    else for (const part of [{ ...row, headers: [] }, { ...row, is: 'sent', body: '' }]) judge.observe(handle, /** @type {any} */ (part), number, t);
    if (isAsked) engine.badge(handle);
  }
  const bytes = engine.report_json(handle);
  engine.page_close(handle);
  return text(bytes);
}

for (const one of all) {
  test(one.name, () => {
    const said = commandLine(one);
    engine.remove_lists();
    for (const list of one.lists) {
      const added = read_list(list, readFileSync(list)).pack;
      assert.ok(added);
      engine.add_list(added);
    }
    if (one.expect.refused !== undefined) {
      throws(() => engine.audit_json(one.bytes), one.expect.refused);
      if (typeof one.log === 'object') throws(() => engine.audit(one.log), one.expect.refused);
      assert.equal(said.status, 2);
      ran.refused += 1;
      return;
    }
    const whole = text(engine.audit_json(one.bytes));
    const report = JSON.parse(whole);
    assert.deepEqual(complaints(one, report), []);
    assert.equal(said.stdout, whole, 'the command line says the same');
    assert.equal(said.stderr, '');
    assert.equal(said.status, 0);
    ran.whole += 1;

    const object = engine.audit(one.log);
    // As bytes what is not seen is written out.
    assert.equal(JSON.stringify(object), JSON.stringify(report), 'as an object it is the same, key by key');
    ran.object += 1;

    if (isOnePage(one)) {
      assert.equal(saltless(fed(one.log.pages[0], false)), saltless(whole), 'event by event it is the same');
      assert.equal(saltless(fed(one.log.pages[0], true)), saltless(whole), 'what is drawn in between is drawn anew');
      ran.page += 1;
    }
    for (const page of report.pages) {
      for (const { rule, exception_rule: exception } of page.findings) {
        for (const { list, line, text: words } of [rule, exception].filter(Boolean)) {
          if (list < ADDED) named.set(`${list} ${line}`, words);
          else ran.added += 1;
        }
      }
    }
  });
}

test('every file ran, by every way', () => {
  const files = readdirSync(join(ROOT, 'tests', 'cases'), { recursive: true }).filter((file) => String(file).endsWith('.json')).length;
  assert.ok(files >= 150);
  assert.equal(ran.commandLine, files);
  assert.equal(ran.whole + ran.refused, files);
  assert.equal(ran.object, ran.whole);
  const onePage = all.filter((one) => one.expect.refused === undefined && isOnePage(one)).length;
  assert.equal(ran.page, onePage);
  assert.ok(ran.added >= 10);
  assert.ok(ran.refused >= 5 && ran.page >= 0.9 * (files - ran.refused), JSON.stringify(ran));
});

test('each rule that was shown stands on that line of the list', () => {
  assert.ok(named.size >= 20);
  /** @type {Map<number, string[]>} */
  const lists = new Map();
  // Our own list is the files of lists/actors, one behind the other: there a host stands in quotes.
  const actors = join(ROOT, 'lists', 'actors');
  lists.set(1000, readdirSync(actors).sort().map((file) => readFileSync(join(actors, file), 'utf8')).join('').split('\n'));
  // ClearURLs' file has a text a line; of a rule the name of the parameter, or how the site is called in an exception.
  lists.set(999, readFileSync(join(ROOT, 'lists', 'clearurls.json'), 'utf8').split('\n'));
  for (const [place, words] of named) {
    const [list = 0, line = 0] = place.split(' ').map(Number);
    if (list === 1000) {
      const written = words.replace(/^\|\|([^/$?]+)\^$/, '$1');
      const there = lists.get(1000)?.[line - 1] ?? '';
      assert.ok(there.includes(`"${written}"`) || there.includes(`"${words}"`), `${words} in line ${line}: ${there}`);
      continue;
    }
    if (list === 999) {
      const written = /\$removeparam=(.+)$/.exec(words)?.[1] ?? /^@@\|\|(.+)\$removeparam$/.exec(words)?.[1]?.replace(/[./]/g, (c) => `${c === '/' ? '\\\\/' : '\\\\.'}`);
      const there = lists.get(999)?.[line - 1] ?? '';
      // Two names of one expression: there the letter between is optional.
      const spelled = written === 'colid' || written === 'coliid' ? 'colii?d' : written;
      assert.ok(spelled !== undefined && there.includes(spelled), `${words} in line ${line}: ${there}`);
      continue;
    }
    const path = join(ROOT, 'node_modules/@adguard/dnr-rulesets/dist/filters/declarative', `ruleset_${list}`, `ruleset_${list}.json`);
    if (!lists.has(list)) lists.set(list, JSON.parse(readFileSync(path, 'utf8'))[0].metadata.rawFilterList.split('\n'));
    assert.equal(lists.get(list)?.[line - 1]?.trim(), words);
  }
  assert.deepEqual([...lists.keys()].sort((a, b) => a - b), [2, 3, 4, 17, 999, 1000]);
});

test('a wrong expectation is noticed', () => {
  engine.remove_lists();
  const one = all.find(({ name }) => name === 'tracker-request/fires-analytics.json');
  assert.ok(one);
  const report = JSON.parse(text(engine.audit_json(one.bytes)));
  for (const change of [{ level: 'none' }, { watchers: [] }, { findings: [] }, { absent: ['tracker-request'] }, { absent: ['no-such'] }, { skipped: { 'data-url': 1 } }, { colour: 'red' }]) {
    assert.notDeepEqual(complaints({ ...one, expect: { ...one.expect, ...change } }, report), [], JSON.stringify(change));
  }
  assert.deepEqual(complaints(one, report), []);
  assert.notDeepEqual(complaints({ ...one, wrong: { why: '', right: one.expect } }, report), []);
});
