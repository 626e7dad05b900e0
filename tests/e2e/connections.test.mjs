// @ts-check
/** How connections are secured: told by Firefox alone, and only where a person has turned it on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judged, turn } from "./lib/options.mjs";
import { until } from "./lib/net.mjs";
import { ask, flush, logOf } from "./lib/session.mjs";
import { assertSame, eachBrowser, page } from "./lib/suite.mjs";

const PAGE = page(`<script>self.done = Promise.all(Array.from({ length: 30 }, (_, n) => fetch("https://" + (n % 3 ? "one" : "two") + ".example/" + n + ".json").then((reply) => reply.text(), String)))</script>`);

eachBrowser("how connections are secured", { pages: [] }, (world, name) => {
  /** @type {any[]} */
  const pages = [];

  /** Opens the page once more. @param {string} host */
  async function look(host) {
    const { net, session } = world;
    net.route(`${host}/`, PAGE);
    for (let n = 0; n < 30; n += 1) for (const other of ["one", "two"]) net.route(`${other}.example/${n}.json`, { body: "{}", type: "application/json", headers: { "access-control-allow-origin": "*" } });
    const mark = net.mark();
    const tab = await session.openPage(`https://${host}/`);
    await tab.page.evaluate(() => /** @type {any} */ (globalThis).done);
    await flush(session, tab);
    // The last answers may come a moment after what they answer.
    await until(async () => (await logOf(session, tab)).log.pages[0].observations.some((/** @type {any} */ one) => one.kind === "answered" && one.url.startsWith("https://two.example/")), "the answers");
    await assertSame(world, tab, mark, { flushed: true });
    pages.push(tab);
    return tab;
  }

  /** @param {import("./lib/session.mjs").Tab} tab */
  async function told(tab) {
    const { session } = world;
    const { log: { pages: [{ recorded, observations }] } } = await logOf(session, tab);
    const answered = observations.filter((/** @type {any} */ one) => one.kind === "answered");
    return { recorded: recorded.includes("security"), answered, secured: answered.filter((/** @type {any} */ one) => one.security) };
  }

  test("nothing is told before it is turned on", async () => {
    const { recorded, secured, answered } = await told(await look("before.example"));
    assert.ok(answered.length > 0);
    assert.deepEqual([recorded, secured], [false, []]);
  });

  test("where the browser can't tell, it is not spoken of", { skip: name === "firefox" && "Firefox can tell" }, async () => {
    const { session } = world;
    const { page: options, close } = await session.openPage(`${await session.inExtension(() => location.origin)}/options/options.html`);
    await until(() => options.evaluate(() => document.body.innerText.length > 100), "the page");
    assert.equal(await options.evaluate(() => document.querySelector("#secure, #names")), null);
    await close();
  });

  test("turned on: of pages that are opened then, once for a host; the requests are the same", { skip: name === "chromium" && "Chromium tells no extension" }, async () => {
    const { session } = world;
    await turn(session, "secure", "Turn it on");
    const tab = await look("after.example");
    const { recorded, secured } = await told(tab);
    assert.ok(recorded);
    assert.deepEqual(secured.map((/** @type {any} */ { url }) => new URL(url).host).sort(), ["after.example", "one.example", "two.example"]);
    for (const { security, status } of secured) {
      assert.match(security.protocol, /^TLSv1\.[23]$/);
      assert.match(security.cipher, /^TLS_/);
      // The tests' certificate is taken in spite of the browser's warning.
      assert.equal(security.built_in, false);
      assert.equal(status, 200);
    }
    assert.equal((await told(pages[0])).recorded, false, "of the page before a part was seen without");
    const log = await ask(session, { kind: "page-log", tabId: tab.id });
    assert.equal(judged(log.filename, log.json), (await ask(session, { kind: "page-report-json", tabId: tab.id })).json);
  });

  test("a background that wakes tells it too", { skip: name === "chromium" && "Chromium tells no extension" }, async () => {
    const { session } = world;
    await session.killBackground();
    const { recorded, secured } = await told(await look("woken.example"));
    assert.ok(recorded);
    assert.equal(secured.length, 3);
    assert.equal((await told(pages[1])).secured.length, 3, "what was told before is kept");
  });

  test("turned off it is over, and the permission is given back", { skip: name === "chromium" && "Chromium tells no extension" }, async () => {
    const { session } = world;
    await turn(session, "secure", "Turn it off");
    const { permissions } = await session.inExtension(() => /** @type {any} */ (globalThis).browser.permissions.getAll());
    assert.ok(!permissions.includes("webRequestBlocking"));
    const { recorded, secured, answered } = await told(await look("over.example"));
    assert.ok(answered.length > 0);
    assert.deepEqual([recorded, secured], [false, []]);
    assert.equal((await told(pages[2])).recorded, false);
  });
});
