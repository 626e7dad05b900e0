// @ts-check
/** Which names are asked for in the DNS, and what of the answers is taken. The whole path is tests/e2e/names.test.mjs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Names } from '../../extension/background/names.js';
import { Engine, pack } from './engine.mjs';

const core = new Engine(pack());
const site = async (/** @type {string} */ host) => core.site(host);
const tick = () => new Promise((done) => { setImmediate(done); });

/** A storage area. @param {Record<string, unknown>} [kept] @param {{ms?: number, full?: boolean, broken?: boolean}} [how] `ms`: how long it takes to read */
function area(kept = {}, { ms = 0, full = false, broken = false } = {}) {
  return /** @type {any} */ ({
    kept,
    async get(/** @type {string} */ key) {
      if (broken) throw new Error('off');
      const found = key in kept ? { [key]: structuredClone(kept[key]) } : {};
      if (ms > 0) await new Promise((done) => { setTimeout(done, ms); });
      return found;
    },
    async set(/** @type {object} */ more) {
      if (full) throw new Error('full');
      Object.assign(kept, structuredClone(more));
    },
    async remove(/** @type {string} */ key) { delete kept[key]; },
  });
}

/** @param {Record<string, string | Error | Promise<any>>} records @param {{wish?: any, session?: any}} [areas] */
function start(records, { wish = area({ names: true }), session = area() } = {}) {
  /** @type {string[]} */
  const asked = [];
  const dns = {
    async resolve(/** @type {string} */ host, /** @type {string[]} */ flags) {
      assert.deepEqual(flags, ['canonical_name']);
      asked.push(host);
      const record = records[host] ?? host;
      if (record instanceof Error) throw record;
      return typeof record === 'string' ? { canonicalName: record, addresses: ['192.0.2.1'] } : record;
    },
  };
  return { names: new Names(/** @type {any} */ (dns), wish, session, site), asked, wish, session };
}

/** What is said of an answer. @param {Names} names @param {string} url @param {object} [event] @param {object} [page] @returns {Promise<string|null>} */
async function of(names, url, event = {}, page = {}) {
  const told = await names.of(
    /** @type {any} */ ({ url, type: 'script', met: true, secret: false, status: 200, headers: [], ...event }),
    { url: 'https://www.shop.example/', secret: false, ...page },
  );
  if (told) assert.equal(told.host, new URL(url).hostname.replace(/\.$/, ''));
  return told ? told.name : null;
}

test('a subdomain of the page\'s site is asked for once', async () => {
  const { names, asked } = start({ 'a.shop.example': 'c.tracker.test' });
  for (let n = 0; n < 3; n += 1) assert.equal(await of(names, `https://a.shop.example/${n}.js`), 'c.tracker.test');
  assert.deepEqual(await Promise.all(['https://b.shop.example/', 'wss://b.shop.example:8443/', 'https://b.shop.example./'].map((url) => of(names, url))), Array(3).fill('b.shop.example'));
  assert.equal(await of(names, 'https://a_b.shop.example/'), 'a_b.shop.example');
  assert.deepEqual(asked, ['a.shop.example', 'b.shop.example', 'a_b.shop.example']);
});

test('others are not: the page\'s own host, the site itself, other sites, neighbours under one public suffix, numbers', async () => {
  const { names, asked } = start({});
  for (const [url, page] of /** @type {[string, string][]} */ ([
    ['https://www.shop.example/', 'https://www.shop.example/'], ['https://www.shop.example./', 'https://www.shop.example/'], ['https://shop.example/', 'https://www.shop.example/'],
    ['https://a.other.example/', 'https://www.shop.example/'], ['https://shop.example.test/', 'https://www.shop.example/'], ['https://a.shop.example/', ''], ['data:,x', 'https://www.shop.example/'], ['', ''],
    ['https://b.github.io/', 'https://a.github.io/'], ['https://x.b.github.io/', 'https://a.github.io/'], ['https://b.co.uk/', 'https://a.co.uk/'], ['https://www.b.co.uk/', 'https://www.a.co.uk/'],
    ['https://192.0.2.1/', 'https://198.51.2.1/'], ['https://[2001:db8::1]/', 'https://[2001:db8::2]/'], ['https://localhost/', 'https://localhost/'],
  ])) assert.equal(await of(names, url, {}, { url: page }), null, `${url} of ${page}`);
  assert.deepEqual(asked, []);
});

test('on the way to a page it is asked for what leads on to the same site', async () => {
  const { names, asked } = start({ 'm.shop.example': 'c.tracker.test' });
  const hop = (/** @type {string} */ url, /** @type {number} */ status, /** @type {string[][]} */ headers) => of(names, url, { type: 'main_frame', status, headers }, { url });
  assert.equal(await hop('https://m.shop.example/r', 302, [['etag', '"1"'], ['location', 'https://www.shop.example/']]), 'c.tracker.test');
  for (const [status, headers] of /** @type {[number, string[][]][]} */ ([
    [302, [['location', 'https://elsewhere.example/']]], [302, [['location', '/r2']]], [302, []], [404, [['location', 'https://www.shop.example/']]], [200, [['location', 'https://www.shop.example/']]], [204, []],
  ])) assert.equal(await hop('https://n.shop.example/r', status, headers), null);
  assert.deepEqual(asked, ['m.shop.example']);
});

test('nobody is asked for a private window, or where the browser has not connected by itself; what is known is told', async () => {
  const { names, asked } = start({ 'a.shop.example': 'c.tracker.test' });
  assert.equal(await of(names, 'https://a.shop.example/', { secret: true }), null);
  assert.equal(await of(names, 'https://a.shop.example/', {}, { secret: true }), null);
  for (const met of [false, undefined]) assert.equal(await of(names, 'https://a.shop.example/', { met }), null);
  assert.deepEqual(asked, []);
  await of(names, 'https://a.shop.example/');
  assert.equal(await of(names, 'https://a.shop.example/', { met: false }), 'c.tracker.test');
  assert.equal(await of(names, 'https://a.shop.example/', { secret: true }), null, 'a private window has no part in it');
  assert.equal(asked.length, 1);
});

test('of an answer no more than a name is taken', async () => {
  /** @type {Record<string, string | Error | Promise<any>>} */
  const records = {
    'a.shop.example': 'C.Tracker.Test.', 'b.shop.example': 'pictures.shop.example', 'c.shop.example': 'evil\nset-cookie: a=b', 'd.shop.example': '192.0.2.1/x',
    'e.shop.example': `${'x'.repeat(60)}.`.repeat(5), 'f.shop.example': '', 'g.shop.example': 'single', 'h.shop.example': new Error('NS_ERROR_UNKNOWN_HOST'), 'i.shop.example': Promise.resolve({ addresses: [] }),
    'j.shop.example': 'a_b.tracker.test', 'k.shop.example': `${'x'.repeat(49)}.`.repeat(5) + 'abc',
  };
  const { names } = start(records);
  /** @type {Record<string, string>} */
  const expected = { a: 'c.tracker.test', b: 'pictures.shop.example', j: 'a_b.tracker.test', k: String(records['k.shop.example']) };
  for (const host of Object.keys(records)) assert.equal(await of(names, `https://${host}/`), expected[host.slice(0, 1)] ?? null, host);
});

test('who could not be asked is asked again after a minute, and no sooner', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const records = /** @type {Record<string, any>} */ ({ 'a.shop.example': new Error('NS_ERROR_OFFLINE') });
  const { names, asked } = start(records);
  assert.equal(await of(names, 'https://a.shop.example/'), null);
  records['a.shop.example'] = 'c.tracker.test';
  assert.equal(await of(names, 'https://a.shop.example/'), null);
  t.mock.timers.tick(60_000);
  assert.equal(await of(names, 'https://a.shop.example/'), null);
  t.mock.timers.tick(1);
  assert.equal(await of(names, 'https://a.shop.example/', { met: false }), null);
  assert.equal(await of(names, 'https://a.shop.example/'), 'c.tracker.test');
  assert.equal(asked.length, 2);
  t.mock.timers.tick(3_600_000);
  await of(names, 'https://a.shop.example/');
  assert.equal(asked.length, 2);
});

test('names without end: a hundred of a site, and of all the last two thousand', async () => {
  const { names, asked } = start({});
  for (let n = 0; n < 120; n += 1) assert.equal(await of(names, `https://n${n}.shop.example/`), n < 100 ? `n${n}.shop.example` : null);
  assert.equal(asked.length, 100);
  const others = (/** @type {number} */ n) => of(names, `https://n${n % 50}.s${Math.floor(n / 50)}.example/`, {}, { url: `https://www.s${Math.floor(n / 50)}.example/` });
  // Met once more: the first is no longer the one that was met longest ago.
  for (let n = 0; n < 1900; n += 1) await others(n);
  await of(names, 'https://n0.shop.example/');
  assert.equal(asked.length, 2000);
  assert.equal(await of(names, 'https://n110.shop.example/'), null);
  await others(1900);
  assert.equal(await of(names, 'https://n110.shop.example/'), 'n110.shop.example', 'one of the site was forgotten');
  assert.equal(await of(names, 'https://n111.shop.example/', { met: false }), null);
  await of(names, 'https://n0.shop.example/');
  assert.equal(asked.length, 2002);
  // Where nothing may be asked, nothing is forgotten for it either.
  for (let n = 0; n < 3000; n += 1) await of(names, `https://a.t${n}.example/`, { met: false }, { url: `https://www.t${n}.example/` });
  await of(names, 'https://n0.shop.example/');
  assert.equal(asked.length, 2002);
});

test('a session remembers, and asks once for what was asked for as the background ended', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const records = { 'a.shop.example': 'c.tracker.test', 'b.shop.example': new Error('no'), 'c.shop.example': new Promise(() => {}) };
  const { names, session } = start(records);
  await Promise.all([of(names, 'https://a.shop.example/'), of(names, 'https://b.shop.example/')]);
  void of(names, 'https://c.shop.example/');
  await tick();
  assert.deepEqual(session.kept, {});
  t.mock.timers.tick(500);
  await tick();
  const kept = [['a.shop.example', 'shop.example', 'c.tracker.test', 0], ['b.shop.example', 'shop.example', null, 1_060_000]];
  assert.deepEqual(session.kept, { names: kept });
  // And the life after the next, to which that hands on what it was given.
  for (const host of ['d', 'e']) {
    const next = start({}, { session });
    assert.equal(await of(next.names, 'https://a.shop.example/'), 'c.tracker.test');
    assert.equal(await of(next.names, 'https://b.shop.example/'), null, 'the minute is not over');
    assert.deepEqual(next.asked, []);
    await of(next.names, `https://${host}.shop.example/`);
    t.mock.timers.tick(500);
    await tick();
  }
  assert.deepEqual(session.kept.names.map((/** @type {string[]} */ [host]) => host).sort(), ['a', 'b', 'd', 'e'].map((host) => `${host}.shop.example`));
  const last = start({}, { session });
  assert.equal(await of(last.names, 'https://c.shop.example/'), 'c.shop.example');
  assert.deepEqual(last.asked, ['c.shop.example']);
});

test('what is new is stored in time, however much more comes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { names, session } = start({});
  for (let n = 0; n < 4; n += 1) {
    await of(names, `https://n${n}.shop.example/`);
    t.mock.timers.tick(400);
    await tick();
  }
  assert.ok(session.kept.names.length >= 2);
});

test('a hundred of a site, through the lives of a background, whether they could be asked or not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const session = area();
  let asked = 0;
  for (const life of [0, 1, 2]) {
    const next = start(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`n${life * 60 + n}.shop.example`, new Error('no')])), { session });
    for (let n = 0; n < 60; n += 1) await of(next.names, `https://n${life * 60 + n}.shop.example/`);
    asked += next.asked.length;
    t.mock.timers.tick(500);
    await tick();
  }
  assert.equal(asked, 100);
  // What failed may be asked for again where there is no room for more.
  t.mock.timers.tick(60_001);
  const late = start({}, { session });
  assert.equal(await of(late.names, 'https://n1.shop.example/'), 'n1.shop.example');
  // And by another start all of them.
  await late.names.turn(false);
  await late.names.turn(true);
  assert.equal(await of(late.names, 'https://n170.shop.example/'), 'n170.shop.example');
});

test('what stands there from elsewhere stops nothing', async () => {
  for (const names of ['what else', [null], [7, ['a.shop.example'], ['b.shop.example', 'shop.example', 7, 0], ['b.shop.example', 'shop.example', null, 0]], [['a.shop.example', 'shop.example', 'c.tracker.test', 0]]]) {
    const { names: made, asked } = start({ 'b.shop.example': 'd.tracker.test' }, { session: area({ names }, { full: true }) });
    assert.equal(await made.isOn(), true);
    assert.equal(await of(made, 'https://b.shop.example/'), 'd.tracker.test');
    assert.deepEqual(asked, ['b.shop.example']);
  }
});

test('off, it asks nobody; turned off, it forgets, and nothing is kept', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { names, asked, wish, session } = start({ 'a.shop.example': 'c.tracker.test' }, { wish: area() });
  assert.equal(await of(names, 'https://a.shop.example/'), null, 'not known yet');
  assert.equal(names.of(/** @type {any} */ ({ url: 'https://a.shop.example/', headers: [], met: true }), { url: 'https://www.shop.example/', secret: false }), null);
  assert.deepEqual(asked, []);
  await names.turn(true);
  assert.deepEqual(wish.kept, { names: true });
  assert.equal(await of(names, 'https://a.shop.example/'), 'c.tracker.test');
  t.mock.timers.tick(500);
  await tick();
  assert.equal(session.kept.names.length, 1);
  await of(names, 'https://b.shop.example/');
  await names.turn(false);
  t.mock.timers.tick(500);
  await tick();
  assert.deepEqual([wish.kept, session.kept], [{}, {}]);
  assert.equal(await of(names, 'https://a.shop.example/'), null);
  await names.turn(true);
  await of(names, 'https://a.shop.example/');
  assert.equal(asked.length, 3);
});

test('what is stored late is not stored behind its removal', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const session = area();
  const { remove } = session;
  session.remove = async (/** @type {string} */ key) => {
    await remove(key);
    t.mock.timers.tick(500);
    await tick();
  };
  const { names } = start({}, { session });
  await of(names, 'https://a.shop.example/');
  await names.turn(false);
  assert.deepEqual(session.kept, {});
});

test('nothing is asked after it was turned off', async () => {
  /** @type {(value?: unknown) => void} */
  let wake = () => {};
  const engine = new Promise((done) => { wake = done; });
  /** @type {string[]} */
  const asked = [];
  const names = new Names({ resolve: async (host) => { asked.push(host); return {}; } }, area({ names: true }), area(), async (host) => { await engine; return site(host); });
  const said = of(names, 'https://a.shop.example/');
  await names.ready;
  await names.turn(false);
  wake();
  assert.equal(await said, null);
  assert.deepEqual(asked, []);
});

test('what was kept comes late, is something else, or cannot be', async () => {
  // The person was quicker than the disk.
  const slow = start({}, { wish: area({ names: true }, { ms: 5 }) }).names;
  await slow.turn(false);
  assert.equal(await slow.isOn(), false);
  assert.equal(await start({}, { wish: area({ names: 'yes' }) }).names.isOn(), false);
  const full = start({}, { wish: area({}, { full: true }) }).names;
  await assert.rejects(full.turn(true));
  assert.equal(await full.isOn(), false);
  const stuck = area({ names: true });
  const kept = start({}, { session: { ...area(), remove: async () => { throw new Error('off'); } }, wish: stuck }).names;
  await kept.ready;
  await assert.rejects(kept.turn(false));
  assert.deepEqual([await kept.isOn(), stuck.kept], [true, { names: true }], 'it is as it was');
  assert.equal(await start({}, { wish: area({ names: true }, { broken: true }) }).names.isOn(), false);
  const half = start({}, { session: area({}, { broken: true }) }).names;
  assert.equal(await half.isOn(), true);
});

test('where nobody can tell a host\'s site, nothing is asked', async () => {
  /** @type {string[]} */
  const asked = [];
  const names = new Names({ resolve: async (host) => { asked.push(host); return {}; } }, area({ names: true }), area(), async () => { throw new Error('no engine'); });
  assert.equal(await of(names, 'https://a.shop.example/'), null);
  assert.deepEqual(asked, []);
});
