import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createI18n, familyKey, familyKeys, isolate, pluralParts } from '../../extension/shared/i18n.js';
import { moveInRow } from '../../extension/shared/dom.js';
import { messages } from './harness.mjs';

/** @param {string} file @param {string} [uiLanguage] */
async function speak(file, uiLanguage = file) {
  const texts = await messages(file);
  return createI18n({
    uiLanguage,
    getMessage: (key, values = []) => (texts[key]?.message ?? '').replace(/\$(\d)/g, (_, n) => values[n - 1] ?? ''),
  });
}

test('English has two plural forms', async () => {
  const { plural } = await speak('en');
  assert.equal(plural('sentence_watchers', 1), 'One organisation looks on while you read this page.');
  assert.equal(plural('sentence_watchers', 12), '12 organisations look on while you read this page.');
  assert.equal(plural('requests', 4812), '4,812 requests');
  assert.equal(plural('badge_title', 3, ['High']), 'High: 3 organisations look on');
});

test('Arabic has six', async () => {
  const { plural } = await speak('ar');
  assert.deepEqual([0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111].map((n) => plural('organisations', n)), [
    'لا جهات', 'جهة واحدة', 'جهتان', '3 جهات', '10 جهات', '11 جهةً', '99 جهةً', '100 جهة', '102 جهة', '103 جهات', '111 جهةً',
  ]);
});

test('a form that is missing falls back to the one for all others, then to the key', async () => {
  /** @type {Record<string, string>} */
  const texts = { locale_tag: 'ar', things_other: '$1 things' };
  const { plural, t } = createI18n({ uiLanguage: 'ar', getMessage: (key, values = []) => (texts[key] ?? '').replace('$1', values[0] ?? '') });
  assert.equal(plural('things', 2), '2 things');
  assert.equal(plural('nothings', 2), 'nothings_other');
  assert.equal(t('missing'), 'missing');
});

test('language and digits are those of the texts, the region is the browser\'s', async () => {
  const german = await speak('en', 'de-DE');
  assert.equal(german.locale, 'en');
  assert.equal(german.plural('requests', 4812), '4,812 requests');
  const egyptian = await speak('ar', 'ar-EG');
  assert.equal(egyptian.locale, 'ar-EG');
  assert.equal(egyptian.dir, 'rtl');
  assert.equal(egyptian.plural('organisations', 12), '١٢ جهةً');
  assert.equal((await speak('en', 'en_GB')).date('2026-03-20'), '20 Mar 2026');
});

test('dates and countries that are none stay as they came', async () => {
  const { date, country } = await speak('en');
  assert.equal(date('2026-03-20T12:00:00Z'), 'Mar 20, 2026');
  // A year or a month claims no day.
  assert.equal(date('2022'), '2022');
  assert.equal(date('2022-05'), 'May 2022');
  for (const none of ['some day', '05.11.2026', '26 Nov 2026', 'Beta 3', '2026-13-01', '2026-03-20 12:00']) assert.equal(date(none), none);
  assert.equal(country('FR'), 'France');
  assert.equal(country('<b>'), '<b>');
  assert.equal(country('Utopia'), 'Utopia');
});

test('words of families', async () => {
  const { word } = await speak('en');
  assert.equal(familyKey('technique', 'cname-cloaking', 'name'), 'technique_cname_cloaking_name');
  assert.equal(familyKey('technique', 'of-tomorrow', 'name'), null);
  assert.equal(word('technique', 'of-tomorrow', 'name'), null);
  assert.equal(word('level', 'of-tomorrow'), 'Not known');
  assert.equal(word('why', 'of-tomorrow'), 'For another reason.');
  assert.equal(familyKey('no-family', 'x', ''), null);
});

test('no key but a plural ends like one', () => {
  assert.deepEqual(pluralParts('sentence_watchers_few'), { base: 'sentence_watchers', form: 'few' });
  assert.equal(pluralParts('level_none'), null);
  assert.equal(pluralParts('_one'), null);
  assert.deepEqual(familyKeys().filter((key) => pluralParts(key)), []);
  assert.equal(new Set(familyKeys()).size, familyKeys().length);
});

test('every text of the technique family is there in every language', async () => {
  for (const language of ['en', 'ar']) {
    const texts = await messages(language);
    for (const key of familyKeys()) assert.ok(texts[key]?.message, `${language}: ${key}`);
    assert.ok((texts.extDescription?.message.length ?? 999) <= 132, `${language}: stores cut longer descriptions`);
  }
});

test('isolation', () => assert.equal(isolate('a'), '\u2068a\u2069'));

test('arrow keys follow the direction of the text', () => {
  assert.equal(moveInRow('ArrowRight', 2, 3, 'ltr'), 0);
  assert.equal(moveInRow('ArrowRight', 0, 3, 'rtl'), 2);
  assert.equal(moveInRow('ArrowLeft', 0, 3, 'rtl'), 1);
  assert.equal(moveInRow('Home', 2, 3, 'rtl'), 0);
  assert.equal(moveInRow('End', 0, 3, 'ltr'), 2);
  assert.equal(moveInRow('a', 0, 3, 'ltr'), null);
});
