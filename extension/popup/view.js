/** The whole popup as one template: what the background answered, in words. Asks nothing itself. */

import { html, nothing } from '../vendor/lit-html.js';
import { i18n, plural, t, word } from '../shared/i18n.js';
import { moveInRow } from '../shared/dom.js';
import { around, code, host } from '../shared/views.js';
import { foot } from './foot.js';
import { how } from './how.js';
import { overview } from './overview.js';
import { mark } from './parts.js';
import { unknown } from './unknown.js';
import { who } from './who.js';

/** @typedef {import('../shared/views.js').View} View */
/** @typedef {import('./parts.js').Actions} Actions */
/** @typedef {import('./model.js').Model} Model */
/** @typedef {import('./model.js').Level} Level */
/** @typedef {import('./foot.js').GpcNote} GpcNote */
/** @typedef {import('./foot.js').SaveNote} SaveNote */
/** @typedef {'who'|'how'|'unknown'} Tab */

/**
 * Everything the popup can have to show.
 * @typedef {{state: 'loading'} | {state: 'ok', model: Model, private: boolean}
 *   | {state: 'no-permission', site: string, asked: 'no'|'refused'|'allowed'}
 *   | {state: 'engine-failed', variant: string} | {state: 'not-a-page', scheme: string}
 *   | {state: 'not-known'} | {state: 'broken'}} Shown
 */

/** @typedef {{shown: Shown, tab: Tab, note: SaveNote, gpc: GpcNote}} Ui */

/** @type {readonly Tab[]} */
const TABS = ['who', 'how', 'unknown'];

/** @param {Ui} ui @param {Actions} actions @returns {View} */
export function view(ui, actions) {
  const { shown } = ui;
  switch (shown.state) {
    case 'loading':
      return page(nothing, 'unknown', nothing, t('loading'), nothing, nothing);
    case 'ok': {
      const { model } = shown;
      return page(
        html`${around('on_site', host(model.page.site || model.page.url))}
          ${shown.private ? html`<span class="private">${t('private_note')}</span>` : nothing}`,
        model.level,
        html`<span class="unseen">${t('level_label')} </span>${word('level', model.level)}`,
        sentence(model),
        overview(model, actions),
        html`${tabs(ui.tab, model, actions)}${panels(ui.tab, model, actions)}${foot(model, { note: ui.note, gpc: ui.gpc, private: shown.private }, actions)}`,
      );
    }
    case 'no-permission':
      return page(
        around('on_site', host(shown.site)), 'unknown', unknownWord(), t('allow_title'), nothing,
        // One template: what is said of the answer is read out where the place for it was there before.
        html`<div class="state">
          ${shown.asked === 'allowed' ? nothing : html`<p>${t('allow_text')}</p><p>${t('allow_why')}</p>${button('allow_button', actions.allow)}`}
          <p role="status" class="note">${shown.asked === 'allowed' ? t('allow_done') : shown.asked === 'refused' ? t('allow_refused') : nothing}</p>
          ${shown.asked === 'allowed' ? button('reload_button', actions.reload) : nothing}</div>`,
      );
    case 'engine-failed':
      return page(
        nothing, 'unknown', unknownWord(), word('fail', shown.variant, 'title') ?? '', nothing,
        html`<div class="state"><p>${word('fail', shown.variant, 'text')}</p></div>`,
      );
    case 'not-a-page':
      return page(
        shown.scheme ? code(`${shown.scheme}:`) : nothing, 'unknown', unknownWord(), t('notpage_title'), nothing,
        html`<div class="state"><p>${t('notpage_text')}</p></div>`,
      );
    case 'not-known':
      return page(
        nothing, 'unknown', unknownWord(), t('notknown_title'), nothing,
        html`<div class="state"><p>${t('notknown_text')}</p>${button('reload_button', actions.reload)}</div>`,
      );
    case 'broken':
      return page(
        nothing, 'unknown', unknownWord(), t('broken_title'), nothing,
        html`<div class="state"><p>${t('broken_text')}</p>${button('retry_button', actions.retry)}</div>`,
      );
  }
}

/**
 * One template for every state, so that the element that is read out when it changes stays the same one.
 * @param {View} site @param {Level} level @param {View} levelWord @param {string} title @param {View} more below the answer
 * @param {View} rest
 * @returns {View}
 */
function page(site, level, levelWord, title, more, rest) {
  return html`
    <header>
      <p class="site">${site}</p>
      <div class="answer ${level}" aria-live="polite" aria-atomic="true">
        ${mark(level, false)}
        <div><p class="level">${levelWord}</p><h1>${title}</h1></div>
      </div>
      ${more}
    </header>
    ${rest}`;
}

/** @returns {View} */
const unknownWord = () => html`${word('level', 'unknown')}`;

/** @param {string} key @param {() => void} act @returns {View} */
const button = (key, act) => html`<button type="button" class="main-button" @click=${act}>${t(key)}</button>`;

/** @param {Model} model @returns {string} */
function sentence(model) {
  const n = model.page.watchers.length;
  switch (model.sentence) {
    case 'nobody': return t('sentence_nobody');
    case 'nobody-partly': return t('sentence_nobody_partly');
    case 'unknown': return t('sentence_unknown');
    case 'at-least': return plural('sentence_at_least', n);
    case 'watchers': return plural('sentence_watchers', n);
  }
}

/** A nought is a statement too: where too little was seen it is a question mark. @param {Tab} tab @param {Model} model */
function count(tab, model) {
  const blind = model.level === 'unknown';
  const seen = (/** @type {number} */ n) => (n === 0 && blind ? '?' : i18n().number(n));
  switch (tab) {
    case 'who': return seen(model.page.watchers.length);
    case 'how': return seen(model.techniques.length);
    case 'unknown': return i18n().number(model.unknowns);
  }
}

/** @param {Tab} tab */
function label(tab) {
  switch (tab) {
    case 'who': return t('tab_who');
    case 'how': return t('tab_how');
    case 'unknown': return t('tab_unknown');
  }
}

/** @param {Tab} chosen @param {Model} model @param {Actions} actions @returns {View} */
function tabs(chosen, model, actions) {
  /** @param {KeyboardEvent} event */
  const move = (event) => {
    const to = moveInRow(event.key, TABS.indexOf(chosen), TABS.length, i18n().dir);
    const tab = to === null ? undefined : TABS[to];
    if (!tab || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    actions.showTab(tab);
    document.getElementById(`tab-${tab}`)?.focus();
  };
  return html`<div role="tablist" class="tabs" aria-label=${t('tabs_label')} @keydown=${move}>${TABS.map((tab) => html`
    <button type="button" role="tab" id="tab-${tab}" aria-controls="panel-${tab}" aria-selected=${tab === chosen}
      tabindex=${tab === chosen ? 0 : -1} @click=${() => actions.showTab(tab)}>${
        label(tab)} <span class="count">· ${count(tab, model)}</span></button>`)}</div>`;
}

/** @param {Tab} chosen @param {Model} model @param {Actions} actions @returns {View} */
function panels(chosen, model, actions) {
  const content = { who, how, unknown };
  return html`${TABS.map((tab) => html`
    <div role="tabpanel" id="panel-${tab}" aria-labelledby="tab-${tab}" tabindex="0" ?hidden=${tab !== chosen}>${
      tab === chosen || actions.isOpen(`tab:${tab}`) ? content[tab](model, actions) : nothing}</div>`)}`;
}
