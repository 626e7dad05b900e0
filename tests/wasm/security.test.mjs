// @ts-check
/** What is taken of what Firefox says of a connection, and how it reaches the core and the log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerLines, recordsOf } from '../../extension/background/events.js';
import { Roots, securityOf, wordsOf } from '../../extension/background/security.js';

/** As Firefox 153 gives it, but for what nobody looks at. @param {string} issuer @param {boolean} built @param {number} [length] of the chain */
const told = (issuer, built, length = 3) => ({
  state: 'secure', protocolVersion: 'TLSv1.3', cipherSuite: 'TLS_AES_256_GCM_SHA384', secretKeyLength: 256,
  certificates: Array.from({ length }, (_, at) => ({
    subject: 'CN=a.example', issuer: at === 0 ? issuer : 'CN=Root', serialNumber: '00:11', isBuiltInRoot: at === length - 1 && length > 1 && built,
    fingerprint: { sha1: 'AA', sha256: `${'0A:'.repeat(31)}0${at}` },
  })),
});

test('protocol, cipher, issuer, and the root where it is the browser\'s own', () => {
  assert.deepEqual(wordsOf(told('CN=R11,O=Let\'s Encrypt,C=US', true)), {
    protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', issuer: 'CN=R11,O=Let\'s Encrypt', root: `${'0a'.repeat(31)}02`, built_in: true,
  });
  assert.deepEqual(wordsOf(told('CN=Harbour Proxy,O=Harbour Steel', false)), {
    protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', issuer: 'CN=Harbour Proxy,O=Harbour Steel', built_in: false,
  }, 'the print of another root can be of one device alone');
});

test('a leaf that stands alone says nothing of its root; one that was accepted in spite of a warning is nobody\'s', () => {
  assert.ok(!('built_in' in (wordsOf(told('CN=R11', false, 1)) ?? {})));
  assert.deepEqual(wordsOf({ state: 'secure', protocolVersion: 'TLSv1.3', cipherSuite: 'X', isUntrusted: true, certificates: [] }),
    { protocol: 'TLSv1.3', cipher: 'X', built_in: false });
});

test('of an issuer nothing is kept by which tools name their user', () => {
  const issuer = (/** @type {string} */ name) => wordsOf(told(name, false))?.issuer;
  assert.equal(issuer('CN=mkcert ada@lovelace-laptop (Ada Lovelace),OU=ada@lovelace-laptop (Ada Lovelace),O=mkcert development CA'), 'CN=mkcert,O=mkcert development CA');
  assert.equal(issuer('CN=Charles Proxy CA (14 Jan 2026\\, ada.local),OU=https://charlesproxy.com/ssl,O=XK72 Ltd,C=NZ'), 'CN=Charles Proxy CA,O=XK72 Ltd');
  assert.equal(issuer('E=ada@mail.example,CN="Steel, Harbour (Ada",O=A'), 'CN="Steel, Harbour,O=A');
  assert.equal(issuer('OU=Ada'), undefined);
  assert.equal(issuer(`CN=a\r\n:built-in: true${'x'.repeat(900)}`)?.includes('\n'), false);
  assert.equal(issuer(`CN=${'x'.repeat(900)}`)?.length, 200);
});

test('a host whose root is of the programme on one page and of none on the next; nothing of private windows', () => {
  const roots = new Roots();
  const [ours, other] = [{ issuer: 'CN=R11', built_in: true }, { issuer: 'CN=Proxy', built_in: false }];
  const of = (/** @type {any} */ security, secret = false, url = 'https://a.example/x') => roots.of(url, security, secret)?.changed;
  assert.deepEqual([of(ours), of(ours), of(other), of(other), of(ours)], [undefined, undefined, true, undefined, true]);
  assert.deepEqual([of(other, true), of(ours)], [undefined, undefined], 'a private window is not held to it, and leaves nothing');
  assert.deepEqual([of(other, false, 'https://b.example/'), of(null), of({ issuer: 'CN=R11' })], [undefined, undefined, undefined]);
  for (let at = 0; at < 2000; at += 1) of(ours, false, `https://h${at}.example/`);
  assert.equal(of(other), undefined, 'what was met first is forgotten first');
  assert.equal(headerLines([], { built_in: false, changed: true }), ':built-in: false\n:changed: true\n');
});

test('what is not secured, failed, or is gone says nothing', async () => {
  for (const state of ['insecure', 'broken', 'new']) assert.equal(wordsOf({ state }), null);
  assert.equal(await securityOf({ getSecurityInfo: async () => { throw new Error('gone'); } }, '1'), null);
  assert.deepEqual(await securityOf({ getSecurityInfo: async (/** @type {string} */ id, /** @type {object} */ how) => {
    assert.deepEqual([id, how], ['7', { certificateChain: true }]);
    return told('CN=R11', true);
  } }, '7'), wordsOf(told('CN=R11', true)));
});

test('the core is told it among the headers, and of what is recorded in bits', () => {
  assert.equal(headerLines([['server', 'x']], { protocol: 'TLSv1.3', built_in: false }), 'server: x\n:protocol: TLSv1.3\n:built-in: false\n');
  assert.equal(headerLines(undefined), '');
  assert.equal(recordsOf(['request-headers', 'cookies', 'response-headers', 'bodies', 'times']), 0b10_1111);
  assert.equal(recordsOf(['security', 'dns', 'else']), 0b101_0000);
});
