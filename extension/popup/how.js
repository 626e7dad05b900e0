/** The second tab: the techniques that were seen, what each means, and what can be done. */

import { html, nothing } from '../vendor/lit-html.js';
import { plural, t, word } from '../shared/i18n.js';
import { code, entry } from '../shared/views.js';
import { openKey, weightOf } from './model.js';
import { few, mark, reason, rightsList, seenName, techniqueName, toRow } from './parts.js';
import { evidence } from './who.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Technique} Technique */

/** @param {Model} model @param {Actions} actions @returns {View} */
export function how(model, actions) {
  return html`
    ${model.techniques.length === 0
      ? html`<p class="quiet">${t(model.level === 'unknown' ? 'how_not_known' : 'how_nothing')}</p>`
      : html`<ul class="rows first">${model.techniques.map((technique) => row(technique, model, actions))}</ul>`}
    ${model.notSeen.length > 0 ? html`<section>
      <h2>${t('not_seen_title')}</h2>
      ${model.notSeen.map(({ why, techniques }) => html`
        <ul class="items">${techniques.map((technique) => html`<li>${techniqueName(technique)}</li>`)}</ul>
        ${why === null ? nothing : html`<p class="quiet">${reason(why)}</p>`}`)}
    </section>` : nothing}`;
}

/** @param {Technique} seen @param {Model} model @param {Actions} actions @returns {View} */
function row(seen, model, actions) {
  const key = openKey('technique', seen.technique);
  const open = actions.isOpen(key);
  return html`<li class="row ${open ? 'open' : ''}">
    <div class="head">
      ${mark(seen.level, true)}
      <h2 class="title"><button type="button" aria-expanded=${open} @click=${() => actions.toggle(key)}>${
        seenName(seen.technique, model)}<span class="unseen">${t('after_comma', [word('level', seen.level) ?? ''])}</span></button></h2>
      <p class="line">${by(seen)}</p>
    </div>
    ${open ? details(seen, model, actions) : nothing}
  </li>`;
}

/** Who does it. The site only where it was seen doing so: a finding may be missing for want of room. @param {Technique} seen */
function by({ watchers, site }) {
  if (watchers.length > 0) return plural('organisations', watchers.length);
  return t(site.length > 0 ? 'by_site' : 'not_known');
}

/** @param {Technique} seen @param {Model} model @param {Actions} actions @returns {View} */
function details(seen, model, actions) {
  const key = openKey('technique', seen.technique);
  const known = word('technique', seen.technique, 'means') !== null;
  const about = (/** @type {string} */ label, /** @type {string} */ part) =>
    entry(label, html`${word('technique', seen.technique, part)}`);
  const { rights } = seen;
  return html`<div class="details">
    ${known ? nothing : html`<p>${t('technique_new')} ${code(seen.technique)}</p>`}
    <dl>
      ${known ? html`
        ${model.unmarked.includes(seen.technique)
    ? entry('means_label', html`${t('unmarked_text')}`) : about('means_label', 'means')}
        ${about('harmless_label', 'harmless')}
        ${about('site_label', 'site')}
        ${about('you_label', 'you')}` : nothing}
      ${rights.length > 0 ? entry('rights_label', rightsList(rights)) : nothing}
      ${seen.watchers.length > 0 ? entry('by_label', html`<ul class="plain">${
        few(seen.watchers, 8, `${key}/by`, actions, (by) => html`<li>${toRow(by, model, actions)}</li>`, (by) => seen.weights.get(by) ?? 'low')}</ul>`) : nothing}
    </dl>
    ${seen.site.length > 0 ? html`<h3 class="part">${t('by_site')}</h3>
      <ul class="plain findings">${few(seen.site, 3, `${key}/site`, actions, (finding) =>
        html`<li>${evidence(finding, model, actions)}</li>`, weightOf)}</ul>` : nothing}
  </div>`;
}
