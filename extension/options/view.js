/** The page of the person's own lists as one template. Asks nothing itself; what a file says is shown as text. */

import { html, nothing } from '../vendor/lit-html.js';
import { i18n, plural, t, word } from '../shared/i18n.js';
import { LIST_BYTES } from '../shared/protocol.js';
import { code, dated, entry, name } from '../shared/views.js';
import { more } from './more.js';
import { leftOut } from './words.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('../shared/protocol.js').ListFacts} ListFacts */
/** @typedef {import('../shared/protocol.js').OwnList} OwnList */
/** @typedef {import('./more.js').More} More */
/** @typedef {import('./words.js').Failure} Failure */

/**
 * A file that was chosen. Without facts it is still being read, or is no list.
 * @typedef {object} Chosen
 * @property {File} file
 * @property {ListFacts|null} facts
 * @property {Failure|null} failure
 */

/** @typedef {{lists: OwnList[]|Failure|null, chosen: Chosen[], note: View|string, more: import('./more.js').State}} Ui `lists` null: not asked yet */

/**
 * @typedef {object} Actions
 * @property {(files: FileList) => void} choose
 * @property {(one: Chosen) => void} use
 * @property {(one: Chosen) => void} dismiss
 * @property {(list: OwnList) => void} remove
 * @property {(kind: More, on: boolean) => void} turn
 */

const MEGABYTES = LIST_BYTES / (1 << 20);

/** @param {Ui} ui @param {Actions} actions @returns {View} */
export function view({ lists, chosen, note, more: state }, actions) {
  return html`
    <header>
      <h1>${t('options_title')}</h1>
      <p>${t('options_intro')}</p>
      <p>${t('options_stays')}</p>
    </header>
    <label class="choose">
      <input type="file" multiple aria-describedby="formats" @change=${(/** @type {Event} */ event) => {
        const input = /** @type {HTMLInputElement} */ (event.target);
        if (input.files) actions.choose(input.files);
      }}>
      ${t('options_choose')}
    </label>
    <p class="quiet" id="formats">${t('options_formats', [i18n().number(MEGABYTES)])}</p>
    <div role="status" class="note">${note}</div>
    ${chosen.length === 0 ? nothing : html`<section>
      <h2 id="chosen" tabindex="-1">${t('options_chosen')}</h2>
      <ul>${chosen.map((one) => file(one, isUsed(one, lists), actions))}</ul>
    </section>`}
    <section>
      <h2 id="used" tabindex="-1">${t('options_used')}</h2>
      ${Array.isArray(lists)
        ? lists.length === 0 ? html`<p class="quiet">${t('options_none')}</p>`
          : html`<ul>${lists.map((list) => used(list, actions))}</ul>`
        : lists === null ? html`<p class="quiet">${t('loading')}</p>` : html`<div class="list">${failed(lists)}</div>`}
    </section>
    ${more(state, actions.turn)}`;
}

/** @param {ListFacts} list @returns {View} */
export const title = (list) => name(list.title || list.name);

/** @param {string} key @param {ListFacts} list @param {() => void} act @param {string} look @returns {View} */
const button = (key, list, act, look) => html`<button type="button" class=${look} @click=${act}>${
  t(key)}<span class="unseen">: ${title(list)}</span></button>`;

/** @param {Chosen} one @param {Ui['lists']} lists */
const isUsed = ({ facts }, lists) => Array.isArray(lists) && lists.some(({ sha256, lost }) => sha256 === facts?.sha256 && !lost);

/** @param {Chosen} one @param {boolean} known @param {Actions} actions @returns {View} */
function file(one, known, actions) {
  const { facts, failure } = one;
  if (!facts) {
    return html`<li class="list"><h3>${name(one.file.name)}</h3>${failure ? failed(failure) : html`<p>${t('options_reading')}</p>`}</li>`;
  }
  return html`<li class="list">
    <h3>${title(facts)}</h3>
    ${known ? said('options_known') : facts.rules === 0 ? said('options_roots_only') : nothing}
    ${about(facts)}
    ${failure ? failed(failure) : nothing}
    <div class="buttons">
      ${known || facts.rules === 0 ? nothing : button('options_use', facts, () => actions.use(one), 'main-button')}
      ${button('options_dismiss', facts, () => actions.dismiss(one), 'plain-button')}
    </div>
  </li>`;
}

/** @param {OwnList} list @param {Actions} actions @returns {View} */
function used(list, actions) {
  return html`<li class="list">
    <h3 id="list-${list.sha256}" tabindex="-1">${title(list)}</h3>
    ${list.lost ? said('options_lost') : nothing}
    ${about(list)}
    <div class="buttons">${button('options_remove', list, () => actions.remove(list), 'plain-button')}</div>
  </li>`;
}

/** @param {string} key @returns {View} */
const said = (key) => html`<p class="said">${t(key)}</p>`;

/** @param {Failure} failure @returns {View} */
export const failed = ({ word: reason, detail, left, line }) => html`<p class="said">${word('list_fail', reason)}${
  detail === '' ? nothing : html` <bdi class="place" lang="en" dir="ltr">${detail}</bdi>`}${
  line === 0 ? nothing : html` <span class="place">${t('options_from_line', [i18n().number(line)])}</span>`}${
  left.map((one) => html` <span class="place">${leftLine(one)}</span>`)}</p>`;

/** @param {import('./words.js').LeftOut} one @returns {View} */
const leftLine = (one) => html`${word('left_out', one.word)}${one.whys.map((why) => html` ${code(why)}`)}
      <span class="place">${plural('times', one.count)} · ${t('left_out_lines', [i18n().list(one.lines.map((line) => i18n().number(line)))])}</span>`;

/** What a list states of itself, and what was read of it. @param {ListFacts} list @returns {View} */
function about(list) {
  const stated = (/** @type {string} */ text) => (text === '' ? html`<span class="not-stated">${t('not_stated')}</span>` : name(text));
  return html`<dl>
    ${list.title === '' ? nothing : entry('fact_file', name(list.name))}
    ${entry('fact_format', html`${word('list_format', list.format) ?? code(list.format)}`)}
    ${entry('fact_version', stated(list.version))}
    ${entry('fact_date', list.date === '' ? stated('') : dated(list.date))}
    ${entry('fact_licence', stated(list.licence))}
    ${entry('fact_attribution', stated(list.attribution))}
    ${entry('fact_holds', html`${list.roots > 0 ? plural('roots', list.roots) : plural('rules', list.rules)}`)}
    ${list.skipped.length === 0 ? nothing : entry('fact_left_out', html`<ul class="plain">${leftOut(list.skipped).map((one) => html`<li>${leftLine(one)}</li>`)}</ul>`)}
  </dl>`;
}
