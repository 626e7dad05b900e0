// @ts-check
/** Which names are asked for in the DNS, and what of the answers is taken. The whole path is tests/e2e/names.test.mjs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Names } from '../../extension/background/names.js';
import { Engine, pack } from './engine.mjs';

const core = new Engine(pack());
const site = async (/** @type {string} */ host) => core.site(host);

/** @param {boolean|null} on what was kept @param {number} [ms] how long that takes */
function keeps(on, ms = 0) {
  /** @type {Record<string, unknown>} */
  const kept = on === null ? {} : { names: on };
  return /** @type {any} */ ({
    kept,
    get: async () => { if (ms > 0) await new Promise((done) => { setTimeout(done, ms); }); return { ...kept }; },
    set: async (/** @type {object} */ more) => { if (ms < 0) throw new Error('full'); Object.assign(kept, more); },
    remove: async (/** @type {string} */ key) => { delete kept[key]; },
  });
}

/** @param {Record<string, string | Error | Promise<any>>} records @param {ReturnType<typeof keeps>} [area] */
function start(records, area = keeps(true)) {
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
  return { names: new Names(/** @type {any} */ (dns), area, site), asked };
}

/** What is said of an answer. @param {Names} names @param {string} url @param {object} [event] @param {object} [details] */
const of = (names, url, event = {}, details = {}) => names.of(
  /** @type {any} */ ({ url, top: 'https://www.shop.example/', type: 'script', secret: false, ...event }),
  /** @type {any} */ ({ ip: '192.0.2.1', proxyInfo: null, ...details }),
);

test('a subdomain of the page\'s site is asked for once', async () => {
  const { names, asked } = start({ 'a.shop.example': 'c.tracker.test' });
  for (let n = 0; n < 3; n += 1) assert.deepEqual(await of(names, `https://a.shop.example/${n}.js`), { name: 'c.tracker.test' });
  assert.deepEqual(await Promise.all([of(names, 'https://b.shop.example/'), of(names, 'wss://b.shop.example:8443/')]), [{}, {}]);
  assert.deepEqual(asked, ['a.shop.example', 'b.shop.example']);
});

test('others are not: the page\'s own host, the site itself, other sites, sites of one public suffix, numbers', async () => {
  const { names, asked } = start({});
  for (const [url, event] of /** @type {[string, object][]} */ ([
    ['https://www.shop.example/', {}], ['https://shop.example/', {}], ['https://a.other.example/', {}], ['https://shop.example.test/', {}],
    ['https://a.shop.example/', { type: 'main_frame', top: '' }], ['https://a.shop.example/', { top: '' }], ['data:,x', {}], ['', { top: '' }],
    ['https://b.github.io/', { top: 'https://a.github.io/' }], ['https://b.co.uk/', { top: 'https://a.co.uk/' }],
    ['https://192.0.2.1/', { top: 'https://198.51.2.1/' }], ['https://[2001:db8::1]/', { top: 'https://[2001:db8::2]/' }], ['https://localhost/', { top: 'https://localhost/' }],
  ])) assert.deepEqual(await of(names, url, event) ?? {}, {}, url);
  assert.deepEqual(asked, []);
});

test('nobody is asked for a private window, past a proxy, or where the browser itself asked nobody; what is known is told', async () => {
  const { names, asked } = start({ 'a.shop.example': 'c.tracker.test' });
  /** @type {[object, object][]} */
  const cases = [[{ secret: true }, {}], [{}, { proxyInfo: { type: 'socks' } }], [{}, { proxyInfo: { type: 'https' } }], [{}, { ip: undefined }], [{}, { ip: '' }]];
  for (const [event, details] of cases) assert.deepEqual(await of(names, 'https://a.shop.example/', event, details), { unnamed: true });
  assert.deepEqual(asked, []);
  await of(names, 'https://a.shop.example/', {}, { proxyInfo: { type: 'direct' } });
  assert.deepEqual(await of(names, 'https://a.shop.example/', {}, { ip: undefined }), { name: 'c.tracker.test' });
  assert.deepEqual(await of(names, 'https://a.shop.example/', { secret: true }), { unnamed: true }, 'a private window has no part in it');
  assert.equal(asked.length, 1);
});

test('of an answer no more than a name is taken', async () => {
  const records = {
    'a.shop.example': 'C.Tracker.Test.', 'b.shop.example': 'pictures.shop.example', 'c.shop.example': 'evil\nset-cookie: a=b', 'd.shop.example': '192.0.2.1/x',
    'e.shop.example': 'x'.repeat(300), 'f.shop.example': '', 'g.shop.example': 'single', 'h.shop.example': new Error('NS_ERROR_UNKNOWN_HOST'), 'i.shop.example': Promise.resolve({ addresses: [] }),
  };
  const { names } = start(records);
  /** @type {Record<string, object>} */
  const expected = { a: { name: 'c.tracker.test' }, b: {} };
  for (const host of Object.keys(records)) assert.deepEqual(await of(names, `https://${host}/`), expected[host.slice(0, 1)] ?? { unnamed: true }, host);
});

test('who is slow is not waited for; the answer counts later', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  /** @type {(answer: object) => void} */
  let answer = () => {};
  const { names } = start({ 'a.shop.example': new Promise((done) => { answer = done; }) });
  const said = of(names, 'https://a.shop.example/');
  for (let n = 0; n < 10; n += 1) await null;
  t.mock.timers.tick(3000);
  assert.deepEqual(await said, { unnamed: true });
  answer({ canonicalName: 'c.tracker.test' });
  assert.deepEqual(await of(names, 'https://a.shop.example/'), { name: 'c.tracker.test' });
});

test('names without end: a hundred of a site, and of the sites the last two hundred', async () => {
  const { names, asked } = start({});
  for (let n = 0; n < 120; n += 1) assert.deepEqual(await of(names, `https://n${n}.shop.example/`), n < 100 ? {} : { unnamed: true });
  assert.equal(asked.length, 100);
  for (let n = 0; n < 200; n += 1) await of(names, `https://a.s${n}.example/`, { top: `https://www.s${n}.example/` });
  assert.equal(asked.length, 300);
  await of(names, 'https://a.s199.example/', { top: 'https://www.s199.example/' });
  assert.equal(asked.length, 300);
  assert.deepEqual(await of(names, 'https://n110.shop.example/'), {}, 'the first is forgotten');
});

test('off, it asks nobody; turned off, it forgets, and nothing is kept', async () => {
  const area = keeps(null);
  const { names, asked } = start({ 'a.shop.example': 'c.tracker.test' }, area);
  assert.deepEqual(await of(names, 'https://a.shop.example/'), {}, 'not known yet');
  assert.equal(of(names, 'https://a.shop.example/'), null);
  assert.deepEqual(asked, []);
  await names.turn(true);
  assert.deepEqual(area.kept, { names: true });
  assert.deepEqual(await of(names, 'https://a.shop.example/'), { name: 'c.tracker.test' });
  await names.turn(false);
  assert.deepEqual(area.kept, {});
  assert.equal(of(names, 'https://a.shop.example/'), null);
  await names.turn(true);
  await of(names, 'https://a.shop.example/');
  assert.equal(asked.length, 2);
});

test('what was kept comes late, is something else, or cannot be', async () => {
  // The person was quicker than the disk.
  const slow = start({}, keeps(true, 5)).names;
  await slow.turn(false);
  assert.equal(await slow.isOn(), false);
  assert.equal(await start({}, keeps(/** @type {any} */ ('yes'))).names.isOn(), false);
  const full = start({}, keeps(null, -1)).names;
  await assert.rejects(full.turn(true));
  assert.equal(await full.isOn(), false);
  const broken = start({}, { ...keeps(true), get: async () => { throw new Error('off'); } }).names;
  assert.equal(await broken.isOn(), false);
});

test('where nobody can tell a host\'s site, nothing is asked', async () => {
  const { asked } = start({});
  const names = new Names({ resolve: async (host) => { asked.push(host); return {}; } }, keeps(true), async () => { throw new Error('no engine'); });
  assert.deepEqual(await of(names, 'https://a.shop.example/'), { unnamed: true });
  assert.deepEqual(asked, []);
});
