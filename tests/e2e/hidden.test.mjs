// @ts-check
/** A page that wants its requests to be nobody's: whatever arrives is told of it, or it is told that something is missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./lib/net.mjs";
import { badgeSettled, flush, logOf, pageState, reportOf } from "./lib/session.mjs";
import { eachBrowser, page } from "./lib/suite.mjs";

const TRACKER = "https://static.hotjar.com";

/** @typedef {import("./lib/session.mjs").Session} Session */
/** @typedef {import("./lib/session.mjs").Tab} Tab */

const wait = (/** @type {number} */ ms) => new Promise((go) => { setTimeout(go, ms); });

/** What is known to be missing. @param {Session} session @param {Tab} tab @returns {Promise<string[]>} */
const gapsOf = async (session, tab) => (await pageState(session, tab)).gaps.map((/** @type {any} */ gap) => gap.why);

/** How often a page's log has an address. @param {Session} session @param {Tab} tab @param {string} url */
const times = async (session, tab, url) => (await logOf(session, tab)).urls.filter((one) => one === url).length;

/** Goes somewhere without waiting in the page that goes with it. @param {Tab} tab @param {string} url */
const go = (tab, url) => tab.page.evaluate((/** @type {string} */ to) => { setTimeout(() => { location.href = to; }); }, url);

/** @param {Tab} tab @param {string} host */
const arrive = (tab, host) => until(() => tab.page.evaluate((/** @type {string} */ there) => location.host === there && document.readyState === "complete", host).catch(() => false), host);

/** A page whose service worker asks for something when it is loaded. @param {string} url */
const withWorker = (url) => ({
  page: page(`<script>(async () => {
    await navigator.serviceWorker.register("/sw.js");
    const { active } = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => parent.postMessage(data, "*");
    active.postMessage("go", [port2]);
  })().catch((error) => parent.postMessage(String(error), "*"));</script>`),
  worker: `addEventListener("message", (event) => event.waitUntil(fetch("${url}", { mode: "no-cors" })
    .then(() => event.ports[0].postMessage("done"), (error) => event.ports[0].postMessage(String(error)))));`,
});

eachBrowser("nobody's requests", { pages: [] }, (world) => {
  test("the browser's own requests are missing in no page", async () => {
    const { net, session } = world;
    // With an icon, which the browser itself looks for.
    net.route("idle.example/", { body: "<!doctype html><title>idle</title><p>idle" });
    const tab = await session.openPage("https://idle.example/");
    await flush(session, tab);
    await wait(6000);
    assert.deepEqual(await gapsOf(session, tab), []);
    assert.equal((await badgeSettled(session, tab)).text, "");
    await tab.close();
  });

  test("a shared worker of no address: missing in each page that may have made it, and told of none", async () => {
    const { net, session } = world;
    net.route("bystander.example/", page("<p>quiet"));
    net.route("watched.example/", page(`<img src="${TRACKER}/own.gif">`));
    net.route("shared.example/", page(`<script>
      const source = 'onconnect = ({ ports: [port] }) => fetch("${TRACKER}/shared?secret=1", { mode: "no-cors" }).then(() => port.postMessage("done"), (error) => port.postMessage(String(error)))';
      self.done = new Promise((go) => {
        const { port } = new SharedWorker("data:text/javascript," + encodeURIComponent(source));
        port.onmessage = ({ data }) => go(data);
      });
    </script>`));
    net.route("later.example/", page("<p>quiet"));
    const [bystander, watched] = [await session.openPage("https://bystander.example/"), await session.openPage("https://watched.example/")];
    await Promise.all([flush(session, bystander), flush(session, watched)]);
    const mark = net.mark();
    const tab = await session.openPage("https://shared.example/");
    assert.equal(await tab.page.evaluate(() => /** @type {any} */ (globalThis).done), "done");
    await net.arrived(({ path }) => path === "/shared?secret=1", "the worker's fetch", { since: mark });
    const later = await session.openPage("https://later.example/");
    for (const one of [tab, bystander, watched]) {
      await until(async () => (await gapsOf(session, one)).includes("worker-unplaced"), "that something is missing");
      assert.equal(await times(session, one, `${TRACKER}/shared?secret=1`), 0);
    }
    for (const one of [tab, bystander]) {
      assert.equal((await reportOf(session, one)).risk.level, "unknown");
      assert.equal((await badgeSettled(session, one)).text, "?");
    }
    assert.equal((await badgeSettled(session, watched)).text, "1");
    assert.deepEqual(await gapsOf(session, later), [], "it was not open then");
    for (const one of [tab, bystander, watched, later]) await one.close();
  });

  test("a navigation that comes to nothing is a request of the page that began it", async () => {
    const { net, session } = world;
    net.route("static.hotjar.com/nothing", { status: 204, body: "" });
    net.route("static.hotjar.com/file", { body: "x", type: "application/octet-stream", headers: { "content-disposition": "attachment" } });
    /** What each page does, and what arrives. @type {[string, () => void, string[]][]} */
    const ways = [
      ["answered by nothing", () => { location.href = "https://static.hotjar.com/nothing?by=address"; }, [`${TRACKER}/nothing?by=address`]],
      ["after a redirect", () => { location.href = "https://click.doubleclick.net/r?status=302&to=" + encodeURIComponent("https://static.hotjar.com/nothing?by=redirect"); },
        [`https://click.doubleclick.net/r?status=302&to=${encodeURIComponent(`${TRACKER}/nothing?by=redirect`)}`, `${TRACKER}/nothing?by=redirect`]],
      ["stopped", () => { location.href = "https://static.hotjar.com/slow?hold=stopped"; setTimeout(() => stop(), 300); }, [`${TRACKER}/slow?hold=stopped`]],
      ["never answered", () => { location.href = "https://static.hotjar.com/slow?hold=never"; }, [`${TRACKER}/slow?hold=never`]],
      ["a form", () => { /** @type {HTMLFormElement} */ (document.forms[0]).submit(); }, [`${TRACKER}/nothing?by=form`]],
      ["a download", () => { document.links[0]?.click(); }, [`${TRACKER}/file`]],
    ];
    const mark = net.mark();
    /** @type {Tab[]} */
    const tabs = [];
    for (const [at, [, work, urls]] of ways.entries()) {
      const host = `nothing${at}.example`;
      net.route(`${host}/`, page(`<form method="post" action="${TRACKER}/nothing?by=form"><input name="secret" value="1"></form><a href="${TRACKER}/file">a file</a>`));
      const tab = await session.openPage(`https://${host}/`);
      tabs.push(tab);
      await tab.page.evaluate(`setTimeout(${work})`);
      for (const url of urls) await net.arrived((seen) => seen.url === url, url, { since: mark });
    }
    for (const [at, [what, , urls]] of ways.entries()) {
      const tab = /** @type {Tab} */ (tabs[at]);
      for (const url of urls) {
        await until(async () => (await times(session, tab, url)) > 0, `${what}: ${url} in the page's log`);
        assert.equal(await times(session, tab, url), 1, what);
      }
      const { log } = await logOf(session, tab);
      assert.equal(log.pages[0].url, `https://nothing${at}.example/`);
      assert.equal(log.pages[0].observations.find((/** @type {any} */ seen) => seen.url === urls[0]).type, "main_frame");
      assert.ok((await reportOf(session, tab)).watchers.some((/** @type {any} */ watcher) => watcher.name === "Hotjar"), what);
      assert.deepEqual(await gapsOf(session, tab), []);
      await badgeSettled(session, tab);
    }
    net.gate("stopped").open();
    net.gate("never").open();
    for (const tab of tabs) await tab.close();
  });

  test("so it is when the background is killed meanwhile", async () => {
    const { net, session } = world;
    net.route("killed.example/", page("<p>quiet"));
    const mark = net.mark();
    const tab = await session.openPage("https://killed.example/");
    await flush(session, tab);
    await tab.page.evaluate((/** @type {string} */ url) => { setTimeout(() => { location.href = url; setTimeout(() => stop(), 500); }); }, `${TRACKER}/slow?hold=killed`);
    await net.arrived(({ path }) => path === "/slow?hold=killed", "the navigation", { since: mark });
    await wait(200);
    await session.killBackground();
    await wait(400);
    await flush(session, tab);
    await until(async () => (await times(session, tab, `${TRACKER}/slow?hold=killed`)) === 1, "the navigation in the page's log");
    net.gate("killed").open();
    await tab.close();
  });

  test("a navigation that comes to a page is that page's alone, however slow; one of the address bar is nobody's", async () => {
    const { net, session } = world;
    // A document marked no-store is not kept for going back.
    const kept = (/** @type {string} */ body) => ({ body: page(body), type: "text/html", headers: { "cache-control": "no-cache" } });
    net.route("linking.example/", kept("<p>a page with links"));
    net.route("linked.example/", kept("<p>another site"));
    net.route("static.hotjar.com/nothing", { status: 204, body: "" });
    const tab = await session.openPage("https://linking.example/");
    await flush(session, tab);
    for (const to of ["https://linked.example/?straight", "https://linked.example/?hold=linked",
      `https://click.doubleclick.net/r?status=302&to=${encodeURIComponent("https://linked.example/?redirected")}`]) {
      const mark = net.mark();
      await go(tab, to);
      if (to.includes("hold")) {
        await net.gate("linked").arrived(1);
        await wait(3000);
        net.gate("linked").open();
      }
      await arrive(tab, "linked.example");
      await flush(session, tab);
      assert.ok(net.since(mark).length >= 2);
      if (to.includes("straight")) await wait(9000);
      await tab.page.evaluate(() => { setTimeout(() => history.back()); });
      await arrive(tab, "linking.example");
      await flush(session, tab);
      const { urls } = await logOf(session, tab);
      assert.deepEqual(urls.filter((url) => !url.startsWith("https://linking.example/")), [], to);
    }
    await tab.page.goto(`${TRACKER}/nothing?by=person`).catch(() => {});
    await wait(9000);
    assert.equal(await times(session, tab, `${TRACKER}/nothing?by=person`), 0);
    assert.equal((await badgeSettled(session, tab)).text, "");
    await tab.close();
  });

});

eachBrowser("nobody's documents", { pages: [] }, (world, name) => {
  test("what is fetched ahead by speculation rules is a request of the page", { skip: name === "firefox" && "Firefox has no speculation rules" }, async () => {
    const { net, session } = world;
    net.route("ahead.example/", page(`<script type="speculationrules">{"prefetch":[{"urls":["${TRACKER}/ahead?secret=1"],"eagerness":"immediate"}]}</script>`));
    net.route("static.hotjar.com/ahead", page("x"));
    const mark = net.mark();
    const tab = await session.openPage("https://ahead.example/");
    await net.arrived(({ path }) => path === "/ahead?secret=1", "the prefetch", { since: mark });
    await until(async () => (await times(session, tab, `${TRACKER}/ahead?secret=1`)) === 1, "the prefetch in the page's log");
    assert.equal((await badgeSettled(session, tab)).text, "1");
    await tab.close();
  });

  for (const hint of ["_self", "_blank"]) {
    test(`a prerendered page where nobody goes is the doing of the page in front (${hint})`, { skip: name === "firefox" && "Firefox does not prerender" }, async (context) => {
      const { net, session } = world;
      const host = `front${hint.replace("_", "-")}.example`;
      net.route(`${host}/`, page(`<script type="speculationrules">{"prerender":[{"urls":["/hidden"],"eagerness":"immediate","target_hint":"${hint}"}]}</script>`));
      net.route(`${host}/hidden`, page(`<img src="${TRACKER}/hidden.gif?secret=1"><iframe src="https://frame.example/"></iframe>`));
      net.route("frame.example/", page(`<img src="${TRACKER}/framed.gif?secret=1">`));
      const mark = net.mark();
      const tab = await session.openPage(`https://${host}/`);
      try {
        await net.arrived(({ path }) => path === "/hidden.gif?secret=1", "the prerendered page's picture", { since: mark, ms: 5000 });
      } catch {
        context.skip("this Chromium does not prerender while it is driven");
        return;
      }
      await until(async () => (await times(session, tab, `${TRACKER}/hidden.gif?secret=1`)) === 1, "the picture in the page's log");
      assert.equal((await badgeSettled(session, tab)).text, "1");
      await tab.close();
    });
  }

  test("a page with more documents than are kept: the worker of a frame that came last", async () => {
    const { net, session } = world;
    const { page: frame, worker } = withWorker(`${TRACKER}/behind?secret=1`);
    net.route("frames.example/", page(`<iframe id="frame"></iframe><script>
      self.done = (async () => {
        const frame = document.getElementById("frame");
        for (let at = 0; at < 420; at += 1) await new Promise((go) => { frame.onload = go; frame.src = "/blank?" + at; });
        return new Promise((go) => {
          onmessage = ({ data }) => go(data);
          const last = document.createElement("iframe");
          last.src = "https://w.frames.example/";
          document.body.append(last);
        });
      })();
    </script>`));
    net.route("frames.example/blank", page(""));
    net.route("w.frames.example/", frame);
    net.route("w.frames.example/sw.js", { body: worker, type: "text/javascript" });
    const tab = await session.openPage("https://frames.example/");
    assert.equal(await tab.page.evaluate(() => /** @type {any} */ (globalThis).done), "done");
    await until(async () => (await times(session, tab, `${TRACKER}/behind?secret=1`)) === 1, "the worker's fetch in the page's log");
    assert.equal((await badgeSettled(session, tab)).text, "1");
    await tab.close();
  });

  test("a frame deep in a page that is left at once: never told of the next page", async (context) => {
    const { net, session } = world;
    const kept = (/** @type {string} */ body) => ({ body, type: "text/html", headers: { "cache-control": "no-cache" } });
    net.route("deep.example/", kept(page(`<iframe id="frame"></iframe><script>
      self.done = (async () => {
        // Once: where the browser loads the page anew at the return, it stays.
        if (sessionStorage.length > 0) return;
        sessionStorage.setItem("left", "1");
        const frame = document.getElementById("frame");
        for (let at = 0; at < 420; at += 1) await new Promise((go) => { frame.onload = go; frame.src = "/blank?" + at; });
        frame.src = "/outer";
        await new Promise((go) => { onmessage = go; });
        self.shows = 0;
        addEventListener("pageshow", () => { self.shows += 1; });
        location.href = "https://innocent.example/";
      })();
    </script>`)));
    net.route("deep.example/blank", kept(page("")));
    net.route("deep.example/outer", kept(page(`<iframe src="/inner"></iframe>`)));
    net.route("deep.example/inner", kept(page(`<iframe src="/deepest"></iframe>`)));
    net.route("deep.example/deepest", kept(page(`<script>fetch("${TRACKER}/deep?secret=1", { mode: "no-cors" }).finally(() => top.postMessage(1, "*"))</script>`)));
    net.route("innocent.example/", kept(page("<p>innocent")));
    const tab = await session.openPage("https://deep.example/", { wait: "domcontentloaded" });
    await arrive(tab, "innocent.example");
    await flush(session, tab);
    await wait(2500);
    assert.equal(await times(session, tab, `${TRACKER}/deep?secret=1`), 0);
    assert.deepEqual(await gapsOf(session, tab), []);
    assert.equal((await badgeSettled(session, tab)).text, "");
    await tab.page.evaluate(() => { setTimeout(() => history.back()); });
    await arrive(tab, "deep.example");
    if (!(await tab.page.evaluate(() => /** @type {any} */ (globalThis).shows))) {
      context.diagnostic("the browser loaded the page anew");
      return;
    }
    assert.ok((await times(session, tab, `${TRACKER}/deep?secret=1`)) === 1 || (await gapsOf(session, tab)).includes("request-unplaced"));
    await tab.close();
  });

  test("a redirect to and fro is each time a request, also after the background was killed", async () => {
    const { net, session } = world;
    let left = 6;
    net.route("fro.example/", page(`<img src="/r">`));
    net.route("fro.example/r", () => ({ status: 302, headers: { location: `${TRACKER}/to` }, body: "" }));
    net.route("static.hotjar.com/to", () => {
      left -= 1;
      return left >= 0 ? { status: 302, headers: { location: "https://fro.example/r" }, body: "" } : { body: "x", type: "image/gif" };
    });
    const mark = net.mark();
    const tab = await session.openPage("https://fro.example/");
    await flush(session, tab);
    const asked = net.since(mark).filter(({ path }) => path === "/to").length;
    assert.equal(asked, 7);
    for (const killed of [false, true]) {
      if (killed) await session.killBackground();
      assert.equal(await times(session, tab, `${TRACKER}/to`), asked);
      assert.equal(await times(session, tab, "https://fro.example/r"), asked);
    }
    await tab.close();
  });
});
