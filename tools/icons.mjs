// Draws extension/icons/*.svg and *.png from the popup's shapes (extension/popup/shapes.js).
//   node tools/icons.mjs           writes them
//   node tools/icons.mjs --check   says whether what is there is what would be written; exit 1 if not
// It has its own small rasteriser (even-odd fill, 8 x 8 samples a pixel), so the pixels are the same on every
// machine and no browser is needed. A PNG is compared by its pixels: zlib's versions pack the same bytes differently.
import { readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { LEVELS, lensRadius, pathData, roundCorners, shape } from '../extension/popup/shapes.js';

/** @typedef {import('../extension/popup/shapes.js').Level} Level */
/** @typedef {import('../extension/popup/shapes.js').Part} Part */
/** @typedef {[number, number]} Point */

export const SIZES = [16, 32, 48, 128];

/**
 * One colour a level that stands on light and on dark toolbars: of the level's hue, with a luminance near 0.247, which
 * is at least 3:1 from both (tests/popup/contrast.test.mjs computes it). No outline is needed then.
 * @type {Readonly<Record<Level, string>>}
 */
export const COLOURS = {
  none: '#7e8a95',
  low: '#23988a',
  moderate: '#b47e10',
  high: '#e16126',
  severe: '#d55f97',
  unknown: '#7e8a95',
};

/** Toolbars to stand on: Firefox's and Chromium's light and dark ones. */
export const TOOLBARS = ['#ffffff', '#f9f9fb', '#f0f0f4', '#1c1b22', '#202124', '#2b2a33', '#35363a', '#3c3c3c'];

/** @param {Level} level @param {boolean} small */
export function svg(level, small) {
  const { box, parts } = shape(level, small);
  const fills = parts.filter((part) => part.kind !== 'line').map(pathData).join('');
  const lines = parts.map((part) => (part.kind === 'line'
    ? `<path fill="none" stroke="${COLOURS[level]}" stroke-width="${part.width}" stroke-linecap="round" stroke-linejoin="round" d="${pathData(part)}"/>`
    : '')).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${box} ${box}">`
    + `<path fill="${COLOURS[level]}" fill-rule="evenodd" d="${fills}"/>${lines}</svg>\n`;
}

/** @param {Point} a @param {Point} c @param {Point} b @returns {Point[]} a quadratic curve's points, without the first */
const curve = (a, c, b) => Array.from({ length: 24 }, (_, i) => {
  const t = (i + 1) / 24;
  const u = 1 - t;
  return [u * u * a[0] + 2 * u * t * c[0] + t * t * b[0], u * u * a[1] + 2 * u * t * c[1] + t * t * b[1]];
});

/** @param {number} x @param {number} y @param {number} r @param {number} from @param {number} to @returns {Point[]} */
const arc = (x, y, r, from, to) => Array.from({ length: 97 }, (_, i) => {
  const angle = from + ((to - from) * i) / 96;
  return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
});

/** @param {Part} part @returns {Point[]} */
function outline(part) {
  switch (part.kind) {
    case 'circle': return arc(part.x, part.y, part.r, 0, 2 * Math.PI);
    case 'lens': {
      const r = lensRadius(part.w, part.h);
      const half = Math.asin(part.w / r);
      return [
        ...arc(part.x, part.y - part.h + r, r, -Math.PI / 2 - half, -Math.PI / 2 + half),
        ...arc(part.x, part.y + part.h - r, r, Math.PI / 2 - half, Math.PI / 2 + half),
      ];
    }
    case 'corners':
      return roundCorners(part.points, part.r).flatMap(({ from, corner, to }) =>
        [[...from], ...curve([...from], [...corner], [...to])]);
    case 'line': {
      /** @type {Point[]} */
      const points = [[...part.from]];
      for (const [cx, cy, x, y] of part.curves) points.push(...curve(/** @type {Point} */ (points.at(-1)), [cx, cy], [x, y]));
      return points;
    }
  }
}

/** How far a point is from a line of points, squared. @param {number} x @param {number} y @param {Point[]} points */
function distance2(x, y, points) {
  let best = Infinity;
  for (let i = 1; i < points.length; i++) {
    const [ax, ay] = /** @type {Point} */ (points[i - 1]);
    const [bx, by] = /** @type {Point} */ (points[i]);
    const length2 = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const t = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2));
    best = Math.min(best, (x - ax - t * (bx - ax)) ** 2 + (y - ay - t * (by - ay)) ** 2);
  }
  return best;
}

/** How much of each pixel the shape covers, 0 to 255. @param {Level} level @param {number} size */
export function coverage(level, size) {
  const { box, parts } = shape(level, size < 24);
  const scale = box / size;
  const samples = 8;
  const fills = parts.filter((part) => part.kind !== 'line').map(outline);
  const lines = parts.flatMap((part) => (part.kind === 'line' ? [{ points: outline(part), reach2: (part.width / 2) ** 2 }] : []));
  const pixels = new Uint8Array(size * size);
  const row = new Uint16Array(size);
  for (let py = 0; py < size; py++) {
    row.fill(0);
    for (let sy = 0; sy < samples; sy++) {
      const y = (py + (sy + 0.5) / samples) * scale;
      /** @type {number[]} */
      const crossings = [];
      for (const points of fills) {
        for (let i = 0; i < points.length; i++) {
          const [ax, ay] = /** @type {Point} */ (points[i]);
          const [bx, by] = /** @type {Point} */ (points[(i + 1) % points.length]);
          if ((ay <= y) !== (by <= y)) crossings.push(ax + ((y - ay) / (by - ay)) * (bx - ax));
        }
      }
      crossings.sort((a, b) => a - b);
      let passed = 0;
      for (let s = 0; s < size * samples; s++) {
        const x = ((s + 0.5) / samples) * scale;
        while (/** @type {number} */ (crossings[passed] ?? Infinity) < x) passed++;
        const inside = passed % 2 === 1 || lines.some(({ points, reach2 }) => distance2(x, y, points) <= reach2);
        if (inside) row[Math.floor(s / samples)] = /** @type {number} */ (row[Math.floor(s / samples)]) + 1;
      }
    }
    for (let px = 0; px < size; px++) {
      pixels[py * size + px] = Math.round((/** @type {number} */ (row[px]) * 255) / (samples * samples));
    }
  }
  return pixels;
}

/** @param {string} type @param {Uint8Array} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

/** The rows of an RGBA PNG, each with filter 0 before it. @param {Level} level @param {number} size */
function rows(level, size) {
  const colour = Buffer.from(COLOURS[level].slice(1), 'hex');
  const alpha = coverage(level, size);
  const out = Buffer.alloc(size * (1 + size * 4));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const at = y * (1 + size * 4) + 1 + x * 4;
      colour.copy(out, at);
      out[at + 3] = /** @type {number} */ (alpha[y * size + x]);
    }
  }
  return out;
}

/** @param {number} size @param {Buffer} data */
function png(size, data) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA, no interlace
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head), chunk('IDAT', deflateSync(data, { level: 9 })), chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The rows in a PNG that this tool wrote. @param {Buffer} file */
function rowsOf(file) {
  return inflateSync(file.subarray(8 + 25 + 8, 8 + 25 + 8 + file.readUInt32BE(8 + 25)));
}

/** Writes all icons, or compares. @param {boolean} check @returns {string[]} the files that differ */
export function icons(check) {
  const folder = new URL('../extension/icons/', import.meta.url);
  /** @type {string[]} */
  const differ = [];
  for (const level of LEVELS) {
    for (const small of [true, false]) {
      const file = new URL(`${level}${small ? '-small' : ''}.svg`, folder);
      const text = svg(level, small);
      if (!check) writeFileSync(file, text);
      else if (read(file)?.toString() !== text) differ.push(file.pathname);
    }
    for (const size of SIZES) {
      const file = new URL(`${level}-${size}.png`, folder);
      const data = rows(level, size);
      if (!check) writeFileSync(file, png(size, data));
      else {
        const there = read(file);
        if (!there || !rowsOf(there).equals(data)) differ.push(file.pathname);
      }
    }
  }
  return differ;
}

/** @param {URL} file */
function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replaceAll('\\', '/'))) {
  const differ = icons(process.argv.includes('--check'));
  for (const file of differ) console.error(`icons: ${file} is not what tools/icons.mjs draws; run: node tools/icons.mjs`);
  process.exitCode = differ.length > 0 ? 1 : 0;
}
