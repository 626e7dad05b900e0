// @ts-check
/** What can't look must say so: never a silent "clean". */
import assert from "node:assert/strict";
import { test } from "node:test";
import { distFor, withDamage } from "./lib/dist.mjs";
import { until } from "./lib/net.mjs";
import { pageState, textOf, untilText } from "./lib/session.mjs";
import { eachBrowser, page } from "./lib/suite.mjs";

/** What stands for "clean" in the popup. */
const CLEAN = /nobody else was seen|\bNone\b/i;
const PAGE = page(`<img src="https://www.google-analytics.com/collect?a=1"><img src="https://static.hotjar.com/a.gif">`);

/**
 * What the background says of a tab, once it says something.
 * @param {import("./lib/session.mjs").Session} session @param {import("./lib/session.mjs").Tab} tab
 */
const answer = (session, tab) => until(async () => {
  const found = await pageState(session, tab);
  return found.state !== "not-known" && found;
}, "an answer");

eachBrowser("damaged texts of the rules", { pages: [], dist: (name) => withDamage(distFor(name), "onlooker.texts") }, (world) => {
  test("the badge counts, which needs no texts; the popup says why it shows none", async () => {
    const { net, session } = world;
    net.route("paper.example/", PAGE);
    const tab = await session.openPage("https://paper.example/");
    await until(async () => (await session.badge(tab)).text === "2", "the badge to count");
    assert.deepEqual(await pageState(session, tab), { state: "engine-failed", variant: "pack-damaged" });
    const popup = await session.popup(tab);
    try {
      const text = await untilText(popup, (shown) => /damaged/i.test(shown), "the reason");
      assert.doesNotMatch(text, CLEAN);
    } finally {
      await popup.close();
    }
  });
});

eachBrowser("a damaged pack", { pages: [], dist: (name) => withDamage(distFor(name), "onlooker.pack") }, (world) => {
  test("the badge says ?, the popup says why", async () => {
    const { net, session } = world;
    net.route("paper.example/", PAGE);
    const tab = await session.openPage("https://paper.example/");
    const state = await answer(session, tab);
    assert.deepEqual(state, { state: "engine-failed", variant: "pack-damaged" });
    await until(async () => (await session.badge(tab)).text === "?", "the badge to say ?");
    assert.match((await session.badge(tab)).title, /not known/i);
    const popup = await session.popup(tab);
    try {
      const text = await untilText(popup, (shown) => /damaged/i.test(shown), "the reason");
      assert.doesNotMatch(text, CLEAN);
    } finally {
      await popup.close();
    }
  });

  test("also after the background was killed", async () => {
    const { net, session } = world;
    net.route("later.example/", PAGE);
    await session.killBackground();
    const tab = await session.openPage("https://later.example/");
    await until(async () => (await session.badge(tab)).text === "?", "the badge to say ?");
    assert.equal((await pageState(session, tab)).state, "engine-failed");
  });
});

eachBrowser("a damaged engine", { pages: [], dist: (name) => withDamage(distFor(name), "onlooker_bg.wasm", 0) }, (world) => {
  test("the badge is not clean, the popup says so", async () => {
    const { net, session } = world;
    net.route("paper.example/", PAGE);
    const tab = await session.openPage("https://paper.example/");
    const state = await answer(session, tab);
    assert.deepEqual(state, { state: "engine-failed", variant: "engine-damaged" });
    await until(async () => (await session.badge(tab)).text === "?", "the badge to say ?");
    const popup = await session.popup(tab);
    try {
      const text = await untilText(popup, (shown) => /can.t look/i.test(shown), "the reason");
      assert.doesNotMatch(text, CLEAN);
    } finally {
      await popup.close();
    }
  });
});

eachBrowser("WebAssembly switched off", { pages: [], webAssembly: false }, (world) => {
  test("the badge says ?, the popup says plainly why", async () => {
    const { net, session } = world;
    net.route("paper.example/", PAGE);
    const tab = await session.openPage("https://paper.example/");
    assert.equal(await tab.page.evaluate(() => typeof WebAssembly), "undefined");
    assert.deepEqual(await answer(session, tab), { state: "engine-failed", variant: "wasm-off" });
    await until(async () => (await session.badge(tab)).text === "?", "the badge to say ?");
    const popup = await session.popup(tab);
    try {
      const text = await untilText(popup, (shown) => /WebAssembly switched off/i.test(shown), "the reason");
      assert.match(text, /says nothing about the site/);
      assert.doesNotMatch(text, CLEAN);
    } finally {
      await popup.close();
    }
  });
});

eachBrowser("WebAssembly switched off for pages", { pages: [], webAssembly: "not-for-pages" }, (world, name) => {
  if (name === "chromium") return;
  test("Firefox leaves it to extensions, so Onlooker looks all the same", async () => {
    const { net, session } = world;
    net.route("paper.example/", PAGE);
    const tab = await session.openPage("https://paper.example/");
    assert.equal(await tab.page.evaluate(() => typeof WebAssembly), "undefined");
    await until(async () => (await session.badge(tab)).text === "2", "the badge to count");
  });
});

eachBrowser("no permission for the site", { pages: [] }, (world) => {
  test("the popup says so and offers the grant; the badge says ?", async () => {
    const { net, session } = world;
    net.route("paper.example/", PAGE);
    await session.revokeSites();
    const tab = await session.openPage("https://paper.example/");
    const state = await answer(session, tab);
    assert.equal(state.state, "no-permission");
    assert.match(state.origin, /^https:\/\/paper\.example/);
    await until(async () => (await session.badge(tab)).text === "?", "the badge to say ?");
    const popup = await session.popup(tab, { byClick: false });
    try {
      await untilText(popup, (text) => /may not look here/i.test(text), "the reason");
      const text = await textOf(popup);
      assert.match(text, /paper\.example/);
      assert.match(text, /Let Onlooker look/);
      assert.doesNotMatch(text, CLEAN);
    } finally {
      await popup.close();
    }
  });
});
