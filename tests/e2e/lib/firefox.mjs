// @ts-check
/** Firefox with the extension in it. The interface is written down in session.mjs. */
import puppeteer from "puppeteer-core";
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { manifestOf, quietDocument } from "./dist.mjs";
import { until } from "./net.mjs";

/** The extension's address, fixed so that its pages can be opened. */
const UUID = "0e1100ce-0000-4000-8000-0a11100c0a1e";

/** FIREFOX (build.sh sets it), or the Firefox on this machine. */
function executable() {
  if (process.env.FIREFOX) return process.env.FIREFOX;
  for (const name of ["firefox", "firefox-esr"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch { /* the next name */ }
  }
  const mac = "/Applications/Firefox.app/Contents/MacOS/firefox";
  if (existsSync(mac)) return mac;
  throw new Error("no Firefox found: install it or name it in FIREFOX");
}

/** The extension's id, "" without one. @param {string|null} dist @returns {string} */
const addonOf = (dist) => (dist === null ? "" : manifestOf(dist).browser_specific_settings.gecko.id);

/** Keys as WebDriver writes them. */
const KEYS = /** @type {Record<string, string>} */ ({
  Tab: "\uE004", Enter: "\uE007", Escape: "\uE00C", Space: " ", Shift: "\uE008",
  ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015", End: "\uE010", Home: "\uE011",
});

/**
 * @param {{ dist: string|null, net: import("./net.mjs").Net, headless?: boolean, incognito?: boolean, webAssembly?: boolean | "not-for-pages", profile?: string, resolver?: import("./dns.mjs").Resolver, proxied?: boolean }} options
 * @returns {Promise<import("./session.mjs").Session>}
 */
export async function launchFirefox({ dist, net, headless = true, incognito = false, webAssembly = true, profile, resolver, proxied = true }) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: executable(),
    headless,
    ...(profile === undefined ? {} : { userDataDir: profile }),
    acceptInsecureCerts: true,
    defaultViewport: null,
    args: ["--remote-allow-system-access"],
    extraPrefsFirefox: {
      "extensions.webextensions.uuids": JSON.stringify({ [addonOf(dist)]: UUID }),
      // What is installed for the time being only goes with the browser, and would take what it keeps along.
      ...(profile === undefined ? {} : { "extensions.webextensions.keepStorageOnUninstall": true, "extensions.webextensions.keepUuidOnUninstall": true }),
      "network.proxy.type": proxied ? 1 : 0,
      "network.proxy.socks": "127.0.0.1",
      "network.proxy.socks_port": net.port,
      "network.proxy.socks_version": 5,
      "network.proxy.socks_remote_dns": resolver === undefined,
      "network.proxy.socks5_remote_dns": resolver === undefined,
      "network.proxy.no_proxies_on": "",
      "network.proxy.allow_hijacking_localhost": true,
      // Proxies that fail are left for a direct connection otherwise: nothing may leave loopback.
      "network.proxy.failover_direct": false,
      // Either names are looked up by nobody but the proxy, or by nobody but the test's own resolver.
      "network.trr.mode": resolver === undefined ? 5 : 3,
      ...(resolver === undefined ? {} : {
        "network.trr.uri": resolver.url, "network.trr.custom_uri": resolver.url, "network.trr.useGET": true, "network.trr.confirmationNS": "skip",
        "network.trr.allow-rfc1918": true, "network.trr.bootstrapAddr": "127.0.0.1", "network.dns.disableIPv6": true,
      }),
      "network.captive-portal-service.enabled": false,
      "network.connectivity-service.enabled": false,
      "dom.security.https_first": false,
      // The lists under test block nothing here, and neither may the browser.
      "privacy.trackingprotection.enabled": false,
      "privacy.trackingprotection.pbmode.enabled": false,
      "privacy.trackingprotection.socialtracking.enabled": false,
      "privacy.query_stripping.enabled": false,
      "privacy.query_stripping.enabled.pbmode": false,
      "network.cookie.cookieBehavior": 0,
      "dom.min_background_timeout_value": 4,
      "javascript.options.wasm": webAssembly === true,
      // The same for the browser itself and for extensions.
      "javascript.options.wasm_trustedprincipals": webAssembly !== false,
    },
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
  const addon = addonOf(dist);
  const origin = `moz-extension://${UUID}/`;
  /** @type {any} */
  const connection = /** @type {any} */ (browser).connection;
  const [first] = await browser.pages();
  /** @param {string} method @param {object} params */
  const bidi = async (method, params) => (await connection.send(method, params)).result;

  /** @param {any} reply */
  function valueOf(reply) {
    if (reply.type === "exception") throw new Error(reply.exceptionDetails.text);
    return reply.result.value === undefined ? undefined : JSON.parse(reply.result.value);
  }

  /** Calls a function in a browsing context; arguments and result go as JSON. @param {string} context @param {(...args: any[]) => any} fn @param {any[]} args */
  async function call(context, fn, args) {
    return valueOf(await bidi("script.callFunction", {
      functionDeclaration: `async (given) => JSON.stringify(await (${fn})(...JSON.parse(given)))`,
      arguments: [{ type: "string", value: JSON.stringify(args) }],
      target: { context },
      awaitPromise: true,
      userActivation: true,
    }));
  }

  // Recording every request a second time, here, takes longer than the requests.
  await bidi("session.unsubscribe", { events: ["network"] }).catch(() => {});
  if (dist !== null) {
    await bidi("webExtension.install", { extensionData: { type: "path", path: dist }, "moz:allowPrivateBrowsing": incognito });
  }

  const { contexts } = await bidi("browsingContext.getTree", { "moz:scope": "chrome", maxDepth: 0 });
  const chromeContext = contexts[0].context;
  /** Runs in the browser's own window, with everything allowed. @param {(...args: any[]) => any} fn @param {any[]} args */
  const inChrome = (fn, ...args) => call(chromeContext, fn, args);

  /** A document of the extension's origin in a tab of its own. */
  async function openControl() {
    if (dist === null) return null;
    const page = await browser.newPage();
    const context = /** @type {any} */ (page.mainFrame())._id;
    await bidi("browsingContext.navigate", { context, url: `${origin}${quietDocument(dist)}`, wait: "complete" });
    // Not `waitForFunction`: Firefox 140 holds it to the page's own policy.
    await until(() => page.evaluate(() => "browser" in globalThis), "the extension's own page");
    return page;
  }
  const control = await openControl();

  /** @param {(...args: any[]) => any} fn @param {any[]} args */
  async function inExtension(fn, ...args) {
    if (!control) throw new Error("no extension in this browser");
    return control.evaluate(fn, ...args);
  }

  const tabIds = () => inExtension(async () => (await /** @type {any} */ (globalThis).browser.tabs.query({})).map((/** @type {any} */ tab) => tab.id));

  /** @param {import("puppeteer-core").Page} page @param {number} tabId */
  const asTab = (page, tabId) => ({ page, id: tabId, close: () => page.close() });

  const isBackgroundAlive = () => inChrome((/** @type {string} */ id) => {
    const { extension } = /** @type {any} */ (globalThis).WebExtensionPolicy.getByID(id);
    return extension.backgroundState === "running";
  }, addon);

  return {
    name: "firefox",
    browser,
    inExtension,
    async openPage(url, { wait = "load", isPrivate = false } = {}) {
      /** @type {import("puppeteer-core").Page} */
      let page;
      let tabId = -1;
      if (isPrivate) {
        const known = new Set(await browser.pages());
        // The window is opened with the address: a navigation while it starts is dropped without a word.
        tabId = await inExtension(async (/** @type {string|null} */ address) => {
          const api = /** @type {any} */ (globalThis).browser;
          const win = await api.windows.create({ incognito: true, ...(address === null ? {} : { url: address }) });
          return (await api.tabs.query({ windowId: win.id }))[0].id;
        }, url);
        page = await until(async () => (await browser.pages()).find((made) => !known.has(made)), "the private window");
      } else {
        const before = control ? new Set(await tabIds()) : new Set();
        page = await browser.newPage();
        if (control) tabId = await until(async () => (await tabIds()).find((/** @type {number} */ made) => !before.has(made)), "the new tab");
      }
      if (url && isPrivate) {
        await until(async () => wait === "none" || await page.evaluate(() => location.href !== "about:blank" && document.readyState === "complete").catch(() => false), "the private page");
      } else if (url) {
        const context = /** @type {any} */ (page.mainFrame())._id;
        const waits = { load: "complete", domcontentloaded: "interactive", none: "none" };
        await bidi("browsingContext.navigate", { context, url, wait: waits[wait] });
      }
      return asTab(page, tabId);
    },
    async tabOf(page) {
      await page.bringToFront();
      const [tab] = await inExtension(() => /** @type {any} */ (globalThis).browser.tabs.query({ active: true, lastFocusedWindow: true }));
      return asTab(page, tab.id);
    },
    badge: (tab) => inExtension(async (/** @type {number} */ tabId) => {
      const { action } = /** @type {any} */ (globalThis).browser;
      const [text, title, colour] = await Promise.all([action.getBadgeText({ tabId }), action.getTitle({ tabId }), action.getBadgeBackgroundColor({ tabId })]);
      return { text, title, colour: `#${[...colour].slice(0, 3).map((/** @type {number} */ part) => part.toString(16).padStart(2, "0")).join("")}` };
    }, tab.id),
    message: (message) => inExtension((/** @type {unknown} */ sent) => /** @type {any} */ (globalThis).browser.runtime.sendMessage(sent), message),
    async popup(tab) {
      await tab.page.bringToFront();
      const context = await inChrome(async (/** @type {string} */ id) => {
        const scope = /** @type {any} */ (globalThis);
        const { ExtensionParent } = scope.ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
        const { NavigableManager } = scope.ChromeUtils.importESModule("chrome://remote/content/shared/NavigableManager.sys.mjs");
        const { extension } = scope.WebExtensionPolicy.getByID(id);
        const win = scope.Services.wm.getMostRecentBrowserWindow();
        await ExtensionParent.apiManager.global.browserActionFor(extension).openPopup(win, true);
        const deadline = Date.now() + 10_000;
        for (;;) {
          const popup = win.document.querySelector("browser[webextension-view-type=popup]");
          if (popup?.browsingContext?.currentURI?.scheme === "moz-extension" && !popup.webProgress?.isLoadingDocument
            && popup.closest("panel")?.state === "open") {
            scope.onlookerPopup = popup;
            // The remote agent looks a top-level context up among the tabs only: it is told of the popup,
            // which has no key to be named by.
            popup.permanentKey ??= {};
            const name = NavigableManager.getIdForBrowser(popup);
            if (!Object.hasOwn(NavigableManager, "getBrowserById")) {
              const { getBrowserById } = Object.getPrototypeOf(NavigableManager);
              NavigableManager.getBrowserById = function (/** @type {string} */ wanted) {
                const open = scope.onlookerPopup;
                return open?.isConnected && this.getIdForBrowser(open) === wanted ? open : getBrowserById.call(this, wanted);
              };
            }
            return name;
          }
          if (Date.now() > deadline) throw new Error("the popup did not open");
          await new Promise((go) => scope.setTimeout(go, 20));
        }
      }, addon);
      return {
        evaluate: (fn, ...args) => call(context, fn, args),
        async run(source) {
          valueOf(await bidi("script.evaluate", { expression: `${source};"null"`, target: { context }, awaitPromise: false }));
        },
        async press(key, { shift = false } = {}) {
          const value = KEYS[key] ?? key;
          const around = (/** @type {string} */ type) => (shift ? [{ type, value: KEYS.Shift }] : []);
          await bidi("input.performActions", { context, actions: [{ type: "key", id: "keys", actions: [
            ...around("keyDown"), { type: "keyDown", value }, { type: "keyUp", value }, ...around("keyUp")] }] });
        },
        async scheme(value) {
          await inChrome((/** @type {string} */ wanted) => {
            /** @type {any} */ (globalThis).onlookerPopup.browsingContext.prefersColorSchemeOverride = wanted;
          }, value);
          await until(() => call(context, (wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches, [value]), `${value} colours`);
        },
        async screenshot(path) {
          const size = await call(context, () => ({ width: document.documentElement.clientWidth, height: document.documentElement.scrollHeight }), []);
          const data = await inChrome(async (/** @type {{ width: number, height: number }} */ { width, height }) => {
            const scope = /** @type {any} */ (globalThis);
            const bitmap = await scope.onlookerPopup.browsingContext.currentWindowGlobal
              .drawSnapshot(new scope.DOMRect(0, 0, width, height), 2, "rgb(255,255,255)");
            const canvas = scope.document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
            canvas.width = bitmap.width;
            canvas.height = bitmap.height;
            canvas.getContext("2d").drawImage(bitmap, 0, 0);
            return canvas.toDataURL("image/png").split(",")[1];
          }, size);
          writeFileSync(path, Buffer.from(data, "base64"));
        },
        async close() {
          await inChrome(() => /** @type {any} */ (globalThis).onlookerPopup?.closest("panel")?.hidePopup());
          await until(() => inChrome(() => !/** @type {any} */ (globalThis).onlookerPopup?.isConnected), "the popup to close");
        },
      };
    },
    async killBackground() {
      if (!await isBackgroundAlive()) return false;
      await inChrome(async (/** @type {string} */ id) => {
        await /** @type {any} */ (globalThis).WebExtensionPolicy.getByID(id).extension.terminateBackground();
      }, addon);
      return true;
    },
    isBackgroundAlive,
    revokeSites: () => inExtension(async () => {
      const { permissions } = /** @type {any} */ (globalThis).browser;
      const { origins } = await permissions.getAll();
      if (!await permissions.remove({ origins })) throw new Error(`could not take back ${origins}`);
    }),
    async openUnseen(url) {
      await inChrome((/** @type {string} */ address) => {
        const scope = /** @type {any} */ (globalThis);
        scope.openTrustedLinkIn(address, "window", { private: true, triggeringPrincipal: scope.Services.scriptSecurityManager.getSystemPrincipal() });
      }, url);
    },
    stored: () => inExtension(() => /** @type {any} */ (globalThis).browser.storage.local.get(null)),
    async close() {
      await browser.close();
    },
    first,
  };
}
