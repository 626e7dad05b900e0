/**
 * `node tools/notices.mjs <wasm32-unknown-unknown|host> <out.txt>`: who made what we ship, and under which licence.
 *
 * `cargo metadata` on the standard input says which crates; their licence texts come from the crates themselves. The
 * lists and the one JS library come from the npm packages that package-lock.json pins.
 */

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, readJson } from './lib.mjs';

const [target, out] = process.argv.slice(2);
if (!target || !out) {
  console.error('usage: cargo metadata … | notices.mjs <wasm32-unknown-unknown|host> <out.txt>');
  process.exit(2);
}
const inExtension = target !== 'host';

/** @typedef {{name: string, version: string, licence: string, from: string, texts: string[]}} Work */

/** The licence texts in a package's folder, in order of name. @param {string} folder */
function licenceTexts(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice|unlicense)/i.test(name) && !/\.(rs|js|html)$/.test(name))
    .sort()
    .map((name) => {
      try {
        return readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim();
      } catch {
        // A folder of licences; its texts are those named in the package's licence field.
        return '';
      }
    })
    .filter((text) => text !== '');
}

/** The crates that are compiled in: no build scripts, no macros, no tests. @returns {Work[]} */
function crates() {
  const metadata = JSON.parse(readFileSync(0, 'utf8'));
  const packages = new Map(metadata.packages.map((/** @type {any} */ p) => [p.id, p]));
  const nodes = new Map(metadata.resolve.nodes.map((/** @type {any} */ n) => [n.id, n]));
  /** @type {Set<string>} */
  const seen = new Set();
  const queue = [metadata.resolve.root];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const dep of nodes.get(id).deps) {
      const isMacro = packages.get(dep.pkg).targets.some((/** @type {any} */ t) => t.kind.includes('proc-macro'));
      const isNormal = dep.dep_kinds.some((/** @type {any} */ kind) => kind.kind === null);
      if (isNormal && !isMacro) queue.push(dep.pkg);
    }
  }
  seen.delete(metadata.resolve.root);
  // Not compiled in, but their data are.
  for (const [id, { name }] of packages) if (name === 'psl' || name === 'clearurls') seen.add(id);
  return [...seen].map((id) => {
    const p = packages.get(id);
    return {
      name: p.name, version: p.version, licence: p.license ?? 'see below', from: p.repository ?? '',
      texts: licenceTexts(dirname(p.manifest_path)),
    };
  });
}

/** @param {string} name @param {string} [note] @returns {Work} */
function npm(name, note) {
  const about = readJson(`node_modules/${name}/package.json`);
  const repository = typeof about.repository === 'string' ? about.repository : about.repository?.url ?? '';
  return {
    name: note ? `${name} (${note})` : name, version: about.version, licence: about.license,
    from: repository.replace(/^git\+/, ''), texts: licenceTexts(join(ROOT, 'node_modules', name)),
  };
}

/** The packages that lists/sources.toml takes data from. */
function listPackages() {
  const text = readFileSync(join(ROOT, 'lists/sources.toml'), 'utf8');
  return [...new Set([...text.matchAll(/^package\s*=\s*"([^"]+)"/gm)].map((found) => found[1]))].sort();
}

/** @param {Work[]} all @returns {Work} */
const suffixList = (all) => ({
  name: 'Public Suffix List (data, by way of crate psl)', version: all.find(({ name }) => name === 'psl')?.version ?? '',
  licence: 'MPL-2.0', from: 'https://publicsuffix.org/list/', texts: [],
});

/** @param {Work[]} all @returns {Work} */
const clearUrls = (all) => ({
  name: 'ClearURLs (data, by way of crate clearurls; only its lines were broken)', version: all.find(({ name }) => name === 'clearurls')?.version ?? '',
  licence: 'LGPL-3.0-only', from: 'https://github.com/ClearURLs/Rules', texts: [],
});

/** The licence of the MVT project's indicators: facts of theirs are shipped, and no package carries the text. */
const MVT_LICENCE = `MIT License

Copyright (c) 2022 MVT

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

/** Indicators that lists/actors takes domains from. @type {Work[]} */
const indicators = [
  ['Stalkerware indicators, by Echap (data)', 'CC BY 4.0', 'https://github.com/AssoEchap/stalkerware-indicators'],
  ['Investigations, by Amnesty International’s Security Lab (data)', 'CC BY 2.0', 'https://github.com/AmnestyTech/investigations'],
  ['MVT indicators (data)', 'MIT', 'https://github.com/mvt-project/mvt-indicators'],
].map(([name = '', licence = '', from = '']) => ({ name, version: '', licence, from, texts: licence === 'MIT' ? [MVT_LICENCE] : [] }));

const compiled = crates();
const works = [
  ...listPackages().map((name) => npm(name, 'data')),
  ...(inExtension ? [npm('lit-html')] : []),
  suffixList(compiled),
  clearUrls(compiled),
  ...indicators,
  ...compiled.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1)),
];

/** Most crates carry the same two texts; each is printed once and named by a number. @type {Map<string, number>} */
const texts = new Map();
for (const work of works) for (const text of work.texts) if (!texts.has(text)) texts.set(text, texts.size + 1);

const lines = [
  'Onlooker is free software under the GNU General Public License, version 3 or later (see LICENSE).',
  `This ${inExtension ? 'extension' : 'program'} also holds the following works of others, each under its own licence.`,
  'The numbers in brackets point to the texts below.',
  '',
];
for (const work of works) {
  const numbers = [...new Set(work.texts.map((text) => texts.get(text)))];
  const marks = numbers.length > 0 ? ` [${numbers.join(', ')}]` : '';
  lines.push(`${work.name} ${work.version} · ${work.licence}${marks}`);
  if (work.from) lines.push(`    ${work.from}`);
}
for (const [text, number] of texts) lines.push('', '='.repeat(80), `[${number}]`, '', text);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${lines.join('\n')}\n`);
