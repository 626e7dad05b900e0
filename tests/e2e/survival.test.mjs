// @ts-check
/** The background may die at any moment, and a page may be large: nothing is lost and nothing counted twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./lib/net.mjs";
import { badgeSettled, flush, logOf, reportOf } from "./lib/session.mjs";
import { assertSame, eachBrowser, page } from "./lib/suite.mjs";

const HOSTS = ["www.google-analytics.com", "static.hotjar.com", "static.criteo.net", "cdn.jsdelivr.net", "own"];

/** A page that asks for `count` things, `wide` at a time, and stops at a gate in the middle where one is named. @param {string} host @param {number} count @param {number} wide @param {string} [gate] */
const busy = (host, count, wide, gate = "") => page(`<script>
  const hosts = ${JSON.stringify(HOSTS.map((one) => (one === "own" ? host : one)))};
  const get = (url) => fetch(url).then((reply) => reply.text(), () => "");
  self.done = (async () => {
    for (let at = 0; at < ${count}; at += ${wide}) {
      const some = [];
      for (let n = at; n < Math.min(at + ${wide}, ${count}); n += 1) {
        const held = ${JSON.stringify(gate)} && n === ${count >> 1};
        some.push(get("https://" + hosts[n % hosts.length] + "/n" + n + ".json" + (held ? "?hold=${gate}" : "")));
      }
      await Promise.all(some);
    }
    return true;
  })();
</script>`);

const done = (/** @type {import("./lib/session.mjs").Tab} */ tab) => tab.page.evaluate(() => /** @type {any} */ (globalThis).done);

eachBrowser("survival", { pages: [] }, (world, name) => {
  test("killed while a page is half loaded", async () => {
    const { net, session } = world;
    net.route("half.example/", busy("half.example", 60, 10, "half"));
    const mark = net.mark();
    const tab = await session.openPage("https://half.example/", { wait: "domcontentloaded" });
    await net.gate("half").arrived(1);
    // What the extension has been told is kept. What is on its way to it at a kill is the next case.
    await until(async () => (await logOf(session, tab)).urls.some((url) => url.includes("hold=half")), "the extension to see the first half");
    assert.equal(await session.killBackground(), true);
    net.gate("half").open();
    await done(tab);
    await until(() => session.isBackgroundAlive(), "the requests to wake it");
    const total = await assertSame(world, tab, mark);
    assert.equal(total, 62);
    assert.equal((await reportOf(session, tab)).requests.total, 62);
    assert.equal((await badgeSettled(session, tab)).text, "4");
  });

  test("killed again and again in the middle of the traffic", async () => {
    const { net, session } = world;
    net.route("storm.example/", busy("storm.example", 300, 6));
    const mark = net.mark();
    const tab = await session.openPage("https://storm.example/", { wait: "none" });
    let kills = 0;
    for (const at of [20, 90, 200]) {
      await until(() => net.since(mark).length >= at, `${at} requests`);
      if (await session.killBackground()) kills += 1;
    }
    assert.ok(kills > 0);
    await done(tab);
    // An event that Chromium had handed to the worker when it died is gone: no API tells it again. Then the page
    // has to say that something was missed. Firefox keeps events until they are taken.
    const total = await assertSame(world, tab, mark, { orSaidSo: name === "chromium" });
    const page = await reportOf(session, tab);
    assert.equal(page.requests.total, total);
    assert.notEqual(page.risk.level, "none");
  });

  test("killed when all is quiet: the popup's answer is the same", async () => {
    const { net, session } = world;
    net.route("quiet.example/", busy("quiet.example", 20, 10));
    const tab = await session.openPage("https://quiet.example/");
    await done(tab);
    await flush(session, tab);
    const before = await reportOf(session, tab);
    const { log } = await logOf(session, tab);
    const badge = await badgeSettled(session, tab);
    await session.killBackground();
    assert.deepEqual(await session.badge(tab), badge, "the badge needs no background");
    const after = await reportOf(session, tab);
    for (const part of ["url", "risk", "watchers", "findings", "requests"]) assert.deepEqual(after[part], before[part], part);
    assert.deepEqual((await logOf(session, tab)).log.pages[0].observations, log.pages[0].observations);
  });

  test("a page left while the background is dead is not the next page's", async () => {
    const { net, session } = world;
    net.route("first.example/", busy("first.example", 10, 10));
    net.route("second.example/", page("<p>quiet"));
    const tab = await session.openPage("https://first.example/");
    await done(tab);
    await flush(session, tab);
    await session.killBackground();
    const mark = net.mark();
    await tab.page.evaluate(() => { location.href = "https://second.example/"; });
    await until(() => tab.page.evaluate(() => location.host === "second.example" && document.readyState === "complete").catch(() => false), "the second page");
    assert.equal(await assertSame(world, tab, mark), 2);
    assert.equal((await badgeSettled(session, tab)).text, "");
  });

  test("10,000 requests: nothing lost", async () => {
    const { net, session } = world;
    net.route("many.example/", busy("many.example", 10_000, 60));
    const mark = net.mark();
    const tab = await session.openPage("https://many.example/", { wait: "domcontentloaded" });
    await done(tab);
    await flush(session, tab);
    const { requests } = await reportOf(session, tab);
    assert.equal(requests.total, 10_002);
    assert.deepEqual(requests.skipped, []);
    const { log } = await logOf(session, tab);
    assert.deepEqual(log.pages[0].gaps, []);
    assert.equal(await assertSame(world, tab, mark, { flushed: true }), 10_002);
    assert.equal((await badgeSettled(session, tab)).text, "4");
  });
});
