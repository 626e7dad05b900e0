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
 */

/**
 * One request, or one hop of a redirected request.
 * @typedef {object} RequestEvent
 * @property {'request'} is
 * @property {string} rid the browser's id, the same for every hop
 * @property {number} ts ms since the epoch. In Chromium with fractions.
 * @property {string} url cut by `clean`
 * @property {string} cut a mark of what was cut away, '' where nothing was
 * @property {string} type
 * @property {string} method
 * @property {number} tab -1: none
 * @property {number} frame 0 is a tab's main frame
 * @property {number} parent frame; -1: this is a main frame, or no frame
 * @property {string} doc id of the document that asks, '' where unknown
 * @property {string} pdoc id of the document around it, '' where unknown
 * @property {boolean} hidden of a page that is prerendered
 * @property {string} by origin, or in Firefox URL, of who asked; 'null' where it has none that can be told; '' where unknown
 * @property {string} top URL of the page, Firefox only
 * @property {string} at URL of the frame, Firefox only
 * @property {boolean} secret of a private window, where the browser says so (Firefox)
 * @property {boolean} late told when it was over, in case its start was lost with a background that was just ended
 * @property {boolean} empty over, with an answer of which no document comes (204, 205)
 */

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
 * @typedef {{is: 'intercept', ts: number, tab: number, url: string}} InterceptEvent */

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
 */

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

/** One byte more than the core takes of a URL (4096): so it cuts, and counts in the report that it did. */
const URL_BYTES = 4097;

const encoder = new TextEncoder();
const probe = new Uint8Array(URL_BYTES);

/** What of a URL is sent: not the fragment. @param {string} url */
function sent(url) {
  const hash = url.indexOf('#');
  // Who logs in is no part of where a request goes: it is not kept, and it must not push the host behind the cut.
  return (hash < 0 ? url : url.slice(0, hash)).replace(/^([a-z]+:\/\/)[^/?#\\]*@/i, '$1');
}

/** At most 4097 bytes of UTF-8, never ending inside a character. @param {string} whole */
function short(whole) {
  // A UTF-16 unit is at most three bytes: most URLs need no counting.
  if (whole.length * 3 <= URL_BYTES) return whole;
  return whole.slice(0, encoder.encodeInto(whole, probe).read);
}

/** What is kept of a URL. @param {string} url */
export function clean(url) {
  return short(sent(url));
}

/** What tells two URLs apart of which the same is kept. @param {string} whole */
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

/** @param {RequestDetails} d @param {boolean} late @returns {RequestEvent} */
export function requestEvent(d, late) {
  const ancestors = d.frameAncestors;
  const around = ancestors?.[ancestors.length - 1];
  const whole = sent(d.url);
  const url = short(whole);
  const doc = idOf(d.documentId);
  return {
    is: 'request',
    rid: d.requestId,
    ts: d.timeStamp,
    url,
    cut: url.length < whole.length ? markOf(whole) : '',
    type: TYPES.has(d.type) && !(d.type === 'main_frame' && doc !== '') ? d.type : 'other',
    method: d.method,
    tab: d.tabId,
    frame: d.frameId,
    parent: d.parentFrameId,
    doc,
    pdoc: idOf(d.parentDocumentId),
    hidden: d.documentLifecycle === 'prerender',
    // Firefox alone tells `thirdParty`. A worker's request of which it tells no more is somebody's all the same.
    by: d.initiator ?? d.originUrl ?? (d.thirdParty !== undefined && d.tabId < 0 ? 'null' : ''),
    top: clean(around?.url ?? d.documentUrl ?? ''),
    at: d.frameId !== 0 && d.tabId >= 0 && d.type !== 'sub_frame' ? clean(d.documentUrl ?? '') : '',
    secret: d.incognito === true,
    late,
    empty: late && (d.statusCode === 204 || d.statusCode === 205),
  };
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
