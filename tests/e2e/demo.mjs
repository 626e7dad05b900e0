#!/usr/bin/env node
// @ts-check
/**
 * Shows the built extension at work on the demonstration site, all of it served by this machine.
 *
 *   node tests/e2e/demo.mjs [--headless] [--browser chromium|firefox] [--out DIR]
 */
import { join, relative, resolve } from "node:path";
import { ask, badgeSettled, launch, pageState, flush, untilText, write } from "./lib/session.mjs";
import { distFor, PAGES, ROOT } from "./lib/dist.mjs";
import { startNet, until } from "./lib/net.mjs";
import { DEMO } from "./lib/suite.mjs";

/** @param {string[]} given */
function read(given) {
  // --name=value is --name value.
  const args = given.flatMap((arg) => (/^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf("=")), arg.slice(arg.indexOf("=") + 1)] : [arg]));
  const options = { headless: false, browser: /** @type {import("./lib/dist.mjs").BrowserName} */ ("chromium"), out: join(ROOT, "dist", "demo") };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    const value = () => {
      at += 1;
      if (args[at] === undefined) throw new Error(`${arg} needs a value`);
      return args[at];
    };
    if (arg === "--headless") options.headless = true;
    else if (arg === "--out") options.out = value();
    else if (arg === "--browser") {
      const browser = value();
      if (browser !== "chromium" && browser !== "firefox") throw new Error(`--browser is chromium or firefox, not "${browser}"`);
      options.browser = browser;
    } else throw new Error(`demo knows no "${arg}": [--headless] [--browser chromium|firefox] [--out DIR]`);
  }
  return options;
}

/** A path as the caller would write it. @param {string} path */
function shown(path) {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? resolve(path) : near;
}

/** Whether a window can be shown. */
const hasDisplay = () => process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** @param {any} report @param {import("./lib/session.mjs").Badge} badge */
function print(report, badge) {
  const [page] = report.pages;
  const lines = [
    `Page    ${page.url}`,
    `Badge   ${badge.text || "(empty)"}  ${badge.colour}  "${badge.title}"`,
    `Level   ${page.risk.level}`,
    `Seen    ${page.requests.total} requests, ${page.requests.third_party} to others, ${page.requests.matched} known to a list`,
    "",
  ];
  for (const found of page.findings) {
    lines.push(`${found.technique}  ${found.watcher ?? found.domain}  (${found.domain}, ${found.count} x)${found.allowed ? "  allowed by the list" : ""}`);
    if (found.rule) lines.push(`    ${found.rule.text}`, `    ${found.rule.list_title}, line ${found.rule.line}`);
  }
  console.log(lines.join("\n"));
}

async function main() {
  const options = read(process.argv.slice(2));
  const headless = options.headless || !hasDisplay();
  const dist = distFor(options.browser);
  const net = await startNet();
  await net.load(join(PAGES, "demo"));
  /** @type {import("./lib/session.mjs").Session|undefined} */
  let session;
  let closedByPerson = false;
  try {
    session = await launch(options.browser, { net, dist, headless });
    const running = session;
    const tab = await running.openPage(DEMO);
    await until(async () => (await pageState(running, tab)).state === "ok", "the extension to see the page");
    await flush(running, tab);
    const state = await pageState(running, tab);
    const badge = await badgeSettled(running, tab);
    print(state.report, badge);
    if (!headless) {
      console.log("\nClose the browser to end.");
      await running.first.close().catch(() => {});
      await new Promise((go) => running.browser.once("disconnected", go));
      closedByPerson = true;
      return;
    }
    const picture = join(options.out, `popup-${options.browser}.png`);
    const json = join(options.out, `report-${options.browser}.json`);
    write(json, (await ask(running, { kind: "page-report-json", tabId: tab.id })).json);
    const popup = await running.popup(tab);
    const words = state.report.pages[0].watchers[0]?.name ?? "";
    await untilText(popup, (text) => text.includes(words) && text.length > 20, "the popup to show the page");
    await popup.screenshot(picture);
    await popup.close();
    console.log(`\n${shown(picture)}\n${shown(json)}`);
  } finally {
    if (!closedByPerson) await session?.close().catch(() => {});
    await net.close();
  }
}

main().catch((error) => {
  console.error(`demo: ${String(error.message ?? error).split("\n")[0]}`);
  process.exitCode = 1;
});
