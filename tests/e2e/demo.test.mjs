// @ts-check
/** The demonstration site: badge, level, and the rule, list and line that the popup shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertSame, DEMO, eachBrowser, listLines } from "./lib/suite.mjs";
import { badgeSettled, openAll, reportOf, showTab, untilText } from "./lib/session.mjs";

/** Hosts of the site and a rule that only one line of one list can have given. */
const KNOWN = [
  { host: "static.hotjar.com", list: 3, text: "||hotjar.com^$third-party", name: "Hotjar" },
  { host: "static.criteo.net", list: 3, text: "||criteo.net^$third-party", name: "Criteo" },
  { host: "sb.scorecardresearch.com", list: 3, text: "||scorecardresearch.com^$third-party", name: "" },
  { host: "www.facebook.com", list: 4, text: "||facebook.com/tr/?", name: "Facebook" },
  { host: "pagead2.googlesyndication.com", list: 2, text: "||pagead2.googlesyndication.com^", name: "" },
  { host: "a.callawaygolf.com", list: 3, text: "||a.callawaygolf.com^", name: "" },
];

/** The badge's colour for a level, light bar or dark. */
const COLOURS = { none: "#55616d", low: "#1f6f63", moderate: "#8a5a00", high: "#b8400e", severe: "#8f1d4f" };

eachBrowser("the demonstration site", { pages: ["demo"] }, (world) => {
  /** @type {import("./lib/session.mjs").Tab} */
  let tab;
  /** @type {any} */
  let report;

  test("every request of the page is recorded, once", async () => {
    const { net, session } = world;
    const mark = net.mark();
    tab = await session.openPage(DEMO);
    // The last of the third parties, in a frame in a frame.
    await net.arrived(({ host }) => host === "pixel.quantserve.com", "the pixel in the inner frame");
    await net.arrived(({ websocket }) => websocket, "the WebSocket");
    await net.arrived(({ path }) => path.startsWith("/b2"), "the redirected beacon");
    await net.arrived(({ host }) => host === "ad.doubleclick.net", "the tag's picture");
    await net.arrived(({ host }) => host === "www.facebook.com", "the page view");
    await net.arrived(({ host }) => host === "bidder.criteo.com", "the bid");
    await net.arrived(({ path }) => path.startsWith("/collect"), "the visit");
    const total = await assertSame(world, tab, mark);
    report = await reportOf(session, tab);
    assert.equal(report.requests.total, total);
  });

  test("each rule is that line of that list", () => {
    /** @type {Map<number, string[]>} */
    const lists = new Map();
    let rules = 0;
    for (const { rule, exception_rule: exception } of report.findings) {
      for (const named of [rule, exception]) {
        if (!named) continue;
        rules += 1;
        const lines = lists.get(named.list) ?? listLines(named.list);
        lists.set(named.list, lines);
        assert.equal(lines[named.line - 1]?.trim(), named.text, `list ${named.list}, line ${named.line}`);
      }
    }
    assert.ok(rules >= KNOWN.length, `${rules} rules`);
    for (const { host, list, text } of KNOWN) {
      const found = report.findings.filter((/** @type {any} */ one) => one.rule?.text === text && one.rule.list === list);
      assert.ok(found.length > 0, `${host}: no finding by ${text}; there are\n${report.findings.map((/** @type {any} */ one) => `${one.domain} ${one.rule?.text}`).join("\n")}`);
    }
  });

  test("the techniques of the site are found, and no other organisation", () => {
    const techniques = new Set(report.findings.map((/** @type {any} */ found) => found.technique));
    for (const one of ["tracker-request", "ad-request", "social-request", "link-decoration", "third-party-contact"]) {
      assert.ok(techniques.has(one), `${one} is not in ${[...techniques]}`);
    }
    const names = report.watchers.map((/** @type {any} */ watcher) => watcher.name);
    for (const one of ["Google", "Facebook", "Criteo", "Hotjar"]) assert.ok(names.some((/** @type {string} */ name) => name.includes(one)), `${one} is not in ${names}`);
    assert.ok(!report.watchers.some((/** @type {any} */ watcher) => watcher.domains.some((/** @type {string} */ host) => host.endsWith("daily-courier.example"))), "the site does not watch itself");
    assert.equal(report.site, "daily-courier.example");
  });

  test("the badge says how many, its title says it in words, its colour is the level's", async () => {
    const badge = await badgeSettled(world.session, tab);
    assert.equal(badge.text, String(report.watchers.length));
    assert.ok(["moderate", "high"].includes(report.risk.level), report.risk.level);
    assert.equal(badge.colour, COLOURS[/** @type {keyof typeof COLOURS} */ (report.risk.level)]);
    assert.match(badge.title, new RegExp(`\\b${report.watchers.length} organisations look on`));
    assert.match(badge.title, new RegExp(report.risk.level, "i"));
  });

  test("the popup shows rule, list and line", async () => {
    const popup = await world.session.popup(tab);
    try {
      await untilText(popup, (text) => text.includes(`${report.watchers.length} organisations look on`), "the sentence");
      await openAll(popup);
      const text = await untilText(popup, (shown) => shown.includes("||hotjar.com^$third-party"), "the evidence");
      const title = (/** @type {number} */ id) => report.findings.find((/** @type {any} */ found) => found.rule?.list === id).rule.list_title;
      for (const known of KNOWN) {
        const line = listLines(known.list).indexOf(known.text) + 1;
        assert.ok(text.includes(known.text), `${known.text} is not shown`);
        assert.ok(text.replace(/[\u2066-\u2069]/g, "").includes(`${title(known.list)}, line ${new Intl.NumberFormat("en").format(line)}`), `${title(known.list)}, line ${line} is not shown:\n${text}`);
        if (known.name) assert.ok(text.includes(known.name), `${known.name} is not shown`);
      }
      await showTab(popup, 1);
      await openAll(popup);
      await untilText(popup, (shown) => /known trackers/i.test(shown), "the techniques");
    } finally {
      await popup.close();
    }
  });
});
