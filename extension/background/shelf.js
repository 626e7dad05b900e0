/**
 * IndexedDB for the lists that a person added: bytes by a list's SHA-256, as they are. Knows not what is in them.
 *
 *   packs   what the engine takes
 *   files   what the person added: a later version of Onlooker makes its own pack of it
 *
 * Opened for one piece of work and closed again. Where no list was added there is no database.
 */

import { OnlookerError } from '../shared/protocol.js';

const NAME = 'lists';
/** A database that hangs must not keep the engine from starting. */
const PATIENCE_MS = 10_000;

/** @typedef {{packs: IDBObjectStore, files: IDBObjectStore}} Stores */

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    const timer = setTimeout(() => {
      request.onsuccess = () => request.result.close();
      fail(new OnlookerError('storage-off', 'the database does not answer'));
    }, PATIENCE_MS);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('packs');
      request.result.createObjectStore('files');
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      done(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      fail(request.error);
    };
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(stores: Stores) => () => T} work gives what is to be told once all is done
 * @returns {Promise<T>} rejects with an OnlookerError
 */
async function within(mode, work) {
  try {
    const database = await open();
    try {
      return await new Promise((done, fail) => {
        // Lists are added seldom: then they can be waited for until they are on the disk.
        const change = database.transaction(['packs', 'files'], mode, { durability: 'strict' });
        const result = work({ packs: change.objectStore('packs'), files: change.objectStore('files') });
        change.oncomplete = () => done(result());
        change.onabort = () => fail(change.error);
      });
    } finally {
      database.close();
    }
  } catch (error) {
    throw storageError(error);
  }
}

/** @param {unknown} error of the browser's storage; it names nothing of ours @returns {OnlookerError} */
export function storageError(error) {
  if (error instanceof OnlookerError) return error;
  const text = error instanceof Error ? `${error.name} ${error.message}` : String(error);
  // IndexedDB has a name for it; of storage.local's failures both browsers have only words.
  return /quota/i.test(text)
    ? new OnlookerError('storage-full', 'there is no room on the disk')
    : new OnlookerError('storage-off', 'the browser keeps nothing on the disk');
}

export const shelf = {
  /** @param {string[]} keys @returns {Promise<Map<string, unknown>>} of those that are there */
  packs: (keys) => within('readonly', ({ packs }) => {
    /** @type {[string, IDBRequest<unknown>][]} */
    const asked = keys.map((key) => [key, packs.get(key)]);
    return () => new Map(asked.map(([key, { result }]) => /** @type {const} */ ([key, result])).filter(([, found]) => found !== undefined));
  }),

  /** @param {string} key @returns {Promise<unknown>} undefined where there is none */
  file: (key) => within('readonly', ({ files }) => {
    const asked = files.get(key);
    return () => asked.result;
  }),

  /** @param {string} key @param {Uint8Array} pack @param {Uint8Array} [file] */
  put: (key, pack, file) => within('readwrite', ({ packs, files }) => {
    packs.put(pack, key);
    if (file) files.put(file, key);
    return () => {};
  }),

  /** Throws away everything else. @param {string[]} keys @returns {Promise<void>} */
  async keep(keys) {
    if (keys.length === 0) {
      // Nothing is left that could tell that there was a list.
      await new Promise((done, fail) => {
        const request = indexedDB.deleteDatabase(NAME);
        request.onsuccess = done;
        request.onerror = () => fail(storageError(request.error));
      });
      return;
    }
    await within('readwrite', (stores) => {
      for (const store of Object.values(stores)) {
        const all = store.getAllKeys();
        all.onsuccess = () => {
          for (const key of all.result) if (!keys.includes(String(key))) store.delete(key);
        };
      }
      return () => {};
    });
  },
};

/** @typedef {typeof shelf} Shelf */
