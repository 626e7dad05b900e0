// @ts-check
/** Our core in wasm, Ghostery's and uBlock Origin's engines, in this Node process. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ghostery from "@ghostery/adblocker";
import { ROOT } from "../../tests/e2e/lib/dist.mjs";
import { addressWriter } from "../../extension/background/scratch.js";
import { wirePasses } from "./wire.mjs";
import { WARM_LOADS, ghosteryContender, measure, onlookerPass } from "./measure.mjs";

/** @typedef {import("./sources.mjs").Page} Page */
/** @typedef {import("./measure.mjs").Contender} Contender */

export const WORK = join(ROOT, "target", "bench");
export const WASM = join(ROOT, "pkg", "onlooker_bg.wasm");
/** As the extension ships it: what a verdict needs, without the rules' texts that a report shows. */
export const PACK = join(ROOT, "dist", "chrome", "pkg", "onlooker.pack");

/** Where {@link prepare} puts things. */
export const FILES = {
  requests: join(WORK, "requests.json"),
  ghostery: join(WORK, "ghostery.bin"),
  ubo: join(WORK, "ubo.txt"),
  list: (/** @type {number} */ n) => join(WORK, `list-${n}.txt`),
};

/** uBlock Origin's core has no types. @returns {Promise<any>} */
const uboEngine = async () => {
  const name = "@gorhill/ubo-core";
  const { StaticNetFilteringEngine } = await import(name);
  return StaticNetFilteringEngine.create();
};

/**
 * Lets every peer read the lists and serialize itself, as its users do. Rules about how pages look are left out for all.
 * @param {readonly string[]} lists @param {readonly Page[]} pages
 */
export async function prepare(lists, pages) {
  mkdirSync(WORK, { recursive: true });
  writeFileSync(FILES.requests, JSON.stringify(pages));
  lists.forEach((text, n) => writeFileSync(FILES.list(n), text));
  const engine = ghostery.FiltersEngine.parse(lists.join("\n"), { loadCosmeticFilters: false });
  writeFileSync(FILES.ghostery, engine.serialize());
  const ubo = await uboEngine();
  await ubo.useLists(lists.map((raw, n) => ({ name: `list-${n}`, raw })));
  writeFileSync(FILES.ubo, await ubo.serialize());
  return ubo;
}

/**
 * What the techniques cost beside the rules.
 * @param {import("./wire.mjs").Visit[]} visits @param {number} rounds
 * @returns {Promise<{ exchanges: number, rules: number[], parts: number[], whole: number[] }>} µs an exchange
 */
export async function measureWire(visits, rounds) {
  const module = await WebAssembly.compile(readFileSync(WASM));
  const pack = new Uint8Array(readFileSync(PACK));
  const passes = [];
  for (const only of [true, false]) {
    const { onlooker, memory } = await freshOnlooker(module);
    const engine = new onlooker.Engine(pack);
    if (only) engine.only_rules();
    passes.push(wirePasses(onlooker, addressWriter(engine, memory), engine));
  }
  const [bare, full] = passes;
  const written = full.written(visits);
  const count = visits.reduce((sum, { exchanges }) => sum + exchanges.length, 0);
  const work = { rules: () => bare.requests(written), handed: () => bare.parts(written), parts: () => full.parts(written), whole: () => full.whole(visits) };
  /** @type {{ rules: number[], handed: number[], parts: number[], whole: number[] }} */
  const result = { rules: [], handed: [], parts: [], whole: [] };
  for (let round = -8; round < rounds; round += 1) {
    for (const [name, pass] of Object.entries(work)) {
      const start = process.cpuUsage();
      pass();
      const { user, system } = process.cpuUsage(start);
      if (round >= 0) result[/** @type {keyof typeof result} */ (name)].push((user + system) / count);
    }
  }
  return { exchanges: count, ...result };
}

let instances = 0;

/** A new instance of the module, as a woken worker has it: its memory has not grown yet. @param {WebAssembly.Module} module */
async function freshOnlooker(module) {
  /** @type {import("./measure.mjs").Onlooker} */
  const onlooker = await import(`../../pkg/onlooker.js?instance=${instances++}`);
  const { memory } = onlooker.initSync({ module });
  return { onlooker, memory };
}

/**
 * @param {any} ubo as {@link prepare} returns it: there can be one only
 * @param {readonly Page[]} pages @param {{ rounds: number, loads: number }} how
 */
export async function measureInNode(ubo, pages, { rounds, loads }) {
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  };
  const module = await WebAssembly.compile(readFileSync(WASM));
  const pack = new Uint8Array(readFileSync(PACK));
  const first = await freshOnlooker(module);
  const engine = new first.onlooker.Engine(pack);
  const all = await freshOnlooker(module);
  const memory = { loaded: engine.memory(), used: 0 };
  // Made beforehand: `load` cannot wait.
  /** @type {(typeof first)[]} */
  const fresh = [];
  for (let n = 0; n < loads + WARM_LOADS; n += 1) fresh.push(await freshOnlooker(module));

  // As the peers do: by rules. What all techniques take of an address is beside it.
  engine.only_rules();
  const selfie = readFileSync(FILES.ubo, "utf8");
  await ubo.deserialize(selfie);
  const serialized = new Uint8Array(readFileSync(FILES.ghostery));

  /** @type {Contender[]} */
  const contenders = [
    {
      name: "onlooker",
      pass: onlookerPass(first.onlooker, first.memory, engine, addressWriter),
      load() {
        const { onlooker } = /** @type {typeof first} */ (fresh.pop());
        return () => new onlooker.Engine(pack);
      },
    },
    {
      name: "onlookerAll",
      pass: onlookerPass(all.onlooker, all.memory, new all.onlooker.Engine(pack), addressWriter),
      load: () => () => {},
    },
    ghosteryContender(ghostery, serialized),
    ghosteryContender(ghostery, serialized, true),
    {
      name: "ubo",
      pass(all) {
        let matched = 0;
        for (const { url: originURL, requests } of all) {
          for (const [type, url] of requests) matched += ubo.matchRequest({ originURL, url, type }) === 0 ? 0 : 1;
        }
        return matched;
      },
      load: () => () => ubo.deserialize(selfie),
    },
  ];
  const result = await measure(contenders, pages, { rounds, loads, cpu });
  memory.used = engine.memory();
  return { ...result, memory, sizes: { pack: pack.length, ghostery: serialized.length, ubo: selfie.length } };
}

/** @typedef {{ load: number, first: number, compile: number }} Cold ms: bytes to engine, engine to the first page judged, wasm compiled */

/**
 * The first load of a process, as in a worker that has just woken: nothing is compiled, no memory is there.
 * @param {number} runs @returns {Record<string, Cold[]>}
 */
export function measureCold(runs) {
  /** @type {Record<string, Cold[]>} */
  const all = { onlooker: [], ghostery: [], ubo: [] };
  for (let run = 0; run < runs; run += 1) {
    for (const name of Object.keys(all)) {
      all[name].push(JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: "utf8" })));
    }
  }
  return all;
}

/** @param {string} name one engine, once */
async function cold(name) {
  /** @type {Page[]} */
  const pages = JSON.parse(readFileSync(FILES.requests, "utf8")).slice(0, 1);
  /** @type {() => number} */
  let first;
  let compile = 0;
  let start;
  if (name === "onlooker") {
    const [wasm, pack] = [readFileSync(WASM), new Uint8Array(readFileSync(PACK))];
    const begin = performance.now();
    const { onlooker, memory } = await freshOnlooker(await WebAssembly.compile(wasm));
    compile = performance.now() - begin;
    start = performance.now();
    const engine = new onlooker.Engine(pack);
    const pass = onlookerPass(onlooker, memory, engine, addressWriter);
    first = () => pass(pages);
  } else if (name === "ghostery") {
    const serialized = new Uint8Array(readFileSync(FILES.ghostery));
    start = performance.now();
    const { pass } = ghosteryContender(ghostery, serialized);
    first = () => pass(pages);
  } else {
    const [ubo, selfie] = [await uboEngine(), readFileSync(FILES.ubo, "utf8")];
    start = performance.now();
    await ubo.deserialize(selfie);
    first = () => pages.flatMap(({ url, requests }) => requests.filter(([type, to]) => ubo.matchRequest({ originURL: url, url: to, type }))).length;
  }
  const loaded = performance.now();
  first();
  console.log(JSON.stringify({ load: loaded - start, first: performance.now() - loaded, compile }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await cold(process.argv[2]);
