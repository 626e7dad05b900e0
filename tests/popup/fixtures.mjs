// Answers of the background, as the popup can get them: made up, but in the wire's exact shape. Those of `listed.log.json`
// are not made up: the core judges it, by the lists as they are.
import { readFileSync } from 'node:fs';
import { Engine, pack, read_list } from '../wasm/engine.mjs';

/** @typedef {import('../../extension/shared/protocol.js').PageReport} PageReport */
/** Parts of what goes over the wire, to be put over the usual. @typedef {Record<string, any>} Json */

const TRACKING = 'AdGuard Tracking Protection filter';
const sha256 = '3f7a'.repeat(16);
const source = 'https://lists.example/filter.txt';
const LISTS = [
  { id: 3, title: TRACKING, version: '2.0.118.35', date: '2026-03-20', licence: 'GPL-3.0', source, sha256, rules: 98112, skipped: [] },
  { id: 17, title: 'AdGuard URL Tracking filter', version: '2.0.84.21', date: '2026-03-20', licence: 'GPL-3.0', source, sha256, rules: 2604, skipped: [] },
  { id: 2, title: 'AdGuard Base filter', version: '2.3.66.71', date: '2026-03-19', licence: 'GPL-3.0', source, sha256, rules: 63240, skipped: [{ why: 'cosmetic', count: 41 }] },
  { id: 4, title: 'AdGuard Social Media filter', version: '2.0.41.12', date: '2026-03-12', licence: 'GPL-3.0', source, sha256, rules: 1, skipped: [] },
  { id: 1000, title: 'Onlooker surveillance list', version: '2026-11-25', date: '2026-11-25', licence: 'GPL-3.0-or-later', attribution: 'indicators: Somebody', source, sha256, rules: 3000, skipped: [] },
];

const TECHNIQUES = ['tracker-request', 'ad-request', 'social-request', 'link-decoration', 'cname-cloaking', 'third-party-contact', 'surveillance-actor'];

/** @param {Json} over @returns {Json} */
function finding(over) {
  return {
    id: `${over.technique}/${over.domain}/${over.watcher ?? 'site'}/3:4812`,
    severity: 'moderate',
    confidence: 'reported',
    weight: over.severity ?? 'moderate',
    watcher: null,
    rule: {
      list: 3, list_title: TRACKING, line: 4812, text: `||${over.domain}^$third-party`, section: 'Tracking servers', exception: false, actor: null,
    },
    exception_rule: null, subject: null, from: null, details: [],
    evidence: [{ type: 'script', url: `https://${over.domain}/tag.js?id=…&page=…` }],
    count: 1,
    allowed: false,
    ...over,
  };
}

/** @param {Json} over @returns {Json} */
function watcher(over) {
  return {
    category: 'unknown', country: null, owner: null, countries: over.country ? [over.country] : [], actors: [], listed: over.actors ?? [], at_work: over.listed ?? over.actors ?? [], indicators: [], rights: ['iccpr-17'],
    sources: [], known: true, domains: [], requests: 1, techniques: ['third-party-contact'], level: 'low', ...over,
  };
}

/** The numbers of watchers, as the core gives them. @param {Json[]} watchers @param {Json[]} actors @returns {Json} */
function summary(watchers, actors) {
  /** @param {string[]} words @param {string} key */
  const counted = (words, key) => [...new Set(words)].map((word) => ({ [key]: word, count: words.filter((one) => one === word).length }));
  const kinds = watchers.flatMap((one) => one.at_work.flatMap((/** @type {string} */ id) => actors.find((actor) => actor.id === id)?.kind ?? []));
  return {
    organisations: watchers.length,
    kinds: counted(kinds, 'kind').map((one) => ({ ...one, indicator: false })),
    countries: counted(watchers.flatMap((one) => one.country ?? []), 'code'),
    country_not_known: watchers.filter((one) => !one.country).length,
  };
}

/** @param {Json} over @returns {Json} */
function dossier(over) {
  return {
    id: over.name, kind: 'data-broker', owner: null, country: null, does: null, takes: [], since: null, confidence: 'unchecked', harmless: null, dispute: null,
    gvl_id: null, purposes: [], special_features: [], sources: [], ...over,
  };
}

/** @param {Json} page @returns {any} */
function report({ actors = [], countries = [], ...over }) {
  const findings = over.findings ?? [];
  return {
    schema: 'onlooker-report/1',
    engine: { version: '0.1.0', lists: LISTS, data: [{ title: 'third-party-web', version: '0.30.0', licence: 'MIT', source: 'third-party-web 0.30.0', sha256: '0'.repeat(64), entries: 4000 }] },
    actors,
    countries,
    pages: [{
      url: 'https://www.daily-courier.example/',
      site: 'daily-courier.example',
      operator: null,
      summary: summary(over.watchers ?? [], actors),
      risk: { level: 'none', score: 0, reasons: [] },
      watchers: [],
      findings: [],
      // Contact is seen where somebody was contacted, whether or not a rule says more of them all.
      checks: TECHNIQUES.map((technique) => (findings.some((/** @type {Json} */ one) => one.technique === technique)
        || (technique === 'third-party-contact' && (over.watchers ?? []).length > 0)
        ? { technique, state: 'seen', why: null, rights: ['iccpr-17'] }
        : { technique, state: 'not-seen', why: technique === 'third-party-contact' ? null : 'known-names-only', rights: ['iccpr-17'] })),
      requests: { total: 40, third_party: 20, same_owner: 0, matched: 9, skipped: [] },
      ...over,
    }],
  };
}

/** @param {Json} page @param {{why: string, count: number}[]} [gaps] @returns {PageReport} */
const ok = (page, gaps = []) => ({ state: 'ok', report: report(page), private: false, gaps });

const SOME = [
  watcher({ name: 'LiveRamp', category: 'marketing', country: 'US', domains: ['idsync.rlcdn.com'], requests: 6, techniques: ['tracker-request'], level: 'high' }),
  watcher({ name: 'Hotjar', category: 'analytics', country: 'FR', domains: ['static.hotjar.com', 'script.hotjar.com'], requests: 9, techniques: ['tracker-request'], level: 'moderate' }),
  watcher({
    name: 'Google', category: 'ad', country: 'US', requests: 27, level: 'moderate', techniques: ['tracker-request', 'ad-request', 'link-decoration', 'third-party-contact'],
    domains: ['www.googletagmanager.com', 'securepubads.g.doubleclick.net', 'fonts.gstatic.com', 'www.google-analytics.com', 'pagead2.googlesyndication.com', 'www.google.com', 'adservice.google.com', 'region1.google-analytics.com'],
  }),
  watcher({ name: 'Criteo', category: 'ad', country: 'FR', domains: ['static.criteo.net'], requests: 2, techniques: ['ad-request'], level: 'moderate' }),
  watcher({ name: 'Facebook', category: 'social', domains: ['connect.facebook.net'], requests: 3, techniques: ['social-request'], level: 'moderate' }),
  watcher({ name: 'JSDelivr CDN', category: 'cdn', domains: ['cdn.jsdelivr.net'], requests: 2 }),
  watcher({ name: 'static-parts.example', known: false, domains: ['a.static-parts.example', 'b.static-parts.example'], requests: 4 }),
];
const SOME_FINDINGS = [
  finding({ technique: 'tracker-request', domain: 'idsync.rlcdn.com', watcher: 'LiveRamp', severity: 'high', count: 6, evidence: [{ type: 'image', url: 'https://idsync.rlcdn.com/1.gif?partner=…&uid=…' }] }),
  finding({ technique: 'tracker-request', domain: 'static.hotjar.com', watcher: 'Hotjar', count: 9 }),
  finding({
    technique: 'tracker-request', domain: 'www.google-analytics.com', watcher: 'Google', allowed: true, count: 4,
    exception_rule: { list: 3, list_title: TRACKING, line: 121, text: '@@||google-analytics.com/analytics.js$domain=daily-courier.example', section: 'Allowlist', exception: true, actor: null },
    evidence: [1, 2, 3, 4, 5, 6].map((n) => ({ type: 'xmlhttprequest', url: `https://www.google-analytics.com/g/collect?v=…&tid=…&cid=…&n${n}=…` })),
  }),
  finding({ technique: 'ad-request', domain: 'securepubads.g.doubleclick.net', watcher: 'Google', rule: { list: 2, list_title: 'AdGuard Base filter', line: 31417, text: '||doubleclick.net^', section: '', exception: false, actor: null } }),
  finding({ technique: 'ad-request', domain: 'static.criteo.net', watcher: 'Criteo' }),
  finding({ technique: 'social-request', domain: 'connect.facebook.net', watcher: 'Facebook' }),
  finding({ technique: 'link-decoration', domain: 'www.daily-courier.example', severity: 'low', rule: { list: 17, list_title: 'AdGuard URL Tracking filter', line: 77, text: '$removeparam=utm_source', section: 'Generic', exception: false, actor: null }, evidence: [{ type: 'main_frame', url: 'https://www.daily-courier.example/?utm_source=…' }] }),
  finding({ technique: 'link-decoration', domain: 'www.google.com', watcher: 'Google', severity: 'low' }),
  ...['cdn.jsdelivr.net', 'a.static-parts.example', 'b.static-parts.example'].map((domain) => finding({
    technique: 'third-party-contact', domain, watcher: domain.endsWith('.net') ? 'JSDelivr CDN' : 'static-parts.example', severity: 'low', confidence: 'documented', rule: null,
  })),
];

/** Text that tries to be markup, to turn the line around, or to burst it. */
export const HOSTILE = [
  '<img src=x onerror="document.title=\'owned\'">', '"><script>document.title="owned"</script>', '${alert(1)}', '\u202Eevil.example\u202C',
  'مثال.إختبار', 'a'.repeat(400), '&lt;b&gt;bold&lt;/b&gt;', "');document.title='owned';('", `${'javascript'}:document.title="owned"`, '$1 $2 $$ %s',
];

const many = Array.from({ length: 500 }, (_, i) => watcher({
  name: `Organisation ${i + 1}`,
  category: ['ad', 'analytics', 'social', 'video', 'utility', 'hosting', 'marketing', 'customer-success', 'content', 'cdn', 'tag-manager', 'consent-provider', 'other', 'unknown'][i % 14] ?? 'other',
  country: i % 3 === 0 ? 'DE' : null,
  known: i % 14 !== 13,
  domains: Array.from({ length: 12 }, (_, n) => `h${n}.org${i}.example`),
  requests: 1 + (i * 7) % 40,
  techniques: [TECHNIQUES[i % 6] ?? 'ad-request'],
  level: ['low', 'moderate', 'high', 'severe'][i % 4] ?? 'low',
}));

const log = readFileSync(new URL('listed.log.json', import.meta.url));
/** @param {(engine: Engine) => void} [prepare] @returns {Json} */
function judged(prepare) {
  const engine = new Engine(pack());
  prepare?.(engine);
  return JSON.parse(new TextDecoder().decode(engine.audit_json(log)));
}
const made = judged();

/** A page of the report on `listed.log.json`. @param {number} at @param {Json} [by] @returns {PageReport} */
function listed(at, by = made) {
  const report = /** @type {any} */ ({ ...by, pages: by.pages.slice(at, at + 1) });
  return { state: 'ok', report, private: false, gaps: [] };
}

/** The same by a list of the person's own too: it names somebody of whom nothing else is known, and one whom ours name. */
const madeWith = judged((engine) => {
  const indicators = ['a.static-parts.example', 'idsync.rlcdn.com', 'www.daily-courier.example'].map((host, at) => ({
    type: 'indicator', id: `indicator--0000000${at}-0000-4000-8000-000000000000`, created: '2026-03-04T00:00:00Z', pattern_type: 'stix', pattern: `[domain-name:value='${host}']`,
  }));
  const list = read_list('own.stix2', new TextEncoder().encode(JSON.stringify({ type: 'bundle', id: 'bundle--1', objects: indicators })));
  engine.add_list(list.pack ?? []);
});

/**
 * A page with lists that are cut, and that come in another order than that of what weighs most.
 * @returns {{answer: Extract<PageReport, {state: 'ok'}>, watcher: string}}
 */
export function heavy() {
  const levels = /** @type {const} */ ([['a0', 'low'], ['a1', 'high', 'moderate'], ['a2', 'high', 'moderate'], ['a3', 'high', 'moderate'], ['a4', 'moderate'], ['z5', 'high'], ['z6', 'severe'], ['z7', 'high']]);
  const name = 'Weighty';
  const findings = [
    ...levels.map(([at, severity, weight = severity], n) => finding({
      technique: 'tracker-request', domain: `${at}.weighty.example`, watcher: name, severity, weight, confidence: weight === severity ? 'reported' : 'indicated',
      rule: { list: 3, list_title: TRACKING, line: n + 1, text: `||${at}.weighty.example^`, section: '', exception: false, actor: null },
    })),
    ...['low', 'low', 'low', 'low', 'moderate', 'high'].map((severity, n) => finding({
      technique: 'link-decoration', domain: 'www.daily-courier.example', severity, subject: { place: 'query', name: `mark${n}` }, id: `mark${n}`,
    })),
  ];
  const watchers = [
    watcher({ name, category: 'ad', country: 'US', level: 'severe', techniques: ['tracker-request'], domains: [...levels.map(([at]) => `${at}.weighty.example`), 'silent.weighty.example'].sort() }),
    // More than are shown, each of a level of its own, the mildest first.
    ...Array.from({ length: 15 }, (_, n) => watcher({
      name: `host${n}.example`, known: false, domains: [`host${n}.example`], techniques: ['tracker-request'], level: n < 14 ? 'moderate' : 'high',
    })),
  ];
  const page = report({ risk: { level: 'severe', score: 90, reasons: [{ code: 'severe', technique: 'tracker-request', count: 1 }] }, watchers, findings });
  return { answer: { state: 'ok', report: page, private: false, gaps: [] }, watcher: name };
}

/** Addresses that may not become links. */
export const NO_LINKS = [
  `${'javascript'}:document.title="owned"`, ` \u0001${'JavaScript'}:alert(1)`, 'data:text/html,<script>alert(1)</script>', 'file:///etc/passwd', '//evil.example/', '',
];
/** @param {string} url @returns {Json} */
const sourceOf = (url) => ({ url, publisher: `Somebody of ${url}`, date: null, supports: ['name'], checked: 'unread' });

/** @type {Readonly<Record<string, PageReport>>} */
export const STATES = {
  none: ok({ requests: { total: 12, third_party: 0, same_owner: 0, matched: 0, skipped: [{ why: 'data-url', count: 3 }] } }),
  'none-partly': ok({ checks: TECHNIQUES.map((technique) => ({ technique, state: 'could-not-look', why: 'worker-asleep', rights: ['iccpr-17'] })) }, [{ why: 'worker-asleep', count: 1 }]),
  low: ok({
    risk: { level: 'low', score: 12, reasons: [] },
    watchers: [watcher({ name: 'JSDelivr CDN', category: 'cdn', domains: ['cdn.jsdelivr.net'] })],
    findings: [finding({ technique: 'third-party-contact', domain: 'cdn.jsdelivr.net', watcher: 'JSDelivr CDN', severity: 'low', rule: null, confidence: 'documented' })],
  }),
  some: ok({
    risk: { level: 'high', score: 68, reasons: [{ code: 'high', technique: 'tracker-request', count: 3 }] },
    watchers: SOME, findings: SOME_FINDINGS,
    requests: { total: 91, third_party: 53, same_owner: 2, matched: 47, skipped: [{ why: 'data-url', count: 12 }, { why: 'url-cut', count: 1 }] },
  }),
  listed: listed(0),
  'listed-site': listed(1),
  'own-site': listed(2),
  'vendor-site': listed(3),
  /** All of them named by a rule: nothing is found but by those. */
  'all-named': listed(4),
  'below-site': listed(5),
  sign: listed(6),
  'sign-site': listed(7),
  'added-list': listed(0, madeWith),
  private: /** @type {PageReport} */ ({ ...listed(0), private: true }),
  /** On our lists, with hardly anything known, and sources that are none. */
  bare: ok({
    risk: { level: 'high', score: 50, reasons: [] },
    operator: { name: 'Courier Group', category: 'content', country: null, owner: null, countries: [], actors: [], listed: [], at_work: [], indicators: [], sources: [] },
    watchers: [
      watcher({ name: 'Broker', domains: ['broker.example'], actors: ['bare', 'of-tomorrow', 'not-told'], countries: ['AQ', 'FR'], techniques: ['surveillance-actor'], level: 'high', sources: NO_LINKS.map(sourceOf) }),
      watcher({ name: 'nameless.example', known: false, domains: ['nameless.example'] }),
    ],
    findings: [finding({
      technique: 'surveillance-actor', domain: 'broker.example', watcher: 'Broker', severity: 'high', confidence: 'indicated',
      rule: { list: 1000, list_title: 'Onlooker surveillance list', line: 7, text: '||broker.example^', section: 'data-broker, indicated', exception: false, actor: { id: 'broker', kind: 'data-broker', own_site: false, indicator: false } },
    })],
    actors: [
      dossier({ name: 'Bare Broker', id: 'bare', sources: [...NO_LINKS, 'https://bücher.example/a?b#c'].map(sourceOf) }),
      dossier({ name: 'Tomorrow', id: 'of-tomorrow', kind: 'mind-reader', takes: ['thoughts', 'location'], since: '1999', gvl_id: 7, purposes: [1, 99], special_features: [2, 9], confidence: 'of-tomorrow' }),
    ],
    countries: [{ code: 'FR', alliances: ['fourteen-eyes', 'nine-eyes'], adequacy: 'eu', laws: [{ name: 'A Law', year: null, allows: 'Allows things.', oversight: null, sources: [] }], protection: null, protection_year: null, authority: 'Authority', complaints: NO_LINKS[0], sources: [] }],
  }),
  severe: ok({ risk: { level: 'severe', score: 96, reasons: [] }, watchers: many.slice(0, 14), findings: [] }),
  gaps: {
    ...ok({
      risk: { level: 'moderate', score: 40, reasons: [] }, watchers: SOME.slice(3, 5), findings: SOME_FINDINGS.slice(4, 6),
      checks: TECHNIQUES.map((technique) => (technique === 'ad-request' || technique === 'social-request'
        ? { technique, state: 'seen', why: null, rights: ['iccpr-17'] } : { technique, state: 'could-not-look', why: 'restored-from-cache', rights: ['iccpr-17'] })),
    }, [{ why: 'restored-from-cache', count: 1 }, { why: 'log-full', count: 212 }, { why: 'some-new-reason', count: 2 }]),
    ...{ private: true },
  },
  /** A part of what some checks read was not recorded, or had no room. */
  'in-part': ok({
    risk: { level: 'moderate', score: 40, reasons: [{ code: 'moderate', technique: 'ad-request', count: 1 }] }, watchers: SOME.slice(3, 4), findings: SOME_FINDINGS.slice(4, 5),
    checks: [
      ...TECHNIQUES.map((technique) => (technique === 'ad-request'
        ? { technique, state: 'seen', why: null, rights: ['iccpr-17'] } : { technique, state: 'not-seen', why: null, rights: ['iccpr-17'] })),
      ...['identifier-sharing', 'cookie-syncing'].map((technique) => ({ technique, state: 'looked-in-part', why: 'cookies-left-out', rights: ['iccpr-17'] })),
      { technique: 'ad-auction', state: 'looked-in-part', why: 'bodies-not-read', rights: ['iccpr-17'] },
      { technique: 'certificate', state: 'could-not-look', why: 'needs-security', rights: ['iccpr-17'] },
    ],
    requests: { total: 91, third_party: 53, same_owner: 2, matched: 47, skipped: [{ why: 'bodies-not-read', count: 1 }, { why: 'cookies-left-out', count: 20 }] },
  }, [{ why: 'bodies-not-read', count: 1 }, { why: 'cookies-left-out', count: 20 }]),
  unknown: ok({
    risk: { level: 'unknown', score: 0, reasons: [] },
    checks: TECHNIQUES.map((technique) => ({ technique, state: 'could-not-look', why: 'started-before-install', rights: ['iccpr-17'] })),
    requests: { total: 0, third_party: 0, same_owner: 0, matched: 0, skipped: [] },
  }, [{ why: 'started-before-install', count: 1 }]),
  many: ok({
    risk: { level: 'severe', score: 99, reasons: [] }, watchers: many,
    findings: many.flatMap((one) => Array.from({ length: 6 }, (_, n) => finding({
      technique: one.techniques[0] ?? '', domain: `h${n}.${one.name}`, watcher: one.name, severity: one.level,
    }))),
  }),
  hostile: ok({
    url: HOSTILE[0] ?? '', site: HOSTILE[1] ?? '', risk: { level: 'moderate', score: 40, reasons: [] },
    operator: { name: HOSTILE[2], category: HOSTILE[0], country: HOSTILE[1], owner: HOSTILE[3], countries: [], actors: HOSTILE, listed: HOSTILE, at_work: HOSTILE, indicators: HOSTILE.slice(0, 4), sources: [] },
    actors: HOSTILE.map((name) => dossier({
      name, kind: name, owner: name, country: name, does: name, takes: HOSTILE, since: name, harmless: name, dispute: name, gvl_id: 1, confidence: name, sources: HOSTILE.map((url) => ({ url, publisher: url, date: url, supports: [url], checked: url })),
    })),
    countries: HOSTILE.map((code) => ({
      code, alliances: HOSTILE, adequacy: code, laws: [{ name: code, year: code, allows: code, oversight: code, sources: HOSTILE.map(sourceOf) }], protection: code, protection_year: code, authority: code, complaints: code, sources: HOSTILE.map(sourceOf),
    })),
    watchers: HOSTILE.map((name, i) => watcher({ name, owner: name, ...(i === 0 ? { countries: HOSTILE, actors: HOSTILE, indicators: HOSTILE.slice(0, 4) } : {}), rights: HOSTILE, sources: HOSTILE.map(sourceOf), category: i % 2 ? name : 'ad', country: i % 3 ? name : null, known: i % 2 === 0, domains: HOSTILE, requests: 3, techniques: ['tracker-request', name], level: i === 3 ? name : 'moderate' })),
    findings: HOSTILE.map((name) => finding({
      id: name, technique: 'tracker-request', domain: name, watcher: name, confidence: name,
      rule: { list: 3, list_title: name, line: 1, text: name, section: name, exception: false, actor: null },
      evidence: HOSTILE.map((url) => ({ type: url, url })),
    })),
    checks: [...TECHNIQUES, ...HOSTILE].map((technique, i) => ({ technique, state: i % 3 === 0 || technique === 'tracker-request' ? 'seen' : i % 3 === 1 ? 'could-not-look' : technique, why: technique, rights: ['iccpr-17', '<i>right</i>'] })),
    requests: { total: 9, third_party: 9, same_owner: 0, matched: 9, skipped: HOSTILE.map((why) => ({ why, count: 1 })) },
  }, HOSTILE.map((why) => ({ why, count: 2 }))),
  'no-permission': { state: 'no-permission', origin: 'https://www.daily-courier.example' },
  'wasm-off': { state: 'engine-failed', variant: 'wasm-off' },
  'pack-damaged': { state: 'engine-failed', variant: 'pack-damaged' },
  'pack-foreign': { state: 'engine-failed', variant: 'pack-foreign' },
  'failed-otherwise': { state: 'engine-failed', variant: 'something-new' },
  'not-a-page': { state: 'not-a-page', scheme: 'about' },
  'not-known': { state: 'not-known' },
};
