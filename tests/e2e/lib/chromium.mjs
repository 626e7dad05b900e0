// @ts-check
/** Chromium with the extension in it. The interface is written down in session.mjs. */
import puppeteer from "puppeteer-core";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { manifestOf, quietDocument } from "./dist.mjs";
import { until } from "./net.mjs";

/** CHROMIUM (build.sh sets it), or the Chromium or Chrome on this machine. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch { /* the next name */ }
  }
  const mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
  if (existsSync(mac)) return mac;
  throw new Error("no Chromium found: install it or name it in CHROMIUM");
}

/**
 * @param {{ dist: string|null, net: import("./net.mjs").Net, headless?: boolean, incognito?: boolean, webAssembly?: boolean | "not-for-pages", profile?: string }} options
 * @returns {Promise<import("./session.mjs").Session>}
 */
export async function launchChromium({ dist, net, headless = true, incognito = false, webAssembly = true, profile }) {
  const browser = await puppeteer.launch({
    executablePath: executable(),
    headless,
    ...(profile === undefined ? {} : { userDataDir: profile }),
    pipe: true,
    enableExtensions: true,
    acceptInsecureCerts: true,
    defaultViewport: null,
    // Recording every request a second time, here, takes longer than the requests.
    networkEnabled: false,
    // A worker that is watched lives on where it would have been ended.
    targetFilter: (target) => target.type() !== "service_worker",
    // The back/forward cache is one of the things under test; puppeteer switches it off.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [
      "--no-sandbox", "--no-first-run", "--disable-quic", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--disable-default-apps", "--disable-domain-reliability", "--disable-dev-shm-usage",
      "--window-size=1100,800",
      // acceptInsecureCerts does not cover the script of a service worker.
      "--ignore-certificate-errors",
      `--host-resolver-rules=MAP * 127.0.0.1:${net.port}`,
      // A hardened profile's way: no compiled code at all.
      ...(webAssembly ? [] : ["--js-flags=--jitless"]),
    ],
  });
  try {
    return await drive(browser, { dist, net, headless, incognito });
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/**
 * @param {import("puppeteer-core").Browser} browser
 * @param {{ dist: string|null, net: import("./net.mjs").Net, headless?: boolean, incognito?: boolean }} options
 * @returns {Promise<import("./session.mjs").Session>}
 */
async function drive(browser, { dist, incognito = false }) {
  /** @type {any} */
  const connection = /** @type {any} */ (browser)._connection;
  const [first] = await browser.pages();
  // Without developer mode Chromium switches an unpacked extension off as soon as its permissions are changed.
  const settings = await browser.newPage();
  await settings.goto("chrome://extensions");
  await settings.evaluate(() => /** @type {any} */ (globalThis).chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true }));
  const id = dist === null ? "" : await browser.installExtension(dist);
  /** What a person sets on the extension's page of chrome://extensions. @param {object} choice */
  const configure = (choice) => settings.evaluate((/** @type {object} */ update) => /** @type {any} */ (globalThis).chrome
    .developerPrivate.updateExtensionConfiguration(update), { extensionId: id, ...choice });
  const origin = `chrome-extension://${id}/`;

  /** A document of the extension's origin in a tab of its own. */
  async function openControl() {
    const page = await browser.newPage();
    // Changing a permission restarts the extension; until it is back its documents are refused.
    const url = `${origin}${quietDocument(/** @type {string} */ (dist))}`;
    await until(() => page.goto(url).then(() => true, () => false), "the extension to load");
    return page;
  }

  if (dist !== null && incognito) await configure({ incognitoAccess: true });
  const control = dist === null ? null : await openControl();

  /** The versions of the extension's worker by their id, as the browser last told. @type {Map<string, string>} */
  const workers = new Map();
  let stops = 0;
  const watch = control === null ? null : await control.createCDPSession();
  watch?.on("ServiceWorker.workerVersionUpdated", ({ versions }) => {
    for (const { versionId, scriptURL, runningStatus } of versions) {
      if (!scriptURL.startsWith(origin)) continue;
      if (runningStatus === "stopped" && (workers.get(versionId) ?? "stopped") !== "stopped") stops += 1;
      workers.set(versionId, runningStatus);
    }
  });
  await watch?.send("ServiceWorker.enable");
  const isAlive = () => [...workers.values()].includes("running");
  if (control !== null) await until(isAlive, "the service worker to start");

  /** @param {(...args: any[]) => any} fn @param {any[]} args */
  async function inExtension(fn, ...args) {
    if (!control) throw new Error("no extension in this browser");
    return control.evaluate(fn, ...args);
  }

  const tabIds = async () => (await inExtension(() => /** @type {any} */ (globalThis).chrome.tabs.query({}))).map((/** @type {any} */ tab) => tab.id);

  /** @param {import("puppeteer-core").Page} page @param {number} tabId */
  const asTab = (page, tabId) => ({ page, id: tabId, close: () => page.close() });

  return {
    name: "chromium",
    browser,
    inExtension,
    async openPage(url, { wait = "load", isPrivate = false } = {}) {
      /** @type {import("puppeteer-core").Page} */
      let page;
      let tabId = -1;
      if (isPrivate) {
        const known = new Set(browser.targets());
        tabId = await inExtension(async () => {
          const chrome = /** @type {any} */ (globalThis).chrome;
          const win = await chrome.windows.create({ incognito: true, url: "about:blank" });
          return (win.tabs ?? (await chrome.tabs.query({ windowId: win.id })))[0].id;
        });
        const target = await browser.waitForTarget((made) => made.type() === "page" && !known.has(made), { timeout: 10_000 });
        page = /** @type {any} */ (await target.page());
      } else {
        const before = control ? new Set(await tabIds()) : new Set();
        page = await browser.newPage();
        if (control) tabId = await until(async () => (await tabIds()).find((/** @type {number} */ made) => !before.has(made)), "the new tab");
      }
      if (url) {
        const going = page.goto(url, { waitUntil: wait === "none" ? "load" : wait, timeout: 60_000 });
        if (wait === "none") going.catch(() => {});
        else await going;
      }
      return asTab(page, tabId);
    },
    async tabOf(page) {
      await page.bringToFront();
      const [tab] = await inExtension(() => /** @type {any} */ (globalThis).chrome.tabs.query({ active: true, lastFocusedWindow: true }));
      return asTab(page, tab.id);
    },
    badge: (tab) => inExtension(async (/** @type {number} */ tabId) => {
      const { action } = /** @type {any} */ (globalThis).chrome;
      const [text, title, colour] = await Promise.all([action.getBadgeText({ tabId }), action.getTitle({ tabId }), action.getBadgeBackgroundColor({ tabId })]);
      return { text, title, colour: `#${[...colour].slice(0, 3).map((/** @type {number} */ part) => part.toString(16).padStart(2, "0")).join("")}` };
    }, tab.id),
    message: (message) => inExtension((/** @type {unknown} */ sent) => /** @type {any} */ (globalThis).chrome.runtime.sendMessage(sent), message),
    async popup(tab, { byClick = true } = {}) {
      await tab.page.bringToFront();
      const path = manifestOf(/** @type {string} */ (dist)).action.default_popup;
      const known = new Set(browser.targets());
      if (byClick) await connection.send("Extensions.triggerAction", { id, targetId: /** @type {any} */ (tab.page)._tabId });
      else {
        await inExtension(async (/** @type {number} */ tabId) => {
          const chrome = /** @type {any} */ (globalThis).chrome;
          const { windowId } = await chrome.tabs.get(tabId);
          await chrome.action.openPopup({ windowId });
        }, tab.id);
      }
      const target = await browser.waitForTarget((made) => !known.has(made) && made.url().startsWith(`${origin}${path}`), { timeout: 10_000 });
      const page = await target.asPage();
      return {
        evaluate: (fn, ...args) => page.evaluate(fn, ...args),
        run: async (source) => { await page.evaluate(source); },
        press: (key, { shift = false } = {}) => shift
          ? page.keyboard.down("Shift").then(() => page.keyboard.press(/** @type {any} */ (key))).then(() => page.keyboard.up("Shift"))
          : page.keyboard.press(/** @type {any} */ (key)),
        scheme: (value) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]),
        async screenshot(path) {
          // Not the full page: the popup's window is what a person sees, and beyond it Chromium draws it again.
          await page.screenshot({ path: /** @type {any} */ (path), captureBeyondViewport: false });
        },
        async close() {
          await page.close().catch(() => {});
          await until(() => !browser.targets().includes(target), "the popup to close");
        },
      };
    },
    async killBackground() {
      const [versionId] = [...workers].find(([, status]) => status === "running") ?? [];
      if (!watch || versionId === undefined) return false;
      const before = stops;
      await watch.send("ServiceWorker.stopWorker", { versionId });
      // It may be running again by the time this is looked at: the next request wakes it.
      await until(() => stops > before, "the service worker to die");
      return true;
    },
    isBackgroundAlive: async () => isAlive(),
    revokeSites: () => configure({ hostAccess: "ON_CLICK" }),
    async openUnseen() {
      throw new Error("only the extension can open an incognito window here");
    },
    stored: () => inExtension(() => /** @type {any} */ (globalThis).chrome.storage.local.get(null)),
    async close() {
      await browser.close();
    },
    first,
  };
}
