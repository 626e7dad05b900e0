/**
 * What the popup shows of a report, worked out once for each answer of the background.
 * Knows the report's shape; knows no texts, no DOM and no messages.
 */

import { LEVELS } from './shapes.js';

/** @typedef {import('./shapes.js').Level} Level */
/** @typedef {import('../shared/protocol.js').Report} Report */
/** @typedef {import('../shared/protocol.js').Gap} Gap */
/** @typedef {Report['pages'][number]} Page */
/** @typedef {Page['watchers'][number]} Watcher */
/** @typedef {Page['checks'][number]} Check */
/** @typedef {Page['findings'][number]} Finding */
/** @typedef {NonNullable<Finding['rule']>} Rule */
/** @typedef {Report['engine']['lists'][number]} List */
/** @typedef {NonNullable<Page['operator']>} Operator */
/** @typedef {Report['actors'][number]} Dossier what our own lists know of an actor */
/** @typedef {Report['countries'][number]} Country */
/** @typedef {Dossier['sources'][number]} Source */

/** @typedef {{category: string, level: Level, again: boolean, watchers: Watcher[]}} Group all of one level; `again`: their category has more than one */
/** @typedef {{name: string, level: Level}} Host of an organisation; `level`: of the gravest that was seen of it there */
/** @typedef {{kind: string, sign: boolean}} Kind `sign`: what was contacted is only a published indicator of such an actor */
/** @typedef {{kinds: Kind[], techniques: string[]}} Because what of the page weighs its level: kinds of our own lists, and other techniques */
/** @typedef {{technique: string, rights: string[], level: Level, watchers: Watcher[], weights: Map<Watcher, Level>, site: Finding[]}} Technique `watchers`: whose of it weighs most first; `weights`: how much; `site`: what the site does itself */
/** @typedef {{why: string, count: number}} Counted */
/** @typedef {{why: string, techniques: string[]}} Unseen */

/**
 * @typedef {object} Model
 * @property {Report} report
 * @property {Page} page
 * @property {Level} level to be shown
 * @property {'nobody'|'nobody-partly'|'watchers'|'at-least'|'unknown'} sentence
 * @property {Because} because
 * @property {string[]} unmarked techniques of which no more was seen than that something would go in the clear
 * @property {{watchers: number, site: boolean}} added whom lists that the person added name, and whether they name the site's own address
 * @property {Group[]} groups
 * @property {(Kind & {count: number, level: Level})[]} kinds whom our own lists name, and how much the gravest of each weighs
 * @property {Map<Watcher, Finding[]>} findings of each watcher, what weighs most first; those by one rule at several hosts are one
 * @property {Map<Watcher, Host[]>} hosts of each watcher, the gravest first
 * @property {Map<string, Watcher[]>} named watchers by their name
 * @property {Map<Watcher, string>} keys of the watchers, for what is opened in place: the same in the next report
 * @property {Map<string, Dossier>} actors by their id
 * @property {Map<string, Country>} countries by their code
 * @property {Technique[]} techniques
 * @property {{why: string|null, techniques: string[]}[]} notSeen techniques, by why "not seen" says less than it seems to
 * @property {Unseen[]} inPart looked for in part and not seen there, by reason
 * @property {Unseen[]} couldNotLook by reason
 * @property {Gap[]} gaps
 * @property {Counted[]} skipped
 * @property {Counted[]} contactsNobody skipped, and rightly so
 * @property {Watcher[]} nameless whose owner is not known
 * @property {number} unknowns the number on the third tab
 */

/** What never leaves the browser is not judged, and nothing is missed by that. */
const CONTACTS_NOBODY = new Set(['data-url', 'blob-url', 'browser-internal']);

/** What is missing of a request whose contact is known: `LEFT_OUT` in src/observation.rs. */
const LEFT_OUT = new Set(['headers-left-out', 'cookies-left-out', 'bodies-left-out', 'bodies-not-read']);

/** Our own list among the lists. */
export const OWN_LIST = 1000;

/** The technique that says no more than that somebody else was contacted. */
const CONTACT = 'third-party-contact';
/** The technique that tells of what goes without encryption, and of what would. */
const INSECURE = 'insecure-transport';
/** The technique by which our own lists name somebody. */
const OWN = 'surveillance-actor';
/** The technique by which lists that the person added do. */
export const ADDED = 'added-list';

/**
 * Whether our own list names what was contacted as a vendor's own public site. Such a rule matches all hosts below as
 * well, and those may be for anything.
 * @param {Finding} finding
 * @returns {'site'|'below'|null} 'site' for the site itself, with or without www
 */
export function ownSite({ rule, domain }) {
  if (!rule?.actor?.own_site) return null;
  const site = /^\|\|([^/^$*|]+)\^/.exec(rule.text)?.[1];
  return domain === site || domain === `www.${site}` ? 'site' : 'below';
}

/** @param {string} url @returns {string} its host; the address itself where it has none that can be read */
export function hostOf(url) {
  return URL.canParse(url) ? new URL(url).hostname : url;
}

/** The level of that name; a name that is not one is "unknown", never a mild level. @param {string} name @returns {Level} */
export function levelOf(name) {
  return LEVELS.find((level) => level === name) ?? 'unknown';
}

/** Worst first, "unknown" last. @param {Level} level */
const rank = (level) => (level === 'unknown' ? LEVELS.length : LEVELS.length - LEVELS.indexOf(level));

/** What a finding weighs. @param {Finding} finding */
export const weightOf = ({ weight }) => levelOf(weight);

/** What weighs most first: a list is cut at its end. Of equals what is graver by itself. @param {Finding} a @param {Finding} b */
const byWeight = (a, b) => rank(weightOf(a)) - rank(weightOf(b)) || rank(levelOf(a.severity)) - rank(levelOf(b.severity));

/** Keeps what weighs most of what has one key. @template K @param {Map<K, Level>} levels @param {K} key @param {Finding} finding */
function raise(levels, key, finding) {
  const before = levels.get(key);
  if (before === undefined || rank(weightOf(finding)) < rank(before)) levels.set(key, weightOf(finding));
}

/**
 * What our own lists know of it, the gravest kind first.
 * @param {Model} model @param {{actors: string[]}} who a watcher, or who runs the site
 * @returns {Dossier[]}
 */
export function dossiers(model, who) {
  return who.actors.flatMap((id) => model.actors.get(id) ?? []);
}

/**
 * The kinds under which our own lists name what was met of it, the gravest first. Its own public site is none of its trade.
 * @param {Model} model @param {{at_work: string[], indicators: string[]}} who @returns {Kind[]}
 */
export function kindsOf(model, who) {
  return dossiers(model, { actors: who.at_work }).map(({ id, kind }) => ({ kind, sign: who.indicators.includes(id) }));
}

/**
 * Where a link may lead, null for anything but http and https: then it is only a text.
 * @param {string} url
 * @returns {{href: string, host: string}|null}
 */
export function webAddress(url) {
  if (!URL.canParse(url)) return null;
  const { protocol, href, host } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? { href, host } : null;
}

/**
 * @param {Report} report @param {Gap[]} gaps @param {(a: string, b: string) => number} compare orders names
 * @returns {Model|null} null when the report is of no page
 */
export function modelOf(report, gaps, compare) {
  const page = report.pages[0];
  if (!page) return null;
  const graded = levelOf(page.risk.level);

  const watchers = [...page.watchers].sort((a, b) => rank(levelOf(a.level)) - rank(levelOf(b.level))
    || Number(isAdded(b)) - Number(isAdded(a)) || b.requests - a.requests || compare(a.name, b.name));
  const groups = groupsOf(watchers);

  /** @type {Map<string, Watcher[]>} */
  const named = new Map();
  /** @type {Map<Watcher, string>} */
  const keys = new Map();
  for (const watcher of page.watchers) {
    named.set(watcher.name, [...named.get(watcher.name) ?? [], watcher]);
  }
  for (const bearers of named.values()) {
    for (const watcher of bearers) {
      // Of two of one name, a host tells which. Their order is no name: it changes with every request.
      const alone = bearers.every((one) => one === watcher || one.known !== watcher.known);
      const host = alone ? [] : [...watcher.domains].sort().slice(0, 1);
      keys.set(watcher, openKey('watcher', [...watcher.known ? [] : ['host'], watcher.name, ...host].join('/')));
    }
  }
  /** @type {Map<Watcher, Finding[]>} */
  const findings = new Map();
  /** @type {Map<string, Level>} the gravest by watcher and host */
  const at = new Map();
  for (const finding of page.findings) {
    const whose = bearerOf(named, finding);
    if (!whose) continue;
    const its = findings.get(whose) ?? [];
    const same = its.findIndex((one) => isSame(one, finding));
    const before = its[same];
    if (before) its[same] = { ...before, evidence: [...before.evidence, ...finding.evidence], count: before.count + finding.count };
    else its.push(finding);
    findings.set(whose, its);
    raise(at, `${keys.get(whose)} ${finding.domain}`, finding);
  }
  for (const its of findings.values()) its.sort(byWeight);
  // Of a host of which nothing else is told it is known that it was contacted.
  const hosts = new Map(watchers.map((watcher) => [watcher, watcher.domains.map((name) => ({
    name, level: at.get(`${keys.get(watcher)} ${name}`) ?? /** @type {const} */ ('low'),
  })).sort((a, b) => rank(a.level) - rank(b.level))]));

  const techniques = page.checks.filter((check) => check.state === 'seen').map(({ technique, rights }) => {
    const its = page.findings.filter((finding) => finding.technique === technique);
    // Everybody was contacted, and of whom a rule says more there is no finding that says so.
    const who = technique === CONTACT ? watchers : watchers.filter((watcher) => watcher.techniques.includes(technique));
    const levels = its.map((finding) => levelOf(finding.severity)).sort((a, b) => rank(a) - rank(b));
    // Of whom nothing else is told it is known that it was contacted.
    const weights = new Map(who.map((watcher) => [watcher, /** @type {Level} */ ('low')]));
    for (const finding of its) {
      const whose = bearerOf(named, finding);
      if (whose) raise(weights, whose, finding);
    }
    return {
      technique,
      rights,
      level: levels[0] ?? (technique === CONTACT && who.length > 0 ? /** @type {const} */ ('low') : 'unknown'),
      watchers: [...who].sort((a, b) => rank(weights.get(a) ?? 'low') - rank(weights.get(b) ?? 'low')),
      weights,
      site: its.filter((finding) => finding.watcher === null).sort(byWeight),
    };
  }).sort((a, b) => rank(a.level) - rank(b.level));

  const notSeen = page.checks.filter((check) => check.state === 'not-seen');
  const inPart = page.checks.filter((check) => check.state === 'looked-in-part');
  // A state that is none of the three is one that this page does not know: not known, never clean.
  const blind = page.checks.filter((check) => check.state !== 'seen' && check.state !== 'not-seen' && check.state !== 'looked-in-part');
  // Of what is missing of a request the report tells, whose contact is known all the same.
  const missed = gaps.filter(({ why }) => !LEFT_OUT.has(why));
  const leftOut = page.requests.skipped.filter(({ why }) => LEFT_OUT.has(why));
  const skipped = page.requests.skipped.filter(({ why }) => !CONTACTS_NOBODY.has(why) && !LEFT_OUT.has(why));
  const nameless = watchers.filter((watcher) => !watcher.known);
  // What this browser does not tell of any page keeps a technique from being looked for; no contact is missed by that.
  const partly = missed.length > 0 || blind.some(({ why }) => !isDeaf(why));

  const sentence = sentenceOf(graded, watchers.length, partly);
  const added = page.findings.filter(({ technique }) => technique === ADDED);

  return {
    report,
    page,
    // Where nobody was seen and not everything was seen, "none" would say more than we know.
    level: sentence === 'nobody-partly' ? 'unknown' : graded,
    sentence,
    because: becauseOf(page, graded),
    unmarked: onlyUnmarked(page.findings) ? [INSECURE] : [],
    added: { watchers: watchers.filter(isAdded).length, site: added.some(({ watcher }) => watcher === null) },
    groups,
    kinds: kindsMet(page),
    findings,
    hosts,
    named,
    keys,
    actors: new Map(report.actors.map((actor) => [actor.id, actor])),
    countries: new Map(report.countries.map((country) => [country.code, country])),
    techniques,
    notSeen: byReason(notSeen, null),
    inPart: byReason(inPart, 'else'),
    couldNotLook: byReason(blind, 'else'),
    gaps: [...missed, ...leftOut],
    skipped,
    contactsNobody: page.requests.skipped.filter(({ why }) => CONTACTS_NOBODY.has(why)),
    nameless,
    unknowns: blind.length + inPart.length + missed.length + leftOut.length + skipped.length + nameless.length,
  };
}

/**
 * The kinds under which our own lists name what was met, those first of which something weighs most. A vendor's public site is
 * none of its trade, and weighs nothing here.
 * @param {Page} page @returns {Model['kinds']}
 */
function kindsMet({ summary, findings }) {
  return summary.kinds.map(({ kind, count, indicator: sign }) => {
    const its = findings.filter(({ technique, rule }) => technique === OWN && rule?.actor?.kind === kind && !rule.actor.own_site);
    return { kind, sign, count, level: its.map(weightOf).sort((a, b) => rank(a) - rank(b))[0] ?? 'unknown' };
  }).sort((a, b) => rank(a.level) - rank(b.level));
}

/**
 * The organisation of that name at that host; null for the site itself, and for whom the page's list has not.
 * @param {Map<string, Watcher[]>} named @param {{watcher: string|null, domain: string}} of @returns {Watcher|null}
 */
export function bearerOf(named, { watcher, domain }) {
  const bearers = watcher === null ? [] : named.get(watcher) ?? [];
  // A page can contact a host that is called as an organisation is: then the host decides.
  return (bearers.length === 1 ? null : bearers.find(({ domains }) => domains.includes(domain))) ?? bearers[0] ?? null;
}

/** Whether two findings of an organisation would read the same but for what was asked. @param {Finding} a @param {Finding} b */
const isSame = (a, b) => a.technique === b.technique && a.severity === b.severity && a.confidence === b.confidence && a.allowed === b.allowed
  && JSON.stringify([a.subject, a.from, a.details]) === JSON.stringify([b.subject, b.from, b.details])
  && isSameRule(a.rule, b.rule) && isSameRule(a.exception_rule, b.exception_rule) && ownSite(a) === ownSite(b);

/** @param {Rule|null} a @param {Rule|null} b */
const isSameRule = (a, b) => a?.list === b?.list && a?.line === b?.line && a?.text === b?.text;

/** Whether it tells of a cookie that would go in the clear, but did not. @param {Finding} finding */
export const isUnmarked = ({ technique, subject }) => technique === INSECURE && subject?.name === 'not-secure';

/** Whether nothing else is told of that technique. @param {Finding[]} findings */
export function onlyUnmarked(findings) {
  const its = findings.filter(({ technique }) => technique === INSECURE);
  return its.length > 0 && its.every(isUnmarked);
}

/** Whether a technique could not be looked for because what it needs is not told. @param {string|null} why */
const isDeaf = (why) => why !== null && why.startsWith('needs-');

/**
 * @template {string|null} T
 * @param {Check[]} checks @param {T} otherwise what stands where there is no reason @returns {{why: string|T, techniques: string[]}[]}
 */
function byReason(checks, otherwise) {
  const of = (/** @type {Check} */ { why }) => /** @type {string|T} */ (why ?? otherwise);
  return [...new Set(checks.map(of))].map((why) => ({
    why, techniques: checks.filter((check) => of(check) === why).map((check) => check.technique),
  }));
}

/** Whether a list that the person added names it. @param {Watcher} watcher */
const isAdded = (watcher) => watcher.techniques.includes(ADDED);

/**
 * By what they do, and nobody before somebody graver. Of equals those come first whom the person's own lists name, and those
 * last of whom nothing is known.
 * @param {Watcher[]} watchers in order @returns {Group[]}
 */
function groupsOf(watchers) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const watcher of watchers) {
    const level = levelOf(watcher.level);
    const key = `${level}/${watcher.category}`;
    const group = groups.get(key) ?? { category: watcher.category, level, again: false, watchers: [] };
    group.watchers.push(watcher);
    groups.set(key, group);
  }
  const all = [...groups.values()];
  for (const group of all) group.again = all.some((one) => one !== group && one.category === group.category);
  return all.sort((a, b) => rank(a.level) - rank(b.level) || Number(b.watchers.some(isAdded)) - Number(a.watchers.some(isAdded))
    || Number(a.category === 'unknown') - Number(b.category === 'unknown') || b.watchers.length - a.watchers.length);
}

/**
 * What weighs the page's level. Where contact with those on our own lists does, their kinds say more than its name; at the
 * lowest level they would say too much: there only a vendor's public site was met, or the actor's own page is being read.
 * @param {Page} page @param {Level} level @returns {Because}
 */
function becauseOf(page, level) {
  if (level === 'none' || level === 'unknown') return { kinds: [], techniques: [] };
  const techniques = page.risk.reasons.filter(({ code }) => code === level).map(({ technique }) => technique);
  /** @type {Kind[]} */
  const kinds = [];
  for (const finding of level !== 'low' && techniques.includes(OWN) ? page.findings : []) {
    const { kind, indicator: sign } = finding.rule?.actor ?? { kind: null, indicator: false };
    if (finding.technique !== OWN || kind === null || levelOf(finding.weight) !== level) continue;
    if (!kinds.some((one) => one.kind === kind && one.sign === sign)) kinds.push({ kind, sign });
  }
  const place = (/** @type {Kind} */ { kind }) => {
    const at = page.summary.kinds.findIndex((one) => one.kind === kind);
    return at < 0 ? page.summary.kinds.length : at;
  };
  return {
    kinds: kinds.sort((a, b) => place(a) - place(b)),
    techniques: techniques.filter((technique) => technique !== OWN || kinds.length === 0),
  };
}

/** @param {Level} level @param {number} watchers @param {boolean} partly @returns {Model['sentence']} */
function sentenceOf(level, watchers, partly) {
  if (watchers === 0) {
    if (level === 'unknown') return 'unknown';
    return partly ? 'nobody-partly' : 'nobody';
  }
  return partly || level === 'unknown' ? 'at-least' : 'watchers';
}

/** A Map's key for what is opened in place. @param {'watcher'|'technique'} kind @param {string} name */
export const openKey = (kind, name) => `${kind}:${name}`;
