/** The page of options and of the person's own lists: hands files to the background, and shows what it says of them. */

import { html, nothing, render } from '../vendor/lit-html.js';
import { ask } from '../shared/client.js';
import { byId } from '../shared/dom.js';
import { i18n, setLanguage, t, word } from '../shared/i18n.js';
import { LIST_BYTES, OnlookerError } from '../shared/protocol.js';
import { around, name } from '../shared/views.js';
import { switches, turn } from './more.js';
import { failed, title, view } from './view.js';
import { failureOf } from './words.js';

/** @typedef {import('./view.js').Chosen} Chosen */

const root = byId('root', HTMLElement);
/** @type {import('./view.js').Ui} */
const ui = { lists: null, chosen: [], note: nothing, more: { all: { secure: null, names: null }, refused: null } };
/** A change is under way: a second click is no second wish. */
let busy = false;

/** @type {import('./view.js').Actions} */
const actions = {
  async choose(files) {
    const fresh = [...files].map((file) => /** @type {Chosen} */ ({ file, facts: null, failure: null }));
    // What is still being read stays: it will be told of.
    ui.chosen = [...fresh, ...ui.chosen.filter(({ facts, failure }) => facts || !failure)];
    ui.note = t('options_reading');
    draw();
    // The same file can be chosen once more, when it has changed.
    for (const input of document.querySelectorAll('input')) input.value = '';
    for (const one of fresh) {
      await read(one);
      draw();
    }
    // Each apart from the others, whatever its direction.
    const names = (/** @type {Chosen[]} */ some) => html`${some.map(({ file }, at) => html`${at > 0 ? ' · ' : nothing}${name(file.name)}`)}`;
    const [good, bad] = [fresh.filter(({ facts }) => facts), fresh.filter(({ failure }) => failure)];
    ui.note = html`${good.length > 0 ? around('options_said_read', names(good)) : nothing}
      ${bad.length > 0 ? around('options_said_not_read', names(bad)) : nothing}`;
    draw();
  },
  use: (one) => change(async () => {
    const { sha256 } = /** @type {NonNullable<Chosen['facts']>} */ (one.facts);
    one.failure = null;
    try {
      ui.lists = await ask('list-add', { sha256 }).catch(async (error) => {
        // The background was ended since, and has forgotten what it read.
        if (error?.variant !== 'list-gone') throw error;
        await ask('list-read', await message(one.file));
        return ask('list-add', { sha256 });
      });
    } catch (error) {
      one.failure = failureOf(error);
      ui.note = failed(one.failure);
      return '';
    }
    ui.chosen = ui.chosen.filter((other) => other !== one);
    ui.note = around('options_said_used', title(/** @type {NonNullable<Chosen['facts']>} */ (one.facts)));
    return `list-${sha256}`;
  }),
  dismiss(one) {
    ui.chosen = ui.chosen.filter((other) => other !== one);
    draw();
    focus(ui.chosen.length > 0 ? 'chosen' : 'used');
  },
  remove: (list) => change(async () => {
    try {
      ui.lists = await ask('list-remove', { sha256: list.sha256 });
      ui.note = around('options_said_removed', title(list));
    } catch (error) {
      ui.note = failed(failureOf(error));
    }
    return 'used';
  }),
  turn: (kind, on) => change(async () => {
    const { all } = ui.more;
    all[kind] = await turn(kind, on).catch(() => all[kind]);
    const now = all[kind];
    ui.more.refused = now === on ? null : kind;
    ui.note = now !== on ? t('switch_refused') : word('more', kind, now ? 'said_on' : 'said_off') ?? '';
    return kind;
  }),
};

function draw() {
  render(view(ui, actions), root);
}

/** What had the focus may be gone. @param {string} id */
function focus(id) {
  document.getElementById(id)?.focus();
}

/** @param {() => Promise<string>} work gives what has the focus then */
async function change(work) {
  if (busy) return;
  busy = true;
  const then = await work();
  busy = false;
  draw();
  focus(then);
}

/** @param {Chosen} one */
async function read(one) {
  try {
    // Before it is read: a file of many gigabytes would not come to an end.
    if (one.file.size > LIST_BYTES) throw new OnlookerError('feed-too-large', 'it is larger than this');
    const facts = await ask('list-read', await message(one.file));
    ui.chosen = ui.chosen.filter((other) => other.facts?.sha256 !== facts.sha256);
    one.facts = facts;
  } catch (error) {
    one.failure = failureOf(error);
  }
}

/**
 * A file as a message can carry it: Chromium's are JSON.
 * @param {File} file @returns {Promise<import('../shared/protocol.js').ListFile>}
 */
function message(file) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done({ name: file.name, base64: String(reader.result).split(',')[1] ?? '' });
    reader.onerror = () => fail(new OnlookerError('file', reader.error?.name ?? ''));
    reader.readAsDataURL(file);
  });
}

async function load() {
  try {
    ui.lists = await ask('lists-added', {});
  } catch (error) {
    ui.lists = failureOf(error);
  }
  ui.more = { all: await switches(), refused: null };
  draw();
}

// A file that misses the field would be opened in place of this page.
for (const kind of ['dragover', 'drop']) {
  addEventListener(kind, (event) => {
    if (!(event.target instanceof HTMLInputElement)) event.preventDefault();
  });
}
// Another such page may have changed something.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && !busy) void load();
});

setLanguage(document);
document.title = `${t('options_title')} · ${i18n().t('extName')}`;
draw();
await load();
