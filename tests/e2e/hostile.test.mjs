// @ts-check
/** A page that wants to break whoever looks on: all of it is counted, and nothing of it becomes markup. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./lib/net.mjs";
import { judged } from "./lib/options.mjs";
import { ask, badgeSettled, flush, logOf, openAll, pageState, reportOf, showTab, untilText } from "./lib/session.mjs";
import { assertSame, eachBrowser, page } from "./lib/suite.mjs";

/** What page-made markup would look like if it had become markup. @param {import("./lib/session.mjs").Popup} popup */
const foreign = (popup) => popup.evaluate(() => {
  const found = [...document.querySelectorAll("img, script:not([src='popup.js']), iframe, object, embed, b, svg [onload], a[href^='javascript:']")];
  const handlers = [...document.querySelectorAll("*")].filter((one) => [...one.attributes].some(({ name }) => name.startsWith("on")));
  return [...found, ...handlers].map((one) => one.outerHTML);
});

eachBrowser("a hostile page", { pages: ["hostile"] }, (world) => {
  /** @type {import("./lib/session.mjs").Tab} */
  let tab;

  test("everything that left the browser is counted", async () => {
    const { net, session } = world;
    const mark = net.mark();
    tab = await session.openPage("https://hostile.example/");
    assert.equal(await tab.page.evaluate(() => /** @type {any} */ (globalThis).done), true);
    await net.arrived(({ path }) => path === "/opaque.json", "the fetch of an opaque origin", { since: mark });
    await net.arrived(({ path }) => path === "/from-data.gif", "the picture of a data: frame", { since: mark });
    await flush(session, tab);
    // Userinfo never reaches a server, and the browser may leave it in what it tells an extension.
    const { urls } = await logOf(session, tab);
    const web = urls.filter((url) => /^(https?|wss?):/.test(url));
    // And values have pseudonyms.
    const bare = (/** @type {string} */ url) => url.replace(/^(\w+:\/\/)[^/@]*@/, "$1").replace(/=[^&;]*/g, "=").slice(0, 2000);
    const served = net.since(mark).filter(({ host }) => !/google\.com$|googleapis|mozilla|firefox/.test(host)).map(({ url }) => bare(url));
    assert.deepEqual(served.filter((url) => !web.map(bare).includes(url)), [], "what the server saw and the log has not");
    assert.equal(new Set(web).size, web.length, "nothing twice");
    assert.ok(Math.max(...urls.map((url) => url.length)) <= 4097, `the log cuts what is too long: ${urls.map((url) => url.length)}`);
    const { requests, site } = await reportOf(session, tab);
    assert.equal(site, "hostile.example");
    assert.equal(requests.total, urls.length);
  });

  test("the report names no query value and no secret", async () => {
    const text = JSON.stringify(await reportOf(world.session, tab));
    assert.doesNotMatch(text, /user:secret|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/);
  });

  test("nothing of it becomes markup in the popup", async () => {
    const popup = await world.session.popup(tab);
    try {
      await untilText(popup, (text) => text.includes("hostile.example") && /look on/.test(text), "the page");
      for (const at of [0, 1, 2]) {
        await showTab(popup, at);
        await openAll(popup);
        assert.deepEqual(await foreign(popup), []);
      }
      assert.equal(await popup.evaluate(() => "pwned" in globalThis), false);
      await showTab(popup, 0);
      await openAll(popup);
      const text = await untilText(popup, (shown) => /xn--e1afmkfd\.example/.test(shown), "punycode, as it is");
      assert.doesNotMatch(text, /\u202E/, "no override of direction is shown as such");
      const wide = await popup.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `the popup scrolls sideways by ${wide}`);
    } finally {
      await popup.close();
    }
  });

  test("a page behind userinfo is the page of its host", async () => {
    const { net, session } = world;
    net.route("evil.example/", page("<p>not Google"));
    const other = await session.openPage("https://www.google.com@evil.example/");
    await flush(session, other);
    assert.equal((await reportOf(session, other)).site, "evil.example");
    const popup = await session.popup(other);
    try {
      const text = await untilText(popup, (shown) => shown.includes("evil.example"), "the site");
      assert.doesNotMatch(text, /google/i);
    } finally {
      await popup.close();
    }
  });

  test("a page on an address in place of a name", async () => {
    const { net, session } = world;
    net.route("192.0.2.7/", page(`<img src="https://static.hotjar.com/four.gif">`));
    const mark = net.mark();
    const other = await session.openPage("http://192.0.2.7/");
    await assertSame(world, other, mark);
    assert.equal((await badgeSettled(session, other)).text, "1");
  });

  test("a data: page is no page, and never clean", async () => {
    const { session } = world;
    const other = await session.openPage(null);
    await other.page.evaluate(() => { location.href = "about:blank#x"; });
    await until(async () => (await pageState(session, other)).state === "not-a-page", "not a page");
    assert.equal((await session.badge(other)).text, "");
  });

  test("a tracker behind a flood of trifles is seen, also after the background was killed", async () => {
    const { net, session } = world;
    net.route("flood.example/", page(`<script>
      const get = (url) => fetch(url, { mode: "no-cors" }).then((reply) => reply.text(), () => "");
      self.flooded = (async () => {
        for (let at = 0; at < 12_500; at += 50) await Promise.all(Array.from({ length: 50 }, (_, n) => get("/" + (at + n) + ".json")));
        await get("https://static.hotjar.com/c/hotjar-1.js");
        return true;
      })();
    </script>`));
    const other = await session.openPage("https://flood.example/", { wait: "domcontentloaded" });
    assert.equal(await other.page.evaluate(() => /** @type {any} */ (globalThis).flooded), true);
    for (const killed of [false, true]) {
      if (killed) await session.killBackground();
      await until(async () => (await reportOf(session, other)).watchers.length > 0, "the tracker");
      const { watchers, requests } = await reportOf(session, other);
      assert.deepEqual(watchers.map((/** @type {any} */ one) => one.name), ["Hotjar"]);
      assert.equal((await badgeSettled(session, other)).text, "1");
      const { filename, json } = await ask(session, { kind: "page-log", tabId: other.id });
      const lost = JSON.parse(json).pages[0].gaps.find((/** @type {any} */ gap) => gap.why === "log-full").count;
      assert.equal(requests.total + lost, 12_502, "each is kept or counted as missing");
      assert.equal(judged(filename, json), (await ask(session, { kind: "page-report-json", tabId: other.id })).json);
      const popup = await session.popup(other);
      try {
        await untilText(popup, (text) => text.includes("Hotjar"), "the tracker's name");
        await showTab(popup, 2);
        await untilText(popup, (text) => text.includes("more than Onlooker keeps"), "that not all was kept");
      } finally {
        await popup.close();
      }
    }
  });
});
