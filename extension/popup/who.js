/** The first tab: the organisations, by what they do, each with its evidence. */

import { html, nothing } from '../vendor/lit-html.js';
import { i18n, plural, t, word } from '../shared/i18n.js';
import { around, code, country, dated, entry, host, listed, name, named } from '../shared/views.js';
import { about } from './about.js';
import { ADDED, bearerOf, dossiers, isUnmarked, kindsOf, levelOf, onlyUnmarked, ownSite, weightOf } from './model.js';
import { few, mark, toRow } from './parts.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Watcher} Watcher */
/** @typedef {import('./model.js').Finding} Finding */
/** @typedef {import('./model.js').Rule} Rule */

/** @param {Model} model @param {Actions} actions @returns {View} */
export function who(model, actions) {
  if (model.groups.length === 0) {
    return html`<p class="quiet">${t(model.sentence === 'nobody' ? 'who_nobody' : 'who_not_known')}</p>`;
  }
  return html`${model.groups.map((group) => html`
    <section>
      <h2>${word('category', group.category, 'title')}${group.again ? html` <span class="hint">· ${word('level', group.level)}</span>` : nothing}</h2>
      <ul class="rows">${group.watchers.map((watcher) => row(watcher, model, actions))}</ul>
    </section>`)}`;
}

/** @param {Watcher} watcher @param {Model} model @param {Actions} actions @returns {View} */
function row(watcher, model, actions) {
  const key = model.keys.get(watcher) ?? '';
  const open = actions.isOpen(key);
  const level = levelOf(watcher.level);
  return html`<li class="row ${open ? 'open' : ''}" data-key=${key}>
    <div class="head">
      ${mark(level, true)}
      <h3><button type="button" aria-expanded=${open} @click=${() => actions.toggle(key)}>${
        watcher.known ? name(watcher.name) : host(watcher.name)
      }<span class="unseen">${t('after_comma', [word('level', level) ?? ''])}</span></button></h3>
      ${watcher.country ? html`<span class="country">${country(watcher.country)}</span>` : nothing}
      <p class="line">${line(watcher, model)}</p>
    </div>
    ${open ? details(watcher, model, actions) : nothing}
  </li>`;
}

/** One plain line: of what kind it is, else what was seen of it. @param {Watcher} watcher @param {Model} model @returns {View} */
function line(watcher, model) {
  const [gravest] = kindsOf(model, watcher);
  // Of the others that our lists name only where they present themselves was met: that is not what their kind does.
  const [vendor] = dossiers(model, { actors: watcher.listed });
  const [technique] = watcher.techniques;
  const requests = plural('requests', watcher.requests);
  /** @type {View|string|null} */
  let text;
  if (gravest) {
    const kind = named('kind', gravest.kind, 'name');
    text = gravest.sign ? around('kind_indicator', kind) : kind;
  } else if (vendor) {
    text = around('kind_own_site', named('kind', vendor.kind, 'name'));
  } else if (technique !== undefined) {
    const its = (model.findings.get(watcher) ?? []).filter((finding) => finding.technique === technique);
    text = onlyUnmarked(its) ? t('unmarked_line') : word('technique', technique, 'line');
  } else {
    return html`<span>${requests}</span>`;
  }
  const more = (/** @type {View|string|null} */ one) => html` <span class="together"><span class="dot">· </span>${one}</span>`;
  // What the person's own list says is not lost behind what ours do.
  const added = (gravest || vendor) && watcher.techniques.includes(ADDED) ? more(word('technique', ADDED, 'line')) : nothing;
  return html`<span>${text}</span>${added}${more(requests)}`;
}

/** @param {Watcher} watcher @param {Model} model @param {Actions} actions @returns {View} */
function details(watcher, model, actions) {
  const findings = model.findings.get(watcher) ?? [];
  const key = model.keys.get(watcher) ?? '';
  return html`<div class="details">
    ${watcher.known ? nothing : html`<p>${t('unnamed_line')}</p>`}
    <dl>${entry('seen_label', html`${plural('requests', watcher.requests)}
      <ul class="plain">${few(model.hosts.get(watcher) ?? [], 4, `${key}/hosts`, actions, (one) => html`<li>${code(one.name)}</li>`, ({ level }) => level)}</ul>`)}
    </dl>
    <ul class="plain findings">${few(findings, 4, `${key}/findings`, actions, (finding) =>
      html`<li>${evidence(finding, model, actions)}</li>`, weightOf)}</ul>
    <h4 class="part">${t('about_label')}</h4>
    ${about(watcher, watcher.rights, `${key}/about`, model, actions)}
  </div>`;
}

/** What proves one finding. @param {Finding} finding @param {Model} model @param {Actions} actions @returns {View} */
export function evidence(finding, model, actions) {
  const key = `finding:${finding.id}`;
  const site = ownSite(finding);
  const sign = finding.rule?.actor?.indicator ?? false;
  // Contact with a vendor's site, or with what is only a sign of an actor, is not contact with what its kind does.
  const unmarked = isUnmarked(finding);
  const title = sign ? t('indicator_title') : site ? t('own_site_title') : unmarked ? t('unmarked_title')
    : word('technique', finding.technique, 'name');
  return html`<h4>${title ?? code(finding.technique)}</h4>
    ${finding.allowed ? html`<p class="allowed">${t('allowed_text')}</p>` : nothing}
    ${sign ? html`<p class="allowed">${t('indicator_text')}</p>` : nothing}
    ${unmarked ? html`<p class="allowed">${t('unmarked_text')}</p>` : nothing}
    ${site ? html`<p class="allowed">${t(site === 'site' ? 'own_site_text' : 'own_site_below')}</p>` : nothing}
    <dl>
      ${finding.subject ? entry('subject_label', subject(finding.technique, finding.subject)) : nothing}
      ${finding.from ? entry('from_label', html`${origin(finding, finding.from, model, actions)}
        <span class="place">${code(finding.from.domain)}</span>`) : nothing}
      ${told(finding)}
      ${finding.rule ? entry('rule_label', rule(finding.rule, `${key}/rule`, model, actions)) : nothing}
      ${finding.exception_rule ? entry('exception_label', rule(finding.exception_rule, `${key}/exception`, model, actions)) : nothing}
      ${finding.evidence.length > 0 ? entry('asked_label', html`<ul class="plain asked">${
        few(finding.evidence, 2, `${key}/evidence`, actions, (item) =>
          html`<li><span class="type">${name(item.type)}</span> ${code(item.url)}</li>`)
      }</ul>`) : nothing}
      ${entry('sure_label', html`${word(finding.rule?.actor ? 'entry_confidence' : 'confidence', finding.confidence)}`)}
    </dl>`;
}

/**
 * From whom something came: to be gone to where that is another one of the list.
 * @param {Finding} finding @param {NonNullable<Finding['from']>} from @param {Model} model @param {Actions} actions @returns {View}
 */
function origin(finding, from, model, actions) {
  if (from.watcher === null) return html`${t('by_site')}`;
  const whose = bearerOf(model.named, from);
  return whose && whose !== bearerOf(model.named, finding) ? toRow(whose, model, actions) : name(from.watcher);
}

/** Numbers and hashes for those who check: they stand in the saved report. */
const FOR_EXPERTS = ['hash', 'bits', 'length'];

/**
 * What a finding is about: in a word of ours, or in the page's, with where that stood.
 * @param {string} technique @param {NonNullable<Finding['subject']>} subject @returns {View}
 */
function subject(technique, { place, name }) {
  const ours = word('said', `${technique}/subject/${name}`);
  if (ours !== null) return html`${ours}`;
  return html`${named('place', place)}${name === '' ? nothing : html` ${code(name)}`}`;
}

/** What else a finding tells, each kind of it once. @param {Finding} finding @returns {View} */
function told({ technique, details }) {
  const kinds = [...new Set(details.map(({ what }) => what))].filter((what) => !FOR_EXPERTS.includes(what));
  /** @param {string} what @param {string} text @returns {(View | string)[]} */
  const one = (what, text) => {
    const ours = word('said', `${technique}/${what}/${text}`);
    if (ours !== null) return [html`${ours}`];
    if (what === 'kind') return [named('value', text)];
    if (what === 'channel') return [named('place', text)];
    if (what === 'encoding') return [named('encoding', text)];
    if (what === 'lifetime') return [text === 'session' ? html`${t('lifetime_session')}` : html`${plural('days', Number(text))}`];
    if (what === 'purpose') return purposes(text).map((number) => named('purpose', number));
    return [code(text)];
  };
  return html`${kinds.map((what) => html`<div><dt>${word('label', `${technique}/${what}`) ?? named('what', what)}</dt> <dd>${
    listed(details.filter((detail) => detail.what === what).flatMap(({ text }) => one(what, text)))}</dd></div>`)}`;
}

/** The purposes of the IAB's framework that a text names: `1-4, 7`. @param {string} text */
function purposes(text) {
  return text.split(', ').flatMap((part) => {
    const [first, last] = (/^(\d\d?)-(\d\d?)$/.exec(part) ?? []).slice(1).map(Number);
    return first === undefined || last === undefined ? [part] : Array.from({ length: Math.max(last - first + 1, 0) }, (_, n) => `${first + n}`);
  });
}

/** Rules can name hundreds of sites: longer ones show their beginning first. */
const LONG_RULE = 240;

/** @param {Rule} rule @param {string} key @param {Model} model @param {Actions} actions @returns {View} */
function rule(rule, key, model, actions) {
  const cut = rule.text.length > LONG_RULE && !actions.isOpen(key);
  const list = model.report.engine.lists.find(({ id }) => id === rule.list);
  const title = rule.actor ? t('lists_own') : name(rule.list_title);
  // What stands over a rule of ours is for programs.
  const section = rule.actor ? named('kind', rule.actor.kind ?? '', 'name') : name(rule.section);
  return html`<div class=${cut ? 'cut' : ''}>${code(rule.text)}</div>
    ${cut ? html`<button type="button" class="link" @click=${() => actions.toggle(key)}>${t('show_rule')}</button>` : nothing}
    <span class="place">${list?.date
      ? around('rule_place_dated', title, i18n().number(rule.line), dated(list.date))
      : around('rule_place', title, i18n().number(rule.line))}</span>
    ${rule.section ? html`<span class="place">${around('rule_section', section)}</span>` : nothing}`;
}
