/** Who an organisation is: what our own lists tell of it, which laws reach it, and where each claim can be checked. */

import { html, nothing } from '../vendor/lit-html.js';
import { i18n, t, word } from '../shared/i18n.js';
import { around, country, dated, entry, fact, listed, name, named } from '../shared/views.js';
import { dossiers } from './model.js';
import { few, link, opens, rightsList } from './parts.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Watcher} Watcher */
/** @typedef {import('./model.js').Operator} Operator */
/** @typedef {import('./model.js').Dossier} Dossier */
/** @typedef {import('./model.js').Source} Source */

/**
 * @param {Watcher | Operator} who @param {string[]} rights @param {string} key @param {Model} model @param {Actions} actions
 * @returns {View}
 */
export function about(who, rights, key, model, actions) {
  const actors = dossiers(model, who);
  const foreign = i18n().language !== 'en' && (actors.some(({ does, harmless, dispute }) => does ?? harmless ?? dispute)
    || who.countries.some((code) => hasEnglish(model.countries.get(code))));
  return html`
    ${foreign ? html`<p class="hint">${t('english_note')}</p>` : nothing}
    <dl class="facts">
      ${fact('owner_label', who.owner ? name(who.owner) : false)}
      ${fact('country_label', who.country ? country(who.country) : false)}
      ${who.countries.length > 0 ? nothing : fact('laws_label', false)}
    </dl>
    <div>
      ${actors.map((actor) => {
        const kind = named('kind', actor.kind, 'name');
        // To be named in a document is no more than a line, and its name would say it twice.
        const brief = actor.kind === 'prism' && actors.filter((one) => one.kind === 'prism').length === 1;
        return opens(`${key}/${actor.id}`, brief ? kind : name(actor.name), brief ? '' : html`<span class="place">${kind}</span>`, actions, () =>
          dossier(actor, who.indicators.includes(actor.id), `${key}/${actor.id}`, actions));
      })}
      ${rights.length > 0 ? opens(`${key}/rights`, t('rights_label'), i18n().number(rights.length), actions, () => rightsList(rights)) : nothing}
      ${who.countries.length > 0 ? opens(`${key}/laws`, t('laws_label'), listed(who.countries.map(country)), actions, () =>
        laws(who.countries, `${key}/laws`, model, actions)) : nothing}
      ${sources(who.sources, key, actions)}
    </div>`;
}

/** Whether something is told of its laws: that is in English. @param {import('./model.js').Country | undefined} its */
const hasEnglish = (its) => its !== undefined && (its.laws.length > 0 || its.protection !== null);

/** Written in English, in whatever language the rest is. @param {View | string} text @returns {View} */
const english = (text) => html`<span class="english" lang="en" dir="ltr">${typeof text === 'string' ? name(text) : text}</span>`;

/**
 * @param {Dossier} actor @param {boolean} sign whether what was met is only a published indicator of it @param {string} key
 * @param {Actions} actions @returns {View}
 */
function dossier(actor, sign, key, actions) {
  const told = (/** @type {string} */ label, /** @type {string} */ part) => {
    const text = word('kind', actor.kind, part);
    return text === null ? nothing : entry(label, html`${text}`);
  };
  const said = (/** @type {string} */ label, /** @type {string | null} */ text) => (text ? entry(label, english(text)) : nothing);
  return html`${sign ? published(actor) : html`<dl>${fact('does_label', actor.does && english(actor.does))}</dl>`}
    ${sign ? nothing : facts(actor)}
    <dl>
      ${actor.gvl_id !== null ? entry('iab_label', declared(actor)) : nothing}
      ${told('means_label', 'means')}
      ${told('site_label', 'site')}
      ${told('you_label', 'you')}
      ${said('actor_harmless_label', actor.harmless)}
      ${said('dispute_label', actor.dispute)}
      ${entry('sure_label', named('entry_confidence', actor.confidence))}
    </dl>
    ${sources(actor.sources, key, actions)}`;
}

/**
 * What is known of the actor itself. The record of 2013 is about what a company holds, not about what a page's contact gives
 * it, and whose the company is stands above.
 * @param {Dossier} actor @returns {View}
 */
function facts(actor) {
  const takes = actor.takes.length > 0 && listed(actor.takes.map((what) => named('takes', what)));
  if (actor.kind === 'prism') return takes ? html`<dl>${entry('prism_takes_label', takes)}</dl>` : nothing;
  return html`<dl class="facts">
    ${fact('takes_label', takes)}
    ${fact('owner_label', actor.owner && name(actor.owner))}
    ${fact('country_label', actor.country && country(actor.country))}
    ${fact('since_label', actor.since && dated(actor.since))}
  </dl>`;
}

/**
 * By whom, and when, what was met was published under the actor's name. The actor's owner, seat and takings are not the
 * host's: as the host's they would be false.
 * @param {Dossier} actor @returns {View}
 */
function published(actor) {
  const about = actor.sources.filter(({ supports }) => supports.includes('collects') || supports.includes('patterns'));
  const by = new Map(about.map((source) => [`${source.publisher}/${source.date ?? ''}`, source]));
  return html`
    ${by.size === 0 ? html`<p>${around('published_by_unknown', name(actor.name))}</p>` : nothing}
    ${[...by.values()].map(({ publisher, date }) => html`<p>${date
      ? around('published_dated', name(actor.name), name(publisher), dated(date))
      : around('published', name(actor.name), name(publisher))}</p>`)}
    <p>${t('whose_not_known')}</p>
    ${actor.does ? html`<dl><div><dt>${around('published_about', name(actor.name))}</dt> <dd>${english(actor.does)}</dd></div></dl>` : nothing}`;
}

/** What it declares in the IAB's framework. @param {Dossier} actor @returns {View} */
function declared({ purposes, special_features: features }) {
  if (purposes.length + features.length === 0) return html`${t('not_known')}`;
  return html`${purposes.length > 0 ? around('iab_purposes', listed(purposes.map((one) => named('purpose', String(one))))) : nothing}
    ${features.map((one) => html`<span class="place">${named('iab_feature', String(one))}</span>`)}`;
}

/** @param {string[]} codes @param {string} key @param {Model} model @param {Actions} actions @returns {View} */
function laws(codes, key, model, actions) {
  const one = (/** @type {string} */ code) => lawsOf(code, `${key}/${code}`, model, actions);
  const [first] = codes;
  if (codes.length === 1 && first) return one(first);
  return html`${codes.map((code) => opens(`${key}/${code}`, country(code), '', actions, () => one(code)))}`;
}

/** Where nothing is verified of a country. */
const NOTHING = { alliances: [], adequacy: null, laws: [], protection: null, protection_year: null, authority: null, complaints: null, sources: [] };

/** @param {string} code @param {string} key @param {Model} model @param {Actions} actions @returns {View} */
function lawsOf(code, key, model, actions) {
  /** @type {Omit<import('./model.js').Country, 'code'>} */
  const its = model.countries.get(code) ?? NOTHING;
  // Each alliance holds those before it: the closest says it all.
  const alliance = ['five-eyes', 'nine-eyes', 'fourteen-eyes'].find((one) => its.alliances.includes(one));
  return html`
    ${its.laws.length === 0 ? html`<p>${t('laws_none')}</p>` : html`<ul class="laws">${its.laws.map((law, at) => html`<li>
      ${english(around('law_line', html`<strong>${name(law.year ? `${law.name} (${law.year})` : law.name)}</strong>`, name(law.allows)))}
      <p>${word('oversight', law.oversight ?? 'unknown')}</p>
      ${sources(law.sources, `${key}/${at}`, actions)}
    </li>`)}</ul>`}
    ${alliance ? html`<p>${named('alliance', alliance)}</p>` : nothing}
    ${its.adequacy ? html`<p>${named('adequacy', its.adequacy)}</p>` : nothing}
    <dl>
      ${fact('protection_label', its.protection && english(its.protection_year ? `${its.protection} (${its.protection_year})` : its.protection))}
      ${fact('authority_label', its.authority && html`${name(its.authority)}
        ${its.complaints ? html`<span class="place">${link(its.complaints, t('complain_link'), actions)}</span>` : nothing}`)}
    </dl>
    ${sources(its.sources, key, actions)}`;
}

/** @param {Source[]} all @param {string} key @param {Actions} actions @returns {View} */
function sources(all, key, actions) {
  if (all.length === 0) return nothing;
  return opens(`${key}/sources`, t('sources_label'), i18n().number(all.length), actions, () => html`<ul class="sources">${
    few(all, 6, `${key}/sources/all`, actions, (one) => source(one, actions))}</ul>`);
}

/** @param {Source} source @param {Actions} actions @returns {View} */
function source({ url, publisher, date, supports, checked }, actions) {
  return html`<li>${link(url, name(publisher), actions)}
    <span class="place">${date ? html`${around('source_date', dated(date))} · ` : nothing}${
      checked === 'unread' ? t('source_unread') : around('source_read', dated(checked))}</span>
    ${supports.length > 0 ? html`<span class="place">${around('source_for', listed(supports.map((what) => named('supports', what))))}</span>` : nothing}</li>`;
}
