// @ts-check
/** What was sent and answered is recorded, as pseudonyms: no value that belongs to a person is anywhere in the extension. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { distFor, withDamage } from "./lib/dist.mjs";
import { until } from "./lib/net.mjs";
import { judged } from "./lib/options.mjs";
import { ask, flush, logOf, pageState } from "./lib/session.mjs";
import { eachBrowser, page } from "./lib/suite.mjs";

/** @typedef {import("./lib/session.mjs").Session} Session */
/** @typedef {import("./lib/session.mjs").Tab} Tab */

const MAIL = "ada.lovelace1815@mail.example";
const COOKIE = "k3J4xQz81LmP0vRt7Yw2";
const HOP_COOKIE = "Zr8Wq0TnB5vXe2Lc9Hd4";
const TYPED = "my knee has hurt since tuesday";
const PHONE = "+49 1590 1234567";
const hash = (/** @type {string} */ how, /** @type {string} */ text) => createHash(how).update(text).digest("hex");

/** As they are, as they are written in an address, and as trackers write them. */
const PLANTED = [
  MAIL, encodeURIComponent(MAIL), Buffer.from(MAIL).toString("base64").replace(/=+$/, ""), hash("md5", MAIL), hash("sha1", MAIL), hash("sha256", MAIL),
  COOKIE, Buffer.from(COOKIE).toString("base64").replace(/=+$/, ""), hash("md5", COOKIE), HOP_COOKIE,
  TYPED, encodeURIComponent(TYPED), TYPED.replaceAll(" ", "+"), PHONE, encodeURIComponent(PHONE), "1590 1234567", "15901234567", "hunter2secret",
];

/** Everything that the extension keeps and gives away. @param {Session} session @param {Tab} [tab] */
async function kept(session, tab) {
  const all = await session.inExtension(async () => {
    const { storage } = /** @type {any} */ (globalThis.browser ?? globalThis.chrome);
    return JSON.stringify([await storage.session.get(null), await storage.local.get(null)]);
  });
  if (!tab) return all;
  const [log, report] = [await ask(session, { kind: "page-log", tabId: tab.id }), await ask(session, { kind: "page-report-json", tabId: tab.id })];
  return [all, log.filename, log.json, report.filename, report.json, JSON.stringify(await pageState(session, tab))].join("\n");
}

/** @param {string} text */
function assertNone(text) {
  assert.ok(text.length > 20);
  const lower = text.toLowerCase();
  for (const value of PLANTED) {
    const at = lower.indexOf(value.toLowerCase());
    assert.ok(at < 0, `${value} is kept: …${text.slice(Math.max(0, at - 120), at + 120)}…`);
  }
}

/** A page that tells others of its reader in every way, and does it again when `again()` is called. */
const WIRE = page(`<form><input name="q"></form><script>
  document.cookie = "byscript=${COOKIE}; path=/; max-age=100000; secure";
  const read = (asked) => asked.then((reply) => reply.text(), String);
  self.again = async (n) => {
    await read(fetch("/own?n=" + n));
    await read(fetch("https://hop.example/r?n=" + n, { credentials: "include" }));
    await read(fetch("https://form.example/take?n=" + n, { method: "POST", mode: "no-cors", body: new URLSearchParams({ mail: "${MAIL}", hashed: "${hash("sha256", MAIL)}", text: "${TYPED}", phone: "${PHONE}" }) }));
    await read(fetch("https://json.example/take?n=" + n, { method: "POST", mode: "no-cors", body: JSON.stringify({ user: { mail: "${MAIL}" }, note: "${TYPED}" }) }));
    const form = new FormData();
    form.append("mail", "${MAIL}");
    form.append("password", "hunter2secret");
    await read(fetch("https://multi.example/take?n=" + n, { method: "POST", mode: "no-cors", body: form }));
    await read(fetch("https://get.example/u/${encodeURIComponent(MAIL)}/p.gif?m=${encodeURIComponent(MAIL)}&h=${hash("md5", MAIL)}&c=${COOKIE}&b=${Buffer.from(COOKIE).toString("base64")}&q=${encodeURIComponent(TYPED)}&n=" + n, { mode: "no-cors", headers: {} }));
    await read(fetch("https://key.example/k?n=" + n, { headers: { authorization: "Bearer hunter2secret", "x-user-mail": "${MAIL}" } }));
    navigator.sendBeacon("https://beacon.example/b?n=" + n, "mail=${MAIL}&id=${COOKIE}");
    const socket = new WebSocket("wss://socket.example/s?n=" + n + "&m=${encodeURIComponent(MAIL)}");
    await new Promise((go) => { socket.onmessage = go; socket.onerror = go; });
    socket.close();
    history.pushState(null, "", "/?n=" + n + "&mail=${encodeURIComponent(MAIL)}#${encodeURIComponent(MAIL)}");
    return true;
  };
</script>`);

/** @param {import("./lib/net.mjs").Net} net */
function serve(net) {
  net.route("wire.example/", { body: WIRE, type: "text/html", headers: /** @type {any} */ ({
    "set-cookie": [`uid=${COOKIE}; Max-Age=100000; Secure; Path=/`, "low=1; Path=/"], "accept-ch": "Sec-CH-UA-Model", etag: '"abc"',
  }) });
  net.route("hop.example/r", { status: 302, body: "", headers: {
    location: `https://goal.example/g?m=${encodeURIComponent(MAIL)}`, "set-cookie": `hop=${HOP_COOKIE}; Max-Age=100000; Secure; SameSite=None`,
    "access-control-allow-origin": "https://wire.example",
  } });
  net.route("goal.example/g", { body: "x", type: "text/plain", headers: { "access-control-allow-origin": "*" } });
  net.route("key.example/k", { body: "x", type: "text/plain", headers: { "access-control-allow-headers": "authorization,x-user-mail" } });
  net.route("here.example/", page("<p>quiet"));
}

/** @param {Tab} tab @param {number} n */
const again = (tab, n) => tab.page.evaluate((/** @type {number} */ at) => /** @type {any} */ (globalThis).again(at), n);

eachBrowser("on the wire", { pages: [] }, (world) => {
  /** @type {Tab} */
  let tab;
  /** @returns {Promise<any[]>} */
  const observations = async () => (await logOf(world.session, tab)).log.pages[0].observations;
  /** @param {any[]} all @param {string} kind @param {string} start */
  const of = (all, kind, start) => all.filter((one) => one.kind === kind && one.url.startsWith(start));
  /** @param {any} one @param {string} name @returns {string[]} */
  const values = (one, name) => (one?.headers ?? []).filter((/** @type {string[]} */ [is]) => is === name).map((/** @type {string[]} */ [, value]) => value);

  test("what was sent and answered is in the log, under its request and as pseudonyms", async () => {
    const { net, session } = world;
    serve(net);
    tab = await session.openPage(`https://wire.example/?mail=${encodeURIComponent(MAIL)}`);
    await again(tab, 1);
    await flush(session, tab);
    await until(async () => of(await observations(), "answered", "https://beacon.example/").length > 0, "the beacon's answer");
    const { log } = await logOf(session, tab);
    const all = log.pages[0].observations;
    assert.deepEqual([log.schema, log.pages[0].pseudonymous, log.pages[0].recorded],
      ["onlooker-log/2", true, ["request-headers", "cookies", "response-headers", "bodies", "times"]]);
    assert.deepEqual(log.pages[0].gaps, []);

    const document = of(all, "answered", "https://wire.example/?")[0];
    assert.equal(document.status, 200);
    assert.match(values(document, "set-cookie")[0] ?? "", /^uid=~id\..*; *max-age=100000/i);
    assert.match(values(document, "set-cookie")[1] ?? "", /^low=1/);
    const cookies = of(all, "sent", "https://wire.example/own").flatMap((one) => values(one, "cookie")).join("; ");
    assert.match(cookies, /uid=~id\./);
    assert.match(cookies, /byscript=~id\./);
    assert.match(cookies, /low=1/);

    const hop = of(all, "answered", "https://hop.example/r")[0];
    assert.equal(hop.status, 302);
    assert.match(values(hop, "set-cookie")[0] ?? "", /^hop=~id\./);
    assert.match(values(hop, "location")[0] ?? "", /^https:\/\/goal\.example\/g\?m=~mail\./);
    assert.equal(hop.id, of(all, "request", "https://hop.example/r")[0].id);
    assert.ok(hop.id.endsWith(".0"));
    assert.equal(of(all, "request", "https://goal.example/g")[0].id, hop.id.replace(/0$/, "1"));
    assert.ok(of(all, "answered", "https://goal.example/g").every(({ id }) => id.endsWith(".1")));

    for (const [host, wanted] of /** @type {[string, RegExp][]} */ ([
      ["form.example", /mail=~mail\..*text=~text\./], ["json.example", /mail=~mail\./], ["multi.example", /mail=~mail\./], ["beacon.example", /mail=~mail\..*id=~id\./],
    ])) {
      const [asked] = of(all, "request", `https://${host}/`);
      assert.match(asked.body ?? "", wanted, host);
      assert.equal(asked.method, "POST");
    }
    assert.ok(of(all, "sent", "https://key.example/k").some((one) => values(one, "authorization")[0] === "~val.0.0"), "that there was one, and not which");
    // Each is there once.
    const ids = all.map((/** @type {any} */ one) => `${one.kind} ${one.id}`);
    assert.equal(new Set(ids).size, ids.length);
    const asked = new Set(of(all, "request", "").map(({ id }) => id));
    for (const { id } of all) assert.ok(asked.has(id), `${id} has its request`);
    assertNone(await kept(session, tab));
  });

  test("the command line judges the log to the same bytes", async () => {
    const { session } = world;
    const report = await ask(session, { kind: "page-report-json", tabId: tab.id });
    const log = await ask(session, { kind: "page-log", tabId: tab.id });
    assert.equal(judged(log.filename, log.json), report.json);
  });

  test("after the background was killed it is the same, and the same value has the same pseudonym", async () => {
    const { session } = world;
    const before = await observations();
    await session.killBackground();
    assertNone(await kept(session));
    assert.deepEqual(await observations(), before);
    await session.killBackground();
    await again(tab, 2);
    await flush(session, tab);
    await until(async () => of(await observations(), "request", "https://beacon.example/").length > 1, "the second beacon");
    const all = await observations();
    // What a worker that is just waking has not read yet is masked only where it is killed once more.
    const [first, second] = of(all, "request", "https://beacon.example/");
    assert.equal(second.body, first.body);
    assert.equal(of(all, "request", "https://form.example/")[1].body, of(all, "request", "https://form.example/")[0].body);
    assertNone(await kept(session, tab));
    const report = await ask(session, { kind: "page-report-json", tabId: tab.id });
    const log = await ask(session, { kind: "page-log", tabId: tab.id });
    assert.equal(judged(log.filename, log.json), report.json);
  });

  test("at no moment is anything raw in storage, also while it is killed again and again", async () => {
    const { session } = world;
    for (let n = 10; n < 16; n += 1) {
      await session.killBackground();
      const going = again(tab, n);
      // As often as it can be looked: while the background wakes, while it is judged, while it dies.
      const seen = await session.inExtension(async () => {
        const { storage } = /** @type {any} */ (globalThis.browser ?? globalThis.chrome);
        const texts = new Set();
        for (const end = Date.now() + 300; Date.now() < end;) texts.add(JSON.stringify(await storage.session.get(null)));
        return [...texts];
      });
      if (n % 2 === 0) await session.killBackground();
      await going;
      for (const text of seen) assertNone(text);
    }
    await flush(session, tab);
    assertNone(await kept(session, tab));
  });
});

for (const [what, file] of /** @type {const} */ ([["without an engine", "onlooker_bg.wasm"], ["without the lists", "onlooker.pack"]])) {
  eachBrowser(`on the wire, ${what}`, { pages: [], dist: (name) => withDamage(distFor(name), file, 2) }, (world) => {
    test("addresses are masked, and nothing else is kept", async () => {
      const { net, session } = world;
      serve(net);
      const tab = await session.openPage(`https://wire.example/?mail=${encodeURIComponent(MAIL)}`);
      await again(tab, 1);
      await until(async () => (await logOf(session, tab)).urls.some((url) => url.startsWith("https://beacon.example/")), "the beacon");
      const all = await session.inExtension(async () => JSON.stringify(await /** @type {any} */ (globalThis.browser ?? globalThis.chrome).storage.session.get(null)));
      assert.match(all, /https:\/\/get\.example\/u\/…\/p\.gif\?m=…/);
      assertNone(all);
      const { text, log } = await logOf(session, tab);
      assertNone(text);
      assert.ok(log.pages[0].gaps.some((/** @type {any} */ { why }) => why === "headers-left-out"));
    });
  });
}
