/**
 * Puts together dist/chrome and dist/firefox: the extension's files as they are in the repo, what wasm-bindgen and the
 * list compiler made, the one library from npm, and a manifest merged from two.
 *
 * Also fills extension/vendor, so that an editor and the type checker see what the browser will see.
 */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { BROWSERS, ROOT, readJson, version, walk } from './lib.mjs';

const EXTENSION = join(ROOT, 'extension');
const LIT = join(ROOT, 'node_modules/lit-html');
/** What the extension needs of pkg/; declarations and notes stay behind. */
const GENERATED = ['onlooker.js', 'onlooker_bg.wasm', 'onlooker.pack'];

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

/** @param {string} from @param {string} to */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

const files = walk(EXTENSION).filter((file) =>
  !file.startsWith('vendor/') && !/^manifest\..+\.json$/.test(file) && !/(^|\/)(\.|README)/.test(file));
const vendor = vendored(files);

rmSync(join(EXTENSION, 'vendor'), { recursive: true, force: true });
for (const name of vendor) {
  copy(join(LIT, name), join(EXTENSION, 'vendor', name));
  copy(join(LIT, name.replace(/\.js$/, '.d.ts')), join(EXTENSION, 'vendor', name.replace(/\.js$/, '.d.ts')));
}

for (const browser of BROWSERS) {
  const out = join(ROOT, 'dist', browser);
  rmSync(out, { recursive: true, force: true });
  for (const file of files) copy(join(EXTENSION, file), join(out, file));
  for (const name of vendor) copy(join(LIT, name), join(out, 'vendor', name));
  if (vendor.length > 0) copy(join(LIT, 'LICENSE'), join(out, 'vendor/LICENSE'));
  for (const name of GENERATED) copy(join(ROOT, 'pkg', name), join(out, 'pkg', name));
  copy(join(ROOT, 'LICENSE'), join(out, 'LICENSE'));
  copy(join(ROOT, 'target/stamps/notices-wasm.txt'), join(out, 'THIRD-PARTY-NOTICES.txt'));
  const manifest = merge(
    { ...readJson('extension/manifest.base.json'), version: version() },
    readJson(`extension/manifest.${browser}.json`),
  );
  writeFileSync(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
