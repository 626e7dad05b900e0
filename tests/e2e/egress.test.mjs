// @ts-check
/** Zero egress: with the extension installed the server sees what it sees without it, and nothing else; but for what a person asks of a site. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { copyOf, distFor, manifestOf, PAGES, ROOT } from "./lib/dist.mjs";
import { startNet, until } from "./lib/net.mjs";
import { ask, BROWSERS, flush, isBrowsersOwn, launch, logOf, openAll, tally, untilText } from "./lib/session.mjs";
import { judged, withOptions } from "./lib/options.mjs";
import { DEMO, eachBrowser, page } from "./lib/suite.mjs";

/**
 * Opens the demonstration site and says what the server saw: requests of pages with their count, and the
 * names of every other host that was connected to.
 * @param {import("./lib/dist.mjs").BrowserName} name @param {string|null} dist
 */
async function seen(name, dist) {
  const net = await startNet();
  await net.load(join(PAGES, "demo"));
  const session = await launch(name, { net, dist });
  try {
    const tab = await session.openPage(DEMO);
    for (const [host, count] of /** @type {[string, number][]} */ ([["pixel.quantserve.com", 1], ["ws.hotjar.com", 1], ["www.facebook.com", 1], ["bidder.criteo.com", 1], ["ad.doubleclick.net", 1]])) {
      await net.arrived((one) => one.host === host, host, { count });
    }
    await net.arrived(({ path }) => path.startsWith("/b2"), "the redirected picture");
    await net.arrived(({ path }) => path.startsWith("/collect"), "the visit");
    if (dist !== null) {
      // Everything that the extension does for a person, and a restart of it.
      await flush(session, tab);
      const popup = await session.popup(tab);
      await untilText(popup, (text) => /look on/.test(text), "the page");
      await openAll(popup);
      await popup.close();
      await ask(session, { kind: "lists" });
      await ask(session, { kind: "page-log", tabId: tab.id });
      await withOptions(session, async (options) => {
        await options.choose(join(ROOT, "tests", "feeds", "bundle.stix2"));
        await options.press("Use this list");
        await options.until((text) => /Remove/.test(text), "the list in use");
      });
      await session.killBackground();
      await ask(session, { kind: "status" });
    }
    await tab.page.evaluate(() => { location.href = "/harbour.html"; });
    await until(() => tab.page.evaluate(() => location.pathname === "/harbour.html" && document.readyState === "complete").catch(() => false), "the second page");
    await net.arrived(({ path }) => path.includes("t=timing"), "the beacon at unload");
    if (dist !== null) await flush(session, tab);
    const pages = net.requests.filter(({ host, path }) => !isBrowsersOwn(host) && !path.startsWith("/flush-"));
    return {
      requests: tally(pages.map(({ method, url }) => `${method} ${url}`)),
      hosts: [...new Set([...net.names, ...net.requests.map(({ host }) => host)])].filter((host) => !isBrowsersOwn(host)).sort(),
      own: [...new Set(net.requests.map(({ host }) => host))].filter(isBrowsersOwn).sort(),
    };
  } finally {
    await session.close();
    await net.close();
  }
}

/** A copy whose background calls home. @param {string} dist */
function talkative(dist) {
  const copy = copyOf(dist);
  const manifest = manifestOf(copy);
  manifest.content_security_policy.extension_pages = manifest.content_security_policy.extension_pages.replace("connect-src 'self'", "connect-src *");
  writeFileSync(join(copy, "manifest.json"), JSON.stringify(manifest));
  const file = join(copy, manifest.background.service_worker ?? manifest.background.scripts[0]);
  writeFileSync(file, `${readFileSync(file, "utf8")}\nfetch("https://telemetry.example/hello").catch(() => {});\n`);
  return copy;
}

for (const name of BROWSERS) {
  describe(`zero egress (${name})`, { timeout: 120_000 }, () => {
    /** @type {Awaited<ReturnType<typeof seen>>} */
    let without;
    test("the same requests with the extension as without it", async () => {
      without = await seen(name, null);
      const withIt = await seen(name, distFor(name));
      assert.deepEqual(withIt.requests, without.requests);
      assert.deepEqual(withIt.hosts, without.hosts);
    });

    test("an extension that called home would be caught", async () => {
      const withIt = await seen(name, talkative(distFor(name)));
      assert.notDeepEqual(withIt.requests, without.requests);
      assert.ok(withIt.hosts.includes("telemetry.example"));
    });

    test("no page of the extension has names of links looked up before a click", () => {
      // Through a proxy no browser looks names up, so the comparison above can't see it. Firefox does for a page that is
      // not of https: where it has a link, and where the page does not say this.
      const dist = distFor(name);
      const files = /** @type {string[]} */ (readdirSync(dist, { recursive: true })).filter((file) => file.endsWith(".html"));
      assert.ok(files.length > 0);
      for (const file of files) {
        assert.match(readFileSync(join(dist, file), "utf8"), /<meta http-equiv="x-dns-prefetch-control" content="off">[\s\S]*<script/, file);
      }
    });

    test("the manifest lets no page of the extension connect anywhere but to one path", () => {
      const policy = manifestOf(distFor(name)).content_security_policy.extension_pages;
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /connect-src 'self' https:\/\/\*:443\/\.well-known\/gpc\.json(;|$)/);
    });
  });
}

eachBrowser("asking a site about Global Privacy Control", { pages: [], incognito: true }, (world) => {
  /** @type {import("node:http").IncomingHttpHeaders[]} */
  const asked = [];
  const PATH = "/.well-known/gpc.json";

  test("one request, at the press of the button, and its answer is in the log", async () => {
    const { net, session } = world;
    net.route("gpc.example/", () => ({ body: page("<p>quiet"), type: "text/html", headers: { "set-cookie": "here=1; Secure; SameSite=None" } }));
    net.route(`gpc.example${PATH}`, (req) => {
      asked.push(req.headers);
      return { body: '{"gpc": false, "lastUpdate": "2026-01-01"}', type: "application/json" };
    });
    const tab = await session.openPage("https://gpc.example/");
    await flush(session, tab);
    const popup = await session.popup(tab);
    try {
      await untilText(popup, (text) => /Before you press, nothing is sent/.test(text), "the offer");
      assert.equal(asked.length, 0);
      await popup.evaluate(() => /** @type {HTMLElement} */ (document.querySelector(".gpc button")).click());
      await untilText(popup, (text) => /gpc\.example.? says that it does not honour it/.test(text), "the answer");
    } finally {
      await popup.close();
    }
    assert.equal(asked.length, 1);
    for (const header of ["cookie", "origin", "referer"]) assert.equal(asked[0]?.[header], undefined, header);
    const told = async () => (await logOf(session, tab)).log.pages[0].observations.filter((/** @type {any} */ one) => one.id === "gpc.gpc.example");
    assert.deepEqual((await told()).map((/** @type {any} */ { kind, url, status, headers }) => ({ kind, url, status, headers })),
      [{ kind: "answered", url: `https://gpc.example${PATH}`, status: 200, headers: [[":gpc", "false"]] }]);
    // Asked once more it is as it was; also by a background that was ended meanwhile.
    await session.killBackground();
    assert.deepEqual(await ask(session, { kind: "gpc-ask", tabId: tab.id }), { host: "gpc.example", said: "false" });
    assert.equal((await told()).length, 1);
    assert.equal(asked.length, 1);
    const log = await ask(session, { kind: "page-log", tabId: tab.id });
    assert.equal(judged(log.filename, log.json), (await ask(session, { kind: "page-report-json", tabId: tab.id })).json);
  });

  test("where the answer leads elsewhere, nobody there is asked", async () => {
    const { net, session } = world;
    net.route("moved.example/", page("<p>quiet"));
    net.route(`moved.example${PATH}`, { status: 302, headers: { location: `https://elsewhere.example${PATH}` }, body: "" });
    const tab = await session.openPage("https://moved.example/");
    await flush(session, tab);
    await assert.rejects(ask(session, { kind: "gpc-ask", tabId: tab.id }), /gpc-failed/);
    assert.ok(!net.names.has("elsewhere.example"));
    assert.ok(!(await logOf(session, tab)).text.includes(":gpc"));
  });

  test("not from a private window", async () => {
    const { net, session } = world;
    net.route("hidden.example/", page("<p>quiet"));
    const tab = await session.openPage("https://hidden.example/", { isPrivate: true });
    await flush(session, tab);
    await assert.rejects(ask(session, { kind: "gpc-ask", tabId: tab.id }), /gpc-private/);
    assert.ok(!net.requests.some(({ host, path }) => host === "hidden.example" && path === PATH));
  });
});
