/**
 * Starts the one wasm engine, keeps its failures, and hands it what it takes. Knows no page.
 */

import init, { Engine, read_list, request_method, request_type } from '../pkg/onlooker.js';
import { headerLines, recordsOf, STAGES } from './events.js';
import { fetched, pack, wasm } from './files.js';
import { addressWriter } from './scratch.js';
import { failure } from '../shared/protocol.js';

/** @typedef {import('../pkg/onlooker.js').ListInfo} ListInfo */
/** @typedef {import('./events.js').Stage} Stage */
/** @typedef {import('./store.js').Row} Row */

export class Judge {
  /** @type {Map<string, number>} */
  #types = new Map();
  /** @type {Map<string, number>} */
  #methods = new Map();
  #engine;
  #write;
  /** @type {Promise<Engine>|null} */
  #whole = null;
  /** Called when it judges by more or less than before: what was judged is to be judged again. */
  onChange = () => {};

  /** @param {Engine} engine @param {WebAssembly.Memory} memory */
  constructor(engine, memory) {
    this.#engine = engine;
    this.#write = addressWriter(engine, memory);
  }

  get engine() {
    return this.#engine;
  }

  /**
   * The engine with the rules' own texts: a report shows them. A worker that wakes for a request does without.
   * @returns {Promise<Engine>} rejects with an Error whose `variant` says what is wrong
   */
  withTexts() {
    this.#whole ??= bytesOf(fetched('pkg/onlooker.texts')).then((texts) => {
      this.#engine.add_texts(texts);
      this.onChange();
      return this.#engine;
    }).catch((error) => {
      // Perhaps it works the next time.
      this.#whole = null;
      throw error;
    });
    return this.#whole;
  }

  /** @param {string} url @param {readonly string[]} recorded what is recorded of it at all, in the log's words @returns {number} a handle */
  open(url, recorded) {
    const page = this.#engine.page_open(this.#write(url));
    this.#engine.page_records(page, recordsOf(recorded));
    return page;
  }

  /** @param {number} page @param {string} url @returns {boolean} false: it has to be opened anew */
  rename(page, url) {
    return this.#engine.page_url(page, this.#write(url));
  }

  /** @param {string} name @param {Uint8Array} file @returns {import('../pkg/onlooker.js').AddedList} throws an Error with a `variant` */
  readList(name, file) {
    return read_list(name, file);
  }

  /** @param {Uint8Array} pack of `readList`; throws an Error with a `variant` */
  addList(pack) {
    this.#engine.add_list(pack);
    this.onChange();
  }

  removeLists() {
    this.#engine.remove_lists();
    this.onChange();
  }

  /** @returns {ListInfo[]} */
  lists() {
    return this.#engine.lists();
  }

  /** What makes the pseudonyms of this session of the browser. @param {Uint8Array} bytes 16, secret */
  salt(bytes) {
    this.#engine.salt(bytes);
  }

  /** What may be kept of an address. @param {string} url */
  pseudonymUrl(url) {
    return this.#engine.pseudonym_url(this.#write(url)) ?? url;
  }

  /** And of a header. @param {Stage} stage @param {string} name @param {string} value @returns {string|null} null: nothing, not even its name */
  pseudonymHeader(stage, name, value) {
    const kept = this.#engine.pseudonym_headers(this.#write(`${name}: ${value}\n`), STAGES[stage]);
    return kept.startsWith(`${name}:`) ? kept.slice(name.length + 1).trim().replaceAll('\n', ' ') : null;
  }

  /** And of a body: pairs of names and values. @param {string} body @param {string} media */
  pseudonymBody(body, media) {
    return this.#engine.pseudonym_body(this.#write(body), media);
  }

  /** What of these was left out since this was asked before. @returns {import('./events.js').Lost|null} null: nothing */
  leftOut() {
    const bits = this.#engine.left_out();
    return bits === 0 ? null : { 'headers-left-out': bits & 1023, 'cookies-left-out': bits >> 10 & 1023, 'bodies-left-out': bits >> 20 };
  }

  /**
   * @param {number} page @param {Row} row
   * @param {number} id of its hop, in this page; unlike any other hop's
   * @param {number} time ms since the page's first request
   */
  observe(page, { is, url, type, method, headers, body = '', status = 0, security }, id, time) {
    const kind = codeOf(this.#types, type, request_type);
    const how = codeOf(this.#methods, method, request_method);
    const stage = STAGES[is];
    const length = this.#write(url);
    const lines = headerLines(headers, security);
    const headersLength = lines === '' ? 0 : this.#write(lines, length);
    const bodyLength = body === '' ? 0 : this.#write(body, length + headersLength);
    return this.#engine.observe(page, stage, length, headersLength, bodyLength, kind, how, id >>> 0, 0, status, time);
  }
}

/** @param {Map<string, number>} known @param {string} name @param {(name: string) => number} ask */
function codeOf(known, name, ask) {
  let code = known.get(name);
  if (code === undefined) known.set(name, code = ask(name));
  return code;
}

/**
 * wasm and the lists' pack are fetched side by side.
 * @returns {Promise<Judge>} rejects with an Error whose `variant` says what is wrong
 */
export async function startEngine() {
  if (!wasm || !pack) throw named('wasm-off', 'WebAssembly is switched off');
  const packed = bytesOf(pack);
  // Looked at only after wasm is there: without this, a failure meanwhile would count as unhandled.
  packed.catch(() => {});
  const { memory } = await init({ module_or_path: wasm })
    .catch((error) => {
      throw named(compiles() ? 'engine-damaged' : 'wasm-off', failure(error).message);
    });
  return new Judge(new Engine(await packed), memory);
}

/** Whether the smallest module there is can be compiled here. */
function compiles() {
  try {
    return Boolean(new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])));
  } catch {
    return false;
  }
}

/** @param {Promise<Response>} file of the lists @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function bytesOf(file) {
  try {
    return new Uint8Array(await (await file).arrayBuffer());
  } catch {
    throw named('pack-damaged', 'the rule lists are missing from the extension');
  }
}

/** @param {string} variant @param {string} message */
function named(variant, message) {
  return Object.assign(new Error(message), { name: 'OnlookerError', variant });
}
