/** Small things our pages do with the DOM. Knows no message and no report. */

/**
 * The element of that id; throws when the page and its script have come apart.
 * @template {HTMLElement} T
 * @param {string} id @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`no ${type.name} #${id}`);
}

/**
 * Which of `count` items in a row a key moves to, after WAI-ARIA's pattern for tabs; null for other keys.
 * @param {string} key @param {number} at @param {number} count @param {'ltr'|'rtl'} dir
 * @returns {number|null}
 */
export function moveInRow(key, at, count, dir) {
  const forward = dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  const back = dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
  switch (key) {
    case forward: return (at + 1) % count;
    case back: return (at + count - 1) % count;
    case 'Home': return 0;
    case 'End': return count - 1;
    default: return null;
  }
}

/**
 * Saves text as a file. A link with `download` needs no permission.
 * @param {string} filename @param {string} text @param {string} [type]
 */
export function saveFile(filename, text, type = 'application/json') {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = filename;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the blob after the click has returned; a minute is long enough for the slowest disk.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
