/**
 * The lists that a person added: what each is stands in storage.local, its bytes on the shelf. But for the wish in
 * names.js this is all that Onlooker writes to disk; nothing of it comes from a page. A list counts from the moment in which storage.local names it: so one
 * whose bytes the browser has lost is missed, and told.
 */

import { OnlookerError } from '../shared/protocol.js';
import { storageError } from './shelf.js';

/** @typedef {import('./engine.js').Judge} Judge */
/** @typedef {import('./shelf.js').Shelf} Shelf */
/** @typedef {import('../shared/protocol.js').ListFacts} ListFacts */
/** @typedef {import('../shared/protocol.js').OwnList} OwnList */
/** `by` which version of Onlooker the pack was made; its size, and that of the file beside it.
 * @typedef {{facts: ListFacts, by: string, size: number, file: number}} Kept */
/** @typedef {{facts: ListFacts, pack: Uint8Array, file: Uint8Array}} Read */

/** As many as the engine takes; and each wake reads all of them. */
const MAX_LISTS = 32;
const MAX_BYTES = 64 << 20;
/** Of packs and files together: the files are read only where a pack has to be made again, and lie on the disk all the same. */
const MAX_DISK = 128 << 20;
/** What was read and not added yet is kept in memory, so that it need not be read again. */
const MAX_WAITING = 8;

const KEY = 'lists';

export class Lists {
  #area;
  #shelf;
  #version;
  /** @type {Promise<{kept: Kept[], packs: Map<string, unknown>}>} */
  #stored;
  /** @type {Kept[]} */
  #kept = [];
  /** Of those that are kept, which cannot be used. @type {Set<string>} */
  #lost = new Set();
  /** @type {Map<string, Read>} */
  #waiting = new Map();
  /** @type {OnlookerError|null} */
  #failed = null;
  /** One change at a time. @type {Promise<unknown>} */
  #turn = Promise.resolve();

  /**
   * Begins to read what is kept, while the engine is still starting.
   * @param {chrome.storage.StorageArea} area @param {Shelf} shelf @param {string} version of the extension
   */
  constructor(area, shelf, version) {
    this.#area = area;
    this.#shelf = shelf;
    this.#version = version;
    this.#stored = this.#load();
  }

  /** How many lists are kept and cannot be used. */
  get lost() {
    return this.#lost.size;
  }

  async #load() {
    // Where the browser keeps nothing there is no list, and the engine starts all the same; our own page says why.
    /** @type {Record<string, unknown>} */
    const found = await this.#area.get(KEY).catch((error) => {
      this.#failed = storageError(error);
      return {};
    });
    const kept = Array.isArray(found[KEY]) ? /** @type {Kept[]} */ (found[KEY]) : [];
    /** @type {Map<string, unknown>} */
    let packs = new Map();
    if (kept.length > 0) packs = await this.#shelf.packs(kept.map(keyOf)).catch(() => packs);
    this.#kept = kept;
    return { kept, packs };
  }

  /** Hands over what is kept. To be awaited before anything is judged. @param {Judge} judge */
  async into(judge) {
    const { kept, packs } = await this.#stored;
    // The packs are the engine's now.
    this.#stored = Promise.resolve({ kept, packs: new Map() });
    if (kept.length > 0) await this.#change(() => this.#use(judge, packs));
  }

  /** @returns {Promise<OwnList[]>} */
  async all() {
    await this.#stored;
    await this.#turn;
    if (this.#failed) throw this.#failed;
    return this.#kept.map(({ facts }) => ({ ...facts, lost: this.#lost.has(facts.sha256) }));
  }

  /**
   * Reads a file, and keeps nothing of it on disk.
   * @param {Judge} judge @param {string} name @param {Uint8Array} file
   * @returns {ListFacts}
   */
  read(judge, name, file) {
    const { pack, ...facts } = judge.readList(name, file);
    if (pack) this.#waiting.set(facts.sha256, { facts, pack, file });
    for (const [oldest] of this.#waiting) {
      const bytes = [...this.#waiting.values()].reduce((sum, one) => sum + one.pack.length + one.file.length, 0);
      if (this.#waiting.size === 1 || (this.#waiting.size <= MAX_WAITING && bytes <= MAX_BYTES)) break;
      this.#waiting.delete(oldest);
    }
    return facts;
  }

  /** @param {Judge} judge @param {string} sha256 of one that was read @returns {Promise<OwnList[]>} */
  async add(judge, sha256) {
    await this.#change(async () => {
      const read = this.#waiting.get(sha256);
      if (!read) throw new OnlookerError('list-gone', 'it is to be read once more');
      const others = this.#kept.filter((one) => keyOf(one) !== sha256);
      const bytes = others.reduce((sum, { size }) => sum + size, read.pack.length);
      const disk = others.reduce((sum, { file }) => sum + file, bytes + read.file.length);
      if (others.length >= MAX_LISTS || bytes > MAX_BYTES || disk > MAX_DISK) {
        throw new OnlookerError('lists-full', 'as many lists as can be used are added already');
      }
      try {
        await this.#shelf.put(sha256, read.pack, read.file);
        // Before it counts: what the engine does not take must not be there at the next wake.
        judge.addList(read.pack);
        await this.#save([...others, { facts: read.facts, by: this.#version, size: read.pack.length, file: read.file.length }]);
      } catch (error) {
        await this.#shelf.keep(this.#kept.map(keyOf)).catch(() => {});
        if (!isTrap(error)) await this.#again(judge);
        throw error;
      }
      this.#lost.delete(sha256);
      this.#waiting.delete(sha256);
    });
    return this.all();
  }

  /** @param {Judge|null} judge null where the engine did not start @param {string} sha256 @returns {Promise<OwnList[]>} */
  async remove(judge, sha256) {
    await this.#change(async () => {
      const others = this.#kept.filter((one) => keyOf(one) !== sha256);
      await this.#save(others);
      this.#lost.delete(sha256);
      // Its bytes go with the next change, if not now.
      await this.#shelf.keep(others.map(keyOf)).catch(() => {});
      if (judge) await this.#again(judge);
    });
    return this.all();
  }

  // -------------------------------------------------------------------------------------------------------------

  /** @param {() => Promise<void>} work @returns {Promise<void>} */
  async #change(work) {
    const turn = this.#turn.then(() => this.#stored).then(work);
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** @param {Kept[]} kept */
  async #save(kept) {
    try {
      await (kept.length > 0 ? this.#area.set({ [KEY]: kept }) : this.#area.remove(KEY));
    } catch (error) {
      throw storageError(error);
    }
    this.#kept = kept;
  }

  /** The engine takes out all or none. @param {Judge} judge */
  async #again(judge) {
    judge.removeLists();
    if (this.#kept.length === 0) return;
    const packs = await this.#shelf.packs(this.#kept.map(keyOf)).catch(() => new Map());
    await this.#use(judge, packs);
  }

  /** @param {Judge} judge @param {Map<string, unknown>} packs */
  async #use(judge, packs) {
    this.#lost.clear();
    /** @type {Kept[]} */
    const kept = [];
    for (const one of this.#kept) {
      /** @type {Kept} */
      let now = one;
      try {
        if (!takes(judge, one.by === this.#version ? packs.get(keyOf(one)) : undefined)) now = await this.#remake(judge, one);
      } catch (error) {
        if (isTrap(error)) throw error;
        this.#lost.add(keyOf(one));
      }
      kept.push(now);
    }
    if (kept.some((one, at) => one !== this.#kept[at])) await this.#save(kept).catch(() => {});
  }

  /** From the file: another version made the pack, or it is damaged. @param {Judge} judge @param {Kept} old @returns {Promise<Kept>} */
  async #remake(judge, old) {
    const key = keyOf(old);
    const file = await this.#shelf.file(key);
    if (!(file instanceof Uint8Array)) throw new OnlookerError('list-lost', 'the browser has lost it');
    const { pack, ...facts } = judge.readList(old.facts.name, file);
    if (!pack || facts.sha256 !== key) throw new OnlookerError('list-lost', 'it is not what was added');
    judge.addList(pack);
    // What cannot be kept is made again the next time.
    await this.#shelf.put(key, pack).catch(() => {});
    return { facts, by: this.#version, size: pack.length, file: file.length };
  }
}

/** @param {Kept} one */
const keyOf = ({ facts }) => facts.sha256;

/** Whether the engine takes a pack as it is. @param {Judge} judge @param {unknown} pack */
function takes(judge, pack) {
  if (!(pack instanceof Uint8Array)) return false;
  try {
    judge.addList(pack);
    return true;
  } catch (error) {
    if (isTrap(error)) throw error;
    return false;
  }
}

/** After a trap the engine is in no state to go on with. @param {unknown} error */
export const isTrap = (error) => error instanceof Error && error.name === 'RuntimeError';
