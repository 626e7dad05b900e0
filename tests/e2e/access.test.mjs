// @ts-check
/** The popup for everybody: axe-core, in two languages and two colour schemes, and the keyboard alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { distFor, withDamage, withLocale } from "./lib/dist.mjs";
import { axe, flush, openAll, pageState, showTab, untilText } from "./lib/session.mjs";
import { DEMO, eachBrowser, page } from "./lib/suite.mjs";
import { until } from "./lib/net.mjs";

/** @param {string} lang @param {"ltr"|"rtl"} dir @param {import("./lib/suite.mjs").World} world */
function cases(lang, dir, world) {
  test(`axe-core finds nothing (${lang}, light and dark, every tab, all opened)`, async () => {
    const { session } = world;
    const tab = await session.openPage(DEMO);
    await flush(session, tab);
    const popup = await session.popup(tab);
    try {
      await untilText(popup, (text) => text.includes("Criteo"), "the organisations");
      const root = await popup.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir, direction: getComputedStyle(document.body).direction }));
      assert.equal(root.lang.split("-")[0], lang);
      assert.deepEqual([root.dir, root.direction], [dir, dir]);
      for (const scheme of /** @type {const} */ (["light", "dark"])) {
        await popup.scheme(scheme);
        for (const at of [0, 1, 2]) {
          await showTab(popup, at);
          if (scheme === "light") assert.deepEqual(await axe(popup), [], `${scheme}, tab ${at}, closed`);
          await openAll(popup);
          assert.deepEqual(await axe(popup), [], `${scheme}, tab ${at}, opened`);
        }
      }
      const wide = await popup.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `scrolls sideways by ${wide}`);
    } finally {
      await popup.close();
    }
  });

  test(`axe-core finds nothing where nothing can be said (${lang})`, async () => {
    const { net, session } = world;
    net.route("paper.example/", page("<p>quiet"));
    const quiet = await session.openPage("https://paper.example/");
    await flush(session, quiet);
    let popup = await session.popup(quiet);
    await untilText(popup, (text) => text.includes("paper.example"), "the quiet page");
    assert.deepEqual(await axe(popup), [], "nobody looks on");
    await popup.close();
    const none = await session.openPage(null);
    await until(async () => (await pageState(session, none)).state === "not-a-page", "not a page");
    popup = await session.popup(none);
    await until(() => popup.evaluate(() => document.querySelectorAll("#root h1").length === 1 && document.body.innerText.length > 40), "the popup's words");
    assert.deepEqual(await axe(popup), [], "no page");
    await popup.close();
    await session.revokeSites();
    const tab = await session.openPage("https://paper.example/");
    await until(async () => (await pageState(session, tab)).state === "no-permission", "the permission to be gone");
    popup = await session.popup(tab, { byClick: false });
    await until(() => popup.evaluate(() => document.querySelector("button.main-button") !== null), "the offer");
    assert.deepEqual(await axe(popup), [], "no permission");
    await popup.close();
  });
}

eachBrowser("the popup in English", { pages: ["demo"] }, (world) => {
  test("the keyboard reaches everything, opens and closes it, and the focus is seen", async () => {
    const { session } = world;
    const tab = await session.openPage(DEMO);
    await flush(session, tab);
    const popup = await session.popup(tab);
    try {
      await untilText(popup, (text) => text.includes("Criteo"), "the organisations");
      const all = await popup.evaluate(() => {
        const found = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("button, a[href], input, select, summary, [tabindex]"))]
          .filter((one) => one.tabIndex >= 0 && one.getClientRects().length > 0);
        found.forEach((one, at) => { one.dataset.walk = String(at); });
        return found.length;
      });
      assert.ok(all > 5, `${all} things to reach`);
      /** @type {Set<string>} */
      const reached = new Set();
      for (let step = 0; step < all + 3 && reached.size < all; step += 1) {
        await popup.press("Tab");
        const at = await popup.evaluate(() => {
          const one = /** @type {HTMLElement} */ (document.activeElement);
          // The ring may be drawn around the whole row, by a pseudo-element.
          const ring = [undefined, "::before", "::after"].some((part) => {
            const style = getComputedStyle(one, part);
            return style.content !== "none" && style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
          });
          return { walk: one.dataset.walk, visible: one.matches(":focus-visible") && ring, html: one.outerHTML.slice(0, 120) };
        });
        if (at.walk === undefined) continue;
        assert.ok(at.visible, `the focus is not seen on ${at.html}`);
        reached.add(at.walk);
      }
      assert.equal(reached.size, all, "everything is reached by Tab");

      // Back to an organisation, open it and close it.
      await popup.evaluate(() => /** @type {HTMLElement} */ (document.querySelector("[aria-expanded]")).focus());
      const state = () => popup.evaluate(() => document.activeElement?.getAttribute("aria-expanded"));
      assert.equal(await state(), "false");
      await popup.press("Enter");
      assert.equal(await state(), "true");
      await popup.press("Space");
      assert.equal(await state(), "false");

      // The tabs are one stop, and the arrows go between them.
      await popup.evaluate(() => /** @type {HTMLElement} */ (document.querySelector("[role=tab][aria-selected=true]")).focus());
      const chosen = () => popup.evaluate(() => [...document.querySelectorAll("[role=tab]")].findIndex((one) => one === document.activeElement && one.getAttribute("aria-selected") === "true"));
      assert.equal(await chosen(), 0);
      await popup.press("ArrowRight");
      assert.equal(await chosen(), 1);
      await popup.press("End");
      assert.equal(await chosen(), 2);
      await popup.press("ArrowRight");
      assert.equal(await chosen(), 0);
      await popup.press("Tab", { shift: true });
      assert.notEqual(await popup.evaluate(() => document.activeElement?.getAttribute("role")), "tab", "one step back leaves the tabs");
    } finally {
      await popup.close();
    }
  });
  cases("en", "ltr", world);
});

eachBrowser("the popup in Arabic", { pages: ["demo"], dist: (name) => withLocale(distFor(name), "ar") }, (world) => {
  cases("ar", "rtl", world);

});

eachBrowser("the popup of a damaged pack", { pages: [], dist: (name) => withDamage(distFor(name), "onlooker.pack") }, (world) => {
  test("axe-core finds nothing", async () => {
    const { net, session } = world;
    net.route("paper.example/", page("<p>quiet"));
    const tab = await session.openPage("https://paper.example/");
    await until(async () => (await pageState(session, tab)).state === "engine-failed", "the refusal");
    const popup = await session.popup(tab);
    try {
      await untilText(popup, (text) => /damaged/.test(text), "the reason");
      assert.deepEqual(await axe(popup), []);
    } finally {
      await popup.close();
    }
  });
});

eachBrowser("axe-core itself", { pages: ["demo"] }, (world) => {
  test("would find a picture without words", async () => {
    const { session } = world;
    const tab = await session.openPage(DEMO);
    await flush(session, tab);
    const popup = await session.popup(tab);
    try {
      await untilText(popup, (text) => text.includes("Criteo"), "the organisations");
      await popup.evaluate(() => { document.querySelector("#root")?.append(Object.assign(document.createElement("img"), { src: "../icons/low-16.png" })); });
      assert.match((await axe(popup)).join(), /image-alt/);
    } finally {
      await popup.close();
    }
  });
});
