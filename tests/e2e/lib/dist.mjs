// @ts-check
/** Where the built extension is, and changed copies of it for the tests that need a broken or translated one. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
export const PAGES = join(ROOT, "tests", "pages");

/** @typedef {"chromium"|"firefox"} BrowserName */

/** The unpacked extension for a browser. ONLOOKER_DIST names another dist folder. @param {BrowserName} browser */
export function distFor(browser) {
  const dir = join(process.env.ONLOOKER_DIST ?? join(ROOT, "dist"), browser === "chromium" ? "chrome" : "firefox");
  if (!existsSync(join(dir, "manifest.json"))) throw new Error(`${dir} is not there: ./build.sh build makes it`);
  return dir;
}

/** The command line. */
export function cli() {
  const file = process.env.ONLOOKER_CLI ?? join(ROOT, "target", "release", "onlooker");
  if (!existsSync(file)) throw new Error(`${file} is not there: ./build.sh build makes it`);
  return file;
}

/** @param {string} dir @returns {any} */
export const manifestOf = (dir) => JSON.parse(readFileSync(join(dir, "manifest.json"), "utf8"));

/** @type {string[]} */
const made = [];
process.on("exit", () => made.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

/** A copy in a temporary folder, which goes when the process ends. @param {string} dir */
export function copyOf(dir) {
  const copy = mkdtempSync(join(tmpdir(), "onlooker-dist-"));
  made.push(copy);
  cpSync(dir, copy, { recursive: true });
  return copy;
}

/** The file with a name, wherever in the folder it is. @param {string} dir @param {string} name */
export function findFile(dir, name) {
  const found = /** @type {string[]} */ (readdirSync(dir, { recursive: true })).find((path) => path === name || path.endsWith(`/${name}`) || path.endsWith(`\\${name}`));
  if (!found) throw new Error(`no ${name} in ${dir}`);
  return join(dir, found);
}

/**
 * A copy in which one byte of a file is another one: the one in the middle, or the one at a place.
 * @param {string} dir @param {string} name @param {number} [at]
 */
export function withDamage(dir, name, at) {
  const copy = copyOf(dir);
  const file = findFile(copy, name);
  const bytes = readFileSync(file);
  bytes[at ?? bytes.length >> 1] ^= 0x01;
  writeFileSync(file, bytes);
  return copy;
}

/**
 * A copy that speaks one language whatever the browser's: the browsers of a test machine have English only, and
 * fall back to the manifest's `default_locale`.
 * @param {string} dir @param {string} locale
 */
export function withLocale(dir, locale) {
  const copy = copyOf(dir);
  for (const other of readdirSync(join(copy, "_locales"))) {
    if (other !== locale) rmSync(join(copy, "_locales", other), { recursive: true });
  }
  const manifest = manifestOf(copy);
  manifest.default_locale = locale;
  writeFileSync(join(copy, "manifest.json"), JSON.stringify(manifest, null, 2));
  return copy;
}

/**
 * A document of the extension's that runs none of its code, so that opening it wakes nothing: the popup's style
 * sheet. It lies beside the popup, and so may ask the background what the popup may ask.
 * @param {string} dir
 */
export function quietDocument(dir) {
  const folder = dirname(manifestOf(dir).action.default_popup);
  const sheet = readdirSync(join(dir, folder)).find((file) => file.endsWith(".css"));
  if (!sheet) throw new Error(`no style sheet in ${join(dir, folder)}`);
  return `${folder}/${sheet}`;
}
