/** What Onlooker's own lists know of an organisation, and the laws of its country. Sources open only when pressed. */

import { html, nothing } from '../vendor/lit-html.js';
import { i18n, t, word } from '../shared/i18n.js';
import { around, code, entry, few, name } from './parts.js';

/** @typedef {import('./parts.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('../pkg/onlooker.js').Dossier} Dossier */
/** @typedef {import('../pkg/onlooker.js').Country} Country */
/** @typedef {import('../pkg/onlooker.js').Source} Source */

/** A text of the lists, which are written in English. @param {string} text @returns {View} */
const english = (text) => html`<span lang="en" dir="ltr">${name(text)}</span>`;

/** @param {Dossier} actor @param {string} key @param {Actions} actions @returns {View} */
export function dossier(actor, key, actions) {
  const country = actor.country ? i18n().country(actor.country) : t('not_known');
  const kind = word('kind', actor.kind);
  return html`<h4>${t('actor_label')}: ${name(actor.name)}</h4>
    <p>${kind ?? code(actor.kind)}. ${english(actor.does)}</p>
    <dl>
      ${entry('owner_label', actor.owner ? html`${name(actor.owner)}` : html`${t('not_known')}`)}
      ${entry('seat_label', html`${country}`)}
      ${actor.takes.length > 0 ? entry('takes_label', html`<ul class="plain">${actor.takes.map((one) =>
        html`<li>${word('takes', one) ?? code(one)}</li>`)}</ul>`) : nothing}
      ${actor.since ? entry('since_label', html`${actor.since}`) : nothing}
      ${actor.harmless ? entry('actor_harmless_label', english(actor.harmless)) : nothing}
      ${actor.dispute ? entry('says_label', english(actor.dispute)) : nothing}
      ${entry('sure_label', html`${word('confidence', actor.confidence)}`)}
      ${entry('sources_label', sources(actor.sources, `${key}/${actor.id}`, actions))}
    </dl>`;
}

/** @param {Country} country @param {string} key @param {Actions} actions @returns {View} */
export function laws(country, key, actions) {
  return html`<h4>${around('laws_label', name(i18n().country(country.code)))}</h4>
    ${country.laws.length === 0 ? html`<p>${t('laws_not_known')}</p>` : html`<ul class="plain">${
      few(country.laws, 2, `${key}/laws`, actions, (law) => html`<li>
        <strong lang="en" dir="ltr">${law.year ? around('law_line', name(law.name), law.year) : name(law.name)}</strong>
        <p>${english(law.allows)}</p>
        ${sources(law.sources, `${key}/${law.name}`, actions)}
      </li>`, (n) => t('show_all', [i18n().number(n)]))}</ul>`}
    ${country.authority ? html`<dl>${entry('authority_label', html`${country.complaints.startsWith('https://')
      ? link(country.complaints, country.authority) : name(country.authority)}`)}</dl>` : nothing}`;
}

/** @param {readonly Source[]} list @param {string} key @param {Actions} actions @returns {View} */
function sources(list, key, actions) {
  return html`<ul class="plain sources">${few(list, 3, `${key}/sources`, actions, (source) => html`<li>
    ${link(source.url, source.publisher)}${source.date ? html`, ${source.date}` : nothing}
    <span class="place">${source.checked === 'unread' ? t('source_unread') : around('source_read', i18n().date(source.checked))}</span>
  </li>`, (n) => t('show_all', [i18n().number(n)]))}</ul>`;
}

/** @param {string} url @param {string} text @returns {View} */
function link(url, text) {
  // The lists hold http and https only; a pack from elsewhere might not.
  return /^https?:\/\//.test(url) ? html`<a href=${url} target="_blank" rel="noopener noreferrer">${name(text)}</a>` : name(text);
}
