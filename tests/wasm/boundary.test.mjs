// @ts-check
/** The boundary itself: what it refuses, what it survives, and what it promises in its declarations. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine, ROOT, SCRATCH, asked as askedFor, built, memory, observe, open, pack, read_list, request_type, throws, unpack, write, writeBytes } from './engine.mjs';

const PAGE = 'https://shop.example/';
const TRACKER = 'https://static.hotjar.com/c/hotjar-1.js';
const UNKNOWN = 7;
const MIB = 1 << 20;

const good = pack();
const engine = new Engine(good);
// Before anything else is asked of it: this is what a waking worker holds.
const afterLoad = engine.memory();

/** @param {Engine} of @param {number} page @returns {import('../../pkg/onlooker.js').Report} */
const report = (of, page) => JSON.parse(Buffer.from(of.report_json(page)).toString());

/** @param {(bytes: Uint8Array) => void} change */
function damaged(change) {
  const bytes = good.slice();
  change(bytes);
  return bytes;
}

test('memory after load is below the budget', () => {
  assert.ok(afterLoad > good.length, 'the pack lies in it');
  assert.ok(afterLoad < 32 * MIB, `${(afterLoad / MIB).toFixed(1)} MB`);
});

test('without the texts there are verdicts, and no report; with them the same report', () => {
  // Where the pack ends, by its header; the texts follow, and what is told of actors.
  const length = (/** @type {number} */ from) => Number(new DataView(good.buffer, good.byteOffset + from).getBigUint64(16, true));
  const ends = length(0);
  const texts = good.slice(ends);
  const parted = new Engine(good.slice(0, ends));
  const page = open(parted, PAGE);
  const whole = open(engine, PAGE);
  assert.equal(observe(parted, page, TRACKER, 'script', 1), observe(engine, whole, TRACKER, 'script', 1));
  throws(() => parted.report(page), 'texts-missing');
  throws(() => parted.report_json(page), 'texts-missing');
  throws(() => parted.explain(TRACKER, PAGE, 'script'), 'texts-missing');
  throws(() => parted.add_texts(good.slice(0, ends)), 'pack-foreign');
  throws(() => parted.add_texts(texts.slice(0, -1)), 'pack-damaged');
  throws(() => parted.report(page), 'texts-missing');
  parted.add_texts(texts);
  throws(() => parted.report(page), 'page-url');
  const again = open(parted, PAGE);
  observe(parted, again, TRACKER, 'script', 1);
  assert.deepEqual(report(parted, again), report(engine, whole));
  assert.match(report(parted, again).pages[0]?.findings[0]?.rule?.text ?? '', /hotjar/);
  engine.page_close(whole);
  const silent = new Engine(good.slice(0, ends));
  throws(() => silent.add_texts(good.slice(ends, ends + length(ends))), 'pack-damaged');
  silent.free();
  parted.free();
});

test('a pack that is not whole, or not ours, is refused by name', () => {
  /** @type {[string, string, Uint8Array][]} */
  const packs = [
    ['nothing', 'pack-foreign', new Uint8Array()],
    ['a few bytes', 'pack-foreign', good.slice(0, 31)],
    ['somebody else\'s', 'pack-foreign', new Uint8Array(Buffer.from(`<!doctype html>${' '.repeat(100)}`))],
    ['zeros', 'pack-foreign', new Uint8Array(4096)],
    ['another version', 'pack-version', damaged((bytes) => { bytes[8] = 99; })],
    ['header only', 'pack-damaged', good.slice(0, 32)],
    ['cut off', 'pack-damaged', good.slice(0, -1)],
    ['one byte too many', 'pack-damaged', new Uint8Array([...good, 0])],
    ['a byte of the checksum', 'pack-damaged', damaged((bytes) => { bytes[24] = (bytes[24] ?? 0) ^ 1; })],
    ['a byte of the table', 'pack-damaged', damaged((bytes) => { bytes[36] = (bytes[36] ?? 0) ^ 1; })],
    ['a byte in the middle', 'pack-damaged', damaged((bytes) => { bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x80; })],
    ['the last byte', 'pack-damaged', damaged((bytes) => { bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1; })],
  ];
  for (const [what, variant, bytes] of packs) {
    const message = throws(() => new Engine(bytes), variant);
    assert.match(message, /pack/, what);
  }
  // A refusal leaves the module in order.
  assert.equal(new Engine(good).lists().length, 6);
});

test('a handle is never 0, is given again after closing, and means nothing when it is stale', () => {
  const page = open(engine, PAGE);
  assert.notEqual(page, 0);
  observe(engine, page, TRACKER, 'script', 1);
  engine.page_close(page);
  for (const stale of [page, 0, 12345, 0xffffffff]) {
    assert.equal(observe(engine, stale, TRACKER, 'script', 1), UNKNOWN);
    assert.equal(engine.badge(stale), UNKNOWN);
    engine.gap(stale, 'log-full', 1);
    engine.page_close(stale);
    engine.page_url(stale, write(engine, PAGE));
    throws(() => engine.report(stale), 'page-url');
    throws(() => engine.report_json(stale), 'page-url');
  }
  const again = open(engine, PAGE);
  assert.equal(again, page);
  assert.deepEqual(unpack(engine.badge(again)), { ...unpack(UNKNOWN), level: UNKNOWN }, 'nothing of the page before is left');
  engine.page_close(again);
});

test('one number says what a request changed', () => {
  const page = open(engine, PAGE);
  /** What only the whole page tells may have changed, until the badge is asked for. @param {string} url @param {string} type @param {number} id */
  const asked = (url, type, id) => {
    const verdict = observe(engine, page, url, type, id);
    engine.badge(page);
    return verdict;
  };
  const nothing = { level: 0, changed: false, matched: false, third: false, duplicate: false, organisations: 0 };
  assert.deepEqual(unpack(engine.badge(page)), { ...nothing, level: UNKNOWN });
  assert.deepEqual(unpack(asked(PAGE, 'main_frame', 1)), { ...nothing, changed: true });
  assert.deepEqual(unpack(asked(`${PAGE}a.js`, 'script', 2)), nothing);
  assert.deepEqual(unpack(asked('https://js.stripe.com/v3/', 'script', 3)), { ...nothing, level: 1, changed: true, third: true, organisations: 1 });
  assert.deepEqual(unpack(asked(TRACKER, 'script', 4)), { level: 3, changed: true, matched: true, third: true, duplicate: false, organisations: 2 });
  assert.deepEqual(unpack(asked(TRACKER, 'script', 4)), { ...nothing, level: 3, duplicate: true, organisations: 2 });
  assert.deepEqual(unpack(asked(TRACKER, 'script', 5)), { level: 3, changed: false, matched: true, third: true, duplicate: false, organisations: 2 });
  assert.deepEqual(unpack(asked('data:,x', 'image', 6)), { ...nothing, level: 3, organisations: 2 });
  assert.deepEqual(unpack(engine.badge(page)), { ...nothing, level: 3, organisations: 2 });
  // Both halves of an id count.
  const length = write(engine, TRACKER);
  assert.equal(unpack(askedFor(engine, page, length, request_type('script'), 4, 1)).duplicate, false);
  assert.equal(report(engine, page).pages[0]?.requests.total, 6);
  engine.page_close(page);
});

test('pages do not mix', () => {
  const [one, two] = [open(engine, PAGE), open(engine, 'https://www.hotjar.com/')];
  assert.equal(unpack(observe(engine, one, TRACKER, 'script', 1)).level, 3);
  // At home: its own doing, and low.
  assert.equal(unpack(observe(engine, two, TRACKER, 'script', 1)).level, 1);
  assert.deepEqual(report(engine, one).pages[0]?.watchers.map(({ name }) => name), ['Hotjar']);
  assert.deepEqual(report(engine, two).pages[0]?.watchers, []);
  engine.page_close(one);
  assert.equal(unpack(engine.badge(two)).level, 1);
  engine.page_close(two);
});

test('the page\'s final address judges again what came before it', () => {
  const page = open(engine, 'https://www.hotjar.com/');
  assert.equal(unpack(observe(engine, page, 'https://www.hotjar.com/', 'main_frame', 1)).third, false);
  assert.equal(engine.page_url(page, write(engine, PAGE)), true);
  assert.deepEqual([unpack(engine.badge(page)).level, unpack(engine.badge(page)).organisations], [3, 1]);
  assert.equal(unpack(observe(engine, page, PAGE, 'main_frame', 2)).third, false);
  observe(engine, page, TRACKER, 'script', 3);
  assert.equal(engine.page_url(page, write(engine, PAGE)), true, 'the address it has already');

  const whole = open(engine, PAGE);
  observe(engine, whole, 'https://www.hotjar.com/', 'main_frame', 1);
  observe(engine, whole, PAGE, 'main_frame', 2);
  observe(engine, whole, TRACKER, 'script', 3);
  assert.deepEqual(engine.report_json(page), engine.report_json(whole));

  // The parts of the page are not kept: too late to judge them for another site, and it is said.
  assert.equal(engine.page_url(page, write(engine, 'https://www.hotjar.com/')), false);
  assert.deepEqual(engine.report_json(page), engine.report_json(whole), 'and nothing has changed');
  engine.page_close(page);
  engine.page_close(whole);
});

test('what could not be seen of a page is not forgotten when its address changes', () => {
  const page = open(engine, 'https://www.shop.example/');
  observe(engine, page, 'https://www.shop.example/', 'main_frame', 1);
  engine.gap(page, 'worker-asleep', 2);
  engine.page_url(page, write(engine, 'https://www.shop.example/pricing'));
  const risk = report(engine, page).pages[0]?.risk;
  engine.page_close(page);
  assert.deepEqual(risk, { level: 'unknown', score: 0, reasons: [{ code: 'gap:worker-asleep', technique: '', count: 2 }] });
});

test('the scratch buffer has a limit, and a length beyond it reads nothing', () => {
  const before = engine.memory();
  assert.equal(engine.scratch(1 << 30), 0, 'a wish for a gigabyte does not get one');
  assert.equal(engine.scratch(SCRATCH + 1), 0);
  assert.ok(engine.memory() - before < MIB);
  const address = engine.scratch(SCRATCH);
  assert.ok(address + SCRATCH <= memory.buffer.byteLength);
  assert.equal(engine.scratch(0), address);
  assert.equal(engine.scratch(SCRATCH), address, 'it does not move once it is as large as it gets');

  const page = open(engine, PAGE);
  for (const length of [SCRATCH + 1, 1 << 30, 0xffffffff]) {
    write(engine, TRACKER);
    assert.equal(unpack(askedFor(engine, page, length, request_type('script'), length)).matched, false);
  }
  assert.deepEqual(report(engine, page).pages[0]?.requests.skipped, [{ why: 'malformed-url', count: 3 }]);
  engine.page_close(page);
  const nowhere = engine.page_open(0xffffffff);
  assert.equal(unpack(engine.badge(nowhere)).level, UNKNOWN);
  engine.page_close(nowhere);
});

test('a type beyond the codes is "other"', () => {
  const page = open(engine, PAGE);
  askedFor(engine, page, write(engine, 'https://px.other.example/1'), 4711, 1);
  askedFor(engine, page, write(engine, 'https://px.other.example/1'), request_type('no such type'), 2);
  assert.deepEqual(report(engine, page).pages[0]?.findings[0]?.evidence, [{ type: 'other', url: 'https://px.other.example/1' }]);
  assert.equal(report(engine, page).pages[0]?.findings[0]?.count, 2);
  engine.page_close(page);
});

test('bytes that are no UTF-8 are kept out of hosts, and replaced in reports', () => {
  const page = open(engine, PAGE);
  const ascii = (/** @type {string} */ text) => [...Buffer.from(text)];
  /** @type {[string, number[], boolean][]} */
  const addresses = [
    ['in the path', [...ascii('https://static.hotjar.com/'), 0xff, 0xfe, 0xc0, 0x80], true],
    ['a character cut off', [...ascii('https://static.hotjar.com/?x='), 0xe2, 0x82], true],
    ['a surrogate', [...ascii('https://static.hotjar.com/'), 0xed, 0xa0, 0x80], true],
    ['in the host', [...ascii('https://static.'), 0xff, ...ascii('hotjar.com/')], false],
    ['in the scheme', [0xff, ...ascii('https://static.hotjar.com/')], false],
    ['nothing but', [0xff, 0xff, 0xff], false],
    ['a zero in the host', [...ascii('https://static.hotjar.com'), 0, ...ascii('.example/')], false],
  ];
  addresses.forEach(([what, bytes, judged], at) => {
    const length = writeBytes(engine, new Uint8Array(bytes));
    assert.equal(unpack(askedFor(engine, page, length, request_type('image'), at)).matched, judged, what);
  });
  const [told] = report(engine, page).pages;
  assert.equal(told?.requests.total, 3);
  assert.deepEqual(told?.requests.skipped, [{ why: 'host-not-readable', count: 2 }, { why: 'malformed-url', count: 2 }]);
  const urls = told?.findings[0]?.evidence.map(({ url }) => url) ?? [];
  assert.equal(urls.length, 3);
  assert.ok(urls.some((url) => url.includes('\u{fffd}')));
  engine.page_close(page);
});

test('a flood of requests neither panics nor grows without end', () => {
  const page = open(engine, PAGE);
  observe(engine, page, PAGE, 'main_frame', 0);
  // Longer than any name server takes: nobody's.
  observe(engine, page, `https://${'a.'.repeat(2000)}example/`, 'image', 3001);
  for (let at = 1; at <= 3000; at += 1) observe(engine, page, `https://h${at}.example/?${'x=1&'.repeat(200)}`, 'image', at);
  const before = engine.memory();
  for (let at = 4001; at <= 7000; at += 1) observe(engine, page, `https://g${at}.example/${'y'.repeat(4000)}`, 'image', at);
  assert.ok(engine.memory() - before < MIB, 'what is over the limit takes no room');
  const [told] = report(engine, page).pages;
  // The page's own host is one of the 2,000.
  assert.equal(told?.watchers.length, 1999);
  assert.deepEqual(told?.requests.skipped, [{ why: 'host-limit', count: 4001 }, { why: 'malformed-url', count: 1 }]);
  assert.ok(engine.memory() < 64 * MIB);
  engine.page_close(page);
});

test('a malformed log is refused in every form, and without a word of what stood in it', () => {
  const secret = 'https://shop.example/?token=4711';
  for (const log of ['', '{', 'null', '[]', '{}', `"${secret}"`, `{"schema":"${secret}","pages":[]}`, `{"schema":"onlooker-log/1","pages":[{"url":["${secret}"]}]}`,
    '{"schema":"onlooker-log/1","pages":[{"url":"\\ud800"}]}']) {
    assert.doesNotMatch(throws(() => engine.audit_json(Buffer.from(log)), 'log'), /token|shop/);
  }
  assert.doesNotMatch(throws(() => engine.audit_json(new Uint8Array([0x7b, 0xff, 0xfe])), 'log'), /token/);
  for (const log of [undefined, null, 7, 'text', [], {}, { schema: secret, pages: [] }, { schema: 'onlooker-log/1', pages: [{ url: 7 }] }, { schema: 'onlooker-log/1' }]) {
    assert.doesNotMatch(throws(() => engine.audit(/** @type {any} */ (log)), 'log'), /token|shop/);
  }
});

test('explain says rules and owner, and refuses what is no address', () => {
  const told = engine.explain(`${TRACKER}?id=4711`, PAGE, 'script');
  assert.equal(told.url, `${TRACKER}?id=…`);
  assert.equal(told.party, 'third');
  assert.equal(told.watcher?.name, 'Hotjar');
  assert.deepEqual(told.rules.map(({ list, text }) => [list, text]), [
    [3, '||hotjar.com^$third-party'], [1000, '||static.hotjar.com^'], [1000, '||hotjar.com^'], [1000, '||hotjar.com^$third-party'],
  ]);
  throws(() => engine.explain('data:,x', PAGE, 'script'), 'page-url');
  throws(() => engine.explain(TRACKER, 'about:blank', 'script'), 'page-url');
});

test('the lists say what they are', () => {
  const lists = engine.lists();
  assert.deepEqual(lists.map(({ id }) => id).sort((a, b) => a - b), [2, 3, 4, 17, 999, 1000]);
  for (const list of lists) {
    assert.match(list.sha256, /^[0-9a-f]{64}$/);
    // Of which day ClearURLs' data are nobody says.
    assert.match(list.date, list.id === 999 ? /^$/ : /^\d{4}-\d\d-\d\d/);
    assert.ok(list.rules > 100 && list.title !== '' && list.version !== '' && list.licence !== '' && list.source !== '');
  }
});

test('a report is the same whether it crosses as an object or as bytes', () => {
  const page = open(engine, PAGE);
  observe(engine, page, TRACKER, 'script', 1);
  engine.gap(page, 'worker-asleep', 2);
  const object = engine.report(page);
  assert.deepEqual(object, report(engine, page));
  assert.equal(`${JSON.stringify(object, null, 2)}\n`, Buffer.from(engine.report_json(page)).toString());
  assert.deepEqual(Object.keys(object), ['schema', 'engine', 'pages', 'actors', 'countries']);
  assert.equal(object.schema, 'onlooker-report/1');
  engine.page_close(page);
});

/** A file of our own making. @param {string} name */
const feed = (name) => new Uint8Array(readFileSync(join(ROOT, 'tests', 'feeds', name)));

test('a list that a person adds is read, and says what it is', () => {
  const { pack: made, ...told } = read_list('folder/bundle.stix2', feed('bundle.stix2'));
  assert.ok(made instanceof Uint8Array && made.length > 1000);
  assert.deepEqual({ ...told, sha256: told.sha256.length, skipped: told.skipped.length }, {
    format: 'stix', name: 'bundle.stix2', title: 'Glasshouse, Lantern', version: '', date: '2026-03-04T05:06:07Z', licence: 'CC BY 4.0',
    attribution: 'Laboratory of Examples', sha256: 64, rules: 7, roots: 0, skipped: 12,
  });
  assert.deepEqual(told.skipped[3], { why: 'not-about-hosts', count: 2, lines: [20, 21] });
  const roots = read_list('roots.csv', feed('roots.csv'));
  assert.deepEqual([roots.format, roots.roots, 'pack' in roots], ['ccadb', 2, false]);
  for (const [bytes, variant] of /** @type {const} */ ([
    [new Uint8Array(), 'feed-empty'], [new Uint8Array([0xff, 0xfe, 0x61, 0]), 'feed-utf-16'], [Buffer.from('<!doctype html>'), 'feed-web-page'],
    [Buffer.from('{"type":"bundle","objects":['), 'feed-not-json'],
  ])) {
    assert.match(throws(() => read_list('x', bytes), variant), /list cannot be read/);
  }
  assert.throws(() => read_list('x', Buffer.from('a\nb\n')), { name: 'OnlookerError', variant: 'feed-nothing', left: { why: 'not-a-host', count: 2, lines: [1] } });
});

test('added lists are asked, change no page that is open unseen, and leave nothing behind', () => {
  const of = new Engine(good);
  const spy = 'https://infect.glasshouse.example/a.js';
  const [bundle, hosts] = [read_list('bundle.stix2', feed('bundle.stix2')).pack, read_list('hosts', feed('hosts')).pack];
  assert.ok(bundle && hosts);
  const before = open(of, PAGE);
  assert.equal(unpack(observe(of, before, spy, 'script', 1)).level, 1);
  of.add_list(bundle);
  assert.equal(of.badge(before), UNKNOWN, 'what was judged without it is to be judged again');
  of.add_list(hosts);
  of.add_list(bundle);
  const added = () => of.lists().filter(({ id }) => id >= 2 ** 31).map(({ source }) => source);
  assert.deepEqual(added().sort(), ['added: bundle.stix2', 'added: hosts']);
  const page = open(of, PAGE);
  assert.deepEqual(unpack(observe(of, page, spy, 'script', 1)), { level: 3, changed: true, matched: true, third: true, duplicate: false, organisations: 1 });
  const [told] = report(of, page).pages;
  assert.deepEqual([told?.findings[0]?.technique, told?.findings[0]?.rule?.line], ['added-list', 11]);
  assert.deepEqual(of.explain(spy, PAGE, 'script').rules.map(({ text }) => text), ['||infect.glasshouse.example^']);
  of.remove_lists();
  assert.equal(of.badge(page), UNKNOWN);
  assert.deepEqual(added(), []);
  const after = open(of, PAGE);
  assert.equal(unpack(observe(of, after, spy, 'script', 1)).level, 1);
  assert.ok(!report(of, after).pages[0]?.checks.some(({ technique }) => technique === 'added-list'));

  const changed = (/** @type {number} */ at) => bundle.map((byte, n) => (n === at ? byte ^ 1 : byte));
  throws(() => of.add_list(changed(8)), 'pack-version');
  throws(() => of.add_list(changed(bundle.length >> 1)), 'pack-damaged');
  throws(() => of.add_list(feed('hosts')), 'pack-foreign');
  throws(() => of.add_list(good), 'pack-foreign');
  assert.equal(unpack(of.badge(after)).level, 1, 'what is refused changes nothing');
  of.free();
});

test('the declarations name the wire types, and the methods take them', () => {
  const declared = built('onlooker.d.ts').toString();
  for (const name of ['Report', 'EngineInfo', 'ListInfo', 'Counted', 'Page', 'Risk', 'Reason', 'Watcher', 'Finding', 'Rule', 'Evidence', 'Check', 'Requests', 'Explanation', 'Identity', 'HostOf', 'Log', 'PageLog', 'Gap', 'LogExchange', 'AddedList', 'LeftOut']) {
    assert.match(declared, new RegExp(`^export (interface|type) ${name}\\b`, 'm'), name);
  }
  for (const signature of ['audit(log: Log): Report;', 'report(page: number): Report;', 'explain(url: string, page: string, kind: string): Explanation;', 'lists(): ListInfo[];', 'read_list(name: string, bytes: Uint8Array | number[]): AddedList;', 'pack?: Uint8Array;', 'attribution?: string;']) {
    assert.ok(declared.includes(signature), signature);
  }
  assert.equal(declared.match(/^export (?:class|interface) Engine\b/gm)?.length, 1, 'one thing is called Engine');
  // What is not there crosses as null (`to_js`). What a log may leave out is `?`.
  for (const field of ['watcher: string | null', 'rule: Rule | null', 'exception_rule: Rule | null', 'country: string | null', 'why: string | null', 'watcher: HostOf | null', 'operator: Identity | null', 'date: string | null', 'gvl_id: number | null', 'frame?: string']) {
    assert.ok(declared.includes(`    ${field};\n`), field);
  }
  // What is handed over as it is; of a method that has nothing to say it is the plain way.
  assert.doesNotMatch(declared.replaceAll(/^ +\w+\(.*\): string \| undefined;$/gm, ''), /\| undefined/);
});
