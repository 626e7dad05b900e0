// @ts-check
/** The same cases in both browsers, on one local internet each. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { PAGES, ROOT } from "./dist.mjs";
import { serveNames } from "./dns.mjs";
import { startNet } from "./net.mjs";
import { BROWSERS, flush, launch, logOf, ofPages, tally } from "./session.mjs";

/** The front page of the demonstration site, as a reader of its newsletter comes to it. */
export const DEMO = "https://daily-courier.example/?utm_source=newsletter&gclid=Cj0KCQ-demo";

/**
 * @typedef {{ net: import("./net.mjs").Net, session: import("./session.mjs").Session, resolver: import("./dns.mjs").Resolver }} World `resolver` only where `cnames` are given. Filled before the first case.
 */

/**
 * Defines the same cases for every browser. A browser starts once for all of them.
 * @param {string} title
 * @param {{ pages?: string[], incognito?: boolean, webAssembly?: boolean | "not-for-pages", dist?: (name: import("./dist.mjs").BrowserName) => string|null, cnames?: Record<string, string>, proxied?: boolean }} options
 *   `pages`: folders of tests/pages. `cnames`, `proxied`: the browser asks a name server of the test's own, and goes there without the proxy. Firefox only.
 * @param {(world: World, name: import("./dist.mjs").BrowserName) => void} define
 */
export function eachBrowser(title, { pages = ["small"], incognito = false, webAssembly = true, dist, cnames, proxied }, define) {
  for (const name of cnames === undefined ? BROWSERS : BROWSERS.filter((one) => one === "firefox")) {
    describe(`${title} (${name})`, { timeout: 240_000 }, () => {
      const world = /** @type {World} */ ({});
      before(async () => {
        world.net = await startNet();
        for (const folder of pages) await world.net.load(join(PAGES, folder));
        if (cnames !== undefined) world.resolver = serveNames(world.net, cnames);
        world.session = await launch(name, { net: world.net, incognito, webAssembly, dist: dist?.(name), resolver: world.resolver, proxied });
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

/** @type {Map<number, string[]>} */
const lists = new Map();

/** The text of a bundled AdGuard list, line by line. @param {number} id @returns {string[]} */
export function listLines(id) {
  const known = lists.get(id);
  if (known) return known;
  const folder = join(ROOT, "node_modules", "@adguard", "dnr-rulesets", "dist", "filters", "declarative", `ruleset_${id}`);
  const ruleset = JSON.parse(readFileSync(join(folder, `ruleset_${id}.json`), "utf8"));
  const lines = ruleset[0].metadata.rawFilterList.split(/\r?\n/);
  lists.set(id, lines);
  return lines;
}

/**
 * Everything the server saw since `mark` is in the page's log, once, and nothing else is.
 * Waits for the page's last request; the server must have seen what the test needs before this is called.
 * @param {World} world @param {import("./session.mjs").Tab} tab @param {number} mark
 * @param {{ without?: (url: string) => boolean, flushed?: boolean, orSaidSo?: boolean }} [options]
 *   `without`: what belongs to another page. `orSaidSo`: what is lost may be lost where the log has the gap for it.
 */
export async function assertSame({ net, session }, tab, mark, { without = () => false, flushed = false, orSaidSo = false } = {}) {
  if (!flushed) await flush(session, tab);
  const { urls, log } = await logOf(session, tab);
  const served = ofPages(net.since(mark)).map(({ url }) => url).filter((url) => !without(url));
  const [logged, asked] = [tally(urls.map(short)), tally(served.map(short))];
  const all = [...new Set([...Object.keys(logged), ...Object.keys(asked)])];
  const lost = all.filter((url) => (logged[url] ?? 0) < (asked[url] ?? 0));
  const said = orSaidSo && log.pages[0].gaps.some((/** @type {any} */ gap) => gap.why === "worker-asleep");
  assert.deepEqual({
    lost: said ? [] : lost,
    doubled: all.filter((url) => (logged[url] ?? 0) > (asked[url] ?? 0)),
  }, { lost: [], doubled: [] }, `of ${served.length} requests`);
  return urls.length;
}

/** The log cuts what is very long, and has pseudonyms for values: so this is without them. @param {string} url */
const short = (url) => url.slice(0, 2000).replace(/=[^&;]*/g, "=");
