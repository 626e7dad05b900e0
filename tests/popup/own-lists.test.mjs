// The background's part in a person's own lists: what is kept, what survives, what is told when it does not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LIST_BYTES } from '../../extension/shared/protocol.js';
import { storageError } from '../../extension/background/shelf.js';
import { BUNDLE, base64, newDisk, newLife } from './own-lists.mjs';

/** @param {string} text */
const file = (text) => Buffer.from(text);

/** @param {Awaited<ReturnType<typeof newLife>>} life @param {Uint8Array} bytes @param {string} [name] */
async function add(life, bytes, name = 'list.txt') {
  const { value } = await life.ask({ kind: 'list-read', name, base64: base64(bytes) });
  return life.ask({ kind: 'list-add', sha256: value.sha256 });
}

test('a file is read, and nothing of it is kept until it is used', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  const { ok, value } = await life.ask({ kind: 'list-read', name: 'bundle.stix2', base64: base64(BUNDLE) });
  assert.ok(ok);
  assert.equal(value.format, 'stix');
  assert.equal(value.title, 'Glasshouse, Lantern');
  assert.equal('pack' in value, false, 'the pack stays in the background');
  assert.deepEqual([disk.packs.size, disk.files.size, Object.keys(disk.local)], [0, 0, []]);
  assert.deepEqual(life.inEngine(), []);
  const added = await life.ask({ kind: 'list-add', sha256: value.sha256 });
  assert.deepEqual(added.value, [{ ...value, lost: false }]);
  assert.deepEqual(life.inEngine(), ['Glasshouse, Lantern']);
  assert.deepEqual(disk.files.get(value.sha256), new Uint8Array(BUNDLE));
});

test('it is there in the next life, without being read again', async () => {
  const disk = newDisk();
  await add(await newLife(disk), BUNDLE);
  const next = await newLife(disk);
  assert.deepEqual(next.inEngine(), ['Glasshouse, Lantern']);
  assert.deepEqual(next.done, ['add']);
});

test('where there is no list, nothing but storage.local is asked', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  assert.deepEqual([disk.used, life.done], [[], []]);
});

test('a removed one is gone from the engine and from the disk, and others stay', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  await add(life, BUNDLE);
  const { value } = await add(life, file('one.example\ntwo.example\n'), 'two.txt');
  assert.deepEqual(life.inEngine().sort(), ['Glasshouse, Lantern', 'two.txt']);
  const left = await life.ask({ kind: 'list-remove', sha256: value[0].sha256 });
  assert.deepEqual(left.value.map((/** @type {any} */ one) => one.name), ['two.txt']);
  assert.deepEqual(life.inEngine(), ['two.txt']);
  assert.deepEqual([...disk.packs.keys()], [value[1].sha256]);
  await life.ask({ kind: 'list-remove', sha256: value[1].sha256 });
  assert.deepEqual([life.inEngine(), disk.packs.size, disk.files.size, Object.keys(disk.local)], [[], 0, 0, []]);
});

test('the same file is there once', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  await add(life, BUNDLE);
  assert.equal((await add(life, BUNDLE, 'other-name')).value.length, 1);
  assert.equal(disk.packs.size, 1);
});

test('another version of Onlooker makes its pack again, from the file', async () => {
  const disk = newDisk();
  await add(await newLife(disk, '1'), BUNDLE);
  const [key = ''] = disk.packs.keys();
  const old = disk.packs.get(key);
  const next = await newLife(disk, '2');
  assert.deepEqual(next.done, ['read', 'add'], 'also where the old one could still be taken');
  assert.deepEqual(next.inEngine(), ['Glasshouse, Lantern']);
  assert.deepEqual(disk.packs.get(key), old);
  assert.notEqual(disk.packs.get(key), old);
  assert.deepEqual((await newLife(disk, '2')).done, ['add'], 'once');
});

test('a damaged pack is made again; with a damaged file it is lost, and told', async () => {
  const disk = newDisk();
  await add(await newLife(disk), BUNDLE);
  const [key = ''] = disk.packs.keys();
  const pack = /** @type {Uint8Array} */ (disk.packs.get(key));
  pack[pack.length >> 1] ^= 1;
  assert.deepEqual((await newLife(disk)).inEngine(), ['Glasshouse, Lantern']);
  const again = /** @type {Uint8Array} */ (disk.packs.get(key));
  again[again.length >> 1] ^= 1;
  disk.files.set(key, new Uint8Array([...BUNDLE, 32]));
  const broken = await newLife(disk);
  assert.deepEqual(broken.inEngine(), []);
  assert.equal(broken.lists.lost, 1);
  assert.equal((await broken.ask({ kind: 'lists-added' })).value[0].lost, true);
  // Adding the file again mends it.
  await add(broken, BUNDLE);
  assert.equal(broken.lists.lost, 0);
  assert.deepEqual((await newLife(disk)).inEngine(), ['Glasshouse, Lantern']);
});

test('one whose bytes the browser has thrown away is told; the others are used', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  const { value } = await add(life, file('one.example\n'), 'one.txt');
  await add(life, BUNDLE);
  disk.packs.delete(value[0].sha256);
  disk.files.delete(value[0].sha256);
  const next = await newLife(disk);
  assert.deepEqual(next.inEngine(), ['Glasshouse, Lantern']);
  assert.equal(next.lists.lost, 1);
  assert.deepEqual((await next.ask({ kind: 'list-remove', sha256: value[0].sha256 })).value.map((/** @type {any} */ one) => one.lost), [false]);
  assert.equal(next.lists.lost, 0);
});

test('no room: told, and nothing is used or left behind', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  const { value } = await life.ask({ kind: 'list-read', name: 'a', base64: base64(BUNDLE) });
  disk.fails = storageError(new DOMException('the disk', 'QuotaExceededError'));
  const reply = await life.ask({ kind: 'list-add', sha256: value.sha256 });
  assert.equal(reply.error.variant, 'storage-full');
  assert.deepEqual([life.inEngine(), disk.packs.size, Object.keys(disk.local)], [[], 0, []]);
  // The bytes find room, and what they are does not.
  disk.fails = null;
  const { set } = disk.area;
  disk.area.set = async () => { throw new Error('QUOTA_BYTES quota exceeded'); };
  assert.equal((await life.ask({ kind: 'list-add', sha256: value.sha256 })).error.variant, 'storage-full');
  assert.deepEqual([life.inEngine(), disk.packs.size, Object.keys(disk.local)], [[], 0, []]);
  disk.area.set = set;
  assert.equal((await life.ask({ kind: 'list-add', sha256: value.sha256 })).ok, true, 'and again, once there is');
});

test('words of the browsers for their disk', () => {
  assert.equal(storageError(new Error('QUOTA_BYTES quota exceeded')).variant, 'storage-full');
  assert.equal(storageError(new DOMException('A mutation operation was attempted', 'InvalidStateError')).variant, 'storage-off');
});

test('a disk that cannot be asked keeps nobody from looking, and is told', async () => {
  const disk = newDisk();
  disk.area.get = async () => { throw new Error('no storage'); };
  const life = await newLife(disk);
  assert.equal((await life.ask({ kind: 'lists-added' })).error.variant, 'storage-off');
});

test('files count as much as what is made of them', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  // Little is made of each, and the file is kept whole.
  const large = (/** @type {number} */ at) => file(`h${at}.example\n${'# nothing\n'.repeat(3_100_000)}`);
  for (let at = 0; at < 4; at += 1) assert.equal((await add(life, large(at), `${at}`)).ok, true);
  assert.equal((await add(life, large(4), '4')).error.variant, 'lists-full');
  assert.equal((await add(life, file('small.example\n'), 'small')).ok, true, 'what has room still has it');
  // And in the next life, in which nothing was read.
  const next = await newLife(disk);
  assert.equal((await add(next, large(4), '4')).error.variant, 'lists-full');
  assert.equal(next.inEngine().length, 5);
  const { value } = await next.ask({ kind: 'lists-added' });
  assert.equal((await next.ask({ kind: 'list-remove', sha256: value[0].sha256 })).ok, true);
  assert.equal((await add(next, large(4), '4')).ok, true, 'one was removed');
});

test('33 lists are one too many', async () => {
  const life = await newLife(newDisk());
  for (let at = 0; at < 32; at += 1) assert.equal((await add(life, file(`h${at}.example\n`), `${at}`)).ok, true);
  const one = await add(life, file('last.example\n'));
  assert.equal(one.error.variant, 'lists-full');
  assert.equal(life.inEngine().length, 32);
});

test('what was read long ago is read again', async () => {
  const life = await newLife(newDisk());
  const reply = await life.ask({ kind: 'list-add', sha256: 'a'.repeat(64) });
  assert.equal(reply.error.variant, 'list-gone');
  const { value } = await life.ask({ kind: 'list-read', name: 'a', base64: base64(BUNDLE) });
  for (let at = 0; at < 8; at += 1) await life.ask({ kind: 'list-read', name: 'b', base64: base64(file(`h${at}.example\n`)) });
  assert.equal((await life.ask({ kind: 'list-add', sha256: value.sha256 })).error.variant, 'list-gone', 'only the last eight are remembered');
});

test('two changes at once come one after the other', async () => {
  const disk = newDisk();
  const life = await newLife(disk);
  await Promise.all([add(life, BUNDLE), add(life, file('one.example\n'), 'one.txt')]);
  assert.equal((await life.ask({ kind: 'lists-added' })).value.length, 2);
  assert.equal(disk.local['lists'].length, 2);
  assert.equal((await newLife(disk)).inEngine().length, 2);
});

test('messages: who may ask, and what shape they have', async () => {
  const life = await newLife(newDisk(), '1', true);
  const good = { kind: 'list-read', name: 'a', base64: base64(BUNDLE) };
  assert.equal((await life.ask(good)).ok, true);
  for (const page of ['popup/popup.html', 'report/report.html', 'background/index.js', '']) {
    for (const kind of ['list-read', 'list-add', 'list-remove', 'lists-added', 'names', 'names-turn']) {
      assert.equal((await life.ask({ ...good, on: true, sha256: 'a'.repeat(64), kind }, page)).error.variant, 'not-allowed', `${kind} from ${page}`);
    }
  }
  for (const bad of [
    { name: 7 }, { name: 'a'.repeat(1001) }, { base64: null }, { base64: 'abc' }, { base64: '!!!!' }, { base64: 'A'.repeat(Math.ceil(LIST_BYTES / 3) * 4 + 4) },
  ]) assert.equal((await life.ask({ ...good, ...bad })).error.variant, 'bad-message', JSON.stringify(bad).slice(0, 40));
  for (const sha256 of [undefined, '', 'A'.repeat(64), `${'a'.repeat(64)}\n`, {}]) {
    assert.equal((await life.ask({ kind: 'list-add', sha256 })).error.variant, 'bad-message');
    assert.equal((await life.ask({ kind: 'list-remove', sha256 })).error.variant, 'bad-message');
  }
  for (const on of [undefined, null, 1, 'true']) assert.equal((await life.ask({ kind: 'names-turn', on })).error.variant, 'bad-message');
  assert.equal((await life.ask({ kind: 'names' })).value, false);
});

test('the limit is the core\'s, and the largest file fits into a message of Chromium', () => {
  const core = readFileSync(new URL('../../src/feeds/mod.rs', import.meta.url), 'utf8');
  assert.match(core, /MAX_BYTES: usize = 32 << 20;/);
  assert.match(readFileSync(new URL('../../src/rules/added.rs', import.meta.url), 'utf8'), /MAX_LISTS: usize = 32;/);
  assert.equal(LIST_BYTES, 32 << 20);
  assert.ok(Math.ceil(LIST_BYTES / 3) * 4 + 2000 < 64 << 20);
});
