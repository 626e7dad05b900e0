// @ts-check
/** The demonstration site: badge, level, and the rule, list and line that the popup shows. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./lib/dist.mjs";
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

/** Our own list, and the files that it is made of. */
const OWN_LIST = 1000;
const ACTORS = join(ROOT, "lists", "actors");
const OWN = readdirSync(ACTORS).map((name) => readFileSync(join(ACTORS, name), "utf8"));

/** Contrast as WCAG has it. @param {string} one @param {string} other Both as #rrggbb. */
function contrast(one, other) {
  const [low, high] = [one, other].map((colour) => {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }).sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

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
    let rules = 0;
    for (const { rule, exception_rule: exception } of report.findings) {
      for (const named of [rule, exception]) {
        if (!named) continue;
        rules += 1;
        if (named.list === OWN_LIST) {
          // Made of an entry in lists/actors: of a host, or of a pattern as it is written there.
          const written = /^\|\|([^/^]+)\^$/.exec(named.text)?.[1] ?? named.text;
          assert.ok(OWN.some((text) => text.includes(JSON.stringify(written))), `${named.text} is in no file of lists/actors`);
          continue;
        }
        assert.equal(listLines(named.list)[named.line - 1]?.trim(), named.text, `list ${named.list}, line ${named.line}`);
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
    for (const one of ["tracker-request", "ad-request", "social-request", "link-decoration", "third-party-contact", "surveillance-actor"]) {
      assert.ok(techniques.has(one), `${one} is not in ${[...techniques]}`);
    }
    const names = report.watchers.map((/** @type {any} */ watcher) => watcher.name);
    for (const one of ["Google", "Facebook", "Criteo", "Hotjar"]) assert.ok(names.some((/** @type {string} */ name) => name.includes(one)), `${one} is not in ${names}`);
    assert.ok(!report.watchers.some((/** @type {any} */ watcher) => watcher.domains.some((/** @type {string} */ host) => host.endsWith("daily-courier.example"))), "the site does not watch itself");
    assert.equal(report.site, "daily-courier.example");
  });

  test("the badge says how many, its title says it in words, its colour is seen on any toolbar", async () => {
    const badge = await badgeSettled(world.session, tab);
    assert.equal(badge.text, String(report.watchers.length));
    // It holds a recorder of visits and an ad auction.
    assert.equal(report.risk.level, "high");
    // The toolbars of both browsers, light and dark.
    for (const bar of ["#ffffff", "#f9f9fb", "#3c3c3c", "#2b2a33"]) assert.ok(contrast(badge.colour, bar) >= 3, `${badge.colour} on ${bar}`);
    assert.match(badge.title, new RegExp(`\\b${report.watchers.length} organisations look on`));
    assert.match(badge.title, new RegExp(report.risk.level, "i"));
  });

  test("the popup shows rule, list and line", async () => {
    const popup = await world.session.popup(tab);
    try {
      await untilText(popup, (text) => text.includes(`${report.watchers.length} organisations look on`), "the sentence");
      await openAll(popup);
      const shown = await untilText(popup, (text) => text.includes("||hotjar.com^$third-party"), "the evidence");
      // Marks of direction are not seen.
      const text = shown.replace(/[\u2066-\u2069]/g, "");
      for (const known of KNOWN) {
        const { rule } = report.findings.find((/** @type {any} */ found) => found.rule?.text === known.text && found.rule.list === known.list);
        const line = listLines(known.list).indexOf(known.text) + 1;
        assert.equal(rule.line, line);
        // The rule, and in the line below it the list and the line.
        const place = text.split("\n").filter((_, at, lines) => lines[at - 1]?.trim() === known.text).map((one) => one.trim());
        assert.ok(place.some((one) => one.startsWith(rule.list_title) && one.endsWith(`line ${new Intl.NumberFormat("en").format(line)}`)),
          `${known.text} of ${rule.list_title}, line ${line} is shown as ${JSON.stringify(place)}`);
        assert.ok(text.includes(known.name), `${known.name} is not shown`);
      }
      // Who it is, which laws reach it, and where that can be checked: as links, and nothing but links.
      for (const part of ["Among them:", "Recorder of visits (session replay)", "Contentsquare", "Malta", "CLOUD Act (2018)", "Whose this site is, is not known here."]) {
        assert.ok(text.includes(part), `${part} is not shown`);
      }
      const links = await popup.evaluate(() => [...document.links].map((one) => `${one.protocol} ${one.target} ${one.rel}`));
      assert.ok(links.length > 50, `${links.length} links`);
      assert.deepEqual([...new Set(links)].sort().map((one) => one.replace("http:", "https:")).filter((one) => one !== "https: _blank noopener noreferrer"), []);
      await showTab(popup, 1);
      await openAll(popup);
      await untilText(popup, (shown) => /known trackers/i.test(shown), "the techniques");
    } finally {
      await popup.close();
    }
  });
});
