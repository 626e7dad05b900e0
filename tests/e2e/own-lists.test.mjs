// @ts-check
/** A list that a person adds from a file: it judges, it stays, it goes, and it is told when it is lost. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { distFor, manifestOf, ROOT, withLocale } from "./lib/dist.mjs";
import { startNet, until } from "./lib/net.mjs";
import { ask, axe, badgeSettled, BROWSERS, flush, launch, logOf, reportOf, untilText } from "./lib/session.mjs";
import { eachBrowser, page } from "./lib/suite.mjs";
import { judged, withOptions } from "./lib/options.mjs";

const BUNDLE = join(ROOT, "tests", "feeds", "bundle.stix2");
const PAGE = page(`<img src="https://infect.glasshouse.example/a.gif">`);

/** @param {any} report */
const named = (report) => report.findings.filter((/** @type {any} */ one) => one.technique === "added-list");

eachBrowser("a list of one's own", { pages: [] }, (world) => {
  /** @type {import("./lib/session.mjs").Tab} */
  let tab;

  test("a host that nobody names is a contact, and nothing is on the disk", async () => {
    const { net, session } = world;
    net.route("paper.example/", PAGE);
    tab = await session.openPage("https://paper.example/");
    await flush(session, tab);
    const report = await reportOf(session, tab);
    assert.equal(report.risk.level, "low");
    assert.deepEqual(named(report), []);
    assert.deepEqual(await session.stored(), {});
    assert.deepEqual(await session.inExtension(() => indexedDB.databases()), []);
  });

  test("only the page of lists may ask for it", async () => {
    for (const kind of ["list-read", "list-add", "list-remove", "lists-added", "names", "names-turn"]) {
      await assert.rejects(ask(world.session, { kind, name: "a", base64: "", on: true, sha256: "a".repeat(64) }), /not-allowed/);
    }
  });

  test("with a list that names it, the page that is open is judged again", async () => {
    const { session } = world;
    const before = await session.badge(tab);
    await withOptions(session, async (options) => {
      await options.choose(BUNDLE);
      await options.until((text) => /Use this list/.test(text), "the list");
      const shown = await options.text();
      assert.match(shown, /Glasshouse, Lantern/);
      assert.match(shown, /CC BY 4\.0/);
      assert.deepEqual(named(await reportOf(session, tab)), [], "not yet");
      await options.press("Use this list");
      await options.until((text) => /Remove/.test(text), "the list in use");
    });
    // The badge follows by itself: nothing is asked for, and no popup opened.
    await until(async () => (await session.badge(tab)).title !== before.title, "the badge to change");
    const report = await reportOf(session, tab);
    const [finding] = named(report);
    assert.equal(finding.rule.list_title, "Glasshouse, Lantern");
    assert.equal(finding.rule.line, 11);
    assert.equal(finding.domain, "infect.glasshouse.example");
    assert.notEqual(report.risk.level, "low");
    const popup = await session.popup(tab);
    try {
      await untilText(popup, (text) => text.includes("Glasshouse, Lantern"), "the list among those used");
    } finally {
      await popup.close();
    }
  });

  test("after the background was killed, the first request is judged by it", async () => {
    const { net, session } = world;
    net.route("later.example/", PAGE);
    const other = await session.openPage(null);
    await session.killBackground();
    await other.page.goto("https://later.example/").catch(() => {});
    await until(async () => other.page.url() === "https://later.example/", "the page");
    await flush(session, other);
    assert.equal(named(await reportOf(session, other))[0]?.rule.line, 11);
    assert.equal((await badgeSettled(session, other)).text, "1");
    await session.killBackground();
    assert.equal(named(await reportOf(session, tab))[0]?.rule.line, 11, "also what was judged before");
  });

  test("a slow disk: nothing is judged before the lists are there, and nothing is lost", async () => {
    const { net, session } = world;
    net.route("slow.example/", PAGE);
    const other = await session.openPage(null);
    await session.inExtension(() => new Promise((held) => {
      const opening = indexedDB.open("lists");
      opening.onsuccess = () => {
        const scope = /** @type {any} */ (globalThis);
        const packs = opening.result.transaction("packs", "readwrite").objectStore("packs");
        scope.letGo = false;
        const hold = () => {
          held(true);
          if (scope.letGo) opening.result.close();
          else packs.get("nothing").onsuccess = hold;
        };
        hold();
      };
    }));
    await session.killBackground();
    const mark = net.mark();
    await other.page.goto("https://slow.example/").catch(() => {});
    await net.arrived(({ host }) => host === "infect.glasshouse.example", "the picture", { since: mark });
    /** @type {any} */
    let early = null;
    const asked = ask(session, { kind: "page-report", tabId: other.id }).then((state) => { early ??= state; return state; });
    // Not for luck: an answer that comes too early needs time to come.
    await new Promise((go) => setTimeout(go, 500));
    assert.equal(early, null, "no answer without the list");
    await session.inExtension(() => { /** @type {any} */ (globalThis).letGo = true; });
    const { report } = await asked;
    assert.equal(named(report.pages[0])[0]?.rule.line, 11);
    await flush(session, other);
    assert.equal((await reportOf(session, other)).requests.total, 3);
    assert.equal((await badgeSettled(session, other)).text, "1");
  });

  test("the command line judges the saved log by the same file to the same bytes", async () => {
    const { session } = world;
    const log = await ask(session, { kind: "page-log", tabId: tab.id });
    const report = await ask(session, { kind: "page-report-json", tabId: tab.id });
    assert.match(report.json, /"added: bundle\.stix2"/);
    assert.equal(judged(log.filename, log.json, ["--list", BUNDLE]), report.json);
    assert.notEqual(judged(log.filename, log.json), report.json);
  });

  test("nothing of a page is on the disk", async () => {
    const kept = JSON.stringify(await world.session.stored());
    assert.match(kept, /Glasshouse/);
    assert.doesNotMatch(kept, /paper\.example|later\.example/);
  });

  test("what was kept and is damaged is made again; what is gone is told", async () => {
    const { session } = world;
    /** Changes what is on the disk behind the extension's back. @param {"packs"|"all"} what */
    const damage = (what) => session.inExtension((/** @type {string} */ which) => new Promise((done) => {
      const opening = indexedDB.open("lists");
      opening.onsuccess = () => {
        const database = opening.result;
        const change = database.transaction(["packs", "files"], "readwrite");
        const packs = change.objectStore("packs");
        if (which === "all") {
          packs.clear();
          change.objectStore("files").clear();
        } else {
          packs.openCursor().onsuccess = (event) => {
            const cursor = /** @type {IDBRequest<IDBCursorWithValue>} */ (event.target).result;
            const bytes = cursor.value;
            bytes[bytes.length >> 1] ^= 1;
            cursor.update(bytes);
          };
        }
        change.oncomplete = () => { database.close(); done(true); };
      };
    }), what);
    // A kill leaves Chromium's other gap in the log.
    const lost = async () => (await logOf(session, tab)).log.pages[0].gaps.filter((/** @type {any} */ gap) => gap.why === "list-lost");
    await damage("packs");
    await session.killBackground();
    assert.equal(named(await reportOf(session, tab)).length, 1);
    assert.deepEqual(await lost(), []);
    await damage("all");
    await session.killBackground();
    const report = await reportOf(session, tab);
    assert.deepEqual(named(report), []);
    assert.deepEqual(await lost(), [{ why: "list-lost", count: 1 }]);
    const { text } = await logOf(session, tab);
    assert.equal(judged("log.json", text), (await ask(session, { kind: "page-report-json", tabId: tab.id })).json);
    assert.ok(report.checks.some((/** @type {any} */ check) => check.state === "could-not-look" && check.why === "list-lost"));
    await withOptions(session, async (options) => {
      await options.until((shown) => /can.t be read any more/.test(shown), "the loss");
      // The same file mends it.
      await options.choose(BUNDLE);
      await options.press("Use this list");
      await options.until((shown) => !/can.t be read any more/.test(shown), "the list in use");
    });
    assert.equal(named(await reportOf(session, tab)).length, 1);
    assert.deepEqual(await lost(), []);
  });

  test("removed: as if it had never been there", async () => {
    const { session } = world;
    await withOptions(session, async (options) => {
      await options.press("Remove");
      await options.until((text) => /You have added no list/.test(text), "the list to go");
    });
    assert.equal((await badgeSettled(session, tab)).text, "1");
    const report = await reportOf(session, tab);
    assert.deepEqual(named(report), []);
    assert.equal(report.risk.level, "low");
    assert.deepEqual(await session.stored(), {});
    assert.deepEqual(await session.inExtension(() => indexedDB.databases()), []);
  });
});

for (const locale of ["en", "ar"]) {
  eachBrowser(`the page of lists for everybody (${locale})`, { pages: [], dist: (name) => (locale === "en" ? distFor(name) : withLocale(distFor(name), locale)) }, (world) => {
    test("axe-core finds nothing, before, between and after", async () => {
      await withOptions(world.session, async (options) => {
        assert.equal(await options.evaluate(() => document.documentElement.dir), locale === "ar" ? "rtl" : "ltr");
        assert.deepEqual(await axe(options), []);
        await options.choose(BUNDLE, join(ROOT, "tests", "feeds", "roots.csv"), join(ROOT, "package.json"));
        await until(() => options.evaluate(() => document.querySelectorAll("li.list button").length === 3), "both lists");
        assert.deepEqual(await axe(options), []);
        await options.evaluate(() => /** @type {HTMLElement} */ (document.querySelector("li.list .main-button")).click());
        await until(() => options.evaluate(() => document.querySelector("[id^=list-]") !== null), "the list in use");
        assert.deepEqual(await axe(options), []);
        assert.ok(await options.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
      });
    });
  });
}

for (const name of BROWSERS) {
  describe(`a list of one's own, in the next life of the browser (${name})`, { timeout: 120_000 }, () => {
    test("is there, and judges the first page", async () => {
      const profile = mkdtempSync(join(tmpdir(), "onlooker-profile-"));
      const net = await startNet();
      net.route("paper.example/", PAGE);
      try {
        let session = await launch(name, { net, profile });
        try {
          await withOptions(session, async (options) => {
            await options.choose(BUNDLE);
            await options.press("Use this list");
            await options.until((text) => /Remove/.test(text), "the list in use");
          });
        } finally {
          await session.close();
        }
        session = await launch(name, { net, profile });
        try {
          const tab = await session.openPage("https://paper.example/");
          await flush(session, tab);
          assert.equal(named(await reportOf(session, tab))[0]?.rule.list_title, "Glasshouse, Lantern");
        } finally {
          await session.close();
        }
      } finally {
        await net.close();
        rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
      }
    });

    test("the browser knows the page as the extension's own", () => {
      assert.deepEqual(manifestOf(distFor(name)).options_ui, { page: "options/options.html", open_in_tab: true });
    });
  });
}
