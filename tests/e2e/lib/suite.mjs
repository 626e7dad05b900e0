// @ts-check
/** The same cases in both browsers, on one local internet each. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, describe } from "node:test";
import { PAGES } from "./dist.mjs";
import { startNet } from "./net.mjs";
import { BROWSERS, flush, launch, logOf, ofPages, tally } from "./session.mjs";

/** The front page of the demonstration site, as a reader of its newsletter comes to it. */
export const DEMO = "https://daily-courier.example/?utm_source=newsletter&gclid=Cj0KCQ-demo";

/**
 * @typedef {{ net: import("./net.mjs").Net, session: import("./session.mjs").Session }} World Filled before the first case.
 */

/**
 * Defines the same cases for every browser. A browser starts once for all of them.
 * @param {string} title
 * @param {{ pages?: string[], incognito?: boolean, dist?: (name: import("./dist.mjs").BrowserName) => string|null }} options
 *   `pages`: folders of tests/pages.
 * @param {(world: World, name: import("./dist.mjs").BrowserName) => void} define
 */
export function eachBrowser(title, { pages = ["small"], incognito = false, dist }, define) {
  for (const name of BROWSERS) {
    describe(`${title} (${name})`, { timeout: 240_000 }, () => {
      const world = /** @type {World} */ ({});
      before(async () => {
        world.net = await startNet();
        for (const folder of pages) await world.net.load(join(PAGES, folder));
        world.session = await launch(name, { net: world.net, incognito, dist: dist?.(name) });
      });
      after(async () => {
        await world.session?.close();
        await world.net?.close();
      });
      define(world, name);
    });
  }
}

/** A page that fetches nothing but what it is told to. @param {string} body @param {string} [head] */
export const page = (body, head = "") => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test page</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;

/** The text of a bundled AdGuard list, line by line. @param {number} id */
export function listLines(id) {
  const folder = dirname(createRequire(import.meta.url).resolve("@adguard/dnr-rulesets/package.json"));
  const ruleset = JSON.parse(readFileSync(join(folder, "dist", "filters", "declarative", `ruleset_${id}`, `ruleset_${id}.json`), "utf8"));
  return /** @type {string[]} */ (ruleset[0].metadata.rawFilterList.split("\n"));
}

/**
 * Everything the server saw since `mark` is in the page's log, once, and nothing else is.
 * Waits for the page's last request; the server must have seen what the test needs before this is called.
 * @param {World} world @param {import("./session.mjs").Tab} tab @param {number} mark
 * @param {{ without?: (url: string) => boolean, flushed?: boolean }} [options] `without`: what belongs to another page.
 */
export async function assertSame({ net, session }, tab, mark, { without = () => false, flushed = false } = {}) {
  if (!flushed) await flush(session, tab);
  const { urls } = await logOf(session, tab);
  const served = ofPages(net.since(mark)).map(({ url }) => url).filter((url) => !without(url));
  assert.deepEqual(tally(urls.map(short)), tally(served.map(short)), "the log is what the server saw");
  return urls.length;
}

/** The log cuts what is very long, and so does this. @param {string} url */
const short = (url) => url.slice(0, 2000);
