/**
 * What the browser tells us, in one small shape for both browsers. Plain data, so that an event can be stored as it is
 * and handled by a later background. Knows no page and no engine.
 *
 * What differs, as seen in Chromium 156 and Firefox 153:
 * - Who asked: Chromium says the `initiator`'s origin; Firefox the full `originUrl` and `documentUrl`.
 * - `documentId` is on every request of a document in Chromium (106 on) and in new Firefox; before that Firefox has the
 *   URLs only. A navigation has none in either: its document does not exist yet. So a `main_frame` that has one is no
 *   navigation, but what a page has fetched ahead (speculation rules in Chromium), and is told here as `other`.
 * - A dedicated worker's request names the document in Chromium; in Firefox it names the tab and, as its document,
 *   the worker's script.
 * - A shared or service worker's request has tab -1 in both. Where the worker was made of a `data:` address nobody is
 *   named: Chromium's `initiator` is "null", Firefox has no `originUrl`. The browsers' own requests have no `initiator`
 *   in Chromium, and Firefox does not show them.
 * - A navigation that a page began names it (`initiator`, `originUrl`); one from the address bar names nobody.
 *
 * What of headers and bodies each shows:
 * - Cookie, Set-Cookie, Referer and Origin: Firefox always; Chromium where `extraHeaders` is asked for, at which Firefox throws.
 * - Set-Cookie is one header for each cookie in Chromium; in Firefox one for all, with a line for each.
 * - A redirect's headers come by onHeadersReceived in both. What Chromium redirects by itself (to https, by HSTS) is told
 *   by onBeforeRedirect alone, and nothing is sent for it.
 * - An answer from the cache is told as any other, without its Set-Cookie. One that was looked up again (304) comes once
 *   in Chromium, as the merged 200; in Firefox twice, first as what came over the wire.
 * - A Critical-CH that makes Chromium ask again is another request, with another id.
 * - Bodies: forms as fields in both (of fetch and sendBeacon too, but Chromium gives FormData that is not a navigation's as the raw
 *   multipart text). A Blob's is an error in Chromium, and text in Firefox. A file's content is in neither.
 * - A page's request that goes to its service worker has no headers in Firefox; the worker's own has them. Chromium shows
 *   the worker's alone.
 */

/**
 * One request, or one hop of a redirected request; or what was sent for it, or answered.
 * @typedef {object} RequestEvent
 * @property {'request'} is
 * @property {Stage} stage
 * @property {string} rid the browser's id, the same for every hop
 * @property {number} ts ms since the epoch. In Chromium with fractions.
 * @property {string} url cut by `clean`, and rewritten by pseudonyms.js as everything here
 * @property {string} cut a mark of what was cut away, '' where nothing was
 * @property {string} type
 * @property {string} method
 * @property {number} tab -1: none
 * @property {number} frame 0 is a tab's main frame
 * @property {number} parent frame; -1: this is a main frame, or no frame
 * @property {string} doc id of the document that asks, '' where unknown
 * @property {string} pdoc id of the document around it, '' where unknown
 * @property {boolean} hidden of a page that is prerendered
 * @property {string} by origin of who asked; its scheme where it is not of the web; 'null' where it has none that can be told; '' where unknown
 * @property {string} top URL of the page, Firefox only
 * @property {string} at URL of the frame, Firefox only
 * @property {boolean} secret of a private window, where the browser says so (Firefox)
 * @property {boolean} late told when it was over, in case its start was lost with a background that was just ended; also what was sent and answered
 * @property {boolean} empty over, with an answer of which no document comes (204, 205)
 * @property {Header[]} headers of the names below
 * @property {string} body of a request; '' where there is none or it cannot be read
 * @property {string} media what its body is
 * @property {number} status of an answer, else 0
 * @property {import('./security.js').Security|null} [security] of an answer, where the person wants to be told
 * @property {true} [met] of an answer: the browser has connected to its host by itself, with no proxy between; Firefox alone tells
 * @property {Lost} [lost] what of it was left out
 * @property {boolean} [masked] by `mask` in pseudonyms.js
 */

/** @typedef {'request'|'sent'|'answered'} Stage */
/** How much is missing of an exchange that was seen, by a word of LEFT_OUT. @typedef {Record<string, number>} Lost */
/** Its name is in lower case. @typedef {[name: string, value: string]} Header */

/**
 * A navigation has begun: `begin`; has put a document into a frame: `commit`; has ended in an error page: `fail`.
 * @typedef {object} NavigationEvent
 * @property {'begin'|'commit'|'fail'} is
 * @property {number} ts
 * @property {string} url without fragment
 * @property {number} tab
 * @property {number} frame
 * @property {number} parent
 * @property {string} doc
 * @property {string} pdoc
 * @property {boolean} hidden
 * @property {boolean} back came by the back or forward button
 * @property {boolean} redirected by the server
 */

/** The page's own request has gone to the site's service worker (Firefox says so by a redirect to itself).
 * @typedef {{is: 'intercept', ts: number, tab: number, url: string, rid: string}} InterceptEvent */

/** @typedef {{is: 'closed', ts: number, tab: number}} ClosedEvent */

/** @typedef {RequestEvent|NavigationEvent|InterceptEvent|ClosedEvent} Event */

/** Of both browsers; a field that one lacks is optional.
 * @typedef {object} RequestDetails
 * @property {string} requestId
 * @property {number} timeStamp
 * @property {string} url
 * @property {string} type
 * @property {string} method
 * @property {number} tabId
 * @property {number} frameId
 * @property {number} parentFrameId
 * @property {string} [documentId]
 * @property {string} [parentDocumentId]
 * @property {string} [documentLifecycle]
 * @property {string} [initiator]
 * @property {string} [originUrl]
 * @property {string} [documentUrl]
 * @property {{url: string, frameId: number}[]} [frameAncestors]
 * @property {boolean} [incognito]
 * @property {boolean} [thirdParty]
 * @property {number} [statusCode]
 * @property {{name: string, value?: string}[]} [requestHeaders]
 * @property {{name: string, value?: string}[]} [responseHeaders]
 * @property {RequestBody|null} [requestBody]
 * @property {string} [ip] to which the browser has connected; Firefox has none where an answer came from its cache
 * @property {{type: string}|null} [proxyInfo] Firefox only
 */

/** @typedef {{formData?: Record<string, unknown[]>, raw?: {bytes?: ArrayBuffer}[], error?: string}} RequestBody */

/** @typedef {object} NavigationDetails
 * @property {number} timeStamp
 * @property {string} url
 * @property {number} tabId
 * @property {number} frameId
 * @property {number} [parentFrameId]
 * @property {string} [documentId]
 * @property {string} [parentDocumentId]
 * @property {string} [documentLifecycle]
 * @property {string[]} [transitionQualifiers]
 */

/** What the engine calls the stages of an exchange. @type {Record<Stage, number>} */
export const STAGES = { request: 0, sent: 1, answered: 2 };

/** `Part` in src/observation.rs, by code. */
const PARTS = ['request-headers', 'cookies', 'response-headers', 'bodies', 'security', 'times', 'dns', 'roots'];

/** Why something of an exchange is missing though it was seen: `LEFT_OUT` in src/observation.rs. */
export const LEFT_OUT = ['headers-left-out', 'cookies-left-out', 'bodies-left-out', 'bodies-not-read'];

/** @param {Lost} lost @param {Lost|null|undefined} more */
export function lose(lost, more) {
  for (const [why, count] of Object.entries(more ?? {})) if (count > 0) lost[why] = (lost[why] ?? 0) + count;
}

/** In a map that forgets what it was told first. @template K, V @param {Map<K, V>} map @param {K} key @param {V} value @param {number} most */
export function remember(map, key, value, most) {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    break;
  }
}

/** A header that found no room. @param {Lost} lost @param {string} name */
export function loseHeader(lost, name) {
  lose(lost, { [name === 'cookie' || name === 'set-cookie' ? 'cookies-left-out' : 'headers-left-out']: 1 });
}

/** In the engine's bits: see `page_records` in pkg/onlooker.d.ts. @param {readonly string[]} recorded */
export function recordsOf(recorded) {
  return PARTS.reduce((bits, part, code) => (recorded.includes(part) ? bits | 1 << code : bits), 0);
}

/**
 * Headers as the engine reads them; how the connection is secured stands among them.
 * @param {readonly Header[]|undefined} headers @param {import('./security.js').Security} [security]
 */
export function headerLines(headers = [], security = undefined) {
  let lines = headers.map(([name, value]) => `${name}: ${value}\n`).join('');
  for (const [name, value] of Object.entries(security ?? {})) lines += `:${name.replace('_', '-')}: ${value}\n`;
  return lines;
}

/** One byte more than the core judges of a URL (4096): so it cuts, and counts in the report that it did. */
const URL_BYTES = 4097;
/** Of a URL as it comes: as much as is rewritten of one. A pseudonym is mostly shorter than what it stands for. */
const RAW_BYTES = 16_384;
/** Of a body, in bytes of UTF-8: a character more than the core reads (16384), so that it cuts and counts here as well. */
const BODY_BYTES = 16_388;
/** And so many characters of one header: one more than the core reads of a line of cookies. */
const HEADER_TEXT = 16_385;
/** And of all of a request. What finds no room is counted. */
const HEADERS_TEXT = 65_536;

/** What is taken of a request's headers; what of it is kept the core says. `authorization` without its value. */
const SENT = new Set([
  'cookie', 'referer', 'origin', 'sec-gpc', 'dnt', 'content-type', 'ping-from', 'ping-to', 'authorization', 'save-data',
  'attribution-reporting-eligible', 'forwarded', 'tm-user-id', 'msisdn',
]);
/** Hints of the device; who asks for what; and what a page, an app or an operator's network adds of its own. */
const SENT_BEGIN = /^(?:sec-ch-|sec-fetch-|x-)/;
/** And of an answer's. */
const ANSWERED = new Set([
  'set-cookie', 'date', 'location', 'etag', 'last-modified', 'cache-control', 'strict-transport-security', 'accept-ch',
  'critical-ch', 'content-security-policy', 'content-security-policy-report-only', 'report-to', 'reporting-endpoints', 'nel',
  'content-type', 'server', 'via', 'refresh', 'permissions-policy', 'access-control-allow-origin', 'tk', 'clear-site-data', 'expires',
]);

const encoder = new TextEncoder();
const probe = new Uint8Array(BODY_BYTES);

/** What of a URL is sent: not the fragment. @param {string} url */
function sent(url) {
  const hash = url.indexOf('#');
  // Who logs in is no part of where a request goes: it is not kept, and it must not push the host behind the cut.
  return (hash < 0 ? url : url.slice(0, hash)).replace(/^([a-z]+:\/\/)[^/?#\\]*@/i, '$1');
}

/** At most so many bytes of UTF-8, never ending inside a character. @param {string} whole @param {number} [bytes] */
export function short(whole, bytes = URL_BYTES) {
  // A UTF-16 unit is at most three bytes: most texts need no counting.
  if (whole.length * 3 <= bytes) return whole;
  return whole.slice(0, encoder.encodeInto(whole, probe.subarray(0, bytes)).read);
}

/** What is taken of a URL. @param {string} url */
export function clean(url) {
  return short(sent(url), RAW_BYTES);
}

/** What tells two URLs apart of which the same is kept: where they are too long. @param {string} whole */
function markOf(whole) {
  let hash = whole.length;
  for (let at = 0; at < whole.length; at += 1) hash = Math.imul(hash ^ whole.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(36);
}

/** @param {string} url the origin, or '' when it has none that the web knows */
export function originOf(url) {
  const found = /^(?:http|ws)(s?):\/\/[^/?#\\]*/i.exec(url);
  if (!found) return '';
  // The browser's URLs are in normal form but for userinfo, which no origin has.
  const at = found[0].lastIndexOf('@');
  const scheme = `http${found[1]}://`;
  return at < 0 ? scheme + found[0].slice(found[0].indexOf('//') + 2) : scheme + found[0].slice(at + 1);
}

/** Of an address that is not of the web: which of `about:` it is says whether it is a frame of a page. @param {string} url */
export function bare(url) {
  return /^about:[a-z]*/.exec(url)?.[0] ?? url.slice(0, url.indexOf(':') + 1);
}

/** Who asked, as far as anybody needs to know it. @param {string} by */
function askerOf(by) {
  const origin = originOf(by);
  return origin || bare(by) || by;
}

/**
 * @param {RequestDetails} d
 * @param {Stage} stage
 * @param {boolean} late told at its end; what was sent and answered is late always
 * @returns {RequestEvent}
 */
export function requestEvent(d, stage, late) {
  const ancestors = d.frameAncestors;
  const around = ancestors?.[ancestors.length - 1];
  const whole = sent(d.url);
  const url = short(whole, RAW_BYTES);
  const doc = idOf(d.documentId);
  const { body, media, unread } = bodyOf(stage === 'request' ? d.requestBody : null);
  /** @type {Lost} */
  const lost = unread ? { 'bodies-not-read': 1 } : {};
  return {
    is: 'request',
    stage,
    rid: d.requestId,
    ts: d.timeStamp,
    url,
    cut: short(whole).length < whole.length ? markOf(whole) : '',
    type: TYPES.has(d.type) && !(d.type === 'main_frame' && doc !== '') ? d.type : 'other',
    method: d.method,
    tab: d.tabId,
    frame: d.frameId,
    parent: d.parentFrameId,
    doc,
    pdoc: idOf(d.parentDocumentId),
    hidden: d.documentLifecycle === 'prerender',
    // Firefox alone tells `thirdParty`. A worker's request of which it tells no more is somebody's all the same.
    by: askerOf(d.initiator ?? d.originUrl ?? (d.thirdParty !== undefined && d.tabId < 0 ? 'null' : '')),
    top: clean(around?.url ?? d.documentUrl ?? ''),
    at: d.frameId !== 0 && d.tabId >= 0 && d.type !== 'sub_frame' ? clean(d.documentUrl ?? '') : '',
    secret: d.incognito === true,
    late: late || stage !== 'request',
    empty: late && (d.statusCode === 204 || d.statusCode === 205),
    headers: stage === 'sent' ? headersOf(d.requestHeaders, isSent, lost) : stage === 'answered' ? headersOf(d.responseHeaders, isAnswered, lost) : [],
    body,
    media,
    status: stage === 'answered' ? d.statusCode ?? 0 : 0,
    ...(stage === 'answered' && d.ip && (!d.proxyInfo || d.proxyInfo.type === 'direct') ? { met: true } : {}),
    ...(Object.keys(lost).length > 0 ? { lost } : {}),
  };
}

/** @param {string} name */
const isSent = (name) => SENT.has(name) || SENT_BEGIN.test(name);
/** @param {string} name */
const isAnswered = (name) => ANSWERED.has(name);

/** @param {{name: string, value?: string}[]|undefined} all @param {(name: string) => boolean} isTaken @param {Lost} lost @returns {Header[]} */
function headersOf(all, isTaken, lost) {
  /** @type {Header[]} */
  const taken = [];
  let left = HEADERS_TEXT;
  for (const { name: written, value = '' } of all ?? []) {
    const name = written.toLowerCase();
    if (!isTaken(name)) continue;
    if (name === 'authorization') {
      taken.push([name, '']);
      continue;
    }
    // Firefox puts what came in several headers of one name into several lines.
    for (const line of value.split('\n')) {
      const text = line.trim().slice(0, HEADER_TEXT);
      if (text === '') continue;
      // Only what does not fit is lost: what comes behind it may.
      if (text.length > left) {
        loseHeader(lost, name);
        continue;
      }
      left -= text.length;
      taken.push([name, text]);
    }
  }
  return taken;
}

/** `unread`: there is one, and it or a part of it cannot be read. @param {RequestBody|null|undefined} given @returns {{body: string, media: string, unread: boolean}} */
function bodyOf(given) {
  if (given?.formData) {
    let body = '';
    for (const [name, values] of Object.entries(given.formData)) {
      for (const value of values) {
        if (body.length > BODY_BYTES) break;
        const pair = new URLSearchParams([[name, typeof value === 'string' ? value.slice(0, BODY_BYTES) : '']]);
        body += `${body === '' ? '' : '&'}${pair}`;
      }
    }
    return { body: short(body, BODY_BYTES), media: 'application/x-www-form-urlencoded', unread: false };
  }
  const raw = given?.raw ?? [];
  const body = textOf(raw);
  // Of what kind it is its headers say, which are not there yet.
  const media = /^\s*[[{]/.test(body) ? 'application/json' : body.startsWith('--') && /^content-disposition: *form-data/im.test(body) ? 'multipart/form-data'
    : body === '' ? '' : 'text/plain';
  // A Blob is an error in Chromium; of a file there are no bytes; of what is no text nothing is read.
  const unread = given?.error !== undefined || raw.some(({ bytes }) => !bytes || (body === '' && bytes.byteLength > 0));
  return { body, media, unread };
}

/** The text of bytes, as much as is taken; '' of what is no text. @param {{bytes?: ArrayBuffer}[]} parts */
function textOf(parts) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let left = BODY_BYTES;
  try {
    for (const { bytes } of parts) {
      if (!bytes || left <= 0) continue;
      const part = new Uint8Array(bytes, 0, Math.min(left, bytes.byteLength));
      left -= part.length;
      // Cut inside a character, that one is left out.
      text += decoder.decode(part, { stream: true });
    }
  } catch {
    return '';
  }
  return text.includes('\0') ? '' : text;
}

/** Chromium has an id of zeros where there is no document. @param {string|undefined} id */
function idOf(id) {
  return id === undefined || /^0+$/.test(id) ? '' : id;
}

/** What Firefox and Chromium call types, less those no list rule knows (xslt, xml_dtd, web_manifest …): `other`. */
const TYPES = new Set([
  'main_frame', 'sub_frame', 'stylesheet', 'script', 'image', 'imageset', 'font', 'object', 'xmlhttprequest', 'ping',
  'beacon', 'csp_report', 'media', 'websocket', 'webtransport', 'speculative', 'other',
]);

/** @param {'begin'|'commit'|'fail'} is @param {NavigationDetails} d @returns {NavigationEvent} */
export function navigationEvent(is, d) {
  return {
    is,
    ts: d.timeStamp,
    url: clean(d.url),
    tab: d.tabId,
    frame: d.frameId,
    parent: d.parentFrameId ?? -1,
    doc: idOf(d.documentId),
    pdoc: idOf(d.parentDocumentId),
    hidden: d.documentLifecycle === 'prerender',
    back: d.transitionQualifiers?.includes('forward_back') ?? false,
    redirected: d.transitionQualifiers?.includes('server_redirect') ?? false,
  };
}
