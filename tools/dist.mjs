/**
 * Puts together dist/chrome and dist/firefox: the extension's files as they are in the repo, what wasm-bindgen and the
 * list compiler made, the one library from npm, and a manifest merged from two.
 *
 * Also fills extension/vendor, so that an editor and the type checker see what the browser will see.
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { BROWSERS, ROOT, readJson, version, walk } from './lib.mjs';

const EXTENSION = join(ROOT, 'extension');
const LIT = join(ROOT, 'node_modules/lit-html');
/** What the extension needs of pkg/; declarations and notes stay behind. */
const GENERATED = ['onlooker.js', 'onlooker_bg.wasm'];

/**
 * Objects merge, everything else is replaced; null takes a key out.
 * @param {import('./lib.mjs').Json} base @param {import('./lib.mjs').Json} over
 * @returns {import('./lib.mjs').Json}
 */
function merge(base, over) {
  const out = { ...base };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete out[key];
    else if (isObject(value) && isObject(out[key])) out[key] = merge(out[key], value);
    else out[key] = value;
  }
  return out;
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The relative modules that a module's text names. @param {string} text */
function imports(text) {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+\.m?js)["']/g)].map((found) => found[1]);
}

/**
 * The modules of lit-html that the extension imports, and those that these import: nothing is shipped unused.
 * @param {string[]} files
 */
function vendored(files) {
  /** @type {Set<string>} */
  const wanted = new Set();
  const queue = files.filter((file) => file.endsWith('.js')).flatMap((file) => {
    const text = readFileSync(join(EXTENSION, file), 'utf8');
    return imports(text).map((name) => posix.join(posix.dirname(file), name));
  }).filter((file) => file.startsWith('vendor/')).map((file) => file.slice('vendor/'.length));
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (wanted.has(name)) continue;
    const source = join(LIT, name);
    if (!existsSync(source)) throw new Error(`extension/vendor/${name} is imported, but lit-html has no such module`);
    wanted.add(name);
    const at = name;
    queue.push(...imports(readFileSync(source, 'utf8')).map((next) => posix.join(posix.dirname(at), next)));
  }
  return [...wanted].sort();
}

/**
 * Makes a folder hold exactly these files. What is right already is left alone: a browser may have the folder loaded.
 * @param {string} folder @param {Map<string, Buffer>} wanted
 */
function fill(folder, wanted) {
  mkdirSync(folder, { recursive: true });
  for (const name of walk(folder)) if (!wanted.has(name)) rmSync(join(folder, name));
  for (const [name, bytes] of wanted) {
    const path = join(folder, name);
    if (existsSync(path) && readFileSync(path).equals(bytes)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

const files = walk(EXTENSION).filter((file) =>
  !file.startsWith('vendor/') && !/^manifest\..+\.json$/.test(file) && !/(^|\/)(\.|README)/.test(file));
const vendor = vendored(files);

/** @param {string} path from the root */
const bytesOf = (path) => readFileSync(join(ROOT, path));
const lit = 'node_modules/lit-html';

// The pack, its texts and the shelf stand one after the other, as src/rules/pack.rs says. A worker that wakes needs only
// the pack.
const lists = bytesOf('pkg/onlooker.pack');
const packEnds = Number(lists.readBigUInt64LE(16));

fill(join(EXTENSION, 'vendor'), new Map(vendor.flatMap((name) =>
  [name, name.replace(/\.js$/, '.d.ts')].map((file) => [file, bytesOf(`${lit}/${file}`)]))));

for (const browser of BROWSERS) {
  const manifest = merge(
    { ...readJson('extension/manifest.base.json'), version: version() },
    readJson(`extension/manifest.${browser}.json`),
  );
  fill(join(ROOT, 'dist', browser), new Map([
    ...files.map((file) => /** @type {const} */ ([file, bytesOf(`extension/${file}`)])),
    ...vendor.map((name) => /** @type {const} */ ([`vendor/${name}`, bytesOf(`${lit}/${name}`)])),
    ...(vendor.length > 0 ? [/** @type {const} */ (['vendor/LICENSE', bytesOf(`${lit}/LICENSE`)])] : []),
    ...GENERATED.map((name) => /** @type {const} */ ([`pkg/${name}`, bytesOf(`pkg/${name}`)])),
    ['pkg/onlooker.pack', lists.subarray(0, packEnds)],
    ['pkg/onlooker.texts', lists.subarray(packEnds)],
    ['LICENSE', bytesOf('LICENSE')],
    ['THIRD-PARTY-NOTICES.txt', bytesOf('target/stamps/notices-wasm.txt')],
    ['manifest.json', Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)],
  ]));
}
