// @ts-check
/** What is measured with: the lists' texts as the pack is made of them, and the requests. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../tests/e2e/lib/dist.mjs";

/** @typedef {{ url: string, requests: [type: string, url: string][] }} Page */

/**
 * The texts of lists/sources.toml's lists that are written as blockers read them, without the sections it leaves out.
 * @returns {string[]}
 */
export function listTexts() {
  const toml = readFileSync(join(ROOT, "lists/sources.toml"), "utf8");
  return toml.split(/^\[\[/m).filter((entry) => entry.startsWith("list]]") && !/^form = /m.test(entry)).map((entry) => {
    const path = /^path = "([^"]+)"/m.exec(entry)?.[1] ?? "";
    const out = [...(/^leave_out = \[([^\]]*)\]/m.exec(entry)?.[1] ?? "").matchAll(/"([^"]+)"/g)].map(([, title]) => title);
    return without(JSON.parse(readFileSync(join(ROOT, "node_modules", path), "utf8"))[0].metadata.rawFilterList, out);
  });
}

/** Headings as src/rules/blocklist.rs reads them. @param {string} text @param {string[]} sections titles of headings @returns {string} */
function without(text, sections) {
  let out = false;
  return text.split("\n").filter((line) => {
    const comment = line.startsWith("!") ? line.slice(1).trim() : "";
    const title = /^SECTION:\s*(.*)$/.exec(comment)?.[1] ?? (/^----(.*)-!$/.exec(comment)?.[1] ?? "").replace(/^[- ]+|[- ]+$/g, "");
    if (title !== "") out = sections.includes(title);
    else if (comment.startsWith("!SECTION")) out = false;
    return !out;
  }).join("\n");
}

/** @returns {Page[]} */
export const ownRequests = () => JSON.parse(readFileSync(new URL("../requests.json", import.meta.url), "utf8"));

/** The requests of every recording in a folder. @param {string} folder @returns {Page[]} */
export function recordings(folder) {
  if (!existsSync(folder)) throw new Error(`${folder} is not there: --har names a folder of HAR files`);
  return readdirSync(folder).filter((name) => /\.har$/i.test(name)).sort().flatMap((name) => {
    try {
      return pagesOf(JSON.parse(readFileSync(join(folder, name), "utf8").replace(/^\uFEFF/, "")));
    } catch (error) {
      throw new Error(`${name} is not a HAR (${/** @type {Error} */ (error).message})`, { cause: error });
    }
  });
}

/** @param {any} har @returns {Page[]} */
function pagesOf(har) {
  /** @type {Map<string, Page>} */
  const pages = new Map();
  for (const entry of har.log.entries) {
    const url = String(entry.request?.url ?? "");
    if (!/^(https?|wss?):\/\//.test(url) || !URL.canParse(url)) continue;
    const key = String(entry.pageref ?? "");
    const page = pages.get(key);
    if (page) page.requests.push([typeOf(entry, url), url]);
    // The first request of a page is the page.
    else pages.set(key, { url, requests: [["main_frame", url]] });
  }
  return [...pages.values()];
}

/** By what the browser says, or the kind of what came. The same for all engines, so a wrong guess favours none. @param {any} entry @param {string} url */
export function typeOf(entry, url) {
  const said = String(entry._resourceType ?? "").toLowerCase();
  const known = /** @type {Record<string, string>} */ ({ document: "sub_frame", stylesheet: "stylesheet", script: "script", image: "image",
    font: "font", xhr: "xmlhttprequest", fetch: "xmlhttprequest", ping: "ping", media: "media", websocket: "websocket" })[said];
  if (known) return known;
  if (/^wss?:/.test(url)) return "websocket";
  const mime = String(entry.response?.content?.mimeType ?? "");
  if (/javascript|ecmascript/.test(mime)) return "script";
  if (/css/.test(mime)) return "stylesheet";
  if (/^image/.test(mime)) return "image";
  if (/font|woff/.test(mime)) return "font";
  if (/^(audio|video)/.test(mime)) return "media";
  if (/html/.test(mime)) return "sub_frame";
  if (/json|xml|plain/.test(mime)) return "xmlhttprequest";
  return "other";
}
