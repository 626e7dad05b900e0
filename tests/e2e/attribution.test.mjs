// @ts-check
/** Which page a request belongs to: for each case the page's log is exactly what the server saw of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./lib/net.mjs";
import { badgeSettled, flush, logOf, pageState, reportOf } from "./lib/session.mjs";
import { assertSame, eachBrowser, page } from "./lib/suite.mjs";

const GA = "https://www.google-analytics.com";

eachBrowser("attribution", { pages: [] }, (world, name) => {
  test("a chain of server redirects belongs to the page it ends in", async () => {
    const { net, session } = world;
    net.route("chain.example/", page(`<img src="${GA}/collect?a=1">`));
    const mark = net.mark();
    const third = encodeURIComponent("https://chain.example/");
    const second = encodeURIComponent(`https://click.doubleclick.net/two?status=302&to=${third}`);
    const tab = await session.openPage(`https://short.example/one?status=301&to=${second}`);
    await assertSame(world, tab, mark);
    const { log } = await logOf(session, tab);
    assert.deepEqual(log.pages[0].observations.filter((/** @type {any} */ seen) => seen.kind === "request").slice(0, 3).map((/** @type {any} */ seen) => [new URL(seen.url).host, seen.type]),
      [["short.example", "main_frame"], ["click.doubleclick.net", "main_frame"], ["chain.example", "main_frame"]]);
    assert.equal((await reportOf(session, tab)).site, "chain.example");
  });

  test("a redirected picture is one request a hop", async () => {
    const { net, session } = world;
    const to = encodeURIComponent("https://pixel.quantserve.com/p.gif");
    net.route("hops.example/", page(`<img src="https://sb.scorecardresearch.com/a.gif?status=307&to=${to}">`));
    const mark = net.mark();
    const tab = await session.openPage("https://hops.example/");
    await net.arrived(({ host }) => host === "pixel.quantserve.com", "the last hop", { since: mark });
    assert.equal(await assertSame(world, tab, mark), 4);
    const domains = (await reportOf(session, tab)).watchers.flatMap((/** @type {any} */ watcher) => watcher.domains);
    assert.ok(domains.some((/** @type {string} */ domain) => domain.endsWith("scorecardresearch.com")) && domains.some((/** @type {string} */ domain) => domain.endsWith("quantserve.com")), domains.join());
  });

  for (const [how, body] of [
    ["meta refresh", `<meta http-equiv="refresh" content="0;url=https://landing.example/">`],
    ["location.replace", `<script>addEventListener("load", () => setTimeout(() => location.replace("https://landing.example/")))</script>`],
  ]) {
    test(`a client redirect (${how}) is another page`, async () => {
      const { net, session } = world;
      net.route("hop.example/", page(`<img src="https://static.hotjar.com/x.gif">`, body));
      net.route("landing.example/", page(`<img src="${GA}/collect?b=1">`));
      const mark = net.mark();
      const tab = await session.openPage("https://hop.example/", { wait: "none" });
      await net.arrived(({ host, path }) => host === "www.google-analytics.com" && path === "/collect?b=1", "the landing page's picture", { since: mark });
      await until(async () => tab.page.evaluate(() => location.host === "landing.example" && document.readyState === "complete").catch(() => false), "the landing page");
      await assertSame(world, tab, mark, { without: (url) => /hop\.example|hotjar/.test(url) });
    });
  }

  test("a frame in a frame belongs to the page, and party is told from the page", async () => {
    const { net, session } = world;
    net.route("outer.example/", page(`<iframe src="https://middle.example/"></iframe>`));
    net.route("middle.example/", page(`<iframe src="https://inner.example/"></iframe>`));
    // First party of the inner frame, third party of the page; and the other way round.
    net.route("inner.example/", page(`<img src="https://inner.example/own.gif"><img src="https://outer.example/back.gif"><img src="https://static.hotjar.com/deep.gif">`));
    const mark = net.mark();
    const tab = await session.openPage("https://outer.example/");
    await net.arrived(({ path }) => path === "/deep.gif", "the innermost picture", { since: mark });
    const total = await assertSame(world, tab, mark);
    assert.equal(total, 7);
    const report = await reportOf(session, tab);
    assert.equal(report.requests.third_party, 4);
    // Our own list has a rule for it too.
    const hotjar = report.findings.filter((/** @type {any} */ found) => found.domain.includes("hotjar.com")).map((/** @type {any} */ found) => found.rule?.text);
    assert.ok(hotjar.includes("||hotjar.com^$third-party"), String(hotjar));
  });

  test("a frame that a script writes, and one without an address", async () => {
    const { net, session } = world;
    net.route("written.example/", page(`<iframe srcdoc="<img src='https://static.hotjar.com/srcdoc.gif'>"></iframe><script>
      const frame = document.createElement("iframe"); document.body.append(frame);
      frame.contentDocument.write("<img src='https://static.hotjar.com/written.gif'>"); frame.contentDocument.close();</script>`));
    const mark = net.mark();
    const tab = await session.openPage("https://written.example/");
    await net.arrived(({ path }) => path === "/srcdoc.gif" || path === "/written.gif", "both pictures", { since: mark, count: 2 });
    assert.equal(await assertSame(world, tab, mark), 4);
  });

  test("sendBeacon at unload belongs to the page that is left", async () => {
    const { net, session } = world;
    net.route("leave.example/", page(`<script>addEventListener("pagehide", () => navigator.sendBeacon("${GA}/collect?bye=1", "x"))</script>`));
    net.route("leave.example/next", page("next"));
    const mark = net.mark();
    const tab = await session.openPage("https://leave.example/");
    await flush(session, tab);
    await tab.page.evaluate(() => { location.href = "/next"; });
    await net.arrived(({ path }) => path === "/collect?bye=1", "the beacon", { since: mark });
    await until(() => tab.page.evaluate(() => location.pathname === "/next" && document.readyState === "complete").catch(() => false), "the next page");
    await flush(session, tab);
    const { urls } = await logOf(session, tab);
    assert.ok(!urls.some((url) => url.includes("google-analytics")), `the next page did not ask for it:\n${urls.join("\n")}`);
    assert.equal((await reportOf(session, tab)).watchers.length, 0);
  });

  test("a beacon is seen, by its kind", async () => {
    const { net, session } = world;
    net.route("beacon.example/", page(`<script>navigator.sendBeacon("${GA}/collect?now=1", "x")</script>`));
    const mark = net.mark();
    const tab = await session.openPage("https://beacon.example/");
    await net.arrived(({ path }) => path === "/collect?now=1", "the beacon", { since: mark });
    await assertSame(world, tab, mark);
    const { log } = await logOf(session, tab);
    const beacon = log.pages[0].observations.find((/** @type {any} */ seen) => seen.url.endsWith("now=1"));
    assert.ok(["ping", "beacon"].includes(beacon.type), beacon.type);
    assert.equal(beacon.method, "POST");
  });

  test("a WebSocket", async () => {
    const { net, session } = world;
    net.route("socket.example/", page(`<script>self.open = new Promise((go) => { new WebSocket("wss://ws.hotjar.com/api/v2/client/ws").onmessage = ({ data }) => go(data); })</script>`));
    const mark = net.mark();
    const tab = await session.openPage("https://socket.example/");
    assert.equal(await tab.page.evaluate(() => /** @type {any} */ (globalThis).open), "hello");
    assert.equal(await assertSame(world, tab, mark), 3);
    const { log } = await logOf(session, tab);
    assert.deepEqual(log.pages[0].observations.filter((/** @type {any} */ seen) => seen.kind === "request" && seen.type === "websocket").map((/** @type {any} */ seen) => seen.url), ["wss://ws.hotjar.com/api/v2/client/ws"]);
  });

  test("a dedicated worker's fetch", async () => {
    const { net, session } = world;
    net.route("worker.example/", page(`<script>self.done = new Promise((go) => { new Worker("/worker.js").onmessage = () => go(true); })</script>`));
    net.route("worker.example/worker.js", `fetch("${GA}/collect?worker=1").then((reply) => reply.text()).then(() => postMessage(1));`);
    const mark = net.mark();
    const tab = await session.openPage("https://worker.example/");
    await tab.page.evaluate(() => /** @type {any} */ (globalThis).done);
    assert.equal(await assertSame(world, tab, mark), 4);
  });

  test("the fetch of the site's service worker, which has no tab", async () => {
    const { net, session } = world;
    net.route("sw.example/", page(`<script>
      self.done = (async () => {
        await navigator.serviceWorker.register("/sw.js");
        const { active } = await navigator.serviceWorker.ready;
        const { port1, port2 } = new MessageChannel();
        const reply = new Promise((go) => { port1.onmessage = go; });
        active.postMessage("go", [port2]);
        await reply;
        return true;
      })();
    </script>`));
    net.route("sw.example/sw.js", `addEventListener("message", (event) => event.waitUntil(
      fetch("${GA}/collect?sw=1").then((reply) => reply.text()).then(() => event.ports[0].postMessage(1))));`);
    const mark = net.mark();
    const tab = await session.openPage("https://sw.example/");
    assert.equal(await tab.page.evaluate(() => /** @type {any} */ (globalThis).done), true);
    await net.arrived(({ path }) => path === "/collect?sw=1", "the worker's fetch", { since: mark });
    // Neither browser shows the worker's own script to every extension: it is not part of the comparison.
    await flush(session, tab);
    await until(async () => (await logOf(session, tab)).urls.includes(`${GA}/collect?sw=1`), "the worker's fetch to be the page's");
    const { urls } = await logOf(session, tab);
    assert.equal(urls.filter((url) => url === `${GA}/collect?sw=1`).length, 1);
    const names = (await reportOf(session, tab)).watchers.map((/** @type {any} */ watcher) => watcher.name);
    assert.ok(names.some((/** @type {string} */ one) => one.includes("Google")), names.join());
  });

  test("prefetch belongs to the page that asks for it", async () => {
    const { net, session } = world;
    net.route("prefetch.example/", page("", `<link rel="prefetch" href="https://static.hotjar.com/later.js">`));
    const mark = net.mark();
    const tab = await session.openPage("https://prefetch.example/");
    await net.arrived(({ path }) => path === "/later.js", "the prefetch", { since: mark });
    await assertSame(world, tab, mark);
  });

  test("a prerendered page has its own requests, also from before it was shown", { skip: name === "firefox" && "Firefox does not prerender" }, async (context) => {
    const { net, session } = world;
    net.route("pre.example/", page(`<script type="speculationrules">{"prerender":[{"source":"list","urls":["/next"],"eagerness":"immediate"}]}</script>`));
    net.route("pre.example/next", page(`<img src="https://static.hotjar.com/pre.gif">`));
    const mark = net.mark();
    const tab = await session.openPage("https://pre.example/");
    try {
      await net.arrived(({ path }) => path === "/pre.gif", "the prerendered page's picture", { since: mark, ms: 5000 });
    } catch {
      context.skip("this Chromium does not prerender while it is driven");
      return;
    }
    await flush(session, tab);
    assert.equal((await reportOf(session, tab)).watchers.length, 0, "the page in front asked nobody");
    await tab.page.evaluate(() => { setTimeout(() => { location.href = "/next"; }); });
    await until(() => tab.page.evaluate(() => location.pathname === "/next" && document.readyState === "complete").catch(() => false), "the prerendered page to be shown");
    await flush(session, tab);
    const { urls } = await logOf(session, tab);
    assert.equal(urls.filter((url) => url.endsWith("/pre.gif")).length, 1, urls.join("\n"));
    assert.equal(urls[0], "https://pre.example/next");
    await badgeSettled(session, tab);
  });

  test("back from the cache: the page's own findings again, none twice", async (context) => {
    const { net, session } = world;
    // A document marked no-store is not kept for going back.
    const kept = (/** @type {string} */ body) => ({ body, type: "text/html", headers: { "cache-control": "no-cache" } });
    net.route("back.example/", kept(page(`<img src="${GA}/collect?back=1"><script>self.shows = []; addEventListener("pageshow", (event) => self.shows.push(event.persisted))</script>`)));
    net.route("other.example/", kept(page(`<img src="https://static.hotjar.com/other.gif">`)));
    const mark = net.mark();
    const tab = await session.openPage("https://back.example/");
    const before = (await flush(session, tab), await reportOf(session, tab));
    assert.equal(before.watchers.length, 1);
    await tab.page.evaluate(() => { location.href = "https://other.example/"; });
    await until(() => tab.page.evaluate(() => location.host === "other.example" && document.readyState === "complete").catch(() => false), "the other page");
    await flush(session, tab);
    const names = (await reportOf(session, tab)).watchers.map((/** @type {any} */ watcher) => watcher.name);
    assert.deepEqual([names.length, names[0].includes("Hotjar")], [1, true]);
    await tab.page.evaluate(() => { setTimeout(() => history.back()); });
    await until(() => tab.page.evaluate(() => location.host === "back.example" && document.readyState === "complete").catch(() => false), "the first page again");
    const shows = await tab.page.evaluate(() => /** @type {any} */ (globalThis).shows);
    await flush(session, tab);
    const after = await reportOf(session, tab);
    assert.deepEqual(after.watchers.map((/** @type {any} */ watcher) => watcher.name), before.watchers.map((/** @type {any} */ watcher) => watcher.name));
    if (shows.length < 2) {
      context.diagnostic("the browser loaded the page anew");
      return;
    }
    // Firefox looks for the site's icon again; that one is really asked for, and really counted.
    const { urls } = await logOf(session, tab);
    assert.equal(urls.filter((url) => !url.endsWith("/favicon.ico")).length, before.requests.total + 1, `one more, the test's own last request:\n${urls.join("\n")}`);
    assert.equal(after.requests.total, urls.length);
    assert.equal(net.since(mark).filter(({ path }) => path === "/collect?back=1").length, 1);
    assert.equal((await badgeSettled(session, tab)).text, "1");
  });

  test("reload begins anew", async () => {
    const { net, session } = world;
    net.route("again.example/", page(`<img src="${GA}/collect?again=1">`));
    const tab = await session.openPage("https://again.example/");
    await flush(session, tab);
    const mark = net.mark();
    await tab.page.reload();
    await assertSame(world, tab, mark);
  });

  test("a page with a new address by pushState is the same page", async () => {
    const { net, session } = world;
    net.route("single.example/", page(`<img src="${GA}/collect?single=1">`));
    const mark = net.mark();
    const tab = await session.openPage("https://single.example/");
    await tab.page.evaluate(() => history.pushState(null, "", "/deeper"));
    await tab.page.evaluate(() => fetch("https://static.hotjar.com/after-push.json").then((reply) => reply.text()));
    await assertSame(world, tab, mark);
  });

  test("a tab that a page opened has its own requests", async () => {
    const { net, session } = world;
    net.route("opener.example/", page(`<img src="${GA}/collect?opener=1">`));
    net.route("opened.example/", page(`<img src="https://static.hotjar.com/opened.gif">`));
    const mark = net.mark();
    const tab = await session.openPage("https://opener.example/");
    await flush(session, tab);
    const known = new Set(await session.browser.pages());
    await tab.page.evaluate(() => { window.open("https://opened.example/"); });
    const made = await until(async () => (await session.browser.pages()).find((one) => !known.has(one)), "the new tab");
    await until(() => made.evaluate(() => location.host === "opened.example" && document.readyState === "complete").catch(() => false), "the opened page");
    const opened = await session.tabOf(made);
    assert.notEqual(opened.id, tab.id);
    await assertSame(world, opened, mark, { without: (url) => /opener/.test(url) });
    await assertSame(world, tab, mark, { without: (url) => /opened/.test(url) });
    await opened.close();
  });

  test("two tabs of the same site don't mix", async () => {
    const { net, session } = world;
    net.route("twin.example/one", page(`<img src="https://static.hotjar.com/one.gif">`));
    net.route("twin.example/two", page(`<img src="${GA}/collect?two=1">`));
    const mark = net.mark();
    const [one, two] = [await session.openPage("https://twin.example/one"), await session.openPage("https://twin.example/two")];
    const first = await flush(session, one);
    const second = await flush(session, two);
    await assertSame(world, one, mark, { flushed: true, without: (url) => url === second || /two/.test(url) });
    await assertSame(world, two, mark, { flushed: true, without: (url) => url === first || /one\b/.test(url) });
  });

  test("http and https, and a third party on another port", async () => {
    const { net, session } = world;
    net.route("plain.example/", page(`<img src="http://static.hotjar.com/plain.gif"><img src="http://static.hotjar.com:8080/port.gif">`));
    const mark = net.mark();
    const tab = await session.openPage("http://plain.example/");
    await net.arrived(({ path }) => path === "/port.gif", "the picture on port 8080", { since: mark });
    assert.equal(await assertSame(world, tab, mark), 4);
  });

  test("a request that fails is still one that was made", async () => {
    const { net, session } = world;
    net.route("fails.example/", page(`<script>self.done = fetch("https://static.hotjar.com/broken.json").then((reply) => reply.text(), () => "failed")</script>`));
    net.route("static.hotjar.com/broken.json", { status: 500, body: "no" });
    const mark = net.mark();
    const tab = await session.openPage("https://fails.example/");
    await tab.page.evaluate(() => /** @type {any} */ (globalThis).done);
    await assertSame(world, tab, mark);
  });

  test("what is no page says so", async () => {
    const { session } = world;
    const tab = await session.openPage(null);
    const state = await pageState(session, tab);
    assert.equal(state.state, "not-a-page");
    assert.equal((await session.badge(tab)).text, "");
  });
});
