/** Pieces that more than one view of the popup uses. Everything from a page or a list goes through `bdi` or `code`. */

import { html, nothing, svg } from '../vendor/lit-html.js';
import { i18n, t, word } from '../shared/i18n.js';
import { webAddress } from './model.js';
import { pathData, shape } from './shapes.js';

/** @typedef {import('./shapes.js').Level} Level */
/** @typedef {import('../vendor/lit-html.js').TemplateResult | typeof nothing} View */

/**
 * What the views may ask for.
 * @typedef {object} Actions
 * @property {(key: string) => boolean} isOpen
 * @property {(key: string) => void} toggle
 * @property {(tab: 'who'|'how'|'unknown') => void} showTab
 * @property {(kind: 'page-report-json'|'page-log') => void} save
 * @property {((href: string) => void) | null} visit opens what a link leads to, where the browser may not; null where it may
 * @property {() => void} allow
 * @property {() => void} reload
 * @property {() => void} ownLists
 * @property {() => void} retry
 */

/** A level's shape. Its word always stands beside it, so the drawing is silent. @param {Level} level @param {boolean} small @returns {View} */
export function mark(level, small) {
  const { box, parts } = shape(level, small);
  const fills = parts.filter((part) => part.kind !== 'line').map(pathData).join('');
  return html`<svg class="mark ${small ? 'small' : 'large'} ${level}" viewBox="0 0 ${box} ${box}" aria-hidden="true">
    <path class="fill" d=${fills}></path>
    ${parts.map((part) => (part.kind === 'line'
    ? svg`<path class="line" stroke-width=${part.width} d=${pathData(part)}></path>` : nothing))}
  </svg>`;
}

/**
 * Characters that are not seen but move others: they could make an address read as another one.
 * Names keep those that scripts need between letters (zero-width joiner and non-joiner).
 */
const UNSEEN_IN_NAMES = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
const UNSEEN_IN_CODE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Writes out what can't be seen, as in `\u{202e}`. @param {string} text @param {RegExp} unseen */
const writtenOut = (text, unseen) => text.replace(unseen, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);

/** A technical string: always left to right, breaks anywhere. @param {string} text @returns {View} */
export const code = (text) => html`<code dir="ltr">${writtenOut(text, UNSEEN_IN_CODE)}</code>`;

/** A name from elsewhere, in whatever direction its letters have. @param {string} text @returns {View} */
export const name = (text) => html`<bdi>${writtenOut(text, UNSEEN_IN_NAMES)}</bdi>`;

/** A host, in the text around it: its labels go from left to right. @param {string} text @returns {View} */
export const host = (text) => html`<bdi class="name" dir="ltr">${writtenOut(text, UNSEEN_IN_CODE)}</bdi>`;

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
export const dated = (date) => (Number.isNaN(Date.parse(date)) ? name(date) : html`${i18n().date(date)}`);

/** A technique's name, or its slug where there are no words for it. @param {string} technique */
export const techniqueName = (technique) => named('technique', technique, 'name');

/** Rights, one below the other. @param {readonly string[]} rights @returns {View} */
export const rightsList = (rights) => html`<ul class="plain">${rights.map((right) => html`<li>${named('right', right)}</li>`)}</ul>`;

/** A reason in words; the report's own word as well when there is no text for it. @param {string} why @returns {View} */
export function reason(why) {
  const known = word('why', why);
  return known === word('why', 'else') && why !== 'else' ? html`${known} ${code(why)}` : html`${known}`;
}

/** A term and what belongs to it. @param {string} key @param {View | View[]} views @returns {View} */
export const entry = (key, views) => html`<div><dt>${t(key)}</dt> <dd>${views}</dd></div>`;

/** A term, and "not known" where nothing is. @param {string} key @param {View | string | false | null} view */
export const fact = (key, view) => entry(key, view ? html`${view}` : html`<span class="unknown">${t('not_known')}</span>`);

/**
 * A link to elsewhere, with the host that it leads to. Nothing is asked for before it is clicked: no icon, no preview.
 * What is no address of the web is only shown.
 * @param {string} url @param {View | string} text @param {Actions} actions @returns {View}
 */
export function link(url, text, actions) {
  const to = webAddress(url);
  if (to === null) return html`${text} ${code(url)}`;
  const { visit } = actions;
  const shown = html`${text} ${host(to.host)}`;
  return visit ? html`<button type="button" class="link away" @click=${() => visit(to.href)}>${shown}</button>`
    : html`<a class="away" href=${to.href} target="_blank" rel="noopener noreferrer" referrerpolicy="no-referrer">${shown}</a>`;
}

/**
 * A part that opens in place.
 * @param {string} key @param {View | string} label @param {View | string} hint what of it is told while it is closed
 * @param {Actions} actions @param {() => View} content
 * @returns {View}
 */
export function opens(key, label, hint, actions, content) {
  const open = actions.isOpen(key);
  return html`<div class="opens">
    <button type="button" class="opener" aria-expanded=${open} @click=${() => actions.toggle(key)}><span>${label} <span class="hint">${hint}</span></span></button>
    ${open ? html`<div class="inner">${content()}</div>` : nothing}
  </div>`;
}

/**
 * The first few of many, and a button for the rest: a page with thousands of addresses opens as fast as one with two.
 * @template T
 * @param {readonly T[]} items @param {number} few @param {string} key @param {Actions} actions
 * @param {(item: T) => View} view @param {(n: number) => string} label
 * @returns {View}
 */
export function few(items, few, key, actions, view, label) {
  // Hiding one or two behind a button would cost more room than they take.
  const all = items.length <= few + 2 || actions.isOpen(key);
  return html`${(all ? items : items.slice(0, few)).map(view)}${all ? nothing
    : html`<li class="rest"><button type="button" class="link" @click=${() => actions.toggle(key)}>${label(items.length)}</button></li>`}`;
}
