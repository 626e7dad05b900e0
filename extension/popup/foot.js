/** The popup's foot: saving, and by which lists it was judged. */

import { html, nothing } from '../vendor/lit-html.js';
import { plural, t } from '../shared/i18n.js';
import { around, dated, name } from '../shared/views.js';
import { OWN_LIST } from './model.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').List} List */
/** @typedef {import('./model.js').Model['report']['engine']['data'][number]} Data */
/** @typedef {{saved: string} | 'failed' | null} SaveNote */

/** @param {Model} model @param {SaveNote} note @param {Actions} actions @returns {View} */
export function foot(model, note, actions) {
  return html`<footer>
    <div class="buttons">
      <button type="button" class="plain-button" @click=${() => actions.save('page-report-json')}>${t('save_report')}</button>
      <button type="button" class="plain-button" @click=${() => actions.save('page-log')}>${t('save_log')}</button>
    </div>
    <p role="status" class="note">${note === null ? nothing
      : note === 'failed' ? t('save_failed') : around('saved', name(note.saved))}</p>
    <h2>${t('lists_title')}</h2>
    <ul class="plain lists">${model.report.engine.lists.map(list)}${model.report.engine.data.map(data)}</ul>
    <p class="own-lists"><button type="button" class="link" @click=${actions.ownLists}>${t('options_title')}</button></p>
    <p class="quiet"><bdi dir="ltr">${t('extName')} ${model.report.engine.version}</bdi></p>
  </footer>`;
}

/** What says whose a host is, and what one site is. @param {Data} data @returns {View} */
function data(data) {
  return html`<li>${name(data.title)}
    <span class="place">${around('data_version', name(data.version))}</span></li>`;
}

/** @param {List} list @returns {View} */
function list(list) {
  return html`<li>${list.id === OWN_LIST ? t('lists_own') : name(list.title)}
    <span class="place">${around('list_version', name(list.version), dated(list.date))} · ${plural('rules', list.rules)}</span>
    ${list.attribution ? html`<span class="place" lang="en">${name(list.attribution)}</span>` : nothing}</li>`;
}
