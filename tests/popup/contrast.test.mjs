// Every pair of colours that the popup and the icons use, computed by WCAG 2's formula.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COLOURS, TOOLBARS, icons } from '../../tools/icons.mjs';

/** @param {string} colour */
function luminance(colour) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} a @param {string} b */
function contrast(a, b) {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const css = readFileSync(new URL('../../extension/shared/base.css', import.meta.url), 'utf8');
const [light = {}, dark = {}] = css.split('@media (prefers-color-scheme: dark)').map((part) =>
  /** @type {Record<string, string>} */ (Object.fromEntries([...part.matchAll(/--([a-z]+): (#[0-9a-f]{6});/g)].map((found) => [found[1], found[2]]))));

for (const [scheme, colours] of Object.entries({ light, dark })) {
  test(`popup, ${scheme}: text at least 4.5 to 1 on both grounds`, () => {
    for (const text of ['ink', 'soft', 'accent', 'none', 'low', 'moderate', 'high', 'severe', 'unknown']) {
      for (const ground of ['paper', 'raised']) {
        const ratio = contrast(colours[text] ?? '', colours[ground] ?? '');
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });
}

test('icons: at least 3 to 1 on light and dark toolbars', () => {
  for (const [level, colour] of Object.entries(COLOURS)) {
    for (const bar of TOOLBARS) {
      const ratio = contrast(colour, bar);
      assert.ok(ratio >= 3, `${level} ${colour} on ${bar}: ${ratio.toFixed(2)}`);
    }
  }
});

test('icons: the files are what the tool draws', () => assert.deepEqual(icons(true), []));
