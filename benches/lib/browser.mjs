// @ts-check
/** Our core and Ghostery's engine in a service worker of Chromium, and how long our own worker takes from its wake. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { launchChromium } from "../../tests/e2e/lib/chromium.mjs";
import { ROOT, distFor } from "../../tests/e2e/lib/dist.mjs";
import { startNet } from "../../tests/e2e/lib/net.mjs";
import { ask } from "../../tests/e2e/lib/session.mjs";
import { WARM_LOADS } from "./measure.mjs";
import { FILES } from "./node.mjs";

const MODULES = join(ROOT, "node_modules");

/** The ES module that a package's name stands for; older packages name theirs beside Node's. @param {string} name */
function packageModule(name) {
  const folder = join(MODULES, name);
  const { exports, module } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return !exports && module ? join(folder, module) : fileURLToPath(import.meta.resolve(name));
}

/** Older packages leave the ending to the bundler. @param {string} folder @param {string} name */
function relativeModule(folder, name) {
  const file = join(folder, name);
  return [file, `${file}.js`, join(file, "index.js")].find((path) => statSync(path, { throwIfNoEntry: false })?.isFile()) ?? file;
}

/**
 * Copies an ES module and all it imports; a browser knows no package names, so they become paths.
 * @param {string} file @param {string} to a folder that stands for node_modules @param {Set<string>} [done]
 */
function copyModule(file, to, done = new Set()) {
  if (done.has(file)) return;
  done.add(file);
  const target = join(to, relative(MODULES, file));
  const source = readFileSync(file, "utf8").replace(/(\bfrom\s*|\bimport\s*)(["'])([^"'\n]+)\2/g, (whole, before, quote, name) => {
    if (!/^[@./a-z]/.test(name)) return whole;
    const found = name.startsWith(".") ? relativeModule(dirname(file), name) : packageModule(name);
    copyModule(found, to, done);
    const path = relative(dirname(file), found);
    return `${before}${quote}${path.startsWith(".") ? path : `./${path}`}${quote}`;
  });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, source);
}

/** An extension that is only a service worker with the engines in it. @param {string} folder @param {number} loads */
function writeExtension(folder, loads) {
  // The files that are shipped.
  cpSync(join(distFor("chromium"), "pkg"), join(folder, "pkg"), { recursive: true });
  const ghostery = fileURLToPath(import.meta.resolve("@ghostery/adblocker"));
  copyModule(ghostery, join(folder, "modules"));
  cpSync(fileURLToPath(new URL("measure.mjs", import.meta.url)), join(folder, "measure.mjs"));
  cpSync(join(distFor("chromium"), "background", "scratch.js"), join(folder, "scratch.js"));
  cpSync(FILES.requests, join(folder, "requests.json"));
  cpSync(FILES.ghostery, join(folder, "ghostery.bin"));
  writeFileSync(join(folder, "popup.html"), "<!doctype html>");
  writeFileSync(join(folder, "popup.css"), "");
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({
    manifest_version: 3,
    name: "Onlooker benchmark",
    version: "1",
    action: { default_popup: "popup.html" },
    background: { service_worker: "worker.js", type: "module" },
    content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'" },
  }));
  // A service worker cannot import later on, and every load wants an instance of its own: so all are there from the start.
  const instances = Array.from({ length: loads + WARM_LOADS + 1 }, (_, n) => n);
  writeFileSync(join(folder, "worker.js"), `
${instances.map((n) => `import * as onlooker${n} from "./pkg/onlooker.js?${n}";`).join("\n")}
import * as ghostery from "./modules/${relative(MODULES, ghostery)}";
import { ghosteryContender, measure, onlookerPass } from "./measure.mjs";
import { addressWriter } from "./scratch.js";
const instances = [${instances.map((n) => `onlooker${n}`).join(", ")}];
const bytes = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
const turn = () => new Promise((go) => setTimeout(go, 0));
const fresh = (module) => {
  const onlooker = instances.pop();
  return { onlooker, memory: onlooker.initSync({ module }).memory };
};
const warm = async (rounds, loads) => {
  const [wasm, pack, serialized, pages] = await Promise.all([bytes("pkg/onlooker_bg.wasm"), bytes("pkg/onlooker.pack"),
    bytes("ghostery.bin"), fetch("requests.json").then((reply) => reply.json())]);
  const module = await WebAssembly.compile(wasm);
  const { onlooker, memory } = fresh(module);
  const engine = new onlooker.Engine(pack);
  engine.only_rules();
  const ours = {
    name: "onlooker",
    pass: onlookerPass(onlooker, memory, engine, addressWriter),
    load() {
      const { onlooker } = fresh(module);
      return () => new onlooker.Engine(pack);
    },
  };
  const result = await measure([ours, ghosteryContender(ghostery, serialized)], pages, { rounds, loads, pause: turn });
  return { ...result, memory: engine.memory() };
};
// The first load of this worker's life.
const cold = {
  async onlooker() {
    const [module, pack] = [await WebAssembly.compileStreaming(fetch("pkg/onlooker_bg.wasm")), await bytes("pkg/onlooker.pack")];
    const { onlooker } = fresh(module);
    const start = performance.now();
    new onlooker.Engine(pack);
    return performance.now() - start;
  },
  async ghostery() {
    const serialized = await bytes("ghostery.bin");
    const start = performance.now();
    ghostery.FiltersEngine.deserialize(serialized);
    return performance.now() - start;
  },
};
chrome.runtime.onMessage.addListener(({ rounds, loads, name }, sender, reply) => {
  (name ? cold[name]() : warm(rounds, loads)).then(reply, (error) => reply({ error: String(error) }));
  return true;
});
`);
}

/**
 * @param {{ rounds: number, loads: number, colds: number }} how
 * @returns {Promise<Awaited<ReturnType<typeof import("./measure.mjs").measure>> & { memory: number, cold: { onlooker: number[], ghostery: number[] } }>}
 */
export async function measureInWorker({ rounds, loads, colds }) {
  const folder = mkdtempSync(join(tmpdir(), "onlooker-bench-"));
  const net = await startNet();
  try {
    writeExtension(folder, loads);
    const session = await launchChromium({ dist: folder, net });
    try {
      const result = await session.message({ rounds, loads });
      if (!result?.contenders) throw new Error(`the benchmark's service worker failed: ${result?.error ?? "no reply"}`);
      const cold = { onlooker: /** @type {number[]} */ ([]), ghostery: /** @type {number[]} */ ([]) };
      for (let run = 0; run < colds; run += 1) {
        for (const name of /** @type {const} */ (["onlooker", "ghostery"])) {
          await session.killBackground();
          cold[name].push(await session.message({ name }));
        }
      }
      return { ...result, cold };
    } finally {
      await session.close();
    }
  } finally {
    await net.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The shipped extension: a page is open, the worker is ended, the page asks for something.
 * @param {number} runs @returns {Promise<number[]>} ms from the worker's start to its first verdict
 */
export async function measureWake(runs) {
  const net = await startNet();
  try {
    net.route("wake.example/", { type: "text/html", body: "<!doctype html><title>wake</title>" });
    const session = await launchChromium({ dist: distFor("chromium"), net });
    try {
      const tab = await session.openPage("https://wake.example/");
      await ask(session, { kind: "status" });
      /** @type {number[]} */
      const times = [];
      for (let run = -1; run < runs; run += 1) {
        await session.killBackground();
        await tab.page.evaluate((n) => fetch(`https://www.google-analytics.com/g/collect?v=2&n=${n}`, { mode: "no-cors" }).then(() => {}, () => {}), run);
        const { wakeToFirstVerdictMs } = await ask(session, { kind: "status" });
        if (typeof wakeToFirstVerdictMs !== "number") throw new Error("the woken worker gave no verdict");
        // The first kill ends a worker that was started by the installation: another kind of start.
        if (run >= 0) times.push(wakeToFirstVerdictMs);
      }
      return times;
    } finally {
      await session.close();
    }
  } finally {
    await net.close();
  }
}
