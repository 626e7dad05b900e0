/** The popup: asks the background about the tab it was opened over, and shows the answer until it is closed. */

import { render } from '../vendor/lit-html.js';
import { browser } from '../shared/browser.js';
import { ask } from '../shared/client.js';
import { byId, saveFile } from '../shared/dom.js';
import { i18n, setLanguage } from '../shared/i18n.js';
import { hostOf, modelOf } from './model.js';
import { view } from './view.js';

/** @typedef {import('../shared/protocol.js').PageReport} PageReport */

/** How long to wait before asking again, in ms: soon while the page still loads, seldom when nothing happens. */
const SOON = 1000;
const SELDOM = 8000;

/** @type {import('./view.js').Ui} */
const ui = { shown: { state: 'loading' }, tab: 'who', note: null, gpc: null };
/** @type {Set<string>} what is opened in place */
const opened = new Set();
const root = byId('root', HTMLElement);
let tabId = -1;
let wait = SOON;
let last = '';
/** @type {ReturnType<typeof setTimeout>|undefined} */
let timer;

/** @type {import('./parts.js').Actions} */
const actions = {
  isOpen: (key) => opened.has(key),
  toggle(key) {
    const at = document.activeElement;
    const near = at?.closest('.opens')?.querySelector('.opener') ?? at?.closest('.row')?.querySelector('.head button')
      ?? at?.closest('[role="tabpanel"], .overview');
    if (!opened.delete(key)) opened.add(key);
    draw();
    // "Show all" goes when it has been pressed: the keyboard stays with what it belonged to.
    if (at && !at.isConnected && near instanceof HTMLElement) near.focus({ preventScroll: true });
  },
  showTab(tab) {
    // What was drawn once stays, hidden: going back to five hundred rows costs nothing.
    opened.add(`tab:${ui.tab}`);
    ui.tab = tab;
    draw();
  },
  showRow(key) {
    opened.add(key);
    actions.showTab('who');
    const row = [...root.querySelectorAll('#panel-who .row')].find((one) => one instanceof HTMLElement && one.dataset.key === key);
    row?.querySelector('button')?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'start' });
  },
  async save(kind) {
    try {
      const { filename, json } = await ask(kind, { tabId });
      saveFile(filename, json);
      ui.note = { saved: filename };
    } catch {
      ui.note = 'failed';
    }
    draw();
  },
  async askGpc() {
    if (ui.shown.state !== 'ok') return;
    const host = hostOf(ui.shown.model.page.url);
    ui.gpc = { host, said: 'asking' };
    draw();
    // The button has gone: the keyboard stays with what takes its place.
    document.getElementById('gpc-note')?.focus({ preventScroll: true });
    ui.gpc = await ask('gpc-ask', { tabId }).catch(() => ({ host, said: /** @type {const} */ ('failed') }));
    draw();
    again(0);
  },
  get visit() {
    // Chromium has one of this popup for all windows, and would open a link of a private window's in an ordinary one, with
    // its history and cookies.
    return ui.shown.state === 'ok' && ui.shown.private ? visitPrivately : null;
  },
  async allow() {
    // Nothing may be awaited before this: the browser only asks while the click is being handled.
    let allowed = false;
    try {
      allowed = await browser.permissions.request({ origins: ['<all_urls>'] });
    } catch { /* refused by a policy */ }
    if (ui.shown.state === 'no-permission') ui.shown = { ...ui.shown, asked: allowed ? 'allowed' : 'refused' };
    draw();
  },
  async ownLists() {
    await browser.runtime.openOptionsPage();
    window.close();
  },
  async reload() {
    await browser.tabs.reload(tabId);
    ui.shown = { state: 'loading' };
    last = '';
    draw();
    again(SOON);
  },
  retry() {
    ui.shown = { state: 'loading' };
    draw();
    void look();
  },
};

/** Opens an address in the window of our tab, or nowhere. @param {string} url */
async function visitPrivately(url) {
  const { windowId } = await browser.tabs.get(tabId);
  await browser.tabs.create({ windowId, url });
}

function draw() {
  render(view(ui, actions), root);
}

/** @param {number} ms */
function again(ms) {
  clearTimeout(timer);
  wait = ms;
  timer = setTimeout(look, ms);
}

async function look() {
  clearTimeout(timer);
  /** @type {PageReport|null} */
  let answer = null;
  try {
    answer = await ask('page-report', { tabId });
  } catch { /* shown as broken */ }
  const now = JSON.stringify(answer);
  if (now === last && ui.shown.state !== 'loading') return again(Math.min(wait * 2, SELDOM));
  last = now;
  ui.shown = shownOf(answer);
  draw();
  // Without an answer there is a button: asking on would only wake the background in vain.
  if (answer) again(SOON);
}

/** @param {PageReport|null} answer @returns {import('./view.js').Shown} */
function shownOf(answer) {
  switch (answer?.state) {
    case 'ok': {
      const model = modelOf(answer.report, answer.gaps, i18n().compare);
      // Where nothing else can be said, begin with what is not known, and why.
      if (ui.shown.state === 'loading' && model?.sentence === 'unknown') ui.tab = 'unknown';
      return model ? { state: 'ok', model, private: answer.private } : { state: 'not-known' };
    }
    case 'no-permission': {
      const asked = ui.shown.state === 'no-permission' ? ui.shown.asked : 'no';
      return { state: 'no-permission', site: hostOf(answer.origin), asked };
    }
    case 'engine-failed':
    case 'not-a-page':
    case 'not-known':
      return answer;
    default:
      return { state: 'broken' };
  }
}

/** The tab this popup speaks of: the one named in our own address, else the one in front. */
async function tabOf() {
  const named = Number(new URLSearchParams(location.search).get('tab') ?? NaN);
  if (Number.isInteger(named)) return named;
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  return tab?.id ?? -1;
}

/** Whether there is the room of a page: a phone shows popups as pages, and a popup can be opened in a tab. */
async function isWide() {
  const [platform, tab] = await Promise.all([browser.runtime.getPlatformInfo(), browser.tabs.getCurrent()]);
  return platform.os === 'android' || tab !== undefined;
}

setLanguage(document);
document.title = i18n().t('extName');
draw();
document.documentElement.classList.toggle('wide', await isWide());
tabId = await tabOf();
await look();
