// @ts-check
/** Whose machines stand behind a site's own names: asked for by Firefox alone, and only where a person has turned it on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "./lib/net.mjs";
import { judged } from "./lib/options.mjs";
import { ask, axe, flush, logOf, openAll, reportOf, tally, untilText } from "./lib/session.mjs";
import { eachBrowser, page } from "./lib/suite.mjs";

/** A tracker's own name for a customer, under a name of the customer's. */
const TRACKER = "daily-courier.sc.omtrdc.net";
/** A browser asks for a name once, and then knows it: so each test has a site of its own. */
const SITES = ["before", "after", "woken", "secret", "over", "past"].map((name) => `${name}.example`);
const CNAMES = {
  ...Object.fromEntries(SITES.flatMap((site) => [
    [`www.${site}`, TRACKER], [`metrics.${site}`, `edge.${site}`], [`edge.${site}`, TRACKER],
    [`static.${site}`, "courier.files.example"], [`img.${site}`, `pictures.${site}`],
  ])),
  "metrics.other.example": TRACKER, "n7.wide.example": TRACKER,
};
/** What a page loads something from: subdomains of its own, its site, and another's. @param {string} site */
const hostsOf = (site) => [...OWN.map((name) => `${name}.${site}`), site, "metrics.other.example"];
const OWN = ["metrics", "static", "img", "plain"];

/** @typedef {import("./lib/suite.mjs").World} World */

/** @param {World} world @param {string} site @param {{isPrivate?: boolean, hosts?: string[]}} [how] */
async function look({ net, session, resolver }, site, { isPrivate = false, hosts = hostsOf(site) } = {}) {
  const host = `www.${site}`;
  const pixels = hosts.map((other) => `<img src="http://${other}:${net.port}/a.gif">`).join("");
  net.route(`${host}/`, page(pixels));
  const [asked, mark] = [resolver.asked.length, net.mark()];
  const tab = await session.openPage(`http://${host}:${net.port}/`, { isPrivate });
  await flush(session, tab);
  const { log: { pages: [its] } } = await until(async () => {
    const found = await logOf(session, tab);
    // The answers' rows, too, are there.
    return hosts.every((other) => net.since(mark).some((one) => one.host === other)) && found;
  }, "the page's hosts");
  return { tab, its, asked: () => tally(resolver.asked.slice(asked).filter((name) => name.endsWith(`.${site}`) || name === site)) };
}

/** @param {World} world @param {import("./lib/session.mjs").Tab} tab @returns {Promise<Record<string, string>>} host -> name */
async function namesIn({ session }, tab) {
  const { log: { pages: [{ observations }] } } = await logOf(session, tab);
  return Object.fromEntries(observations.flatMap((/** @type {any} */ { url, headers = [] }) =>
    headers.filter((/** @type {string[]} */ [name]) => name === ":cname").map((/** @type {string[]} */ [, value]) => [new URL(url).hostname, value])));
}

/** @param {World} world @param {import("./lib/session.mjs").Tab} tab */
async function cloaked({ session }, tab) {
  const { findings, checks } = await reportOf(session, tab);
  const check = checks.find((/** @type {any} */ one) => one.technique === "cname-cloaking");
  return { state: check.state, why: check.why, hosts: findings.filter((/** @type {any} */ one) => one.technique === "cname-cloaking").map((/** @type {any} */ one) => one.domain) };
}

/** As a person does. @param {World} world @param {string} label of the button */
async function turn({ session }, label) {
  const { page: options, close } = await session.openPage(`${await session.inExtension(() => location.origin)}/options/options.html`);
  await until(() => options.evaluate(() => document.querySelector("#names") !== null), "the section");
  assert.deepEqual(await axe({ evaluate: (fn, ...args) => options.evaluate(fn, ...args), run: async (source) => { await options.evaluate(`${source};0`); } }), []);
  await options.evaluate((/** @type {string} */ wanted) => {
    /** @type {HTMLElement|undefined} */ ([...document.querySelectorAll("#names ~ .buttons button")].find((one) => one.textContent?.startsWith(wanted)))?.click();
  }, label);
  await until(() => options.evaluate(() => /^Turned/.test(document.querySelector("[role=status]")?.textContent ?? "")), "that it is done");
  await close();
}

/** How often each name of a site is asked for: once by the browser itself. @param {string} site @param {number} own its subdomains */
const times = (site, own) => ({ [site]: 1, [`www.${site}`]: 1, ...Object.fromEntries(OWN.map((name) => [`${name}.${site}`, own])) });

eachBrowser("whose names stand behind a site's own", { pages: [], incognito: true, cnames: CNAMES, proxied: false }, (world) => {
  /** @type {Awaited<ReturnType<typeof look>>} */
  let before;

  test("nothing is asked before it is turned on", async () => {
    const { tab, its, asked } = before = await look(world, "before.example");
    assert.deepEqual(asked(), times("before.example", 1));
    assert.ok(!its.recorded.includes("dns"));
    assert.deepEqual(await namesIn(world, tab), {});
    assert.deepEqual(await cloaked(world, tab), { state: "looked-in-part", why: "needs-dns", hosts: [] });
    assert.deepEqual(await world.session.stored(), {});
  });

  test("turned on: of the site's own subdomains, each once, and the tracker among them is told", async () => {
    const { session } = world;
    await turn(world, "Turn it on");
    assert.deepEqual(await session.stored(), { names: true });
    assert.ok(!(await logOf(session, before.tab)).log.pages[0].recorded.includes("dns"), "of the page before a part was seen without");
    const { tab, its, asked } = await look(world, "after.example");
    await until(async () => (await cloaked(world, tab)).hosts.length > 0, "the finding");
    await until(() => asked()["plain.after.example"] === 2, "the last question");
    assert.deepEqual(asked(), times("after.example", 2));
    assert.deepEqual(await namesIn(world, tab), { "metrics.after.example": TRACKER, "static.after.example": "courier.files.example" });
    assert.deepEqual(await cloaked(world, tab), { state: "seen", why: null, hosts: ["metrics.after.example"] });
    assert.ok(its.recorded.includes("dns"));
    const log = await ask(session, { kind: "page-log", tabId: tab.id });
    assert.equal(judged(log.filename, log.json), (await ask(session, { kind: "page-report-json", tabId: tab.id })).json);
    const popup = await session.popup(tab);
    try {
      await openAll(popup);
      await untilText(popup, (text) => text.includes("metrics.after.example") && text.includes("omtrdc.net"), "the finding");
    } finally {
      await popup.close();
    }
  });

  test("a background that wakes asks too", async () => {
    await world.session.killBackground();
    const { tab, asked } = await look(world, "woken.example");
    await until(async () => (await cloaked(world, tab)).hosts.length > 0, "the finding");
    assert.equal((await cloaked(world, tab)).state, "seen");
    assert.equal(asked()["metrics.woken.example"], 2);
  });

  test("not from a private window, and its page says so", async () => {
    const { tab, its, asked } = await look(world, "secret.example", { isPrivate: true });
    assert.deepEqual(asked(), times("secret.example", 1));
    assert.deepEqual(await namesIn(world, tab), {});
    assert.ok(!its.recorded.includes("dns"));
    assert.deepEqual(await cloaked(world, tab), { state: "looked-in-part", why: "needs-dns", hosts: [] });
    await tab.close();
  });

  test("what comes from the cache is asked for by nobody", async () => {
    const { net, session, resolver } = world;
    net.route("www.kept.example/", page(`<script src="http://held.kept.example:${net.port}/kept.js"></script>`));
    net.route("held.kept.example/kept.js", { body: "0", type: "text/javascript", headers: { "cache-control": "max-age=3600" } });
    for (const isThere of [true, false]) {
      // The browser's own memory of names goes with it.
      if (!isThere) await session.killBackground();
      const before = resolver.asked.length;
      const tab = await session.openPage(`http://www.kept.example:${net.port}/`);
      await flush(session, tab);
      await until(async () => (await logOf(session, tab)).log.pages[0].observations.some((/** @type {any} */ one) => one.kind === "answered" && one.url.includes("kept.js")), "the answer");
      assert.equal((await logOf(session, tab)).log.pages[0].recorded.includes("dns"), isThere, "what could not be asked for is said");
      if (!isThere) assert.ok(!resolver.asked.slice(before).includes("held.kept.example"));
    }
    assert.equal(net.requests.filter(({ path }) => path === "/kept.js").length, 1);
  });

  test("of a site that makes up names a hundred are asked for; its page says that there are more", async () => {
    const hosts = Array.from({ length: 130 }, (_, n) => `n${n}.wide.example`);
    const { tab, asked } = await look(world, "wide.example", { hosts });
    await until(async () => !(await logOf(world.session, tab)).log.pages[0].recorded.includes("dns"), "that not all were asked for");
    await until(() => Object.values(asked()).filter((count) => count === 2).length === 100, "a hundred questions");
    assert.deepEqual(tally(Object.values(asked()).map(String)), { 1: 31, 2: 100 });
  });

  test("turned off it is over, and nothing of it is kept", async () => {
    await turn(world, "Turn it off");
    assert.deepEqual(await world.session.stored(), {});
    const { tab, its, asked } = await look(world, "over.example");
    assert.deepEqual(asked(), times("over.example", 1));
    assert.deepEqual(await namesIn(world, tab), {});
    assert.ok(!its.recorded.includes("dns"));
  });
});

eachBrowser("whose names stand behind a site's own, where a proxy is used", { pages: [], cnames: CNAMES, proxied: true }, (world) => {
  test("nothing is asked past the proxy, and the page says so", async () => {
    await turn(world, "Turn it on");
    const { tab, its, asked } = await look(world, "past.example");
    assert.deepEqual(asked(), times("past.example", 1));
    assert.deepEqual(await namesIn(world, tab), {});
    assert.ok(!its.recorded.includes("dns"));
    assert.deepEqual(await cloaked(world, tab), { state: "looked-in-part", why: "needs-dns", hosts: [] });
  });
});
