// @ts-check
/**
 * What is done to every engine, the same in Node and in a service worker. Imports nothing: the engines are handed in.
 *
 * @typedef {import("./sources.mjs").Page} Page
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {(pages: readonly Page[]) => number} pass Judges every request of every page; returns how many a rule matched.
 * @property {() => (() => unknown)} load Gets ready to load once more; what it returns loads, and is what is timed.
 */

/** What pkg/onlooker.js exports. @typedef {typeof import("../../pkg/onlooker.js")} Onlooker */

/** Numbers of words, each asked for once, as the extension does. @param {(word: string) => number} ask @returns {(word: string) => number} */
export function codes(ask) {
  /** @type {Map<string, number>} */
  const all = new Map();
  return (word) => {
    let code = all.get(word);
    if (code === undefined) all.set(word, code = ask(word));
    return code;
  };
}

/**
 * Our verdict as the background asks for it: extension/background/engine.js, without the browser.
 * @param {Onlooker} onlooker @param {WebAssembly.Memory} memory @param {InstanceType<Onlooker["Engine"]>} engine
 * @param {typeof import("../../extension/background/scratch.js").addressWriter} addressWriter
 */
export function onlookerPass({ request_type }, memory, engine, addressWriter) {
  const code = codes(request_type);
  const write = addressWriter(engine, memory);
  /** @param {readonly Page[]} pages */
  return (pages) => {
    let matched = 0;
    for (const page of pages) {
      const handle = engine.page_open(write(page.url));
      let id = 0;
      for (const [type, whole] of page.requests) {
        // As the extension cuts what is too long to be worth keeping.
        const url = whole.length > 4096 ? whole.slice(0, 4096) : whole;
        id += 1;
        matched += (engine.observe(handle, 0, write(url), 0, 0, code(type), 0, id, 0, 0, id) >>> 4) & 1;
      }
      engine.page_close(handle);
    }
    return matched;
  };
}

/**
 * @param {typeof import("@ghostery/adblocker")} ghostery
 * @param {Uint8Array} serialized @param {boolean} parsedPage whether the page's URL is read once a page, as we do, and not once a request
 * @returns {Contender}
 */
export function ghosteryContender({ FiltersEngine, Request }, serialized, parsedPage = false) {
  const engine = FiltersEngine.deserialize(serialized);
  return {
    name: parsedPage ? "ghosteryParsedPage" : "ghostery",
    pass(pages) {
      let matched = 0;
      for (const { url: sourceUrl, requests } of pages) {
        // Only there: `sourceHostname` and `sourceDomain` together spare it reading the page's URL.
        const page = parsedPage ? Request.fromRawDetails({ url: sourceUrl, type: "main_frame" }) : null;
        for (const [type, url] of requests) {
          const details = page
            ? { url, sourceUrl, sourceHostname: page.hostname, sourceDomain: page.domain, type: /** @type {"script"} */ (type) }
            : { url, sourceUrl, type: /** @type {"script"} */ (type) };
          const found = engine.match(Request.fromRawDetails(details));
          matched += found.match || found.exception ? 1 : 0;
        }
      }
      return matched;
    },
    load: () => () => void FiltersEngine.deserialize(serialized),
  };
}

/** On the processor (all threads), where it can be told, and by the clock on the wall. @typedef {{ cpu: number[], wall: number[] }} Times */
/** µs a request, ms a load, and how many requests a rule matched. @typedef {{ match: Times, load: Times, matched: number }} Figures */

/**
 * All take turns, in another order each round.
 *
 * Garbage is not collected by force in between: V8 then forgets what it knew of hot code, and the peers in plain JavaScript
 * came out four times as slow as they are.
 * @param {readonly Contender[]} contenders @param {readonly Page[]} pages
 * @param {object} how
 * @param {number} how.rounds
 * @param {number} how.loads
 * @param {number} [how.warmUp] passes before the first round
 * @param {() => number} [how.cpu] ms on the processor so far
 * @param {() => Promise<void>} [how.pause] lets the events of a worker in between
 */
export async function measure(contenders, pages, { rounds, loads, warmUp = 8, cpu = () => 0, pause = async () => {} }) {
  const count = pages.reduce((sum, page) => sum + page.requests.length, 0);
  /** @type {Record<string, Figures>} */
  const result = {};
  /** @param {Times} into @param {number} per @param {() => unknown} work */
  const time = async (into, per, work) => {
    const [wall, used] = [performance.now(), cpu()];
    const working = work();
    // Not even a tick more for what does not need it.
    if (working instanceof Promise) await working;
    into.cpu.push((cpu() - used) * per);
    into.wall.push((performance.now() - wall) * per);
    await pause();
  };
  for (const { name, pass } of contenders) {
    result[name] = { match: { cpu: [], wall: [] }, load: { cpu: [], wall: [] }, matched: pass(pages) };
    for (let n = 1; n < warmUp; n += 1) pass(pages);
    await pause();
  }
  for (let round = 0; round < rounds; round += 1) {
    for (let n = 0; n < contenders.length; n += 1) {
      const { name, pass } = contenders[(n + round) % contenders.length];
      await time(result[name].match, 1e3 / count, () => pass(pages));
    }
  }
  for (let round = -WARM_LOADS; round < loads; round += 1) {
    for (let n = 0; n < contenders.length; n += 1) {
      const { name, load } = contenders[(n + round + WARM_LOADS) % contenders.length];
      await time(round < 0 ? { cpu: [], wall: [] } : result[name].load, 1, load());
    }
  }
  return { count, contenders: result };
}

/** Loads before the first that counts. */
export const WARM_LOADS = 2;
