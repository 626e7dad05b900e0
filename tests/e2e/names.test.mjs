// @ts-check
/** Whose machines stand behind a site's own names: asked for by Firefox alone, and only where a person has turned it on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./lib/net.mjs";
import { judged, turn } from "./lib/options.mjs";
import { ask, flush, logOf, openAll, reportOf, tally, untilText } from "./lib/session.mjs";
import { eachBrowser, page } from "./lib/suite.mjs";

/** A tracker's own name for a customer, under a name of the customer's. */
const TRACKER = "daily-courier.sc.omtrdc.net";
/** A browser asks for a name once, and then knows it: so each test has a site of its own. */
const SITES = [
  "before", "after", "woken", "secret", "over", "past", "hop", "frame", "elsewhere", "worker", "silent", "flood", "slow", "kept",
].map((name) => `${name}.example`);
const CNAMES = {
  ...Object.fromEntries(SITES.flatMap((site) => [
    [`www.${site}`, TRACKER], [`metrics.${site}`, `edge.${site}`], [`edge.${site}`, TRACKER],
    [`static.${site}`, "courier.files.example"], [`img.${site}`, `pictures.${site}`],
  ])),
  "metrics.other.example": TRACKER,
};
/** What a page loads something from: subdomains of its own, its site, and another's. @param {string} site */
const hostsOf = (site) => [...OWN.map((name) => `${name}.${site}`), site, "metrics.other.example"];
const OWN = ["metrics", "static", "img", "plain"];

/** @typedef {import("./lib/suite.mjs").World} World */

/**
 * Opens a site's page, and waits until the server has seen each of these hosts.
 * @param {World} world @param {string} site @param {{isPrivate?: boolean, hosts?: string[], body?: string, start?: string}} [how] `body`: the page's own, else it loads a picture from each
 */
async function look({ net, session, resolver }, site, { isPrivate = false, hosts = hostsOf(site), body, start = `www.${site}` } = {}) {
  net.route(`www.${site}/`, page(body ?? hosts.map((host) => `<img src="${at(net, host)}">`).join("")));
  const [before, mark] = [resolver.asked.length, net.mark()];
  const tab = await session.openPage(`http://${start}:${net.port}/`, { isPrivate });
  await until(() => hosts.every((other) => net.since(mark).some((one) => one.host === other)), "the page's hosts");
  await flush(session, tab);
  return { tab, asked: () => tally(resolver.asked.slice(before).filter((name) => name.endsWith(`.${site}`) || name === site)) };
}

/** @param {import("./lib/net.mjs").Net} net @param {string} host @param {string} [path] */
const at = (net, host, path = "a.gif") => `http://${host}:${net.port}/${path}`;

/** Host -> name, as the log tells. @param {World} world @param {import("./lib/session.mjs").Tab} tab @returns {Promise<Record<string, string>>} */
async function namesIn({ session }, tab) {
  const { log: { pages: [{ observations }] } } = await logOf(session, tab);
  return Object.fromEntries(observations.flatMap((/** @type {any} */ { url, headers = [] }) =>
    headers.filter((/** @type {string[]} */ [name]) => name === ":cname").map((/** @type {string[]} */ [, value]) => [new URL(url).hostname, value])));
}

/** @param {World} world @param {import("./lib/session.mjs").Tab} tab */
async function isRecorded({ session }, tab) {
  const { log: { pages: [{ recorded }] } } = await logOf(session, tab);
  return recorded.includes("dns");
}

/** @param {World} world @param {import("./lib/session.mjs").Tab} tab */
async function cloaked({ session }, tab) {
  const { findings, checks } = await reportOf(session, tab);
  const { state, why } = checks.find((/** @type {any} */ one) => one.technique === "cname-cloaking");
  return { state, why, hosts: findings.filter((/** @type {any} */ one) => one.technique === "cname-cloaking").map((/** @type {any} */ one) => one.domain) };
}

/** What the page says where a name of its site was not asked for. */
const IN_PART = { state: "looked-in-part", why: "needs-dns", hosts: [] };

/** @param {World} world @param {import("./lib/session.mjs").Tab} tab */
async function untilFound(world, tab) {
  await until(async () => (await cloaked(world, tab)).hosts.length > 0, "the finding");
  return cloaked(world, tab);
}

/** The command line says the same of the saved log. @param {World} world @param {import("./lib/session.mjs").Tab} tab */
async function assertJudged({ session }, tab) {
  const log = await ask(session, { kind: "page-log", tabId: tab.id });
  assert.equal(judged(log.filename, log.json), (await ask(session, { kind: "page-report-json", tabId: tab.id })).json);
}

/** How often each name of a site is asked for: once by the browser itself. @param {string} site @param {number} own its subdomains */
const times = (site, own) => ({ [site]: 1, [`www.${site}`]: 1, ...Object.fromEntries(OWN.map((name) => [`${name}.${site}`, own])) });

eachBrowser("whose names stand behind a site's own", { pages: [], incognito: true, cnames: CNAMES, proxied: false }, (world) => {
  /** @type {import("./lib/session.mjs").Tab} */
  let before;
  /** @type {import("./lib/session.mjs").Tab} */
  let bare;

  test("nothing is asked before it is turned on", async () => {
    const { tab, asked } = await look(world, "before.example");
    assert.deepEqual(asked(), times("before.example", 1));
    assert.ok(!await isRecorded(world, tab));
    assert.deepEqual(await namesIn(world, tab), {});
    assert.deepEqual(await cloaked(world, tab), IN_PART);
    assert.deepEqual(await world.session.stored(), {});
    before = tab;
    // A page that has no such names: whether they were asked for is all that it can say.
    bare = (await look(world, "bare.example", { hosts: [], body: "" })).tab;
    assert.deepEqual(await cloaked(world, bare), IN_PART);
    // For a later test: the browser keeps this file.
    const { net } = world;
    net.route("held.kept.example/kept.js", { body: "0", type: "text/javascript", headers: { "cache-control": "max-age=3600" } });
    await look(world, "kept.example", { hosts: ["held.kept.example"], body: `<script src="${at(net, "held.kept.example", "kept.js")}"></script>` });
  });

  test("turned on: of the site's own subdomains, each once, and the tracker among them is told", async () => {
    const { session } = world;
    await turn(world.session, "names", "Turn it on");
    assert.deepEqual(await session.stored(), { names: true });
    assert.ok(await isRecorded(world, before));
    assert.deepEqual(await cloaked(world, before), IN_PART, "of a page that was there before nothing was asked for");
    assert.deepEqual(await cloaked(world, bare), { state: "not-seen", why: "known-names-only", hosts: [] });
    await assertJudged(world, bare);
    const { tab, asked } = await look(world, "after.example");
    await untilFound(world, tab);
    await until(async () => Object.keys(await namesIn(world, tab)).length === OWN.length, "the last answer");
    assert.deepEqual(asked(), times("after.example", 2));
    assert.deepEqual(await namesIn(world, tab), {
      "metrics.after.example": TRACKER, "static.after.example": "courier.files.example", "img.after.example": "pictures.after.example", "plain.after.example": "plain.after.example",
    });
    assert.deepEqual(await cloaked(world, tab), { state: "seen", why: null, hosts: ["metrics.after.example"] });
    await assertJudged(world, tab);
    await until(async () => (await session.badge(tab)).title.includes("2"), "the badge: the tracker, and the other site");
    const popup = await session.popup(tab);
    try {
      await openAll(popup);
      await untilText(popup, (text) => text.includes("metrics.after.example") && text.includes("omtrdc.net"), "the finding");
    } finally {
      await popup.close();
    }
  });

  test("a background that wakes asks too, and not again for what is known", async () => {
    const { net, session, resolver } = world;
    await session.killBackground();
    const { tab, asked } = await look(world, "woken.example");
    assert.equal((await untilFound(world, tab)).state, "seen");
    assert.equal(asked()["metrics.woken.example"], 2);
    await until(() => session.inExtension(async () => JSON.stringify(await /** @type {any} */ (globalThis).browser.storage.session.get("names")).includes("plain.woken.example")), "that it is kept for the session");
    await session.killBackground();
    assert.deepEqual((await cloaked(world, tab)).hosts, ["metrics.woken.example"], "what was told is still there");
    // In the browser's own memory this name is known to pages of its site alone.
    const before = resolver.asked.length;
    net.route("news.woken.example/", page(`<img src="${at(net, "metrics.woken.example", "b.gif")}">`));
    const again = await session.openPage(at(net, "news.woken.example", ""));
    await flush(session, again);
    assert.deepEqual((await untilFound(world, again)).hosts, ["metrics.woken.example"]);
    assert.ok(!resolver.asked.slice(before).includes("metrics.woken.example"));
  });

  test("not from a private window, and its page says so; not by its workers either", async () => {
    const { net } = world;
    const worker = `<script>new Worker("data:text/javascript,fetch('${at(net, "static.secret.example")}')")</script>`;
    const { tab, asked } = await look(world, "secret.example", { isPrivate: true, hosts: ["metrics.secret.example", "static.secret.example"], body: `<img src="${at(net, "metrics.secret.example")}">${worker}` });
    assert.deepEqual(asked(), { "www.secret.example": 1, "metrics.secret.example": 1, "static.secret.example": 1 });
    assert.deepEqual(await namesIn(world, tab), {});
    assert.deepEqual(await cloaked(world, tab), IN_PART);
    assert.doesNotMatch(JSON.stringify(await world.session.inExtension(() => /** @type {any} */ (globalThis).browser.storage.session.get("names"))), /secret/);
    await tab.close();
  });

  test("what comes from the cache is asked for by nobody, and the page says so", async () => {
    const { net, session, resolver } = world;
    const [before, mark] = [resolver.asked.length, net.mark()];
    const tab = await session.openPage(at(net, "www.kept.example", ""));
    await flush(session, tab);
    await until(async () => (await logOf(session, tab)).log.pages[0].observations.some((/** @type {any} */ one) => one.kind === "answered" && one.url.includes("kept.js")), "the answer");
    assert.deepEqual(await cloaked(world, tab), IN_PART);
    assert.ok(!resolver.asked.slice(before).includes("held.kept.example"));
    assert.ok(!net.since(mark).some(({ path }) => path === "/kept.js"), "it did come from the cache");
  });

  test("on the way to a page, too", async () => {
    const { net } = world;
    net.route("metrics.hop.example/", { status: 302, headers: { location: at(net, "www.hop.example", "") } });
    const { tab } = await look(world, "hop.example", { hosts: ["metrics.hop.example"], body: "", start: "metrics.hop.example" });
    assert.deepEqual((await untilFound(world, tab)).hosts, ["metrics.hop.example"]);
    await assertJudged(world, tab);
  });

  test("of another site's frame and its workers only what is of the page's site", async () => {
    const { net } = world;
    const loads = (/** @type {string} */ n) => ["frame", "elsewhere"].map((site) => `fetch("${at(net, `n${n}.${site}.example`)}", { mode: "no-cors" })`).join(";");
    net.route("w.elsewhere.example/", page(`<script>${loads("1")};new Worker("/w.js");new SharedWorker("/s.js")</script>`));
    for (const [n, file] of [["2", "w.js"], ["3", "s.js"]]) net.route(`w.elsewhere.example/${file}`, { body: loads(String(n)), type: "text/javascript" });
    const [own, others] = ["frame", "elsewhere"].map((site) => ["1", "2", "3"].map((n) => `n${n}.${site}.example`));
    const { tab, asked } = await look(world, "frame.example", { hosts: [...own ?? [], ...others ?? []], body: `<iframe src="${at(net, "w.elsewhere.example", "")}"></iframe>` });
    await until(async () => Object.keys(await namesIn(world, tab)).length === 3, "the names");
    assert.deepEqual(Object.keys(await namesIn(world, tab)).sort(), own);
    assert.deepEqual(asked(), { "www.frame.example": 1, ...Object.fromEntries((own ?? []).map((host) => [host, 2])) });
    for (const host of others ?? []) assert.equal(world.resolver.asked.filter((name) => name === host).length, 1, host);
  });

  test("a worker of a page's data has the page's site", async () => {
    const { net } = world;
    const { tab } = await look(world, "worker.example", { hosts: ["metrics.worker.example"], body: `<script>new Worker("data:text/javascript,fetch('${at(net, "metrics.worker.example")}')")</script>` });
    assert.deepEqual((await untilFound(world, tab)).hosts, ["metrics.worker.example"]);
  });

  test("who does not answer is not asked for, and the page says so", async () => {
    const { net } = world;
    net.route("metrics.silent.example/a.gif", (request) => {
      request.socket.destroy();
      return "";
    });
    const { tab } = await look(world, "silent.example", { hosts: ["metrics.silent.example"] });
    assert.deepEqual(await namesIn(world, tab), {});
    assert.deepEqual(await cloaked(world, tab), IN_PART);
  });

  test("an answer with headers without end, and a page with answers without end, hide no name", async () => {
    const { net } = world;
    net.route("metrics.flood.example/a.gif", { body: "", type: "image/gif", headers: /** @type {any} */ ({ "set-cookie": Array.from({ length: 260 }, (_, n) => `c${n}=1; Max-Age=0`) }) });
    let tags = 0;
    for (let n = 0; n < 8; n += 1) net.route(`f${n}.flood.example/e.json`, () => ({ body: "{}", type: "application/json", headers: { etag: `"${"e".repeat(40)}${tags += 1}"` } }));
    const flood = `Promise.all(Array.from({ length: 8 }, async (_, n) => { for (let at = 0; at < 560; at += 8) await Promise.all(Array.from({ length: 8 }, (_, more) => fetch("http://f" + n + ".flood.example:${net.port}/e.json?" + (at + more)))); }))`;
    const { tab } = await look(world, "flood.example", { hosts: ["metrics.flood.example"], body: `<script>${flood}.then(() => { new Image().src = "${at(net, "metrics.flood.example")}"; })</script>` });
    assert.deepEqual((await untilFound(world, tab)).hosts, ["metrics.flood.example"]);
    const { log: { pages: [{ gaps }] } } = await logOf(world.session, tab);
    assert.ok(gaps.some((/** @type {any} */ gap) => gap.why === "headers-left-out"), "there was more than has room");
    await assertJudged(world, tab);
  });

  test("whoever answers late holds nothing up; until then the page says that not all is known", async () => {
    const { session, resolver } = world;
    resolver.slow.set("metrics.slow.example", 4000);
    const { tab } = await look(world, "slow.example", { hosts: ["metrics.slow.example"] });
    const { log: { pages: [{ observations }] } } = await logOf(session, tab);
    assert.ok(observations.some((/** @type {any} */ one) => one.kind === "answered" && one.url.includes("metrics.slow.example")), "the answer itself is told at once");
    assert.deepEqual(await cloaked(world, tab), IN_PART);
    assert.notEqual((await session.badge(tab)).text, "1");
    // Nobody asks for a report: the badge finds it out by itself.
    await until(async () => (await session.badge(tab)).text === "1", "the badge");
    assert.equal((await untilFound(world, tab)).state, "seen");
  });

  test("of a site that makes up names a hundred are asked for; its page says that there are more", async () => {
    const { tab, asked } = await look(world, "wide.example", { hosts: Array.from({ length: 130 }, (_, n) => `n${n}.wide.example`) });
    await until(async () => Object.keys(await namesIn(world, tab)).length === 100, "a hundred names");
    assert.deepEqual(tally(Object.values(asked()).map(String)), { 1: 31, 2: 100 });
    assert.deepEqual(await cloaked(world, tab), IN_PART);
  });

  test("turned off it is over, and nothing of it is kept", async () => {
    const { session } = world;
    await turn(world.session, "names", "Turn it off");
    assert.deepEqual(await session.stored(), {});
    assert.deepEqual(await cloaked(world, bare), IN_PART);
    assert.deepEqual(await session.inExtension(() => /** @type {any} */ (globalThis).browser.storage.session.get("names")), {});
    const { tab, asked } = await look(world, "over.example");
    assert.deepEqual(asked(), times("over.example", 1));
    assert.deepEqual(await namesIn(world, tab), {});
    assert.ok(!await isRecorded(world, tab));
  });
});

eachBrowser("whose names stand behind a site's own, where a proxy is used", { pages: [], cnames: CNAMES, proxied: true }, (world) => {
  test("nothing is asked past the proxy, and the page says so", async () => {
    await turn(world.session, "names", "Turn it on");
    const { tab, asked } = await look(world, "past.example");
    assert.deepEqual(asked(), times("past.example", 1));
    assert.deepEqual(await namesIn(world, tab), {});
    assert.deepEqual(await cloaked(world, tab), IN_PART);
  });
});
