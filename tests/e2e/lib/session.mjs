// @ts-check
/** One interface to both browsers, and what tests ask of it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { launchChromium } from "./chromium.mjs";
import { distFor } from "./dist.mjs";
import { launchFirefox } from "./firefox.mjs";
import { until } from "./net.mjs";

/**
 * @typedef {import("puppeteer-core").Page} Page
 * @typedef {{ page: Page, id: number, close: () => Promise<void> }} Tab  `id` is the extension's tab id.
 * @typedef {{ text: string, title: string, colour: string }} Badge  Colour as #rrggbb.
 *
 * @typedef {object} Popup The real popup, over the toolbar.
 * @property {(fn: (...args: any[]) => any, ...args: any[]) => Promise<any>} evaluate
 * @property {(source: string) => Promise<void>} run   Runs source text in the popup's own global.
 * @property {(key: string, options?: { shift?: boolean }) => Promise<void>} press
 * @property {(value: "light"|"dark") => Promise<void>} scheme
 * @property {(path: string) => Promise<void>} screenshot
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Session
 * @property {import("./dist.mjs").BrowserName} name
 * @property {import("puppeteer-core").Browser} browser
 * @property {(fn: (...args: any[]) => any, ...args: any[]) => Promise<any>} inExtension  In a document of the extension's own.
 * @property {(url: string|null, options?: { wait?: "load"|"domcontentloaded"|"none", isPrivate?: boolean }) => Promise<Tab>} openPage
 * @property {(page: Page) => Promise<Tab>} tabOf  For a tab that a page opened.
 * @property {(tab: Tab) => Promise<Badge>} badge
 * @property {(message: unknown) => Promise<any>} message  To the background, which wakes for it.
 * @property {(tab: Tab, options?: { byClick?: boolean }) => Promise<Popup>} popup
 *   A click is a grant for the tab where a site has been refused in Chromium: not `byClick` opens it without.
 * @property {() => Promise<boolean>} killBackground  False when it was not alive.
 * @property {() => Promise<boolean>} isBackgroundAlive
 * @property {() => Promise<void>} revokeSites  Takes the permission for all sites back, as a person would.
 * @property {(url: string) => Promise<void>} openUnseen  In a private window, without the extension's doing. Firefox only.
 * @property {() => Promise<Record<string, unknown>>} stored  All of storage.local.
 * @property {() => Promise<void>} close
 * @property {Page} first  The tab the browser started with.
 */

/** The browsers to test: both, or what ONLOOKER_BROWSERS says. @type {import("./dist.mjs").BrowserName[]} */
export const BROWSERS = /** @type {any} */ ((process.env.ONLOOKER_BROWSERS ?? "chromium,firefox").split(",").filter(Boolean));

/**
 * @param {import("./dist.mjs").BrowserName} name
 * @param {{ net: import("./net.mjs").Net, dist?: string|null, headless?: boolean, incognito?: boolean, webAssembly?: boolean | "not-for-pages", profile?: string, resolver?: import("./dns.mjs").Resolver, proxied?: boolean }} options
 *   `resolver`: whom the browser asks for names, `proxied: false` without the proxy; Firefox only. `profile`: a folder that outlives the browser. `dist: null` for no extension. `webAssembly: "not-for-pages"`: Firefox alone can have it so.
 */
export function launch(name, { dist, ...options }) {
  const folder = dist === undefined ? distFor(name) : dist;
  return (name === "firefox" ? launchFirefox : launchChromium)({ ...options, dist: folder });
}

/**
 * A message's value, or an Error with the variant.
 * @param {Session} session @param {{ kind: string, [key: string]: unknown }} message
 */
export async function ask(session, message) {
  const reply = await session.message(message);
  if (reply?.ok) return reply.value;
  throw new Error(`${message.kind}: ${reply?.error?.name ?? "no reply"} ${reply?.error?.variant ?? ""}`.trim());
}

/** The page as the popup gets it. @param {Session} session @param {Tab} tab */
export const pageState = (session, tab) => ask(session, { kind: "page-report", tabId: tab.id });

/** The first page of the report. @param {Session} session @param {Tab} tab */
export async function reportOf(session, tab) {
  const state = await pageState(session, tab);
  if (state.state !== "ok") throw new Error(`page-report says "${state.state}"`);
  return state.report.pages[0];
}

/** The page's log, and the addresses of its requests. @param {Session} session @param {Tab} tab @returns {Promise<{ text: string, log: any, urls: string[] }>} */
export async function logOf(session, tab) {
  const { json: text } = await ask(session, { kind: "page-log", tabId: tab.id });
  const log = JSON.parse(text);
  return { text, log, urls: log.pages[0]?.observations.filter((/** @type {any} */ seen) => seen.kind === "request").map((/** @type {any} */ seen) => seen.url) ?? [] };
}

let flushes = 0;

/**
 * Once more while the page's frame is being exchanged, as at the showing of a prerendered page: nothing has run then.
 * @template T @param {() => Promise<T>} work @returns {Promise<T>}
 */
const settled = (work) => until(async () => {
  try {
    return { value: await work() };
  } catch (error) {
    if (/detached Frame/.test(String(error))) return null;
    throw error;
  }
}, "the page's frame").then(({ value }) => value);

/**
 * Makes the page ask for one more thing, and waits until the extension has it. What was under way before has
 * then been reported, so that counts can be compared without waiting for luck.
 * @param {Session} session @param {Tab} tab
 * @returns {Promise<string>} the URL that was asked for
 */
export async function flush(session, tab) {
  const url = new URL(`/flush-${process.pid}-${flushes += 1}.json`, await settled(() => tab.page.evaluate(() => location.href))).href;
  await settled(() => tab.page.evaluate((/** @type {string} */ asked) => fetch(asked).then((reply) => reply.text()), url));
  await until(async () => (await logOf(session, tab)).urls.includes(url), "the extension to see the last request");
  return url;
}

/**
 * The badge, once it says what the report says.
 * @param {Session} session @param {Tab} tab
 */
export async function badgeSettled(session, tab) {
  const expected = badgeText((await reportOf(session, tab)));
  /** @type {Badge} */
  let badge = await session.badge(tab);
  await until(async () => { badge = await session.badge(tab); return badge.text === expected; }, `the badge to say "${expected}"`)
    .catch((error) => { throw new Error(`${error.message}; it says "${badge.text}"`); });
  return badge;
}

/** What the badge of a page has to say. @param {any} page of a report */
export function badgeText({ risk, watchers }) {
  if (risk.level === "unknown") return "?";
  return watchers.length === 0 ? "" : watchers.length > 99 ? "99+" : String(watchers.length);
}

/** How often each string is there. @param {string[]} list */
export function tally(list) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const one of [...list].sort()) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

/** The maker's own hosts: updates, settings, pings of the browser itself. They never show in webRequest. */
export const isBrowsersOwn = (/** @type {string} */ host) =>
  /(^|\.)(mozilla\.(com|org|net)|firefox\.com|mozgcp\.net|gvt1\.com|googleapis\.com)$/.test(host)
  || ["clients2.google.com", "accounts.google.com", "www.google.com", "android.clients.google.com", "update.googleapis.com", "detectportal.firefox.com"].includes(host);

/** Requests of the pages, without the browser's own. @param {import("./net.mjs").Seen[]} requests */
export const ofPages = (requests) => requests.filter(({ host, path }) => !isBrowsersOwn(host) && path !== "/favicon.ico");

/**
 * Opens everything that opens in place, in the tab of the popup that is shown.
 * @param {Popup} popup
 */
export async function openAll(popup) {
  await popup.evaluate(() => {
    for (let round = 0; round < 20; round += 1) {
      const closed = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[aria-expanded=false], .rest button"));
      if (closed.length === 0) return;
      for (const button of closed) button.click();
    }
  });
}

/** Goes to a tab of the popup: 0 who, 1 how, 2 not known. @param {Popup} popup @param {number} index */
export async function showTab(popup, index) {
  await popup.evaluate((/** @type {number} */ at) => /** @type {HTMLElement} */ (document.querySelectorAll("[role=tab]")[at])?.click(), index);
}

/** The popup's text, what is scrolled out of sight too. @param {Popup} popup @returns {Promise<string>} */
export const textOf = (popup) => popup.evaluate(() => {
  if (document.adoptedStyleSheets.length === 0) {
    // A browser need not lay out what is out of sight, and then has no text for it.
    const sheet = new CSSStyleSheet();
    sheet.insertRule("* { content-visibility: visible !important; }");
    document.adoptedStyleSheets.push(sheet);
  }
  return document.body.innerText;
});

/** Waits until the popup's text has something. @param {Popup} popup @param {(text: string) => boolean} test @param {string} what */
export async function untilText(popup, test, what) {
  let text = "";
  try {
    await until(async () => { text = await textOf(popup); return test(text); }, what);
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).message}; the popup says:\n${text}`);
  }
  return text;
}

const axeSource = () => readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe-core finds wrong in the popup, or in a page of ours, one line each. @param {Pick<Popup, "evaluate"|"run">} popup @returns {Promise<string[]>} */
export async function axe(popup) {
  if (!(await popup.evaluate(() => "axe" in globalThis))) await popup.run(axeSource());
  return popup.evaluate(async () => {
    // A colour on its way from one to another has the contrast of neither.
    await Promise.all(document.getAnimations().map((moving) => moving.finished));
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, { resultTypes: ["violations"] });
    return violations.map((/** @type {any} */ found) => `${found.id}: ${found.help} — ${found.nodes.map((/** @type {any} */ node) => node.target.join(" ")).join(", ")}`);
  });
}

/** Writes a file, with its folder. @param {string} path @param {string|Buffer} data */
export function write(path, data) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, data);
}
