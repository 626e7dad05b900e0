/** What the build's tools share: the repo's root, walking a folder, reading JSON. No tool imports another tool. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const BROWSERS = /** @type {const} */ (['chrome', 'firefox']);

/** @typedef {Record<string, any>} Json */

/** @param {string} path from the root @returns {Json} */
export function readJson(path) {
  const text = readFileSync(join(ROOT, path), 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: ${/** @type {Error} */ (error).message}`, { cause: error });
  }
}

/**
 * Every file below a folder, by its path with forward slashes, in byte order: the same on every machine and file system.
 * @param {string} folder absolute
 * @returns {string[]}
 */
export function walk(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** The version in Cargo.toml's [package]: the only place where it is written. @returns {string} */
export function version() {
  const found = /^\[package\][^[]*?^version\s*=\s*"([^"]+)"/ms.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'));
  if (!found) throw new Error('Cargo.toml: [package] has no version');
  return found[1];
}

/**
 * Ends a checking tool: says every complaint in a line, or what was found in order.
 * @param {string} what @param {string[]} complaints @param {string} summary
 */
export function finish(what, complaints, summary) {
  for (const line of complaints) console.error(`${what}: ${line}`);
  if (complaints.length > 0) process.exitCode = 1;
  else console.log(`${what}: ${summary}`);
}
