// @ts-check
/**
 * `node benches/bench.mjs [--json FILE] [--har DIR] [--docs]`, by way of `./build.sh bench`: the core beside its peers.
 *
 * One run, the same lists, the same requests. --har adds the recordings of a folder to our own requests (the default
 * folder is taken if it is there). --docs writes the table into docs/benchmarks.md. docs/benchmarks.md says how each
 * figure is come to.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { ROOT } from "../tests/e2e/lib/dist.mjs";
import { measureInWorker, measureWake } from "./lib/browser.mjs";
import { FILES, PACK, WASM, WORK, measureCold, measureInNode, measureWire, prepare } from "./lib/node.mjs";
import { listTexts, ownRequests, recordings, typeOf } from "./lib/sources.mjs";
import { exchanges } from "./lib/wire.mjs";
import { digits, megabytes, ratio, spread, summary } from "./lib/stats.mjs";

const run = promisify(execFile);

const TARGETS = { verdict: 0.5, whole: 1, techniques: 2, load: 0.25, wake: 60, memory: 32e6, zip: 3.8e6, lookUp: 300, shelf: 600e3 };
const ROUNDS = 40;
const LOADS = 15;
const COLDS = 9;
const WAKES = 15;

/** @typedef {import("./lib/measure.mjs").Figures} Figures */

async function main() {
  const { values } = parseArgs({ options: { json: { type: "string" }, har: { type: "string" }, docs: { type: "boolean" } } });
  if (!existsSync(PACK) || !existsSync(WASM)) throw new Error("dist/ or pkg/ is empty: ./build.sh bench builds first");
  const folder = values.har === undefined ? join(ROOT, "..", "shared", "data", "har") : resolve(values.har);
  const recorded = values.har !== undefined || existsSync(folder) ? recordings(folder) : [];
  const own = ownRequests();
  const pages = [...own, ...recorded];
  const before = loadavg()[0];

  say("the peers read the lists");
  // In a call of its own: the texts are not to stay in memory beside what is measured.
  const { ubo, lists } = await (async (texts) => ({ ubo: await prepare(texts, pages), lists: texts.length }))(listTexts());
  say("the native program");
  const peers = join(WORK, "release", "onlooker-peers");
  await run("cargo", ["build", "--quiet", "--release", "--locked", "--manifest-path", join(ROOT, "benches/peers/Cargo.toml"), "--target-dir", WORK])
    .catch((error) => {
      throw new Error(`benches/peers did not build: ${/^error.*/m.exec(error.stderr)?.[0] ?? error.message}`);
    });
  const arguments_ = [PACK, join(ROOT, "pkg", "onlooker.pack"), FILES.requests, String(ROUNDS), ...Array.from({ length: lists }, (_, n) => FILES.list(n))];
  /** @type {{ onlooker: Figures & {bytes: number}, adblock: Figures & {bytes: number}, look_up: {hosts: number, ns: number[]} }} */
  const native = JSON.parse((await run(peers, arguments_, { maxBuffer: 1 << 26 })).stdout);
  say("Node");
  const node = await measureInNode(ubo, pages, { rounds: ROUNDS, loads: LOADS });
  const cold = measureCold(COLDS);
  const wire = recorded.length > 0 ? await measureWire(exchanges(folder, typeOf), ROUNDS) : null;
  say("Chromium's service worker");
  const worker = await measureInWorker({ rounds: ROUNDS, loads: LOADS, colds: COLDS });
  say("the extension's wake");
  const wake = await measureWake(WAKES);
  const load = [before, loadavg()[0]];

  const wasm = readFileSync(WASM);
  const zips = existsSync(join(ROOT, "dist"))
    ? readdirSync(join(ROOT, "dist")).filter((name) => name.endsWith(".zip")).sort().map((name) => ({ name, bytes: readFileSync(join(ROOT, "dist", name)).length }))
    : [];
  const all = {
    machine: { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), load, node: process.version },
    requests: { all: node.count, pages: pages.length, own: count(own), recorded: count(recorded) },
    sizes: { shelf: shelfBytes(), wasm: wasm.length, wasmGzipped: gzipSync(wasm).length, pack: native.onlooker.bytes, packGzipped: gzipSync(readFileSync(PACK)).length,
      ghostery: node.sizes.ghostery, ubo: node.sizes.ubo, adblock: native.adblock.bytes, zips },
    memory: node.memory, native, node: node.contenders, cold, worker: { contenders: worker.contenders, cold: worker.cold }, wake, wire,
  };
  const text = table(all);
  console.log(text);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(all, null, 1)}\n`);
  if (values.docs) writeDocs(text);
}

/** How large what is told of actors, companies and countries is: behind the pack and its texts. */
function shelfBytes() {
  const all = readFileSync(join(ROOT, "pkg", "onlooker.pack"));
  const pack = Number(all.readBigUInt64LE(16));
  return all.length - pack - Number(all.readBigUInt64LE(pack + 16));
}

/** @param {import("./lib/sources.mjs").Page[]} pages */
const count = (pages) => pages.reduce((sum, page) => sum + page.requests.length, 0);

/** What one takes more than another, of a third. @param {number[]} more @param {number[]} less @param {number[]} of */
const apart = (more, less, of) => ratio(more.map((took, round) => took - less[round]), of);

/** @param {string} what */
const say = (what) => process.stderr.write(`· ${what}\n`);

/** @param {any} all */
function table(all) {
  const { machine, requests, sizes, memory, native, node, cold, worker, wake, wire } = all;
  /** @type {string[]} */
  const lines = [];
  /** @param {string[]} head @param {string[][]} rows */
  const rows = (head, rows) => lines.push("", ...[head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`));
  /** @param {string} what @param {number[]} theirs @param {number[]} ours @param {string} extra */
  const row = (what, theirs, ours, extra) => [what, digits(summary(theirs).median), spread(summary(theirs)), digits(Math.min(...theirs)),
    what.startsWith("Onlooker") ? "" : digits(ratio(ours, theirs).median), extra];
  const head = (/** @type {string} */ unit) => [unit, "median", "half of the rounds", "best", "ours, of it", ""];

  const where = `${requests.all} requests of ${requests.pages} pages (${requests.own} of our own making, ${requests.recorded} recorded)`;
  lines.push(`${where}; ${machine.cpu}, ${machine.cores} cores, shared; load ${digits(machine.load[0])} before and ${digits(machine.load[1])} after; Node ${machine.node}`);

  const hits = (/** @type {Figures} */ { matched }) => `${matched} matched`;
  rows(head("verdict, µs a request"), [
    row("Onlooker, wasm in Node", node.onlooker.match.cpu, node.onlooker.match.cpu, hits(node.onlooker)),
    row("Onlooker, the same by all techniques", node.onlookerAll.match.cpu, node.onlooker.match.cpu, hits(node.onlookerAll)),
    row("@ghostery/adblocker, Node", node.ghostery.match.cpu, node.onlooker.match.cpu, hits(node.ghostery)),
    row("the same, the page's URL read once", node.ghosteryParsedPage.match.cpu, node.onlooker.match.cpu, hits(node.ghosteryParsedPage)),
    row("@gorhill/ubo-core, Node", node.ubo.match.cpu, node.onlooker.match.cpu, hits(node.ubo)),
    row("Onlooker, wasm in a service worker", worker.contenders.onlooker.match.wall, worker.contenders.onlooker.match.wall, "wall clock"),
    row("@ghostery/adblocker, service worker", worker.contenders.ghostery.match.wall, worker.contenders.onlooker.match.wall, "wall clock"),
    row("Onlooker, native", native.onlooker.match.cpu, native.onlooker.match.cpu, hits(native.onlooker)),
    row("adblock, native", native.adblock.match.cpu, native.onlooker.match.cpu, hits(native.adblock)),
  ]);
  const loads = (/** @type {any[]} */ of) => of.map(({ load }) => load);
  rows(head("load, ms"), [
    row("Onlooker, wasm in Node", node.onlooker.load.cpu, node.onlooker.load.cpu, megabytes(sizes.pack)),
    row("@ghostery/adblocker, Node", node.ghostery.load.cpu, node.onlooker.load.cpu, megabytes(sizes.ghostery)),
    row("@gorhill/ubo-core, Node", node.ubo.load.cpu, node.onlooker.load.cpu, megabytes(sizes.ubo)),
    row("Onlooker, first of a process", loads(cold.onlooker), loads(cold.onlooker), "wall clock"),
    row("@ghostery/adblocker, first of a process", loads(cold.ghostery), loads(cold.onlooker), "wall clock"),
    row("@gorhill/ubo-core, first of a process", loads(cold.ubo), loads(cold.onlooker), "wall clock"),
    row("Onlooker, service worker", worker.contenders.onlooker.load.wall, worker.contenders.onlooker.load.wall, "wall clock"),
    row("@ghostery/adblocker, service worker", worker.contenders.ghostery.load.wall, worker.contenders.onlooker.load.wall, "wall clock"),
    row("Onlooker, first of a service worker", worker.cold.onlooker, worker.cold.onlooker, "wall clock"),
    row("@ghostery/adblocker, first of a service worker", worker.cold.ghostery, worker.cold.onlooker, "wall clock"),
    row("Onlooker, native", native.onlooker.load.cpu, native.onlooker.load.cpu, megabytes(native.onlooker.bytes)),
    row("adblock, native", native.adblock.load.cpu, native.onlooker.load.cpu, megabytes(native.adblock.bytes)),
  ]);

  if (wire) {
    rows(["techniques, µs an exchange", "median", "half of the rounds", "best", "of the first", ""], [
      ["its address by the rules alone, wasm in Node", wire.rules],
      ["its address, headers, body and answer handed over, judged by the rules alone", wire.handed],
      ["the same, by all techniques", wire.parts],
      ["the same, with the pseudonyms made", wire.whole],
    ].map(([what, took]) => [what, digits(summary(took).median), spread(summary(took)), digits(Math.min(...took)), digits(ratio(took, wire.rules).median), `${wire.exchanges} exchanges recorded`]));
  }

  const verdict = ratio(node.onlooker.match.cpu, node.ghostery.match.cpu);
  const verdictInWorker = ratio(worker.contenders.onlooker.match.wall, worker.contenders.ghostery.match.wall);
  const loaded = ratio(node.onlooker.load.cpu, node.ghostery.load.cpu);
  const loadedFirst = ratio(worker.cold.onlooker, worker.cold.ghostery);
  const woken = summary(wake);
  const lookUp = summary(native.look_up.ns);
  /** @param {string} what @param {number} is @param {number} most @param {string} shown @param {string} limit @param {string} more */
  const target = (what, is, most, shown, limit, more) => [what, shown, limit, is <= most ? "met" : "not met", more];
  /** @param {string} what @param {import("./lib/stats.mjs").Summary} is @param {number} most */
  const times = (what, is, most) => target(what, is.median, most, `${digits(is.median)} ×`, `${most} ×`, `half of the rounds ${spread(is)}`);
  rows(["to reach", "here", "at most", "", ""], [
    times("verdict, of Ghostery's, Node", verdict, TARGETS.verdict),
    times("verdict, of Ghostery's, service worker", verdictInWorker, TARGETS.verdict),
    ...(wire ? [times("all techniques, of what the rules take", apart(wire.parts, wire.handed, wire.rules), TARGETS.techniques)] : []),
    times("all techniques' verdict on an address, of Ghostery's, Node", ratio(node.onlookerAll.match.cpu, node.ghostery.match.cpu), TARGETS.whole),
    times("load, of Ghostery's, Node, warm", loaded, TARGETS.load),
    times("load, of Ghostery's, first of a service worker", loadedFirst, TARGETS.load),
    target("worker's wake to first verdict", woken.median, TARGETS.wake, `${digits(woken.median)} ms`, `${TARGETS.wake} ms`,
      `half of ${woken.rounds} wakes ${spread(woken)}, best ${digits(Math.min(...wake))}`),
    target("linear memory after load", memory.loaded, TARGETS.memory, megabytes(memory.loaded), megabytes(TARGETS.memory), `after all requests ${megabytes(memory.used)}`),
    target("look-up of a host's actor, owner, country and laws, native", lookUp.median, TARGETS.lookUp, `${digits(lookUp.median)} ns`, `${TARGETS.lookUp} ns`,
      `${native.look_up.hosts} hosts, half of the rounds ${spread(lookUp)}`),
    target("what is told of actors, companies, countries", sizes.shelf, TARGETS.shelf, megabytes(sizes.shelf), megabytes(TARGETS.shelf), "without their hosts' rules, some 40 KB"),
    ...sizes.zips.map((/** @type {{name: string, bytes: number}} */ { name, bytes }) => target(name, bytes, TARGETS.zip, megabytes(bytes), megabytes(TARGETS.zip), "")),
    ...(sizes.zips.length === 0 ? [["zips", "not there", megabytes(TARGETS.zip), "not known", "./build.sh package makes them"]] : []),
  ]);
  lines.push("", `wasm ${megabytes(sizes.wasm)} (${megabytes(sizes.wasmGzipped)} gzipped), pack ${megabytes(sizes.pack)} (${megabytes(sizes.packGzipped)} gzipped)`);
  return lines.join("\n");
}

/** @param {string} text */
function writeDocs(text) {
  const file = join(ROOT, "docs/benchmarks.md");
  const [start, end] = ["<!-- table: made by ./build.sh bench --docs -->\n\n", "\n<!-- end of table -->"];
  const doc = readFileSync(file, "utf8");
  const [from, to] = [doc.indexOf(start), doc.indexOf(end)];
  if (from < 0 || to < from) throw new Error("docs/benchmarks.md has lost the marks around its table");
  writeFileSync(file, `${doc.slice(0, from + start.length)}${text}\n${doc.slice(to)}`);
}

await main().catch((error) => {
  console.error(`bench: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
  process.exitCode = 2;
});
