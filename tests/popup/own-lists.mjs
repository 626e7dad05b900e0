// The background's part in what the options page does, with the real core and the real router, over a disk of this test's own.
import { readFileSync } from 'node:fs';
import { Lists } from '../../extension/background/lists.js';
import { Names } from '../../extension/background/names.js';
import { bytesOf, nothing, ofFile, ofList, ofSwitch, router } from '../../extension/background/router.js';
import { Engine, read_list } from '../../pkg/onlooker.js';
import { pack } from '../wasm/engine.mjs';

export const BUNDLE = readFileSync(new URL('../feeds/bundle.stix2', import.meta.url));
const ROOT = 'chrome-extension://id/';

/** A disk that can break. */
export function newDisk() {
  /** @type {Map<string, Uint8Array>} */
  const packs = new Map();
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  /** @type {Record<string, any>} */
  const local = {};
  const disk = {
    packs, files, local,
    /** What the next writes fail with. @type {unknown} */
    fails: null,
    /** What was opened, to see that nothing is where there is no list. @type {string[]} */
    used: [],
    area: /** @type {any} */ ({
      get: async (/** @type {string} */ key) => structuredClone(key in local ? { [key]: local[key] } : {}),
      set: async (/** @type {object} */ some) => { if (disk.fails) throw disk.fails; Object.assign(local, structuredClone(some)); },
      remove: async (/** @type {string} */ key) => { delete local[key]; },
    }),
    shelf: {
      packs: async (/** @type {string[]} */ keys) => {
        disk.used.push('packs');
        return new Map([...packs].filter(([key]) => keys.includes(key)));
      },
      file: async (/** @type {string} */ key) => files.get(key),
      put: async (/** @type {string} */ key, /** @type {Uint8Array} */ made, /** @type {Uint8Array|undefined} */ file) => {
        if (disk.fails) throw disk.fails;
        packs.set(key, made);
        if (file) files.set(key, file);
      },
      keep: async (/** @type {string[]} */ keys) => {
        for (const store of [packs, files]) for (const key of store.keys()) if (!keys.includes(key)) store.delete(key);
      },
    },
  };
  return disk;
}

/** One life of the background. @param {ReturnType<typeof newDisk>} disk @param {string} [version] @param {boolean} [tells] as in Firefox, which lets it ask for names */
export async function newLife(disk, version = '1', tells = false) {
  const engine = new Engine(pack());
  const judge = {
    /** What was asked of the engine. @type {string[]} */
    done: [],
    readList: (/** @type {string} */ name, /** @type {Uint8Array} */ file) => { judge.done.push('read'); return read_list(name, file); },
    addList: (/** @type {Uint8Array} */ made) => { engine.add_list(made); judge.done.push('add'); },
    removeLists: () => { engine.remove_lists(); judge.done.push('clear'); },
  };
  const real = /** @type {import('../../extension/background/engine.js').Judge} */ (/** @type {unknown} */ (judge));
  const lists = new Lists(disk.area, disk.shelf, version);
  await lists.into(real);
  const names = tells ? new Names({ resolve: async () => ({}) }, disk.area, newDisk().area, async (host) => host) : null;
  /** @type {any} */
  const routes = {
    'list-read': { from: ['options'], read: ofFile, answer: async (/** @type {any} */ { name, base64 }) => lists.read(real, name, bytesOf(base64)) },
    'list-add': { from: ['options'], read: ofList, answer: (/** @type {any} */ { sha256 }) => lists.add(real, sha256) },
    'list-remove': { from: ['options'], read: ofList, answer: (/** @type {any} */ { sha256 }) => lists.remove(real, sha256) },
    'lists-added': { from: ['options'], read: nothing, answer: () => lists.all() },
    names: { from: ['options'], read: nothing, answer: async () => names?.isOn() ?? null },
    'names-turn': { from: ['options'], read: ofSwitch, answer: async (/** @type {any} */ { on }) => names?.turn(on).then(() => on) ?? null },
  };
  const answer = router(routes, { id: 'id', root: ROOT });
  return {
    lists, judge: real, done: judge.done,
    /** The titles of the lists that the engine has beside its own. */
    inEngine: () => engine.lists().filter(({ id }) => id >= 2 ** 31).map(({ title }) => title),
    /** A message of a page, as Chromium sends it. @param {unknown} message @param {string} [page] @returns {Promise<any>} */
    ask: (message, page = 'options/options.html') => new Promise((done) => {
      answer(JSON.parse(JSON.stringify(message)), /** @type {any} */ ({ id: 'id', url: ROOT + page }), (reply) => done(JSON.parse(JSON.stringify(reply))));
    }),
  };
}

/** @param {Uint8Array} bytes */
export const base64 = (bytes) => Buffer.from(bytes).toString('base64');
