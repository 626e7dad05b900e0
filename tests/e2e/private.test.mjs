// @ts-check
/** Private windows: looked at where the person allows it, and nothing of them is written to disk. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { badgeSettled, flush, openAll, pageState, reportOf, untilText } from "./lib/session.mjs";
import { until } from "./lib/net.mjs";
import { eachBrowser, page } from "./lib/suite.mjs";

const PAGE = page(`<img src="https://static.hotjar.com/private.gif">`);

eachBrowser("a private window", { pages: [], incognito: true }, (world) => {
  test("is judged, and storage.local has nothing new", async () => {
    const { net, session } = world;
    net.route("secret.example/", PAGE);
    net.route("open.example/", PAGE);
    // Whatever is stored for any page is stored by now.
    const open = await session.openPage("https://open.example/");
    await flush(session, open);
    const before = await session.stored();
    const tab = await session.openPage("https://secret.example/", { isPrivate: true });
    await flush(session, tab);
    assert.equal((await reportOf(session, tab)).watchers.length, 1);
    assert.equal((await pageState(session, tab)).private, true);
    assert.equal((await badgeSettled(session, tab)).text, "1");
    const popup = await session.popup(tab);
    try {
      await untilText(popup, (text) => /private window/i.test(text) && text.includes("secret.example"), "the note on private windows");
      // A source opens in the private window too, not in one that keeps history and cookies.
      await openAll(popup);
      const mark = net.mark();
      const host = await popup.evaluate(() => {
        const source = /** @type {HTMLElement} */ (document.querySelector(".sources .away"));
        source.click();
        return source.querySelector(".name")?.textContent ?? "";
      });
      await net.arrived((one) => one.host === host, `the source at ${host}`, { since: mark });
      const tabs = () => session.inExtension(async () => (/** @type {any} */ (globalThis.browser ?? globalThis.chrome)).tabs.query({}));
      const source = async () => (await tabs()).filter((/** @type {any} */ one) => one.url?.includes(host));
      await until(async () => (await source()).length > 0, "the source's tab");
      assert.deepEqual((await source()).map((/** @type {any} */ one) => one.incognito), [true]);
    } finally {
      await popup.close();
    }
    assert.deepEqual(await session.stored(), before);
    assert.doesNotMatch(JSON.stringify(await session.stored()), /secret\.example|hotjar/);
    const synced = await session.inExtension(async () => {
      const { storage } = /** @type {any} */ (globalThis.browser ?? globalThis.chrome);
      return JSON.stringify([await storage.sync?.get(null), await indexedDB.databases()]);
    });
    assert.doesNotMatch(synced, /secret/);
    await tab.close();
    await flush(session, open);
    const left = await session.inExtension(async () => JSON.stringify(await /** @type {any} */ (globalThis.browser ?? globalThis.chrome).storage.session.get(null)));
    assert.doesNotMatch(left, /secret\.example/, "a closed private page is forgotten");
  });
});

eachBrowser("a worker of no address in a private window", { pages: [], incognito: true }, (world, name) => {
  test("is missing in its page, and in an ordinary one where the browser does not say which it is of", async () => {
    const { net, session } = world;
    net.route("open.example/", page("<p>quiet"));
    net.route("secret.example/", page(`<script>new SharedWorker("data:text/javascript," + encodeURIComponent('onconnect = () => fetch("https://static.hotjar.com/shared", { mode: "no-cors" })')).port.start()</script>`));
    const open = await session.openPage("https://open.example/");
    await flush(session, open);
    const tab = await session.openPage("https://secret.example/", { isPrivate: true });
    await net.arrived(({ path }) => path === "/shared", "the worker's fetch");
    const gaps = async (/** @type {import("./lib/session.mjs").Tab} */ one) => (await pageState(session, one)).gaps.map((/** @type {any} */ gap) => gap.why);
    await until(async () => (await gaps(tab)).includes("worker-unplaced"), "that something is missing");
    assert.deepEqual(await gaps(open), name === "firefox" ? [] : ["worker-unplaced"]);
  });
});

eachBrowser("a private window that the extension may not see", { pages: [], incognito: false }, (world, name) => {
  test("leaves no trace in it", { skip: name === "chromium" && "a test can't open an incognito window without the extension's help" }, async () => {
    const { net, session } = world;
    net.route("unseen.example/", PAGE);
    net.route("open.example/", PAGE);
    const open = await session.openPage("https://open.example/");
    await session.openUnseen("https://unseen.example/");
    await net.arrived(({ path, host }) => path === "/private.gif" && host === "static.hotjar.com", "both pictures", { count: 2 });
    await flush(session, open);
    const all = await session.inExtension(async () => {
      const { storage } = /** @type {any} */ (globalThis.browser ?? globalThis.chrome);
      return JSON.stringify([await storage.local.get(null), await storage.session.get(null)]);
    });
    assert.doesNotMatch(all, /unseen/);
  });
});
