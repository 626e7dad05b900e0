// The popup's own files in headless Chromium, under the manifest's content security policy, against made-up answers.
// The whole path, with the real background and both browsers, is tests/e2e's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { heavy, STATES } from './fixtures.mjs';
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

/** Opens everything that can be opened, what comes to light by that too. @param {import('puppeteer-core').Page} page */
async function openAll(page) {
  const closed = await page.evaluate(() => {
    const found = () => /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(':is(header, [role="tabpanel"]:not([hidden])) :is([aria-expanded="false"], .link:not(.away, .to))'));
    for (let round = 0; round < 20 && found().length > 0; round++) for (const one of found()) one.click();
    return found().length;
  });
  assert.equal(closed, 0);
}

/** Opens what bears that text. @param {import('puppeteer-core').Page} page @param {...string} labels */
async function openNamed(page, ...labels) {
  for (const label of labels) {
    const found = await page.evaluate((text) => {
      const named = (/** @type {Element} */ one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim();
      const button = [...document.querySelectorAll('[aria-expanded="false"], .link')].find((one) => one.checkVisibility() && named(one).startsWith(text));
      if (button instanceof HTMLElement) button.click();
      return button !== undefined;
    }, label);
    assert.ok(found, label);
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
    // All of it was seen, and nobody but the site itself.
    else if (['listed-site', 'own-site', 'sign-site'].includes(String(state))) assert.deepEqual(level, ['Level: Low']);
    else assert.ok(!all.includes('Nobody else was seen while'), String(state));
    if (!['none', 'low', 'some', 'severe', 'gaps', 'many', 'hostile', 'listed', 'listed-site', 'own-site', 'vendor-site', 'private', 'bare', 'all-named', 'below-site', 'sign', 'sign-site', 'added-list', 'in-part'].includes(String(state))) {
      assert.match(level[0] ?? '', /Not known$/, String(state));
      assert.ok(!/· 0/.test((await texts(page, '#tab-who, #tab-how')).join(' ')), `${state}: a nought says too much`);
    }
    await page.close();
  }
});

test('what was looked for in part stands in the third tab, with why', async () => {
  const { page } = await open(STATES['in-part'] ?? null);
  await page.click('#tab-how');
  assert.ok(!(await texts(page, '#panel-how')).join(' ').includes('exchange'), 'it is not among what was not seen');
  await page.click('#tab-unknown');
  const told = (await texts(page, '#panel-unknown')).join(' ').replaceAll(/\s+/g, ' ');
  assert.match(told, /Looked for in part only, and not seen there Some cookies were longer, or more, than Onlooker keeps\./);
  assert.match(told, /What was sent with some requests could not be read\. Once/);
  await page.close();
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
    'Reported: a public list, a study or a maker’s own documents say what this means.', 'https://www.google-analytics.com/g/collect?v=…',
  ]) assert.ok(evidence.includes(part), part);
  await page.keyboard.press('Enter');
  assert.equal((await page.$$('.details')).length, 0);
  await page.close();
});

test('what a finding tells is told in the reader\'s words, and what a page calls something in the page\'s', async () => {
  const answer = structuredClone(STATES.some);
  const found = answer?.state === 'ok' ? answer.report.pages[0]?.findings.find(({ watcher }) => watcher === 'Google') : undefined;
  assert.ok(answer?.state === 'ok' && found);
  Object.assign(found, {
    technique: 'consent', rule: null, subject: { place: 'query', name: 'gdpr_consent' },
    details: [{ what: 'purpose', text: '1-2, 9' }, { what: 'purpose', text: 'exact location' }, { what: 'count', text: '12' }],
  });
  const told = {
    en: ['in the address gdpr_consent', 'For', 'keeps or reads data on the device, chooses adverts by limited data, studies audiences, and using the exact location', 'Companies'],
    ar: ['في العنوان gdpr_consent', 'استعمال الموقع الدقيق', 'دراسة الجمهور', 'الشركات'],
  };
  for (const [language, parts] of Object.entries(told)) {
    const { page } = await open(answer, { language });
    const button = (await page.$$('.head button'))[(await texts(page, '.head button')).findIndex((name) => name.includes('Google'))];
    await button?.focus();
    await page.keyboard.press('Enter');
    const evidence = (await texts(page, '.details')).join(' ');
    for (const part of parts) assert.ok(evidence.includes(part), `${language}: ${part}: ${evidence}`);
    assert.ok(language === 'en' || !evidence.includes('exact location'), evidence);
    await page.close();
  }
});

test('an organisation that is named elsewhere leads to its row under "Who", open, with the keyboard', async () => {
  const answer = structuredClone(STATES.some);
  const page0 = answer?.state === 'ok' ? answer.report.pages[0] : undefined;
  assert.ok(answer?.state === 'ok' && page0);
  const [marks] = page0.findings.filter(({ technique, watcher }) => technique === 'link-decoration' && watcher === null);
  assert.ok(marks);
  /** @param {string} id @param {{watcher: string|null, domain: string}} from @param {string|null} [watcher] */
  const had = (id, from, watcher = null) => page0.findings.push({ ...marks, id, from, watcher, subject: { place: 'query', name: id }, weight: 'high', severity: 'high' });
  marks.from = { watcher: 'Hotjar', domain: 'static.hotjar.com' };
  had('site', { watcher: null, domain: 'www.daily-courier.example' });
  had('gone', { watcher: 'Somebody gone', domain: 'gone.example' });
  // A host that is called as an organisation is, and one of whom the owner is not known.
  page0.watchers.push({ ...page0.watchers.find(({ name }) => name === 'Hotjar') ?? assert.fail(), known: false, domains: ['hotjar'] });
  had('host', { watcher: 'Hotjar', domain: 'hotjar' }, 'Google');
  had('own', { watcher: 'Google', domain: 'www.google.com' }, 'Google');
  for (const [language, words] of Object.entries({ en: 'Hotjar, show under “Who”', ar: 'Hotjar، العرض تحت «من»' })) {
    const { page, errors } = await open(answer, { language });
    const at = () => page.evaluate(() => ({
      tab: document.querySelector('[role="tab"][aria-selected="true"]')?.id, row: /** @type {HTMLElement} */ (document.activeElement?.closest('.row'))?.dataset.key,
      head: document.activeElement?.matches('.head button[aria-expanded="true"]'), top: document.activeElement?.closest('.row')?.getBoundingClientRect().top ?? -1,
      under: document.querySelector('.tabs')?.getBoundingClientRect().bottom ?? 0,
    }));
    /** Presses what leads to a row, as the keyboard does. @param {string} within @param {string} name */
    const go = async (within, name) => {
      const found = await page.evaluateHandle((selector, text) => [...document.querySelectorAll(selector)].find((one) => one.checkVisibility() && one.textContent?.startsWith(text)) ?? null, `${within} .to`, name);
      const button = found.asElement();
      assert.ok(button, name);
      await /** @type {import('puppeteer-core').ElementHandle<Element>} */ (button).focus();
      await page.keyboard.press('Enter');
      const now = await at();
      assert.ok(now.top >= now.under - 1 && now.top < 600, `${name}: at ${now.top}, below ${now.under}`);
      return now;
    };
    await page.click('#tab-how');
    await page.$$eval('#panel-how .head button', (found) => { for (const one of found) one.click(); });
    const site = (await texts(page, '#panel-how .findings .to'));
    assert.deepEqual(site, [words], 'neither the site itself nor whom the list has not');
    assert.match((await texts(page, '#panel-how .findings')).join(), language === 'en' ? /Comes from Somebody gone gone\.example/ : /يأتي من Somebody gone gone\.example/);
    await axe(page);
    const from = await go('#panel-how .findings', 'Hotjar');
    assert.deepEqual({ ...from, top: 0, under: 0 }, { tab: 'tab-who', row: 'watcher:Hotjar', head: true, top: 0, under: 0 });
    // Those who do it likewise.
    await page.click('#tab-how');
    assert.equal((await go('#panel-how dl', 'Criteo')).row, 'watcher:Criteo');
    // What came from whom the row itself is about leads nowhere.
    await openNamed(page, 'Google');
    assert.equal((await texts(page, '#panel-who .findings .to')).length, 1);
    assert.equal((await go('#panel-who .findings', 'Hotjar')).row, 'watcher:host/Hotjar');
    assert.deepEqual(errors, []);
    await page.close();
  }
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

test('the page in numbers: kinds, countries, and of how many the country is not known', async () => {
  const { page } = await open(STATES.listed ?? null);
  assert.deepEqual(await texts(page, '.overview p'), [
    'High, because of: Data broker, One ID over many sites (identity graph), Ad exchange (real-time bidding), and 2 more, 2 of them high.',
    'Among them: Data broker, One ID over many sites (identity graph), Ad exchange (real-time bidding) · 3, and 4 more, one of them high.',
    'In: United States · 6, France, Malta, and Russia. The country of 2 of them is not known.',
    'Whose this site is, is not known here.',
  ]);
  // What the level rests on, then who is among them.
  for (let folded = 2; folded > 0; folded -= 1) {
    assert.equal((await page.$$('.overview .link')).length, folded);
    await page.focus('.overview .link');
    await page.keyboard.press('Enter');
  }
  const [because, among] = await texts(page, '.overview p');
  assert.match(because ?? '', /, Recorder of visits \(session replay\), and Auction of your visit \(real-time bidding\)\.$/);
  assert.match(among ?? '', /and Linked to a state\.$/);
  assert.equal((await page.$$('.overview .link')).length, 0);
  assert.ok(await page.evaluate(() => document.activeElement?.matches('.overview')), 'the keyboard is not lost');
  await page.close();
  const arabic = await open(STATES.listed ?? null, { language: 'ar' });
  assert.match((await texts(arabic.page, '.overview p'))[2] ?? '', /^في: الولايات المتحدة \(6\) وفرنسا .*لا يُعرف بلد جهتين منها\.$/);
  // "And" is one word with what follows it, and goes to the next line with it.
  assert.deepEqual(await texts(arabic.page, '.tied'), ['و2 أخرى، مستوى اثنين منها مرتفع', 'و4 أخرى، مستوى واحد منها مرتفع']);
  await arabic.page.close();
});

test('what weighs most is not hidden: it stands before the cut, and the button says what is behind it', async () => {
  const { answer, watcher } = heavy();
  /** @type {Record<string, Record<string, string>>} */
  const said = {
    en: {
      hosts: 'Show all 9', findings: 'Show all 8', site: 'Show all 6', by: 'Show all 16', owners: 'Show all 15',
      highHosts: 'Show all 13: 9 more, one of them severe and 3 of them high', highSite: 'Show all 6: 3 more, 2 of them high', highBy: 'Show all 16: 8 more, 2 of them high',
    },
    ar: {
      hosts: 'عرض الكل (9)', findings: 'عرض الكل (8)', site: 'عرض الكل (6)', by: 'عرض الكل (16)', owners: 'عرض الكل (15)',
      highHosts: 'عرض الكل (13): 9 أخرى، مستوى واحد منها شديد ومستوى 3 منها مرتفع', highSite: 'عرض الكل (6): 3 أخرى، مستوى اثنين منها مرتفع', highBy: 'عرض الكل (16): 8 أخرى، مستوى اثنين منها مرتفع',
    },
  };
  for (const [language, word] of Object.entries(said)) {
    const { page, errors } = await open(answer, { language });
    const rests = (/** @type {string} */ panel) => texts(page, `#panel-${panel} .rest button`);
    await openNamed(page, watcher);
    assert.deepEqual((await texts(page, '.details dd code')).slice(0, 3), ['z6.weighty.example', 'z5.weighty.example', 'z7.weighty.example']);
    // Three of the four that are shown weigh much, and none of those behind the button.
    assert.deepEqual(await rests('who'), [word.hosts, word.findings]);
    await page.click('#tab-how');
    await page.$$eval('#panel-how .head button', (found) => { for (const one of found) one.click(); });
    assert.deepEqual(await rests('how'), [word.by, word.site, word.by]);
    await page.click('#tab-unknown');
    assert.deepEqual(await rests('unknown'), [word.owners]);
    assert.equal((await texts(page, '#panel-unknown .hosts li'))[0], 'host14.example', 'the gravest first');
    await page.close();
    // Where there are more of them than are shown.
    const heavier = structuredClone(answer);
    const its = heavier.report.pages[0];
    assert.ok(its);
    const [any] = its.findings;
    for (const [n, one] of its.watchers.entries()) {
      if (n <= 6 || !any) continue;
      one.level = 'high';
      // What they did by that technique; of the contact with them nothing more is told.
      its.findings.push({ ...any, id: `by${n}`, domain: one.domains[0] ?? '', watcher: one.name, severity: 'high', weight: 'high' });
    }
    for (const found of its.findings) if (found.watcher === null && found.weight === 'low') found.weight = 'high';
    const [first] = its.findings;
    for (const n of [1, 2, 3, 4]) its.findings.push(...first ? [{ ...first, id: `more${n}`, domain: `more${n}.weighty.example`, severity: /** @type {const} */ ('severe'), weight: /** @type {const} */ ('severe') }] : []);
    its.watchers[0]?.domains.push('more1.weighty.example', 'more2.weighty.example', 'more3.weighty.example', 'more4.weighty.example');
    for (const found of its.findings) if (found.domain.startsWith('a1')) found.weight = 'high';
    const other = await open(heavier, { language });
    await openNamed(other.page, watcher);
    assert.ok((await texts(other.page, '#panel-who .rest button')).includes(word.highHosts ?? ''), (await texts(other.page, '.rest button')).join('; '));
    await other.page.click('#tab-how');
    await other.page.$$eval('#panel-how .head button', (found) => { for (const one of found) one.click(); });
    assert.deepEqual(await texts(other.page, '#panel-how .rest button'), [word.highBy, word.highSite, word.by]);
    await axe(other.page);
    assert.ok(await other.page.evaluate(() => document.documentElement.scrollWidth) <= 380);
    assert.deepEqual([...errors, ...other.errors], []);
    await other.page.close();
  }
});

test('the site itself: who runs it, and that it stands on our lists', async () => {
  const { page } = await open(STATES['listed-site'] ?? null);
  assert.deepEqual(await texts(page, '.overview > *'), [
    'Low, because of: Requests to known trackers, Requests to social networks, and Contact with those on Onlooker’s own lists.',
    'This site Belongs, as far as is known, to Facebook · Meta · United States',
  ], 'what is told of a company is not said of the address');
  await openNamed(page, 'This site', 'Named in slides published in 2013 (PRISM)');
  assert.match((await texts(page, '.overview .inner'))[0] ?? '', /the companies denied giving direct access/);
  await page.close();
  const own = await open(STATES['own-site'] ?? null);
  assert.deepEqual(await texts(own.page, '.overview > *'), [
    'Low, because of: Contact with those on Onlooker’s own lists.',
    'This site Belongs, as far as is known, to Hotjar · Contentsquare · Malta',
    'This site’s own address stands in Onlooker’s lists under: Recorder of visits (session replay).',
  ]);
  await own.page.close();
});

test('the foot names the lists and the data that it was judged by, with their versions', async () => {
  const { page } = await open(STATES.listed ?? null);
  const foot = await texts(page, '.lists li');
  // Of which day ClearURLs' data are nobody says, so no day stands there.
  for (const one of [/^Onlooker’s own lists/, /^ClearURLs Version \d+\.\d+\.\d+ · \d+ rules/, /^third-party-web Version 0\./, /^Public Suffix List Version \d/]) {
    assert.ok(foot.some((line) => one.test(line)), foot.join('; '));
  }
  await page.close();
});

test('a vendor\'s own public site is told as that, and not as what its kind does', async () => {
  for (const [language, line, text] of /** @type {const} */ ([['en', ': at or below its own public site · One request', 'do not name it as a host that collects'], ['ar', ': في موقعها العام نفسه أو تحته · طلب واحد', 'ولا تذكره قوائم Onlooker']])) {
    const { page } = await open(STATES['vendor-site'] ?? null, { language });
    assert.ok((await texts(page, '.line')).join().endsWith(line), (await texts(page, '.line')).join());
    await openNamed(page, 'Clearview AI');
    assert.ok((await texts(page, '.findings')).join().includes(text));
    await page.close();
  }
  // A host below it may be for anything: row, details and summary say that alike.
  const below = await open(STATES['below-site'] ?? null);
  assert.deepEqual(await texts(below.page, '.line'), ['Biometrics and identity checks: at or below its own public site · One request']);
  assert.ok(!(await texts(below.page, '.overview')).join().includes('Among them'));
  await openNamed(below.page, 'Clearview AI');
  assert.match((await texts(below.page, '.findings')).join(), /^Contact with the vendor’s own site This address lies under the vendor’s own public site/);
  await below.page.close();
  // Where a host that collects was contacted, the line is of what it does.
  const answer = structuredClone(STATES['vendor-site'] ?? null);
  assert.ok(answer?.state === 'ok');
  const found = answer.report.pages[0]?.findings[0];
  assert.ok(found?.rule?.actor);
  for (const watcher of answer.report.pages[0]?.watchers ?? []) watcher.at_work = watcher.listed;
  answer.report.pages[0]?.findings.push({ ...found, id: 'more', rule: { ...found.rule, line: 1, actor: { ...found.rule.actor, own_site: false } } });
  const { page } = await open(answer);
  assert.ok(!(await texts(page, '.line')).join().includes('own public site'));
  await openNamed(page, 'Clearview AI');
  assert.equal((await texts(page, '.findings')).join().split('do not name it as a host that collects').length, 2);
  await page.close();
});

test('what is only a published indicator is told as that, without the actor\'s owner, country and takings', async () => {
  const { page } = await open(STATES.sign ?? null);
  assert.deepEqual((await texts(page, '.overview p')).slice(0, 2), [
    'Severe, because of: App to watch another’s phone (stalkerware) (only a published indicator).',
    'Among them: App to watch another’s phone (stalkerware) (only a published indicator).',
  ]);
  assert.deepEqual(await texts(page, '.line'), ['Published as an indicator: App to watch another’s phone (stalkerware) · One request']);
  await openNamed(page, 'icloudappe.com');
  assert.match((await texts(page, '.findings')).join(), /^Contact with a published indicator This address was published as an indicator.* Whose host it is today is not known\./);
  await openNamed(page, 'TheTruthSpy');
  const [told] = await texts(page, '.details .inner');
  assert.match(told ?? '', /^Published as an indicator of TheTruthSpy by Echap.* Whose host it is today is not known\. About TheTruthSpy Family of/);
  for (const label of ['Known to take', 'Belongs to', 'Seat', 'Since', 'What it does']) assert.ok(!told?.includes(label), label);
  assert.ok(told?.includes('What it means'));
  await page.close();
  // Without a day, and without a publisher.
  for (const [change, said] of /** @type {[(source: any) => object, string][]} */ ([
    [(source) => ({ ...source, date: null }), 'by Echap; when is not known.'],
    [(source) => ({ ...source, supports: ['name'] }), 'Published as an indicator of TheTruthSpy; by whom is not known.'],
  ])) {
    const answer = structuredClone(STATES.sign ?? null);
    assert.ok(answer?.state === 'ok');
    for (const actor of answer.report.actors) actor.sources = actor.sources.map((source) => /** @type {any} */ (change(source)));
    const other = await open(answer);
    await openNamed(other.page, 'icloudappe.com', 'TheTruthSpy');
    assert.ok((await texts(other.page, '.details .inner')).join().includes(said), (await texts(other.page, '.details .inner')).join().slice(0, 300));
    await other.page.close();
  }
  const site = await open(STATES['sign-site'] ?? null);
  assert.deepEqual((await texts(site.page, '.overview > *')).slice(-2), [
    'This site Whose this site is, is not known here.',
    'This site’s own address was published as an indicator of TheTruthSpy. Whose host it is today is not known.',
  ]);
  await openNamed(site.page, 'This site', 'TheTruthSpy');
  assert.ok(!(await texts(site.page, '.overview .inner .inner')).join().includes('Known to take'));
  await site.page.close();
});

test('whom a list that the person added names is said at the top, and in its row', async () => {
  const { page } = await open(STATES['added-list'] ?? null);
  const said = await texts(page, '.overview > p');
  assert.match(said[0] ?? '', /^High, because of: Named by a list that you added, Data broker, .*, and 3 more, 3 of them high\.$/);
  assert.deepEqual(said.slice(1, 3), ['A list that you added names 2 of them.', 'A list that you added names an address of this site itself.']);
  assert.deepEqual((await texts(page, '#panel-who h2')).slice(0, 3), ['Measures visits · High', 'Not known who they are', 'Sells or places advertising']);
  assert.deepEqual((await texts(page, '.head button')).slice(0, 3), ['LiveRamp, High', 'Hotjar, High', 'static-parts.example, High']);
  assert.equal((await texts(page, '.line'))[0], 'One ID over many sites (identity graph) · On a list that you added · One request');
  await openNamed(page, '3 more, 3 of them high');
  assert.match((await texts(page, '.overview > p'))[0] ?? '', /, Recorder of visits \(session replay\), and Auction of your visit \(real-time bidding\)\.$/);
  await page.close();
  const arabic = await open(STATES['added-list'] ?? null, { language: 'ar' });
  assert.equal((await texts(arabic.page, '.overview > p'))[1], 'تذكر قائمة مضافة جهتين منها.');
  await arabic.page.close();
});

test('contact with others is no doing of the site\'s where a rule names them all', async () => {
  const { page } = await open(STATES['all-named'] ?? null);
  await page.click('#tab-how');
  const rows = await texts(page, '#panel-how .row');
  assert.ok(rows.includes('Contact with others, Low One organisation'), rows.join('; '));
  assert.ok(!rows.join().includes('This site itself'));
  await page.close();
  // What is seen without a finding is said of nobody.
  const answer = structuredClone(STATES['all-named'] ?? null);
  assert.ok(answer?.state === 'ok');
  for (const check of answer.report.pages[0]?.checks ?? []) if (check.technique === 'link-decoration') check.state = 'seen';
  const other = await open(answer);
  await other.page.click('#tab-how');
  assert.ok((await texts(other.page, '#panel-how .row')).includes('Marks in addresses (link decoration), Not known Not known'));
  await other.page.close();
});

test('the place for what is read out is there before the words', async () => {
  for (const state of ['some', 'no-permission']) {
    const { page } = await open(STATES[state] ?? null);
    assert.equal(await page.$eval('[role="status"]', (one) => `${getComputedStyle(one).display}${one.textContent}`), 'block', state);
    if (state === 'no-permission') {
      const before = await page.$('[role="status"]');
      await page.click('.main-button');
      await page.waitForFunction(() => document.querySelector('[role="status"]')?.textContent !== '');
      assert.ok(await before?.evaluate((one) => one.isConnected), 'it is the same one');
    }
    await page.close();
  }
});

test('what the PRISM record says is one short line until it is opened', async () => {
  const { page } = await open(STATES.listed ?? null);
  await openNamed(page, 'Google, High');
  const openers = await texts(page, '.details .opener');
  assert.deepEqual(openers.filter((text) => /PRISM/.test(text)), ['Named in slides published in 2013 (PRISM)']);
  assert.ok(!(await texts(page, '.details')).join().includes('NSA'), 'the rest is folded');
  await openNamed(page, 'Named in slides');
  const told = (await texts(page, '.details .inner')).join();
  assert.match(told, /denied|no knowledge/);
  // The record is about what a company holds; whose it is stands above.
  assert.match(told, /Named in the slides, of what the company holds messages/);
  for (const label of ['Known to take', 'Belongs to', 'Seat', 'Since']) assert.ok(!told.includes(label), label);
  await page.close();
});

test('a line tells of the gravest kind; a row opens to evidence, then who it is, rights, laws and sources', async () => {
  const { page } = await open(STATES.listed ?? null);
  const lines = Object.fromEntries(await page.$$eval('.head', (found) => found.map((one) =>
    [one.querySelector('bdi')?.textContent, one.querySelector('.line')?.textContent?.replace(/\s+/g, ' ').trim()])));
  assert.equal(lines.Google, 'Ad exchange (real-time bidding) · 2 requests');
  assert.equal(lines['JSDelivr CDN'], 'Supplies part of this page · One request');
  await openNamed(page, 'Hotjar, High');
  assert.deepEqual(await texts(page, '.details .opener'), ['Hotjar Recorder of visits (session replay)', 'Rights it touches 2', 'Laws that reach it France and Malta', 'Sources 2']);
  assert.equal((await page.$$('.inner')).length, 0, 'depth is shown when it is asked for');
  await openNamed(page, 'Hotjar Recorder', 'Laws that reach it', 'Malta', 'Rights it touches');
  const all = (await texts(page, '.details')).join(' ');
  let from = 0;
  for (const part of [
    'static.hotjar.com', '||hotjar.com^$third-party', 'Onlooker’s own lists of', 'Section: Recorder of visits (session replay)', 'How sure Documented: by its own documents', 'Who it is', 'Belongs to Contentsquare',
    'What it does Records visits', 'Known to take pages visited, clicks and typing, and IDs of the device', 'Seat Malta', 'Since 2014', 'What it means Such a service',
    'What the site could do Record no visit', 'What you can do A content blocker', 'When contact is harmless Sites use it', 'What it says itself Hotjar says', 'How sure Documented: by its own documents, a court, a regulator',
    'By the International Covenant on Civil and Political Rights: Privacy (Article 17)', 'Security Service Act: Lets a minister', 'Permitted or checked by a minister', 'Under EU data protection law', 'Data protection law General Data Protection Regulation, Regulation (EU) 2016/679 (2016)', 'Data protection authority', 'Complain there', 'Sources 2',
  ]) {
    const at = all.indexOf(part, from);
    assert.ok(at >= 0, `${part} after ${all.slice(Math.max(0, from - 60), from)}`);
    from = at;
  }
  // Each source says what it bears out, here one that knows neither owner nor country.
  await openNamed(page, 'Sources');
  assert.match((await texts(page, '.sources li'))[1] ?? '', /^Seats2meet .*for: what it takes$/);
  await openNamed(page, 'Google, High', 'Google ad exchange');
  assert.ok((await texts(page, '.details')).join(' ').includes('(IAB) Purposes: keeps or reads data on the device, chooses adverts by limited data'));
  // Closed by the same key, and the keyboard stays.
  await page.focus('.details .opener');
  await page.keyboard.press('Enter');
  assert.ok(await page.evaluate(() => document.activeElement?.matches('.opener[aria-expanded="false"]')));
  await page.close();
});

test('what is not known is said so', async () => {
  const { page } = await open(STATES.bare ?? null);
  await openNamed(page, 'This site Belongs, as far as is known, to Courier Group');
  assert.deepEqual(await texts(page, '.overview .facts > div'), ['Belongs to Not known', 'Seat Not known', 'Laws that reach it Not known']);
  await openNamed(page, 'nameless.example, Low');
  const nameless = (await texts(page, '.details')).join(' ');
  for (const part of ['We know its address, but not who it belongs to.', 'Belongs to Not known', 'Seat Not known', 'Laws that reach it Not known']) assert.ok(nameless.includes(part), part);
  await openAll(page);
  const all = (await texts(page, '#panel-who')).join(' ');
  for (const part of [
    'What it does Not known Known to take Not known Belongs to Not known Seat Not known Since Not known', 'How sure Not yet checked: no source of it was read.',
    'Antarctica What the state there can demand of companies is not known here. Data protection law Not known Data protection authority Not known',
    'Who permits or checks it is not known here', 'Counted among the Nine Eyes', 'not read yet',
    // Words newer than this page stand for themselves.
    'Tomorrow mind-reader', 'thoughts and location', 'keeps or reads data on the device and 99', 'Since 1999',
  ]) assert.ok(all.includes(part), part);
  assert.ok(!all.includes('Fourteen Eyes'), 'the closest alliance says it');
  assert.ok(!all.includes('When contact is harmless'), 'what was not told is no empty entry');
  await page.close();
});

test('sources are links that ask for nothing before the click, and only to the web', async () => {
  for (const state of ['listed', 'listed-site', 'bare', 'hostile']) {
    const { page, errors } = await open(STATES[state] ?? null);
    /** @type {string[]} */
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await openAll(page);
    const links = await page.$$eval('a', (found) => found.map((one) => ({
      scheme: new URL(one.href).protocol, target: one.target, rel: one.rel, policy: one.referrerPolicy, host: new URL(one.href).host, text: one.textContent ?? '',
    })));
    assert.equal(links.length > 0, state !== 'hostile', `${state}: ${links.length} links`);
    for (const { scheme, target, rel, policy, host, text } of links) {
      assert.match(scheme, /^https?:$/);
      assert.deepEqual([target, rel, policy], ['_blank', 'noopener noreferrer', 'no-referrer']);
      assert.ok(text.includes(host), `${text} tells that it leads to ${host}`);
    }
    if (state === 'bare') {
      assert.deepEqual(links.map(({ host }) => host), ['xn--bcher-kva.example']);
      // Six of the actor, six of the organisation, and the complaint.
      const shown = await texts(page, '.sources code, .place code');
      assert.equal(shown.filter((text) => text.includes('owned')).length, 3);
    }
    assert.equal(await page.$$eval('link[rel*="pre"], link[rel*="icon"]', (found) => found.length), 0);
    assert.equal(await page.$eval('meta[http-equiv="x-dns-prefetch-control"]', (one) => one.getAttribute('content')), 'off');
    assert.deepEqual(asked, [], state);
    assert.deepEqual(errors, []);
    await page.close();
  }
});

test('a source opens in a tab of its own, by the click alone', async () => {
  const { page } = await open(STATES.listed ?? null);
  await openNamed(page, 'Hotjar, High', 'Hotjar Recorder', 'Sources');
  const href = await page.$eval('.sources a', (one) => /** @type {HTMLAnchorElement} */ (one).href);
  const tabs = (await browser.pages()).length;
  await page.hover('.sources a');
  assert.equal((await browser.pages()).length, tabs);
  const opened = new Promise((resolve) => browser.once('targetcreated', resolve));
  await page.click('.sources a');
  const tab = await /** @type {import('puppeteer-core').Target} */ (await opened).page();
  assert.ok(tab);
  await tab.waitForFunction(() => location.href !== 'about:blank').catch(() => {});
  assert.ok((await tab.evaluate(() => performance.getEntriesByType('navigation').length)) >= 0);
  assert.equal(await tab.evaluate(() => opener), null);
  assert.match(tab.url(), /^(chrome-error:|https:)/);
  assert.ok(href.startsWith('https://'));
  await tab.close();
  await page.close();
});

test('a private window opens a source in itself: the browser has no link to open elsewhere', async () => {
  const { page, errors } = await open(STATES.private ?? null);
  await openNamed(page, 'Hotjar, High', 'Hotjar Recorder', 'Sources');
  assert.equal(await page.evaluate(() => document.links.length), 0);
  assert.deepEqual((await texts(page, '.sources button'))[0], 'Hotjar help.hotjar.com');
  await page.focus('.sources button');
  await page.keyboard.press('Enter');
  const created = () => page.evaluate(() => /** @type {any} */ (globalThis).asked.filter((/** @type {{kind: string}} */ one) => one.kind === 'create'));
  await page.waitForFunction(() => /** @type {any} */ (globalThis).asked.some((/** @type {{kind: string}} */ one) => one.kind === 'create'));
  assert.deepEqual(await created(), [{ kind: 'create', windowId: 70, url: 'https://help.hotjar.com/hc/en-us/articles/360045420794-Privacy-FAQs' }]);
  assert.deepEqual(errors, []);
  await page.close();
});

test('English texts say that they are, once in a part, and read from left to right', async () => {
  for (const language of ['en', 'ar']) {
    const { page } = await open(STATES.listed ?? null, { language });
    await openNamed(page, 'Hotjar');
    await openAll(page);
    const note = (await messages(language)).english_note?.message ?? '';
    assert.equal((await texts(page, '.row.open:has(.details) .details')).filter((text) => text.split(note).length === 2).length, language === 'ar' ? 9 : 0);
    assert.deepEqual([...new Set(await page.$$eval('.english', (found) => found.map((one) => `${one.getAttribute('lang')} ${getComputedStyle(one).direction}`)))], ['en ltr']);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 380);
    assert.ok(!(await texts(page, 'main')).join('').includes('\\u{'), 'marks of direction in dates are no foreign text');
    await page.close();
  }
});

test('whatever the lists tell in English is marked as that, below a line that says so, and that line stands nowhere else', async () => {
  const { english_note: note } = await messages('ar');
  for (const state of ['listed', 'listed-site', 'own-site', 'sign', 'sign-site', 'private', 'bare']) {
    const answer = STATES[state];
    assert.ok(answer?.state === 'ok');
    const english = [
      ...answer.report.actors.flatMap(({ does, harmless, dispute }) => [does, harmless, dispute]),
      ...answer.report.countries.flatMap(({ laws, protection }) => [protection, ...laws.flatMap(({ name, allows }) => [name, allows])]),
    ].filter((text) => text !== null);
    const { page } = await open(answer, { language: 'ar' });
    await openAll(page);
    const { told, bare, unsaid, notes } = await page.evaluate((given, said) => {
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      /** @type {string[]} */
      const bare = [];
      /** @type {string[]} */
      const unsaid = [];
      let told = 0;
      const parts = () => [...document.querySelectorAll('.hint')].filter((one) => one.textContent === said);
      while (walk.nextNode()) {
        const text = walk.currentNode.textContent ?? '';
        if (!given.some((one) => text.startsWith(one))) continue;
        told += 1;
        const marked = walk.currentNode.parentElement?.closest('[lang]');
        if (marked?.getAttribute('lang') !== 'en' || marked.getAttribute('dir') !== 'ltr' || getComputedStyle(marked).direction !== 'ltr') bare.push(text);
        // The line is the first of the part that this lies in.
        if (parts().filter((one) => one.parentElement?.contains(walk.currentNode) && one.compareDocumentPosition(walk.currentNode) & Node.DOCUMENT_POSITION_FOLLOWING).length !== 1) unsaid.push(text);
      }
      return { told, bare, unsaid, notes: parts().map((one) => one.parentElement?.querySelector('.english') !== null) };
    }, english, note?.message ?? '');
    assert.ok(told > 0, state);
    assert.deepEqual({ bare, unsaid }, { bare: [], unsaid: [] }, state);
    assert.deepEqual(notes.filter((has) => !has), [], `${state}: nothing there is in English`);
    await page.close();
  }
  // Of the owner of a host only the country is known, and of its laws nothing.
  const answer = structuredClone(STATES.listed);
  assert.ok(answer?.state === 'ok');
  answer.report.countries = [];
  answer.report.actors = [];
  const { page } = await open(answer, { language: 'ar' });
  await openAll(page);
  assert.ok((await texts(page, '.details')).length > 8);
  assert.ok(!(await texts(page, '#panel-who')).join().includes(note?.message ?? ''));
  await page.close();
});

test('rights stand under the covenant\'s whole name, wherever they are told', async () => {
  for (const [language, said] of Object.entries({
    en: /^By the International Covenant on Civil and Political Rights: Privacy \(Article 17\)/, ar: /^بحسب العهد الدولي الخاص بالحقوق المدنية والسياسية: الخصوصية \(المادة 17\)/,
  })) {
    const { page } = await open(STATES.listed ?? null, { language });
    const { rights_label: label } = await messages(language);
    await openNamed(page, 'Hotjar', label?.message ?? '');
    assert.match((await texts(page, '#panel-who .details .inner')).join('; '), said);
    await page.click('#tab-how');
    await page.$eval('#panel-how .head button', (one) => /** @type {HTMLElement} */ (one).click());
    const terms = await texts(page, '#panel-how dt');
    assert.match((await texts(page, '#panel-how dd'))[terms.indexOf(label?.message ?? '')] ?? '', said);
    // No abbreviation is left that nothing spells out.
    for (const tab of ['who', 'how']) {
      await page.click(`#tab-${tab}`);
      await openAll(page);
    }
    assert.ok(!(await texts(page, 'main')).join().includes('ICCPR'));
    await page.close();
  }
});

test('Arabic is punctuated as Arabic, also where it is only read out', async () => {
  for (const state of ['listed', 'listed-site', 'added-list', 'sign', 'some', 'gaps', 'in-part', 'unknown', 'no-permission']) {
    const { page } = await open(STATES[state] ?? null, { language: 'ar' });
    for (const tab of [null, ...await page.$$('[role="tab"]')]) {
      await tab?.click();
      if (tab) await openAll(page);
      // What is ours: names, addresses and what is in English are others'. A comma within a number is none.
      const foreign = await page.evaluate(() => {
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        /** @type {string[]} */
        const found = [];
        while (walk.nextNode()) {
          const { parentElement: parent, textContent: text } = walk.currentNode;
          if (!parent?.closest('code, bdi, [lang="en"], script') && /[,;](?!\d)/.test(text ?? '')) found.push(`${parent?.className}: ${text}`);
        }
        return found;
      });
      assert.deepEqual(foreign, [], state);
    }
    await page.close();
  }
  const { page } = await open(STATES.listed ?? null, { language: 'ar' });
  assert.equal((await texts(page, '.head button'))[0], 'Google، مرتفع');
  await page.click('#tab-how');
  assert.match((await texts(page, '#panel-how .head button'))[0] ?? '', /، مرتفع$/);
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

test('the foot leads to the lists of one\'s own', async () => {
  const { page, asked } = await open(STATES.some ?? null);
  await page.evaluate(() => { window.close = () => {}; });
  await page.click('footer .link');
  assert.ok((await asked()).includes('options'));
  await page.close();
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

test('the site is asked about Global Privacy Control by the click alone, and what it says is said', async () => {
  const { page, errors, asked } = await open(STATES.some ?? null);
  const note = () => page.$eval('#gpc-note', (one) => one.textContent ?? '');
  const host = await page.$eval('#gpc-note .name', (one) => one.textContent ?? '');
  const press = () => page.$eval('.gpc button', (one) => one.click());
  assert.match(await note(), /Before you press, nothing is sent/);
  assert.ok(!(await asked()).includes('gpc-ask'));
  await press();
  await page.waitForFunction(() => document.querySelector('#gpc-note')?.textContent?.includes('could not be asked'));
  assert.ok(await page.$('.gpc button'), 'it can be tried again');
  for (const [said, words] of /** @type {[string, string][]} */ ([['true', 'says that it honours it'], ['false', 'does not honour it'], ['unknown', 'says nothing of it']])) {
    await page.evaluate((value) => { /** @type {any} */ (globalThis).said = value; }, { host, said });
    if (said !== 'true') {
      await page.evaluate(() => location.reload());
      await page.waitForSelector('.gpc button');
      await page.evaluate((value) => { /** @type {any} */ (globalThis).said = value; }, { host, said });
    }
    await press();
    await page.waitForFunction((text) => document.querySelector('#gpc-note')?.textContent?.includes(text), {}, words);
    assert.equal(await page.$('.gpc button'), null);
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'gpc-note', 'the keyboard stays there');
    await axe(page);
  }
  assert.equal((await asked()).filter((kind) => kind === 'gpc-ask').length, 1, 'of this page, once');
  assert.deepEqual(errors, []);
  await page.close();
});

test('from a private window no site is asked', async () => {
  const { page } = await open(STATES.private ?? null);
  await page.waitForSelector('footer');
  assert.equal(await page.$('.gpc'), null);
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
  const { page } = await open(STATES.listed ?? null);
  await openAll(page);
  const small = (/** @type {number} */ least) => page.$$eval('button, a', (found, size) => found.filter((one) => {
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
