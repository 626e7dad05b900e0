/** Below the one sentence: who looks on in numbers, and who runs the site itself. */

import { html, nothing } from '../vendor/lit-html.js';
import { i18n, plural, t, word } from '../shared/i18n.js';
import { around, country, listed, listedTo, name, named } from '../shared/views.js';
import { about } from './about.js';
import { ADDED, dossiers } from './model.js';
import { grave, more, opens, seenName, techniqueName } from './parts.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */

/** @param {Model} model @param {Actions} actions @returns {View} */
export function overview(model, actions) {
  const { summary } = model.page;
  const counted = (/** @type {View} */ what, /** @type {number} */ count) => (count === 1 ? what : around('kind_count', what, i18n().number(count)));
  return html`<div class="overview" tabindex="-1">
    ${because(model, actions)}
    ${model.added.watchers > 0 ? html`<p class="own">${plural('added_named', model.added.watchers)}</p>` : nothing}
    ${model.added.site ? html`<p class="own">${t('added_site')}</p>` : nothing}
    ${model.kinds.length > 0 ? html`<p>${around('summary_kinds', some(model.kinds, 'kinds', actions, (one) =>
      counted(kindName(one), one.count), (left) => more(left.map((one) => one.level))))}</p>` : nothing}
    ${summary.organisations > 0 ? html`<p>
      ${summary.countries.length > 0 ? around('summary_countries', some(summary.countries, 'countries', actions, ({ code, count }) =>
        counted(country(code), count))) : nothing}
      ${summary.country_not_known > 0 ? plural('summary_country_unknown', summary.country_not_known) : nothing}</p>` : nothing}
    ${site(model, actions)}
  </div>`;
}

/** What the level rests on. @param {Model} model @param {Actions} actions @returns {View} */
function because(model, actions) {
  const { because: { kinds, techniques }, level } = model;
  // First what the person's own lists say: the end of a long list is folded.
  const all = [
    ...techniques.filter((technique) => technique === ADDED).map(techniqueName),
    ...kinds.map(kindName),
    ...techniques.filter((technique) => technique !== ADDED).map((technique) => seenName(technique, model)),
  ];
  if (all.length === 0) return nothing;
  return html`<p class="own">${around('because', word('level', level) ?? '', some(all, 'because', actions, (one) => one, (left) => {
    // The sentence says of them all what they weigh; whoever is read only the button has not heard it.
    const levels = left.map(() => level);
    return html`${t('more', [i18n().number(left.length)])}<span class="unseen">${grave(levels) === '' ? nothing : t('after_comma', [grave(levels)])}</span>`;
  }))}</p>`;
}

/** @param {import('./model.js').Kind} kind @returns {View} */
function kindName({ kind, sign }) {
  const what = named('kind', kind, 'name');
  return sign ? around('kind_by_indicator', what) : what;
}

/** Who runs the site, and whether its own address stands on our lists. @param {Model} model @param {Actions} actions @returns {View} */
function site(model, actions) {
  const { operator } = model.page;
  if (!model.page.site) return nothing;
  if (!operator) return html`<p>${t('site_run_unknown')}</p>`;
  const known = dossiers(model, { actors: operator.listed });
  const isSign = (/** @type {import('./model.js').Dossier} */ { id }) => operator.indicators.includes(id);
  const kinds = new Set(known.filter((actor) => !isSign(actor)).map(({ kind }) => kind));
  const signs = known.filter(isSign).map((actor) => name(actor.name));
  // Its address may be on a list that does not say whose it is.
  const line = operator.name === '' ? t('site_run_unknown') : html`${around('site_run_by', name(operator.name))}${
    operator.owner ? html` · ${name(operator.owner)}` : nothing}${operator.country ? html` · ${country(operator.country)}` : nothing}`;
  return html`${opens('site', t('this_site_label'), line, actions, () => about(operator, [], 'site', model, actions))}
    ${kinds.size > 0 ? html`<p class="own">${
      around('site_is_actor', listed([...kinds].map((kind) => named('kind', kind, 'name'))))}</p>` : nothing}
    ${signs.length > 0 ? html`<p class="own">${around('site_is_indicator', listed(signs))}</p>` : nothing}`;
}

/** How many of a long list are told at first. */
const FIRST = 3;

/**
 * A list in a sentence, its end behind a button where it is long.
 * @template T
 * @param {readonly T[]} items what weighs most first @param {string} key @param {Actions} actions @param {(item: T) => View} view
 * @param {(left: T[]) => View | string} [label] of the button
 * @returns {View}
 */
function some(items, key, actions, view, label = (left) => t('more', [i18n().number(left.length)])) {
  if (items.length <= FIRST + 1 || actions.isOpen(key)) return listed(items.map(view));
  return listedTo(items.slice(0, FIRST).map(view), html`<button type="button" class="link" @click=${() => actions.toggle(key)}>${
    label(items.slice(FIRST))}</button>`);
}
