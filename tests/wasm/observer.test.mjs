// @ts-check
/** What a page could do to the observer that no browser can be made to show for certain: events in, pages out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Observer } from '../../extension/background/observer.js';

/** @typedef {import('../../extension/background/observer.js').Page} Page */

/** An observer, and what it told: addresses by page. */
function world() {
  /** @type {Map<Page, string[]>} */
  const logs = new Map();
  const log = (/** @type {Page} */ page) => logs.get(page) ?? logs.set(page, []).get(page) ?? [];
  /** @type {any[]} */
  const held = [];
  const observer = new Observer({
    record: (page, event) => {
      const text = event.stage === 'request' ? event.url : `${event.stage} ${event.rid} ${event.url}`;
      if (!log(page).includes(text)) log(page).push(text);
    },
    changed() {}, shown() {}, left() {}, dropped() {}, begun() {},
    merge: (from, to) => { log(to).push(...log(from).filter((url) => !log(to).includes(url))); },
    hold: (event) => { held.push(event); },
    placed() {},
  });
  let rids = 0;
  /** @param {object} some of a request's fields */
  const ask = (some) => observer.handle(/** @type {any} */ ({
    is: 'request', stage: 'request', rid: `r${rids += 1}`, ts: 0, url: 'https://tracker.example/', cut: '', type: 'image', method: 'GET', tab: 1, frame: 0, parent: -1,
    doc: '', pdoc: '', hidden: false, by: '', top: '', at: '', secret: false, late: false, empty: false, headers: [], body: '', media: '', status: 0, ...some,
  }));
  return {
    observer, log, ask, held,
    /** What was sent for a request. @param {object} some of its fields */
    send: (some) => ask({ stage: 'sent', late: true, ...some }),
    /** @param {number} ts @param {string} url @param {string} doc @returns {Page} what the tab shows now */
    show(ts, url, doc) {
      observer.handle({ is: 'begin', ts, url, tab: 1, frame: 0, parent: -1, doc: '', pdoc: '', hidden: false, back: false, redirected: false });
      ask({ type: 'main_frame', ts, url });
      observer.handle({ is: 'commit', ts: ts + 10, url, tab: 1, frame: 0, parent: -1, doc, pdoc: '', hidden: false, back: false, redirected: false });
      return /** @type {Page} */ (observer.shownIn(1));
    },
    settle() {
      for (const event of held.splice(0)) observer.settle(event, true);
    },
  };
}

const nested = { frame: 7, parent: 5, doc: 'gone', pdoc: 'gone-too', by: 'https://frame.example' };

test('a frame that nobody knows is of the page that was shown then, not of the next', () => {
  const { ask, show, settle, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  ask({ ...nested, ts: 20_000 });
  const two = show(20_100, 'https://two.example/', 'two');
  settle();
  assert.deepEqual([log(one), log(two)], [['https://one.example/', 'https://tracker.example/'], ['https://two.example/']]);
  assert.deepEqual([one.gaps, two.gaps], [{}, {}]);
});

test('just after a page was left it may be of either: missing in both, told of none', () => {
  const { ask, show, settle, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  const two = show(20_000, 'https://two.example/', 'two');
  ask({ ...nested, ts: 20_500 });
  settle();
  for (const page of [one, two]) {
    assert.ok(!log(page).includes('https://tracker.example/'));
    assert.deepEqual(page.gaps, { 'request-unplaced': 1 });
  }
  ask({ ...nested, ts: 40_000 });
  settle();
  assert.ok(log(two).includes('https://tracker.example/'));
});

test('before any page was shown it is of none', () => {
  const { ask, show, settle } = world();
  ask({ ...nested, ts: 5 });
  const one = show(100, 'https://one.example/', 'one');
  settle();
  assert.deepEqual(one.gaps, {});
});

test('a site’s worker with none of its pages open is missing in no page', () => {
  const { ask, show, settle } = world();
  const one = show(0, 'https://one.example/', 'one');
  ask({ tab: -1, ts: 50, by: 'https://elsewhere.example' });
  settle();
  assert.deepEqual(one.gaps, {});
  ask({ tab: -1, ts: 60, by: '' });
  settle();
  assert.deepEqual(one.gaps, {}, 'the browser’s own');
  ask({ tab: -1, ts: 70, by: 'null' });
  settle();
  assert.deepEqual(one.gaps, { 'worker-unplaced': 1 });
});

test('a navigation that another one overtakes is told, unless both were to the same', () => {
  const { ask, show, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  ask({ type: 'main_frame', ts: 100, url: 'https://two.example/', by: 'https://one.example' });
  ask({ type: 'main_frame', ts: 110, url: 'https://tracker.example/', by: 'https://one.example' });
  show(200, 'https://two.example/', 'two');
  assert.deepEqual(log(one), ['https://one.example/', 'https://tracker.example/']);
});

test('navigations without end fill no memory, and each is told; of another site’s or the person’s none is', () => {
  const { observer, ask, show, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  for (let n = 0; n < 100; n += 1) ask({ type: 'main_frame', ts: 100 + n, url: `https://tracker.example/${n}`, by: n < 80 ? 'https://one.example' : n < 90 ? '' : 'https://elsewhere.example' });
  assert.ok(observer.pages.size < 20, `${observer.pages.size}`);
  for (const key of observer.pages.keys()) observer.lapse(key);
  assert.equal(log(one).length, 81);
});

test('of a frame’s documents the last are known, and of its origins all', () => {
  const { observer, ask, show, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  for (let n = 0; n < 1000; n += 1) {
    observer.handle({ is: 'commit', ts: 20 + n, url: `https://f${n % 50}.example/`, tab: 1, frame: 5, parent: 0, doc: `f${n}`, pdoc: 'one', hidden: false, back: false, redirected: false });
  }
  assert.deepEqual(Object.keys(one.docs), ['one', 'f997', 'f998', 'f999']);
  for (let n = 0; n < 1000; n += 1) {
    observer.handle({ is: 'commit', ts: 2000 + n, url: 'https://f.example/', tab: 1, frame: 10 + n, parent: 0, doc: `g${n}`, pdoc: 'one', hidden: false, back: false, redirected: false });
  }
  assert.equal(Object.keys(one.docs).length, 400);
  assert.ok('one' in one.docs && 'g999' in one.docs && !('g0' in one.docs));
  ask({ tab: -1, ts: 4000, by: 'https://f3.example', url: 'https://tracker.example/worker' });
  assert.ok(log(one).includes('https://tracker.example/worker'));
});

test('what a tab asks for as it is closed is missing in no page of another site', () => {
  const { ask, show, settle } = world();
  const one = show(0, 'https://one.example/', 'one');
  // Firefox tells it without a tab, with the document that is gone.
  ask({ tab: -1, ts: 50, by: 'https://bye.example', doc: 'gone', type: 'beacon' });
  settle();
  assert.deepEqual(one.gaps, {});
  ask({ tab: -1, ts: 60, by: 'null', doc: 'gone-too', type: 'beacon' });
  settle();
  assert.deepEqual(one.gaps, { 'worker-unplaced': 1 });
});

test('a navigation that a frame began is told of its page, though it has more origins than are known', () => {
  const { observer, ask, show, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  for (let n = 0; n < 405; n += 1) {
    observer.handle({ is: 'commit', ts: 20 + n, url: `https://s${n}.example/`, tab: 1, frame: 5, parent: 0, doc: `s${n}`, pdoc: 'one', hidden: false, back: false, redirected: false });
  }
  ask({ type: 'main_frame', ts: 1000, url: 'https://tracker.example/', by: 'https://last.example' });
  for (const key of observer.pages.keys()) observer.lapse(key);
  assert.ok(log(one).includes('https://tracker.example/'));
});

test('what was sent goes where its request went, also without a document, and to each page that it went to', () => {
  const { observer, ask, send, show, log, held } = world();
  const one = show(0, 'https://one.example/', 'one');
  // Firefox's fetch with keepalive names no document.
  ask({ rid: 'x', ts: 20, top: 'https://one.example/' });
  send({ rid: 'x', ts: 21 });
  assert.deepEqual(log(one).slice(1), ['https://tracker.example/', 'sent x https://tracker.example/']);
  // A navigation that comes to nothing is told of the page that began it, with what comes later.
  ask({ rid: 'n', type: 'main_frame', ts: 30, url: 'https://slow.example/', by: 'https://one.example' });
  send({ rid: 'n', type: 'main_frame', ts: 31, url: 'https://slow.example/' });
  for (const key of observer.pages.keys()) observer.lapse(key);
  send({ rid: 'n', stage: 'answered', type: 'main_frame', ts: 40, url: 'https://slow.example/' });
  const two = show(50, 'https://two.example/', 'two');
  send({ rid: 'n', stage: 'answered', type: 'main_frame', ts: 60, url: 'https://slow.example/after' });
  assert.deepEqual(log(one).slice(3), ['https://slow.example/', 'sent n https://slow.example/', 'answered n https://slow.example/', 'answered n https://slow.example/after']);
  assert.deepEqual(log(two), ['https://two.example/']);
  assert.equal(held.length, 0);
});

test('what was sent makes no page and no gap, and waits only where its request or its document may still be told', () => {
  const { observer, send, show, log, held, settle, ask } = world();
  const one = show(0, 'https://one.example/', 'one');
  send({ rid: 'q', ts: 20, by: 'https://elsewhere.example' });
  send({ rid: 'r', ts: 20, by: 'chrome-extension:', doc: 'ours' });
  assert.equal(held.length, 0);
  const pages = observer.pages.size;
  send({ rid: 's', ts: 20, type: 'main_frame', url: 'https://lost.example/' });
  send({ rid: 't', ts: 20, doc: 'unknown' });
  assert.equal(held.length, 2);
  settle();
  assert.deepEqual([observer.pages.size, one.gaps, log(one)], [pages, {}, ['https://one.example/']]);
  // Its request waits for a frame to be known, and it with it.
  ask({ rid: 'u', ts: 30, frame: 7, parent: 0, doc: 'frame', pdoc: '' });
  send({ rid: 'u', ts: 31, frame: 7, parent: 0, doc: 'frame', pdoc: '' });
  observer.handle({ is: 'commit', ts: 32, url: 'https://frame.example/', tab: 1, frame: 7, parent: 0, doc: 'frame', pdoc: 'one', hidden: false, back: false, redirected: false });
  assert.deepEqual(log(one).slice(1), ['https://tracker.example/', 'sent u https://tracker.example/']);
});

test('a woken background knows a page by the navigation, and by the document', () => {
  const first = world();
  const page = first.show(0, 'https://one.example/', 'one');
  /** @type {string[]} */
  const told = [];
  const none = () => {};
  const observer = new Observer({
    record: (_, { stage, url }) => { told.push(`${stage} ${url}`); }, changed: none, shown: none, left: none, dropped: none, begun: none, merge: none, placed: none,
    hold: () => { told.push('held'); },
  }, [structuredClone(page)], 9);
  const event = { is: 'request', stage: 'answered', ts: 30, url: 'https://one.example/', type: 'main_frame', method: 'GET', tab: 1, frame: 0, parent: -1, doc: '', pdoc: '', by: '', top: '', at: '', late: true, headers: [], rid: page.nav };
  observer.handle(/** @type {any} */ (event));
  observer.handle(/** @type {any} */ ({ ...event, type: 'image', rid: 'z', doc: 'one', url: 'https://tracker.example/' }));
  assert.deepEqual(told, ['answered https://one.example/', 'answered https://tracker.example/']);
});

test('in Firefox the headers of a service worker’s request are those of the page’s request that it is', () => {
  const { observer, ask, send, show, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  ask({ rid: 'p1', ts: 20, doc: 'one' });
  observer.handle({ is: 'intercept', ts: 21, tab: 1, url: 'https://tracker.example/', rid: 'p1' });
  ask({ rid: 'w1', ts: 22, tab: -1, by: 'https://one.example' });
  send({ rid: 'w1', ts: 23, tab: -1, by: 'https://one.example' });
  assert.deepEqual(log(one).slice(1), ['https://tracker.example/', 'sent p1 https://tracker.example/']);
});

test('requests whose pages are known are bounded', () => {
  const { ask, send, show, log } = world();
  const one = show(0, 'https://one.example/', 'one');
  for (let n = 0; n < 5000; n += 1) ask({ rid: `b${n}`, ts: 20, top: 'https://one.example/', url: `https://tracker.example/${n}` });
  for (const n of [1, 4999]) send({ rid: `b${n}`, ts: 21, url: `https://tracker.example/${n}` });
  assert.deepEqual(log(one).slice(5001), ['sent b4999 https://tracker.example/4999']);
});
