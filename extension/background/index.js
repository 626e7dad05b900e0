/**
 * The background: builds the parts, and registers every listener before the first await. The browser may end it at any
 * moment and start it again for the next event; a listener that is registered later would miss that event.
 */

import './files.js';
import { browser } from '../shared/browser.js';
import { failure, OnlookerError } from '../shared/protocol.js';
import { Badge, UNKNOWN } from './badge.js';
import { startEngine } from './engine.js';
import { askGpc, gpcAddress } from './gpc.js';
import { navigationEvent, originOf, requestEvent, clean } from './events.js';
import { Ledger } from './ledger.js';
import { isTrap, Lists } from './lists.js';
import { Names } from './names.js';
import { Observer } from './observer.js';
import { mask, Pseudonyms } from './pseudonyms.js';
import { bytesOf, nothing, ofFile, ofList, ofSwitch, ofTab, router } from './router.js';
import { Roots, securityOf } from './security.js';
import { shelf } from './shelf.js';
import { Store } from './store.js';
import { levelOf, organisationsOf } from './verdict.js';

/** @typedef {import('./events.js').Event} Event */
/** @typedef {import('./events.js').RequestDetails} RequestDetails */
/** @typedef {import('./observer.js').Page} Page */

/** What is waited for a document to become known, before a request is placed by its tab alone. */
const HOLD_MS = 1500;
/** What is waited for a navigation to come to something, before it is told of the page that began it. */
const LAPSE_MS = 8_000;
/** storage.session holds 10 MB; some is left for what is on its way. */
const STORE_BYTES = 8_000_000;
const WEB = { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*'] };
const EVERYWHERE = { origins: ['<all_urls>'] };
/** What the listeners below tell, in the log's words. */
const RECORDED = ['request-headers', 'cookies', 'response-headers', 'bodies', 'times'];
/** And where the person has turned it on. */
const [SECURITY, DNS] = ['security', 'dns'];

const store = new Store(browser.storage.session, makeRoom, lost);
const lists = new Lists(browser.storage.local, shelf, browser.runtime.getManifest().version);
const badge = new Badge(lookOf);
const ledger = new Ledger(store, (page) => {
  if (page.state === 'open') badge.update(page.tab);
}, (page) => store.savePage(page, observer?.next ?? page.key + 1), engineBroke,
  () => [...RECORDED, ...(secured ? [SECURITY] : []), ...(names?.on ? [DNS] : [])]);

/** @type {Observer|null} */
let observer = null;
/** What arrives before the stored pages and the engine are there, and what is stored of it meanwhile. @type {{event: Event, kept: Event|null}[]} */
let early = [];
/** null: not there yet, and events wait for it; or it never will be. @type {Pseudonyms|null} */
let pseudonyms = null;
/** @type {import('./engine.js').Judge|null} */
let judge = null;
/** @type {import('../shared/protocol.js').Failure|null} */
let broken = null;
/** Are we told how connections are secured? */
let secured = false;
/** Firefox alone lets an extension ask. @type {import('./names.js').Dns|undefined} */
const dns = /** @type {any} */ (browser).dns;
const names = dns ? new Names(dns, browser.storage.local, browser.storage.session, async (host) => /** @type {import('./engine.js').Judge} */ (await born).engine.site(host)) : null;
/** May we see everything? null: not asked yet. @type {boolean|null} */
let permitted = null;

// --- listeners ---------------------------------------------------------------------------------------------------

browser.webRequest.onBeforeRequest.addListener((details) => {
  take(requestEvent(/** @type {RequestDetails} */ (details), 'request', false));
  return undefined;
}, WEB, ['requestBody']);

// Chromium shows cookies and some more only where this is asked for; Firefox shows all, and throws at it.
const extra = /** @type {'extraHeaders'[]} */ ('EXTRA_HEADERS' in (browser.webRequest.OnSendHeadersOptions ?? {}) ? ['extraHeaders'] : []);

browser.webRequest.onSendHeaders.addListener((details) => {
  take(requestEvent(/** @type {RequestDetails} */ (details), 'sent', false));
}, WEB, ['requestHeaders', ...extra]);

/** Firefox alone could tell how connections are secured. */
const canBeTold = 'getSecurityInfo' in browser.webRequest;

const roots = new Roots();

/** @param {unknown} details */
function answered(details) {
  take(requestEvent(/** @type {RequestDetails} */ (details), 'answered', false));
  return undefined;
}

/** The same in Firefox, where a person wants to know how connections are secured. The request goes on at once. @param {unknown} details */
function answeredSecurely(details) {
  const event = requestEvent(/** @type {RequestDetails} */ (details), 'answered', false);
  if (!/^(?:https|wss):/.test(event.url)) take(event);
  else void securityOf(browser.webRequest, event.rid).then((security) => take({ ...event, security: roots.of(event.url, security, event.secret) }));
  return {};
}

/** Firefox throws where the permission for it is not there: so it is known in the first tick. */
function listenToAnswers() {
  const { onHeadersReceived } = browser.webRequest;
  secured = false;
  if (canBeTold) {
    onHeadersReceived.removeListener(answered);
    onHeadersReceived.removeListener(answeredSecurely);
    try {
      onHeadersReceived.addListener(answeredSecurely, WEB, ['blocking', 'responseHeaders']);
      secured = true;
      return;
    } catch { /* not turned on */ }
  }
  onHeadersReceived.addListener(answered, WEB, ['responseHeaders', ...extra]);
}

listenToAnswers();

browser.webRequest.onBeforeRedirect.addListener((details) => {
  if (details.statusCode === 0 && details.redirectUrl === details.url) {
    // Firefox alone: a page's request goes to its service worker. Chromium's redirects have a status.
    take({ is: 'intercept', ts: details.timeStamp, tab: details.tabId, url: clean(details.url), rid: details.requestId });
    return;
  }
  takeLate(/** @type {RequestDetails} */ (details));
  // Made by Chromium itself, with nothing sent; every other redirect's headers were told as they came.
  if (details.responseHeaders?.some(({ name }) => name.toLowerCase() === 'non-authoritative-reason')) {
    take(requestEvent(/** @type {RequestDetails} */ (details), 'answered', false));
  }
}, WEB, ['responseHeaders']);

// An event that was on its way to a background as the browser ended it is lost: seen in Chromium 156, killed in the
// same moment as a navigation. A request's end comes some time after its start, and makes good for it. Not its failure:
// what another extension blocks fails without ever having started.
browser.webRequest.onCompleted.addListener((details) => {
  takeLate(/** @type {RequestDetails} */ (details));
}, WEB);

browser.webNavigation.onBeforeNavigate.addListener((details) => {
  // A frame's start says nothing that its request does not.
  if (details.parentFrameId === -1) take(navigationEvent('begin', details));
});

browser.webNavigation.onCommitted.addListener((details) => {
  take(navigationEvent('commit', /** @type {import('./events.js').NavigationDetails} */ (details)));
});

browser.webNavigation.onErrorOccurred.addListener((details) => {
  // Chromium commits no error page; Firefox does. An abort leaves the old page where it is.
  if (details.parentFrameId === -1 && details.error.startsWith('net::') && details.error !== 'net::ERR_ABORTED') {
    take(navigationEvent('fail', details));
  }
});

browser.tabs.onRemoved.addListener((tab) => {
  badge.forget(tab);
  take({ is: 'closed', ts: Date.now(), tab });
});

browser.permissions.onAdded.addListener(permissionsChanged);
browser.permissions.onRemoved.addListener(permissionsChanged);

// Registered so that the background starts, and looks at the tabs that are open already.
browser.runtime.onInstalled.addListener(() => {});
browser.runtime.onStartup.addListener(() => {});

browser.runtime.onMessage.addListener(router({
  'page-report': { from: ['popup', 'report'], read: ofTab, answer: ({ tabId }) => pageReport(tabId) },
  'page-log': { from: ['popup', 'report'], read: ofTab, answer: ({ tabId }) => pageLog(tabId) },
  'page-report-json': { from: ['popup', 'report'], read: ofTab, answer: ({ tabId }) => pageReportJson(tabId) },
  'gpc-ask': { from: ['popup'], read: ofTab, answer: ({ tabId }) => gpcOf(tabId) },
  lists: { from: ['popup', 'report', 'options'], read: nothing, answer: async () => (await engine()).lists() },
  'list-read': {
    from: ['options'],
    read: ofFile,
    answer: ({ name, base64 }) => withJudge(async (found) => lists.read(found, name, bytesOf(base64))),
  },
  'list-add': { from: ['options'], read: ofList, answer: ({ sha256 }) => withJudge((found) => lists.add(found, sha256)).finally(judgeAgain) },
  'list-remove': { from: ['options'], read: ofList, answer: ({ sha256 }) => removeList(sha256).finally(judgeAgain) },
  'lists-added': { from: ['options'], read: nothing, answer: () => started.then(() => lists.all()) },
  names: { from: ['options'], read: nothing, answer: async () => names?.isOn() ?? null },
  'names-turn': { from: ['options'], read: ofSwitch, answer: ({ on }) => turnNames(on) },
  status: { from: ['any'], read: nothing, answer: status },
}, { id: browser.runtime.id, root: browser.runtime.getURL('') }));

// --- start -------------------------------------------------------------------------------------------------------

const born = startEngine().catch((error) => {
  engineBroke(error);
  return null;
});

const started = born.then(async (found) => {
  if (!found) return;
  // What comes meanwhile is written down, and judged by these lists too.
  await Promise.all([lists.into(found), names?.ready]);
  ledger.lostLists = lists.lost;
  judge = found;
  ledger.start(found);
  void badge.everywhere(null);
}).catch(engineBroke);

const ready = wake().catch(engineBroke);

async function wake() {
  const permission = readPermission();
  const stored = await store.open();
  for (const page of stored.pages) ledger.known(page);
  const built = new Observer({
    record(page, event) {
      ledger.record(page, event);
      if (names && event.stage === 'answered') void tellName(names, page, event).catch(() => {});
      if (store.bytes > STORE_BYTES) makeRoom();
    },
    changed(page) {
      store.savePage(page, built.next);
      ledger.changed(page);
    },
    shown(page) {
      if (permitted === false) missed(page);
      void ledger.wake(page);
      badge.reset(page.tab);
    },
    left: (page) => ledger.rest(page),
    dropped: (page) => ledger.drop(page),
    merge: (from, to) => ledger.merge(from, to),
    begun: lapse,
    hold(event) {
      store.queue(event);
      wait(event);
    },
    placed: (event) => store.unqueue(event),
  }, stored.pages, stored.next);
  if (stored.fresh) store.saveIndex(built.next);
  const found = await born;
  found?.salt(store.salt);
  pseudonyms = found && new Pseudonyms(found);
  observer = built;

  const arrived = early;
  early = [];
  /** @type {Set<number>} */
  const tabs = new Set();
  // An earlier life's are rewritten already.
  for (const event of stored.queue) place(event, event);
  // What was sent and answered has nothing stored, and waits until the requests have their verdicts.
  for (const { event, kept } of arrived) if (kept) place(event, kept);
  void started.then(() => {
    for (const { event, kept } of arrived) if (!kept) give(event);
  });
  for (const { tab } of [...stored.queue, ...arrived.map(({ event }) => event)]) if (tab >= 0) tabs.add(tab);
  if (stored.fresh) void lookAtTabs();
  void store.measure();
  for (const page of built.pages.values()) if (page.state === 'coming') tabs.add(page.tab);
  // A commit may have been lost with the background that was ended.
  if (!stored.fresh) await Promise.all([...tabs].map((tab) => lookAt(tab, 'worker-asleep')));
  for (const page of built.pages.values()) {
    if (page.front !== 0 && (page.state === 'coming' || page.state === 'hidden')) lapse(page);
  }
  await permission;
  // It may have been taken back while there was no observer to tell.
  if (permitted === false) applyPermission();
  // What woke us has its verdict; now what those tabs had before, for their badges.
  for (const tab of tabs) {
    const page = built.shownIn(tab);
    if (page) void ledger.wake(page);
  }
}

// --- events ------------------------------------------------------------------------------------------------------

/** @param {Event} event as it came */
function take(event) {
  if (observer) {
    give(event);
    return;
  }
  const kept = mask(event);
  early.push({ event, kept });
  if (kept) store.queue(kept);
}

/** @param {RequestDetails} details */
function takeLate(details) {
  // Without a document nothing certain could be said of it. A navigation has none, and is told by its id.
  if (details.documentId || details.parentDocumentId || details.type === 'main_frame') take(requestEvent(details, 'request', true));
}

/** Nothing behind this sees what could belong to a person. @param {Event} event as it came */
function give(event) {
  const kept = rewritten(event);
  if (kept) observer?.handle(kept);
}

/** @template {Event} E @param {E} event @returns {E|null} null: nothing of it can be kept */
function rewritten(event) {
  try {
    if (pseudonyms) return /** @type {E} */ (pseudonyms.of(event));
  } catch (error) {
    engineBroke(error);
  }
  return /** @type {E|null} */ (mask(event));
}

/** @param {Event} event from before `observer` was there @param {Event|null} kept what was stored of it */
function place(event, kept) {
  // Taken from the queue first: what cannot be placed yet goes back to it by itself.
  if (kept) store.unqueue(kept);
  if (kept === event) observer?.handle(event);
  else give(event);
}

/** @param {Event} event */
function wait(event) {
  setTimeout(async () => {
    if (!observer || observer.settle(event, false)) return;
    // A document that we never saw commit: is it there?
    await lookAt(event.tab, 'worker-asleep');
    observer.settle(event, true);
  }, HOLD_MS);
}

/** @param {Page} page */
function lapse(page) {
  setTimeout(() => observer?.lapse(page.key), LAPSE_MS);
}

/** The pages that were there before us. */
async function lookAtTabs() {
  const tabs = await browser.tabs.query({});
  await Promise.all(tabs.map(({ id }) => (id === undefined ? undefined : lookAt(id, 'started-before-install'))));
}

/** @type {Map<number, Promise<void>>} */
const looking = new Map();

/** @param {number} tab @param {string} why we may know nothing of it */
function lookAt(tab, why) {
  let look = looking.get(tab);
  // A page's frames ask all at once.
  if (!look) looking.set(tab, look = readFrames(tab, why).finally(() => looking.delete(tab)));
  return look;
}

/** @param {number} tabId @param {string} why */
async function readFrames(tabId, why) {
  const frames = await browser.webNavigation.getAllFrames({ tabId }).catch(() => null);
  // A page is known before its frames.
  for (const frame of [...(frames ?? [])].sort((a, b) => a.parentFrameId - b.parentFrameId)) {
    if (frame.parentFrameId === -1 && frame.frameId !== 0) continue;
    const event = rewritten(navigationEvent('commit', { ...frame, tabId, timeStamp: Date.now() }));
    if (event) observer?.found(event, why);
  }
}

/** Forgets a third of the pages: those left longest ago. */
function makeRoom() {
  if (!observer) return;
  const pages = [...observer.pages.values()].sort((a, b) =>
    Number(a.state !== 'past') - Number(b.state !== 'past') || a.active - b.active);
  // The last one stays: it is the one being read.
  const drop = Math.max(1, Math.floor(pages.length / 3));
  if (pages.length < 2) return;
  for (const page of pages.slice(0, drop)) {
    observer.drop(page);
    badge.update(page.tab);
  }
  // Until it is measured: else the next request would make room once more.
  store.bytes *= 2 / 3;
  void store.measure();
}

/** @param {number} key of a page of which a request could not be stored: the next life of this background lacks it */
function lost(key) {
  const page = observer?.pages.get(key);
  if (!page) return;
  page.gaps['log-full'] = (page.gaps['log-full'] ?? 0) + 1;
  ledger.changed(page);
}

// --- permission --------------------------------------------------------------------------------------------------

/** @param {{permissions?: string[]}} change */
function permissionsChanged({ permissions = [] }) {
  void readPermission();
  if (!canBeTold || !permissions.includes('webRequestBlocking')) return;
  listenToAnswers();
  // Of the pages that are there now a part was, or will be, seen without.
  void ready.then(() => {
    for (const page of observer?.pages.values() ?? []) {
      page.partly = [SECURITY];
      store.savePage(page, observer?.next ?? page.key + 1);
      ledger.again(page);
    }
  });
}

async function readPermission() {
  permitted = await browser.permissions.contains(EVERYWHERE);
  applyPermission();
}

function applyPermission() {
  for (const page of observer?.pages.values() ?? []) {
    if (page.state !== 'open') continue;
    if (!permitted) missed(page);
    badge.update(page.tab);
  }
}

/**
 * Both browsers show a request only when its page's host and its own are both permitted. So with anything less than
 * all hosts, some of the page was not seen.
 * @param {Page} page
 */
function missed(page) {
  if ('no-permission' in page.gaps || !observer) return;
  page.gaps['no-permission'] = 1;
  store.savePage(page, observer.next);
  ledger.changed(page);
}

// --- names -------------------------------------------------------------------------------------------------------

/** @param {boolean} on @returns {Promise<boolean|null>} whether it is on now */
async function turnNames(on) {
  if (!names) return null;
  await names.turn(on);
  await ready;
  // Of pages that are there the core sees for itself which names were not asked for.
  for (const page of observer?.pages.values() ?? []) ledger.again(page);
  return on;
}

/** What is told of a host is told of it once for a page. @param {Names} from @param {Page} page @param {import('./events.js').RequestEvent} event */
async function tellName(from, page, event) {
  const told = await from.of(event, page);
  // The person may have gone on meanwhile, or have turned it off.
  if (!told || !from.on || observer?.pages.get(page.key) !== page) return;
  const { host, name } = told;
  await ledger.note(page, {
    v: 2, is: 'answered', rid: `name.${host}`, ts: Date.now(), url: `https://${host}/`, type: 'other', method: 'GET', at: '', headers: [[':cname', name]],
  });
}

// --- the engine --------------------------------------------------------------------------------------------------

/** @param {unknown} error */
function engineBroke(error) {
  broken = failure(error);
  judge = null;
  pseudonyms = null;
  void badge.everywhere(UNKNOWN);
  for (const page of observer?.pages.values() ?? []) if (page.state === 'open') badge.update(page.tab);
}

/** @returns {Promise<import('./engine.js').Judge>} */
async function engine() {
  await started;
  if (judge) return judge;
  throw new OnlookerError(broken?.variant ?? 'unknown', broken?.message ?? 'the engine did not start');
}

/** @template T @param {(found: import('./engine.js').Judge) => Promise<T>} work @returns {Promise<T>} */
async function withJudge(work) {
  try {
    return await work(await engine());
  } catch (error) {
    if (isTrap(error)) engineBroke(error);
    throw error;
  }
}

/** Also where there is no engine: a list that keeps it from starting must be one that can be removed. @param {string} sha256 */
async function removeList(sha256) {
  await started;
  return judge ? withJudge((found) => lists.remove(found, sha256)) : lists.remove(null, sha256);
}

/** The lists are others than before. */
function judgeAgain() {
  ledger.lostLists = lists.lost;
  for (const page of observer?.pages.values() ?? []) if (page.state === 'open') badge.update(page.tab);
}

// --- answers -----------------------------------------------------------------------------------------------------

/** @param {number} tab @returns {Promise<import('./badge.js').Look|null>} */
async function lookOf(tab) {
  await ready;
  const page = observer?.shownIn(tab);
  if (broken) return UNKNOWN;
  if (!page) {
    const url = await tabUrl(tab);
    return url === null || originOf(url) === '' ? null : UNKNOWN;
  }
  await started;
  const { empty, verdict } = await ledger.verdict(page);
  if (empty || verdict === null) return UNKNOWN;
  return { level: levelOf(verdict), organisations: organisationsOf(verdict) };
}

/** @param {number} tabId @returns {Promise<import('../shared/protocol.js').PageReport>} */
async function pageReport(tabId) {
  await Promise.all([ready, started]);
  if (broken || !judge) return { state: 'engine-failed', variant: broken?.variant ?? 'unknown' };
  const url = await tabUrl(tabId);
  const origin = originOf(url ?? '');
  if (url !== null && origin === '') return { state: 'not-a-page', scheme: url.slice(0, url.indexOf(':')) };
  // Firefox's patterns have no port, and mean every one.
  const pattern = `${origin.replace(/:\d+$/, '')}/*`;
  if (origin !== '' && !(await browser.permissions.contains({ origins: [pattern] }))) {
    return { state: 'no-permission', origin };
  }
  const page = observer?.shownIn(tabId);
  // Nothing at all was seen, not even the page itself: that is not "nobody looks on".
  if (!page || await ledger.isEmpty(page)) return { state: 'not-known' };
  const broke = await judge.withTexts().then(() => null, failure);
  if (broke) return { state: 'engine-failed', variant: broke.variant };
  const handle = await ledger.handle(page);
  if (!judge) return { state: 'engine-failed', variant: 'unknown' };
  const { incognito } = await browser.tabs.get(tabId);
  return { state: 'ok', report: judge.engine.report(handle), private: incognito, gaps: ledger.gaps(page) };
}

/** @param {number} tabId @returns {Promise<import('../shared/protocol.js').SavedFile>} */
async function pageLog(tabId) {
  const page = await pageIn(tabId);
  return { filename: fileName(page, 'log'), json: `${JSON.stringify(await ledger.log(page), null, 2)}\n` };
}

/** @param {number} tabId @returns {Promise<import('../shared/protocol.js').SavedFile>} */
async function pageReportJson(tabId) {
  const page = await pageIn(tabId);
  const core = await (await engine()).withTexts();
  const bytes = core.report_json(await ledger.handle(page));
  return { filename: fileName(page, 'report'), json: new TextDecoder().decode(bytes) };
}

/**
 * Asks the site of the page that a tab shows. Nothing but a press of the popup's button leads here.
 * @param {number} tabId @returns {Promise<import('../shared/protocol.js').GpcSaid>}
 */
async function gpcOf(tabId) {
  const page = await pageIn(tabId);
  // A request of ours is none of the private window's: by it the browser could keep something of the site on disk.
  if (page.secret || (await browser.tabs.get(tabId)).incognito) throw new OnlookerError('gpc-private', 'not from a private window');
  const host = originOf(page.url) === '' ? '' : new URL(page.url).hostname;
  if (host === '') throw new OnlookerError('not-known', 'the page is none of the web');
  const id = `gpc.${host}`;
  const known = await ledger.noted(page, id);
  if (known) return { host, said: gpcIn(known) };
  const { said, status } = await askGpc(host);
  // The person may have gone on meanwhile.
  if (observer?.pages.get(page.key) === page) {
    await ledger.note(page, {
      v: 2, is: 'answered', rid: id, ts: Date.now(), url: gpcAddress(host), type: 'xmlhttprequest', method: 'GET', at: '',
      headers: [[':gpc', said]], status,
    });
  }
  return { host, said };
}

/** @param {import('./store.js').Row} row */
function gpcIn({ headers }) {
  return /** @type {import('../shared/protocol.js').GpcAnswer} */ (headers?.find(([name]) => name === ':gpc')?.[1] ?? 'unknown');
}

/** @param {number} tabId */
async function pageIn(tabId) {
  await ready;
  const page = observer?.shownIn(tabId);
  if (!page) throw new OnlookerError('not-known', 'nothing is known of this tab');
  return page;
}

/** @returns {Promise<import('../shared/protocol.js').Status>} */
async function status() {
  await Promise.all([ready, started]);
  return {
    ready: judge !== null,
    version: browser.runtime.getManifest().version,
    pages: observer?.pages.size ?? 0,
    wakeToFirstVerdictMs: ledger.firstVerdict,
  };
}

/**
 * The URL a tab shows, null when there is no such tab. webNavigation tells it without the `tabs` permission, and without permission for the host.
 * @param {number} tabId @returns {Promise<string|null>}
 */
async function tabUrl(tabId) {
  const frame = await browser.webNavigation.getFrame({ tabId, frameId: 0 }).catch(() => null);
  if (frame) return frame.url;
  // Chromium knows no frame of its own pages; where there is a tab all the same, it is one of them.
  const tab = await browser.tabs.get(tabId).catch(() => null);
  return tab && (tab.url ?? 'chrome:');
}

/** @param {Page} page @param {string} what */
function fileName(page, what) {
  const host = originOf(page.url).replace(/^https?:\/\//, '').replace(/[^a-zA-Z0-9.-]/g, '_').slice(0, 100) || 'page';
  return `onlooker-${host}.${what}.json`;
}
