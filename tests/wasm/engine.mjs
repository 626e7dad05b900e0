// @ts-check
/** The wasm build in Node, spoken to as the extension's background speaks to it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import init, { Engine, read_list, request_method, request_type } from '../../pkg/onlooker.js';
import { headerLines, recordsOf, STAGES } from '../../extension/background/events.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A generated file of pkg/. @param {string} name */
export function built(name) {
  const file = join(ROOT, 'pkg', name);
  if (!existsSync(file)) throw new Error(`pkg/${name} is not there: run ./build.sh build first`);
  return readFileSync(file);
}

export const pack = () => new Uint8Array(built('onlooker.pack'));

const { memory } = await init({ module_or_path: new Uint8Array(built('onlooker_bg.wasm')) });
const encoder = new TextEncoder();

/** The largest scratch buffer that the engine gives. */
export const SCRATCH = 131_072;

/** Writes bytes into the scratch buffer, as many as fit. @param {Engine} engine @param {Uint8Array} bytes */
export function writeBytes(engine, bytes) {
  const part = bytes.subarray(0, SCRATCH);
  // First the address: asking for it may make the memory grow, and then the old view of it is gone.
  const address = engine.scratch(part.length);
  new Uint8Array(memory.buffer, address, part.length).set(part);
  return part.length;
}

/** Writes an address into the scratch buffer. @param {Engine} engine @param {string} url @returns {number} its length */
export function write(engine, url) {
  const room = Math.min(url.length * 3, SCRATCH);
  const address = engine.scratch(room);
  return encoder.encodeInto(url, new Uint8Array(memory.buffer, address, room)).written;
}

/** @param {Engine} engine @param {string} url */
export const open = (engine, url) => engine.page_open(write(engine, url));

/**
 * That an address is asked for, of which so many bytes are in the buffer.
 * @param {Engine} engine @param {number} page @param {number} length @param {number} kind @param {number} low of the id @param {number} [high]
 */
export const asked = (engine, page, length, kind, low, high = 0) => engine.observe(page, 0, length, 0, 0, kind, 0, low, high, 0, -1);

/** @param {Engine} engine @param {number} page @param {string} url @param {string} type @param {number} id */
export const observe = (engine, page, url, type, id) => asked(engine, page, write(engine, url), request_type(type), id);

/** Several texts one behind the other. @param {Engine} engine @param {string[]} texts @returns {number[]} their lengths */
function writeAll(engine, texts) {
  const address = engine.scratch(SCRATCH);
  const buffer = new Uint8Array(memory.buffer, address, SCRATCH);
  let from = 0;
  return texts.map((text) => {
    const { written } = encoder.encodeInto(text, buffer.subarray(from));
    from += written;
    return written;
  });
}

/** What may be kept of an address, of a header and of a body, as engine.js asks for it. @param {Engine} core */
export const pseudonymsOf = (core) => ({
  url: (/** @type {string} */ url) => core.pseudonym_url(write(core, url)) ?? url,
  /** @param {import('../../extension/background/events.js').Stage} stage @param {[string, string][]} headers @returns {[string, string][]} */
  headers: (stage, headers) => headers.flatMap(([name, value]) => value.split('\n').flatMap((line) => {
    // Browsers write names in any case; events.js does not.
    const [length = 0] = writeAll(core, [`${name.toLowerCase()}: ${line}\n`]);
    const kept = core.pseudonym_headers(length, STAGES[stage]);
    return kept === '' ? [] : [/** @type {[string, string]} */ ([name.toLowerCase(), kept.slice(name.length + 2, -1)])];
  })),
  body(/** @type {string} */ body, /** @type {string} */ media) {
    const [length = 0] = writeAll(core, [body]);
    return core.pseudonym_body(length, media);
  },
});

/** What of these was left out, as engine.js tells it. @param {Engine} core @returns {import('../../extension/background/events.js').Lost|null} */
export function leftOutOf(core) {
  const bits = core.left_out();
  return bits === 0 ? null : { 'headers-left-out': bits & 1023, 'cookies-left-out': bits >> 10 & 1023, 'bodies-left-out': bits >> 20 };
}

/** The background's engine.js without the browser. @param {Engine} core */
export const judgeOf = (core) => ({
  engine: core,
  open: (/** @type {string} */ url, /** @type {readonly string[]} */ recorded) => {
    const page = open(core, url);
    core.page_records(page, recordsOf(recorded));
    return page;
  },
  rename: (/** @type {number} */ page, /** @type {string} */ url) => core.page_url(page, write(core, url)),
  observe(/** @type {number} */ page, /** @type {import('../../extension/background/store.js').Row} */ row, /** @type {number} */ id, /** @type {number} */ time) {
    const stage = STAGES[row.is];
    const code = request_type(row.type);
    const lines = headerLines(row.headers, row.security);
    const [url = 0, headers = 0, body = 0] = writeAll(core, [row.url, lines, row.body ?? '']);
    return core.observe(page, stage, url, headers, body, code, request_method(row.method), id, 0, row.status ?? 0, time);
  },
  onChange: () => {},
});

/** What `observe` packs into one number. @param {number} verdict */
export const unpack = (verdict) => ({
  level: verdict & 7,
  changed: (verdict & 8) !== 0,
  matched: (verdict & 16) !== 0,
  third: (verdict & 32) !== 0,
  duplicate: (verdict & 64) !== 0,
  organisations: verdict >>> 8,
});

/** Passes where `act` throws an error of ours. @param {() => unknown} act @param {string} variant */
export function throws(act, variant) {
  try {
    act();
  } catch (error) {
    const { name, variant: thrown, message } = /** @type {Error & {variant?: string}} */ (error);
    if (!(error instanceof Error) || name !== 'OnlookerError' || thrown !== variant || message === '') {
      throw new Error(`OnlookerError (${variant}) was expected, not ${name} (${thrown}): ${message}`);
    }
    return message;
  }
  throw new Error(`OnlookerError (${variant}) was expected, and nothing was thrown`);
}

export { Engine, memory, read_list, request_type };
