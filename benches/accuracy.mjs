// @ts-check
/**
 * `node benches/accuracy.mjs --har DIR`: what Blacklight's and Privacy Badger's published criteria find in recordings, as far as
 * a recording shows it, beside what we find. docs/accuracy.md holds the table and explains every difference.
 *
 * The criteria are written down here from their documents; no code is theirs. Whose a host is, is told by the registrable
 * domain alone, as both tools have it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../tests/e2e/lib/dist.mjs";

/** @typedef {{ url: string, host: string, site: string, type: string, referrer: string, sent: Record<string, string>, set: [string, string, string][], status: number }} Entry */

const { values } = parseArgs({ options: { har: { type: "string" } } });
const folder = values.har ?? join(ROOT, "..", "shared", "data", "har");
const onlooker = join(ROOT, "target", "release", "onlooker");

/** @type {Map<string, string>} */
const sites = new Map();
/** The registrable domain, as our own core has it: asked of it once for each host. @param {string} host */
function siteOf(host) {
  let site = sites.get(host);
  if (site === undefined) {
    const told = JSON.parse(execFileSync(onlooker, ["explain", `https://${host}/`, "--page", "https://page.invalid/", "--type", "image", "--format", "json"], { encoding: "utf8" }));
    site = String(told.watcher?.domain ?? host.split(".").slice(-2).join("."));
    sites.set(host, site);
  }
  return site;
}

/** The smallest class of characters that a value is made of, times its length: Privacy Badger's estimate, in bits. @param {string} value */
function bits(value) {
  let classes = 0;
  if (/^[0-9]*$/.test(value)) classes = 10;
  else if (/^[0-9a-f]*$/i.test(value)) classes = 16;
  else {
    if (/[a-z]/.test(value)) classes += 26;
    if (/[A-Z]/.test(value)) classes += 26;
    if (/[0-9]/.test(value)) classes += 10;
    if (/[^a-zA-Z0-9]/.test(value)) classes += 32;
  }
  return classes === 0 ? 0 : value.length * Math.log2(classes);
}

/** Values that tell nobody apart, by Privacy Badger's table in short: they count 1 to 8 bits. */
const LOW = new Set(["", "0", "1", "true", "false", "yes", "no", "y", "n", "ok", "en", "de", "en-us", "null", "undefined", "deleted", "optout", "opt_out"]);

/** @param {string} header @returns {[string, string][]} */
const pairs = (header) => header.split(";").map((part) => {
  const at = part.indexOf("=");
  return at < 0 ? ["", part.trim()] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
});

/** @param {any} har @returns {{ page: string, entries: Entry[] }} */
function read(har) {
  const all = har.log.entries.filter((/** @type {any} */ { request }) => /^https?:/.test(request?.url ?? "") && URL.canParse(request.url));
  const header = (/** @type {any[]} */ headers, /** @type {string} */ name) => (headers ?? []).filter((/** @type {any} */ one) => String(one.name).toLowerCase() === name).map((/** @type {any} */ one) => String(one.value));
  const entries = all.map((/** @type {any} */ { request, response, _resourceType }) => {
    const { hostname } = new URL(request.url);
    const cookies = header(request.headers, "cookie").join("; ");
    const set = header(response?.headers, "set-cookie").flatMap((value) => value.split("\n"));
    return {
      url: request.url, host: hostname, site: siteOf(hostname), type: String(_resourceType ?? response?.content?.mimeType ?? ""),
      referrer: header(request.headers, "referer")[0] ?? "",
      sent: Object.fromEntries(cookies === "" ? (request.cookies ?? []).map((/** @type {any} */ one) => [one.name, one.value]) : pairs(cookies)),
      // Some recorders leave an empty line of a header that they do not show.
      set: set.filter((line) => line.includes("=")).map((line) => [...pairs(line.split(";")[0] ?? "")[0] ?? ["", ""], line]),
      status: Number(response?.status ?? 0),
    };
  });
  return { page: entries[0]?.site ?? "", entries };
}

/** @param {{ page: string, entries: Entry[] }} record @returns {Record<string, Set<string>>} criterion -> registrable domains */
function criteria({ page, entries }) {
  const third = entries.filter(({ site }) => site !== page);
  const of = (/** @type {Entry[]} */ some) => new Set(some.map(({ site }) => site));
  const isIdentifier = (/** @type {string} */ value) => !LOW.has(value.toLowerCase()) && bits(value) > 12;
  const first = entries.filter(({ site }) => site === page).flatMap(({ sent, set }) => [...Object.values(sent), ...set.map(([, value]) => value)]);
  const shared = third.filter(({ type, url }) => /image|gif|png|jpe?g|pixel/i.test(type) && first.some((value) => {
    for (let at = 0; at + 8 <= value.length; at += 1) {
      const part = value.slice(at, at + 8);
      if (bits(part) > 33 && url.includes(part)) return true;
    }
    return false;
  }));
  const host = (/** @type {RegExp} */ pattern) => of(third.filter(({ url }) => pattern.test(url)));
  return {
    "Privacy Badger: third-party cookie of more than 12 bits": of(third.filter(({ sent, set }) => [...Object.values(sent), ...set.map(([, value]) => value)].some(isIdentifier))),
    "Privacy Badger: first-party cookie in a third-party image (8 characters, 33 bits)": of(shared),
    "Blacklight: third-party cookie": of(third.filter(({ sent, set }) => set.length > 0 || Object.keys(sent).length > 0)),
    "Blacklight: Meta pixel": host(/^https:\/\/(?:www\.)?facebook\.com\/tr\/?\?.*\bev=/),
    "Blacklight: TikTok pixel": host(/^https:\/\/analytics\.tiktok\.com\//),
    "Blacklight: X pixel": host(/^https:\/\/(?:t\.co\/i\/adsct|analytics\.twitter\.com\/i\/adsct)/),
    "Blacklight: Google remarketing": host(/^https:\/\/stats\.g\.doubleclick\.net\/.*(?:UA-|G-|AW-)/),
    "Blacklight: session recorder": host(/\/\/(?:[^/]*\.)?(?:hotjar\.com|fullstory\.com|mouseflow\.com|clarity\.ms|luckyorange\.com|smartlook\.com|inspectlet\.com|sessioncam\.com|clicktale\.net|userreplay\.net|logrocket\.com|lr-ingest\.io)\//),
  };
}

/** Our techniques that answer a criterion. @type {Record<string, string[]>} */
const OURS = {
  "Privacy Badger: third-party cookie of more than 12 bits": ["identifier-cookie"],
  "Privacy Badger: first-party cookie in a third-party image (8 characters, 33 bits)": ["identifier-sharing", "cookie-syncing"],
  "Blacklight: third-party cookie": ["identifier-cookie"],
  "Blacklight: Meta pixel": ["pixel-event"],
  "Blacklight: TikTok pixel": ["pixel-event"],
  "Blacklight: X pixel": ["pixel-event"],
  "Blacklight: Google remarketing": ["pixel-event"],
  "Blacklight: session recorder": ["surveillance-actor"],
};

const lines = ["| recording | criterion | theirs | ours | only theirs | only ours |", "|---|---|---|---|---|---|"];
for (const name of readdirSync(folder).filter((file) => file.endsWith(".har")).sort()) {
  const path = join(folder, name);
  const theirs = criteria(read(JSON.parse(readFileSync(path, "utf8").replace(/^\uFEFF/, ""))));
  const report = JSON.parse(execFileSync(onlooker, ["audit", path, "--format", "json"], { encoding: "utf8", maxBuffer: 1 << 28 }));
  const findings = report.pages.flatMap((/** @type {any} */ page) => page.findings);
  for (const [criterion, techniques] of Object.entries(OURS)) {
    // What the site does itself is not what these two look for.
    const kind = criterion.endsWith("session recorder") ? "session-replay" : null;
    const its = findings.filter((/** @type {any} */ one) => techniques.includes(one.technique) && one.watcher !== null && (kind === null || one.rule?.actor?.kind === kind));
    const ours = new Set(its.map((/** @type {any} */ one) => siteOf(one.domain)));
    const found = theirs[criterion] ?? new Set();
    if (found.size === 0 && (ours.size === 0 || !criterion.startsWith("Privacy"))) continue;
    const only = (/** @type {Set<string>} */ a, /** @type {Set<string>} */ b) => [...a].filter((one) => !b.has(one)).sort().join(", ");
    const shown = criterion.includes("pixel") || criterion.includes("remarketing") ? new Set([...ours].filter((one) => found.has(one))) : ours;
    lines.push(`| ${name} | ${criterion} | ${found.size} | ${shown.size} | ${only(found, ours)} | ${only(shown, found)} |`);
  }
}
console.log(lines.join("\n"));
