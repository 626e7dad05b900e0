// The page of a person's own lists, in headless Chromium under the manifest's content security policy. Behind it stand
// the real router, lists and core, in Node. The whole path is tests/e2e/own-lists.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { storageError } from '../../extension/background/shelf.js';
import { failureOf, leftOut } from '../../extension/options/words.js';
import { failure } from '../../extension/shared/protocol.js';
import { read_list } from '../wasm/engine.mjs';
import { HOSTILE } from './fixtures.mjs';
import { messages, serve } from './harness.mjs';
import { newDisk, newLife } from './own-lists.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FEEDS = fileURLToPath(new URL('../feeds/', import.meta.url));
const OUT = process.env.ONLOOKER_SHOTS;

/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
/** @type {string} */
let folder;

before(async () => {
  server = await serve();
  folder = mkdtempSync(join(tmpdir(), 'onlooker-lists-'));
  const executablePath = process.env.CHROMIUM ?? execFileSync('sh', ['-c', 'command -v chromium chromium-browser google-chrome-stable google-chrome | head -n 1'], { encoding: 'utf8' }).trim();
  browser = await puppeteer.launch({ executablePath, headless: true, pipe: true, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--no-first-run'] });
});
after(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true });
});

/** @param {{language?: string, dark?: boolean, width?: number, disk?: ReturnType<typeof newDisk>, tells?: boolean}} [how] `tells`: as Firefox, which can tell more */
async function open({ language = 'en', dark = false, width = 800, disk = newDisk(), tells = false } = {}) {
  const background = { life: await newLife(disk, '1', tells) };
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url?.endsWith('/favicon.ico')) errors.push(message.text());
  });
  await page.setViewport({ width, height: 700 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.exposeFunction('toBackground', (/** @type {unknown} */ message) => background.life.ask(message));
  await page.evaluateOnNewDocument((texts, language, tells) => {
    const scope = /** @type {any} */ (globalThis);
    scope.chrome = {
      i18n: {
        getUILanguage: () => language,
        getMessage: (/** @type {string} */ key, /** @type {string[]} */ values = []) => (texts[key]?.message ?? '').replace(/\$(\d)/g, (_, n) => values[n - 1] ?? ''),
      },
      runtime: { sendMessage: (/** @type {unknown} */ message) => scope.toBackground(message) },
      webRequest: tells ? { getSecurityInfo() {} } : {},
      permissions: {
        contains: async (/** @type {any} */ { permissions }) => permissions.every((/** @type {string} */ one) => scope.granted.includes(one)),
        request: async (/** @type {any} */ { permissions }) => {
          if (scope.refuses) throw new Error('blocked by policy');
          scope.granted.push(...permissions);
          return true;
        },
        remove: async (/** @type {any} */ { permissions }) => {
          scope.granted = scope.granted.filter((/** @type {string} */ one) => !permissions.includes(one));
          return true;
        },
      },
    };
    scope.granted = [];
  }, await messages(language), language, tells);
  await page.goto(`${server.origin}/options/options.html`);
  const { loading, options_reading: reading } = await messages(language);
  const settled = () => page.waitForFunction((...texts) => {
    const text = document.body.textContent ?? '';
    return document.querySelector('h1') && !texts.some((one) => text.includes(String(one)));
  }, {}, loading?.message, reading?.message);
  await settled();
  return {
    page, errors, disk, background,
    /** @param {...(string|[string, string|Uint8Array])} files of tests/feeds, or name and content */
    async choose(...files) {
      const paths = files.map((one) => {
        if (typeof one === 'string') return join(FEEDS, one);
        const path = join(folder, one[0]);
        writeFileSync(path, one[1]);
        return path;
      });
      const input = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$('input[type=file]'));
      await input.uploadFile(...paths);
      await settled();
    },
    /** Presses a button of that name, and waits for the answer. @param {string} start */
    async press(start) {
      const pressed = await page.evaluate((text) => {
        const found = [...document.querySelectorAll('button')].find((one) => one.textContent?.startsWith(text));
        found?.click();
        return Boolean(found);
      }, start);
      assert.ok(pressed, `there is a button "${start}"`);
    },
    text: () => page.evaluate(() => document.body.innerText.replace(/[ \t\u00a0]+/g, ' ')),
    status: () => page.$eval('[role=status]', (one) => one.textContent?.replace(/\s+/g, ' ').trim() ?? ''),
  };
}

/** @param {import('puppeteer-core').Page} page */
async function axe(page) {
  await page.evaluate(`${AXE};0`);
  const { violations, passes } = await page.evaluate(async () => {
    const found = await /** @type {any} */ (globalThis).axe.run(document);
    return { violations: found.violations.map((/** @type {any} */ one) => `${one.id}: ${one.nodes[0].html}`), passes: found.passes.length };
  });
  assert.ok(passes > 10, 'axe-core looked');
  assert.deepEqual(violations, []);
}

/** @param {import('puppeteer-core').Page} page @param {string} text */
const until = (page, text) => page.waitForFunction((wanted) => document.body.innerText.includes(wanted), {}, text);

for (const language of ['en', 'ar']) {
  for (const [width, dark] of /** @type {[number, boolean][]} */ ([[800, false], [320, true]])) {
    test(`${language}, ${width} px, ${dark ? 'dark' : 'light'}: axe-core finds nothing, nothing is too wide`, async () => {
      const { page, errors, choose, press } = await open({ language, width, dark });
      const texts = await messages(language);
      const shot = async (/** @type {string} */ name) => {
        await axe(page);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
        if (OUT) {
          mkdirSync(OUT, { recursive: true });
          await page.screenshot({ path: /** @type {`${string}.png`} */ (join(OUT, `${language}-${width}-${name}.png`)), fullPage: true });
        }
      };
      await shot('empty');
      await choose('bundle.stix2', 'hosts', 'ioc.yaml', 'roots.csv', ['page.html', '<!doctype html><title>x</title>'], ['notes.txt', 'this is no list at all\n']);
      await shot('chosen');
      await press(texts.options_use?.message ?? '');
      await until(page, texts.options_remove?.message ?? '');
      await press(texts.options_use?.message ?? '');
      await page.waitForFunction(() => document.querySelectorAll('[id^=list-]').length === 2);
      await shot('used');
      assert.equal(await page.$eval('html', (html) => html.dir), language === 'ar' ? 'rtl' : 'ltr');
      assert.deepEqual(errors, []);
      await page.close();
    });
  }
}

test('what only some browsers tell is not spoken of in the others', async () => {
  const { page, text, errors } = await open();
  assert.ok(!(await text()).includes('More that this browser can tell'));
  assert.deepEqual(errors, []);
  await page.close();
});

for (const language of ['en', 'ar']) {
  test(`certificates: off until they are turned on, and off again; a refusal is said (${language})`, async () => {
    const { page, press, text, status, errors } = await open({ language, width: 320, tells: true });
    const texts = await messages(language);
    const word = (/** @type {string} */ key) => texts[key]?.message ?? key;
    const granted = () => page.evaluate(() => /** @type {any} */ (globalThis).granted);
    await page.waitForSelector('#secure');
    for (const key of ['options_more', 'more_secure_what', 'more_secure_how', 'more_secure_limits', 'switch_off']) assert.ok((await text()).includes(word(key)), key);
    assert.deepEqual(await granted(), []);
    await axe(page);
    await page.evaluate(() => { /** @type {any} */ (globalThis).refuses = true; });
    await press(word('switch_turn_on'));
    await until(page, word('switch_refused'));
    await page.evaluate(() => { /** @type {any} */ (globalThis).refuses = false; });
    await press(word('switch_turn_on'));
    await until(page, word('switch_on'));
    assert.equal(await status(), word('more_secure_said_on'));
    assert.deepEqual(await granted(), ['webRequestBlocking']);
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'secure', 'the keyboard stays there');
    await axe(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320);
    await press(word('switch_turn_off'));
    await until(page, word('more_secure_said_off'));
    assert.equal(await status(), word('more_secure_said_off'));
    assert.deepEqual(await granted(), []);
    assert.deepEqual(errors, []);
    await page.close();
  });

  test(`names in the DNS: off until they are turned on, and off again; a failure is said (${language})`, async () => {
    const { page, text, status, errors, disk } = await open({ language, width: 320, tells: true });
    const texts = await messages(language);
    const word = (/** @type {string} */ key) => texts[key]?.message ?? key;
    await page.waitForSelector('#names');
    const press = () => page.evaluate(() => /** @type {HTMLElement} */ (document.querySelector('#names ~ .buttons button')).click());
    const said = () => page.$eval('#names ~ .said', (one) => one.textContent.trim());
    for (const key of ['more_names_name', 'more_names_what', 'more_names_how', 'more_names_limits']) assert.ok((await text()).includes(word(key)), key);
    assert.equal(await said(), word('switch_off'));
    assert.deepEqual(disk.local, {});
    disk.fails = new Error('full');
    await press();
    await until(page, word('switch_refused'));
    assert.equal(await said(), `${word('switch_off')} ${word('switch_refused')}`, 'beside the switch, where the focus is');
    assert.ok(!(await page.$eval('#secure ~ .said', (one) => one.textContent ?? '')).includes(word('switch_refused')), 'the other switch is not spoken of');
    assert.equal(await status(), word('switch_refused'));
    disk.fails = null;
    await press();
    await until(page, word('more_names_said_on'));
    assert.equal(await said(), word('switch_on'));
    assert.deepEqual(disk.local, { names: true });
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'names', 'the keyboard stays there');
    await axe(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320);
    await press();
    await until(page, word('more_names_said_off'));
    assert.equal(await status(), word('more_names_said_off'));
    assert.deepEqual(disk.local, {});
    assert.deepEqual(errors, []);
    await page.close();
  });
}

test('first what was read is shown, and then it can be used, and removed', async () => {
  const { page, choose, press, text, status, background, disk } = await open();
  assert.match(await text(), /You have added no list\./);
  assert.match(await text(), /sent nowhere/);
  await choose('bundle.stix2');
  const shown = await text();
  assert.match(shown, /Glasshouse, Lantern/);
  assert.match(shown, /File\s+bundle\.stix2/);
  assert.match(shown, /Format\s+Indicators \(STIX 2\)/);
  assert.match(shown, /Version\s+Not stated/);
  assert.match(shown, /Date\s+Mar 4, 2026/);
  assert.match(shown, /Licence\s+CC BY 4\.0/);
  assert.match(shown, /By\s+Laboratory of Examples/);
  assert.match(shown, /Holds\s+\d+ rules/);
  assert.match(shown, /Would also speak of many others\s+2 times · first in line 25 and 26/);
  assert.match(await status(), /^Read: bundle\.stix2$/);
  assert.deepEqual(background.life.inEngine(), []);
  assert.equal(disk.packs.size, 0);

  await press('Use this list: Glasshouse');
  await until(page, 'Remove');
  assert.deepEqual(background.life.inEngine(), ['Glasshouse, Lantern']);
  assert.match(await status(), /^In use: Glasshouse, Lantern$/);
  assert.match(await page.evaluate(() => document.activeElement?.id ?? ''), /^list-[0-9a-f]{64}$/, 'the keyboard goes where the list went');
  assert.doesNotMatch(await text(), /Read, and not used yet/);

  await choose('bundle.stix2');
  assert.match(await text(), /This list is in use already\./);
  assert.doesNotMatch(await text(), /Use this list/);
  await press('Put it away');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'used');

  await page.reload();
  await until(page, 'Glasshouse');
  await press('Remove');
  await until(page, 'You have added no list.');
  assert.deepEqual(background.life.inEngine(), []);
  assert.match(await status(), /^Removed: Glasshouse, Lantern$/);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'used');
  await page.close();
});

test('roots alone: said honestly, and not to be used', async () => {
  const { page, choose, text } = await open();
  await choose('roots.csv');
  assert.match(await text(), /Holds\s+\d root certificates/);
  assert.match(await text(), /looks at none, a later one will/);
  assert.doesNotMatch(await text(), /Use this list/);
  await page.close();
});

test('files that are no lists: each says why, and others are read all the same', async () => {
  const { page, choose, text, status } = await open();
  await choose(['a.html', '<html>'], ['b.zip', 'PK\u0003\u0004'], ['c.txt', ''], ['d.json', '{"type": "bun'], ['e.txt', 'no list at all\n'], 'trackers.txt');
  const shown = await text();
  for (const said of [/This is a web page/, /compressed/, /The file is empty/, /not a whole STIX bundle/, /Nothing in the file is a host/, /Use this list/]) assert.match(shown, said);
  // What can be named is in our words too.
  assert.match(shown.replace(/\s+/g, ' '), /not a whole STIX bundle\. From line 1 on\..*Nothing in the file is a host[^.]*\. Not the name of a host Once · first in line 1/);
  assert.deepEqual(await page.$$eval('.said [lang=en]', (found) => found.length), 0);
  assert.match(await status(), /^Read: trackers\.txt Not read: a\.html · b\.zip · c\.txt · d\.json · e\.txt$/);
  // Another choice leaves what can still be used, and takes the complaints away.
  await choose('hosts');
  assert.doesNotMatch(await text(), /This is a web page/);
  assert.match(await text(), /trackers\.txt/);
  await page.close();
});

test('files chosen while others are still being read: none is lost, and each is told of', async () => {
  const { page, choose, text, status, background } = await open();
  const { ask } = background.life;
  /** @type {() => void} */
  let go = () => {};
  const held = new Promise((done) => { go = () => done(undefined); });
  background.life.ask = async (message, from) => {
    if (JSON.stringify(message).includes('"trackers.txt"')) await held;
    return ask(message, from);
  };
  const first = /** @type {import('puppeteer-core').ElementHandle<HTMLInputElement>} */ (await page.$('input[type=file]'));
  await first.uploadFile(join(FEEDS, 'trackers.txt'));
  await until(page, 'trackers.txt');
  await first.uploadFile(join(FEEDS, 'hosts'));
  await page.waitForFunction(() => document.querySelector('[role=status]')?.textContent?.includes('Read: hosts'));
  assert.deepEqual(await page.$$eval('.list h3', (found) => found.map((one) => one.textContent)), ['A hosts file of our own making', 'trackers.txt']);
  go();
  await page.waitForFunction(() => document.querySelector('[role=status]')?.textContent?.includes('Read: trackers.txt'));
  assert.deepEqual(await page.$$eval('.main-button', (found) => found.map((one) => one.textContent)), ['Use this list: A hosts file of our own making', 'Use this list: trackers.txt']);
  // What was no list goes with the next choice, as before.
  await choose(['a.html', '<html>']);
  await choose(['b.zip', 'PK\u0003\u0004']);
  assert.doesNotMatch(await text(), /This is a web page/);
  assert.match(await status(), /^Not read: b\.zip$/);
  await page.close();
});

test('the place for what is read out is there before the words', async () => {
  const { page, choose } = await open();
  assert.deepEqual(await page.$eval('[role=status]', (one) => [getComputedStyle(one).display, one.textContent]), ['block', '']);
  const height = () => page.$eval('[role=status]', (one) => one.getBoundingClientRect().height);
  const before = await height();
  await choose('hosts');
  assert.equal(await height(), before, 'and its room too: nothing moves when they come');
  await page.close();
});

test('too large a file is refused before it is read', async () => {
  const { page, choose, text } = await open();
  await page.evaluate(() => { FileReader.prototype.readAsDataURL = () => { throw new Error('it was read'); }; });
  await choose(['large.txt', Buffer.alloc((32 << 20) + 1, 97)]);
  assert.match(await text(), /larger than 32 MB/);
  await page.close();
});

test('no room on the disk: said at the list, and it can be tried again', async () => {
  const { page, choose, press, text, disk } = await open();
  await choose('trackers.txt');
  disk.fails = storageError(new DOMException('', 'QuotaExceededError'));
  await press('Use this list');
  await until(page, 'no room left on the disk');
  assert.match(await page.$eval('.list .said', (one) => one.textContent ?? ''), /no room left/);
  assert.match(await text(), /You have added no list/);
  disk.fails = null;
  await press('Use this list');
  await until(page, 'Remove');
  assert.doesNotMatch(await text(), /no room left/);
  await page.close();
});

test('a browser that keeps nothing says so', async () => {
  const disk = newDisk();
  disk.area.get = async () => { throw new Error('nothing'); };
  const { page, text } = await open({ disk });
  assert.match(await text(), /keeps nothing on the disk/);
  assert.doesNotMatch(await text(), /You have added no list/);
  await page.close();
});

test('the background was ended between reading and using', async () => {
  const { page, choose, press, background, disk } = await open();
  await choose('trackers.txt');
  background.life = await newLife(disk);
  await press('Use this list');
  await until(page, 'Remove');
  assert.deepEqual(background.life.inEngine(), ['trackers.txt']);
  await page.close();
});

test('a list that is lost says so, and the same file mends it', async () => {
  const disk = newDisk();
  const first = await open({ disk });
  await first.choose('trackers.txt');
  await first.press('Use this list');
  await until(first.page, 'Remove');
  await first.page.close();
  disk.packs.clear();
  disk.files.clear();
  const { page, choose, press, text } = await open({ disk });
  assert.match(await text(), /can’t be read any more/);
  await choose('trackers.txt');
  await press('Use this list');
  await page.waitForFunction(() => !document.body.innerText.includes('can’t be read any more'));
  assert.equal(await page.$$eval('[id^=list-]', (found) => found.length), 1);
  await page.close();
});

test('what a hostile file says of itself is text', async () => {
  const { page, choose, press, errors } = await open();
  const files = HOSTILE.map((text, at) => /** @type {[string, string]} */ ([
    `h${at}${at % 2 ? '"><img src=x>' : ' \u202Etxt.<b>'}`, `# Title: ${text}\n# Version: ${text}\n# Licence: ${text}\n# Attribution: ${text}\n# Date: ${text}\nh${at}.example\n${text}\n`]));
  await choose(...files);
  for (let at = 0; at < files.length; at += 1) {
    await press('Use this list');
    await page.waitForFunction((n) => document.querySelectorAll('[id^=list-]').length === n, {}, at + 1);
  }
  assert.deepEqual(await page.$$eval('main *', (found) => found.map((one) => one.localName).filter((name) => ['img', 'script', 'b', 'iframe', 'a'].includes(name))), []);
  assert.notEqual(await page.title(), 'owned');
  assert.doesNotMatch(await page.evaluate(() => document.body.innerText), /[\u202A-\u202E]/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 800);
  assert.deepEqual(errors, []);
  await page.close();
});

test('the keyboard alone: choose, use, remove', async () => {
  const { page, choose } = await open();
  await page.bringToFront();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), 'file');
  assert.ok(await page.$eval('.choose', (one) => getComputedStyle(one).outlineStyle !== 'none'), 'the focus is seen');
  // What would open the browser's own window for files.
  await page.evaluate(() => document.activeElement?.addEventListener('click', (event) => {
    event.preventDefault();
    document.title = 'asked for files';
  }, { once: true }));
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.title === 'asked for files');
  await choose('trackers.txt');
  await page.focus('input');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /^Use this list: trackers\.txt$/);
  await page.keyboard.press('Enter');
  await until(page, 'Remove');
  await page.keyboard.press('Tab');
  assert.match(await page.evaluate(() => document.activeElement?.textContent ?? ''), /^Remove: trackers\.txt$/);
  await page.keyboard.press('Space');
  await until(page, 'You have added no list.');
  await page.close();
});

test('every refusal of the core has words of ours', () => {
  const refusal = (/** @type {string|Uint8Array} */ content) => {
    try {
      read_list('x', Buffer.from(content));
    } catch (error) {
      // As it comes through a message, and whatever the core says in English.
      const { message, ...rest } = JSON.parse(JSON.stringify(failure(error)));
      return { ...rest, message: `${message}?` };
    }
    throw new Error('it was taken');
  };
  const said = (/** @type {string|Uint8Array} */ content) => failureOf(refusal(content)).word;
  assert.deepEqual([
    Buffer.alloc((32 << 20) + 1, 97), Buffer.from([0xff, 0xfe, 97]), Buffer.from([0x1f, 0x8b, 8]), 'PK\u0003\u0004', ' \n', '<html>', '{"a": 1}', '{"a', '[{"a": 1}]', 'no list\n', 'SHA-256 Fingerprint 2,\n',
  ].map(said), ['too-large', 'utf-16', 'compressed', 'compressed', 'empty', 'web-page', 'json', 'json', 'json', 'nothing', 'no-fingerprints']);
  // With what can be named, in our words too.
  assert.deepEqual(failureOf(refusal('{\n"a')), { word: 'json', detail: '', left: [], line: 2 });
  assert.deepEqual(failureOf(refusal('\nno list\nco.uk\nno list\n')), {
    word: 'nothing', detail: '', left: [{ word: 'not-a-host', whys: [], count: 2, lines: [2] }], line: 0,
  });
  assert.deepEqual(failureOf(refusal('# nothing\n')), { word: 'nothing', detail: '', left: [], line: 0 });
  assert.deepEqual(failureOf({ variant: 'feed-of-tomorrow', message: 'of tomorrow' }), { word: 'else', detail: 'of tomorrow', left: [], line: 0 });
  assert.equal(failureOf({ variant: 'wasm-off', message: 'x' }).word, 'engine');
  assert.equal(failureOf({ variant: 'storage-full', message: 'x' }).word, 'storage-full');
  // Every refusal of a list has words of its own, but for two that a person cannot bring about alone.
  const named = readFileSync(new URL('../../src/error.rs', import.meta.url), 'utf8').match(/"feed-[a-z0-9-]+"/g) ?? [];
  assert.deepEqual(named.map((quoted) => quoted.slice(1, -1)).filter((variant) => failureOf({ variant, message: 'x' }).word === 'else'), ['feed-roots-only', 'feed-same-number']);
});

test('reasons for leaving out: together by our words, lines in order', () => {
  assert.deepEqual(leftOut([
    { why: 'public-suffix', count: 1, lines: [9] }, { why: 'cosmetic', count: 7, lines: [1, 2] },
    { why: 'shared-host', count: 3, lines: [2, 4, 9, 11] }, { why: 'option-popup', count: 1, lines: [3] }, { why: 'of-tomorrow', count: 1, lines: [1] },
  ]), [
    { word: 'looks', whys: [], count: 7, lines: [1, 2] },
    { word: 'too-wide', whys: [], count: 4, lines: [2, 4, 9, 11] },
    { word: 'else', whys: ['option-popup', 'of-tomorrow'], count: 2, lines: [1, 3] },
  ]);
  // What stands in the files of tests/feeds has words, but for forms that the core names.
  const rest = ['bundle.stix2', 'hosts', 'ioc.yaml', 'domains.txt', 'blocker.txt', 'roots.csv'].flatMap((name) =>
    leftOut(read_list(name, readFileSync(join(FEEDS, name))).skipped).find(({ word }) => word === 'else')?.whys ?? []);
  assert.deepEqual([...new Set(rest)].filter((why) => !/^option-|^pattern-|^ipv6|^regex|^url-not-plain|^unicode-host|^no-supported-domains/.test(why)), []);
});

