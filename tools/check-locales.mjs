/**
 * Texts: keys used = keys defined, in every language, with the same placeholders. The rules of naming stand in
 * extension/shared/i18n.js, and are read from there.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PLURAL_FORMS, familyKeys, pluralParts } from '../extension/shared/i18n.js';
import { ROOT, finish, readJson, walk } from './lib.mjs';

/** @typedef {{message: string, description?: string, placeholders?: Record<string, {content: string}>}} Message */
/** @typedef {Record<string, Message>} Messages */

const SOURCE = 'en';
const EXTENSION = join(ROOT, 'extension');

/** @type {string[]} */
const complaints = [];
const files = walk(EXTENSION).filter((file) => !file.startsWith('vendor/'));
const languages = [...new Set(files.map((file) => /^_locales\/([^/]+)\/messages\.json$/.exec(file)?.[1]).filter((name) => name !== undefined))];

// --- used ---

/** Plain keys, bases of plurals, and every word-like literal: a key may reach `t` through a table or a variable. */
const plain = new Set([...familyKeys(), 'locale_tag', 'locale_dir']);
/** @type {Set<string>} */
const plurals = new Set();
/** @type {Set<string>} */
const mentioned = new Set();
/** @type {Map<string, string>} */
const where = new Map();

for (const file of files) {
  const isManifest = /^manifest\..+\.json$/.test(file);
  if (!/\.(js|html|css)$/.test(file) && !isManifest) continue;
  const text = readFileSync(join(EXTENSION, file), 'utf8');
  for (const [, key] of text.matchAll(/__MSG_(\w+?)__/g)) {
    if (key.startsWith('@@')) continue;
    plain.add(key);
    where.set(key, file);
  }
  if (isManifest) continue;
  for (const [, key] of text.matchAll(/\bdata-(?:i18n|t)(?:-[\w-]+)?="([^"]+)"/g)) {
    plain.add(key);
    where.set(key, file);
  }
  if (!file.endsWith('.js')) continue;
  // Comments name keys as examples.
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  for (const [, name, key] of code.matchAll(/\b(t|plural|getMessage)\(\s*['"](\w+)['"]/g)) {
    (name === 'plural' ? plurals : plain).add(key);
    where.set(key, file);
  }
  if (file !== 'shared/i18n.js') {
    for (const [call] of code.matchAll(/\b(?:t|plural)\(\s*`[^`]*\$\{[^`]*`/g)) {
      complaints.push(`extension/${file}: ${call.slice(0, 60)}: write the key out, or make it a family (shared/i18n.js)`);
    }
  }
  for (const [, literal] of code.matchAll(/['"`]([A-Za-z]\w*)['"`]/g)) mentioned.add(literal);
}

// --- defined ---

/** The placeholders of a text: $NAME$ and $1. @param {Message} message */
function placeholders(message) {
  const named = [...message.message.matchAll(/\$(\w+)\$/g)].map((found) => found[1].toLowerCase());
  for (const name of named) {
    if (!message.placeholders?.[name]) return `undefined $${name}$`;
  }
  const direct = [...message.message.replace(/\$\$/g, '').matchAll(/\$([1-9])/g)].map((found) => found[1]);
  const meant = named.map((name) => /\$([1-9])/.exec(message.placeholders?.[name].content ?? '')?.[1] ?? name);
  return [...new Set([...direct, ...meant])].sort().join(' ');
}

/** @type {Map<string, Messages>} */
const texts = new Map(languages.map((language) => [language, readJson(`extension/_locales/${language}/messages.json`)]));
const source = texts.get(SOURCE) ?? {};
if (!texts.has(SOURCE)) complaints.push(`extension/_locales/${SOURCE} is missing`);

const sourcePlurals = new Set(Object.keys(source).map((key) => pluralParts(key)?.base).filter((base) => base !== undefined));
for (const key of plain) {
  if (!source[key]) complaints.push(`${where.get(key) ?? 'shared/i18n.js'} uses "${key}", which _locales/${SOURCE} has not`);
}
for (const base of plurals) {
  if (!sourcePlurals.has(base)) complaints.push(`${where.get(base)} uses the plural "${base}", which _locales/${SOURCE} has not`);
}
for (const key of Object.keys(source)) {
  const base = pluralParts(key)?.base;
  const used = base === undefined ? plain.has(key) || mentioned.has(key) : plurals.has(base) || mentioned.has(base);
  if (!used) complaints.push(`_locales/${SOURCE} defines "${key}", which nothing uses`);
}

for (const [language, messages] of texts) {
  /** @param {string} text */
  const complain = (text) => complaints.push(`_locales/${language}: ${text}`);
  const tag = messages.locale_tag?.message ?? language.replace('_', '-');
  const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
  const expected = new Set(Object.keys(source).filter((key) => pluralParts(key) === null));
  for (const base of sourcePlurals) for (const form of forms) expected.add(`${base}_${form}`);

  for (const key of expected) if (!messages[key]) complain(`"${key}" is missing`);
  for (const [key, message] of Object.entries(messages)) {
    if (!expected.has(key)) {
      const form = pluralParts(key)?.form;
      complain(form && PLURAL_FORMS.includes(form) && !forms.includes(form)
        ? `"${key}": the language has no form "${form}"` : `"${key}" is not in _locales/${SOURCE}`);
      continue;
    }
    if (typeof message.message !== 'string' || message.message.trim() === '') {
      complain(`"${key}" is empty`);
      continue;
    }
    const base = pluralParts(key)?.base;
    const model = base === undefined ? source[key] : source[`${base}_other`] ?? source[key];
    const here = placeholders(message);
    const there = placeholders(model);
    // A plural may leave its number out: "one organisation", "no organisation".
    const dropped = base !== undefined && there.split(' ').filter((mark) => mark !== '1').join(' ') === here;
    if (here !== there && !dropped) complain(`"${key}" has the placeholders (${here}), and in ${SOURCE} (${there})`);
    if (/<\/?[a-z]/i.test(message.message)) complain(`"${key}" holds markup: texts are shown as text`);
  }
}

finish('locales', complaints, `${Object.keys(source).length} texts in ${languages.length} languages (${languages.join(', ')})`);
