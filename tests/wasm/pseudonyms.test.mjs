// @ts-check
/** What of an event is kept: all of it goes through the core, or is masked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestEvent } from '../../extension/background/events.js';
import { alike, mask, maskUrl, Pseudonyms } from '../../extension/background/pseudonyms.js';
import { Engine, leftOutOf, pack, pseudonymsOf } from './engine.mjs';

/** Values that belong to a person. */
const PLANTED = ['ada@mail.example', 'ada%40mail.example', '4915901234567', 'c00kie-v4lue-1234567', 'hunter2secret'];

/** @param {object} [some] */
const details = (some) => /** @type {any} */ ({
  requestId: '5', timeStamp: 1, url: 'https://user:hunter2secret@a.example/u/ada@mail.example/4915901234567;sid=hunter2secret?m=ada%40mail.example&v=2#hunter2secret', type: 'ping', method: 'POST',
  tabId: 1, frameId: 3, parentFrameId: 0, originUrl: 'https://b.example/?m=hunter2secret', documentUrl: 'https://c.example/?m=hunter2secret',
  frameAncestors: [{ url: 'https://d.example/?m=hunter2secret', frameId: 0 }], ...some,
});

const none = (/** @type {unknown} */ kept) => {
  const text = JSON.stringify(kept);
  for (const value of PLANTED) assert.ok(!text.includes(value), `${value} in ${text}`);
};

/** A core that keeps nothing, and says how often it was asked. */
function core() {
  const asked = { url: 0, header: 0, body: 0 };
  return {
    asked,
    pseudonymUrl: (/** @type {string} */ url) => { asked.url += 1; return `${new URL(url).origin}/~`; },
    pseudonymHeader: (/** @type {string} */ _, /** @type {string} */ name, /** @type {string} */ value) => {
      asked.header += 1;
      return name === 'x-not-kept' ? null : `~${value.length}`;
    },
    pseudonymBody: (/** @type {string} */ body) => { asked.body += 1; return `b=~${body.length}`; },
    leftOut: () => null,
  };
}

test('all that an event has goes through the core, and the same only once', () => {
  const judge = core();
  const pseudonyms = new Pseudonyms(judge);
  const body = { formData: { mail: ['ada@mail.example'], two: ['hunter2secret', 'x'] } };
  const request = pseudonyms.of(requestEvent(details({ requestBody: body }), 'request', false));
  none(request);
  assert.deepEqual([/** @type {any} */ (request).url, /** @type {any} */ (request).by, /** @type {any} */ (request).top, /** @type {any} */ (request).at],
    ['https://a.example/~', 'https://b.example', 'https://d.example/~', 'https://c.example/~']);
  assert.equal(/** @type {any} */ (request).body, 'b=~47');
  const requestHeaders = [
    { name: 'Cookie', value: 'id=c00kie-v4lue-1234567' }, { name: 'Authorization', value: 'Bearer hunter2secret' },
    { name: 'X-Not-Kept', value: 'hunter2secret' }, { name: 'Accept', value: 'hunter2secret' }, { name: 'Sec-CH-UA-Model', value: '"P"' },
  ];
  const asked = { ...judge.asked };
  for (let n = 0; n < 3; n += 1) {
    const sent = pseudonyms.of(requestEvent(details({ requestHeaders }), 'sent', false));
    none(sent);
    assert.deepEqual(/** @type {any} */ (sent).headers, [['cookie', '~23'], ['authorization', '~0'], ['sec-ch-ua-model', '~3']]);
  }
  assert.deepEqual([judge.asked.url - asked.url, judge.asked.header - asked.header], [0, 4]);
});

test('what is not of the web is kept by its scheme only', () => {
  const pseudonyms = new Pseudonyms(core());
  const commit = { is: 'commit', ts: 1, url: 'data:text/html,ada@mail.example', tab: 1, frame: 0, parent: -1, doc: '', pdoc: '', hidden: false, back: false, redirected: false };
  for (const kept of [pseudonyms.of(/** @type {any} */ (commit)), mask(/** @type {any} */ (commit))]) assert.equal(/** @type {any} */ (kept).url, 'data:');
  assert.equal(requestEvent(details({ originUrl: 'moz-extension://some-uuid/page.html' }), 'request', false).by, 'moz-extension:');
  assert.equal(requestEvent(details({ originUrl: 'about:blank' }), 'request', false).by, 'about:blank');
  assert.equal(requestEvent(details({ originUrl: 'about:blank?email=jo@a.example#x' }), 'request', false).by, 'about:blank');
});

test('Firefox’s one Set-Cookie of several lines is several, and what is too long is cut', () => {
  const { headers } = requestEvent(details({ responseHeaders: [{ name: 'Set-Cookie', value: 'a=1; Path=/\nb=2' }, { name: 'ETag', value: 'x'.repeat(90_000) }, { name: 'Age', value: '1' }] }), 'answered', false);
  assert.deepEqual(headers.slice(0, 2), [['set-cookie', 'a=1; Path=/'], ['set-cookie', 'b=2']]);
  // One more than the core reads of any: so it cuts, and counts.
  assert.equal(headers[2]?.[1].length, 16_385);
  assert.equal(headers.length, 3);
});

test('bodies: text of bytes, in parts; nothing of what is no text; at most 16 KiB', () => {
  const bytes = (/** @type {string|Uint8Array} */ data) => ({ bytes: new Uint8Array(typeof data === 'string' ? new TextEncoder().encode(data) : data).buffer });
  const body = (/** @type {any[]} */ ...raw) => {
    const { body, media } = requestEvent(details({ requestBody: { raw } }), 'request', false);
    return [body, media];
  };
  assert.deepEqual(body(bytes('{"m":'), bytes('"é"}')), ['{"m":"é"}', 'application/json']);
  assert.deepEqual(body(bytes('--x\r\nContent-Disposition: form-data; name="m"\r\n\r\n1')), ['--x\r\nContent-Disposition: form-data; name="m"\r\n\r\n1', 'multipart/form-data']);
  assert.deepEqual(body(bytes('PING')), ['PING', 'text/plain']);
  assert.deepEqual(body(bytes(new Uint8Array([1, 255, 254]))), ['', '']);
  assert.deepEqual(body(bytes('a\0b')), ['', '']);
  assert.deepEqual(body({ file: 'C:\\secret.pdf' }), ['', '']);
  const [long] = body(bytes(`x${'é'.repeat(20_000)}`));
  assert.equal(long, `x${'é'.repeat(8193)}`);
  const form = requestEvent(details({ requestBody: { formData: { a: ['1 &', '2'], b: ['y'.repeat(50_000)] } } }), 'request', false);
  assert.ok(form.body.startsWith('a=1+%26&a=2&b=yyy') && form.body.length === 16_388);
  assert.deepEqual([requestEvent(details({ requestBody: { error: 'Unknown error.' } }), 'request', false).body, requestEvent(details(), 'request', false).body], ['', '']);
});

test('a body that is there and cannot be read is told', () => {
  const bytes = (/** @type {number[]} */ ...all) => ({ bytes: new Uint8Array(all).buffer });
  for (const [requestBody, lost] of /** @type {[any, any][]} */ ([
    [{ error: 'Unknown error.' }, { 'bodies-not-read': 1 }], [{ raw: [{ file: 'C:\\secret.pdf' }] }, { 'bodies-not-read': 1 }],
    [{ raw: [bytes(1, 255, 254)] }, { 'bodies-not-read': 1 }], [{ raw: [bytes(97)] }, undefined], [{ raw: [bytes()] }, undefined],
    [{ formData: { a: ['1'] } }, undefined], [null, undefined],
  ])) assert.deepEqual(requestEvent(details({ requestBody }), 'request', false).lost, lost, JSON.stringify(requestBody));
});

/** The core itself, as engine.js speaks to it. @returns {any} */
function realCore() {
  const engine = new Engine(pack());
  engine.salt(new Uint8Array(16).fill(7));
  const { headers, body, url } = pseudonymsOf(engine);
  return {
    pseudonymUrl: url, pseudonymBody: body,
    pseudonymHeader: (/** @type {any} */ stage, /** @type {string} */ name, /** @type {string} */ value) => headers(stage, [[name, value]])[0]?.[1] ?? null,
    leftOut: () => leftOutOf(engine),
  };
}

test('no cookie is lost to its hashes; of what is too much no more is lost than that, and all of it is counted', () => {
  const pseudonyms = new Pseudonyms(realCore());
  const jar = (/** @type {number} */ count) => Array.from({ length: count }, (_, n) => `c${n}=${(0x9e3779b97f4a7c15n * BigInt(n + 1)).toString(16).padStart(32, 'a')}`).join('; ');
  const sent = (/** @type {[string, string][]} */ ...all) => /** @type {any} */ (pseudonyms.of(requestEvent(details({ requestHeaders: all.map(([name, value]) => ({ name, value })) }), 'sent', false)));
  const whole = sent(['Cookie', jar(180)], ['Sec-GPC', '1']);
  assert.equal(whole.headers[0][1].split('; ').length, 180);
  assert.deepEqual([whole.headers.length, whole.lost], [2, undefined]);
  // Each time, though the same is rewritten once.
  for (let n = 0; n < 2; n += 1) {
    const much = sent(['Cookie', jar(200)], ['Sec-GPC', '1']);
    assert.deepEqual([much.headers.map((/** @type {[string, string]} */ [name]) => name), much.lost], [['cookie', 'sec-gpc'], { 'cookies-left-out': 20 }]);
  }
  const flood = sent(...Array.from({ length: 12 }, (_, n) => /** @type {[string, string]} */ ([`X-Long-${n}`, 'x '.repeat(8_000)])), ['Cookie', jar(180)], ['Cookie', jar(179)], ['Sec-GPC', '1']);
  assert.ok(flood.headers.some((/** @type {[string, string]} */ [name]) => name === 'sec-gpc'), 'what comes behind what is too much is kept');
  assert.ok(flood.lost['cookies-left-out'] + (flood.lost['headers-left-out'] ?? 0) > 0);
  const body = /** @type {any} */ (pseudonyms.of(requestEvent(details({ requestBody: { formData: { a: ['y'.repeat(50_000)] } } }), 'request', false)));
  assert.deepEqual(body.lost, { 'bodies-left-out': 1 });
});

test('a mask leaves no value, and no headers and no body', () => {
  const kept = mask(requestEvent(details({ requestBody: { formData: { mail: ['ada@mail.example'] } } }), 'request', false));
  none(kept);
  assert.equal(kept && 'url' in kept && kept.url, 'https://a.example/u/…/…;sid=…?m=…&v=…');
  assert.equal(mask(requestEvent(details({ requestHeaders: [] }), 'sent', false)), null);
  for (const [url, masked] of [
    ['https://a.example', 'https://a.example'],
    ['https://a.example?ada@mail.example', 'https://a.example?…'],
    ['https://a.example/x?', 'https://a.example/x?'],
    ['https://a.example/x?a=1&&b', 'https://a.example/x?a=…&&…'],
    ['https://a.example/x?ada@mail.example=1', 'https://a.example/x?…=…'],
    ['wss://a.example:8080/s/+49-159-0123-4567/q', 'wss://a.example:8080/s/…/q'],
    ['https://a.example/0123456789abcdef0123456789abcdef/p.gif', 'https://a.example/…/p.gif'],
    ['blob:https://a.example/ada@mail.example', 'blob:'],
    ['', ''],
  ]) assert.equal(maskUrl(/** @type {string} */ (url)), masked);
});

test('a masked address is told again in its path', () => {
  assert.ok(alike('https://a.example/…/p?x=…', 'https://a.example/~id.1/p?x=~id.2&y'));
  assert.ok(alike('https://a.example/q/p?x=…', 'https://a.example/q/p'));
  assert.ok(!alike('https://a.example/q/p', 'https://a.example/q/r'));
  assert.ok(!alike('https://a.example/…/p', 'https://b.example/…/p'));
  assert.ok(!alike('https://a.example/…/p', 'https://a.example/…/p/r'));
});
