// @ts-check
/** One core: what the extension recorded, judged by the command line, is the extension's report, byte for byte. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judged } from "./lib/options.mjs";
import { ask, flush } from "./lib/session.mjs";
import { DEMO, eachBrowser } from "./lib/suite.mjs";

eachBrowser("the command line judges the extension's log", { pages: ["demo", "hostile"] }, (world) => {
  for (const [what, url] of [["the demonstration site", DEMO], ["a hostile page", "https://hostile.example/"]]) {
    test(`${what}: the same bytes`, async () => {
      const { session } = world;
      const tab = await session.openPage(url);
      await tab.page.evaluate(() => /** @type {any} */ (globalThis).done);
      await flush(session, tab);
      const log = await ask(session, { kind: "page-log", tabId: tab.id });
      const report = await ask(session, { kind: "page-report-json", tabId: tab.id });
      assert.match(log.filename, /\.json$/);
      assert.ok(JSON.parse(report.json).pages[0].requests.total > 5);
      assert.equal(judged(log.filename, log.json), report.json);
    });
  }

  test("also after the background was killed", async () => {
    const { session } = world;
    const tab = await session.openPage(DEMO);
    await flush(session, tab);
    await session.killBackground();
    const report = await ask(session, { kind: "page-report-json", tabId: tab.id });
    const log = await ask(session, { kind: "page-log", tabId: tab.id });
    assert.equal(judged(log.filename, log.json), report.json);
  });

  test("a log with one request less is another report", async () => {
    const { session } = world;
    const tab = await session.openPage(DEMO);
    await flush(session, tab);
    const { filename, json } = await ask(session, { kind: "page-log", tabId: tab.id });
    const report = await ask(session, { kind: "page-report-json", tabId: tab.id });
    const log = JSON.parse(json);
    log.pages[0].observations.pop();
    assert.notEqual(judged(filename, JSON.stringify(log)), report.json);
  });
});
