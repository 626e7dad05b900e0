/**
 * Holds the two built manifests to what we promise: every file they name is there, they ask for no more than
 * docs/permissions.md explains, and their pages load code from nowhere else.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BROWSERS, ROOT, finish, readJson, version } from './lib.mjs';

/** @type {string[]} */
const complaints = [];

/** The oldest browsers that have all we use: docs/design.md. */
const OLDEST = { chrome: 121, firefox: 128 };

/** Keys that only one browser knows; the other warns of them or refuses them. */
const FOREIGN = {
  chrome: ['browser_specific_settings', 'applications', 'sidebar_action'],
  firefox: ['minimum_chrome_version', 'side_panel', 'key', 'update_url'],
};

/** The one address beside our own files that may be asked, of any site: background/gpc.js. */
const GPC = /^(.* connect-src 'self') https:\/\/\*:443\/\.well-known\/gpc\.json(; .*)$/;

/** What is asked for, and what may be asked for later: nothing comes to these without a look at docs/permissions.md. */
const PERMISSIONS = {
  chrome: { permissions: ['storage', 'webNavigation', 'webRequest'], optional_permissions: [] },
  firefox: { permissions: ['dns', 'storage', 'webNavigation', 'webRequest'], optional_permissions: ['webRequestBlocking'] },
};
const SITES = { host_permissions: ['<all_urls>'], optional_host_permissions: [] };

/** What a content security policy of ours must never allow. */
const FORBIDDEN_IN_CSP = [/'unsafe-eval'/, /'unsafe-inline'/, /\bhttps?:/, /\bdata:/, /\*/];

const permissionsPath = join(ROOT, 'docs/permissions.md');
const permissionsText = existsSync(permissionsPath) ? readFileSync(permissionsPath, 'utf8') : '';
/** What stands in code spans there. */
const explained = [...permissionsText.matchAll(/`([^`\n]+)`/g)].map((found) => found[1]);
if (permissionsText === '') complaints.push('docs/permissions.md is missing: it explains every permission');

/** Every string below a value, with where it stands. @param {unknown} value @param {string} at @returns {[string, string][]} */
function strings(value, at = '') {
  if (typeof value === 'string') return [[at, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, at ? `${at}.${key}` : key));
}

for (const browser of BROWSERS) {
  const folder = `dist/${browser}`;
  const manifest = readJson(`${folder}/manifest.json`);
  /** @param {string} text */
  const complain = (text) => complaints.push(`${browser}: ${text}`);

  if (manifest.manifest_version !== 3) complain('manifest_version is not 3');
  if (manifest.version !== version()) complain(`version ${manifest.version} is not Cargo.toml's ${version()}`);
  for (const key of FOREIGN[browser]) if (key in manifest) complain(`"${key}" belongs to the other browser`);

  const oldest = browser === 'chrome'
    ? Number.parseInt(manifest.minimum_chrome_version, 10)
    : Number.parseInt(manifest.browser_specific_settings?.gecko?.strict_min_version, 10);
  if (!(oldest >= OLDEST[browser])) complain(`the oldest version allowed is ${oldest}, and must be ${OLDEST[browser]} or more`);
  if (browser === 'firefox') {
    const gecko = manifest.browser_specific_settings?.gecko ?? {};
    if (!gecko.id) complain('browser_specific_settings.gecko.id is missing');
    if (JSON.stringify(gecko.data_collection_permissions?.required) !== '["none"]') complain('data_collection_permissions must say that nothing is collected');
    if (manifest.background?.service_worker) complain('Firefox starts background.scripts, not a service worker');
  } else if (manifest.background?.scripts) complain('Chrome starts background.service_worker, not scripts');
  if (manifest.background?.type !== 'module') complain('the background is not a module');

  const csp = (manifest.content_security_policy?.extension_pages ?? '').replace(GPC, '$1$2');
  if (!csp.includes("'wasm-unsafe-eval'")) complain("the content security policy lacks 'wasm-unsafe-eval': the engine could not start");
  if (!csp.includes("require-trusted-types-for 'script'")) complain('the content security policy does not require Trusted Types');
  for (const bad of FORBIDDEN_IN_CSP) if (bad.test(csp)) complain(`the content security policy allows ${bad.source}`);
  if (manifest.externally_connectable) complain('externally_connectable would let other sites and extensions in');

  for (const [key, wanted] of Object.entries({ ...PERMISSIONS[browser], ...SITES })) {
    const asked = /** @type {string[]} */ (manifest[key] ?? []);
    if (JSON.stringify([...asked].sort()) !== JSON.stringify(wanted)) complain(`${key} is ${JSON.stringify(asked)}, and is to be ${JSON.stringify(wanted)}`);
    for (const permission of asked) if (permissionsText !== '' && !explained.some((span) => span.includes(permission))) complain(`docs/permissions.md does not explain \`${permission}\``);
  }

  const messages = readJson(`${folder}/_locales/${manifest.default_locale}/messages.json`);
  for (const [at, text] of strings(manifest)) {
    const key = /^__MSG_(.+)__$/.exec(text)?.[1];
    if (key !== undefined && !messages[key]) complain(`${at} names the text ${key}, which _locales/${manifest.default_locale} has not`);
    if (/^[\w./-]+\.(js|html|png|svg|css|wasm|pack)$/.test(text) && !existsSync(join(ROOT, folder, text))) complain(`${at} names ${text}, which is not there`);
  }
}

finish('manifests', complaints, `${BROWSERS.length} in order`);
