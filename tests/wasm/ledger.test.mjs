// @ts-check
/** A page's log in the background, with the real core, over a store of this test's own: what is kept once the log is full. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import thirdPartyWeb from 'third-party-web';
import { Ledger } from '../../extension/background/ledger.js';
import { Engine, judgeOf, observe, open, pack, unpack } from './engine.mjs';

const FULL = 12_000;
const core = new Engine(pack());

/** @typedef {import('../../extension/background/observer.js').Page} Page */

const RECORDED = ['request-headers', 'cookies', 'response-headers', 'bodies', 'times'];

/** An event as the observer hands it on. @param {Partial<import('../../extension/background/events.js').RequestEvent>} some @returns {any} */
const event = (some) => ({
  is: 'request', stage: 'request', type: 'image', method: 'GET', at: '', cut: '', late: false, headers: [], body: '', media: '', status: 0, ...some,
});

/** What was sent, or with a status answered. @param {string} rid @param {number} ts @param {string} url @param {[string, string][]} headers @param {number} [status] */
const more = (rid, ts, url, headers, status) => event({
  rid, ts, url, stage: status === undefined ? 'sent' : 'answered', headers, status: status ?? 0, late: true,
});

/** A disk of the browser's session: it outlives a background. */
class Disk {
  /** @type {Map<string, import('../../extension/background/store.js').Row>} */
  saved = new Map();
  /** @param {import('../../extension/background/store.js').Row} row */
  entryKey = ({ is, rid, ts, url }) => `${rid} ${is} ${ts} ${url}`;
  /** @param {number} _ @param {string} key @param {import('../../extension/background/store.js').Row} row */
  append = (_, key, row) => { this.saved.set(key, row); };
  // As a browser stores it, not the same objects.
  rows = async () => structuredClone([...this.saved.values()]);
  forget() {}
}

/** One life of the background, and one page in it. @param {Disk} disk @param {Page} page @param {boolean} [known] an earlier life stored it */
function life(disk, page, known = false) {
  /** @type {unknown[]} */
  const failures = [];
  const ledger = new Ledger(/** @type {any} */ (disk), () => {}, () => {}, (error) => failures.push(error), () => RECORDED);
  if (known) ledger.known(page);
  ledger.start(/** @type {any} */ (judgeOf(core)));
  return {
    ledger, failures,
    /** @param {string} url @param {string} [type] */
    ask(url, type = 'image') {
      clock += 1;
      ledger.record(page, event({ rid: `r${clock}`, ts: clock, url, type }));
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
  const bytes = [...disk.saved.values()].reduce((sum, row) => sum + row.url.length, 0);
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
    one.ledger.record(from, event({ rid: `m${n}`, ts: n, url: `https://flood.example/m${n}.gif` }));
  }
  one.ledger.merge(from, to);
  await one.ledger.isEmpty(from);
  await new Promise((done) => { setTimeout(done, 10); });
  assert.equal(to.gaps['log-full'], missed + 7);
});

test('before there is an engine, what comes to a full log is kept while there is room', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const ledger = new Ledger(/** @type {any} */ (disk), () => {}, () => {}, () => {}, () => RECORDED);
  for (let n = 0; n < FULL + 3000; n += 1) {
    ledger.record(page, event({ rid: `s${n}`, ts: n, url: `https://flood.example/${n}` }));
  }
  assert.equal(disk.saved.size, FULL + 1000);
  assert.equal(page.gaps['log-full'], 2000);
});

test('a hop is one however often it is told, and another where the redirect comes back to it', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const hop = (/** @type {number} */ ts, /** @type {string} */ path, late = false, cut = '') => event({ rid: 'hop', ts, url: `https://flood.example/${path}`, cut, late });
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
  const hop = (/** @type {number} */ ts, /** @type {string} */ path, /** @type {boolean} */ late) => event({ rid: 'swapped', ts, url: `https://flood.example/${path}`, late });
  for (const event of [hop(2, 'a', true), hop(3, 'b', false), hop(1, 'a', false), hop(4, 'b', true)]) one.ledger.record(page, event);
  assert.equal((await one.report()).requests.total, 2);
});

/** @param {ReturnType<typeof life>} one @param {Page} page */
const observations = async (one, page) => (await one.ledger.log(page)).pages[0]?.observations ?? [];
const settled = () => new Promise((done) => { setTimeout(done, 10); });

test('what was sent and answered is logged under its hop, once, and outlives the background', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const [hop, goal] = ['https://a.example/r', 'https://b.example/p.gif'];
  const told = [
    event({ rid: '7', ts: 1, url: hop }),
    more('7', 2, hop, [['cookie', 'a=1; b=2'], ['referer', 'https://flood.example/']]),
    more('7', 3, hop, [['location', goal], ['set-cookie', 'c=3'], ['date', 'now']], 302),
    event({ rid: '7', ts: 4, url: goal, body: 'x=1', media: 'text/plain' }),
    more('7', 5, goal, [['referer', 'https://flood.example/']]),
    more('7', 6, goal, [['etag', '"1"'], ['cache-control', 'max-age=9']], 200),
    event({ rid: '7', ts: 7, url: goal, late: true }),
  ];
  const wanted = [
    ['request', '7.0', hop, undefined, undefined, undefined],
    ['sent', '7.0', hop, told[1].headers, undefined, undefined],
    ['answered', '7.0', hop, told[2].headers, undefined, 302],
    ['request', '7.1', goal, undefined, 'x=1', undefined],
    ['sent', '7.1', goal, told[4].headers, undefined, undefined],
    ['answered', '7.1', goal, told[5].headers, undefined, 200],
  ];
  const seen = async (/** @type {ReturnType<typeof life>} */ one) => (await observations(one, page)).map((/** @type {any} */ all) => [all.kind, all.id, all.url, all.headers, all.body, all.status]);
  const one = life(disk, page);
  for (const event of [...told, ...told]) one.ledger.record(page, event);
  assert.deepEqual(await seen(one), wanted);
  const two = life(disk, page, true);
  for (const event of told) two.ledger.record(page, event);
  await settled();
  assert.deepEqual(await seen(two), wanted);
  assert.equal((await two.report()).requests.total, 2);
  const { log } = { log: (await two.ledger.log(page)) };
  assert.deepEqual([log.schema, log.pages[0]?.pseudonymous, log.pages[0]?.recorded], ['onlooker-log/2', true, RECORDED]);
});

test('of a host what was said before is not logged again, but what belongs to one answer is', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  const url = (/** @type {number} */ n) => `https://a.example/${n}`;
  /** @type {[string, string][][]} */
  const sent = [
    [['cookie', 'a=1; b=2'], ['referer', 'https://flood.example/'], ['sec-gpc', '1']],
    [['cookie', 'a=1; b=2'], ['referer', 'https://flood.example/'], ['sec-gpc', '1']],
    [['cookie', 'a=1; b=3; c=4'], ['referer', 'https://flood.example/x'], ['sec-gpc', '1']],
  ];
  for (const [n, headers] of sent.entries()) {
    one.ledger.record(page, event({ rid: `d${n}`, ts: n * 10, url: url(n) }));
    one.ledger.record(page, more(`d${n}`, n * 10 + 1, url(n), headers));
    one.ledger.record(page, more(`d${n}`, n * 10 + 2, url(n), [['content-type', 'image/gif'], ['date', `${n}`], ...(n === 2 ? [/** @type {[string, string]} */ (['set-cookie', 'd=5'])] : [])], 200));
  }
  const rows = (await observations(one, page)).filter((/** @type {any} */ { kind }) => kind !== 'request');
  assert.deepEqual(rows.map((/** @type {any} */ { id, headers }) => [id, headers]), [
    ['d0.0', sent[0]],
    ['d0.0', [['content-type', 'image/gif']]],
    ['d2.0', [['cookie', 'b=3; c=4'], ['referer', 'https://flood.example/x']]],
    ['d2.0', [['content-type', 'image/gif'], ['date', '2'], ['set-cookie', 'd=5']]],
  ]);
  // Another host has been told nothing yet.
  one.ledger.record(page, event({ rid: 'e', ts: 100, url: 'https://b.example/' }));
  one.ledger.record(page, more('e', 101, 'https://b.example/', sent[0] ?? []));
  assert.equal((await observations(one, page)).at(-1)?.headers?.length, 3);
});

test('neither headers nor bodies take the room of requests, and what finds none is counted', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  const long = 'x'.repeat(10_000);
  for (let n = 0; n < 300; n += 1) {
    const url = `https://h${n}.example/`;
    one.ledger.record(page, event({ rid: `f${n}`, ts: n, url, ...(n % 3 === 0 ? { body: long } : {}) }));
    one.ledger.record(page, more(`f${n}`, n, url, [['x-long', `${long}${n}`]]));
  }
  const all = await observations(one, page);
  assert.equal(all.filter(({ kind }) => kind === 'request').length, 300);
  const text = all.reduce((sum, { headers, body }) => sum + JSON.stringify([headers, body]).length, 0);
  assert.ok(text > 900_000 && text < 1_100_000, `${text}`);
  assert.ok((page.gaps['headers-left-out'] ?? 0) > 150);
  assert.ok((page.gaps['bodies-left-out'] ?? 0) > 50);
  assert.equal(page.gaps['log-full'], undefined);
  assert.equal((await one.report()).requests.total, 300);
});

test('one host does not take all room for headers', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  for (let n = 0; n < 500; n += 1) {
    one.ledger.record(page, event({ rid: `g${n}`, ts: n, url: `https://greedy.example/${n}` }));
    one.ledger.record(page, more(`g${n}`, n, `https://greedy.example/${n}`, [['set-cookie', `${n}=${'x'.repeat(4000)}`]], 200));
  }
  one.ledger.record(page, event({ rid: 'h', ts: 600, url: 'https://other.example/' }));
  one.ledger.record(page, more('h', 601, 'https://other.example/', [['set-cookie', 'a=1']], 200));
  assert.equal((await observations(one, page)).at(-1)?.id, 'h.0');
});

test('what was sent for a request whose start was lost makes it; a body that is told later belongs to it', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  const url = 'https://a.example/beacon';
  one.ledger.record(page, more('l', 2, url, [['cookie', 'a=1']]));
  one.ledger.record(page, event({ rid: 'l', ts: 1, url, body: 'm=2', media: 'text/plain' }));
  const seen = async (/** @type {ReturnType<typeof life>} */ of) => (await observations(of, page)).map((/** @type {any} */ { kind, id, body }) => [kind, id, body]);
  const wanted = [['request', 'l.0', 'm=2'], ['sent', 'l.0', undefined]];
  assert.deepEqual(await seen(one), wanted);
  const two = life(disk, page, true);
  assert.deepEqual(await seen(two), wanted);
  assert.equal((await two.report()).requests.total, 1);
});

test('a request that was masked is the one that is told once more, and it is said that it lacks something', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  one.ledger.record(page, event({ rid: 'k', ts: 1, url: 'https://a.example/…/p?id=…', masked: true }));
  one.ledger.record(page, more('k', 2, 'https://a.example/~id.32.95.k3J4x_-0/p?id=~id.9.40.k3J4x_-1&v=2', [['cookie', 'a=1']]));
  one.ledger.record(page, event({ rid: 'k', ts: 3, url: 'https://a.example/~id.32.95.k3J4x_-0/p?id=~id.9.40.k3J4x_-1&v=2', late: true }));
  one.ledger.record(page, event({ rid: 'k', ts: 3, url: 'https://b.example/~id.32.95.k3J4x_-0/p', late: true }));
  const all = await observations(one, page);
  assert.deepEqual(all.map(({ kind, id, url }) => [kind, id, url]), [
    ['request', 'k.0', 'https://a.example/…/p?id=…'], ['sent', 'k.0', 'https://a.example/…/p?id=…'], ['request', 'k.1', 'https://b.example/~id.32.95.k3J4x_-0/p'],
  ]);
  assert.deepEqual(page.gaps, { 'headers-left-out': 1, 'bodies-left-out': 1 });
});

test('what was too much of a message is told once, in the report and in that of the log, and makes no contact unseen', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  one.ask('https://flood.example/', 'main_frame');
  const [rid, url] = ['m', 'https://a.example/p'];
  const body = { ...event({ rid, ts: clock += 1, url, body: 'a=1' }), lost: { 'bodies-left-out': 1 } };
  one.ledger.record(page, body);
  one.ledger.record(page, { ...body, late: true });
  const sent = { ...more(rid, clock += 1, url, [['cookie', 'a=1']]), lost: { 'cookies-left-out': 20 } };
  one.ledger.record(page, sent);
  one.ledger.record(page, sent);
  assert.deepEqual(page.gaps, { 'bodies-left-out': 1, 'cookies-left-out': 20 });
  const report = await one.report();
  assert.deepEqual(report.requests.skipped, [{ why: 'bodies-left-out', count: 1 }, { why: 'cookies-left-out', count: 20 }]);
  const check = (/** @type {string} */ name) => report.checks.find((/** @type {any} */ { technique }) => technique === name);
  assert.deepEqual([check('identifier-cookie').state, check('identifier-cookie').why], ['looked-in-part', 'cookies-left-out']);
  assert.deepEqual([check('ad-auction').state, check('ad-auction').why], ['looked-in-part', 'bodies-left-out']);
  assert.equal(check('tracker-request').state, 'not-seen');
  // The next background is told the same, and so is the page that this one's requests are of as well.
  assert.deepEqual(await life(disk, page, true).report(), report);
  const [other, front] = [new Disk(), newPage()];
  const two = life(other, front);
  two.ledger.record(page, event({ rid, ts: 1, url }));
  two.ledger.merge(page, front);
  assert.deepEqual(front.gaps, page.gaps);
});

test('a request whose parts show the same is counted once', async () => {
  const page = newPage();
  page.url = 'https://news.example/2026/03/budget-of-the-town';
  const one = life(new Disk(), page);
  one.ledger.record(page, event({ rid: 'd', ts: clock += 1, url: page.url, type: 'main_frame' }));
  const url = `https://count.stats.example/v?u=${encodeURIComponent(page.url)}`;
  for (const n of [1, 2, 3]) one.ledger.record(page, event({ rid: `c${n}`, ts: clock += 1, url: `${url}&n=${n}` }));
  // The referrer is told with the first for a host; the others say nothing new.
  for (const n of [1, 2, 3]) one.ledger.record(page, more(`c${n}`, clock += 1, `${url}&n=${n}`, [['referer', page.url]]));
  const report = await one.report();
  assert.deepEqual(report.findings.filter((/** @type {any} */ { technique }) => technique === 'referrer-leak').map((/** @type {any} */ { count }) => count), [3]);
});

test('a page that is merged into another brings what was sent and answered along', async () => {
  const [disk, from, to] = [new Disk(), newPage(), newPage()];
  const one = life(disk, to);
  const url = 'https://a.example/';
  for (const page of [from]) {
    one.ledger.record(page, event({ rid: 'n', ts: 1, url, type: 'main_frame' }));
    one.ledger.record(page, more('n', 2, url, [['set-cookie', 'a=1']], 302));
  }
  one.ledger.merge(from, to);
  one.ledger.merge(from, to);
  assert.deepEqual((await observations(one, to)).map(({ kind }) => kind), ['request', 'answered']);
});

test('what was found out beside the requests is there once, under an id of its own, also for the next background', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  one.ask('https://flood.example/', 'main_frame');
  /** @type {any} */
  const row = { v: 2, is: 'answered', rid: 'gpc.flood.example', ts: clock += 1, url: 'https://flood.example/.well-known/gpc.json', type: 'xmlhttprequest', method: 'GET', at: '', headers: [[':gpc', 'false']], status: 200 };
  await one.ledger.note(page, row);
  await one.ledger.note(page, { ...row, ts: clock += 1, headers: [[':gpc', 'true']] });
  const told = async (/** @type {Ledger} */ ledger) => ((await ledger.log(page)).pages[0]?.observations ?? []).filter((/** @type {any} */ { id }) => id === 'gpc.flood.example');
  assert.deepEqual((await told(one.ledger)).map((/** @type {any} */ { headers }) => headers), [[[':gpc', 'false']]]);
  const report = await one.report();
  const next = life(disk, page, true);
  assert.equal((await next.ledger.noted(page, 'gpc.flood.example'))?.status, 200);
  assert.equal((await told(next.ledger)).length, 1);
  assert.deepEqual(await next.report(), report);
});

/** What was learnt of a host's name. @param {string} host @param {string} name @returns {any} */
const named = (host, name) => ({
  v: 2, is: 'answered', rid: `name.${host}`, ts: clock += 1, url: `https://${host}/`, type: 'other', method: 'GET', at: '', headers: [[':cname', name]],
});
const TRACKER = 'flood.sc.omtrdc.net';
/** @param {any} report @param {string} [domain] */
const cloaked = ({ findings }, domain = 'm.flood.example') => findings.filter((/** @type {any} */ one) => one.technique === 'cname-cloaking' && one.domain === domain).map((/** @type {any} */ { count }) => count);

test('the name of a host counts for what came before and comes after, for the badge too, and for the next background', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  one.ask('https://flood.example/', 'main_frame');
  for (let n = 0; n < 3; n += 1) one.ask(`https://m.flood.example/${n}.gif`);
  assert.equal((await one.verdict()).level, 0);
  await one.ledger.note(page, named('m.flood.example', TRACKER));
  await one.ledger.note(page, named('m.flood.example', 'elsewhere.example'));
  assert.equal((await one.verdict()).level, 2);
  one.ask('https://m.flood.example/3.gif');
  const report = await one.report();
  assert.deepEqual(cloaked(report), [4]);
  const next = life(disk, page, true);
  await next.ledger.note(page, named('m.flood.example', 'elsewhere.example'));
  assert.equal([...disk.saved.keys()].filter((key) => key.startsWith('name.')).length, 1);
  assert.deepEqual(await next.report(), report);
  next.ask('https://m.flood.example/4.gif');
  assert.deepEqual(cloaked(await next.report()), [5]);
  const to = newPage();
  next.ledger.record(to, event({ rid: 'm', ts: 1, url: 'https://flood.example/', type: 'main_frame' }));
  assert.equal((await next.ledger.verdict(to)).empty, false);
  next.ledger.merge(page, to);
  const merged = JSON.parse(new TextDecoder().decode(core.report_json(await next.ledger.handle(to)))).pages[0];
  assert.deepEqual(cloaked(merged), [5]);
});

test('all of a page is judged again for the badge once a second at most, and for a report at once', async (t) => {
  const page = newPage();
  let [opened, told] = [0, 0];
  const judge = judgeOf(core);
  const ledger = new Ledger(/** @type {any} */ (new Disk()), () => { told += 1; }, () => {}, () => {}, () => RECORDED);
  ledger.start(/** @type {any} */ ({ ...judge, open: (/** @type {string} */ url, /** @type {string[]} */ recorded) => { opened += 1; return judge.open(url, recorded); } }));
  const ask = (/** @type {string} */ host) => ledger.record(page, event({ rid: `r${clock += 1}`, ts: clock, url: `https://${host}/a.gif` }));
  ask('flood.example');
  for (let n = 0; n < 20; n += 1) ask(`m${n}.flood.example`);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  assert.equal(opened, 1);
  await ledger.note(page, named('m0.flood.example', 'm0.flood.example'));
  await ledger.verdict(page);
  assert.equal(opened, 1, 'its own name changes nothing');
  for (let n = 1; n < 10; n += 1) {
    told = 0;
    await ledger.note(page, named(`m${n}.flood.example`, TRACKER));
    assert.ok(told > 0, 'whoever shows it is told');
    await ledger.verdict(page);
    await ledger.verdict(page);
  }
  assert.equal(opened, 2);
  told = 0;
  t.mock.timers.tick(1000);
  assert.equal(told, 1, 'and once more when it may be looked at');
  const report = JSON.parse(new TextDecoder().decode(core.report_json(await ledger.handle(page)))).pages[0];
  await ledger.handle(page);
  assert.equal(opened, 3, 'who asks for a report gets all');
  for (let n = 1; n < 10; n += 1) assert.deepEqual(cloaked(report, `m${n}.flood.example`), [1]);
  await ledger.verdict(page);
  assert.equal(opened, 3);
});

test('a name that comes as its page goes is kept nowhere, and one that comes to a page in rest is', async () => {
  for (const isDropped of [true, false]) {
    const [disk, page] = [new Disk(), newPage()];
    const one = life(disk, page);
    one.ask('https://m.flood.example/0.gif');
    one.ledger.rest(page);
    const noted = one.ledger.note(page, named('m.flood.example', TRACKER));
    if (isDropped) one.ledger.drop(page);
    else one.ledger.rest(page);
    await noted;
    assert.equal([...disk.saved.keys()].filter((key) => key.startsWith('name.')).length, isDropped ? 0 : 1);
    if (!isDropped) assert.deepEqual(cloaked(await one.report()), [1]);
  }
});

test('a name that is merged into a page of an earlier life is there', async () => {
  const [disk, from, to] = [new Disk(), newPage(), newPage()];
  const early = life(disk, to);
  early.ask('https://flood.example/', 'main_frame');
  early.ask('https://m.flood.example/0.gif');
  const one = life(disk, to, true);
  one.ledger.record(from, event({ rid: 'f', ts: clock += 1, url: 'https://m.flood.example/1.gif' }));
  await one.ledger.note(from, named('m.flood.example', TRACKER));
  one.ledger.merge(from, to);
  assert.deepEqual(cloaked(await one.report()), [2]);
});

test('names have room where headers have none, and count for what comes to a full log', async () => {
  const page = newPage();
  const one = life(new Disk(), page);
  one.ask('https://flood.example/', 'main_frame');
  for (let n = 0; n < 4200; n += 1) {
    const [rid, url] = [`h${n}`, `https://n${n % 90}.flood.example/${n}.gif`];
    one.ledger.record(page, event({ rid, ts: clock += 1, url }));
    one.ledger.record(page, more(rid, clock += 1, url, [['etag', `"${n}"`]], 200));
  }
  assert.ok((page.gaps['headers-left-out'] ?? 0) > 0);
  await one.ledger.note(page, named('m.flood.example', TRACKER));
  flood(one, FULL);
  one.ask('https://m.flood.example/a.gif');
  assert.ok((page.gaps['log-full'] ?? 0) > 0);
  assert.deepEqual(cloaked(await one.report()), [1]);
});

test('how a connection is secured is told once for a host, again where it is another, and judged as the log is', async () => {
  const [disk, page] = [new Disk(), newPage()];
  const one = life(disk, page);
  const [own, foreign] = [{ protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', issuer: 'CN=R11', root: 'ab'.repeat(32), built_in: true }, { protocol: 'TLSv1', issuer: 'CN=Fortinet', built_in: false }];
  for (const security of [own, own, foreign, own]) {
    clock += 2;
    const [rid, url] = [`s${clock}`, `https://flood.example/${clock}.gif`];
    one.ledger.record(page, event({ rid, ts: clock, url }));
    one.ledger.record(page, { ...more(rid, clock + 1, url, [], 200), security });
  }
  const secured = async (/** @type {Ledger} */ ledger) => ((await ledger.log(page)).pages[0]?.observations ?? []).flatMap((/** @type {any} */ { security }) => security ?? []);
  assert.deepEqual(await secured(one.ledger), [own, foreign]);
  const report = await one.report();
  const next = life(disk, page, true);
  assert.deepEqual(await secured(next.ledger), [own, foreign]);
  assert.deepEqual(await next.report(), report);
});

test('a part that was turned on or off meanwhile is not said to be recorded', async () => {
  const page = newPage();
  const one = life(new Disk(), page);
  one.ask('https://flood.example/', 'main_frame');
  page.partly = ['times'];
  one.ledger.again(page);
  assert.deepEqual((await one.ledger.log(page)).pages[0]?.recorded, RECORDED.filter((part) => part !== 'times'));
  await one.report();
});
