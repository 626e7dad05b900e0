/**
 * What must never be committed: paths of somebody's machine, a registry's host in a lock file, packages without a
 * checksum, generated files; and what must agree: the dependencies' versions named in two places, and ClearURLs' data with
 * the crate's. `--write` takes these from there.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, finish, readJson } from './lib.mjs';

const CLEARURLS = 'lists/clearurls.json';

/** @type {string[]} */
const complaints = [];

// Written in pieces, so that this file does not complain of itself.
const MACHINE_PATH = new RegExp(String.raw`(?<![\w.:/-])(?:/ho` + String.raw`me/\w|/ro` + String.raw`ot/|/Us` + String.raw`ers/\w|[A-Z]:\\Us` + String.raw`ers\\)`);
const GENERATED = /^(target|dist|node_modules|extension\/vendor|tools\/[^/]+\/target)\/|^pkg\/(?!README\.md$)/;
const TEXT = /\.(rs|toml|lock|js|mjs|ts|json|html|css|md|sh|svg|txt|yml|yaml)$|(^|\/)(\.[\w-]+|run|LICENSE)$/;

const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 })
  .split('\0').filter((file) => file !== '');
for (const file of files) {
  if (GENERATED.test(file)) complaints.push(`${file} is generated and must not be committed`);
  if (!TEXT.test(file) || !existsSync(join(ROOT, file))) continue;
  readFileSync(join(ROOT, file), 'utf8').split('\n').forEach((line, index) => {
    if (MACHINE_PATH.test(line)) complaints.push(`${file}:${index + 1} holds a path of one machine`);
  });
}

// The lock file pins by checksum and names no host, so that every mirror will do.
const lock = readJson('package-lock.json');
for (const [path, entry] of Object.entries(lock.packages)) {
  const isOurs = path === '' || path.startsWith('tools/');
  if (!isOurs && !entry.link && !entry.integrity) complaints.push(`package-lock.json: ${path} has no checksum`);
  if (typeof entry.resolved === 'string' && /^[a-z+]+:\/\//.test(entry.resolved)) complaints.push(`package-lock.json: ${path} names a host`);
}
const own = readJson('package.json');
for (const [name, range] of Object.entries({ ...own.dependencies, ...own.devDependencies })) {
  if (!/^\d+\.\d+\.\d+$/.test(range)) complaints.push(`package.json: ${name} is not pinned to one version (${range})`);
}

// A report names the version of every list; it must be the one that was read.
const sources = readFileSync(join(ROOT, 'lists/sources.toml'), 'utf8');
for (const [, name, said] of sources.matchAll(/^package\s*=\s*"([^"]+)"\s*\npackage_version\s*=\s*"([^"]+)"/gm)) {
  const locked = lock.packages[`node_modules/${name}`]?.version;
  if (locked !== said) complaints.push(`lists/sources.toml names ${name} ${said}, package-lock.json has ${locked ?? 'none'}`);
}

const { packages } = JSON.parse(execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'],
  { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }));
for (const [, name, said] of sources.matchAll(/^crate\s*=\s*"([^"]+)"\s*\ncrate_version\s*=\s*"([^"]+)"/gm)) {
  const found = packages.find((/** @type {any} */ one) => one.name === name);
  if (found?.version !== said) complaints.push(`lists/sources.toml names the crate ${name} ${said}, Cargo.lock has ${found?.version ?? 'none'}`);
}

// ClearURLs' file is the crate's, a text a line, so that a line can be named.
const crate = packages.find((/** @type {any} */ one) => one.name === 'clearurls');
const theirs = crate && JSON.parse(readFileSync(join(dirname(crate.manifest_path), 'data.minify.json'), 'utf8'));
if (readFileSync(join(ROOT, CLEARURLS), 'utf8') !== `${JSON.stringify(theirs, null, 1)}\n`) {
  if (process.argv.includes('--write')) writeFileSync(join(ROOT, CLEARURLS), `${JSON.stringify(theirs, null, 1)}\n`);
  else complaints.push(`${CLEARURLS} is not what the crate clearurls has: node tools/check-repo.mjs --write`);
}

finish('repository', complaints, `${files.length} files in order`);
