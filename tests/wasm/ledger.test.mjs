// @ts-check
/** A page's log in the background, with the real core, over a store of this test's own: what is kept once the log is full. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import thirdPartyWeb from 'third-party-web';
import { Ledger } from '../../extension/background/ledger.js';
import { Engine, observe, open, pack, unpack, write } from './engine.mjs';

const FULL = 12_000;
const core = new Engine(pack());

/** @typedef {import('../../extension/background/observer.js').Page} Page */

/** A disk of the browser's session: it outlives a background. */
class Disk {
  /** @type {Map<string, import('../../extension/background/store.js').Row>} */
  saved = new Map();
  /** @param {string} rid @param {string} url */
  entryKey = (rid, url) => `${rid} ${url}`;
  /** @param {number} _ @param {string} key @param {import('../../extension/background/store.js').Row} row */
  append = (_, key, row) => { this.saved.set(key, row); };
  rows = async () => [...this.saved.values()];
  forget() {}
}

/** One life of the background, and one page in it. @param {Disk} disk @param {Page} page @param {boolean} [known] an earlier life stored it */
function life(disk, page, known = false) {
  /** @type {unknown[]} */
  const failures = [];
  const ledger = new Ledger(/** @type {any} */ (disk), () => {}, () => {}, (error) => failures.push(error));
  if (known) ledger.known(page);
  const judge = {
    engine: core,
    open: (/** @type {string} */ url) => open(core, url),
    rename: (/** @type {number} */ handle, /** @type {string} */ url) => core.page_url(handle, write(core, url)),
    observe: (/** @type {number} */ handle, /** @type {string} */ url, /** @type {string} */ type, /** @type {number} */ id) => observe(core, handle, url, type, id),
  };
  ledger.start(/** @type {any} */ (judge));
  return {
    ledger, failures,
    /** @param {string} url @param {string} [type] */
    ask(url, type = 'image') {
      clock += 1;
      ledger.record(page, /** @type {any} */ ({ is: 'request', rid: `r${clock}`, ts: clock, url, type, method: 'GET', at: '', cut: '', late: false }));
    },
    async verdict() {
      const { verdict } = await ledger.verdict(page);
      assert.deepEqual(failures, []);
      return unpack(verdict ?? NaN);
    },
    /** The report that the popup gets, which must be the one that its saved log gives. */
    async report() {
      const json = core.report_json(await ledger.handle(page));
      const log = new TextEncoder().encode(JSON.stringify(await ledger.log(page)));
      assert.equal(new TextDecoder().decode(core.audit_json(log)), new TextDecoder().decode(json));
      return JSON.parse(new TextDecoder().decode(json)).pages[0];
    },
  };
}

let clock = 0;
let keys = 0;

/** @returns {Page} */
const newPage = () => /** @type {any} */ ({ key: keys += 1, url: 'https://flood.example/', gaps: {} });

/** @param {ReturnType<typeof life>} one @param {number} count @param {(n: number) => string} [url] */
function flood(one, count, url = (n) => `https://flood.example/${n}.gif`) {
  for (let n = 0; n < count; n += 1) one.ask(url(n));
}

/** @param {any} report */
const names = (report) => report.watchers.map((/** @type {any} */ one) => one.name);

test('behind a flood of trifles a tracker is seen at once, is in report and log, and outlives the background', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  flood(one, FULL + 500);
  assert.deepEqual([(await one.verdict()).organisations, (await one.verdict()).level], [0, 7], 'nobody yet, and not all was kept: never clean');
  one.ask('https://static.hotjar.com/c/hotjar-1.js', 'script');
  flood(one, 10, (n) => `https://flood.example/later${n}.gif`);
  const seen = await one.verdict();
  assert.equal(seen.organisations, 1);
  const report = await one.report();
  assert.deepEqual(names(report), ['Hotjar']);
  assert.ok(report.findings.length > 0);
  assert.equal(report.requests.total + (page.gaps['log-full'] ?? 0), FULL + 511, 'each is in the log or counted as missing');
  assert.equal(disk.saved.size, FULL + 2, 'the first that the scout saw, and the tracker');
  const next = life(disk, page, true);
  assert.deepEqual(await next.verdict(), seen);
  assert.deepEqual(await next.report(), report);
});

test('neither a tracker called again and again nor made-up hosts take the room of another tracker', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  flood(one, FULL);
  flood(one, 5000, (n) => `https://static.hotjar.com/${n}.js`);
  assert.ok(disk.saved.size < FULL + 10);
  flood(one, 5000, (n) => `https://a.made-up-${n}.example/1.gif`);
  // Each with a path that some rule matches at any host.
  flood(one, 5000, (n) => `https://b.another-${n}.example/piwik.gif`);
  assert.equal(disk.saved.size, FULL + 1000, 'made-up hosts have half the room');
  one.ask('https://www.google-analytics.com/g/collect?v=2', 'ping');
  const report = await one.report();
  assert.ok(names(report).includes('Hotjar') && names(report).includes('Google'));
});

test('what makes the page graver has room even where all room is taken', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  const long = 'x'.repeat(3900);
  flood(one, 1100, (n) => `https://flood.example/${n}?${long}`);
  flood(one, 400, (n) => `https://made-up-${n}.example/piwik.gif?${long}`);
  // The other half is for organisations that are known; so many of no great weight, at least.
  const known = thirdPartyWeb.entities.map(({ domains }) => `https://${domains[0]}/?${long}`).filter((url) => {
    const page = open(core, 'https://flood.example/');
    const { level } = unpack(observe(core, page, url, 'image', 1));
    core.page_close(page);
    return level > 0 && level < 3;
  });
  for (const url of known) one.ask(url);
  const before = await one.report();
  const bytes = [...disk.saved.values()].reduce((sum, row) => sum + row[2].length, 0);
  assert.ok(bytes > 4_990_000 && bytes < 5_010_000, `all room is taken, and no more: ${bytes}`);
  one.ask('https://static.hotjar.com/c/hotjar-1.js', 'script');
  const report = await one.report();
  assert.equal(report.risk.level, 'high');
  assert.notEqual(before.risk.level, 'high');
  assert.ok(names(report).includes('Hotjar'));
});

test('the scout is fresh again before the engine stops judging, and after the address has changed', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  flood(one, FULL + 110_000, () => `https://flood.example/${clock}.gif`);
  one.ask('https://static.hotjar.com/c/hotjar-1.js', 'script');
  assert.deepEqual(names(await one.report()), ['Hotjar']);
  page.url = 'https://elsewhere.example/';
  one.ledger.changed(page);
  one.ask('https://static.criteo.net/js/ld/ld.js', 'script');
  assert.deepEqual(names(await one.report()).includes('Criteo'), true);
});

test('a page whose earlier life is still to be read is merged once: what finds no room is counted once', async () => {
  const [disk, from, to] = [new Disk(), newPage(), newPage()];
  const one = life(disk, to);
  flood(one, FULL + 10);
  const missed = to.gaps['log-full'] ?? 0;
  one.ledger.known(from);
  disk.rows = async () => [];
  for (let n = 0; n < 7; n += 1) {
    one.ledger.record(from, /** @type {any} */ ({ is: 'request', rid: `m${n}`, ts: n, url: `https://flood.example/m${n}.gif`, type: 'image', method: 'GET', at: '', cut: '', late: false }));
  }
  one.ledger.merge(from, to);
  await one.ledger.isEmpty(from);
  await new Promise((done) => { setTimeout(done, 10); });
  assert.equal(to.gaps['log-full'], missed + 7);
});

test('before there is an engine, what comes to a full log is kept while there is room', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const ledger = new Ledger(/** @type {any} */ (disk), () => {}, () => {}, () => {});
  for (let n = 0; n < FULL + 3000; n += 1) {
    ledger.record(page, /** @type {any} */ ({ is: 'request', rid: `s${n}`, ts: n, url: `https://flood.example/${n}`, type: 'image', method: 'GET', at: '', cut: '', late: false }));
  }
  assert.equal(disk.saved.size, FULL + 1000);
  assert.equal(page.gaps['log-full'], 2000);
});

test('a hop is one however often it is told, and another where the redirect comes back to it', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const hop = (/** @type {number} */ ts, /** @type {string} */ path, late = false, cut = '') => /** @type {any} */ ({ is: 'request', rid: 'hop', ts, url: `https://flood.example/${path}`, type: 'image', method: 'GET', at: '', cut, late });
  const told = [hop(1, 'r'), hop(2, 'r', true), hop(3, 't'), hop(4, 't', true), hop(5, 'r'), hop(6, 'r', true), hop(7, 't'), hop(7, 'same'), hop(8, 'same'), hop(9, 'long', false, 'a'), hop(10, 'long', false, 'b')];
  const paths = ['r', 't', 'r', 't', 'same', 'long', 'long'];
  const seen = async (/** @type {ReturnType<typeof life>} */ one) => (await one.ledger.log(page)).pages.flatMap(({ observations }) => (observations ?? []).map(({ url }) => url.slice(22)));
  const one = life(disk, page);
  for (const event of [...told, ...told]) one.ledger.record(page, event);
  assert.deepEqual(await seen(one), paths, 'each event told twice');
  // The next life is told the same, before and after it has read what there is.
  const two = life(disk, page, true);
  for (const event of told) two.ledger.record(page, event);
  assert.deepEqual(await seen(two), paths);
  for (const event of told) two.ledger.record(page, event);
  assert.deepEqual(await seen(two), paths);
  // Ended in the middle of the chain; the end of a hop comes to the next life.
  const three = life(disk, page, true);
  for (const event of [hop(11, 'long', true, 'b'), hop(12, 'r'), hop(13, 'r', true)]) three.ledger.record(page, event);
  await three.ledger.isEmpty(page);
  await new Promise((done) => { setTimeout(done, 10); });
  assert.deepEqual(await seen(three), [...paths, 'r']);
  assert.equal((await three.report()).requests.total, paths.length + 1);
});

test('a hop whose end is told before its start is one', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  const hop = (/** @type {number} */ ts, /** @type {string} */ path, /** @type {boolean} */ late) => /** @type {any} */ ({ is: 'request', rid: 'swapped', ts, url: `https://flood.example/${path}`, type: 'image', method: 'GET', at: '', cut: '', late });
  for (const event of [hop(2, 'a', true), hop(3, 'b', false), hop(1, 'a', false), hop(4, 'b', true)]) one.ledger.record(page, event);
  assert.equal((await one.report()).requests.total, 2);
});
