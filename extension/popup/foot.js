/** The popup's foot: saving, asking the site, and by which lists it was judged. */

import { html, nothing } from '../vendor/lit-html.js';
import { plural, t } from '../shared/i18n.js';
import { around, dated, host, name } from '../shared/views.js';
import { hostOf, OWN_LIST } from './model.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').List} List */
/** @typedef {import('./model.js').Model['report']['engine']['data'][number]} Data */
/** @typedef {{saved: string} | 'failed' | null} SaveNote */

/** What the site said, or that it is being asked, or could not be. @typedef {{host: string, said: import('../shared/protocol.js').GpcAnswer|'asking'|'failed'}|null} GpcNote */

/** @param {Model} model @param {{note: SaveNote, gpc: GpcNote, private: boolean}} notes @param {Actions} actions @returns {View} */
export function foot(model, { note, gpc, private: secret }, actions) {
  return html`<footer>
    <div class="buttons">
      <button type="button" class="plain-button" @click=${() => actions.save('page-report-json')}>${t('save_report')}</button>
      <button type="button" class="plain-button" @click=${() => actions.save('page-log')}>${t('save_log')}</button>
    </div>
    <p role="status" class="note">${note === null ? nothing
      : note === 'failed' ? t('save_failed') : around('saved', name(note.saved))}</p>
    ${secret ? nothing : asking(hostOf(model.page.url), gpc, actions)}
    <h2>${t('lists_title')}</h2>
    <ul class="plain lists">${model.report.engine.lists.map(list)}${model.report.engine.data.map(data)}</ul>
    <p class="own-lists"><button type="button" class="link" @click=${actions.ownLists}>${t('options_title')}</button></p>
    <p class="quiet"><bdi dir="ltr">${t('extName')} ${model.report.engine.version}</bdi></p>
  </footer>`;
}

/** Asks nobody before it is pressed; and never from a private window. @param {string} site @param {GpcNote} given @param {Actions} actions @returns {View} */
function asking(site, given, actions) {
  const said = given?.host === site ? given.said : null;
  return html`<div class="gpc">
    ${said === null || said === 'failed' ? html`<button type="button" class="plain-button" aria-describedby="gpc-note" @click=${actions.askGpc}>${t('gpc_ask')}</button>` : nothing}
    <p role="status" class="note" id="gpc-note" tabindex="-1">${said === null ? around('gpc_before', host(site)) : gpcSaid(said, site)}</p>
  </div>`;
}

/** @param {NonNullable<GpcNote>['said']} said @param {string} site @returns {View} */
function gpcSaid(said, site) {
  switch (said) {
    case 'asking': return around('gpc_asking', host(site));
    case 'true': return around('gpc_yes', host(site));
    case 'false': return around('gpc_no', host(site));
    case 'unknown': return around('gpc_silent', host(site));
    case 'failed': return around('gpc_failed', host(site));
  }
}

/** What says whose a host is, and what one site is. @param {Data} data @returns {View} */
function data(data) {
  return html`<li>${name(data.title)}
    <span class="place">${around('data_version', name(data.version))}</span></li>`;
}

/** Not every list says of which day it is. @param {List} list @returns {View} */
function version(list) {
  return list.date === '' ? around('data_version', name(list.version)) : around('list_version', name(list.version), dated(list.date));
}

/** @param {List} list @returns {View} */
function list(list) {
  return html`<li>${list.id === OWN_LIST ? t('lists_own') : name(list.title)}
    <span class="place">${version(list)} · ${plural('rules', list.rules)}</span>
    ${list.attribution ? html`<span class="place" lang="en">${name(list.attribution)}</span>` : nothing}</li>`;
}
