/**
 * All words shown to a person come through here, from `_locales/<language>/messages.json`.
 * Knows no page, no report and no DOM at import: the background uses it too.
 *
 * How keys are named, so that a tool can hold "keys used = keys defined" in every language:
 *
 * 1. A plain key is written out in the code: `t('save_report')`.
 * 2. A plural key is written out without its form: `plural('sentence_watchers', n)`. In messages.json it is
 *    `<key>_<form>`, form one of PLURAL_FORMS. A language defines exactly the forms that
 *    `Intl.PluralRules(language)` names (English one, other; Arabic all six). No other key may end in a form.
 *    `$1` is the number, already written in the language's way; further substitutions follow as `$2`…
 * 3. A key made of a report's word is listed in FAMILIES: `word('technique', 'cname-cloaking', 'name')` is
 *    `technique_cname_cloaking_name`. `familyKeys()` gives them all.
 * 4. `locale_tag` and `locale_dir` say in which language and direction a messages.json is written. The browser's
 *    UI language does not: a German browser shows our English texts, with English plurals.
 */

import { browser } from './browser.js';

/** @typedef {'zero'|'one'|'two'|'few'|'many'|'other'} PluralForm */
/** @typedef {(key: string, substitutions?: string[]) => string} GetMessage */

/** @type {readonly PluralForm[]} */
export const PLURAL_FORMS = ['zero', 'one', 'two', 'few', 'many', 'other'];

/**
 * Whether a text is an ISO date, month, year, or time with its zone. Browsers take far more for a date ("05.11.2026" is 11 May
 * to some), and lists of a person's own may say anything.
 * @param {string} text
 */
export const isDate = (text) => /^\d{4}(-\d\d(-\d\d(T\S+(Z|[+-]\d\d:?\d\d))?)?)?$/.test(text) && !Number.isNaN(Date.parse(text));

/**
 * Keys made of words that a report carries. `parts` are the endings ('' is none), `otherwise` the member that stands
 * in for a word that is not listed, null where there is none and the caller shows the word itself.
 * @type {Readonly<Record<string, {members: readonly string[], parts: readonly string[], otherwise: string|null}>>}
 */
export const FAMILIES = {
  level: {
    members: ['none', 'low', 'moderate', 'high', 'severe', 'unknown'],
    parts: [''],
    otherwise: 'unknown',
  },
  category: {
    members: [
      'ad', 'analytics', 'social', 'video', 'utility', 'hosting', 'marketing', 'customer-success', 'content', 'cdn',
      'tag-manager', 'consent-provider', 'other', 'unknown',
    ],
    parts: ['title'],
    otherwise: 'other',
  },
  technique: {
    members: [
      'tracker-request', 'ad-request', 'social-request', 'link-decoration', 'cname-cloaking', 'third-party-contact',
      'added-list', 'surveillance-actor', 'identifier-cookie', 'cookie-syncing', 'identifier-sharing', 'bounce-tracking',
      'cache-identifier', 'personal-data-leak', 'pixel-event', 'referrer-leak', 'location-request', 'push-registration',
      'insecure-transport', 'certificate', 'consent', 'gpc', 'beacon', 'ad-auction', 'fingerprint-request',
      'carrier-identifier', 'block-page',
    ],
    parts: ['name', 'line', 'means', 'harmless', 'site', 'you'],
    otherwise: null,
  },
  kind: {
    members: [
      'mercenary-spyware', 'stalkerware', 'interception', 'location-broker', 'data-broker', 'identity-graph', 'rtb',
      'session-replay', 'carrier-identifier', 'police-monitoring', 'biometric', 'fingerprinting', 'social-pixel',
      'state-linked', 'credit-risk', 'block-page', 'prism',
    ],
    parts: ['name', 'means', 'site', 'you'],
    otherwise: null,
  },
  takes: {
    members: [
      'pages-visited', 'clicks-and-typing', 'ip-address', 'device-identifiers', 'advertising-identifiers',
      'device-fingerprint', 'location', 'phone-number', 'email-address', 'contacts', 'messages', 'calls',
      'photos-and-files', 'microphone-and-camera', 'face', 'voice', 'emotion', 'identity-documents', 'purchases', 'credit',
      'health', 'social-posts', 'network-traffic', 'bid-requests', 'browsing-history', 'public-records',
    ],
    parts: [''],
    otherwise: null,
  },
  purpose: {
    members: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'],
    parts: [''],
    otherwise: null,
  },
  iab_feature: {
    members: ['1', '2'],
    parts: [''],
    otherwise: null,
  },
  oversight: {
    members: ['court', 'parliament', 'commission', 'executive', 'none', 'mixed', 'unknown'],
    parts: [''],
    otherwise: 'unknown',
  },
  alliance: {
    members: ['five-eyes', 'nine-eyes', 'fourteen-eyes'],
    parts: [''],
    otherwise: null,
  },
  adequacy: {
    members: ['eu', 'eea', 'adequate', 'framework', 'none'],
    parts: [''],
    otherwise: null,
  },
  /** Where in an exchange something was: `Place` of the core. */
  place: {
    members: ['query', 'path', 'cookie', 'header', 'body', 'redirect', 'connection'],
    parts: [''],
    otherwise: null,
  },
  /** What a detail of a finding tells: `What` of the core. */
  what: {
    members: [
      'event', 'field', 'kind', 'encoding', 'channel', 'length', 'bits', 'lifetime', 'protocol', 'issuer', 'count', 'vendor',
      'purpose', 'framework', 'asked', 'hash',
    ],
    parts: [''],
    otherwise: null,
  },
  /** What a value looks like: `Kind` of the core's pseudonyms. */
  value: {
    members: ['id', 'mail', 'tel', 'name', 'card', 'nat', 'geo', 'hash', 'text', 'val', 'url'],
    parts: [''],
    otherwise: null,
  },
  /** What a finding is about or tells, where that is a word of ours: `WORDS` of the core. */
  said: {
    members: [
      'ad-auction/field/age or gender', 'ad-auction/field/consent string', 'ad-auction/field/identifier',
      'ad-auction/field/interests', 'ad-auction/field/location', 'ad-auction/field/network address',
      'ad-auction/field/page', 'ad-auction/field/referrer', 'ad-auction/subject/bidders-named',
      'ad-auction/subject/organisations-asked', 'beacon/kind/beacon', 'beacon/kind/every visit', 'beacon/kind/link',
      'beacon/kind/report', 'beacon/subject/content-security-policy', 'beacon/subject/nel',
      'beacon/subject/reporting-endpoints', 'block-page/subject/location', 'block-page/subject/server',
      'bounce-tracking/channel/read', 'bounce-tracking/channel/set', 'cache-identifier/subject/etag',
      'cache-identifier/subject/last-modified', 'cache-identifier/subject/location',
      'cache-identifier/subject/strict-transport-security', 'carrier-identifier/kind/connection',
      'carrier-identifier/kind/script', 'carrier-identifier/subject/eids', 'certificate/subject/issuer-changed',
      'certificate/subject/known-interception', 'certificate/subject/known-product', 'certificate/subject/national-root',
      'certificate/subject/unknown-root', 'certificate/subject/weak', 'cname-cloaking/subject/canonical-name',
      'consent/purpose/ad_personalization', 'consent/purpose/ad_storage', 'consent/purpose/ad_user_data',
      'consent/purpose/analytics_storage', 'consent/purpose/exact location', 'consent/purpose/sale',
      'consent/subject/agreed-before-choice', 'consent/subject/asked-before-choice',
      'fingerprint-request/asked/device-memory', 'fingerprint-request/asked/sec-ch-device-memory',
      'fingerprint-request/asked/sec-ch-ua-arch', 'fingerprint-request/asked/sec-ch-ua-bitness',
      'fingerprint-request/asked/sec-ch-ua-form-factors', 'fingerprint-request/asked/sec-ch-ua-full-version',
      'fingerprint-request/asked/sec-ch-ua-full-version-list', 'fingerprint-request/asked/sec-ch-ua-model',
      'fingerprint-request/asked/sec-ch-ua-platform-version', 'fingerprint-request/asked/sec-ch-ua-wow64',
      'fingerprint-request/kind/device', 'fingerprint-request/kind/script', 'fingerprint-request/subject/accept-ch',
      'fingerprint-request/subject/critical-ch', 'fingerprint-request/subject/sec-ch', 'gpc/subject/contradicted',
      'gpc/subject/gpc.json', 'gpc/subject/trackers', 'insecure-transport/subject/code',
      'insecure-transport/subject/content', 'insecure-transport/subject/downgrade', 'insecure-transport/subject/form',
      'insecure-transport/subject/frame', 'insecure-transport/subject/not-secure', 'insecure-transport/subject/page',
      'insecure-transport/subject/posted', 'insecure-transport/subject/sent-in-clear', 'insecure-transport/subject/websocket',
      'link-decoration/purpose/click', 'link-decoration/purpose/newsletter-reader', 'link-decoration/purpose/visitor',
      'location-request/kind/connection', 'location-request/kind/coordinates', 'location-request/kind/device',
      'pixel-event/event/conversion', 'pixel-event/event/visit', 'pixel-event/purpose/remarketing',
      'push-registration/kind/registration', 'push-registration/kind/script', 'referrer-leak/kind/address',
      'referrer-leak/kind/belief', 'referrer-leak/kind/health', 'referrer-leak/kind/search',
      'referrer-leak/kind/sexuality', 'referrer-leak/kind/union',
    ],
    parts: [''],
    otherwise: null,
  },
  /** What such words are told under, where `what` says too little: by technique and what. */
  label: {
    members: [
      'ad-auction/field', 'beacon/kind', 'beacon/vendor', 'block-page/vendor', 'bounce-tracking/channel',
      'cache-identifier/channel', 'cache-identifier/count', 'cache-identifier/field', 'carrier-identifier/kind',
      'certificate/count', 'certificate/vendor', 'cname-cloaking/vendor', 'consent/count', 'cookie-syncing/field',
      'fingerprint-request/kind', 'fingerprint-request/vendor', 'gpc/count', 'identifier-cookie/vendor',
      'identifier-sharing/field', 'insecure-transport/field', 'link-decoration/field', 'link-decoration/purpose',
      'link-decoration/vendor', 'location-request/kind', 'pixel-event/field', 'pixel-event/vendor',
      'push-registration/kind', 'referrer-leak/kind',
    ],
    parts: [''],
    otherwise: null,
  },
  /** How a value was written. */
  encoding: {
    members: ['plain', 'base64', 'hex', 'md5', 'sha1', 'sha256'],
    parts: [''],
    otherwise: null,
  },
  /** How sure a finding is. */
  confidence: {
    members: ['documented', 'reported', 'indicated'],
    parts: [''],
    otherwise: 'indicated',
  },
  /** How sure an entry of our own lists is: docs/lists.md. */
  entry_confidence: {
    members: ['documented', 'reported', 'indicated', 'unchecked'],
    parts: [''],
    otherwise: 'indicated',
  },
  /** What of an entry, a law, a country or a company a source bears out: the keys of src/own/check.rs. */
  supports: {
    members: [
      'name', 'kind', 'does', 'takes', 'owner', 'parent', 'country', 'since', 'confidence', 'collects', 'sites', 'patterns',
      'companies', 'domains', 'gvl_id', 'purposes', 'special_features', 'harmless', 'dispute', 'year', 'allows', 'oversight',
      'law', 'authority', 'complaints', 'alliances', 'adequacy',
    ],
    parts: [''],
    otherwise: null,
  },
  right: {
    members: ['iccpr-17', 'iccpr-19', 'iccpr-21-22', 'iccpr-25'],
    parts: [''],
    otherwise: null,
  },
  why: {
    members: [
      'no-permission', 'worker-asleep', 'worker-unplaced', 'request-unplaced', 'log-full', 'restored-from-cache', 'started-before-install',
      'private-window-off', 'nothing-recorded', 'page-not-readable', 'known-names-only', 'url-cut', 'data-url', 'blob-url',
      'browser-internal', 'unknown-scheme', 'malformed-entry', 'document-not-recorded', 'malformed-url', 'host-not-readable',
      'unreadable-observation', 'id-used-twice', 'request-limit', 'host-limit', 'finding-limit', 'too-many-tried', 'list-lost',
      'needs-request-headers', 'needs-cookies', 'needs-response-headers', 'needs-bodies', 'needs-security', 'needs-times',
      'needs-dns', 'needs-roots', 'added-on-the-way', 'evidence-left-out', 'headers-left-out', 'cookies-left-out', 'bodies-left-out', 'bodies-not-read', 'else',
    ],
    parts: [''],
    otherwise: 'else',
  },
  fail: {
    members: ['wasm-off', 'pack-damaged', 'pack-foreign', 'pack-version', 'else'],
    parts: ['title', 'text'],
    otherwise: 'else',
  },
  /** What more a browser can tell: options/more.js. */
  more: {
    members: ['secure', 'names'],
    parts: ['name', 'what', 'how', 'limits', 'said_on', 'said_off'],
    otherwise: null,
  },
  list_format: {
    members: ['stix', 'domains', 'ioc-yaml', 'hosts', 'abp', 'ccadb'],
    parts: [''],
    otherwise: null,
  },
  list_fail: {
    members: [
      'too-large', 'utf-16', 'compressed', 'empty', 'web-page', 'json', 'nothing', 'no-fingerprints',
      'too-many-tried', 'lists-full', 'storage-full', 'storage-off', 'engine', 'else',
    ],
    parts: [''],
    otherwise: 'else',
  },
  left_out: {
    members: [
      'elsewhere', 'not-a-host', 'too-wide', 'own-network', 'unreadable', 'looks', 'twice', 'taken-back', 'limit',
      'not-a-root', 'too-many-tried', 'else',
    ],
    parts: [''],
    otherwise: 'else',
  },
};

/**
 * The key of a word of a family.
 * @param {string} family @param {string} member @param {string} part
 * @returns {string|null} null when the word is not listed and nothing stands in for it
 */
export function familyKey(family, member, part) {
  const entry = FAMILIES[family];
  if (!entry) return null;
  const listed = entry.members.includes(member) ? member : entry.otherwise;
  if (listed === null) return null;
  const slug = listed.replaceAll(/[^A-Za-z0-9]/g, '_');
  return part === '' ? `${family}_${slug}` : `${family}_${slug}_${part}`;
}

/** Every key of every family, in order. @returns {string[]} */
export function familyKeys() {
  return Object.entries(FAMILIES).flatMap(([family, { members, parts }]) =>
    members.flatMap((member) => parts.map((part) => /** @type {string} */ (familyKey(family, member, part)))));
}

/**
 * The plural key's base and form, or null for a key that is no plural.
 * @param {string} key
 * @returns {{base: string, form: PluralForm}|null}
 */
export function pluralParts(key) {
  const at = key.lastIndexOf('_');
  const form = /** @type {PluralForm} */ (key.slice(at + 1));
  return at > 0 && PLURAL_FORMS.includes(form) ? { base: key.slice(0, at), form } : null;
}

/** Keeps a foreign string (a name, a host) from turning the direction of the sentence around it. @param {string} text */
export function isolate(text) {
  return `\u2068${text}\u2069`;
}

/**
 * @param {{getMessage: GetMessage, uiLanguage: string}} source
 */
export function createI18n({ getMessage, uiLanguage }) {
  const language = getMessage('locale_tag') || 'en';
  /** @type {'ltr'|'rtl'} */
  const dir = getMessage('locale_dir') === 'rtl' ? 'rtl' : 'ltr';
  // The region decides digits and date order, but only within the language that the texts are in.
  const locale = uiLanguage.split(/[-_]/)[0] === language.split('-')[0] ? uiLanguage.replaceAll('_', '-') : language;
  const plurals = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const months = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long', timeZone: 'UTC' });
  const years = new Intl.DateTimeFormat(locale, { year: 'numeric', timeZone: 'UTC' });
  const regions = new Intl.DisplayNames(locale, { type: 'region' });
  const lists = new Intl.ListFormat(locale, { type: 'conjunction' });
  const order = new Intl.Collator(locale);

  /** @param {string} key @param {string[]} [substitutions] */
  const t = (key, substitutions) => getMessage(key, substitutions) || key;

  return {
    language,
    dir,
    locale,
    t,
    /**
     * @param {string} base @param {number} n @param {string[]} [more] substitutions from `$2` on
     */
    plural(base, n, more = []) {
      const substitutions = [numbers.format(n), ...more];
      return getMessage(`${base}_${plurals.select(n)}`, substitutions) || t(`${base}_other`, substitutions);
    },
    /**
     * The text for a word that a report carries; null when there is none.
     * @param {string} family @param {string} member @param {string} [part]
     */
    word(family, member, part = '') {
      const key = familyKey(family, member, part);
      return key === null ? null : t(key);
    },
    /** @param {number} n */
    number: (n) => numbers.format(n),
    /** An ISO date, month, year or time, no finer than it came; what is none stays as it is. @param {string} text */
    date(text) {
      const form = /^\d{4}$/.test(text) ? years : /^\d{4}-\d\d$/.test(text) ? months : dates;
      return isDate(text) ? form.format(Date.parse(text)) : text;
    },
    /** A country by its two-letter code; anything else stays as it came. @param {string} text */
    country(text) {
      return /^[A-Z]{2}$/.test(text) ? regions.of(text) ?? text : text;
    },
    /** @param {string[]} items */
    list: (items) => lists.format(items),
    /** @param {string} a @param {string} b */
    compare: (a, b) => order.compare(a, b),
  };
}

/** @typedef {ReturnType<typeof createI18n>} I18n */

/** @type {I18n|undefined} */
let own;

/** The extension's own texts, in the browser's language. @returns {I18n} */
export function i18n() {
  own ??= createI18n({
    getMessage: (key, substitutions) => browser.i18n.getMessage(key, substitutions),
    uiLanguage: browser.i18n.getUILanguage(),
  });
  return own;
}

/** @param {string} key @param {string[]} [substitutions] */
export const t = (key, substitutions) => i18n().t(key, substitutions);

/** @param {string} base @param {number} n @param {string[]} [more] */
export const plural = (base, n, more) => i18n().plural(base, n, more);

/** @param {string} family @param {string} member @param {string} [part] */
export const word = (family, member, part) => i18n().word(family, member, part);

/** Says on `<html>` in which language and direction the texts are. @param {Document} document */
export function setLanguage(document) {
  document.documentElement.lang = i18n().locale;
  document.documentElement.dir = i18n().dir;
}
