import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FAMILIES } from '../../extension/shared/i18n.js';
import { dossiers, kindsOf, levelOf, modelOf, webAddress } from '../../extension/popup/model.js';
import { LEVELS } from '../../extension/popup/shapes.js';
import { inCode, inName } from '../../extension/shared/unseen.js';
import { heavy, NO_LINKS, STATES } from './fixtures.mjs';

const { compare } = new Intl.Collator('en');

/** @param {string} state */
function model(state) {
  const answer = STATES[state];
  assert.ok(answer?.state === 'ok');
  const made = modelOf(answer.report, answer.gaps, compare);
  assert.ok(made);
  return made;
}

test('groups stand by their worst member, and members by level, requests and name', () => {
  assert.deepEqual(model('some').groups.map(({ category, watchers }) => [category, ...watchers.map(({ name }) => name)]), [
    ['marketing', 'LiveRamp'], ['ad', 'Google', 'Criteo'], ['analytics', 'Hotjar'], ['social', 'Facebook'],
    ['cdn', 'JSDelivr CDN'], ['unknown', 'static-parts.example'],
  ]);
});

test('nobody stands before somebody graver, and of equals those first whom the person\'s own lists name', () => {
  for (const state of ['some', 'listed', 'added-list', 'severe', 'many', 'hostile']) {
    const { groups } = model(state);
    const ranks = groups.flatMap(({ watchers }) => watchers.map(({ level }) => LEVELS.indexOf(levelOf(level)) % 5));
    assert.deepEqual(ranks, [...ranks].sort((a, b) => b - a), state);
    assert.equal(groups.reduce((sum, { watchers }) => sum + watchers.length, 0), model(state).page.watchers.length);
    for (const { category, again } of groups) assert.equal(again, groups.filter((one) => one.category === category).length > 1, category);
  }
  const { groups, added } = model('added-list');
  assert.deepEqual(groups.map(({ level, category, watchers }) => [level, category, ...watchers.map(({ name }) => name)]), [
    ['high', 'analytics', 'LiveRamp', 'Hotjar'], ['high', 'unknown', 'static-parts.example'],
    ['high', 'ad', 'Google', 'AppNexus', 'Criteo', 'Oracle'],
    ['moderate', 'social', 'Facebook'], ['moderate', 'utility', 'ThreatMetrix'], ['moderate', 'analytics', 'Yandex'], ['low', 'cdn', 'JSDelivr CDN'],
  ]);
  assert.deepEqual(added, { watchers: 2, site: true });
  assert.deepEqual(model('listed').added, { watchers: 0, site: false });
});

test('what the level rests on: kinds of our own lists, and other techniques, of that level alone', () => {
  const kinds = (/** @type {string} */ state) => model(state).because.kinds.map(({ kind, sign }) => (sign ? `${kind}, a sign` : kind));
  assert.deepEqual(model('added-list').because.techniques, ['added-list', 'ad-auction']);
  assert.deepEqual(kinds('added-list'), ['data-broker', 'identity-graph', 'rtb', 'session-replay']);
  assert.deepEqual(kinds('listed'), ['data-broker', 'identity-graph', 'rtb', 'session-replay'], 'and not the moderate ones');
  assert.deepEqual(model('listed').because.techniques, ['ad-auction']);
  assert.deepEqual(kinds('sign'), ['stalkerware, a sign']);
  // A vendor's public site is none of its trade; nor is what is read of its own accord.
  for (const state of ['below-site', 'vendor-site', 'own-site', 'sign-site']) {
    assert.deepEqual(kinds(state), [], state);
    assert.ok(model(state).because.techniques.includes('surveillance-actor'), state);
  }
  assert.deepEqual(model('some').because, { kinds: [], techniques: ['tracker-request'] });
  for (const state of ['none', 'none-partly', 'unknown']) assert.deepEqual(model(state).because, { kinds: [], techniques: [] }, state);
  // What is only indicated weighs one level less.
  const answer = structuredClone(STATES.listed);
  assert.ok(answer?.state === 'ok');
  for (const found of answer.report.pages[0]?.findings ?? []) if (found.rule?.actor?.kind === 'rtb') [found.confidence, found.weight] = ['indicated', 'moderate'];
  assert.deepEqual(modelOf(answer.report, [], compare)?.because.kinds.map(({ kind }) => kind), ['data-broker', 'identity-graph', 'session-replay']);
});

test('the level rests on what no list names as on what one does', () => {
  const answer = structuredClone(STATES.some);
  const page = answer?.state === 'ok' ? answer.report.pages[0] : undefined;
  assert.ok(answer?.state === 'ok' && page?.findings[0]);
  page.risk.level = 'high';
  page.risk.reasons.unshift({ code: 'high', technique: 'bounce-tracking', count: 1 });
  page.findings.unshift({ ...page.findings[0], technique: 'bounce-tracking', rule: null, severity: 'high', confidence: 'documented', weight: 'high' });
  assert.deepEqual(modelOf(answer.report, [], compare)?.because, { kinds: [], techniques: ['bounce-tracking', 'tracker-request'] });
});

test('contact is low and everybody\'s, also where a rule names them all', () => {
  for (const state of ['all-named', 'sign', 'listed', 'low']) {
    const contact = model(state).techniques.find(({ technique }) => technique === 'third-party-contact');
    assert.equal(contact?.level, 'low', state);
    assert.deepEqual(contact?.watchers.length, model(state).page.watchers.length, state);
    assert.deepEqual(contact?.site, [], state);
  }
});

test('kinds are those of what was met: a vendor\'s public site is none, and a sign is one', () => {
  const of = (/** @type {string} */ state) => model(state).page.watchers.map((watcher) => kindsOf(model(state), watcher));
  assert.deepEqual(of('below-site'), [[]]);
  assert.deepEqual(of('vendor-site'), [[]]);
  assert.deepEqual(of('sign'), [[{ kind: 'stalkerware', sign: true }]]);
  assert.deepEqual(of('all-named'), [[{ kind: 'session-replay', sign: false }]]);
});

test('a page is only clean when all of it was seen', () => {
  assert.deepEqual([model('none').sentence, model('none').level], ['nobody', 'none']);
  assert.deepEqual([model('none-partly').sentence, model('none-partly').level], ['nobody-partly', 'unknown']);
  assert.deepEqual([model('unknown').sentence, model('unknown').level], ['unknown', 'unknown']);
  assert.deepEqual([model('gaps').sentence, model('gaps').level], ['at-least', 'moderate']);
});

test('the third tab counts what is not known, and not what contacts nobody', () => {
  const some = model('some');
  assert.equal(some.unknowns, 2); // one address cut, one owner not known
  assert.deepEqual(some.contactsNobody, [{ why: 'data-url', count: 12 }]);
  assert.equal(model('gaps').unknowns, 5 + 3);
  assert.deepEqual(model('gaps').couldNotLook.map(({ why, techniques }) => [why, techniques.length]), [['restored-from-cache', 5]]);
});

test('what was looked for in part is neither clean nor unseen, and leaves no contact out', () => {
  const part = model('in-part');
  assert.deepEqual([part.sentence, part.level], ['watchers', 'moderate']);
  assert.deepEqual(part.inPart, [{ why: 'cookies-left-out', techniques: ['identifier-sharing', 'cookie-syncing'] }, { why: 'bodies-not-read', techniques: ['ad-auction'] }]);
  assert.ok(!part.notSeen.some(({ techniques }) => techniques.includes('identifier-sharing')));
  assert.deepEqual(part.couldNotLook.map(({ why }) => why), ['needs-security']);
  // Told once, though the log's gaps say it too.
  assert.deepEqual(part.gaps, [{ why: 'bodies-not-read', count: 1 }, { why: 'cookies-left-out', count: 20 }]);
  assert.deepEqual(part.skipped, []);
  assert.equal(part.unknowns, 1 + 3 + 2);
});

test('a word that is not known is never taken for a mild one', () => {
  assert.equal(levelOf('catastrophic'), 'unknown');
  const hostile = model('hostile');
  assert.ok(hostile.couldNotLook.length > 0, 'a state of a check that is not known is "could not look"');
});

test('what weighs most stands first, before a list is cut: findings, hosts, kinds', () => {
  const { answer, watcher } = heavy();
  const made = modelOf(answer.report, [], compare);
  const google = made?.page.watchers.find(({ name }) => name === watcher);
  assert.ok(made && google);
  // Graver by itself, but only indicated: as heavy as what is moderate and sure, and behind what is high and sure.
  assert.deepEqual(made.findings.get(google)?.map(({ domain, severity, weight }) => [domain.split('.')[0], severity, weight]), [
    ['z6', 'severe', 'severe'], ['z5', 'high', 'high'], ['z7', 'high', 'high'], ['a1', 'high', 'moderate'], ['a2', 'high', 'moderate'], ['a3', 'high', 'moderate'],
    ['a4', 'moderate', 'moderate'], ['a0', 'low', 'low'],
  ]);
  assert.deepEqual(made.hosts.get(google)?.map(({ name, level }) => [name.split('.')[0], level]), [
    ['z6', 'severe'], ['z5', 'high'], ['z7', 'high'], ['a1', 'moderate'], ['a2', 'moderate'], ['a3', 'moderate'], ['a4', 'moderate'], ['a0', 'low'], ['silent', 'low'],
  ]);
  assert.deepEqual(made.techniques.find(({ technique }) => technique === 'link-decoration')?.site.map(({ weight }) => weight), ['high', 'moderate', 'low', 'low', 'low', 'low']);
  // The core has them by how grave a kind is; here one that is only indicated, and so weighs less.
  const listed = structuredClone(STATES.listed);
  assert.ok(listed?.state === 'ok');
  const before = model('listed').kinds;
  assert.deepEqual(before.map(({ kind }) => kind), listed.report.pages[0]?.summary.kinds.map(({ kind }) => kind));
  for (const found of listed.report.pages[0]?.findings ?? []) if (found.rule?.actor?.kind === 'data-broker') [found.confidence, found.weight] = ['indicated', 'moderate'];
  const after = modelOf(listed.report, [], compare)?.kinds ?? [];
  assert.deepEqual([before[0]?.kind, before[0]?.level, after.find(({ kind }) => kind === 'data-broker')?.level], ['data-broker', 'high', 'moderate']);
  assert.deepEqual(after.slice(0, 3).map(({ kind, level }) => `${kind} ${level}`), ['identity-graph high', 'rtb high', 'session-replay high']);
});

test('what the site does itself is told with its technique', () => {
  const marks = model('some').techniques.find(({ technique }) => technique === 'link-decoration');
  assert.deepEqual(marks?.watchers.map(({ name }) => name), ['Google']);
  assert.equal(marks?.site.length, 1);
});

test('two organisations of one name have each its own findings and its own place to open', () => {
  const answer = structuredClone(STATES.some);
  assert.ok(answer?.state === 'ok');
  const [page] = answer.report.pages;
  const hotjar = page?.watchers.find(({ name }) => name === 'Hotjar');
  const found = page?.findings.find(({ watcher }) => watcher === 'Hotjar');
  assert.ok(page && hotjar && found);
  page.watchers.push({ ...hotjar, known: false, domains: ['hotjar.example'] });
  page.findings.push({ ...found, id: 'another', domain: 'hotjar.example' }, { ...found, id: 'by name alone', technique: 'ad-request', domain: 'elsewhere.example' });
  const made = modelOf(answer.report, [], compare);
  const two = made?.page.watchers.filter(({ name }) => name === 'Hotjar') ?? [];
  assert.deepEqual(two.map((one) => made?.findings.get(one)?.map(({ id }) => id)), [[found.id, 'by name alone'], ['another']]);
  assert.equal(new Set(two.map((one) => made?.keys.get(one))).size, 2);
  assert.deepEqual([...new Set(made?.keys.values())].length, page.watchers.length);
  // What is open stays open: neither the order of the report nor another of the same name changes a key.
  page.watchers.push({ ...hotjar, domains: ['z.hotjar.example', 'b.hotjar.example'] });
  const keyOf = (/** @type {typeof page.watchers} */ all) => {
    const keys = modelOf({ ...answer.report, pages: [{ ...page, watchers: all }] }, [], compare)?.keys;
    return page.watchers.map((watcher) => keys?.get(watcher));
  };
  const keys = keyOf(page.watchers);
  assert.equal(new Set(keys).size, page.watchers.length);
  assert.deepEqual(keyOf([...page.watchers].reverse()), keys);
  assert.equal(keyOf([hotjar])[1], keyOf(page.watchers.slice(0, -1))[1], 'a host that is called so is no other organisation');
});

test('one rule at several hosts of an organisation is told once, with what was asked of each', () => {
  const answer = structuredClone(STATES.some);
  assert.ok(answer?.state === 'ok');
  const [page] = answer.report.pages;
  const hotjar = page?.watchers.find(({ name }) => name === 'Hotjar');
  const found = page?.findings.find(({ watcher }) => watcher === 'Hotjar');
  assert.ok(page && hotjar && found?.rule);
  const evidence = [{ type: 'script', url: 'https://script.hotjar.com/' }];
  page.findings.push({ ...found, id: 'same', domain: 'script.hotjar.com', evidence, count: 2 });
  // What reads otherwise stays apart.
  page.findings.push({ ...found, id: 'line', rule: { ...found.rule, line: 1 } }, { ...found, id: 'sure', confidence: 'indicated' }, { ...found, id: 'allowed', allowed: true });
  const its = modelOf(answer.report, [], compare)?.findings.get(hotjar) ?? [];
  assert.deepEqual(its.map(({ id, count }) => [id, count]), [[found.id, found.count + 2], ['line', found.count], ['sure', found.count], ['allowed', found.count]]);
  assert.deepEqual(its[0]?.evidence, [...found.evidence, ...evidence]);
  assert.equal(page.findings[1]?.evidence.length, 1, 'the report stays as it is');
});

test('a report of no page is no model', () => {
  const answer = STATES.none;
  assert.ok(answer?.state === 'ok');
  assert.equal(modelOf({ ...answer.report, pages: [] }, [], compare), null);
});

test('levels, rights, certainties, categories and what sources bear out are the core\'s, no more and no fewer', () => {
  const core = readFileSync(new URL('../../src/finding.rs', import.meta.url), 'utf8');
  // Of each type the words that its `name` gives.
  const names = (/** @type {string} */ type) => {
    const body = new RegExp(`impl ${type} \\{[\\s\\S]*?\\n\\}`).exec(core)?.[0] ?? '';
    return [...body.matchAll(/Self::\w+ => "([a-z0-9-]+)"/g)].map((found) => found[1] ?? '').sort();
  };
  const members = (/** @type {string} */ family) => [...(FAMILIES[family]?.members ?? [])].sort();
  const of = (/** @type {string} */ path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const table = (/** @type {string} */ text, /** @type {string} */ name) =>
    [...(new RegExp(`const ${name}: [^=]*= \\[([^\\]]*)\\]`).exec(text)?.[1] ?? '').matchAll(/"([a-z_-]+)"/g)].map((found) => found[1] ?? '');
  assert.equal(names('Level').length, 5);
  assert.deepEqual([...LEVELS].sort(), [...names('Level'), 'unknown'].sort());
  assert.deepEqual(members('level'), [...LEVELS].sort());
  assert.deepEqual(members('right'), names('Right'));
  assert.deepEqual(members('confidence'), names('Confidence'));
  // Of an entry of our own lists nobody may have read a source yet.
  assert.deepEqual(members('entry_confidence'), [...names('Confidence'), 'unchecked'].sort());
  assert.deepEqual(members('category'), table(of('src/rules/actors.rs'), 'CATEGORIES').sort());
  const check = of('src/own/check.rs');
  const claims = ['ACTOR_CLAIMS', 'ACTOR_MAY', 'LAW_CLAIMS', 'PROTECTION_CLAIMS', 'COUNTRY_CLAIMS', 'OWNER_CLAIMS'].map((one) => table(check, one));
  for (const one of claims) assert.ok(one.length > 1);
  assert.deepEqual(members('supports'), [...new Set(claims.flat())].sort());
});

test('there are words for whatever our own lists say', () => {
  const read = (/** @type {string} */ path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const all = (/** @type {string} */ text, /** @type {RegExp} */ what) => [...new Set([...text.matchAll(what)].map((found) => found[1] ?? ''))].sort();
  const members = (/** @type {string} */ family) => [...(FAMILIES[family]?.members ?? [])].sort();
  const laws = read('lists/laws.toml');
  assert.deepEqual(members('kind'), all(read('src/kinds.rs'), /name: "([a-z-]+)"/g));
  assert.deepEqual(members('takes'), all(/const TAKES[^;]*;[^;]*/.exec(read('src/own/check.rs'))?.[0] ?? '', /"([a-z-]+)"/g));
  for (const [family, words] of Object.entries({
    oversight: all(laws, /^oversight = "([^"]+)"/gm),
    adequacy: all(laws, /^adequacy = "([^"]+)"/gm),
    alliance: all(laws, /^alliances = \[(.+)\]/gm).flatMap((list) => all(list, /"([^"]+)"/g)),
  })) {
    assert.ok(words.length > 1, family);
    for (const word of words) assert.ok(FAMILIES[family]?.members.includes(word), `${family} ${word}`);
  }
});

test('only addresses of the web become links', () => {
  for (const url of NO_LINKS) assert.equal(webAddress(url), null, url);
  assert.deepEqual(webAddress('HTTPS://bücher.example/a b'), { href: 'https://xn--bcher-kva.example/a%20b', host: 'xn--bcher-kva.example' });
  assert.deepEqual(webAddress('http://user:secret@example.org:8080/#x')?.host, 'example.org:8080');
});

test('what our own lists tell of an organisation is found, the gravest kind first', () => {
  const listed = model('listed');
  const of = (/** @type {string} */ name) => {
    const watcher = listed.page.watchers.find((one) => one.name === name);
    assert.ok(watcher, name);
    return dossiers(listed, watcher).map(({ id }) => id);
  };
  assert.deepEqual(of('Google'), ['google-ad-exchange', 'prism-google']);
  assert.deepEqual(of('JSDelivr CDN'), []);
  // One that the report does not tell of is left out, and breaks nothing.
  assert.deepEqual(dossiers(listed, { actors: ['nobody', 'hotjar'] }).map(({ id }) => id), ['hotjar']);
  for (const { countries } of listed.page.watchers) for (const code of countries) assert.ok(listed.countries.has(code), code);
});

test('every technique of the core has words', () => {
  const mod = readFileSync(new URL('../../src/detectors/mod.rs', import.meta.url), 'utf8');
  const table = /DETECTORS: [^=]*= &\[([^\]]*)\]/.exec(mod)?.[1] ?? '';
  const listed = [...table.matchAll(/\b(\w+)::DETECTOR\b/g)].map((found) => (found[1] ?? '').replaceAll('_', '-'));
  assert.ok(listed.length >= 8);
  assert.deepEqual(listed.sort(), [...(FAMILIES.technique?.members ?? [])].sort());
});

test('what findings tell beside their rule has words', () => {
  const seen = readFileSync(new URL('../../src/seen/mod.rs', import.meta.url), 'utf8');
  for (const [family, name] of /** @type {const} */ ([['place', 'Place'], ['what', 'What']])) {
    const body = new RegExp(`impl ${name} \\{[^}]*match self \\{([^}]*)\\}`).exec(seen)?.[1] ?? '';
    const words = [...body.matchAll(/=> "([a-z-]+)"/g)].map((found) => found[1]);
    assert.ok(words.length >= 7, family);
    assert.deepEqual([...(FAMILIES[family]?.members ?? [])].sort(), words.sort(), family);
  }
  const core = readFileSync(new URL('../../src/seen/words.rs', import.meta.url), 'utf8');
  const said = [...core.matchAll(/^ {4}"(.+)",$/gm)].map((found) => found[1] ?? '');
  assert.ok(said.length > 50);
  assert.deepEqual([...(FAMILIES.said?.members ?? [])].sort(), said.sort());
  for (const label of FAMILIES.label?.members ?? []) {
    const [technique, what] = label.split('/');
    assert.ok(FAMILIES.technique?.members.includes(technique ?? '') && FAMILIES.what?.members.includes(what ?? ''), label);
  }
});

test('what is not seen is written out, so that no name reads as another one', () => {
  for (const hidden of ['\u00ad', '\u034f', '\u115f', '\u180b', '\u200b', '\u200c', '\u200d', '\u202e', '\u2060', '\u2800', '\u3164', '\ufe0f', '\ufeff', '\uffa0', '\u{e0100}']) {
    const written = `\\u{${hidden.codePointAt(0)?.toString(16)}}`;
    assert.equal(inName(`AdGuard${hidden} Base`), `AdGuard${written} Base`);
    assert.equal(inCode(`a${hidden}b`), `a${written}b`);
  }
  // What a script or a sign is written with stays: Persian, Malayalam, emoji.
  for (const kept of ['می\u200cخواهم', 'ന്\u200d\u0d31', '❤\ufe0f', '👩\u200d💻', '👩🏽\u200d❤\ufe0f\u200d👨🏽', 'bücher']) assert.equal(inName(kept), kept);
});
