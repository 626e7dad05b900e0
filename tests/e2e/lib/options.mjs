// @ts-check
/** The page of a person's own lists, in a tab; and what the command line says of a log. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli } from "./dist.mjs";
import { until } from "./net.mjs";
import { axe } from "./session.mjs";

/**
 * @typedef {object} Options
 * @property {(fn: (...args: any[]) => any, ...args: any[]) => Promise<any>} evaluate
 * @property {(source: string) => Promise<void>} run
 * @property {(...paths: string[]) => Promise<void>} choose
 * @property {(start: string) => Promise<void>} press  A button whose name begins so, once it is there.
 * @property {() => Promise<string>} text
 * @property {(test: (text: string) => boolean, what: string) => Promise<void>} until
 */

/** @param {import("./session.mjs").Session} session @param {(options: Options) => Promise<void>} work */
export async function withOptions(session, work) {
  const origin = await session.inExtension(() => location.origin);
  const { page } = await session.openPage(`${origin}/options/options.html`);
  const text = () => page.evaluate(() => document.body.innerText);
  /** @type {Options} */
  const options = {
    evaluate: (fn, ...args) => page.evaluate(fn, ...args),
    run: async (source) => { await page.evaluate(`${source};0`); },
    async choose(...paths) {
      const input = await until(() => page.$("input[type=file]"), "the chooser");
      await input.uploadFile(...paths);
    },
    async press(start) {
      await until(() => page.evaluate((/** @type {string} */ wanted) => {
        const found = [...document.querySelectorAll("button")].find((one) => one.textContent?.startsWith(wanted));
        found?.click();
        return Boolean(found);
      }, start), `the button "${start}"`);
    },
    text,
    async until(test, what) {
      let last = "";
      await until(async () => test(last = await text()), what)
        .catch((error) => { throw new Error(`${error.message}; the page says:\n${last}`); });
    },
  };
  try {
    await options.until((shown) => shown.length > 100 && !/Looking…/.test(shown), "the page of lists");
    await work(options);
  } finally {
    await page.close();
  }
}

/**
 * Turns something on or off as a person does: the browser asks for a real click.
 * @param {import("./session.mjs").Session} session @param {"secure"|"names"} id @param {string} label of the button
 */
export async function turn(session, id, label) {
  const { page: options, close } = await session.openPage(`${await session.inExtension(() => location.origin)}/options/options.html`);
  const button = await until(() => options.$(`#${id} ~ .buttons button`), "the section");
  assert.deepEqual(await axe({ evaluate: (fn, ...args) => options.evaluate(fn, ...args), run: async (source) => { await options.evaluate(`${source};0`); } }), []);
  assert.ok((await button.evaluate((/** @type {Element} */ shown) => shown.textContent ?? "")).startsWith(label));
  await button.click();
  await until(() => options.evaluate(() => /^Turned/.test(document.querySelector("[role=status]")?.textContent ?? "")), "that it is done");
  await close();
}

/** What the command line says of a saved log. @param {string} filename @param {string} json @param {string[]} [more] */
export function judged(filename, json, more = []) {
  const dir = mkdtempSync(join(tmpdir(), "onlooker-log-"));
  try {
    const file = join(dir, filename);
    writeFileSync(file, json);
    const run = spawnSync(cli(), ["audit", file, "--format", "json", ...more], { encoding: "utf8", maxBuffer: 64 << 20 });
    assert.equal(run.stderr, "");
    return run.stdout;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
