// @ts-check
/** What is asked of a site about Global Privacy Control, and what of its answer is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askGpc } from '../../extension/background/gpc.js';

/** @param {Response | (() => Response)} reply @param {any[]} [asked] @returns {typeof fetch} */
const site = (reply, asked = []) => async (url, how) => {
  asked.push([url, how]);
  return typeof reply === 'function' ? reply() : reply;
};

test('one request, without cookies, cache, referrer and other hosts', async () => {
  /** @type {any[]} */
  const asked = [];
  assert.deepEqual(await askGpc('a.example', site(new Response('{"gpc": true, "lastUpdate": "2026-01-01"}'), asked)), { said: 'true', status: 200 });
  assert.equal(asked.length, 1);
  const [[url, { signal, ...how }]] = asked;
  assert.equal(url, 'https://a.example/.well-known/gpc.json');
  assert.ok(signal instanceof AbortSignal);
  assert.deepEqual(how, { redirect: 'error', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' });
});

test('no more than a plain yes or no is taken for one', async () => {
  for (const [body, said] of /** @type {[string, string][]} */ ([
    ['{"gpc": false}', 'false'], ['{"gpc": "true"}', 'unknown'], ['{"gpc": 1}', 'unknown'], ['{}', 'unknown'], ['null', 'unknown'], ['true', 'unknown'],
    ['[]', 'unknown'], ['<!doctype html>', 'unknown'], ['', 'unknown'],
  ])) assert.equal((await askGpc('a.example', site(new Response(body)))).said, said, body);
  assert.deepEqual(await askGpc('a.example', site(new Response('{"gpc": true}', { status: 404 }))), { said: 'unknown', status: 404 });
});

test('an answer is read to 4 KiB', async () => {
  let [given, ended] = [0, false];
  const endless = new ReadableStream({
    pull(to) { given += 1; to.enqueue(new TextEncoder().encode(' '.repeat(1024))); },
    cancel() { ended = true; },
  }, { highWaterMark: 0 });
  assert.equal((await askGpc('a.example', site(new Response(endless)))).said, 'unknown');
  assert.deepEqual([given, ended], [5, true]);
});

test('where it cannot be asked nothing is said, and no address either', async () => {
  await assert.rejects(askGpc('a.example', async () => { throw new TypeError('https://a.example/ failed'); }),
    (/** @type {any} */ error) => error.variant === 'gpc-failed' && !error.message.includes('a.example'));
});
