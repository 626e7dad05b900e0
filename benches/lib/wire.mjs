// @ts-check
/**
 * What the techniques cost beside what rules cost: the same exchanges of the recordings, first their addresses by the rules
 * alone, then with all that was sent and answered by all techniques, then with the pseudonyms made as well.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { codes } from "./measure.mjs";

/** @typedef {import("./measure.mjs").Onlooker} Onlooker */
/** @typedef {{ url: string, type: string, method: string, sent: string, body: string, media: string, answered: string, status: number }} Exchange */
/** @typedef {{ url: string, exchanges: Exchange[] }} Visit */

/** The exchanges of every recording in a folder, as text. @param {string} folder @param {(entry: any, url: string) => string} typeOf @returns {Visit[]} */
export function exchanges(folder, typeOf) {
  const lines = (/** @type {any[]} */ headers) => (headers ?? []).map(({ name, value }) => `${String(name).toLowerCase()}: ${String(value).replaceAll("\n", " ")}\n`).join("").slice(0, 16_384);
  return readdirSync(folder).filter((name) => /\.har$/i.test(name)).sort().flatMap((name) => {
    const har = JSON.parse(readFileSync(join(folder, name), "utf8").replace(/^\uFEFF/, ""));
    /** @type {Map<string, Visit>} */
    const visits = new Map();
    for (const entry of har.log.entries) {
      const url = String(entry.request?.url ?? "").slice(0, 4096);
      if (!/^(https?|wss?):\/\//.test(url) || !URL.canParse(url)) continue;
      const key = String(entry.pageref ?? "");
      const visit = visits.get(key) ?? { url, exchanges: [] };
      visits.set(key, visit);
      visit.exchanges.push({
        url, type: visit.exchanges.length === 0 ? "main_frame" : typeOf(entry, url), method: String(entry.request.method),
        sent: lines(entry.request.headers), answered: lines(entry.response?.headers), status: Number(entry.response?.status ?? 0),
        body: String(entry.request.postData?.text ?? "").slice(0, 16_384), media: String(entry.request.postData?.mimeType ?? ""),
      });
    }
    return [...visits.values()];
  });
}

/**
 * @param {Onlooker} onlooker @param {(text: string, from?: number) => number} write
 * @param {InstanceType<Onlooker["Engine"]>} engine
 */
export function wirePasses({ request_type, request_method }, write, engine) {
  let id = 0;
  const [type, method] = [codes(request_type), codes(request_method)];
  /** @param {Visit[]} visits @param {(handle: number, exchange: Exchange) => void} each */
  const all = (visits, each) => {
    for (const visit of visits) {
      const handle = engine.page_open(write(visit.url));
      engine.page_records(handle, 255);
      for (const exchange of visit.exchanges) each(handle, exchange);
      engine.page_close(handle);
    }
  };
  /** @param {number} handle @param {Exchange} of @param {number} stage @param {string} headers @param {string} body */
  const part = (handle, of, stage, headers, body) => {
    const url = write(of.url);
    const head = headers === "" ? 0 : write(headers, url);
    const tail = body === "" ? 0 : write(body, url + head);
    engine.observe(handle, stage, url, head, tail, type(of.type), method(of.method), id, 0, stage === 2 ? of.status : 0, id);
  };
  const parts = (/** @type {number} */ handle, /** @type {Exchange} */ of) => {
    id += 1;
    part(handle, of, 0, "", of.body);
    part(handle, of, 1, of.sent, "");
    part(handle, of, 2, of.answered, "");
  };
  /** @param {Exchange} of @returns {Exchange} */
  const written = (of) => ({
    ...of,
    url: engine.pseudonym_url(write(of.url)) ?? of.url,
    sent: engine.pseudonym_headers(write(of.sent), 1),
    answered: engine.pseudonym_headers(write(of.answered), 2),
    body: of.body === "" ? "" : engine.pseudonym_body(write(of.body), of.media),
  });
  return {
    written: (/** @type {Visit[]} */ visits) => visits.map((visit) => ({ ...visit, exchanges: visit.exchanges.map(written) })),
    requests: (/** @type {Visit[]} */ visits) => all(visits, (handle, of) => {
      id += 1;
      part(handle, of, 0, "", "");
    }),
    parts: (/** @type {Visit[]} */ visits) => all(visits, parts),
    whole: (/** @type {Visit[]} */ visits) => all(visits, (handle, of) => parts(handle, written(of))),
  };
}
