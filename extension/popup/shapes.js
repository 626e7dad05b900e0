/**
 * The shapes of the levels, with the eye of two arcs in them: one drawing for the popup and for the toolbar's icons
 * (tools/icons.mjs). Geometry only; knows no colours and no DOM.
 *
 * A shape is a list of parts in a square box, filled by the even-odd rule: a part inside a part is a hole, one inside
 * that is solid again. So a shape has one colour, and whatever is behind it shows through the eye.
 */

/** @typedef {'none'|'low'|'moderate'|'high'|'severe'|'unknown'} Level */
/** @typedef {readonly [number, number]} Point */
/**
 * @typedef {{kind: 'circle', x: number, y: number, r: number}
 *   | {kind: 'corners', points: readonly Point[], r: number}
 *   | {kind: 'lens', x: number, y: number, w: number, h: number}
 *   | {kind: 'line', from: Point, curves: readonly (readonly [number, number, number, number])[], width: number}} Part
 * `corners`: a polygon with corners rounded from `r` before them. `lens`: two arcs, `w` and `h` half its width and
 * height. `line`: quadratic curves (control point, end point), drawn with that width and round ends.
 */

/** @type {readonly Level[]} mildest first, "not known" last */
export const LEVELS = ['none', 'low', 'moderate', 'high', 'severe', 'unknown'];

/** @param {number} x @param {number} y @param {number} r @returns {Part} */
const circle = (x, y, r) => ({ kind: 'circle', x, y, r });
/** @param {readonly Point[]} points @param {number} r @returns {Part} */
const corners = (points, r) => ({ kind: 'corners', points, r });
/** @param {number} x @param {number} y @param {number} w @param {number} h @returns {Part} */
const lens = (x, y, w, h) => ({ kind: 'lens', x, y, w, h });

/** @param {number} size half the octagon's width @param {number} at its centre @returns {readonly Point[]} */
function octagon(size, at) {
  const cut = size * Math.tan(Math.PI / 8);
  const round = (/** @type {number} */ n) => Math.round(n * 100) / 100;
  return /** @type {readonly Point[]} */ ([
    [-cut, -size], [cut, -size], [size, -cut], [size, cut], [cut, size], [-cut, size], [-size, cut], [-size, -cut],
  ].map(([x = 0, y = 0]) => [round(at + x), round(at + y)]));
}

/** For 24 px and more, in a box of 48: with the eye. @type {Readonly<Record<Level, readonly Part[]>>} */
const LARGE = {
  none: [circle(24, 24, 22), circle(24, 24, 18.5), lens(24, 24, 14, 8.5), lens(24, 24, 10.2, 5.4), circle(24, 24, 3.4)],
  low: [circle(24, 24, 22), lens(24, 24, 14.5, 9), circle(24, 24, 4.6)],
  moderate: [corners([[24, 1], [48, 45], [0, 45]], 5), lens(24, 31.5, 12, 7.5), circle(24, 31.5, 4)],
  high: [corners([[24, -1], [49, 24], [24, 49], [-1, 24]], 4), lens(24, 24, 14, 8.5), circle(24, 24, 4.4)],
  severe: [corners(octagon(23, 24), 2.5), lens(24, 24, 15.5, 9.5), circle(24, 24, 4.8)],
  unknown: [
    circle(24, 24, 22), circle(24, 24, 18.5),
    { kind: 'line', from: [17.5, 18.5], curves: [[17.5, 11.5, 24, 11.5], [30.5, 11.5, 30.5, 17.5], [30.5, 21.5, 27, 23.5], [24, 25.3, 24, 29]], width: 4.2 },
    circle(24, 35.5, 2.7),
  ],
};

/** For 16 px, in a box of 16, on whole pixels: the eye would only be mud. The octagon keeps its pupil, so that it is not taken for the disc. @type {Readonly<Record<Level, readonly Part[]>>} */
const SMALL = {
  none: [circle(8, 8, 7), circle(8, 8, 5)],
  low: [circle(8, 8, 6)],
  moderate: [corners([[8, 0.5], [16, 15], [0, 15]], 1.5)],
  high: [corners([[8, -0.5], [16.5, 8], [8, 16.5], [-0.5, 8]], 1.2)],
  severe: [corners(octagon(7.75, 8), 0.6), circle(8, 8, 2.5)],
  unknown: [
    circle(8, 8, 8), circle(8, 8, 6.5),
    { kind: 'line', from: [5.9, 6.3], curves: [[5.9, 4, 8, 4], [10.1, 4, 10.1, 6], [10.1, 7.2, 9, 7.9], [8, 8.5, 8, 9.4]], width: 1.6 },
    circle(8, 11.7, 1.05),
  ],
};

/** @param {Level} level @param {boolean} small @returns {{box: 16|48, parts: readonly Part[]}} */
export function shape(level, small) {
  return small ? { box: 16, parts: SMALL[level] } : { box: 48, parts: LARGE[level] };
}

/** The radius of the two arcs of a lens. @param {number} w @param {number} h */
export const lensRadius = (w, h) => (w * w + h * h) / (2 * h);

/**
 * Where a polygon's rounded corner begins, its corner, and where it ends.
 * @param {readonly Point[]} points @param {number} r
 * @returns {{from: Point, corner: Point, to: Point}[]}
 */
export function roundCorners(points, r) {
  /** @param {Point} a @param {Point} b @returns {Point} */
  const toward = (a, b) => {
    const share = r / Math.hypot(b[0] - a[0], b[1] - a[1]);
    return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
  };
  return points.map((corner, i) => ({
    from: toward(corner, /** @type {Point} */ (points.at(i - 1))),
    corner,
    to: toward(corner, /** @type {Point} */ (points[(i + 1) % points.length])),
  }));
}

/** A filled part as SVG path data. @param {Part} part @returns {string} */
export function pathData(part) {
  const n = (/** @type {number} */ value) => String(Math.round(value * 100) / 100);
  switch (part.kind) {
    case 'circle': {
      const { x, y, r } = part;
      return `M${n(x - r)} ${n(y)}a${n(r)} ${n(r)} 0 1 1 ${n(2 * r)} 0a${n(r)} ${n(r)} 0 1 1 ${n(-2 * r)} 0z`;
    }
    case 'lens': {
      const { x, y, w, h } = part;
      const r = n(lensRadius(w, h));
      return `M${n(x - w)} ${n(y)}a${r} ${r} 0 0 1 ${n(2 * w)} 0a${r} ${r} 0 0 1 ${n(-2 * w)} 0z`;
    }
    case 'corners':
      return `${roundCorners(part.points, part.r).map(({ from, corner, to }, i) =>
        `${i === 0 ? 'M' : 'L'}${n(from[0])} ${n(from[1])}Q${n(corner[0])} ${n(corner[1])} ${n(to[0])} ${n(to[1])}`).join('')}z`;
    case 'line':
      return `M${n(part.from[0])} ${n(part.from[1])}${part.curves.map((c) => `Q${c.map(n).join(' ')}`).join('')}`;
  }
}
