/** The third tab: what could not be seen, and why. It is as much an answer as the other two. */

import { html, nothing } from '../vendor/lit-html.js';
import { plural, t } from '../shared/i18n.js';
import { host } from '../shared/views.js';
import { levelOf } from './model.js';
import { few, reason, techniqueName } from './parts.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Counted} Counted */

/** @param {Model} model @param {Actions} actions @returns {View} */
export function unknown(model, actions) {
  return html`
    ${model.unknowns === 0 ? html`<p class="quiet">${t('unknown_nothing')}</p>` : nothing}
    ${checks('unknown_checks_title', model.couldNotLook)}
    ${checks('unknown_part_title', model.inPart)}
    ${counted('unknown_gaps_title', model.gaps, 'times')}
    ${counted('unknown_skipped_title', model.skipped, 'requests')}
    ${model.nameless.length > 0 ? html`<section>
      <h2>${t('unknown_owners_title')}</h2>
      <ul class="items hosts">${few(model.nameless, 12, 'unknown/owners', actions, (watcher) =>
        html`<li>${host(watcher.name)}</li>`, ({ level }) => levelOf(level))}</ul>
    </section>` : nothing}
    ${counted('unknown_nobody_title', model.contactsNobody, 'requests')}
    ${model.unknowns > 0 ? html`<p class="quiet">${t('unknown_note')}</p>` : nothing}`;
}

/** @param {string} title @param {import('./model.js').Unseen[]} unseen @returns {View} */
function checks(title, unseen) {
  if (unseen.length === 0) return nothing;
  return html`<section>
    <h2>${t(title)}</h2>
    <ul class="items">${unseen.map(({ why, techniques }) => html`<li>${reason(why)}
      <ul class="why">${techniques.map((technique) => html`<li>${techniqueName(technique)}</li>`)}</ul></li>`)}</ul>
  </section>`;
}

/** @param {string} title @param {Counted[]} items @param {'times'|'requests'} unit @returns {View} */
function counted(title, items, unit) {
  if (items.length === 0) return nothing;
  return html`<section>
    <h2>${t(title)}</h2>
    <ul class="items">${items.map(({ why, count }) => html`<li>
      ${reason(why)} <span class="why">${unit === 'times' ? plural('times', count) : plural('requests', count)}</span></li>`)}</ul>
  </section>`;
}
