/** Pieces that the views of all our pages use. Everything from a page or a list goes through `bdi` or `code`. */

import { html } from '../vendor/lit-html.js';
import { i18n, isDate, t, word } from './i18n.js';
import { inCode, inName } from './unseen.js';

/** @typedef {import('../vendor/lit-html.js').TemplateResult | typeof import('../vendor/lit-html.js').nothing} View */

/** A technical string: always left to right, breaks anywhere. @param {string} text @returns {View} */
export const code = (text) => html`<code dir="ltr">${inCode(text)}</code>`;

/** A name from elsewhere, in whatever direction its letters have. @param {string} text @returns {View} */
export const name = (text) => html`<bdi>${inName(text)}</bdi>`;

/** A host, in the text around it: its labels go from left to right. @param {string} text @returns {View} */
export const host = (text) => html`<bdi class="name" dir="ltr">${inCode(text)}</bdi>`;

/** Private-use characters stand where the views go: no translation has them. @param {unknown} _ @param {number} i */
const slot = (_, i) => String.fromCharCode(0xE000 + i);

/** @param {string} text @param {(View | string)[]} views @returns {View} */
const filled = (text, views) => html`${text.split(/([\uE000-\uF8FF])/).map((piece, i) =>
  (i % 2 === 0 ? piece : views[piece.charCodeAt(0) - 0xE000]))}`;

/**
 * A text with views in place of its `$1`, `$2`…
 * @param {string} key @param {...(View | string)} views @returns {View}
 */
export const around = (key, ...views) => filled(t(key, views.map(slot)), views);

/** Views as a list in a sentence: one, another and a third. @param {(View | string)[]} views @returns {View} */
export const listed = (views) => filled(i18n().list(views.map(slot)), views);

/**
 * The same with a button as its last: the Arabic "and" is one word with what follows, and would else be left at the line's end.
 * @param {(View | string)[]} views @param {View} button @returns {View}
 */
export function listedTo(views, button) {
  const [before = '', after = ''] = i18n().list([...views, button].map(slot)).split(slot(null, views.length));
  const and = /\S*$/.exec(before)?.[0] ?? '';
  return html`${filled(before.slice(0, before.length - and.length), views)}<span class="tied">${and}${button}</span>${after}`;
}

/** A word of the report by its family; the word itself where there is no text for it. @param {string} family @param {string} member @param {string} [part] @returns {View} */
export function named(family, member, part) {
  const text = word(family, member, part);
  return text === null ? code(member) : html`${text}`;
}

/** A country's name. @param {string} of its code @returns {View} */
export const country = (of) => name(i18n().country(of));

/**
 * A date as it is written here, with the marks of direction that some languages put into it; what is no date is text
 * from elsewhere.
 * @param {string} date @returns {View}
 */
export const dated = (date) => (isDate(date) ? html`${i18n().date(date)}` : name(date));

/** A term and what belongs to it. @param {string} key @param {View | View[]} views @returns {View} */
export const entry = (key, views) => html`<div><dt>${t(key)}</dt> <dd>${views}</dd></div>`;

/** A term, and "not known" where nothing is. @param {string} key @param {View | string | false | null} view */
export const fact = (key, view) => entry(key, view ? html`${view}` : html`<span class="unknown">${t('not_known')}</span>`);
