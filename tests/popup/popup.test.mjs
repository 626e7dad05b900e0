// The popup's own files in headless Chromium, under the manifest's content security policy, against made-up answers.
// The whole path, with the real background and both browsers, is tests/e2e's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { STATES } from './fixtures.mjs';
import { messages, serve, standIn } from './harness.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @type {import('puppeteer-core').Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;

function chromium() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  for (const name of names) {
    if (!name) continue;
    if (name.includes('/')) return name;
    try {
      return execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();
    } catch { /* the next name */ }
  }
  throw new Error('no Chromium found: install it or name it in CHROMIUM');
}

before(async () => {
  server = await serve();
  browser = await puppeteer.launch({ executablePath: chromium(), headless: true, pipe: true, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--no-first-run'] });
});
after(async () => {
  await browser.close();
  server.close();
});

/** Anything at all that a page may answer. @typedef {import('../../extension/shared/protocol.js').PageReport|null|'never'} Answer */

/**
 * @param {Answer} answer
 * @param {{language?: string, dark?: boolean, width?: number, grant?: boolean, android?: boolean}} [how]
 */
async function open(answer, { language = 'en', dark = false, width = 380, grant = false, android = false } = {}) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url?.endsWith('/favicon.ico')) errors.push(message.text());
  });
  await page.setViewport({ width, height: 600 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  await page.evaluateOnNewDocument((given) => Object.assign(globalThis, given), { grant, os: android ? 'android' : 'linux' });
  await page.evaluateOnNewDocument(standIn, { answer, texts: await messages(language), language });
  await page.goto(`${server.origin}/popup/popup.html`);
  const asked = () => page.evaluate(() => /** @type {{kind: string}[]} */ (/** @type {any} */ (globalThis).asked).map(({ kind }) => kind));
  if (answer !== 'never') {
    const { loading } = await messages(language);
    await page.waitForFunction((text) => ![undefined, text].includes(document.querySelector('h1')?.textContent ?? undefined), {}, loading?.message);
  }
  return { page, errors, asked };
}

/** @param {import('puppeteer-core').Page} page @param {string} selector */
const texts = (page, selector) => page.$$eval(selector, (found) => found.map((one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim()));

/** @param {import('puppeteer-core').Page} page */
async function axe(page) {
  await page.evaluate(`${AXE};0`);
  const { violations, passes } = await page.evaluate(async () => {
    const found = await /** @type {any} */ (globalThis).axe.run(document);
    return {
      violations: found.violations.map((/** @type {any} */ one) => `${one.id}: ${one.nodes[0].html}`),
      passes: found.passes.length,
    };
  });
  assert.ok(passes > 10, 'axe-core looked');
  assert.deepEqual(violations, []);
}

/** Opens everything that can be opened. @param {import('puppeteer-core').Page} page */
async function openAll(page) {
  for (const selector of ['[role="tabpanel"]:not([hidden]) .head button', '[role="tabpanel"]:not([hidden]) .link']) {
    await page.$$eval(selector, (found) => { for (const one of found) /** @type {HTMLElement} */ (one).click(); });
  }
}

for (const [state, answer] of Object.entries(STATES)) {
  if (state === 'many') continue;
  for (const language of ['en', 'ar']) {
    test(`${state}, ${language}: axe-core finds nothing, nothing is wider than the popup`, async () => {
      const { page, errors } = await open(answer, { language, dark: language === 'ar' });
      const tabs = await page.$$('[role="tab"]');
      for (let at = -1; at < tabs.length; at++) {
        if (at >= 0) {
          await tabs[at]?.click();
          await openAll(page);
        }
        await axe(page);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 380);
      }
      assert.deepEqual(errors, []);
      assert.equal(await page.$eval('html', (html) => html.dir), language === 'ar' ? 'rtl' : 'ltr');
      await page.close();
    });
  }
}

test('no state but a whole look says that nobody looks on', async () => {
  for (const [state, answer] of [...Object.entries(STATES), ['no answer', null]]) {
    const { page } = await open(/** @type {Answer} */ (answer));
    const all = (await texts(page, 'body')).join(' ');
    const level = await texts(page, '.level');
    if (state === 'none') assert.deepEqual(level, ['Level: None']);
    else assert.ok(!all.includes('Nobody else was seen while'), String(state));
    if (!['none', 'low', 'some', 'severe', 'gaps', 'many', 'hostile'].includes(String(state))) {
      assert.match(level[0] ?? '', /Not known$/, String(state));
      assert.ok(!/· 0/.test((await texts(page, '#tab-who, #tab-how')).join(' ')), `${state}: a nought says too much`);
    }
    await page.close();
  }
});

test('a row opens in place to rule, list, line, exception and certainty', async () => {
  const { page } = await open(STATES.some ?? null);
  assert.deepEqual(await texts(page, 'h1'), ['7 organisations look on while you read this page.']);
  assert.equal((await page.$$('.details')).length, 0, 'evidence is not rendered before it is asked for');
  const names = await texts(page, '.head button');
  const google = (await page.$$('.head button'))[names.indexOf('Google, Moderate')];
  assert.equal(await google?.evaluate((button) => button.getAttribute('aria-expanded')), 'false');
  await google?.focus();
  await page.keyboard.press('Enter');
  assert.equal(await google?.evaluate((button) => button.getAttribute('aria-expanded')), 'true');
  const evidence = (await texts(page, '.details')).join(' ');
  for (const part of [
    '27 requests', 'securepubads.g.doubleclick.net', '||www.google-analytics.com^$third-party',
    'AdGuard Tracking Protection filter of Mar 20, 2026, line 4,812', 'Section: Tracking servers',
    'Known tracker, allowed by the list to avoid breakage.', '@@||google-analytics.com/analytics.js$domain=daily-courier.example',
    'Reported: a public list or a study says so.', 'https://www.google-analytics.com/g/collect?v=…',
  ]) assert.ok(evidence.includes(part), part);
  await page.keyboard.press('Enter');
  assert.equal((await page.$$('.details')).length, 0);
  await page.close();
});

test('tabs follow the arrow keys, in the direction of the text', async () => {
  for (const [language, forward] of /** @type {const} */ ([['en', 'ArrowRight'], ['ar', 'ArrowLeft']])) {
    const { page } = await open(STATES.some ?? null, { language });
    const chosen = () => page.evaluate(() => [document.activeElement?.id, document.querySelector('[role="tabpanel"]:not([hidden])')?.id]);
    await page.focus('#tab-who');
    await page.keyboard.press(forward);
    assert.deepEqual(await chosen(), ['tab-how', 'panel-how']);
    await page.keyboard.press('End');
    assert.deepEqual(await chosen(), ['tab-unknown', 'panel-unknown']);
    await page.keyboard.press(forward);
    assert.deepEqual(await chosen(), ['tab-who', 'panel-who']);
    assert.equal(await page.$$eval('[role="tab"][tabindex="0"]', (found) => found.length), 1);
    await page.close();
  }
});

test('what a page wrote is text, and never turns the line', async () => {
  const { page, errors } = await open(STATES.hostile ?? null);
  for (const tab of await page.$$('[role="tab"]')) {
    await tab.click();
    await openAll(page);
  }
  assert.deepEqual(await page.evaluate(() => [document.title, document.images.length, document.scripts.length]), ['Onlooker', 0, 1]);
  const all = await page.$eval('main', (main) => main.textContent ?? '');
  assert.ok(all.includes('<img src=x onerror='));
  assert.ok(all.includes('\\u{202e}evil.example'), 'characters that turn the line are written out');
  assert.ok(!all.includes('\u202E'));
  assert.deepEqual(errors, []);
  await page.close();
});

test('a very long rule shows its beginning, and all of it when asked', async () => {
  const { page } = await open(STATES.hostile ?? null);
  await page.$$eval('#panel-who .head button', (found) => { for (const one of found) /** @type {HTMLElement} */ (one).click(); });
  assert.equal((await page.$$('.cut')).length, 1);
  const before = await page.$eval('.cut', (one) => one.getBoundingClientRect().height);
  await page.focus('.cut + .link');
  await page.keyboard.press('Enter');
  assert.equal((await page.$$('.cut')).length, 0);
  assert.ok(await page.evaluate(() => document.activeElement?.matches('.head button')), 'the keyboard is not lost');
  assert.ok(before > 0 && before < 120);
  await page.close();
});

test('permission: asked for by the click, and a refusal is said', async () => {
  for (const grant of [false, true]) {
    const { page, asked } = await open(STATES['no-permission'] ?? null, { grant });
    await page.click('.main-button');
    await page.waitForFunction((text) => (document.querySelector('[role="status"]')?.textContent ?? '').includes(text), {}, grant ? 'Allowed' : 'not allowed');
    assert.ok((await asked()).includes('permission'));
    if (grant) {
      await page.click('.main-button');
      assert.ok((await asked()).includes('reload'));
    }
    await page.close();
  }
});

test('saving says the name of the file', async () => {
  const { page, asked } = await open(STATES.some ?? null);
  for (const [at, kind] of ['page-report-json', 'page-log'].entries()) {
    await page.$$eval('.plain-button', (found, n) => /** @type {HTMLElement} */ (found[n]).click(), at);
    await page.waitForFunction((name) => document.querySelector('footer [role="status"]')?.textContent?.includes(`${name}.json`), {}, kind);
    assert.ok((await asked()).includes(kind));
  }
  await page.close();
});

test('while there is no answer it says that it is looking, and shows no level', async () => {
  const { page } = await open('never');
  await page.waitForSelector('h1');
  assert.deepEqual(await texts(page, 'h1'), ['Looking…']);
  assert.deepEqual(await texts(page, '.level'), ['']);
  assert.equal(await page.$eval('.answer', (answer) => answer.getAttribute('aria-live')), 'polite');
  await page.close();
});

test('a new answer is shown, and what was open stays open', async () => {
  const { page } = await open(STATES.low ?? null);
  await page.click('.head button');
  await page.evaluate((next) => { /** @type {any} */ (globalThis).answer = next; }, /** @type {any} */ (STATES.some));
  await page.waitForFunction(() => document.querySelector('h1')?.textContent?.startsWith('7 '));
  assert.deepEqual(await texts(page, '.row.open h3'), ['JSDelivr CDN, Low']);
  await page.close();
});

test('500 organisations: all there, evidence only where opened', async () => {
  const { page } = await open(STATES.many ?? null);
  assert.equal((await page.$$('#panel-who .row')).length, 500);
  assert.ok(await page.evaluate(() => document.querySelectorAll('*').length) < 8000);
  await page.$$eval('#panel-who .head button', (found) => /** @type {HTMLElement} */ (found[400]).click());
  assert.equal((await page.$$('.details')).length, 1);
  await page.close();
});

test('a phone gives it its whole width, and large text is not cut', async () => {
  const phone = await open(STATES.some ?? null, { width: 320, android: true });
  assert.equal(await phone.page.evaluate(() => document.body.offsetWidth), 320);
  assert.ok(await phone.page.evaluate(() => document.documentElement.scrollWidth) <= 320);
  await phone.page.close();
  const large = await open(STATES.some ?? null, { width: 760 });
  await large.page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
  await openAll(large.page);
  assert.ok(await large.page.evaluate(() => document.documentElement.scrollWidth) <= 760);
  await large.page.close();
});

test('everything to press is at least 24 px, and 44 px on touch', async () => {
  const { page } = await open(STATES.some ?? null);
  await openAll(page);
  const small = (/** @type {number} */ least) => page.$$eval('button', (found, size) => found.filter((one) => {
    // A row's button fills its row by a pseudo-element.
    const box = (one.closest('.head') ?? one).getBoundingClientRect();
    return one.checkVisibility() && (box.height < size || box.width < 24);
  }).map((one) => one.textContent), least);
  assert.deepEqual(await small(24), []);
  const devtools = await page.createCDPSession();
  await devtools.send('Emulation.setEmulatedMedia', { features: [{ name: 'pointer', value: 'coarse' }] });
  if (await page.evaluate(() => matchMedia('(pointer: coarse)').matches)) assert.deepEqual(await small(43.9), []);
  await page.close();
});
