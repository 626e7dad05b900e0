/** Pieces that more than one view of the popup uses. */

import { html, nothing, svg } from '../vendor/lit-html.js';
import { i18n, plural, t, word } from '../shared/i18n.js';
import { code, host, name, named } from '../shared/views.js';
import { webAddress } from './model.js';
import { pathData, shape } from './shapes.js';

/** @typedef {import('./shapes.js').Level} Level */
/** @typedef {import('../shared/views.js').View} View */

/**
 * What the views may ask for.
 * @typedef {object} Actions
 * @property {(key: string) => boolean} isOpen
 * @property {(key: string) => void} toggle
 * @property {(tab: 'who'|'how'|'unknown') => void} showTab
 * @property {(key: string) => void} showRow opens an organisation in the first tab, and goes there
 * @property {(kind: 'page-report-json'|'page-log') => void} save
 * @property {((href: string) => void) | null} visit opens what a link leads to, where the browser may not; null where it may
 * @property {() => void} allow
 * @property {() => void} reload
 * @property {() => void} ownLists
 * @property {() => void} askGpc
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

/** A technique's name, or its slug where there are no words for it. @param {string} technique */
export const techniqueName = (technique) => named('technique', technique, 'name');

/** What was seen of a technique, in a name. @param {string} technique @param {import('./model.js').Model} model @returns {View} */
export const seenName = (technique, model) => (model.unmarked.includes(technique) ? html`${t('unmarked_title')}` : techniqueName(technique));

/** Rights, one below the other, under the covenant that they stand in. @param {readonly string[]} rights @returns {View} */
export const rightsList = (rights) => html`<div><p class="hint">${t('rights_covenant')}</p>
  <ul class="plain">${rights.map((right) => html`<li>${named('right', right)}</li>`)}</ul></div>`;

/** A reason in words; the report's own word as well when there is no text for it. @param {string} why @returns {View} */
export function reason(why) {
  const known = word('why', why);
  return known === word('why', 'else') && why !== 'else' ? html`${known} ${code(why)}` : html`${known}`;
}

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
 * An organisation's name that leads to its row in the first tab.
 * @param {import('./model.js').Watcher} watcher @param {import('./model.js').Model} model @param {Actions} actions @returns {View}
 */
export function toRow(watcher, model, actions) {
  return html`<button type="button" class="link to" @click=${() => actions.showRow(model.keys.get(watcher) ?? '')}>${
    watcher.known ? name(watcher.name) : host(watcher.name)}<span class="unseen">${t('after_comma', [t('to_row')])}</span></button>`;
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

/** How much of what is folded weighs much, in words; '' where nothing does. @param {readonly Level[]} levels */
export function grave(levels) {
  const of = (/** @type {Level} */ level) => levels.filter((one) => one === level).length;
  const [severe, high] = [of('severe'), of('high')];
  return i18n().list([...severe > 0 ? [plural('rest_severe', severe)] : [], ...high > 0 ? [plural('rest_high', high)] : []]);
}

/** How many more there are, and how many of them weigh much. @param {readonly Level[]} levels of those that are folded */
export function more(levels) {
  const [number, heavy] = [i18n().number(levels.length), grave(levels)];
  return heavy === '' ? t('more', [number]) : t('more_grave', [number, heavy]);
}

/**
 * The first few of many, and a button for the rest: a page with thousands of addresses opens as fast as one with two.
 * @template T
 * @param {readonly T[]} items what weighs most first @param {number} few @param {string} key @param {Actions} actions
 * @param {(item: T) => View} view @param {(item: T) => Level} [level] of an item, where it has one
 * @returns {View}
 */
export function few(items, few, key, actions, view, level) {
  // Hiding one or two behind a button would cost more room than they take.
  const all = items.length <= few + 2 || actions.isOpen(key);
  return html`${(all ? items : items.slice(0, few)).map(view)}${all ? nothing
    : html`<li class="rest"><button type="button" class="link" @click=${() => actions.toggle(key)}>${
      showAll(items.length, level ? items.slice(few).map(level) : [])}</button></li>`}`;
}

/** @param {number} all @param {readonly Level[]} folded */
function showAll(all, folded) {
  const number = i18n().number(all);
  return grave(folded) === '' ? t('show_all', [number]) : t('show_all_grave', [number, more(folded)]);
}
